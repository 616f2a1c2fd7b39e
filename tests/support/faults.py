"""Bad days on demand: what goes wrong in a simulated cloud, where, and how often."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from fnmatch import fnmatchcase
import socket
import struct

from aiohttp import web

from custom_components.habitat.simulator.core.clock import pause
from custom_components.habitat.simulator.core.documents import (
    Json,
    dump,
    load,
    records,
    tables,
)
from custom_components.habitat.simulator.core.noise import fraction
from custom_components.habitat.simulator.core.server import Answer, CloudServer
from custom_components.habitat.simulator.core.statuses import html_error

type Refusal = Callable[[int], web.Response]
"""How a vendor says a status: its own error body."""

_RST = struct.pack("ii", 1, 0)
_GIANT_CHUNK = b" " * 65536


class Kind(StrEnum):
    """What can go wrong."""

    LATENCY = "latency"
    """The right answer, `seconds` late."""
    STATUS = "status"
    """`status` with the vendor's own error body, and Retry-After if given."""
    HTML = "html"
    """`status` with a gateway's HTML page."""
    STALL = "stall"
    """Nothing for `seconds`, then the connection is cut."""
    RESET = "reset"
    """The connection is reset."""
    CUT = "cut"
    """The connection ends in the middle of the body."""
    TRUNCATED = "truncated"
    """A complete answer with an incomplete JSON document."""
    EMPTY_BODY = "empty body"
    GIANT = "giant"
    """`size` bytes of white space behind the answer."""
    REDIRECT = "redirect"
    """302 to `location`."""
    NULLS = "nulls"
    """Every value is null."""
    WRONG_TYPES = "wrong types"
    """Every value is of another type than usual."""
    UNKNOWN_ENUMS = "unknown enums"
    """Every text is one that nobody knows."""
    DUPLICATES = "duplicates"
    """Every record comes twice."""
    EMPTY_LIST = "empty list"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong; `hits` counts how often it did."""

    kind: Kind
    match: str = "*"
    """Method and path without query, with the wildcards of a shell: "GET /api/vents*"."""
    times: int | None = None
    """How often at most; None is until it is removed."""
    skip: int = 0
    """How many matching requests are spared first."""
    probability: float = 1.0
    status: int = 500
    seconds: float = 30.0
    retry_after: float | datetime | None = None
    """Seconds, or a time that is sent as an HTTP date."""
    location: str = "http://127.0.0.1:9/"
    size: int = 64 * 1024 * 1024
    seen: int = 0
    hits: int = 0

    def strikes(self, request: str, seed: int) -> bool:
        """Say whether it is this request's turn, and count it."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not fnmatchcase(request, self.match):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        if fraction(seed, self.match, self.kind, self.seen) >= self.probability:
            return False
        self.hits += 1
        return True


@dataclass(slots=True)
class Faults:
    """All faults of one server, first come first served: a middleware."""

    refusal: Refusal
    ending: asyncio.Event
    """Set when the server stops: no fault outlives it."""
    seed: int = 1
    active: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Let something go wrong from now on."""
        self.active.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Let it be well again."""
        with suppress(ValueError):
            self.active.remove(fault)

    def clear(self) -> None:
        """Let everything be well again."""
        self.active.clear()

    async def __call__(
        self, request: web.BaseRequest, answer: Answer
    ) -> web.StreamResponse:
        """Answer a request, with what goes wrong at the moment.

        Raises:
            ConnectionResetError: the connection is gone by intent.
        """
        if self.active:
            line = f"{request.method} {request.path}"
            for fault in self.active:
                if fault.strikes(line, self.seed):
                    return await _APPLY[fault.kind](self, fault, request, answer)
        return await answer()


def faults_of(cloud: CloudServer) -> Faults:
    """Return what goes wrong in a simulated cloud; nothing does until it is added."""
    if not isinstance(cloud.middleware, Faults):
        cloud.middleware = Faults(cloud.refusal, cloud.ending, cloud.seed)
    return cloud.middleware


type Apply = Callable[
    [Faults, Fault, web.BaseRequest, Answer], Awaitable[web.StreamResponse]
]


async def _latency(
    faults: Faults, fault: Fault, _: web.BaseRequest, answer: Answer
) -> web.StreamResponse:
    await pause(fault.seconds, faults.ending)
    return await answer()


