"""The client against the simulated cloud."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qs

import pytest

from custom_components.habitat.cloud.errors import (
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.cloud.time_range import TimeRange
from custom_components.habitat.flower_power.bluetooth import bluetooth_addresses
from custom_components.habitat.flower_power.client.api import (
    CONFIGURATION,
    PROFILE,
    SAMPLES,
    STATUS,
    VERSIONS,
    FlowerPowerClient,
)
from custom_components.habitat.flower_power.client.enums import (
    Instruction,
    SensorType,
    Status,
    WateringMode,
)
from custom_components.habitat.flower_power.client.models import Gauge
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flower_power import wire
from custom_components.habitat.simulator.flower_power.demo import demo
from custom_components.habitat.simulator.flower_power.homes import home
from tests.flower_power.conftest import Account, Serve
from tests.support.edge_cases.flower_power import empty, many, odd
from tests.support.faults import Fault, Kind, faults_of

PATHS = {
    "profile": PROFILE,
    "versions": VERSIONS,
    "configuration": CONFIGURATION,
    "status": STATUS,
}


@pytest.fixture
async def account(serve: Serve, clock: ManualClock) -> Account:
    """Return the demo's account."""
    return await serve(demo(clock=clock))


async def ask(client: FlowerPowerClient, name: str) -> object:
    """Ask for one of the account's answers."""
    return await getattr(client, name)()


async def test_demo(account: Account) -> None:
    """The demo's plants, whole."""
    profile = await account.client.profile()
    assert profile.account_id == "robin@example.com"
    locations = await account.client.configuration()
    statuses = await account.client.status()
    assert locations.complete
    assert statuses.complete
    assert locations.versions == statuses.versions == await account.client.versions()
    assert list(locations.records) == list(statuses.records)
    basil = account.named("Kitchen Basil")
    sensor = locations.records[basil].sensor
    assert sensor is not None
    assert sensor.sensor_type is SensorType.POT
    assert sensor.autowatering_cfg is not None
    assert sensor.autowatering_cfg.known_mode is WateringMode.AUTO
    tank = statuses.records[basil].watering.automatic_watering
    assert tank.gauge_values.current_value is not None
    assert tank.next_watering_datetime_utc is not None
    assert tank.last_watering_datetime_utc is not None
    assert tank.last_watering_datetime_utc < tank.next_watering_datetime_utc
    fern = statuses.records[account.named("Boston Fern")]
    assert fern.needs_water
    assert fern.problem
    assert fern.sensor is not None
    assert fern.sensor.firmware == "2.0.3"
    berries = statuses.records[account.named("Strawberries")]
    assert berries.sensor is not None
    assert berries.sensor.firmware_update.firmware == "2.0.4"
    assert len(bluetooth_addresses(locations.records.values(), statuses.records)) == 8
    assert not account.counts


@pytest.mark.parametrize("name", PATHS)
async def test_same_bytes_same_objects(
    account: Account, clock: ManualClock, name: str
) -> None:
    """An answer that did not change is not read again; one that did is."""
    first = await ask(account.client, name)
    assert await ask(account.client, name) is first
    clock.advance(900)
    second = await ask(account.client, name)
    assert (second == first) is (name == "profile")
    assert account.cloud.count(f"GET {PATHS[name]}") == 3


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=Kind.STATUS, status=200), Refused),
        (Fault(kind=Kind.STATUS, status=403), Refused),
        (Fault(kind=Kind.STATUS, status=503), Unreachable),
        (Fault(kind=Kind.STATUS, status=429, retry_after=60), RateLimited),
        (Fault(kind=Kind.HTML, status=502), Unreachable),
        (Fault(kind=Kind.HTML, status=200), BadAnswer),
        (Fault(kind=Kind.TRUNCATED), BadAnswer),
        (Fault(kind=Kind.EMPTY_BODY), BadAnswer),
        (Fault(kind=Kind.RESET), Unreachable),
        (Fault(kind=Kind.REDIRECT), BadAnswer),
    ],
    ids=lambda value: (
        f"{value.kind} {value.status}" if isinstance(value, Fault) else ""
    ),
)
async def test_faults(
    account: Account, name: str, fault: Fault, error: type[CloudError]
) -> None:
    """What goes wrong is told apart, and the next answer is as good as ever."""
    before = await ask(account.client, name)
    trouble = Fault(
        kind=fault.kind,
        match=f"GET {PATHS[name]}",
        status=fault.status,
        retry_after=fault.retry_after,
    )
    faults_of(account.cloud).add(trouble)
    with pytest.raises(error):
        await ask(account.client, name)
    assert trouble.hits
    faults_of(account.cloud).clear()
    if fault.retry_after is None:
        assert await ask(account.client, name) is before


