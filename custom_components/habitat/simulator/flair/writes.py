"""What a PATCH may say, and what it does to the home."""

from collections.abc import Callable
from datetime import UTC, datetime

from ..core.documents import Json, Record, epoch, moment, number
from ..core.noise import fraction
from . import climate, live
from .schema import READ_ONLY, WRITABLE
from .world import Resource, World

_HOLD_HOURS = {"3h": 3, "8h": 8, "24h": 24}
_FOREVER = datetime(2107, 12, 11, tzinfo=UTC).timestamp()
_AWAY_LOWEST, _AWAY_HIGHEST, _AWAY_SPAN = 10.0, 32.2, 3.0
_UNTIL_CLEARED = ("hold-until", "hold-until-schedule-event", "hold-reason")


class RefusedError(Exception):
    """The cloud does not do this; `detail` is a text or a list of texts."""

    def __init__(self, status: int, detail: Json, title: str | None = None) -> None:
        """Keep the parts of the error answer."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.title = title


def patch(world: World, resource: Resource, values: Record) -> None:
    """Write attributes, all or none.

    Raises:
        RefusedError: with 405, 422 or 400, as the cloud does.
    """
    if resource.type in READ_ONLY:
        raise RefusedError(405, "The method is not allowed for the requested URL.")
    if resource.type == "hvac-units" and len(values) > 1:
        raise RefusedError(
            422, "Only one attribute of an hvac unit can be set at a time."
        )
    now = world.now()
    for name, value in values.items():
        _check(world, resource, name, value, now)
    values = {
        name: value
        for name, value in values.items()
        if not ((ignored := _IGNORED.get((resource.type, name))) and ignored(resource))
    }
    shown = world.reported()
    rooms = _concerned(world, resource)
    before = [(room, climate.temperature(world, room, shown)) for room in rooms]
    for name, value in values.items():
        if effect := _BEFORE.get((resource.type, name)):
            effect(world, resource, value, now)
    resource.attributes.update(values)
    for name, value in values.items():
        resource.pinned.pop(name, None)
        if effect := _AFTER.get((resource.type, name)):
            effect(world, resource, value, now)
    resource.memory["written"] = now
    for room, degrees in before:
        climate.remember(world, room, shown, degrees)
    world.touch(resource)


def _check(
    world: World, resource: Resource, name: str, value: Json, now: float
) -> None:
    allowed = WRITABLE.get(resource.type, {}).get(name)
    if allowed is None:
        raise RefusedError(422, f"{name} can not be set.")
    if not allowed(value):
        raise RefusedError(422, f"{value!r} is not a valid value for {name}.")
    if state_check := _IN_STATE.get((resource.type, name)):
        state_check(world, resource, value, now)


def _concerned(world: World, resource: Resource) -> list[Resource]:
    """Return the rooms whose temperature may take another way after a write."""
    if resource.type == "structures":
        return list(world.many(resource, "rooms"))
    if resource.type == "rooms":
        return [resource]
    room = (
        world.one(resource, "room")
        if resource.type in ("vents", "hvac-units")
        else None
    )
    return [room] if room else []


def _no_fifty(world: World, vent: Resource, value: Json, __: float) -> None:
    if value == 50 and fraction(world.seed, vent.id, "fifty") < world.refuse_fifty:
        raise RefusedError(400, ["This request could not be processed."], "Bad Request")


def _known_schedule(world: World, structure: Resource, value: Json, _: float) -> None:
    schedule = world.get("schedules", value) if isinstance(value, str) else None
    if value is not None and (
        schedule is None or world.structure(schedule) is not structure
    ):
        raise RefusedError(
            422, "active-schedule-id is not a schedule of this structure."
        )


def _away_min(_: World, structure: Resource, value: Json, __: float) -> None:
    _away_apart(value, structure.attributes.get("temp-away-max-c"))


def _away_max(_: World, structure: Resource, value: Json, __: float) -> None:
    _away_apart(structure.attributes.get("temp-away-min-c"), value)


def _away_apart(low: Json, high: Json) -> None:
    if number(high, _AWAY_HIGHEST) - number(low, _AWAY_LOWEST) < _AWAY_SPAN:
        raise RefusedError(422, "The away temperatures are too close to each other.")


def _choices(unit: Resource, mode: str) -> dict[str, list[Json]]:
    """Return what a mode offers: set points by fan speed ("FAN AUTO"), over all swings."""
    constraints = unit.attributes.get("constraints")
    on = constraints.get("ON") if isinstance(constraints, dict) else None
    swings = on.get(mode.upper()) if isinstance(on, dict) else None
    offered: dict[str, list[Json]] = {}
    for fans in swings.values() if isinstance(swings, dict) else ():
        for fan, points in fans.items() if isinstance(fans, dict) else ():
            offered.setdefault(fan, []).extend(
                points if isinstance(points, list) else []
            )
    return offered


def _mode_offered(_: World, unit: Resource, value: Json, __: float) -> None:
    if not _choices(unit, str(value)):
        raise RefusedError(422, f"The unit has no mode {value}.")


def _temperature_offered(world: World, unit: Resource, value: Json, now: float) -> None:
    shown = live.attributes(world, unit, now)
    if shown.get("power") != "On" or shown.get("mode") in ("Fan", "Dry"):
        raise RefusedError(
            422, "Temperature can not be set in the present state of the unit."
        )
    points = {
        float(str(point))
        for found in _choices(unit, str(shown["mode"])).values()
        for point in found
    }
    if value not in points:
        raise RefusedError(
            422, f"{value} is not a temperature that the unit can be set to."
        )


_FAN_CODES = {
    "Auto": "FAN AUTO",
    "High": "FAN HI",
    "Medium": "FAN MID",
    "Low": "FAN LOW",
}


def _fan_offered(world: World, unit: Resource, value: Json, now: float) -> None:
    mode = str(live.attributes(world, unit, now).get("mode"))
    if _FAN_CODES[str(value)] not in _choices(unit, mode):
        raise RefusedError(422, f"The unit has no fan speed {value} in mode {mode}.")


def _swings(_: World, unit: Resource, __: Json, ___: float) -> None:
    if unit.attributes.get("swing") is None:
        raise RefusedError(422, "The unit has no swing.")


def _buttons_offered(_: World, unit: Resource, value: Json, __: float) -> None:
    known = unit.attributes.get("constraints")
    pressed = value if isinstance(value, list) else []
    if (
        not isinstance(known, list)
        or not pressed
        or any(item not in known for item in pressed)
    ):
        raise RefusedError(422, "The unit has no such button.")


def _vent_leaves(world: World, vent: Resource, _: Json, now: float) -> None:
    vent.memory["before"] = live.position(world, vent, now)
    vent.memory["percent-open"] = now


def _remember_time(name: str) -> Effect:
    def effect(_: World, resource: Resource, __: Json, now: float) -> None:
        resource.memory[name] = now

    return effect


def _freeze_plan(world: World, structure: Resource, value: Json, now: float) -> None:
    """When Flair hands over, vents stay where it put them and units run in their last mode."""
    if value != "manual" or structure.attributes["mode"] != "auto":
        return
    for vent in world.many(structure, "vents"):
        vent.attributes["percent-open"] = round(live.commanded(world, vent, now))
        world.touch(vent)
    for kind in ("hvac-units", "thermostats"):
        for device in world.many(structure, kind):
            device.attributes.update(live.attributes(world, device, now))
            if isinstance(device.attributes.get("constraints"), dict):
                device.attributes["power"] = "On"
            world.touch(device)


def _hold(world: World, resource: Resource, now: float) -> None:
    structure = world.structure(resource)
    if structure is None:
        return
    duration = structure.attributes.get("default-hold-duration")
    hours = _HOLD_HOURS.get(str(duration))
    until = now + hours * 3600 if hours else _FOREVER if duration == "Forever" else None
    _hold_until_then(world, structure, resource, until)


def _hold_until_then(
    world: World, structure: Resource, resource: Resource, until: float | None
) -> None:
    """Let a hold begin that ends at a time, or without one with the schedule's next event."""
    resource.attributes.update(
        {
            "hold-until": moment(until) if until else None,
            "hold-until-schedule-event": until is None,
            "hold-reason": f"Set by {world.first_name(structure)}",
        }
    )
    resource.memory["held"] = 1
    resource.memory.pop("held-until", None)
    if until:
        resource.memory["held-until"] = until


