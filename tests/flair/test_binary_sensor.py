"""Flair's binary sensors."""

from datetime import datetime, timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.documents import Json
from homeassistant.components.cover import SERVICE_SET_COVER_POSITION
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.support.common import Setting, tick

from .conftest import Portraits
from .entities import FlairResource, live


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.BINARY_SENSOR) == snapshot


def shown(thing: FlairResource, key: str) -> str:
    """Return what a binary sensor shows."""
    return thing.state(Platform.BINARY_SENSOR, key).state


@pytest.mark.parametrize(
    ("kind", "name", "attribute", "opposite"),
    [
        ("vents", "Vent 1", "inactive", True),
        ("pucks", "Puck 1", "inactive", True),
        ("puck2s", "Puck 2 1", "inactive", True),
        ("bridges", "Bridge 1", "inactive", True),
        ("thermostats", "Thermostat 1", "is_offline", True),
    ],
)
async def test_connectivity(
    cottage: Setting, kind: str, name: str, attribute: str, *, opposite: bool
) -> None:
    """It is known of devices in reach, out of reach, and of those that do not say."""
    thing = FlairResource(cottage, kind, name)
    for value, state in ((True, STATE_OFF), (False, STATE_ON), (None, STATE_UNKNOWN)):
        thing.set(**{attribute: value})
        await cottage.poll()
        assert shown(thing, "connectivity") == state


async def test_a_thermostat_out_of_reach(cottage: Setting) -> None:
    """What its maker's cloud does not reach tells nothing new, but that it is out of reach."""
    thing = FlairResource(cottage, "thermostats", "Thermostat 1")
    thing.set(is_offline=True)
    await cottage.poll()
    assert thing.state(Platform.SENSOR, "set_point").state == STATE_UNAVAILABLE
    assert shown(thing, "connectivity") == STATE_OFF
    thing.set(is_offline=False)
    await cottage.poll()
    assert thing.state(Platform.SENSOR, "set_point").state != STATE_UNAVAILABLE


async def test_holds(cottage: Setting) -> None:
    """A hold lasts until a time or until the schedule's next event."""
    for kind, name in (("structures", "House 1"), ("rooms", "Room 1")):
        thing = FlairResource(cottage, kind, name)
        holds: tuple[tuple[Json, Json, str], ...] = (
            ("2107-12-11T08:11:30.000000+00:00", False, STATE_ON),
            (None, True, STATE_ON),
            (None, False, STATE_OFF),
            ("some day", False, STATE_OFF),
            (None, None, STATE_UNKNOWN),
        )
        for until, event, state in holds:
            thing.set(hold_until=until, hold_until_schedule_event=event)
            await cottage.poll()
            assert shown(thing, "hold") == state, (until, event)


async def test_a_hold_that_ends(cottage: Setting) -> None:
    """A hold ends in its time; Flair may say so later."""
    for kind, name in (("structures", "House 1"), ("rooms", "Room 1")):
        thing = FlairResource(cottage, kind, name)
        end = dt_util.utcnow() + timedelta(minutes=10)
        thing.set(hold_until=end.isoformat(), hold_until_schedule_event=False)
        await cottage.poll()
        assert shown(thing, "hold") == STATE_ON
        await tick(cottage.hass, cottage.freezer, 600)
        assert shown(thing, "hold") == STATE_OFF
        await cottage.poll()
        assert shown(thing, "hold") == STATE_OFF


async def test_set_up_incomplete(cottage: Setting) -> None:
    """A home whose set-up was not finished is shown, and says so."""
    house = FlairResource(cottage, "structures", "House 1")
    for complete, state in (
        (False, STATE_ON),
        (True, STATE_OFF),
        (None, STATE_UNKNOWN),
    ):
        house.set(setup_complete=complete)
        await cottage.poll()
        assert shown(house, "setup_incomplete") == state


async def test_occupancy(cottage: Setting) -> None:
    """The sensors of a linked thermostat tell whether somebody is about, as 0 and 1."""
    sensor = FlairResource(cottage, "remote-sensors", "Sensor 1")
    for occupied, state in (
        (1, STATE_ON),
        (0, STATE_OFF),
        (True, STATE_ON),
        (None, STATE_UNKNOWN),
        (7, STATE_UNKNOWN),
    ):
        cottage.cloud.set_reading("remote-sensors", sensor.id, occupied=occupied)
        await cottage.poll(5)
        assert shown(sensor, "occupancy") == state


