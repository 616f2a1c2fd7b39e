"""Models of the Flower Power cloud, by endpoint, with the API's names.

Temperatures are in °C; moistures, batteries and tanks in %; fertilizer is the electrical conductivity of
the soil in mS/cm; light is in mol/m²/d. All times are UTC. Values that mean "nothing" (-1, 99, 0/0, a
gauge of 0 that was never measured) are None already, see `sentinels`. The sources of the fields are in
docs/vendors/flower_power.md.
"""

from dataclasses import field
from datetime import datetime, time
import re
from typing import ClassVar

from ...cloud.models import PRIVATE, model
from ...cloud.plausible import (
    AIR_TEMPERATURE,
    BATTERY,
    CONDUCTIVITY,
    DAILY_LIGHT,
    PERCENT,
    Range,
    within,
)
from .enums import (
    TANK_TROUBLES,
    Color,
    Instruction,
    SensorType,
    SharingStatus,
    Status,
    TankInstruction,
    WateringMode,
)

LUX = 1e6 / 86_400 * 53.93
"""Lux of one mol/m²/d, by Parrot's factor for daylight (docs/vendors/flower_power.md, Resources)."""
PPFD = 1e6 / 86_400
"""µmol/m²/s of one mol/m²/d."""

_FIRMWARE = re.compile(r"\d+\.\d+\.\d+")
_SYSTEM_ID = re.compile(r"([0-9A-F]{6})0000([0-9A-F]{6})", re.IGNORECASE)


@model
class Versions:
    """The versions in every answer: each number grows when that part of the account changes."""

    user_config_version: int | None = None
    garden_status_version: int | None = None
    server_identifier: str | None = None


@model
class Profile:
    """The user of the account."""

    email: str | None = field(default=None, metadata=PRIVATE)
    use_fahrenheit: bool | None = None
    use_feet_inches: bool | None = None
    use_liter: bool | None = None
    use_lux: bool | None = None
    use_ftc: bool | None = None
    use_mol: bool | None = None
    """Units of Parrot's app; the API does not convert values."""
    utc_timezone: str | None = field(default=None, metadata=PRIVATE)
    language_iso639: str | None = None
    notification_curfew_start: time | None = None
    notification_curfew_end: time | None = None
    pictures_public: bool | None = None
    newsletter_optin: bool | None = None
    scientist: bool | None = None
    device_brand: str | None = None
    device_model: str | None = None
    device_os: str | None = None
    app_version: str | None = None
    ip_address_on_create: str | None = field(default=None, metadata=PRIVATE)
    last_updated_ip_address: str | None = field(default=None, metadata=PRIVATE)

    @property
    def account_id(self) -> str | None:
        """The id of the account."""
        return self.email.strip().lower() if self.email else None


@model
class AutowateringCfg:
    """The settings of a Parrot Pot's watering."""

    mode: str | None = None
    """A setting of Parrot's app; not all values are known."""

    @property
    def known_mode(self) -> WateringMode | None:
        """The mode, or None if it is not known."""
        return WateringMode.read(self.mode)


@model
class Sensor:
    """The current sensor of a location."""

    sensor_serial: str | None = field(default=None, metadata=PRIVATE)
    """Not unique: one sensor may be in two locations of an account."""
    sensor_identifier: str | None = None
    nickname: str | None = field(default=None, metadata=PRIVATE)
    sensor_type: SensorType | None = None
    system_id: str | None = field(default=None, metadata=PRIVATE)
    firmware_version: str | None = None
    hardware_revision: str | None = None
    color: Color | None = None
    calibration_data: str | None = field(default=None, metadata=PRIVATE)
    assignment_datetime_utc: datetime | None = None
    autowatering_cfg: AutowateringCfg | None = None

    @property
    def firmware(self) -> str | None:
        """The version of the firmware, in short form."""
        return short_firmware(self.firmware_version)

    @property
    def is_pot(self) -> bool:
        """Whether it has a tank and automatic watering."""
        return self.sensor_type is SensorType.POT

    @property
    def bluetooth_address(self) -> str | None:
        """The Bluetooth address: the system id without the two bytes in its middle."""
        found = _SYSTEM_ID.fullmatch(self.system_id or "")
        if found is None:
            return None
        digits = (found[1] + found[2]).upper()
        return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


