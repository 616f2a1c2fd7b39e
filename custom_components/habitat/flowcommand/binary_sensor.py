"""FlowCommand's binary sensors."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.util import dt as dt_util

from ..binary_sensor import (
    HabitatBinarySensor,
    HabitatBinarySensorDescription,
    TurningSensor,
    flag,
)
from ..devices import Device
from ..entity import described
from ..vendor import Made
from .account import SKEW, FlowCommandAccount
from .models import FlowSensor


def flowing(sensor: FlowSensor) -> bool | None:
    """Say whether anything flows; a sensor that was never heard of cannot tell."""
    rate = sensor.last_ping_flowrate
    return None if rate is None else rate > 0


SENSOR: tuple[HabitatBinarySensorDescription[FlowSensor], ...] = (
    flag(
        "flowing",
        flowing,
        device_class=BinarySensorDeviceClass.RUNNING,
        diagnostic=False,
    ),
)

HEARD: HabitatBinarySensorDescription[FlowSensor] = flag(
    "connectivity",
    lambda sensor: sensor.last_ping_datetime is not None,
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)


class HeardSensor(TurningSensor[FlowCommandAccount, FlowSensor]):
    """Whether a sensor was heard of lately; off when it is silent for too long."""

    def __init__(self, account: FlowCommandAccount, device: Device) -> None:
        """Wait for its pings."""
        super().__init__(account, device, FlowSensor, HEARD)

    @property
    @override
    def turns_at(self) -> datetime | None:
        """When it will have been silent for too long, as far as can be said."""
        ping = self.record.last_ping_datetime if self.record else None
        if ping is None or ping > dt_util.utcnow() + SKEW:
            return None
        return ping + self.coordinator.silent_after

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it was heard of lately."""
        silent_at = self.turns_at
        return None if silent_at is None else dt_util.utcnow() < silent_at


def entities(account: FlowCommandAccount, device: Device) -> Iterator[Made]:
    """Return the binary sensors of a device."""
    yield from described(account, device, FlowSensor, SENSOR, HabitatBinarySensor)
    yield HEARD.key, partial(HeardSensor, account, device)
