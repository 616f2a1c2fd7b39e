"""The demo's plants: a flat with a balcony that one would believe."""

import time

from ..core.clock import Clock
from .builder import Builder
from .garden import Garden, Species, Spot

MONSTERA = Species(
    id=2461, temperature=(15, 30), light=(0.5, 12), fertilizer=(0.3, 2.2), moisture=15
)
BASIL = Species(
    id=3217, temperature=(12, 35), light=(2, None), fertilizer=(0.5, 3.0), moisture=16
)
LILY = Species(
    id=5120, temperature=(16, 30), light=(0.3, 8), fertilizer=(0.3, 2.0), moisture=19
)
ALOE = Species(
    id=182, temperature=(8, 36), light=(1, None), fertilizer=(0.2, 1.6), moisture=7.5
)
FERN = Species(
    id=4402, temperature=(12, 28), light=(0.2, 9), fertilizer=(0.3, 2.0), moisture=20
)
ROSEMARY = Species(
    id=5716, temperature=(-6, 38), light=(2, None), fertilizer=(None, 2.6), moisture=10
)
STRAWBERRY = Species(
    id=2033, temperature=(-8, 32), light=(2, 40), fertilizer=(0.9, 3.0), moisture=16
)
LAVENDER = Species(
    id=3350, temperature=(-10, 38), light=(2, None), fertilizer=(None, 2.4), moisture=9
)
_UPGRADE = "2017-02-02_hawaii-2.0.4_hardware-config-MP"


def demo(seed: int = 1, clock: Clock = time.time) -> Garden:
    """Build it: one plant is thirsty, one hungry, one in a Parrot Pot."""
    make = Builder(seed, clock)

    def grow(
        name: str,
        species: Species,
        *,
        kind: str = "flower-power",
        upgrade: str | None = None,
        indoor: bool = True,
        window: float = 9.0,
        lamp: float = 0.0,
        warmer: float = 0.0,
        every: float | None = 5.0,
        wettest: float = 34.0,
        driest: float = 6.5,
        richness: float = 1.0,
        pictures: int = 1,
    ) -> None:
        make.add(
            Spot(
                id=make.identifier(),
                name=name,
                species=species,
                probe=make.probe(kind, upgrade=upgrade),
                indoor=indoor,
                coordinates=(45.7578, 4.832),
                window=window,
                lamp=lamp,
                warmer=warmer,
                every=every,
                wettest=wettest,
                driest=driest,
                richness=richness,
                pictures=pictures,
            )
        )

    grow("Monstera", MONSTERA, every=6, pictures=2, richness=1.1, lamp=1.4)
    grow("Kitchen Basil", BASIL, kind="pot", window=34, every=1.2, wettest=29,
         driest=9, richness=1.7, warmer=0.8)  # fmt: skip
    grow("Peace Lily", LILY, window=6, lamp=2.2, every=4, warmer=1.2)
    grow("Aloe Vera", ALOE, window=18, every=11, wettest=22, driest=4, richness=0.8)
    grow("Boston Fern", FERN, window=5, every=None, driest=8.5, warmer=-0.6)
    grow("Rosemary", ROSEMARY, indoor=False, window=62, every=6, wettest=28,
         driest=4.5, richness=0.6)  # fmt: skip
    grow("Strawberries", STRAWBERRY, indoor=False, window=55, every=4,
         richness=0.7, upgrade=_UPGRADE)  # fmt: skip
    grow("Lavender", LAVENDER, indoor=False, window=68, every=7, wettest=25,
         driest=4, richness=0.5, pictures=2)  # fmt: skip
    return make.garden
