"""Base class for peripherals, which the robot switches at its pins."""

from homeassistant.helpers.entity import EntityDescription

from ..devices import Device
from ..validation import validation_error
from .client import celery_script
from .client.celery_script import PinMode
from .client.models import Peripheral
from .client.status import Activity
from .commands import write_pin
from .coordinator import ACTIVITY, FarmBotCoordinator
from .entity import FarmBotRobotEntity
from .garden.lookup import name_of
from .pin_entity import FarmBotPinEntity


class FarmBotPeripheralEntity(
    FarmBotPinEntity[Peripheral], FarmBotRobotEntity[Peripheral]
):
    """A peripheral; its state is the last known value of its pin."""

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        description: EntityDescription,
        key: str,
    ) -> None:
        """Show the peripheral under a key."""
        super().__init__(coordinator, device, Peripheral, description, key=key)

    async def write(self, value: float, mode: PinMode) -> None:
        """Write to the pin.

        Raises:
            ServiceValidationError: the peripheral has no pin; otherwise as `commands.write_pin`.
            HomeAssistantError: as `commands.write_pin`.
        """
        peripheral = self.require_record()
        if peripheral.pin is None:
            raise validation_error(
                "not_connected", name=name_of(peripheral) or self.key
            )
        if not value and self._is_stopped:
            return
        await write_pin(
            self.coordinator,
            peripheral.pin,
            value,
            mode,
            celery_script.named_pin("Peripheral", peripheral.id),
        )

    @property
    def _is_stopped(self) -> bool:
        """Whether the emergency stop switched it off; the robot would refuse to switch it off again."""
        activity, pin = self.coordinator.record(ACTIVITY, Activity), self.pin
        return bool(activity and activity.locked and pin and pin.value == 0)
