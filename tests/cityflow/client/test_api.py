"""CityFlow's client against CityFlow's cloud in miniature."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import override

from aiohttp import web
import pytest

from custom_components.habitat.cityflow.client.join import join, shared_locations
from custom_components.habitat.cityflow.client.models import Measurement, Property
from custom_components.habitat.cityflow.client.resolution import bin_length
from custom_components.habitat.cloud.errors import BadAnswer, Refused, TooLarge
from custom_components.habitat.cloud.time_range import TimeRange
from custom_components.habitat.simulator.cityflow.homes import city, demo, home
from custom_components.habitat.simulator.cityflow.server import CityFlowCloud
from custom_components.habitat.simulator.cityflow.world import Probe
from custom_components.habitat.simulator.core.clock import ManualClock
from tests.cityflow.conftest import QUICK, Account, Serve
from tests.support.common import NOW
from tests.support.edge_cases.cityflow import odd
from tests.support.faults import Fault, Kind, faults_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HISTORY = "GET /measurements/history/*"


async def gather(
    history: AsyncGenerator[list[Measurement]],
) -> tuple[list[Measurement], int]:
    """Return all rows, and in how many parts they came."""
    rows: list[Measurement] = []
    parts = 0
    async for part in history:
        rows.extend(part)
        parts += 1
    return rows, parts


async def test_demo(serve: Serve, clock: ManualClock) -> None:
    """Three requests bring everything, and every device has its row."""
    account = await serve(demo(clock=clock))
    devices = await account.client.devices()
    types = await account.client.device_types()
    rows = await account.client.latest()
    assert devices.complete
    assert types.complete
    assert join(devices.records, rows).keys() == devices.records.keys()
    assert account.cloud.count() == 3
    assert not account.counts
    probe = next(iter(devices.records.values()))
    assert (probe.location_name, probe.city) == ("Banegårdspladsen", "Aarhus")
    assert (probe.country, probe.type, probe.location) == ("Denmark", 150, "221")
    assert (probe.tags, probe.roles) == (("centre",), ("2",))
    assert probe.position == (56.1503, 10.2045)
    assert not shared_locations(devices.records.values())


async def test_both_generations(serve: Serve, clock: ManualClock) -> None:
    """Rows keep the vendor's names, dots and all; nulls are no readings."""
    account = await serve(demo(clock=clock))
    by_type: dict[int | None, Measurement] = {
        row.type: row for row in await account.client.latest()
    }
    first, second = by_type[1], by_type[150]
    assert {"r.avg", "s.avg", "p1", "p2", "c", "n", "seq"} <= first.readings.keys()
    assert not {"uv", "r.var", "s.var"} & first.readings.keys()
    assert {"mP1", "mP2", "mP4", "mPX", "nA", "nPX", "aPS"} <= second.readings.keys()
    for row in (first, second):
        assert row.values == row.readings
        assert row.firmware_version
        assert timedelta(0) <= datetime.fromtimestamp(NOW, UTC) - row.time
        assert row.location is not None
        assert row.location.isdecimal()


async def test_types(serve: Serve, clock: ManualClock) -> None:
    """The metadata names properties and the battery's among them."""
    account = await serve(demo(clock=clock))
    types = (await account.client.device_types()).records
    first = types["1"]
    assert (first.name, first.battery) == ("CityProbe", "b")
    assert first.properties["r.avg"] == Property(
        prop="r.avg", name="Rain", unit="dB(A)", min=0, max=100
    )
    assert types["150"].name == "CityProbe 2"
    assert (await account.client.device_types(1)).records == types
    with pytest.raises(Refused):
        await account.client.device_types(5)


async def test_types_for_administrators(serve: Serve, clock: ManualClock) -> None:
    """Without the right to read types there are none, and nothing else is amiss."""
    account = await serve(demo(clock=clock))
    account.cloud.types_forbidden = True
    types = await account.client.device_types()
    assert (types.records, types.complete) == ({}, False)


