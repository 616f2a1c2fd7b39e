"""The simulated home: what time, writes and the control surface do to it."""

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, epoch
from custom_components.habitat.simulator.flair.demo import demo
from custom_components.habitat.simulator.flair.homes import home
from tests.support.common import NOW
from tests.support.edge_cases.flair import odd, two

from .conftest import Client, Serve, mapping, named


def _number(value: Json) -> float:
    assert isinstance(value, int | float)
    return value


def _structure(client: Client) -> str:
    return next(client.cloud.world.all("structures")).id


async def test_same_seed_same_home(serve: Serve, clock: ManualClock) -> None:
    """A seed gives the same home, another one another."""
    clients = [await serve(demo(seed, clock)) for seed in (1, 1, 2)]
    pages = [await client.get("/api/vents") for client in clients]
    assert pages[0] == pages[1]
    assert pages[0] != pages[2]


async def test_nothing_changes_between_reports(
    client: Client, clock: ManualClock
) -> None:
    """Devices report once a minute."""
    before = await client.get("/api/pucks")
    clock.advance(59 - NOW % 60)
    assert await client.get("/api/pucks") == before
    clock.advance(60)
    assert await client.get("/api/pucks") != before


async def test_days_look_real(client: Client, clock: ManualClock) -> None:
    """Rooms stay near their set points, the sky has days and nights, people come and go."""
    room = named(client, "rooms", "Office")
    outside: list[float] = []
    doing: set[Json] = set()
    busy: set[Json] = set()
    sensor = named(client, "remote-sensors", "Guest Room Sensor")
    for _ in range(96):
        await client.login() if clock() - NOW > 800_000 else None
        shown = await client.attributes("rooms", room)
        assert (
            abs(_number(shown["current-temperature-c"]) - _number(shown["set-point-c"]))
            < 2.3
        )
        assert 20 < _number(shown["current-humidity"]) < 70
        doing.add(shown["room-conclusion-mode"])
        busy.add((await client.reading("remote-sensors", sensor))["occupied"])
        weather = (await client.rows("/api/weather-readings"))[0]["attributes"]
        outside.append(_number(mapping(weather)["outside-temperature-c"]))
        clock.advance(1800)
    assert doing == {"HEAT", "FLOAT"}
    assert busy == {0, 1}
    assert 5 < max(outside) - min(outside) < 30


async def test_readings_have_their_time(client: Client) -> None:
    """A reading is younger than two minutes."""
    for kind in ("vents", "pucks", "puck2s", "bridges", "remote-sensors"):
        device = next(client.cloud.world.all(kind)).id
        at = epoch((await client.reading(kind, device))["created-at"])
        assert at is not None
        assert 0 < NOW - at < 120


async def test_vents_take_their_time(serve: Serve, clock: ManualClock) -> None:
    """The command shows at once, the vent's own report 30 to 90 seconds later."""
    client = await serve(home(clock=clock))
    vent = next(client.cloud.world.all("vents")).id
    await client.patch("vents", vent, percent_open=35)
    assert (await client.attributes("vents", vent))["percent-open"] == 35
    assert (await client.reading("vents", vent))["percent-open"] == 100
    clock.advance(150)
    assert (await client.reading("vents", vent))["percent-open"] == 35
    clock.advance(3600)
    assert (await client.attributes("vents", vent))["percent-open"] == 35


async def test_stuck_vent(serve: Serve, clock: ManualClock) -> None:
    """A stuck vent never follows."""
    client = await serve(home(clock=clock))
    vent = next(client.cloud.world.all("vents")).id
    client.cloud.stick(vent, 10)
    await client.patch("vents", vent, percent_open=80)
    clock.advance(600)
    assert (await client.attributes("vents", vent))["percent-open"] == 80
    assert (await client.reading("vents", vent))["percent-open"] == 10


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_device_that_falls_silent(
    client: Client, clock: ManualClock, *, noticed: bool
) -> None:
    """It neither reports nor moves, whether or not the cloud has noticed; until it is back."""
    vent = named(client, "vents", "Office Desk")
    await client.patch("structures", _structure(client), mode="manual")
    await client.patch("vents", vent, percent_open=100)
    clock.advance(600)
    last = await client.reading("vents", vent)
    client.cloud.lose("vents", vent, noticed=noticed)
    clock.advance(3600)
    await client.patch("vents", vent, percent_open=20)
    clock.advance(3600)
    shown = await client.attributes("vents", vent)
    assert (shown["inactive"], shown["percent-open"]) == (noticed, 20)
    reading = await client.reading("vents", vent)
    for name in ("created-at", "percent-open", "system-voltage"):
        assert reading[name] == last[name]
    client.cloud.find("vents", vent)
    shown, reading = (
        await client.attributes("vents", vent),
        await client.reading("vents", vent),
    )
    assert (shown["inactive"], reading["percent-open"]) == (False, 20)
    assert reading["created-at"] != last["created-at"]


