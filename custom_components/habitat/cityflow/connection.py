"""Connects a login to CityFlow."""

from homeassistant.core import HomeAssistant, callback

from ..cloud.report import ParseReport
from ..http import cloud_session
from ..tokens import login_tokens
from ..vendor import Login
from .client.api import CityFlowClient
from .client.auth import authorize, error_message


@callback
def connect(hass: HomeAssistant, login: Login) -> CityFlowClient:
    """Return a client that sends its key, or logs in and stores the token over restarts."""
    session = cloud_session(hass, login, error_message)
    session.auth = authorize(session, login.fields, login_tokens(hass, login))
    return CityFlowClient(session, ParseReport(login.vendor.name, session.privacy))
