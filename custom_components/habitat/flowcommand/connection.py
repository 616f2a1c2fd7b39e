"""Connects a login to FlowCommand."""

from homeassistant.core import HomeAssistant, callback

from ..cloud.report import ParseReport
from ..http import cloud_session
from ..vendor import Login
from .client.api import FlowCommandClient
from .client.auth import authorize, error_message, refuses_login


@callback
def connect(hass: HomeAssistant, login: Login) -> FlowCommandClient:
    """Return a client that sends its token, or user name and password, with every request."""
    session = cloud_session(hass, login, error_message, refuses_login)
    session.auth = authorize(login.fields)
    return FlowCommandClient(session, ParseReport(login.vendor.name, session.privacy))
