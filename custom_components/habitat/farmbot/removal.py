"""What to leave behind when a robot's account is removed: nothing."""

import asyncio

from homeassistant.core import HomeAssistant

from ..cloud.errors import CloudError
from ..const import LOGGER
from ..coordinator import HabitatConfigEntry
from ..tokens import login_tokens
from ..vendor import Login
from .connection import connect
from .store import robot_store

_PATIENCE = 10
"""Seconds: whoever removes an account must not wait for a server that is away."""


async def leave(hass: HomeAssistant, entry: HabitatConfigEntry, login: Login) -> None:
    """Revoke the token, which would serve for 60 days, and forget what was kept of the past."""
    await robot_store(hass, entry.entry_id).async_remove()
    tokens = login_tokens(hass, login)
    if tokens is None or await tokens.load() is None:
        return
    try:
        async with asyncio.timeout(_PATIENCE):
            await connect(hass, login).client.revoke_token()
    except (CloudError, TimeoutError) as err:
        LOGGER.debug("The token could not be revoked: %s", err)
