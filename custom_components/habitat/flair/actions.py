"""Flair's actions: what has no entity."""

from homeassistant.core import ServiceResponse

from ..devices import Device
from ..refusal import refusal
from .account import FlairAccount
from .models import HvacUnit


async def press_remote_button(
    account: FlairAccount, device: Device, button: str
) -> ServiceResponse:
    """Let a unit's puck send a button of its remote, by the name that Flair gives it."""
    unit = account.record(device.key, HvacUnit)
    if unit is None:
        raise refusal("no_hvac_unit")
    await account.async_press(unit, button)
    return None
