"""The weeds of a garden as a to-do list."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util import dt as dt_util

from ..cloud.documents import Json
from ..cloud.text import MAX_NAME_LENGTH, cut
from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from ..validation import validation_error
from .client.api import POINTS
from .client.enums import PlantStage
from .client.models import Point
from .coordinator import FarmBotCoordinator
from .derived import WEEDS as WEEDS_KEY, Weeds
from .garden.summary import is_open

WEEDS = EntityDescription(key="weeds", entity_registry_enabled_default=False)

REMOVED_SHOWN_FOR = timedelta(days=7)
"""How long a weed that was removed stays on the list."""


class FarmBotWeedTodoListEntity(
    HabitatEntity[FarmBotCoordinator, Weeds], TodoListEntity
):
    """The weeds to remove; completing one sets its stage to "removed"."""

    _attr_supported_features = TodoListEntityFeature.UPDATE_TODO_ITEM

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Show the weeds."""
        super().__init__(coordinator, device, Weeds, WEEDS, key=WEEDS_KEY)
        self._update_items()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._update_items()
        super()._handle_coordinator_update()

    def _update_items(self) -> None:
        """Build the list only when a weed changed, since there may be a thousand."""
        forgotten = dt_util.utcnow() - REMOVED_SHOWN_FOR
        self._attr_todo_items = (
            [_item(weed) for weed in self.record.weeds if _is_shown(weed, forgotten)]
            if self.record
            else None
        )

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Set the stage of a weed to "removed", or back to "active".

        Raises:
            ServiceValidationError: the weed is deleted, or its text was edited.
            HomeAssistantError: as `coordinator.writes.run`.
        """
        coordinator, key = self.coordinator, f"{POINTS.path}/{item.uid}"
        weed = coordinator.record(key, Point)
        if weed is None:
            raise validation_error("weed_gone")
        if item.summary != summary_of(weed):
            raise validation_error("weed_text")
        done = item.status == TodoItemStatus.COMPLETED
        if done is not is_open(weed):
            return
        stage = PlantStage.REMOVED if done else PlantStage.ACTIVE
        fields: dict[str, Json] = {"plant_stage": stage}
        send = partial(coordinator.client.update, POINTS, fields, weed.id)
        await coordinator.writes.run(key, fields, send)


def summary_of(weed: Point) -> str:
    """Return the weed's name and its coordinates in mm."""
    place = ", ".join("?" if at is None else f"{at:g}" for at in (weed.x, weed.y))
    return f"{cut(weed.name or '', MAX_NAME_LENGTH)} ({place})".strip()


def _is_shown(weed: Point, forgotten: datetime) -> bool:
    return is_open(weed) or (
        weed.updated_at is not None and weed.updated_at > forgotten
    )


def _item(weed: Point) -> TodoItem:
    to_do = is_open(weed)
    return TodoItem(
        uid=str(weed.id),
        summary=summary_of(weed),
        status=TodoItemStatus.NEEDS_ACTION if to_do else TodoItemStatus.COMPLETED,
        completed=None if to_do else weed.updated_at,
    )


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the to-do list of weeds."""
    yield WEEDS.key, partial(FarmBotWeedTodoListEntity, coordinator, device)