async def test_gateways(all_enabled: None, cottage: Setting) -> None:
    """A puck says itself whether others reach the cloud through it, in one of two words."""
    puck = FlairResource(cottage, "pucks", "Puck 1")
    for today, once, state in (
        (True, None, STATE_ON),
        (False, True, STATE_OFF),
        (None, True, STATE_ON),
        (None, None, STATE_UNKNOWN),
    ):
        puck.set(is_gateway=today, gateway=once)
        await cottage.poll()
        assert shown(puck, "gateway") == state


async def test_a_unit_gets_its_puck(cottage: Setting) -> None:
    """The problem is over as soon as a puck drives the unit, of either generation."""
    unit = FlairResource(cottage, "hvac-units", "Unit 1")
    resource = cottage.cloud.world.resources["hvac-units"][unit.id]
    puck2 = cottage.id_of("puck2s", "Puck 2 1")
    for name, target, state in (
        ("puck", None, STATE_ON),
        ("puck2", puck2, STATE_OFF),
        ("puck2", None, STATE_ON),
    ):
        cottage.cloud.world.relate(resource, name, target)
        await cottage.poll()
        assert shown(unit, "no_puck") == state


async def test_what_is_not_told_has_no_entity(all_enabled: None, demo: Setting) -> None:
    """Attributes that only some accounts have make entities only where they are told."""
    nursery = FlairResource(demo, "rooms", "Nursery")
    assert nursery.has(Platform.BINARY_SENSOR, "air_return")
    resource = demo.cloud.world.resources["rooms"][nursery.id]
    bare = demo.cloud.add("rooms", "77", dict(resource.relations), name="Pantry")
    bare.pinned.update(dict.fromkeys(("air-return", "preheat-precool")))
    await demo.poll()
    pantry = FlairResource(demo, "rooms", "Pantry")
    assert pantry.has(Platform.BINARY_SENSOR, "hold")
    assert not pantry.has(Platform.BINARY_SENSOR, "air_return")
    assert not pantry.has(Platform.BINARY_SENSOR, "preheat_precool")
    pantry.set(air_return=True)
    await demo.poll()
    assert shown(pantry, "air_return") == STATE_ON


# Stuck vents.


@pytest.fixture
def vent(cottage: Setting) -> FlairResource:
    """Return a vent that is open."""
    return FlairResource(cottage, "vents", "Vent 1")


async def move(vent: FlairResource, position: int) -> None:
    """Send a vent to a position."""
    await vent.call(
        Platform.COVER, "vent", SERVICE_SET_COVER_POSITION, position=position
    )


async def test_a_vent_that_moves_is_not_stuck(vent: FlairResource) -> None:
    """It takes a while to move and to say so; that is no problem at any time."""
    assert shown(vent, "stuck") == STATE_OFF
    for position in (0, 60, 100):
        await move(vent, position)
        for _ in range(10):
            await live(vent.setting, minutes=1)
            assert shown(vent, "stuck") == STATE_OFF
        reported = vent.state(Platform.SENSOR, "reported_position").state
        assert reported == str(position)


async def test_a_stuck_vent(vent: FlairResource) -> None:
    """One that stays where it was for minutes is a problem, until it moves."""
    vent.cloud.stick(vent.id, 100)
    await move(vent, 20)
    await live(vent.setting, minutes=6)
    assert shown(vent, "stuck") == STATE_OFF
    await live(vent.setting, minutes=2)
    assert shown(vent, "stuck") == STATE_ON
    await move(vent, 40)
    await live(vent.setting, minutes=1)
    assert shown(vent, "stuck") == STATE_ON
    del vent.cloud.world.resources["vents"][vent.id].memory["stuck"]
    await live(vent.setting, minutes=6)
    assert shown(vent, "stuck") == STATE_OFF


async def test_a_stuck_vent_that_is_sent_where_it_is(vent: FlairResource) -> None:
    """It is no problem where it was meant to be."""
    vent.cloud.stick(vent.id, 100)
    await move(vent, 20)
    await live(vent.setting, minutes=9)
    assert shown(vent, "stuck") == STATE_ON
    await move(vent, 97)
    assert shown(vent, "stuck") == STATE_OFF


