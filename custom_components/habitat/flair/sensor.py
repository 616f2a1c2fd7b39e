"""Flair's sensors."""

from collections.abc import Iterator
from functools import partial
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    DEGREE,
    LIGHT_LUX,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfElectricPotential,
    UnitOfPressure,
    UnitOfRatio,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
)

from ..cloud.text import MAX_NAME_LENGTH, cut
from ..deadlines import past
from ..descriptions import enum_sensor, enum_state
from ..devices import Device
from ..entity import entities_from
from ..loader import EntityFactory
from ..sensor import (
    BaseSensorEntity,
    HabitatSensorEntity,
    HabitatSensorEntityDescription,
)
from .client.models import (
    AnyPuck,
    AwayMode,
    Bridge,
    HeatCoolMode,
    HvacUnit,
    PowerSource,
    Puck,
    Puck2,
    Puck2Reading,
    PuckReading,
    RadioDevice,
    RemoteSensor,
    RemoteSensorReading,
    Room,
    Structure,
    Thermostat,
    ThermostatState,
    Vent,
    VentReading,
    Weather,
    Zone,
)
from .conclusions import RoomSummary
from .coordinator import SUMMARY, FlairCoordinator
from .devices import READING, STATE, WEATHER, key_of, name_of
from .entity import FlairEntity

EMPTY, FULL = 2.2, 3.0
"""Volts of two alkaline cells in series, empty and full."""

LUX_PER_LIGHT = 2
"""Flair's app multiplies the raw light by this (docs/vendors/flair.md, Resources); it is not calibrated."""


class FlairSensorEntity[R](FlairEntity[R], HabitatSensorEntity[FlairCoordinator, R]):
    """A sensor of a Flair device."""


def battery(volts: float | None, percent: float | None) -> float | None:
    """Return the battery level in %: the device's own, else an estimate for two alkaline cells."""
    if percent is not None:
        return percent
    if not volts:
        return None
    return round(min(max((volts - EMPTY) / (FULL - EMPTY), 0), 1) * 100)


RADIO: tuple[HabitatSensorEntityDescription[RadioDevice], ...] = (
    HabitatSensorEntityDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=lambda device: (
            device.voltage is not None or device.battery_level is not None
        ),
        value_fn=lambda device: battery(device.voltage, device.battery_level),
    ),
    HabitatSensorEntityDescription(
        key="voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda device: device.voltage is not None,
        value_fn=lambda device: device.voltage,
    ),
    HabitatSensorEntityDescription(
        key="rssi",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda device: device.current_rssi is not None,
        value_fn=lambda device: device.current_rssi,
    ),
)

VENT: tuple[HabitatSensorEntityDescription[Vent], ...] = (
    HabitatSensorEntityDescription(
        key="open_reason",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda vent: vent.percent_open_reason,
    ),
)

VENT_READING: tuple[HabitatSensorEntityDescription[VentReading], ...] = (
    HabitatSensorEntityDescription(
        key="duct_temperature",
        detail=READING,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda reading: reading.duct_temperature_c,
    ),
    HabitatSensorEntityDescription(
        key="reported_position",
        detail=READING,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda reading: reading.percent_open,
    ),
    HabitatSensorEntityDescription(
        key="duct_pressure",
        detail=READING,
        device_class=SensorDeviceClass.PRESSURE,
        native_unit_of_measurement=UnitOfPressure.KPA,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        exists_fn=lambda reading: reading.duct_pressure is not None,
        value_fn=lambda reading: reading.duct_pressure,
    ),
    HabitatSensorEntityDescription(
        key="motor_run_time",
        detail=READING,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda reading: reading.motor_run_time is not None,
        value_fn=lambda reading: reading.motor_run_time,
    ),
    HabitatSensorEntityDescription(
        key="last_report",
        detail=READING,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda reading: past(reading.created_at),
    ),
)

ANY_PUCK: tuple[HabitatSensorEntityDescription[AnyPuck], ...] = (
    HabitatSensorEntityDescription(
        key="temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda puck: puck.current_temperature_c,
    ),
    HabitatSensorEntityDescription(
        key="humidity",
        device_class=SensorDeviceClass.HUMIDITY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda puck: puck.current_humidity,
    ),
)