async def test_organizations(serve: Serve, clock: ManualClock) -> None:
    """The account's organizations have an id, a name and a role."""
    account = await serve(city(clock=clock))
    found = (await account.client.organizations()).records
    assert [(item.id, item.name, item.role) for item in found.values()] == [
        (1, "Simulated City", 2)
    ]


async def test_unchanged_answers_are_the_same_objects(
    serve: Serve, clock: ManualClock
) -> None:
    """Same bytes, same objects."""
    account = await serve(demo(clock=clock))
    client = account.client
    devices, types = await client.devices(), await client.device_types()
    rows, organizations = await client.latest(), await client.organizations()
    assert await client.devices() is devices
    assert await client.device_types() is types
    assert await client.latest() is rows
    assert await client.organizations() is organizations
    account.cloud.set_row(next(iter(devices.records)), {"t": 1.5})
    assert await client.latest() is not rows
    assert await client.devices() is devices


@pytest.mark.parametrize("probes", [0, 1, 1000])
async def test_sizes(serve: Serve, clock: ManualClock, probes: int) -> None:
    """However many devices, it is one request."""
    account = await serve(home(probes=probes, clock=clock))
    assert len((await account.client.devices()).records) == probes
    assert len(await account.client.latest()) == probes
    assert account.cloud.count() == 2


async def test_silent_device(serve: Serve, clock: ManualClock) -> None:
    """A silent device is missing after 45 minutes, and still in the list."""
    account = await serve(home(probes=2, clock=clock))
    silent = next(iter(account.cloud.world.probes))
    account.cloud.silence(silent)
    clock.advance(20 * 60)
    assert len(await account.client.latest()) == 2
    clock.advance(40 * 60)
    assert [row.device_id != silent for row in await account.client.latest()] == [True]
    assert len((await account.client.devices()).records) == 2


async def test_odd_city(serve: Serve, clock: ManualClock) -> None:
    """Each oddity costs at most the field or the record that is odd."""
    account = await serve(odd(clock=clock))
    devices = await account.client.devices()
    types = await account.client.device_types()
    rows = join(devices.records, await account.client.latest())
    assert not devices.complete
    assert not types.complete

    def hexa(number: int) -> str:
        return f"e00fce68{number:016x}"

    zero = rows["49004d000d50483553343720"]
    assert (zero.readings["t"], zero.readings["p2"]) == (0, 0)
    assert not {"t", "h", "p", "p1", "p2"} & zero.values.keys()
    assert zero.values["s.avg"] > 20
    broken = rows["2b002a000f47373334363431"]
    assert (broken.readings["t"], broken.readings["p"]) == (-142.46, 484.5)
    assert not {"t", "h", "p"} & broken.values.keys()
    assert "mP2" not in rows[hexa(1)].values
    assert rows[hexa(2)].readings == {}
    assert devices.records["8DFC78"].location_name is None
    assert rows["CDAFAC"].device_id == hexa(57)
    assert shared_locations(devices.records.values()) == {"228", "229"}
    assert hexa(5) not in rows
    assert {hexa(229), hexa(230), hexa(7)} <= rows.keys()
    assert hexa(7) not in devices.records
    assert devices.records[hexa(8)].position is None
    assert devices.records[hexa(8)].tags == ()
    assert devices.records[hexa(9)].position == (56.1, 10.2)
    assert hexa(10) in devices.records
    assert hexa(10) not in rows
    mast = rows[hexa(11)]
    assert (mast.values["ws"], mast.values["pm.raw"]) == (4.2, 11)
    assert "note" not in mast.readings
    assert types.records["77"].battery is None
    assert list(types.records["77"].properties) == ["ws", "pm.raw", "t"]
    assert types.records["78"].properties == {}
    assert (devices.records[hexa(12)].type, devices.records[hexa(12)].location) == (
        150,
        None,
    )
    assert hexa(13) not in rows
    assert rows[hexa(14)].time.year == 2107
    texts = rows[hexa(15)].values
    assert (texts["t"], texts["h"], texts["b"]) == (7.5, 100, 100)
    assert "l" not in texts
    assert devices.records[hexa(16)].location_name == "село Чумли"
    assert account.counts["Measurement.values"] == 1
    assert account.counts["Measurement.time"] == 1
    assert account.counts["Probe.id"] == 1
    assert account.counts["DeviceType.id"] == 1


