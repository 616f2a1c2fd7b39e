"""The embedded broker on the wire: what it speaks, what it refuses, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
import logging
from typing import Self
from unittest.mock import patch

import aiohttp
import aiomqtt
import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot import embedded, link, mqtt
from custom_components.habitat.simulator.farmbot.broker import Gate
from custom_components.habitat.simulator.farmbot.embedded import EmbeddedBroker
from custom_components.habitat.simulator.farmbot.link import Link
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from tests.support.edge_cases.farmbot import HOMES

from .conftest import Client, Serve

BOT = "device_7"
LOGIN = mqtt.connect("me", BOT, "right")
YES = b"\x20\x02\x00\x00"
PING = b"\xc0\x00"
PONG = b"\xd0\x00"


class Wire:
    """A connection to a broker, byte by byte."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        """Take the broker."""
        self._broker = broker

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self.writer = await asyncio.open_connection(*self._broker.address)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        self.writer.transport.abort()

    async def ask(self, raw: bytes, length: int) -> bytes:
        """Send bytes and return so many of the answer."""
        self.writer.write(raw)
        return await self.read(length)

    async def read(self, length: int) -> bytes:
        """Return so many bytes."""
        async with asyncio.timeout(5):
            return await self._reader.readexactly(length)

    async def rest(self, raw: bytes = b"") -> bytes:
        """Send bytes and return what comes until the broker hangs up."""
        self.writer.write(raw)
        async with asyncio.timeout(5):
            with suppress(ConnectionError):
                return await self._reader.read()
        return b""


@pytest.fixture
async def broker(socket_enabled: None) -> AsyncGenerator[EmbeddedBroker]:
    """Return a broker where the robot 7 may come in."""
    broker = EmbeddedBroker()
    gate = Gate(
        clock=ManualClock(),
        password=lambda _, password: password == "right",
        server="server",
        heard=lambda *_: None,
    )
    await broker.start(gate)
    yield broker
    await broker.stop()


@pytest.fixture
async def wire(broker: EmbeddedBroker) -> AsyncGenerator[Wire]:
    """Return a connection that is logged in."""
    async with Wire(broker) as wire:
        assert await wire.ask(LOGIN, 4) == YES
        yield wire


def _connect(body: bytes) -> bytes:
    return bytes([0x10, len(body)]) + body


_NAME = b"\x00\x04MQTT"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(b"\x00\x00", id="type 0"),
        pytest.param(b"\xf0\x00", id="type 15"),
        pytest.param(b"\x10\xff\xff\xff\xff\x01", id="endless length"),
        pytest.param(b"\x10\xff\xff\xff\x7f", id="too long"),
        pytest.param(PING, id="not logged in"),
        pytest.param(b"\x11\x00", id="flags"),
        pytest.param(_connect(b""), id="empty"),
        pytest.param(_connect(b"\x00\x04HTTP\x04\x02\x00\x00\x00\x00"), id="name"),
        pytest.param(_connect(_NAME + b"\x04\x03\x00\x00\x00\x00"), id="reserved"),
        pytest.param(_connect(_NAME + b"\x04\x42\x00\x00\x00\x00"), id="password only"),
        pytest.param(_connect(_NAME + b"\x04\x22\x00\x00\x00\x00"), id="no will"),
        pytest.param(_connect(_NAME + b"\x04\x02\x00\x00\x00\x09a"), id="short"),
        pytest.param(_connect(_NAME + b"\x04\x02\x00\x00\x00\x01\xff"), id="utf-8"),
        pytest.param(_connect(_NAME + b"\x04\x02\x00\x00\x00\x01\x00"), id="nul"),
        pytest.param(_connect(_NAME + b"\x04\x02\x00\x00\x00\x00x"), id="behind"),
    ],
)
async def test_no_login(broker: EmbeddedBroker, raw: bytes) -> None:
    """What is no CONNECT is hung up on, without an answer."""
    async with Wire(broker) as wire:
        assert await wire.rest(raw) == b""


async def test_refused_logins(broker: EmbeddedBroker) -> None:
    """Of another version, with no name to keep a session for, or with a wrong password."""
    five = _connect(_NAME + b"\x05\x02\x00\x00\x00\x00\x00")
    nameless = _connect(_NAME + b"\x04\x00\x00\x00\x00\x00")
    wrong = mqtt.connect("me", BOT, "wrong")
    for login, code in ((five, 1), (nameless, 2), (wrong, 5)):
        async with Wire(broker) as wire:
            assert await wire.rest(login) == bytes([0x20, 2, 0, code])


async def test_a_will_and_no_identifier(broker: EmbeddedBroker) -> None:
    """Both are allowed; clients without a name are not taken for one another."""
    text = b"\x00\x01w"
    body = _NAME + b"\x04\xc6\x00\x00" + b"\x00\x00" + text + text
    login = _connect(body + b"\x00\x08device_7" + b"\x00\x05right")
    async with Wire(broker) as one, Wire(broker) as two:
        assert await one.ask(login, 4) == YES
        assert await two.ask(login, 4) == YES
        assert await one.ask(PING, 2) == PONG


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(LOGIN, id="login again"),
        pytest.param(b"\x20\x02\x00\x00", id="connack"),
        pytest.param(b"\x34\x05\x00\x01a\x00\x01", id="qos 2"),
        pytest.param(b"\x32\x05\x00\x01a\x00\x00", id="identifier 0"),
        pytest.param(b"\x30\x02\x00\x00", id="no topic"),
        pytest.param(b"\x30\x03\x00\x01#", id="wildcard"),
        pytest.param(b"\x30\x03\x00\x09a", id="short"),
        pytest.param(b"\x80\x06\x00\x01\x00\x01a\x00", id="flags"),
        pytest.param(b"\x82\x02\x00\x01", id="no filter"),
        pytest.param(b"\x82\x06\x00\x01\x00\x01a\x03", id="qos 3"),
        pytest.param(b"\x82\x05\x00\x01\x00\x00\x00", id="empty filter"),
        pytest.param(b"\x82\x07\x00\x01\x00\x02a#\x00", id="a#"),
        pytest.param(b"\x82\x08\x00\x01\x00\x03#/a\x00", id="#/a"),
        pytest.param(b"\x82\x06\x00\x00\x00\x01a\x00", id="subscribe identifier 0"),
    ],
)
async def test_malformed(wire: Wire, raw: bytes) -> None:
    """A client that does not keep to the protocol is hung up on."""
    assert await wire.rest(raw) == b""


async def test_good_bye(wire: Wire) -> None:
    """Whoever says that it goes is let go."""
    assert await wire.rest(b"\xe0\x00") == b""


async def test_at_least_once(wire: Wire) -> None:
    """QoS 1 is acknowledged, granted is QoS 0, and what was said comes back."""
    topic = b"bot/device_7/logs"
    named = len(topic).to_bytes(2) + topic
    asked = b"\x00\x09" + named + b"\x01"
    assert await wire.ask(bytes([0x82, len(asked)]) + asked, 5) == (
        b"\x90\x03\x00\x09\x00"
    )
    said = named + b"\x00\x07hello"
    message = mqtt.publish(topic.decode(), b"hello")
    assert await wire.ask(bytes([0x32, len(said)]) + said, len(message) + 4) == (
        message + b"\x40\x02\x00\x07"
    )
    left = b"\x00\x0a" + named
    assert await wire.ask(bytes([0xA2, len(left)]) + left, 4) == b"\xb0\x02\x00\x0a"
    wire.writer.write(message)
    assert await wire.ask(PING, 2) == PONG


@pytest.mark.parametrize(
    ("topic_filter", "topic", "fits"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("+/+", "/a", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a/b", True),
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
        ("a/b/c", "a/b", False),
        ("a/", "a", False),
    ],
)
def test_matches(topic_filter: str, topic: str, fits: bool) -> None:
    """Wildcards are those of the standard."""
    assert mqtt.matches(topic_filter.split("/"), topic.split("/")) is fits


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, mqtt.MAX_PACKET - 99])
async def test_lengths(broker: EmbeddedBroker, size: int) -> None:
    """Messages of any length arrive as they were."""
    host, port = broker.address
    async with aiomqtt.Client(host, port, username=BOT, password="right") as client:
        await client.subscribe(f"bot/{BOT}/+")
        await client.publish(f"bot/{BOT}/status", b"x" * size)
        async with asyncio.timeout(5):
            message = await anext(aiter(client.messages))
    assert message.payload == b"x" * size


async def test_two_of_one_name(broker: EmbeddedBroker, wire: Wire) -> None:
    """The newer client puts the older one out."""
    async with Wire(broker) as newer:
        assert await newer.ask(LOGIN, 4) == YES
        assert await wire.rest() == b""
        assert await newer.ask(PING, 2) == PONG


async def test_silence(broker: EmbeddedBroker) -> None:
    """Who does not log in, or is silent for one and a half times its keep-alive, has to go."""
    login = bytearray(LOGIN)
    assert login[10:12] == b"\x00\x00"
    login[11] = 1
    with (
        patch.object(embedded, "CONNECT_WAIT", 0.1),
        patch.object(embedded, "_KEEPALIVE_GRACE", 0.1),
    ):
        async with Wire(broker) as wire:
            assert await wire.rest() == b""
        async with Wire(broker) as wire:
            assert await wire.ask(bytes(login), 4) == YES
            assert await wire.rest() == b""
        async with Wire(broker) as wire:
            assert await wire.ask(bytes(login), 4) == YES
            for _ in range(12):
                assert await wire.ask(PING, 2) == PONG
                await asyncio.sleep(0.02)


async def test_a_slow_reader(broker: EmbeddedBroker, wire: Wire) -> None:
    """It misses messages, and holds up neither the broker's memory nor anybody else."""
    topic = f"bot/{BOT}/status"
    await wire.ask(mqtt.subscribe(1, [topic]), 5)
    payload = b"x" * 500_000
    async with Wire(broker) as speaker:
        assert await speaker.ask(mqtt.connect("other", BOT, "right"), 4) == YES
        for _ in range(100):
            speaker.writer.write(mqtt.publish(topic, payload))
            assert await speaker.ask(PING, 2) == PONG
    [visit] = [each for each in broker._visits.values() if each.filters]
    waiting = visit.writer.transport.get_write_buffer_size()
    assert waiting <= embedded.MAX_BACKLOG + len(payload) + 100
    missing = 100 * len(payload) - waiting
    assert missing > 0
    # What it gets is whole nevertheless.
    packet = mqtt.publish(topic, payload)
    assert await wire.read(len(packet)) == packet


