"""One request and its answer over HTTP: size limits, redirects, and the meaning of a status."""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from yarl import URL

from .documents import MAX_VALUES, Json, count_values, read_json
from .errors import AuthError, BadAnswer, RateLimited, Refused, TooLarge, Unreachable
from .messages import Answer, Request
from .privacy import Privacy
from .retry_after import read_retry_after

LARGE = 8 * 1024
"""Bytes; larger answers are read in a thread. Parsing this many in small records takes 20 ms."""
_GIANT = 1024 * 1024
"""Bytes; of larger answers the values are counted while they arrive, and a thread joins the chunks."""
_MAX_ERROR_BYTES = 64 * 1024
"""Bytes; the body of a larger error is ignored."""
_REDIRECTS = 3
_REDIRECTING = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a session; times in seconds, sizes in bytes."""

    connect: float = 10
    total: float = 20
    tries: int = 3
    write_tries: int = 8
    """More for writes: one cloud was seen to answer half of a burst with error pages."""
    backoff: float = 0.5
    """The first pause; each next one is twice as long, with jitter …"""
    max_backoff: float = 4
    """… up to this."""
    max_pause: float = 10
    """The longest pause within one request; a longer Retry-After ends the request."""
    deadline: float = 30
    """No retry begins later than this after the first try."""
    concurrency: int = 12
    size: int = 8 * 1024 * 1024
    """After decompression; 1000 plants need a quarter of it."""


@dataclass(slots=True)
class Counters:
    """Counters of a session; bytes after decompression, latency in seconds."""

    requests: int = 0
    errors: int = 0
    retries: int = 0
    bytes: int = 0
    latency_total: float = 0.0
    latency_most: float = 0.0

    @property
    def latency_mean(self) -> float | None:
        """The mean latency in seconds, or None before the first request."""
        return self.latency_total / self.requests if self.requests else None


class Exchange:
    """Sends single requests to one server, and turns bad answers into errors."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: URL,
        *,
        headers: Mapping[str, str],
        limits: Limits,
        counters: Counters,
        privacy: Privacy,
        error_message: Callable[[Json], str | None],
        refuses_login: Callable[[int, Json], bool],
    ) -> None:
        """Set up as `CloudSession`; `headers` are sent with every request."""
        self._http = http
        self._base = base
        self._headers = headers
        self._limits = limits
        self._counters = counters
        self._privacy = privacy
        self._error_message = error_message
        self._refuses_login = refuses_login
        self._timeout = aiohttp.ClientTimeout(
            total=limits.total, sock_connect=limits.connect
        )
        self._read_lock = asyncio.Lock()

    async def send(self, request: Request, auth_headers: Mapping[str, str]) -> Answer:
        """Send a request and return the answer; redirects are followed only within the server."""
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
                # Its text may hold unread data, and the address with its query.
                raise Unreachable(
                    "The connection was lost", reason="connection_lost"
                ) from None
            except RuntimeError as err:
                # Any other RuntimeError is not about the network.
                if not self._http.closed:
                    raise
                raise Unreachable(
                    "Home Assistant is stopping", reason="stopping"
                ) from err
        raise BadAnswer("The server redirects in circles")

    def _address(self, path: str, params: Mapping[str, str] | None) -> URL:
        """Return the address of a path on the configured server, whatever the path contains."""
        base = self._base.path.rstrip("/")
        return self._base.with_path(f"{base}/{path.lstrip('/')}").with_query(params)

    def _redirect(self, response: aiohttp.ClientResponse, method: str) -> URL:
        """Return the target of a redirect.

        Raises:
            BadAnswer: it leads to another server or is not an address, or a write was redirected.
        """
        allowed = {self._base.origin()}
        if self._base.is_default_port():
            allowed.add(self._base.with_scheme("https").origin())
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
        """Read a body.

        Raises:
            TooLarge: it is larger than the limits allow.
        """
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
            if size > LARGE:
                # Compressed data arrives at once: let other tasks run, and let only one large
                # answer continue at a time.
                async with self._read_lock:
                    await asyncio.sleep(0)
        self._counters.bytes += size
        if size > _GIANT:
            return await asyncio.to_thread(b"".join, chunks)
        return b"".join(chunks)

    def _judge(self, response: aiohttp.ClientResponse, body: bytes) -> Answer:
        """Return an answer.

        Raises:
            CloudError: the kind that the status and the body mean.
        """
        status = response.status
        page = body.removeprefix(BOM_UTF8).lstrip()[:1] == b"<"
        if status < HTTPStatus.BAD_REQUEST:
            if page:
                raise BadAnswer("The server sent a web page, no data", transient=True)
            return Answer(status, response.headers, body)
        document = _error_document(body)
        message = self._message(status, document)
        retry_after = read_retry_after(
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
        """Return the vendor's message, short and without secrets."""
        said = self._error_message(document)
        text = f"HTTP {status}: {said}" if said else f"HTTP {status}"
        return self._privacy.message(text)


def _error_document(body: bytes) -> Json:
    """Return the JSON document of an error, or None."""
    if len(body) > _MAX_ERROR_BYTES:
        return None
    try:
        return read_json(body)
    except BadAnswer:
        return None


def server_url(text: str) -> URL:
    """Read a server's address.

    Raises:
        ValueError: it is not an http or https address, or it has a login, a query or a fragment.
    """
    url = URL(text.strip())
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("not an http or https address")
    if url.user or url.password or url.query_string or url.fragment:
        raise ValueError("an address with a login, a query or a fragment")
    return url
