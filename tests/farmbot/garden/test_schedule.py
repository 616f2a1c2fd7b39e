"""Occurrences of farm events, by the robot's rule."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.farmbot.client.enums import ExecutableType, TimeUnit
from custom_components.habitat.farmbot.client.models import (
    FarmEvent,
    Regimen,
    RegimenItem,
    Sequence,
)
from custom_components.habitat.farmbot.garden.schedule import (
    LENGTH,
    MAX_OCCURRENCES,
    Occurrence,
    OccurrenceKind,
    Schedule,
    schedule_of,
)
from tests.support.strategies import BOUNDED, odd_json

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
WATER = Sequence(id=7, name="Water", description="Waters all.\n\nSlowly.")
PHOTOS = Sequence(id=8, name="Photos")


def event(**values: object) -> FarmEvent:
    """Return an event that waters every second day for ten days."""
    return FarmEvent(
        **{  # type: ignore[arg-type]  # tests give odd values too
            "id": 1,
            "start_time": START,
            "end_time": START + 10 * DAY,
            "repeat": 2,
            "time_unit": TimeUnit.DAILY,
            "executable_id": WATER.id,
            "executable_type": ExecutableType.SEQUENCE,
            **values,
        }
    )


def made(
    *events: FarmEvent,
    regimens: Iterable[Regimen] = (),
    past: Iterable[Occurrence] = (),
    zone: ZoneInfo | None = BERLIN,
) -> Schedule:
    """Return the schedule of events."""
    return schedule_of(events, (WATER, PHOTOS), regimens, zone, past)


def starts(schedule: Schedule, start: datetime, end: datetime) -> list[datetime]:
    """Return when occurrences of a time begin."""
    return [one.start for one in schedule.between(start, end)]


def test_repeated() -> None:
    """A sequence runs every so many units, the end excluded."""
    schedule = made(event())
    found = schedule.between(START - DAY, START + 30 * DAY)
    assert [one.start for one in found] == [
        START + number * 2 * DAY for number in range(5)
    ]
    assert found[0] == Occurrence(
        start=START,
        summary="Water",
        kind=OccurrenceKind.SEQUENCE,
        farm_event_id=1,
        sequence_id=7,
        description="Waters all.",
    )
    assert found[0].end == START + LENGTH
    assert len({one.uid for one in found}) == 5


@pytest.mark.parametrize(
    ("unit", "step"),
    [
        (TimeUnit.MINUTELY, timedelta(minutes=1)),
        (TimeUnit.HOURLY, HOUR),
        (TimeUnit.DAILY, DAY),
        (TimeUnit.WEEKLY, 7 * DAY),
        (TimeUnit.MONTHLY, 30 * DAY),
        (TimeUnit.YEARLY, 365 * DAY),
    ],
)
def test_units(unit: TimeUnit, step: timedelta) -> None:
    """Units are fixed times, whatever the calendar says."""
    schedule = made(event(time_unit=unit, repeat=1, end_time=START + 3 * step))
    assert starts(schedule, START, START + 9 * step) == [
        START,
        START + step,
        START + 2 * step,
    ]


def test_clock_change() -> None:
    """A daily event moves by an hour where clocks do."""
    schedule = made(event(repeat=1, end_time=START + 40 * DAY))
    hours = {
        one.start.astimezone(BERLIN).hour
        for one in schedule.between(START, START + 40 * DAY)
    }
    assert hours == {7, 8}


def test_never() -> None:
    """An event that does not repeat runs once, whatever else it says."""
    never = event(time_unit=TimeUnit.NEVER, repeat=None, end_time=None)
    assert starts(made(never), START - DAY, START + DAY) == [START]


@pytest.mark.parametrize(
    "values",
    [
        {"start_time": None},
        {"end_time": None},
        {"end_time": START},
        {"end_time": START - DAY},
        {"repeat": 0},
        {"repeat": -3},
        {"repeat": None},
        {"time_unit": None},
        {"executable_id": None},
        {"executable_id": 99},
        {"executable_type": None},
        {"executable_type": ExecutableType.REGIMEN},
    ],
)
def test_what_the_robot_cannot_run(values: dict[str, object]) -> None:
    """Such events are left out, and cost the others nothing."""
    schedule = made(event(**values), event(id=2))
    found = schedule.between(START - 20 * DAY, START + 20 * DAY)
    assert {one.farm_event_id for one in found} == {2}
    assert len(found) == 5


def test_endless_step() -> None:
    """A step longer than time itself leaves the first run."""
    schedule = made(event(repeat=10**12))
    assert starts(schedule, START - DAY, START + 20 * DAY) == [START]
    assert made(event(repeat=10**12, end_time=START)).series == ()


def test_windows() -> None:
    """What overlaps a window is in it, at both of its ends."""
    schedule = made(event(time_unit=TimeUnit.HOURLY, repeat=1))
    second = timedelta(seconds=1)
    assert starts(schedule, START + second, START + HOUR) == [START]
    assert starts(schedule, START + LENGTH, START + HOUR) == []
    assert starts(schedule, START + LENGTH - second, START + HOUR + second) == [
        START,
        START + HOUR,
    ]
    assert starts(schedule, START - DAY, START) == []
    assert starts(schedule, START + 50 * DAY, START + 60 * DAY) == []


@BOUNDED
@given(
    repeat=st.integers(1, 40),
    unit=st.sampled_from([TimeUnit.MINUTELY, TimeUnit.HOURLY, TimeUnit.DAILY]),
    length=st.integers(1, 200_000),
    begin=st.integers(-100_000, 300_000),
    width=st.integers(1, 40_000),
)
def test_like_the_robot(
    repeat: int, unit: TimeUnit, length: int, begin: int, width: int
) -> None:
    """Arithmetic finds what counting step by step does."""
    end_time = START + timedelta(seconds=length)
    schedule = made(event(repeat=repeat, time_unit=unit, end_time=end_time))
    seconds = {TimeUnit.MINUTELY: 60, TimeUnit.HOURLY: 3600, TimeUnit.DAILY: 86400}
    step = timedelta(seconds=repeat * seconds[unit])
    runs = []
    moment = START
    while moment < end_time:
        runs.append(moment)
        moment += step
    start = START + timedelta(seconds=begin)
    end = start + timedelta(seconds=width)
    assert starts(schedule, start, end) == [
        run for run in runs if run + LENGTH > start and run < end
    ]
    coming = schedule.next_after(start)
    assert (coming and coming.start) == next((run for run in runs if run > start), None)
    assert [one.start for one in schedule.due(start, end)] == [
        run for run in runs if start < run <= end
    ]


def test_years_ahead_is_cheap() -> None:
    """A window far away costs no more than one of today, and lists only so much."""
    forever = event(
        repeat=1, time_unit=TimeUnit.MINUTELY, end_time=START + 9_999 * 7 * DAY
    )
    schedule = made(forever)
    far = START + 9_000 * 7 * DAY
    before = perf_counter()
    assert len(schedule.between(far, far + HOUR)) == 60
    assert (found := schedule.next_after(far)) is not None
    assert found.start == far + timedelta(minutes=1)
    assert perf_counter() - before < 0.1
    assert len(schedule.between(START, far)) == MAX_OCCURRENCES
    due = schedule.due(START, far)
    assert len(due) == MAX_OCCURRENCES
    assert due[-1].start == far


def test_current_and_next() -> None:
    """What runs now began last; what comes next is the earliest."""
    schedule = made(
        event(),
        event(id=2, executable_id=PHOTOS.id, start_time=START + timedelta(seconds=30)),
    )
    assert schedule.current(START - HOUR) is None
    now = schedule.current(START)
    assert now is not None
    assert now.summary == "Water"
    later = schedule.current(START + timedelta(seconds=45))
    assert later is not None
    assert later.summary == "Photos"
    assert schedule.current(START + HOUR) is None
    coming = schedule.next_after(START)
    assert coming is not None
    assert coming.summary == "Photos"
    assert schedule.next_after(START + 10 * DAY) is None
    assert Schedule().next_after(START) is None


def regimen(*items: RegimenItem) -> Regimen:
    """Return a regimen."""
    return Regimen(id=3, name="Carrots", regimen_items=items)


def item(offset: timedelta | None, sequence_id: int | None = 7) -> RegimenItem:
    """Return an item of a regimen."""
    milliseconds = None if offset is None else round(offset.total_seconds() * 1000)
    return RegimenItem(id=1, time_offset=milliseconds, sequence_id=sequence_id)


GROWING = {"executable_type": ExecutableType.REGIMEN, "executable_id": 3}


def test_regimen() -> None:
    """Items follow from the local midnight on, but not before the event's start."""
    schedule = made(
        event(**GROWING, end_time=None, repeat=None, time_unit=None),
        regimens=[
            regimen(item(6 * HOUR), item(8 * HOUR), item(DAY + HOUR, 99), item(None, 8))
        ],
    )
    midnight = datetime(2026, 3, 2, tzinfo=BERLIN)
    found = schedule.between(START - DAY, START + 9 * DAY)
    assert [(one.start, one.summary, one.sequence_id) for one in found] == [
        (midnight + 8 * HOUR, "Water", 7),
        (midnight + DAY + HOUR, "Carrots", 99),
    ]
    assert {(one.kind, one.regimen_id, one.description) for one in found} == {
        (OccurrenceKind.REGIMEN, 3, "Carrots")
    }
    assert all(one.start.tzinfo is UTC for one in found)


