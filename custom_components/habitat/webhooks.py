"""Webhooks of accounts: their addresses, and the checks of requests."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import ModuleType

from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, Response

from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN, LOGGER
from .coordinator import HabitatConfigEntry

MAX_BYTES = 64 * 1024
"""Bytes of a body; vendors' webhooks are smaller."""

BODY_TIMEOUT = 10
"""Seconds in which a body must arrive."""

type Receive = Callable[[bytes, Mapping[str, str]], HTTPStatus]
"""Handles a body and the headers; returns the status to answer with."""


@dataclass(slots=True)
class WebhookCounters:
    """Counters of requests."""

    accepted: int = 0
    refused: int = 0


@callback
def webhook_id(hass: HomeAssistant, entry: HabitatConfigEntry) -> str:
    """Return the secret part of an account's address; it is created on the first call."""
    known: str | None = entry.data.get(CONF_WEBHOOK_ID)
    if known is None:
        known = webhook.async_generate_id()
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_WEBHOOK_ID: known}
        )
    return known


async def async_webhook_url(hass: HomeAssistant, entry: HabitatConfigEntry) -> str:
    """Return the address to enter at the vendor, through Home Assistant Cloud if there is one.

    Raises:
        NoURLAvailableError: Home Assistant does not know its own address.
        CloudNotAvailable: there is a subscription, but it is not connected.
    """
    if (cloud := _cloud(hass)) and cloud.async_active_subscription(hass):
        url: str = await cloud.async_get_or_create_cloudhook(
            hass, webhook_id(hass, entry)
        )
        return url
    return webhook.async_generate_url(
        hass, webhook_id(hass, entry), allow_internal=True, prefer_external=True
    )


@callback
def async_register_webhook(
    hass: HomeAssistant, entry: HabitatConfigEntry, receive: Receive
) -> WebhookCounters:
    """Let `receive` handle requests to an account's address while the account is loaded."""
    counters = WebhookCounters()

    async def handle(hass: HomeAssistant, hook_id: str, request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                body = await _read(request)
        except TimeoutError:
            status = HTTPStatus.REQUEST_TIMEOUT
        else:
            if body is None:
                status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            else:
                status = receive(body, request.headers)
        if status < HTTPStatus.BAD_REQUEST:
            counters.accepted += 1
        else:
            counters.refused += 1
            LOGGER.debug("A webhook was refused: HTTP %s", status)
        return Response(status=status)

    hook_id = webhook_id(hass, entry)
    webhook.async_register(
        hass, DOMAIN, entry.title, hook_id, handle, allowed_methods=[METH_POST]
    )

    @callback
    def unregister() -> None:
        webhook.async_unregister(hass, hook_id)

    entry.async_on_unload(unregister)
    return counters


async def async_forget_webhook(hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
    """Delete the address of an account."""
    hook_id = entry.data.get(CONF_WEBHOOK_ID)
    cloud = _cloud(hass)
    if hook_id is None or cloud is None or not cloud.async_active_subscription(hass):
        return
    try:
        await cloud.async_delete_cloudhook(hass, hook_id)
    except cloud.CloudNotAvailable, ValueError:
        LOGGER.debug(
            "Home Assistant Cloud could not be informed that a webhook was removed"
        )


def _cloud(hass: HomeAssistant) -> ModuleType | None:
    """Return Home Assistant's cloud integration if it is loaded; importing it is slow."""
    if "cloud" not in hass.config.components:
        return None
    from homeassistant.components import cloud  # noqa: PLC0415 - imported only if it is loaded already

    return cloud


async def _read(request: Request) -> bytes | None:
    """Return a body, or None if it is too large."""
    body = b""
    while chunk := await request.content.read(MAX_BYTES + 1 - len(body)):
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return body