async def _status(
    faults: Faults, fault: Fault, _: web.BaseRequest, __: Answer
) -> web.StreamResponse:
    response = faults.refusal(fault.status)
    if isinstance(fault.retry_after, datetime):
        response.headers["Retry-After"] = format_datetime(
            fault.retry_after, usegmt=True
        )
    elif fault.retry_after is not None:
        response.headers["Retry-After"] = f"{fault.retry_after:g}"
    return response


async def _html(
    _: Faults, fault: Fault, __: web.BaseRequest, ___: Answer
) -> web.StreamResponse:
    return html_error(fault.status)


async def _stall(
    faults: Faults, fault: Fault, request: web.BaseRequest, answer: Answer
) -> web.StreamResponse:
    await pause(fault.seconds, faults.ending)
    return await _reset(faults, fault, request, answer)


async def _reset(
    _: Faults, __: Fault, request: web.BaseRequest, ___: Answer
) -> web.StreamResponse:
    if transport := request.transport:
        link = transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
        transport.abort()
    raise ConnectionResetError


async def _cut(
    _: Faults, __: Fault, request: web.BaseRequest, answer: Answer
) -> web.StreamResponse:
    whole = await _body(answer)
    partial = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=utf-8"}
    )
    partial.content_length = len(whole) + 1
    await partial.prepare(request)
    await partial.write(whole[: len(whole) // 2])
    if request.transport:
        request.transport.close()
    raise ConnectionResetError


async def _giant(
    _: Faults, fault: Fault, request: web.BaseRequest, answer: Answer
) -> web.StreamResponse:
    giant = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=utf-8"}
    )
    await giant.prepare(request)
    await giant.write(await _body(answer))
    for _sent in range(0, fault.size, len(_GIANT_CHUNK)):
        await giant.write(_GIANT_CHUNK)
    await giant.write_eof()
    return giant


async def _redirect(
    _: Faults, fault: Fault, __: web.BaseRequest, ___: Answer
) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": fault.location})


async def _changed(
    _: Faults, fault: Fault, __: web.BaseRequest, answer: Answer
) -> web.StreamResponse:
    response = await answer()
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        # A picture or a page, say, has no values.
        with suppress(ValueError):
            response.body = _BODIES[fault.kind](response.body)
    return response


async def _body(answer: Answer) -> bytes:
    response = await answer()
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        return response.body
    return b""


def _on_values(change: Callable[[Json], Json]) -> Callable[[bytes], bytes]:
    def apply(body: bytes) -> bytes:
        document = load(body)
        for record in records(document):
            for key, value in record.items():
                record[key] = change(value)
        return dump(document)

    return apply


def _on_rows(change: Callable[[list[Json]], list[Json]]) -> Callable[[bytes], bytes]:
    def apply(body: bytes) -> bytes:
        document = load(body)
        for found in tables(document):
            found[:] = change(found)
        return dump(document)

    return apply


def _other_type(value: Json) -> Json:
    match value:
        case str():
            return [value]
        case bool() | None:
            return {"value": value}
        case int() | float():
            return f"about {value}"
        case _:
            return 42


def _doubled(found: list[Json]) -> list[Json]:
    return [*found, *found]


def _nothing(found: Sequence[Json]) -> list[Json]:
    return list(found[:0])


_BODIES: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.TRUNCATED: lambda body: body[: len(body) // 2],
    Kind.EMPTY_BODY: lambda _: b"",
    Kind.NULLS: _on_values(lambda _: None),
    Kind.WRONG_TYPES: _on_values(_other_type),
    Kind.UNKNOWN_ENUMS: _on_values(
        lambda value: "Never Heard Of" if isinstance(value, str) else value
    ),
    Kind.DUPLICATES: _on_rows(_doubled),
    Kind.EMPTY_LIST: _on_rows(_nothing),
}

_APPLY: dict[Kind, Apply] = {
    Kind.LATENCY: _latency,
    Kind.STATUS: _status,
    Kind.HTML: _html,
    Kind.STALL: _stall,
    Kind.RESET: _reset,
    Kind.CUT: _cut,
    Kind.GIANT: _giant,
    Kind.REDIRECT: _redirect,
    **dict.fromkeys(_BODIES, _changed),
}
