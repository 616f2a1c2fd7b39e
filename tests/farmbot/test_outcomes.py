"""What is known of runs that were scheduled, and what the calendar says of it."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.habitat.farmbot.client.models import FbosConfig
from custom_components.habitat.farmbot.garden.schedule import Occurrence
from custom_components.habitat.farmbot.receiver import LogLine
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.farmbot.builder import robot, sequence
from custom_components.habitat.simulator.farmbot.world import World, stamp
from homeassistant.components.calendar import CalendarEvent
from tests.support.common import NOW, START, tick

from .conftest import Setting, SetUp

HOUR = 3_600.0
DUE = START + timedelta(hours=1)
UNCONFIRMED = "Scheduled. Whether it ran is not known."


def world_of(clock: ManualClock, **event: Json) -> World:
    """Return a garden where "Rest" is due in an hour, and every hour from then on."""
    world = robot(1, clock)
    rest = sequence(world, "Rest", [])
    world.build(
        "farm_events",
        **{
            "executable_id": rest["id"],
            "executable_type": "Sequence",
            "start_time": stamp(NOW + HOUR),
            "end_time": stamp(NOW + 2 * HOUR),
            "repeat": 1,
            "time_unit": "hourly",
            **event,
        },
    )
    return world


@pytest.fixture
async def setting(set_up_farmbot: SetUp, clock: ManualClock) -> Setting:
    """Return the account of that garden."""
    setting = await set_up_farmbot(world_of(clock))
    await setting.connect()
    return setting


async def come_due(setting: Setting) -> None:
    """Let the time of the run come and go, and the robot answer its pings."""
    await tick(setting.hass, setting.freezer, HOUR - 20)
    await setting.answered()
    await tick(setting.hass, setting.freezer, 21)


async def past(setting: Setting) -> list[CalendarEvent]:
    """Return what the calendar has until an hour and a half from the start."""
    calendar: Any = setting.made("calendar", "schedule")
    found: list[CalendarEvent] = await calendar.async_get_events(
        setting.hass, START - timedelta(days=1), DUE + timedelta(minutes=30)
    )
    return found


def kept(setting: Setting) -> list[Occurrence]:
    """Return what is kept."""
    return list(setting.account.occurrence_store.occurrences)


async def test_only_the_rule_is_known(setting: Setting) -> None:
    """Of a run that nobody heard of the calendar says that it was scheduled."""
    await come_due(setting)
    assert [(one.start, one.ran) for one in kept(setting)] == [(DUE, None)]
    (event,) = await past(setting)
    # Its minute is not over.
    assert event.description is None
    await tick(setting.hass, setting.freezer, 60)
    (event,) = await past(setting)
    assert event.description == UNCONFIRMED


async def test_a_robot_that_is_away(setting: Setting) -> None:
    """What is due while the robot cannot be heard did not run as far as anybody knows."""
    await setting.lose_robot()
    await tick(setting.hass, setting.freezer, HOUR)
    assert [one.ran for one in kept(setting)] == [False]
    assert await past(setting) == []


async def test_a_robot_that_is_stopped(setting: Setting) -> None:
    """The emergency stop lets nothing run."""
    setting.cloud.robot.machine.lock()
    await setting.until(lambda: setting.account.is_locked)
    await come_due(setting)
    assert [one.ran for one in kept(setting)] == [False]
    assert await past(setting) == []


async def test_without_the_broker_nobody_knows(setting: Setting) -> None:
    """Who only asks the server cannot say that a robot did nothing."""
    await setting.broker_lost()
    await tick(setting.hass, setting.freezer, 400)
    await tick(setting.hass, setting.freezer, HOUR)
    assert [one.ran for one in kept(setting)] == [None]


async def test_it_went_to_work(setting: Setting) -> None:
    """A robot that goes to work just then runs what was due, where sequences are not logged."""
    await come_due(setting)
    setting.cloud.robot.state.busy = True
    setting.cloud.robot.tell()
    await setting.until(lambda: [one.ran for one in kept(setting)] == [True])
    setting.cloud.robot.state.busy = False
    setting.cloud.robot.tell()
    await tick(setting.hass, setting.freezer, 60)
    (event,) = await past(setting)
    assert event.description is None


async def test_it_went_to_work_with_something_else(setting: Setting) -> None:
    """Where starts are logged only the log counts."""
    config = setting.cloud.world.single("fbos_config")
    setting.cloud.set("fbos_config", int(str(config["id"])), sequence_init_log=True)
    await setting.until(
        lambda: (
            (settings := setting.account.record("fbos_config", FbosConfig)) is not None
            and settings.sequence_init_log is True
        )
    )
    await come_due(setting)
    setting.cloud.robot.state.busy = True
    setting.cloud.robot.tell()
    await setting.until(lambda: setting.value("busy", "binary_sensor") == "on")
    assert [one.ran for one in kept(setting)] == [None]


@pytest.mark.parametrize(
    ("message", "ran"),
    [
        ("Starting Rest", True),
        ("[1/3] Starting Rest", True),
        ("Completed Rest", True),
        ("Starting Another", None),
        ("Resting", None),
        (f"Event scheduled at {DUE:%Y-%m-%d %H:%M:%S}Z failed to execute: no", False),
        ("Event scheduled at noon failed to execute: no", None),
    ],
)
async def test_the_log_tells(message: str, ran: bool | None, setting: Setting) -> None:
    """A line that names the sequence, or the time, says what became of the run."""
    await come_due(setting)
    setting.clock.now = NOW + HOUR + 1
    setting.cloud.robot.log(message, "info")
    await setting.until(
        lambda: (
            (line := setting.account.record("log", LogLine)) is not None
            and line.log.message == message
        )
    )
    assert [one.ran for one in kept(setting)] == [ran]


async def test_the_server_forgets(setting: Setting) -> None:
    """What is known of a run stays when its event is gone, over restarts too, and may still come."""
    await come_due(setting)
    (event,) = setting.cloud.world.rows("farm_events")
    setting.cloud.world.remove("farm_events", int(str(event["id"])))
    await setting.until(lambda: not setting.account.store.keys("farm_events"))
    setting.clock.now = NOW + HOUR + 5
    setting.cloud.robot.log("Starting Rest")
    await setting.until(lambda: [one.ran for one in kept(setting)] == [True])
    await setting.reload()
    (shown,) = await past(setting)
    assert (shown.summary, shown.description) == ("Rest", None)


async def test_an_event_that_was_made_later(
    set_up_farmbot: SetUp, clock: ManualClock, hass_storage: dict[str, Any]
) -> None:
    """Its rule's earlier times were never scheduled, whatever was kept of them before."""
    world = world_of(clock, start_time=stamp(NOW - 20 * HOUR))
    setting = await set_up_farmbot(world)
    assert [one.start_datetime_local for one in await past(setting)] == [START, DUE]
    await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    (event,) = world.rows("farm_events")
    early = {
        "start": (START - timedelta(hours=5)).isoformat(),
        "summary": "Rest",
        "kind": "sequence",
        "farm_event_id": event["id"],
        "sequence_id": event["executable_id"],
    }
    gone = {**early, "farm_event_id": 1}
    key = f"habitat.farmbot.{setting.entry.entry_id}"
    hass_storage[key] = {
        "version": 1,
        "key": key,
        "data": {"occurrences": [early, gone]},
    }
    await setting.hass.config_entries.async_setup(setting.entry.entry_id)
    await setting.settle()
    assert {one.farm_event_id for one in kept(setting)} == {1}
    first = (await past(setting))[0]
    assert first.description == UNCONFIRMED
