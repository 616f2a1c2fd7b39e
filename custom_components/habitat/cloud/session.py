"""The one place a request leaves from.

Time-outs, bounded retries, Retry-After, a concurrency cap, a size cap, no redirect to another
host, redaction, counters: what every vendor's client needs and none should write again.
"""

from abc import ABC, abstractmethod
import asyncio
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import logging
import random
import time

import aiohttp
from yarl import URL

from .auth import Auth
from .documents import MAX_VALUES, Json, count_values, read_json
from .errors import (
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    TooLarge,
    Unreachable,
)
from .pacing import Pacing
from .privacy import Privacy
from .text import brief

_LOGGER = logging.getLogger(__name__)

_LARGE = 8 * 1024
"""Bytes from which on an answer is read in a thread; as many tiny records take 20 ms."""
_GIANT = 1024 * 1024
"""Bytes from which on values are counted before there are too many to read, and even putting the
pieces together is left to a thread."""
_MAX_ERROR_BYTES = 64 * 1024
"""Bytes of an error that are looked at; what is longer has nothing to say."""
_REDIRECTS = 3
_MAX_PAUSE = 86_400.0
"""Seconds; nobody means more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient and how modest a session is; times in seconds, sizes in bytes."""

    connect: float = 10
    total: float = 20
    tries: int = 3
    write_tries: int = 8
    """Writes are persistent: a cloud was seen to answer half of a burst with an error page."""
    backoff: float = 0.5
    """The first pause; each further one is twice as long, all with jitter …"""
    backoff_most: float = 4
    """… up to this."""
    patience: float = 10
    """The longest pause within one request; a longer Retry-After is the caller's to wait."""
    deadline: float = 30
    """No new try begins this long after the first."""
    concurrency: int = 12
    size: int = 8 * 1024 * 1024
    """After decompression; a thousand plants need a quarter of it."""


@dataclass(slots=True)
class Counters:
    """What a session did so far; bytes after decompression, latency in seconds."""

    requests: int = 0
    errors: int = 0
    retries: int = 0
    bytes: int = 0
    latency_total: float = 0.0
    latency_most: float = 0.0

    @property
    def latency_mean(self) -> float | None:
        """The mean time to an answer."""
        return self.latency_total / self.requests if self.requests else None