async def test_a_new_command_gives_a_vent_new_time(vent: FlairResource) -> None:
    """The minutes count from the last command on."""
    vent.cloud.stick(vent.id, 100)
    for position in (20, 40, 60):
        await move(vent, position)
        await live(vent.setting, minutes=5)
        assert shown(vent, "stuck") == STATE_OFF
    await live(vent.setting, minutes=3)
    assert shown(vent, "stuck") == STATE_ON


async def test_a_vent_that_says_nothing_of_itself(vent: FlairResource) -> None:
    """Without a report it is not known whether it is stuck."""
    vent.cloud.set_reading("vents", vent.id, percent_open=None)
    await move(vent, 20)
    await live(vent.setting, minutes=10)
    assert shown(vent, "stuck") == STATE_UNKNOWN


async def report(
    vent: FlairResource, position: Json, at: datetime | None = None
) -> None:
    """Let a vent report where it is, now or at another time, and let the report be read."""
    made = (at or dt_util.utcnow()).isoformat()
    vent.cloud.set_reading("vents", vent.id, percent_open=position, created_at=made)
    await vent.setting.poll(5)


async def test_a_report_from_before_the_command(vent: FlairResource) -> None:
    """It tells where the vent was before it was sent elsewhere, however long ago that is by now."""
    before = dt_util.utcnow() - timedelta(minutes=1)
    await move(vent, 20)
    for _ in range(4):
        await report(vent, 100, before)
        assert shown(vent, "stuck") == STATE_OFF
    await report(vent, 100)
    assert shown(vent, "stuck") == STATE_ON


async def test_a_report_made_while_the_vent_moves(vent: FlairResource) -> None:
    """A vent takes one or two minutes; what it says meanwhile is no proof."""
    await move(vent, 20)
    sent = dt_util.utcnow()
    await report(vent, 100, sent + timedelta(minutes=2))
    assert shown(vent, "stuck") == STATE_OFF
    await report(vent, 100, sent + timedelta(minutes=4))
    assert shown(vent, "stuck") == STATE_ON


async def test_a_report_without_a_time(vent: FlairResource) -> None:
    """It cannot be held against a command."""
    vent.cloud.set_reading("vents", vent.id, percent_open=100, created_at=None)
    await move(vent, 20)
    await vent.setting.poll(12)
    assert shown(vent, "stuck") == STATE_OFF


async def test_reports_that_no_longer_come(vent: FlairResource) -> None:
    """A vent that was stuck half an hour ago may have moved since."""
    await move(vent, 20)
    await vent.setting.poll(5)
    await report(vent, 100)
    assert shown(vent, "stuck") == STATE_ON
    await tick(vent.setting.hass, vent.setting.freezer, 31 * 60)
    assert shown(vent, "stuck") == STATE_UNKNOWN
    await report(vent, 100)
    assert shown(vent, "stuck") == STATE_ON


async def test_a_stuck_vent_out_of_reach(vent: FlairResource) -> None:
    """Nothing is said of it until it is back."""
    await move(vent, 20)
    await vent.setting.poll(5)
    await report(vent, 100)
    vent.set(inactive=True)
    await vent.setting.poll()
    assert shown(vent, "stuck") == STATE_UNAVAILABLE
    vent.set(inactive=False)
    await report(vent, 20)
    assert shown(vent, "stuck") == STATE_OFF


async def test_a_vent_that_was_elsewhere_at_the_start(vent: FlairResource) -> None:
    """When it was sent there nobody knows, so its next reports decide."""
    vent.cloud.stick(vent.id, 100)
    await move(vent, 20)
    await vent.setting.reload()
    assert shown(vent, "stuck") == STATE_UNKNOWN
    await live(vent.setting, minutes=11)
    assert shown(vent, "stuck") == STATE_ON


async def test_a_stuck_vent_under_another_name(
    hass: HomeAssistant, vent: FlairResource
) -> None:
    """Renaming the entity loses nothing, and neither does its removal ring later."""
    vent.cloud.stick(vent.id, 100)
    await move(vent, 20)
    old = vent.entity_id(Platform.BINARY_SENSOR, "stuck")
    er.async_get(hass).async_update_entity(old, new_entity_id="binary_sensor.trouble")
    await live(vent.setting, minutes=9)
    assert hass.states.is_state("binary_sensor.trouble", STATE_ON)
    await move(vent, 100)
    await move(vent, 20)
    await hass.config_entries.async_unload(vent.setting.entry.entry_id)
    assert hass.states.is_state("binary_sensor.trouble", STATE_UNAVAILABLE)
