"""Sets of sensors of any size, and those that are ready-made."""

from collections.abc import Callable
import time

from ..core.clock import Clock
from ..core.noise import between
from ..core.weather import Place
from .world import ACTIVATED, Sensor, World

_FIRST = 9001
_DEMO: tuple[tuple[str, str, str, float, float], ...] = (
    ("Miller 2H Flowline", "WELL-2H", "well", 520.0, 3.068),
    ("Miller 4H Flowline", "WELL-4H", "well", 340.0, 3.068),
    ("Battery 3 Produced Water", "BAT-3", "transfer", 1450.0, 4.026),
    ("Disposal Inlet", "SWD-1", "steady", 880.0, 6.065),
    ("Ranch House Well", "RANCH", "household", 26.0, 2.067),
    ("North Pivot", "PIVOT-N", "irrigation", 2100.0, 6.065),
    ("Old Mill Line", "SHUT-IN", "shut", 0.0, 4.026),
)
"""Name, tag, pattern, bbl/d and inches."""


def world(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account without sensors, somewhere in West Texas."""
    place = Place(
        seed=seed,
        latitude=32.0,
        longitude=-102.0,
        utc_offset=-6 * 3600.0,
        mean=17.5,
        yearly=10.5,
        daily=7.5,
    )
    return World(seed=seed, clock=clock, place=place)


def demo(seed: int = 1, clock: Clock = time.time) -> World:
    """Build a small lease with wells, a disposal, and the ranch on top of it."""
    made = world(seed, clock)
    for index, (name, tag, pattern, rate, inches) in enumerate(_DEMO):
        made.build(
            Sensor(
                id=_FIRST + index,
                name=name,
                tag=tag,
                pattern=pattern,
                rate=rate,
                pipe_diameter=inches,
                activated_at=ACTIVATED + index * 86_400.0 * 9,
                latitude=round(31.9973 + between(-0.03, 0.03, seed, index, "north"), 6),
                longitude=round(
                    -102.0779 + between(-0.03, 0.03, seed, index, "east"), 6
                ),
                late=0.02 if pattern == "well" else 0.0,
            )
        )
    return made


def home(
    *,
    sensors: int = 7,
    quiet: bool = False,
    seed: int = 1,
    clock: Clock = time.time,
) -> World:
    """Build a number of sensors; quiet ones sent their last ping some hours ago."""
    made = world(seed, clock)
    patterns = ("well", "steady", "household", "transfer", "shut")
    for index in range(sensors):
        made.build(
            Sensor(
                id=_FIRST + index,
                name=f"Sensor {index + 1}",
                tag=f"T-{index + 1:04d}",
                pattern=patterns[index % len(patterns)],
                rate=round(between(20, 1500, seed, index, "rate"), 1),
                activated_at=ACTIVATED + index * 61.0,
                latitude=round(31.9 + index % 40 * 0.005, 6),
                longitude=round(-102.1 + index // 40 * 0.005, 6),
                silent_after=clock() - 3 * 3600.0 if quiet else None,
            )
        )
    return made


def standard(seed: int = 1, clock: Clock = time.time) -> World:
    """Build ten sensors."""
    return home(sensors=10, seed=seed, clock=clock)


HOMES: dict[str, Callable[[int, Clock], World]] = {
    "demo": demo,
    "standard": standard,
}
"""The ready-made sets by name."""