@pytest.mark.parametrize(
    "kind",
    [
        Kind.NULLS,
        Kind.WRONG_TYPES,
        Kind.UNKNOWN_ENUMS,
        Kind.DUPLICATES,
        Kind.EMPTY_LIST,
    ],
)
async def test_faulty_records(serve: Serve, clock: ManualClock, kind: Kind) -> None:
    """Whatever stands in the records, there is an answer."""
    account = await serve(home(probes=3, clock=clock))
    faults_of(account.cloud).add(Fault(kind=kind))
    client = account.client
    devices, rows = await client.devices(), await client.latest()
    assert len(devices.records) <= 3
    assert len(join(devices.records, rows)) in (0, 1, 3)
    await client.device_types()
    await client.organizations()
    found, _ = await gather(client.history_of_type(150, TimeRange(NOON - DAY, NOON)))
    assert len(found) in (0, 48)
    assert len({(row.time, row.device_id) for row in found}) == len(found)


async def _answering(serve: Serve, clock: ManualClock, document: object) -> Account:
    class Other(CityFlowCloud):
        @override
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            return web.json_response(document)

    return await serve(city(clock=clock), kind=Other)


@pytest.mark.parametrize("document", [{}, None, "x", 4])
async def test_no_list(serve: Serve, clock: ManualClock, document: object) -> None:
    """Another document than a list is no answer."""
    account = await _answering(serve, clock, document)
    with pytest.raises(BadAnswer):
        await account.client.devices()
    with pytest.raises(BadAnswer):
        await gather(account.client.history_of_type(1, TimeRange(NOON - DAY, NOON)))


@pytest.mark.parametrize("document", [[], None, "x", 4])
async def test_no_rows(serve: Serve, clock: ManualClock, document: object) -> None:
    """The latest rows come by device type or not at all."""
    account = await _answering(serve, clock, document)
    with pytest.raises(BadAnswer, match="by device type"):
        await account.client.latest()


async def test_odd_shapes(serve: Serve, clock: ManualClock) -> None:
    """Odd items of a list or an object are left out alone."""
    row = {"time": "2026-11-25T12:00:00Z", "device_id": "a", "t": 5, "f": True}
    metadata = {"battery": 0, "sensors": [None, {"prop": None}, {"prop": "t"}]}
    account = await _answering(
        serve, clock, {"1": ["x", row], "new": [row], "2": {}, "3": []}
    )
    rows = await account.client.latest()
    assert [(found.type, found.values) for found in rows] == [
        (1, {"t": 5}),
        (None, {"t": 5}),
    ]
    assert account.counts == {
        "Measurement (no object)": 1,
        "Measurement.values": 2,
        "Measurement.type": 2,
    }
    account = await _answering(
        serve, clock, [3, {"id": 1, "metadata": metadata}, {"id": 2, "metadata": "x"}]
    )
    types = (await account.client.device_types()).records
    assert (types["1"].battery, list(types["1"].properties)) == (None, ["t"])
    assert types["2"].properties == {}
    assert list((await account.client.devices()).records) == ["1", "2"]
    assert list((await account.client.organizations()).records) == ["1", "2"]
    assert account.counts["Probe (no object)"] == 1


async def test_history_of_a_type(serve: Serve, clock: ManualClock) -> None:
    """A week of hours of all devices is one request; bins come in order, each once."""
    account = await serve(home(probes=4, first=1, clock=clock))
    span = TimeRange(NOON - 10 * DAY, NOON)
    rows, parts = await gather(account.client.history_of_type(150, span))
    assert parts == account.cloud.count(HISTORY) == 2
    assert len(rows) == 240 * 3
    assert [row.time for row in rows] == sorted(row.time for row in rows)
    assert rows[0].time == NOON - 10 * DAY
    assert rows[-1].time == NOON - timedelta(hours=1)
    assert {row.type for row in rows} == {150}
    assert {"mP2", "t", "nA"} <= rows[0].values.keys()
    assert {row.device_id for row in rows} < account.cloud.world.probes.keys()
    query = account.cloud.log[0].query
    assert query == ("from=2026-11-15T12:00:00Z&to=2026-11-22T12:00:00Z&resolution=60m")


