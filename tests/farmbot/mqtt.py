"""A broker with a robot at it, and somebody who listens, for the tests of the connection."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import ssl
from typing import Self, override

from aiomqtt import Client, Message, MqttError
import orjson

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import CloudError
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client.broker import (
    BrokerConnection,
    BrokerCredentials,
    BrokerListener,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.broker import Gate
from custom_components.habitat.simulator.farmbot.embedded import EmbeddedBroker

BOT = "device_7"
TOKEN = "t0ken"
SERVER = "server"


async def until(true: Callable[[], bool], what: str = "it", seconds: float = 5) -> None:
    """Wait until something is true."""
    try:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen") from None


def others() -> set[asyncio.Task[object]]:
    """Return all tasks but the one that asks."""
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


@dataclass
class Ear(BrokerListener):
    """Keeps what it is told."""

    heard: list[tuple[object, ...]] = field(default_factory=list)
    renews: bool | CloudError = False
    """What comes of asking why a login was refused."""
    slips: bool = False
    """Whether it fails at every status."""

    def of(self, kind: str) -> list[list[object]]:
        """Return what it was told of one kind."""
        return [list(rest) for name, *rest in self.heard if name == kind]

    @override
    def connected(self) -> None:
        self.heard.append(("connected",))

    @override
    def lost(self, reason: str) -> None:
        self.heard.append(("lost", reason))

    @override
    async def refused(self) -> bool:
        self.heard.append(("refused",))
        if isinstance(self.renews, CloudError):
            raise self.renews
        return self.renews

    @override
    def online(self, online: bool) -> None:
        self.heard.append(("online", online))

    @override
    def status(self, payload: bytes) -> None:
        self.heard.append(("status", payload))
        if self.slips:
            raise KeyError("a slip")

    @override
    def log(self, payload: bytes) -> None:
        self.heard.append(("log", payload))

    @override
    def sync(self, kind: str, record_id: str, payload: bytes) -> None:
        self.heard.append(("sync", kind, record_id, payload))

    @override
    def telemetry(self, payload: bytes) -> None:
        self.heard.append(("telemetry", payload))


@dataclass
class Robot:
    """The other end: answers pings and commands as long as it is awake."""

    client: Client
    awake: bool = True
    deaf: int = 0
    """How many of the next pings it does not hear."""
    obeys: bool = True
    """Whether it replies to commands at once that it has done them."""
    pings: list[bytes] = field(default_factory=list)
    requests: list[dict[str, Json]] = field(default_factory=list)

    async def live(self) -> None:
        """Read what it is sent."""
        async for message in self.client.messages:
            await self._take(message)

    async def _take(self, message: Message) -> None:
        topic, payload = message.topic.value, message.payload
        if "/ping/" in topic:
            self.pings.append(payload)
            self.deaf -= 1
            if self.awake and self.deaf < 0:
                await self.client.publish(topic.replace("/ping/", "/pong/"), payload)
            return
        request = orjson.loads(payload)
        self.requests.append(request)
        if self.awake and self.obeys:
            await self.reply(request["args"]["label"])

    async def say(self, kind: str, payload: bytes) -> None:
        """Publish below the robot's topics."""
        await self.client.publish(f"bot/{BOT}/{kind}", payload)

    async def reply(self, label: Json, kind: str = "rpc_ok", *said: str) -> None:
        """Reply to a command."""
        node: dict[str, Json] = {"kind": kind, "args": {"label": label}}
        if said:
            node["body"] = [
                {"kind": "explanation", "args": {"message": text}} for text in said
            ]
        await self.say("from_device", orjson.dumps(node))

    @property
    def labels(self) -> list[Json]:
        """The labels of the commands, in the order in which they came."""
        return [
            args["label"]
            for request in self.requests
            if isinstance(args := request["args"], dict)
        ]

    @property
    def kinds(self) -> list[Json]:
        """The kinds of the commands, in the order in which they came."""
        return [
            node["kind"]
            for request in self.requests
            if isinstance(body := request["body"], list)
            for node in body
            if isinstance(node, dict)
        ]


