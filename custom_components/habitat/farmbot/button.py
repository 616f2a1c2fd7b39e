"""FarmBot's buttons: what the robot does at a press, first of all stopping."""

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
"""Programs that come with FarmBot OS, by their names there."""


@dataclass(frozen=True, kw_only=True)
class FarmBotButtonEntityDescription(ButtonEntityDescription):
    """Describes something that the robot does."""

    press_fn: Callable[[FarmBotCoordinator], Awaitable[object]]
    moves: bool = False
    """Whether the robot moves for it, and so must have nothing else to do."""


class FarmBotButtonEntity(FarmBotRobotEntity[FarmBotDevice], ButtonEntity):
    """Something that the robot does."""

    shows = ()
    entity_description: FarmBotButtonEntityDescription

    @override
    async def async_press(self) -> None:
        """Have the robot do it; what takes its time goes on without anybody waiting."""
        if self.entity_description.moves:
            await require_idle(self.coordinator)
        await self.entity_description.press_fn(self.coordinator)


class FarmBotStopButtonEntity(FarmBotButtonEntity):
    """The emergency stop; never refused for what somebody believes of the robot."""

    @property
    @override
    def available(self) -> bool:
        """Always: there may be a way to the robot that nobody knows of yet."""
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
    # No guards here: starting again is the cure for a robot that believes itself busy.
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
        """Have the robot run it, with the defaults of its variables."""
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
    """Has the robot read a sensor where it is."""

    shows = ()

    @override
    async def async_press(self) -> None:
        """Read it; the reading comes as all readings do."""
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
