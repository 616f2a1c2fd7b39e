"""FlowCommand's cloud (flow sensors on pipes) in miniature."""

from ..core.clock import Clock
from .homes import HOMES
from .server import FlowCommandCloud


def create(*, seed: int, clock: Clock, home: str = "demo") -> FlowCommandCloud:
    """Return the cloud of a ready-made set of sensors.

    Raises:
        KeyError: there is no such home.
    """
    return FlowCommandCloud(HOMES[home](seed, clock))
