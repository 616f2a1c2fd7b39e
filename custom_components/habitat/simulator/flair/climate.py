"""How warm the rooms are, and what heats or cools them at the moment.

Every value is a function of the time and of what was last written; a write is remembered as
"since then, starting from this temperature", from where the room nears its goal.
"""

import math

from ..core import weather
from ..core.documents import number
from ..core.noise import between, wander
from .world import Resource, World

COMFORT = 21.0
_AVERAGE_SECONDS = 300
_UNEVEN = 0.6
"""How far a driven room strays from its set point, in °C: doors, people, cooking."""
_RIPPLE = 0.22
_RIPPLE_SECONDS = 26 * 60.0
_EVENING, _NIGHT, _RAMP = 22.0, 8.0, 0.75
"""The schedules' night: its first hour, its length and how long a room takes to follow."""


def asked_mode(world: World, structure: Resource, at: float) -> str | None:
    """Return what a home's system is to do: "heat", "cool" or None."""
    mode = structure.attributes.get("structure-heat-cool-mode")
    if _is_off_while_away(structure) or mode == "float":
        return None
    if mode == "auto":
        return "heat" if weather.season(world.place, at) < 15.5 else "cool"
    return mode if mode in ("heat", "cool") else None


def set_point(
    world: World, room: Resource, at: float, *, smooth: bool = False
) -> float | None:
    """Return what a room's set point reads, in °C; `smooth` spreads what schedules do in a step."""
    if (written := room.attributes.get("set-point-c")) is None:
        return None
    structure = world.structure(room)
    if structure is None or held(room, at):
        return number(written, COMFORT)
    home = number(structure.attributes.get("set-point-temperature-c"), COMFORT)
    wish = home + number(room.traits.get("offset"), 0)
    return round(wish - _setback(world, structure, at, smooth=smooth), 2)


def held(resource: Resource, at: float) -> bool:
    """Say whether a hold is on at a room or a home."""
    if not resource.memory.get("held"):
        return False
    until = resource.memory.get("held-until")
    return until is None or at < until


def sensed(world: World, room: Resource) -> bool:
    """Say whether anything in a room measures its temperature."""
    return bool(_sensors(world, room))


def sensed_at(world: World, room: Resource, at: float) -> float:
    """Return when something in a room measured it last, up to a time."""
    return max(world.heard(sensor, at) for sensor in _sensors(world, room))


def _sensors(world: World, room: Resource) -> list[Resource]:
    kinds = ("pucks", "puck2s", "remote-sensors")
    return [
        item
        for kind in kinds
        for item in world.many(room, kind)
        if not item.attributes.get("inactive")
    ]


def temperature(world: World, room: Resource, at: float) -> float:
    """Return the true temperature of a room, in °C."""
    goal = _goal(world, room, at)
    since = room.memory.get("since")
    if since is None or at < since - _AVERAGE_SECONDS:
        return goal
    if at < since:
        return room.memory["start"]
    patience = between(1500, 2700, world.seed, room.id, "patience")
    return goal + (room.memory["start"] - _goal(world, room, since)) * math.exp(
        (since - at) / patience
    )


def remember(world: World, room: Resource, at: float, start: float) -> None:
    """Let a room start from a temperature, because what drives it changes now."""
    room.memory.update(since=at, start=start)
    world.touch(room)


def action(world: World, room: Resource, at: float) -> str | None:
    """Return what warms or cools a room at this moment: "heat", "cool" or None."""
    wanted = _wanted(world, room, at)
    if wanted is None:
        return None
    mode, target = wanted
    load = _load(mode, target, _free(world, room, at))
    if load <= 0:
        return None
    return mode if _phase(world, room, at) < _duty(load) else None


def humidity(world: World, room: Resource, at: float) -> float:
    """Return the relative humidity of a room, in %."""
    outside = weather.humidity(world.place, at)
    wet = 32 + 0.16 * outside + between(-4, 5, world.seed, room.id, "moist")
    return wet + 2.5 * wander(at, weather.HOUR, world.seed, room.id, "breath")


def _goal(world: World, room: Resource, at: float) -> float:
    free = _free(world, room, at)
    wanted = _wanted(world, room, at)
    if wanted is None:
        return free
    mode, target = wanted
    load = _load(mode, target, free)
    if load <= 0:
        return free
    uneven = _UNEVEN * wander(at, 2.5 * weather.HOUR, world.seed, room.id, "uneven")
    reached = free + (target + uneven - free) * _share(world, room)
    swing = _RIPPLE * min(1.0, load) * _saw(_phase(world, room, at), _duty(load))
    return reached + (swing if mode == "heat" else -swing)


