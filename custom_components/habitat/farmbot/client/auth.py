"""Logging in at FarmBot's server: e-mail and password for a token of 60 days.

The token opens the message broker as well, and says where that is. It cannot be renewed beyond
its 60 days but by logging in again.
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
"""The status of every endpoint while a user has not agreed to the terms of service."""

_NOT_VERIFIED = 403
_INVALID = 422
_LIFETIME = 60 * 86_400.0
"""Seconds, as the server's source has it; for a token that does not say."""
_CLAIMS = ("bot", "mqtt", "mqtt_port", "mqtt_ws", "vhost", "iss", "sub", "jti")

_PLAIN_PORT, _TLS_PORT = 1883, 8883
_PORTS = range(1, 65_536)
_BOT = re.compile(r"device_(\d+)")
_HOST = re.compile(r"[^\s/@]+")


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the message broker is, and who the robot is there."""

    bot: str
    """The name to log in with, which is also part of every topic."""
    host: str
    port: int
    tls: bool


def refuses_login(status: int, document: Json) -> bool:
    """Say whether an answer means that e-mail or password is wrong."""
    return status == _INVALID and isinstance(document, dict) and "auth" in document


def error_message(document: Json) -> str | None:
    """Return what an error document says.

    It is {"error": "…"}, {"error": {"jwt": "…"}} or, of values that do not pass,
    {"<field>": "…"}.
    """
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if isinstance(error, str):
        return error or None
    fields = error if isinstance(error, dict) else document
    said = [
        _sentence(name, message)
        for name, message in fields.items()
        if isinstance(message, str) and message and name != "strategy"
    ]
    return " ".join(said) or None


def action_required(refusal: Refused) -> ActionRequired | None:
    """Return what there is to do before the server serves; None for any other refusal."""
    if refusal.status == TERMS_NOT_ACCEPTED:
        return ActionRequired(str(refusal), "terms_not_accepted")
    return None


async def log_in(
    session: CloudSession, fields: Mapping[str, str], old: Token | None = None
) -> Token:
    """Get a token with `email` and `password`.

    Its claims are those of the broker and the robot, see `broker_address` and `device_id`.

    Raises:
        AuthError: e-mail or password is wrong.
        ActionRequired: the terms are not accepted, or the e-mail address is not confirmed.
        CloudError: no token could be had for another reason.
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
    # The user beside the token is a person, whom nobody here needs to know.
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
    """Return where a token's claims say that the message broker is; None where they do not.

    Encrypted, unless the address for web sockets beside it is not: that is the robot's own rule.
    With `encrypted`, that of a server with https, the token never goes in clear whatever they say.
    """
    bot = claims.get("bot")
    plain = claims.get("mqtt_ws", "").strip().casefold().startswith("ws:")
    tls = encrypted or not plain
    # Only a host is documented; a scheme or a port may come with it, or a port beside it from a
    # server whose broker is not where the vendor's own clients look.
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
    """Return the robot's id by a token's claims."""
    found = _BOT.fullmatch(claims.get("bot", ""))
    return int(found[1]) if found else None


def _sentence(name: str, message: str) -> str:
    """Return a field's message, with the field where the message goes on from its name."""
    return message if message[0].isupper() else f"{name} {message}"


def _signed(token: str) -> Mapping[str, Json]:
    """Return what a token itself holds; its signature is the server's to check, not ours."""
    try:
        claims: Mapping[str, Json] = jwt.decode(
            token, options={"verify_signature": False}
        )
    except jwt.PyJWTError, ValueError:
        return {}
    return claims


def _lifetime(claims: Mapping[str, Json], now: float) -> float:
    """Return how many seconds a token lives.

    Where it says when it was issued our own clock, which may be wrong, does not matter.
    """
    expires, issued = to_float(claims.get("exp")), to_float(claims.get("iat"))
    if expires is None:
        return _LIFETIME
    lifetime = expires - (now if issued is None else issued)
    return lifetime if lifetime > 0 else _LIFETIME


def _inner(document: Json, name: str) -> dict[str, Json]:
    inner = document.get(name) if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else {}
