"""CityFlow's cloud in miniature: its protocol on the wire, and air that looks real."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
import json

import aiohttp
import jwt
import pytest

from custom_components.habitat.simulator import create
from custom_components.habitat.simulator.cityflow.homes import city, demo, home
from custom_components.habitat.simulator.cityflow.server import CityFlowCloud
from custom_components.habitat.simulator.cityflow.world import INSTALLED, Probe, World
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, epoch
from tests.support.common import NOW
from tests.support.edge_cases.cityflow import HOMES
from tests.support.faults import Fault, Kind, faults_of

from .conftest import mapping

LATEST = "/measurements/latest"
TYPE = "/measurements/history/device-type/150"


@dataclass(slots=True)
class Reader:
    """Reads from a cloud with its own API key."""

    http: aiohttp.ClientSession
    cloud: CityFlowCloud

    async def call(
        self,
        path: str,
        method: str = "GET",
        *,
        token: str | None = None,
        body: Json = None,
    ) -> tuple[int, Json]:
        """Send a request and return status and document."""
        token = self.cloud.credentials["api_token"] if token is None else token
        async with self.http.request(
            method,
            self.cloud.url + path,
            data=json.dumps(body) if not isinstance(body, str) else body,
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            assert response.content_type == "application/json"
            return response.status, await response.json()

    async def get(self, path: str) -> Json:
        """Read a document that is there."""
        status, document = await self.call(path)
        assert status == 200, document
        return document

    async def rows(self, path: str) -> list[Record]:
        """Read a list."""
        document = await self.get(path)
        assert isinstance(document, list)
        return [mapping(row) for row in document]

    async def latest(self) -> dict[str, Record]:
        """Read the latest rows, by device."""
        found: dict[str, Record] = {}
        for rows in mapping(await self.get(LATEST)).values():
            assert isinstance(rows, list)
            for row in rows:
                found[str(mapping(row)["device_id"])] = mapping(row)
        return found

    async def login(self, **fields: Json) -> tuple[int, Record]:
        """Log in, by default as the account's owner."""
        body: Json = {**self.cloud.login_credentials, **fields}
        status, answer = await self.call("/users/login", "POST", token="", body=body)
        return status, mapping(answer)


type Serve = Callable[[World], Awaitable[Reader]]


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Return a function that serves a city."""
    clouds: list[CityFlowCloud] = []
    async with aiohttp.ClientSession() as http:

        async def start(world: World) -> Reader:
            clouds.append(CityFlowCloud(world))
            await clouds[-1].start()
            return Reader(http, clouds[-1])

        yield start
        for cloud in clouds:
            await cloud.stop()


@pytest.fixture
async def reader(serve: Serve, clock: ManualClock) -> Reader:
    """Return a reader of the demo's city."""
    return await serve(demo(clock=clock))


def number(value: Json) -> float:
    """Return what must be a number."""
    assert isinstance(value, int | float)
    return value


async def test_login(reader: Reader, clock: ManualClock) -> None:
    """A login brings a token of a day, and a portrait that nobody asked for."""
    status, answer = await reader.login()
    assert status == 200
    assert list(answer) == ["email", "first_name", "last_name", "avatar", "token"]
    token = str(answer["token"])
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims == {"id": 9_900_001, "iat": int(NOW), "exp": int(NOW) + 86_400}
    assert (await reader.call("/devices", token=token))[0] == 200
    clock.advance(86_399)
    assert (await reader.call("/devices", token=token))[0] == 200
    clock.advance(1)
    assert (await reader.call("/devices", token=token))[0] == 401


async def test_wrong_logins(reader: Reader) -> None:
    """What is no login is refused."""
    assert (await reader.login(password="no"))[0] == 401
    assert (await reader.login(email=None))[0] == 401
    for body in ("no json", "[]"):
        assert (await reader.call("/users/login", "POST", body=body))[0] == 400
    assert (await reader.call("/users/login"))[0] == 405


