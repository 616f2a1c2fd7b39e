"""FlowCommand's client against FlowCommand's cloud in miniature."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import override

from aiohttp import web
import pytest

from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.cloud.messages import Request
from custom_components.habitat.cloud.time_range import TimeRange
from custom_components.habitat.flowcommand.client.models import FlowSensor
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flowcommand.homes import demo, home, world
from custom_components.habitat.simulator.flowcommand.server import FlowCommandCloud
from custom_components.habitat.simulator.flowcommand.world import Sensor
from tests.flowcommand.conftest import Serve
from tests.support.common import NOW
from tests.support.edge_cases.flowcommand import odd
from tests.support.faults import Fault, Kind, faults_of

LIST = "GET /api/v1/flow_sensors/"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_sensors(serve: Serve, clock: ManualClock) -> None:
    """Every field of the API arrives, with one request."""
    account = await serve(demo(clock=clock))
    found = await account.client.sensors()
    assert found.complete
    assert [sensor.id for sensor in found.records.values()] == list(range(9001, 9008))
    well = found.records["9001"]
    assert (well.name, well.tag) == ("Miller 2H Flowline", "WELL-2H")
    assert well.pipe_diameter == 3.068
    assert well.position == (well.latitude, well.longitude)
    assert well.last_ping_datetime is not None
    assert 0 <= NOW - well.last_ping_datetime.timestamp() < 6000
    assert well.activated_at == datetime(2025, 3, 10, 10, tzinfo=UTC)
    shut = found.records["9007"]
    assert shut.last_ping_flowrate == 0
    assert account.cloud.count(LIST) == 1
    assert not account.counts


@pytest.mark.parametrize("scheme", ["token", "basic"])
@pytest.mark.parametrize("forbids", [False, True])
async def test_logins(
    serve: Serve, clock: ManualClock, scheme: str, forbids: bool
) -> None:
    """Both ways of logging in are good, and refused by 401 or by 403 when they are not."""
    made = home(sensors=1, clock=clock)
    account = await serve(made)
    basic = account.cloud.basic_credentials
    good = account.cloud.credentials if scheme == "token" else basic
    account = await serve(made, good)
    assert len((await account.client.sensors()).records) == 1
    wrong = dict.fromkeys(good, "wrong")
    account = await serve(made, wrong)
    account.cloud.forbids = forbids
    with pytest.raises(AuthError, match="Invalid"):
        await account.client.sensors()
    assert account.cloud.count() == 1


async def test_new_token(serve: Serve, clock: ManualClock) -> None:
    """A token that the vendor replaced is refused."""
    account = await serve(home(sensors=1, clock=clock))
    await account.client.sensors()
    account.cloud.renew_token()
    with pytest.raises(AuthError):
        await account.client.sensors()


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, Refused), (404, Refused), (429, RateLimited), (503, Unreachable)],
)
async def test_errors(
    serve: Serve, clock: ManualClock, status: int, error: type[Exception]
) -> None:
    """A 403 about a missing right is no refused login; a throttle is none either."""
    account = await serve(home(sensors=1, clock=clock))
    faults_of(account.cloud).add(
        Fault(kind=Kind.STATUS, status=status, retry_after=30, match=LIST)
    )
    with pytest.raises(error) as caught:
        await account.client.sensors()
    assert type(caught.value) is error


async def test_wrong_dates_are_explained(serve: Serve, clock: ManualClock) -> None:
    """The vendor's complaint about a field reaches whoever asked."""
    account = await serve(home(sensors=1, clock=clock))
    path = "/api/v1/flow_sensors/9001/pings/"
    request = Request(method="GET", path=path, params={"start": "yesterday"})
    with pytest.raises(Refused, match="HTTP 400: Enter a valid date/time"):
        await account.client.session.json(request)


@pytest.mark.parametrize("base", [None, "http://198.51.100.7", "https://other.example"])
async def test_pages(serve: Serve, clock: ManualClock, base: str | None) -> None:
    """All pages are read, from our server whatever host the links name."""
    account = await serve(home(sensors=25, clock=clock))
    account.cloud.page_size = 10
    account.cloud.next_base = base
    found = await account.client.sensors()
    assert found.complete
    assert list(found.records) == [str(9001 + index) for index in range(25)]
    assert [item.query for item in account.cloud.log] == ["", "page=2", "page=3"]


