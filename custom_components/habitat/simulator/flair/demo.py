"""The demo's home: a house that one would believe."""

import time

from ..core.clock import Clock
from ..core.documents import Json
from .builder import Builder, constraints, gateway
from .world import Resource, World

_ROOMS: tuple[tuple[str, str, float], ...] = (
    ("Living Room", "1", 0.5),
    ("Kitchen", "1", 0.0),
    ("Hallway", "1", 0.0),
    ("Main Bedroom", "2", -1.0),
    ("Guest Room", "2", -1.5),
    ("Nursery", "2", 0.5),
    ("Office", "2", 0.0),
    ("Sunroom", "1", -0.5),
    ("Studio", "0", -1.0),
)
"""Name, level, and how much warmer than the home it is meant to be, in °C."""

_VENTS: tuple[tuple[str, str], ...] = (
    ("Living Room", "Living Room Window"),
    ("Living Room", "Living Room Sofa"),
    ("Living Room", "Living Room Door"),
    ("Kitchen", "Kitchen Sink"),
    ("Kitchen", "Kitchen Table"),
    ("Hallway", "Hallway"),
    ("Main Bedroom", "Main Bedroom Bed"),
    ("Main Bedroom", "Main Bedroom Bath"),
    ("Guest Room", "Guest Room"),
    ("Nursery", "Nursery"),
    ("Office", "Office Desk"),
    ("Office", "Office Bookshelf"),
)
_PUCKS = ("Living Room", "Kitchen", "Main Bedroom", "Nursery", "Office", "Sunroom")
_SENSORS: tuple[tuple[str, bool], ...] = (("Guest Room", True), ("Main Bedroom", True))


def demo(seed: int = 1, clock: Clock = time.time) -> World:
    """Build it."""
    make = Builder(seed, clock)
    user = make.add("users", {"name": "Robin Example"})
    home = make.add(
        "structures",
        {
            "name": "Maple House",
            "mode": "auto",
            "structure-heat-cool-mode": "auto",
            "set-point-temperature-c": 21.11,
            "use-remote-sensor-occupancy": True,
            "structure-type": "Single Family",
        },
        owner=user,
    )
    user.relations["default-structure"] = home.id
    zone = make.add("zones", {"name": "Whole house"}, structure=home)
    rooms = {
        name: make.add(
            "rooms",
            {"name": name, "level": level, "room-type": name},
            {"offset": offset},
            structure=home,
            zone=None if name in ("Sunroom", "Studio") else zone,
        )
        for name, level, offset in _ROOMS
    }
    bridge = make.add(
        "bridges", {"name": "Hallway Bridge"}, structure=home, room=rooms["Hallway"]
    )
    pucks = {
        name: _puck(make, home, rooms[name], bridge, is_gateway=name == "Living Room")
        for name in _PUCKS
    }
    for room, name in _VENTS:
        make.add(
            "vents",
            {"name": name, **gateway(bridge)},
            structure=home,
            room=rooms[room],
            closest_puck=pucks.get(room),
        )
    studio = make.add(
        "puck2s",
        {"name": "Studio Puck", "current-rssi": -58.0, **gateway(bridge)},
        structure=home,
        room=rooms["Studio"],
    )
    _thermostat(make, home, zone, rooms)
    _units(make, home, rooms, pucks, studio)
    weekdays = make.add(
        "schedules", {"name": "Weekdays"}, {"night": 1.5}, structure=home
    )
    make.add("schedules", {"name": "Vacation"}, {"night": 3.0}, structure=home)
    home.attributes["active-schedule-id"] = weekdays.id
    home.relations["active-schedule"] = weekdays.id
    _hold(rooms["Nursery"])
    return make.world


def _puck(
    make: Builder, home: Resource, room: Resource, bridge: Resource, *, is_gateway: bool
) -> Resource:
    puck = make.add(
        "pucks",
        {
            "is-gateway": is_gateway,
            "last-reported-as-gateway": is_gateway,
            "ir-setup-enabled": room.attributes["name"] in ("Living Room", "Sunroom"),
            **gateway(bridge),
        },
        structure=home,
        room=room,
    )
    puck.attributes["name"] = f"{room.attributes['name']}-{puck.id[:4]}"
    return puck


def _thermostat(
    make: Builder, home: Resource, zone: Resource, rooms: dict[str, Resource]
) -> None:
    hallway = rooms["Hallway"]
    thermostat = make.add(
        "thermostats",
        {"name": "Hallway Thermostat", "source-id": "411922334455"},
        structure=home,
        zone=zone,
        room=hallway,
    )
    zone.relations["thermostat"] = thermostat.id
    own = make.add(
        "remote-sensors",
        {
            "name": "Hallway Thermostat",
            "source-id": "ei:0",
            "sensor-type": "ecobee_thermostat",
            "is-tstat": True,
        },
        structure=home,
        room=hallway,
        thermostat=thermostat,
    )
    thermostat.relations["remote-sensor"] = own.id
    for index, (name, bedroom) in enumerate(_SENSORS):
        make.add(
            "remote-sensors",
            {"name": f"{name} Sensor", "source-id": f"rs:{100 + index}"},
            {"bedroom": bedroom},
            structure=home,
            room=rooms[name],
            thermostat=thermostat,
        )
    for room in rooms.values():
        if room.relations["zone"]:
            room.relations["thermostat"] = thermostat.id


def _units(
    make: Builder,
    home: Resource,
    rooms: dict[str, Resource],
    pucks: dict[str, Resource],
    studio: Resource,
) -> None:
    split: dict[str, Json] = {"capabilities": "Both", "model-id": "117"}
    make.add(
        "hvac-units",
        {
            **split,
            "name": "Sunroom Mini-Split",
            "make-name": "Mitsubishi",
            "temperature": 70.0,
            "swing": "Off",
            "constraints": constraints("F", range(61, 89)),
            "codesets": [
                {"id": "1", "codeset-id": "2041", "rank": 1, "capabilities": "Both"}
            ],
        },
        structure=home,
        room=rooms["Sunroom"],
        puck=pucks["Sunroom"],
    )
    make.add(
        "hvac-units",
        {
            **split,
            "name": "Studio Mini-Split",
            "make-name": "Daikin",
            "temperature": 20.0,
            "constraints": constraints("C", range(16, 31), swing=False),
            "codesets": [
                {"id": "2", "codeset-id": "873", "rank": 1, "capabilities": "Both"}
            ],
        },
        structure=home,
        room=rooms["Studio"],
        puck2=studio,
    )
    make.add(
        "hvac-units",
        {
            "name": "Fireplace",
            "make-name": "Dimplex",
            "model-id": "9",
            "capabilities": "Heat",
            "power": "Off",
            "fan-speed": None,
            "incremental": True,
            "constraints": ["Power", "Temp +", "Temp -", "Flame"],
            "button-presses": ["Power"],
        },
        structure=home,
        room=rooms["Living Room"],
        puck=pucks["Living Room"],
    )


def _hold(room: Resource) -> None:
    room.attributes.update(
        {
            "set-point-c": 22.0,
            "set-point-manual": True,
            "hold-until-schedule-event": True,
            "hold-reason": "Set by Robin",
        }
    )
    room.memory["held"] = 1