async def test_a_thermostat_that_falls_silent(
    client: Client, clock: ManualClock
) -> None:
    """It stays as it was weeks ago, and so do its sensors."""
    thermostat = named(client, "thermostats", "Hallway Thermostat")
    sensor = named(client, "remote-sensors", "Guest Room Sensor")
    since = clock() - 14 * 86_400
    client.cloud.lose("thermostats", thermostat, since)
    assert (await client.attributes("thermostats", thermostat))["is-offline"] is True
    reading = await client.reading("remote-sensors", sensor)
    assert abs((epoch(reading["created-at"]) or 0) - since) < 120
    room = named(client, "rooms", "Guest Room")
    before = await client.attributes("rooms", room)
    clock.advance(7200)
    after = await client.attributes("rooms", room)
    assert before["current-temperature-c"] == after["current-temperature-c"]
    assert await client.reading("remote-sensors", sensor) == reading


async def test_when_a_resource_changed_last(client: Client, clock: ManualClock) -> None:
    """A write moves that, and so does a report."""
    unit = named(client, "hvac-units", "Fireplace")
    vent = named(client, "vents", "Office Desk")
    for kind, identity, values in (
        ("structures", _structure(client), {"home": False}),
        ("rooms", named(client, "rooms", "Office"), {"set-point-c": 20}),
        ("vents", vent, {"percent-open": 30}),
        ("hvac-units", unit, {"button-presses": ["Power"]}),
    ):
        before = (await client.attributes(kind, identity))["updated-at"]
        status, _ = await client.patch(kind, identity, **values)
        assert status == 200
        after = epoch((await client.attributes(kind, identity))["updated-at"])
        assert after == pytest.approx(clock(), abs=0.001)
        assert epoch(before) != after
    clock.advance(120)
    reported = epoch((await client.attributes("vents", vent))["updated-at"])
    assert reported is not None
    assert clock() - 120 < reported < clock()


async def test_auto_mode_drives_vents(client: Client, clock: ManualClock) -> None:
    """In auto mode a vent set by hand goes back in minutes; an inactive room's shuts."""
    vent = named(client, "vents", "Office Desk")
    room = named(client, "rooms", "Office")
    await client.patch("vents", vent, percent_open=100)
    await client.patch("rooms", room, active=False)
    shown = await client.attributes("vents", vent)
    assert (shown["percent-open"], shown["percent-open-reason"]) == (
        100,
        "Manual by User",
    )
    clock.advance(361)
    shown = await client.attributes("vents", vent)
    assert (shown["percent-open"], shown["percent-open-reason"]) == (
        0,
        "This room is inactive.",
    )


async def test_manual_mode_keeps_vents_and_starts_units(
    client: Client, clock: ManualClock
) -> None:
    """When Flair hands over, vents stay put and infrared units run."""
    sunroom = named(client, "hvac-units", "Sunroom Mini-Split")
    await client.patch("rooms", named(client, "rooms", "Sunroom"), active=False)
    assert (await client.attributes("hvac-units", sunroom))["power"] == "Off"
    rows = await client.rows("/api/vents")
    before = {row["id"]: mapping(row["attributes"])["percent-open"] for row in rows}
    await client.patch("structures", _structure(client), mode="manual")
    clock.advance(1800)
    rows = await client.rows("/api/vents")
    assert before == {
        row["id"]: mapping(row["attributes"])["percent-open"] for row in rows
    }
    assert (await client.attributes("hvac-units", sunroom))["power"] == "On"


