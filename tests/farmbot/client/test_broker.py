"""The link hears the robot, commands it, and outlives whatever happens to the broker."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
import gc
from ipaddress import ip_address
import logging
import socket
import ssl
from tempfile import NamedTemporaryFile
import time
from typing import NoReturn

from aiomqtt import Client, MqttError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import orjson
from paho.mqtt.reasoncodes import ReasonCode
import pytest

from custom_components.habitat.cloud.errors import AuthError, CloudError, Unreachable
from custom_components.habitat.cloud.pacing import Pacing
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client import broker, celery_script
from custom_components.habitat.farmbot.client.broker import (
    BrokerConnection,
    BrokerCredentials,
    CommandFailed,
    NoReply,
    NotConnected,
    RobotError,
    RobotOffline,
    _Disconnection,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from tests.farmbot.mqtt import (
    BOT,
    SERVER,
    TOKEN,
    Ear,
    Robot,
    Script,
    Setting,
    others,
    published,
    setting,
    until,
)

LONG_STATUS = orjson.dumps({"jobs": {}, "rest": "x" * 7000})


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute be less than a second, and most waits even shorter."""
    for name, seconds in {
        "CONNECT_TIMEOUT": 2.0,
        "DISCONNECT_TIMEOUT": 0.2,
        "MIN_PAUSE": 0.05,
        "MAX_PAUSE": 0.2,
        "REFUSED_PAUSE": 0.5,
        "PING_INTERVAL": 0.4,
        "PONG_TIMEOUT": 0.25,
        "RECENT_SIGN": 0.2,
        "SIGN_TIMEOUT": 0.1,
    }.items():
        monkeypatch.setattr(broker, name, seconds)


@pytest.fixture(autouse=True, scope="module")
def nothing_overlooked() -> Iterator[None]:
    """Fail where an error of a task or future was never looked at."""
    loop_complaints: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: loop_complaints.append(record.getMessage())  # type: ignore[method-assign]  # a handler in one line
    logging.getLogger("asyncio").addHandler(handler)
    yield
    gc.collect()
    logging.getLogger("asyncio").removeHandler(handler)
    assert loop_complaints == []


@pytest.fixture
async def at(socket_enabled: None) -> AsyncGenerator[Setting]:
    """Return a broker with a link that does not run yet."""
    async with setting() as made:
        yield made


@pytest.fixture
async def robot(at: Setting) -> AsyncGenerator[Robot]:
    """Return the robot, with the link connected to its broker."""
    async with at.robot() as made:
        await at.connect()
        yield made


@asynccontextmanager
async def _running(connection: BrokerConnection) -> AsyncGenerator[asyncio.Task[None]]:
    """Let a link live."""
    running = asyncio.create_task(connection.run())
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _ends(doing: Awaitable[None]) -> RobotError:
    """Return the error in which a command ends."""
    with pytest.raises(RobotError) as caught:
        await doing
    return caught.value


# What comes.


async def test_hears(at: Setting, robot: Robot) -> None:
    """What is pushed comes as it was sent, told apart by its topic."""
    await until(lambda: at.connection.online is True, "the first pong")
    async with Client(*at.broker.address, username=SERVER, password=TOKEN) as server:
        await server.publish(f"bot/{BOT}/sync/Point/12", b'{"body": null}')
        await server.publish(f"bot/{BOT}/sync/Device", b"{}")
        await server.publish("bot/device_8/status", b"of another robot")
    await robot.say("status", b"\x00 no JSON")
    await robot.say("logs", b'{"message": "hello"}')
    await robot.say("telemetry", b"{}")
    await until(lambda: bool(at.ear.of("telemetry")), "the telemetry")
    await until(lambda: len(at.ear.of("sync")) == 2, "the sync messages")
    assert at.ear.of("connected") == [[]]
    assert at.ear.of("online") == [[True]]
    assert at.ear.of("sync") == [
        ["Point", "12", b'{"body": null}'],
        ["Device", "", b"{}"],
    ]
    assert at.ear.of("status") == [[b"\x00 no JSON"]]
    assert at.ear.of("log") == [[b'{"message": "hello"}']]
    counters = at.connection.counters
    assert counters.connects == 1
    assert counters.messages == {
        "pong": 1,
        "sync": 2,
        "status": 1,
        "logs": 1,
        "telemetry": 1,
    }
    assert counters.bytes > 40
    # As in diagnostics.
    assert orjson.loads(orjson.dumps(asdict(counters)))["messages"]["sync"] == 2


