"""What to leave behind when a robot's account or its login goes: nothing."""

import asyncio

from homeassistant.core import HomeAssistant

from ..cloud.auth import FixedAuth, Token
from ..cloud.errors import CloudError
from ..const import LOGGER
from ..coordinator import HabitatConfigEntry
from ..vendor import Login
from .connection import connect
from .occurrence_store import robot_store

_REVOKE_TIMEOUT = 10
"""Seconds: whoever removes an account must not wait for a server that is away."""


async def async_remove(hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
    """Forget what was kept of the past."""
    await robot_store(hass, entry.entry_id).async_remove()


async def async_revoke(hass: HomeAssistant, login: Login, token: Token) -> None:
    """Revoke a token, which would serve for 60 days."""
    client = connect(hass, login).client
    # Never by logging in again: the login may be wrong by now.
    client.session.auth = FixedAuth({"Authorization": f"Bearer {token.access}"})
    client.session.privacy.learn("token", [token.access])
    try:
        async with asyncio.timeout(_REVOKE_TIMEOUT):
            await client.revoke_token()
    except (CloudError, TimeoutError) as err:
        LOGGER.debug("The token could not be revoked: %s", err)
