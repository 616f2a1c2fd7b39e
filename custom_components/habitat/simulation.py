"""Accounts on the simulator: the simulated cloud runs while the account is loaded."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.importlib import async_import_module
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .coordinator import HabitatConfigEntry
from .vendor import Login, Vendor

if TYPE_CHECKING:
    # The simulator is only imported for a simulated account.
    from .simulator.core.documents import Json
    from .simulator.core.server import CloudServer

_SIMULATOR = f"{__package__}.simulator"


async def async_simulated_vendors(hass: HomeAssistant) -> tuple[str, ...]:
    """Return the keys of the vendors that have a simulated cloud."""
    simulator = await async_import_module(hass, _SIMULATOR)
    vendors: tuple[str, ...] = simulator.SIMULATED
    return vendors


@asynccontextmanager
async def simulated_login(hass: HomeAssistant, vendor: Vendor) -> AsyncGenerator[Login]:
    """Yield the login of a vendor's simulated cloud, which runs during the context."""
    async with await _create(hass, vendor) as cloud:
        yield _login(vendor, cloud)


async def async_simulate(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor
) -> Login:
    """Run the simulated cloud of an account until the account is unloaded.

    Changes to its world are stored over restarts.
    """
    cloud = await _create(hass, vendor)
    store = world_store(hass, entry.entry_id)
    if world := await store.async_load():
        cloud.restore(world)

    async def keep(_: Event | None = None) -> None:
        await store.async_save(cloud.snapshot())

    async def end(_: Event) -> None:
        await cloud.stop()

    await cloud.start()
    entry.async_on_unload(cloud.stop)
    entry.async_on_unload(hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, end))
    entry.async_on_unload(keep)
    entry.async_on_unload(hass.bus.async_listen(EVENT_HOMEASSISTANT_FINAL_WRITE, keep))
    return _login(vendor, cloud)


def world_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Json]]:
    """Return the store of a simulated account's world."""
    return Store(hass, 1, f"{DOMAIN}.simulator.{entry_id}")


async def _create(hass: HomeAssistant, vendor: Vendor) -> CloudServer:
    simulator = await async_import_module(hass, _SIMULATOR)
    await async_import_module(hass, f"{_SIMULATOR}.{vendor.key}")
    # The world is built on the first use.
    cloud: CloudServer = await hass.async_add_import_executor_job(
        simulator.create, vendor.key
    )
    return cloud


def _login(vendor: Vendor, cloud: CloudServer) -> Login:
    return Login(vendor, cloud.url, dict(cloud.credentials), simulated=True)
