"""Flair's actions, for what has no entity."""

import voluptuous as vol

from homeassistant.const import ATTR_TEMPERATURE, Platform
from homeassistant.core import ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv

from ..devices import Device
from ..validation import validation_error
from ..vendor import DeviceService, EntityService
from .client.models import HvacUnit
from .const import UNTIL_CANCELLED, UNTIL_NEXT_EVENT
from .coordinator import FlairCoordinator


async def press_remote_button(
    coordinator: FlairCoordinator, device: Device, button: str
) -> ServiceResponse:
    """Let a unit's puck send a button of the unit's remote, by Flair's name of the button."""
    unit = coordinator.record(device.key, HvacUnit)
    if unit is None:
        raise validation_error("no_hvac_unit")
    await coordinator.async_press(unit, button)
    return None


ATTR_DURATION = "duration"
ATTR_UNTIL = "until"
ATTR_BUTTON = "button"

ACTIONS = (
    EntityService(
        name="set_room_hold",
        entity_domain=Platform.CLIMATE,
        schema={
            vol.Required(ATTR_TEMPERATURE): vol.Coerce(float),
            vol.Exclusive(ATTR_DURATION, "end"): cv.positive_time_period,
            vol.Exclusive(ATTR_UNTIL, "end"): vol.In(
                (UNTIL_NEXT_EVENT, UNTIL_CANCELLED)
            ),
        },
        method="async_set_hold",
        response=SupportsResponse.OPTIONAL,
    ),
    EntityService(
        name="clear_hold",
        entity_domain=Platform.CLIMATE,
        schema={},
        method="async_clear_hold",
        response=SupportsResponse.OPTIONAL,
    ),
    DeviceService(
        name="press_remote_button",
        schema={vol.Required(ATTR_BUTTON): cv.string},
        run=press_remote_button,
    ),
)
