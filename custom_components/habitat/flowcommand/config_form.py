"""FlowCommand's config-flow forms, and how a login is checked."""

from homeassistant.const import CONF_API_TOKEN, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant

from ..login_flow import PASSWORD, SECRET, USERNAME
from ..vendor import Form, Identity, Login, NoDevices
from .client.auth import account_id
from .connection import connect
from .const import APP_URL

FORMS = (
    Form(
        step="flowcommand_token",
        fields={CONF_API_TOKEN: SECRET},
        secret=frozenset({CONF_API_TOKEN}),
        placeholders={"app_url": APP_URL},
    ),
    Form(
        step="flowcommand_basic",
        fields={
            CONF_USERNAME: USERNAME,
            CONF_PASSWORD: PASSWORD,
        },
        secret=frozenset({CONF_PASSWORD}),
        placeholders={"app_url": APP_URL},
    ),
)


async def async_validate(hass: HomeAssistant, login: Login) -> Identity:
    """Return the account of a login; only its sensors show whether a new login is for the same account.

    Raises:
        NoDevices: the account has no sensor.
        CloudError: the login is wrong or could not be checked.
    """
    sensors = await connect(hass, login).sensors()
    if not sensors.records:
        raise NoDevices("The account has no sensor")
    return Identity(
        account_id(login.fields), login.vendor.name, frozenset(sensors.records)
    )