async def test_client(at: Setting, robot: Robot) -> None:
    """The link never takes the robot's own name, which would put that out, and sends at once."""
    client = at.connection._client
    assert client is not None
    assert client.identifier.startswith("habitat-")
    connection = client._client.socket()
    assert isinstance(connection, socket.socket)
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_flood(socket_enabled: None) -> None:
    """2000 statuses of 7 KB, as fast as they can be sent, come through whole and in order.

    They cost so little that 1000 a second would leave most of the time for others.
    """
    statuses = [LONG_STATUS + str(number).encode() for number in range(2000)]
    flood = b"".join(published(f"bot/{BOT}/status", status) for status in statuses)
    async with Script(flood=flood) as script:
        ear = Ear()
        connection = BrokerConnection(script.credentials, ear, ParseReport("FarmBot"))
        began = time.process_time()
        async with _running(connection):
            await until(
                lambda: connection.counters.messages["status"] == 2000, "the last", 10
            )
            cost = time.process_time() - began
    assert [payload for (payload,) in ear.of("status")] == statuses
    assert ear.of("online") == [[True]]
    assert cost < 0.6


async def test_other_topics(socket_enabled: None) -> None:
    """What was not asked for is not for us."""
    flood = b"".join(
        published(topic, b"x")
        for topic in ("bot/device_8/status", f"bot/{BOT}/terminal_output", "status")
    )
    async with Script(flood=flood + published(f"bot/{BOT}/status", b"y")) as script:
        ear = Ear()
        connection = BrokerConnection(script.credentials, ear, ParseReport("FarmBot"))
        async with _running(connection):
            await until(lambda: bool(ear.of("status")), "the status")
    assert ear.of("status") == [[b"y"]]
    assert [kind for kind, *_ in ear.heard] == ["connected", "online", "status"]


async def test_slips_of_the_listener(
    at: Setting, robot: Robot, caplog: pytest.LogCaptureFixture
) -> None:
    """A listener that fails costs neither the connection nor more than one log line."""
    at.ear.slips = True
    for _ in range(5):
        await robot.say("status", b"{}")
    await until(lambda: at.connection.counters.slips == 5, "the slips")
    await at.connection.command(celery_script.sync())
    assert at.connection.counters.connects == 1
    said = [record for record in caplog.records if record.name == broker.__name__]
    assert [record.levelno for record in said] == [logging.ERROR]


async def test_subscription_denied(at: Setting) -> None:
    """A server that does not know one of the topics is good for the others."""
    at.gate.deaf_to = frozenset({"telemetry"})
    async with at.robot() as robot:
        await at.connect()
        await at.connection.command(celery_script.sync())
        assert robot.kinds == ["sync"]
    assert at.report.counts == {"subscription (telemetry)": 1}


async def test_all_subscriptions_denied(at: Setting) -> None:
    """Where nothing may be heard there is no connection."""
    at.gate.deaf_to = frozenset(kind.split("/")[0] for kind in broker._TOPICS)
    at.run()
    await until(lambda: bool(at.ear.of("lost")), "the loss")
    assert at.ear.of("lost")[0] == ["The message broker refused all subscriptions"]
    assert not at.ear.of("connected")


# Commands.


async def test_command(at: Setting, robot: Robot) -> None:
    """A command is one request with a label of its own, and done when the robot says so."""
    await at.connection.command(celery_script.sync(), celery_script.read_status())
    await at.connection.command(celery_script.sync(), priority=700)
    assert robot.requests == [
        celery_script.rpc_request(
            [celery_script.sync(), celery_script.read_status()],
            str(robot.labels[0]),
            600,
        ),
        celery_script.rpc_request([celery_script.sync()], str(robot.labels[1]), 700),
    ]
    assert robot.labels[0] != robot.labels[1]
    assert at.connection.counters.commands == 2
    assert at.connection.counters.failures == 0