async def test_link_lives_through_everything(socket_enabled: None) -> None:
    """A robot's connection comes back after refusals, rubbish and losses."""
    answers = [b"", b"\x20\x02\x00\x05", b"\x20\x02\x00\x63", b"\xd0\x00", YES]
    served = 0

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        writer.write(answers[min(served, len(answers) - 1)])
        served += 1
        if served < len(answers):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    with patch.object(link, "_FIRST_WAIT", 0.001):
        made = Link("me", BOT, "right", (), lambda *_: None)
        made.publish("nobody/hears", b"")
        made.start(host, port)
        made.start(host, port)
        async with asyncio.timeout(5):
            await made.connected.wait()
        assert served == len(answers)
        await made.stop()
        await made.stop()
    assert not made.connected.is_set()
    server.close()
    server.abort_clients()


async def test_as_browsers_do(client: Client) -> None:
    """The same broker speaks in a web socket, where the token says."""
    answer = (await client.log_in())[1]
    address = answer["token"]["unencoded"]["mqtt_ws"]
    login = mqtt.connect("browser", client.cloud.robot.bot, client.token)
    async with client.http.ws_connect(address, protocols=("mqtt",)) as socket:
        assert socket.protocol == "mqtt"
        await socket.send_bytes(login)
        assert await socket.receive_bytes(timeout=5) == YES
        await socket.send_bytes(mqtt.subscribe(1, [f"bot/{client.cloud.robot.bot}/#"]))
        assert (await socket.receive_bytes(timeout=5))[:1] == b"\x90"
        client.cloud.robot.tell()
        assert b"location_data" in await socket.receive_bytes(timeout=5)
        await client.cloud.broker.stop()
        async with asyncio.timeout(5):
            while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                pass
    await client.cloud.broker.start()
    async with client.http.ws_connect(address) as socket:
        await socket.send_bytes(b"rubbish")
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE


