"""CityFlow's sensors: the properties of both generations of probes, and unknown properties."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    RestoreSensor,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.const import (
    ATTR_LATITUDE,
    ATTR_LONGITUDE,
    LIGHT_LUX,
    PERCENTAGE,
    EntityCategory,
    UnitOfDensity,
    UnitOfPressure,
    UnitOfSoundPressure,
    UnitOfTemperature,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.typing import StateType

from ..cloud.text import MAX_NAME_LENGTH, clean, cut
from ..const import DOMAIN
from ..deadlines import past
from ..devices import Device
from ..entity import entities_from
from ..loader import EntityFactory
from ..sensor import HabitatSensorEntity, HabitatSensorEntityDescription
from .client.models import Measurement, Probe
from .client.properties import KEYS, key_of, unit_of
from .const import CONF_SHOW_ON_MAP
from .coordinator import CityFlowCoordinator
from .devices import ROW

type Description = HabitatSensorEntityDescription[Measurement]

_PROPS: Mapping[str, tuple[str, ...]] = {
    key: tuple(prop for prop, other in KEYS.items() if other == key)
    for key in KEYS.values()
}
"""CityFlow's names of the same property, by generation of the probe."""

_MASS = UnitOfDensity.MICROGRAMS_PER_CUBIC_METER
_PER_VOLUME = "1/cm³"
_MICROMETRES = "μm"


def _reading(*props: str) -> Callable[[Measurement], float | None]:
    def value(row: Measurement) -> float | None:
        return next((row.values[prop] for prop in props if prop in row.values), None)

    return value


def _sent(*props: str) -> Callable[[Measurement], bool]:
    def exists(row: Measurement) -> bool:
        return any(prop in row.readings for prop in props)

    return exists


def _sensor(
    key: str,
    device_class: SensorDeviceClass | None = None,
    unit: str | None = None,
    *,
    props: tuple[str, ...] = (),
    precision: int | None = None,
    diagnostic: bool = False,
    enabled: bool = True,
) -> Description:
    return HabitatSensorEntityDescription(
        key=key,
        detail=ROW,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
        entity_registry_enabled_default=enabled,
        exists_fn=_sent(*(props or _PROPS[key])),
        value_fn=_reading(*_PROPS[key]),
    )


_noise = partial(
    _sensor,
    device_class=SensorDeviceClass.SOUND_PRESSURE,
    unit=UnitOfSoundPressure.WEIGHTED_DECIBEL_A,
    precision=0,
)
_particles = partial(_sensor, unit=_PER_VOLUME, precision=1, enabled=False)
_raw = partial(_sensor, diagnostic=True, enabled=False)

MEASURED: tuple[Description, ...] = (
    _sensor(
        "temperature",
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        precision=1,
    ),
    _sensor("humidity", SensorDeviceClass.HUMIDITY, PERCENTAGE, precision=0),
    _sensor(
        "pressure",
        SensorDeviceClass.ATMOSPHERIC_PRESSURE,
        UnitOfPressure.HPA,
        precision=0,
    ),
    _sensor("illuminance", SensorDeviceClass.ILLUMINANCE, LIGHT_LUX, precision=0),
    _sensor("pm1", SensorDeviceClass.PM1, _MASS, precision=1),
    _sensor("pm25", SensorDeviceClass.PM25, _MASS, precision=1),
    _sensor("pm4", SensorDeviceClass.PM4, _MASS, precision=1, enabled=False),
    _sensor("pm10", SensorDeviceClass.PM10, _MASS, props=("mPX",), precision=1),
    # That this is PM10 is inferred (docs/vendors/cityflow.md, Properties).
    _sensor(
        "pm10",
        SensorDeviceClass.PM10,
        _MASS,
        props=("p1",),
        precision=1,
        enabled=False,
    ),
    _noise("noise"),
    _noise("noise_max", enabled=False),
    _noise("noise_min", enabled=False),
    _raw("noise_std", precision=1),
    _raw("noise_var", precision=1),
    _particles("particles_pm1"),
    _particles("particles_pm25"),
    _particles("particles_pm4"),
    _particles("particles_pm10"),
    _sensor("particle_size", unit=_MICROMETRES, precision=2, enabled=False),
    _raw("rain_signal"),
    _raw("rain_signal_max"),
    _raw("rain_signal_min"),
    _raw("rain_signal_std"),
    _raw("rain_signal_var"),
    # The cells are not calibrated, so the value is not a concentration.
    _raw("co_raw"),
    _raw("no2_raw"),
    _sensor("uv", enabled=False),
    _sensor(
        "battery",
        SensorDeviceClass.BATTERY,
        PERCENTAGE,
        precision=0,
        diagnostic=True,
    ),
    replace(_raw("message_counter", precision=0), state_class=None),
)