async def test_unchanged_answer_is_the_same_object(
    serve: Serve, clock: ManualClock
) -> None:
    """Same bytes, same objects; a change on one page leaves the others alone."""
    account = await serve(home(sensors=4, clock=clock))
    account.cloud.page_size = 2
    first = await account.client.sensors()
    assert await account.client.sensors() is first
    account.cloud.set(9004, tag="new")
    second = await account.client.sensors()
    assert second is not first
    assert second.records["9001"] is first.records["9001"]
    assert second.records["9004"].tag == "new"


async def test_list_that_shrinks_meanwhile(serve: Serve, clock: ManualClock) -> None:
    """A page that vanished while the list was read ends it, and it counts as partial."""
    account = await serve(home(sensors=4, clock=clock))
    account.cloud.page_size = 2
    faults_of(account.cloud).add(
        Fault(kind=Kind.STATUS, status=404, match=LIST, skip=1)
    )
    found = await account.client.sensors()
    assert (list(found.records), found.complete) == (["9001", "9002"], False)


async def test_list_that_lacks_records(serve: Serve, clock: ManualClock) -> None:
    """Fewer records than the cloud counts are a partial list."""
    account = await serve(home(sensors=4, clock=clock))
    faults_of(account.cloud).add(Fault(kind=Kind.EMPTY_LIST, match=LIST))
    found = await account.client.sensors()
    assert (found.records, found.complete) == ({}, False)


async def test_endless_pages(serve: Serve, clock: ManualClock) -> None:
    """A next page that is the one before is an answer that is none."""
    account = await serve(home(sensors=4, clock=clock))
    account.cloud.page_size = 2
    account.cloud.next_base = f"{account.cloud.url}/?page=1#"
    with pytest.raises(BadAnswer, match="no end"):
        await account.client.sensors()
    assert account.cloud.count() == 1


@pytest.mark.parametrize("base", ["http://[", "/?"])
async def test_next_without_a_number(
    serve: Serve, clock: ManualClock, base: str
) -> None:
    """A link without a readable page is followed by our own count."""
    account = await serve(home(sensors=4, clock=clock))
    account.cloud.page_size = 2
    account.cloud.next_base = base
    assert len((await account.client.sensors()).records) == 4


@pytest.mark.parametrize("sensors", [0, 1000, 1001])
async def test_sizes(serve: Serve, clock: ManualClock, sensors: int) -> None:
    """A page has a thousand records."""
    account = await serve(home(sensors=sensors, clock=clock))
    found = await account.client.sensors()
    assert (len(found.records), found.complete) == (sensors, True)
    assert account.cloud.count() == (2 if sensors > 1000 else 1)


async def test_odd_sensors(serve: Serve, clock: ManualClock) -> None:
    """Each oddity costs at most the field or the record that is odd."""
    account = await serve(odd(clock=clock))
    found = await account.client.sensors()
    named = {sensor.name: sensor for sensor in found.records.values()}
    assert not found.complete
    assert len(named) == 13
    never = named["Never Heard"]
    assert (never.last_ping_flowrate, never.last_ping_datetime) == (None, None)
    assert named["No Position"].position is None
    assert named["Nowhere"].position is None
    assert named["Backwards"].last_ping_flowrate == -12.5
    assert named["Texts"].last_ping_flowrate == 5356.9
    assert named["Twice"].id == 10
    assert found.records["7"] == FlowSensor(
        id=7, tag=None, latitude=300.0, pipe_diameter=None
    )
    assert found.records["7"].position is None
    assert set(account.counts) == {
        "FlowSensor.id",
        "FlowSensor.id (twice)",
        "FlowSensor.longitude",
        "FlowSensor.pipe_diameter",
        "FlowSensor.last_ping_flowrate",
        "FlowSensor.last_ping_datetime",
        "FlowSensor.activated_at",
    }


@pytest.mark.parametrize(
    "kind", [Kind.NULLS, Kind.WRONG_TYPES, Kind.UNKNOWN_ENUMS, Kind.DUPLICATES]
)
async def test_faulty_records(serve: Serve, clock: ManualClock, kind: Kind) -> None:
    """Whatever stands in the records, there is an answer."""
    account = await serve(home(sensors=3, clock=clock))
    faults_of(account.cloud).add(Fault(kind=kind, match=LIST))
    found = await account.client.sensors()
    assert len(found.records) in (0, 3)


