"""What the probes measure: the sky, the street, and what is wrong with the hardware."""

from collections.abc import Callable, Mapping
import math

from ..core import weather
from ..core.documents import Record
from ..core.noise import between, fraction, wander
from .world import FIRST, SECOND, SIGFOX, Probe, World

type Measure = Callable[[World, Probe, float], Record]
"""Returns the properties of a row."""


def properties(world: World, probe: Probe, at: float) -> Record:
    """Return what a probe measures at a time, by property, as it would send it."""
    measured = _MEASURES.get(probe.type, _first)(world, probe, at)
    return {**measured, **probe.pinned_row}


def busy(world: World, probe: Probe, at: float) -> float:
    """Return how much goes on in the street, from 0 to about 1.2."""
    hour = weather.local_hour(world.place, at)
    rush = math.exp(-(((hour - 8) / 1.4) ** 2)) + math.exp(-(((hour - 16.5) / 2) ** 2))
    day = 0.25 + 0.45 * (6 < hour < 23) + 0.4 * rush
    some = 1 + 0.15 * wander(at, 1800, world.seed, probe.id, "street")
    return probe.traffic * day * some


def _dust(world: World, probe: Probe, at: float) -> float:
    """Return PM2.5 in µg/m³: what the wind brings, and what the street adds."""
    brought = 7 + 5 * wander(at, 2 * weather.DAY, world.seed, "dust")
    blown = 1.5 / (1 + weather.wind(world.place, at) / 3)
    return max(0.6, brought * blown + 6 * busy(world, probe, at))


def _climate(world: World, probe: Probe, at: float) -> dict[str, float]:
    place = world.place
    here = between(-0.6, 0.9, world.seed, probe.id, "warm") + 0.6 * probe.traffic
    sun = weather.sunlight(place, at)
    return {
        "t": round(weather.outdoor(place, at) + here + 1.2 * sun, 2),
        "h": round(min(100.0, weather.humidity(place, at) - 2 * here), 2),
        "p": round(weather.pressure(place, at) - 2.4, 2),
        "l": round(2 + 9000 * sun * between(0.3, 1, world.seed, probe.id, "shade")),
    }


def _battery(world: World, probe: Probe, at: float) -> float:
    slow = between(62, 88, world.seed, probe.id, "battery")
    swing = 9 * wander(at, 4 * weather.DAY, world.seed, probe.id, "charge")
    return round(slow + swing + 2 * weather.sunlight(world.place, at), 2)


def _noise(world: World, probe: Probe, at: float) -> tuple[float, float, float, float]:
    """Return average, highest, lowest and standard deviation in dB(A)."""
    level = 37 + 27 * min(1.0, busy(world, probe, at))
    level += 1.5 * wander(at, 600, world.seed, probe.id, "noise")
    spread = 0.6 + 2.2 * busy(world, probe, at)
    return level, level + 4.5 * spread, level - 2.2 * spread, spread


def _rain(world: World, probe: Probe, at: float) -> float:
    """Return what the microphone under the lid makes of the rain."""
    falls = weather.condition(world.place, at) == "Rain"
    drops = between(60, 220, world.seed, probe.id, int(at // 300), "drops")
    return round((190 if falls else 95) + (drops if falls else drops / 12), 2)


def _sequence(probe: Probe, at: float) -> int:
    return int((at - probe.installed_at) // probe.cadence) % 65536


def _first(world: World, probe: Probe, at: float) -> Record:
    climate = _climate(world, probe, at)
    average, highest, lowest, spread = _noise(world, probe, at)
    rain, dust = _rain(world, probe, at), _dust(world, probe, at)
    return {
        "b": _battery(world, probe, at),
        "c": round(60 + 90 * busy(world, probe, at)),
        "h": climate["h"],
        "l": climate["l"],
        "n": round(48 + 70 * busy(world, probe, at)),
        "p": climate["p"],
        "p1": round(dust * 1.35, 2),
        "p2": round(dust, 2),
        "r.avg": rain,
        "r.max": round(rain * 1.6),
        "r.min": round(rain * 0.5),
        "r.sd": round(rain * 0.2, 2),
        "r.var": None,
        "s.avg": round(average, 2),
        "s.max": round(highest, 2),
        "s.min": round(lowest, 2),
        "s.sd": round(spread, 2),
        "s.var": None,
        "seq": _sequence(probe, at),
        "t": climate["t"],
        "uv": None,
    }


def _second(world: World, probe: Probe, at: float) -> Record:
    climate = _climate(world, probe, at)
    average, highest, lowest, spread = _noise(world, probe, at)
    dust = _dust(world, probe, at)
    return {
        "aPS": round(0.52 + 0.12 * fraction(world.seed, probe.id, int(at // 600)), 2),
        "b": _battery(world, probe, at),
        "h": climate["h"],
        "l": climate["l"],
        "mP1": round(dust * 0.84, 2),
        "mP2": round(dust, 2),
        "mP4": round(dust * 1.12, 2),
        "mPX": round(dust * 1.2, 2),
        "nA": round(average, 2),
        "nMa": round(highest, 2),
        "nMi": round(lowest, 2),
        "nP1": round(dust * 6.9, 2),
        "nP2": round(dust * 7.1, 2),
        "nP4": round(dust * 7.15, 2),
        "nPX": round(dust * 7.2, 2),
        "nS": round(spread, 2),
        "p": climate["p"],
        "r": _rain(world, probe, at),
        "seq": _sequence(probe, at),
        "t": climate["t"],
    }


def _sigfox(world: World, probe: Probe, at: float) -> Record:
    climate = _climate(world, probe, at)
    return {
        "b": _battery(world, probe, at),
        "h": climate["h"],
        "t": climate["t"],
        "seq": _sequence(probe, at),
    }


_MEASURES: Mapping[int, Measure] = {FIRST: _first, SECOND: _second, SIGFOX: _sigfox}
