"""Login at FarmBot's server: exchanges e-mail and password for a token of 60 days.

The message broker accepts the token too, and its claims contain the broker's address. After its 60
days only another login gives a new one. See docs/vendors/farmbot.md, Login.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import re
import time
from urllib.parse import urlsplit

import jwt

from ...cloud.auth import Token, read_access
from ...cloud.documents import Json
from ...cloud.errors import ActionRequired, BadAnswer, Refused
from ...cloud.messages import Request
from ...cloud.session import CloudSession
from ...cloud.values import to_float, to_int, to_str

TOKENS = "/api/tokens"

TERMS_NOT_ACCEPTED = 451
"""The HTTP status of every endpoint while the user has not accepted the terms of service."""

_NOT_VERIFIED = 403
_INVALID = 422
_LIFETIME = 60 * 86_400.0
"""Seconds that a token lives (docs/vendors/farmbot.md, Login); used if it does not contain its end."""
_CLAIMS = ("bot", "mqtt", "mqtt_port", "mqtt_ws", "vhost", "iss", "sub", "jti")

_PLAIN_PORT, _TLS_PORT = 1883, 8883
_PORTS = range(1, 65_536)
_BOT = re.compile(r"device_(\d+)")
_HOST = re.compile(r"[^\s/@]+")


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """The address of the message broker, and the user name of the robot there."""

    bot: str
    """The user name, which is also part of every topic."""
    host: str
    port: int
    tls: bool


def refuses_login(status: int, document: Json) -> bool:
    """Return whether an answer means that the e-mail or password is wrong."""
    return status == _INVALID and isinstance(document, dict) and "auth" in document


def error_message(document: Json) -> str | None:
    """Return the message of an error document, if it has one.

    It is {"error": "…"}, {"error": {"jwt": "…"}} or, for invalid values, {"<field>": "…"}
    (docs/vendors/farmbot.md, Login).
    """
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if isinstance(error, str):
        return error or None
    fields = error if isinstance(error, dict) else document
    messages = [
        _sentence(name, message)
        for name, message in fields.items()
        if isinstance(message, str) and message and name != "strategy"
    ]
    return " ".join(messages) or None


def action_required(refusal: Refused) -> ActionRequired | None:
    """Return what the user has to do first, or None for any other refusal."""
    if refusal.status == TERMS_NOT_ACCEPTED:
        return ActionRequired(str(refusal), "terms_not_accepted")
    return None


async def log_in(
    session: CloudSession, fields: Mapping[str, str], old: Token | None = None
) -> Token:
    """Return a token for `email` and `password` of the fields.

    Its claims contain the broker and the robot, see `broker_address` and `device_id`.

    Raises:
        AuthError: e-mail or password is wrong.
        ActionRequired: the terms are not accepted, or the e-mail address is not confirmed.
        CloudError: the request failed for another reason.
    """
    try:
        answer = await session.json(
            Request(
                method="POST",
                path=TOKENS,
                json={
                    "user": {"email": fields["email"], "password": fields["password"]}
                },
                anonymous=True,
            )
        )
    except Refused as err:
        if err.status == _NOT_VERIFIED:
            raise ActionRequired(str(err), "account_not_verified") from err
        if (todo := action_required(err)) is not None:
            raise todo from err
        raise
    # The answer also contains the user, whose name and address must not be logged.
    user = _inner(answer, "user")
    session.privacy.learn("user", [user.get("name"), user.get("email")])
    issued = _inner(answer, "token")
    access = read_access(issued.get("encoded"))
    if not access:
        raise BadAnswer("The login was answered without a token")
    claims = {**_signed(access), **_inner(issued, "unencoded")}
    now = time.time()
    return Token(
        access=access,
        obtained=now,
        lifetime=_lifetime(claims, now),
        claims={name: text for name in _CLAIMS if (text := to_str(claims.get(name)))},
    )


def broker_address(
    claims: Mapping[str, str], *, encrypted: bool = False
) -> BrokerAddress | None:
    """Return the address of the message broker from a token's claims, or None if it is missing.

    The connection is encrypted unless the web-socket address is not: this is the robot's own rule
    (docs/vendors/farmbot.md, Login). With `encrypted`, as for a server with https, it always is.
    """
    bot = claims.get("bot")
    plain = claims.get("mqtt_ws", "").strip().casefold().startswith("ws:")
    tls = encrypted or not plain
    # Documented is a host only. A server of one's own may add a scheme or a port, or have the claim
    # `mqtt_port`.
    text = claims.get("mqtt", "").strip().rpartition("://")[2]
    if text.count(":") > 1 and "[" not in text:
        text = f"[{text}]"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not bot or not host or not _HOST.fullmatch(host):
        return None
    if port is None and (beside := to_int(claims.get("mqtt_port"))) in _PORTS:
        port = beside
    if tls and port == _PLAIN_PORT:
        port = None
    return BrokerAddress(bot, host, port or (_TLS_PORT if tls else _PLAIN_PORT), tls)


def device_id(claims: Mapping[str, str]) -> int | None:
    """Return the robot's id from a token's claims, or None if it is missing."""
    found = _BOT.fullmatch(claims.get("bot", ""))
    return int(found[1]) if found else None


def _sentence(name: str, message: str) -> str:
    """Return the message for a field, with the field's name where the message continues it."""
    return message if message[0].isupper() else f"{name} {message}"


def _signed(token: str) -> Mapping[str, Json]:
    """Return the claims within a token; only the server verifies its signature."""
    try:
        claims: Mapping[str, Json] = jwt.decode(
            token, options={"verify_signature": False}
        )
    except jwt.PyJWTError, ValueError:
        return {}
    return claims


def _lifetime(claims: Mapping[str, Json], now: float) -> float:
    """Return the lifetime of a token in seconds.

    It is the difference of two claims if possible, since the local clock may be wrong.
    """
    expires, issued = to_float(claims.get("exp")), to_float(claims.get("iat"))
    if expires is None:
        return _LIFETIME
    lifetime = expires - (now if issued is None else issued)
    return lifetime if lifetime > 0 else _LIFETIME


def _inner(document: Json, name: str) -> dict[str, Json]:
    inner = document.get(name) if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else {}
