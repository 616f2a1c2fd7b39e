"""Base class for settings at the server, which can be changed even if the robot is offline."""

from collections.abc import Iterable
from functools import partial

from homeassistant.helpers.entity import EntityDescription

from ..cloud.documents import Json
from ..devices import Device
from ..entity import HabitatEntity
from .client.api import Resource
from .coordinator import FarmBotCoordinator


class FarmBotSettingEntity[R](HabitatEntity[FarmBotCoordinator, R]):
    """A field of one of the server's records."""

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        resource: Resource[R],
        description: EntityDescription,
        *,
        record_id: int | None = None,
        reads: Iterable[str] = (),
    ) -> None:
        """Show the only record of a resource, or the one with `record_id`."""
        key = resource.path if resource.single else f"{resource.path}/{record_id}"
        super().__init__(
            coordinator, device, resource.model, description, key=key, reads=reads
        )
        self._resource = resource
        self._record_id = record_id

    async def change(self, attribute: str, value: Json) -> None:
        """Change a field at the server; raises as `require_record` and `coordinator.writes.run`."""
        self.require_record()
        coordinator, fields = self.coordinator, {attribute: value}
        send = partial(
            coordinator.client.update, self._resource, fields, self._record_id
        )
        await coordinator.writes.run(self.key, fields, send)
