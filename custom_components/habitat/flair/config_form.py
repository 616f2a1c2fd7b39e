"""Flair's config-flow form, and how a login is checked."""

import hashlib

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant

from ..cloud.errors import Refused
from ..login_flow import KEY, SECRET
from ..vendor import Form, Identity, Login, NoDevices
from .client.models import Structure, User
from .connection import connect
from .const import APP_URL

FORMS = (
    Form(
        step="flair",
        fields={
            CONF_CLIENT_ID: KEY,
            CONF_CLIENT_SECRET: SECRET,
        },
        secret=frozenset({CONF_CLIENT_SECRET}),
        placeholders={"app_url": APP_URL},
    ),
)


async def async_validate(hass: HomeAssistant, login: Login) -> Identity:
    """Return the account of a pair of client id and secret.

    Raises:
        NoDevices: the account has no home.
        CloudError: the pair is wrong or could not be checked.
    """
    client = connect(hass, login)
    homes = await client.collection(Structure)
    if not homes.records:
        raise NoDevices("The account has no home")
    try:
        users = await client.collection(User)
        user_id = next(iter(users.records), None)
    except Refused:
        # A pair without the right to read users is valid too.
        user_id = None
    # Home Assistant logs titles, so they do not contain the home's name.
    if user_id is not None:
        return Identity(user_id, f"{login.vendor.name} {user_id}")
    digest = hashlib.sha256(login.fields[CONF_CLIENT_ID].encode()).hexdigest()
    return Identity(digest[:16], login.vendor.name)
