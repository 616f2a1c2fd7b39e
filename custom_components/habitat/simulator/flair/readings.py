"""Readings and states: what is at hand under a resource besides its relations."""

from collections.abc import Callable
from dataclasses import dataclass

from ..core import weather
from ..core.documents import Json, Record, moment
from ..core.noise import between, fraction, wander
from . import climate, live
from .world import REPORT_SECONDS, Resource, World

type Read = Callable[[World, Resource, float], Record]
"""Returns what a resource reports at a time."""


@dataclass(frozen=True, slots=True)
class View:
    """One reading, or with a step (in seconds) the list of the last day's, newest first."""

    type: str
    read: Read
    step: int | None = None


def _vent(world: World, vent: Resource, at: float) -> Record:
    structure = world.structure(vent)
    room = world.one(vent, "room")
    where = live.position(world, vent, at)
    ambient = climate.temperature(world, room, at) if room else 19.0
    doing = live.central_action(world, structure, at) if structure else None
    supply = {"heat": 44.0, "cool": 13.5}.get(doing or "", ambient)
    duct = ambient + (supply - ambient) * (0.25 + 0.006 * where)
    return {
        "duct-temperature-c": round(
            duct + 0.3 * wander(at, 300, world.seed, vent.id), 2
        ),
        "percent-open": round(where),
        "system-voltage": live.volts(world, vent, at),
        "rssi": live.signal(world, vent, at),
        "motor-run-time": int(between(200, 900, world.seed, vent.id, "run")),
        "motor-current": int(between(40, 90, world.seed, vent.id, "current")),
        "lights": 0,
        "firmware-version-s": 99,
        "connected-gateway-name": _gateway(world, vent),
    }


def _puck(world: World, puck: Resource, at: float) -> Record:
    room = world.one(puck, "room")
    shown = live.attributes(world, puck, at)["current-temperature-c"]
    override = puck.attributes.get("temperature-offset-override-c")
    offset = override if isinstance(override, int | float) else -5.0
    raw = live.puck_temperature(world, puck, at) - offset
    reading: Record = {
        "room-temperature-c": shown,
        "humidity": live.humidity(world, puck, at),
        "system-voltage": live.volts(world, puck, at),
        "rssi": live.signal(world, puck, at),
        "desired-temperature-c": climate.set_point(world, room, at) if room else None,
        "is-gateway": puck.attributes.get("is-gateway"),
        "firmware-version-s": 210,
        "firmware-version-b": 12,
        "firmware-version-w": 46,
        "button-pushes": 0,
        "rotary-encoded-clicks": 0,
        "temperature": round(raw * 100),
        "current-offset": round(offset * 100),
        "die-temperature": round(raw * 100) + 140,
        "message-version": 5,
        "connected-gateway-name": _gateway(world, puck),
    }
    if not puck.traits.get("dark"):
        reading["light"] = _light(world, puck, at)
    return reading


def _puck2(world: World, puck: Resource, at: float) -> Record:
    return {
        "room-temperature-c": live.attributes(world, puck, at)["current-temperature-c"],
        "humidity": live.humidity(world, puck, at),
        "firmware-version": 31,
        "mode": "Sensor",
        "power-source": puck.attributes.get("power-source"),
        "sub-ghz-rssi": live.signal(world, puck, at),
        "connected-gateway-name": _gateway(world, puck),
        "mode-status": 0,
        "fan-speed-status": 0,
        "power-status": 0,
        "ir-device-set-point": 0,
        "error": 0,
    }


def _bridge(world: World, bridge: Resource, at: float) -> Record:
    return {
        "rssi": 0.0
        if bridge.traits.get("ethernet")
        else live.signal(world, bridge, at),
        "system-voltage": 5.0,
        "firmware-version-s": 34,
    }


def _remote_sensor(world: World, sensor: Resource, at: float) -> Record:
    bare = sensor.attributes.get("is-tstat")
    return {
        "occupied": _occupied(world, sensor, at),
        "temperature-c": live.puck_temperature(world, sensor, at),
        "humidity": live.humidity(world, sensor, at) if bare else None,
    }


