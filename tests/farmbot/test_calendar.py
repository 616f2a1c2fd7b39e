"""The robot's schedule as a calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.farmbot import nodes
from custom_components.habitat.simulator.farmbot.builder import robot, sequence
from custom_components.habitat.simulator.farmbot.world import World, stamp
from homeassistant.components.calendar import CalendarEvent
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.support.common import NOW, START, tick
from tests.support.faults import Fault, Kind, faults_of

from .acting import said_in_words
from .conftest import Setting, SetUp

KEY = "schedule"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def calendar(garden: Setting) -> Any:
    """Return the calendar itself, which the frontend creates and deletes events at."""
    return garden.made("calendar", KEY)


async def events(
    garden: Setting, start: datetime, end: datetime
) -> list[CalendarEvent]:
    """Return what is in the calendar, as the frontend gets it."""
    found: list[CalendarEvent]
    found = await calendar(garden).async_get_events(garden.hass, start, end)
    return found


async def starts(
    garden: Setting, name: str, start: datetime, end: datetime
) -> list[datetime]:
    """Return when a sequence runs, in UTC."""
    return [
        one.start_datetime_local.astimezone(UTC)
        for one in await events(garden, start, end)
        if one.summary == name
    ]


def world_of(clock: ManualClock, **event: Json) -> World:
    """Return a garden with one sequence, "Rest", and one event."""
    world = robot(1, clock)
    rest = sequence(world, "Rest", [])
    world.build(
        "farm_events",
        executable_id=rest["id"],
        executable_type="Sequence",
        **{"repeat": 1, "time_unit": "daily", **event},
    )
    return world


async def test_turns_by_itself(hass: HomeAssistant, garden: Setting) -> None:
    """The calendar is on for the minute of a run, from and to the very second, without a poll."""
    asked = len(garden.cloud.log)
    now = START
    shown = garden.shown("calendar", garden.number, KEY)
    assert shown.state == STATE_ON
    # Two begin at once; the one that was made last is shown.
    assert shown.attributes["message"] == "Measure soil moisture"

    async def reach(moment: datetime) -> str:
        nonlocal now
        await tick(hass, garden.freezer, (moment - now).total_seconds())
        now = moment
        return garden.value(KEY, "calendar")

    over = START.replace(minute=1, second=0, microsecond=0)
    gone = garden.freezer().replace(tzinfo=UTC) - START
    now += gone
    assert await reach(over - timedelta(seconds=2)) == STATE_ON
    assert await reach(over + timedelta(seconds=1)) == STATE_OFF
    shown = garden.shown("calendar", garden.number, KEY)
    assert shown.attributes["message"] == garden.value("next_event_name")
    following = datetime.fromisoformat(garden.value("next_event"))
    assert await reach(following - timedelta(seconds=2)) == STATE_OFF
    assert await reach(following + timedelta(seconds=1)) == STATE_ON
    lists = ("farm_events", "sequences", "regimens")
    assert not [
        one for one in list(garden.cloud.log)[asked:] if one.path.endswith(lists)
    ]


async def test_events(garden: Setting) -> None:
    """Farm events and the items of regimens, past ones too, with what is known of them."""
    found = await events(garden, START - 5 * DAY, START + 5 * DAY)
    names = {one.summary for one in found}
    assert names >= {
        "Water the tomatoes",
        "Photo grid",
        "Measure soil moisture",
        "Rest",
    }
    water = [one for one in found if one.summary == "Water the tomatoes"]
    assert len(water) == 11
    about = "Waters all plants of a **group**, one after the other."
    assert water[-1].description == about
    # Of a run before the account was added nobody knows more than the rule.
    assert water[0].description == (
        f"{about}\n\nScheduled. Whether it ran is not known."
    )
    assert water[0].end_datetime_local - water[0].start_datetime_local == timedelta(
        minutes=1
    )
    assert len({one.uid for one in water}) == 1
    assert len({one.recurrence_id for one in water}) == 11
    assert str(water[0].rrule).startswith("FREQ=DAILY;INTERVAL=1;UNTIL=")
    rest = next(one for one in found if one.summary == "Rest")
    assert rest.rrule is None
    assert rest.recurrence_id is None
    photos = [one for one in found if one.description == "Salad month"]
    assert [one.summary for one in photos] == ["Photo grid", "Measure soil moisture"]
    assert {one.rrule for one in photos} == {None}


async def test_past_is_kept(
    hass: HomeAssistant, set_up_farmbot: SetUp, clock: ManualClock
) -> None:
    """What was due stays in the calendar when its event is gone from the server, over restarts too."""
    world = world_of(clock, start_time=stamp(NOW - 86_400), end_time=stamp(NOW + 3600))
    garden = await set_up_farmbot(world)
    await garden.connect()
    window = START - 3 * DAY, START + 3 * DAY
    # The event was made just now: what its rule says of yesterday is nothing.
    ran = [START]
    assert await starts(garden, "Rest", *window) == ran
    event = world.rows("farm_events")[0]
    world.remove("farm_events", int(str(event["id"])))
    await garden.until(lambda: garden.value("next_event") == STATE_UNKNOWN)
    await garden.until(lambda: not garden.account.store.keys("farm_events"))
    assert await starts(garden, "Rest", *window) == ran
    await garden.reload()
    assert await starts(garden, "Rest", *window) == ran
    with pytest.raises(ServiceValidationError) as caught:
        await calendar(garden).async_delete_event(str(event["id"]))
    assert caught.value.translation_key == "event_over"


async def test_clock_change(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """Where the clocks change a daily event moves by an hour: the robot counts seconds."""
    start = datetime(2027, 3, 12, 15, 0, tzinfo=UTC)
    world = world_of(
        clock,
        start_time=stamp(start.timestamp()),
        end_time=stamp((start + 9 * DAY).timestamp()),
    )
    garden = await set_up_farmbot(world)
    found = await starts(garden, "Rest", start - DAY, start + 5 * DAY)
    assert found == [start + day * DAY for day in range(5)]


async def test_follows(garden: Setting) -> None:
    """A sequence that is renamed, or an event that is new, shows at once."""
    # What runs now has the name with which it began.
    await tick(garden.hass, garden.freezer, 60)
    garden.change("sequences", garden.value("next_event_name"), name="Probe")
    await garden.until(
        lambda: (
            garden.shown("calendar", garden.number, KEY).attributes["message"]
            == "Probe"
        )
    )


async def test_nothing(set_up_farmbot: SetUp) -> None:
    """A new account has an empty calendar; one of nobody's word none."""
    garden = await set_up_farmbot("empty")
    assert garden.value(KEY, "calendar") == STATE_OFF
    assert await events(garden, START - DAY, START + DAY) == []
    garden.account.data.pop(KEY)
    garden.account.store.touch((KEY,))
    garden.account.async_update_listeners()
    assert await events(garden, START - DAY, START + DAY) == []
    assert garden.shown("calendar", garden.number, KEY).state == STATE_OFF


