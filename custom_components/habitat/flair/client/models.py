"""Models of Flair's resources, by JSON:API type.

Attributes are named as in the API, with underscores; ids of related resources end in `_id` or `_ids`.
Temperatures are in °C unless a comment says otherwise, humidity in %, voltage in V, signal strength in
dBm. The sources of the spellings are in docs/vendors/flair.md.
"""

from dataclasses import field
from datetime import datetime
from math import inf
from typing import ClassVar

from ...cloud import plausible
from ...cloud.enums import LenientEnum, open_enum
from ...cloud.models import PRIVATE, model, read_with
from ...cloud.plausible import Range, within
from .constraints import Constraints, read_constraints

TEMPERATURE = within(plausible.AIR_TEMPERATURE)
HUMIDITY = within(plausible.HUMIDITY)
PERCENT = within(plausible.PERCENT)
PRESSURE = within(plausible.AIR_PRESSURE)
DUCT_TEMPERATURE = within(Range(-60, 120))
"""°C; air from a furnace is hotter than that of a room."""
DUCT_PRESSURE = within(Range(60, 110))
"""kPa, absolute."""
UNIT_TEMPERATURE = within(Range(-20, 130))
"""°C or °F."""
OFFSET = within(Range(-50, 50))
"""°C."""
WIND_CHILL = within(Range(-90, 70))
"""°C; a wind chill is colder than air can be."""
WIND_SPEED = within(Range(0, 120))
"""m/s."""
DIRECTION = within(Range(0, 360))
"""Degrees."""
VOLTAGE = within(Range(0, 30))
"""V; batteries and USB supplies have less."""
SIGNAL = within(Range(-150, 20))
"""dBm."""
LIGHT = within(Range(0, 100_000))
"""Raw value without a unit."""
NOT_NEGATIVE = within(Range(0, inf))
"""Field metadata: the possible range; other values read as unknown."""


def _on_off(value: object) -> str:
    return "On" if value else "Off"


def _upper(value: object) -> str:
    return str(value).upper()


ON_OFF = {"wire": _on_off}
UPPER = {"wire": _upper}
"""Field metadata: the form in which the API accepts a value that it sends in another form."""


class SystemMode(LenientEnum):
    """Who controls the vents: Flair or the user."""

    AUTO = "auto"
    MANUAL = "manual"


class HeatCoolMode(LenientEnum):
    """The mode of a home; "float" is off."""

    FLOAT = "float"
    HEAT = "heat"
    COOL = "cool"
    AUTO = "auto"


class SetPointMode(LenientEnum):
    """What decides the set point of the home."""

    FLAIR = "Home Evenness For Active Rooms Flair Setpoint"
    THERMOSTAT = "Home Evenness For Active Rooms Follow Third Party"


class HomeAwayMode(LenientEnum):
    """What decides between home and away."""

    MANUAL = "Manual"
    THERMOSTAT = "Third Party Home Away"
    FLAIR = "Flair Autohome Autoaway"


class AwayMode(LenientEnum):
    """What Flair does in away mode."""

    SMART_AWAY = "Smart Away"
    OFF_ONLY = "Off Only"


class HoldDuration(LenientEnum):
    """How long a manual change holds."""

    UNTIL = "Until"
    HOURS_3 = "3h"
    HOURS_8 = "8h"
    HOURS_24 = "24h"
    FOREVER = "Forever"


class TemperatureScale(LenientEnum):
    """The unit on the displays of the pucks."""

    FAHRENHEIT = "F"
    CELSIUS = "C"
    KELVIN = "K"


class PuckColor(LenientEnum):
    """The background of a puck's display."""

    WHITE = "white"
    BLACK = "black"


class UnitMode(LenientEnum):
    """The mode of an infrared unit."""

    HEAT = "Heat"
    COOL = "Cool"
    DRY = "Dry"
    FAN = "Fan"
    AUTO = "Auto"
    OFF = "Off"


class FanSpeed(LenientEnum):
    """The fan of an infrared unit."""

    AUTO = "Auto"
    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"


class PowerSource(LenientEnum):
    """The power supply of a Puck 2."""

    USB = "USB"
    BATTERY = "Battery"