def test_regimen_midnight_where_clocks_change() -> None:
    """The day counts from its own midnight; from there on hours are hours."""
    schedule = made(
        event(**GROWING, start_time=datetime(2026, 3, 29, 9, tzinfo=UTC)),
        regimens=[regimen(item(12 * HOUR))],
    )
    found = schedule.next_after(START)
    assert found is not None
    assert found.start == datetime(2026, 3, 29, 11, tzinfo=UTC)


def test_regimens_that_cannot_run() -> None:
    """No zone, no regimen; impossible times cost only their item or event."""
    endless = regimen(item(None), item(8 * HOUR), item(timedelta(days=10**7)))
    assert made(event(**GROWING), regimens=[endless], zone=None).series == ()
    schedule = made(event(**GROWING), regimens=[endless])
    assert len(schedule.series) == 1
    first = datetime.min.replace(tzinfo=UTC)
    tokyo = ZoneInfo("Asia/Tokyo")
    new_york = ZoneInfo("America/New_York")
    for zone in (tokyo, new_york):
        early = made(event(**GROWING, start_time=first), regimens=[endless], zone=zone)
        assert len(early.series) <= 1


def test_past_is_kept() -> None:
    """What was kept is shown with its old name, and nothing twice."""
    water = event()
    kept = made(water).due(START - DAY, START + 3 * DAY)
    renamed = Sequence(id=7, name="Sprinkle")
    schedule = schedule_of([water], [renamed], [], BERLIN, reversed(kept))
    found = schedule.between(START - DAY, START + 5 * DAY)
    assert [one.summary for one in found] == ["Water", "Water", "Sprinkle"]
    gone = schedule_of([], [], [], BERLIN, kept)
    assert gone.between(START - DAY, START + 30 * DAY) == kept
    assert gone.current(START) == kept[0]
    assert gone == schedule_of([], [], [], BERLIN, reversed(kept))


