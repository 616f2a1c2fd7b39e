"""The sensors of Flower Power."""

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

from ..devices import Device
from ..entity import entities_from
from ..liveness import past
from ..loader import EntityFactory
from ..sensor import HabitatSensor, HabitatSensorDescription, measured, option, told
from .client.enums import Instruction, Status, TankInstruction, WateringMode
from .client.models import Analysis, Gauge, Location, LocationStatus, Sample
from .coordinator import SAMPLE, STATUS, FlowerPowerCoordinator
from .entity import AnalysisEntity

DLI = "mol/m²/d"
PPFD = "μmol/s⋅m²"

type Bound = Callable[[Gauge], float | None]


class FlowerPowerSensor[R](HabitatSensor[FlowerPowerCoordinator, R]):
    """A sensor of a location."""


class AnalysisSensor(AnalysisEntity, FlowerPowerSensor[LocationStatus]):
    """A sensor of the cloud's analysis."""


@dataclass(frozen=True, kw_only=True)
class SampledDescription(HabitatSensorDescription[Sample]):
    """Describes a measurement that the status repeats."""

    gauge: Callable[[LocationStatus], Gauge]


class SampledSensor(FlowerPowerSensor[Sample]):
    """A measurement: of the last sample, else what the phone sent along with the status."""

    entity_description: SampledDescription

    def __init__(
        self,
        coordinator: FlowerPowerCoordinator,
        device: Device,
        kind: type[Sample],
        description: SampledDescription,
    ) -> None:
        """Follow both."""
        self._status_key = f"{device.key}/{STATUS}"
        super().__init__(
            coordinator, device, kind, description, reads=(self._status_key,)
        )

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """What was measured last."""
        value = super().native_value
        coordinator = self.coordinator
        if value is not None or not coordinator.is_alive(self.device_key):
            return value
        if status := coordinator.record(self._status_key, LocationStatus):
            # A float of the phone's that was printed as a double.
            return rounded(self.entity_description.gauge(status).current_value, 2)
        return value


def sampled(
    key: str,
    device_class: SensorDeviceClass | None,
    value: Callable[[Sample], float | None],
    gauge: Callable[[LocationStatus], Gauge],
    *,
    precision: int,
    diagnostic: bool = False,
) -> SampledDescription:
    """Describe a measurement in % that the status repeats."""
    return SampledDescription(
        key=key,
        device_class=device_class,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        value=value,
        gauge=gauge,
        part=SAMPLE,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
    )


SAMPLES: tuple[HabitatSensorDescription[Sample], ...] = (
    measured(
        "temperature",
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        lambda sample: sample.air_temperature_celsius,
        precision=1,
        part=SAMPLE,
    ),
    measured(
        "calibrated_soil_moisture",
        SensorDeviceClass.MOISTURE,
        PERCENTAGE,
        lambda sample: sample.calibrated_soil_moisture_percent,
        precision=1,
        part=SAMPLE,
        enabled=False,
    ),
    measured(
        "soil_conductivity",
        SensorDeviceClass.CONDUCTIVITY,
        UnitOfConductivity.MILLISIEMENS_PER_CM,
        lambda sample: sample.fertilizer_level,
        precision=2,
        part=SAMPLE,
    ),
    measured(
        "illuminance",
        SensorDeviceClass.ILLUMINANCE,
        LIGHT_LUX,
        lambda sample: rounded(sample.illuminance, 0),
        precision=0,
        part=SAMPLE,
    ),
    measured(
        "ppfd",
        None,
        PPFD,
        lambda sample: rounded(sample.photon_flux, 1),
        precision=1,
        part=SAMPLE,
        enabled=False,
    ),
)

SAMPLES_OR_GAUGES: tuple[SampledDescription, ...] = (
    sampled(
        "soil_moisture",
        SensorDeviceClass.MOISTURE,
        lambda sample: sample.soil_moisture_percent,
        lambda status: status.watering.soil_moisture.gauge_values,
        precision=1,
    ),
    sampled(
        "battery",
        SensorDeviceClass.BATTERY,
        lambda sample: sample.battery_percent,
        lambda status: status.battery.gauge_values,
        precision=0,
        diagnostic=True,
    ),
)

TANK: tuple[SampledDescription, ...] = (
    sampled(
        "water_tank_level",
        None,
        lambda sample: sample.water_tank_level_percent,
        lambda status: status.watering.automatic_watering.gauge_values,
        precision=0,
    ),
)


def rounded(value: float | None, digits: int) -> float | None:
    """Return a computed value without the digits that mean nothing."""
    return None if value is None else round(value, digits)


def advice(gauge: str) -> HabitatSensorDescription[LocationStatus]:
    """Describe what a gauge tells the owner."""
    return told(
        f"{gauge}_advice",
        lambda status: option(status.analysis(gauge).instruction_key),
        words=Instruction,
        part=STATUS,
        diagnostic=False,
    )


def condition(gauge: str) -> HabitatSensorDescription[LocationStatus]:
    """Describe how the plant fares at a gauge."""
    return told(
        f"{gauge}_status",
        lambda status: option(status.analysis(gauge).status_key),
        words=Status,
        part=STATUS,
        enabled=False,
    )


def threshold(
    gauge: str,
    end: str,
    device_class: SensorDeviceClass | None,
    unit: str,
    bound: Bound,
) -> HabitatSensorDescription[LocationStatus]:
    """Describe a bound of what a plant likes."""
    return measured(
        f"{gauge}_{end}",
        device_class,
        unit,
        lambda status: bound(status.analysis(gauge).gauge_values),
        precision=2 if gauge == "fertilizer" else 1,
        part=STATUS,
        diagnostic=True,
        enabled=False,
        # It is the plant's, however it fares.
        lasting=True,
    )


