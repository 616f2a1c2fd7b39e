"""FarmBot's images: the latest photo, and the map of the bed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from ..pictures import async_fetch_picture
from .bed_map.bed import Bed
from .bed_map.svg import draw
from .client.models import Image
from .client.status import Axes
from .coordinator import POSITION, FarmBotCoordinator
from .derived import BED, PHOTO
from .entity import with_key
from .receiver import CONNECTIVITY

MAP_INTERVAL = timedelta(seconds=30)
"""Minimum time between updates of the map while only the robot moves."""

LATEST_PHOTO = ImageEntityDescription(key="latest_photo")
BED_MAP = ImageEntityDescription(key="bed_map")


class FarmBotPhotoImageEntity(HabitatEntity[FarmBotCoordinator, Image], ImageEntity):
    """The newest photo; its address is public, but only the account knows it."""

    _photo_id: int | None = None
    """The id of the photo in `_content`."""
    _content: bytes | None = None

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the newest photo."""
        super().__init__(coordinator, device, Image, LATEST_PHOTO, key=PHOTO)
        ImageEntity.__init__(self, coordinator.hass)

    @property
    @override
    def image_last_updated(self) -> datetime | None:
        """When the photo was taken."""
        return self.record.created_at if self.record else None

    @override
    async def async_image(self) -> bytes | None:
        """Fetch the photo once, and keep it."""
        image = self.record
        if image is None:
            return None
        if self._photo_id != image.id:
            picture = await async_fetch_picture(
                self.hass, self.coordinator.reach, image.attachment_url
            )
            if picture is None:
                return None
            self._photo_id, self._content = image.id, picture.content
            self._attr_content_type = picture.content_type
        return self._content


class FarmBotBedMapImageEntity(HabitatEntity[FarmBotCoordinator, Bed], ImageEntity):
    """The garden drawn to scale; it is drawn only when requested."""

    shows = ("image_last_updated",)
    _attr_content_type = "image/svg+xml"
    _announced: tuple[Bed | None, Axes | None] = (None, None)
    """The bed and position for which `image_last_updated` was set."""
    _drawn: tuple[tuple[Bed, Axes | None], bytes] | None = None
    """The map that was drawn last, with its bed and position."""
    _cancel: CALLBACK_TYPE | None = None

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the bed and the position of the robot."""
        bed = with_key(device, BED)
        super().__init__(coordinator, bed, Bed, BED_MAP, reads=(POSITION, CONNECTIVITY))
        ImageEntity.__init__(self, coordinator.hass)
        self._announce()

    @property
    def _current(self) -> tuple[Bed | None, Axes | None]:
        """The bed, and the position of the robot while it is current."""
        coordinator = self.coordinator
        place = (
            coordinator.record(POSITION, Axes)
            if coordinator.is_current(POSITION)
            else None
        )
        return self.record, place

    @override
    async def async_added_to_hass(self) -> None:
        """Cancel the timer on removal."""
        await super().async_added_to_hass()
        self.async_on_remove(self._cancel_timer)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Announce a changed bed at once, and a moving robot every `MAP_INTERVAL`."""
        bed, position = self._current
        if bed != self._announced[0]:
            self._announce()
        elif position != self._announced[1]:
            self._announce_later()
        super()._handle_coordinator_update()

    def _announce(self) -> None:
        self._cancel_timer()
        self._announced = self._current
        self._attr_image_last_updated = dt_util.utcnow()

    def _announce_later(self) -> None:
        """Announce the position of the robot as soon as the interval has passed."""
        if self._cancel is None:
            last = self._attr_image_last_updated or dt_util.utcnow()
            wait = max(timedelta(0), last + MAP_INTERVAL - dt_util.utcnow())
            self._cancel = async_call_later(self.hass, wait, self._handle_timer)

    @callback
    def _handle_timer(self, _: datetime) -> None:
        self._cancel = None
        self._announce()
        self._handle_coordinator_update()

    @callback
    def _cancel_timer(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @override
    async def async_image(self) -> bytes | None:
        """Draw the map once, outside the event loop since a large garden takes time."""
        bed, position = self._current
        if bed is None:
            return None
        of = bed, position
        if self._drawn is None or self._drawn[0] != of:
            picture = await self.hass.async_add_executor_job(draw, bed, position)
            self._drawn = of, picture
        return self._drawn[1]


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the images of the robot."""
    yield LATEST_PHOTO.key, partial(FarmBotPhotoImageEntity, coordinator, device)
    yield BED_MAP.key, partial(FarmBotBedMapImageEntity, coordinator, device)
