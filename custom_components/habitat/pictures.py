"""How pictures are fetched from addresses that a cloud names."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
import re

from aiohttp import ClientError, ClientResponse, ClientTimeout

from homeassistant.core import HomeAssistant

from .const import LOGGER
from .reach import Reach, async_open

MAX_BYTES = 8 * 1024 * 1024
_TIMEOUT = ClientTimeout(total=10)
_KINDS: Mapping[str, re.Pattern[bytes]] = {
    "image/jpeg": re.compile(rb"\xff\xd8"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
"""The pictures that are let in, and how they begin."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came."""

    content: bytes
    content_type: str


async def async_fetch_picture(
    hass: HomeAssistant, reach: Reach, address: str | None
) -> Picture | None:
    """Fetch a picture without any login; None when there is none, or one that is too large.

    Home Assistant's own way would write the address to the log when it fails.
    """
    url = reach.find(address)
    if url is None:
        return None
    try:
        async with async_open(hass, reach, url, _TIMEOUT) as answer:
            status = answer.status
            content = (
                await async_read_picture(answer) if status == HTTPStatus.OK else b""
            )
    except (ClientError, TimeoutError) as err:
        LOGGER.debug("A picture did not come: %s", type(err).__name__)
        return None
    content_type = kind_of_picture(content)
    if content_type is None:
        LOGGER.debug("A picture did not come: status %s", status)
        return None
    return Picture(content, content_type)


async def async_read_picture(answer: ClientResponse) -> bytes:
    """Read a picture; nothing of one that is too large."""
    content = b""
    while chunk := await answer.content.read(MAX_BYTES + 1 - len(content)):
        content += chunk
        if len(content) > MAX_BYTES:
            return b""
    return content


def kind_of_picture(content: bytes) -> str | None:
    """Return the content type of a picture by its first bytes; None when it is none.

    Whatever else is let in, such as a drawing with a script, would run as Home Assistant's own.
    """
    return next((kind for kind, begin in _KINDS.items() if begin.match(content)), None)