async def test_key(reader: Reader) -> None:
    """An API key lives for years, is of the same account, and can be replaced."""
    key = reader.cloud.credentials["api_token"]
    claims = jwt.decode(key, options={"verify_signature": False})
    assert claims["id"] == 9_900_001
    assert claims["exp"] - claims["iat"] == 3357 * 86_400
    reader.cloud.renew_key()
    assert (await reader.call("/devices", token=key))[0] == 401
    assert (await reader.call("/devices"))[0] == 200
    # One sample of the API's document forgets the scheme; the cloud does not.
    bare = {"Authorization": reader.cloud.credentials["api_token"]}
    async with reader.http.get(f"{reader.cloud.url}/devices", headers=bare) as answer:
        assert answer.status == 401


async def test_expired_logins(reader: Reader) -> None:
    """Tokens can die early; a new one of the same second is another one."""
    token = str((await reader.login())[1]["token"])
    reader.cloud.expire_tokens()
    assert (await reader.call("/devices", token=token))[0] == 401
    again = str((await reader.login())[1]["token"])
    assert (await reader.call("/devices", token=again))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/devices/none", 404),
        ("GET", "/devices/types/9", 404),
        ("GET", "/measurements", 404),
        ("POST", "/devices", 405),
        ("GET", f"{TYPE}?resolution=some", 400),
        ("GET", f"{TYPE}?from=yesterday", 400),
        ("GET", f"{TYPE}?to=2026-11-25T12:00:00+00:00", 400),
    ],
)
async def test_errors(reader: Reader, method: str, path: str, status: int) -> None:
    """Errors are JSON with a message; a plus sign in a query is a space."""
    got, document = await reader.call(path, method)
    assert got == status
    assert list(mapping(document)) == ["message"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500, 503])
async def test_refusals(reader: Reader, status: int) -> None:
    """A status brings the vendor's own words."""
    faults_of(reader.cloud).add(Fault(kind=Kind.STATUS, status=status))
    got, document = await reader.call("/devices")
    assert got == status
    assert mapping(document)["message"]


async def test_devices(reader: Reader) -> None:
    """The list is as recorded; one device can be read alone."""
    devices = await reader.rows("/devices")
    assert list(devices[0]) == [
        "id",
        "type",
        "location",
        "latitude",
        "longitude",
        "roles",
        "permissions",
        "tags",
        "location_name",
        "city",
        "country",
    ]
    assert {device["type"] for device in devices} == {1, 150}
    assert await reader.get(f"/devices/{devices[0]['id']}") == devices[0]
    assert await reader.rows("/organizations") == reader.cloud.organizations


async def test_types(reader: Reader) -> None:
    """The metadata has the slips of the original: a micro sign, and rain in dB(A)."""
    first, second = await reader.rows("/devices/types")
    assert (first["id"], second["id"]) == (1, 150)
    sensors = mapping(first["metadata"])["sensors"]
    assert isinstance(sensors, list)
    units = {str(mapping(it)["prop"]): mapping(it)["unit"] for it in sensors}
    assert units["p2"] == "\u00b5g/m\u00b3"
    assert units["r.avg"] == "dB(A)"
    assert await reader.rows("/devices/types/1") == [first, second]
    reader.cloud.types_forbidden = True
    assert (await reader.call("/devices/types"))[0] == 403


async def test_latest(reader: Reader) -> None:
    """Rows come by type as text; their location is text too, and their time has a Z."""
    document = mapping(await reader.get(LATEST))
    assert list(document) == ["150", "1"]
    rows = await reader.latest()
    assert rows.keys() == reader.cloud.world.probes.keys()
    for row in rows.values():
        assert isinstance(row["location"], str)
        assert str(row["time"]).endswith("Z")
        at = epoch(row["time"])
        assert at is not None
        assert 0 <= NOW - at < 1000
        nulls = {name for name, value in row.items() if value is None}
        assert nulls <= {"uv", "r.var", "s.var"}


