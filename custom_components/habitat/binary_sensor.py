"""Binary sensors: what every vendor's have in common; which there are is the vendor's to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform

from .coordinator import HabitatCoordinator
from .entity import (
    DescribedEntity,
    HabitatEntity,
    RecordEntityDescription,
    platform_setup,
)

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HabitatBinarySensorDescription[R](
    RecordEntityDescription[R], BinarySensorEntityDescription
):
    """Describes a binary sensor of a record."""

    value: Callable[[R], bool | None]


class BaseBinarySensorEntity[A: HabitatCoordinator, R](
    HabitatEntity[A, R], BinarySensorEntity
):
    """The base of all binary sensors."""

    shows: ClassVar[tuple[str, ...]] = ("is_on", "extra_state_attributes")


class HabitatBinarySensor[A: HabitatCoordinator, R](
    DescribedEntity[A, R], BaseBinarySensorEntity[A, R]
):
    """A binary sensor of a record."""

    entity_description: HabitatBinarySensorDescription[R]

    @property
    @override
    def is_on(self) -> bool | None:
        """What the cloud said."""
        record = self.current_record
        return None if record is None else self.entity_description.value(record)


def flag[R](
    key: str,
    value: Callable[[R], bool | None],
    *,
    device_class: BinarySensorDeviceClass | None = None,
    part: str | None = None,
    diagnostic: bool = True,
    enabled: bool = True,
    lasting: bool = False,
    exists: Callable[[R], bool] | None = None,
) -> HabitatBinarySensorDescription[R]:
    """Describe a yes or no that the cloud tells."""
    return HabitatBinarySensorDescription(
        key=key,
        value=value,
        device_class=device_class,
        part=part,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
        entity_registry_enabled_default=enabled,
        lasting=lasting,
        exists=exists,
    )


def opposite(value: bool | None) -> bool | None:
    """Return the opposite of a yes or no, and nothing of nothing."""
    return None if value is None else not value


async_setup_entry = platform_setup(Platform.BINARY_SENSOR)
