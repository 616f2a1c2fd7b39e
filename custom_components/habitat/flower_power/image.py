"""Flower Power's images: the pictures of plants."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import override

from yarl import URL

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from ..pictures import async_fetch_picture
from ..reach import Reach
from .client.models import Location
from .coordinator import FlowerPowerCoordinator

AVATAR = ImageEntityDescription(key="avatar", entity_registry_enabled_default=False)

type Address = Callable[[Location], str | None]


class FlowerPowerImageEntity(
    HabitatEntity[FlowerPowerCoordinator, Location], ImageEntity
):
    """A picture at a signed address, which is only sent to the server of the pictures."""

    _found: URL | None = None
    """The address of the picture without its signature, which changes with each answer."""
    _content: bytes | None = None

    def __init__(
        self,
        coordinator: FlowerPowerCoordinator,
        device: Device,
        description: ImageEntityDescription,
        address: Address,
        number: int = 0,
    ) -> None:
        """Show the picture at an address of a location."""
        super().__init__(coordinator, device, Location, description)
        ImageEntity.__init__(self, coordinator.hass)
        self._address = address
        self._reach = Reach(coordinator.login.url)
        if number:
            self._attr_translation_placeholders = {"number": str(number)}
        self._look()

    @property
    @override
    def available(self) -> bool:
        """Whether the location still has the picture."""
        return super().available and self._found is not None

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._look()
        super()._handle_coordinator_update()

    def _look(self) -> None:
        """Update the time if the picture changed."""
        url = self._url()
        shown = url.with_query(None) if url else None
        if shown != self._found:
            self._found, self._content = shown, None
            self._attr_image_last_updated = dt_util.utcnow() if shown else None

    def _url(self) -> URL | None:
        return self._reach.find(self._named)

    @property
    def _named(self) -> str | None:
        return self._address(self.record) if self.record else None

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture; it is fetched once."""
        shown = self._found
        if self._content is None and shown is not None:
            picture = await async_fetch_picture(self.hass, self._reach, self._named)
            if picture is None:
                return None
            if shown == self._found:
                self._attr_content_type = picture.content_type
                self._content = picture.content
        return self._content


def picture_address(identifier: str) -> Address:
    """Return a function that finds the address of a picture in a location."""
    return lambda location: next(
        (one.url for one in location.pictures if one.image_identifier == identifier),
        None,
    )


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the pictures of a location."""
    location = coordinator.record(device.key, Location)
    if location is None:
        return
    reach = Reach(coordinator.login.url)
    if reach.find(location.avatar_url):
        yield (
            AVATAR.key,
            partial(
                FlowerPowerImageEntity,
                coordinator,
                device,
                AVATAR,
                lambda location: location.avatar_url,
            ),
        )
    for number, picture in enumerate(location.pictures, 1):
        if reach.find(picture.url):
            key = f"picture_{picture.image_identifier}"
            description = ImageEntityDescription(
                key=key,
                translation_key="picture",
                entity_registry_enabled_default=False,
            )
            address = picture_address(picture.image_identifier)
            yield (
                key,
                partial(
                    FlowerPowerImageEntity,
                    coordinator,
                    device,
                    description,
                    address,
                    number,
                ),
            )