@pytest.mark.parametrize(
    ("rule", "fields", "days"),
    [
        (None, {"time_unit": "never", "repeat": 1}, [0]),
        ("FREQ=DAILY;COUNT=3", {"time_unit": "daily", "repeat": 1}, [0, 1, 2]),
        (
            "FREQ=DAILY;INTERVAL=2;UNTIL=20261201T235959",
            {"time_unit": "daily", "repeat": 2},
            [0, 2, 4],
        ),
        (
            "FREQ=WEEKLY;COUNT=2;BYDAY=TH",
            {"time_unit": "weekly", "repeat": 1},
            [0, 7],
        ),
        ("FREQ=WEEKLY;UNTIL=20261203", {"time_unit": "weekly", "repeat": 1}, [0, 7]),
    ],
)
async def test_create(
    rule: str | None,
    fields: Record,
    days: list[int],
    garden: Setting,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """An event that names a sequence becomes a farm event of the same runs."""
    # A Thursday.
    start = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)
    client = await hass_ws_client(garden.hass)
    event: Record = {
        "summary": "rest",
        "dtstart": start.isoformat(),
        "dtend": (start + HOUR).isoformat(),
    }
    if rule:
        event["rrule"] = rule
    await client.send_json_auto_id(
        {
            "type": "calendar/event/create",
            "entity_id": garden.entity("calendar", KEY),
            "event": event,
        }
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    made = garden.cloud.world.rows("farm_events")[-1]
    assert made["executable_id"] == garden.row("sequences", "Rest")["id"]
    assert made["executable_type"] == "Sequence"
    assert made.items() >= fields.items()
    found = await starts(garden, "Rest", start - HOUR, start + 20 * DAY)
    once = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
    assert [one for one in found if one != once] == [start + day * DAY for day in days]


LATER = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"summary": "Nobody knows"}, "event_without_sequence"),
        ({"summary": "Twins"}, "event_ambiguous"),
        ({"summary": "Pour"}, "event_wants_variables"),
        ({"dtstart": LATER.date()}, "event_without_time"),
        ({"dtstart": START - HOUR}, "event_over"),
        ({"rrule": "FREQ=MONTHLY;COUNT=3"}, "event_rule"),
        ({"rrule": "FREQ=DAILY;BYSETPOS=1;COUNT=2"}, "event_rule"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2"}, "event_rule"),
        ({"rrule": "FREQ=DAILY"}, "event_without_end"),
    ],
)
async def test_not_created(
    event: dict[str, Any],
    reason: str,
    set_up_farmbot: SetUp,
    clock: ManualClock,
) -> None:
    """What a robot cannot do is refused in words, before anything is sent."""
    world = world_of(clock, start_time=stamp(NOW), end_time=stamp(NOW + 60))
    wanted = nodes.parameter("how much", nodes.node("nothing"))
    sequence(world, "Pour", [], [wanted])
    for _ in range(2):
        sequence(world, "Twins", [])
    garden = await set_up_farmbot(world)
    whole = {"summary": "Rest", "dtstart": LATER, "dtend": LATER + HOUR, **event}
    with pytest.raises(ServiceValidationError) as caught:
        await calendar(garden).async_create_event(**whole)
    assert caught.value.translation_key == reason
    said_in_words(caught.value)
    assert garden.cloud.count("POST /api/farm_events") == 0


