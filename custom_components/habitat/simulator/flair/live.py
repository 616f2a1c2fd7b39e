"""What changes by itself in the attributes of a resource, by type."""

from collections.abc import Callable
import math

from ..core import weather
from ..core.documents import Json, Record, epoch, moment, number
from ..core.noise import between, fraction, wander
from . import climate
from .world import REPORT_SECONDS, Resource, World

REDRIVE_SECONDS = 300
"""In auto mode Flair puts vents and units back to its own plan after this time."""
_PLAN_SECONDS = 900
_REPAIR_SECONDS = 30 * 60
_OVERRIDE_NEUTRAL = -5.0
_OUT_OF_REACH = {
    **dict.fromkeys(("vents", "pucks", "puck2s", "bridges"), "inactive"),
    "thermostats": "is-offline",
}
_FANS = {"AUTO": "Auto", "HIGH": "High", "MEDIUM": "Medium", "LOW": "Low"}


def attributes(world: World, resource: Resource, at: float) -> Record:
    """Return all attributes of a resource at a time."""
    computed = _LIVE.get(resource.type)
    values = dict(resource.attributes)
    if computed is not None and not resource.traits.get("lifeless"):
        values.update(computed(world, resource, world.heard(resource, at)))
    if "lost" in resource.memory and (flag := _OUT_OF_REACH.get(resource.type)):
        values[flag] = bool(resource.memory["noticed"])
    if written := resource.memory.get("written"):
        changed = max(written, epoch(values.get("updated-at")) or 0)
        values["updated-at"] = moment(changed)
    values.update(resource.pinned)
    return values


