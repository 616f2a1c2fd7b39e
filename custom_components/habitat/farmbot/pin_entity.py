"""Base classes for what is connected to the robot's pins: peripherals and sensors."""

from datetime import datetime, timedelta
from typing import override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util import dt as dt_util

from ..devices import Device
from .client.models import PinDevice, Sensor, SensorReading
from .client.status import Pin
from .commands import pin_key
from .coordinator import FarmBotCoordinator
from .derived import READING
from .entity import FarmBotNamedItemEntity

_CLOCK_TOLERANCE = timedelta(minutes=1)
"""How much the clocks may differ, together with the delay of a message."""


class FarmBotPinEntity[R: PinDevice](FarmBotNamedItemEntity[R]):
    """An entity of a device at a pin; it follows the device to another pin."""

    _subscribed_key: str | None = None
    """The key of the pin whose changes are subscribed."""
    _unsubscribe: CALLBACK_TYPE | None = None

    @property
    def pin(self) -> Pin | None:
        """The last known value of the pin; None if it was never read or written."""
        key = self._pin_key
        return self.coordinator.record(key, Pin) if key else None

    @property
    def _pin_key(self) -> str | None:
        item = self.record
        return None if item is None or item.pin is None else pin_key(item.pin)

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes of the pin."""
        await super().async_added_to_hass()
        self.async_on_remove(self._unsubscribe_pin)
        self._subscribe_pin()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._subscribe_pin()
        super()._handle_coordinator_update()

    def _subscribe_pin(self) -> None:
        if (key := self._pin_key) == self._subscribed_key:
            return
        self._unsubscribe_pin()
        if key is not None:
            self._subscribed_key = key
            self._unsubscribe = self.coordinator.async_add_listener(
                self._handle_coordinator_update, (key,)
            )

    @callback
    def _unsubscribe_pin(self) -> None:
        self._subscribed_key = None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None


class FarmBotPinSensorEntity(FarmBotPinEntity[Sensor]):
    """The last reading of a sensor: from the server, or from the robot's status.

    The robot sends a value at once; the reading of the server, with its coordinates, follows. A pin
    that was read by its number appears only in the status. The status has no time of reading, so the
    time of arrival is used instead.
    """

    _pin_changed_at: datetime | None = None
    """When the value that is shown arrived from the robot; None for one of the server."""

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        description: EntityDescription,
        key: str,
        sensor_id: int,
    ) -> None:
        """Show the sensor under `key`."""
        self._reading_key = f"{READING}/{sensor_id}"
        super().__init__(
            coordinator,
            device,
            Sensor,
            description,
            key=key,
            reads=(self._reading_key,),
        )
        self._shown_pin_key = self._pin_key
        self._reading, self._pin = self._latest, self._pin_now
        self._reading_shown: SensorReading | Pin | None = self._reading or self._pin

    @property
    def _latest(self) -> SensorReading | None:
        """The last reading at the server, if it is of the sensor's present pin."""
        reading = self.coordinator.record(self._reading_key, SensorReading)
        sensor = self.record
        return reading if reading and sensor and reading.pin == sensor.pin else None

    @property
    def _pin_now(self) -> Pin | None:
        """The value of the pin in the status, if it was read in the sensor's mode."""
        pin, sensor = self.pin, self.record
        return pin if pin and sensor and pin.mode == sensor.mode else None

    @property
    def value(self) -> float | None:
        """The value: 0 or 1 (digital), or 0 to 1023 (analog), without a unit."""
        return self._reading_shown.value if self._reading_shown else None

    def _is_overtaken(self, reading: SensorReading | None) -> bool:
        """Return whether a reading is older than the value that arrived from the robot."""
        taken_at = reading.taken_at if reading else None
        return (
            taken_at is not None
            and self._pin_changed_at is not None
            and taken_at < self._pin_changed_at - _CLOCK_TOLERANCE
        )

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """Coordinates (mm) and time of the reading, which only the server has."""
        reading = self._reading_shown
        if not isinstance(reading, SensorReading):
            return None
        at = reading.taken_at
        return {
            "x": reading.x,
            "y": reading.y,
            "z": reading.z,
            "read_at": at.isoformat() if at else None,
        }

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        at, reading, pin = self._pin_key, self._latest, self._pin_now
        if at != self._shown_pin_key or (
            reading != self._reading and not self._is_overtaken(reading)
        ):
            self._reading_shown, self._pin_changed_at = reading or pin, None
        elif pin is not None and pin != self._pin:
            self._reading_shown, self._pin_changed_at = pin, dt_util.utcnow()
        self._shown_pin_key, self._reading, self._pin = at, reading, pin
        super()._handle_coordinator_update()
