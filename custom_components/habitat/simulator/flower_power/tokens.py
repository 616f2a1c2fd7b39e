"""The logins of the Flower Power cloud: one person, one pair of keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record, number


class TokenError(Exception):
    """The token endpoint says no, always with HTTP 400."""

    def __init__(self, error: str, description: str) -> None:
        """Keep the parts of the error answer."""
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(slots=True)
class Tokens:
    """All tokens that were issued; lifetimes in seconds."""

    seed: int
    clock: Clock
    login: Mapping[str, str]
    """`username`, `password`, `client_id`, `client_secret`."""
    lifetime: int = 172_800
    refreshable: bool = True
    """Whether the refresh grant is known; no document tells of it."""
    issued: int = 0
    _access: dict[str, float] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)

    def grant(self, form: Mapping[str, str]) -> Record:
        """Answer a token request.

        Raises:
            TokenError: the login is wrong.
        """
        if "grant_type" not in form:
            raise TokenError("invalid_request", "missing 'grant_type' parameter")
        if not self._matches(form, "client_id", "client_secret"):
            raise TokenError("invalid_client", "The client is not known.")
        match form["grant_type"]:
            case "password":
                if not self._matches(form, "username", "password"):
                    raise TokenError("invalid_grant", "The user is not known.")
            case "refresh_token" if self.refreshable:
                if form.get("refresh_token") not in self._refresh:
                    raise TokenError("invalid_grant", "The token is not known.")
                self._refresh.discard(form["refresh_token"])
            case _:
                raise TokenError("unsupported_grant_type", "There is no such grant.")
        return self._issue()

    def good(self, authorization: str | None) -> bool:
        """Say whether a header lets in."""
        scheme, _, token = (authorization or "").partition(" ")
        return scheme.lower() == "bearer" and self.clock() < self._access.get(token, 0)

    def expire(self) -> None:
        """Make all access tokens worthless; refresh tokens stay good."""
        self._access.clear()

    def revoke(self) -> None:
        """Make all tokens worthless."""
        self.expire()
        self._refresh.clear()

    def snapshot(self) -> Record:
        """Return the tokens, so that they outlive the server."""
        return {
            "issued": self.issued,
            "access": dict[str, Json](self._access),
            "refresh": list[Json](sorted(self._refresh)),
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Take over the tokens of an earlier server."""
        self.issued = int(number(snapshot["issued"], 0))
        self._access = dict(cast(dict[str, float], snapshot["access"]))
        self._refresh = set(cast(list[str], snapshot["refresh"]))

    def _matches(self, form: Mapping[str, str], *names: str) -> bool:
        return all(form.get(name) == self.login[name] for name in names)

    def _issue(self) -> Record:
        self.issued += 1
        access, refresh = self._secret("access"), self._secret("refresh")
        self._access[access] = self.clock() + self.lifetime
        self._refresh.add(refresh)
        return {
            "access_token": access,
            "expires_in": self.lifetime,
            "refresh_token": refresh,
            "import_status": "unavailable",
        }

    def _secret(self, kind: str) -> str:
        words = f"{self.seed} {kind} {self.issued} {self.clock()}"
        return sha256(words.encode()).hexdigest()[:40]
