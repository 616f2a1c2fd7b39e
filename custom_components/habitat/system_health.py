"""System health: whether the vendors can be reached, and counters of requests."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import HabitatConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the information."""
    register.async_register_info(async_info)


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the sums of all accounts, and whether each vendor can be reached."""
    entries: list[HabitatConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    accounts = [entry.runtime_data for entry in entries]
    counters = [coordinator.session.counters for coordinator in accounts]
    # One server per vendor is checked, whatever the number of accounts.
    servers = {
        coordinator.login.vendor.key: coordinator.login.url
        for coordinator in accounts
        if not coordinator.login.simulated
    }
    return {
        "accounts": len(accounts),
        "simulated": sum(coordinator.login.simulated for coordinator in accounts),
        "requests": sum(one.requests for one in counters),
        "errors": sum(one.errors for one in counters),
        "retries": sum(one.retries for one in counters),
        **{
            f"reach_{vendor}": system_health.async_check_can_reach_url(hass, url)
            for vendor, url in servers.items()
        },
    }
