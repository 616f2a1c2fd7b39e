"""The binary sensors of Flower Power."""

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
from .client.models import Location, LocationStatus
from .coordinator import FlowerPowerCoordinator
from .devices import STATUS
from .entity import FlowerPowerAnalysisEntity


class FlowerPowerAnalysisBinarySensorEntity(
    FlowerPowerAnalysisEntity,
    HabitatBinarySensorEntity[FlowerPowerCoordinator, LocationStatus],
):
    """A binary sensor of the cloud's analysis."""


class FlowerPowerProblemEntity(FlowerPowerAnalysisBinarySensorEntity):
    """Whether any gauge of a plant needs attention, including the tank of its pot."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether any gauge needs attention."""
        status = self.current_record
        location = self.coordinator.record(self.device_key, Location)
        sensor = location.sensor if location else None
        pot = sensor is not None and sensor.is_pot
        return status.needs_attention(pot=pot) if status else None


class FlowerPowerOutdatedEntity(
    HabitatBinarySensorEntity[FlowerPowerCoordinator, LocationStatus]
):
    """Whether the analysis is out of date, by the time that the cloud gives."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is out of date; None if the cloud gives no time."""
        vouches = super().is_on
        return not self.coordinator.is_alive(self.key) if vouches else None


PROBLEM: HabitatBinarySensorEntityDescription[LocationStatus] = (
    HabitatBinarySensorEntityDescription(
        key="problem",
        detail=STATUS,
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda status: status.problem,
    )
)

PLANT: tuple[HabitatBinarySensorEntityDescription[LocationStatus], ...] = (
    HabitatBinarySensorEntityDescription(
        key="needs_water",
        detail=STATUS,
        value_fn=lambda status: status.needs_water,
    ),
    HabitatBinarySensorEntityDescription(
        key="growth_day",
        detail=STATUS,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: status.growth_day,
    ),
)

UPLOADS: tuple[HabitatBinarySensorEntityDescription[LocationStatus], ...] = (
    HabitatBinarySensorEntityDescription(
        key="processing_uploads",
        detail=STATUS,
        device_class=BinarySensorDeviceClass.RUNNING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        # The cloud processes them, so it does not depend on the sensor.
        lasting=True,
        value_fn=lambda status: status.processing_uploads,
    ),
)

OUTDATED: HabitatBinarySensorEntityDescription[LocationStatus] = (
    HabitatBinarySensorEntityDescription(
        key="analysis_outdated",
        detail=STATUS,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda status: status.global_validity_datetime_utc is not None,
    )
)


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the binary sensors of a location."""
    location = coordinator.record(device.key, Location)
    for descriptions, build in (
        ((PROBLEM,), FlowerPowerProblemEntity),
        (PLANT, FlowerPowerAnalysisBinarySensorEntity),
        ((OUTDATED,), FlowerPowerOutdatedEntity),
    ):
        yield from entities_from(
            coordinator, device, LocationStatus, descriptions, build
        )
    if location and location.sensor:
        yield from entities_from(
            coordinator, device, LocationStatus, UPLOADS, HabitatBinarySensorEntity
        )
