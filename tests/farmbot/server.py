"""A server on loopback that answers as a test says, and a session that talks to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp

from custom_components.habitat.cloud.auth import FixedAuth
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.farmbot.client.api import FarmBotClient
from custom_components.habitat.farmbot.client.auth import error_message, refuses_login
from tests.support.loopback import QUICK, USER_AGENT, Reply, Server, serving


@asynccontextmanager
async def farmbot(*replies: Reply) -> AsyncGenerator[tuple[CloudSession, Server]]:
    """Serve, and open a session that reads FarmBot's errors."""
    async with serving(*replies) as server, aiohttp.ClientSession() as http:
        session = CloudSession(
            http,
            server.url,
            user_agent=USER_AGENT,
            auth=FixedAuth({"Authorization": "Bearer token"}),
            error_message=error_message,
            refuses_login=refuses_login,
            limits=QUICK,
        )
        yield session, server


@asynccontextmanager
async def client(*replies: Reply) -> AsyncGenerator[tuple[FarmBotClient, Server]]:
    """Serve, and return a client of it."""
    async with farmbot(*replies) as (session, server):
        yield FarmBotClient(session, ParseReport("FarmBot")), server
