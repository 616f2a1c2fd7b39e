"""FlowCommand's sensors."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.const import (
    ATTR_LATITUDE,
    ATTR_LONGITUDE,
    EntityCategory,
    UnitOfLength,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_system import METRIC_SYSTEM

from ..const import DOMAIN
from ..devices import Device
from ..entity import entities_from
from ..loader import EntityFactory
from ..sensor import (
    BaseSensorEntity,
    HabitatSensorEntity,
    HabitatSensorEntityDescription,
)
from . import const
from .client.models import FlowSensor
from .const import BARRELS, CONF_BARRELS, CONF_FLUID, CONF_SHOW_ON_MAP
from .coordinator import FlowCommandCoordinator, last_ping_at
from .units import gallons
from .volumes import LAST_HOUR, TODAY, YESTERDAY, Volume

BARRELS_PER_DAY = "bbl/d"
"""Home Assistant has no unit for barrels."""

_METRIC: Mapping[str, str] = {
    UnitOfVolumeFlowRate.GALLONS_PER_DAY: UnitOfVolumeFlowRate.CUBIC_METERS_PER_HOUR,
    UnitOfVolume.GALLONS: UnitOfVolume.CUBIC_METERS,
}

FLOW_RATE: HabitatSensorEntityDescription[FlowSensor] = HabitatSensorEntityDescription(
    key="flow_rate",
    device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
    native_unit_of_measurement=UnitOfVolumeFlowRate.GALLONS_PER_DAY,
    state_class=SensorStateClass.MEASUREMENT,
    # 0.01 m³/h is still 63 gallons a day.
    suggested_display_precision=2,
    value_fn=lambda sensor: gallons(sensor.last_ping_flowrate),
)

FLOW_RATE_BARRELS: HabitatSensorEntityDescription[FlowSensor] = (
    HabitatSensorEntityDescription(
        key=BARRELS,
        native_unit_of_measurement=BARRELS_PER_DAY,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda sensor: sensor.last_ping_flowrate,
    )
)

SENSOR: tuple[HabitatSensorEntityDescription[FlowSensor], ...] = (
    HabitatSensorEntityDescription(
        key="last_ping",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=last_ping_at,
    ),
    HabitatSensorEntityDescription(
        key="pipe_diameter",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.INCHES,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda sensor: sensor.pipe_diameter,
    ),
    HabitatSensorEntityDescription(
        key="activated",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda sensor: sensor.activated_at,
    ),
    HabitatSensorEntityDescription(
        key="tag",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda sensor: sensor.tag or None,
    ),
)


def _volume(
    detail: str, state_class: SensorStateClass | None, *, enabled: bool
) -> HabitatSensorEntityDescription[Volume]:
    return HabitatSensorEntityDescription(
        key=f"volume_{detail}",
        detail=detail,
        device_class=SensorDeviceClass.VOLUME,
        state_class=state_class,
        native_unit_of_measurement=UnitOfVolume.GALLONS,
        suggested_display_precision=1,
        value_fn=lambda volume: gallons(volume.barrels),
        entity_registry_enabled_default=enabled,
    )


VOLUME: tuple[HabitatSensorEntityDescription[Volume], ...] = (
    # Late pings may reduce the volume, so it is not only increasing.
    _volume(TODAY, SensorStateClass.TOTAL, enabled=True),
    _volume(YESTERDAY, None, enabled=False),
    _volume(LAST_HOUR, None, enabled=False),
)


class FlowCommandSensorEntity[R](HabitatSensorEntity[FlowCommandCoordinator, R]):
    """A sensor entity of a FlowCommand sensor; it suggests metric units in a metric system."""

    def __init__(
        self,
        coordinator: FlowCommandCoordinator,
        device: Device,
        kind: type[R],
        description: HabitatSensorEntityDescription[R],
    ) -> None:
        """Set the suggested unit."""
        super().__init__(coordinator, device, kind, description)
        unit = _METRIC.get(description.native_unit_of_measurement or "")
        if unit and coordinator.hass.config.units is METRIC_SYSTEM:
            self._attr_suggested_unit_of_measurement = unit


class FlowCommandFlowRateSensorEntity(FlowCommandSensorEntity[FlowSensor]):
    """The flow rate, with the position for a map if the options say so."""

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """The position of the sensor, if the options allow it."""
        if not self.coordinator.config_entry.options.get(CONF_SHOW_ON_MAP):
            return None
        place = self.record.position if self.record else None
        if place is None:
            return None
        return {ATTR_LATITUDE: place[0], ATTR_LONGITUDE: place[1]}


class FlowCommandVolumeSensorEntity(FlowCommandSensorEntity[Volume]):
    """A volume, with the device class water if the fluid is water."""

    shows = (*BaseSensorEntity.shows, "last_reset")

    def __init__(
        self,
        coordinator: FlowCommandCoordinator,
        device: Device,
        kind: type[Volume],
        description: HabitatSensorEntityDescription[Volume],
    ) -> None:
        """Read the fluid from the options."""
        super().__init__(coordinator, device, kind, description)
        match coordinator.config_entry.options.get(CONF_FLUID):
            case const.WATER:
                self._attr_device_class = SensorDeviceClass.WATER
            case const.OIL:
                self._attr_icon = "mdi:oil"

    @property
    @override
    def current_record(self) -> Volume | None:
        """The volume in gallons; for a silent sensor only if a ping came after the end of the period."""
        volume = self.record
        return volume if volume and volume.settled else super().current_record

    @property
    @override
    def last_reset(self) -> datetime | None:
        """The start of the day that the volume is of."""
        volume = self.current_record
        if volume is None:
            return None
        total = self.entity_description.state_class is SensorStateClass.TOTAL
        return volume.start if total else None


@callback
def _show_barrels(coordinator: FlowCommandCoordinator, device: Device) -> None:
    """Enable a sensor in barrels that was registered as disabled by default."""
    registry = er.async_get(coordinator.hass)
    entity_id = registry.async_get_entity_id(
        SENSOR_DOMAIN, DOMAIN, f"{device.id}_{FLOW_RATE_BARRELS.key}"
    )
    entry = registry.async_get(entity_id) if entity_id else None
    if entry and entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
        registry.async_update_entity(entry.entity_id, disabled_by=None)


def entities(
    coordinator: FlowCommandCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the sensors of a device."""
    barrels = FLOW_RATE_BARRELS
    if coordinator.config_entry.options.get(CONF_BARRELS):
        barrels = replace(barrels, entity_registry_enabled_default=True)
        _show_barrels(coordinator, device)
    yield (
        FLOW_RATE.key,
        partial(
            FlowCommandFlowRateSensorEntity, coordinator, device, FlowSensor, FLOW_RATE
        ),
    )
    yield from entities_from(
        coordinator, device, FlowSensor, (barrels, *SENSOR), FlowCommandSensorEntity
    )
    yield from entities_from(
        coordinator, device, Volume, VOLUME, FlowCommandVolumeSensorEntity
    )