def test_a_rule_says_nothing_of_the_time_before_it() -> None:
    """What an event that was made or changed later would have run did not run."""
    changed = START + DAY + HOUR
    late = event(created_at=START - DAY, updated_at=changed)
    schedule = made(late)
    assert starts(schedule, START - DAY, START + 4 * DAY) == [START + 2 * DAY]
    assert [one.start for one in schedule.due(START - DAY, START + 3 * DAY)] == [
        START + 2 * DAY
    ]
    # A server's clock that is ahead takes nothing away of what is to come.
    ahead = schedule_of([late], (WATER,), [], BERLIN, now=START)
    assert starts(ahead, START - DAY, START + 4 * DAY) == [
        START,
        START + 2 * DAY,
    ]
    younger = replace(regimen(item(9 * HOUR)), updated_at=START + 30 * DAY)
    assert made(event(**GROWING), regimens=[younger]).due(START, START + 9 * DAY) == []


def test_what_did_not_run_is_left_out() -> None:
    """A run that is known not to have been is no event, whatever the rule says."""
    first, second = made(event()).due(START - DAY, START + 3 * DAY)
    past = (replace(first, ran=False), replace(second, ran=True))
    schedule = schedule_of([event()], (WATER,), [], BERLIN, past)
    found = schedule.between(START - DAY, START + 5 * DAY)
    assert [(one.start, one.ran) for one in found] == [
        (START + 2 * DAY, True),
        (START + 4 * DAY, None),
    ]


def test_json() -> None:
    """An occurrence survives its JSON."""
    for one in made(
        event(), event(**GROWING, id=2), regimens=[regimen(item(9 * HOUR))]
    ).between(START - DAY, START + DAY):
        assert Occurrence.from_json(one.to_json()) == one


@BOUNDED
@given(odd_json("start", "sequence", "2026-03-02T06:00:00+00:00"))
def test_odd_json(raw: Json) -> None:
    """Rubbish is no occurrence."""
    assert Occurrence.from_json(raw) is None


@BOUNDED
@given(
    st.sampled_from(
        ["start", "summary", "kind", "farm_event_id", "sequence_id", "description"]
    ),
    odd_json("sequence", 7),
)
def test_odd_field(name: str, value: Json) -> None:
    """An odd field costs itself, or the occurrence where it cannot be without."""
    good = made(event()).between(START, START + DAY)[0]
    found = Occurrence.from_json({**good.to_json(), name: value})
    if name in {"summary", "sequence_id", "description"}:
        assert found is not None
        assert found.start == good.start
        assert found.farm_event_id == good.farm_event_id


def test_nameless() -> None:
    """A sequence without a name still runs."""
    schedule = schedule_of([event()], [Sequence(id=7)], [], None)
    assert schedule.between(START, START + DAY)[0].summary == ""


def test_long_description() -> None:
    """Only the beginning of a long description is passed on."""
    wordy = Sequence(id=7, description="word " * 500)
    schedule = schedule_of([event()], [wordy], [], None)
    description = schedule.between(START, START + DAY)[0].description
    assert description is not None
    assert len(description) == 255