@pytest.mark.parametrize(
    ("duration", "hours"),
    [("3h", 3), ("8h", 8), ("24h", 24), ("Forever", None), ("Until", None)],
)
async def test_room_hold(
    client: Client, clock: ManualClock, duration: str, hours: int | None
) -> None:
    """A set point makes a hold of the home's default duration, which ends or is cleared."""
    room = named(client, "rooms", "Kitchen")
    usual = (await client.attributes("rooms", room))["set-point-c"]
    await client.patch("structures", _structure(client), default_hold_duration=duration)
    await client.patch("rooms", room, set_point_c=23.5, active=True)
    shown = await client.attributes("rooms", room)
    assert (shown["set-point-c"], shown["set-point-manual"]) == (23.5, True)
    assert shown["hold-reason"] == "Set by Robin"
    assert shown["hold-until-schedule-event"] is (duration == "Until")
    until = epoch(shown["hold-until"])
    if hours:
        assert until == NOW + hours * 3600
        clock.advance(hours * 3600 + 60)
    else:
        assert str(shown["hold-until"]).startswith("2107") is (duration == "Forever")
        await client.patch(
            "rooms", room, hold_until=None, hold_until_schedule_event=False
        )
    shown = await client.attributes("rooms", room)
    assert (shown["hold-until"], shown["set-point-manual"], shown["hold-reason"]) == (
        None,
        False,
        None,
    )
    assert shown["set-point-c"] != 23.5
    assert duration == "24h" or usual is not None


async def test_hold_for_a_time_that_is_written(
    client: Client, clock: ManualClock
) -> None:
    """A hold's end can be written as well."""
    room = named(client, "rooms", "Kitchen")
    await client.patch("rooms", room, set_point_c=23.5)
    end = "2027-01-01T00:00:00+00:00"
    await client.patch("rooms", room, hold_until=end)
    shown = await client.attributes("rooms", room)
    assert (shown["hold-until"], shown["hold-until-schedule-event"]) == (end, False)


async def test_rooms_follow_their_set_point(client: Client, clock: ManualClock) -> None:
    """A room needs time to get warm, and starts from where it was."""
    room = named(client, "rooms", "Kitchen")
    start = _number((await client.attributes("rooms", room))["current-temperature-c"])
    await client.patch("rooms", room, set_point_c=25)
    steps: list[float] = []
    for minutes in (1, 30, 300):
        clock.advance(minutes * 60)
        steps.append(
            _number((await client.attributes("rooms", room))["current-temperature-c"])
        )
    assert abs(steps[0] - start) < 0.4
    assert start + 0.5 < steps[1] < steps[2]
    assert abs(steps[2] - 25) < 0.6


async def test_home_and_away(client: Client) -> None:
    """Leaving makes a hold at the home; clearing it keeps the home away."""
    home_id = _structure(client)
    await client.patch("structures", home_id, home=True)
    assert (await client.attributes("structures", home_id))["hold-reason"] is None
    await client.patch("structures", home_id, home=False)
    shown = await client.attributes("structures", home_id)
    assert (shown["home"], shown["hold-until-schedule-event"]) == (False, True)
    answer = await client.get(f"/api/structures/{home_id}/current-state")
    state = mapping(answer["data"])
    assert mapping(state["attributes"])["home-away"] == "Away"
    await client.patch("structures", home_id, hold_until=None)
    shown = await client.attributes("structures", home_id)
    assert (shown["home"], shown["hold-until-schedule-event"]) == (False, False)


async def test_nobody_home_and_off(client: Client) -> None:
    """With the policy "Off Only" nothing is driven while nobody is home."""
    home_id = _structure(client)
    await client.patch(
        "structures", home_id, structure_away_mode="Off Only", home=False
    )
    thermostat = next(client.cloud.world.all("thermostats")).id
    shown = await client.attributes("thermostats", thermostat)
    assert (shown["mode"], shown["operating-state"]) == ("OFF", "idle")
    room = await client.attributes("rooms", named(client, "rooms", "Office"))
    assert (room["heat-cool-mode"], room["room-conclusion-mode"]) == ("FLOAT", "FLOAT")


async def test_nobody_home_and_smart(client: Client, clock: ManualClock) -> None:
    """With "Smart Away" rooms drift towards the away temperature and nobody is seen."""
    room = named(client, "rooms", "Kitchen")
    await client.patch("structures", _structure(client), home=False, temp_away_min_c=14)
    clock.advance(4 * 3600)
    shown = await client.attributes("rooms", room)
    assert 13 < _number(shown["current-temperature-c"]) < 16
    for sensor in client.cloud.world.all("remote-sensors"):
        assert (await client.reading("remote-sensors", sensor.id))["occupied"] == 0


