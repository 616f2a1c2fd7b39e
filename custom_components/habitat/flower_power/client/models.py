"""What the Flower Power cloud says, by endpoint, with its own names.

Temperatures are °C, moistures, batteries and tanks %, fertilizer is the soil's electrical
conductivity in mS/cm, light the mol/m² that a day would bring at that rate. All times are UTC.
What stands for "nothing" in an answer (-1, 99, 0/0, a gauge of 0 that was never measured) is None
already, see `sentinels`. The spellings come from recordings of the API, Parrot's document and,
where those are silent, clients of the time.
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
"""Lux for one mol/m²/d, by Parrot's own factor for daylight."""
PPFD = 1e6 / 86_400
"""µmol/m²/s for one mol/m²/d."""

_FIRMWARE = re.compile(r"\d+\.\d+\.\d+")
_SYSTEM_ID = re.compile(r"([0-9A-F]{6})0000([0-9A-F]{6})", re.IGNORECASE)


@model
class Versions:
    """What every answer carries: each number grows when that part of the account changed."""

    user_config_version: int | None = None
    garden_status_version: int | None = None
    server_identifier: str | None = None


@model
class Profile:
    """The person whose account it is."""

    email: str | None = field(default=None, metadata=PRIVATE)
    use_fahrenheit: bool | None = None
    use_feet_inches: bool | None = None
    use_liter: bool | None = None
    use_lux: bool | None = None
    use_ftc: bool | None = None
    use_mol: bool | None = None
    """Units of Parrot's app; the API converts nothing."""
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
        """What tells the account from others."""
        return self.email.strip().lower() if self.email else None


@model
class AutowateringCfg:
    """How a Parrot Pot is told to water."""

    mode: str | None = None
    """A setting of Parrot's app, whose words are not all known."""

    @property
    def word(self) -> WateringMode | None:
        """The mode, where its word is known."""
        return WateringMode.read(self.mode)


@model
class Sensor:
    """The sensor that stands at a location at the moment."""

    sensor_serial: str | None = field(default=None, metadata=PRIVATE)
    """No identity: one sensor may stand in two locations of an account."""
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
        """The firmware, as people compare it."""
        return short_firmware(self.firmware_version)

    @property
    def is_pot(self) -> bool:
        """Whether it has a tank and waters by itself."""
        return self.sensor_type is SensorType.POT

    @property
    def bluetooth_address(self) -> str | None:
        """The Bluetooth address, which the system id holds with two bytes in its middle."""
        found = _SYSTEM_ID.fullmatch(self.system_id or "")
        if found is None:
            return None
        digits = (found[1] + found[2]).upper()
        return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


@model
class Picture:
    """A picture of a plant; who knows the signed address can see it."""

    image_identifier: str
    url: str | None = field(default=None, metadata=PRIVATE)
    location_identifier: str | None = None
    expires: datetime | None = None


@model
class IgnoredAlerts:
    """What the owner does not want to hear."""

    watering: bool | None = None


@model
class Location:
    """A place for a plant, with or without a plant, with or without a sensor."""

    location_identifier: str
    """23 characters; upper and lower case differ."""
    plant_nickname: str | None = field(default=None, metadata=PRIVATE)
    """Several locations may have the same."""
    plant_ids: tuple[int, ...] = ()
    main_plant_id: int | None = None
    plant_assigned_datetime_utc: datetime | None = None
    is_indoor: bool | None = None
    in_pot: bool | None = None
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    avatar_url: str | None = field(default=None, metadata=PRIVATE)
    """A signed address when asked for so, else what identifies the picture."""
    pictures: tuple[Picture, ...] = ()
    ignored_alerts: IgnoredAlerts | None = None
    sensor: Sensor | None = None

    @property
    def name(self) -> str | None:
        """What people call it."""
        return self.plant_nickname or (self.sensor.nickname if self.sensor else None)


@model
class Gauge:
    """A value with the bounds within which it is good; None where there is no bound."""

    min_threshold: float | None = None
    max_threshold: float | None = None
    current_value: float | None = None


@model
class Analysis:
    """What the cloud makes of the samples for a plant; without a plant its gauge is empty."""

    status_key: Status | None = None
    instruction_key: Instruction | None = None
    next_analysis_datetime_utc: datetime | None = None
    predicted_action_datetime_utc: datetime | None = None
    done_action_datetime_utc: datetime | None = None
    gauge_values: Gauge = field(default_factory=Gauge)


@model
class SoilMoisture(Analysis):
    """The soil's moisture as the sensor itself said last; there also without a plant."""

    predicted_action_vwc_value: float | None = field(
        default=None, metadata=within(PERCENT)
    )
    """How moist the soil will be when it is time to water, in %."""


