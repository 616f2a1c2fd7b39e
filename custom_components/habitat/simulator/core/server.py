"""What every simulated cloud is: an HTTP server on a loopback port."""

from abc import ABC, abstractmethod
import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
import time
from types import TracebackType
from typing import Self

from aiohttp import web

from .clock import Clock
from .documents import Json

type Answer = Callable[[], Awaitable[web.StreamResponse]]
type Middleware = Callable[[web.BaseRequest, Answer], Awaitable[web.StreamResponse]]
"""Gets a request and what answers it, and answers in its place."""

_LOG_LENGTH = 5_000
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and how it was answered; status 0 is a connection that was cut."""

    method: str
    path: str
    """Without the query."""
    query: str
    status: int
    milliseconds: float


class CloudServer(ABC):
    """A vendor's cloud in miniature; an async context manager that serves while it is open.

    Attributes:
        middleware: stands between each request and its answer, once the owner puts one there.
        ending: set when the cloud stops: no answer may take longer.
        log: the newest exchanges, oldest first.
    """

    def __init__(self, *, seed: int, clock: Clock = time.time) -> None:
        """Take the seed of everything random and the clock of the world."""
        self.seed = seed
        self.clock = clock
        self.middleware: Middleware | None = None
        self.ending = asyncio.Event()
        self.log: deque[Exchange] = deque(maxlen=_LOG_LENGTH)
        self._runner: web.ServerRunner | None = None
        self._port = 0

    @property
    @abstractmethod
    def credentials(self) -> Mapping[str, str]:
        """Return what logs in, by the field names of the vendor's config-flow form."""

    @abstractmethod
    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request in the vendor's words."""

    @abstractmethod
    def refusal(self, status: int) -> web.Response:
        """Return the error answer of the vendor for a status."""

    @abstractmethod
    def snapshot(self) -> dict[str, Json]:
        """Return what writes changed since the world began, as JSON."""

    @abstractmethod
    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring this world to where a snapshot was taken; one of another world is ignored."""

    @property
    def url(self) -> str:
        """Return the server's address, without a slash at its end."""
        return f"http://{_HOST}:{self._port}"

    async def start(self, port: int = 0) -> None:
        """Serve; port 0 is one of the system's choice.

        Raises:
            OSError: the port is taken.
        """
        self.ending.clear()
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, _HOST, port).start()
        except OSError:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop serving, whatever clients still wait for."""
        self.ending.set()
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    def count(self, match: str = "*") -> int:
        """Return how many logged exchanges fit, such as "GET /api/vents*"."""
        return sum(
            fnmatchcase(f"{item.method} {item.path}", match) for item in self.log
        )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        began = time.perf_counter()
        status = 0
        response: web.StreamResponse
        try:
            if self.middleware:
                response = await self.middleware(request, lambda: self.answer(request))
            else:
                response = await self.answer(request)
            status = response.status
        except ConnectionResetError:
            # Cut by intent: nobody is left to hear this answer, and there is nothing to log.
            response = web.Response()
        finally:
            spent = (time.perf_counter() - began) * 1000
            self.log.append(
                Exchange(
                    request.method, request.path, request.query_string, status, spent
                )
            )
        return response
