"""The Flower Power cloud in miniature: its protocol on the wire, and plants that look real."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
import struct
import time
from urllib.parse import urlencode
import zlib

import aiohttp
import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, dump, load
from custom_components.habitat.simulator.flower_power import nature
from custom_components.habitat.simulator.flower_power.demo import demo
from custom_components.habitat.simulator.flower_power.garden import Garden, Probe, Spot
from custom_components.habitat.simulator.flower_power.homes import home
from custom_components.habitat.simulator.flower_power.server import FlowerPowerCloud
from tests.support.edge_cases.flower_power import HOMES, many
from tests.support.faults import Fault, Kind, faults_of

from .conftest import mapping

NOW = 1_795_619_100.0
"""Wednesday, 25 November 2026, 15:05 UTC: five minutes after the last upload."""
DAY = 86_400.0
AUTHENTICATE = "/user/v1/authenticate"
VERSIONS = "/user/v1/versions"
CONFIGURATION = "/garden/v2/configuration"
STATUS = "/garden/v1/status"
SAMPLES = "/sensor_data/v6/sample/location/"


def format_utc(at: float) -> str:
    """Write a time as a query has it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rows(document: Record, name: str = "locations") -> list[Record]:
    """Return the records of a list."""
    found = document[name]
    assert isinstance(found, list)
    return [mapping(row) for row in found]


def deep(record: Json, *path: str) -> Json:
    """Return a value within objects within objects."""
    for name in path:
        record = mapping(record)[name]
    return record


def number(record: Json, *path: str) -> float:
    """Return a number within."""
    value = deep(record, *path)
    assert isinstance(value, int | float)
    return value


