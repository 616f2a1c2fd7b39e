"""The form of FarmBot in the config flow, and the validation of a login."""

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
    """Return the identity of an account, which is that of its only robot.

    Raises:
        ActionRequired: the terms are not accepted, or the e-mail address is not confirmed.
        CloudError: the login is wrong or could not be validated.
    """
    robot = await connect(hass, login).client.show(DEVICE)
    # Home Assistant logs titles, and the name of a robot may be that of a person.
    return Identity(str(robot.id), f"{login.vendor.name} {robot.id}")
