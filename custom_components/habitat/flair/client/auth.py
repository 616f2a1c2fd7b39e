"""Logging in at Flair: the grants of its OAuth2 server, at its new and its old address."""

from collections.abc import Mapping
import time

from ...cloud.auth import Token, read_access
from ...cloud.errors import AuthError, BadAnswer, Refused
from ...cloud.messages import Request
from ...cloud.session import CloudSession
from ...cloud.values import to_float, to_str

MODERN = "/oauth2/token"
LEGACY = "/oauth/token"
"""The address for pairs that Flair calls "OAuth 1.0 (Legacy)" (docs/vendors/flair.md, Login)."""

_WRONG_LOGIN = (400, 403)
"""Flair answers a wrong pair with 400 or 401."""
_NO_SUCH_ADDRESS = (404, 405)
"""The status with which a server answers that it does not have one of the addresses."""


def grant(credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the token request for these credentials.

    `client_id` and `client_secret` are always needed. With `username` and `password` it is the
    password grant, with `code` and `redirect_uri` the authorization code grant, else that of client
    credentials. There is no scope: the server then grants everything that the account has.
    """
    if "code" in credentials:
        kind = "authorization_code"
    elif "username" in credentials:
        kind = "password"
    else:
        kind = "client_credentials"
    return {**credentials, "grant_type": kind}


async def log_in(
    session: CloudSession, credentials: Mapping[str, str], old: Token | None = None
) -> Token:
    """Return a new token. The refresh token of the old one is tried first: it has no daily limit.

    Raises:
        AuthError: the pair is wrong at both addresses.
        CloudError: there is no token for another reason.
    """
    if old is not None and old.refresh and old.flavour:
        pair = {key: credentials[key] for key in ("client_id", "client_secret")}
        form = {**pair, "grant_type": "refresh_token", "refresh_token": old.refresh}
        try:
            return await _token(session, old.flavour, form)
        except AuthError:
            pass  # The refresh token ended too; the credentials may still be valid.
    known = old.flavour if old is not None else None
    first, second = (LEGACY, MODERN) if known == LEGACY else (MODERN, LEGACY)
    try:
        return await _token(session, first, grant(credentials))
    except (AuthError, Refused) as err:
        # An address that worked before still exists, whatever its answer is now.
        if known and not isinstance(err, AuthError):
            raise
        if isinstance(err, Refused) and err.status not in _NO_SUCH_ADDRESS:
            raise
        failure = err
    try:
        return await _token(session, second, grant(credentials))
    except (AuthError, Refused) as err:
        # An answer about the login is more useful than one about the address.
        decisive = isinstance(err, AuthError) and isinstance(failure, Refused)
        raise (err if decisive else failure) from None


async def _token(session: CloudSession, address: str, form: Mapping[str, str]) -> Token:
    try:
        answer = await session.json(
            Request(
                method="POST", path=address, form=form, anonymous=True, repeatable=False
            )
        )
    except Refused as err:
        if err.status in _WRONG_LOGIN and not err.page:
            raise AuthError(str(err)) from err
        raise
    if not isinstance(answer, dict) or not (
        access := read_access(answer.get("access_token"))
    ):
        raise BadAnswer("The login was answered without a token")
    lifetime = to_float(answer.get("expires_in"))
    return Token(
        access=access,
        refresh=to_str(answer.get("refresh_token")) or None,
        obtained=time.time(),
        lifetime=lifetime if lifetime and lifetime > 0 else None,
        flavour=address,
    )
