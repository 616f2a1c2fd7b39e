"""The options of a CityFlow account."""

from collections.abc import Mapping

import voluptuous as vol

from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..coordinator import HabitatConfigEntry
from ..vendor import OptionsForm
from .client.models import Probe
from .const import (
    AUTOMATIC,
    CHOICES,
    CONF_CHOICE,
    CONF_DISTANCE,
    CONF_PLACES,
    CONF_PROBES,
    CONF_SHOW_ON_MAP,
    CONF_TAGS,
    DEFAULT_DISTANCE,
    MAX_AUTOMATIC,
)
from .coordinator import CityFlowCoordinator
from .devices import name_of


async def options_form(hass: HomeAssistant, entry: HabitatConfigEntry) -> OptionsForm:
    """Return the form with the current options, and the probes to choose from."""
    chosen = entry.options
    coordinator = getattr(entry, "runtime_data", None)
    # If the account is not loaded, only the earlier choice is known.
    probes = (
        coordinator.probes() if isinstance(coordinator, CityFlowCoordinator) else []
    )

    def among(name: str, known: dict[str, str]) -> SelectSelector:
        before = dict.fromkeys(chosen.get(name, ()))
        labels = {**{value: value for value in before}, **known}
        return SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=value, label=label)
                    for value, label in labels.items()
                ],
                multiple=True,
                mode=SelectSelectorMode.DROPDOWN,
                sort=True,
            )
        )

    tags = {tag: tag for probe in probes for tag in probe.tags}
    cities = {probe.city: probe.city for probe in probes if probe.city}
    schema = vol.Schema(
        {
            vol.Required(
                CONF_CHOICE, default=chosen.get(CONF_CHOICE, AUTOMATIC)
            ): SelectSelector(
                SelectSelectorConfig(options=list(CHOICES), translation_key=CONF_CHOICE)
            ),
            vol.Optional(CONF_TAGS, default=chosen.get(CONF_TAGS, [])): among(
                CONF_TAGS, tags
            ),
            vol.Optional(CONF_PLACES, default=chosen.get(CONF_PLACES, [])): among(
                CONF_PLACES, cities
            ),
            vol.Required(
                CONF_DISTANCE, default=chosen.get(CONF_DISTANCE, DEFAULT_DISTANCE)
            ): NumberSelector(
                NumberSelectorConfig(
                    min=0.1,
                    max=1000,
                    step="any",
                    unit_of_measurement=UnitOfLength.KILOMETERS,
                )
            ),
            vol.Optional(CONF_PROBES, default=chosen.get(CONF_PROBES, [])): among(
                CONF_PROBES, {probe.id: _label(probe) for probe in probes}
            ),
            vol.Required(
                CONF_SHOW_ON_MAP, default=chosen.get(CONF_SHOW_ON_MAP, False)
            ): BooleanSelector(),
        }
    )

    def check(filled_in: Mapping[str, object]) -> str | None:
        """Return an error if a choice matches no probe: all devices would be removed."""
        if not isinstance(coordinator, CityFlowCoordinator) or not probes:
            return None
        return None if coordinator.choose(filled_in) else "nothing_chosen"

    return OptionsForm(
        schema, {"few": str(MAX_AUTOMATIC), "count": str(len(probes))}, check=check
    )


def _label(probe: Probe) -> str:
    """Return a label that is unique among probes at the same place."""
    return f"{name_of(probe)} ({probe.id[-4:]})"
