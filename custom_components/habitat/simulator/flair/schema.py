"""Flair's resource types: how they are related, and which attributes may be written.

Spellings and values as in recordings of the live API and in what working clients send.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..core.documents import Json


@dataclass(frozen=True, slots=True)
class One:
    """A relation to one resource."""

    target: str
    listed: str | None = None
    """Flair writes it as a list under this name."""


@dataclass(frozen=True, slots=True)
class Many:
    """The other end of a `One`: all of `target` whose relation `via` leads here."""

    target: str
    via: str
    data: bool = True
    """Whether the ids stand in the answer, or the links alone."""


type Relation = One | Many

_STRUCTURE = One("structures")
_ROOM = One("rooms")
_PLACED: dict[str, Relation] = {"structure": _STRUCTURE, "room": _ROOM}

RELATIONS: dict[str, dict[str, Relation]] = {
    "users": {
        "structures": Many("structures", "owner"),
        "accessible-structures": Many("structures", "owner"),
        "adminable-structures": Many("structures", "owner"),
        "editable-structures": Many("structures", "owner"),
        "viewable-structures": Many("structures", "owner"),
        "default-structure": One("structures"),
    },
    "structures": {
        "owner": One("users", listed="admin-users"),
        "active-schedule": One("schedules"),
        **{
            kind: Many(kind, "structure", data=False)
            for kind in (
                "rooms",
                "vents",
                "pucks",
                "puck2s",
                "bridges",
                "thermostats",
                "remote-sensors",
                "hvac-units",
                "zones",
                "schedules",
            )
        },
    },
    "zones": {
        "structure": _STRUCTURE,
        "rooms": Many("rooms", "zone"),
        "thermostat": One("thermostats"),
        "hvac-unit": One("hvac-units"),
    },
    "rooms": {
        "structure": _STRUCTURE,
        "zone": One("zones", listed="zones"),
        "thermostat": One("thermostats"),
        "vents": Many("vents", "room"),
        "pucks": Many("pucks", "room"),
        "puck2s": Many("puck2s", "room"),
        "bridges": Many("bridges", "room"),
        "hvac-units": Many("hvac-units", "room"),
        "remote-sensors": Many("remote-sensors", "room"),
    },
    "vents": {**_PLACED, "closest-puck": One("pucks")},
    "pucks": {
        **_PLACED,
        "hvac-units": Many("hvac-units", "puck"),
        "closest-vents": Many("vents", "closest-puck"),
    },
    "puck2s": {**_PLACED, "hvac-units": Many("hvac-units", "puck2")},
    "bridges": _PLACED,
    "thermostats": {
        **_PLACED,
        "zone": One("zones"),
        "remote-sensor": One("remote-sensors"),
    },
    "remote-sensors": {**_PLACED, "thermostat": One("thermostats")},
    "hvac-units": {
        **_PLACED,
        "zone": One("zones"),
        "puck": One("pucks"),
        "puck2": One("puck2s"),
    },
    "schedules": {"structure": _STRUCTURE},
}
"""By type and name. A name that is missing at a resource is left out of its answer."""

FORBIDDEN = frozenset({"applications", "callbacks"})
"""For partners only: their scope is in nobody's token."""

READ_ONLY = frozenset({"thermostats", "remote-sensors", "users"})


type Check = Callable[[Json], bool]


def _among(*allowed: Json) -> Check:
    return lambda value: any(
        value == item and type(value) is type(item) for item in allowed
    )


def _number(low: float, high: float) -> Check:
    return lambda value: (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and low <= value <= high
    )


def _whole(low: int, high: int) -> Check:
    inside = _number(low, high)
    return lambda value: inside(value) and value == int(float(str(value)))


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _text(value: Json) -> bool:
    return isinstance(value, str)


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_FLAG = _among(True, False)
_CELSIUS = _number(10, 32.23)
_AWAY = _number(10, 32.2)
_PUCK: dict[str, Check] = {
    "name": _text,
    "locked": _FLAG,
    "puck-display-color": _among("white", "black"),
    "setpoint-bound-low": _CELSIUS,
    "setpoint-bound-high": _CELSIUS,
    "temperature-offset-override-c": _or_null(_number(-15, 0)),
}

WRITABLE: dict[str, dict[str, Check]] = {
    "structures": {
        "name": _text,
        "mode": _among("auto", "manual"),
        "structure-heat-cool-mode": _among("float", "heat", "cool", "auto"),
        "set-point-mode": _among(
            "Home Evenness For Active Rooms Flair Setpoint",
            "Home Evenness For Active Rooms Follow Third Party",
        ),
        "set-point-temperature-c": _CELSIUS,
        "home": _FLAG,
        "home-away-mode": _among(
            "Manual", "Third Party Home Away", "Flair Autohome Autoaway"
        ),
        "structure-away-mode": _among("Smart Away", "Off Only"),
        "temp-away-min-c": _AWAY,
        "temp-away-max-c": _AWAY,
        "default-hold-duration": _among("Until", "3h", "8h", "24h", "Forever"),
        "hold-until": _or_null(_text),
        "hold-until-schedule-event": _FLAG,
        "active-schedule-id": _or_null(_text),
        "temperature-scale": _among("F", "C", "K"),
        "hvac-unit-group-lock": _FLAG,
        "setup-mode": _FLAG,
        "callback-url": _or_null(_text),
    },
    "rooms": {
        "name": _text,
        "active": _FLAG,
        "set-point-c": _CELSIUS,
        "hold-until": _or_null(_text),
        "hold-until-schedule-event": _FLAG,
        "room-away-mode": _among("Smart Away", "Off Only"),
        "temp-away-min-c": _AWAY,
        "temp-away-max-c": _AWAY,
        "level": _or_null(_text),
        "air-return": _FLAG,
    },
    "vents": {"name": _text, "percent-open": _whole(0, 100)},
    "pucks": _PUCK,
    "puck2s": {**_PUCK, "temperature-scale": _among("F", "C", "K")},
    "bridges": {"name": _text, "led-brightness": _whole(20, 100)},
    "hvac-units": {
        "name": _text,
        "power": _among("On", "Off"),
        "mode": _among("Heat", "Cool", "Dry", "Fan", "Auto"),
        "temperature": _number(5, 100),
        "fan-speed": _among("Auto", "High", "Medium", "Low"),
        "default-fan-speed": _among("AUTO", "HIGH", "MEDIUM", "LOW"),
        "swing": _among("On", "Off"),
        "swing-auto": _FLAG,
        "button-presses": _texts,
    },
    "zones": {"name": _text},
    "schedules": {"name": _text},
}
"""What a value must be like, by type and attribute."""
