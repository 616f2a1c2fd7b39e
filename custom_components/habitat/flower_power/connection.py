"""Connects a login to the Flower Power cloud."""

from functools import partial

from homeassistant.core import HomeAssistant, callback

from ..cloud.auth import TokenAuth
from ..cloud.report import ParseReport
from ..http import cloud_session
from ..tokens import login_tokens
from ..vendor import Login
from .client.answers import error_message
from .client.api import FlowerPowerClient
from .client.auth import log_in, refuses_login


@callback
def connect(hass: HomeAssistant, login: Login) -> FlowerPowerClient:
    """Return a client that logs in when necessary and stores its token over restarts."""
    session = cloud_session(hass, login, error_message, refuses_login)
    session.auth = TokenAuth(
        partial(log_in, session, login.fields),
        login_tokens(hass, login),
        session.pacing.logins,
    )
    return FlowerPowerClient(session, ParseReport(login.vendor.name, session.privacy))
