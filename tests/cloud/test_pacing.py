"""When a cloud is asked again: never more often because it is ill, and at once when it is well."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web
import pytest

from custom_components.habitat.cloud.auth import FixedAuth, Token, TokenAuth
from custom_components.habitat.cloud.backoff import Backoff, RateLimiter
from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    CloudError,
    Refused,
    Unreachable,
)
from custom_components.habitat.cloud.pacing import Pacing
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.simulator.core.clock import ManualClock
from tests.support.faults import Fault, Kind
from tests.support.loopback import (
    GET,
    PATCH,
    QUICK,
    Server,
    data,
    slow,
    status,
    talking,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

LISTS = [replace(GET, path=f"/{number}") for number in range(9)]
MINUTE = 60.0
HOUR = 3600.0

DOWN = [
    Fault(kind=Kind.STATUS, status=500),
    Fault(kind=Kind.HTML, status=503),
    Fault(kind=Kind.HTML, status=200),
    Fault(kind=Kind.TRUNCATED),
    Fault(kind=Kind.RESET),
    Fault(kind=Kind.STALL, seconds=1000),
]


def name_of(fault: Fault) -> str:
    """Name a fault for a test's id."""
    return f"{fault.kind}-{fault.status}"


@dataclass(slots=True)
class Talk:
    """A session, its server and its clock."""

    session: CloudSession
    server: Server
    clock: ManualClock

    async def poll(self) -> list[object]:
        """Ask for all lists at once, as an account does, and return what came."""
        found = await asyncio.gather(
            *map(self.session.json, LISTS), return_exceptions=True
        )
        if all(isinstance(one, CloudError) for one in found):
            self.session.pacing.gate.lose()
        return list(found)

    async def asked(self) -> int:
        """Poll, and return how many requests that took.

        They are counted here: after a reset aiohttp sends what it sent once more by itself.
        """
        before = self.session.counters.requests
        await self.poll()
        return self.session.counters.requests - before


@asynccontextmanager
async def outage(fault: Fault) -> AsyncGenerator[Talk]:
    """Talk to a server that is down."""
    clock = ManualClock()
    limits = replace(QUICK, total=0.2, backoff=0.001)
    async with talking(data([1]), limits=limits, pacing=Pacing(clock)) as (
        session,
        server,
    ):
        server.faults.add(replace(fault, hits=0, seen=0))
        yield Talk(session, server, clock)


@pytest.mark.parametrize("fault", DOWN, ids=name_of)
async def test_a_server_that_is_down(fault: Fault) -> None:
    """One question is repeated, not nine; then one asks for all, and all ask when it answers."""
    async with outage(fault) as talk:
        assert await talk.asked() == len(LISTS) + QUICK.tries - 1
        assert await talk.asked() == 0
        for _ in range(3):
            talk.clock.advance(MINUTE)
            assert await talk.asked() == 1
        # The one that asks could be the only one that is ill: each time it is another.
        assert len({one.path for one in list(talk.session.log)[-3:]}) == 3
        talk.clock.advance(MINUTE)
        found = await talk.poll()
        assert {type(one) for one in found} <= {BadAnswer, Unreachable}
        talk.server.faults.clear()
        talk.clock.advance(MINUTE)
        assert await talk.poll() == [[1]] * len(LISTS)
        assert await talk.asked() == len(LISTS)


async def test_a_bad_moment_of_all() -> None:
    """When the one that asks again is answered the others ask again too."""
    async with outage(Fault(kind=Kind.HTML, times=len(LISTS))) as talk:
        assert await talk.poll() == [[1]] * len(LISTS)
        assert len(talk.server.asked) == 2 * len(LISTS)
        assert not talk.session.pacing.gate.is_doubtful


async def test_one_that_is_ill() -> None:
    """It is asked once a poll, no more often than when it was well, and takes nobody along."""
    async with outage(Fault(kind=Kind.HTML, match="GET /3")) as talk:
        for tries in (QUICK.tries, 1, 1):
            assert await talk.asked() == len(LISTS) - 1 + tries
        found = await talk.poll()
        assert [one == [1] for one in found] == [n != 3 for n in range(len(LISTS))]
        talk.server.faults.clear()
        assert await talk.poll() == [[1]] * len(LISTS)
        # Now that it is well it is worth a second try again.
        talk.server.faults.add(Fault(kind=Kind.RESET, match="GET /3", times=1))
        assert await talk.poll() == [[1]] * len(LISTS)