async def test_pings_with_commands(at: Setting, robot: Robot) -> None:
    """A command asks for a sign of life unless there was one a moment ago."""
    await until(lambda: at.connection.online is True, "the first pong")
    await at.connection.command(celery_script.sync())
    assert len(robot.pings) == 1
    await asyncio.sleep(broker.RECENT_SIGN + 0.05)
    await at.connection.command(celery_script.sync())
    await until(lambda: len(robot.pings) == 2, "the ping")


async def test_command_fails(at: Setting, robot: Robot) -> None:
    """The robot's own words are the error's, but not all of many."""
    robot.obeys = False
    failing = asyncio.create_task(
        _ends(at.connection.command(celery_script.check_updates()))
    )
    await until(lambda: bool(robot.requests), "the request")
    await robot.reply(
        robot.labels[0], "rpc_error", "No update available.", "And\nmore: " + "x" * 400
    )
    error = await failing
    assert isinstance(error, CommandFailed)
    assert str(error).startswith("No update available.; And more: xxx")
    assert len(str(error)) == 200
    assert at.connection.counters.failures == 1


async def test_command_fails_without_a_word(at: Setting, robot: Robot) -> None:
    """A robot that does not say why is quoted so."""
    robot.obeys = False
    failing = asyncio.create_task(_ends(at.connection.command(celery_script.sync())))
    await until(lambda: bool(robot.requests), "the request")
    await robot.reply(robot.labels[0], "rpc_error")
    assert str(await failing) == "The robot did not say why"


async def test_no_reply(at: Setting, robot: Robot) -> None:
    """A robot that answers pings but not the command is not offline; its late reply is let be."""
    robot.obeys = False
    error = await _ends(at.connection.command(celery_script.sync(), timeout=0.4))
    assert isinstance(error, NoReply)
    assert at.connection.online is True
    unclaimed = at.connection.counters.unclaimed
    await robot.reply(robot.labels[0])
    await until(lambda: at.connection.counters.unclaimed == unclaimed + 1, "the reply")
    assert not at.report.counts


async def test_parallel_commands(at: Setting, robot: Robot) -> None:
    """Each command ends with its own reply, whatever their order."""
    robot.obeys = False
    first = asyncio.create_task(at.connection.command(celery_script.sync()))
    await until(lambda: len(robot.requests) == 1, "the first")
    second = asyncio.create_task(
        _ends(at.connection.command(celery_script.take_photo()))
    )
    await until(lambda: len(robot.requests) == 2, "the second")
    await robot.reply(robot.labels[1], "rpc_error", "No camera")
    assert str(await second) == "No camera"
    assert not first.done()
    await robot.reply(robot.labels[0])
    await first


async def test_strange_replies(at: Setting, robot: Robot) -> None:
    """Only a proper reply with the right label ends a command; the rest is let be."""
    robot.obeys = False
    waiting = asyncio.create_task(
        at.connection.command(celery_script.sync(), timeout=5)
    )
    await until(lambda: bool(robot.requests), "the request")
    label = str(robot.labels[0])
    for payload in (
        b"",
        b"\xff nonsense",
        b'{"kind": "rpc_ok", "args": {"label": "of a browser"}}',
        b'{"kind": "rpc_ok"}',
    ):
        await robot.say("from_device", payload)
    for text in (
        f'{{"kind": "rpc_ok", "args": {{"label": "{label}"',
        f'["{label}"]',
        f'{{"kind": "rpc_ok", "args": {{"label": "other", "was": "{label}"}}}}',
        f'{{"kind": "rpc_maybe", "args": {{"label": "{label}"}}}}',
    ):
        await robot.say("from_device", text.encode())
    await until(lambda: at.report.counts["from_device"] == 4, "the oddities")
    assert at.connection.counters.unclaimed == 4
    assert not waiting.done()
    # Two replies and the end of the connection within one breath: the first counts.
    ok = f'{{"kind": "rpc_ok", "args": {{"label": "{label}"}}}}'.encode()
    at.connection._process_reply(ok)
    at.connection._process_reply(ok)
    at.connection._end_replies(broker._offline)
    await waiting
    assert at.connection.counters.unclaimed == 5


