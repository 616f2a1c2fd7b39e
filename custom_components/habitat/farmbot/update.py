"""The operating system of FarmBot's robots."""

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
from .coordinator import SYSTEM, FarmBotCoordinator
from .garden.jobs import is_over, update_of_os
from .occurrence_store import RELEASE, AvailableRelease

FARMBOT_OS = UpdateEntityDescription(
    key="farmbot_os", device_class=UpdateDeviceClass.FIRMWARE
)
_JOBS = "jobs"


class FarmBotUpdateEntity(
    HabitatEntity[FarmBotCoordinator, FarmBotDevice], UpdateEntity
):
    """FarmBot OS: what the robot runs, and what the server has for it.

    It stays available while the robot is away, which it is for minutes in an update.
    """

    _attr_title = "FarmBot OS"
    _attr_supported_features = (
        UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS
    )

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow all that tells of it; who reads the release has it asked for."""
        super().__init__(
            coordinator,
            device,
            FarmBotDevice,
            FARMBOT_OS,
            reads=(SYSTEM, _JOBS, RELEASE, FBOS_CONFIG.path),
        )

    @property
    @override
    def installed_version(self) -> str | None:
        """What the robot says that it runs, or the server."""
        system = self.coordinator.record(SYSTEM, System)
        version = system.controller_version if system else None
        return version or (self.record.fbos_version if self.record else None)

    @property
    @override
    def latest_version(self) -> str | None:
        """What the server has; it names a version only when it is newer."""
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
        jobs = self.coordinator.record(_JOBS, Jobs)
        return update_of_os(jobs) if jobs else None

    @property
    @override
    def in_progress(self) -> bool:
        """Whether an update goes on, the restart at its end included.

        While the robot is away it is what the robot said before it went.
        """
        job = self._job
        if job is None or not is_over(job):
            return job is not None
        return self.installed_version != self.latest_version

    @property
    @override
    def update_percentage(self) -> float | None:
        """How far it is."""
        return self._job.percent if self._job else None

    @override
    async def async_install(
        self, version: str | None, backup: bool, **kwargs: Any
    ) -> None:
        """Have the robot fetch and install the newest version; it restarts with it."""
        await require_idle(self.coordinator)
        await start(self.coordinator, celery_script.check_updates())


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the robot's operating system."""
    yield FARMBOT_OS.key, partial(FarmBotUpdateEntity, coordinator, device)