@model
class AutomaticWatering:
    """The tank of a Parrot Pot and what it does with it."""

    status_key: Status | None = None
    instruction_key: TankInstruction | None = None
    predicted_action_datetime_utc: datetime | None = None
    """When the tank will be empty."""
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
        """How the tank fares, by what it tells its owner where nothing else is said."""
        if self.status_key is None and self.instruction_key in TANK_TROUBLES:
            return Status.CRITICAL
        return self.status_key


@model
class Watering:
    """The soil's moisture and the tank.

    The keys of this level usually repeat those of the soil's moisture, but were seen to contradict
    them: the inner ones are right.
    """

    status_key: Status | None = None
    instruction_key: Instruction | None = None
    soil_moisture: SoilMoisture = field(default_factory=SoilMoisture)
    automatic_watering: AutomaticWatering = field(default_factory=AutomaticWatering)


@model
class Battery:
    """The battery; its gauge is empty until the sensor was heard of."""

    gauge_values: Gauge = field(default_factory=Gauge)


@model
class FirmwareUpdate:
    """The firmware that is there for a sensor; named only when it is newer."""

    firmware_upgrade_available: bool | None = None
    firmware_version: str | None = None
    firmware_update_url: str | None = field(default=None, metadata=PRIVATE)

    @property
    def firmware(self) -> str | None:
        """The firmware, as people compare it."""
        return short_firmware(self.firmware_version)


@model
class SensorStatus:
    """What the cloud knows of the state of a sensor."""

    sensor_type: SensorType | None = None
    sensor_identifier: str | None = None
    current_history_index: int | None = None
    firmware_version: str | None = None
    firmware_update: FirmwareUpdate = field(default_factory=FirmwareUpdate)

    @property
    def firmware(self) -> str | None:
        """The firmware that is installed, as people compare it."""
        return short_firmware(self.firmware_version)


@model
class FirstAllGreen:
    """The moment when all gauges were good for the first time."""

    sharing_status: SharingStatus | None = None


@model
class UserSharing:
    """What Parrot's app offers to share."""

    first_all_green: FirstAllGreen | None = None


@model
class LocationStatus:
    """How the plant at a location fares, as of its last upload."""

    location_identifier: str
    total_sample_count: int | None = None
    first_sample_utc: datetime | None = None
    last_sample_utc: datetime | None = None
    last_sample_upload: datetime | None = None
    last_processed_upload_datetime_utc: datetime | None = None
    status_creation_datetime_utc: datetime | None = None
    global_validity_datetime_utc: datetime | None = None
    """From then on this analysis is out of date; usually two days after the last sample."""
    growth_day: bool | None = None
    """Whether it is light and warm enough for the plant to grow."""
    processing_uploads: bool | None = None
    """Whether samples have arrived that this analysis does not know yet."""
    air_temperature: Analysis = field(default_factory=Analysis)
    light: Analysis = field(default_factory=Analysis)
    """The mol/m² that the plant gets on a day."""
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
    """What `analysis` can be asked for."""

    def analysis(self, gauge: str) -> Analysis:
        """Return what the cloud makes of one gauge."""
        if gauge == "soil_moisture":
            return self.watering.soil_moisture
        analysis: Analysis = getattr(self, gauge)
        return analysis

    @property
    def problem(self) -> bool | None:
        """Whether any gauge of the plant needs attention; None when none says."""
        return self.needs_attention()

    def needs_attention(self, *, pot: bool = False) -> bool | None:
        """Say the same where the configuration may know that the sensor is a pot.

        The tank is a gauge of pots alone: what is said of that of other sensors means nothing.
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
        """Whether the soil is too dry; None when that is not known."""
        said = self.watering.soil_moisture.instruction_key
        return None if said is None else said is Instruction.TOO_LOW


@model
class Sample:
    """What a sensor measured, usually every 15 minutes."""

    capture_datetime_utc: datetime
    light: float | None = field(default=None, metadata=within(DAILY_LIGHT))
    """At that moment, as what a day would bring at that rate: 0.1 in the dark."""
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
        """The light that plants use, in µmol/m²/s."""
        return None if self.light is None else self.light * PPFD


@model
class WateringEvent:
    """A time when a plant was watered, as the cloud saw it in the samples."""

    begin: datetime
    end: datetime | None = None


def short_firmware(version: str | None) -> str | None:
    """Return 2.0.3 of 2016-09-14_hawaii-2.0.3_hardware-config-MP."""
    found = _FIRMWARE.search(version or "")
    return found[0] if found else version
