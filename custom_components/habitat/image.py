"""Images: handed over to the account's vendor; and how pictures are fetched."""

from dataclasses import dataclass

from aiohttp import ClientError, ClientTimeout
from yarl import URL

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import LOGGER
from .coordinator import HabitatConfigEntry
from .entity import async_setup_platform

PARALLEL_UPDATES = 0

MOST_BYTES = 8 * 1024 * 1024
_TIMEOUT = ClientTimeout(total=10)
_DRAWING = "image/svg+xml"
"""May hold scripts, which would run as Home Assistant's own."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came."""

    content: bytes
    content_type: str


def picture_url(address: str | None, server: str) -> URL | None:
    """Return where a picture can be fetched; None when it is no address to go to.

    Anything but https is only believed of the account's own server.
    """
    try:
        url = URL(address or "")
        known = url.scheme == "https" or url.origin() == URL(server).origin()
    except ValueError:
        return None
    return url if known and url.host else None


async def async_fetch_picture(hass: HomeAssistant, url: URL) -> Picture | None:
    """Fetch a picture without any login; None when there is none, or one that is too large.

    Home Assistant's own way would write the address to the log when it fails.
    """
    session = async_get_clientsession(hass)
    try:
        async with session.get(url, timeout=_TIMEOUT, allow_redirects=False) as answer:
            content = await answer.content.read(MOST_BYTES + 1)
            while chunk := await answer.content.read(MOST_BYTES + 1 - len(content)):
                content += chunk
    except (ClientError, TimeoutError) as err:
        LOGGER.debug("A picture did not come: %s", type(err).__name__)
        return None
    content_type = answer.content_type
    if (
        answer.status != 200
        or not content_type.startswith("image/")
        or content_type == _DRAWING
        or len(content) > MOST_BYTES
    ):
        LOGGER.debug("A picture did not come: status %s", answer.status)
        return None
    return Picture(content, content_type)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set the platform up."""
    await async_setup_platform(hass, entry, Platform.IMAGE, async_add_entities)
