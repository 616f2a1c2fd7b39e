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
    HabitatBinarySensor,
    HabitatBinarySensorDescription,
    flag,
    opposite,
)
from ..devices import Device
from ..entity import TurningEntity, entities_from
from ..loader import EntityFactory
from .client.models import (
    HvacUnit,
    Puck,
    Radio,
    RemoteSensor,
    RemoteSensorReading,
    Room,
    Structure,
    Thermostat,
    Vent,
    VentReading,
)
from .coordinator import READING, FlairCoordinator
from .entity import FlairEntity

MOVED_AFTER = timedelta(minutes=3)
"""Twice what a vent takes to move; what it reports earlier tells nothing."""
STUCK_BY = 5
"""Percent; the report is an estimate of the vent's own."""


class FlairBinarySensor[R](FlairEntity[R], HabitatBinarySensor[FlairCoordinator, R]):
    """A binary sensor of a Flair device."""


class LinkSensor[R](FlairBinarySensor[R]):
    """Whether a device is in reach, by what Flair says of it or of what it is reached through."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether commands arrive, and reports come."""
        return super().is_on if self.coordinator.is_alive(self.device_key) else False


def holding(record: Structure | Room) -> bool | None:
    """Say whether a manual change holds: until a time, or until the schedule's next event."""
    if record.hold_until is None and record.hold_until_schedule_event is None:
        return None
    lasts = record.hold_until is not None and record.hold_until > dt_util.utcnow()
    return lasts or bool(record.hold_until_schedule_event)


class HoldSensor[R: Structure | Room](
    TurningEntity[FlairCoordinator, R], FlairBinarySensor[R]
):
    """Whether a manual change holds; it ends by itself, whether or not Flair has said so yet."""

    @property
    @override
    def turns_at(self) -> datetime | None:
        """When the hold ends; None where it ends with an event, or where there is none."""
        return self.record.hold_until if self.record else None


RADIO: tuple[HabitatBinarySensorDescription[Radio], ...] = (
    flag(
        "connectivity",
        lambda device: opposite(device.inactive),
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        lasting=True,
    ),
)

PUCK: tuple[HabitatBinarySensorDescription[Puck], ...] = (
    flag(
        "gateway",
        lambda puck: puck.gateway if puck.is_gateway is None else puck.is_gateway,
        enabled=False,
    ),
)

ROOM_HOLD: tuple[HabitatBinarySensorDescription[Room], ...] = (
    flag("hold", holding, diagnostic=False),
)

ROOM: tuple[HabitatBinarySensorDescription[Room], ...] = (
    flag(
        "preheat_precool",
        lambda room: room.preheat_precool,
        enabled=False,
        exists=lambda room: room.preheat_precool is not None,
    ),
    flag(
        "frozen_pipe_protection",
        lambda room: room.frozen_pipe_pet_protect,
        enabled=False,
        exists=lambda room: room.frozen_pipe_pet_protect is not None,
    ),
    flag(
        "air_return",
        lambda room: room.air_return,
        enabled=False,
        exists=lambda room: room.air_return is not None,
    ),
)

HOME_HOLD: tuple[HabitatBinarySensorDescription[Structure], ...] = (
    flag("hold", holding, diagnostic=False),
)

STRUCTURE: tuple[HabitatBinarySensorDescription[Structure], ...] = (
    flag(
        "setup_incomplete",
        lambda home: opposite(home.setup_complete),
        device_class=BinarySensorDeviceClass.PROBLEM,
        exists=lambda home: home.setup_complete is not None,
    ),
    flag(
        "preheat_precool",
        lambda home: home.preheat_precool,
        enabled=False,
        exists=lambda home: home.preheat_precool is not None,
    ),
    flag(
        "frozen_pipe_protection",
        lambda home: home.frozen_pipe_pet_protect,
        enabled=False,
        exists=lambda home: home.frozen_pipe_pet_protect is not None,
    ),
    flag(
        "remote_sensor_occupancy",
        lambda home: home.use_remote_sensor_occupancy,
        enabled=False,
        exists=lambda home: home.use_remote_sensor_occupancy is not None,
    ),
)

