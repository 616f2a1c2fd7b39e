"""Which values of a probe can be true, because broken hardware sends numbers too.

The rules come from recorded rows (docs/vendors/cityflow.md, Habits and traps): a BME280 without data sends
−142.46 °C and 484.5 hPa, or 0 for everything; a particle counter without its fan sends 0 for every size.
A single 0 may be true: the other values of the same chip decide.
"""

from collections.abc import Mapping

from ...cloud.plausible import (
    AIR_PRESSURE,
    BATTERY,
    ILLUMINANCE,
    NOISE,
    PARTICLE_COUNT,
    PARTICLE_MASS,
    PARTICLE_SIZE,
    Range,
)

_CLIMATE = ("t", "h", "p")
"""One chip: if its temperature or its pressure is wrong, all its values are."""
_CLIMATE_RANGES: Mapping[str, Range] = {"t": Range(-40, 60), "p": AIR_PRESSURE}

_MASSES = ("p1", "p2", "mP1", "mP2", "mP4", "mPX")
_COUNTS = ("nP1", "nP2", "nP4", "nPX")
_COUNTER = (*_MASSES, *_COUNTS, "aPS")
"""One counter: clean air still has particles of some size."""

_RANGES: Mapping[str, Range] = {
    **_CLIMATE_RANGES,
    # Humidity is never 0 outdoors.
    "h": Range(0.01, 100),
    "l": ILLUMINANCE,
    **dict.fromkeys(_MASSES, PARTICLE_MASS),
    **dict.fromkeys(_COUNTS, PARTICLE_COUNT),
    "aPS": PARTICLE_SIZE,
    **dict.fromkeys(("s.avg", "s.min", "s.max", "nA", "nMi", "nMa"), NOISE),
    **dict.fromkeys(("s.sd", "s.var", "nS"), Range(0, 10_000)),
    "b": Range(BATTERY.lowest - 10, BATTERY.highest + 10),
}


def valid(readings: Mapping[str, float]) -> dict[str, float]:
    """Return the readings of one row that can be true; unknown properties are not checked."""
    dropped: set[str] = set()
    if any(_beyond(name, readings.get(name)) for name in _CLIMATE_RANGES):
        dropped.update(_CLIMATE)
    counted = [readings[name] for name in (*_MASSES, *_COUNTS) if name in readings]
    if len(counted) > 1 and not any(counted):
        dropped.update(_COUNTER)
    return {
        name: _charge(value) if name == "b" else value
        for name, value in readings.items()
        if name not in dropped and not _beyond(name, value)
    }


def _beyond(name: str, value: float | None) -> bool:
    """Return whether a value is impossible; a missing value is not."""
    allowed = _RANGES.get(name)
    return value is not None and allowed is not None and value not in allowed


def _charge(value: float) -> float:
    """Return the level of a battery in %; slightly more than 100 is cut."""
    return min(max(value, BATTERY.lowest), BATTERY.highest)