PUCK_READING: tuple[HabitatSensorEntityDescription[PuckReading], ...] = (
    HabitatSensorEntityDescription(
        key="light",
        detail=READING,
        device_class=SensorDeviceClass.ILLUMINANCE,
        native_unit_of_measurement=LIGHT_LUX,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda reading: (
            None if reading.light is None else reading.light * LUX_PER_LIGHT
        ),
    ),
    HabitatSensorEntityDescription(
        key="pressure",
        detail=READING,
        device_class=SensorDeviceClass.PRESSURE,
        native_unit_of_measurement=UnitOfPressure.KPA,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        exists_fn=lambda reading: reading.room_pressure is not None,
        value_fn=lambda reading: reading.room_pressure,
    ),
    HabitatSensorEntityDescription(
        key="dialled_temperature",
        detail=READING,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda reading: reading.desired_temperature_c is not None,
        value_fn=lambda reading: reading.desired_temperature_c,
    ),
    HabitatSensorEntityDescription(
        key="last_report",
        detail=READING,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda reading: past(reading.created_at),
    ),
)

PUCK2: tuple[HabitatSensorEntityDescription[Puck2], ...] = (
    enum_sensor(
        key="power_source",
        options=PowerSource,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda puck: enum_state(puck.power_source),
    ),
)

PUCK2_READING: tuple[HabitatSensorEntityDescription[Puck2Reading], ...] = (
    HabitatSensorEntityDescription(
        key="infrared_error",
        detail=READING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda reading: reading.error is not None,
        value_fn=lambda reading: (
            "none" if reading.error in (None, "", "0") else reading.error
        ),
    ),
    HabitatSensorEntityDescription(
        key="last_report",
        detail=READING,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda reading: past(reading.created_at),
    ),
)

ROOM_NOW: tuple[HabitatSensorEntityDescription[RoomSummary], ...] = (
    HabitatSensorEntityDescription(
        key="temperature",
        detail=SUMMARY,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda room: room.temperature,
    ),
    HabitatSensorEntityDescription(
        key="humidity",
        detail=SUMMARY,
        device_class=SensorDeviceClass.HUMIDITY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda room: room.humidity,
    ),
)

ROOM: tuple[HabitatSensorEntityDescription[Room], ...] = (
    HabitatSensorEntityDescription(
        key="hold_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda room: room.hold_until,
    ),
    HabitatSensorEntityDescription(
        key="hold_reason",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda room: room.hold_reason,
    ),
    enum_sensor(
        key="conclusion",
        options=HeatCoolMode,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: (
            (room.room_conclusion_mode or room.heat_cool_mode) is not None
        ),
        value_fn=lambda room: enum_state(
            room.room_conclusion_mode or room.heat_cool_mode
        ),
    ),
    enum_sensor(
        key="away_mode",
        options=AwayMode,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: room.room_away_mode is not None,
        value_fn=lambda room: enum_state(room.room_away_mode),
    ),
    HabitatSensorEntityDescription(
        key="occupancy_mode",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: room.occupancy_mode is not None,
        value_fn=lambda room: room.occupancy_mode,
    ),
    HabitatSensorEntityDescription(
        key="pucks_status",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: room.pucks_inactive is not None,
        value_fn=lambda room: room.pucks_inactive,
    ),
    *(
        HabitatSensorEntityDescription(
            key=key,
            device_class=SensorDeviceClass.TEMPERATURE,
            native_unit_of_measurement=UnitOfTemperature.CELSIUS,
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=1,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            exists_fn=lambda room: room.temp_away_min_c is not None,
            value_fn=value,
        )
        for key, value in (
            ("away_temperature_min", lambda room: room.temp_away_min_c),
            ("away_temperature_max", lambda room: room.temp_away_max_c),
        )
    ),
)

STRUCTURE: tuple[HabitatSensorEntityDescription[Structure], ...] = (
    HabitatSensorEntityDescription(
        key="hold_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda home: home.hold_until,
    ),
    HabitatSensorEntityDescription(
        key="hold_reason",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda home: home.hold_reason,
    ),
    enum_sensor(
        key="calculated_mode",
        options=HeatCoolMode,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda home: home.structure_heat_cool_mode_calculated is not None,
        value_fn=lambda home: enum_state(home.structure_heat_cool_mode_calculated),
    ),
    HabitatSensorEntityDescription(
        key="setup_step",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda home: home.setup_step is not None,
        value_fn=lambda home: home.setup_step,
    ),
    *(
        HabitatSensorEntityDescription(
            key=key,
            device_class=SensorDeviceClass.HUMIDITY,
            native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=0,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            exists_fn=lambda home: home.humidity_away_min is not None,
            value_fn=value,
        )
        for key, value in (
            ("away_humidity_min", lambda home: home.humidity_away_min),
            ("away_humidity_max", lambda home: home.humidity_away_max),
        )
    ),
)

