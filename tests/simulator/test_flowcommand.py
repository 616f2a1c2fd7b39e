"""FlowCommand's cloud in miniature: its protocol on the wire, and pipes that look real."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
import hashlib
import hmac
from itertools import pairwise
import json
import time

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.habitat.simulator import create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, epoch
from custom_components.habitat.simulator.flowcommand import flow
from custom_components.habitat.simulator.flowcommand.homes import demo, home
from custom_components.habitat.simulator.flowcommand.server import FlowCommandCloud
from custom_components.habitat.simulator.flowcommand.world import (
    ACTIVATED,
    Ping,
    Sensor,
    World,
)
from tests.support.common import NOW
from tests.support.edge_cases.flowcommand import HOMES, quiet
from tests.support.faults import Fault, Kind, faults_of

from .conftest import mapping

LIST = "/api/v1/flow_sensors/"
ONE = f"{LIST}9001/"
DAY = 86_400.0


@dataclass(slots=True)
class Reader:
    """Reads from a cloud with its own token."""

    http: aiohttp.ClientSession
    cloud: FlowCommandCloud

    async def call(
        self, path: str, method: str = "GET", authorization: str | None = None
    ) -> tuple[int, Json, aiohttp.ClientResponse]:
        """Send a request and return status and document."""
        token = f"Token {self.cloud.credentials['api_token']}"
        async with self.http.request(
            method,
            self.cloud.url + path,
            headers={"Authorization": authorization or token},
            allow_redirects=False,
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None, response

    async def get(self, path: str = LIST) -> Record:
        """Read a document that is there."""
        status, document, _ = await self.call(path)
        assert status == 200, document
        return mapping(document)

    async def rows(self, path: str = LIST) -> list[Record]:
        """Read the records of one page."""
        results = (await self.get(path))["results"]
        assert isinstance(results, list)
        return [mapping(row) for row in results]


type Serve = Callable[[World], Awaitable[Reader]]


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Return a function that serves a world."""
    clouds: list[FlowCommandCloud] = []
    async with aiohttp.ClientSession() as http:

        async def start(world: World) -> Reader:
            clouds.append(FlowCommandCloud(world))
            await clouds[-1].start()
            return Reader(http, clouds[-1])

        yield start
        for cloud in clouds:
            await cloud.stop()


@pytest.fixture
async def reader(serve: Serve, clock: ManualClock) -> Reader:
    """Return a reader of the demo's sensors."""
    return await serve(demo(clock=clock))


def at(row: Record, name: str = "datetime") -> float:
    """Return a time of a record."""
    found = epoch(row[name])
    assert found is not None
    return found


def number(value: Json) -> float:
    """Return what must be a number."""
    assert isinstance(value, int | float)
    return value


async def test_list(reader: Reader) -> None:
    """The envelope and the records are those of the API's document."""
    document = await reader.get()
    assert list(document) == ["count", "next", "previous", "results"]
    assert (document["count"], document["next"], document["previous"]) == (
        7,
        None,
        None,
    )
    rows = await reader.rows()
    assert list(rows[0]) == [
        "id",
        "name",
        "tag",
        "latitude",
        "longitude",
        "pipe_diameter",
        "last_ping_flowrate",
        "last_ping_datetime",
        "activated_at",
    ]
    assert all(None not in row.values() for row in rows)
    assert all(0 <= NOW - at(row, "last_ping_datetime") < 6000 for row in rows)


async def test_who_is_asking(reader: Reader) -> None:
    """A token or a pair; each refusal says what it refuses."""
    basic = reader.cloud.basic_credentials
    pair = f"{basic['username']}:{basic['password']}".encode()
    assert (await reader.call(LIST, authorization="Basic " + b64encode(pair).decode()))[
        0
    ] == 200
    for header, said in (
        ("Token wrong", "Invalid token."),
        ("Basic d3Jvbmc=", "Invalid username/password."),
        ("Basic ?", "Invalid username/password."),
        ("Bearer wrong", "Authentication credentials were not provided."),
    ):
        status, document, _ = await reader.call(LIST, authorization=header)
        assert (status, document) == (401, {"detail": said})
    reader.cloud.forbids = True
    assert (await reader.call(LIST, authorization="Token wrong"))[0] == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{LIST}9999/pings/", 404),
        (f"{LIST}one/pings/", 404),
        (f"{ONE}wells/", 404),
        ("/api/v2/flow_sensors/", 404),
        ("/", 404),
        (f"{LIST}?page=2", 404),
        (f"{LIST}?page=0", 404),
        (f"{LIST}?page=last", 404),
        (f"{ONE}pings/?start=soon", 400),
        (f"{ONE}pings/?end=2026-11-25T12:00:00+00:00", 400),
        (f"{ONE}flow_volume/2026-11-25T12:00:00Z/later/", 400),
    ],
)
async def test_errors(reader: Reader, path: str, status: int) -> None:
    """Errors are JSON; a plus sign in a query is a space."""
    got, document, response = await reader.call(path)
    assert got == status
    assert response.content_type == "application/json"
    assert document