async def test_errors_that_look_well(account: Account) -> None:
    """HTTP 200 with a list of errors is an error, in the cloud's words and without secrets."""
    secret = account.cloud.credentials["password"]
    fault = Fault(kind=Kind.STATUS, match="GET *", status=200, times=1)
    faults_of(account.cloud).add(fault)
    with pytest.raises(Refused, match="Something went wrong"):
        await account.client.versions()
    assert account.client.session.redact(f"no {secret}") == "no **REDACTED**"


@pytest.mark.parametrize("name", ["configuration", "status"])
@pytest.mark.parametrize("kind", [Kind.NULLS, Kind.WRONG_TYPES, Kind.UNKNOWN_ENUMS])
async def test_odd_values(account: Account, name: str, kind: Kind) -> None:
    """A location without its identifier is dropped, and then the answer is not whole."""
    faults_of(account.cloud).add(Fault(kind=kind, match=f"GET {PATHS[name]}", times=1))
    found = await getattr(account.client, name)()
    assert found.records == {}
    assert not found.complete
    assert account.counts


@pytest.mark.parametrize("kind", [Kind.NULLS, Kind.WRONG_TYPES])
async def test_no_profile(account: Account, kind: Kind) -> None:
    """An answer without a profile is none, or an error where it says so."""
    faults_of(account.cloud).add(Fault(kind=kind, match=f"GET {PROFILE}"))
    with pytest.raises((BadAnswer, Refused)):
        await account.client.profile()


@pytest.mark.parametrize("name", ["configuration", "status"])
async def test_doubles(account: Account, name: str) -> None:
    """A location that comes twice counts once."""
    whole = await ask(account.client, name)
    path = f"GET {PATHS[name]}"
    faults_of(account.cloud).add(Fault(kind=Kind.DUPLICATES, match=path, times=1))
    assert await ask(account.client, name) == whole
    kind = "Location" if name == "configuration" else "LocationStatus"
    assert account.counts == {f"{kind}.id (twice)": 8}


async def test_no_locations(serve: Serve, clock: ManualClock) -> None:
    """An account without a location is whole."""
    account = await serve(empty(clock=clock))
    found = await account.client.configuration()
    assert found.complete
    assert not found.records
    assert not (await account.client.status()).records


