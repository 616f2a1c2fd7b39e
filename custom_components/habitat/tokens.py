"""Tokens stored over restarts, because some vendors allow only about 50 logins a day."""

from dataclasses import asdict, dataclass
import hashlib
from itertools import chain
import json
import time
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store

from .cloud.auth import Token, TokenStore
from .const import DOMAIN
from .vendor import Login

type _Kept = dict[str, dict[str, str | float | dict[str, str] | None]]

_Seconds = int | float | None


class TokenFile:
    """All tokens, each under a digest of server and login.

    So a token is never used for another login, and never sent to another server.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Keep the tokens in a private file of Home Assistant's storage."""
        self._store: Store[_Kept] = Store(
            hass, 1, f"{DOMAIN}.tokens", private=True, atomic_writes=True
        )
        self._kept: _Kept | None = None

    async def load(self, key: str) -> Token | None:
        """Return the token under a key, or None if there is none or it cannot be read."""
        fields = (await self._all()).get(key, {})
        try:
            token = Token(**fields)  # type: ignore[arg-type]  # checked below
        except TypeError:
            return None
        readable = (
            isinstance(token.access, str)
            and isinstance(token.obtained, int | float)
            and isinstance(token.lifetime, _Seconds)
            and isinstance(token.claims, dict)
            and all(map(_is_text, chain(*token.claims.items())))
        )
        return token if readable else None

    async def save(self, key: str, token: Token | None) -> None:
        """Store a token, or delete the one under the key; expired tokens are deleted too."""
        kept = await self._all()
        now = time.time()
        for other, fields in list(kept.items()):
            lifetime, obtained = fields.get("lifetime"), fields.get("obtained")
            if isinstance(lifetime, int | float) and isinstance(obtained, int | float):
                if obtained + lifetime < now and not fields.get("refresh"):
                    del kept[other]
        if token is None:
            kept.pop(key, None)
        else:
            kept[key] = asdict(token)
        await self._store.async_save(kept)

    async def _all(self) -> _Kept:
        if self._kept is None:
            loaded = await self._store.async_load()
            kept = loaded.items() if isinstance(loaded, dict) else ()
            self._kept = {
                key: fields for key, fields in kept if isinstance(fields, dict)
            }
        return self._kept


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@callback
@singleton(f"{DOMAIN}_tokens")
def token_file(hass: HomeAssistant) -> TokenFile:
    """Return the one file of this Home Assistant."""
    return TokenFile(hass)


@dataclass(frozen=True, slots=True)
class LoginTokens(TokenStore):
    """The stored token of one login."""

    file: TokenFile
    key: str

    @override
    async def load(self) -> Token | None:
        """Return the stored token, or None."""
        return await self.file.load(self.key)

    @override
    async def save(self, token: Token) -> None:
        """Store a token."""
        await self.file.save(self.key, token)

    async def forget(self) -> None:
        """Delete the token."""
        await self.file.save(self.key, None)


def login_key(login: Login) -> str:
    """Return a digest of server and login, a key for what belongs to this login only."""
    words = json.dumps([login.vendor.key, login.url, sorted(login.fields.items())])
    return hashlib.sha256(words.encode()).hexdigest()


def login_tokens(hass: HomeAssistant, login: Login) -> LoginTokens | None:
    """Return the store of a login's token; None if simulated: the simulator forgets its tokens."""
    if login.simulated:
        return None
    return LoginTokens(token_file(hass), login_key(login))
