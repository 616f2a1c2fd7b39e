"""One request: what is sent, what an answer means, what is asked for again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
import gzip
import logging
import socket
import threading
from unittest.mock import patch

import aiohttp
import pytest

from custom_components.habitat.cloud.auth import FixedAuth
from custom_components.habitat.cloud.cache import Memory
from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    TooLarge,
    Unreachable,
)
from custom_components.habitat.cloud.exchange import Counters, Limits, server_url
from custom_components.habitat.cloud.messages import Answer, Request
from custom_components.habitat.cloud.session import CloudSession
from tests.support.faults import Fault, Kind
from tests.support.loopback import (
    GET,
    PATCH,
    QUICK,
    USER_AGENT,
    Reply,
    body,
    data,
    page,
    serving,
    slow,
    status,
    talking,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

ONCE = replace(QUICK, tries=1, write_tries=1)
IMPATIENT = replace(QUICK, total=0.2)
ACCOUNT = FixedAuth({"Authorization": "Bearer let-me-in"}, ["let-me-in"])


# What is sent.


async def test_a_request_introduces_itself() -> None:
    """Program, account and query arrive; the answer's document comes back."""
    async with talking(data({"a": [1]}), auth=ACCOUNT) as (session, server):
        answer = await session.json(replace(GET, params={"page[size]": "50"}))
    assert answer == {"a": [1]}
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/api/things")
    assert asked.query == {"page[size]": "50"}
    assert asked.headers["User-Agent"] == USER_AGENT
    assert asked.headers["Accept"] == "application/json"
    assert asked.authorization == "Bearer let-me-in"
    assert asked.body == b""


async def test_bodies() -> None:
    """A write sends JSON, a login a form; a request's own headers win over the session's."""
    async with talking(data({})) as (session, server):
        await session.json(replace(PATCH, headers={"Accept": "application/special"}))
        await session.json(
            Request(method="POST", path="/token", form={"grant_type": "a b"})
        )
    write, login = server.asked
    assert write.body == b'{"a": 1}'
    assert write.headers["Content-Type"] == "application/json"
    assert write.headers["Accept"] == "application/special"
    assert login.body == b"grant_type=a+b"
    assert login.headers["Content-Type"] == "application/x-www-form-urlencoded"


async def test_anonymous_requests_carry_no_authorization() -> None:
    """A login does not show the account, and its refusal is not asked about again."""
    async with talking(status(401), auth=ACCOUNT) as (session, server):
        with pytest.raises(AuthError):
            await session.json(replace(GET, anonymous=True))
    assert [asked.authorization for asked in server.asked] == [None]


@pytest.mark.parametrize("prefix", ["", "/", "/behind a/proxy/"])
async def test_every_path_is_one_of_our_server(prefix: str) -> None:
    """Whatever an id holds, it arrives as a path of the configured address."""
    paths = {
        "/api/a": "/api/a",
        "api/a": "/api/a",
        "//elsewhere.example/a": "/elsewhere.example/a",
        "http://elsewhere.example/a": "/http://elsewhere.example/a",
        "/api/a b\r\nX-Evil: 1": "/api/a b\r\nX-Evil: 1",
        "/api/a?b=c#d": "/api/a?b=c#d",
        "/api/ü%2F": "/api/ü%2F",
    }
    async with serving(data({})) as server, aiohttp.ClientSession() as http:
        session = CloudSession(
            http, server.url + prefix, user_agent=USER_AGENT, auth=ACCOUNT
        )
        for path in paths:
            await session.json(Request(method="GET", path=path))
    assert [asked.path for asked in server.asked] == [
        prefix.rstrip("/") + arrives for arrives in paths.values()
    ]
    assert not any(asked.query or "X-Evil" in asked.headers for asked in server.asked)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8080",
        " https://api.example ",
        "https://api.example/base/",
        "http://[::1]:8080/",
    ],
)
def test_an_address(text: str) -> None:
    """Addresses of http and https are taken, spaces around them are not minded."""
    assert str(server_url(text)).rstrip("/") == text.strip().rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.example",
        "ftp://api.example",
        "http://",
        "http:///path",
        "file:///etc/passwd",
        "https://user@api.example",
        "https://user:word@api.example",
        "https://api.example/?key=1",
        "https://api.example/#part",
        "http://[bad",
        "http://api.example:99999",
    ],
)
def test_no_address(text: str) -> None:
    """What is no plain address of a server is said to be none."""
    with pytest.raises(ValueError):
        server_url(text)


