"""Summaries of rooms and homes, made from the devices that are alive.

The action of a room is Flair's own conclusion, unless the devices in the room contradict it: Flair
still concludes "heat" for a room whose vents it has shut (docs/vendors/flair.md, Habits).
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
"""A device in a room that measures, heats or cools it."""
type IsAlive = Callable[[RoomDevice], bool]

HYSTERESIS = 0.5
"""°C; a room may be this much beyond its set point while it is heated or cooled."""

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
"""The meaning of Flair's conclusions and of the states of linked thermostats."""


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """The current values of a room, in °C and %."""

    temperature: float | None = None
    humidity: float | None = None
    action: HVACAction | None = None


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """The current values of a home, from its rooms and thermostats, in °C and %."""

    temperature: float | None
    humidity: float | None
    action: HVACAction | None


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room, the devices in it, and its summary."""

    room: Room
    devices: Sequence[RoomDevice]
    summary: RoomSummary


def view_room(room: Room, devices: Sequence[RoomDevice], is_alive: IsAlive) -> RoomView:
    """Return a room with its summary, which is empty if all its sensors are silent."""
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
    """Return the summary of a home from its active rooms and its thermostats that are alive."""
    active = [view for view in rooms if view.room.active is not False]
    return HomeSummary(
        _mean((view.summary.temperature for view in active), 1),
        _mean((view.summary.humidity for view in active), 0),
        _home_action(home, active, thermostats),
    )


def _room_action(room: Room, devices: Sequence[RoomDevice]) -> HVACAction | None:
    """Return the action of a room: Flair's conclusion, or idle if no device in the room does it."""
    concluded = room.room_conclusion_mode or room.heat_cool_mode
    action = ACTIONS.get(concluded.value) if concluded else None
    if action not in (HVACAction.HEATING, HVACAction.COOLING):
        return action
    nothing_does = room.active is False or _is_satisfied(room, action)
    sources = [works for device in devices if (works := _works(device)) is not None]
    return HVACAction.IDLE if nothing_does or (sources and not any(sources)) else action


def _is_satisfied(room: Room, action: HVACAction) -> bool:
    """Return whether a room is beyond its set point, in the direction of the action."""
    if room.current_temperature_c is None or room.set_point_c is None:
        return False
    beyond = room.current_temperature_c - room.set_point_c
    return (beyond if action is HVACAction.HEATING else -beyond) > HYSTERESIS


def _works(device: RoomDevice) -> bool | None:
    """Return whether a vent or a unit lets air in; None for other devices."""
    match device:
        case Vent():
            return device.percent_open != 0
        case HvacUnit():
            return device.power is not False
    return None


def _measures(device: RoomDevice) -> bool:
    """Return whether a room's temperature may come from a device."""
    if isinstance(device, Puck | RemoteSensor) and device.ignore_readings_for_room:
        return False
    return isinstance(device, AnyPuck | RemoteSensor | Thermostat)


def _home_action(
    home: Structure, rooms: Iterable[RoomView], thermostats: Iterable[Thermostat]
) -> HVACAction | None:
    """Return the action of a home: that of its thermostats, or of rooms without a thermostat."""
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
    """Return whether a room has infrared units and no vent, so that no thermostat controls it."""
    kinds = {type(device) for device in view.devices}
    return HvacUnit in kinds and Vent not in kinds


def _mean(values: Iterable[float | None], digits: int) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), digits) if known else None
