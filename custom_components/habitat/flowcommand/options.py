"""The options of a FlowCommand account."""

from collections.abc import Mapping

import voluptuous as vol

from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..const import CONF_WEBHOOK_SECRET
from ..coordinator import HabitatConfigEntry
from ..vendor import OptionsForm
from ..webhooks import async_webhook_url, webhook_id
from .const import (
    APP_URL,
    CONF_BARRELS,
    CONF_FLUID,
    CONF_SHOW_ON_MAP,
    CONF_SILENT_HOURS,
    CONF_WEBHOOK,
    FLUIDS,
    SILENT_HOURS,
    UNSPECIFIED,
)


async def options_form(hass: HomeAssistant, entry: HabitatConfigEntry) -> OptionsForm:
    """Return the form with the current options, and the address for FlowCommand's webhook."""
    chosen = entry.options
    schema = vol.Schema(
        {
            vol.Required(
                CONF_FLUID, default=chosen.get(CONF_FLUID, UNSPECIFIED)
            ): SelectSelector(
                SelectSelectorConfig(options=list(FLUIDS), translation_key=CONF_FLUID)
            ),
            vol.Required(
                CONF_BARRELS, default=chosen.get(CONF_BARRELS, False)
            ): BooleanSelector(),
            vol.Required(
                CONF_SHOW_ON_MAP, default=chosen.get(CONF_SHOW_ON_MAP, False)
            ): BooleanSelector(),
            vol.Required(
                CONF_SILENT_HOURS, default=chosen.get(CONF_SILENT_HOURS, SILENT_HOURS)
            ): NumberSelector(
                NumberSelectorConfig(min=1, max=168, step=1, unit_of_measurement="h")
            ),
            vol.Required(
                CONF_WEBHOOK, default=chosen.get(CONF_WEBHOOK, False)
            ): BooleanSelector(),
            vol.Optional(CONF_WEBHOOK_SECRET): TextSelector(
                TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
            ),
        }
    )
    return OptionsForm(
        schema,
        {"app_url": f"{APP_URL}/app/developers", "url": await _url(hass, entry)},
        secret=frozenset({CONF_WEBHOOK_SECRET}),
        tidy=_tidy,
        check=_check,
    )


def _tidy(chosen: Mapping[str, object]) -> Mapping[str, object]:
    """Drop the secret if the webhook is off or the field is empty."""
    if chosen.get(CONF_WEBHOOK) and chosen.get(CONF_WEBHOOK_SECRET):
        return chosen
    return {
        name: value for name, value in chosen.items() if name != CONF_WEBHOOK_SECRET
    }


def _check(chosen: Mapping[str, object]) -> str | None:
    """Return an error if the webhook is on without a secret: it would refuse every request."""
    if chosen.get(CONF_WEBHOOK) and not chosen.get(CONF_WEBHOOK_SECRET):
        return "webhook_without_secret"
    return None


async def _url(hass: HomeAssistant, entry: HabitatConfigEntry) -> str:
    try:
        return await async_webhook_url(hass, entry)
    except HomeAssistantError:
        # Home Assistant does not know its own address, but the user may.
        return webhook.async_generate_path(webhook_id(hass, entry))