# What an answer means.


@pytest.mark.parametrize(
    ("reply", "error", "transient", "undone"),
    [
        (status(400), Refused, False, False),
        (status(401), AuthError, False, False),
        (page(401), AuthError, False, False),
        (status(403), Refused, False, False),
        (page(403), Unreachable, True, True),
        (status(404), Refused, False, False),
        (page(404), Refused, False, False),
        (status(408), Unreachable, True, False),
        (status(409), Refused, False, False),
        (status(422), Refused, False, False),
        (status(429), RateLimited, True, True),
        (status(500), Unreachable, True, True),
        (page(500), Unreachable, True, True),
        (status(502), Unreachable, True, True),
        (status(503), Unreachable, True, True),
        (status(504), Unreachable, True, False),
        (page(200), BadAnswer, True, False),
        (body(b""), BadAnswer, True, False),
        (body(b'{"a": [1, 2'), BadAnswer, True, False),
        (body(b"", 204), BadAnswer, True, False),
    ],
)
async def test_each_answer_has_its_error(
    reply: Reply, error: type[CloudError], transient: bool, undone: bool
) -> None:
    """Errors tell what there is to do about them."""
    async with talking(reply, limits=ONCE) as (session, _):
        with pytest.raises(CloudError) as raised:
            await session.json(GET)
    assert type(raised.value) is error
    assert raised.value.transient is transient
    assert raised.value.undone is undone


async def test_a_refusal_has_the_status_and_the_vendors_words() -> None:
    """What the vendor said is what people read, in one line and not too much of it."""
    reply = data({"error": "Too\n  warm " + "!" * 500}, 422)
    async with talking(reply) as (session, _):
        with pytest.raises(Refused) as raised:
            await session.json(GET)
    assert raised.value.status == 422
    assert str(raised.value).startswith("HTTP 422: Too warm !!!")
    assert len(str(raised.value)) == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"Not Found", b"{}", b"[1]", b"null", b"\xff", b"1e999", b"[" * 65_000],
    ids=range(8),
)
async def test_an_error_without_words(content: bytes) -> None:
    """Where the vendor says nothing readable the status must do."""
    async with talking(body(content, 404)) as (session, _):
        with pytest.raises(Refused, match=r"^HTTP 404$"):
            await session.json(GET)


async def test_a_web_page_is_no_answer() -> None:
    """Not even for who reads no document."""
    async with talking(page(200), limits=ONCE) as (session, _):
        with pytest.raises(BadAnswer, match="web page"):
            await session.send(GET, lambda answer: answer)


async def test_an_empty_answer_may_be_what_is_meant() -> None:
    """Who reads no document is content with a status."""
    async with talking(body(b"", 204)) as (session, _):
        answer = await session.send(GET, lambda answer: answer)
    assert (answer.status, answer.body) == (204, b"")


# How much of it.


async def test_a_document_as_large_as_the_cap() -> None:
    """The cap itself still fits."""
    content = b"[" + b" " * (QUICK.size - 2) + b"]"
    async with talking(body(content)) as (session, _):
        assert await session.json(GET) == []
        assert session.counters.bytes == QUICK.size


@pytest.mark.parametrize(
    "reply",
    [
        body(b"[" + b" " * (QUICK.size - 1) + b"]"),
        body(
            gzip.compress(b" " * 50 * QUICK.size), headers={"Content-Encoding": "gzip"}
        ),
    ],
    ids=["told beforehand", "bomb"],
)
async def test_too_large(reply: Reply) -> None:
    """A giant is left alone at once, however it is packed, and not asked for again."""
    async with talking(reply) as (session, server):
        with pytest.raises(BadAnswer, match="too large") as raised:
            await session.json(GET)
    assert not raised.value.transient
    assert len(server.asked) == 1
    assert session.counters.bytes == 0


