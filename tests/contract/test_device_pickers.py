"""The pickers of actions: each offers the devices that the action is for, simulated ones too."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import custom_components.habitat
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator import SIMULATED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util.yaml import load_yaml_dict
from tests.support.common import done, fill, start_flow


def _filters(fields: Mapping[str, Any]) -> Iterator[list[dict[str, str]]]:
    """Yield the filters of each field that picks a device, as the frontend hears of them."""
    for field in fields.values():
        selector = field.get("selector", {}).get("device")
        if selector is not None:
            found = selector["filter"]
            yield found if isinstance(found, list) else [found]


def _matches(device: dr.DeviceEntry, wanted: Mapping[str, str]) -> bool:
    """Say whether the frontend offers a device for a filter."""
    own = {
        "integration": DOMAIN,
        "manufacturer": device.manufacturer,
        "model": device.model,
    }
    return all(own[name] == value for name, value in wanted.items())


async def test_device_pickers_offer_simulated_devices(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """Every action that asks for a device offers some, all of one vendor, of simulated accounts."""
    for vendor in SIMULATED:
        flow = await start_flow(hass, "simulator")
        await fill(hass, flow, {"vendor": vendor})
    await done(hass)
    devices = [
        device
        for entry in hass.config_entries.async_entries(DOMAIN)
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
    ]
    file = Path(custom_components.habitat.__file__).parent / "services.yaml"
    actions = await hass.async_add_executor_job(load_yaml_dict, str(file))
    picking = 0
    for name, action in actions.items():
        if name.startswith("."):
            continue
        for filters in _filters((action or {}).get("fields", {})):
            picking += 1
            offered = {
                device.config_entry_id
                for device in devices
                if any(_matches(device, wanted) for wanted in filters)
            }
            assert len(offered) == 1, name
    assert picking > 25
