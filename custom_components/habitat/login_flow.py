"""From a vendor's form to a checked login, for the config flow and the repairs."""

from collections.abc import Mapping

# Home Assistant's voluptuous has this marker, but only under its own name.
from probatio import Secret
import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .cloud.errors import ActionRequired, AuthError, CloudError, RateLimited, Refused
from .cloud.exchange import server_url
from .const import CONF_FORM, CONF_VENDOR, DOMAIN, LOGGER, SECTION_ADVANCED
from .coordinator import HabitatConfigEntry
from .http import forget_pacing, private
from .loader import async_forms, async_validate_login
from .vendor import REGISTRY, Form, Identity, Login, NoDevices, Vendor

KEY = TextSelector(TextSelectorConfig(autocomplete="off"))
SECRET = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
USERNAME = TextSelector(TextSelectorConfig(autocomplete="username"))
EMAIL = TextSelector(
    TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username")
)
PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
"""The selectors of the fields of vendors' forms."""

_ERRORS: tuple[tuple[type[CloudError], str], ...] = (
    (NoDevices, "no_devices"),
    (AuthError, "invalid_auth"),
    (RateLimited, "rate_limited"),
    (CloudError, "cannot_connect"),
)
_NO_RIGHT = 403

type Input = Mapping[str, object]


def form_schema(
    form: Form, vendor: Vendor, current: Mapping[str, object]
) -> vol.Schema:
    """Return a form's schema; known values that are not secret are suggested."""
    fields: dict[vol.Marker, object] = {
        vol.Required(
            Secret(name) if name in form.secret else name,
            description={
                "suggested_value": None if name in form.secret else current.get(name)
            },
        ): selector
        for name, selector in form.fields.items()
    }
    url = current.get(CONF_URL, vendor.url)
    advanced = vol.Schema(
        {
            vol.Required(CONF_URL, default=url): TextSelector(
                TextSelectorConfig(type=TextSelectorType.URL)
            )
        }
    )
    fields[vol.Required(SECTION_ADVANCED, default={CONF_URL: url})] = section(
        advanced, {"collapsed": True}
    )
    return vol.Schema(fields)


def flatten_input(
    form: Form, vendor: Vendor, user_input: Input, before: Input | None = None
) -> dict[str, str]:
    """Return the fields of a filled-in form without the section around the address.

    An empty address is the one before, at first the vendor's own: an empty field must not send a login
    to another server.
    """
    advanced = user_input.get(SECTION_ADVANCED)
    nested = advanced if isinstance(advanced, Mapping) else {}
    fields = {
        # Spaces belong to a password; around other values they come from copying.
        name: value if form.fields.get(name) is PASSWORD else value.strip()
        for name, value in {**user_input, **nested}.items()
        if isinstance(value, str)
    }
    url = fields.get(CONF_URL) or (before or {}).get(CONF_URL)
    return {**fields, CONF_URL: str(url or vendor.url)}


def filled_login(vendor: Vendor, form: Form, fields: Mapping[str, str]) -> Login | None:
    """Return the login that was filled in, or None if the server's address is not valid."""
    try:
        url = server_url(fields[CONF_URL])
    except ValueError:
        return None
    return Login(
        vendor, str(url).rstrip("/"), {name: fields[name] for name in form.fields}
    )


async def async_check(hass: HomeAssistant, login: Login | None) -> Identity | str:
    """Return the account of a login, or the key of the error to show."""
    if login is None:
        return "invalid_url"
    vendor = login.vendor
    # A user who fills in a form wants a request now, despite any pause.
    forget_pacing(hass, login)
    try:
        return await async_validate_login(hass, login)
    except CloudError as err:
        LOGGER.debug("The login at %s failed: %s", vendor.name, err)
        if isinstance(err, ActionRequired):
            return err.key
        if isinstance(err, Refused) and err.status == _NO_RIGHT:
            return "invalid_auth"
        return next(key for kind, key in _ERRORS if isinstance(err, kind))
    except Exception as err:  # noqa: BLE001 - the form must show an error in any case
        LOGGER.error(
            "Unexpected error while checking a login at %s: %s",
            vendor.name,
            private(hass).trace(err),
        )
        return "unknown"


@callback
def matches_entry(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor, who: Identity
) -> bool:
    """Return whether a login is for the account of an entry: by its id, else by its devices."""
    if entry.unique_id == f"{vendor.key}_{who.account_id}":
        return True
    named = {f"{vendor.key}_{device}" for device in who.devices}
    known = _devices_of(hass, entry)
    # Sensors may have been added or removed between two tokens of one account.
    return bool(named and known) and (named <= known or known <= named)


@callback
def shows_all(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor, who: Identity
) -> bool:
    """Return whether an entry has all devices of a login, so that the login adds nothing.

    A login with more devices is another account, such as one for several sites. The same account id
    is found before this.
    """
    named = {f"{vendor.key}_{device}" for device in who.devices}
    known = _devices_of(hass, entry)
    if entry.state is not ConfigEntryState.LOADED:
        # Its current devices are not known.
        return matches_entry(hass, entry, vendor, who)
    return bool(named) and named <= known


def _devices_of(hass: HomeAssistant, entry: HabitatConfigEntry) -> set[str]:
    """Return the ids of an account's devices, including those that another account shows."""
    registered = {
        device_id
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        for domain, device_id in device.identifiers
        if domain == DOMAIN
    }
    if entry.state is ConfigEntryState.LOADED:
        registered |= entry.runtime_data.sees()
    return registered


def entry_data(
    login: Login, form: Form, before: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the data of a config entry, from a login and from the earlier data."""
    return {
        CONF_VENDOR: login.vendor.key,
        CONF_FORM: form.step,
        CONF_URL: login.url,
        **login.fields,
        **{
            name: before[name]
            for name in (CONF_WEBHOOK_ID,)
            if before and name in before
        },
    }


async def async_entry_form(hass: HomeAssistant, entry: HabitatConfigEntry) -> Form:
    """Return the form in which a config entry's login was entered."""
    forms = await async_forms(hass, REGISTRY[entry.data[CONF_VENDOR]])
    known = entry.data.get(CONF_FORM)
    return next((form for form in forms if form.step == known), forms[0])


def entry_login(entry: HabitatConfigEntry) -> Login:
    """Return the login of a config entry."""
    vendor = REGISTRY[entry.data[CONF_VENDOR]]
    known = (CONF_VENDOR, CONF_URL, CONF_FORM, CONF_WEBHOOK_ID)
    fields = {name: value for name, value in entry.data.items() if name not in known}
    return Login(vendor, entry.data[CONF_URL], fields)
