"""The only place that sends requests of an account.

It limits retries and concurrency, keeps pauses, logs in, and counts, for the client of every vendor.
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
    """One request as diagnostics show it: without query and body."""

    method: str
    path: str
    outcome: str
    milliseconds: int


_MAX_QUICK_BYTES = 128 * 1024
_MAX_QUICK_VALUES = 6000
"""Values; a document with this many is read within 20 ms, so that a thread would cost more."""


def _is_quickly_read(body: bytes) -> bool:
    """Return whether a body is read in the event loop."""
    return len(body) < LARGE or (
        len(body) < _MAX_QUICK_BYTES and count_values(body) <= _MAX_QUICK_VALUES
    )


class CloudSession:
    """Requests of one account to one server."""

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
        """Set the server's address and how to read the vendor's error documents.

        `error_message` returns the message of such a document, or None. `refuses_login` returns
        whether an answer refuses the login; it is called for a status from 400 to 499 except 401,
        which always does. `pacing` holds the pauses of the login and outlives the session.
        `concurrency` is the number of requests at a time, if not that of the limits.

        Raises:
            ValueError: the address is not an http or https address.
        """
        self.base = server_url(url)
        self.auth = auth
        self.pacing = pacing or Pacing()
        self.privacy = privacy or Privacy()
        """The private values of the account; reading records adds to them."""
        self.privacy.learn_login(secrets)
        self._limits = limits = limits or Limits()
        at_once = concurrency or limits.concurrency
        self._slots = asyncio.Semaphore(at_once)
        self._reads = asyncio.Semaphore(at_once)
        self._reading = asyncio.Lock()
        self._refusing_paths: set[str] = set()
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
        """Send a request, with retries, and return what `read` makes of the answer.

        `read` may raise BadAnswer: an incomplete document is requested again.

        Raises:
            AuthError: the vendor says that the login is wrong.
            RateLimited: the vendor asked for a longer pause than one request may take.
            Unreachable: no answer, or only errors of the server.
            BadAnswer: an answer that cannot be used.
            Refused: the vendor refused the request.
        """
        gate = self.pacing.gate
        deadline = time.monotonic() + self._limits.deadline
        attempt = 1
        # A login is sent by a request that has passed the gate already.
        alone = request.anonymous or request.is_write
        async with AsyncExitStack() as turn:
            while True:
                try:
                    if not alone:
                        # After waiting here, such as for other pages, the server may be in doubt.
                        async with self._reads:
                            if not gate.is_doubtful:
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

    async def _read_answer[T](self, read: Callable[[Answer], T], answer: Answer) -> T:
        """Return what `read` makes of an answer; a large answer is read in a thread."""
        if isinstance(read, Recalling):
            known: T | None = read.recall(answer)
            if known is not None:
                return known
        if _is_quickly_read(answer.body):
            return read(answer)
        # One at a time, to limit the memory.
        async with self._reading:
            return await asyncio.to_thread(read, answer)

    async def json(self, request: Request) -> Json:
        """Send a request and return the JSON document of the answer. Raises as `send`."""
        return await self.send(request, Answer.json)

    def redact(self, text: str) -> str:
        """Return a text without the private values of this account."""
        return self.privacy.redact(text)

    def _pause(self, request: Request, err: CloudError, attempt: int) -> float | None:
        """Return the seconds to wait before the next try, or None if there is none."""
        limits, gate = self._limits, self.pacing.gate
        write = request.is_write
        tries = limits.write_tries if write else limits.tries
        # The login limiter decides when a login is tried again.
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
            return asked + spread if asked <= limits.max_pause else None
        pause = min(limits.backoff * (1 << attempt - 1), limits.max_backoff)
        return pause * random.uniform(0.5, 1.5)

    async def _authorized[T](self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send once, and once more with a new token if the vendor refuses the old one."""
        pacing = self.pacing
        pacing.gate.check(write=request.is_write or request.anonymous)
        auth = None if request.anonymous else self.auth
        if auth:
            pacing.logins.check_refusal()
        headers = await self._headers_of(auth)
        try:
            answer = await self._send_and_report(request, headers, read)
        except AuthError:
            # A path that refuses valid tokens must not cause a login at every poll.
            if (
                auth is None
                or request.path in self._refusing_paths
                or not await auth.refused(headers)
            ):
                raise
            headers = await self._headers_of(auth)
            try:
                answer = await self._send_and_report(request, headers, read)
            except AuthError:
                self._refusing_paths.add(request.path)
                raise
        if auth:
            auth.accepted(headers)
            self._refusing_paths.discard(request.path)
        return answer

    async def _headers_of(self, auth: Auth | None) -> Mapping[str, str]:
        """Return the headers that identify the account, and register them as private."""
        if auth is None:
            return {}
        headers = await auth.headers()
        self.privacy.learn(Auth, auth.secrets())
        return headers

    async def _send_and_report[T](
        self,
        request: Request,
        auth_headers: Mapping[str, str],
        read: Callable[[Answer], T],
    ) -> T:
        """Send once and read the answer; report the result to the gate, or of a login to the limiter."""
        if request.anonymous:
            logins = self.pacing.logins
            logins.check_pause()
            try:
                return await self._read_answer(
                    read, await self._once(request, auth_headers)
                )
            except CloudError as err:
                logins.obey(err)
                raise
        gate, path = self.pacing.gate, request.path
        number = gate.send()
        try:
            answer = await self._read_answer(
                read, await self._once(request, auth_headers)
            )
        except CloudError as err:
            gate.failed(number, path, err, write=request.is_write)
            raise
        gate.answered(number, path)
        return answer

    async def _once(self, request: Request, auth_headers: Mapping[str, str]) -> Answer:
        """Send once, count it and log it."""
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
