"""FarmBot's cloud in miniature: the REST API, the message broker and a robot."""

from ..core.clock import Clock
from .homes import HOMES
from .server import FarmBotCloud


def create(*, seed: int, clock: Clock, home: str = "demo") -> FarmBotCloud:
    """Return the cloud of a ready-made garden.

    Raises:
        KeyError: there is no such home.
    """
    return FarmBotCloud(HOMES[home](seed, clock))
