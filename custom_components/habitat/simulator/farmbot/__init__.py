"""FarmBot's cloud in miniature: the REST API, the message broker and a robot."""

from ..clock import Clock
from ..server import CloudServer

REQUIREMENTS = ("amqtt>=0.12.1",)
"""The embedded broker; without it the cloud runs on, but no message gets through."""


def create(*, seed: int, clock: Clock, home: str = "demo") -> CloudServer:
    """Return the cloud of a ready-made garden; imports it, so not for the event loop.

    Raises:
        KeyError: there is no such home.
    """
    # What needs the requirements is imported when they had their chance to be there.
    from .homes import HOMES  # noqa: PLC0415
    from .server import FarmBotCloud  # noqa: PLC0415

    return FarmBotCloud(HOMES[home](seed, clock))
