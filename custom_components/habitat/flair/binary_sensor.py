"""Flair's binary sensors."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..binary_sensor import (
    BaseBinarySensorEntity,
    HabitatBinarySensorEntity,
    HabitatBinarySensorEntityDescription,
)
from ..descriptions import negated
from ..devices import Device
from ..entity import TurningEntity, entities_from
from ..loader import EntityFactory
from .client.models import (
    HvacUnit,
    Puck,
    RadioDevice,
    RemoteSensor,
    RemoteSensorReading,
    Room,
    Structure,
    Thermostat,
    Vent,
    VentReading,
)
from .coordinator import FlairCoordinator
from .devices import READING
from .entity import FlairEntity

MOVED_AFTER = timedelta(minutes=3)
"""Twice the time that a vent needs to move; earlier reports are not compared. See docs/vendors/flair.md."""
STUCK_BY = 5
"""Percent; the vent only estimates its position."""


class FlairBinarySensorEntity[R](
    FlairEntity[R], HabitatBinarySensorEntity[FlairCoordinator, R]
):
    """A binary sensor of a Flair device."""


class FlairConnectivityEntity[R](FlairBinarySensorEntity[R]):
    """Whether a device can be reached, by what Flair says of it or of its puck or thermostat."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether commands reach the device."""
        return super().is_on if self.coordinator.is_alive(self.device_key) else False


def holding(record: Structure | Room) -> bool | None:
    """Return whether a manual change holds: until a time, or until the schedule's next event."""
    if record.hold_until is None and record.hold_until_schedule_event is None:
        return None
    lasts = record.hold_until is not None and record.hold_until > dt_util.utcnow()
    return lasts or bool(record.hold_until_schedule_event)


class FlairHoldEntity[R: Structure | Room](
    TurningEntity[FlairCoordinator, R], FlairBinarySensorEntity[R]
):
    """Whether a manual change holds; it ends on time, even if Flair has not updated it yet."""

    @property
    @override
    def turns_at(self) -> datetime | None:
        """The end of the hold; None if it ends with an event, or if there is no hold."""
        return self.record.hold_until if self.record else None


RADIO: tuple[HabitatBinarySensorEntityDescription[RadioDevice], ...] = (
    HabitatBinarySensorEntityDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=lambda device: negated(device.inactive),
    ),
)

PUCK: tuple[HabitatBinarySensorEntityDescription[Puck], ...] = (
    HabitatBinarySensorEntityDescription(
        key="gateway",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda puck: (
            puck.gateway if puck.is_gateway is None else puck.is_gateway
        ),
    ),
)

ROOM_HOLD: tuple[HabitatBinarySensorEntityDescription[Room], ...] = (
    HabitatBinarySensorEntityDescription(
        key="hold",
        value_fn=holding,
    ),
)

ROOM: tuple[HabitatBinarySensorEntityDescription[Room], ...] = (
    HabitatBinarySensorEntityDescription(
        key="preheat_precool",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: room.preheat_precool is not None,
        value_fn=lambda room: room.preheat_precool,
    ),
    HabitatBinarySensorEntityDescription(
        key="frozen_pipe_protection",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: room.frozen_pipe_pet_protect is not None,
        value_fn=lambda room: room.frozen_pipe_pet_protect,
    ),
    HabitatBinarySensorEntityDescription(
        key="air_return",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda room: room.air_return is not None,
        value_fn=lambda room: room.air_return,
    ),
)

HOME_HOLD: tuple[HabitatBinarySensorEntityDescription[Structure], ...] = (
    HabitatBinarySensorEntityDescription(
        key="hold",
        value_fn=holding,
    ),
)

STRUCTURE: tuple[HabitatBinarySensorEntityDescription[Structure], ...] = (
    HabitatBinarySensorEntityDescription(
        key="setup_incomplete",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=lambda home: home.setup_complete is not None,
        value_fn=lambda home: negated(home.setup_complete),
    ),
    HabitatBinarySensorEntityDescription(
        key="preheat_precool",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda home: home.preheat_precool is not None,
        value_fn=lambda home: home.preheat_precool,
    ),
    HabitatBinarySensorEntityDescription(
        key="frozen_pipe_protection",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda home: home.frozen_pipe_pet_protect is not None,
        value_fn=lambda home: home.frozen_pipe_pet_protect,
    ),
    HabitatBinarySensorEntityDescription(
        key="remote_sensor_occupancy",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda home: home.use_remote_sensor_occupancy is not None,
        value_fn=lambda home: home.use_remote_sensor_occupancy,
    ),
)