async def test_lock_waits_for_nothing(at: Setting, robot: Robot) -> None:
    """The emergency stop is sent and done while a long command is under way."""
    robot.obeys = False
    moving = asyncio.create_task(
        at.connection.command(celery_script.find_home(), timeout=None)
    )
    await until(lambda: len(robot.requests) == 1, "the movement")
    locking = asyncio.create_task(at.connection.emergency_lock())
    await until(lambda: len(robot.requests) == 2, "the lock")
    assert robot.kinds == ["find_home", "emergency_lock"]
    assert robot.requests[1]["args"] == {"label": robot.labels[1], "priority": 9000}
    await robot.reply(robot.labels[1])
    await locking
    assert not moving.done()
    await robot.reply(robot.labels[0], "rpc_error", "Emergency locked")
    with pytest.raises(CommandFailed, match="Emergency locked"):
        await moving
    robot.obeys = True
    await at.connection.emergency_unlock()
    assert robot.kinds[-1] == "emergency_unlock"


async def test_cancelled_command(at: Setting, robot: Robot) -> None:
    """A caller may stop to wait; nothing of the command stays."""
    robot.obeys = False
    waiting = asyncio.create_task(
        at.connection.command(celery_script.sync(), timeout=None)
    )
    await until(lambda: bool(robot.requests), "the request")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not at.connection._replies


# The robot away.


async def test_offline(at: Setting, robot: Robot) -> None:
    """A robot that does not answer is offline soon, and so says every command, at once."""
    robot.awake = False
    async with asyncio.timeout(3):
        error = await _ends(at.connection.command(celery_script.sync(), timeout=None))
    assert isinstance(error, RobotOffline)
    await until(lambda: at.connection.online is False, "going offline")
    sent = len(robot.requests)
    assert isinstance(
        await _ends(at.connection.command(celery_script.sync())), RobotOffline
    )
    assert len(robot.requests) == sent
    robot.awake = True
    await robot.say("status", b"{}")
    await until(lambda: at.connection.online is True, "the return")
    await at.connection.command(celery_script.sync())
    # The first ping may have been answered before the robot fell asleep.
    assert at.ear.of("online")[-2:] == [[False], [True]]