async def test_slash_and_method(reader: Reader) -> None:
    """An address without its slash is redirected, and there is nothing to write."""
    status, _, response = await reader.call(LIST.rstrip("/") + "?page=1")
    assert (status, response.headers["Location"]) == (301, f"{LIST}?page=1")
    assert (await reader.call(LIST, "POST"))[0] == 405


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
async def test_refusals(reader: Reader, status: int) -> None:
    """A status brings the vendor's own error document."""
    faults_of(reader.cloud).add(Fault(kind=Kind.STATUS, status=status))
    got, document, response = await reader.call(LIST)
    assert got == status
    assert list(mapping(document)) == ["detail"]
    assert ("WWW-Authenticate" in response.headers) is (status == 401)


async def test_pages(serve: Serve, clock: ManualClock) -> None:
    """A thousand records a page; the links are absolute, of the host that was asked or any."""
    reader = await serve(home(sensors=1001, clock=clock))
    first = await reader.get()
    assert first["next"] == f"{reader.cloud.url}{LIST}?page=2"
    second = await reader.get(f"{LIST}?page=2")
    assert len(await reader.rows()) == 1000
    assert (second["next"], second["previous"]) == (
        None,
        f"{reader.cloud.url}{LIST}?page=1",
    )
    reader.cloud.next_base = "http://app.flowcommand.com"
    linked = await reader.get(f"{LIST}?page=1")
    assert linked["next"] == f"http://app.flowcommand.com{LIST}?page=2"