async def _leave(cloud: FarmBotCloud, order: int) -> None:
    """Let the parts of a cloud end in one order or another."""
    match order:
        case 1:
            await cloud.broker.stop()
            await cloud.stop()
        case 2:
            await asyncio.gather(cloud.stop(), cloud.broker.stop())
        case 3:
            await cloud.robot.stop()
            await cloud.broker.stop()
            await cloud.broker.start()
            await cloud.stop()
        case _:
            await cloud.stop()
    await cloud.stop()


async def test_the_end_leaves_no_line(
    serve: Serve,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is said and nothing is left, in whatever moment and order it comes."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    # How fast this machine is does not matter here.
    loop.slow_callback_duration = 60
    complaints: list[object] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    caplog.set_level(logging.INFO)
    before = asyncio.all_tasks()
    cloud = FarmBotCloud(HOMES["demo"](1, clock))
    for turn in range(20):
        await cloud.start()
        for _ in range(turn):
            await asyncio.sleep(0)
        if turn % 5 == 4:
            await cloud.connected()
            cloud.robot.tell()
        connecting = asyncio.create_task(asyncio.open_connection(*cloud.broker.address))
        if turn % 2:
            await asyncio.sleep(0)
        await _leave(cloud, turn % 4)
        with suppress(OSError):
            (await connecting)[1].transport.abort()
    await asyncio.sleep(0.01)
    assert complaints == []
    said = [item.getMessage() for item in caplog.records if item.levelno > logging.INFO]
    assert said == []
    assert {task for task in asyncio.all_tasks() - before if not task.done()} == set()
