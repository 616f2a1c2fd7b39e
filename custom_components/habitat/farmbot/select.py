"""FarmBot's selects: settings with a fixed set of options."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory

from ..cloud.documents import Json
from ..cloud.text import MAX_STATE_LENGTH, cut
from ..devices import Device
from ..loader import EntityFactory
from .client.api import DEVICE, FBOS_CONFIG, Resource
from .client.enums import UpdateChannel
from .client.models import FarmBotDevice, FbosConfig
from .coordinator import FarmBotCoordinator
from .derived import MOUNTED_TOOL, MountedTool
from .setting import FarmBotSettingEntity

ANY_TIME = "any_time"
NOTHING = "nothing"

_HOURS: Mapping[str, Json] = {
    ANY_TIME: None,
    **{f"{hour:02}:00": hour for hour in range(24)},
}


def channels(coordinator: FarmBotCoordinator) -> Mapping[str, Json]:
    """Return the known update channels, and the one in use if it is another."""
    known: dict[str, Json] = {channel.value: channel.value for channel in UpdateChannel}
    config = coordinator.record(FBOS_CONFIG.path, FbosConfig)
    if config and (current := channel_of(config)):
        known.setdefault(cut(current, MAX_STATE_LENGTH), current)
    return known


def channel_of(config: FbosConfig) -> str | None:
    """Return the update channel in use, spelled as in `UpdateChannel` if it is known."""
    return UpdateChannel.read(config.update_channel) or config.update_channel


def tools(coordinator: FarmBotCoordinator) -> Mapping[str, Json]:
    """Return the ids of the robot's tools by the name to show, and None for no tool."""
    mounted = coordinator.record(MOUNTED_TOOL, MountedTool)
    return {NOTHING: None, **(mounted.names(NOTHING) if mounted else {})}


@dataclass(frozen=True, kw_only=True)
class FarmBotSelectEntityDescription[R](SelectEntityDescription):
    """Describes a setting with a fixed set of options."""

    attribute: str
    value_fn: Callable[[R], Json]
    options_fn: Callable[[FarmBotCoordinator], Mapping[str, Json]]
    """Returns the value at the server for each option."""
    reads: tuple[str, ...] = ()
    """The keys of the records that the options depend on."""


class FarmBotSettingSelectEntity[R](FarmBotSettingEntity[R], SelectEntity):
    """A setting with a fixed set of options."""

    shows = ("current_option", "options")
    entity_description: FarmBotSelectEntityDescription[R]

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        resource: Resource[R],
        description: FarmBotSelectEntityDescription[R],
    ) -> None:
        """Show the only record of a resource."""
        super().__init__(
            coordinator, device, resource, description, reads=description.reads
        )

    @property
    def _choices(self) -> Mapping[str, Json]:
        return self.entity_description.options_fn(self.coordinator)

    @property
    @override
    def options(self) -> list[str]:
        """The options."""
        return list(self._choices)

    @property
    @override
    def current_option(self) -> str | None:
        """The option of the value at the server; None if it is none of the options."""
        if (record := self.record) is None:
            return None
        value = self.entity_description.value_fn(record)
        return next(
            (option for option, kept in self._choices.items() if kept == value), None
        )

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the setting at the server."""
        await self.change(self.entity_description.attribute, self._choices[option])


UPDATE_CHANNEL: FarmBotSelectEntityDescription[FbosConfig] = (
    FarmBotSelectEntityDescription(
        key="update_channel",
        attribute="update_channel",
        value_fn=channel_of,
        options_fn=channels,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    )
)

ROBOT: tuple[FarmBotSelectEntityDescription[FarmBotDevice], ...] = (
    FarmBotSelectEntityDescription(
        key="ota_hour",
        attribute="ota_hour",
        value_fn=lambda robot: robot.ota_hour,
        options_fn=lambda _: _HOURS,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    FarmBotSelectEntityDescription(
        # The tool that the robot assumes it holds; for correcting that by hand.
        key="mounted_tool",
        attribute="mounted_tool_id",
        value_fn=lambda robot: robot.mounted_tool_id,
        options_fn=tools,
        reads=(MOUNTED_TOOL,),
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
)


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the robot's selects."""
    yield (
        UPDATE_CHANNEL.key,
        partial(
            FarmBotSettingSelectEntity, coordinator, device, FBOS_CONFIG, UPDATE_CHANNEL
        ),
    )
    for setting in ROBOT:
        yield (
            setting.key,
            partial(FarmBotSettingSelectEntity, coordinator, device, DEVICE, setting),
        )
