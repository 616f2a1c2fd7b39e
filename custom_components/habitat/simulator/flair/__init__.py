"""Flair's cloud (vents, pucks, rooms, mini-splits) in miniature."""

from ..core.clock import Clock
from .homes import HOMES
from .server import FlairCloud


def create(*, seed: int, clock: Clock, home: str = "demo") -> FlairCloud:
    """Return the cloud of a ready-made home.

    Raises:
        KeyError: there is no such home.
    """
    return FlairCloud(HOMES[home](seed, clock))
