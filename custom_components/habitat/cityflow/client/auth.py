"""Logging in at CityFlow: an API key for years, or e-mail and password for a token of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
import hashlib
import time

import jwt

from ...cloud.auth import Auth, FixedAuth, Token, TokenAuth, TokenStore, read_access
from ...cloud.documents import Json
from ...cloud.errors import AuthError, BadAnswer, Refused
from ...cloud.messages import Request
from ...cloud.session import CloudSession
from ...cloud.values import to_float, to_str

LOGIN = "/users/login"

_DAY = 86_400.0
"""The life of a login's token, as seen in tokens."""
_WRONG_LOGIN = (400, 403, 422)
"""Besides 401; how a wrong password is answered is not documented."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token or an API key says of itself."""

    account_id: str | None
    lifetime: float | None
    """Seconds, from when it was issued."""


def read_claims(token: str) -> Claims:
    """Return a token's claims; its signature is the server's to check, not ours."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError, ValueError:
        return Claims(None, None)
    issued, expires = to_float(claims.get("iat")), to_float(claims.get("exp"))
    lifetime = 0.0 if issued is None or expires is None else expires - issued
    return Claims(to_str(claims.get("id")) or None, lifetime if lifetime > 0 else None)


def account_id(fields: Mapping[str, str], token: str | None) -> str:
    """Return the vendor's id of the account: of the token, else the e-mail, else a digest.

    `token` is what the login gave; with an API key there is none but the key itself.
    """
    key = _key(fields)
    if found := read_claims(key or token or "").account_id:
        return found
    if key:
        return hashlib.sha256(key.encode()).hexdigest()[:16]
    return fields["email"].casefold()


def authorize(
    session: CloudSession, fields: Mapping[str, str], store: TokenStore | None = None
) -> Auth:
    """Return who is asking: `api_token`, or `email` and `password`."""
    if key := _key(fields):
        return FixedAuth({"Authorization": f"Bearer {key}"}, (key,))
    return TokenAuth(partial(log_in, session, fields), store, session.pacing.logins)


async def log_in(
    session: CloudSession, fields: Mapping[str, str], old: Token | None = None
) -> Token:
    """Get a token; there is no way of renewing the old one but to log in again.

    Raises:
        AuthError: e-mail or password is wrong.
        CloudError: no token could be had for another reason.
    """
    try:
        answer = await session.json(
            Request(
                method="POST",
                path=LOGIN,
                json={"email": fields["email"], "password": fields["password"]},
                anonymous=True,
            )
        )
    except Refused as err:
        if err.status in _WRONG_LOGIN and not err.page:
            raise AuthError(str(err)) from err
        raise
    document = answer if isinstance(answer, dict) else {}
    # It brings a portrait along too; nobody here needs to know the person.
    session.privacy.learn("user", map(document.get, ("first_name", "last_name")))
    token = read_access(document.get("token"))
    if not token:
        raise BadAnswer("The login was answered without a token")
    lifetime = read_claims(token).lifetime
    return Token(access=token, obtained=time.time(), lifetime=lifetime or _DAY)


def error_message(document: Json) -> str | None:
    """Return what an error document says; its shape is not documented."""
    if not isinstance(document, dict):
        return document if isinstance(document, str) and document else None
    for name in ("message", "error", "detail", "title"):
        said = document.get(name)
        if isinstance(said, dict):
            said = said.get("message")
        if isinstance(said, str) and said:
            return said
    return None


def _key(fields: Mapping[str, str]) -> str:
    """Return the API key; copied from a letter it may be broken over lines."""
    return "".join(fields.get("api_token", "").split())
