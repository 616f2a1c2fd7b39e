"""Flower Power's sensors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    LIGHT_LUX,
    MAX_LENGTH_STATE_STATE,
    PERCENTAGE,
    EntityCategory,
    UnitOfConductivity,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.helpers.typing import StateType

from ..deadlines import past
from ..descriptions import enum_sensor, enum_state
from ..devices import Device
from ..entity import entities_from
from ..loader import EntityFactory
from ..sensor import HabitatSensorEntity, HabitatSensorEntityDescription
from .client.enums import Instruction, Status, TankInstruction, WateringMode
from .client.models import Analysis, Gauge, Location, LocationStatus, Sample
from .coordinator import FlowerPowerCoordinator
from .devices import SAMPLE, STATUS
from .entity import FlowerPowerAnalysisEntity

DLI = "mol/m²/d"
PPFD = "μmol/s⋅m²"

type Bound = Callable[[Gauge], float | None]


class FlowerPowerSensorEntity[R](HabitatSensorEntity[FlowerPowerCoordinator, R]):
    """A sensor of a location."""


class FlowerPowerAnalysisSensorEntity(
    FlowerPowerAnalysisEntity, FlowerPowerSensorEntity[LocationStatus]
):
    """A sensor of the cloud's analysis."""


@dataclass(frozen=True, kw_only=True)
class SampleSensorEntityDescription(HabitatSensorEntityDescription[Sample]):
    """Describes a measurement that the status has too."""

    gauge_fn: Callable[[LocationStatus], Gauge]


class FlowerPowerSampleSensorEntity(FlowerPowerSensorEntity[Sample]):
    """A measurement: of the newest sample, else of the status."""

    entity_description: SampleSensorEntityDescription

    def __init__(
        self,
        coordinator: FlowerPowerCoordinator,
        device: Device,
        kind: type[Sample],
        description: SampleSensorEntityDescription,
    ) -> None:
        """Read both records."""
        self._status_key = f"{device.key}/{STATUS}"
        super().__init__(
            coordinator, device, kind, description, reads=(self._status_key,)
        )

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The last measurement."""
        value = super().native_value
        coordinator = self.coordinator
        if value is not None or not coordinator.is_alive(self.device_key):
            return value
        if status := coordinator.record(self._status_key, LocationStatus):
            # The phone's float32 was printed as a double.
            return rounded(self.entity_description.gauge_fn(status).current_value, 2)
        return value


SAMPLES: tuple[HabitatSensorEntityDescription[Sample], ...] = (
    HabitatSensorEntityDescription(
        key="temperature",
        detail=SAMPLE,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda sample: sample.air_temperature_celsius,
    ),
    HabitatSensorEntityDescription(
        key="calibrated_soil_moisture",
        detail=SAMPLE,
        device_class=SensorDeviceClass.MOISTURE,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda sample: sample.calibrated_soil_moisture_percent,
    ),
    HabitatSensorEntityDescription(
        key="soil_conductivity",
        detail=SAMPLE,
        device_class=SensorDeviceClass.CONDUCTIVITY,
        native_unit_of_measurement=UnitOfConductivity.MILLISIEMENS_PER_CM,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda sample: sample.fertilizer_level,
    ),
    HabitatSensorEntityDescription(
        key="illuminance",
        detail=SAMPLE,
        device_class=SensorDeviceClass.ILLUMINANCE,
        native_unit_of_measurement=LIGHT_LUX,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda sample: rounded(sample.illuminance, 0),
    ),
    HabitatSensorEntityDescription(
        key="ppfd",
        detail=SAMPLE,
        native_unit_of_measurement=PPFD,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda sample: rounded(sample.photon_flux, 1),
    ),
)

SAMPLES_OR_GAUGES: tuple[SampleSensorEntityDescription, ...] = (
    SampleSensorEntityDescription(
        key="soil_moisture",
        detail=SAMPLE,
        device_class=SensorDeviceClass.MOISTURE,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda sample: sample.soil_moisture_percent,
        gauge_fn=lambda status: status.watering.soil_moisture.gauge_values,
    ),
    SampleSensorEntityDescription(
        key="battery",
        detail=SAMPLE,
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda sample: sample.battery_percent,
        gauge_fn=lambda status: status.battery.gauge_values,
    ),
)

TANK: tuple[SampleSensorEntityDescription, ...] = (
    SampleSensorEntityDescription(
        key="water_tank_level",
        detail=SAMPLE,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda sample: sample.water_tank_level_percent,
        gauge_fn=lambda status: status.watering.automatic_watering.gauge_values,
    ),
)


def rounded(value: float | None, digits: int) -> float | None:
    """Round a computed value."""
    return None if value is None else round(value, digits)


def advice(gauge: str) -> HabitatSensorEntityDescription[LocationStatus]:
    """Describe the advice of a gauge."""
    return enum_sensor(
        key=f"{gauge}_advice",
        detail=STATUS,
        options=Instruction,
        value_fn=lambda status: enum_state(status.analysis(gauge).instruction_key),
    )


def condition(gauge: str) -> HabitatSensorEntityDescription[LocationStatus]:
    """Describe the condition of the plant at a gauge."""
    return enum_sensor(
        key=f"{gauge}_status",
        detail=STATUS,
        options=Status,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: enum_state(status.analysis(gauge).status_key),
    )


def threshold(
    gauge: str,
    end: str,
    device_class: SensorDeviceClass | None,
    unit: str,
    bound: Bound,
) -> HabitatSensorEntityDescription[LocationStatus]:
    """Describe a bound of a plant's good range."""
    return HabitatSensorEntityDescription(
        key=f"{gauge}_{end}",
        detail=STATUS,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2 if gauge == "fertilizer" else 1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        # It belongs to the plant and does not depend on the sensor.
        lasting=True,
        value_fn=lambda status: bound(status.analysis(gauge).gauge_values),
    )


