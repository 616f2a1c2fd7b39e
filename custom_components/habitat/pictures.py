"""Fetches pictures from addresses that a cloud names."""

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
"""The allowed content types, and the first bytes of such pictures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its content type."""

    content: bytes
    content_type: str


async def async_fetch_picture(
    hass: HomeAssistant, reach: Reach, address: str | None
) -> Picture | None:
    """Return the picture at an address, requested without a login, or None.

    Home Assistant's own function would log the address after an error.
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
    """Return the bytes of a picture, or None if it is too large."""
    content = b""
    while chunk := await answer.content.read(MAX_BYTES + 1 - len(content)):
        content += chunk
        if len(content) > MAX_BYTES:
            return b""
    return content


def kind_of_picture(content: bytes) -> str | None:
    """Return the content type of a picture by its first bytes, or None if it is not allowed.

    Other types, such as SVG with a script, could run code in Home Assistant's frontend.
    """
    return next((kind for kind, begin in _KINDS.items() if begin.match(content)), None)
