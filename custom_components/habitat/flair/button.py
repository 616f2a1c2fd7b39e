"""Flair's buttons."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.util import slugify

from ..cloud.text import MAX_NAME_LENGTH, clean, cut
from ..devices import Device
from ..entity import RecordEntityDescription, entities_from
from ..loader import EntityFactory
from ..validation import validation_error
from .client.models import HvacUnit, Resource, Room, Structure
from .coordinator import FlairCoordinator
from .entity import FlairEntity

CLEAR_HOME_HOLD: Mapping[str, object] = {"hold_until": None}
CLEAR_ROOM_HOLD: Mapping[str, object] = {
    "hold_until": None,
    "hold_until_schedule_event": False,
}


@dataclass(frozen=True, kw_only=True)
class FlairButtonEntityDescription[R](
    RecordEntityDescription[R], ButtonEntityDescription
):
    """Describes a button of a Flair device."""

    steps_fn: Callable[[R], tuple[Mapping[str, object], ...]]
    """Returns the attributes to write, one request per step."""


class FlairButtonEntity[R: Resource](FlairEntity[R], ButtonEntity):
    """A button of a Flair device."""

    shows = ()
    entity_description: FlairButtonEntityDescription[R]

    @override
    async def async_press(self) -> None:
        """Write the attributes."""
        record = self.require_record()
        await self.coordinator.async_patch(
            record, *self.entity_description.steps_fn(record)
        )


def _reverse(home: Structure) -> tuple[Mapping[str, object], ...]:
    """Return the steps that end a hold and switch between home and away.

    Raises:
        ServiceValidationError: it is not known whether home or away is on.
    """
    if home.home is None:
        raise validation_error("presence_unknown")
    return {"home": not home.home}, CLEAR_HOME_HOLD


STRUCTURE: tuple[FlairButtonEntityDescription[Structure], ...] = (
    FlairButtonEntityDescription(
        key="clear_hold", steps_fn=lambda _: (CLEAR_HOME_HOLD,)
    ),
    FlairButtonEntityDescription(
        key="reverse_hold",
        steps_fn=_reverse,
    ),
)

ROOM: tuple[FlairButtonEntityDescription[Room], ...] = (
    FlairButtonEntityDescription(
        key="clear_hold", steps_fn=lambda _: (CLEAR_ROOM_HOLD,)
    ),
)


def button_key(button: str) -> str:
    """Return the key of a remote's button; "Temp +" and "Temp -" must differ."""
    return f"button_{slugify(button.replace('+', ' plus ').replace('-', ' minus '))}"


class FlairRemoteButtonEntity(FlairEntity[HvacUnit], ButtonEntity):
    """A button of a remote without states."""

    shows = ()

    def __init__(
        self, coordinator: FlairCoordinator, device: Device, button: str
    ) -> None:
        """Name it as the remote names the button."""
        description = ButtonEntityDescription(
            key=button_key(button), translation_key="remote"
        )
        super().__init__(coordinator, device, HvacUnit, description)
        self._attr_translation_placeholders = {
            "button": cut(clean(button) or "", MAX_NAME_LENGTH).capitalize()
        }
        self._button = button

    @override
    async def async_press(self) -> None:
        """Let the puck send the button."""
        await self.coordinator.async_press(self.require_record(), self._button)


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the buttons of a device."""
    match coordinator.data.get(device.key):
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairButtonEntity
            )
        case Room():
            yield from entities_from(coordinator, device, Room, ROOM, FlairButtonEntity)
        case HvacUnit() as unit if unit.constraints:
            for button in unit.constraints.buttons:
                yield (
                    button_key(button),
                    partial(FlairRemoteButtonEntity, coordinator, device, button),
                )