async def test_too_large_by_its_own_word() -> None:
    """Who announces a giant is not waited for."""
    words = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n["
    async with _raw_server(words, hangs_up=False) as url, _session(url) as session:
        with pytest.raises(BadAnswer, match="too large"):
            await session.json(GET)


async def test_too_large_without_a_word() -> None:
    """A stream without a length is read to the cap and no further."""
    async with talking(data([])) as (session, server):
        server.faults.add(Fault(kind=Kind.GIANT, size=2 * QUICK.size))
        with pytest.raises(BadAnswer, match="too large"):
            await session.json(GET)
    assert len(server.asked) == 1


async def test_too_many_values() -> None:
    """What is too much to be read is not even fetched to its end, and not asked for again."""
    many = gzip.compress(b"[" + b"{}," * (4 << 20) + b"{}]", 1)
    async with talking(
        body(many, headers={"Content-Encoding": "gzip"}), limits=Limits()
    ) as (session, server):
        with pytest.raises(TooLarge):
            await session.json(GET)
    assert len(server.asked) == 1
    assert session.counters.bytes == 0


async def test_large_answers_are_read_in_a_thread() -> None:
    """What takes its time does not hold the event loop, unless it is known already."""
    memory = Memory()
    read: list[threading.Thread] = []

    def note(answer: Answer) -> int:
        read.append(threading.current_thread())
        return len(answer.body)

    large = b'"' + b"x" * (3 << 20) + b'"'
    replies = (data("small"), body(large), body(large))
    async with talking(*replies, limits=Limits()) as (session, _):
        assert await session.send(GET, note) == len(b'"small"')
        for _ in range(2):
            assert await session.send(GET, memory.reader("a", note)) == len(large)
    here = threading.main_thread()
    assert [thread is here for thread in read] == [True, False]


async def test_giant_errors() -> None:
    """A giant that is none but an error has nothing to say."""
    said = b'{"error": "no", "more": "' + b"x" * (1 << 17) + b'"}'
    async with talking(body(said, 422), limits=Limits(tries=1)) as (session, _):
        with pytest.raises(Refused) as raised:
            await session.json(GET)
    assert str(raised.value) == "HTTP 422"


# When nothing comes.


@asynccontextmanager
async def _deaf_server() -> AsyncGenerator[str]:
    """Listen, but let nobody in: the queue at the door is full."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        queue = [socket.socket() for _ in range(4)]
        for visitor in queue:
            visitor.setblocking(False)
            visitor.connect_ex(door.getsockname())
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            for visitor in queue:
                visitor.close()


@asynccontextmanager
async def _raw_server(words: bytes, *, hangs_up: bool) -> AsyncGenerator[str]:
    """Say something, and hang up or fall silent."""
    ending = asyncio.Event()

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        if not hangs_up:
            await ending.wait()
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1") as server:
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            ending.set()


@asynccontextmanager
async def _session(url: str, limits: Limits = ONCE) -> AsyncGenerator[CloudSession]:
    async with aiohttp.ClientSession() as http:
        yield CloudSession(http, url, user_agent=USER_AGENT, limits=limits)


async def test_nobody_there() -> None:
    """A refused connection is asked again, even for a write: surely nothing was done."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with _session(url, QUICK) as session:
            with pytest.raises(Unreachable, match="No connection") as raised:
                await session.json(replace(PATCH, repeatable=False))
    assert raised.value.undone
    assert session.counters.requests == 3


async def test_nobody_opens() -> None:
    """A connection that does not come about ends with the time-out for connecting."""
    async with (
        _deaf_server() as url,
        _session(url, replace(ONCE, connect=0.1, total=30)) as session,
    ):
        async with asyncio.timeout(5):
            with pytest.raises(Unreachable, match="No connection") as raised:
                await session.json(GET)
    assert raised.value.undone
    assert 0.09 < session.counters.latency_most < 3


@pytest.mark.parametrize("words", [b"", b"HELO\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
async def test_no_http(words: bytes) -> None:
    """What speaks no HTTP, or hangs up, is out of reach."""
    async with _raw_server(words, hangs_up=True) as url, _session(url) as session:
        with pytest.raises(Unreachable, match="lost") as raised:
            await session.json(GET)
    assert not raised.value.undone


async def test_an_answer_that_does_not_come() -> None:
    """The total time-out ends the wait for an answer."""
    async with talking(data({}), limits=replace(ONCE, total=0.1)) as (session, server):
        server.faults.add(Fault(kind=Kind.STALL))
        with pytest.raises(Unreachable, match="in time") as raised:
            await session.json(GET)
    assert not raised.value.undone
    assert session.counters.latency_most < 3


async def test_an_answer_that_does_not_end() -> None:
    """The total time-out covers the body too."""
    words = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1"
    async with (
        _raw_server(words, hangs_up=False) as url,
        _session(url, replace(ONCE, total=0.1)) as session,
    ):
        with pytest.raises(Unreachable, match="in time"):
            await session.json(GET)


@pytest.mark.parametrize(
    "reply",
    [
        body(b"no gzip at all", headers={"Content-Encoding": "gzip"}),
        body(gzip.compress(b"[]" * 99)[:-9], headers={"Content-Encoding": "gzip"}),
    ],
)
async def test_a_body_that_cannot_be_unpacked(reply: Reply) -> None:
    """Rubbish under a packing is an answer that is none, and may be a passing mishap."""
    async with talking(reply, limits=ONCE) as (session, _):
        with pytest.raises(BadAnswer) as raised:
            await session.json(GET)
    assert raised.value.transient


# What is asked for again.


@pytest.mark.parametrize(
    "reply",
    [
        status(500), page(500), status(502), status(503), status(504), status(408),
        page(403), status(429, "0"), page(200), body(b""), body(b'{"data": [{"id":'),
    ],
)  # fmt: skip
async def test_a_bad_moment_passes(reply: Reply) -> None:
    """One bad answer is not even noticed."""
    async with talking(reply, data({"a": 1})) as (session, server):
        assert await session.json(GET) == {"a": 1}
    assert len(server.asked) == 2
    assert session.counters.retries == 1


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.CUT, Kind.STALL, Kind.TRUNCATED])
async def test_a_bad_line_passes(kind: Kind) -> None:
    """Neither is one lost connection."""
    async with talking(data({"a": 1}), limits=IMPATIENT) as (session, server):
        server.faults.add(Fault(kind=kind, times=1))
        assert await session.json(GET) == {"a": 1}
    assert len(server.asked) == 2


async def test_half_a_document_that_the_reader_finds() -> None:
    """What the caller's reader finds wanting is asked for again as well."""

    def read(answer: Answer) -> bytes:
        if answer.body == b"half":
            raise BadAnswer("half", transient=True)
        return answer.body

    async with talking(body(b"half"), body(b"whole")) as (session, _):
        assert await session.send(GET, read) == b"whole"


@pytest.mark.parametrize(
    "reply", [status(code) for code in (400, 401, 403, 404, 405, 409, 413, 422, 451)]
)
async def test_a_no_is_a_no(reply: Reply) -> None:
    """What the vendor refused is not asked again."""
    async with talking(reply, data({})) as (session, server):
        with pytest.raises(CloudError):
            await session.json(GET)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("request_", "tries"),
    [(GET, 3), (PATCH, 5), (replace(PATCH, anonymous=True), 1)],
    ids=["read", "write", "login"],
)
async def test_tries_are_bounded(request_: Request, tries: int) -> None:
    """A server that is down is left alone after a few tries, writes are more persistent.

    A login is sent once: when it is tried again is decided elsewhere.
    """
    limits = replace(QUICK, tries=3, write_tries=5, backoff=0.001)
    async with talking(status(500), limits=limits) as (session, server):
        with pytest.raises(Unreachable, match="said 500"):
            await session.json(request_)
    assert len(server.asked) == tries