async def test_the_one_that_asks_is_ill() -> None:
    """After an outage of all it does not keep the others out for long."""
    async with outage(Fault(kind=Kind.RESET)) as talk:
        await talk.poll()
        talk.server.faults.clear()
        talk.server.faults.add(Fault(kind=Kind.STATUS, match="GET /0"))
        for _ in range(4):
            talk.clock.advance(MINUTE)
            found = await talk.poll()
        assert found[1:] == [[1]] * (len(LISTS) - 1)


async def test_those_that_ask_are_ill() -> None:
    """However many are ill after an outage of all, each poll lets another one ask."""
    async with outage(Fault(kind=Kind.STATUS)) as talk:
        await talk.poll()
        talk.server.faults.clear()
        for number in range(4):
            talk.server.faults.add(Fault(kind=Kind.STATUS, match=f"GET /{number}"))
        for _ in range(5):
            talk.clock.advance(MINUTE)
            found = await talk.poll()
        assert found[4:] == [[1]] * (len(LISTS) - 4)


async def test_only_one_comes_first() -> None:
    """Where all others wait for one that is ill, every other time a second one asks as well."""
    async with outage(Fault(kind=Kind.STATUS)) as talk:
        await talk.poll()
        talk.server.faults.clear()
        talk.server.faults.add(Fault(kind=Kind.STATUS, match="GET /0"))
        answers: list[object] = []
        for _ in range(4):
            talk.clock.advance(MINUTE)
            for get in LISTS[:2]:
                answers += await asyncio.gather(
                    talk.session.json(get), return_exceptions=True
                )
        assert [1] in answers


async def test_nothing_but_refusals() -> None:
    """A server that refuses all that it is asked for is no better than one that is down."""
    async with outage(Fault(kind=Kind.STATUS, status=404)) as talk:
        assert await talk.asked() == len(LISTS)
        for _ in range(3):
            talk.clock.advance(MINUTE)
            assert await talk.asked() == 1
        # Who wrote something heard from it.
        with pytest.raises(Refused):
            await talk.session.json(replace(PATCH, path="/9"))
        assert talk.session.pacing.gate.is_doubtful
        talk.server.faults.clear()
        talk.clock.advance(MINUTE)
        assert await talk.poll() == [[1]] * len(LISTS)


async def test_two_that_are_ill_one_after_the_other() -> None:
    """Where nothing else is asked meanwhile, two that fail are enough to know."""
    async with outage(Fault(kind=Kind.STATUS)) as talk:
        for path, asked in (("/1", 3), ("/2", 4), ("/3", 4)):
            with pytest.raises(Unreachable):
                await talk.session.json(replace(GET, path=path))
            assert len(talk.server.asked) == asked


async def test_a_no_is_an_answer() -> None:
    """A server that refuses is there."""
    async with talking(status(500), status(404), data([1]), limits=QUICK) as (
        session,
        server,
    ):
        with pytest.raises(Refused):
            await session.json(GET)
        assert not session.pacing.gate.is_doubtful
        assert await session.json(GET) == [1]
        assert len(server.asked) == 3


@pytest.mark.parametrize("pace", [60, 300, 900])
async def test_outages_of_any_length(pace: int) -> None:
    """For twenty minutes the pace is kept, then it slows down, and never to hours."""
    clock = ManualClock()
    gate = Pacing(clock).gate
    gate.pace = pace
    began = clock()
    pauses = []
    while clock() - began < 12 * HOUR:
        gate.send()
        gate.lose()
        assert gate.remaining > 0
        if clock() - began <= 20 * MINUTE:
            assert gate.remaining <= pace
        pauses.append(max(gate.remaining, pace))
        clock.advance(pauses[-1])
    assert all(800 <= pause <= 900 for pause in pauses[-5:])
    assert len(pauses) < 120
    gate.answered(gate.send(), "/")
    assert gate.remaining == 0
    gate.send()
    gate.lose()
    assert 0 < gate.remaining <= 10