@model
class Picture:
    """A picture of a plant; the signed address opens it without a login."""

    image_identifier: str
    url: str | None = field(default=None, metadata=PRIVATE)
    location_identifier: str | None = None
    expires: datetime | None = None


@model
class IgnoredAlerts:
    """The notifications that the user switched off."""

    watering: bool | None = None


@model
class Location:
    """A location, with or without a plant, with or without a sensor."""

    location_identifier: str
    """23 characters; upper and lower case differ."""
    plant_nickname: str | None = field(default=None, metadata=PRIVATE)
    """Not unique."""
    plant_ids: tuple[int, ...] = ()
    main_plant_id: int | None = None
    plant_assigned_datetime_utc: datetime | None = None
    is_indoor: bool | None = None
    in_pot: bool | None = None
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    avatar_url: str | None = field(default=None, metadata=PRIVATE)
    """A signed address if it was requested, else an id of the picture."""
    pictures: tuple[Picture, ...] = ()
    ignored_alerts: IgnoredAlerts | None = None
    sensor: Sensor | None = None

    @property
    def name(self) -> str | None:
        """The name that the user chose."""
        return self.plant_nickname or (self.sensor.nickname if self.sensor else None)


@model
class Gauge:
    """A value with the bounds of its good range; None is no bound."""

    min_threshold: float | None = None
    max_threshold: float | None = None
    current_value: float | None = None


@model
class Analysis:
    """The analysis of one quantity; without a plant its gauge is empty."""

    status_key: Status | None = None
    instruction_key: Instruction | None = None
    next_analysis_datetime_utc: datetime | None = None
    predicted_action_datetime_utc: datetime | None = None
    done_action_datetime_utc: datetime | None = None
    gauge_values: Gauge = field(default_factory=Gauge)


@model
class SoilMoisture(Analysis):
    """The last soil moisture of the sensor itself; also without a plant."""

    predicted_action_vwc_value: float | None = field(
        default=None, metadata=within(PERCENT)
    )
    """The predicted soil moisture at the next watering, in %."""


@model
class AutomaticWatering:
    """The tank of a Parrot Pot and its automatic watering."""

    status_key: Status | None = None
    instruction_key: TankInstruction | None = None
    predicted_action_datetime_utc: datetime | None = None
    """When the tank is expected to be empty."""
    next_watering_datetime_utc: datetime | None = None
    last_watering_datetime_utc: datetime | None = None
    done_action_datetime_utc: datetime | None = None
    full_autonomy_days: float | None = field(
        default=None, metadata=within(Range(0, 3650))
    )
    """How long a full tank lasts."""
    gauge_values: Gauge = field(default_factory=Gauge)

    @property
    def verdict(self) -> Status | None:
        """The condition of the tank, from its advice if there is no status."""
        if self.status_key is None and self.instruction_key in TANK_TROUBLES:
            return Status.CRITICAL
        return self.status_key


@model
class Watering:
    """The soil moisture and the tank.

    The keys of this level usually repeat those of the soil moisture. If they differ, the inner ones are
    right (docs/vendors/flower_power.md, Resources).
    """

    status_key: Status | None = None
    instruction_key: Instruction | None = None
    soil_moisture: SoilMoisture = field(default_factory=SoilMoisture)
    automatic_watering: AutomaticWatering = field(default_factory=AutomaticWatering)


@model
class Battery:
    """The battery; its gauge is empty before the first contact."""

    gauge_values: Gauge = field(default_factory=Gauge)


@model
class FirmwareUpdate:
    """The newest firmware for a sensor; only if it is newer than the installed one."""

    firmware_upgrade_available: bool | None = None
    firmware_version: str | None = None
    firmware_update_url: str | None = field(default=None, metadata=PRIVATE)

    @property
    def firmware(self) -> str | None:
        """The version of the firmware, in short form."""
        return short_firmware(self.firmware_version)


@model
class SensorStatus:
    """The firmware of a sensor in the status."""

    sensor_type: SensorType | None = None
    sensor_identifier: str | None = None
    current_history_index: int | None = None
    firmware_version: str | None = None
    firmware_update: FirmwareUpdate = field(default_factory=FirmwareUpdate)

    @property
    def firmware(self) -> str | None:
        """The version of the installed firmware, in short form."""
        return short_firmware(self.firmware_version)


