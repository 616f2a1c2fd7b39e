"""Logging in at FarmBot's server: the token, what it says of the broker, and refusals."""

import time

import jwt
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import (
    ActionRequired,
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.farmbot.client.auth import (
    TOKENS,
    BrokerAddress,
    action_required,
    broker_address,
    device_id,
    error_message,
    log_in,
    refuses_login,
)
from tests.farmbot.server import farmbot
from tests.support.loopback import Reply, body, data, page, status

pytestmark = pytest.mark.usefixtures("socket_enabled")

FIELDS = {"email": "robin@example.com", "password": "s3cret"}
DAY = 86_400
CLAIMS: dict[str, Json] = {
    "aud": "unknown",
    "sub": 134,
    "iat": 1_772_352_000,
    "jti": "22deacf3",
    "iss": "//farm.example.com:3000",
    "exp": 1_772_352_000 + 60 * DAY,
    "mqtt": "broker.example.com",
    "bot": "device_77",
    "vhost": "/",
    "mqtt_ws": "ws://broker.example.com:3002/ws",
}
KEPT = {
    "bot": "device_77",
    "mqtt": "broker.example.com",
    "mqtt_ws": "ws://broker.example.com:3002/ws",
    "vhost": "/",
    "iss": "//farm.example.com:3000",
    "sub": "134",
    "jti": "22deacf3",
}


def issued(claims: Json, token: Json = "opaque") -> Json:
    """Return an answer to a login."""
    return {
        "token": {"unencoded": claims, "encoded": token},
        "user": {"name": "Robin", "email": "robin@example.com"},
    }


def signed(claims: dict[str, Json]) -> str:
    """Return a token that holds its claims itself."""
    return jwt.encode(claims, "k" * 32, algorithm="HS256")


async def test_log_in() -> None:
    """E-mail and password are posted; the token knows its life, the robot and the broker."""
    async with farmbot(data(issued(CLAIMS))) as (session, server):
        before = time.time()
        token = await log_in(session, FIELDS)
    assert (token.access, token.refresh) == ("opaque", None)
    assert before <= token.obtained <= time.time()
    assert token.lifetime == 60 * DAY
    assert token.claims == KEPT
    assert "robin" not in repr(token)
    (asked,) = server.asked
    assert (asked.method, asked.path, dict(asked.query)) == ("POST", TOKENS, {})
    assert asked.body == (
        b'{"user": {"email": "robin@example.com", "password": "s3cret"}}'
    )
    assert asked.authorization is None
    assert "farmbotos" not in asked.headers["User-Agent"].casefold()


@pytest.mark.parametrize("unencoded", [None, {}, "odd", {"mqtt": "other.example.com"}])
async def test_claims_of_the_token_itself(unencoded: Json) -> None:
    """What the answer does not say beside the token, the token says."""
    async with farmbot(data(issued(unencoded, signed(CLAIMS)))) as (session, _):
        token = await log_in(session, FIELDS)
    spoken = {"mqtt": "other.example.com"} if isinstance(unencoded, dict) else {}
    expected = {**KEPT, **(spoken if unencoded else {})}
    assert token.claims == expected
    assert token.lifetime == 60 * DAY


@pytest.mark.parametrize(
    ("claims", "lifetime"),
    [
        ({}, 60 * DAY),
        ({"exp": "never"}, 60 * DAY),
        ({"exp": 100, "iat": 200}, 60 * DAY),
        ({"exp": 5_000, "iat": 2_000}, 3_000),
        ({"exp": 100}, 60 * DAY),
    ],
)
async def test_lifetime(claims: Json, lifetime: float) -> None:
    """A token that does not say how long it lives lives as long as all do."""
    async with farmbot(data(issued(claims))) as (session, _):
        token = await log_in(session, FIELDS)
    assert token.lifetime == lifetime


async def test_lifetime_by_our_clock() -> None:
    """A token that says only when it ends is measured by our own clock."""
    claims: Json = {"exp": time.time() + 1_000}
    async with farmbot(data(issued(claims))) as (session, _):
        token = await log_in(session, FIELDS)
    assert token.lifetime == pytest.approx(1_000, abs=10)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (
            data({"auth": "Bad email or password."}, 422),
            AuthError,
            "Bad email or password.",
        ),
        (data({"email": "is invalid"}, 422), Refused, "email is invalid"),
        (status(401), AuthError, "said 401"),
        (status(404), Refused, "said 404"),
        (status(429), RateLimited, "said 429"),
        (body(b"Retry later\n", 429), RateLimited, "HTTP 429"),
        (status(500), Unreachable, "said 500"),
        (page(403), Unreachable, "HTTP 403"),
        (page(200), BadAnswer, "web page"),
        (data([]), BadAnswer, "without a token"),
        (data({"token": "odd"}), BadAnswer, "without a token"),
        (data(issued(CLAIMS, None)), BadAnswer, "without a token"),
        (data(issued(CLAIMS, "")), BadAnswer, "without a token"),
    ],
)
async def test_refusals(reply: Reply, error: type[CloudError], words: str) -> None:
    """Only a wrong login is one; whatever else there is has its own error."""
    async with farmbot(reply) as (session, _):
        with pytest.raises(CloudError, match=words) as raised:
            await log_in(session, FIELDS)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("code", "said", "key"),
    [
        (403, "Verify account first", "account_not_verified"),
        (
            451,
            "all device users must agree to terms of service.",
            "terms_not_accepted",
        ),
    ],
)
async def test_what_there_is_to_do(code: int, said: str, key: str) -> None:
    """A right login may wait for something that the user has to do."""
    async with farmbot(data({"error": said}, code)) as (session, server):
        with pytest.raises(ActionRequired, match=said) as raised:
            await log_in(session, FIELDS)
    assert raised.value.key == key
    assert len(server.asked) == 1


