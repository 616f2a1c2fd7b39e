"""FlowCommand's binary sensors."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import EntityCategory

from ..binary_sensor import (
    HabitatBinarySensorEntity,
    HabitatBinarySensorEntityDescription,
)
from ..devices import Device
from ..entity import entities_from
from ..loader import EntityFactory
from .client.models import FlowSensor
from .coordinator import FlowCommandCoordinator, last_ping_at


def flowing(sensor: FlowSensor) -> bool | None:
    """Return whether there is flow; None for a sensor without a ping."""
    rate = sensor.last_ping_flowrate
    return None if rate is None else rate > 0


SENSOR: tuple[HabitatBinarySensorEntityDescription[FlowSensor], ...] = (
    HabitatBinarySensorEntityDescription(
        key="flowing",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=flowing,
    ),
)

HEARD: HabitatBinarySensorEntityDescription[FlowSensor] = (
    HabitatBinarySensorEntityDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=lambda sensor: last_ping_at(sensor) is not None,
    )
)


class FlowCommandReportingEntity(
    HabitatBinarySensorEntity[FlowCommandCoordinator, FlowSensor]
):
    """Whether a sensor sent a ping lately; unknown if it never sent one."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it sent a ping lately."""
        heard = super().is_on
        return self.coordinator.is_alive(self.device_key) if heard else None


def entities(
    coordinator: FlowCommandCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the binary sensors of a device."""
    yield from entities_from(
        coordinator, device, FlowSensor, SENSOR, HabitatBinarySensorEntity
    )
    yield from entities_from(
        coordinator, device, FlowSensor, (HEARD,), FlowCommandReportingEntity
    )