def lowest(gauge: Gauge) -> float | None:
    """Return the lower bound."""
    return gauge.min_threshold


def highest(gauge: Gauge) -> float | None:
    """Return the upper bound."""
    return gauge.max_threshold


def next_analysis(status: LocationStatus) -> datetime | None:
    """Return when the first analysis of a gauge is expected."""
    analyses: list[Analysis] = [status.analysis(gauge) for gauge in status.GAUGES]
    times = [analysis.next_analysis_datetime_utc for analysis in analyses]
    return min((time for time in times if time), default=None)


_MEASURES: tuple[tuple[str, SensorDeviceClass | None, str, tuple[str, ...]], ...] = (
    (
        "air_temperature",
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        ("min", "max"),
    ),
    ("light", None, DLI, ("min", "max")),
    (
        "fertilizer",
        SensorDeviceClass.CONDUCTIVITY,
        UnitOfConductivity.MILLISIEMENS_PER_CM,
        ("min", "max"),
    ),
    # The cloud has no upper bound for soil moisture.
    ("soil_moisture", SensorDeviceClass.MOISTURE, PERCENTAGE, ("min",)),
)
_ENDS: dict[str, Bound] = {"min": lowest, "max": highest}

PLANT: tuple[HabitatSensorEntityDescription[LocationStatus], ...] = (
    *(advice(gauge) for gauge in LocationStatus.GAUGES),
    *(condition(gauge) for gauge in LocationStatus.GAUGES),
    *(
        threshold(gauge, end, device_class, unit, _ENDS[end])
        for gauge, device_class, unit, ends in _MEASURES
        for end in ends
    ),
    HabitatSensorEntityDescription(
        key="daily_light_integral",
        detail=STATUS,
        native_unit_of_measurement=DLI,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda status: status.light.gauge_values.current_value,
    ),
    HabitatSensorEntityDescription(
        key="analyzed_temperature",
        detail=STATUS,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda status: status.air_temperature.gauge_values.current_value,
    ),
    HabitatSensorEntityDescription(
        key="analyzed_conductivity",
        detail=STATUS,
        device_class=SensorDeviceClass.CONDUCTIVITY,
        native_unit_of_measurement=UnitOfConductivity.MILLISIEMENS_PER_CM,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        value_fn=lambda status: status.fertilizer.gauge_values.current_value,
    ),
    HabitatSensorEntityDescription(
        key="next_watering_needed",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda status: (
            status.watering.soil_moisture.predicted_action_datetime_utc
        ),
    ),
    HabitatSensorEntityDescription(
        key="soil_moisture_at_watering",
        detail=STATUS,
        device_class=SensorDeviceClass.MOISTURE,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: (
            status.watering.soil_moisture.predicted_action_vwc_value
        ),
    ),
    HabitatSensorEntityDescription(
        key="last_care",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        lasting=True,
        exists_fn=lambda status: (
            status.watering.soil_moisture.done_action_datetime_utc is not None
        ),
        value_fn=lambda status: past(
            status.watering.soil_moisture.done_action_datetime_utc
        ),
    ),
    HabitatSensorEntityDescription(
        key="next_analysis",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=next_analysis,
    ),
    HabitatSensorEntityDescription(
        key="last_sample",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=lambda status: past(status.last_sample_utc),
    ),
    HabitatSensorEntityDescription(
        key="last_upload",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda status: past(status.last_sample_upload),
    ),
    HabitatSensorEntityDescription(
        key="total_sample_count",
        detail=STATUS,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lasting=True,
        value_fn=lambda status: status.total_sample_count,
    ),
)