def _measured_at(row: Measurement) -> datetime | None:
    """Return when a row was measured, or None if the time is clearly wrong."""
    return past(row.time)


LAST_MEASUREMENT: Description = HabitatSensorEntityDescription(
    key="last_measurement",
    detail=ROW,
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    lasting=True,
    value_fn=_measured_at,
)

PROPERTY: Description = HabitatSensorEntityDescription(
    key="property",
    translation_key="property",
    detail=ROW,
    state_class=SensorStateClass.MEASUREMENT,
    entity_registry_enabled_default=False,
    value_fn=lambda _: None,
)
"""The description of a property that only CityFlow's metadata describes."""

MAX_UNKNOWN = 32
"""Entities of unknown properties per probe; their names come from the cloud."""

_ON_THE_MAP = ("mP2", "p2")


class CityFlowSensorEntity(HabitatSensorEntity[CityFlowCoordinator, Measurement]):
    """A sensor of a probe."""

    @property
    @override
    def available(self) -> bool:
        """Whether the newest rows are not stale.

        The list of devices does not count: names and places do not age.
        """
        coordinator = self.coordinator
        return self.device_key in coordinator.data and coordinator.answers()

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """The position of the probe, if the options allow it; on one sensor, PM2.5 if there is one."""
        coordinator, row = self.coordinator, self.record
        if not coordinator.config_entry.options.get(CONF_SHOW_ON_MAP) or row is None:
            return None
        shown = "pm25" if _sent(*_ON_THE_MAP)(row) else LAST_MEASUREMENT.key
        probe = coordinator.record(self.device_key, Probe)
        if self.entity_description.key != shown or not probe or not probe.position:
            return None
        latitude, longitude = probe.position
        return {ATTR_LATITUDE: latitude, ATTR_LONGITUDE: longitude}


class CityFlowLastMeasurementSensorEntity(CityFlowSensorEntity, RestoreSensor):
    """When a probe measured last; the cloud drops it after 45 minutes, so it is restored."""

    _before: datetime | None = None
    """The state before a restart."""

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the last state."""
        await super().async_added_to_hass()
        last = await self.async_get_last_sensor_data()
        if last is not None and isinstance(last.native_value, datetime):
            self._before = last.native_value

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The time of the newest row, or of the last known one."""
        return self._before if self.record is None else super().native_value


def _registered(
    coordinator: CityFlowCoordinator, device: Device
) -> Iterator[Description]:
    """Yield the registered sensors of a probe that is silent since the start."""
    registry = er.async_get(coordinator.hass)
    for description in MEASURED:
        unique_id = f"{device.id}_{description.key}"
        if registry.async_get_entity_id(SENSOR_DOMAIN, DOMAIN, unique_id):
            yield replace(description, exists_fn=None)


def _unknown(coordinator: CityFlowCoordinator, device: Device) -> Iterator[Description]:
    """Yield descriptions of unknown properties, from the metadata of the probe's type."""
    if not coordinator.knows_types:
        return
    row = coordinator.record(PROPERTY.key_at(device), Measurement)
    kind = coordinator.type_of(device)
    props = sorted(row.readings.keys() - KEYS.keys()) if row else []
    for prop in props[:MAX_UNKNOWN]:
        said = kind.properties.get(prop) if kind else None
        unit = unit_of(said.unit) if said else None
        name = (said.name if said else None) or clean(prop) or "?"
        yield replace(
            PROPERTY,
            key=key_of(prop),
            value_fn=_reading(prop),
            native_unit_of_measurement=cut(unit, MAX_NAME_LENGTH) if unit else None,
            translation_placeholders={"name": cut(name, MAX_NAME_LENGTH)},
        )


def entities(
    coordinator: CityFlowCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the sensors of a device, for the properties that it sends."""
    last = (LAST_MEASUREMENT,)
    yield from entities_from(
        coordinator, device, Measurement, last, CityFlowLastMeasurementSensorEntity
    )
    row = coordinator.record(LAST_MEASUREMENT.key_at(device), Measurement)
    known = (
        _registered(coordinator, device)
        if row is None
        else (*MEASURED, *_unknown(coordinator, device))
    )
    yield from entities_from(
        coordinator, device, Measurement, tuple(known), CityFlowSensorEntity
    )
