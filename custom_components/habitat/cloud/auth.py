"""How a request shows who is asking: fixed headers, or a token that renews itself."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
import re
import time
from typing import Protocol

from .documents import Json
from .errors import AuthError, CloudError
from .pacing import LoginDesk
from .values import to_str

EARLY_SHARE = 0.1
"""A token is renewed when a tenth of its life is left …"""
EARLY_MOST = 300.0
"""… but not sooner than this many seconds before its end."""
_FIT_FOR_HEADER = re.compile("[ -~]+")


def read_access(value: Json) -> str | None:
    """Read an access token; None where it is none that a header can carry."""
    text = (to_str(value) or "").strip()
    return text if _FIT_FOR_HEADER.fullmatch(text) else None


class Auth(Protocol):
    """Who is asking."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that identify the account to the vendor."""

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Hear that these headers got a 401; say whether it is worth asking again."""

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Hear that these headers were good."""

    def secrets(self) -> Iterable[str]:
        """Return what must never be logged."""


class FixedAuth:
    """Headers that never change, such as an API key's."""

    def __init__(self, headers: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
        """Keep the headers."""
        self._headers = dict(headers)
        self._secrets = tuple(secrets)

    async def headers(self) -> Mapping[str, str]:
        """Return the headers."""
        return self._headers

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Say no: the same headers would be refused again."""
        return False

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Do nothing: there is nothing to learn."""

    def secrets(self) -> Iterable[str]:
        """Return what must never be logged."""
        return (*self._secrets, *self._headers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token as a vendor issued it; times in seconds since the epoch."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    obtained: float
    lifetime: float | None = None
    """Seconds; None when the vendor did not say, then it serves until it is refused."""
    flavour: str | None = None
    """Which of several ways of logging in gave it, in the vendor's own words."""
    claims: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the vendor told with it, such as the address of a broker that it opens."""

    def due(self, now: float, early: float | None = None) -> bool:
        """Say whether it is time for a new one. A clock that was set back counts as due.

        `early` is how many seconds before the end that is, where the vendor has a rule of its own.
        """
        if self.lifetime is None:
            return False
        age = now - self.obtained
        if early is None:
            early = min(self.lifetime * EARLY_SHARE, EARLY_MOST)
        else:
            # A server of one's own may give tokens that live for less.
            early = min(early, self.lifetime / 2)
        return age < -EARLY_MOST or age >= self.lifetime - early

    def ended(self, now: float) -> bool:
        """Say whether it has ended."""
        return self.lifetime is not None and now - self.obtained >= self.lifetime


class TokenStore(Protocol):
    """Where a token outlives the process."""

    async def load(self) -> Token | None:
        """Return the token that was kept, if any."""

    async def save(self, token: Token) -> None:
        """Keep a token."""


class TokenAuth:
    """A bearer token, renewed ahead of its end by one caller at a time."""

    def __init__(
        self,
        login: Callable[[Token | None], Awaitable[Token]],
        store: TokenStore | None = None,
        desk: LoginDesk | None = None,
        *,
        early: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take how to log in: `login` gets the old token, whose refresh grant it may use.

        It raises AuthError when the vendor says that the login is wrong. `desk` says when a
        login may be tried, and outlives this. `early` is how many seconds before its end a
        token is renewed, if not by the rule for short-lived ones.
        """
        self._login = login
        self._store = store
        self._desk = desk or LoginDesk()
        self._early = early
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._loaded = store is None
        self._proven = False
        self._worthless = False
        """Whether the token in use was good once, but is refused since."""

    @property
    def token(self) -> Token | None:
        """The token in use."""
        return self._token

    async def headers(self) -> Mapping[str, str]:
        """Return the bearer header, with a new token when it is time. Raises as `current`."""
        return {"Authorization": f"Bearer {(await self.current()).access}"}

    async def current(self) -> Token:
        """Return the token in use, or a new one when it is time.

        Raises:
            AuthError: the vendor says that the login is wrong.
            CloudError: no token could be had for another reason.
        """
        self._desk.check_refusal()
        token = self._token
        if token is None or self._due(token):
            try:
                async with self._lock:
                    token = await self._current()
            except CloudError as err:
                # What was to be renewed ahead of time serves to its end.
                token = self._token
                if token is None or self._ended(token) or isinstance(err, AuthError):
                    raise
        return token

    async def refused(self, headers: Mapping[str, str]) -> bool:
        """Renew a token that was good before; one that never was points to the login."""
        async with self._lock:
            if self._token is None:
                return False
            if headers.get("Authorization") != f"Bearer {self._token.access}":
                return True
            if not self._proven:
                return False
            self._worthless = True
            await self._renew()
            return True

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Remember that the token in use is good."""
        if self._token is not None and (
            headers.get("Authorization") == f"Bearer {self._token.access}"
        ):
            self._proven, self._worthless = True, False

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
            # It served before the restart: a refusal now means that it ended, no more.
            self._proven = self._token is not None
        if self._token is not None:
            # With no login left, a token that is due may still serve until it is refused.
            spared = self._desk.rationed and not self._worthless
            if spared or not self._due(self._token):
                return self._token
        return await self._renew()

    def _due(self, token: Token) -> bool:
        return self._worthless or token.due(self._clock(), self._early)

    def _ended(self, token: Token) -> bool:
        return self._worthless or token.ended(self._clock())

    async def _renew(self) -> Token:
        self._desk.check()
        try:
            token = await self._login(self._token)
        except AuthError as err:
            self._token = None
            self._desk.refused(err)
            raise
        except CloudError as err:
            raise self._desk.failed(err) from err
        self._desk.issued()
        self._token, self._proven, self._worthless = token, False, False
        if self._store is not None:
            await self._store.save(token)
        return token