@dataclass(slots=True)
class Reader:
    """Reads from a cloud."""

    http: aiohttp.ClientSession
    cloud: FlowerPowerCloud
    token: str = ""

    async def grant(
        self,
        form: Mapping[str, str] | None = None,
        method: str = "POST",
        *,
        query: bool = False,
    ) -> tuple[int, Record]:
        """Ask for a token; by default with the owner's own login."""
        known = self.cloud.credentials
        whole = {
            "grant_type": "password",
            "username": known["email"],
            "password": known["password"],
            "client_id": known["client_id"],
            "client_secret": known["client_secret"],
            **(form or {}),
        }
        async with self.http.request(
            method,
            self.cloud.url + AUTHENTICATE,
            params=whole if query else None,
            data=None if query else whole,
        ) as response:
            return response.status, await response.json()

    async def login(self) -> None:
        """Log in."""
        _, answer = await self.grant()
        self.token = str(answer["access_token"])

    async def call(self, path: str, method: str = "GET") -> tuple[int, Record]:
        """Send a request."""
        async with self.http.request(
            method,
            self.cloud.url + path,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> Record:
        """Read a document that is there."""
        status, answer = await self.call(path)
        assert status == 200
        assert answer["errors"] == []
        return answer

    async def status_of(self, name: str) -> Record:
        """Read the status of the first location of a name."""
        identifier = self.named(name)
        return next(
            row
            for row in rows(await self.get(STATUS))
            if row["location_identifier"] == identifier
        )

    async def samples(self, name: str, start: float, end: float) -> Record:
        """Read the samples of the first location of a name."""
        query = urlencode(
            {"from_datetime_utc": format_utc(start), "to_datetime_utc": format_utc(end)}
        )
        return await self.get(f"{SAMPLES}{self.named(name)}?{query}")

    def named(self, name: str) -> str:
        """Return the identifier of the first location of a name."""
        spots = self.cloud.garden.spots.values()
        return next(spot.id for spot in spots if spot.name == name)


type Open = Callable[[Garden], Awaitable[Reader]]


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still."""
    return ManualClock(NOW)


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Open]:
    """Return a function that serves a garden and logs in to it."""
    clouds: list[FlowerPowerCloud] = []
    async with aiohttp.ClientSession() as http:

        async def start(garden: Garden) -> Reader:
            cloud = FlowerPowerCloud(garden)
            clouds.append(cloud)
            await cloud.start()
            reader = Reader(http, cloud)
            await reader.login()
            return reader

        yield start
        for cloud in clouds:
            await cloud.stop()


@pytest.fixture
async def reader(serve: Open, clock: ManualClock) -> Reader:
    """Return a reader of the demo's garden."""
    return await serve(demo(clock=clock))


# The protocol.


@pytest.mark.parametrize(
    ("method", "query"), [("POST", False), ("GET", False), ("GET", True)]
)
async def test_password_grant(reader: Reader, method: str, query: bool) -> None:
    """All ways of asking that clients used are understood."""
    status, answer = await reader.grant(None, method, query=query)
    assert status == 200
    assert answer["expires_in"] == 172_800
    assert answer["import_status"] == "unavailable"
    reader.token = str(answer["access_token"])
    await reader.get(VERSIONS)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "old"}, "invalid_client"),
        ({"client_secret": "old"}, "invalid_client"),
        ({"password": "guess"}, "invalid_grant"),
        ({"username": "somebody@example.com"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "guess"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
async def test_wrong_login(reader: Reader, form: dict[str, str], error: str) -> None:
    """A wrong login is HTTP 400 in OAuth2's words."""
    status, answer = await reader.grant(form)
    assert (status, answer["error"]) == (400, error)
    assert answer["error_description"]


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
async def test_no_form(reader: Reader, version: str) -> None:
    """A request without a form is told what it lacks, at each address that clients came to use."""
    status, answer = await reader.call(f"/user/{version}/authenticate")
    assert (status, answer["error"]) == (400, "invalid_request")
    assert answer["error_description"] == "missing 'grant_type' parameter"


async def test_methods(reader: Reader) -> None:
    """A server may know one method only."""
    reader.cloud.methods = {"GET"}
    assert (await reader.grant())[0] == 405
    assert (await reader.grant(None, "GET"))[0] == 200


async def test_refresh_grant(reader: Reader) -> None:
    """A refresh token is good once, and not at all where the grant is not known."""
    _, first = await reader.grant()
    form = {
        "grant_type": "refresh_token",
        "refresh_token": str(first["refresh_token"]),
    }
    status, second = await reader.grant(form)
    assert status == 200
    assert second["access_token"] != first["access_token"]
    assert (await reader.grant(form))[0] == 400
    reader.cloud.tokens.refreshable = False
    form["refresh_token"] = str(second["refresh_token"])
    status, answer = await reader.grant(form)
    assert (status, answer["error"]) == (400, "unsupported_grant_type")


async def test_token_ends(reader: Reader, clock: ManualClock) -> None:
    """Tokens end after two days, when they are revoked, and are asked for at all."""
    await reader.get(VERSIONS)
    clock.advance(2 * DAY)
    status, answer = await reader.call(VERSIONS)
    assert status == 401
    assert rows(answer, "errors")[0]["error_code"] == 401
    await reader.login()
    await reader.get(VERSIONS)
    reader.cloud.expire_tokens()
    assert (await reader.call(VERSIONS))[0] == 401
    _, last = await reader.grant()
    reader.cloud.tokens.revoke()
    refresh = {
        "grant_type": "refresh_token",
        "refresh_token": str(last["refresh_token"]),
    }
    assert (await reader.grant(refresh))[0] == 400


async def test_envelope(reader: Reader) -> None:
    """Every answer says which versions it is of."""
    versions = await reader.get(VERSIONS)
    assert versions["server_identifier"] == "2.1.18 April 6th 2017"
    for path in ("/user/v4/profile", "/user/v1/verify", CONFIGURATION, STATUS):
        answer = await reader.get(path)
        assert {name: answer[name] for name in versions} == versions


async def test_profile(reader: Reader) -> None:
    """The person, with nulls where recordings have them."""
    profile = mapping((await reader.get("/user/v4/profile"))["user_profile"])
    assert profile["email"] == reader.cloud.credentials["email"]
    assert profile["device_os"] is None


async def test_not_found(reader: Reader) -> None:
    """Unknown addresses and locations are errors, and nothing can be written."""
    for path in ("/", "/garden/v9/status", f"{SAMPLES}nobody", "/user"):
        status, answer = await reader.call(path)
        assert status == 404
        assert rows(answer, "errors")[0]["error_message"]
    assert (await reader.call(STATUS, "PUT"))[0] == 405


async def test_samples_need_times(reader: Reader) -> None:
    """More than ten days are an error with HTTP 200; without times it is the last day."""
    path = SAMPLES + reader.named("Monstera")
    long = urlencode(
        {
            "from_datetime_utc": format_utc(NOW - 11 * DAY),
            "to_datetime_utc": format_utc(NOW),
        }
    )
    status, answer = await reader.call(f"{path}?{long}")
    assert status == 200
    assert "10 days" in str(rows(answer, "errors")[0]["error_message"])
    assert "samples" not in answer
    assert 94 <= len(rows(await reader.get(path), "samples")) <= 96
    for query in (
        "from_datetime_utc=soon",
        f"to_datetime_utc={format_utc(NOW - 9e9)}0",
    ):
        assert (await reader.call(f"{path}?{query}"))[0] == 400
    backwards = urlencode(
        {"from_datetime_utc": format_utc(NOW), "to_datetime_utc": format_utc(NOW - DAY)}
    )
    assert (await reader.call(f"{path}?{backwards}"))[0] == 400


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500, 503])
async def test_refusals(reader: Reader, status: int) -> None:
    """An injected error is in the vendor's words, even with HTTP 200."""
    faults_of(reader.cloud).add(Fault(kind=Kind.STATUS, status=status, times=1))
    got, answer = await reader.call(VERSIONS)
    assert got == status
    assert rows(answer, "errors")[0]["error_code"] == status
    assert "user_config_version" in answer