async def test_no_versions(account: Account) -> None:
    """An answer without versions is none."""
    faults_of(account.cloud).add(Fault(kind=Kind.NULLS, match=f"GET {VERSIONS}"))
    with pytest.raises(BadAnswer):
        await account.client.versions()


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"{}", b'{"locations": null}', b'{"locations": {}}']
)
async def test_other_shapes(
    account: Account, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """What is no answer of this kind is none, and the last one is not forgotten for it."""
    before = await account.client.status()
    with monkeypatch.context() as patched:
        patched.setattr(wire, "envelope", lambda *_: body)
        account.cloud.set("status", account.named("Monstera"))
        for ask_for in (account.client.status, account.client.versions):
            with pytest.raises(BadAnswer):
                await ask_for()
    account.cloud.set("status", account.named("Monstera"))
    assert (await account.client.status()).records == before.records


async def test_rows_that_are_none(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that is no object is dropped and counted."""
    whole = wire.status
    monstera = account.named("Monstera")
    monkeypatch.setattr(
        wire,
        "status",
        lambda garden, spot: 5 if spot.id == monstera else whole(garden, spot),
    )
    found = await account.client.status()
    assert not found.complete
    assert len(found.records) == 7
    assert account.counts == {"LocationStatus (no object)": 1}


async def test_largest_account(serve: Serve, clock: ManualClock) -> None:
    """The largest account that was recorded: most locations bare, some sensors named twice."""
    account = await serve(many(clock=clock))
    locations = await account.client.configuration()
    statuses = await account.client.status()
    assert len(locations.records) == len(statuses.records) == 300
    bare = [place for place in locations.records.values() if not place.plant_ids]
    assert len(bare) == 253
    for place in bare:
        status = statuses.records[place.location_identifier]
        assert status.analysis("light").gauge_values == Gauge()
        assert status.analysis("light").instruction_key is Instruction.NO_PLANT
        assert status.problem is False
    sensorless = [place for place in locations.records.values() if not place.sensor]
    assert len(sensorless) == 1
    assert statuses.records[sensorless[0].location_identifier].sensor is None
    sensors = [place.sensor for place in locations.records.values() if place.sensor]
    assert len({sensor.sensor_serial for sensor in sensors}) == len(sensors) - 9
    assert not account.counts


async def test_odd_garden(serve: Serve, clock: ManualClock) -> None:
    """Every oddity costs what it must, and nothing else."""
    account = await serve(odd(clock=clock))
    locations = await account.client.configuration()
    statuses = await account.client.status()
    assert len(locations.records) == len(statuses.records) == 23
    assert locations.complete
    assert statuses.complete
    by_name = {
        place.plant_nickname: statuses.records[name]
        for name, place in locations.records.items()
    }
    dry = by_name["Never dry"]
    assert dry.watering.soil_moisture.gauge_values == Gauge(min_threshold=20)
    assert dry.needs_water is None
    assert dry.problem is False
    assert by_name["Phone only"].watering.soil_moisture.gauge_values.current_value
    assert by_name["In air"].watering.soil_moisture.gauge_values.current_value == 0
    assert by_name["Contradiction"].needs_water is False
    assert by_name["Wordless"].problem is None
    planted = by_name["Just planted"].light
    assert planted.instruction_key is Instruction.SOON_AVAILABLE
    assert planted.next_analysis_datetime_utc is not None
    news = by_name["Newspeak"]
    assert news.air_temperature.status_key is None
    assert news.fertilizer.status_key is Status.ACTION_DONE
    shapeless = by_name["Shapeless"]
    assert shapeless.fertilizer.gauge_values.current_value == 0.7
    assert shapeless.total_sample_count == 1200
    assert shapeless.last_sample_utc is None
    assert by_name["Outdated"].processing_uploads is True
    addresses = bluetooth_addresses(locations.records.values(), statuses.records)
    twins = [
        name
        for name, place in locations.records.items()
        if place.plant_nickname == "TUW161"
    ]
    assert [name in addresses for name in twins] == [True, False]
    assert account.counts["Analysis.status_key"] == 1
    assert account.counts["Sensor.color"] == 1


async def test_odd_samples(serve: Serve, clock: ManualClock) -> None:
    """Samples come out in order, once each, without what is none."""
    account = await serve(odd(clock=clock))
    span = TimeRange(
        datetime(2026, 1, 1, 7, tzinfo=UTC), datetime(2026, 1, 1, 9, tzinfo=UTC)
    )
    found = await account.client.samples(account.named("Disorder"), span)
    assert [sample.light for sample in found.samples] == [0.1, 0.2]
    assert len(found.watering_events) == 2
    holes = await account.client.samples(account.named("Holes"), account.last(hours=1))
    assert holes.newest is not None
    assert holes.newest.light is None
    assert holes.newest.soil_moisture_percent is not None
    texts = await account.client.samples(account.named("Texts"), account.last(hours=1))
    assert texts.newest is not None
    assert texts.newest.light == 12.5
    assert texts.newest.soil_moisture_percent is None
    none = await account.client.samples(
        account.named("No samples"), account.last(hours=1)
    )
    assert none.newest is None
    assert none.first_not_definitive_value_datetime_utc is None


async def test_samples(account: Account) -> None:
    """A day has ninety-six samples, a quarter of an hour apart, up to the last upload."""
    monstera = account.named("Monstera")
    status = (await account.client.status()).records[monstera]
    assert status.last_sample_utc is not None
    end = status.last_sample_utc + timedelta(seconds=1)
    found = await account.client.samples(
        monstera, TimeRange(end - timedelta(days=1), end)
    )
    assert len(found.samples) == 96
    times = [sample.capture_datetime_utc for sample in found.samples]
    assert {after - before for before, after in pairwise(times)} == {
        timedelta(minutes=15)
    }
    assert times[-1] == status.last_sample_utc
    assert found.first_not_definitive_value_datetime_utc == times[-1] - timedelta(
        days=7
    )
    assert not account.counts


async def test_windows(account: Account) -> None:
    """A month is asked for in windows of ten days at most, with both bounds, without seams."""
    monstera = account.named("Monstera")
    span = account.last(days=31)
    whole = await account.client.samples(monstera, span)
    # What was measured in the last minutes is not uploaded yet.
    assert len(whole.samples) == 31 * 96 - 1
    times = [sample.capture_datetime_utc for sample in whole.samples]
    assert len(set(times)) == len(times)
    assert len(whole.watering_events) > 2
    queries = [
        parse_qs(item.query)
        for item in account.cloud.log
        if item.path.startswith(SAMPLES)
    ]
    assert len(queries) == 4
    bounds = [
        tuple(
            datetime.fromisoformat(query[name][0])
            for name in ("from_datetime_utc", "to_datetime_utc")
        )
        for query in queries
    ]
    assert all(end - start <= timedelta(days=10) for start, end in bounds)
    assert bounds[0][0] <= span.start
    assert bounds[-1][1] >= span.end
    assert all(after[0] < before[1] for before, after in pairwise(bounds))
    parts = [part async for part in account.client.sample_windows(monstera, span)]
    assert sum(len(part.samples) for part in parts) == len(times)


async def test_span_is_kept(account: Account) -> None:
    """The start is within the span, its end is not."""
    monstera = account.named("Monstera")
    day = await account.client.samples(monstera, account.last(days=1))
    first, second = (sample.capture_datetime_utc for sample in day.samples[:2])
    found = await account.client.samples(monstera, TimeRange(first, second))
    assert [sample.capture_datetime_utc for sample in found.samples] == [first]


async def test_samples_that_are_refused(account: Account) -> None:
    """Unknown locations, impossible identifiers and errors that look well are errors."""
    with pytest.raises(Refused) as refused:
        await account.client.samples("unknown", account.last(hours=1))
    assert refused.value.status == 404
    asked = account.cloud.count()
    for identifier in ("../../user/v4/profile", "a/b", "a?b", ""):
        with pytest.raises(BadAnswer):
            await account.client.samples(identifier, account.last(hours=1))
    assert account.cloud.count() == asked
    monstera = account.named("Monstera")
    faults_of(account.cloud).add(Fault(kind=Kind.STATUS, match="GET *", status=200))
    with pytest.raises(Refused):
        await account.client.samples(monstera, account.last(hours=1))


async def test_any_document(account: Account) -> None:
    """Documents beyond those that are described can be read, errors are errors there too."""
    found = await account.client.get_raw("/user/v1/verify")
    assert isinstance(found, dict)
    with pytest.raises(Refused):
        await account.client.get_raw("/garden/v9/nonsense", {"a": "1"})


async def test_idle_hour(serve: Serve, clock: ManualClock) -> None:
    """While nothing is uploaded, the versions are all there is to ask for."""
    account = await serve(home(locations=1000, clock=clock))
    account.cloud.halt_uploads()
    before = await account.client.versions()
    asked = account.cloud.count()
    for _ in range(4):
        clock.advance(900)
        assert await account.client.versions() is before
    assert account.cloud.count() - asked == 4
