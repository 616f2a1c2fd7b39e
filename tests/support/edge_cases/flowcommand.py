"""Sensors with every oddity that the API's document allows for."""

from collections.abc import Callable, Mapping
import time

from custom_components.habitat.simulator.core.clock import Clock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flowcommand.homes import (
    HOMES as READY_MADE,
    home,
    world,
)
from custom_components.habitat.simulator.flowcommand.world import Sensor, World

_TOMORROW = "2107-12-11T08:11:30Z"
_TEXTS: Mapping[str, Json] = {
    "last_ping_flowrate": "5356.9",
    "pipe_diameter": "14.64",
    "id": "4",
}
_WILD: Mapping[str, Json] = {"last_ping_flowrate": 4_294_967_291, "pipe_diameter": -1}
_RUBBISH: Mapping[str, Json] = {
    "name": None,
    "latitude": 300.0,
    "longitude": {"degrees": -95},
    "pipe_diameter": "wide",
    "last_ping_flowrate": [1],
    "last_ping_datetime": "soon",
    "activated_at": 1549399262,
}


def quiet(seed: int = 1, clock: Clock = time.time) -> World:
    """Build ten sensors that will not say anything any more."""
    return home(sensors=10, quiet=True, seed=seed, clock=clock)


def odd(seed: int = 1, clock: Clock = time.time) -> World:
    """Build every oddity that the API's document allows for, one a sensor."""
    made = world(seed, clock)
    now = clock()
    shapes: tuple[Sensor, ...] = (
        Sensor(id=1, name="Never Heard", heard=False),
        Sensor(id=2, name="No Position", pinned={"latitude": None, "longitude": None}),
        Sensor(id=3, name="Backwards", pinned={"last_ping_flowrate": -12.5}),
        Sensor(id=4, name="Texts", pinned=dict(_TEXTS)),
        Sensor(id=5, name="Silent", silent_after=now - 5 * 86_400.0),
        Sensor(id=6, name="All Late", late=1.0),
        Sensor(id=7, name="Rubbish", pinned=dict(_RUBBISH)),
        Sensor(id=8, name="Remember â€” It", tag=""),
        Sensor(id=9, name="No Number", pinned={"id": None}),
        Sensor(id=10, name="Twice"),
        Sensor(id=11, name="Twice Again", pinned={"id": 10}),
        Sensor(id=12, name="From Tomorrow", pinned={"last_ping_datetime": _TOMORROW}),
        Sensor(id=13, name="Wild", pinned=dict(_WILD)),
        Sensor(id=20_000, name="Brand New", activated_at=now - 600.0),
        Sensor(id=20_001, name="Nowhere", latitude=0.0, longitude=0.0),
    )
    for sensor in shapes:
        made.build(sensor)
    return made


HOMES: Mapping[str, Callable[[int, Clock], World]] = {
    **READY_MADE,
    "quiet": quiet,
    "empty": world,
    "odd": odd,
}
"""The ready-made sets and the odd ones, by name."""