async def test_odd_lists(reader: Reader) -> None:
    """Injected doubles and gaps are in the list of locations."""
    for kind, count in ((Kind.DUPLICATES, 16), (Kind.EMPTY_LIST, 0)):
        faults_of(reader.cloud).add(Fault(kind=kind, match=f"GET {STATUS}", times=1))
        assert len(rows(await reader.get(STATUS))) == count
    faults_of(reader.cloud).add(Fault(kind=Kind.NULLS, match=f"GET {STATUS}", times=1))
    assert set(rows(await reader.get(STATUS))[0].values()) == {None}


async def test_pictures(reader: Reader) -> None:
    """Signed addresses show a picture to everybody, and to nobody with a token."""
    plain = rows(await reader.get(CONFIGURATION))[0]
    signed = rows(await reader.get(f"{CONFIGURATION}?include_s3_urls=1"))[0]
    pictures = rows(signed, "pictures")
    assert len(pictures) == 2
    address = str(pictures[0]["url"])
    assert signed["avatar_url"] == address
    assert plain["avatar_url"] == pictures[0]["image_identifier"]
    assert str(pictures[0]["expires"]).startswith("2219-")
    async with reader.http.get(address) as response:
        assert response.content_type == "image/png"
        image = await response.read()
    assert struct.unpack(">II", image[16:24]) == (96, 96)
    data = image[image.index(b"IDAT") + 4 : image.index(b"IEND") - 8]
    assert len(zlib.decompress(data)) == 96 * 97
    token = {"Authorization": f"Bearer {reader.token}"}
    async with reader.http.get(address, headers=token) as response:
        assert response.status == 400
    async with reader.http.get(address + "0") as response:
        assert response.status == 403


# The gardens.


@pytest.mark.parametrize("name", HOMES)
async def test_every_garden_answers(serve: Open, clock: ManualClock, name: str) -> None:
    """Configuration and status are of the same locations, and samples can be had."""
    reader = await serve(HOMES[name](1, clock))
    configured = rows(await reader.get(CONFIGURATION))
    statuses = rows(await reader.get(STATUS))
    identifiers = [row["location_identifier"] for row in configured]
    assert identifiers == [row["location_identifier"] for row in statuses]
    assert len(set(identifiers)) == len(identifiers)
    for place, status in zip(configured, statuses, strict=True):
        assert len(str(place["location_identifier"])) == 23
        assert (place["sensor"] is None) is ("battery" not in status)
        assert ("sensor" in status) is ("processing_uploads" in status)
    for identifier in identifiers[:20]:
        await reader.get(SAMPLES + str(identifier))


async def test_seeds(clock: ManualClock) -> None:
    """A seed gives the same garden, another one another."""
    first, same, other = (demo(seed, clock) for seed in (1, 1, 2))
    assert first.fingerprint() == same.fingerprint() != other.fingerprint()


async def test_sizes(serve: Open, clock: ManualClock) -> None:
    """A garden is as large and as bare as it is asked to be."""
    reader = await serve(
        home(
            locations=30,
            plants=10,
            pots=2,
            silent=3,
            sensorless=2,
            twins=4,
            unnamed=5,
            clock=clock,
        )
    )
    places = rows(await reader.get(CONFIGURATION))
    statuses = rows(await reader.get(STATUS))
    sensors = [mapping(row["sensor"]) for row in places if row["sensor"]]
    assert len(places) == 30
    assert sum(row["plant_ids"] != [] for row in places) == 10
    assert len(sensors) == 28
    kinds = {sensor["sensor_serial"]: sensor["sensor_type"] for sensor in sensors}
    assert sorted(map(str, kinds.values())) == [*["flower-power"] * 22, *["pot"] * 2]
    assert sum(row["last_sample_utc"] is None for row in statuses) == 5
    assert sum(row["total_sample_count"] == 0 for row in statuses) == 5
    former = [row for row in statuses if str(row["last_sample_utc"]).startswith("2025")]
    assert len(former) == 4


