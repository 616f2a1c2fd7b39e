"""Flower Power's updates: the firmware of the sensors, which only Parrot's app can install."""

from collections.abc import Iterator
from functools import partial
from typing import override

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
)

from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from .client.models import Location, LocationStatus, SensorStatus
from .coordinator import FlowerPowerCoordinator
from .devices import STATUS

FIRMWARE = UpdateEntityDescription(
    key="firmware", device_class=UpdateDeviceClass.FIRMWARE
)


class FlowerPowerFirmwareEntity(
    HabitatEntity[FlowerPowerCoordinator, LocationStatus], UpdateEntity
):
    """The installed firmware of a sensor, and the newest."""

    def __init__(self, coordinator: FlowerPowerCoordinator, device: Device) -> None:
        """Read the status too."""
        key = f"{device.key}/{STATUS}"
        super().__init__(coordinator, device, LocationStatus, FIRMWARE, key=key)

    @property
    def _sensor(self) -> SensorStatus | None:
        return self.record.sensor if self.record else None

    @property
    @override
    def installed_version(self) -> str | None:
        """The installed version, from the status or else the configuration."""
        installed = self._sensor.firmware if self._sensor else None
        location = self.coordinator.record(self.device_key, Location)
        return installed or (configured(location) if location else None)

    @property
    @override
    def latest_version(self) -> str | None:
        """The newest version; the cloud only names one that is newer than the installed one."""
        update = self._sensor.firmware_update if self._sensor else None
        if update is None or update.firmware_upgrade_available is None:
            return None
        if update.firmware_upgrade_available:
            return update.firmware
        return self.installed_version


def configured(location: Location) -> str | None:
    """Return the firmware of a location's sensor in the configuration."""
    return location.sensor.firmware if location.sensor else None


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the firmware of a location's sensor, if its version is known."""
    status = coordinator.record(f"{device.key}/{STATUS}", LocationStatus)
    location = coordinator.record(device.key, Location)
    if (status and status.sensor and status.sensor.firmware) or (
        location and configured(location)
    ):
        yield FIRMWARE.key, partial(FlowerPowerFirmwareEntity, coordinator, device)
