"""Removes what is stored of a robot, and revokes its token, when its entry is removed."""

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
"""Seconds: removing an account must not wait for a server that cannot be reached."""


async def async_remove(hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
    """Delete the stored occurrences."""
    await robot_store(hass, entry.entry_id).async_remove()


async def async_revoke(hass: HomeAssistant, login: Login, token: Token) -> None:
    """Revoke a token, which would stay valid for up to 60 days."""
    client = connect(hass, login).client
    # With this token only: the password may be wrong by now.
    client.session.auth = FixedAuth({"Authorization": f"Bearer {token.access}"})
    client.session.privacy.learn("token", [token.access])
    try:
        async with asyncio.timeout(_REVOKE_TIMEOUT):
            await client.revoke_token()
    except (CloudError, TimeoutError) as err:
        LOGGER.debug("The token could not be revoked: %s", err)