@pytest.mark.parametrize("body", ["[]", "{}", '{"results": {}}', "null"])
async def test_other_shapes(serve: Serve, clock: ManualClock, body: str) -> None:
    """Another document than a list is no answer."""

    class Other(FlowCommandCloud):
        @override
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            return web.json_response(text=body)

    account = await serve(world(clock=clock), kind=Other)
    with pytest.raises(BadAnswer, match="no results"):
        await account.client.sensors()


async def test_rows_that_are_none(serve: Serve, clock: ManualClock) -> None:
    """What is no record is left out, and the list is not whole."""

    class Other(FlowCommandCloud):
        @override
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            rows: list[object] = ["sensor", None, 3, [], {"id": 5}]
            return web.json_response({"results": rows, "next": 7})

    account = await serve(world(clock=clock), kind=Other)
    found = await account.client.sensors()
    assert (list(found.records), found.complete) == (["5"], False)
    span = TimeRange(NOON - DAY, NOON)
    assert await account.client.pings(5, span) == []
    assert await account.client.hourly_volumes(5, span) == []
    assert account.counts["FlowSensor (no object)"] == 4
    assert account.counts["Ping (no object)"] == 4
    assert account.counts["FlowVolume (no object)"] == 4


async def test_pings(serve: Serve, clock: ManualClock) -> None:
    """Pings come from all pages, oldest first, each once, and only those asked for."""
    account = await serve(demo(clock=clock))
    account.cloud.page_size = 10
    span = TimeRange(NOON - DAY, NOON)
    found = await account.client.pings(9001, span)
    assert 44 < len(found) < 56
    times = [ping.at for ping in found]
    assert times == sorted(times)
    assert all(moment in span for moment in times)
    ids = [ping.id for ping in found]
    assert len(set(ids)) == len(ids)
    assert ids != sorted(ids)
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert all(1300 < gap < 2200 for gap in gaps)
    assert account.cloud.count("GET *pings/") == -(-len(found) // 10)
    query = account.cloud.log[0].query
    assert "start=2026-11-24T11:59:59Z" in query
    assert "end=2026-11-25T12:00:00Z" in query


async def test_pings_join_without_gap(serve: Serve, clock: ManualClock) -> None:
    """A ping at the border of two spans is in the second, and in that only."""
    account = await serve(home(sensors=1, quiet=True, clock=clock))
    account.cloud.ping(9001, 5.5, at=NOON.timestamp())
    before = await account.client.pings(9001, TimeRange(NOON - DAY, NOON))
    after = await account.client.pings(9001, TimeRange(NOON, NOON + DAY))
    assert NOON not in {ping.at for ping in before}
    assert after[0].at == NOON
    assert after[0].flowrate == 5.5


async def test_pings_while_more_come_in(serve: Serve, clock: ManualClock) -> None:
    """A late ping shifts the pages; what comes twice counts once and nothing is lost."""

    class Busy(FlowCommandCloud):
        @override
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            response = await super().answer(request)
            self.ping(9001, 1.0, at=NOON.timestamp() - 1)
            return response

    made = home(sensors=1, quiet=True, clock=clock)
    span = TimeRange(NOON - DAY, NOON)
    calm = await (await serve(made)).client.pings(9001, span)
    account = await serve(made, kind=Busy)
    account.cloud.page_size = 20
    shifted = await account.client.pings(9001, span)
    ids = [ping.id for ping in shifted]
    assert account.cloud.count() == 3
    assert {ping.id for ping in calm} <= set(ids)
    assert len(set(ids)) == len(ids)


async def test_flow_volume(serve: Serve, clock: ManualClock) -> None:
    """A volume is what its hours add up to, and about the rate times the time."""
    account = await serve(demo(clock=clock))
    span = TimeRange(NOON - DAY, NOON)
    volume = await account.client.flow_volume(9004, span)
    assert (volume.sensor_id, volume.start, volume.end) == (9004, span.start, span.end)
    assert volume.sensor_name == "Disposal Inlet"
    assert volume.flow_volume == pytest.approx(880, rel=0.1)
    hours = await account.client.hourly_volumes(9004, span)
    total = sum(hour.flow_volume or 0 for hour in hours)
    assert total == pytest.approx(volume.flow_volume, abs=0.2)
    shut = await account.client.flow_volume(9007, span)
    assert shut.flow_volume == 0


async def test_volume_of_another(serve: Serve, clock: ManualClock) -> None:
    """An answer about another sensor, or about none, is no answer."""
    account = await serve(demo(clock=clock))
    faults_of(account.cloud).add(Fault(kind=Kind.NULLS, match="GET *flow_volume/*"))
    with pytest.raises(BadAnswer, match="no flow volume"):
        await account.client.flow_volume(9001, TimeRange(NOON - DAY, NOON))


async def test_hourly_volumes(serve: Serve, clock: ManualClock) -> None:
    """Hours come oldest first, whole, over all pages, up to the one that is still open."""
    account = await serve(demo(clock=clock))
    account.cloud.page_size = 24
    start = NOON - 3 * DAY + timedelta(minutes=20)
    found = await account.client.hourly_volumes(9001, TimeRange(start, NOON + DAY))
    assert found[0].start == NOON - 3 * DAY
    assert found[-1].start == datetime(2026, 11, 25, 15, tzinfo=UTC)
    assert all(hour.end - hour.start == timedelta(hours=1) for hour in found)
    assert len(found) == 76
    assert account.cloud.count("GET *flow_volume_hours*") == 4
    assert "T12:00:00Z" in account.cloud.log[0].path


async def test_late_pings_change_volumes(serve: Serve, clock: ManualClock) -> None:
    """What a late ping tells is in the volume that is asked for afterwards."""
    account = await serve(home(sensors=1, quiet=True, clock=clock))
    hour = TimeRange(NOON + timedelta(hours=2), NOON + timedelta(hours=3))
    before = (await account.client.flow_volume(9001, hour)).flow_volume
    account.cloud.ping(9001, 24_000.0, at=hour.start.timestamp())
    after = (await account.client.flow_volume(9001, hour)).flow_volume
    assert before != after
    assert after == pytest.approx(1000)


async def test_rows_outside_are_dropped(serve: Serve, clock: ManualClock) -> None:
    """Rows beyond the span or of another sensor are not taken."""
    account = await serve(home(sensors=2, clock=clock))
    span = TimeRange(NOON - DAY, NOON)
    account.cloud.world.sensors[9001].id = 9002
    assert await account.client.pings(9001, span) == []
    assert await account.client.hourly_volumes(9001, span) == []


async def test_bounds_that_are_ignored(serve: Serve, clock: ManualClock) -> None:
    """Rows outside the span are dropped, whatever the server thinks of its bounds."""

    class Generous(FlowCommandCloud):
        @override
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            path, hourly, _ = request.path.partition("flow_volume_hours/")
            days = "2026-11-24T00:00:00Z/2026-11-26T00:00:00Z/" if hourly else ""
            wide = f"{path}{hourly}{days}?page={request.query.get('page', 1)}"
            return await super().answer(request.clone(rel_url=wide))

    young = world(clock=clock)
    young.build(Sensor(id=9001, name="Young", activated_at=NOW - 2 * 86_400.0))
    account = await serve(young, kind=Generous)
    account.cloud.page_size = 20
    span = TimeRange(NOON - timedelta(hours=3), NOON)
    found = await account.client.hourly_volumes(9001, span)
    assert [hour.start.hour for hour in found] == [9, 10, 11]
    pings = await account.client.pings(9001, span)
    assert 4 < len(pings) < 8
    assert all(ping.at in span for ping in pings)


@pytest.mark.parametrize("kind", [Kind.NULLS, Kind.WRONG_TYPES, Kind.UNKNOWN_ENUMS])
async def test_faulty_history(serve: Serve, clock: ManualClock, kind: Kind) -> None:
    """Rows that cannot be read are left out."""
    account = await serve(home(sensors=1, clock=clock))
    faults_of(account.cloud).add(Fault(kind=kind))
    span = TimeRange(NOON - DAY, NOON)
    assert await account.client.pings(9001, span) == []
    assert await account.client.hourly_volumes(9001, span) == []
    assert account.counts


async def test_new_and_gone(serve: Serve, clock: ManualClock) -> None:
    """Sensors come and go."""
    account = await serve(home(sensors=2, clock=clock))
    account.cloud.add(Sensor(id=77, name="New"))
    account.cloud.remove(9001)
    found = await account.client.sensors()
    assert (list(found.records), found.complete) == (["77", "9002"], True)
