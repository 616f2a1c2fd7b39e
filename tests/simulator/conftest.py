"""A simulated Flair cloud and a client that is logged in, over real sockets."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.flair.demo import demo
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.simulator.flair.world import World


def mapping(value: Json) -> Record:
    """Return what must be an object."""
    assert isinstance(value, dict)
    return value


@dataclass(slots=True)
class Client:
    """What a test says to a cloud."""

    http: aiohttp.ClientSession
    cloud: FlairCloud
    token: str = ""

    async def grant(
        self, path: str = "/oauth2/token", **form: str
    ) -> tuple[int, Record]:
        """Ask for a token; by default with the account's own credentials."""
        whole = {"grant_type": "client_credentials", **self.cloud.credentials, **form}
        async with self.http.post(self.cloud.url + path, data=whole) as response:
            return response.status, await response.json()

    async def login(self) -> None:
        """Log in."""
        status, answer = await self.grant()
        assert status == 200
        self.token = str(answer["access_token"])

    async def call(
        self, method: str, path: str, body: Json = None
    ) -> tuple[int, Record, aiohttp.ClientResponse]:
        """Send a request; answers without a JSON document read as an empty one."""
        async with self.http.request(
            method,
            self.cloud.url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            is_json = (
                response.status != 204 and response.content_type == "application/json"
            )
            return response.status, await response.json() if is_json else {}, response

    async def get(self, path: str) -> Record:
        """Read a document that is there."""
        status, answer, _ = await self.call("GET", path)
        assert status == 200, answer
        return answer

    async def attributes(self, kind: str, identity: str) -> Record:
        """Read the attributes of a resource."""
        answer = await self.get(f"/api/{kind}/{identity}")
        return mapping(mapping(answer["data"])["attributes"])

    async def reading(self, kind: str, identity: str) -> Record:
        """Read the attributes of a device's current reading."""
        answer = await self.get(f"/api/{kind}/{identity}/current-reading")
        return mapping(mapping(answer["data"])["attributes"])

    async def rows(self, path: str) -> list[Record]:
        """Read the first page of a collection."""
        data = (await self.get(path))["data"]
        assert isinstance(data, list)
        return [row for row in data if isinstance(row, dict)]

    async def patch(
        self, kind: str, identity: str, **attributes: Json
    ) -> tuple[int, Record]:
        """Write attributes; underscores stand for hyphens."""
        values = {name.replace("_", "-"): value for name, value in attributes.items()}
        body: Json = {"data": {"type": kind, "attributes": values}}
        status, answer, _ = await self.call("PATCH", f"/api/{kind}/{identity}", body)
        return status, answer


type Serve = Callable[[World], Awaitable[Client]]


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Return a function that serves a home and logs in to it."""
    clients: list[Client] = []

    async def start(world: World) -> Client:
        cloud = FlairCloud(world)
        await cloud.start()
        clients.append(Client(aiohttp.ClientSession(), cloud))
        await clients[-1].login()
        return clients[-1]

    yield start
    for client in clients:
        await client.cloud.stop()
        await client.http.close()


@pytest.fixture
async def client(serve: Serve, clock: ManualClock) -> Client:
    """Return a client of the demo's home."""
    return await serve(demo(clock=clock))


def named(client: Client, kind: str, name: str) -> str:
    """Return the id of the resource of a name."""
    return next(
        item.id
        for item in client.cloud.world.all(kind)
        if item.attributes["name"] == name
    )
