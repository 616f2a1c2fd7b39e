"""The FarmBot client for one login."""

from dataclasses import dataclass
from functools import partial

from homeassistant.core import HomeAssistant, callback

from ..cloud.auth import TokenAuth
from ..cloud.report import ParseReport
from ..http import cloud_session
from ..tokens import login_tokens
from ..vendor import Login
from .client.api import FarmBotClient
from .client.auth import error_message, log_in, refuses_login

MAX_CONCURRENT = 4
"""Requests at the same time: a start reads about twenty lists."""
EARLY = 86_400.0
"""Seconds before the end of a token at which it is renewed; it lives for 60 days
(docs/vendors/farmbot.md, Login)."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A client and its tokens, which the message broker accepts too."""

    client: FarmBotClient
    auth: TokenAuth


@callback
def connect(hass: HomeAssistant, login: Login) -> Connection:
    """Return a client that logs in when needed and keeps its token over restarts."""
    session = cloud_session(
        hass, login, error_message, refuses_login, concurrency=MAX_CONCURRENT
    )
    auth = TokenAuth(
        partial(log_in, session, login.fields),
        login_tokens(hass, login),
        session.pacing.logins,
        early=EARLY,
    )
    session.auth = auth
    return Connection(
        FarmBotClient(session, ParseReport(login.vendor.name, session.privacy)), auth
    )
