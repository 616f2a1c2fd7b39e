"""Cities of any size, and those that are ready-made."""

from collections.abc import Callable
from hashlib import sha256
import time

from ..core.clock import Clock
from ..core.noise import between
from .metadata import usual_types
from .world import FIRST, SECOND, Probe, World, city_place

_DEMO: tuple[tuple[str, int, float, float, float, str], ...] = (
    ("Banegårdspladsen", SECOND, 56.1503, 10.2045, 0.95, "centre"),
    ("Åboulevarden", SECOND, 56.1567, 10.2092, 0.60, "centre"),
    ("Park Allé", FIRST, 56.1524, 10.2036, 0.85, "centre"),
    ("Botanisk Have", SECOND, 56.1607, 10.1932, 0.20, "park"),
    ("Trøjborg", SECOND, 56.1700, 10.2118, 0.45, "homes"),
    ("Aarhus Ø", SECOND, 56.1636, 10.2265, 0.30, "harbour"),
    ("Viby Torv", FIRST, 56.1306, 10.1639, 0.80, "ring road"),
    ("Risskov Strand", SECOND, 56.1879, 10.2366, 0.15, "park"),
    ("Skejby", FIRST, 56.1925, 10.1720, 0.55, "ring road"),
)
"""Place, type, latitude, longitude, traffic and tag."""
_CADENCES = (600.0, 600.0, 300.0, 900.0)


def particle_id(seed: int, index: int, kind: int = SECOND) -> str:
    """Return an id as Particle's modules have them: 24 hexadecimal digits."""
    digest = sha256(f"probe {seed} {index}".encode()).hexdigest()
    start = "e00fce68" if kind == SECOND else "1a0030"
    return (start + digest)[:24]


def city(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account that sees no probe."""
    return World(seed=seed, clock=clock, place=city_place(seed), types=usual_types())


def demo(seed: int = 1, clock: Clock = time.time) -> World:
    """Build a small city with probes of both generations."""
    made = city(seed, clock)
    for index, (name, kind, north, east, traffic, tag) in enumerate(_DEMO):
        made.build(
            Probe(
                id=particle_id(seed, index, kind),
                type=kind,
                location=221 + index,
                location_name=name,
                latitude=north,
                longitude=east,
                traffic=traffic,
                tags=[tag],
                cadence=_CADENCES[index % len(_CADENCES)],
                firmware="49" if kind == FIRST else "1.4.2",
            )
        )
    return made


def home(
    *, probes: int = 50, first: int = 1, seed: int = 1, clock: Clock = time.time
) -> World:
    """Build a city with a number of probes, the first of which are of the old generation."""
    made = city(seed, clock)
    for index in range(probes):
        kind = FIRST if index < first else SECOND
        made.build(
            Probe(
                id=particle_id(seed, index, kind),
                type=kind,
                location=200 + index,
                location_name=f"Street {index + 1}",
                latitude=round(56.10 + index // 40 * 0.004, 6),
                longitude=round(10.10 + index % 40 * 0.004, 6),
                traffic=round(between(0.1, 1, seed, index, "traffic"), 2),
                tags=["even" if index % 2 else "odd"],
                cadence=_CADENCES[index % len(_CADENCES)],
            )
        )
    return made


def standard(seed: int = 1, clock: Clock = time.time) -> World:
    """Build what an account of a real city saw: 50 probes, one of them old."""
    return home(seed=seed, clock=clock)


HOMES: dict[str, Callable[[int, Clock], World]] = {
    "demo": demo,
    "standard": standard,
}
"""The ready-made cities by name."""