WEATHER_NOW: tuple[HabitatSensorEntityDescription[Weather], ...] = (
    HabitatSensorEntityDescription(
        key="outdoor_temperature",
        detail=WEATHER,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda weather: weather.outside_temperature_c,
    ),
    HabitatSensorEntityDescription(
        key="outdoor_humidity",
        detail=WEATHER,
        device_class=SensorDeviceClass.HUMIDITY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda weather: weather.humidity,
    ),
    HabitatSensorEntityDescription(
        key="outdoor_pressure",
        detail=WEATHER,
        device_class=SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        native_unit_of_measurement=UnitOfPressure.HPA,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=lambda weather: weather.pressure,
    ),
    HabitatSensorEntityDescription(
        key="wind_speed",
        detail=WEATHER,
        device_class=SensorDeviceClass.WIND_SPEED,
        native_unit_of_measurement=UnitOfSpeed.METERS_PER_SECOND,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda weather: weather.windspeed,
    ),
    HabitatSensorEntityDescription(
        key="wind_direction",
        detail=WEATHER,
        device_class=SensorDeviceClass.WIND_DIRECTION,
        native_unit_of_measurement=DEGREE,
        state_class=SensorStateClass.MEASUREMENT_ANGLE,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=lambda weather: weather.wind_direction,
    ),
    HabitatSensorEntityDescription(
        key="wind_chill",
        detail=WEATHER,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda weather: weather.wind_chill,
    ),
    HabitatSensorEntityDescription(
        key="sunrise",
        detail=WEATHER,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda weather: weather.sunrise,
    ),
    HabitatSensorEntityDescription(
        key="sunset",
        detail=WEATHER,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda weather: weather.sunset,
    ),
)

ZONE: tuple[HabitatSensorEntityDescription[Zone], ...] = (
    HabitatSensorEntityDescription(
        key="rooms",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda zone: len(zone.rooms_ids),
    ),
    HabitatSensorEntityDescription(
        key="staged_heating",
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=lambda zone: zone.staged_heating_mode is not None,
        value_fn=lambda zone: (zone.staged_heating_mode or "").lower() or None,
    ),
    HabitatSensorEntityDescription(
        key="staged_heating_trigger",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda zone: zone.staged_heating_trigger is not None,
        value_fn=lambda zone: zone.staged_heating_trigger,
    ),
    HabitatSensorEntityDescription(
        key="staged_heating_set_point",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda zone: zone.staged_heating_set_point_c is not None,
        value_fn=lambda zone: zone.staged_heating_set_point_c,
    ),
    HabitatSensorEntityDescription(
        key="droop_offset",
        device_class=SensorDeviceClass.TEMPERATURE_DELTA,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda zone: zone.droop_offset_c is not None,
        value_fn=lambda zone: zone.droop_offset_c,
    ),
    HabitatSensorEntityDescription(
        key="cutover_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda zone: zone.cutover_temperature is not None,
        value_fn=lambda zone: zone.cutover_temperature,
    ),
    HabitatSensorEntityDescription(
        key="cutback_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda zone: zone.cutback_temperature is not None,
        value_fn=lambda zone: zone.cutback_temperature,
    ),
)

THERMOSTAT: tuple[HabitatSensorEntityDescription[Thermostat], ...] = (
    HabitatSensorEntityDescription(
        key="set_point",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda stat: stat.current_set_point,
    ),
    HabitatSensorEntityDescription(
        key="mode",
        value_fn=lambda stat: (stat.mode or "").lower() or None,
    ),
    HabitatSensorEntityDescription(
        key="operating_state",
        value_fn=lambda stat: (stat.operating_state or "").lower() or None,
    ),
    HabitatSensorEntityDescription(
        key="circulation_mode",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda stat: stat.enhanced_circulation_mode is not None,
        value_fn=lambda stat: stat.enhanced_circulation_mode,
    ),
    HabitatSensorEntityDescription(
        key="static_vents",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda stat: stat.static_vents is not None,
        value_fn=lambda stat: stat.static_vents,
    ),
)