async def test_pings(reader: Reader) -> None:
    """Newest first, about every half hour, with ids in no order; borders are left out."""
    rows = await reader.rows(f"{ONE}pings/")
    assert len(rows) == 1000
    times = [at(row) for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(1300 < before - after < 2200 for before, after in pairwise(times))
    ids = [number(row["id"]) for row in rows]
    assert len(set(ids)) == 1000
    assert ids != sorted(ids, reverse=True)
    assert list(rows[0]) == [
        "id",
        "sensor_id",
        "sensor_name",
        "sensor_tag",
        "flowrate",
        "datetime",
    ]
    within = await reader.rows(
        f"{ONE}pings/?start={rows[9]['datetime']}&end={rows[2]['datetime']}"
    )
    assert [row["id"] for row in within] == [row["id"] for row in rows[3:9]]


async def test_late_pings(serve: Serve, clock: ManualClock) -> None:
    """Late pings come in after newer ones, and change what was added up before."""
    world = home(sensors=1, clock=clock)
    world.sensors[9001].late = 0.5
    reader = await serve(world)
    seen: set[Json] = set()
    orders: list[bool] = []
    for _ in range(150):
        rows = (await reader.rows(f"{ONE}pings/?start=2026-11-25T12:00:00Z"))[:8]
        new = [row["id"] for row in rows if row["id"] not in seen]
        orders.append(len(new) == 1 and rows[0]["id"] not in new)
        seen.update(row["id"] for row in rows)
        clock.advance(300)
    assert any(orders)


async def test_volumes(reader: Reader) -> None:
    """A volume is what its hours add up to; hours come newest first, the open one too."""
    span = "2026-11-24T10:00:00Z/2026-11-25T23:00:00Z/"
    hours = await reader.rows(f"{LIST}9004/flow_volume_hours/{span}")
    assert at(hours[0], "start") == NOW // 3600 * 3600
    assert len(hours) == 30
    total = (await reader.get(f"{LIST}9004/flow_volume/{span}"))["flow_volume"]
    added = sum(number(row["flow_volume"]) for row in hours)
    assert added == pytest.approx(number(total), abs=0.3)
    assert await reader.rows(f"{LIST}9007/flow_volume_hours/{span}")


async def test_days_look_real(reader: Reader, clock: ManualClock) -> None:
    """Wells come and go, people draw water by day, the pivot runs before dawn."""
    names = [str(row["name"]) for row in await reader.rows()]
    flows: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(96 * 2):
        for row in await reader.rows():
            flows[str(row["name"])].append(number(row["last_ping_flowrate"]))
        clock.advance(900)
    assert 0 < flows["Miller 2H Flowline"].count(0) < 96
    assert 400 < max(flows["Miller 2H Flowline"]) < 700
    assert set(flows["Old Mill Line"]) == {0}
    assert min(flows["Disposal Inlet"]) > 750
    assert 8 < flows["North Pivot"].count(0) < 192
    house = flows["Ranch House Well"]
    assert max(house) > 4 * min(house) >= 0
    assert len({tuple(found) for found in flows.values()}) == 7


async def test_same_seed_same_pipes(serve: Serve, clock: ManualClock) -> None:
    """A seed gives the same sensors and pings, another one others."""
    pages = [await (await serve(demo(seed, clock))).get() for seed in (1, 1, 2)]
    assert pages[0] == pages[1]
    assert pages[0] != pages[2]


async def test_unchanged_list_is_the_same_bytes(
    serve: Serve, clock: ManualClock
) -> None:
    """Between two pings nothing changes, and an unchanged list of a thousand is cheap."""
    reader = await serve(home(sensors=1000, quiet=True, clock=clock))
    await reader.rows()
    before = (await reader.call(LIST))[1]
    clock.advance(3600)
    assert (await reader.call(LIST))[1] == before
    began = time.perf_counter()
    for _ in range(5):
        await reader.call(LIST)
    spent = [item.milliseconds for item in reader.cloud.log][-5:]
    assert sum(spent) < 50
    assert time.perf_counter() - began < 2
    reader.cloud.set(9001, tag="new")
    assert (await reader.call(LIST))[1] != before


async def test_control(reader: Reader, clock: ManualClock) -> None:
    """Sensors come, go, fall silent, and say what a test wants."""
    cloud = reader.cloud
    cloud.add(Sensor(id=5, name="New", heard=False))
    cloud.remove(9007)
    cloud.set(9002, name="Renamed", latitude=None)
    cloud.silence(9003)
    old = cloud.newest(9003)
    clock.advance(2 * DAY)
    assert cloud.newest(9003) == old
    cloud.ping(9001, -3.5)
    rows = {row["id"]: row for row in await reader.rows()}
    assert 9007 not in rows
    assert rows[5]["last_ping_datetime"] is None
    assert (rows[9002]["name"], rows[9002]["latitude"]) == ("Renamed", None)
    assert rows[9001]["last_ping_flowrate"] == -3.5
    assert at(rows[9001], "last_ping_datetime") == int(clock())
    cloud.ping(9001, 8, at=clock() - DAY)
    assert (await reader.rows())[1]["last_ping_flowrate"] == -3.5
    assert (await reader.rows(f"{ONE}pings/"))[0]["flowrate"] == -3.5
    assert cloud.newest(5) is None
    assert await reader.rows(f"{LIST}5/pings/") == []
    assert await reader.rows(f"{LIST}5/flow_volume_hours/2026-01-01/2026-02-01/") == []
    named = await reader.rows(f"{LIST}9002/pings/")
    assert named[0]["sensor_name"] == "Renamed"


async def test_time_before_the_sensors(serve: Serve) -> None:
    """Before a sensor was activated there is nothing to tell."""
    reader = await serve(home(sensors=1, clock=ManualClock(ACTIVATED - DAY)))
    assert (await reader.rows())[0]["last_ping_datetime"] is None
    assert await reader.rows(f"{ONE}pings/") == []


async def test_silent_sensor_stops_counting(serve: Serve, clock: ManualClock) -> None:
    """The last rate does not count on for ever."""
    reader = await serve(quiet(clock=clock))
    span = "2026-11-25T14:30:00Z/2026-11-25T15:00:00Z/"
    assert (await reader.get(f"{LIST}9002/flow_volume/{span}"))["flow_volume"] == 0
    hours = await reader.rows(
        f"{LIST}9002/flow_volume_hours/2026-11-25T00:00:00Z/2026-11-26T00:00:00Z/"
    )
    assert at(hours[0], "end") <= NOW


async def test_snapshot(serve: Serve, clock: ManualClock) -> None:
    """A world that is built anew goes on where it was; another one does not."""
    reader = await serve(demo(clock=clock))
    reader.cloud.set(9001, name="Renamed")
    reader.cloud.ping(9002, 77.5, at=NOW - 60)
    reader.cloud.remove(9003)
    reader.cloud.add(Sensor(id=1, name="New"))
    reader.cloud.add(Sensor(id=2, name="Short-lived"))
    reader.cloud.remove(2)
    reader.cloud.renew_token()
    kept = json.loads(json.dumps(reader.cloud.snapshot()))
    again = await serve(demo(clock=clock))
    again.cloud.restore(kept)
    assert again.cloud.credentials == reader.cloud.credentials
    assert await again.rows() == await reader.rows()
    assert again.cloud.snapshot() == kept
    other = await serve(home(sensors=2, clock=clock))
    before = await other.rows()
    other.cloud.restore(kept)
    assert await other.rows() == before


@pytest.mark.parametrize("name", sorted(HOMES))
async def test_every_home(serve: Serve, clock: ManualClock, name: str) -> None:
    """Every ready-made home is served, with all that belongs to its sensors."""
    reader = await serve(HOMES[name](1, clock))
    rows = await reader.rows()
    assert bool(rows) is (name != "empty")
    for sensor_id in reader.cloud.world.sensors:
        await reader.get(f"{LIST}{sensor_id}/pings/")


async def test_create(clock: ManualClock) -> None:
    """The registry's way of making a cloud gives the same one."""
    cloud = create("flowcommand", seed=3, clock=clock, home="standard")
    assert isinstance(cloud, FlowCommandCloud)
    assert (cloud.seed, len(cloud.world.sensors)) == (3, 10)


def test_every_pattern_flows(clock: ManualClock) -> None:
    """Each pattern but the shut one flows at some time of a week."""
    world = home(sensors=1, clock=clock)
    sensor = world.sensors[9001]
    for pattern in flow.PATTERNS:
        sensor.pattern = pattern
        rates = [flow.rate(world, sensor, NOW + step * 1800) for step in range(336)]
        assert min(rates) >= 0
        assert (max(rates) > 0) is (pattern != "shut")


@dataclass(slots=True)
class Hook:
    """A webhook that keeps what is posted to it."""

    url: str
    posted: list[tuple[str | None, bytes]]


@pytest.fixture
async def hook(socket_enabled: None) -> AsyncGenerator[Hook]:
    """Return a webhook that refuses who sends no signature."""
    posted: list[tuple[str | None, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        posted.append((request.headers.get("FC-Signature"), await request.read()))
        return web.Response(status=200 if posted[-1][0] else 401)

    app = web.Application()
    app.router.add_post("/hook", take)
    async with TestServer(app) as server:
        yield Hook(str(server.make_url("/hook")), posted)


async def test_push(reader: Reader, hook: Hook) -> None:
    """A webhook gets the ping with the secret, or with the body signed, or anything else."""
    cloud = reader.cloud
    ping = cloud.ping(9001, 12.5)
    assert await cloud.push(hook.url, "secret", ping) == 200
    assert await cloud.push(hook.url, "secret", ping, sign=True) == 200
    assert await cloud.push(hook.url, None, {"type": "rubbish"}) == 401
    stranger = Ping(1, 4711, 0.0, NOW, NOW)
    assert await cloud.push(hook.url, "secret", stranger) == 200
    (plain, body), (signed, _), (missing, rubbish), (_, unknown) = hook.posted
    assert plain == "secret"
    assert signed == hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    assert (missing, rubbish) == (None, b'{"type":"rubbish"}')
    assert json.loads(body) == {
        "type": "ping_received",
        "api_version": "1",
        "data": {
            "id": ping.id,
            "sensor_id": 9001,
            "sensor_name": "Miller 2H Flowline",
            "sensor_tag": "WELL-2H",
            "flowrate": 12.5,
            "datetime": "2026-11-25T15:00:20Z",
        },
    }
    assert json.loads(unknown)["data"]["sensor_id"] == 4711