@model
class Resource:
    """One JSON:API resource; ids are opaque and unique only within their type."""

    TYPE: ClassVar[str]

    id: str
    created_at: datetime | None = None
    updated_at: datetime | None = field(default=None, compare=False)
    """Changes with every report, so it does not count in comparisons."""


@model
class NamedResource(Resource):
    """A resource with a name."""

    name: str | None = field(default=None, metadata=PRIVATE)


@model
class User(NamedResource):
    """The user of the account."""

    TYPE: ClassVar[str] = "users"

    email: str | None = field(default=None, metadata=PRIVATE)
    role: str | None = None
    temperature_scale: TemperatureScale | None = None
    default_temperature_preference_c: float | None = None
    structures_ids: tuple[str, ...] = ()
    default_structure_id: str | None = None
    adminable_structures_ids: tuple[str, ...] = ()
    editable_structures_ids: tuple[str, ...] = ()
    viewable_structures_ids: tuple[str, ...] = ()


@model
class Structure(NamedResource):
    """A home."""

    TYPE: ClassVar[str] = "structures"

    mode: SystemMode | str | None = field(default=None, metadata=open_enum(SystemMode))
    structure_heat_cool_mode: HeatCoolMode | None = None
    structure_heat_cool_mode_calculated: HeatCoolMode | None = None
    set_point_mode: SetPointMode | str | None = field(
        default=None, metadata=open_enum(SetPointMode)
    )
    set_point_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    use_single_set_point: bool | None = None
    home: bool | None = None
    home_away_mode: HomeAwayMode | str | None = field(
        default=None, metadata=open_enum(HomeAwayMode)
    )
    structure_away_mode: AwayMode | str | None = field(
        default=None, metadata=open_enum(AwayMode)
    )
    temp_away_min_c: float | None = field(default=None, metadata=TEMPERATURE)
    temp_away_max_c: float | None = field(default=None, metadata=TEMPERATURE)
    humidity_away_min: float | None = field(default=None, metadata=HUMIDITY)
    humidity_away_max: float | None = field(default=None, metadata=HUMIDITY)
    default_hold_duration: HoldDuration | str | None = field(
        default=None, metadata=open_enum(HoldDuration)
    )
    hold_until: datetime | None = None
    hold_until_schedule_event: bool | None = None
    hold_reason: str | None = field(default=None, metadata=PRIVATE)
    active_schedule_id: str | None = None
    temperature_scale: TemperatureScale | str | None = field(
        default=None, metadata=open_enum(TemperatureScale)
    )
    hvac_unit_group_lock: bool | None = None
    setup_mode: bool | None = None
    setup_complete: bool | None = None
    setup_step: str | None = None
    preheat_precool: bool | None = None
    frozen_pipe_pet_protect: bool | None = None
    use_remote_sensor_occupancy: bool | None = None
    backpressure_priority: str | None = None
    structure_type: str | None = None
    release_channel: str | None = None
    time_zone: str | None = field(default=None, metadata=PRIVATE)
    country: str | None = field(default=None, metadata=PRIVATE)
    city: str | None = field(default=None, metadata=PRIVATE)
    state: str | None = field(default=None, metadata=PRIVATE)
    zip_code: str | None = field(default=None, metadata=PRIVATE)
    location: str | None = field(default=None, metadata=PRIVATE)
    location_type: str | None = None
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    callback_url: str | None = field(default=None, metadata=PRIVATE)
    puck_client_id: str | None = field(default=None, metadata=PRIVATE)
    puck_client_secret: str | None = field(default=None, metadata=PRIVATE)
    state_updated_at: datetime | None = None


@model
class Zone(NamedResource):
    """The rooms of one air handler or thermostat."""

    TYPE: ClassVar[str] = "zones"

    structure_id: str | None = None
    rooms_ids: tuple[str, ...] = ()
    thermostat_id: str | None = None
    hvac_unit_id: str | None = None
    staged_heating_mode: str | None = None
    staged_heating_set_point_c: float | None = field(default=None, metadata=TEMPERATURE)
    staged_heating_trigger: str | None = None
    droop_offset_c: float | None = field(default=None, metadata=OFFSET)
    cutover_temperature: float | None = field(default=None, metadata=TEMPERATURE)
    cutback_temperature: float | None = field(default=None, metadata=TEMPERATURE)
    maximum_static_pressure: float | None = None