def _set_room(world: World, room: Resource, _: Json, now: float) -> None:
    _hold(world, room, now)


def _home_or_away(world: World, structure: Resource, value: Json, now: float) -> None:
    if structure.attributes["home"] is not value:
        _hold(world, structure, now)


def _hold_until(_: World, resource: Resource, value: Json, __: float) -> None:
    until = epoch(value)
    if until is None:
        resource.attributes.update(dict.fromkeys(_UNTIL_CLEARED))
        resource.attributes["hold-until-schedule-event"] = False
        resource.memory.pop("held", None)
        resource.memory.pop("held-until", None)
    else:
        resource.attributes["hold-until-schedule-event"] = False
        resource.memory.update({"held": 1, "held-until": until})


def _hold_until_event(world: World, resource: Resource, value: Json, _: float) -> None:
    structure = world.structure(resource)
    if value is True and structure is not None:
        _hold_until_then(world, structure, resource, None)


def _third_party_rules(structure: Resource) -> bool:
    return "Third Party" in str(structure.attributes.get("set-point-mode"))


type Effect = Callable[[World, Resource, Json, float], None]

_IN_STATE: dict[tuple[str, str], Effect] = {
    ("vents", "percent-open"): _no_fifty,
    ("structures", "active-schedule-id"): _known_schedule,
    ("structures", "temp-away-min-c"): _away_min,
    ("structures", "temp-away-max-c"): _away_max,
    ("hvac-units", "mode"): _mode_offered,
    ("hvac-units", "temperature"): _temperature_offered,
    ("hvac-units", "fan-speed"): _fan_offered,
    ("hvac-units", "swing"): _swings,
    ("hvac-units", "swing-auto"): _swings,
    ("hvac-units", "button-presses"): _buttons_offered,
}
"""What depends on the present state; raises RefusedError."""

_BEFORE: dict[tuple[str, str], Effect] = {
    ("vents", "percent-open"): _vent_leaves,
    ("structures", "mode"): _freeze_plan,
    ("structures", "home"): _home_or_away,
    ("structures", "setup-mode"): _remember_time("setup-mode"),
    **{
        ("hvac-units", name): _remember_time(name)
        for name in ("power", "mode", "temperature", "fan-speed", "swing")
    },
}
"""What needs the state before the write."""

_IGNORED: dict[tuple[str, str], Callable[[Resource], bool]] = {
    ("structures", "set-point-temperature-c"): _third_party_rules,
}
"""What is answered with 200 and then not done."""

_AFTER: dict[tuple[str, str], Effect] = {
    ("rooms", "set-point-c"): _set_room,
    ("rooms", "hold-until"): _hold_until,
    ("rooms", "hold-until-schedule-event"): _hold_until_event,
    ("structures", "hold-until"): _hold_until,
    ("structures", "hold-until-schedule-event"): _hold_until_event,
}