async def test_no_try_begins_after_the_deadline() -> None:
    """A pause that would end too late is not begun, however many tries are left."""
    limits = replace(QUICK, tries=99, deadline=0)
    async with talking(status(500), limits=limits) as (session, server):
        with pytest.raises(Unreachable):
            await session.json(GET)
    assert len(server.asked) == 1


async def test_pauses_grow_and_jitter() -> None:
    """Each pause is about twice the last, up to a most, and no two sessions keep step."""
    limits = Limits(tries=9, backoff=1, max_backoff=4)
    async with _session("http://127.0.0.1", limits) as session:
        for attempt, middle in ((1, 1), (2, 2), (3, 4), (4, 4), (8, 4)):
            pauses = [
                session._pause(GET, Unreachable(""), attempt) or 0 for _ in range(99)
            ]
            assert min(pauses) >= middle / 2
            assert max(pauses) <= middle * 1.5
            assert max(pauses) - min(pauses) > middle / 2
        assert session._pause(GET, Unreachable(""), 9) is None


async def test_pauses_are_kept() -> None:
    """The pauses are real."""
    limits = replace(QUICK, backoff=0.1)
    async with talking(status(500), limits=limits) as (session, server):
        with pytest.raises(Unreachable):
            await session.json(GET)
    first, second, third = (asked.at for asked in server.asked)
    assert second - first >= 0.05
    assert third - second >= 0.1


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        (status(500), 3),
        (status(503), 3),
        (status(429, "0"), 2),
        (status(429), 1),
        (page(403), 3),
        (status(504), 1),
        (status(408), 1),
        (page(200), 1),
        (body(b"{"), 1),
    ],
)
async def test_what_must_not_be_done_twice(reply: Reply, asked: int) -> None:
    """Such a request is only sent again when it was surely not done."""
    async with talking(reply) as (session, server):
        with pytest.raises(CloudError):
            await session.json(replace(PATCH, repeatable=False))
    assert len(server.asked) == asked


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.CUT, Kind.STALL])
async def test_what_may_have_been_done(kind: Kind) -> None:
    """A connection that was lost after sending says nothing of what was done."""
    async with talking(data({}), limits=IMPATIENT) as (session, server):
        server.faults.add(Fault(kind=kind))
        with pytest.raises(CloudError):
            await session.json(replace(PATCH, repeatable=False))
    assert len(server.asked) == 1