async def test_robot_that_was_there_a_moment_ago(
    at: Setting, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word from just before the command is no sign that the robot got it."""
    monkeypatch.setattr(broker, "RECENT_SIGN", 60.0)
    await until(lambda: at.connection.online is True, "the first pong")
    robot.awake = False
    pings = len(robot.pings)
    error = await _ends(at.connection.command(celery_script.sync(), timeout=0.2))
    assert isinstance(error, RobotOffline)
    assert len(robot.pings) > pings


async def test_robot_that_vanishes_while_somebody_waits(
    at: Setting, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a long command does not have to wait for the next regular ping."""
    monkeypatch.setattr(broker, "PING_INTERVAL", 60.0)
    monkeypatch.setattr(broker, "SILENCE_TIMEOUT", 0.2)
    await until(lambda: at.connection.online is True, "the first pong")
    robot.obeys = False
    moving = asyncio.create_task(
        at.connection.command(celery_script.find_home(), timeout=None)
    )
    await until(lambda: bool(robot.requests), "the movement")
    # One that says nothing but answers is there: it is waited for.
    pings = len(robot.pings)
    await until(lambda: len(robot.pings) >= pings + 2, "two more pings")
    assert not moving.done()
    robot.awake = False
    async with asyncio.timeout(3):
        with pytest.raises(RobotOffline):
            await moving
    assert at.connection.online is False


async def test_lock_of_a_robot_that_is_offline(at: Setting, robot: Robot) -> None:
    """The lock is sent all the same: the robot may hear what it cannot answer."""
    robot.awake = False
    await until(lambda: at.connection.online is False, "going offline")
    assert isinstance(await _ends(at.connection.emergency_lock()), RobotOffline)
    assert robot.kinds == ["emergency_lock"]


async def test_one_miss_is_no_news(at: Setting, robot: Robot) -> None:
    """A robot that misses one ping and hears the next was never offline."""
    await until(lambda: at.connection.online is True, "the first pong")
    robot.deaf = 1
    await until(lambda: len(robot.pings) == 3, "a miss, and the next ping")
    await until(lambda: at.connection._missed_pings == 0, "the next pong")
    assert at.ear.of("online") == [[True]]


async def test_a_long_command_ends_when_the_robot_goes(
    at: Setting, robot: Robot
) -> None:
    """Without a time limit a command still ends when there is nobody to end it."""
    robot.obeys = False
    waiting = asyncio.create_task(
        _ends(at.connection.command(celery_script.sync(), timeout=None))
    )
    await until(lambda: bool(robot.requests), "the request")
    await asyncio.sleep(0.6)
    assert not waiting.done()
    robot.awake = False
    assert isinstance(await waiting, RobotOffline)


async def test_log_of_the_server_is_no_sign_of_life(at: Setting, robot: Robot) -> None:
    """The server writes into the robot's log too, under a version of its own."""
    robot.awake = False
    await until(lambda: at.connection.online is False, "going offline")
    await robot.say("logs", b'{"message": "mail sent", "major_version": 99}')
    await until(lambda: len(at.ear.of("log")) == 1, "the line")
    assert at.connection.online is False
    await robot.say("logs", b'{"message": "I am up", "major_version": 15}')
    await until(lambda: at.connection.online is True, "the return")


async def test_pace_of_pings(
    at: Setting, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle hour has fewer than 60 pings, whatever commands sent besides."""
    assert 3600 / 62.0 < 60
    assert broker.MAX_MISSED_PINGS == 2
    monkeypatch.setattr(broker, "PING_INTERVAL", 0.1)
    await until(lambda: at.connection.counters.pings > 1, "the next ping")
    pings = at.connection.counters.pings
    await at.connection.command(celery_script.sync())
    await asyncio.sleep(0.5)
    assert 2 <= at.connection.counters.pings - pings <= 6


# The broker away.


async def test_not_connected(at: Setting) -> None:
    """Without a connection no command is sent, not even the lock."""
    assert isinstance(
        await _ends(at.connection.command(celery_script.sync())), NotConnected
    )
    assert isinstance(await _ends(at.connection.emergency_lock()), NotConnected)
    assert at.connection.counters.failures == 2


async def test_loss_and_return(
    at: Setting, robot: Robot, caplog: pytest.LogCaptureFixture
) -> None:
    """Commands that wait end with the broker; when it is back, so is the link."""
    caplog.set_level(logging.DEBUG)
    robot.obeys = False
    waiting = asyncio.create_task(
        _ends(at.connection.command(celery_script.sync(), timeout=None))
    )
    await until(lambda: bool(robot.requests), "the request")
    await at.broker.stop()
    assert isinstance(await waiting, NotConnected)
    assert not at.connection.connected
    assert at.connection.online is None
    assert isinstance(
        await _ends(at.connection.command(celery_script.sync())), NotConnected
    )
    await until(lambda: len(at.ear.of("lost")) > 2, "a few tries")
    await at.broker.start(at.gate)
    async with at.robot() as again:
        await until(lambda: at.connection.connected, "the return")
        await at.connection.command(celery_script.sync())
        assert again.kinds == ["sync"]
    assert at.connection.counters.connects == 2
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(at.ear.heard)


async def test_publishing_fails(at: Setting, robot: Robot) -> None:
    """A connection that broke a moment ago, unnoticed yet, is none, and no miss of the robot's."""
    await until(lambda: at.connection.online is True, "the first pong")
    client = at.connection._client
    assert client is not None
    client._client.disconnect()
    answers = at.connection._ping_once()
    error = await _ends(at.connection.command(celery_script.sync()))
    assert isinstance(error, NotConnected)
    assert answers.cancelled() or answers.result() is False
    assert at.connection._missed_pings == 0


async def test_ping_that_is_not_sent(
    at: Setting, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ping that the broker did not take says nothing of the robot."""
    await until(lambda: at.connection.online is True, "the first pong")
    assert at.connection._client is not None

    async def publish(*_: object, **__: object) -> NoReturn:
        raise MqttError("stuck")

    monkeypatch.setattr(at.connection._client, "publish", publish)
    assert await at.connection._ping_once() is False
    assert at.connection._missed_pings == 0
    error = await _ends(at.connection.command(celery_script.sync()))
    assert str(error) == "The message broker did not take the message: stuck"


async def test_loss_while_it_ends(at: Setting, robot: Robot) -> None:
    """A broker that goes in the moment in which the link ends leaves nothing behind."""
    assert at.running
    at.running.cancel()
    await at.broker.stop()
    with pytest.raises(asyncio.CancelledError):
        await at.running


async def test_encrypted(socket_enabled: None) -> None:
    """A broker is spoken to under its own certificate only."""
    own, others_trust = _certificate()
    async with Script(tls=own) as script:
        ear = Ear()
        script.trust = ssl.create_default_context()
        connection = BrokerConnection(script.credentials, ear, ParseReport("FarmBot"))
        async with _running(connection):
            await until(lambda: bool(ear.of("lost")), "the refusal")
            assert "certificate verify failed" in str(ear.of("lost")[0])
            assert not ear.of("refused")
            script.trust = others_trust
            await until(lambda: connection.connected, "the connection")


def _certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the context of a server on loopback, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:
        file.write(private + pem)
        file.flush()
        own.load_cert_chain(file.name)
    return own, ssl.create_default_context(cadata=pem.decode())


async def test_refused_login(at: Setting) -> None:
    """A refused login waits long, for it may be one of too many, unless there is a new token."""
    at.presented = "an old one"
    at.run()
    await until(lambda: bool(at.ear.of("refused")), "the question")
    assert at.connection.counters.refusals == 1
    await asyncio.sleep(0.3)
    assert at.asked == 1
    at.presented = TOKEN
    await until(lambda: at.connection.connected, "the connection")
    assert [kind for kind, *_ in at.ear.heard][:3] == [
        "lost",
        "refused",
        "connected",
    ]


@pytest.mark.parametrize(("code", "refused"), [(3, 0), (4, 1), (5, 1)])
async def test_ways_to_be_refused(
    socket_enabled: None, code: int, refused: int
) -> None:
    """A broker that is not ready says so otherwise than one that does not like the login."""
    async with Script(connack=code) as script:
        ear = Ear()
        connection = BrokerConnection(script.credentials, ear, ParseReport("FarmBot"))
        async with _running(connection):
            await until(lambda: connection.counters.losses == 1, "the loss")
            await asyncio.sleep(0)
            assert len(ear.of("refused")) == refused


async def test_refused_login_with_a_new_token(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new token is tried soon."""
    monkeypatch.setattr(broker, "REFUSED_PAUSE", 60.0)
    at.presented = "an old one"
    at.ear.renews = True
    at.run()
    await until(lambda: bool(at.ear.of("refused")), "the question")
    at.presented = TOKEN
    await until(lambda: at.connection.connected, "the connection")


async def test_nobody_knows_why_it_was_refused(at: Setting) -> None:
    """A question that fails is a wait like any other."""
    at.presented = "an old one"
    at.ear.renews = Unreachable("no network")
    at.run()
    await until(lambda: bool(at.ear.of("refused")), "the question")
    at.presented = TOKEN
    await until(lambda: at.connection.connected, "the connection")


async def test_no_credentials(at: Setting) -> None:
    """A server that gives no token is weather; one that refuses the login is asked about it."""
    at.unlucky = Unreachable("The server is down")
    at.run()
    await until(lambda: len(at.ear.of("lost")) == 2, "two tries")
    assert at.ear.of("lost")[0] == ["The server is down"]
    assert not at.ear.of("refused")
    at.unlucky = AuthError("Bad email or password")
    await until(lambda: bool(at.ear.of("refused")), "the question")
    at.unlucky = None
    await until(lambda: at.connection.connected, "the connection")


@pytest.mark.parametrize(
    ("host", "port"), [("", 1883), ("127.0.0.1", 0), ("127.0.0.1", 1)]
)
async def test_addresses_that_are_none(
    socket_enabled: None, host: str, port: int
) -> None:
    """Whatever the login said of the broker, the link only waits and tries again."""
    ear = Ear()

    async def credentials() -> BrokerCredentials:
        return BrokerCredentials(host, port, None, BOT, TOKEN)

    connection = BrokerConnection(credentials, ear, ParseReport("FarmBot"))
    async with _running(connection) as running:
        await until(lambda: len(ear.of("lost")) == 2, "two tries")
        assert not running.done()


async def test_silent_broker(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that does not answer the login is left, and the socket with it."""
    monkeypatch.setattr(broker, "CONNECT_TIMEOUT", 0.2)
    before = others()
    async with Script(connack=None) as silence:
        ear = Ear()
        connection = BrokerConnection(silence.credentials, ear, ParseReport("FarmBot"))
        async with _running(connection):
            await until(lambda: bool(ear.of("lost")), "the loss")
            await until(lambda: silence.closed >= 1, "the end of the connection")
        await until(lambda: silence.closed == silence.opened, "the end of them all")
    await until(lambda: others() <= before, "the end of all tasks")


async def test_cancelled_while_connecting(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ending the link while it connects leaves no socket and no task."""
    monkeypatch.setattr(broker, "CONNECT_TIMEOUT", 0.2)
    before = others()
    async with Script(connack=None) as silence:
        for wait in (0.0, 0.001, 0.1):
            connection = BrokerConnection(
                silence.credentials, Ear(), ParseReport("FarmBot")
            )
            running = asyncio.create_task(connection.run())
            await asyncio.sleep(wait)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            assert running.cancelled()
        await until(lambda: silence.closed == silence.opened, "the end of them all")
        assert silence.opened
    await until(lambda: others() <= before, "the end of all tasks")


@pytest.mark.parametrize(
    ("said", "code"), [(5, 5), (None, 0), (ReasonCode(2, "Not authorized"), 135)]
)
def test_code(said: object, code: int) -> None:
    """What the broker said is a number, however the library puts it."""
    assert broker._code(said) == code


async def _pauses(
    monkeypatch: pytest.MonkeyPatch, ear: Ear, *losses: _Disconnection
) -> list[float]:
    """Return how long a link waits after each of these losses."""
    pauses: list[float] = []
    left = list(losses)
    clock = ManualClock()

    async def nobody() -> NoReturn:
        raise CloudError("not asked here")

    async def visit() -> _Disconnection:
        if not left:
            raise asyncio.CancelledError
        return left.pop(0)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(seconds)

    for name, value in {
        "MIN_PAUSE": 30.0,
        "MAX_PAUSE": 600.0,
        "REFUSED_PAUSE": 300.0,
    }.items():
        monkeypatch.setattr(broker, name, value)
    connection = BrokerConnection(nobody, ear, ParseReport("FarmBot"), Pacing(clock))
    with monkeypatch.context() as patcher:
        patcher.setattr(connection, "_connect_once", visit)
        patcher.setattr(asyncio, "sleep", sleep)
        with suppress(asyncio.CancelledError):
            await connection.run()
    return pauses


def _within(pauses: list[float], *expected: float) -> None:
    assert len(pauses) == len(expected)
    for pause, most in zip(pauses, expected, strict=True):
        assert 0.6 * most <= pause <= most


async def test_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause is as long as the outage, up to ten minutes; a connection that lasted ends it."""
    short, long = _Disconnection("x", False, 10), _Disconnection("x", False, 301)
    pauses = await _pauses(monkeypatch, Ear(), *[short] * 7, long, short)
    _within(pauses, 30, 30, 60, 120, 240, 480, 600, 30, 30)
    assert len({pause / 30 for pause in pauses}) > 7


async def test_pauses_after_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 logins in 5 min are all that the robot has: refused, its whole time is waited."""
    refused = _Disconnection("x", True, 0)
    pauses = await _pauses(monkeypatch, Ear(), *[refused] * 6)
    assert pauses[:2] == pytest.approx([300, 300])
    assert all(300 <= round(pause) <= 600 for pause in pauses)
    assert pauses[-1] > 450
    _within(await _pauses(monkeypatch, Ear(renews=True), refused), 30)
