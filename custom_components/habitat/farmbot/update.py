"""FarmBot's update entity: FarmBot OS, the software of the robot."""

from collections.abc import Iterator
from functools import partial
from typing import Any, override

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)

from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from .client import celery_script
from .client.api import FBOS_CONFIG
from .client.models import FarmBotDevice, FbosConfig
from .client.status import Job, Jobs, System
from .commands import require_idle, start
from .coordinator import JOBS, SYSTEM, FarmBotCoordinator
from .garden.jobs import is_over, update_of_os
from .occurrence_store import RELEASE, AvailableRelease

FARMBOT_OS = UpdateEntityDescription(
    key="farmbot_os", device_class=UpdateDeviceClass.FIRMWARE
)


class FarmBotUpdateEntity(
    HabitatEntity[FarmBotCoordinator, FarmBotDevice], UpdateEntity
):
    """FarmBot OS: the version on the robot, and the newest one at the server.

    It stays available while the robot is offline, which takes minutes during an update.
    """

    _attr_title = "FarmBot OS"
    _attr_supported_features = (
        UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS
    )

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the versions and jobs; reading the release also makes it be requested."""
        super().__init__(
            coordinator,
            device,
            FarmBotDevice,
            FARMBOT_OS,
            reads=(SYSTEM, JOBS, RELEASE, FBOS_CONFIG.path),
        )

    @property
    @override
    def installed_version(self) -> str | None:
        """The version in the robot's status, or else in its record at the server."""
        system = self.coordinator.record(SYSTEM, System)
        version = system.controller_version if system else None
        return version or (self.record.fbos_version if self.record else None)

    @property
    @override
    def latest_version(self) -> str | None:
        """The version at the server, which returns one only if it is newer."""
        available = self.coordinator.record(RELEASE, AvailableRelease)
        if available is None:
            return None
        return available.version or self.installed_version

    @property
    @override
    def auto_update(self) -> bool:
        """Whether the robot updates itself."""
        config = self.coordinator.record(FBOS_CONFIG.path, FbosConfig)
        return bool(config and config.os_auto_update)

    @property
    def _job(self) -> Job | None:
        jobs = self.coordinator.record(JOBS, Jobs)
        return update_of_os(jobs) if jobs else None

    @property
    @override
    def in_progress(self) -> bool:
        """Whether an update is under way, including the restart at its end.

        While the robot is offline this is the last known state.
        """
        job = self._job
        if job is None or not is_over(job):
            return job is not None
        return self.installed_version != self.latest_version

    @property
    @override
    def update_percentage(self) -> float | None:
        """Progress of the download in %."""
        return self._job.percent if self._job else None

    @override
    async def async_install(
        self, version: str | None, backup: bool, **kwargs: Any
    ) -> None:
        """Make the robot download and install the newest version, and restart."""
        await require_idle(self.coordinator)
        await start(self.coordinator, celery_script.check_updates())


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the update entity of FarmBot OS."""
    yield FARMBOT_OS.key, partial(FarmBotUpdateEntity, coordinator, device)
