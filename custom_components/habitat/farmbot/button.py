"""FarmBot's buttons: commands to the robot, above all the emergency stop."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import override

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory, Platform

from ..devices import Device
from ..loader import EntityFactory
from ..validation import validation_error
from .client import celery_script
from .client.models import FarmBotDevice, Sensor, Sequence
from .commands import require_idle, send, start, start_sequence, stop, unlock
from .coordinator import FarmBotCoordinator
from .entity import FarmBotNamedItemEntity, FarmBotRobotEntity
from .garden.variables import without_default
from .items import SENSOR, SEQUENCE, items

PLANT_DETECTION = "plant-detection"
SOIL_HEIGHT = "Measure Soil Height"
"""Names of programs that are part of FarmBot OS."""


@dataclass(frozen=True, kw_only=True)
class FarmBotButtonEntityDescription(ButtonEntityDescription):
    """Describes a command to the robot."""

    press_fn: Callable[[FarmBotCoordinator], Awaitable[object]]
    moves: bool = False
    """Whether the robot moves, and so must be idle before."""


class FarmBotButtonEntity(FarmBotRobotEntity[FarmBotDevice], ButtonEntity):
    """A command to the robot."""

    shows = ()
    entity_description: FarmBotButtonEntityDescription

    @override
    async def async_press(self) -> None:
        """Send the command; the end of a long one is not waited for."""
        if self.entity_description.moves:
            await require_idle(self.coordinator)
        await self.entity_description.press_fn(self.coordinator)


class FarmBotStopButtonEntity(FarmBotButtonEntity):
    """The emergency stop, which is never refused because of the known state of the robot."""

    @property
    @override
    def available(self) -> bool:
        """Always, since the known connectivity may be outdated."""
        return True


EMERGENCY_STOP = FarmBotButtonEntityDescription(key="emergency_stop", press_fn=stop)

BUTTONS = (
    FarmBotButtonEntityDescription(key="emergency_unlock", press_fn=unlock),
    FarmBotButtonEntityDescription(
        key="find_home",
        press_fn=lambda coordinator: start(coordinator, celery_script.find_home()),
        moves=True,
    ),
    FarmBotButtonEntityDescription(
        key="go_home",
        press_fn=lambda coordinator: start(coordinator, celery_script.go_home()),
        moves=True,
    ),
    FarmBotButtonEntityDescription(
        key="take_photo",
        press_fn=lambda coordinator: start(coordinator, celery_script.take_photo()),
    ),
    FarmBotButtonEntityDescription(
        key="detect_weeds",
        press_fn=lambda coordinator: start(
            coordinator, celery_script.execute_script(PLANT_DETECTION)
        ),
        entity_registry_enabled_default=False,
    ),
    FarmBotButtonEntityDescription(
        key="measure_soil_height",
        press_fn=lambda coordinator: start(
            coordinator, celery_script.execute_script(SOIL_HEIGHT)
        ),
        moves=True,
        entity_registry_enabled_default=False,
    ),
    FarmBotButtonEntityDescription(
        key="sync",
        press_fn=lambda coordinator: start(coordinator, celery_script.sync()),
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    FarmBotButtonEntityDescription(
        key="read_status",
        press_fn=lambda coordinator: send(coordinator, celery_script.read_status()),
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    # Allowed while busy: a restart is the cure for a robot that stays busy by mistake.
    FarmBotButtonEntityDescription(
        key="reboot",
        press_fn=lambda coordinator: start(coordinator, celery_script.reboot()),
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
    ),
    FarmBotButtonEntityDescription(
        key="restart_firmware",
        press_fn=lambda coordinator: start(
            coordinator, celery_script.reboot("arduino_firmware")
        ),
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    FarmBotButtonEntityDescription(
        key="power_off",
        press_fn=lambda coordinator: start(coordinator, celery_script.power_off()),
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
)

RUN = ButtonEntityDescription(key="sequence", translation_key="sequence")
READ = ButtonEntityDescription(key="read_sensor", translation_key="read_sensor")


class FarmBotSequenceButtonEntity(
    FarmBotRobotEntity[Sequence], FarmBotNamedItemEntity[Sequence], ButtonEntity
):
    """A sequence that its owner pinned."""

    shows = ()

    @override
    async def async_press(self) -> None:
        """Run the sequence with the defaults of its variables.

        Raises:
            ServiceValidationError: a variable has no default, or the robot is not idle.
            HomeAssistantError: as `start`.
        """
        sequence = self.require_record()
        if missing := without_default(sequence):
            raise validation_error(
                "sequence_wants_variables",
                sequence=sequence.name or str(sequence.id),
                variables=", ".join(missing),
            )
        await require_idle(self.coordinator)
        await start_sequence(self.coordinator, sequence)


class FarmBotReadSensorButtonEntity(
    FarmBotRobotEntity[Sensor], FarmBotNamedItemEntity[Sensor], ButtonEntity
):
    """Reads a sensor at the robot's present position."""

    shows = ()

    @override
    async def async_press(self) -> None:
        """Send the command; the reading arrives in the status and from the server."""
        sensor = self.require_record()
        mode = celery_script.ANALOG if sensor.analog else celery_script.DIGITAL
        named = celery_script.named_pin("Sensor", sensor.id)
        await send(self.coordinator, celery_script.read_pin(named, mode))


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the robot's buttons."""
    yield (
        EMERGENCY_STOP.key,
        partial(
            FarmBotStopButtonEntity, coordinator, device, FarmBotDevice, EMERGENCY_STOP
        ),
    )
    for button in BUTTONS:
        yield (
            button.key,
            partial(FarmBotButtonEntity, coordinator, device, FarmBotDevice, button),
        )
    for key, at, _ in items(coordinator.store, SEQUENCE, Platform.BUTTON):
        run = replace(RUN, key=key)
        yield (
            key,
            partial(
                FarmBotSequenceButtonEntity, coordinator, device, Sequence, run, key=at
            ),
        )
    for item, at, _ in items(coordinator.store, SENSOR, Platform.BUTTON):
        read = replace(READ, key=f"{item}_read")
        yield (
            read.key,
            partial(
                FarmBotReadSensorButtonEntity, coordinator, device, Sensor, read, key=at
            ),
        )