async def test_creation_refused(garden: Setting) -> None:
    """What the server does not take is in no calendar, and the reason is told."""
    faults_of(garden.cloud).add(Fault(kind=Kind.STATUS, match="POST *", status=422))
    with pytest.raises(HomeAssistantError) as caught:
        await calendar(garden).async_create_event(
            summary="Rest", dtstart=LATER, dtend=LATER + HOUR
        )
    assert caught.value.translation_key == "write_refused"
    assert LATER not in await starts(garden, "Rest", LATER - HOUR, LATER + HOUR)


async def test_created_without_answer(garden: Setting) -> None:
    """Where the server's answer says nothing the event shows as soon as it is told of."""
    faults_of(garden.cloud).add(Fault(kind=Kind.EMPTY_BODY, match="POST *"))
    await calendar(garden).async_create_event(
        summary="Rest", dtstart=LATER, dtend=LATER + HOUR
    )
    await garden.pushed(3)
    assert LATER in await starts(garden, "Rest", LATER - HOUR, LATER + HOUR)


async def test_delete(garden: Setting, hass_ws_client: WebSocketGenerator) -> None:
    """A farm event that runs once is deleted at the server, and gone from the calendar."""
    found = await events(garden, START, START + 5 * DAY)
    rest = next(one for one in found if one.summary == "Rest")
    client = await hass_ws_client(garden.hass)
    await client.send_json_auto_id(
        {
            "type": "calendar/event/delete",
            "entity_id": garden.entity("calendar", KEY),
            "uid": rest.uid,
        }
    )
    assert (await client.receive_json())["success"]
    kept = [str(row["id"]) for row in garden.cloud.world.rows("farm_events")]
    assert rest.uid not in kept
    assert len(kept) == 4
    assert await starts(garden, "Rest", START, START + 5 * DAY) == []


@pytest.mark.parametrize("which", [0, 2])
async def test_delete_from_here_on(
    which: int, set_up_farmbot: SetUp, clock: ManualClock
) -> None:
    """A series ends before the run that is deleted with all that follow; the first is all of it."""
    first = START + HOUR
    world = world_of(
        clock,
        start_time=stamp(first.timestamp()),
        end_time=stamp((first + 4 * DAY).timestamp()),
    )
    garden = await set_up_farmbot(world)
    window = START, START + 9 * DAY
    runs = await events(garden, *window)
    assert len(runs) == 4
    run = runs[which]
    await calendar(garden).async_delete_event(
        run.uid, run.recurrence_id, "THISANDFUTURE"
    )
    left = await starts(garden, "Rest", *window)
    assert left == [first + day * DAY for day in range(which)]
    assert len(world.rows("farm_events")) == (1 if which else 0)


@pytest.mark.parametrize("scope", ["", None])
async def test_one_of_a_series(scope: str | None, garden: Setting) -> None:
    """A robot cannot leave out one run: that is refused."""
    found = await events(garden, START + HOUR, START + 3 * DAY)
    water = [one for one in found if one.summary == "Water the tomatoes"]
    with pytest.raises(ServiceValidationError) as caught:
        await calendar(garden).async_delete_event(
            water[1].uid, water[1].recurrence_id, scope
        )
    assert caught.value.translation_key == "event_in_series"
    # The whole series is another matter.
    await calendar(garden).async_delete_event(water[0].uid)
    after = await starts(garden, "Water the tomatoes", START + HOUR, START + 3 * DAY)
    assert after == []


async def test_delete_run_of_regimen(garden: Setting) -> None:
    """What a regimen runs is the regimen's affair."""
    found = await events(garden, START, START + 5 * DAY)
    photos = next(one for one in found if one.description == "Salad month")
    with pytest.raises(ServiceValidationError) as caught:
        await calendar(garden).async_delete_event(photos.uid)
    assert caught.value.translation_key == "event_of_regimen"
    said_in_words(caught.value)


async def test_deletion_refused(garden: Setting) -> None:
    """What the server does not delete stays."""
    found = await events(garden, START, START + 5 * DAY)
    rest = next(one for one in found if one.summary == "Rest")
    faults_of(garden.cloud).add(Fault(kind=Kind.STATUS, match="DELETE *", status=409))
    with pytest.raises(HomeAssistantError):
        await calendar(garden).async_delete_event(rest.uid)
    assert len(await starts(garden, "Rest", START, START + 5 * DAY)) == 1