def test_nothing_was_asked() -> None:
    """A poll for which there was no login says nothing of the rest of the server."""
    gate = Pacing(ManualClock()).gate
    gate.lose()
    assert not gate.is_doubtful


async def test_a_pause_that_a_server_in_trouble_asks_for() -> None:
    """503 with Retry-After is kept for the whole server only when the whole server is down."""
    fault = Fault(kind=Kind.STATUS, status=503, retry_after=200, match="GET /3")
    async with outage(fault) as talk:
        await talk.poll()
        assert await talk.asked() == len(LISTS)
        talk.server.faults.clear()
        talk.server.faults.add(replace(fault, match="*"))
        await talk.poll()
        assert talk.session.pacing.remaining == 200


async def test_writes_are_tried_in_an_outage() -> None:
    """Somebody waits for them: once each, and when one is answered the outage is over."""
    async with outage(Fault(kind=Kind.STATUS)) as talk:
        await talk.poll()
        for _ in range(2):
            before = len(talk.server.asked)
            with pytest.raises(Unreachable):
                await talk.session.json(PATCH)
            assert len(talk.server.asked) == before + 1
        talk.server.faults.clear()
        assert await talk.session.json(PATCH) == [1]
        assert await talk.poll() == [[1]] * len(LISTS)


async def test_an_answer_that_was_under_way() -> None:
    """It says that the server is there, whatever the others said meanwhile."""
    async with talking(data([1]), limits=replace(QUICK, tries=1)) as (session, server):
        server.replies[:] = [slow(data([1]), 0.2), status(500), status(500), data([1])]
        found = await asyncio.gather(
            *map(session.json, LISTS[:3]), return_exceptions=True
        )
        assert found[0] == [1]
        assert session.pacing.remaining == 0
        assert await session.json(GET) == [1]


async def test_an_answer_from_before_a_pause() -> None:
    """It does not end a pause that the vendor has asked for since."""
    async with talking(data([1])) as (session, server):
        server.replies[:] = [slow(data([1]), 0.2), status(429, "100"), data([1])]
        found = await asyncio.gather(
            *map(session.json, LISTS[:2]), return_exceptions=True
        )
        assert found[0] == [1]
        assert session.pacing.remaining > 99


async def test_who_asks_for_all_gives_up() -> None:
    """When it is cancelled the next one takes its place."""
    async with outage(Fault(kind=Kind.STALL, seconds=1000)) as talk:
        await talk.poll()
        talk.clock.advance(MINUTE)
        first = asyncio.create_task(talk.session.json(LISTS[0]))
        await asyncio.sleep(0.01)
        while not talk.session.pacing.gate.is_doubtful or not talk.server.at_once:
            await asyncio.sleep(0.001)
        second = asyncio.create_task(talk.session.json(LISTS[1]))
        await asyncio.sleep(0.01)
        assert talk.server.at_once == 1
        talk.server.faults.clear()
        first.cancel()
        assert await second == [1]


async def test_a_refused_login_is_not_shown_again() -> None:
    """Neither in a request nor in a write, until the user has acted."""
    pacing = Pacing()
    auth = FixedAuth({"Authorization": "key"})
    async with talking(data([1]), auth=auth, pacing=pacing) as (session, server):
        pacing.logins.refusal = AuthError("no")
        for request in (GET, PATCH):
            with pytest.raises(AuthError, match="no"):
                await session.json(request)
        assert not server.asked
        pacing.user_acted()
        assert await session.json(GET) == [1]


async def test_the_user_wants_to_know() -> None:
    """Who reloads an account does not wait for the end of a pause, but for the vendor's own."""
    async with outage(Fault(kind=Kind.RESET)) as talk:
        await talk.poll()
        pacing = talk.session.pacing
        assert pacing.remaining > 0
        pacing.user_acted()
        assert await talk.asked() == 1
        talk.server.faults.clear()
        talk.server.faults.add(Fault(kind=Kind.STATUS, status=429))
        for _ in range(2):
            pacing.user_acted()
            assert await talk.asked() == 1
        talk.server.faults.clear()
        talk.server.faults.add(Fault(kind=Kind.STATUS, status=429, retry_after=99))
        for asked in (1, 0):
            pacing.user_acted()
            assert await talk.asked() == asked


