"""Logging in at CityFlow: an API key, valid for years, or e-mail and password for a token of a day."""

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
"""Seconds; the lifetime of a login's token (docs/vendors/cityflow.md, Address and login)."""
_WRONG_LOGIN = (400, 403, 422)
"""The answers to a wrong password, with 401; they are not documented."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token or an API key."""

    account_id: str | None
    lifetime: float | None
    """Seconds since it was issued."""


def read_claims(token: str) -> Claims:
    """Return a token's claims; the signature is not checked, because only the server can."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError, ValueError:
        return Claims(None, None)
    issued, expires = to_float(claims.get("iat")), to_float(claims.get("exp"))
    lifetime = 0.0 if issued is None or expires is None else expires - issued
    return Claims(to_str(claims.get("id")) or None, lifetime if lifetime > 0 else None)


def account_id(fields: Mapping[str, str], token: str | None) -> str:
    """Return the id of the account: the claim of the token, else the e-mail, else a digest.

    `token` is the token of the login; with an API key it is None.
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
    """Return the authorization from `api_token`, or from `email` and `password`."""
    if key := _key(fields):
        return FixedAuth({"Authorization": f"Bearer {key}"}, (key,))
    return TokenAuth(partial(log_in, session, fields), store, session.pacing.logins)


async def log_in(
    session: CloudSession, fields: Mapping[str, str], old: Token | None = None
) -> Token:
    """Return a new token; CityFlow has no refresh token.

    Raises:
        AuthError: e-mail or password is wrong.
        CloudError: there is no token for another reason.
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
    # The answer also has a picture of the user, which is not kept.
    session.privacy.learn("user", map(document.get, ("first_name", "last_name")))
    token = read_access(document.get("token"))
    if not token:
        raise BadAnswer("The login was answered without a token")
    lifetime = read_claims(token).lifetime
    return Token(access=token, obtained=time.time(), lifetime=lifetime or _DAY)


def error_message(document: Json) -> str | None:
    """Return the message of an error document, whose shape is not documented."""
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
    """Return the API key; a copied one may contain line breaks."""
    return "".join(fields.get("api_token", "").split())
