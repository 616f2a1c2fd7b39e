"""Flair's numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfRatio, UnitOfTemperature

from ..devices import Device
from ..entity import RecordEntityDescription, entities_from
from ..loader import EntityFactory
from ..validation import validation_error
from .client.models import AnyPuck, Bridge, Resource, Structure
from .const import MAX_TEMP, MIN_TEMP
from .coordinator import FlairCoordinator
from .entity import FlairEntity

AWAY_MAX = 32.2
AWAY_GAP = 3.0
"""°C: the highest away limit, and the least distance of the two; Flair refuses other values."""

NO_OFFSET = -5.0
"""°C; Flair's value where the app shows no calibration (docs/vendors/flair.md, Resources)."""


@dataclass(frozen=True, kw_only=True)
class FlairNumberEntityDescription[R](
    RecordEntityDescription[R], NumberEntityDescription
):
    """Describes a number of a Flair device."""

    value_fn: Callable[[R], float | None]
    set_value_fn: Callable[[float], Mapping[str, object]]
    validate_fn: Callable[[R, float], str | None] = lambda _record, _value: None
    """Returns the key of the error if a value does not fit the other values."""


class FlairNumberEntity[R: Resource](FlairEntity[R], NumberEntity):
    """A number of a Flair device."""

    shows = ("native_value",)
    entity_description: FlairNumberEntityDescription[R]

    @property
    @override
    def native_value(self) -> float | None:
        """The value in the record."""
        record = self.record
        return None if record is None else self.entity_description.value_fn(record)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Write the value."""
        record = self.require_record()
        description = self.entity_description
        # Home Assistant only compares it with both limits, which NaN passes.
        if not isfinite(value):
            raise validation_error(
                "value_out_of_range",
                min=f"{description.native_min_value:g}",
                max=f"{description.native_max_value:g}",
            )
        if problem := description.validate_fn(record, value):
            raise validation_error(problem)
        await self.coordinator.async_patch(record, description.set_value_fn(value))


def set_point[R](
    key: str,
    value_fn: Callable[[R], float | None],
    set_value_fn: Callable[[float], Mapping[str, object]],
    validate_fn: Callable[[R, float], str | None] = lambda _record, _value: None,
    highest: float = MAX_TEMP,
) -> FlairNumberEntityDescription[R]:
    """Describe a temperature in °C in the range that Flair accepts, with two decimals."""
    return FlairNumberEntityDescription(
        key=key,
        value_fn=value_fn,
        # 90 °F is slightly more than Flair's limit for it.
        set_value_fn=lambda value: set_value_fn(min(round(value, 2), highest)),
        validate_fn=validate_fn,
        device_class=NumberDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        native_min_value=MIN_TEMP,
        native_max_value=highest,
        native_step=0.01,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    )


def away_gap(low: float | None, high: float | None) -> str | None:
    """Return the key of the error if the away limits are too close, else None."""
    too_close = low is not None and high is not None and high - low < AWAY_GAP
    return "away_limits_too_close" if too_close else None


def bounds_crossed(low: float | None, high: float | None) -> str | None:
    """Return the key of the error if a puck's limits cross, else None."""
    crossed = low is not None and high is not None and high <= low
    return "limits_crossed" if crossed else None


STRUCTURE: tuple[FlairNumberEntityDescription[Structure], ...] = (
    set_point(
        "away_temperature_min",
        lambda home: home.temp_away_min_c,
        lambda value: {"temp_away_min_c": value},
        lambda home, value: away_gap(value, home.temp_away_max_c),
        AWAY_MAX,
    ),
    set_point(
        "away_temperature_max",
        lambda home: home.temp_away_max_c,
        lambda value: {"temp_away_max_c": value},
        lambda home, value: away_gap(home.temp_away_min_c, value),
        AWAY_MAX,
    ),
)

ANY_PUCK: tuple[FlairNumberEntityDescription[AnyPuck], ...] = (
    set_point(
        "set_point_low",
        lambda puck: puck.setpoint_bound_low,
        lambda value: {"setpoint_bound_low": value},
        lambda puck, value: bounds_crossed(value, puck.setpoint_bound_high),
    ),
    set_point(
        "set_point_high",
        lambda puck: puck.setpoint_bound_high,
        lambda value: {"setpoint_bound_high": value},
        lambda puck, value: bounds_crossed(puck.setpoint_bound_low, value),
    ),
    FlairNumberEntityDescription(
        key="temperature_calibration",
        value_fn=lambda puck: (
            0.0
            if puck.temperature_offset_override_c is None
            else round(puck.temperature_offset_override_c - NO_OFFSET, 2)
        ),
        set_value_fn=lambda value: {
            "temperature_offset_override_c": round(value + NO_OFFSET, 2)
        },
        device_class=NumberDeviceClass.TEMPERATURE_DELTA,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        native_min_value=-10,
        native_max_value=5,
        native_step=0.1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    ),
)

BRIDGE: tuple[FlairNumberEntityDescription[Bridge], ...] = (
    FlairNumberEntityDescription(
        key="led_brightness",
        value_fn=lambda bridge: bridge.led_brightness,
        set_value_fn=lambda value: {"led_brightness": round(value)},
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        native_min_value=20,
        native_max_value=100,
        native_step=1,
        entity_category=EntityCategory.CONFIG,
    ),
)


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the numbers of a device."""
    match coordinator.data.get(device.key):
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairNumberEntity
            )
        case AnyPuck():
            yield from entities_from(
                coordinator, device, AnyPuck, ANY_PUCK, FlairNumberEntity
            )
        case Bridge():
            yield from entities_from(
                coordinator, device, Bridge, BRIDGE, FlairNumberEntity
            )