@model
class FirstAllGreen:
    """When all gauges were good for the first time."""

    sharing_status: SharingStatus | None = None


@model
class UserSharing:
    """The sharing that Parrot's app offers."""

    first_all_green: FirstAllGreen | None = None


@model
class LocationStatus:
    """The analysis of a location, as of the last upload."""

    location_identifier: str
    total_sample_count: int | None = None
    first_sample_utc: datetime | None = None
    last_sample_utc: datetime | None = None
    last_sample_upload: datetime | None = None
    last_processed_upload_datetime_utc: datetime | None = None
    status_creation_datetime_utc: datetime | None = None
    global_validity_datetime_utc: datetime | None = None
    """When this analysis is out of date; usually two days after the last sample."""
    growth_day: bool | None = None
    """Whether it is light and warm enough for the plant to grow."""
    processing_uploads: bool | None = None
    """Whether there are uploaded samples that are not in this analysis yet."""
    air_temperature: Analysis = field(default_factory=Analysis)
    light: Analysis = field(default_factory=Analysis)
    """The light of a day, in mol/m²/d."""
    fertilizer: Analysis = field(default_factory=Analysis)
    watering: Watering = field(default_factory=Watering)
    user_sharing: UserSharing | None = None
    sensor: SensorStatus | None = None
    battery: Battery = field(default_factory=Battery)

    GAUGES: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "light",
        "fertilizer",
        "soil_moisture",
    )
    """The names of the analyses."""

    def analysis(self, gauge: str) -> Analysis:
        """Return the analysis of one quantity."""
        if gauge == "soil_moisture":
            return self.watering.soil_moisture
        analysis: Analysis = getattr(self, gauge)
        return analysis

    @property
    def problem(self) -> bool | None:
        """Whether any gauge of the plant needs attention; None if no gauge has a status."""
        return self.needs_attention()

    def needs_attention(self, *, pot: bool = False) -> bool | None:
        """Return the same, including the tank if the configuration says that the sensor is a pot.

        The tank of other sensors means nothing.
        """
        pot = pot or (
            self.sensor is not None and self.sensor.sensor_type is SensorType.POT
        )
        keys = {self.analysis(gauge).status_key for gauge in self.GAUGES}
        if pot:
            keys.add(self.watering.automatic_watering.verdict)
        keys -= {None}
        return bool(keys & {Status.WARNING, Status.CRITICAL}) if keys else None

    @property
    def needs_water(self) -> bool | None:
        """Whether the soil is too dry; None if it is not known."""
        said = self.watering.soil_moisture.instruction_key
        return None if said is None else said is Instruction.TOO_LOW


@model
class Sample:
    """One measurement of a sensor, usually every 15 minutes."""

    capture_datetime_utc: datetime
    light: float | None = field(default=None, metadata=within(DAILY_LIGHT))
    """The rate at that time in mol/m²/d; 0.1 in the dark."""
    fertilizer_level: float | None = field(default=None, metadata=within(CONDUCTIVITY))
    air_temperature_celsius: float | None = field(
        default=None, metadata=within(AIR_TEMPERATURE)
    )
    soil_moisture_percent: float | None = field(default=None, metadata=within(PERCENT))
    calibrated_soil_moisture_percent: float | None = field(
        default=None, metadata=within(PERCENT)
    )
    battery_percent: float | None = field(default=None, metadata=within(BATTERY))
    water_tank_level_percent: float | None = field(
        default=None, metadata=within(PERCENT)
    )
    """0 on sensors that have no tank."""

    @property
    def illuminance(self) -> float | None:
        """The light in lx."""
        return None if self.light is None else self.light * LUX

    @property
    def photon_flux(self) -> float | None:
        """The light that plants use (PPFD), in µmol/m²/s."""
        return None if self.light is None else self.light * PPFD


@model
class WateringEvent:
    """A watering of a plant that the cloud detected in the samples."""

    begin: datetime
    end: datetime | None = None


def short_firmware(version: str | None) -> str | None:
    """Return 2.0.3 of 2016-09-14_hawaii-2.0.3_hardware-config-MP."""
    found = _FIRMWARE.search(version or "")
    return found[0] if found else version
