"""Which values of a probe can be true: hardware that fails sends numbers all the same.

The rules come from rows that were seen: a BME280 without data says −142.46 °C and 484.5 hPa, or
0 for everything; a particle counter whose fan is off says 0 for every size.
"""

from collections.abc import Mapping

type Range = tuple[float, float]

_CLIMATE = ("t", "h", "p")
"""One chip: where its temperature or its pressure is wrong, all of it is."""
_CLIMATE_RANGES: Mapping[str, Range] = {"t": (-40, 60), "p": (600, 1100)}

_MASSES = ("p1", "p2", "mP1", "mP2", "mP4", "mPX")
_PARTICLES = (*_MASSES, "nP1", "nP2", "nP4", "nPX", "aPS")
"""One counter: clean air still has some particles of some size."""

_NOISE: Range = (20, 130)
_RANGES: Mapping[str, Range] = {
    **_CLIMATE_RANGES,
    "h": (0.01, 100),
    "l": (0, float("inf")),
    **dict.fromkeys(_PARTICLES, (0, float("inf"))),
    **dict.fromkeys(("s.avg", "s.min", "s.max", "nA", "nMi", "nMa"), _NOISE),
}
_CLAMPED: Mapping[str, Range] = {"b": (0, 100)}


def valid(readings: Mapping[str, float]) -> dict[str, float]:
    """Return those readings of one row that can be true; unknown properties are left alone."""
    dropped: set[str] = set()
    if any(not _within(readings.get(name), _RANGES[name]) for name in _CLIMATE_RANGES):
        dropped.update(_CLIMATE)
    masses = [readings[name] for name in _MASSES if name in readings]
    if masses and not any(masses):
        dropped.update(_PARTICLES)
    return {
        name: _clamped(name, value)
        for name, value in readings.items()
        if name not in dropped and _within(value, _RANGES.get(name))
    }


def _within(value: float | None, allowed: Range | None) -> bool:
    """Say whether a value is allowed; what was not sent breaks no rule."""
    return value is None or allowed is None or allowed[0] <= value <= allowed[1]


def _clamped(name: str, value: float) -> float:
    if name not in _CLAMPED:
        return value
    low, high = _CLAMPED[name]
    return min(max(value, low), high)
