"""Parrot's Flower Power cloud (plant sensors) in miniature."""

from ..core.clock import Clock
from .homes import HOMES
from .server import FlowerPowerCloud


def create(*, seed: int, clock: Clock, home: str = "demo") -> FlowerPowerCloud:
    """Return the cloud of a ready-made garden.

    Raises:
        KeyError: there is no such home.
    """
    return FlowerPowerCloud(HOMES[home](seed, clock))
