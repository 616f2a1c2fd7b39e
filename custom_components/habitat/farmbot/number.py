"""FarmBot's numbers: analog peripherals, heights of the robot, and flow rates of tools."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import (
    EntityCategory,
    Platform,
    UnitOfLength,
    UnitOfVolumeFlowRate,
)

from ..devices import Device
from ..loader import EntityFactory
from .client.api import FBOS_CONFIG, FIRMWARE_CONFIG, TOOLS
from .client.celery_script import ANALOG, DIGITAL
from .client.models import FbosConfig, FirmwareConfig, Tool
from .commands import axis_range
from .coordinator import FarmBotCoordinator
from .entity import FarmBotNamedItemEntity
from .items import PERIPHERAL, TOOL, items
from .peripheral import FarmBotPeripheralEntity
from .setting import FarmBotSettingEntity

MAX_ANALOG_VALUE = 255
"""The maximum that can be written to an analog pin."""
_MAX_HEIGHT = 2000.0
"""mm; longer than the Z axis of any FarmBot."""

OUTPUT = NumberEntityDescription(
    key="peripheral",
    translation_key="peripheral",
    native_min_value=0,
    native_max_value=MAX_ANALOG_VALUE,
    native_step=1,
    mode=NumberMode.SLIDER,
)


class FarmBotPeripheralNumberEntity(FarmBotPeripheralEntity, NumberEntity):
    """An analog peripheral, such as a dimmable light."""

    shows = ("native_value",)

    @property
    @override
    def native_value(self) -> float | None:
        """The value that was last written to the pin; None for one that was read, with its other scale."""
        pin = self.pin
        if pin is None or pin.value is None:
            return None
        value = pin.value * MAX_ANALOG_VALUE if pin.mode == DIGITAL else pin.value
        return float(value) if value <= MAX_ANALOG_VALUE else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Write the value; above 0 only while the emergency stop is off."""
        await self.write(round(value), ANALOG)


@dataclass(frozen=True, kw_only=True)
class FarmBotNumberEntityDescription[R](NumberEntityDescription):
    """Describes a setting that is a number."""

    attribute: str
    value_fn: Callable[[R], float | None]


class FarmBotSettingNumberEntity[R](FarmBotSettingEntity[R], NumberEntity):
    """A setting that is a number."""

    shows = ("native_value", "native_min_value", "native_max_value")
    entity_description: FarmBotNumberEntityDescription[R]

    @property
    @override
    def native_value(self) -> float | None:
        """The value at the server."""
        value = self.entity_description.value_fn(self.record) if self.record else None
        # A provisional value is an int, whose state would differ from that of the float.
        return None if value is None else float(value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setting; the server only accepts whole numbers."""
        await self.change(self.entity_description.attribute, round(value))


class FarmBotDepthNumberEntity(FarmBotSettingNumberEntity[FbosConfig]):
    """A height on the Z axis, which is negative on most robots."""

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        description: FarmBotNumberEntityDescription[FbosConfig],
    ) -> None:
        """Follow the length of the axis too."""
        super().__init__(
            coordinator, device, FBOS_CONFIG, description, reads=(FIRMWARE_CONFIG.path,)
        )

    @property
    @override
    def native_min_value(self) -> float:
        """The lower end of the axis."""
        return self._range()[0]

    @property
    @override
    def native_max_value(self) -> float:
        """The upper end of the axis."""
        return self._range()[1]

    def _range(self) -> tuple[float, float]:
        config = self.coordinator.record(FIRMWARE_CONFIG.path, FirmwareConfig)
        length = config.length("z") if config else None
        if config is None or length is None:
            return -_MAX_HEIGHT, _MAX_HEIGHT
        return axis_range(config, "z", length)


def height(
    key: str, value_fn: Callable[[FbosConfig], float | None]
) -> FarmBotNumberEntityDescription[FbosConfig]:
    """Return the description of a height in mm; its key is the name of the field at the server."""
    return FarmBotNumberEntityDescription(
        key=key,
        attribute=key,
        value_fn=value_fn,
        device_class=NumberDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.MILLIMETERS,
        native_min_value=0,
        native_max_value=_MAX_HEIGHT,
        native_step=1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    )


DEPTHS = (
    height("safe_height", lambda config: config.safe_height),
    height("soil_height", lambda config: config.soil_height),
)
GANTRY = height("gantry_height", lambda config: config.gantry_height)

FLOW_RATE: FarmBotNumberEntityDescription[Tool] = FarmBotNumberEntityDescription(
    key="flow_rate",
    translation_key="flow_rate",
    attribute="flow_rate_ml_per_s",
    value_fn=lambda tool: tool.flow_rate_ml_per_s,
    device_class=NumberDeviceClass.VOLUME_FLOW_RATE,
    native_unit_of_measurement=UnitOfVolumeFlowRate.MILLILITERS_PER_SECOND,
    native_min_value=1,
    native_max_value=1000,
    native_step=1,
    mode=NumberMode.BOX,
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)


class FarmBotFlowRateNumberEntity(
    FarmBotSettingNumberEntity[Tool], FarmBotNamedItemEntity[Tool]
):
    """The flow rate of a tool that pours water."""


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the robot's numbers."""
    for key, at, _ in items(coordinator.store, PERIPHERAL, Platform.NUMBER):
        output = replace(OUTPUT, key=key)
        yield (
            key,
            partial(FarmBotPeripheralNumberEntity, coordinator, device, output, at),
        )
    for depth in DEPTHS:
        yield depth.key, partial(FarmBotDepthNumberEntity, coordinator, device, depth)
    yield (
        GANTRY.key,
        partial(FarmBotSettingNumberEntity, coordinator, device, FBOS_CONFIG, GANTRY),
    )
    for item, _, tool in items(coordinator.store, TOOL, Platform.NUMBER):
        rate = replace(FLOW_RATE, key=f"{item}_flow_rate")
        yield (
            rate.key,
            partial(
                FarmBotFlowRateNumberEntity,
                coordinator,
                device,
                TOOLS,
                rate,
                record_id=tool.id,
            ),
        )
