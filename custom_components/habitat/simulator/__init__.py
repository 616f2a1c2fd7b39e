"""The vendors' clouds in miniature, spoken to over real sockets.

Each vendor has a package of its name in here with `create(*, seed, clock, home)`.
"""

from importlib import import_module
import time
from typing import cast

from .core.clock import Clock
from .core.server import CloudServer

SIMULATED = ("flair", "farmbot", "flower_power", "flowcommand", "cityflow")
"""The vendors that can be simulated."""


def create(
    vendor: str, *, seed: int = 1, clock: Clock = time.time, home: str = "demo"
) -> CloudServer:
    """Return a vendor's cloud, not yet started; imports it, so not for the event loop.

    `home` names one of the vendor's ready-made worlds; "demo" exists for every vendor.

    Raises:
        KeyError: the vendor or the home is not known.
    """
    if vendor not in SIMULATED:
        raise KeyError(vendor)
    # By its whole name: Home Assistant lets the loop import what is loaded already.
    module = import_module(f"{__name__}.{vendor}")
    return cast(CloudServer, module.create(seed=seed, clock=clock, home=home))
