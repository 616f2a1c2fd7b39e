"""Base classes of FarmBot's entities."""

from collections.abc import Iterable
from dataclasses import replace
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.entity import EntityDescription

from ..cloud.text import MAX_NAME_LENGTH, cut
from ..devices import Device
from ..entity import HabitatEntity
from .coordinator import FarmBotCoordinator
from .garden.lookup import NamedRecord, name_of
from .receiver import CONNECTIVITY


def with_key(device: Device, key: str) -> Device:
    """Return the robot with the key of one of its records, on which its entities then depend."""
    return replace(device, key=key)


class FarmBotRobotEntity[R](HabitatEntity[FarmBotCoordinator, R]):
    """An entity of what the robot itself reports or does: available while it can be reached."""

    needs_reach = True

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        kind: type[R],
        description: EntityDescription,
        *,
        key: str | None = None,
        reads: Iterable[str] = (),
    ) -> None:
        """Show the record of `kind` under `key`, and follow the connectivity too."""
        super().__init__(
            coordinator,
            device,
            kind,
            description,
            key=key,
            reads=(CONNECTIVITY, *reads),
        )


class FarmBotItemEntity[R](HabitatEntity[FarmBotCoordinator, R]):
    """An entity of one of several items: unavailable once the item is deleted."""

    @property
    @override
    def available(self) -> bool:
        """Whether the robot has the item."""
        return super().available and self.key in self.coordinator.data


class FarmBotNamedItemEntity[R: NamedRecord](FarmBotItemEntity[R]):
    """An entity whose name contains the present name of its item."""

    _named_record: R | None = None
    """The record whose name is used."""

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        kind: type[R],
        description: EntityDescription,
        *,
        key: str | None = None,
        reads: Iterable[str] = (),
    ) -> None:
        """Show the item under `key`; its name fills the placeholder `name`."""
        super().__init__(coordinator, device, kind, description, key=key, reads=reads)
        self._update_name()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._update_name()
        super()._handle_coordinator_update()

    def _update_name(self) -> None:
        item = self.record
        if item is None or item is self._named_record:
            return
        self._named_record = item
        self._attr_translation_placeholders = {
            "name": cut(name_of(item) or str(item.id), MAX_NAME_LENGTH)
        }
        # Home Assistant caches the name.
        self.__dict__.pop("name", None)
        self._written = None