def lowest(gauge: Gauge) -> float | None:
    """Return the lower bound."""
    return gauge.min_threshold


def highest(gauge: Gauge) -> float | None:
    """Return the upper bound."""
    return gauge.max_threshold


def next_analysis(status: LocationStatus) -> datetime | None:
    """Return when the first gauge will have been analyzed."""
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
    # No soil was ever too wet: the cloud knows no upper bound.
    ("soil_moisture", SensorDeviceClass.MOISTURE, PERCENTAGE, ("min",)),
)
_ENDS: dict[str, Bound] = {"min": lowest, "max": highest}

PLANT: tuple[HabitatSensorDescription[LocationStatus], ...] = (
    *(advice(gauge) for gauge in LocationStatus.GAUGES),
    *(condition(gauge) for gauge in LocationStatus.GAUGES),
    *(
        threshold(gauge, end, device_class, unit, _ENDS[end])
        for gauge, device_class, unit, ends in _MEASURES
        for end in ends
    ),
    measured(
        "daily_light_integral",
        None,
        DLI,
        lambda status: status.light.gauge_values.current_value,
        precision=1,
        part=STATUS,
    ),
    measured(
        "analyzed_temperature",
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        lambda status: status.air_temperature.gauge_values.current_value,
        precision=1,
        part=STATUS,
        enabled=False,
    ),
    measured(
        "analyzed_conductivity",
        SensorDeviceClass.CONDUCTIVITY,
        UnitOfConductivity.MILLISIEMENS_PER_CM,
        lambda status: status.fertilizer.gauge_values.current_value,
        precision=2,
        part=STATUS,
        enabled=False,
    ),
    told(
        "next_watering_needed",
        lambda status: status.watering.soil_moisture.predicted_action_datetime_utc,
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        diagnostic=False,
    ),
    measured(
        "soil_moisture_at_watering",
        SensorDeviceClass.MOISTURE,
        PERCENTAGE,
        lambda status: status.watering.soil_moisture.predicted_action_vwc_value,
        precision=1,
        part=STATUS,
        diagnostic=True,
        enabled=False,
    ),
    told(
        "last_care",
        lambda status: past(status.watering.soil_moisture.done_action_datetime_utc),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        diagnostic=False,
        lasting=True,
        exists=lambda status: (
            status.watering.soil_moisture.done_action_datetime_utc is not None
        ),
    ),
    told(
        "next_analysis",
        next_analysis,
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        enabled=False,
    ),
    told(
        "last_sample",
        lambda status: past(status.last_sample_utc),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        lasting=True,
    ),
    told(
        "last_upload",
        lambda status: past(status.last_sample_upload),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        lasting=True,
        enabled=False,
    ),
    measured(
        "total_sample_count",
        None,
        None,
        lambda status: status.total_sample_count,
        precision=0,
        state_class=None,
        lasting=True,
        part=STATUS,
        diagnostic=True,
        enabled=False,
    ),
)

POT: tuple[HabitatSensorDescription[LocationStatus], ...] = (
    told(
        "automatic_watering_advice",
        lambda status: option(status.watering.automatic_watering.instruction_key),
        words=TankInstruction,
        part=STATUS,
        diagnostic=False,
    ),
    told(
        "automatic_watering_status",
        lambda status: option(status.watering.automatic_watering.status_key),
        words=Status,
        part=STATUS,
        enabled=False,
    ),
    told(
        "next_watering",
        lambda status: status.watering.automatic_watering.next_watering_datetime_utc,
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        diagnostic=False,
    ),
    told(
        "last_watering",
        lambda status: past(
            status.watering.automatic_watering.last_watering_datetime_utc
        ),
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        diagnostic=False,
        lasting=True,
    ),
    told(
        "tank_empty",
        lambda status: status.watering.automatic_watering.predicted_action_datetime_utc,
        device_class=SensorDeviceClass.TIMESTAMP,
        part=STATUS,
        diagnostic=False,
    ),
    measured(
        "autonomy",
        SensorDeviceClass.DURATION,
        UnitOfTime.DAYS,
        lambda status: status.watering.automatic_watering.full_autonomy_days,
        precision=0,
        part=STATUS,
    ),
)


def mode(location: Location) -> str | None:
    """Return who waters a Parrot Pot; a word that is not known as the cloud has it."""
    config = location.sensor.autowatering_cfg if location.sensor else None
    if config is None or not config.mode:
        return None
    return (
        option(config.word) or config.mode.strip().casefold()[:MAX_LENGTH_STATE_STATE]
    )


MODE: tuple[HabitatSensorDescription[Location], ...] = (
    told("watering_mode", mode, words=WateringMode, lasting=True),
)


class ModeSensor(FlowerPowerSensor[Location]):
    """Who waters a pot: a setting, so a word that is not known is one more option."""

    @property
    @override
    def options(self) -> list[str] | None:
        """The words that are known, and the one that is set."""
        known = self.entity_description.options or []
        current = self.native_value
        return known if current in (None, *known) else [*known, str(current)]


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the sensors of a location."""
    location = coordinator.record(device.key, Location)
    yield from entities_from(coordinator, device, LocationStatus, PLANT, AnalysisSensor)
    if location is None or location.sensor is None:
        return
    yield from entities_from(coordinator, device, Sample, SAMPLES, FlowerPowerSensor)
    yield from entities_from(
        coordinator, device, Sample, SAMPLES_OR_GAUGES, SampledSensor
    )
    if location.sensor.is_pot:
        yield from entities_from(coordinator, device, Sample, TANK, SampledSensor)
        yield from entities_from(
            coordinator, device, LocationStatus, POT, AnalysisSensor
        )
        yield from entities_from(coordinator, device, Location, MODE, ModeSensor)
