"""Logging in at Flair: the grants of its OAuth2 server, at its new address or its old one."""

from collections.abc import Mapping
import time

from ...cloud.auth import Token, read_access
from ...cloud.errors import AuthError, BadAnswer, Refused
from ...cloud.messages import Request
from ...cloud.session import CloudSession
from ...cloud.values import to_float, to_str

MODERN = "/oauth2/token"
LEGACY = "/oauth/token"
"""For the pairs that Flair calls "OAuth 1.0 (Legacy)"; neither address takes the other's."""

_WRONG_LOGIN = (400, 403)
"""Flair answers a wrong pair with 400 or 401."""
_NO_SUCH_ADDRESS = (404, 405)
"""A server with only one of the two addresses says so like this, and one that is not Flair's."""


def grant(credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the token request that these credentials allow.

    `client_id` and `client_secret` always; with `username` and `password` it is the password
    grant, with `code` and `redirect_uri` the authorization code grant. The scope is left out:
    the server then gives all that the account has.
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
    """Get a token; a refresh grant of the old token comes first, since it is not rationed.

    Raises:
        AuthError: the pair is wrong at both addresses.
        CloudError: no token could be had for another reason.
    """
    if old is not None and old.refresh and old.flavour:
        pair = {key: credentials[key] for key in ("client_id", "client_secret")}
        form = {**pair, "grant_type": "refresh_token", "refresh_token": old.refresh}
        try:
            return await _token(session, old.flavour, form)
        except AuthError:
            pass  # The refresh grant ended too; the credentials may still be good.
    known = old.flavour if old is not None else None
    first, second = (LEGACY, MODERN) if known == LEGACY else (MODERN, LEGACY)
    try:
        return await _token(session, first, grant(credentials))
    except (AuthError, Refused) as err:
        # An address that served before is there, whatever is said of it today.
        if known and not isinstance(err, AuthError):
            raise
        if isinstance(err, Refused) and err.status not in _NO_SUCH_ADDRESS:
            raise
        failure = err
    try:
        return await _token(session, second, grant(credentials))
    except (AuthError, Refused) as err:
        # A word on the login counts for more than one on the address.
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