THERMOSTAT_LINK: tuple[HabitatBinarySensorDescription[Thermostat], ...] = (
    flag(
        "connectivity",
        lambda stat: opposite(stat.is_offline),
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        lasting=True,
    ),
)

THERMOSTAT: tuple[HabitatBinarySensorDescription[Thermostat], ...] = (
    flag(
        "out_of_sync",
        lambda stat: stat.is_out_of_sync,
        device_class=BinarySensorDeviceClass.PROBLEM,
        exists=lambda stat: stat.is_out_of_sync is not None,
        lasting=True,
    ),
)

OCCUPANCY: tuple[HabitatBinarySensorDescription[RemoteSensorReading], ...] = (
    flag(
        "occupancy",
        lambda reading: reading.occupied,
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        part=READING,
        diagnostic=False,
    ),
)

UNIT_LINK: tuple[HabitatBinarySensorDescription[HvacUnit], ...] = (
    flag(
        "connectivity",
        lambda _: True,
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        lasting=True,
    ),
)

DRIVEN: tuple[HabitatBinarySensorDescription[HvacUnit], ...] = (
    flag(
        "no_puck",
        lambda unit: not unit.driven,
        device_class=BinarySensorDeviceClass.PROBLEM,
        lasting=True,
    ),
)

STUCK = BinarySensorEntityDescription(
    key="stuck",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class StuckSensor(FlairEntity[Vent], BaseBinarySensorEntity[FlairCoordinator, Vent]):
    """Whether a vent stays elsewhere than it was sent to."""

    _sent: int | None = None
    _sent_at: datetime | None = None
    _stuck: bool | None = None

    def __init__(self, coordinator: FlairCoordinator, device: Device) -> None:
        """Compare what was commanded with what the vent reports."""
        self._reading_key = f"{device.key}/{READING}"
        super().__init__(coordinator, device, Vent, STUCK, reads=(self._reading_key,))
        self._compare()

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is elsewhere; unknown until it has reported after the command, and when it no longer does."""
        return self._stuck

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._compare()
        super()._handle_coordinator_update()

    def _compare(self) -> None:
        """Hold the last report against the last command, if it was made after that."""
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
        """Return whether a vent that moves would have moved when it reported."""
        made = reading.created_at if reading else None
        return (
            made is not None
            and self._sent_at is not None
            and made - self._sent_at >= MOVED_AFTER
        )


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the binary sensors of a device."""
    record = coordinator.data.get(device.key)
    if isinstance(record, Radio):
        yield from entities_from(coordinator, device, Radio, RADIO, FlairBinarySensor)
    match record:
        case Vent():
            yield STUCK.key, partial(StuckSensor, coordinator, device)
        case Puck():
            yield from entities_from(coordinator, device, Puck, PUCK, FlairBinarySensor)
        case Room():
            yield from entities_from(coordinator, device, Room, ROOM_HOLD, HoldSensor)
            yield from entities_from(coordinator, device, Room, ROOM, FlairBinarySensor)
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, HOME_HOLD, HoldSensor
            )
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairBinarySensor
            )
        case Thermostat():
            yield from entities_from(
                coordinator, device, Thermostat, THERMOSTAT_LINK, LinkSensor
            )
            yield from entities_from(
                coordinator, device, Thermostat, THERMOSTAT, FlairBinarySensor
            )
        case RemoteSensor():
            yield from entities_from(
                coordinator, device, RemoteSensorReading, OCCUPANCY, FlairBinarySensor
            )
        case HvacUnit():
            yield from entities_from(
                coordinator, device, HvacUnit, DRIVEN, FlairBinarySensor
            )
            yield from entities_from(
                coordinator, device, HvacUnit, UNIT_LINK, LinkSensor
            )
