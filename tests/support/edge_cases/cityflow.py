"""Probes with every oddity of documents and recordings."""

from collections.abc import Callable, Mapping
import time

from custom_components.habitat.simulator.cityflow.air import properties
from custom_components.habitat.simulator.cityflow.homes import HOMES as READY_MADE, city
from custom_components.habitat.simulator.cityflow.metadata import device_type
from custom_components.habitat.simulator.cityflow.world import (
    FIRST,
    SIGFOX,
    Probe,
    World,
)
from custom_components.habitat.simulator.core.clock import Clock
from custom_components.habitat.simulator.core.documents import Json

_BROKEN_CHIP: Mapping[str, Json] = {"t": -142.46, "h": 30.92, "p": 484.5}
"""The climate chip has no valid data."""
_NO_AIR: Mapping[str, Json] = {
    "t": 0,
    "h": 0,
    "p": 0,
    "r.avg": -1673.1,
    "p1": 0,
    "p2": 0,
}
"""The climate chip is gone and the fan is off."""
_FAN_OFF: Mapping[str, Json] = dict.fromkeys(
    ("mP1", "mP2", "mP4", "mPX", "nP1", "nP2", "nP4", "nPX", "aPS"), 0
)
_SELDOM: Mapping[str, Json] = {"s.var": 4.41, "r.var": 122.5, "uv": 2}
"""What the first generation has names for and hardly ever measures."""
_WILD: Mapping[str, Json] = {
    "t": 652.36,
    "l": -1,
    "b": 255,
    "mP1": -0.1,
    "mP2": 65535,
    "nP1": -1,
    "aPS": 999,
    "nA": 0,
    "nMa": 655.35,
}
"""Every part sends what cannot be: signed numbers as unsigned, codes for "nothing"."""


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
    nothing = dict.fromkeys(properties(made, Probe(id=_hex(2)), clock()))
    foreign = {"location_name": None, "city": None, "country": None}
    shapes = (
        Probe(id="49004d000d50483553343720", type=FIRST, pinned_row=dict(_NO_AIR)),
        Probe(
            id="2b002a000f47373334363431",
            type=FIRST,
            pinned_row={**_BROKEN_CHIP, **_SELDOM},
        ),
        Probe(id=_hex(1), pinned_row=dict(_FAN_OFF)),
        Probe(id=_hex(2), pinned_row=nothing),
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
        Probe(id=_hex(18), pinned_row=dict(_WILD)),
    )
    for index, probe in enumerate(shapes):
        if probe.location == 1:
            probe.location = 300 + index
        made.build(probe)
    return made


def _hex(number: int) -> str:
    return f"e00fce68{number:016x}"


HOMES: Mapping[str, Callable[[int, Clock], World]] = {
    **READY_MADE,
    "empty": city,
    "odd": odd,
}
"""The ready-made cities and the odd ones, by name."""
