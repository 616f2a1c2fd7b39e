"""Connects a login to Flair."""

from functools import partial

from homeassistant.core import HomeAssistant, callback

from ..cloud.auth import TokenAuth
from ..cloud.report import ParseReport
from ..http import cloud_session
from ..tokens import login_tokens
from ..vendor import Login
from .client.api import FlairClient
from .client.auth import log_in
from .client.jsonapi import error_message


@callback
def connect(hass: HomeAssistant, login: Login) -> FlairClient:
    """Return a client that logs in when necessary and stores its token over restarts."""
    session = cloud_session(hass, login, error_message)
    session.auth = TokenAuth(
        partial(log_in, session, login.fields),
        login_tokens(hass, login),
        session.pacing.logins,
    )
    return FlairClient(session, ParseReport(login.vendor.name, session.privacy))
