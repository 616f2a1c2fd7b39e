"""Finds out which addresses of webcams show a picture; others may be web pages or nothing.

Each address is requested in the background, once and again every day. Inside the user's own network
nothing is requested unless the option is on, and then only when the camera is viewed. See
docs/vendors/farmbot.md, Resources.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
import time
from typing import Any, Final

from aiohttp import ClientConnectorDNSError, ClientError, ClientResponse, ClientTimeout

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback

from ..coordinator import HabitatCoordinator
from ..local_reach import find_local, is_local_name
from ..reach import OutOfReach, PrivateAddressError, Reach, async_open
from .client.api import WEBCAM_FEEDS
from .client.models import WebcamFeed
from .items import WEBCAM_FEED, ItemKind, async_remove_items

CONF_LOCAL_WEBCAMS: Final = "local_webcams"
"""Whether webcams in the user's own network are shown."""

WEBCAM = "webcam"
"""The source of the results, and the prefix of their keys, followed by the id of the feed."""

_CHECK_INTERVAL = timedelta(days=1)
_TIMEOUT = ClientTimeout(total=5)
_MJPEG = "multipart/x-mixed-replace"
_PICTURE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Without SVG: it may contain scripts, which would run with the rights of Home Assistant's pages."""


@dataclass(frozen=True, slots=True)
class Webcam:
    """A webcam that shows pictures."""

    stream: bool | None
    """Whether it sends a stream of pictures (MJPEG) instead of single ones; None if it is not known."""
    local: bool = False
    """Whether it is inside the user's own network, where it is not requested before it is viewed."""


_LOCAL = Webcam(stream=None, local=True)


class NoAnswer(Enum):
    """The address did not answer, so nothing is known."""

    NO_ANSWER = auto()


class WebcamFinder:
    """Finds out which webcams of an account show pictures."""

    def __init__(
        self, coordinator: HabitatCoordinator, reach: Callable[[], Reach]
    ) -> None:
        """Create the finder; `reach` returns where the addresses may lead."""
        self._coordinator = coordinator
        self._reach = reach
        self._answered: dict[int, str | None] = {}
        """The addresses that answered, by the id of their feed."""
        self._checked_all_at = time.monotonic()
        self._is_checking = self._check_again = False

    @callback
    def async_check(self) -> None:
        """Request the addresses that are new, and all of them every day."""
        if self._is_checking:
            self._check_again = True
            return
        now = time.monotonic()
        if now - self._checked_all_at >= _CHECK_INTERVAL.total_seconds():
            self._checked_all_at = now
            self._answered.clear()
        feeds = self._feeds()
        unchecked = [
            feed for feed in feeds if self._answered.get(feed.id, "") != feed.url
        ]
        if unchecked or self._answered.keys() - {feed.id for feed in feeds}:
            self._is_checking = True
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._check(unchecked),
                f"{self._coordinator.name} webcams",
            )

    def _feeds(self) -> list[WebcamFeed]:
        if not self._coordinator.devices.present:
            # Another account shows the robot and its webcams.
            return []
        feeds = self._coordinator.records(WEBCAM_FEEDS.path, WebcamFeed)
        return [feed for feed in feeds if feed.url]

    async def _check(self, unchecked: list[WebcamFeed]) -> None:
        hass, reach = self._coordinator.hass, self._reach()
        try:
            found = await asyncio.gather(
                *(async_probe(hass, reach, feed.url or "") for feed in unchecked)
            )
        finally:
            self._is_checking = False
        results: dict[str, object | None] = {}
        hidden: set[str] = set()
        for feed, webcam in zip(unchecked, found, strict=True):
            if webcam is NoAnswer.NO_ANSWER:
                continue
            self._answered[feed.id] = feed.url
            if webcam == _LOCAL and not self._shows_local:
                hidden.add(f"{WEBCAM_FEED.source}/{feed.id}")
                results[webcam_key(feed.id)] = None
            else:
                results[webcam_key(feed.id)] = webcam
        for gone in self._answered.keys() - {feed.id for feed in self._feeds()}:
            del self._answered[gone]
            results[webcam_key(gone)] = None
        if hidden:
            self._remove_entities(hidden)
        if any(results.values()):
            await self._set_up_platform()
        if results:
            self._coordinator.async_set_records({WEBCAM: results})
        if self._check_again:
            self._check_again = False
            self.async_check()

    @property
    def _shows_local(self) -> bool:
        options = self._coordinator.config_entry.options
        return bool(options.get(CONF_LOCAL_WEBCAMS))

    def _remove_entities(self, keys: set[str]) -> None:
        """Remove cameras that the option has added; the registry restores them with it."""

        def unwanted(kind: ItemKind[Any], key: str, platform: str) -> bool:
            return kind is WEBCAM_FEED and key in keys

        async_remove_items(self._coordinator, unwanted)

    async def _set_up_platform(self) -> None:
        """Set up the camera platform, which needs a library that most accounts can do without."""
        entry = self._coordinator.config_entry
        async with entry.setup_lock:
            pass  # The other platforms are set up first.
        if entry.state is ConfigEntryState.LOADED:
            await self._coordinator.async_forward((Platform.CAMERA,))


def webcam_key(feed_id: int) -> str:
    """Return the key of the result for a webcam."""
    return f"{WEBCAM}/{feed_id}"


def is_stream(answer: ClientResponse) -> bool:
    """Return whether an answer is a stream of pictures."""
    return answer.ok and answer.content_type == _MJPEG


def is_picture(answer: ClientResponse) -> bool:
    """Return whether an answer is one picture."""
    return answer.ok and answer.content_type in _PICTURE_TYPES


async def async_probe(
    hass: HomeAssistant, reach: Reach, address: str
) -> Webcam | NoAnswer | None:
    """Return what an address shows, or None if that is no picture; no credentials are sent.

    The headers are enough, the content is not read. Inside the user's network only the account's
    own server is requested, since a GET may switch something on other devices.
    """
    url = reach.find(address)
    if url is None or (is_local_name(url.host or "") and not reach.is_own(url)):
        return _LOCAL if find_local(hass, reach, address) else None
    try:
        async with async_open(hass, reach, url, _TIMEOUT) as answer:
            if is_stream(answer) or is_picture(answer):
                return Webcam(stream=is_stream(answer))
            return NoAnswer.NO_ANSWER if answer.status >= 500 else None
    except OutOfReach:
        return None
    except ClientConnectorDNSError as err:
        local = find_local(hass, reach, address)
        if (
            local
            and err.host == url.host
            and isinstance(err.os_error, PrivateAddressError)
            and local.admits(err.os_error.addresses)
        ):
            return _LOCAL
        return NoAnswer.NO_ANSWER
    except ClientError, TimeoutError, ValueError:
        return NoAnswer.NO_ANSWER
