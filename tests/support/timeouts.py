"""Waiting for an account whose cloud may be silent."""

import asyncio

from freezegun.api import FrozenDateTimeFactory

from custom_components.habitat.simulator.core.server import CloudServer
from homeassistant.core import HomeAssistant

from .common import done
from .faults import Kind, faults_of

TIMEOUT = 21
"""Seconds after which a session has given up."""

_SILENT = (Kind.STALL, Kind.LATENCY)


def is_silent(cloud: CloudServer) -> bool:
    """Say whether a cloud may let somebody wait."""
    return any(fault.kind in _SILENT for fault in faults_of(cloud).active)


async def settle(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    *clouds: CloudServer,
    patience: float = 0.02,
) -> None:
    """Wait until nothing is under way; where a cloud is silent let the time-outs pass.

    `patience` is for how many real seconds nothing happens until it counts as silent.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    settled = asyncio.ensure_future(done(hass))
    while not settled.done():
        before = _met(clouds)
        await asyncio.wait({settled}, timeout=patience)
        waits = not settled.done() and any(is_silent(cloud) for cloud in clouds)
        if waits and _met(clouds) == before:
            freezer.tick(TIMEOUT)
    await settled


def _met(clouds: tuple[CloudServer, ...]) -> int:
    """Return how many requests came and how many went wrong, to see that something happens."""
    return sum(
        len(cloud.log) + sum(fault.hits for fault in faults_of(cloud).active)
        for cloud in clouds
    )
