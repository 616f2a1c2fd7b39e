"""The config-flow form of FarmBot, and how a login is checked."""

from homeassistant.const import CONF_EMAIL, CONF_PASSWORD
from homeassistant.core import HomeAssistant

from ..login_flow import EMAIL, PASSWORD
from ..vendor import Form, Identity, Login
from .client.api import DEVICE
from .connection import connect

FORMS = (
    Form(
        step="farmbot",
        fields={CONF_EMAIL: EMAIL, CONF_PASSWORD: PASSWORD},
        secret=frozenset({CONF_PASSWORD}),
    ),
)


async def async_validate(hass: HomeAssistant, login: Login) -> Identity:
    """Return which robot the login commands: an account has one.

    Raises:
        ActionRequired: the terms are not accepted, or the address is not confirmed.
        CloudError: the login is wrong or could not be checked.
    """
    robot = await connect(hass, login).client.show(DEVICE)
    # Home Assistant logs titles, and a robot may be named after somebody.
    return Identity(str(robot.id), f"{login.vendor.name} {robot.id}")