# How many at once.


async def test_concurrency_is_capped() -> None:
    """Many requests at once go in parallel, but never more than the cap."""
    limits = replace(QUICK, concurrency=3, total=5)
    async with talking(slow(data({}), 0.03), limits=limits) as (session, server):
        await asyncio.gather(*(session.json(GET) for _ in range(10)))
    assert len(server.asked) == 10
    assert server.at_once_most == 3


async def test_a_vendor_that_bears_less() -> None:
    """A vendor's own cap goes before that of the limits."""
    async with serving(slow(data({}), 0.02)) as server, aiohttp.ClientSession() as http:
        session = CloudSession(
            http, server.url, user_agent=USER_AGENT, limits=QUICK, concurrency=2
        )
        await asyncio.gather(*(session.json(GET) for _ in range(6)))
    assert server.at_once_most == 2


@pytest.mark.parametrize("code", [429, 503])
async def test_those_that_wait_are_spared(code: int) -> None:
    """What waits for its turn while the server falls ill is not sent, or only one after another."""
    limits = replace(QUICK, concurrency=2, tries=1)
    sick = status(code, "60" if code == 429 else None)
    async with talking(sick, limits=limits) as (session, server):
        found = await asyncio.gather(
            *(session.json(replace(GET, path=f"/{number}")) for number in range(10)),
            return_exceptions=True,
        )
    assert all(isinstance(err, CloudError) for err in found)
    assert len(server.asked) <= 4