async def test_system_off(client: Client, clock: ManualClock) -> None:
    """In "float" nothing is driven: vents stand open, units keep what they did."""
    unit = named(client, "hvac-units", "Sunroom Mini-Split")
    await client.patch(
        "structures", _structure(client), structure_heat_cool_mode="float"
    )
    clock.advance(3 * 3600)
    vent = await client.attributes("vents", named(client, "vents", "Office Desk"))
    assert vent["percent-open"] == 100
    room = await client.attributes("rooms", named(client, "rooms", "Office"))
    assert room["room-conclusion-mode"] == "FLOAT"
    assert _number(room["current-temperature-c"]) < 17
    assert (await client.attributes("hvac-units", unit))["mode"] == "Heat"


async def test_units_warm_their_room_in_manual_mode(
    client: Client, clock: ManualClock
) -> None:
    """A unit's own set point counts in manual mode, in its own scale; off means cold."""
    unit = await _manual(client)
    room = named(client, "rooms", "Sunroom")
    await client.patch("hvac-units", unit, mode="Heat")
    await client.patch("hvac-units", unit, temperature=77)
    clock.advance(5 * 3600)
    warm = _number((await client.attributes("rooms", room))["current-temperature-c"])
    assert warm == pytest.approx(25, abs=0.6)
    await client.patch("hvac-units", unit, power="Off")
    clock.advance(5 * 3600)
    assert (
        _number((await client.attributes("rooms", room))["current-temperature-c"]) < 18
    )


async def test_summer(serve: Serve) -> None:
    """In July the home cools, and rests when it is cool enough."""
    clock = ManualClock(NOW - 130 * 86_400)
    client = await serve(demo(clock=clock))
    structure = await client.attributes("structures", _structure(client))
    assert structure["structure-heat-cool-mode-calculated"] == "cool"
    room = named(client, "rooms", "Office")
    doing: set[Json] = set()
    for _ in range(72):
        doing.add((await client.attributes("rooms", room))["room-conclusion-mode"])
        clock.advance(1200)
    assert doing == {"COOL", "FLOAT"}


async def test_network_repair_ends_by_itself(
    client: Client, clock: ManualClock
) -> None:
    """Set-up mode lasts half an hour."""
    home_id = _structure(client)
    await client.patch("structures", home_id, setup_mode=True)
    clock.advance(29 * 60)
    assert (await client.attributes("structures", home_id))["setup-mode"] is True
    clock.advance(120)
    assert (await client.attributes("structures", home_id))["setup-mode"] is False


async def test_who_owns_the_set_point(client: Client) -> None:
    """Flair pushes its set point to the thermostat in auto mode, unless the thermostat rules."""
    home_id = _structure(client)
    thermostat = next(client.cloud.world.all("thermostats")).id
    await client.patch("structures", home_id, set_point_temperature_c=22.5)
    assert (await client.attributes("thermostats", thermostat))[
        "current-set-point"
    ] == 22.5
    await client.patch("structures", home_id, mode="manual")
    await client.patch("structures", home_id, set_point_temperature_c=19)
    assert (await client.attributes("thermostats", thermostat))[
        "current-set-point"
    ] == 22.5
    third = "Home Evenness For Active Rooms Follow Third Party"
    await client.patch("structures", home_id, set_point_mode=third)
    status, _ = await client.patch("structures", home_id, set_point_temperature_c=25)
    assert status == 200
    assert (await client.attributes("structures", home_id))[
        "set-point-temperature-c"
    ] == 19


async def test_schedules(client: Client, clock: ManualClock) -> None:
    """The active schedule lowers set points at night; without one nothing does."""
    home_id = _structure(client)
    room = named(client, "rooms", "Kitchen")
    day = _number((await client.attributes("rooms", room))["set-point-c"])
    clock.advance(15 * 3600)
    night = _number((await client.attributes("rooms", room))["set-point-c"])
    assert day - night == pytest.approx(1.5)
    await client.patch("structures", home_id, active_schedule_id=None)
    assert (await client.attributes("rooms", room))["set-point-c"] == day
    vacation = named(client, "schedules", "Vacation")
    await client.patch("structures", home_id, active_schedule_id=vacation)
    assert (await client.attributes("rooms", room))["set-point-c"] == day - 3


