"""Habitat: five environment clouds at home."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .cloud.pacing import Pacing
from .const import CONF_SIMULATED, CONF_VENDOR, DOMAIN, MINOR_VERSION
from .coordinator import HabitatConfigEntry
from .issues import async_delete_issues
from .leaving import async_discard
from .loader import async_coordinator, async_remove
from .login_flow import entry_login
from .services import async_setup_services
from .simulation import async_simulate, world_store
from .vendor import REGISTRY
from .webhooks import async_forget_webhook

_CALLERS = 20
"""Tasks that may wait for each other, at most: an action for an entity's task, that for a write …"""

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_setup_services(hass)
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, _async_let_go)
    return True


async def _async_let_go(event: Event) -> None:
    """Delay the stop until the callers of cancelled tasks have handled the cancellation."""
    for _ in range(_CALLERS):
        await asyncio.sleep(0)


async def async_migrate_entry(hass: HomeAssistant, entry: HabitatConfigEntry) -> bool:
    """Migrate an entry of an older version."""
    if entry.version > 1:
        return False
    if entry.minor_version < MINOR_VERSION:
        hass.config_entries.async_update_entry(
            entry, title=_title(entry), minor_version=MINOR_VERSION
        )
    return True


def _title(entry: HabitatConfigEntry) -> str:
    """Return a title without names of homes, because Home Assistant logs titles.

    A title that Habitat did not set is the user's and stays.
    """
    vendor = REGISTRY.get(entry.data[CONF_VENDOR])
    if vendor is None or not entry.title.startswith(f"{vendor.name}: "):
        return entry.title
    account_id = (entry.unique_id or "").removeprefix(f"{vendor.key}_")
    return f"{vendor.name} {account_id}" if account_id.isdecimal() else vendor.name


async def async_setup_entry(hass: HomeAssistant, entry: HabitatConfigEntry) -> bool:
    """Set an account up."""
    if (vendor := REGISTRY.get(entry.data[CONF_VENDOR])) is None:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="unknown_vendor",
            translation_placeholders={"vendor": entry.data[CONF_VENDOR]},
        )
    if entry.data.get(CONF_SIMULATED):
        login = await async_simulate(hass, entry, vendor)
    else:
        login = entry_login(entry)
    coordinator = await async_coordinator(hass, entry, login)
    # Diagnostics also work for an account whose first poll fails.
    entry.runtime_data = coordinator
    pacing = coordinator.session.pacing
    if not pacing.retrying:
        # A user who adds, reloads or enables an account wants a request now, despite any pause.
        pacing.user_acted()
    pacing.retrying = False
    try:
        await coordinator.async_config_entry_first_refresh()
    except ConfigEntryNotReady:
        _expect_retry(entry, pacing)
        raise
    await coordinator.async_forward(coordinator.platforms)
    coordinator.async_ask_in_background()
    # This keeps the polls running without entities, such as after an empty first answer.
    entry.async_on_unload(coordinator.async_add_listener(lambda: None))
    return True


@callback
def _expect_retry(entry: HabitatConfigEntry, pacing: Pacing) -> None:
    """Note whether the next set-up is a retry of Home Assistant or one of the user.

    A set-up of the user comes after the entry was unloaded.
    """
    pacing.retrying = True

    @callback
    def changed() -> None:
        if entry.state is not ConfigEntryState.SETUP_RETRY:
            pacing.retrying = entry.state is ConfigEntryState.SETUP_IN_PROGRESS
            stop()

    stop = entry.async_on_state_change(changed)


async def async_unload_entry(hass: HomeAssistant, entry: HabitatConfigEntry) -> bool:
    """Unload an account."""
    return await entry.runtime_data.async_unload()


async def async_remove_entry(hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
    """Delete everything that is stored of an account."""
    async_delete_issues(hass, entry.entry_id)
    await async_forget_webhook(hass, entry)
    vendor = REGISTRY.get(entry.data[CONF_VENDOR])
    if vendor is not None:
        await async_remove(hass, entry, vendor)
    if entry.data.get(CONF_SIMULATED):
        await world_store(hass, entry.entry_id).async_remove()
    elif vendor is not None:
        await async_discard(hass, entry_login(entry))


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: HabitatConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Allow the user to remove a device that the cloud does not name any more."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    coordinator = entry.runtime_data
    ids = {device_id for domain, device_id in device.identifiers if domain == DOMAIN}
    if ids & coordinator.devices.present.keys():
        return False
    for device_id in ids:
        coordinator.forget_device(device_id)
    return True
