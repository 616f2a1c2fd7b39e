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
"""The robot shows itself at the server every 15 to 20 min; after so long it is gone."""
_STILL = frozenset({AxisState.IDLE, AxisState.UNKNOWN})


class FarmBotBinarySensorEntity[R](
    HabitatBinarySensorEntity[FarmBotCoordinator, R], FarmBotRobotEntity[R]
):
    """A binary sensor of what the robot itself says."""


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
    """Return whether any axis moves; None while one of those that do not is not known."""
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
    """Return how to tell whether the computer is held back for some reasons."""

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
    """Whether the robot is there, as it says at the broker, or else at the server."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the link, and the polls, which are what tells without the broker."""
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
        """Always: that it is not there is what it tells."""
        return True

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is there; None when nobody can say."""
        coordinator = self.coordinator
        if coordinator.connectivity.broker:
            return coordinator.connectivity.online
        seen = past(self.record.last_saw_api) if self.record else None
        # How long it was silent is known of the time of the last answer, not of now.
        asked = coordinator.answered_at
        if seen is None or asked is None:
            return None
        return asked - seen < _MAX_SILENCE


class FarmBotBrokerSensorEntity(
    BaseBinarySensorEntity[FarmBotCoordinator, Connectivity]
):
    """Whether the message broker can be reached."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the link."""
        super().__init__(coordinator, device, Connectivity, BROKER, key=CONNECTIVITY)

    @property
    @override
    def available(self) -> bool:
        """Always: that it is not there is what it tells."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is."""
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
        """When that ends."""
        return self.record.throttled_until if self.record else None

    @property
    @override
    def is_on(self) -> bool:
        """Whether it goes on."""
        ends = self.turns_at
        return ends is not None and ends > dt_util.utcnow()


class FarmBotDigitalSensorEntity(
    FarmBotPinSensorEntity, BaseBinarySensorEntity[FarmBotCoordinator, Sensor]
):
    """A sensor at a pin that knows only yes and no."""

    @property
    @override
    def is_on(self) -> bool | None:
        """What was read, 0 or 1; what that means only its owner knows."""
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
