"""To-do lists: handed over to the account's vendor."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HabitatConfigEntry
from .entity import async_setup_platform

# An account sends its writes one at a time by itself.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set the platform up."""
    await async_setup_platform(hass, entry, Platform.TODO, async_add_entities)
