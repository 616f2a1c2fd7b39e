"""From a vendor's form to a checked login; serves the config flow and the repairs alike."""

from collections.abc import Mapping

# What voluptuous is here has this marker, but not under voluptuous' name.
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
"""What the fields of vendors' forms take."""

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
    """Return a form's schema; what is known already and no secret is suggested."""
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

    An address that was left empty is the one before, at first the vendor's own: a login never
    goes to another server than it went to because a field is empty.
    """
    advanced = user_input.get(SECTION_ADVANCED)
    nested = advanced if isinstance(advanced, Mapping) else {}
    fields = {
        # Of a password blanks are a part; to all else they stuck when it was copied.
        name: value if form.fields.get(name) is PASSWORD else value.strip()
        for name, value in {**user_input, **nested}.items()
        if isinstance(value, str)
    }
    url = fields.get(CONF_URL) or (before or {}).get(CONF_URL)
    return {**fields, CONF_URL: str(url or vendor.url)}


def filled_login(vendor: Vendor, form: Form, fields: Mapping[str, str]) -> Login | None:
    """Return the login that was filled in; None where the server's address is none."""
    try:
        url = server_url(fields[CONF_URL])
    except ValueError:
        return None
    return Login(
        vendor, str(url).rstrip("/"), {name: fields[name] for name in form.fields}
    )


async def async_check(hass: HomeAssistant, login: Login | None) -> Identity | str:
    """Return whose account a login opens, or the key of the error to show."""
    if login is None:
        return "invalid_url"
    vendor = login.vendor
    # Whoever fills in a form wants to know now, and is not to blame for what was before.
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
    except Exception as err:  # noqa: BLE001 - whatever it is, the form must say something
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
    """Say whether a login opens the account of an entry: by its id, else by its devices."""
    if entry.unique_id == f"{vendor.key}_{who.account_id}":
        return True
    named = {f"{vendor.key}_{device}" for device in who.devices}
    known = _devices_of(hass, entry)
    # Between two tokens of one account a sensor may have come, or gone.
    return bool(named and known) and (named <= known or known <= named)


@callback
def shows_all(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor, who: Identity
) -> bool:
    """Say whether an entry has all that a login would show: then it adds nothing.

    A login that sees more is another account, such as the one of who looks after several sites.
    """
    if entry.unique_id == f"{vendor.key}_{who.account_id}":
        return True
    named = {f"{vendor.key}_{device}" for device in who.devices}
    known = _devices_of(hass, entry)
    if entry.state is not ConfigEntryState.LOADED:
        # Nobody knows what it would see now.
        return matches_entry(hass, entry, vendor, who)
    return bool(named) and named <= known


def _devices_of(hass: HomeAssistant, entry: HabitatConfigEntry) -> set[str]:
    """Return the devices that an account has, those that another one shows as well."""
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
    """Return what a config entry keeps of a login, and of what was before."""
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
    """Return the form that a config entry's login was given with."""
    forms = await async_forms(hass, REGISTRY[entry.data[CONF_VENDOR]])
    known = entry.data.get(CONF_FORM)
    return next((form for form in forms if form.step == known), forms[0])


def entry_login(entry: HabitatConfigEntry) -> Login:
    """Return the login that a config entry keeps."""
    vendor = REGISTRY[entry.data[CONF_VENDOR]]
    known = (CONF_VENDOR, CONF_URL, CONF_FORM, CONF_WEBHOOK_ID)
    fields = {name: value for name, value in entry.data.items() if name not in known}
    return Login(vendor, entry.data[CONF_URL], fields)
