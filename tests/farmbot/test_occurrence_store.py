"""What is kept of a robot's past: what ran, and the newest release."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.farmbot.garden.schedule import Occurrence, OccurrenceKind
from custom_components.habitat.farmbot.occurrence_store import (
    RETENTION,
    AvailableRelease,
    OccurrenceStore,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot import nodes
from custom_components.habitat.simulator.farmbot.builder import robot, sequence
from custom_components.habitat.simulator.farmbot.world import stamp
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.support.common import NOW, tick

from .conftest import Setting, SetUp

HOUR = 3600.0


def ran(hours: float, number: int = 1) -> Occurrence:
    """Return what ran so many hours ago."""
    start = dt_util.utcnow() - timedelta(hours=hours)
    return Occurrence(start, "Water", OccurrenceKind.SEQUENCE, number, sequence_id=5)


@pytest.fixture
def past(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> OccurrenceStore:
    """Return the past of a robot that has none."""
    return OccurrenceStore(hass, "entry")


def due(past: OccurrenceStore) -> bool:
    """Say whether the newest release may be asked for."""
    return past.release_due


async def again(hass: HomeAssistant) -> OccurrenceStore:
    """Return the past as the next start finds it."""
    past = OccurrenceStore(hass, "entry")
    await past.async_load()
    return past


async def test_occurrences(
    hass: HomeAssistant, hass_storage: dict[str, Any], past: OccurrenceStore
) -> None:
    """What ran is kept once, for as long as the server keeps logs, over restarts."""
    await past.async_load()
    assert list(past.occurrences) == []
    oldest = RETENTION.total_seconds() / HOUR
    recent = [ran(3), ran(1), ran(oldest - 1)]
    past.put([*recent, ran(oldest + 1)])
    past.put([ran(3)])
    kept = past.occurrences
    assert set(kept) == set(recent)
    assert len(kept) == 3
    await past.async_save()
    assert set((await again(hass)).occurrences) == set(kept)


async def test_it_is_written_once(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    past: OccurrenceStore,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A file is written when there is something new, a while later, and only then."""
    await past.async_save()
    assert hass_storage == {}
    known = ran(1)
    past.put([known])
    assert hass_storage == {}
    await tick(hass, freezer, 61)
    assert len(hass_storage["habitat.farmbot.entry"]["data"]["occurrences"]) == 1
    hass_storage.clear()
    past.put([known])
    await past.async_save()
    await tick(hass, freezer, 61)
    assert hass_storage == {}


async def test_it_is_bounded(past: OccurrenceStore) -> None:
    """The newest of too many are kept."""
    past.put(ran(number / 10, number) for number in range(3000))
    kept = {one.farm_event_id for one in past.occurrences}
    assert kept == set(range(2000))


async def test_the_old_goes(
    past: OccurrenceStore, freezer: FrozenDateTimeFactory
) -> None:
    """What is too old goes when there is something new."""
    past.put([ran(1, 1)])
    freezer.tick(RETENTION)
    past.put([ran(1, 2)])
    assert [one.farm_event_id for one in past.occurrences] == [2]


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"occurrences": None, "asked": 5, "release": []},
        {"occurrences": [None, 1, {}, {"uid": 1}], "asked": "never"},
        {},
    ],
)
async def test_rubbish_in_the_file(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: Any
) -> None:
    """It is as if nothing had been kept."""
    hass_storage["habitat.farmbot.entry"] = {
        "version": 1,
        "key": "habitat.farmbot.entry",
        "data": data,
    }
    past = await again(hass)
    assert past.occurrences == ()
    assert past.release is None
    assert past.release_due


@pytest.mark.parametrize("version", ["15.5.0", None])
async def test_release(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    past: OccurrenceStore,
    freezer: FrozenDateTimeFactory,
    version: str | None,
) -> None:
    """It is due a day after it was asked for, whatever the answer was, over restarts."""
    assert due(past)
    past.set_release(AvailableRelease(version))
    await past.async_save()
    past = await again(hass)
    assert past.release == AvailableRelease(version)
    assert not due(past)
    freezer.tick(timedelta(hours=23, minutes=59))
    assert not due(past)
    freezer.tick(timedelta(minutes=1))
    assert due(past)
    # A clock that was set back must not put it off for long.
    freezer.move_to(datetime(2020, 1, 1, tzinfo=UTC))
    assert due(past)


@pytest.fixture
async def setting(set_up_farmbot: SetUp, clock: ManualClock) -> Setting:
    """Return the account of a robot that waters once, in an hour."""
    world = robot(clock=clock)
    water = sequence(world, "Water once", [nodes.say("Water")])
    world.build(
        "farm_events",
        NOW,
        start_time=stamp(NOW + HOUR),
        end_time=stamp(NOW + HOUR + 60),
        repeat=1,
        time_unit="never",
        executable_id=water["id"],
        executable_type="Sequence",
    )
    setting = await set_up_farmbot(world)
    await setting.connect()
    return setting


async def events(setting: Setting) -> list[str]:
    """Return what the calendar has for the day."""
    answer: Any = await setting.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": setting.entity("calendar", "schedule"),
            "start_date_time": datetime.fromtimestamp(NOW - HOUR, UTC).isoformat(),
            "end_date_time": datetime.fromtimestamp(NOW + 20 * HOUR, UTC).isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    return [
        event["summary"] for calendar in answer.values() for event in calendar["events"]
    ]


async def test_what_ran_stays_in_the_calendar(setting: Setting) -> None:
    """The server forgets an event that is over; the calendar does not, after a restart either."""
    assert await events(setting) == ["Water once"]
    await setting.live(2 * HOUR)
    (event,) = setting.cloud.world.rows("farm_events")
    number = event["id"]
    assert isinstance(number, int)
    setting.cloud.world.remove("farm_events", number)
    await setting.until(lambda: f"farm_events/{number}" not in setting.account.data)
    assert await events(setting) == ["Water once"]
    await setting.reload()
    assert await events(setting) == ["Water once"]


async def test_what_never_ran_is_gone(setting: Setting) -> None:
    """An event that is deleted before its time leaves no trace."""
    (event,) = setting.cloud.world.rows("farm_events")
    number = event["id"]
    assert isinstance(number, int)
    setting.cloud.world.remove("farm_events", number)
    await setting.until(lambda: f"farm_events/{number}" not in setting.account.data)
    assert await events(setting) == []
    await setting.live(2 * HOUR)
    await setting.reload()
    assert await events(setting) == []


async def test_it_is_kept_when_home_assistant_stops(
    setting: Setting, hass_storage: dict[str, Any]
) -> None:
    """What ran since the last change is written before the end."""
    await setting.live(2 * HOUR)
    setting.hass.bus.async_fire("homeassistant_stop")
    await setting.settle()
    kept = [one.summary for one in setting.account.occurrence_store.occurrences]
    assert kept == ["Water once"]