def _wanted(world: World, room: Resource, at: float) -> tuple[str, float] | None:
    """Return the mode that drives a room and the temperature it is driven to."""
    structure = world.structure(room)
    if structure is None:
        return None
    if structure.attributes.get("mode") == "auto":
        mode = asked_mode(world, structure, at)
        target = set_point(world, room, at, smooth=True)
        return (
            None
            if mode is None or target is None
            else (mode, _away(structure, mode, target))
        )
    return _unit_wants(world, room) or _thermostat_wants(world, room, structure, at)


def _unit_wants(world: World, room: Resource) -> tuple[str, float] | None:
    for unit in world.many(room, "hvac-units"):
        mode = unit.attributes.get("mode")
        target = number(unit.attributes.get("temperature"), math.nan)
        if unit.attributes.get("power") == "On" and mode in ("Heat", "Cool"):
            if target > 45:
                target = (target - 32) / 1.8
            if not math.isnan(target):
                return str(mode).lower(), target
    return None


def _thermostat_wants(
    world: World, room: Resource, structure: Resource, at: float
) -> tuple[str, float] | None:
    """In manual mode the home's thermostat goes on by itself, linked to Flair or not."""
    mode = asked_mode(world, structure, at)
    if mode is None or (
        world.many(room, "hvac-units") and not world.many(room, "vents")
    ):
        return None
    linked = world.many(structure, "thermostats")
    target = linked[0].attributes.get("current-set-point") if linked else COMFORT
    return mode, number(target, COMFORT)


def _share(world: World, room: Resource) -> float:
    """Return how much of the wanted change reaches a room, from 0 to 1."""
    structure = world.structure(room)
    if structure is not None and structure.attributes.get("mode") == "auto":
        return 1.0 if room.attributes.get("active") else 0.45
    vents = world.many(room, "vents")
    if not vents:
        return 1.0
    opened = sum(number(vent.attributes.get("percent-open"), 100) for vent in vents)
    return 0.3 + 0.7 * opened / (100 * len(vents))


def _free(world: World, room: Resource, at: float) -> float:
    """Return how warm a room would be by itself: walls, sun and people."""
    mean = weather.day_mean(world.place, at)
    late = weather.outdoor(world.place, at - 4 * weather.HOUR) - mean
    gains = between(4.5, 7, world.seed, room.id, "gains")
    sun = between(0.5, 2.5, world.seed, room.id, "sun") * weather.sunlight(
        world.place, at - 3600
    )
    drift = 0.3 * wander(at, 2 * weather.HOUR, world.seed, room.id, "drift")
    return mean + 0.25 * late + gains + sun + drift


def _load(mode: str, target: float, free: float) -> float:
    return target - free if mode == "heat" else free - target


def _duty(load: float) -> float:
    """Return the share of the time for which a system runs."""
    return min(0.92, 0.25 + 0.045 * load)


def _phase(world: World, room: Resource, at: float) -> float:
    """Return where in its on and off a room's system is; rooms on one air handler agree."""
    system = room.relations.get("structure") if world.many(room, "vents") else room.id
    return (at / _RIPPLE_SECONDS + between(0, 1, world.seed, str(system), "phase")) % 1


def _saw(phase: float, duty: float) -> float:
    """Return the saw, -1 to 1, of a system that is on while the phase is below its duty."""
    way = phase / duty if phase < duty else 1 - (phase - duty) / (1 - duty)
    return 2 * way - 1


def _is_off_while_away(structure: Resource) -> bool:
    away = structure.attributes.get("home") is False
    return away and structure.attributes.get("structure-away-mode") == "Off Only"


def _away(structure: Resource, mode: str, target: float) -> float:
    if structure.attributes.get("home") is not False:
        return target
    bound = "temp-away-min-c" if mode == "heat" else "temp-away-max-c"
    return number(structure.attributes.get(bound), target)


def _setback(world: World, structure: Resource, at: float, *, smooth: bool) -> float:
    """Return by how much the active schedule lowers the set point now, in °C."""
    active = structure.attributes.get("active-schedule-id")
    schedule = world.get("schedules", active) if isinstance(active, str) else None
    if schedule is None:
        return 0.0
    evening = (weather.local_hour(world.place, at) - _EVENING) % 24
    if not smooth:
        share = 1.0 if evening < _NIGHT else 0.0
    else:
        share = max(0.0, min(1.0, evening / _RAMP, 1 - (evening - _NIGHT) / _RAMP))
    return share * number(schedule.traits.get("night"), 0)
