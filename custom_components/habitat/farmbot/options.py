"""The options of a FarmBot account."""

import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import BooleanSelector

from ..coordinator import HabitatConfigEntry
from ..vendor import OptionsForm
from .webcams import CONF_LOCAL_WEBCAMS


async def options_form(hass: HomeAssistant, entry: HabitatConfigEntry) -> OptionsForm:
    """Return the form with the present options."""
    schema = vol.Schema(
        {
            vol.Required(
                CONF_LOCAL_WEBCAMS,
                default=entry.options.get(CONF_LOCAL_WEBCAMS, False),
            ): BooleanSelector(),
        }
    )
    return OptionsForm(schema)
