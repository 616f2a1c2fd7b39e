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
from ..devices import Device
from ..entity import entities_from
from ..liveness import past
from ..loader import EntityFactory
from ..sensor import (
    BaseSensorEntity,
    HabitatSensor,
    HabitatSensorDescription,
    measured,
    option,
    told,
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
    Radio,
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
from .coordinator import (
    READING,
    STATE,
    SUMMARY,
    WEATHER,
    FlairCoordinator,
    key_of,
    name_of,
)
from .entity import FlairEntity

EMPTY, FULL = 2.2, 3.0
"""Volts of two alkaline cells in a row, at their end and fresh."""

LUX_PER_LIGHT = 2
"""Flair's own app multiplies by it and calls the result no accurate lux."""


class FlairSensor[R](FlairEntity[R], HabitatSensor[FlairCoordinator, R]):
    """A sensor of a Flair device."""


def battery(volts: float | None, percent: float | None) -> float | None:
    """Estimate what two alkaline cells have left, in %, unless the device says so itself."""
    if percent is not None:
        return percent
    if not volts:
        return None
    return round(min(max((volts - EMPTY) / (FULL - EMPTY), 0), 1) * 100)


TEMPERATURE = (SensorDeviceClass.TEMPERATURE, UnitOfTemperature.CELSIUS)
DELTA = (SensorDeviceClass.TEMPERATURE_DELTA, UnitOfTemperature.CELSIUS)
HUMIDITY = (SensorDeviceClass.HUMIDITY, UnitOfRatio.PERCENTAGE)
BATTERY = (SensorDeviceClass.BATTERY, UnitOfRatio.PERCENTAGE)
VOLTAGE = (SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT)
SIGNAL = (SensorDeviceClass.SIGNAL_STRENGTH, SIGNAL_STRENGTH_DECIBELS_MILLIWATT)
DUCT_PRESSURE = (SensorDeviceClass.PRESSURE, UnitOfPressure.KPA)
AIR_PRESSURE = (SensorDeviceClass.ATMOSPHERIC_PRESSURE, UnitOfPressure.HPA)

RADIO: tuple[HabitatSensorDescription[Radio], ...] = (
    measured(
        "battery",
        *BATTERY,
        lambda device: battery(device.voltage, device.battery_level),
        diagnostic=True,
        exists=lambda device: (
            device.voltage is not None or device.battery_level is not None
        ),
    ),
    measured(
        "voltage",
        *VOLTAGE,
        lambda device: device.voltage,
        precision=2,
        diagnostic=True,
        enabled=False,
        exists=lambda device: device.voltage is not None,
    ),
    measured(
        "rssi",
        *SIGNAL,
        lambda device: device.current_rssi,
        diagnostic=True,
        enabled=False,
        exists=lambda device: device.current_rssi is not None,
    ),
)

VENT: tuple[HabitatSensorDescription[Vent], ...] = (
    told("open_reason", lambda vent: vent.percent_open_reason, enabled=False),
)

VENT_READING: tuple[HabitatSensorDescription[VentReading], ...] = (
    measured(
        "duct_temperature",
        *TEMPERATURE,
        lambda reading: reading.duct_temperature_c,
        precision=1,
        part=READING,
    ),
    measured(
        "reported_position",
        None,
        UnitOfRatio.PERCENTAGE,
        lambda reading: reading.percent_open,
        part=READING,
        diagnostic=True,
    ),
    measured(
        "duct_pressure",
        *DUCT_PRESSURE,
        lambda reading: reading.duct_pressure,
        precision=2,
        part=READING,
        exists=lambda reading: reading.duct_pressure is not None,
    ),
    measured(
        "motor_run_time",
        SensorDeviceClass.DURATION,
        UnitOfTime.SECONDS,
        lambda reading: reading.motor_run_time,
        part=READING,
        diagnostic=True,
        enabled=False,
        exists=lambda reading: reading.motor_run_time is not None,
    ),
    told(
        "last_report",
        lambda reading: past(reading.created_at),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=READING,
        enabled=False,
        lasting=True,
    ),
)

ANY_PUCK: tuple[HabitatSensorDescription[AnyPuck], ...] = (
    measured(
        "temperature",
        *TEMPERATURE,
        lambda puck: puck.current_temperature_c,
        precision=1,
    ),
    measured("humidity", *HUMIDITY, lambda puck: puck.current_humidity, precision=0),
)

PUCK_READING: tuple[HabitatSensorDescription[PuckReading], ...] = (
    measured(
        "light",
        SensorDeviceClass.ILLUMINANCE,
        LIGHT_LUX,
        lambda reading: (
            None if reading.light is None else reading.light * LUX_PER_LIGHT
        ),
        precision=0,
        part=READING,
    ),
    measured(
        "pressure",
        *DUCT_PRESSURE,
        lambda reading: reading.room_pressure,
        precision=1,
        part=READING,
        exists=lambda reading: reading.room_pressure is not None,
    ),
    measured(
        "dialled_temperature",
        *TEMPERATURE,
        lambda reading: reading.desired_temperature_c,
        precision=1,
        part=READING,
        diagnostic=True,
        enabled=False,
        exists=lambda reading: reading.desired_temperature_c is not None,
    ),
    told(
        "last_report",
        lambda reading: past(reading.created_at),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=READING,
        enabled=False,
        lasting=True,
    ),
)

PUCK2: tuple[HabitatSensorDescription[Puck2], ...] = (
    told("power_source", lambda puck: option(puck.power_source), words=PowerSource),
)

PUCK2_READING: tuple[HabitatSensorDescription[Puck2Reading], ...] = (
    told(
        "infrared_error",
        lambda reading: "none" if reading.error in (None, "", "0") else reading.error,
        part=READING,
        enabled=False,
        exists=lambda reading: reading.error is not None,
    ),
    told(
        "last_report",
        lambda reading: past(reading.created_at),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=READING,
        enabled=False,
        lasting=True,
    ),
)

ROOM_NOW: tuple[HabitatSensorDescription[RoomSummary], ...] = (
    measured(
        "temperature",
        *TEMPERATURE,
        lambda room: room.temperature,
        precision=1,
        part=SUMMARY,
    ),
    measured(
        "humidity", *HUMIDITY, lambda room: room.humidity, precision=0, part=SUMMARY
    ),
)

ROOM: tuple[HabitatSensorDescription[Room], ...] = (
    told(
        "hold_until",
        lambda room: room.hold_until,
        device_class=SensorDeviceClass.TIMESTAMP,
        diagnostic=False,
    ),
    told("hold_reason", lambda room: room.hold_reason),
    told(
        "conclusion",
        lambda room: option(room.room_conclusion_mode or room.heat_cool_mode),
        words=HeatCoolMode,
        enabled=False,
        exists=lambda room: (
            (room.room_conclusion_mode or room.heat_cool_mode) is not None
        ),
    ),
    told(
        "away_mode",
        lambda room: option(room.room_away_mode),
        words=AwayMode,
        enabled=False,
        exists=lambda room: room.room_away_mode is not None,
    ),
    told(
        "occupancy_mode",
        lambda room: room.occupancy_mode,
        enabled=False,
        exists=lambda room: room.occupancy_mode is not None,
    ),
    told(
        "pucks_status",
        lambda room: room.pucks_inactive,
        enabled=False,
        exists=lambda room: room.pucks_inactive is not None,
    ),
    *(
        measured(
            key,
            *TEMPERATURE,
            value,
            precision=1,
            diagnostic=True,
            enabled=False,
            exists=lambda room: room.temp_away_min_c is not None,
        )
        for key, value in (
            ("away_temperature_min", lambda room: room.temp_away_min_c),
            ("away_temperature_max", lambda room: room.temp_away_max_c),
        )
    ),
)

STRUCTURE: tuple[HabitatSensorDescription[Structure], ...] = (
    told(
        "hold_until",
        lambda home: home.hold_until,
        device_class=SensorDeviceClass.TIMESTAMP,
        diagnostic=False,
    ),
    told("hold_reason", lambda home: home.hold_reason, enabled=False),
    told(
        "calculated_mode",
        lambda home: option(home.structure_heat_cool_mode_calculated),
        words=HeatCoolMode,
        enabled=False,
        exists=lambda home: home.structure_heat_cool_mode_calculated is not None,
    ),
    told(
        "setup_step",
        lambda home: home.setup_step,
        enabled=False,
        exists=lambda home: home.setup_step is not None,
    ),
    *(
        measured(
            key,
            *HUMIDITY,
            value,
            precision=0,
            diagnostic=True,
            enabled=False,
            exists=lambda home: home.humidity_away_min is not None,
        )
        for key, value in (
            ("away_humidity_min", lambda home: home.humidity_away_min),
            ("away_humidity_max", lambda home: home.humidity_away_max),
        )
    ),
)

WEATHER_NOW: tuple[HabitatSensorDescription[Weather], ...] = (
    measured(
        "outdoor_temperature",
        *TEMPERATURE,
        lambda weather: weather.outside_temperature_c,
        precision=1,
        part=WEATHER,
    ),
    measured(
        "outdoor_humidity",
        *HUMIDITY,
        lambda weather: weather.humidity,
        precision=0,
        part=WEATHER,
    ),
    measured(
        "outdoor_pressure",
        *AIR_PRESSURE,
        lambda weather: weather.pressure,
        precision=0,
        part=WEATHER,
        enabled=False,
    ),
    measured(
        "wind_speed",
        SensorDeviceClass.WIND_SPEED,
        UnitOfSpeed.METERS_PER_SECOND,
        lambda weather: weather.windspeed,
        precision=1,
        part=WEATHER,
        enabled=False,
    ),
    measured(
        "wind_direction",
        SensorDeviceClass.WIND_DIRECTION,
        DEGREE,
        lambda weather: weather.wind_direction,
        precision=0,
        state_class=SensorStateClass.MEASUREMENT_ANGLE,
        part=WEATHER,
        enabled=False,
    ),
    measured(
        "wind_chill",
        *TEMPERATURE,
        lambda weather: weather.wind_chill,
        precision=1,
        part=WEATHER,
        enabled=False,
    ),
    told(
        "sunrise",
        lambda weather: weather.sunrise,
        device_class=SensorDeviceClass.TIMESTAMP,
        part=WEATHER,
        enabled=False,
    ),
    told(
        "sunset",
        lambda weather: weather.sunset,
        device_class=SensorDeviceClass.TIMESTAMP,
        part=WEATHER,
        enabled=False,
    ),
)

ZONE: tuple[HabitatSensorDescription[Zone], ...] = (
    measured("rooms", None, None, lambda zone: len(zone.rooms_ids), diagnostic=True),
    told(
        "staged_heating",
        lambda zone: (zone.staged_heating_mode or "").lower() or None,
        exists=lambda zone: zone.staged_heating_mode is not None,
    ),
    told(
        "staged_heating_trigger",
        lambda zone: zone.staged_heating_trigger,
        enabled=False,
        exists=lambda zone: zone.staged_heating_trigger is not None,
    ),
    measured(
        "staged_heating_set_point",
        *TEMPERATURE,
        lambda zone: zone.staged_heating_set_point_c,
        precision=1,
        diagnostic=True,
        enabled=False,
        exists=lambda zone: zone.staged_heating_set_point_c is not None,
    ),
    measured(
        "droop_offset",
        *DELTA,
        lambda zone: zone.droop_offset_c,
        precision=1,
        diagnostic=True,
        enabled=False,
        exists=lambda zone: zone.droop_offset_c is not None,
    ),
    measured(
        "cutover_temperature",
        *TEMPERATURE,
        lambda zone: zone.cutover_temperature,
        precision=1,
        diagnostic=True,
        enabled=False,
        exists=lambda zone: zone.cutover_temperature is not None,
    ),
    measured(
        "cutback_temperature",
        *TEMPERATURE,
        lambda zone: zone.cutback_temperature,
        precision=1,
        diagnostic=True,
        enabled=False,
        exists=lambda zone: zone.cutback_temperature is not None,
    ),
)

THERMOSTAT: tuple[HabitatSensorDescription[Thermostat], ...] = (
    measured(
        "set_point", *TEMPERATURE, lambda stat: stat.current_set_point, precision=1
    ),
    told("mode", lambda stat: (stat.mode or "").lower() or None, diagnostic=False),
    told(
        "operating_state",
        lambda stat: (stat.operating_state or "").lower() or None,
        diagnostic=False,
    ),
    told(
        "circulation_mode",
        lambda stat: stat.enhanced_circulation_mode,
        enabled=False,
        exists=lambda stat: stat.enhanced_circulation_mode is not None,
    ),
    measured(
        "static_vents",
        None,
        None,
        lambda stat: stat.static_vents,
        diagnostic=True,
        enabled=False,
        exists=lambda stat: stat.static_vents is not None,
    ),
)

THERMOSTAT_STATE: tuple[HabitatSensorDescription[ThermostatState], ...] = (
    measured(
        "temperature",
        *TEMPERATURE,
        lambda state: state.ambient_temperature_c,
        precision=1,
        part=STATE,
    ),
    measured(
        "humidity", *HUMIDITY, lambda state: state.humidity, precision=0, part=STATE
    ),
    told(
        "fan",
        lambda state: (state.fan_state or "").lower() or None,
        part=STATE,
        diagnostic=False,
        exists=lambda state: state.fan_state is not None,
    ),
    measured(
        "upper_set_point",
        *TEMPERATURE,
        lambda state: state.upper_setpoint_c,
        precision=1,
        part=STATE,
        diagnostic=True,
        enabled=False,
        exists=lambda state: state.upper_setpoint_c is not None,
    ),
    measured(
        "lower_set_point",
        *TEMPERATURE,
        lambda state: state.lower_setpoint_c,
        precision=1,
        part=STATE,
        diagnostic=True,
        enabled=False,
        exists=lambda state: state.lower_setpoint_c is not None,
    ),
    measured(
        "failed_writes",
        None,
        None,
        lambda state: state.written_failures,
        part=STATE,
        diagnostic=True,
        enabled=False,
        exists=lambda state: state.written_failures is not None,
    ),
)

REMOTE_SENSOR: tuple[HabitatSensorDescription[RemoteSensorReading], ...] = (
    measured(
        "temperature",
        *TEMPERATURE,
        lambda reading: reading.temperature_c,
        precision=1,
        part=READING,
    ),
    measured(
        "humidity",
        *HUMIDITY,
        lambda reading: reading.humidity,
        precision=0,
        part=READING,
        exists=lambda reading: reading.humidity is not None,
    ),
)

REMOTE: tuple[HabitatSensorDescription[HvacUnit], ...] = (
    told(
        "last_button",
        lambda unit: unit.button_presses[0] if unit.button_presses else None,
        diagnostic=False,
        exists=lambda unit: (
            unit.constraints is not None and bool(unit.constraints.buttons)
        ),
    ),
)

GATEWAY = SensorEntityDescription(
    key="gateway",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class GatewaySensor(FlairEntity[Radio], BaseSensorEntity[FlairCoordinator, Radio]):
    """The puck or bridge through which a device reaches the cloud."""

    @property
    @override
    def native_value(self) -> str | None:
        """The gateway's name."""
        gateway = self.record.gateway_id if self.record else None
        if gateway is None:
            return None
        named = (
            self.coordinator.record(key_of(kind, gateway), Radio)
            for kind in (Puck, Puck2, Bridge)
        )
        found = next((device for device in named if device is not None), None)
        return cut(name_of(found), MAX_NAME_LENGTH) if found else None


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the sensors of a device."""
    record = coordinator.data.get(device.key)
    if isinstance(record, Radio):
        yield from entities_from(coordinator, device, Radio, RADIO, FlairSensor)
        if record.gateway_id:
            yield (
                GATEWAY.key,
                partial(GatewaySensor, coordinator, device, Radio, GATEWAY),
            )
    if isinstance(record, AnyPuck):
        yield from entities_from(coordinator, device, AnyPuck, ANY_PUCK, FlairSensor)
    match record:
        case Vent():
            yield from entities_from(coordinator, device, Vent, VENT, FlairSensor)
            yield from entities_from(
                coordinator, device, VentReading, VENT_READING, FlairSensor
            )
        case Puck():
            yield from entities_from(
                coordinator, device, PuckReading, PUCK_READING, FlairSensor
            )
        case Puck2():
            yield from entities_from(coordinator, device, Puck2, PUCK2, FlairSensor)
            yield from entities_from(
                coordinator, device, Puck2Reading, PUCK2_READING, FlairSensor
            )
        case Room():
            yield from entities_from(
                coordinator, device, RoomSummary, ROOM_NOW, FlairSensor
            )
            yield from entities_from(coordinator, device, Room, ROOM, FlairSensor)
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairSensor
            )
            yield from entities_from(
                coordinator, device, Weather, WEATHER_NOW, FlairSensor
            )
        case Zone():
            yield from entities_from(coordinator, device, Zone, ZONE, FlairSensor)
        case Thermostat():
            yield from entities_from(
                coordinator, device, Thermostat, THERMOSTAT, FlairSensor
            )
            yield from entities_from(
                coordinator, device, ThermostatState, THERMOSTAT_STATE, FlairSensor
            )
        case RemoteSensor():
            yield from entities_from(
                coordinator, device, RemoteSensorReading, REMOTE_SENSOR, FlairSensor
            )
        case HvacUnit():
            yield from entities_from(coordinator, device, HvacUnit, REMOTE, FlairSensor)
