"""FarmBot's event entities: a line of the log, a new photo."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..cloud.text import MAX_STATE_LENGTH, cut
from ..descriptions import enum_state
from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from .client.api import IMAGES
from .client.enums import LogType
from .client.models import Image, Log
from .coordinator import FarmBotCoordinator
from .derived import PHOTO
from .receiver import LOG, LogLine

ATTR_ID, ATTR_CREATED_AT = "image_id", "created_at"

LINE = EventEntityDescription(
    key="log",
    event_types=[word.name.lower() for word in LogType],
    entity_category=EntityCategory.DIAGNOSTIC,
)
PHOTO_TAKEN = EventEntityDescription(key="photo_taken", event_types=["photo_taken"])


class FarmBotLogEventEntity(HabitatEntity[FarmBotCoordinator, LogLine], EventEntity):
    """Fires for each line of the log from the start on."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the log."""
        super().__init__(coordinator, device, LogLine, LINE, key=LOG)
        self._last_triggered = self.record

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        line = self.record
        if line is not self._last_triggered and line is not None:
            self._last_triggered = line
            if kind := enum_state(line.log.type):
                self._trigger_event(kind, log_attributes(line.log))
        super()._handle_coordinator_update()


def log_attributes(line: Log) -> dict[str, object]:
    """Return the event attributes for a line of the log."""
    return {
        "message": line.message and cut(line.message, MAX_STATE_LENGTH),
        "verbosity": line.verbosity,
        "channels": [channel.value for channel in line.channels],
        "x": line.x,
        "y": line.y,
        "z": line.z,
        ATTR_CREATED_AT: line.created_at.isoformat() if line.created_at else None,
    }


class FarmBotPhotoEventEntity(HabitatEntity[FarmBotCoordinator, Image], EventEntity):
    """Fires for each photo as soon as the server has processed it."""

    _last_triggered: tuple[datetime, int] | None = None
    """The sort key of the newest photo that has fired, or that is older than the entity."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the newest photo."""
        super().__init__(coordinator, device, Image, PHOTO_TAKEN, key=PHOTO)

    @override
    async def async_added_to_hass(self) -> None:
        """Continue after a restart: of the photos since the last event only the newest fires."""
        await super().async_added_to_hass()
        last = await self.async_get_last_event_data()
        previous = (last and last.last_event_attributes) or {}
        at = dt_util.parse_datetime(str(previous.get(ATTR_CREATED_AT)))
        image_id = previous.get(ATTR_ID)
        if at is not None and isinstance(image_id, int):
            self._last_triggered = at, image_id
            self._trigger(self._new_photos()[-1:])
        else:
            # Photos from before do not fire, even if they are read later.
            self._last_triggered = _sort_key(self.record) or (dt_util.utcnow(), 0)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        if not self._trigger(self._new_photos()):
            super()._handle_coordinator_update()

    def _new_photos(self) -> list[Image]:
        """Return the photos that have not fired, the oldest first."""
        previous, newest = self._last_triggered, _sort_key(self.record)
        if newest is None or newest == previous:
            return []
        photos = (
            (age, image)
            for image in self.coordinator.records(IMAGES.path, Image)
            if image.processed
            and (age := _sort_key(image))
            and (not previous or age > previous)
        )
        return [image for _, image in sorted(photos, key=lambda photo: photo[0])]

    def _trigger(self, photos: list[Image]) -> bool:
        """Fire for photos, and return whether there were any."""
        for image in photos:
            self._last_triggered = _sort_key(image)
            self._trigger_event(
                "photo_taken",
                {
                    ATTR_ID: image.id,
                    "x": image.meta.x,
                    "y": image.meta.y,
                    "z": image.meta.z,
                    ATTR_CREATED_AT: (
                        image.created_at.isoformat() if image.created_at else None
                    ),
                },
            )
            self.async_write_ha_state()
        return bool(photos)


def _sort_key(image: Image | None) -> tuple[datetime, int] | None:
    """Return the time and id by which photos are ordered."""
    return (image.created_at, image.id) if image and image.created_at else None


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the event entities of the robot."""
    yield LINE.key, partial(FarmBotLogEventEntity, coordinator, device)
    yield PHOTO_TAKEN.key, partial(FarmBotPhotoEventEntity, coordinator, device)