async def test_history_of_a_location(serve: Serve, clock: ManualClock) -> None:
    """A location's rows name no device."""
    account = await serve(home(probes=2, clock=clock))
    span = TimeRange(NOON - timedelta(minutes=50), NOON + timedelta(minutes=5))
    rows, _ = await gather(account.client.history_of_location("200", span, "10m"))
    assert [row.time.minute for row in rows] == [10, 20, 30, 40, 50, 0]
    assert rows[0].values["s.avg"] > 30
    assert {(row.device_id, row.location, row.type) for row in rows} == {
        (None, None, None)
    }


@pytest.mark.parametrize("location", ["", "8/../../users", "a b", "8?x=1"])
async def test_no_location(serve: Serve, clock: ManualClock, location: str) -> None:
    """What is no location is not asked for."""
    account = await serve(city(clock=clock))
    with pytest.raises(ValueError, match="no location"):
        account.client.history_of_location(location, TimeRange(NOON - DAY, NOON))


@pytest.mark.parametrize("resolution", ["", "60", "0m", "m", "1w", "-1h", "99999m"])
def test_no_resolution(resolution: str) -> None:
    """What is no resolution is not asked for."""
    with pytest.raises(ValueError, match="no resolution"):
        bin_length(resolution)


def test_resolutions() -> None:
    """Resolutions are a number and a letter."""
    assert bin_length("10m") == timedelta(minutes=10)
    assert bin_length("1h") == bin_length("60m") == timedelta(hours=1)
    assert bin_length("1d") == DAY


async def test_history_has_the_garbage_of_its_probe(
    serve: Serve, clock: ManualClock
) -> None:
    """Averages of garbage are garbage, by the same rules."""
    account = await serve(odd(clock=clock))
    span = TimeRange(NOON - timedelta(hours=2), NOON)
    rows, _ = await gather(account.client.history_of_type(1, span))
    assert {row.readings["t"] for row in rows} == {0, -142.46}
    assert not any("t" in row.values for row in rows)


async def test_history_too_large(serve: Serve, clock: ManualClock) -> None:
    """What is too much for one answer is asked for in halves, down to one bin."""
    city = home(probes=4, first=0, clock=clock)
    span = TimeRange(NOON - DAY, NOON)
    whole, _ = await gather((await serve(city)).client.history_of_type(150, span))
    account = await serve(city, limits=replace(QUICK, size=12_000))
    rows, parts = await gather(account.client.history_of_type(150, span))
    assert rows == whole
    assert parts == 4
    account = await serve(city, limits=replace(QUICK, size=200))
    with pytest.raises(TooLarge):
        await gather(account.client.history_of_type(150, span))


async def test_bounds_that_are_ignored(serve: Serve, clock: ManualClock) -> None:
    """Rows outside the span are dropped, whatever the server thinks of its bounds."""

    class Generous(CityFlowCloud):
        @override
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            query = {**request.query, "from": "2026-11-24", "to": "2026-11-26"}
            return await super().answer(
                request.clone(rel_url=request.rel_url.with_query(query))
            )

    account = await serve(home(probes=1, first=0, clock=clock), kind=Generous)
    span = TimeRange(NOON - timedelta(hours=3), NOON)
    rows, _ = await gather(account.client.history_of_type(150, span))
    assert [row.time.hour for row in rows] == [9, 10, 11]


async def test_devices_come_and_go(serve: Serve, clock: ManualClock) -> None:
    """A device that appears or vanishes does so in list and rows."""
    account = await serve(home(probes=2, first=0, clock=clock))
    gone = next(iter(account.cloud.world.probes))
    account.cloud.remove(gone)
    account.cloud.add(Probe(id="new", location=7))
    assert gone not in (await account.client.devices()).records
    rows = await account.client.latest()
    assert "new" in {row.device_id for row in rows}