async def test_rows_between_transmissions(reader: Reader, clock: ManualClock) -> None:
    """A probe's row stays until it sends the next one, and counts its messages."""
    device, probe = next(iter(reader.cloud.world.probes.items()))
    before = (await reader.latest())[device]
    await reader.latest()
    _, following = reader.cloud.world.sent(probe)
    clock.now = following - 0.01
    assert (await reader.latest())[device] == before
    clock.now = following + 0.01
    after = (await reader.latest())[device]
    assert after["time"] != before["time"]
    assert 0 <= number(after["seq"]) - number(before["seq"]) <= 2
    clock.now = NOW
    assert (await reader.latest())[device] == before


async def test_silence(reader: Reader, clock: ManualClock) -> None:
    """A silent probe is gone from the latest rows after 45 minutes, not from the list."""
    device = next(iter(reader.cloud.world.probes))
    at = epoch((await reader.latest())[device]["time"])
    assert at is not None
    reader.cloud.silence(device)
    clock.now = at + 45 * 60 - 1
    assert device in await reader.latest()
    clock.now = at + 45 * 60 + 1
    assert device not in await reader.latest()
    assert len(await reader.latest()) == 8
    assert device in {row["id"] for row in await reader.rows("/devices")}
    clock.advance(86_400)
    history = await reader.rows("/measurements/history/location/221?resolution=60m")
    assert {row["time"] for row in history} < {
        row["time"]
        for row in await reader.rows(
            "/measurements/history/location/222?resolution=60m"
        )
    }


async def test_before_the_probes(serve: Serve) -> None:
    """Before they were installed, probes say nothing."""
    reader = await serve(home(probes=1, clock=ManualClock(INSTALLED - 86_400)))
    assert await reader.latest() == {}
    assert await reader.rows(TYPE) == []


async def test_days_look_real(reader: Reader, clock: ManualClock) -> None:
    """Nights are dark, cold and quiet; a busy street is louder and dustier than a park."""
    station, park = (
        next(
            key
            for key, it in reader.cloud.world.probes.items()
            if it.location_name == name
        )
        for name in ("Banegårdspladsen", "Risskov Strand")
    )
    found: dict[str, dict[str, list[float]]] = {station: {}, park: {}}
    for _ in range(96 * 3):
        rows = await reader.latest()
        for device, series in found.items():
            for name in ("t", "h", "p", "l", "b", "mP1", "mP2", "mPX", "nA", "aPS"):
                series.setdefault(name, []).append(number(rows[device][name]))
        clock.advance(900)
    for series in found.values():
        assert 2 < max(series["t"]) - min(series["t"]) < 25
        assert all(-15 < value < 25 for value in series["t"])
        assert all(10 < value <= 100 for value in series["h"])
        assert all(980 < value < 1045 for value in series["p"])
        assert all(30 < value < 100 for value in series["b"])
        assert series["l"].count(2) > 96
        assert max(series["l"]) > 500
        assert all(
            0 < small < middle < large < 120
            for small, middle, large in zip(
                series["mP1"], series["mP2"], series["mPX"], strict=True
            )
        )
        assert all(0.4 < value < 0.8 for value in series["aPS"])
        assert all(30 < value < 85 for value in series["nA"])
    loud, calm = sorted(found[station]["nA"]), sorted(found[park]["nA"])
    assert loud[144] > calm[144] + 8
    assert loud[-1] - loud[0] > 10
    assert sum(found[station]["mP2"]) > sum(found[park]["mP2"])


async def test_history(reader: Reader) -> None:
    """Bins are whole, averages carry their prefix, and a location's name no device."""
    span = "from=2026-11-24T10:00:00Z&to=2026-11-24T12:00:00Z"
    hours = await reader.rows(f"{TYPE}?{span}&resolution=60m")
    assert [row["time"] for row in hours[::6]] == [
        "2026-11-24T10:00:00.000Z",
        "2026-11-24T11:00:00.000Z",
    ]
    assert len(hours) == 12
    assert {"mean_mP2", "mean_t", "device_id", "location"} <= hours[0].keys()
    minutes = await reader.rows(f"{TYPE}?{span}&resolution=10m")
    assert len(minutes) == 72
    first = await reader.rows(f"/measurements/history/location/223?{span}")
    assert len(first) == 12
    assert "mean_s.avg" in first[0]
    assert not {"device_id", "location"} & first[0].keys()
    days = await reader.rows(f"{TYPE}?from=2026-11-20&to=2026-11-22&resolution=1d")
    assert len(days) == 12
    usual = await reader.rows(TYPE)
    assert len(usual) == 6 * 145


