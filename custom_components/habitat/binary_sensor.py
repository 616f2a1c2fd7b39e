"""The base of all binary sensors; the vendors' folders say which there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import Platform

from .coordinator import HabitatCoordinator
from .entity import (
    DescribedEntity,
    HabitatEntity,
    RecordEntityDescription,
    platform_setup,
)

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HabitatBinarySensorEntityDescription[R](
    RecordEntityDescription[R], BinarySensorEntityDescription
):
    """Describes a binary sensor of a record."""

    value_fn: Callable[[R], bool | None]


class BaseBinarySensorEntity[A: HabitatCoordinator, R](
    HabitatEntity[A, R], BinarySensorEntity
):
    """The base of all binary sensors."""

    shows: ClassVar[tuple[str, ...]] = ("is_on", "extra_state_attributes")


class HabitatBinarySensorEntity[A: HabitatCoordinator, R](
    DescribedEntity[A, R], BaseBinarySensorEntity[A, R]
):
    """A binary sensor of a record."""

    entity_description: HabitatBinarySensorEntityDescription[R]

    @property
    @override
    def is_on(self) -> bool | None:
        """The value in the record."""
        record = self.current_record
        return None if record is None else self.entity_description.value_fn(record)


async_setup_entry = platform_setup(Platform.BINARY_SENSOR)