async def test_a_pause_takes_no_place() -> None:
    """Who waits for the next try lets others pass."""
    limits = replace(QUICK, concurrency=1, backoff=0.2)
    async with talking(status(500), data({}), limits=limits) as (session, server):
        unlucky = asyncio.create_task(session.json(GET))
        while not server.asked:
            await asyncio.sleep(0.001)
        await session.json(replace(GET, path="/second"))
        assert not unlucky.done()
        await unlucky
    assert [asked.path for asked in server.asked] == [GET.path, "/second", GET.path]


# What is counted and logged.


async def test_counters_and_log() -> None:
    """Diagnostics can tell requests, errors, retries, bytes and times."""
    assert Counters().latency_mean is None
    reply = slow(data([1]), 0.02)
    async with talking(status(500), reply, status(404)) as (session, _):
        await session.json(replace(GET, params={"secret": "1"}))
        with pytest.raises(Refused):
            await session.json(PATCH)
    counters = session.counters
    assert (counters.requests, counters.errors, counters.retries) == (3, 2, 1)
    assert counters.bytes >= 3
    assert counters.latency_most >= 0.02
    assert counters.latency_mean is not None
    assert counters.latency_most / 3 <= counters.latency_mean < counters.latency_most
    assert [(item.method, item.path, item.outcome) for item in session.log] == [
        ("GET", "/api/things", "Unreachable"),
        ("GET", "/api/things", "200"),
        ("PATCH", "/api/things/1", "Refused"),
    ]
    assert session.log[1].milliseconds >= 20


async def test_a_cancelled_request_is_counted() -> None:
    """Who gives up leaves a trace and frees the place."""
    limits = replace(QUICK, concurrency=1, total=30)
    async with talking(slow(data({}), 5), data({}), limits=limits) as (session, _):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await session.json(GET)
        assert session.log[-1].outcome == "cancelled"
        assert session.counters.requests == 1
        await session.json(GET)
    assert session.counters.errors == 0


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422, 429, 500])
async def test_secrets_stay_secret(code: int, caplog: pytest.LogCaptureFixture) -> None:
    """A vendor that echoes secrets finds no echo in errors, log or diagnostics."""
    caplog.set_level(logging.DEBUG)
    secrets = ("s3cret", "s3cret-and-more", "with  two spaces", "", "let-me-in")
    reply = data({"error": f"no {' '.join(secrets)} Bearer let-me-in"}, code)
    auth = FixedAuth(
        {"Authorization": "Bearer let-me-in", "X-Empty": ""}, ["let-me-in"]
    )
    async with talking(reply, auth=auth, secrets=secrets[:4]) as (session, _):
        with pytest.raises(CloudError) as raised:
            await session.json(replace(PATCH, form={"key": "s3cret"}, json=None))
    shown = f"{raised.value} {raised.value!r} {session.log} {caplog.text}"
    for secret in ("s3cret", "more", "two spaces", "let-me-in"):
        assert secret not in shown
    assert str(raised.value).startswith(f"HTTP {code}: no **REDACTED**")


async def test_bodies_stay_out_of_sight() -> None:
    """What is logged of an answer does not show what it holds."""
    async with talking(data({"token": "s3cret"})) as (session, _):
        answer = await session.send(GET, lambda answer: answer)
    assert "s3cret" not in repr(answer)


async def test_after_the_end() -> None:
    """Whoever asks when Home Assistant has closed its connections gets an error like any other."""
    async with talking(data({})) as (session, _):
        await session._exchange._http.close()
        with pytest.raises(Unreachable):
            await session.json(GET)


async def test_mistakes_are_no_weather() -> None:
    """A mistake of ours does not pass for a lost connection."""
    async with talking(data({})) as (session, _):
        with (
            patch.object(
                session._exchange._http, "request", side_effect=RuntimeError("ours")
            ),
            pytest.raises(RuntimeError, match="ours"),
        ):
            await session.json(GET)
