"""A simulated FarmBot cloud, a client that is logged in, and one that listens to the broker."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import json
from typing import Any

import aiohttp
import aiomqtt
import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.farmbot.broker import Broker
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from tests.support.edge_cases.farmbot import HOMES

PATIENCE = 5.0


@dataclass(slots=True)
class Talk:
    """What a client hears from the broker, and says to the robot."""

    mqtt: aiomqtt.Client
    beneath: str
    heard: list[tuple[str, Any]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _labels: int = 0

    async def listen(self) -> None:
        """Collect what comes in; topics without what they all begin with."""
        async for message in self.mqtt.messages:
            assert isinstance(message.payload, bytes)
            topic = message.topic.value.removeprefix(f"{self.beneath}/")
            if topic == "from_clients":
                continue
            self.heard.append((topic, json.loads(message.payload)))
            self._news.set()

    async def until(self, wanted: Callable[[str, Any], bool]) -> Any:
        """Return the first document that is wanted, once it is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for topic, document in self.heard:
                    if wanted(topic, document):
                        return document
                self._news.clear()
                await self._news.wait()

    async def send(self, *nodes: Record, **args: Json) -> str:
        """Send a request and return its label."""
        self._labels += 1
        label = f"label-{self._labels}"
        request = {
            "kind": "rpc_request",
            "args": {"label": label, "priority": 600, **args},
            "body": nodes,
        }
        await self.mqtt.publish(f"{self.beneath}/from_clients", json.dumps(request))
        return label

    async def reply(self, label: str) -> str | None:
        """Return what the robot says that went wrong, or None when all went well."""
        answer = await self.until(
            lambda topic, it: topic == "from_device" and it["args"]["label"] == label
        )
        if answer["kind"] == "rpc_ok":
            return None
        assert answer["kind"] == "rpc_error"
        return str(answer["body"][0]["args"]["message"])

    async def do(self, *nodes: Record, **args: Json) -> str | None:
        """Let the robot do something and return what went wrong."""
        return await self.reply(await self.send(*nodes, **args))

    def topics(self) -> list[str]:
        """Return the topics of all messages."""
        return [topic for topic, _ in self.heard]

    def statuses(self) -> list[Any]:
        """Return all statuses."""
        return [document for topic, document in self.heard if topic == "status"]


@dataclass(slots=True)
class Client:
    """What a test says to a cloud."""

    http: aiohttp.ClientSession
    cloud: FarmBotCloud
    token: str = ""

    async def ask(
        self, method: str, path: str, body: Json = None, **headers: str
    ) -> tuple[int, Any]:
        """Send a request and return its status and its document, if there is one."""
        async with self.http.request(
            method,
            f"{self.cloud.url}/api/{path}",
            json=body,
            headers={"Authorization": self.token, **headers},
        ) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json" and raw
            return response.status, json.loads(raw) if is_json else None

    async def get(self, path: str) -> Any:
        """Read what is there."""
        status, document = await self.ask("GET", path)
        assert status == 200, document
        return document

    async def log_in(self, **changed: str) -> tuple[int, Any]:
        """Ask for a token with the account's own login."""
        user: Json = {**self.cloud.credentials, **changed}
        status, answer = await self.ask("POST", "tokens", {"user": user})
        if status == 200:
            self.token = answer["token"]["encoded"]
        return status, answer

    def mqtt(self, **changed: Any) -> aiomqtt.Client:
        """Return a client of the broker, not yet connected."""
        host, port = self.cloud.broker.address
        # Without a keep-alive, since the clock of some tests makes leaps.
        whole = {
            "username": self.cloud.robot.bot,
            "password": self.token,
            "keepalive": 0,
            **changed,
        }
        return aiomqtt.Client(host, port, **whole)

    @asynccontextmanager
    async def talk(self) -> AsyncGenerator[Talk]:
        """Listen to everything that there is to hear."""
        beneath = f"bot/{self.cloud.robot.bot}"
        async with self.mqtt() as mqtt:
            await mqtt.subscribe(f"{beneath}/#")
            talk = Talk(mqtt, beneath)
            listening = asyncio.create_task(talk.listen())
            try:
                yield talk
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening


type Serve = Callable[..., Awaitable[Client]]


@pytest.fixture
async def serve(socket_enabled: None, clock: ManualClock) -> AsyncGenerator[Serve]:
    """Return a function that serves a garden and logs in to it; its robot is a fast one."""
    clients: list[Client] = []

    async def start(home: str = "standard", broker: Broker | None = None) -> Client:
        cloud = FarmBotCloud(HOMES[home](1, clock), broker)
        cloud.robot.machine.pace = 2000
        await cloud.start()
        clients.append(Client(aiohttp.ClientSession(), cloud))
        status, _ = await clients[-1].log_in()
        assert status == 200
        return clients[-1]

    yield start
    for client in clients:
        await client.cloud.stop()
        await client.http.close()


@pytest.fixture
async def client(serve: Serve) -> Client:
    """Return a client of the garden where nothing happens by itself."""
    client = await serve()
    await client.cloud.connected()
    return client


@pytest.fixture
async def talk(client: Client) -> AsyncGenerator[Talk]:
    """Return what listens to the robot."""
    async with client.talk() as talk:
        yield talk