POT: tuple[HabitatSensorEntityDescription[LocationStatus], ...] = (
    enum_sensor(
        key="automatic_watering_advice",
        detail=STATUS,
        options=TankInstruction,
        value_fn=lambda status: enum_state(
            status.watering.automatic_watering.instruction_key
        ),
    ),
    enum_sensor(
        key="automatic_watering_status",
        detail=STATUS,
        options=Status,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: enum_state(
            status.watering.automatic_watering.status_key
        ),
    ),
    HabitatSensorEntityDescription(
        key="next_watering",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda status: (
            status.watering.automatic_watering.next_watering_datetime_utc
        ),
    ),
    HabitatSensorEntityDescription(
        key="last_watering",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        lasting=True,
        value_fn=lambda status: past(
            status.watering.automatic_watering.last_watering_datetime_utc
        ),
    ),
    HabitatSensorEntityDescription(
        key="tank_empty",
        detail=STATUS,
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda status: (
            status.watering.automatic_watering.predicted_action_datetime_utc
        ),
    ),
    HabitatSensorEntityDescription(
        key="autonomy",
        detail=STATUS,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.DAYS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda status: status.watering.automatic_watering.full_autonomy_days,
    ),
)


def mode(location: Location) -> str | None:
    """Return the watering mode of a Parrot Pot; an unknown one unchanged."""
    config = location.sensor.autowatering_cfg if location.sensor else None
    if config is None or not config.mode:
        return None
    return (
        enum_state(config.known_mode)
        or config.mode.strip().casefold()[:MAX_LENGTH_STATE_STATE]
    )


MODE: tuple[HabitatSensorEntityDescription[Location], ...] = (
    enum_sensor(
        key="watering_mode",
        options=WateringMode,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=mode,
    ),
)


class FlowerPowerModeSensorEntity(FlowerPowerSensorEntity[Location]):
    """The watering mode of a pot; an unknown one becomes a further option."""

    @property
    @override
    def options(self) -> list[str] | None:
        """The known modes, and the current one."""
        known = self.entity_description.options or []
        current = self.native_value
        return known if current in (None, *known) else [*known, str(current)]


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the sensors of a location."""
    location = coordinator.record(device.key, Location)
    yield from entities_from(
        coordinator, device, LocationStatus, PLANT, FlowerPowerAnalysisSensorEntity
    )
    if location is None or location.sensor is None:
        return
    yield from entities_from(
        coordinator, device, Sample, SAMPLES, FlowerPowerSensorEntity
    )
    yield from entities_from(
        coordinator, device, Sample, SAMPLES_OR_GAUGES, FlowerPowerSampleSensorEntity
    )
    if location.sensor.is_pot:
        yield from entities_from(
            coordinator, device, Sample, TANK, FlowerPowerSampleSensorEntity
        )
        yield from entities_from(
            coordinator, device, LocationStatus, POT, FlowerPowerAnalysisSensorEntity
        )
        yield from entities_from(
            coordinator, device, Location, MODE, FlowerPowerModeSensorEntity
        )