async def test_calibration(client: Client) -> None:
    """A puck shows more by as much as its override is raised; unset counts as -5."""
    puck = next(client.cloud.world.all("pucks")).id
    before = _number((await client.attributes("pucks", puck))["current-temperature-c"])
    await client.patch("pucks", puck, temperature_offset_override_c=-3.5)
    after = _number((await client.attributes("pucks", puck))["current-temperature-c"])
    assert after - before == pytest.approx(1.5)
    reading = await client.reading("pucks", puck)
    assert reading["current-offset"] == -350
    assert reading["room-temperature-c"] == after
    await client.patch("pucks", puck, temperature_offset_override_c=None)
    assert (await client.attributes("pucks", puck))["current-temperature-c"] == before


async def _manual(client: Client) -> str:
    await client.patch("structures", _structure(client), mode="manual")
    return named(client, "hvac-units", "Sunroom Mini-Split")


async def test_unit_takes_one_attribute_at_a_time(client: Client) -> None:
    """Two attributes at once are refused, one after the other is right."""
    unit = await _manual(client)
    assert (await client.patch("hvac-units", unit, mode="Cool", temperature=70))[
        0
    ] == 422
    assert (await client.patch("hvac-units", unit, mode="Cool"))[0] == 200
    assert (await client.patch("hvac-units", unit, temperature=70))[0] == 200
    shown = await client.attributes("hvac-units", unit)
    assert (shown["mode"], shown["temperature"]) == ("Cool", 70)


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ({"power": "Off"}, {"temperature": 70}),
        ({"mode": "Fan"}, {"temperature": 70}),
        ({"mode": "Dry"}, {"temperature": 70}),
        ({"mode": "Fan"}, {"fan_speed": "Auto"}),
        ({"mode": "Dry"}, {"fan_speed": "High"}),
        ({"mode": "Heat"}, {"temperature": 99}),
        ({"mode": "Heat"}, {"fan_speed": "Turbo"}),
    ],
)
async def test_what_a_unit_refuses(
    client: Client, before: dict[str, Json], refused: dict[str, Json]
) -> None:
    """What does not go with the unit's present state is 422."""
    unit = await _manual(client)
    assert (await client.patch("hvac-units", unit, **before))[0] == 200
    assert (await client.patch("hvac-units", unit, **refused))[0] == 422


async def test_unit_without_swing(client: Client) -> None:
    """One of the units has no swing."""
    await _manual(client)
    studio = named(client, "hvac-units", "Studio Mini-Split")
    assert (await client.patch("hvac-units", studio, swing="On"))[0] == 422
    sunroom = named(client, "hvac-units", "Sunroom Mini-Split")
    assert (await client.patch("hvac-units", sunroom, swing="On"))[0] == 200


async def test_auto_mode_drives_units(client: Client, clock: ManualClock) -> None:
    """In auto mode a unit follows its room, and a switch by hand does not last."""
    unit = named(client, "hvac-units", "Studio Mini-Split")
    await client.patch("rooms", named(client, "rooms", "Studio"), set_point_c=23)
    shown = await client.attributes("hvac-units", unit)
    assert (shown["power"], shown["mode"], shown["temperature"]) == ("On", "Heat", 23)
    await client.patch("hvac-units", unit, power="Off")
    assert (await client.attributes("hvac-units", unit))["power"] == "Off"
    clock.advance(361)
    assert (await client.attributes("hvac-units", unit))["power"] == "On"


async def test_buttons(client: Client) -> None:
    """A remote without states knows its buttons, and the last one."""
    unit = named(client, "hvac-units", "Fireplace")
    assert (await client.patch("hvac-units", unit, button_presses=["Flame"]))[0] == 200
    assert (await client.attributes("hvac-units", unit))["button-presses"] == ["Flame"]
    assert (await client.patch("hvac-units", unit, button_presses=["Turbo"]))[0] == 422
    assert (await client.patch("hvac-units", unit, button_presses=[]))[0] == 422


