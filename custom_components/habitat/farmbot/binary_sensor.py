"""FarmBot's binary sensors."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.util import dt as dt_util

from ..binary_sensor import (
    BaseBinarySensorEntity,
    HabitatBinarySensorEntity,
    HabitatBinarySensorEntityDescription,
)
from ..coordinator import POLL
from ..deadlines import past
from ..devices import Device
from ..entity import TurningEntity, entities_from
from ..loader import EntityFactory
from .client.enums import AxisState
from .client.models import FarmBotDevice, Sensor
from .client.status import Activity, AxisStates, Vitals
from .coordinator import DEVICE, FarmBotCoordinator
from .entity import FarmBotRobotEntity, with_key
from .items import SENSOR, items
from .pin_entity import FarmBotPinSensorEntity
from .receiver import CONNECTIVITY, Connectivity

_MAX_SILENCE = timedelta(minutes=45)
"""The robot sends a request to the server every 15 to 20 minutes; after this time it is offline."""
_STILL = frozenset({AxisState.IDLE, AxisState.UNKNOWN})


class FarmBotBinarySensorEntity[R](
    HabitatBinarySensorEntity[FarmBotCoordinator, R], FarmBotRobotEntity[R]
):
    """A binary sensor of the robot's status."""


ACTIVITY: tuple[HabitatBinarySensorEntityDescription[Activity], ...] = (
    HabitatBinarySensorEntityDescription(
        key="busy",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda activity: activity.busy,
    ),
    HabitatBinarySensorEntityDescription(
        key="emergency_stop",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda activity: activity.locked,
    ),
)


def moving(states: AxisStates) -> bool | None:
    """Return whether any axis moves; None if none moves and one is not known."""
    axes = (states.x, states.y, states.z)
    if any(state is not None and state not in _STILL for state in axes):
        return True
    return None if None in axes else False


AXIS_STATES: tuple[HabitatBinarySensorEntityDescription[AxisStates], ...] = (
    HabitatBinarySensorEntityDescription(
        key="moving",
        device_class=BinarySensorDeviceClass.MOVING,
        entity_registry_enabled_default=False,
        value_fn=moving,
    ),
)


def throttled(bits: int) -> Callable[[Vitals], bool | None]:
    """Return a function that returns whether any of the bits of `throttled` is set.

    The bits: docs/vendors/farmbot.md, Message broker.
    """

    def is_held_back(vitals: Vitals) -> bool | None:
        return None if vitals.throttled is None else bool(vitals.throttled & bits)

    return is_held_back


VITALS: tuple[HabitatBinarySensorEntityDescription[Vitals], ...] = (
    HabitatBinarySensorEntityDescription(
        key="under_voltage",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=throttled(0b001),
    ),
    HabitatBinarySensorEntityDescription(
        key="throttled_cpu",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=throttled(0b110),
    ),
)

CONNECTED = BinarySensorEntityDescription(
    key="connected", device_class=BinarySensorDeviceClass.CONNECTIVITY
)
BROKER = BinarySensorEntityDescription(
    key="message_broker",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)
LOG_THROTTLED = BinarySensorEntityDescription(
    key="log_throttled",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class FarmBotConnectedSensorEntity(
    BaseBinarySensorEntity[FarmBotCoordinator, FarmBotDevice]
):
    """Whether the robot is online, by its answers at the broker, or else by its requests to the server."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the connectivity, and the polls, which decide without the broker."""
        super().__init__(
            coordinator,
            device,
            FarmBotDevice,
            CONNECTED,
            key=DEVICE,
            reads=(CONNECTIVITY, POLL),
        )

    @property
    @override
    def available(self) -> bool:
        """Always, since the state says that the robot is offline."""
        return True

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the robot is online; None if it is not known."""
        coordinator = self.coordinator
        if coordinator.connectivity.broker:
            return coordinator.connectivity.online
        seen = past(self.record.last_saw_api) if self.record else None
        # The last request is known for the time of the last poll, not for now.
        asked = coordinator.answered_at
        if seen is None or asked is None:
            return None
        return asked - seen < _MAX_SILENCE


class FarmBotBrokerSensorEntity(
    BaseBinarySensorEntity[FarmBotCoordinator, Connectivity]
):
    """Whether the message broker can be reached."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the connectivity."""
        super().__init__(coordinator, device, Connectivity, BROKER, key=CONNECTIVITY)

    @property
    @override
    def available(self) -> bool:
        """Always, since the state says that the broker cannot be reached."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether the broker can be reached."""
        return self.coordinator.connectivity.broker


class FarmBotLogThrottledSensorEntity(
    TurningEntity[FarmBotCoordinator, FarmBotDevice],
    BaseBinarySensorEntity[FarmBotCoordinator, FarmBotDevice],
):
    """Whether the server drops the robot's log messages: it sent too many."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the robot's record and the time."""
        super().__init__(coordinator, device, FarmBotDevice, LOG_THROTTLED)

    @property
    @override
    def turns_at(self) -> datetime | None:
        """When the server stores logs again."""
        return self.record.throttled_until if self.record else None

    @property
    @override
    def is_on(self) -> bool:
        """Whether the server still drops logs."""
        ends = self.turns_at
        return ends is not None and ends > dt_util.utcnow()


class FarmBotDigitalSensorEntity(
    FarmBotPinSensorEntity, BaseBinarySensorEntity[FarmBotCoordinator, Sensor]
):
    """A digital sensor at a pin."""

    @property
    @override
    def is_on(self) -> bool | None:
        """The last reading, 0 or 1; its meaning depends on what is connected."""
        return bool(self.value) if self.value in (0, 1) else None


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the binary sensors of the robot."""

    def entities_of[R](
        key: str,
        kind: type[R],
        descriptions: tuple[HabitatBinarySensorEntityDescription[R], ...],
    ) -> Iterator[EntityFactory]:
        seen = with_key(device, key)
        return entities_from(
            coordinator, seen, kind, descriptions, FarmBotBinarySensorEntity
        )

    yield CONNECTED.key, partial(FarmBotConnectedSensorEntity, coordinator, device)
    yield BROKER.key, partial(FarmBotBrokerSensorEntity, coordinator, device)
    yield from entities_of("activity", Activity, ACTIVITY)
    yield from entities_of("axis_states", AxisStates, AXIS_STATES)
    yield from entities_of("vitals", Vitals, VITALS)
    yield (
        LOG_THROTTLED.key,
        partial(FarmBotLogThrottledSensorEntity, coordinator, device),
    )
    for key, record_key, sensor in items(
        coordinator.store, SENSOR, Platform.BINARY_SENSOR
    ):
        description = BinarySensorEntityDescription(key=key, translation_key="sensor")
        yield (
            key,
            partial(
                FarmBotDigitalSensorEntity,
                coordinator,
                device,
                description,
                record_key,
                sensor.id,
            ),
        )