async def test_largest(serve: Open, clock: ManualClock) -> None:
    """The largest account is served in no time, and the second time in less."""
    reader = await serve(many(clock=clock))
    began = time.perf_counter()
    whole = await reader.get(STATUS)
    first = time.perf_counter() - began
    began = time.perf_counter()
    assert await reader.get(STATUS) == whole
    assert time.perf_counter() - began < first
    assert len(rows(whole)) == 300


async def test_demo_is_believable(reader: Reader, clock: ManualClock) -> None:
    """Over a year one plant is thirsty, one is hungry, and the others fare well."""
    for _ in range(26):
        clock.advance(14 * DAY)
        await reader.login()
        document = await reader.get(STATUS)
        by_name = {
            spot.name: row
            for spot, row in zip(
                reader.cloud.garden.spots.values(), rows(document), strict=True
            )
        }
        thirsty = mapping(by_name["Boston Fern"]["watering"])
        assert thirsty["status_key"] == "status_critical"
        assert thirsty["instruction_key"] == "soil_moisture_too_low"
        hungry = mapping(by_name["Strawberries"]["fertilizer"])
        assert hungry["instruction_key"] == "fertilizer_too_low"
        for name, row in by_name.items():
            for gauge in ("air_temperature", "light", "fertilizer"):
                if (name, gauge) != ("Strawberries", "fertilizer"):
                    found = mapping(row[gauge])
                    assert found["instruction_key"] == f"{gauge}_good", (name, found)
            assert 5 <= number(row, "battery", "gauge_values", "current_value") <= 100


async def test_days_look_real(reader: Reader) -> None:
    """Ten days have nights and noons, the soil dries until it is watered, and no jumps."""
    answer = await reader.samples("Monstera", NOW - 10 * DAY, NOW)
    samples = rows(answer, "samples")
    assert len(samples) == 959
    light = [number(sample, "light") for sample in samples]
    assert 0.1 <= min(light) < 0.2
    assert 3 < max(light) < 12
    air = [number(sample, "air_temperature_celsius") for sample in samples]
    assert 17 < min(air) < max(air) < 25
    assert max(abs(b - a) for a, b in pairwise(air)) < 0.6
    soil = [number(sample, "soil_moisture_percent") for sample in samples]
    jumps = [b - a for a, b in pairwise(soil)]
    watered = [jump for jump in jumps if jump > 3]
    assert len(watered) == len(rows(answer, "watering_events")) > 0
    assert all(jump < 0.5 for jump in jumps if jump <= 3)
    assert 12 < min(soil) < max(soil) < 38
    conductivity = [number(sample, "fertilizer_level") for sample in samples]
    assert 0.3 < min(conductivity) < max(conductivity) < 1.5
    outdoors = rows(await reader.samples("Rosemary", NOW - 10 * DAY, NOW), "samples")
    assert max(number(sample, "light") for sample in outdoors) > 25
    assert all(sample["water_tank_level_percent"] == 0 for sample in samples)


async def test_pot(reader: Reader) -> None:
    """A pot waters by itself, from a tank that empties by it, and tells what comes."""
    row = await reader.status_of("Kitchen Basil")
    tank = mapping(deep(row, "watering", "automatic_watering"))
    assert tank["instruction_key"] == "automatic_watering_good"
    assert str(tank["last_watering_datetime_utc"]) < format_utc(NOW)
    assert str(tank["next_watering_datetime_utc"]) > format_utc(NOW)
    assert str(tank["predicted_action_datetime_utc"]) > format_utc(NOW)
    samples = await reader.samples("Kitchen Basil", NOW - 5 * DAY, NOW)
    levels = [
        number(sample, "water_tank_level_percent")
        for sample in rows(samples, "samples")
    ]
    assert 0 < min(levels) < max(levels) <= 100
    assert number(tank, "gauge_values", "current_value") == levels[-1]
    assert len(rows(samples, "watering_events")) >= 3


# Uploads and the control surface.


async def test_uploads(reader: Reader, clock: ManualClock) -> None:
    """Every quarter of an hour something new comes; the cloud needs a minute for it."""
    first = await reader.get(STATUS)
    clock.now = NOW // 900 * 900 + 899
    assert await reader.get(STATUS) == first
    clock.advance(1)
    fresh = await reader.get(STATUS)
    for before, after in zip(rows(first), rows(fresh), strict=True):
        assert after["processing_uploads"] is True
        assert str(after["last_sample_utc"]) > str(before["last_sample_utc"])
        assert after["watering"] == before["watering"]
    clock.advance(60)
    done = await reader.get(STATUS)
    assert done["garden_status_version"] == fresh["garden_status_version"]
    for before, after in zip(rows(fresh), rows(done), strict=True):
        assert after["processing_uploads"] is False
        assert after["last_sample_utc"] == before["last_sample_utc"]
        assert after["watering"] != before["watering"]


