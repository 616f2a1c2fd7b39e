"""Homes of everything odd that owners reported and recordings show."""

from collections.abc import Callable, Mapping
import time

from custom_components.habitat.simulator.core.clock import Clock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.builder import Builder, constraints
from custom_components.habitat.simulator.flair.homes import HOMES as READY_MADE, home
from custom_components.habitat.simulator.flair.world import Resource, World

_FOREVER = "2107-12-11T08:11:30.000000+00:00"


def odd(seed: int = 1, clock: Clock = time.time) -> World:
    """Build it: one structure that is set up, one that is not."""
    make = Builder(seed, clock)
    user = make.add("users", {"name": "Robin Example", "temperature-scale": "K"})
    house = make.add(
        "structures",
        {
            "name": "Odd House",
            "structure-type": None,
            "location-type": None,
            "latitude": None,
        },
        owner=user,
    )
    user.relations["default-structure"] = house.id
    make.add(
        "structures",
        {"name": "Building Site", "setup-complete": False, "mode": None},
        owner=user,
    )
    _structure(house)
    rooms = _rooms(make, house)
    _vents(make, house, rooms)
    pucks = _pucks(make, house, rooms)
    _units(make, house, rooms, pucks)
    _others(make, house, rooms)
    return make.world


def _structure(house: Resource) -> None:
    house.pinned.update(
        {
            "hold-until": _FOREVER,
            "hold-reason": "thermostat",
            "home-away-mode": "By Moon Phase",
            "active-schedule-id": "00000000-2026-0000-0000-000000000000",
            "set-point-temperature-c": "22.23",
        }
    )


def _rooms(make: Builder, house: Resource) -> list[Resource]:
    forever = make.add("rooms", {"name": "Den"}, structure=house, thermostat=None)
    forever.traits["thermostat null id"] = True
    forever.pinned.update({"hold-until": _FOREVER, "hold-reason": "PuckActivity"})
    bare = make.add("rooms", {"name": "Cellar"}, structure=house)
    bare.pinned.update({"set-point-c": None, "pucks-inactive": "NotSetup"})
    numbers = make.add("rooms", {"name": "Attic", "active": False}, structure=house)
    numbers.pinned.update(
        {
            "current-temperature-c": "19.5",
            "set-point-c": "20",
            "heat-cool-mode": "DEFROST",
        }
    )
    old = make.add("rooms", {"name": "Den"}, structure=house)
    for name in ("heat-cool-mode", "room-conclusion-mode", "hold-reason"):
        del old.attributes[name]
    old.traits["lifeless"] = True
    return [forever, bare, numbers, old]


def _vents(make: Builder, house: Resource, rooms: list[Resource]) -> None:
    make.add("vents", {"name": "Homeless Vent"}, structure=house, room=None)
    silent = make.add(
        "vents",
        {"name": "Silent Vent", "inactive": True},
        structure=house,
        room=rooms[0],
    )
    silent.traits["silent"] = True
    silent.pinned.update(
        {"voltage": None, "current-rssi": None, "percent-open-reason": None}
    )
    texts = make.add("vents", {"name": "Wordy Vent"}, structure=house, room=rooms[1])
    texts.pinned.update({"percent-open": "99", "voltage": "3.05", "inactive": None})
    nulls = make.add("vents", {"name": "Null Vent"}, structure=house, room=rooms[1])
    nulls.pinned_reading = dict.fromkeys(
        (
            "duct-temperature-c",
            "percent-open",
            "system-voltage",
            "rssi",
            "firmware-version-s",
        )
    )
    pressed = make.add("vents", {"name": "Old Vent"}, structure=house, room=rooms[2])
    pressed.pinned_reading["duct-pressure"] = 98.7
    del pressed.attributes["connected-gateway-id"]
    stray = make.add(
        "vents", {"name": "Stray Vent"}, structure=house, room="9999999999"
    )
    stray.pinned["percent-open"] = None


