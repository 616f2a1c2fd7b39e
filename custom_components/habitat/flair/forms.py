"""Flair's config-flow form, and how a login is checked."""

import hashlib

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant

from ..cloud.errors import Refused
from ..logins import KEY, SECRET
from ..vendor import Form, Identity, Login, NoDevices
from .connection import connect
from .const import APP_URL
from .models import Structure, User

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


async def identify(hass: HomeAssistant, login: Login) -> Identity:
    """Return whose account the pair opens.

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
        account_id = next(iter(users.records), None)
    except Refused:
        # A pair without the right to read users is still a good pair.
        account_id = None
    if account_id is None:
        account_id = hashlib.sha256(login.fields[CONF_CLIENT_ID].encode()).hexdigest()[
            :16
        ]
    names = [
        home.name
        for home in homes.records.values()
        if isinstance(home, Structure) and home.name
    ]
    return Identity(account_id, f"Flair: {', '.join(names)}" if names else "Flair")