THERMOSTAT_STATE: tuple[HabitatSensorEntityDescription[ThermostatState], ...] = (
    HabitatSensorEntityDescription(
        key="temperature",
        detail=STATE,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda state: state.ambient_temperature_c,
    ),
    HabitatSensorEntityDescription(
        key="humidity",
        detail=STATE,
        device_class=SensorDeviceClass.HUMIDITY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda state: state.humidity,
    ),
    HabitatSensorEntityDescription(
        key="fan",
        detail=STATE,
        exists_fn=lambda state: state.fan_state is not None,
        value_fn=lambda state: (state.fan_state or "").lower() or None,
    ),
    HabitatSensorEntityDescription(
        key="upper_set_point",
        detail=STATE,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda state: state.upper_setpoint_c is not None,
        value_fn=lambda state: state.upper_setpoint_c,
    ),
    HabitatSensorEntityDescription(
        key="lower_set_point",
        detail=STATE,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda state: state.lower_setpoint_c is not None,
        value_fn=lambda state: state.lower_setpoint_c,
    ),
    HabitatSensorEntityDescription(
        key="failed_writes",
        detail=STATE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda state: state.written_failures is not None,
        value_fn=lambda state: state.written_failures,
    ),
)

REMOTE_SENSOR: tuple[HabitatSensorEntityDescription[RemoteSensorReading], ...] = (
    HabitatSensorEntityDescription(
        key="temperature",
        detail=READING,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda reading: reading.temperature_c,
    ),
    HabitatSensorEntityDescription(
        key="humidity",
        detail=READING,
        device_class=SensorDeviceClass.HUMIDITY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        exists_fn=lambda reading: reading.humidity is not None,
        value_fn=lambda reading: reading.humidity,
    ),
)

REMOTE: tuple[HabitatSensorEntityDescription[HvacUnit], ...] = (
    HabitatSensorEntityDescription(
        key="last_button",
        exists_fn=lambda unit: (
            unit.constraints is not None and bool(unit.constraints.buttons)
        ),
        value_fn=lambda unit: unit.button_presses[0] if unit.button_presses else None,
    ),
)

GATEWAY = SensorEntityDescription(
    key="gateway",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class FlairGatewaySensorEntity(
    FlairEntity[RadioDevice], BaseSensorEntity[FlairCoordinator, RadioDevice]
):
    """The puck or bridge through which a device reaches the cloud."""

    @property
    @override
    def native_value(self) -> str | None:
        """The name of the gateway."""
        gateway = self.record.gateway_id if self.record else None
        if gateway is None:
            return None
        named = (
            self.coordinator.record(key_of(kind, gateway), RadioDevice)
            for kind in (Puck, Puck2, Bridge)
        )
        found = next((device for device in named if device is not None), None)
        return cut(name_of(found), MAX_NAME_LENGTH) if found else None


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the sensors of a device."""
    record = coordinator.data.get(device.key)
    if isinstance(record, RadioDevice):
        yield from entities_from(
            coordinator, device, RadioDevice, RADIO, FlairSensorEntity
        )
        if record.gateway_id:
            yield (
                GATEWAY.key,
                partial(
                    FlairGatewaySensorEntity, coordinator, device, RadioDevice, GATEWAY
                ),
            )
    if isinstance(record, AnyPuck):
        yield from entities_from(
            coordinator, device, AnyPuck, ANY_PUCK, FlairSensorEntity
        )
    match record:
        case Vent():
            yield from entities_from(coordinator, device, Vent, VENT, FlairSensorEntity)
            yield from entities_from(
                coordinator, device, VentReading, VENT_READING, FlairSensorEntity
            )
        case Puck():
            yield from entities_from(
                coordinator, device, PuckReading, PUCK_READING, FlairSensorEntity
            )
        case Puck2():
            yield from entities_from(
                coordinator, device, Puck2, PUCK2, FlairSensorEntity
            )
            yield from entities_from(
                coordinator, device, Puck2Reading, PUCK2_READING, FlairSensorEntity
            )
        case Room():
            yield from entities_from(
                coordinator, device, RoomSummary, ROOM_NOW, FlairSensorEntity
            )
            yield from entities_from(coordinator, device, Room, ROOM, FlairSensorEntity)
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairSensorEntity
            )
            yield from entities_from(
                coordinator, device, Weather, WEATHER_NOW, FlairSensorEntity
            )
        case Zone():
            yield from entities_from(coordinator, device, Zone, ZONE, FlairSensorEntity)
        case Thermostat():
            yield from entities_from(
                coordinator, device, Thermostat, THERMOSTAT, FlairSensorEntity
            )
            yield from entities_from(
                coordinator,
                device,
                ThermostatState,
                THERMOSTAT_STATE,
                FlairSensorEntity,
            )
        case RemoteSensor():
            yield from entities_from(
                coordinator,
                device,
                RemoteSensorReading,
                REMOTE_SENSOR,
                FlairSensorEntity,
            )
        case HvacUnit():
            yield from entities_from(
                coordinator, device, HvacUnit, REMOTE, FlairSensorEntity
            )
