"""FarmBot's switches: digital peripherals, and settings of FarmBot OS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform

from ..devices import Device
from ..loader import EntityFactory
from .client.api import FBOS_CONFIG
from .client.celery_script import DIGITAL
from .client.models import FbosConfig
from .coordinator import FarmBotCoordinator
from .items import PERIPHERAL, items
from .peripheral import FarmBotPeripheralEntity
from .setting import FarmBotSettingEntity

OUTPUT = SwitchEntityDescription(key="peripheral", translation_key="peripheral")


class FarmBotPeripheralSwitchEntity(FarmBotPeripheralEntity, SwitchEntity):
    """A peripheral that is on or off."""

    shows = ("is_on",)

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the last known value of the pin is above 0."""
        if self.pin is None or self.pin.value is None:
            return None
        return self.pin.value > 0

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on, unless the emergency stop is on."""
        await self.write(1, DIGITAL)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        await self.write(0, DIGITAL)


@dataclass(frozen=True, kw_only=True)
class FarmBotSwitchEntityDescription(SwitchEntityDescription):
    """Describes a setting that is on or off; its key is the name of the field at the server."""

    value_fn: Callable[[FbosConfig], bool | None]


class FarmBotSettingSwitchEntity(FarmBotSettingEntity[FbosConfig], SwitchEntity):
    """A setting of FarmBot OS that is on or off."""

    shows = ("is_on",)

    entity_description: FarmBotSwitchEntityDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """The value at the server."""
        return self.entity_description.value_fn(self.record) if self.record else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on."""
        await self.change(self.entity_description.key, True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        await self.change(self.entity_description.key, False)


SETTINGS = (
    FarmBotSwitchEntityDescription(
        key="os_auto_update",
        value_fn=lambda config: config.os_auto_update,
        entity_category=EntityCategory.CONFIG,
    ),
    FarmBotSwitchEntityDescription(
        key="sequence_init_log",
        value_fn=lambda config: config.sequence_init_log,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    FarmBotSwitchEntityDescription(
        key="sequence_body_log",
        value_fn=lambda config: config.sequence_body_log,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    FarmBotSwitchEntityDescription(
        key="sequence_complete_log",
        value_fn=lambda config: config.sequence_complete_log,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
)


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the robot's switches."""
    for key, at, _ in items(coordinator.store, PERIPHERAL, Platform.SWITCH):
        output = replace(OUTPUT, key=key)
        yield (
            key,
            partial(FarmBotPeripheralSwitchEntity, coordinator, device, output, at),
        )
    for setting in SETTINGS:
        yield (
            setting.key,
            partial(
                FarmBotSettingSwitchEntity, coordinator, device, FBOS_CONFIG, setting
            ),
        )
