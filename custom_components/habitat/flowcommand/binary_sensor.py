"""FlowCommand's binary sensors."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..binary_sensor import HabitatBinarySensor, HabitatBinarySensorDescription, flag
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


class HeardSensor(HabitatBinarySensor[FlowCommandAccount, FlowSensor]):
    """Whether a sensor was heard of lately; off when it is silent for too long."""

    _alarm: CALLBACK_TYPE | None = None

    def __init__(self, account: FlowCommandAccount, device: Device) -> None:
        """Wait for its pings."""
        super().__init__(account, device, FlowSensor, HEARD)

    @property
    def _silent_at(self) -> datetime | None:
        """When it will have been silent for too long, as far as can be said."""
        ping = self.record.last_ping_datetime if self.record else None
        if ping is None or ping > dt_util.utcnow() + SKEW:
            return None
        return ping + self.coordinator.silent_after

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it was heard of lately."""
        silent_at = self._silent_at
        return None if silent_at is None else dt_util.utcnow() < silent_at

    @override
    async def async_added_to_hass(self) -> None:
        """Watch the clock from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(self._disarm)
        self._arm()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._arm()
        super()._handle_coordinator_update()

    def _arm(self) -> None:
        """Tell of the silence when it has lasted too long: nothing else will."""
        self._disarm()
        silent_at = self._silent_at
        if silent_at is not None and silent_at > dt_util.utcnow():
            self._alarm = async_track_point_in_utc_time(
                self.hass, self._ring, silent_at
            )

    @callback
    def _ring(self, _: datetime) -> None:
        self._alarm = None
        self.async_write_ha_state()

    @callback
    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm()
            self._alarm = None


def entities(account: FlowCommandAccount, device: Device) -> Iterator[Made]:
    """Return the binary sensors of a device."""
    yield from described(account, device, FlowSensor, SENSOR, HabitatBinarySensor)
    yield HEARD.key, partial(HeardSensor, account, device)
