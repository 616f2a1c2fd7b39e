"""Binary sensors: what every vendor's have in common; which there are is the vendor's to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import Account, HabitatConfigEntry
from .entity import HabitatEntity, RecordEntityDescription, async_setup_platform

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HabitatBinarySensorDescription[R](
    RecordEntityDescription[R], BinarySensorEntityDescription
):
    """Describes a binary sensor of a record."""

    value: Callable[[R], bool | None]


class HabitatBinarySensor[A: Account, R](HabitatEntity[A, R], BinarySensorEntity):
    """A binary sensor of a record."""

    entity_description: HabitatBinarySensorDescription[R]

    @property
    @override
    def is_on(self) -> bool | None:
        """What the cloud said."""
        record = self.record
        return None if record is None else self.entity_description.value(record)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set the platform up."""
    await async_setup_platform(hass, entry, Platform.BINARY_SENSOR, async_add_entities)
