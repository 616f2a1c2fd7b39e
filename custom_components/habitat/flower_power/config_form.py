"""The config-flow form of Flower Power, and how a login is checked."""

from homeassistant.const import (
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_EMAIL,
    CONF_PASSWORD,
)
from homeassistant.core import HomeAssistant

from ..cloud.errors import BadAnswer, Refused
from ..login_flow import EMAIL, KEY, PASSWORD, SECRET
from ..vendor import Form, Identity, Login, NoDevices
from .connection import connect

FORMS = (
    Form(
        step="flower_power",
        fields={
            CONF_EMAIL: EMAIL,
            CONF_PASSWORD: PASSWORD,
            CONF_CLIENT_ID: KEY,
            CONF_CLIENT_SECRET: SECRET,
        },
        secret=frozenset({CONF_PASSWORD, CONF_CLIENT_SECRET}),
    ),
)


async def async_validate(hass: HomeAssistant, login: Login) -> Identity:
    """Return the account of a login.

    Raises:
        NoDevices: the account has no location.
        CloudError: the login is wrong or could not be checked.
    """
    client = connect(hass, login)
    configuration = await client.configuration()
    if not configuration.records:
        raise NoDevices("The account has no location")
    try:
        account_id = (await client.profile()).account_id
    except Refused, BadAnswer:
        # A server without the profile may still have the plants.
        account_id = None
    account_id = account_id or login.fields[CONF_EMAIL].strip().lower()
    # Home Assistant logs titles, so they do not contain the e-mail address.
    return Identity(account_id, login.vendor.name)
