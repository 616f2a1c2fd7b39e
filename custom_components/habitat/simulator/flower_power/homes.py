"""Gardens of any size, and those that are ready-made."""

from collections.abc import Callable
from dataclasses import replace
import time

from ..core.clock import Clock
from ..core.noise import between
from .builder import Builder
from .demo import ALOE, BASIL, FERN, LAVENDER, LILY, MONSTERA, ROSEMARY, demo
from .garden import Garden, Spot, days

_SPECIES = (MONSTERA, LILY, ALOE, ROSEMARY, FERN, LAVENDER)


def home(
    *,
    locations: int = 10,
    plants: int | None = None,
    pots: int = 0,
    silent: int = 0,
    sensorless: int = 0,
    twins: int = 0,
    unnamed: int = 0,
    seed: int = 1,
    clock: Clock = time.time,
) -> Garden:
    """Build a garden of a size; all counts are within `locations`.

    The first locations have plants, of them the first are in pots. From the last on there are
    those without a sensor, those that never reported, and those whose sensor now stands at one
    of the first. Of as many sensors the cloud knows no system id.
    """
    make = Builder(seed, clock)
    planted = locations if plants is None else plants
    for index in range(locations):
        back = locations - 1 - index
        pot = index < pots
        species = BASIL if pot else _SPECIES[index % len(_SPECIES)]
        probe = make.probe("pot" if pot else "flower-power", named=index >= unnamed)
        spot = Spot(
            id=make.identifier(),
            name=f"Plant {index + 1}",
            species=species if index < planted else None,
            probe=None if back < sensorless else probe,
            indoor=index % 3 > 0,
            window=between(5, 25, seed, index, "window"),
            every=between(3, 8, seed, index, "every"),
            richness=between(0.6, 1.4, seed, index, "richness"),
            silent=sensorless <= back < sensorless + silent,
        )
        if sensorless + silent <= back < sensorless + silent + twins:
            first = sensorless + silent + twins - 1 - back
            moved = make.garden.spots[list(make.garden.spots)[first]].probe
            if moved is not None:
                spot.probe = replace(moved)
                spot.ended = spot.began + days(30)
                moved.assigned = spot.ended
        make.add(spot)
    return make.garden


def standard(seed: int = 1, clock: Clock = time.time) -> Garden:
    """Build the garden of the benchmarks: ten plants."""
    return home(seed=seed, clock=clock)


HOMES: dict[str, Callable[[int, Clock], Garden]] = {
    "demo": demo,
    "standard": standard,
}
"""The ready-made gardens by name."""
