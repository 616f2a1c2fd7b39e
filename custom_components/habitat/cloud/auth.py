"""How a request identifies the account: fixed headers, or a token that is renewed in time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
import re
import time
from typing import Protocol

from .documents import Json
from .errors import AuthError, CloudError
from .pacing import LoginLimiter
from .values import to_str

EARLY_SHARE = 0.1
"""A token is renewed when a tenth of its life is left …"""
MAX_EARLY_SECONDS = 300.0
"""… but not sooner than this many seconds before its end."""
_FIT_FOR_HEADER = re.compile("[ -~]+")


def read_access(value: Json) -> str | None:
    """Return the access token in a value, or None if a header cannot carry it."""
    text = (to_str(value) or "").strip()
    return text if _FIT_FOR_HEADER.fullmatch(text) else None


class Auth(Protocol):
    """Identifies the account in requests."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that identify the account to the vendor."""

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Handle a 401 to a request with these headers; return whether to send it again."""

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Note that the vendor accepted these headers."""

    def secrets(self) -> Iterable[str]:
        """Return what must never be logged."""


class FixedAuth:
    """Headers that never change, such as those of an API key."""

    def __init__(self, headers: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
        """Keep the headers."""
        self._headers = dict(headers)
        self._secrets = tuple(secrets)

    async def headers(self) -> Mapping[str, str]:
        """Return the headers."""
        return self._headers

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Return False: the same headers would be refused again."""
        return False

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Do nothing: fixed headers have no state."""

    def secrets(self) -> Iterable[str]:
        """Return what must never be logged."""
        return (*self._secrets, *self._headers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token as the vendor issued it; `obtained` in seconds since the epoch."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    obtained: float
    lifetime: float | None = None
    """Seconds. None if the vendor did not say: then it is used until it is refused."""
    flavour: str | None = None
    """The kind of login that issued it, where a vendor has several."""
    claims: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the vendor sent with it, such as the address of its message broker."""

    def due(self, now: float, early: float | None = None) -> bool:
        """Return whether it must be renewed, also after the clock was set back.

        `early` is how many seconds before its end it is renewed; None is the default rule.
        """
        if self.lifetime is None:
            return False
        age = now - self.obtained
        if early is None:
            early = min(self.lifetime * EARLY_SHARE, MAX_EARLY_SECONDS)
        else:
            # A self-hosted server may issue tokens with a shorter lifetime.
            early = min(early, self.lifetime / 2)
        return age < -MAX_EARLY_SECONDS or age >= self.lifetime - early

    def ended(self, now: float) -> bool:
        """Return whether its lifetime is over."""
        return self.lifetime is not None and now - self.obtained >= self.lifetime


class TokenStore(Protocol):
    """Stores a token over restarts."""

    async def load(self) -> Token | None:
        """Return the stored token, or None."""

    async def save(self, token: Token) -> None:
        """Store a token."""


class TokenAuth:
    """A bearer token that is renewed before its end, by one caller at a time."""

    def __init__(
        self,
        login: Callable[[Token | None], Awaitable[Token]],
        store: TokenStore | None = None,
        limiter: LoginLimiter | None = None,
        *,
        early: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set how to log in.

        Args:
            login: returns a new token. It gets the old one, whose refresh token it may use, and
                raises AuthError if the vendor says that the login is wrong.
            store: where the token is stored over restarts.
            limiter: decides when a login may be tried; it outlives this object.
            early: how many seconds before its end a token is renewed; None is the default rule.
            clock: returns the seconds since the epoch.
        """
        self._login = login
        self._store = store
        self._limiter = limiter or LoginLimiter()
        self._early = early
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._loaded = store is None
        self._was_accepted = False
        self._is_refused = False
        """Whether the token in use was accepted before and has been refused since."""

    @property
    def token(self) -> Token | None:
        """The token in use."""
        return self._token

    async def headers(self) -> Mapping[str, str]:
        """Return the bearer header, with a new token if necessary. Raises as `current`."""
        return {"Authorization": f"Bearer {(await self.current()).access}"}

    async def current(self) -> Token:
        """Return the token in use, or a new one if it must be renewed.

        Raises:
            AuthError: the vendor says that the login is wrong.
            CloudError: there is no token for another reason.
        """
        self._limiter.check_refusal()
        token = self._token
        if token is None or self._due(token):
            try:
                async with self._lock:
                    token = await self._current()
            except CloudError as err:
                # A token that could not be renewed early is used until its end.
                token = self._token
                if token is None or self._ended(token) or isinstance(err, AuthError):
                    raise
        return token

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Renew a token that was accepted before; a new token that is refused means a wrong login."""
        async with self._lock:
            if self._token is None:
                return False
            if headers.get("Authorization") != f"Bearer {self._token.access}":
                return True
            if not self._was_accepted:
                return False
            self._is_refused = True
            await self._renew()
            return True

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Note that the vendor accepted the token in use."""
        if self._token is not None and (
            headers.get("Authorization") == f"Bearer {self._token.access}"
        ):
            self._was_accepted, self._is_refused = True, False

    def secrets(self) -> Iterable[str]:
        """Return what must never be logged."""
        token = self._token
        if token is None:
            return ()
        return tuple(
            filter(None, (token.access, token.refresh, *token.claims.values()))
        )

    async def _current(self) -> Token:
        if not self._loaded and self._store is not None:
            self._loaded = True
            self._token = await self._store.load()
            # It was accepted before the restart, so a refusal now does not mean a wrong login.
            self._was_accepted = self._token is not None
        if self._token is not None:
            # While no login is allowed, a token that must be renewed is used until it is refused.
            spared = self._limiter.is_limited and not self._is_refused
            if spared or not self._due(self._token):
                return self._token
        return await self._renew()

    def _due(self, token: Token) -> bool:
        return self._is_refused or token.due(self._clock(), self._early)

    def _ended(self, token: Token) -> bool:
        return self._is_refused or token.ended(self._clock())

    async def _renew(self) -> Token:
        self._limiter.check()
        try:
            token = await self._login(self._token)
        except AuthError as err:
            self._token = None
            self._limiter.refused(err)
            raise
        except CloudError as err:
            raise self._limiter.failed(err) from err
        self._limiter.issued()
        self._token, self._was_accepted, self._is_refused = token, False, False
        if self._store is not None:
            await self._store.save(token)
        return token
