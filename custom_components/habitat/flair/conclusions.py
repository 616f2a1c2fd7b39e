"""What follows from all that is known of a room or a home, and only from what is alive.

What a room is doing is Flair's own conclusion, unless what stands in the room speaks against it:
Flair goes on concluding "heat" for a room whose vents it has shut because it is warm enough.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from homeassistant.components.climate import HVACAction

from .client.models import (
    AnyPuck,
    HeatCoolMode,
    HvacUnit,
    Puck,
    RemoteSensor,
    Room,
    Structure,
    Thermostat,
    Vent,
)

type RoomDevice = Vent | AnyPuck | RemoteSensor | Thermostat | HvacUnit
"""What stands in a room and measures it, or warms and cools it."""
type IsAlive = Callable[[RoomDevice], bool]

HYSTERESIS = 0.5
"""°C; a room may be so much beyond its set point while it is still being heated or cooled."""

ACTIONS: Mapping[str, HVACAction] = {
    "heat": HVACAction.HEATING,
    "heating": HVACAction.HEATING,
    "cool": HVACAction.COOLING,
    "cooling": HVACAction.COOLING,
    "fan": HVACAction.FAN,
    "idle": HVACAction.IDLE,
    "float": HVACAction.IDLE,
    "off": HVACAction.IDLE,
}
"""What Flair's and the linked thermostats' words mean."""


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """What is known of a room now; °C and %."""

    temperature: float | None = None
    humidity: float | None = None
    action: HVACAction | None = None


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """What the rooms and thermostats of a home come to together; °C and %."""

    temperature: float | None
    humidity: float | None
    action: HVACAction | None


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room, what stands in it, and what follows from that."""

    room: Room
    devices: Sequence[RoomDevice]
    summary: RoomSummary


def view_room(room: Room, devices: Sequence[RoomDevice], is_alive: IsAlive) -> RoomView:
    """Look at a room; one whose sensors are all silent is one of which nothing is known now."""
    sensors = [device for device in devices if _measures(device)]
    if sensors and not any(map(is_alive, sensors)):
        return RoomView(room, devices, RoomSummary())
    summary = RoomSummary(
        room.current_temperature_c,
        room.current_humidity,
        _room_action(room, [device for device in devices if is_alive(device)]),
    )
    return RoomView(room, devices, summary)


def summarize_home(
    home: Structure, rooms: Iterable[RoomView], thermostats: Iterable[Thermostat]
) -> HomeSummary:
    """Return what the active rooms of a home and its thermostats that are alive come to."""
    active = [view for view in rooms if view.room.active is not False]
    return HomeSummary(
        _mean((view.summary.temperature for view in active), 1),
        _mean((view.summary.humidity for view in active), 0),
        _home_action(home, active, thermostats),
    )


def _room_action(room: Room, devices: Sequence[RoomDevice]) -> HVACAction | None:
    """Return what Flair concluded for a room; idle where nothing in the room does it."""
    concluded = room.room_conclusion_mode or room.heat_cool_mode
    action = ACTIONS.get(concluded.value) if concluded else None
    if action not in (HVACAction.HEATING, HVACAction.COOLING):
        return action
    nothing_does = room.active is False or _is_satisfied(room, action)
    sources = [works for device in devices if (works := _works(device)) is not None]
    return HVACAction.IDLE if nothing_does or (sources and not any(sources)) else action


def _is_satisfied(room: Room, action: HVACAction) -> bool:
    """Return whether a room is beyond what is asked for it."""
    if room.current_temperature_c is None or room.set_point_c is None:
        return False
    beyond = room.current_temperature_c - room.set_point_c
    return (beyond if action is HVACAction.HEATING else -beyond) > HYSTERESIS


def _works(device: RoomDevice) -> bool | None:
    """Return whether a vent or a unit lets warm or cold air in; None of all else."""
    match device:
        case Vent():
            return device.percent_open != 0
        case HvacUnit():
            return device.power is not False
    return None


def _measures(device: RoomDevice) -> bool:
    """Return whether a room's temperature may come from a thing."""
    if isinstance(device, Puck | RemoteSensor) and device.ignore_readings_for_room:
        return False
    return isinstance(device, AnyPuck | RemoteSensor | Thermostat)


def _home_action(
    home: Structure, rooms: Iterable[RoomView], thermostats: Iterable[Thermostat]
) -> HVACAction | None:
    """Return what the home's thermostats do; of rooms that no thermostat serves, what they do."""
    if home.structure_heat_cool_mode is HeatCoolMode.FLOAT:
        return HVACAction.OFF
    said = [
        action
        for thermostat in thermostats
        if (action := ACTIONS.get((thermostat.operating_state or "").casefold()))
    ]
    said += [
        action
        for view in rooms
        if (action := view.summary.action) and (not said or _has_own_source(view))
    ]
    busy = [action for action in said if action is not HVACAction.IDLE]
    return next(iter((*busy, *said)), None)


def _has_own_source(view: RoomView) -> bool:
    """Return whether a room has infrared units and no vent: no thermostat speaks for it."""
    kinds = {type(device) for device in view.devices}
    return HvacUnit in kinds and Vent not in kinds


def _mean(values: Iterable[float | None], digits: int) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), digits) if known else None