async def test_control(reader: Reader) -> None:
    """Probes come, go, and say what a test wants."""
    cloud = reader.cloud
    first, second = list(cloud.world.probes)[:2]
    cloud.set(first, location_name="Renamed", tags=["a"])
    cloud.set_row(first, {"t": 33.5, "new": 1})
    cloud.remove(second)
    cloud.add(Probe(id="added", location=9))
    devices = {row["id"]: row for row in await reader.rows("/devices")}
    assert (devices[first]["location_name"], devices[first]["tags"]) == (
        "Renamed",
        ["a"],
    )
    assert second not in devices
    rows = await reader.latest()
    assert (rows[first]["t"], rows[first]["new"]) == (33.5, 1)
    assert "added" in rows
    assert second not in rows


async def test_same_seed_same_city(serve: Serve, clock: ManualClock) -> None:
    """A seed gives the same probes and rows, another one others."""
    pages = [await (await serve(demo(seed, clock))).get(LATEST) for seed in (1, 1, 2)]
    assert pages[0] == pages[1]
    assert pages[0] != pages[2]


async def test_unchanged_rows_are_cheap(serve: Serve, clock: ManualClock) -> None:
    """An unchanged answer about a thousand probes costs next to nothing."""
    reader = await serve(home(probes=1000, clock=clock))
    await reader.get(LATEST)
    for _ in range(5):
        await reader.get(LATEST)
    spent = [item.milliseconds for item in reader.cloud.log][-5:]
    assert sum(spent) < 50


async def test_snapshot(serve: Serve, clock: ManualClock) -> None:
    """A city that is built anew goes on where it was; another one does not."""
    reader = await serve(demo(clock=clock))
    token = str((await reader.login())[1]["token"])
    first, second = list(reader.cloud.world.probes)[:2]
    reader.cloud.set_row(first, {"t": 33.5})
    reader.cloud.remove(second)
    reader.cloud.add(Probe(id="added"))
    reader.cloud.renew_key()
    kept = json.loads(json.dumps(reader.cloud.snapshot()))
    again = await serve(demo(clock=clock))
    again.cloud.restore(kept)
    assert again.cloud.credentials == reader.cloud.credentials
    assert (await again.call("/devices", token=token))[0] == 200
    assert await again.get(LATEST) == await reader.get(LATEST)
    assert again.cloud.snapshot() == kept
    other = await serve(home(probes=2, clock=clock))
    before = await other.get(LATEST)
    other.cloud.restore(kept)
    assert await other.get(LATEST) == before


@pytest.mark.parametrize("name", sorted(HOMES))
async def test_every_home(serve: Serve, clock: ManualClock, name: str) -> None:
    """Every ready-made city is served, with all that belongs to it."""
    reader = await serve(HOMES[name](1, clock))
    assert bool(await reader.rows("/devices")) is (name != "empty")
    await reader.rows("/devices/types")
    await reader.latest()
    for kind in {probe.type for probe in reader.cloud.world.probes.values()}:
        path = f"/measurements/history/device-type/{kind}"
        assert await reader.rows(f"{path}?from=2026-11-25T10:00:00Z&resolution=60m")


def test_create(clock: ManualClock) -> None:
    """The registry's way of making a cloud gives the same one."""
    cloud = create("cityflow", seed=3, clock=clock, home="standard")
    assert isinstance(cloud, CityFlowCloud)
    assert (cloud.seed, len(cloud.world.probes)) == (3, 50)
    assert not city(clock=clock).probes