def _occupied(world: World, sensor: Resource, at: float) -> int:
    """People are about in the morning and the evening, and in bedrooms at night."""
    structure = world.structure(sensor)
    if structure is not None and structure.attributes.get("home") is False:
        return 0
    hour = weather.local_hour(world.place, at)
    if sensor.traits.get("bedroom"):
        likely = 0.95 if hour >= 22 or hour < 7 else 0.08
    else:
        likely = (
            0.75
            if 7 <= hour < 9 or 17 <= hour < 22
            else 0.3
            if 9 <= hour < 17
            else 0.03
        )
    return int(fraction(world.seed, sensor.id, int(at // 1200), "busy") < likely)


def _light(world: World, puck: Resource, at: float) -> int:
    window = between(40, 160, world.seed, puck.id, "window")
    lamp = 35 if 18 <= weather.local_hour(world.place, at) < 22.5 else 0
    return round(window * weather.sunlight(world.place, at) + lamp)


def _thermostat(world: World, thermostat: Resource, at: float) -> Record:
    structure = world.structure(thermostat)
    shown = live.attributes(world, thermostat, at)
    target = shown.get("current-set-point")
    wanted = target if isinstance(target, int | float) else None
    state = shown.get("operating-state")
    return {
        "ambient-temperature-c": live.puck_temperature(world, thermostat, at),
        "target-temperature-c": wanted,
        "upper-setpoint-c": None if wanted is None else round(wanted + 1.5, 2),
        "lower-setpoint-c": None if wanted is None else round(wanted - 1.5, 2),
        "operating-state": state,
        "fan-state": "auto" if state == "idle" else "on",
        "home-away": "Home"
        if structure and structure.attributes.get("home")
        else "Away",
        "humidity": live.humidity(world, thermostat, at),
        "online": not shown.get("is-offline"),
        "written": True,
        "written-confirmed": True,
        "written-failures": 0,
        "written-at": moment(live.report_time(world, thermostat, at)),
    }


def _structure(world: World, structure: Resource, at: float) -> Record:
    shown = live.attributes(world, structure, at)
    return {
        "home-away": "Home" if shown.get("home") else "Away",
        "home-away-manual": climate.held(structure, at),
        "heat-cool-mode": str(shown.get("structure-heat-cool-mode-calculated")).upper(),
        "set-point-mode": shown.get("set-point-mode"),
    }


def _weather(world: World, structure: Resource, at: float) -> Record:
    at = at // 900 * 900
    place = world.place
    rise, down = weather.sun_times(place, at)
    outside = weather.outdoor(place, at)
    wind = weather.wind(place, at)
    return {
        "sunrise": moment(rise // 60 * 60),
        "sunset": moment(down // 60 * 60),
        "outside-temperature-c": round(outside, 2),
        "windspeed": round(wind, 1),
        "wind-direction": round(
            180 + 120 * wander(at, 4 * weather.HOUR, world.seed, "vane")
        ),
        "humidity": round(weather.humidity(place, at)),
        "pressure": round(weather.pressure(place, at)),
        "wind-chill": round(outside - 0.4 * wind if outside < 10 else outside, 2),
        "condition": weather.condition(place, at),
        "created-at": moment(at),
    }


def _unit_state(world: World, unit: Resource, at: float) -> Record:
    shown = live.attributes(world, unit, at)
    return {
        key: shown.get(key)
        for key in ("power", "mode", "temperature", "fan-speed", "swing")
    }


def _chosen(*keys: str) -> Read:
    def read(world: World, resource: Resource, at: float) -> Record:
        shown = live.attributes(world, resource, at)
        return {key: shown.get(key) for key in keys}

    return read


def _conclusion(world: World, zone: Resource, at: float) -> Record:
    structure = world.structure(zone)
    mode = climate.asked_mode(world, structure, at) if structure else None
    doing = live.central_action(world, structure, at) if structure else None
    return {
        "mode": (mode or "float").upper(),
        "reason": f"The zone is {doing}ing."
        if doing
        else "All rooms are at their set points.",
    }


def _gateway(world: World, device: Resource) -> Json:
    kind = f"{device.attributes.get('connected-gateway-type')}s"
    identity = device.attributes.get("connected-gateway-id")
    gateways = world.resources.get(kind, {})
    found = gateways.get(identity) if isinstance(identity, str) else None
    return found.attributes["name"] if found else None


_ROOM_STATE = _chosen(
    "active", "set-point-c", "heat-cool-mode", "room-conclusion-mode", "hold-reason"
)
_VENT_STATE = _chosen("percent-open", "percent-open-reason")

VIEWS: dict[tuple[str, str], View] = {
    ("vents", "current-reading"): View("vent-sensor-readings", _vent),
    ("vents", "sensor-readings"): View("vent-sensor-readings", _vent, REPORT_SECONDS),
    ("vents", "vent-states"): View("vent-states", _VENT_STATE, live.REDRIVE_SECONDS),
    ("pucks", "current-reading"): View("sensor-readings", _puck),
    ("pucks", "sensor-readings"): View("sensor-readings", _puck, REPORT_SECONDS),
    ("puck2s", "current-reading"): View("puck2-sensor-readings", _puck2),
    ("puck2s", "sensor-readings"): View(
        "puck2-sensor-readings", _puck2, REPORT_SECONDS
    ),
    ("bridges", "current-reading"): View("bridge-sensor-readings", _bridge),
    ("bridges", "sensor-readings"): View(
        "bridge-sensor-readings", _bridge, REPORT_SECONDS
    ),
    ("bridges", "current-state"): View("bridge-states", _chosen("led-brightness")),
    ("remote-sensors", "current-reading"): View(
        "remote-sensor-readings", _remote_sensor
    ),
    ("remote-sensors", "sensor-readings"): View(
        "remote-sensor-readings", _remote_sensor, REPORT_SECONDS
    ),
    ("thermostats", "current-state"): View("thermostat-states", _thermostat),
    ("thermostats", "thermostat-states"): View("thermostat-states", _thermostat, 300),
    ("structures", "current-state"): View("structure-states", _structure),
    ("structures", "structure-states"): View("structure-states", _structure, 3600),
    ("structures", "current-weather"): View("weather-readings", _weather),
    ("structures", "weather-readings"): View("weather-readings", _weather, 900),
    ("rooms", "room-states"): View("room-states", _ROOM_STATE, 300),
    ("zones", "zone-auto-conclusions"): View("zone-auto-conclusions", _conclusion, 300),
    ("hvac-units", "current-state"): View("hvac-unit-states", _unit_state),
    ("hvac-units", "hvac-unit-states"): View("hvac-unit-states", _unit_state, 300),
}
"""By type and relation; `vents/{id}/current-state` is linked but not there, as in the cloud."""

HISTORY_SECONDS = 24 * 3600