@dataclass(slots=True, kw_only=True)
class Door(Gate):
    """Also keeps from hearing."""

    deaf_to: frozenset[str] = frozenset()
    """Parts below the robot's topics that nobody but the robot may subscribe to."""

    @override
    def allows(self, username: str, topic: str) -> bool:
        """Say no to those as well."""
        if username == BOT and topic.split("/")[2] in self.deaf_to:
            return False
        return Gate.allows(self, username, topic)


class Setting:
    """A broker, and a connection that belongs there."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self.broker = EmbeddedBroker()
        self.gate = Door(
            clock=ManualClock(),
            password=lambda _, password: password == self.token,
            server=SERVER,
            heard=lambda *_: None,
        )
        self.token = TOKEN
        self.presented = TOKEN
        self.asked = 0
        self.unlucky: CloudError | None = None
        """What happens to somebody who asks for the credentials."""
        self.ear = Ear()
        self.report = ParseReport("FarmBot")
        self.connection = BrokerConnection(self._credentials, self.ear, self.report)
        self.running: asyncio.Task[None] | None = None

    async def _credentials(self) -> BrokerCredentials:
        self.asked += 1
        if self.unlucky:
            raise self.unlucky
        return BrokerCredentials(*self.broker.address, None, BOT, self.presented)

    def run(self) -> None:
        """Run the connection."""
        self.running = asyncio.create_task(self.connection.run())

    async def connect(self) -> None:
        """Run the connection, and wait until it is connected."""
        self.run()
        await until(lambda: self.connection.connected, "the connection")

    async def stop(self) -> None:
        """End the connection."""
        if self.running:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running

    @asynccontextmanager
    async def robot(self) -> AsyncGenerator[Robot]:
        """Have a robot at the broker."""
        host, port = self.broker.address
        client = Client(host, port, username=SERVER, password=self.token)
        await client.__aenter__()
        robot = Robot(client)
        living = asyncio.create_task(robot.live())
        try:
            await client.subscribe(
                [(f"bot/{BOT}/from_clients", 0), (f"bot/{BOT}/ping/#", 0)]
            )
            yield robot
        finally:
            living.cancel()
            # The broker may have gone first.
            with suppress(asyncio.CancelledError, MqttError):
                await living
            with suppress(MqttError):
                await client.__aexit__(None, None, None)


class Script:
    """A broker byte by byte: for what a whole one does not do, or not fast enough."""

    def __init__(
        self,
        connack: int | None = 0,
        flood: bytes = b"",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Say what is answered to a login, if anything, and sent after the subscription."""
        self._tls = tls
        self.trust: ssl.SSLContext | None = None
        """What clients trust."""
        self.opened = 0
        self.closed = 0
        self._connack = connack
        self._flood = flood
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Take connections."""
        self._server = await asyncio.start_server(
            self._take, "127.0.0.1", 0, ssl=self._tls
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take no more."""
        assert self._server
        self._server.close()
        self._server.abort_clients()
        await self._server.wait_closed()

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.opened += 1
        with suppress(OSError):
            while packet := await reader.read(4096):
                self._answer(packet, writer)
        self.closed += 1
        writer.close()

    def _answer(self, packet: bytes, writer: asyncio.StreamWriter) -> None:
        match packet[0] >> 4:
            case 1 if self._connack is not None:
                writer.write(bytes([0x20, 2, 0, self._connack]))
            case 8:
                # The packet's id, which follows the length, and a yes to each of six topics.
                start = 2 if packet[1] < 0x80 else 3
                writer.write(bytes([0x90, 8, *packet[start : start + 2], *[0] * 6]))
                writer.write(self._flood)

    async def credentials(self) -> BrokerCredentials:
        """Return what leads here."""
        assert self._server
        host, port = self._server.sockets[0].getsockname()
        return BrokerCredentials(host, port, self.trust, BOT, TOKEN)


def published(topic: str, payload: bytes) -> bytes:
    """Return the packet in which a broker passes on a message."""
    name = topic.encode()
    left = 2 + len(name) + len(payload)
    length = bytearray()
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([0x30, *length, left, 0, len(name)]) + name + payload


@asynccontextmanager
async def setting() -> AsyncGenerator[Setting]:
    """Have a broker; at the end nothing of the connection may be left."""
    before = others()
    made = Setting()
    await made.broker.start(made.gate)
    try:
        yield made
    finally:
        await made.stop()
        await made.broker.stop()
    await until(lambda: others() <= before, "the end of all tasks")