@pytest.mark.parametrize("jump", [-HOUR, 48 * HOUR])
@pytest.mark.parametrize("code", [429, 503])
async def test_a_clock_that_jumps(jump: float, code: int) -> None:
    """It ends a pause at most; it makes none, and no storm."""
    async with outage(Fault(kind=Kind.STATUS, status=code)) as talk:
        for _ in range(5):
            await talk.poll()
            talk.clock.advance(MINUTE)
        talk.clock.advance(jump)
        assert await talk.asked() <= 2
        assert await talk.asked() == 0
        assert talk.session.pacing.remaining <= 900


async def test_pauses_of_other_connections() -> None:
    """Each has its own, which is the same for who begins anew."""
    clock = ManualClock()
    pacing = Pacing(clock)
    link = pacing.link("broker", 30, 600)
    link.fail()
    assert 24 <= pacing.link("broker", 30, 600).remaining() <= 30
    assert pacing.link("other", 30, 600).remaining() == 0
    assert pacing.remaining == 0


def test_backoff() -> None:
    """A pause is as long as the outage, or as a share of it, and as was asked for at least."""
    clock = ManualClock()
    backoff = Backoff(10, 100, lambda lasted: lasted, clock)
    assert (backoff.failing, backoff.remaining()) == (False, 0)
    lengths = []
    for _ in range(6):
        backoff.fail()
        lengths.append(backoff.remaining())
        clock.advance(lengths[-1])
        assert (backoff.failing, backoff.remaining()) == (True, 0)
    assert 8 <= lengths[0] <= 10
    assert lengths[1:4] == sorted(lengths[1:4])
    assert 80 <= lengths[-1] <= 100
    backoff.fail(500)
    assert backoff.remaining() == 500
    backoff.end_pause()
    assert (backoff.failing, backoff.remaining()) == (True, 500)
    backoff.succeed()
    backoff.fail()
    assert backoff.remaining() > backoff.remaining(asked=True) == 0
    backoff.end_pause()
    assert (backoff.failing, backoff.remaining()) == (True, 0)
    backoff.obey(3)
    assert backoff.remaining() == 3
    backoff.obey(2)
    assert backoff.remaining() == 3
    backoff.succeed()
    assert (backoff.failing, backoff.remaining()) == (False, 0)


def test_ration() -> None:
    """Some at once, then one at a time; a clock that jumps neither adds nor takes much."""
    clock = ManualClock()
    limiter = RateLimiter(2, 100, clock)
    assert limiter.wait() == 0
    limiter.take()
    limiter.take()
    assert limiter.wait() == 100
    clock.advance(60)
    assert limiter.wait() == pytest.approx(40)
    clock.advance(-1000)
    assert limiter.wait() == pytest.approx(40)
    clock.advance(41)
    assert limiter.wait() == 0
    clock.advance(100_000)
    limiter.take()
    limiter.take()
    assert limiter.wait() == 100


async def test_many_logins_ask_once() -> None:
    """A login that fails is asked for once, however many requests want it and try again."""

    async def reply(request: web.BaseRequest) -> web.StreamResponse:
        code = 500 if request.method == "POST" else 200
        return await data([1], code)(request)

    login = replace(GET, method="POST", path="/token", anonymous=True)
    async with talking(reply) as (session, server):

        async def log_in(_: Token | None) -> Token:
            await session.json(login)
            raise AssertionError

        session.auth = TokenAuth(log_in, limiter=session.pacing.logins)
        found = await asyncio.gather(
            *map(session.json, LISTS), session.json(PATCH), return_exceptions=True
        )
    assert {type(error) for error in found} == {Unreachable}
    assert [asked.path for asked in server.asked] == ["/token"]
    # It says nothing of the rest of the server.
    assert not session.pacing.gate.is_doubtful
