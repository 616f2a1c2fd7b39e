"""Cities of any size, and those that are ready-made."""

from collections.abc import Callable
from hashlib import sha256
import time

from ..core.clock import Clock
from ..core.noise import between
from .metadata import device_type, usual_types
from .world import FIRST, SECOND, SIGFOX, Defect, Probe, World, city_place

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


def odd(seed: int = 1, clock: Clock = time.time) -> World:
    """Build every oddity of documents and recordings, one a probe."""
    made = city(seed, clock)
    made.types.append(
        device_type(
            77,
            "Mast",
            (
                ("ws", "Wind Speed", "m/s", 0, 40),
                ("pm.raw", "Dust", "ug/m3", 0, 1),
                ("t", "Temperature", "°C", -40, 50),
            ),
            battery=9,
        )
    )
    made.types.append({"id": 78, "name": None, "metadata": None})
    made.types.append({"id": None, "name": "Nameless"})
    foreign = {"location_name": None, "city": None, "country": None}
    shapes = (
        Probe(id="49004d000d50483553343720", type=FIRST, defect=Defect.ZERO),
        Probe(id="2b002a000f47373334363431", type=FIRST, defect=Defect.CLIMATE),
        Probe(id=_hex(1), defect=Defect.FAN),
        Probe(id=_hex(2), defect=Defect.NULLS),
        Probe(id="8DFC78", type=SIGFOX, location=39, pinned=dict(foreign)),
        Probe(id="CDAFAC", type=SIGFOX, location=57, measures_as=_hex(57)),
        Probe(id=_hex(3), location=228, location_name="Two Of Us"),
        Probe(id=_hex(4), location=228, location_name="Two Of Us"),
        Probe(id=_hex(5), location=229, measures_as=_hex(229)),
        Probe(id=_hex(6), location=229, measures_as=_hex(230)),
        Probe(id=_hex(7), listed=False, location=12),
        Probe(id=_hex(8), pinned={"latitude": None, "longitude": None, "tags": None}),
        Probe(id=_hex(9), pinned={"latitude": "56.1", "longitude": "10.2"}),
        Probe(id=_hex(10), silent_after=clock() - 3600.0),
        Probe(id=_hex(11), type=77, pinned_row={"ws": 4.2, "pm.raw": 11, "note": "ok"}),
        Probe(id=_hex(12), pinned={"type": "150", "location": None, "roles": [2, 4]}),
        Probe(id=_hex(13), pinned_row={"time": None}),
        Probe(id=_hex(14), pinned_row={"time": "2107-12-11T08:11:30.000Z"}),
        Probe(id=_hex(15), pinned_row={"t": "7.5", "h": 100, "b": 104.2, "l": -3}),
        Probe(id=_hex(16), location_name="село Чумли", latitude=48.1, longitude=30.9),
        Probe(id=_hex(17), pinned={"id": None}),
        Probe(id=_hex(18), defect=Defect.WILD),
    )
    for index, probe in enumerate(shapes):
        if probe.location == 1:
            probe.location = 300 + index
        made.build(probe)
    return made


def _hex(number: int) -> str:
    return f"e00fce68{number:016x}"


HOMES: dict[str, Callable[[int, Clock], World]] = {
    "demo": demo,
    "standard": standard,
    "empty": city,
    "odd": odd,
}
"""The ready-made cities by name."""
