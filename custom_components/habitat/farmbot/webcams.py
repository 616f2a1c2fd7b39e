"""What there is to see at the addresses of webcams, which may be anything: a page, or nothing.

Only asking there tells. It happens in the background, once for each address and again every day;
in the user's own network it happens only where the user wants that, and when somebody looks.
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
"""The part of what was learned, and the first part of its keys; the feed's id is the second."""

_AGAIN = timedelta(days=1)
_TIMEOUT = ClientTimeout(total=5)
_FILM = "multipart/x-mixed-replace"
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""No drawings: they may hold scripts, which would run as Home Assistant's own."""


@dataclass(frozen=True, slots=True)
class Webcam:
    """A webcam that there is something to see of."""

    stream: bool | None
    """Whether it shows picture after picture (MJPEG), not one at a time; None for not known."""
    local: bool = False
    """Whether it is in the user's own network, where nobody asks before somebody looks."""


_LOCAL = Webcam(stream=None, local=True)


class Silence(Enum):
    """No answer, which tells nothing."""

    SILENCE = auto()


class Webcams:
    """Finds out which webcams of an account there is something to see of."""

    def __init__(
        self, coordinator: HabitatCoordinator, reach: Callable[[], Reach]
    ) -> None:
        """Begin without knowing of any; `reach` tells where the addresses may lead."""
        self._coordinator = coordinator
        self._reach = reach
        self._seen: dict[int, str | None] = {}
        """The addresses that answered, by the feed's id."""
        self._began = time.monotonic()
        self._looking = self._look_again = False

    @callback
    def look(self) -> None:
        """Ask at the addresses that are new, and every day at all of them."""
        if self._looking:
            self._look_again = True
            return
        now = time.monotonic()
        if now - self._began >= _AGAIN.total_seconds():
            self._began = now
            self._seen.clear()
        feeds = self._feeds()
        due = [feed for feed in feeds if self._seen.get(feed.id, "") != feed.url]
        if due or self._seen.keys() - {feed.id for feed in feeds}:
            self._looking = True
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._look(due),
                f"{self._coordinator.name} webcams",
            )

    def _feeds(self) -> list[WebcamFeed]:
        if not self._coordinator.devices.present:
            # Another account shows the robot, and looks for its webcams.
            return []
        feeds = self._coordinator.records(WEBCAM_FEEDS.path, WebcamFeed)
        return [feed for feed in feeds if feed.url]

    async def _look(self, due: list[WebcamFeed]) -> None:
        hass, reach = self._coordinator.hass, self._reach()
        try:
            found = await asyncio.gather(
                *(async_look(hass, reach, feed.url or "") for feed in due)
            )
        finally:
            self._looking = False
        learned: dict[str, object | None] = {}
        hidden: set[str] = set()
        for feed, webcam in zip(due, found, strict=True):
            if webcam is Silence.SILENCE:
                continue
            self._seen[feed.id] = feed.url
            if webcam == _LOCAL and not self._shows_local:
                hidden.add(f"{WEBCAM_FEED.source}/{feed.id}")
                learned[webcam_key(feed.id)] = None
            else:
                learned[webcam_key(feed.id)] = webcam
        for gone in self._seen.keys() - {feed.id for feed in self._feeds()}:
            del self._seen[gone]
            learned[webcam_key(gone)] = None
        if hidden:
            self._hide(hidden)
        if any(learned.values()):
            await self._show()
        if learned:
            self._coordinator.async_set_records({WEBCAM: learned})
        if self._look_again:
            self._look_again = False
            self.look()

    @property
    def _shows_local(self) -> bool:
        options = self._coordinator.config_entry.options
        return bool(options.get(CONF_LOCAL_WEBCAMS))

    def _hide(self, keys: set[str]) -> None:
        """Remove what the option has shown; with it all comes back as the user had it."""

        def unwanted(kind: ItemKind[Any], key: str, platform: str) -> bool:
            return kind is WEBCAM_FEED and key in keys

        async_remove_items(self._coordinator, unwanted)

    async def _show(self) -> None:
        """Set the platform up, which wants a library for pictures that few houses need."""
        entry = self._coordinator.config_entry
        async with entry.setup_lock:
            pass  # The account itself is set up first.
        if entry.state is ConfigEntryState.LOADED:
            await self._coordinator.async_forward((Platform.CAMERA,))


def webcam_key(feed_id: int) -> str:
    """Return the key of what was learned of a webcam."""
    return f"{WEBCAM}/{feed_id}"


def is_stream(answer: ClientResponse) -> bool:
    """Say whether an answer is picture after picture."""
    return answer.ok and answer.content_type == _FILM


def is_photo(answer: ClientResponse) -> bool:
    """Say whether an answer is one picture."""
    return answer.ok and answer.content_type in _PHOTOS


async def async_look(
    hass: HomeAssistant, reach: Reach, address: str
) -> Webcam | Silence | None:
    """Ask what there is at an address, without any login of ours; None for nothing to see.

    The kind of an answer is said before its content, of which nothing is read. In the house
    nobody is asked but the account's own server: a GET may switch something there.
    """
    url = reach.find(address)
    if url is None or (is_local_name(url.host or "") and not reach.is_own(url)):
        return _LOCAL if find_local(hass, reach, address) else None
    try:
        async with async_open(hass, reach, url, _TIMEOUT) as answer:
            if is_stream(answer) or is_photo(answer):
                return Webcam(stream=is_stream(answer))
            return Silence.SILENCE if answer.status >= 500 else None
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
        return Silence.SILENCE
    except ClientError, TimeoutError, ValueError:
        return Silence.SILENCE
