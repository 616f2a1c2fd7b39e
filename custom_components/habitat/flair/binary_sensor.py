"""Flair's binary sensors."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_call_later

from ..binary_sensor import (
    HabitatBinarySensor,
    HabitatBinarySensorDescription,
    flag,
    opposite,
)
from ..devices import Device
from ..entity import described
from ..vendor import Made
from .account import READING, FlairAccount
from .entity import FlairEntity
from .models import (
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

STUCK_AFTER = timedelta(minutes=7)
"""Longer than a vent takes to move plus the pace at which its report is read."""
STUCK_BY = 5
"""Percent; the report is an estimate of the vent's own."""


class FlairBinarySensor[R](FlairEntity[R], HabitatBinarySensor[FlairAccount, R]):
    """A binary sensor of a Flair device."""


class ConnectivitySensor[R](FlairBinarySensor[R]):
    """Whether a device is in reach; the one thing that is known of one that is not."""

    needs_reach = False


def holding(record: Structure | Room) -> bool | None:
    """Say whether a manual change holds: until a time, or until the schedule's next event."""
    if record.hold_until is None and record.hold_until_schedule_event is None:
        return None
    return record.hold_until is not None or bool(record.hold_until_schedule_event)


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

ROOM: tuple[HabitatBinarySensorDescription[Room], ...] = (
    flag("hold", holding, diagnostic=False),
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

STRUCTURE: tuple[HabitatBinarySensorDescription[Structure], ...] = (
    flag("hold", holding, diagnostic=False),
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

DRIVEN: tuple[HabitatBinarySensorDescription[HvacUnit], ...] = (
    flag(
        "no_puck",
        lambda unit: not unit.driven,
        device_class=BinarySensorDeviceClass.PROBLEM,
    ),
)

STUCK = BinarySensorEntityDescription(
    key="stuck",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class StuckSensor(FlairEntity[Vent], BinarySensorEntity):
    """Whether a vent stays elsewhere than it was sent to."""

    _apart_from: int | None = None
    """Where it was sent to and is not."""
    _stuck: bool | None = None
    _alarm: CALLBACK_TYPE | None = None

    def __init__(self, account: FlairAccount, device: Device) -> None:
        """Compare what was commanded with what the vent reports."""
        self._reading_key = f"{device.key}/{READING}"
        super().__init__(account, device, Vent, STUCK, reads=(self._reading_key,))

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it has been elsewhere for minutes; unknown until it has reported."""
        return self._stuck

    @override
    async def async_added_to_hass(self) -> None:
        """Compare from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(self._disarm)
        self._compare()

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Keep on comparing under another entity id."""

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._compare()
        super()._handle_coordinator_update()

    def _compare(self) -> None:
        """Notice when the positions part, which only becomes a problem when it lasts."""
        vent = self.record
        reading = self.coordinator.record(self._reading_key, VentReading)
        sent = vent.percent_open if vent else None
        seen = reading.percent_open if reading else None
        if sent is None or seen is None or abs(sent - seen) <= STUCK_BY:
            self._disarm()
            self._stuck = None if sent is None or seen is None else False
        elif sent != self._apart_from:
            self._disarm()
            self._apart_from = sent
            self._stuck = self._stuck or False
            self._alarm = async_call_later(self.hass, STUCK_AFTER, self._ring)

    @callback
    def _ring(self, _: datetime) -> None:
        self._alarm = None
        self._stuck = True
        self.async_write_ha_state()

    @callback
    def _disarm(self) -> None:
        self._apart_from = None
        if self._alarm is not None:
            self._alarm()
            self._alarm = None


def entities(account: FlairAccount, device: Device) -> Iterator[Made]:
    """Return the binary sensors of a device."""
    record = account.data.get(device.key)
    if isinstance(record, Radio):
        yield from described(account, device, Radio, RADIO, ConnectivitySensor)
    match record:
        case Vent():
            yield STUCK.key, partial(StuckSensor, account, device)
        case Puck():
            yield from described(account, device, Puck, PUCK, FlairBinarySensor)
        case Room():
            yield from described(account, device, Room, ROOM, FlairBinarySensor)
        case Structure():
            yield from described(
                account, device, Structure, STRUCTURE, FlairBinarySensor
            )
        case Thermostat():
            yield from described(
                account, device, Thermostat, THERMOSTAT_LINK, ConnectivitySensor
            )
        case RemoteSensor():
            yield from described(
                account, device, RemoteSensorReading, OCCUPANCY, FlairBinarySensor
            )
        case HvacUnit():
            yield from described(account, device, HvacUnit, DRIVEN, FlairBinarySensor)