def commanded(world: World, vent: Resource, at: float) -> float:
    """Return where a vent is sent to, in % open."""
    written = number(vent.attributes.get("percent-open"), 100)
    room = world.one(vent, "room")
    structure = world.structure(vent)
    if structure is None or structure.attributes.get("mode") != "auto" or room is None:
        return written
    if at - vent.memory.get("percent-open", 0) < REDRIVE_SECONDS:
        return written
    if not room.attributes.get("active"):
        return 0
    if not climate.sensed(world, room):
        return written
    return _plan(world, structure, room, at // _PLAN_SECONDS * _PLAN_SECONDS)


def delay(world: World, vent: Resource) -> float:
    """Return how long a vent takes to move and to say so, in seconds."""
    return between(30, 90, world.seed, vent.id, "delay")


def position(world: World, vent: Resource, at: float) -> float:
    """Return where a vent says that it is, in % open."""
    if "stuck" in vent.memory:
        return vent.memory["stuck"]
    late = at - delay(world, vent)
    if late < vent.memory.get("percent-open", 0):
        return vent.memory.get(
            "before", number(vent.attributes.get("percent-open"), 100)
        )
    return commanded(world, vent, late)


def puck_temperature(world: World, puck: Resource, at: float) -> float:
    """Return what a puck or sensor measures in its room, in °C, with its calibration."""
    room = world.one(puck, "room")
    true = (
        climate.temperature(world, room, at)
        if room
        else weather.outdoor(world.place, at)
    )
    override = puck.attributes.get("temperature-offset-override-c")
    shift = number(override, _OVERRIDE_NEUTRAL) - _OVERRIDE_NEUTRAL
    own = between(-0.3, 0.3, world.seed, puck.id, "bias")
    jitter = 0.03 * (2 * fraction(world.seed, puck.id, int(at), "jitter") - 1)
    return round(true + own + shift + jitter, 2)


def humidity(world: World, device: Resource, at: float) -> float:
    """Return what a device measures in its room, in whole %."""
    room = world.one(device, "room")
    return float(round(climate.humidity(world, room, at) if room else 40.0))


def signal(world: World, device: Resource, at: float) -> float:
    """Return the signal strength in dBm."""
    usual = between(-84, -52, world.seed, device.id, "rssi")
    return float(round(usual + 2.5 * wander(at, 900, world.seed, device.id, "fade")))


def volts(world: World, device: Resource, at: float) -> float:
    """Return the voltage of a device's batteries, which sinks within a year and starts anew."""
    life = between(240, 420, world.seed, device.id, "life") * weather.DAY
    age = (at / life + fraction(world.seed, device.id, "age")) % 1
    return round(number(device.traits.get("volts"), 3.1) * (1 - 0.16 * age), 2)


def report_time(world: World, device: Resource, at: float) -> float:
    """Return when a device reported last, seconds since the epoch."""
    round_start = at // REPORT_SECONDS * REPORT_SECONDS
    return round_start - between(0.5, 55, world.seed, device.id, "turn")


def central_action(world: World, structure: Resource, at: float) -> str | None:
    """Return what the air handler does: "heat", "cool" or None."""
    for room in world.many(structure, "rooms"):
        if world.many(room, "vents") and (doing := climate.action(world, room, at)):
            return doing
    return None


def _plan(world: World, structure: Resource, room: Resource, at: float) -> float:
    mode = climate.asked_mode(world, structure, at)
    wanted = climate.set_point(world, room, at)
    if mode is None or wanted is None:
        return 100
    lacking = wanted - climate.temperature(world, room, at)
    lacking = lacking if mode == "heat" else -lacking
    return max(0, min(100, round(2 + 4 * lacking) * 25))


def _vent(world: World, vent: Resource, at: float) -> Record:
    return {
        "percent-open": round(commanded(world, vent, at)),
        "percent-open-reason": _reason(world, vent, at),
        "current-rssi": signal(world, vent, at),
        "voltage": volts(world, vent, at),
        "updated-at": moment(report_time(world, vent, at)),
    }


def _reason(world: World, vent: Resource, at: float) -> Json:
    room = world.one(vent, "room")
    structure = world.structure(vent)
    by_hand = at - vent.memory.get("percent-open", 0) < REDRIVE_SECONDS
    if (
        structure is None
        or room is None
        or by_hand
        or structure.attributes.get("mode") != "auto"
    ):
        return "Manual by User"
    if not room.attributes.get("active"):
        return "This room is inactive."
    mode = climate.asked_mode(world, structure, at)
    wanted = climate.set_point(world, room, at)
    if mode is None or wanted is None or not climate.sensed(world, room):
        return "Enhanced circulation is enabled: Vent open for airflow."
    doing, side = ("heating", "above") if mode == "heat" else ("cooling", "below")
    limit = wanted * 1.8 + 32 + (0.5 if mode == "heat" else -0.5)
    return (
        f"This room is {doing}. Vent will close when the room is {side} {limit:.1f}F."
    )


def _puck(world: World, puck: Resource, at: float) -> Record:
    return {
        **_puck2(world, puck, at),
        "voltage": volts(world, puck, at),
        "current-rssi": signal(world, puck, at),
    }


def _puck2(world: World, puck: Resource, at: float) -> Record:
    return {
        "current-temperature-c": puck_temperature(world, puck, at),
        "current-humidity": humidity(world, puck, at),
        "updated-at": moment(report_time(world, puck, at)),
    }


def _bridge(world: World, bridge: Resource, at: float) -> Record:
    return {
        "current-rssi": 0.0
        if bridge.traits.get("ethernet")
        else signal(world, bridge, at),
        "updated-at": moment(report_time(world, bridge, at)),
    }


def _room(world: World, room: Resource, at: float) -> Record:
    held = climate.held(room, at)
    mode = _room_mode(world, room, at)
    doing = climate.action(world, room, at)
    values: Record = {
        "set-point-c": climate.set_point(world, room, at),
        "set-point-manual": held,
        "heat-cool-mode": (mode or "float").upper(),
        "room-conclusion-mode": (doing or "float").upper(),
        "updated-at": moment(at),
        "current-temperature-c": None,
        "current-humidity": None,
    }
    if climate.sensed(world, room):
        # The cloud keeps the last average when no sensor of the room is heard of any more.
        last = climate.sensed_at(world, room, at) - 150
        average = climate.temperature(world, room, last)
        values["current-temperature-c"] = round(average, 2)
        values["current-humidity"] = float(round(climate.humidity(world, room, last)))
    return values if held else {**values, **_NO_HOLD}


_NO_HOLD: Record = {
    "hold-until": None,
    "hold-until-schedule-event": False,
    "hold-reason": None,
}


def _room_mode(world: World, room: Resource, at: float) -> str | None:
    structure = world.structure(room)
    return climate.asked_mode(world, structure, at) if structure else None


def _structure(world: World, structure: Resource, at: float) -> Record:
    repairing = structure.attributes.get("setup-mode") is True
    since = structure.memory.get("setup-mode", at)
    values: Record = {
        "structure-heat-cool-mode-calculated": climate.asked_mode(world, structure, at)
        or "float",
        "setup-mode": repairing and at - since < _REPAIR_SECONDS,
    }
    return values if climate.held(structure, at) else {**values, **_NO_HOLD}


def _thermostat(world: World, thermostat: Resource, at: float) -> Record:
    structure = world.structure(thermostat)
    if structure is None:
        return {}
    mode = climate.asked_mode(world, structure, at)
    values: Record = {
        "mode": mode.upper() if mode else "OFF",
        "operating-state": central_action(world, structure, at) or "idle",
        "last-non-idle-mode": mode or "heat",
        "updated-at": moment(report_time(world, thermostat, at)),
    }
    flair_rules = "Flair Setpoint" in str(structure.attributes.get("set-point-mode"))
    if flair_rules and structure.attributes.get("mode") == "auto":
        values["current-set-point"] = structure.attributes.get(
            "set-point-temperature-c"
        )
    return values


def _hvac_unit(world: World, unit: Resource, at: float) -> Record:
    """In auto mode Flair drives the unit to its room's set point."""
    room = world.one(unit, "room")
    structure = world.structure(unit)
    constraints = unit.attributes.get("constraints")
    if room is None or structure is None or not isinstance(constraints, dict):
        return {}
    mode = climate.asked_mode(world, structure, at)
    wanted = climate.set_point(world, room, at)
    if structure.attributes.get("mode") != "auto" or mode is None or wanted is None:
        return {}
    driven: Record = {
        "power": "On" if room.attributes.get("active") else "Off",
        "mode": mode.capitalize(),
        "fan-speed": _FANS.get(str(unit.attributes.get("default-fan-speed"))),
        "temperature": _in_scale(wanted, constraints),
    }
    if unit.attributes.get("swing") is not None:
        driven["swing"] = "On" if unit.attributes.get("swing-auto") else "Off"
    return {
        key: value
        for key, value in driven.items()
        if at - unit.memory.get(key, -math.inf) >= REDRIVE_SECONDS
    }


def _in_scale(celsius: float, constraints: dict[str, Json]) -> float:
    fahrenheit = constraints.get("temperature-scale") == "F"
    return float(round(celsius * 1.8 + 32 if fahrenheit else celsius))


type Live = Callable[[World, Resource, float], Record]

_LIVE: dict[str, Live] = {
    "structures": _structure,
    "rooms": _room,
    "vents": _vent,
    "pucks": _puck,
    "puck2s": _puck2,
    "bridges": _bridge,
    "thermostats": _thermostat,
    "hvac-units": _hvac_unit,
}