@model
class Room(NamedResource):
    """A room; its temperature is Flair's rolling average of five minutes."""

    TYPE: ClassVar[str] = "rooms"

    structure_id: str | None = None
    zones_ids: tuple[str, ...] = ()
    zone_id: str | None = None
    thermostat_id: str | None = None
    active: bool | None = None
    current_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    current_humidity: float | None = field(default=None, metadata=HUMIDITY)
    set_point_c: float | None = field(default=None, metadata=TEMPERATURE)
    set_point_manual: bool | None = None
    hold_until: datetime | None = None
    hold_until_schedule_event: bool | None = None
    hold_reason: str | None = field(default=None, metadata=PRIVATE)
    room_away_mode: AwayMode | None = None
    temp_away_min_c: float | None = field(default=None, metadata=TEMPERATURE)
    temp_away_max_c: float | None = field(default=None, metadata=TEMPERATURE)
    humidity_away_min: float | None = field(default=None, metadata=HUMIDITY)
    humidity_away_max: float | None = field(default=None, metadata=HUMIDITY)
    heat_cool_mode: HeatCoolMode | None = None
    room_conclusion_mode: HeatCoolMode | None = None
    pucks_inactive: str | None = None
    occupancy_mode: str | None = None
    preheat_precool: bool | None = None
    frozen_pipe_pet_protect: bool | None = None
    level: str | None = None
    room_type: str | None = None
    air_return: bool | None = None
    windows: int | None = None
    """The number of windows; the API has a list with their directions."""
    state_updated_at: datetime | None = None


@model
class RadioDevice(NamedResource):
    """The base of Flair's own devices."""

    structure_id: str | None = None
    room_id: str | None = None
    inactive: bool | None = None
    voltage: float | None = field(default=None, metadata=VOLTAGE)
    battery_level: float | None = field(default=None, metadata=PERCENT)
    """Only in the old document; the API today has the voltage."""
    current_rssi: float | None = field(default=None, metadata=SIGNAL)
    connected_gateway_id: str | None = None
    connected_gateway_type: str | None = None
    connected_gateway_puck_id: str | None = None
    """Older firmware has this instead of the two above."""

    @property
    def reachable(self) -> bool:
        """Whether it can be reached by radio; otherwise it does not report."""
        return not self.inactive

    @property
    def gateway_id(self) -> str | None:
        """The device through which this one reaches the cloud."""
        return self.connected_gateway_id or self.connected_gateway_puck_id


@model
class Vent(RadioDevice):
    """A vent; `percent_open` is the commanded position, 0 to 100."""

    TYPE: ClassVar[str] = "vents"

    percent_open: int | None = field(default=None, metadata=PERCENT)
    percent_open_reason: str | None = field(default=None, metadata=PRIVATE)
    has_buzzed: bool | None = None
    setup_lightstrip: int | None = None
    motor_overdrive_ms: int | None = None
    motor_duty_cycle_percent: int | None = None
    lights: str | None = None
    demo_mode: bool | None = None
    update_interval: int | None = None


@model
class AnyPuck(RadioDevice):
    """The base of both generations of pucks."""

    current_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    current_humidity: float | None = field(default=None, metadata=HUMIDITY)
    puck_display_color: PuckColor | str | None = field(
        default=None, metadata=open_enum(PuckColor)
    )
    setpoint_bound_low: float | None = field(default=None, metadata=TEMPERATURE)
    setpoint_bound_high: float | None = field(default=None, metadata=TEMPERATURE)
    temperature_offset_override_c: float | None = field(default=None, metadata=OFFSET)
    """5 less than the app shows; -5 means no offset."""
    locked: bool | None = None


@model
class Puck(AnyPuck):
    """A puck of the first generation."""

    TYPE: ClassVar[str] = "pucks"

    display_number: str | None = None
    is_gateway: bool | None = None
    gateway: bool | None = None
    """The old document's name of `is_gateway`."""
    last_reported_as_gateway: bool | None = None
    temperature_offset_c: float | None = field(default=None, metadata=OFFSET)
    humidity_offset: float | None = None
    orientation: str | None = None
    reporting_interval_ds: int | None = None
    ir_setup_enabled: bool | None = None
    ir_download: bool | None = None
    ignore_readings_for_room: bool | None = None
    demo_mode: int | None = None
    bluetooth_tx_power_mw: float | None = None
    beacon_interval_ms: int | None = None
    sub_ghz_radio_tx_power_mw: float | None = None
    drop_rate: float | None = None


