"""A server on loopback that answers as a test says, and a session that talks to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import time

import aiohttp
from aiohttp import web
from aiohttp.test_utils import RawTestServer
import orjson

from custom_components.habitat.cloud.auth import Auth
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.exchange import Limits
from custom_components.habitat.cloud.messages import Request
from custom_components.habitat.cloud.pacing import Pacing
from custom_components.habitat.cloud.session import CloudSession
from tests.support.faults import Faults

type Reply = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

USER_AGENT = "Habitat/1.2.3 (Home Assistant)"
QUICK = Limits(
    connect=5,
    total=5,
    tries=3,
    write_tries=3,
    backoff=0.01,
    max_pause=0.5,
    deadline=10,
    size=64 * 1024,
)
"""Limits that try again at once."""

GET = Request(method="GET", path="/api/things")
PATCH = Request(method="PATCH", path="/api/things/1", json={"a": 1})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived; `at` in seconds of the monotonic clock."""

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def authorization(self) -> str | None:
        """Who asked."""
        return self.headers.get("Authorization")


@dataclass(slots=True)
class Server:
    """Gives its replies one after another, the last one again and again."""

    replies: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    """How many requests it answers at the moment, and the most it ever did."""
    at_once_most: int = 0
    faults: Faults = field(init=False)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def __post_init__(self) -> None:
        """Let nothing go wrong yet."""
        self.faults = Faults(_refusal, self.ending)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer the next request."""
        self.at_once += 1
        self.at_once_most = max(self.at_once, self.at_once_most)
        try:
            self.asked.append(
                Asked(
                    time.monotonic(),
                    request.method,
                    request.path,
                    request.query,
                    request.headers,
                    await request.read(),
                )
            )
            reply = self.replies[0]
            if len(self.replies) > 1:
                del self.replies[0]
            return await self.faults(request, lambda: reply(request))
        finally:
            self.at_once -= 1


def data(
    document: Json, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """Reply with a JSON document."""
    return body(orjson.dumps(document), status, headers)


def body(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """Reply with these bytes."""

    async def reply(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=content, status=status, headers=headers)

    return reply


def status(code: int, retry_after: str | None = None) -> Reply:
    """Reply with a status and the vendor's error document."""
    headers = None if retry_after is None else {"Retry-After": retry_after}
    return data({"error": f"said {code}"}, code, headers)


def page(code: int) -> Reply:
    """Reply with a web page."""
    return body(b"\n <html><h1>Hello</h1></html>", code)


def redirect(location: str, code: int = 302) -> Reply:
    """Reply that it is elsewhere."""
    return body(b"", code, {"Location": location})


def slow(reply: Reply, seconds: float) -> Reply:
    """Reply late."""

    async def wait(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await reply(request)

    return wait


def error_message(document: Json) -> str | None:
    """Return what an error document of `status` says."""
    said = document.get("error") if isinstance(document, dict) else None
    return said if isinstance(said, str) else None


@asynccontextmanager
async def serving(*replies: Reply) -> AsyncGenerator[Server]:
    """Serve while the context is open."""
    server = Server(list(replies))
    raw = RawTestServer(server.handle, debug=False)
    await raw.start_server()
    server.url = str(raw.make_url("/")).rstrip("/")
    try:
        yield server
    finally:
        server.ending.set()
        await raw.close()


@asynccontextmanager
async def talking(
    *replies: Reply,
    limits: Limits = QUICK,
    auth: Auth | None = None,
    secrets: tuple[str, ...] = (),
    pacing: Pacing | None = None,
) -> AsyncGenerator[tuple[CloudSession, Server]]:
    """Serve, and open a session with the server."""
    async with serving(*replies) as server, aiohttp.ClientSession() as http:
        yield (
            CloudSession(
                http,
                server.url,
                user_agent=USER_AGENT,
                auth=auth,
                secrets=secrets,
                pacing=pacing,
                error_message=error_message,
                limits=limits,
            ),
            server,
        )


def _refusal(code: int) -> web.Response:
    return web.json_response({"error": f"said {code}"}, status=code)
