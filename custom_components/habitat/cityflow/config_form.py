"""CityFlow's config-flow forms, and how a login is checked."""

from homeassistant.const import CONF_API_TOKEN, CONF_EMAIL, CONF_PASSWORD
from homeassistant.core import HomeAssistant

from ..cloud.auth import TokenAuth
from ..login_flow import EMAIL, PASSWORD, SECRET
from ..vendor import Form, Identity, Login, NoDevices
from .client.auth import account_id, read_claims
from .connection import connect

FORMS = (
    Form(
        step="cityflow_token",
        fields={CONF_API_TOKEN: SECRET},
        secret=frozenset({CONF_API_TOKEN}),
    ),
    Form(
        step="cityflow_login",
        fields={
            CONF_EMAIL: EMAIL,
            CONF_PASSWORD: PASSWORD,
        },
        secret=frozenset({CONF_PASSWORD}),
    ),
)


async def async_validate(hass: HomeAssistant, login: Login) -> Identity:
    """Return the account of a login.

    Raises:
        NoDevices: the account sees no probe.
        CloudError: the login is wrong or could not be checked.
    """
    client = connect(hass, login)
    probes = await client.devices()
    if not probes.records:
        raise NoDevices("The account sees no probe")
    auth = client.session.auth
    token = auth.token if isinstance(auth, TokenAuth) else None
    access = token.access if token else None
    key = login.fields.get(CONF_API_TOKEN)
    # Accounts may share probes, so probes identify an account only if its key does not.
    nameless = key is not None and read_claims("".join(key.split())).account_id is None
    return Identity(
        account_id(login.fields, access),
        # Home Assistant logs titles, so they do not contain the organization's name.
        login.vendor.name,
        frozenset(probes.records) if nameless else frozenset(),
    )
