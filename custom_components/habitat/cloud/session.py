"""The one place a request leaves from, on behalf of one account.

Bounded retries, pauses, a concurrency cap, logins, counters: what every vendor's client needs and
none should write again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
import logging
import random
import time

import aiohttp

from .auth import Auth
from .documents import Json, count_values
from .errors import AuthError, CloudError, RateLimited
from .exchange import LARGE, Counters, Exchange, Limits, server_url
from .messages import Answer, Recalling, Request
from .pacing import Pacing
from .privacy import Privacy
from .text import brief

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Logged:
    """One request in the log that diagnostics show: no query, no body."""

    method: str
    path: str
    outcome: str
    milliseconds: int


_MAX_QUICK_BYTES = 128 * 1024
_MAX_QUICK_VALUES = 6000
"""A document of so many values is read within 20 ms, whatever they are: a thread costs more than that."""


def _is_quickly_read(body: bytes) -> bool:
    """Return whether a body is read in the event loop."""
    return len(body) < LARGE or (
        len(body) < _MAX_QUICK_BYTES and count_values(body) <= _MAX_QUICK_VALUES
    )


class CloudSession:
    """Requests to one server on behalf of one account."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        *,
        user_agent: str,
        auth: Auth | None = None,
        pacing: Pacing | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        privacy: Privacy | None = None,
        error_message: Callable[[Json], str | None] = lambda _: None,
        refuses_login: Callable[[int, Json], bool] = lambda _, __: False,
        limits: Limits | None = None,
        concurrency: int | None = None,
    ) -> None:
        """Take the server's address and how to read the vendor's error documents.

        `error_message` returns what such a document says; `refuses_login` hears each status from 400
        to 499 but 401, which always does, and says whether that answer refuses the login.
        `pacing` is the login's own, which outlives the session.
        `concurrency` is for a vendor that bears fewer requests at a time than the limits allow.

        Raises:
            ValueError: the address is none of http or https.
        """
        self.base = server_url(url)
        self.auth = auth
        self.pacing = pacing or Pacing()
        self.privacy = privacy or Privacy()
        """What must not be told; who reads the account's records adds to it."""
        self.privacy.learn_login(secrets)
        self._limits = limits = limits or Limits()
        at_once = concurrency or limits.concurrency
        self._slots = asyncio.Semaphore(at_once)
        self._reads = asyncio.Semaphore(at_once)
        self._reading = asyncio.Lock()
        self._unwelcome: set[str] = set()
        self.counters = Counters()
        self._exchange = Exchange(
            http,
            self.base,
            headers={
                "User-Agent": user_agent,
                "Accept": "application/json",
                **(headers or {}),
            },
            limits=limits,
            counters=self.counters,
            privacy=self.privacy,
            error_message=error_message,
            refuses_login=refuses_login,
        )
        self.log: deque[Logged] = deque(maxlen=100)

    async def send[T](self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send a request, again where that may help, and return what `read` makes of the answer.

        `read` may raise BadAnswer: half a document is asked for again like a lost connection.

        Raises:
            AuthError: the vendor says that the login is wrong.
            RateLimited: the vendor wants a longer pause than one request may take.
            Unreachable: no answer, or only errors of the server.
            BadAnswer: an answer that is none.
            Refused: the vendor said no.
        """
        gate = self.pacing.gate
        deadline = time.monotonic() + self._limits.deadline
        attempt = 1
        # A login is asked for by a request that has its turn.
        alone = request.anonymous or request.is_write
        async with AsyncExitStack() as turn:
            while True:
                try:
                    if not alone:
                        # What waited here, such as one of many pages, asks only of a server that
                        # is well.
                        async with self._reads:
                            if not gate.doubtful:
                                return await self._authorized(request, read)
                        await turn.enter_async_context(gate.turn(request.path))
                        alone = True
                    return await self._authorized(request, read)
                except CloudError as err:
                    pause = self._pause(request, err, attempt)
                    if pause is None or time.monotonic() + pause > deadline:
                        if not request.anonymous:
                            gate.give_up(request.path, err)
                        raise
                    _LOGGER.debug(
                        "%s %s: %s; again in %.1f s",
                        request.method,
                        brief(self.redact(request.path)),
                        err,
                        pause,
                    )
                await asyncio.sleep(pause)
                attempt += 1
                self.counters.retries += 1

    async def _make[T](self, read: Callable[[Answer], T], answer: Answer) -> T:
        """Return what `read` makes of an answer, of a large one without holding the event loop."""
        if isinstance(read, Recalling):
            known: T | None = read.recall(answer)
            if known is not None:
                return known
        if _is_quickly_read(answer.body):
            return read(answer)
        # One at a time: together they would take the memory of all at once.
        async with self._reading:
            return await asyncio.to_thread(read, answer)

    async def json(self, request: Request) -> Json:
        """Send a request and read the JSON document of the answer. Raises as `send` does."""
        return await self.send(request, Answer.json)

    def redact(self, text: str) -> str:
        """Take everything private of this account out of a text."""
        return self.privacy.redact(text)

    def _pause(self, request: Request, err: CloudError, attempt: int) -> float | None:
        """Return how long to wait before the next try, None when there is none."""
        limits, gate = self._limits, self.pacing.gate
        write = request.is_write
        tries = limits.write_tries if write else limits.tries
        # When a login may be tried again is not for a session to say.
        if not err.transient or attempt >= tries or request.anonymous:
            return None
        if not (request.repeatable or err.undone):
            return None
        limited = isinstance(err, RateLimited)
        if not limited and not gate.may_repeat(request.path, write=write):
            return None
        asked = gate.remaining if limited else err.retry_after
        if asked is not None:
            spread = random.uniform(0, 0.25)
            return asked + spread if asked <= limits.patience else None
        pause = min(limits.backoff * (1 << attempt - 1), limits.backoff_most)
        return pause * random.uniform(0.5, 1.5)

    async def _authorized[T](self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send once, and once more with a new token when the vendor refuses the old one."""
        pacing = self.pacing
        pacing.gate.check(write=request.is_write or request.anonymous)
        auth = None if request.anonymous else self.auth
        if auth:
            pacing.logins.check_refusal()
        headers = await self._headers_of(auth)
        try:
            answer = await self._heard(request, headers, read)
        except AuthError:
            # An endpoint that refuses good tokens must not cost a login at every poll.
            if (
                auth is None
                or request.path in self._unwelcome
                or not await auth.refused(headers)
            ):
                raise
            headers = await self._headers_of(auth)
            try:
                answer = await self._heard(request, headers, read)
            except AuthError:
                self._unwelcome.add(request.path)
                raise
        if auth:
            auth.accepted(headers)
            self._unwelcome.discard(request.path)
        return answer

    async def _headers_of(self, auth: Auth | None) -> Mapping[str, str]:
        """Return what shows who is asking, which nobody else must see."""
        if auth is None:
            return {}
        headers = await auth.headers()
        self.privacy.learn(Auth, auth.secrets())
        return headers

    async def _heard[T](
        self,
        request: Request,
        auth_headers: Mapping[str, str],
        read: Callable[[Answer], T],
    ) -> T:
        """Send once, read the answer, and let the gate hear of it; of logins the desk hears."""
        if request.anonymous:
            logins = self.pacing.logins
            logins.check_pause()
            try:
                return await self._make(read, await self._once(request, auth_headers))
            except CloudError as err:
                logins.obey(err)
                raise
        gate, path = self.pacing.gate, request.path
        number = gate.send()
        try:
            answer = await self._make(read, await self._once(request, auth_headers))
        except CloudError as err:
            gate.failed(number, path, err, write=request.is_write)
            raise
        gate.answered(number, path)
        return answer

    async def _once(self, request: Request, auth_headers: Mapping[str, str]) -> Answer:
        """Send once and count it."""
        async with self._slots:
            begin = time.monotonic()
            outcome = "cancelled"
            try:
                answer = await self._exchange.send(request, auth_headers)
                outcome = str(answer.status)
            except CloudError as err:
                self.counters.errors += 1
                outcome = type(err).__name__
                raise
            finally:
                took = time.monotonic() - begin
                self.counters.requests += 1
                self.counters.latency_total += took
                self.counters.latency_most = max(self.counters.latency_most, took)
                self.log.append(
                    Logged(
                        request.method, brief(request.path), outcome, round(took * 1000)
                    )
                )
        return answer
