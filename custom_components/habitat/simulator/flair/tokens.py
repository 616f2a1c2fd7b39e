"""Flair's tokens: two kinds of clients that never mix, and fifty logins a day."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record, number

SCOPES = (
    "structures.view structures.edit vents.view vents.edit thermostats.view thermostats.edit "
    "sensors.view sensors.edit pucks.view pucks.edit users.view users.edit ir-codes.view "
    "offline_access openid email profile"
)
_DAY = 86400.0


class TokenError(Exception):
    """The token endpoint says no."""

    def __init__(
        self,
        status: int,
        error: str,
        description: str,
        retry_after: float | None = None,
    ) -> None:
        """Keep the parts of the error answer."""
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application of the account's owner; legacy ones log in at the old address only."""

    id: str
    secret: str
    legacy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whom the password grant lets in."""

    email: str
    password: str


@dataclass(slots=True)
class Tokens:
    """All tokens that were issued; lifetimes in seconds."""

    seed: int
    clock: Clock
    clients: tuple[Client, ...]
    owner: Owner
    lifetime: int = 864_000
    daily_limit: int = 50
    issued: int = 0
    _access: dict[str, Record] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _codes: set[str] = field(default_factory=set)
    _created: deque[float] = field(default_factory=deque)

    def grant(self, form: Mapping[str, str], *, legacy: bool) -> Record:
        """Answer a token request.

        Raises:
            TokenError: the login is wrong or there were too many.
        """
        self._identify(form, legacy=legacy)
        kind = form.get("grant_type")
        if kind == "refresh_token":
            if form.get("refresh_token") not in self._refresh:
                raise TokenError(
                    400, "invalid_grant", "The refresh token is not known."
                )
            self._refresh.discard(form["refresh_token"])
            return self._issue(form, refreshable=True)
        self._check(kind, form)
        self._count()
        return self._issue(form, refreshable=kind != "client_credentials")

    def scopes(self, authorization: str | None) -> frozenset[str] | None:
        """Return what the bearer of a header may do; None when the token is not good."""
        scheme, _, token = (authorization or "").partition(" ")
        found = self._access.get(token) if scheme.lower() == "bearer" else None
        if found is None or self.clock() >= number(found["until"], 0):
            return None
        return frozenset(str(found["scope"]).split())

    def code(self) -> str:
        """Return an authorization code, as the vendor's consent page hands it out."""
        code = self._secret("code")
        self._codes.add(code)
        return code

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
            "access": {token: dict(found) for token, found in self._access.items()},
            "refresh": list[Json](sorted(self._refresh)),
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Take over the tokens of an earlier server."""
        self.issued = int(number(snapshot["issued"], 0))
        self._access = cast(dict[str, Record], dict(cast(Record, snapshot["access"])))
        self._refresh = set(cast(list[str], snapshot["refresh"]))

    def _identify(self, form: Mapping[str, str], *, legacy: bool) -> None:
        pair = (form.get("client_id"), form.get("client_secret"))
        if not any(
            client.legacy is legacy and pair == (client.id, client.secret)
            for client in self.clients
        ):
            raise TokenError(401, "invalid_client", "The client is not known.")

    def _check(self, kind: str | None, form: Mapping[str, str]) -> None:
        match kind:
            case "client_credentials":
                return
            case "password":
                pair = (form.get("username"), form.get("password"))
                if pair != (self.owner.email, self.owner.password):
                    raise TokenError(
                        401, "invalid_grant", "User name or password is wrong."
                    )
            case "authorization_code":
                if form.get("code") not in self._codes:
                    raise TokenError(400, "invalid_grant", "The code is not known.")
                self._codes.discard(form["code"])
            case _:
                raise TokenError(
                    400, "unsupported_grant_type", "There is no such grant."
                )

    def _count(self) -> None:
        now = self.clock()
        while self._created and now - self._created[0] >= _DAY:
            self._created.popleft()
        if len(self._created) >= self.daily_limit:
            wait = self._created[0] + _DAY - now
            raise TokenError(429, "too_many_requests", "50 requests per day", wait)
        self._created.append(now)

    def _issue(self, form: Mapping[str, str], *, refreshable: bool) -> Record:
        wished = form.get("scope", "").replace("+", " ").split()
        scope = " ".join(
            item for item in SCOPES.split() if not wished or item in wished
        )
        token = self._secret("access")
        self._access[token] = {"until": self.clock() + self.lifetime, "scope": scope}
        answer: Record = {
            "access_token": token,
            "expires_in": self.lifetime,
            "scope": scope,
            "token_type": "Bearer",
        }
        if refreshable:
            answer["refresh_token"] = self._secret("refresh")
            self._refresh.add(str(answer["refresh_token"]))
        return answer

    def _secret(self, kind: str) -> str:
        self.issued += 1
        return sha256(
            f"{self.seed} {kind} {self.issued} {self.clock()}".encode()
        ).hexdigest()[:40]