@model
class Puck2(AnyPuck):
    """A Puck 2; on USB its voltage reads 0."""

    TYPE: ClassVar[str] = "puck2s"

    hardware_version_name: str | None = None
    power_source: PowerSource | None = None
    temperature_scale: TemperatureScale | None = None


@model
class Bridge(RadioDevice):
    """A bridge; on Ethernet its signal strength reads 0."""

    TYPE: ClassVar[str] = "bridges"

    led_brightness: int | None = field(default=None, metadata=PERCENT)


@model
class Thermostat(NamedResource):
    """A linked thermostat of another maker; it cannot be set through Flair."""

    TYPE: ClassVar[str] = "thermostats"

    structure_id: str | None = None
    zone_id: str | None = None
    room_id: str | None = None
    remote_sensor_id: str | None = None
    """The sensor inside the thermostat."""
    make: str | None = None
    thermostat_model: str | None = None
    model: str | None = None
    """The old document's name of `thermostat_model`."""
    source_id: str | None = field(default=None, metadata=PRIVATE)
    mode: str | None = None
    operating_state: str | None = None
    last_non_idle_mode: str | None = None
    is_offline: bool | None = None
    is_out_of_sync: bool | None = None
    current_set_point: float | None = field(default=None, metadata=TEMPERATURE)
    enhanced_circulation_mode: str | None = None
    static_vents: int | None = field(default=None, metadata=NOT_NEGATIVE)

    @property
    def reachable(self) -> bool:
        """Whether the cloud of its maker reaches it."""
        return not self.is_offline


@model
class ThermostatState(Resource):
    """The last report of a linked thermostat."""

    TYPE: ClassVar[str] = "thermostat-states"

    ambient_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    target_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    upper_setpoint_c: float | None = field(default=None, metadata=TEMPERATURE)
    lower_setpoint_c: float | None = field(default=None, metadata=TEMPERATURE)
    operating_state: str | None = None
    fan_state: str | None = None
    home_away: str | None = None
    humidity: float | None = field(default=None, metadata=HUMIDITY)
    online: bool | None = None
    written: bool | None = None
    written_confirmed: bool | None = None
    written_failures: int | None = field(default=None, metadata=NOT_NEGATIVE)
    written_at: datetime | None = None


@model
class RemoteSensor(NamedResource):
    """A sensor of a linked thermostat."""

    TYPE: ClassVar[str] = "remote-sensors"

    structure_id: str | None = None
    room_id: str | None = None
    thermostat_id: str | None = None
    source_id: str | None = field(default=None, metadata=PRIVATE)
    sensor_type: str | None = None
    is_tstat: bool | None = None
    ignore_readings_for_room: bool | None = None


@model
class HvacUnit(NamedResource):
    """A mini-split, window unit or heater that a puck drives by infrared."""

    TYPE: ClassVar[str] = "hvac-units"

    structure_id: str | None = None
    room_id: str | None = None
    zone_id: str | None = None
    puck_id: str | None = None
    puck2_id: str | None = None
    make_name: str | None = None
    model_id: str | None = None
    power: bool | None = field(default=None, metadata=ON_OFF)
    mode: UnitMode | None = None
    temperature: float | None = field(default=None, metadata=UNIT_TEMPERATURE)
    """In the unit's own scale, see `Constraints.scale`."""
    fan_speed: FanSpeed | None = None
    default_fan_speed: FanSpeed | None = field(default=None, metadata=UPPER)
    swing: bool | None = field(default=None, metadata=ON_OFF)
    """None if the unit has no swing."""
    swing_auto: bool | None = None
    capabilities: str | None = None
    constraints: Constraints | None = field(
        default=None, metadata=read_with(read_constraints)
    )
    codeset_scale: TemperatureScale | None = None
    button_presses: tuple[str, ...] = ()
    incremental: bool | None = None
    temperature_compensation_limit_c: float | None = None

    @property
    def scale(self) -> str | None:
        """The scale of `temperature`, "C" or "F"."""
        constraints = self.constraints or Constraints()
        named = constraints.scale or self.codeset_scale
        return named if named in ("C", "F") else constraints.likely_scale

    @property
    def driven(self) -> bool:
        """Whether a puck is assigned to send its commands, even if it cannot be reached."""
        return bool(self.puck_id or self.puck2_id)


