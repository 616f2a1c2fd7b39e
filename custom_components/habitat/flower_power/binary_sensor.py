"""The binary sensors of Flower Power."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass

from ..binary_sensor import HabitatBinarySensor, HabitatBinarySensorDescription, flag
from ..devices import Device
from ..entity import entities_from
from ..loader import EntityFactory
from .client.models import Location, LocationStatus
from .coordinator import STATUS, FlowerPowerCoordinator
from .entity import AnalysisEntity


class AnalysisFlag(
    AnalysisEntity, HabitatBinarySensor[FlowerPowerCoordinator, LocationStatus]
):
    """A yes or no of the cloud's analysis."""


class ProblemSensor(AnalysisFlag):
    """Whether any gauge of a plant needs attention, the tank of its pot too."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether any does."""
        status = self.current_record
        location = self.coordinator.record(self.device_key, Location)
        sensor = location.sensor if location else None
        pot = sensor is not None and sensor.is_pot
        return status.needs_attention(pot=pot) if status else None


class OutdatedSensor(HabitatBinarySensor[FlowerPowerCoordinator, LocationStatus]):
    """Whether the analysis is older than the cloud vouches for."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is; unknown where the cloud does not vouch for any."""
        vouches = super().is_on
        return not self.coordinator.is_alive(self.key) if vouches else None


PROBLEM: HabitatBinarySensorDescription[LocationStatus] = flag(
    "problem",
    lambda status: status.problem,
    device_class=BinarySensorDeviceClass.PROBLEM,
    part=STATUS,
    diagnostic=False,
)

PLANT: tuple[HabitatBinarySensorDescription[LocationStatus], ...] = (
    flag(
        "needs_water", lambda status: status.needs_water, part=STATUS, diagnostic=False
    ),
    flag(
        "growth_day",
        lambda status: status.growth_day,
        part=STATUS,
        enabled=False,
    ),
)

UPLOADS: tuple[HabitatBinarySensorDescription[LocationStatus], ...] = (
    flag(
        "processing_uploads",
        lambda status: status.processing_uploads,
        device_class=BinarySensorDeviceClass.RUNNING,
        part=STATUS,
        enabled=False,
        # It is the cloud that works on them.
        lasting=True,
    ),
)

OUTDATED: HabitatBinarySensorDescription[LocationStatus] = flag(
    "analysis_outdated",
    lambda status: status.global_validity_datetime_utc is not None,
    device_class=BinarySensorDeviceClass.PROBLEM,
    part=STATUS,
    enabled=False,
    lasting=True,
)


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the binary sensors of a location."""
    location = coordinator.record(device.key, Location)
    for descriptions, build in (
        ((PROBLEM,), ProblemSensor),
        (PLANT, AnalysisFlag),
        ((OUTDATED,), OutdatedSensor),
    ):
        yield from entities_from(
            coordinator, device, LocationStatus, descriptions, build
        )
    if location and location.sensor:
        yield from entities_from(
            coordinator, device, LocationStatus, UPLOADS, HabitatBinarySensor
        )
