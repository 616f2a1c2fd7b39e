"""Which values of a probe can be true: hardware that fails sends numbers all the same.

The rules come from rows that were seen: a BME280 without data says −142.46 °C and 484.5 hPa, or
0 for everything; a particle counter whose fan is off says 0 for every size. A single 0 tells nothing:
what else the same part says decides whether it is a measurement.
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
"""One chip: where its temperature or its pressure is wrong, all of it is."""
_CLIMATE_RANGES: Mapping[str, Range] = {"t": Range(-40, 60), "p": AIR_PRESSURE}

_MASSES = ("p1", "p2", "mP1", "mP2", "mP4", "mPX")
_COUNTS = ("nP1", "nP2", "nP4", "nPX")
_COUNTER = (*_MASSES, *_COUNTS, "aPS")
"""One counter: clean air still has some particles of some size."""

_RANGES: Mapping[str, Range] = {
    **_CLIMATE_RANGES,
    # No air in a city is without any water.
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
    """Return those readings of one row that can be true; unknown properties are left alone."""
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
    """Say whether a value cannot be; what was not sent breaks no rule."""
    allowed = _RANGES.get(name)
    return value is not None and allowed is not None and value not in allowed


def _charge(value: float) -> float:
    """Return the charge of a battery, which a gauge may overstate a little."""
    return min(max(value, BATTERY.lowest), BATTERY.highest)
