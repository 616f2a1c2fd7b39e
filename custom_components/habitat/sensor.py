"""The base of all sensors, and the age of the data; the vendors' folders say which sensors there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers.typing import StateType

from .cloud.text import MAX_STATE_LENGTH, cut
from .coordinator import POLL, HabitatCoordinator
from .devices import Device
from .entity import (
    DescribedEntity,
    HabitatEntity,
    RecordEntityDescription,
    platform_setup,
)
from .loader import EntityFactory

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HabitatSensorEntityDescription[R](
    RecordEntityDescription[R], SensorEntityDescription
):
    """Describes a sensor of a record."""

    value_fn: Callable[[R], StateType | datetime]

    def state_of(self, shown: R | None) -> StateType | datetime:
        """Return the value to show; text is cut to the longest state."""
        value = None if shown is None else self.value_fn(shown)
        return cut(value, MAX_STATE_LENGTH) if isinstance(value, str) else value


class BaseSensorEntity[A: HabitatCoordinator, R](HabitatEntity[A, R], SensorEntity):
    """The base of all sensors."""

    shows: ClassVar[tuple[str, ...]] = ("native_value", "extra_state_attributes")


class HabitatSensorEntity[A: HabitatCoordinator, R](
    DescribedEntity[A, R], BaseSensorEntity[A, R]
):
    """A sensor of a record."""

    entity_description: HabitatSensorEntityDescription[R]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value in the record."""
        return self.entity_description.state_of(self.current_record)


LAST_ANSWER = SensorEntityDescription(
    key="last_answer",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class LastAnswerSensor(BaseSensorEntity[HabitatCoordinator, object]):
    """When the cloud answered a poll last."""

    def __init__(self, coordinator: HabitatCoordinator, device: Device) -> None:
        """Read the key that changes with every poll."""
        super().__init__(coordinator, device, object, LAST_ANSWER, reads=(POLL,))

    @property
    @override
    def available(self) -> bool:
        """Whether there ever was an answer; it is most useful while there is none."""
        return self.coordinator.answered_at is not None

    @property
    @override
    def native_value(self) -> datetime | None:
        """The time of the last answer."""
        return self.coordinator.answered_at


def shared_sensors(
    coordinator: HabitatCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the age of the data, once for each device without a parent."""
    if device.parent is None:
        yield LAST_ANSWER.key, partial(LastAnswerSensor, coordinator, device)


async_setup_entry = platform_setup(Platform.SENSOR, shared_sensors)
