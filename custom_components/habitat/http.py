"""Sessions with the vendors' servers, with the pauses of the login and the private values."""

from collections.abc import Callable

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.singleton import singleton
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util.hass_dict import HassKey

from .cloud.documents import Json
from .cloud.pacing import Pacing
from .cloud.privacy import Privacy
from .cloud.session import CloudSession
from .const import DOMAIN
from .tokens import login_key
from .vendor import REGISTRY, Login

_PACINGS: HassKey[dict[str, Pacing]] = HassKey(f"{DOMAIN}_pacings")


@callback
@singleton(f"{DOMAIN}_privacy")
def private(hass: HomeAssistant) -> Privacy:
    """Return the private values of all accounts; they are kept over set-ups.

    A cloud may repeat them before it sent them again: in a form, or after a restart, when at least the
    names of the devices are known.
    """
    privacy = Privacy(public=[vendor.name for vendor in REGISTRY.values()])
    privacy.learn("house", [hass.config.latitude, hass.config.longitude])
    devices = dr.async_get(hass)
    for entry in hass.config_entries.async_entries(DOMAIN):
        names = [
            device.name
            for device in dr.async_entries_for_config_entry(devices, entry.entry_id)
        ]
        privacy.learn("device", names)
    return privacy


@callback
def login_pacing(hass: HomeAssistant, login: Login) -> Pacing:
    """Return the pacing of a login, which outlives set-ups and forms."""
    pacings = hass.data.setdefault(_PACINGS, {})
    return pacings.setdefault(login_key(login), Pacing())


@callback
def forget_pacing(hass: HomeAssistant, login: Login) -> None:
    """Forget the pauses of a login: a user who fills in a form wants a request now."""
    hass.data.get(_PACINGS, {}).pop(login_key(login), None)


@callback
def cloud_session(
    hass: HomeAssistant,
    login: Login,
    error_message: Callable[[Json], str | None],
    refuses_login: Callable[[int, Json], bool] = lambda _status, _document: False,
    *,
    concurrency: int | None = None,
) -> CloudSession:
    """Return a session with a login's server, with Habitat as the user agent."""
    version = async_get_loaded_integration(hass, DOMAIN).version
    return CloudSession(
        async_get_clientsession(hass),
        login.url,
        user_agent=f"Habitat/{version} (Home Assistant)",
        pacing=login_pacing(hass, login),
        secrets=login.fields.values(),
        privacy=private(hass),
        error_message=error_message,
        refuses_login=refuses_login,
        concurrency=concurrency,
    )
