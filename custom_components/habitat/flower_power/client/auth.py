"""Logging in at the Flower Power cloud: OAuth2 with the owner's password."""

from collections.abc import Mapping
import time

from ...cloud.auth import Token, read_access
from ...cloud.documents import Json
from ...cloud.errors import AuthError, BadAnswer, Refused
from ...cloud.messages import Request
from ...cloud.session import CloudSession
from ...cloud.values import to_float, to_str

ADDRESS = "/user/v1/authenticate"

_METHODS = ("POST", "GET")
"""The methods to try; see docs/vendors/flower_power.md (Address and login)."""
_NOT_FOUND = 404
_NO_METHOD = (_NOT_FOUND, 405, 501)
_WRONG_LOGIN = frozenset(
    {"invalid_client", "invalid_grant", "unauthorized_client", "access_denied"}
)


def refuses_login(status: int, document: Json) -> bool:
    """Return whether an answer refuses the login, by its OAuth2 error."""
    return (
        status < 500
        and isinstance(document, dict)
        and document.get("error") in _WRONG_LOGIN
    )


async def log_in(
    session: CloudSession, fields: Mapping[str, str], old: Token | None = None
) -> Token:
    """Return a new token for `email`, `password`, `client_id` and `client_secret`.

    The refresh token of the old one is tried first. Clients used it, but it is not in Parrot's document.

    Raises:
        AuthError: the login is wrong.
        CloudError: there is no token for another reason.
    """
    pair = {name: fields[name] for name in ("client_id", "client_secret")}
    if old is not None and old.refresh:
        form = {**pair, "grant_type": "refresh_token", "refresh_token": old.refresh}
        try:
            return await _token(session, form, old.flavour)
        except AuthError:
            pass
        except Refused as err:
            if err.status in _NO_METHOD:
                raise
        except BadAnswer as err:
            if err.transient:
                raise
        # The server may not know this grant; try the password.
    form = {
        **pair,
        "grant_type": "password",
        "username": fields["email"],
        "password": fields["password"],
    }
    return await _token(session, form, old.flavour if old else None)


async def _token(
    session: CloudSession, form: Mapping[str, str], method: str | None
) -> Token:
    """Request with the method that worked before, else with the first that the server knows."""
    first, second = reversed(_METHODS) if method == _METHODS[1] else _METHODS
    try:
        return await _ask(session, form, first)
    except Refused as err:
        # An address that worked before still exists, whatever its answer is now.
        if err.status not in _NO_METHOD or (method and err.status == _NOT_FOUND):
            raise
    return await _ask(session, form, second)


async def _ask(session: CloudSession, form: Mapping[str, str], method: str) -> Token:
    answer = await session.json(
        Request(method=method, path=ADDRESS, form=form, anonymous=True)
    )
    if not isinstance(answer, dict) or not (
        access := read_access(answer.get("access_token"))
    ):
        if refuses_login(200, answer):
            raise AuthError("The login was refused", reason="login_refused")
        raise BadAnswer("The login was answered without a token")
    lifetime = to_float(answer.get("expires_in"))
    return Token(
        access=access,
        refresh=to_str(answer.get("refresh_token")) or None,
        obtained=time.time(),
        lifetime=lifetime if lifetime and lifetime > 0 else None,
        flavour=method,
    )