def _pucks(make: Builder, house: Resource, rooms: list[Resource]) -> list[Resource]:
    dark = make.add(
        "pucks",
        {"name": "Dark Puck", "locked": None, "temperature-offset-override-c": None},
        {"dark": True},
        structure=house,
        room=rooms[0],
    )
    new = make.add(
        "pucks", {"name": "New Puck", "inactive": True}, {"silent": True, "lifeless": True},
        structure=house, room=rooms[1],
    )  # fmt: skip
    colourful = make.add("pucks", {"name": "Purple Puck"}, structure=house, room=None)
    colourful.pinned.update(
        {
            "puck-display-color": "purple",
            "current-temperature-c": None,
            "current-humidity": "45",
            "setpoint-bound-low": None,
            "voltage": "2.9",
        }
    )
    make.add(
        "puck2s",
        {
            "name": "Battery Puck 2",
            "power-source": "Battery",
            "voltage": 4.1,
            "locked": None,
        },
        structure=house,
        room=rooms[2],
    )
    make.add(
        "puck2s",
        {"name": "Solar Puck 2", "power-source": "Solar"},
        structure=house,
        room=None,
    )
    return [dark, new, colourful]


def _units(
    make: Builder, house: Resource, rooms: list[Resource], pucks: list[Resource]
) -> None:
    scaleless = constraints("C", range(17, 31))
    del scaleless["temperature-scale"]
    shapes: tuple[tuple[str, dict[str, Json], Resource | None], ...] = (
        ("Orphan Unit", {"constraints": constraints("F", range(60, 87))}, None),
        (
            "Unset Unit",
            {"constraints": None, "model-id": None, "fan-speed": None},
            pucks[0],
        ),
        ("Remote", {"constraints": ["Temp +", "Temp -", "Fan +", "Fan -"]}, pucks[0]),
        ("Bare Unit", {"constraints": scaleless, "temperature": "21"}, pucks[0]),
        (
            "Coded Unit",
            {
                "constraints": _without_scale(constraints("F", (62, 64, 66, 70))),
                "codesets": [{"id": "7", "codeset-id": "12", "temperature-scale": "F"}],
                "temperature": "66",
                "mode": "Turbo",
            },
            pucks[0],
        ),
        ("Hollow Unit", {"constraints": {}, "power": None}, pucks[0]),
        (
            "Cooler",
            {"constraints": constraints("C", (18,), modes=("COOL", "FAN"))},
            pucks[1],
        ),
    )
    for name, attributes, puck in shapes:
        unit = make.add(
            "hvac-units", {"name": name, **attributes}, structure=house, room=rooms[0]
        )
        if puck:
            unit.relations["puck"] = puck.id


def _without_scale(tree: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in tree.items() if key != "temperature-scale"}


def _others(make: Builder, house: Resource, rooms: list[Resource]) -> None:
    make.add(
        "bridges",
        {"name": "Wired Bridge"},
        {"ethernet": True},
        structure=house,
        room=None,
    )
    make.add(
        "bridges",
        {"name": "New Bridge"},
        {"silent": True},
        structure=house,
        room=rooms[0],
    )
    thermostat = make.add(
        "thermostats",
        {"name": "Lost Thermostat", "is-offline": True},
        structure=house,
        room=None,
    )
    thermostat.pinned.update(
        {"mode": "AUXHEATONLY", "operating-state": "defrost", "current-set-point": None}
    )
    make.add(
        "remote-sensors",
        {"name": "Silent Sensor", "sensor-type": "unheard_of"},
        {"silent": True},
        structure=house,
        room=None,
    )
    make.add(
        "zones",
        {
            "name": "Odd Zone",
            "staged-heating-mode": "BY SUNDIAL",
            "staged-heating-trigger": "noon",
            "staged-heating-set-point-c": 19.444444444444443,
            "cutover-temperature": 4.444444444444445,
            "cutback-temperature": -17.77777777777778,
        },
        structure=house,
        thermostat=None,
        hvac_unit=None,
    )
    for _ in range(2):
        make.add("schedules", {"name": "Twin"}, structure=house)


def empty(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account without a home."""
    return home(structures=0, seed=seed, clock=clock)


def two(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account with two homes, one of everything and more in each."""
    return home(
        vents=8,
        pucks=4,
        bridges=2,
        structures=2,
        puck2s=2,
        hvac_units=2,
        thermostats=2,
        remote_sensors=2,
        schedules=2,
        seed=seed,
        clock=clock,
    )


HOMES: Mapping[str, Callable[[int, Clock], World]] = {
    **READY_MADE,
    "empty": empty,
    "two": two,
    "odd": odd,
}
"""The ready-made homes and the odd ones, by name."""
