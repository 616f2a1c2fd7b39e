"""Flair's switches."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory

from ..devices import Device
from ..entity import RecordEntityDescription, entities_from
from ..loader import EntityFactory
from .client.models import AnyPuck, AwayMode, Resource, Room, Structure
from .coordinator import FlairCoordinator
from .entity import FlairEntity


@dataclass(frozen=True, kw_only=True)
class FlairSwitchEntityDescription[R](
    RecordEntityDescription[R], SwitchEntityDescription
):
    """Describes a switch of a Flair device."""

    value_fn: Callable[[R], bool | None]
    attribute: str
    """The attribute of the model that it writes."""
    on: object = True
    off: object = False
    """The value that it writes for on and off."""


class FlairSwitchEntity[R: Resource](FlairEntity[R], SwitchEntity):
    """A switch of a Flair device."""

    shows = ("is_on",)
    entity_description: FlairSwitchEntityDescription[R]

    @property
    @override
    def is_on(self) -> bool | None:
        """The value in the record."""
        return self.entity_description.value_fn(self.record) if self.record else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on."""
        await self._write(self.entity_description.on)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        await self._write(self.entity_description.off)

    async def _write(self, value: object) -> None:
        changes = {self.entity_description.attribute: value}
        await self.coordinator.async_patch(self.require_record(), changes)


_SMART: Mapping[str | None, bool] = {
    AwayMode.SMART_AWAY: True,
    AwayMode.OFF_ONLY: False,
}

STRUCTURE: tuple[FlairSwitchEntityDescription[Structure], ...] = (
    FlairSwitchEntityDescription(
        key="lock_ir_modes",
        value_fn=lambda home: home.hvac_unit_group_lock,
        attribute="hvac_unit_group_lock",
        entity_category=EntityCategory.CONFIG,
    ),
    FlairSwitchEntityDescription(
        key="network_repair",
        value_fn=lambda home: home.setup_mode,
        attribute="setup_mode",
        entity_category=EntityCategory.CONFIG,
    ),
    FlairSwitchEntityDescription(
        key="smart_away",
        value_fn=lambda home: _SMART.get(home.structure_away_mode),
        attribute="structure_away_mode",
        on=AwayMode.SMART_AWAY,
        off=AwayMode.OFF_ONLY,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
)

ROOM: tuple[FlairSwitchEntityDescription[Room], ...] = (
    FlairSwitchEntityDescription(
        key="active",
        value_fn=lambda room: room.active,
        attribute="active",
    ),
)

ANY_PUCK: tuple[FlairSwitchEntityDescription[AnyPuck], ...] = (
    FlairSwitchEntityDescription(
        key="locked",
        value_fn=lambda puck: bool(puck.locked),
        attribute="locked",
        entity_category=EntityCategory.CONFIG,
    ),
)


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the switches of a device."""
    match coordinator.data.get(device.key):
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairSwitchEntity
            )
        case Room():
            yield from entities_from(coordinator, device, Room, ROOM, FlairSwitchEntity)
        case AnyPuck():
            yield from entities_from(
                coordinator, device, AnyPuck, ANY_PUCK, FlairSwitchEntity
            )