@model
class Schedule(NamedResource):
    """A schedule of a home."""

    TYPE: ClassVar[str] = "schedules"

    structure_id: str | None = None


@model
class Weather(Resource):
    """The weather at a home; pressure in hPa and wind speed in m/s, as in the old document."""

    TYPE: ClassVar[str] = "weather-readings"

    sunrise: datetime | None = None
    sunset: datetime | None = None
    outside_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    windspeed: float | None = field(default=None, metadata=WIND_SPEED)
    wind_direction: float | None = field(default=None, metadata=DIRECTION)
    humidity: float | None = field(default=None, metadata=HUMIDITY)
    pressure: float | None = field(default=None, metadata=PRESSURE)
    wind_chill: float | None = field(default=None, metadata=WIND_CHILL)
    condition: str | None = None


@model
class DeviceReading(Resource):
    """The last report of a device; `created_at` is its time."""

    rssi: float | None = field(default=None, metadata=SIGNAL)
    system_voltage: float | None = field(default=None, metadata=VOLTAGE)
    firmware_version_s: str | None = None
    firmware_version_b: str | None = None
    firmware_version_w: str | None = None
    firmware_version: str | None = None
    connected_gateway_name: str | None = field(default=None, metadata=PRIVATE)

    @property
    def firmware(self) -> str | None:
        """The version of the firmware, as the app shows it."""
        return self.firmware_version or self.firmware_version_s


@model
class VentReading(DeviceReading):
    """A report of a vent; `percent_open` is the vent's own estimate."""

    TYPE: ClassVar[str] = "vent-sensor-readings"

    duct_temperature_c: float | None = field(default=None, metadata=DUCT_TEMPERATURE)
    duct_pressure: float | None = field(default=None, metadata=DUCT_PRESSURE)
    """kPa; Flair stopped sending it in April 2025."""
    percent_open: int | None = field(default=None, metadata=PERCENT)
    motor_run_time: float | None = field(default=None, metadata=NOT_NEGATIVE)
    motor_current: float | None = field(default=None, metadata=NOT_NEGATIVE)
    lights: int | None = None


@model
class PuckReading(DeviceReading):
    """A report of a puck."""

    TYPE: ClassVar[str] = "sensor-readings"

    room_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    room_pressure: float | None = field(default=None, metadata=DUCT_PRESSURE)
    """kPa; Flair stopped sending it in April 2025."""
    humidity: float | None = field(default=None, metadata=HUMIDITY)
    light: float | None = field(default=None, metadata=LIGHT)
    """Raw; twice this is about lux, not calibrated."""
    desired_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    is_gateway: bool | None = None
    button_pushes: int | None = None
    rotary_encoded_clicks: int | None = None
    die_temperature: float | None = None
    message_version: int | None = None


@model
class Puck2Reading(DeviceReading):
    """A report of a Puck 2."""

    TYPE: ClassVar[str] = "puck2-sensor-readings"

    room_temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    humidity: float | None = field(default=None, metadata=HUMIDITY)
    power_source: PowerSource | None = None
    sub_ghz_rssi: float | None = field(default=None, metadata=SIGNAL)
    mode: str | None = None
    mode_status: str | None = None
    fan_speed_status: str | None = None
    power_status: str | None = None
    ir_device_set_point: float | None = None
    error: str | None = None


@model
class BridgeReading(DeviceReading):
    """A report of a bridge."""

    TYPE: ClassVar[str] = "bridge-sensor-readings"


@model
class RemoteSensorReading(Resource):
    """The last report of a sensor of a linked thermostat."""

    TYPE: ClassVar[str] = "remote-sensor-readings"

    occupied: bool | None = None
    temperature_c: float | None = field(default=None, metadata=TEMPERATURE)
    humidity: float | None = field(default=None, metadata=HUMIDITY)


RESOURCES: tuple[type[Resource], ...] = (
    User, Structure, Zone, Room, Vent, Puck, Puck2, Bridge, Thermostat, ThermostatState,
    RemoteSensor, HvacUnit, Schedule, Weather, VentReading, PuckReading, Puck2Reading,
    BridgeReading, RemoteSensorReading,
)  # fmt: skip