@dataclass(frozen=True, slots=True)
class Logged:
    """One request in the log that diagnostics show: no query, no body."""

    method: str
    path: str
    outcome: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status below 400."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """Read the body.

        Raises:
            BadAnswer: it is no complete JSON document.
        """
        return read_json(self.body)


class Recalling[T](ABC):
    """Reads answers, and remembers what it made of the last."""

    @abstractmethod
    def __call__(self, answer: Answer) -> T:
        """Return what there is in an answer. In a thread, where the answer is large."""

    @abstractmethod
    def recall(self, answer: Answer) -> T | None:
        """Return at once what the same answer was read as before, None when it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    json: Json = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    anonymous: bool = False
    """Sent without the account's authorization, such as a login."""
    repeatable: bool = True
    """Sending it twice does no harm; else only what was surely not done is sent again."""

    @property
    def is_write(self) -> bool:
        """Whether it changes something; a login does not."""
        return self.method != "GET" and not self.anonymous


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
        explain: Callable[[Json], str | None] = lambda _: None,
        refuses_login: Callable[[int, Json], bool] = lambda _, __: False,
        limits: Limits = Limits(),
        concurrency: int | None = None,
    ) -> None:
        """Take the server's address and how to read the vendor's error documents.

        `explain` returns what such a document says; `refuses_login` hears each status from 400
        to 499 but 401, which always does, and says whether that answer refuses the login.
        `pacing` is the login's own, which outlives the session.
        `concurrency` is for a vendor that bears fewer requests at a time than the limits allow.

        Raises:
            ValueError: the address is none of http or https.
        """
        self._http = http
        self.base = server_url(url)
        self.auth = auth
        self.pacing = pacing or Pacing()
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "application/json",
            **(headers or {}),
        }
        self.privacy = privacy or Privacy()
        """What must not be told; who reads the account's records adds to it."""
        self.privacy.learn_login(secrets)
        self._explain = explain
        self._refuses_login = refuses_login
        self._limits = limits
        self._timeout = aiohttp.ClientTimeout(
            total=limits.total, sock_connect=limits.connect
        )
        at_once = concurrency or limits.concurrency
        self._slots = asyncio.Semaphore(at_once)
        self._reads = asyncio.Semaphore(at_once)
        self._reading = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._unwelcome: set[str] = set()
        self.counters = Counters()
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
        if len(answer.body) < _LARGE:
            return read(answer)
        if isinstance(read, Recalling):
            known: T | None = read.recall(answer)
            if known is not None:
                return known
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
                answer = await self._exchange(request, auth_headers)
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

    async def _exchange(
        self, request: Request, auth_headers: Mapping[str, str]
    ) -> Answer:
        """Speak HTTP, following redirects only within the server."""
        url = self._address(request.path, request.params)
        asked: set[URL] = set()
        while url not in asked and len(asked) <= _REDIRECTS:
            asked.add(url)
            try:
                async with self._http.request(
                    request.method,
                    url,
                    json=request.json,
                    data=request.form,
                    headers={
                        **self._headers,
                        **(request.headers or {}),
                        **auth_headers,
                    },
                    timeout=self._timeout,
                    allow_redirects=False,
                ) as response:
                    if response.status in _REDIRECTING:
                        url = self._redirect(response, request.method)
                        continue
                    body = await self._read(response)
                    return self._judge(response, body)
            except (
                aiohttp.ClientConnectorError,
                aiohttp.ConnectionTimeoutError,
            ) as err:
                raise Unreachable(
                    "No connection to the server", undone=True, reason="no_connection"
                ) from err
            except TimeoutError as err:
                raise Unreachable(
                    "The server did not answer in time", reason="timeout"
                ) from err
            except aiohttp.ClientPayloadError as err:
                raise BadAnswer("The answer broke off", transient=True) from err
            except aiohttp.ClientError, OSError:
                # It may quote what it could not read, and the address with its query.
                raise Unreachable(
                    "The connection was lost", reason="connection_lost"
                ) from None
            except RuntimeError as err:
                # Whatever else is wrong is no matter of the network.
                if not self._http.closed:
                    raise
                raise Unreachable(
                    "Home Assistant is stopping", reason="stopping"
                ) from err
        raise BadAnswer("The server redirects in circles")

    def _address(self, path: str, params: Mapping[str, str] | None) -> URL:
        """Return the address of a path on our server, whatever the path says."""
        base = self.base.path.rstrip("/")
        return self.base.with_path(f"{base}/{path.lstrip('/')}").with_query(params)

    def _redirect(self, response: aiohttp.ClientResponse, method: str) -> URL:
        """Return where a redirect leads to.

        Raises:
            BadAnswer: away from our server or nowhere, or a write was redirected.
        """
        allowed = {self.base.origin()}
        if self.base.is_default_port():
            allowed.add(self.base.with_scheme("https").origin())
        try:
            target = response.url.join(URL(response.headers.get("Location", "")))
            origin = target.origin()
        except ValueError as err:
            raise BadAnswer("The server redirects to no address") from err
        if origin not in allowed:
            raise BadAnswer("The server redirects to another host")
        if method != "GET":
            raise BadAnswer("The server redirects a write")
        return target

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read a body as far as the cap allows."""
        if (response.content_length or 0) > self._limits.size:
            raise TooLarge("The answer is too large")
        chunks: list[bytes] = []
        size = values = 0
        while chunk := await response.content.readany():
            size += len(chunk)
            if size > self._limits.size:
                raise TooLarge("The answer is too large")
            chunks.append(chunk)
            if size > _GIANT:
                for piece in chunks if not values else (chunk,):
                    values += count_values(piece)
                if values > MAX_VALUES:
                    raise TooLarge("The answer has far too many values")
            if size > _LARGE:
                # What is compressed comes in one go: others must have their turn meanwhile,
                # and of several such answers one has it at a time.
                async with self._turn:
                    await asyncio.sleep(0)
        self.counters.bytes += size
        if size > _GIANT:
            return await asyncio.to_thread(b"".join, chunks)
        return b"".join(chunks)

    def _judge(self, response: aiohttp.ClientResponse, body: bytes) -> Answer:
        """Return an answer, or raise what a status and a body mean."""
        status = response.status
        page = body.removeprefix(BOM_UTF8).lstrip()[:1] == b"<"
        if status < HTTPStatus.BAD_REQUEST:
            if page:
                raise BadAnswer("The server sent a web page, no data", transient=True)
            return Answer(status, response.headers, body)
        document = _error_document(body)
        message = self._message(status, document)
        retry_after = _retry_after(
            response.headers.get("Retry-After"), response.headers.get("Date")
        )
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimited(message, retry_after)
        if status == HTTPStatus.UNAUTHORIZED:
            raise AuthError(message)
        # A web page with 403 comes from a firewall in front of the vendor, not from the vendor.
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or (
            page and status == HTTPStatus.FORBIDDEN
        ):
            undone = status != HTTPStatus.GATEWAY_TIMEOUT
            raise Unreachable(message, retry_after=retry_after, undone=undone)
        if status == HTTPStatus.REQUEST_TIMEOUT:
            raise Unreachable(message)
        if self._refuses_login(status, document):
            raise AuthError(message)
        raise Refused(message, status, page=page)

    def _message(self, status: int, document: Json) -> str:
        """Return what the vendor said, short and without secrets."""
        said = self._explain(document)
        text = f"HTTP {status}: {said}" if said else f"HTTP {status}"
        return self.privacy.message(text)


def _error_document(body: bytes) -> Json:
    """Read the body of an error; None when it is no JSON."""
    if len(body) > _MAX_ERROR_BYTES:
        return None
    try:
        return read_json(body)
    except BadAnswer:
        return None


_REDIRECTING = frozenset({301, 302, 303, 307, 308})


def server_url(text: str) -> URL:
    """Read a server's address.

    Raises:
        ValueError: it is no http or https address, or it carries a login or a query.
    """
    url = URL(text.strip())
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("not an http or https address")
    if url.user or url.password or url.query_string or url.fragment:
        raise ValueError("an address with a login, a query or a fragment")
    return url


def _retry_after(text: str | None, sent: str | None = None) -> float | None:
    """Read a Retry-After header, seconds or a date; seconds from now, None when unreadable.

    `sent` is the server's own date, by which it meant that of the end: our clock may be wrong.
    """
    if not text:
        return None
    if text.strip().isdecimal():
        return min(float(text), _MAX_PAUSE)
    if (end := _http_date(text)) is None:
        return None
    now = _http_date(sent or "") or datetime.now(UTC)
    return min(max((end - now).total_seconds(), 0.0), _MAX_PAUSE)


def _http_date(text: str) -> datetime | None:
    """Read a date of a header; one without a zone is UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
