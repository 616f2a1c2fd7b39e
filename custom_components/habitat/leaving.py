"""Revokes and deletes the token of a login that is not used any more."""

from collections.abc import Iterable, Mapping

from homeassistant.core import HomeAssistant, callback

from .const import CONF_SIMULATED, CONF_VENDOR, DOMAIN
from .coordinator import HabitatConfigEntry
from .loader import async_revoke
from .login_flow import entry_login
from .tokens import login_tokens
from .vendor import REGISTRY, Login


async def async_discard(hass: HomeAssistant, login: Login) -> None:
    """Revoke and forget the token of a login, unless an account still uses it."""
    tokens = login_tokens(hass, login)
    if tokens is None or tokens in {
        login_tokens(hass, entry_login(entry))
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_VENDOR] in REGISTRY and not entry.data.get(CONF_SIMULATED)
    }:
        return
    if (token := await tokens.load()) is not None:
        await async_revoke(hass, login, token)
        await tokens.forget()


@callback
def async_discard_soon(hass: HomeAssistant, logins: Iterable[Login | None]) -> None:
    """Discard logins that were tried and are not used by an account."""
    for login in logins:
        if login is not None:
            hass.async_create_background_task(
                async_discard(hass, login), f"{DOMAIN} discard a login"
            )


@callback
def async_replace_login(
    hass: HomeAssistant, entry: HabitatConfigEntry, data: Mapping[str, str]
) -> None:
    """Replace the login of an account, and discard the old one."""
    before = entry_login(entry)
    hass.config_entries.async_update_entry(entry, data=data)
    hass.config_entries.async_schedule_reload(entry.entry_id)

    async def discard() -> None:
        # Until the reload, the account uses the old login and would log in with it again.
        async with entry.setup_lock:
            pass
        await async_discard(hass, before)

    hass.async_create_background_task(discard(), f"{DOMAIN} discard a login")