async def test_idle(reader: Reader, clock: ManualClock) -> None:
    """While nobody comes by nothing changes; then everything comes at once."""
    reader.cloud.halt_uploads()
    before = await reader.get(STATUS)
    clock.advance(3 * 3600)
    assert await reader.get(STATUS) == before
    reader.cloud.resume_uploads()
    after = await reader.get(STATUS)
    assert number(after, "garden_status_version") == (
        number(before, "garden_status_version") + 12
    )


async def test_watering(reader: Reader, clock: ManualClock) -> None:
    """Water helps the thirsty plant, with the next upload."""
    reader.cloud.water(reader.named("Boston Fern"))
    clock.advance(1800)
    row = await reader.status_of("Boston Fern")
    assert deep(row, "watering", "instruction_key") == "soil_moisture_good"
    events = rows(
        await reader.samples("Boston Fern", NOW - DAY, NOW + DAY), "watering_events"
    )
    assert [event["watering_cycle_start_date_time_utc"] for event in events] == [
        format_utc(NOW)
    ]


async def test_control(reader: Reader) -> None:
    """What is fixed stays fixed, and moves the versions that it is of."""
    basil = reader.named("Kitchen Basil")
    before = await reader.get(VERSIONS)
    reader.cloud.set("configuration", basil, plant_nickname="Thyme")
    reader.cloud.set("configuration", basil, sensor={"color": 7})
    reader.cloud.set("status", basil, light={"status_key": "status_critical"})
    reader.cloud.set("sample", basil, light=None)
    place = rows(await reader.get(CONFIGURATION))[1]
    assert place["plant_nickname"] == "Thyme"
    assert deep(place, "sensor", "color") == 7
    assert deep(place, "sensor", "sensor_type") == "pot"
    status = rows(await reader.get(STATUS))[1]
    assert deep(status, "light", "status_key") == "status_critical"
    assert deep(status, "light", "instruction_key") == "light_good"
    sample = rows(await reader.get(SAMPLES + basil), "samples")[-1]
    assert sample["light"] is None
    after = await reader.get(VERSIONS)
    moved = [
        number(after, name) - number(before, name)
        for name in ("user_config_version", "garden_status_version")
    ]
    assert moved == [2, 4]


async def test_come_and_go(reader: Reader) -> None:
    """Locations appear and vanish."""
    reader.cloud.remove(reader.named("Monstera"))
    spot = Spot(
        id="a" * 23, name="Cactus", probe=Probe(serial="PI1", mac="9003B7000001")
    )
    reader.cloud.add(spot)
    places = rows(await reader.get(CONFIGURATION))
    assert [place["plant_nickname"] for place in places][-1] == "Cactus"
    assert len(places) == len(rows(await reader.get(STATUS))) == 8
    assert "Monstera" not in [place["plant_nickname"] for place in places]


async def test_snapshot(reader: Reader, serve: Open, clock: ManualClock) -> None:
    """A snapshot is JSON and brings another cloud of the same garden to the same place."""
    fern = reader.named("Boston Fern")
    reader.cloud.water(fern)
    reader.cloud.set("configuration", fern, plant_nickname="Fern")
    reader.cloud.remove(reader.named("Monstera"))
    reader.cloud.halt_uploads()
    kept = mapping(load(dump(reader.cloud.snapshot())))
    other = await serve(demo(clock=clock))
    other.cloud.restore(kept)
    other.token = reader.token
    for path in (CONFIGURATION, STATUS):
        assert await other.get(path) == await reader.get(path)
    stranger = await serve(demo(2, clock))
    before = await stranger.get(CONFIGURATION)
    stranger.cloud.restore(kept)
    assert await stranger.get(CONFIGURATION) == before


def test_waterings_are_few(clock: ManualClock) -> None:
    """A plant is watered about as often as it is said to be."""
    garden = demo(clock=clock)
    for spot in garden.spots.values():
        found = nature.waterings(garden, spot, NOW - 60 * DAY, NOW)
        if spot.every is None:
            assert not found
        else:
            assert abs(len(found) - 60 / spot.every) < 6
        last = nature.last_watering(garden, spot, NOW)
        assert last == max(found, default=None)