THERMOSTAT_LINK: tuple[HabitatBinarySensorEntityDescription[Thermostat], ...] = (
    HabitatBinarySensorEntityDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=lambda stat: negated(stat.is_offline),
    ),
)

THERMOSTAT: tuple[HabitatBinarySensorEntityDescription[Thermostat], ...] = (
    HabitatBinarySensorEntityDescription(
        key="out_of_sync",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        exists_fn=lambda stat: stat.is_out_of_sync is not None,
        value_fn=lambda stat: stat.is_out_of_sync,
    ),
)

OCCUPANCY: tuple[HabitatBinarySensorEntityDescription[RemoteSensorReading], ...] = (
    HabitatBinarySensorEntityDescription(
        key="occupancy",
        detail=READING,
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        value_fn=lambda reading: reading.occupied,
    ),
)

UNIT_LINK: tuple[HabitatBinarySensorEntityDescription[HvacUnit], ...] = (
    HabitatBinarySensorEntityDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=lambda _: True,
    ),
)

DRIVEN: tuple[HabitatBinarySensorEntityDescription[HvacUnit], ...] = (
    HabitatBinarySensorEntityDescription(
        key="no_puck",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        lasting=True,
        value_fn=lambda unit: not unit.driven,
    ),
)

STUCK = BinarySensorEntityDescription(
    key="stuck",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class FlairVentStuckEntity(
    FlairEntity[Vent], BaseBinarySensorEntity[FlairCoordinator, Vent]
):
    """Whether a vent is not in the position that was commanded."""

    _sent: int | None = None
    _sent_at: datetime | None = None
    _stuck: bool | None = None

    def __init__(self, coordinator: FlairCoordinator, device: Device) -> None:
        """Compare the commanded position with the reported one."""
        self._reading_key = f"{device.key}/{READING}"
        super().__init__(coordinator, device, Vent, STUCK, reads=(self._reading_key,))
        self._compare()

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the positions differ; None until the vent reports after the command, and while it is silent."""
        return self._stuck

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._compare()
        super()._handle_coordinator_update()

    def _compare(self) -> None:
        """Compare the last report with the last command, if the report is newer."""
        sent = self.record.percent_open if self.record else None
        if sent != self._sent:
            self._sent, self._sent_at = sent, dt_util.utcnow()
        reading = self.coordinator.record(self._reading_key, VentReading)
        seen = reading.percent_open if reading else None
        if (
            sent is None
            or seen is None
            or not self.coordinator.is_alive(self._reading_key)
        ):
            self._stuck = None
        elif abs(sent - seen) <= STUCK_BY:
            self._stuck = False
        elif self._is_later(reading):
            self._stuck = True

    def _is_later(self, reading: VentReading | None) -> bool:
        """Return whether the report was made after the vent had time to move."""
        reported_at = reading.created_at if reading else None
        return (
            reported_at is not None
            and self._sent_at is not None
            and reported_at - self._sent_at >= MOVED_AFTER
        )


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the binary sensors of a device."""
    record = coordinator.data.get(device.key)
    if isinstance(record, RadioDevice):
        yield from entities_from(
            coordinator, device, RadioDevice, RADIO, FlairBinarySensorEntity
        )
    match record:
        case Vent():
            yield STUCK.key, partial(FlairVentStuckEntity, coordinator, device)
        case Puck():
            yield from entities_from(
                coordinator, device, Puck, PUCK, FlairBinarySensorEntity
            )
        case Room():
            yield from entities_from(
                coordinator, device, Room, ROOM_HOLD, FlairHoldEntity
            )
            yield from entities_from(
                coordinator, device, Room, ROOM, FlairBinarySensorEntity
            )
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, HOME_HOLD, FlairHoldEntity
            )
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairBinarySensorEntity
            )
        case Thermostat():
            yield from entities_from(
                coordinator,
                device,
                Thermostat,
                THERMOSTAT_LINK,
                FlairConnectivityEntity,
            )
            yield from entities_from(
                coordinator, device, Thermostat, THERMOSTAT, FlairBinarySensorEntity
            )
        case RemoteSensor():
            yield from entities_from(
                coordinator,
                device,
                RemoteSensorReading,
                OCCUPANCY,
                FlairBinarySensorEntity,
            )
        case HvacUnit():
            yield from entities_from(
                coordinator, device, HvacUnit, DRIVEN, FlairBinarySensorEntity
            )
            yield from entities_from(
                coordinator, device, HvacUnit, UNIT_LINK, FlairConnectivityEntity
            )