@pytest.mark.parametrize(("code", "todo"), [(403, False), (404, False), (451, True)])
def test_unready(code: int, todo: bool) -> None:
    """Terms that are not accepted have a status of their own."""
    assert (action_required(Refused("no", code)) is not None) is todo


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"error": "Document not found."}, "Document not found."),
        (
            {"error": {"jwt": "Please log out and try again.", "strategy": "jwt"}},
            "Please log out and try again.",
        ),
        ({"auth": "Bad email or password."}, "Bad email or password."),
        ({"name": "can't be blank", "x": "is odd"}, "name can't be blank x is odd"),
        ({"error": ""}, None),
        ({"error": None}, None),
        ({"error": {}}, None),
        ({"error": {"jwt": 5}}, None),
        ({"name": ["odd"], "x": ""}, None),
        ({}, None),
        ([], None),
        ("Retry later", None),
        (None, None),
    ],
)
def test_explain(document: Json, said: str | None) -> None:
    """Errors come in three shapes."""
    assert error_message(document) == said


@pytest.mark.parametrize(
    ("code", "document", "refused"),
    [
        (422, {"auth": "Bad email or password."}, True),
        (403, {"auth": "Bad email or password."}, False),
        (422, {"name": "can't be blank"}, False),
        (422, ["auth"], False),
        (422, None, False),
    ],
)
def test_refuses_login(code: int, document: Json, refused: bool) -> None:
    """A wrong login is a value that does not pass, named auth."""
    assert refuses_login(code, document) is refused


SAFE = {"bot": "device_77", "mqtt_ws": "wss://broker.example.com:443/ws/mqtt"}
PLAIN = {**SAFE, "mqtt_ws": "WS://broker.example.com:3002/ws"}


@pytest.mark.parametrize(
    ("claims", "mqtt", "host", "port", "tls"),
    [
        (SAFE, "broker.example.com", "broker.example.com", 8883, True),
        (SAFE, " Broker.example.com ", "broker.example.com", 8883, True),
        (SAFE, "broker.example.com:8884", "broker.example.com", 8884, True),
        (SAFE, "mqtts://broker.example.com:1/x", "broker.example.com", 1, True),
        (SAFE, "192.0.2.7", "192.0.2.7", 8883, True),
        (SAFE, "[2001:db8::7]:8884", "2001:db8::7", 8884, True),
        (SAFE, "[2001:db8::7]", "2001:db8::7", 8883, True),
        (SAFE, "2001:db8::7", "2001:db8::7", 8883, True),
        (PLAIN, "broker.example.com", "broker.example.com", 1883, False),
        (PLAIN, "127.0.0.1:18830", "127.0.0.1", 18830, False),
        ({"bot": "device_77"}, "broker.example.com", "broker.example.com", 8883, True),
        ({**PLAIN, "mqtt_port": "18830"}, "127.0.0.1", "127.0.0.1", 18830, False),
        ({**SAFE, "mqtt_port": "8884"}, "127.0.0.1:1", "127.0.0.1", 1, True),
        ({**SAFE, "mqtt_port": "99999"}, "127.0.0.1", "127.0.0.1", 8883, True),
        ({**SAFE, "mqtt_port": "odd"}, "127.0.0.1", "127.0.0.1", 8883, True),
    ],
)
def test_broker_address(
    claims: dict[str, str], mqtt: str, host: str, port: int, tls: bool
) -> None:
    """The broker is encrypted unless its web sockets are not; a port is honoured."""
    found = broker_address({**claims, "mqtt": mqtt})
    assert found == BrokerAddress("device_77", host, port, tls)


@pytest.mark.parametrize(
    "mqtt",
    [
        *("", " ", "http://", ":8883", "a:port", "a:99999", "a:-1", "a b"),
        *("[2001:db8::7", "[]", "[odd]:1", "2001:db8::7::8:9"),
    ],
)
def test_no_broker_address(mqtt: str) -> None:
    """What is no address leads nowhere."""
    assert broker_address({**SAFE, "mqtt": mqtt}) is None


def test_a_broker_for_nobody() -> None:
    """Without claims, or without a robot's name, there is no broker."""
    assert broker_address({}) is None
    assert broker_address({"mqtt": "broker.example.com"}) is None


@pytest.mark.parametrize(
    ("bot", "number"),
    [("device_77", 77), ("device_", None), ("device_7x", None), ("", None)],
)
def test_device_id(bot: str, number: int | None) -> None:
    """The robot's name at the broker has its id in it."""
    assert device_id({"bot": bot}) == number
    assert device_id({}) is None


@pytest.mark.parametrize(
    ("mqtt", "mqtt_ws", "port"),
    [
        ("broker.example", "ws://broker.example:3002/ws", 8883),
        ("broker.example:1883", " WS://broker.example/ws", 8883),
        ("mqtt://broker.example:8884", "ws://broker.example/ws", 8884),
        ("broker.example", "wss://broker.example/ws", 8883),
        ("broker.example", "", 8883),
    ],
)
def test_never_in_clear(mqtt: str, mqtt_ws: str, port: int) -> None:
    """At a server with https the token is not sent in clear, whatever the claims say."""
    claims = {"bot": "device_5", "mqtt": mqtt, "mqtt_ws": mqtt_ws}
    found = broker_address(claims, encrypted=True)
    assert found == BrokerAddress("device_5", "broker.example", port, tls=True)