async def test_control(client: Client) -> None:
    """Whoever runs the cloud can fix values, add and remove."""
    cloud = client.cloud
    vent = named(client, "vents", "Kitchen Sink")
    cloud.set("vents", vent, inactive=True, percent_open="99")
    cloud.set_reading("vents", vent, duct_temperature_c=None)
    shown = await client.attributes("vents", vent)
    assert (shown["inactive"], shown["percent-open"]) == (True, "99")
    assert (await client.reading("vents", vent))["duct-temperature-c"] is None
    await client.patch("vents", vent, percent_open=20)
    assert (await client.attributes("vents", vent))["percent-open"] == 20
    cloud.remove("vents", vent)
    assert (await client.call("GET", f"/api/vents/{vent}"))[0] == 404
    relations = {
        "structure": _structure(client),
        "room": named(client, "rooms", "Kitchen"),
    }
    cloud.add("vents", "new", relations, name="Kitchen Oven")
    assert (await client.attributes("vents", "new"))["name"] == "Kitchen Oven"
    assert len(await client.rows("/api/vents")) == 12


async def test_snapshot_and_restore(serve: Serve, clock: ManualClock) -> None:
    """A new cloud of the same seed goes on where the old one was, tokens included."""
    first = await serve(demo(clock=clock))
    await first.patch("rooms", named(first, "rooms", "Office"), set_point_c=24)
    await first.patch("vents", named(first, "vents", "Hallway"), percent_open=10)
    first.cloud.remove("vents", named(first, "vents", "Nursery"))
    first.cloud.add(
        "schedules", "extra", {"structure": _structure(first)}, name="Extra"
    )
    clock.advance(40)
    second = await serve(demo(clock=clock))
    second.cloud.restore(first.cloud.snapshot())
    second.token = first.token
    for kind in ("structures", "rooms", "vents", "pucks", "schedules"):
        assert await second.get(f"/api/{kind}") == await first.get(f"/api/{kind}")
    vent = named(first, "vents", "Hallway")
    assert await second.reading("vents", vent) == await first.reading("vents", vent)


async def test_another_homes_snapshot(serve: Serve, clock: ManualClock) -> None:
    """What was kept of another home is of no use, and does no harm."""
    first = await serve(demo(clock=clock))
    await first.patch("vents", named(first, "vents", "Hallway"), percent_open=10)
    second = await serve(home(clock=clock))
    before = await second.get("/api/vents")
    second.cloud.restore(first.cloud.snapshot())
    assert await second.get("/api/vents") == before


@pytest.mark.parametrize(("vents", "pucks"), [(0, 0), (1, 1), (400, 100), (700, 300)])
async def test_sizes(serve: Serve, clock: ManualClock, vents: int, pucks: int) -> None:
    """Homes have the size that is asked for, and every device a room."""
    client = await serve(home(vents=vents, pucks=pucks, clock=clock))
    world = client.cloud.world
    assert len(list(world.all("vents"))) == vents
    assert len(list(world.all("pucks"))) == pucks
    assert all(world.one(vent, "room") for vent in world.all("vents"))
    assert len(await client.rows("/api/vents")) == min(50, vents)


async def test_two_structures_share_nothing(serve: Serve, clock: ManualClock) -> None:
    """Each structure has its own devices, which are in its own rooms."""
    client = await serve(two(1, clock))
    world = client.cloud.world
    for kind in ("vents", "pucks", "hvac-units"):
        seen: list[str] = []
        for structure in world.all("structures"):
            rows = await client.rows(f"/api/structures/{structure.id}/{kind}")
            assert rows
            seen += [str(row["id"]) for row in rows]
        assert sorted(seen) == sorted(item.id for item in world.all(kind))
        for item in world.all(kind):
            room = world.one(item, "room")
            assert room is not None
            assert room.relations["structure"] == item.relations["structure"]


async def test_odd_home_is_odd(serve: Serve, clock: ManualClock) -> None:
    """The odd home shows a room with a thermostat without id, Forever, and a silent device."""
    client = await serve(odd(1, clock))
    rooms = await client.rows("/api/rooms")
    relation = mapping(mapping(rooms[0]["relationships"])["thermostat"])
    assert relation["data"] == {"type": "thermostats", "id": None}
    assert str(mapping(rooms[0]["attributes"])["hold-until"]).startswith("2107")
    silent = named(client, "vents", "Silent Vent")
    assert (await client.call("GET", f"/api/vents/{silent}/current-reading"))[0] == 404
