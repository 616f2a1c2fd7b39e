"""CityFlow's tokens: signed claims, of a day for a login and of years for an API key."""

from dataclasses import dataclass, field

import jwt

from ..core.clock import Clock
from ..core.documents import Json, Record

KEY_LIFETIME = 3357 * 86_400
_KEY_ISSUED = 1_735_718_400


@dataclass(slots=True)
class Tokens:
    """Who may ask; lifetimes in seconds."""

    seed: int
    clock: Clock
    account_id: int
    lifetime: int = 86_400
    """Of a login's token."""
    _logins: int = 0
    """How often all logins' tokens were made worthless."""
    _keys: int = 0
    """How often the API key was replaced."""
    _issued: dict[str, int] = field(default_factory=dict)

    def key(self) -> str:
        """Return the API key."""
        return self._sign(f"key {self._keys}", _KEY_ISSUED, KEY_LIFETIME)

    def log_in(self) -> str:
        """Return a token for a login."""
        token = self._sign(f"login {self._logins}", int(self.clock()), self.lifetime)
        self._issued[token] = int(self.clock()) + self.lifetime
        return token

    def good(self, authorization: str | None) -> bool:
        """Say whether a header shows a token that is good now."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer":
            return False
        now = self.clock()
        if token == self.key():
            return now < _KEY_ISSUED + KEY_LIFETIME
        return now < self._issued.get(token, 0)

    def expire(self) -> None:
        """Make the tokens of all logins worthless."""
        self._logins += 1
        self._issued.clear()

    def renew_key(self) -> None:
        """Replace the API key; the old one is void."""
        self._keys += 1

    def snapshot(self) -> Record:
        """Return the state, so that tokens outlive the server."""
        return {
            "logins": self._logins,
            "keys": self._keys,
            "issued": dict[str, Json](self._issued),
        }

    def restore(self, snapshot: Record) -> None:
        """Bring back what a snapshot kept."""
        logins, keys, issued = (snapshot[name] for name in ("logins", "keys", "issued"))
        assert isinstance(logins, int) and isinstance(keys, int)
        assert isinstance(issued, dict)
        self._logins, self._keys = logins, keys
        self._issued = {
            token: until for token, until in issued.items() if isinstance(until, int)
        }

    def _sign(self, purpose: str, issued: int, lifetime: int) -> str:
        claims = {"id": self.account_id, "iat": issued, "exp": issued + lifetime}
        secret = f"simulated signing secret {self.seed:04d} {purpose:>20}"
        return jwt.encode(claims, secret, algorithm="HS256")
