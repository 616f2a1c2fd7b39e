"""FarmBot's cameras: webcams whose address shows a picture or a stream."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import override

from aiohttp import ClientError, ClientResponse, ClientTimeout, web
from aiohttp.hdrs import CONTENT_TYPE

from homeassistant.components.camera import (
    DEFAULT_CONTENT_TYPE,
    Camera,
    CameraEntityDescription,
)
from homeassistant.components.mjpeg.camera import async_extract_image_from_mjpeg
from homeassistant.const import Platform
from homeassistant.helpers.aiohttp_client import async_aiohttp_proxy_stream
from homeassistant.helpers.typing import UndefinedType

from ..cloud.text import MAX_NAME_LENGTH, cut
from ..const import LOGGER
from ..devices import Device
from ..loader import EntityFactory
from ..local_reach import find_local
from ..pictures import MAX_BYTES, async_read_picture, kind_of_picture
from ..reach import OutOfReach, async_open
from .client.models import WebcamFeed
from .coordinator import FarmBotCoordinator
from .entity import FarmBotItemEntity
from .items import WEBCAM_FEED, items
from .webcams import Webcam, is_picture, is_stream, webcam_key

_STILL_TIMEOUT = ClientTimeout(total=10)
_STREAM_TIMEOUT = ClientTimeout(total=None, sock_connect=10)
_FRAME_INTERVAL = 2.0
"""Seconds between pictures while a webcam without a stream is viewed."""


class FarmBotWebcamCameraEntity(FarmBotItemEntity[WebcamFeed], Camera):
    """A webcam at an address that its owner gave; no credentials are sent there."""

    _attr_frame_interval = _FRAME_INTERVAL

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        description: CameraEntityDescription,
        key: str,
        number: int,
    ) -> None:
        """Show the webcam whose record is under `key`."""
        self._webcam_key = webcam_key(number)
        super().__init__(
            coordinator,
            device,
            WebcamFeed,
            description,
            key=key,
            reads=(self._webcam_key,),
        )
        Camera.__init__(self)

    @property
    @override
    def name(self) -> str | UndefinedType | None:
        """The name that its owner gave it."""
        name = self.record.name if self.record else None
        return cut(name, MAX_NAME_LENGTH) if name else super().name

    @property
    @override
    def available(self) -> bool:
        """Whether the address showed a picture at the last check."""
        return super().available and self._webcam is not None

    @property
    def _webcam(self) -> Webcam | None:
        return self.coordinator.record(self._webcam_key, Webcam)

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Fetch a picture, or the first one of a stream."""
        try:
            async with self._open(_STILL_TIMEOUT) as answer:
                if is_stream(answer):
                    self.content_type = DEFAULT_CONTENT_TYPE
                    return await async_extract_image_from_mjpeg(_read_bounded(answer))
                if not is_picture(answer):
                    return None
                content = await async_read_picture(answer)
        except (ClientError, TimeoutError, ValueError) as err:
            LOGGER.debug("A webcam did not answer: %s", type(err).__name__)
            return None
        kind = kind_of_picture(content)
        self.content_type = kind or self.content_type
        return content if kind else None

    def _open(
        self, timeout: ClientTimeout
    ) -> AbstractAsyncContextManager[ClientResponse]:
        """Send a request to the webcam's address.

        Raises:
            OutOfReach: the address is not allowed.
        """
        reach = self.coordinator.reach
        address = self.record.url if self.record else None
        if self._webcam and self._webcam.local:
            if local := find_local(self.hass, reach, address):
                return async_open(self.hass, local, local.url, timeout)
        elif url := reach.find(address):
            return async_open(self.hass, reach, url, timeout)
        raise OutOfReach("The address is not allowed")

    @override
    async def handle_async_mjpeg_stream(
        self, request: web.Request
    ) -> web.StreamResponse | None:
        """Forward the stream, or send one picture after another."""
        webcam = self._webcam
        if webcam is None or webcam.stream is False:
            return await super().handle_async_mjpeg_stream(request)
        one_by_one = False
        try:
            async with self._open(_STREAM_TIMEOUT) as answer:
                # A web page would be shown with the rights of Home Assistant's pages.
                if is_stream(answer):
                    kind = answer.headers[CONTENT_TYPE]
                    return await async_aiohttp_proxy_stream(
                        self.hass, request, answer.content, kind
                    )
                # For a webcam inside the user's network this is the first request.
                one_by_one = webcam.stream is None and is_picture(answer)
        except (ClientError, TimeoutError, ValueError) as err:
            LOGGER.debug("A webcam did not answer: %s", type(err).__name__)
        if one_by_one:
            return await super().handle_async_mjpeg_stream(request)
        return None


async def _read_bounded(answer: ClientResponse) -> AsyncIterator[bytes]:
    """Yield the content, at most `MAX_BYTES`."""
    left = MAX_BYTES
    while left and (chunk := await answer.content.read(left)):
        left -= len(chunk)
        yield chunk


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the webcams that show pictures."""
    for key, record_key, feed in items(coordinator.store, WEBCAM_FEED, Platform.CAMERA):
        if coordinator.record(webcam_key(feed.id), Webcam):
            description = CameraEntityDescription(key=key, translation_key="webcam")
            yield (
                key,
                partial(
                    FarmBotWebcamCameraEntity,
                    coordinator,
                    device,
                    description,
                    record_key,
                    feed.id,
                ),
            )
