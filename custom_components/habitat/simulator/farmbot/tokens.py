"""The logins of the FarmBot cloud: JSON web tokens, each of them listed until it is revoked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import jwt

from ..core.clock import Clock
from ..core.documents import Json, Record, number
from ..core.weather import DAY

LIFETIME = 60 * DAY
_NAMESPACE = UUID("6f2a51d1-7a2f-4b0c-9a11-6d3c5f0e8b42")
# EntityFactory on import, which is nothing for the event loop either.
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

PUBLIC_KEY = (
    _KEY.public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
"""What anybody can check a token with (PEM)."""


@dataclass(slots=True, kw_only=True)
class Tokens:
    """All tokens that were issued; the claims of each by its text."""

    seed: int
    clock: Clock
    fixed: Callable[[], Mapping[str, Json]]
    """The claims that are the same for all: sub, iss, bot, mqtt, mqtt_ws, vhost."""
    issued: int = 0
    live: dict[str, Record] = field(default_factory=dict)

    def issue(self, audience: str = "unknown", *, until: float | None = None) -> Record:
        """Return a token as POST /api/tokens does, by default good for 60 days."""
        self.issued += 1
        now = self.clock()
        claims: Record = {
            "aud": audience,
            "iat": int(now),
            "jti": str(uuid5(_NAMESPACE, f"{self.seed} {self.issued}")),
            "exp": int(now + LIFETIME if until is None else until),
            **self.fixed(),
        }
        encoded = jwt.encode(claims, _KEY, algorithm="RS256")
        self.live[encoded] = claims
        return {"encoded": encoded, "unencoded": claims}

    def claims(self, text: str) -> Record | None:
        """Return what the token of a header says, while it is good."""
        claims = self.live.get(_token(text))
        if claims is None or number(claims["exp"], 0) <= self.clock():
            return None
        return claims

    def revoke(self, text: str) -> None:
        """Make the token of a header worthless."""
        self.live.pop(_token(text), None)

    def expire(self) -> None:
        """Make all tokens worthless."""
        self.live.clear()


def _token(header: str) -> str:
    """Return the last word of a header, whatever is before it."""
    return header.rpartition(" ")[2]
