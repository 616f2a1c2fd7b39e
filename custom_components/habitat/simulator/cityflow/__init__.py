"""CityFlow's cloud (air probes of cities) in miniature."""

from ..core.clock import Clock
from .homes import HOMES
from .server import CityFlowCloud


def create(*, seed: int, clock: Clock, home: str = "demo") -> CityFlowCloud:
    """Return the cloud of a ready-made city.

    Raises:
        KeyError: there is no such home.
    """
    return CityFlowCloud(HOMES[home](seed, clock))
