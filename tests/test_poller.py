"""Which sources are asked for, when, after which, and how each ages."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.poller import (
    GRACE,
    Asking,
    FetchResult,
    Outcome,
    Poller,
    Source,
)

_MINUTE = timedelta(minutes=1)
_ANSWER = FetchResult({"a": object()})


@pytest.fixture
def time() -> Generator[FrozenDateTimeFactory]:
    """Let time stand still until it is told to pass."""
    with freeze_time("2026-11-25") as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


class House:
    """A poller, what it asked for, and its mistakes."""

    def __init__(self) -> None:
        """Start with nothing asked."""
        self.asked: list[str] = []
        self.tasks: list[Asking] = []
        self.mistakes: list[tuple[str, type[Exception]]] = []
        self.answers: dict[str, Exception | FetchResult] = {}
        self.held = asyncio.Event()
        self.held.set()
        self.poller = Poller(_MINUTE, self._create, self._fail)

    def _create(self, doing: Coroutine[Any, Any, Outcome], name: str) -> Asking:
        task = asyncio.create_task(doing, name=name)
        self.tasks.append(task)
        return task

    def _fail(self, source: Source, err: Exception) -> None:
        self.mistakes.append((source.name, type(err)))

    def source(self, name: str, minutes: float = 1, **more: Any) -> Source:
        """Return a source that answers what `answers` says."""
        return Source(name, self._fetch(name), minutes * _MINUTE, **more)

    def _fetch(self, name: str) -> Callable[[], Awaitable[FetchResult]]:
        async def fetch() -> FetchResult:
            self.asked.append(name)
            await self.held.wait()
            answer = self.answers.get(name, _ANSWER)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return fetch

    def due(self, *sources: Source) -> str:
        """Return the names of the sources that are due."""
        return "".join(source.name for source in self.poller.due(sources))

    async def poll(self, *sources: Source) -> str:
        """Ask for what is due, and count answers and failures; return what was asked for."""
        self.asked.clear()
        outcomes = await self.poller.ask(self.poller.due(sources))
        outcomes += await self.poller.ask(self.poller.spared(outcomes))
        for outcome in outcomes:
            state = self.poller.state(outcome.source)
            state.stands_for = ()
            if outcome.result is None:
                state.fail()
            else:
                lacking = outcome.result.lacking is not None
                state.answer(outcome.request, complete=True, lacking=lacking)
        return "".join(sorted(self.asked))


@pytest.fixture
async def house(time: FrozenDateTimeFactory) -> House:
    """Return a poller with a pace of one minute."""
    return House()


def minutes(
    time: FrozenDateTimeFactory, house: House, *sources: Source, jitter: float = 0
) -> Iterator[str]:
    """Yield minute by minute what is due, as the polls go on."""
    late = 0.0
    while True:
        time.tick(late)
        yield house.due(*sources)
        for source in sources:
            house.poller.state(source).asked += 1
        time.tick(60 - late + jitter)
        late = jitter - late


def take(due: Iterator[str], count: int) -> str:
    """Return what is due in so many minutes."""
    return " ".join(next(due) or "-" for _ in range(count))


# When.


@pytest.mark.parametrize("jitter", [0, 0.4])
async def test_pace(time: FrozenDateTimeFactory, house: House, jitter: float) -> None:
    """Each source has its own pace, in step with the polls; none drifts."""
    sources = [house.source("a"), house.source("b", 3), house.source("c", 0.1)]
    due = minutes(time, house, *sources, jitter=jitter)
    assert take(due, 7) == "abc ac ac abc ac ac abc"


async def test_no_drift(time: FrozenDateTimeFactory, house: House) -> None:
    """Polls that come late have the next ones come no later."""
    source = house.source("a", 10)
    asked = []
    for _ in range(600):
        if house.due(source):
            asked.append(round(time().timestamp()))
        # As with the time a poll itself takes.
        time.tick(60.5)
    hours = (asked[-1] - asked[0]) / 3600
    assert len(asked) - 1 == pytest.approx(6 * hours, abs=1)


async def test_after_a_long_pause(time: FrozenDateTimeFactory, house: House) -> None:
    """What was missed is not made up for."""
    source = house.source("a", 10)
    assert house.due(source) == "a"
    time.tick(3600)
    assert take(minutes(time, house, source), 4) == "a - - -"


async def test_spread(time: FrozenDateTimeFactory, house: House) -> None:
    """Rare sources that are asked for together the first time are apart from then on."""
    sources = [
        house.source("a", 3, spread=timedelta()),
        house.source("b", 3, spread=_MINUTE),
        house.source("c", 3, spread=2 * _MINUTE),
    ]
    due = minutes(time, house, *sources)
    assert take(due, 9) == "abc - - a b c a b c"


async def test_when(time: FrozenDateTimeFactory, house: House) -> None:
    """What is not worth asking is not asked for, does not age, and stays due."""
    worth = False
    source = house.source("a", 5, when=lambda: worth)
    assert take(minutes(time, house, source), 3) == "- - -"
    worth = True
    assert take(minutes(time, house, source), 6) == "a - - - - a"


async def test_ask_again(time: FrozenDateTimeFactory, house: House) -> None:
    """A source is due some time from now, with the poll that is next to it; an unknown one is not."""
    source = house.source("a", 10)
    house.poller.ask_again("a", timedelta())
    assert house.due(source) == "a"
    house.poller.ask_again("a", 2.4 * _MINUTE)
    time.tick(60)
    assert take(minutes(time, house, source), 4) == "- a - -"


async def test_ask_all_soon(time: FrozenDateTimeFactory, house: House) -> None:
    """All are due at once, or those that fail."""
    sources = [house.source("a", 10), house.source("b", 10)]
    house.answers["b"] = Unreachable("away")
    assert await house.poll(*sources) == "ab"
    house.poller.ask_all_soon(failing=True)
    assert house.due(*sources) == "b"
    house.poller.ask_all_soon()
    assert house.due(*sources) == "ab"


# After what.


async def test_order(house: House) -> None:
    """A source is asked for after those that it follows, where they are due too."""
    house.held.clear()
    first, second = house.source("a"), house.source("b", after=("a", "elsewhere"))
    beside = house.source("c")
    asking = asyncio.create_task(house.poller.ask([first, second, beside]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert house.asked == ["a", "c"]
    house.held.set()
    outcomes = await asking
    assert house.asked == ["a", "c", "b"]
    assert [one.source for one in outcomes] == [first, second, beside]
    assert [one.request for one in outcomes] == [1, 3, 2]
    assert house.poller.requests == 3
    assert [one.request for one in await house.poller.ask([second])] == [4]


@pytest.mark.parametrize("error", [AuthError("no"), RateLimited("later")])
async def test_what_ends_all_requests(house: House, error: CloudError) -> None:
    """A refused login or a pause spares those that follow, and those that follow them."""
    house.answers["a"] = error
    sources = [
        house.source("a"),
        house.source("b", after=("a",)),
        house.source("c", after=("b",)),
        house.source("d"),
    ]
    outcomes = await house.poller.ask(sources)
    assert house.asked == ["a", "d"]
    assert [one.error for one in outcomes] == [error, error, error, None]
    assert house.poller.requests == 2


@pytest.mark.parametrize(
    "error", [Unreachable("away"), BadAnswer("odd"), Refused("no", 422)]
)
async def test_other_failures_spare_nothing(house: House, error: CloudError) -> None:
    """What failed by itself is no reason not to ask for the next."""
    house.answers["a"] = error
    outcomes = await house.poller.ask(
        [house.source("a"), house.source("b", after=("a",))]
    )
    assert house.asked == ["a", "b"]
    assert [one.error for one in outcomes] == [error, None]


async def test_mistake(house: House) -> None:
    """A mistake of ours in one source is told, and takes no other along."""
    house.answers["a"] = ZeroDivisionError()
    outcomes = await house.poller.ask([house.source("a"), house.source("b")])
    assert house.mistakes == [("a", ZeroDivisionError)]
    assert isinstance(outcomes[0].error, BadAnswer)
    assert outcomes[1].result is _ANSWER


async def test_titles(house: House) -> None:
    """A task is called by what the log calls its source."""
    named = house.source("id-0815", label="readings")
    assert named.title == "readings"
    await house.poller.ask([named, house.source("a")])
    assert [task.get_name() for task in house.tasks] == [
        "asks for readings",
        "asks for a",
    ]


async def test_few_at_a_time(house: House) -> None:
    """Beside the polls four are asked for at a time, and the polls keep their room."""
    house.held.clear()
    beside = [house.source(str(number), background=True) for number in range(9)]
    asked = house.poller.begin(beside)
    house.poller.begin([house.source("a")])
    for _ in range(5):
        await asyncio.sleep(0)
    assert house.asked == ["0", "1", "2", "3", "a"]
    house.held.set()
    await asyncio.gather(*asked.values())
    assert len(house.asked) == 10


async def test_cancelled(house: House) -> None:
    """Who is no longer waited for is no longer asked for; nothing is counted as a failure."""
    house.held.clear()
    sources = [house.source("a"), house.source("b", after=("a",)), house.source("c")]
    asking = asyncio.create_task(house.poller.ask(sources))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait(house.tasks)
    assert all(task.cancelled() for task in house.tasks)
    assert house.asked == ["a", "c"]
    assert house.mistakes == []
    assert not any(state.is_failing for state in house.poller.states.values())


async def test_room_after_a_cancelled_one(house: House) -> None:
    """A cancelled request leaves its room to the next."""
    house.held.clear()
    beside = [house.source(str(number), background=True) for number in range(5)]
    asked = house.poller.begin(beside)
    await asyncio.sleep(0)
    asked["0"].cancel()
    with suppress(asyncio.CancelledError):
        await asked["0"]
    for _ in range(3):
        await asyncio.sleep(0)
    assert house.asked == ["0", "1", "2", "3", "4"]
    house.held.set()
    await asyncio.wait(asked.values())


# What fails.


async def test_scout(time: FrozenDateTimeFactory, house: House) -> None:
    """Of those that fail and are not due one is asked for at a time, in turn; then all."""
    sources = [house.source(name, 60) for name in "abc"]
    for name in "abc":
        house.answers[name] = Unreachable("away")
    assert await house.poll(*sources) == "abc"
    for scout in "abcab":
        time.tick(60)
        assert await house.poll(*sources) == scout
    house.answers.clear()
    time.tick(60)
    assert await house.poll(*sources) == "abc"
    time.tick(60)
    assert await house.poll(*sources) == ""


async def test_scout_of_few(time: FrozenDateTimeFactory, house: House) -> None:
    """A scout stands for those that fail, not for those that are well or not worth asking."""
    worth = True
    sources = [
        house.source("a", 60),
        house.source("b", 60),
        house.source("c", 60, when=lambda: worth),
    ]
    house.answers |= {"b": Unreachable("away"), "c": Unreachable("away")}
    await house.poll(*sources)
    time.tick(60)
    worth = False
    assert house.due(*sources) == "b"
    assert house.poller.state(sources[1]).stands_for == ()


async def test_lacking(time: FrozenDateTimeFactory, house: House) -> None:
    """What the server says not to have is not asked for until a day later, or when the clock jumps."""
    source = house.source("a", 10)
    house.answers["a"] = FetchResult({}, lacking=Refused("not here", 404))
    assert not house.poller.lacks("a")
    assert await house.poll(source) == "a"
    assert house.poller.lacks("a")
    time.tick(timedelta(days=1) - _MINUTE)
    assert await house.poll(source) == ""
    house.answers.clear()
    time.tick(60)
    assert not house.poller.lacks("a")
    assert await house.poll(source) == "a"
    assert not house.poller.lacks("a")


async def test_lacking_as_an_error(house: House) -> None:
    """What is lacking can be taken for the error that the server made of it."""
    source, error = house.source("a"), Refused("not here", 404)
    lacking = Outcome(source, 7, FetchResult({}, lacking=error))
    assert lacking.without_lacking() == Outcome(source, 7, error=error)
    there = Outcome(source, 7, _ANSWER)
    assert there.without_lacking() is there
    failed = Outcome(source, 7, error=error)
    assert failed.without_lacking() is failed


# How each ages.


@pytest.mark.parametrize(("every", "tries"), [(1, 5), (2, 3), (60, 3)])
async def test_grace(
    time: FrozenDateTimeFactory, house: House, every: int, tries: int
) -> None:
    """Values stand for a while, and at least three failures, however often a source is asked for."""
    source = house.source("a", every)
    await house.poll(source)
    state = house.poller.state(source)
    ended = []
    for _ in range(tries + 1):
        time.tick(every * 60)
        ended.append((state.fail(), state.stale))
    # It ends once, with that many tries.
    assert ended == [(False, False)] * (tries - 1) + [(True, True), (False, True)]
    assert state.is_failing
    state.answer(9, complete=True, lacking=False)
    assert (state.answered_request, state.stale, state.fail()) == (9, False, False)


async def test_grace_of_slow_failures(
    time: FrozenDateTimeFactory, house: House
) -> None:
    """Three failures that take long end the grace too."""
    source = house.source("a")
    await house.poll(source)
    state = house.poller.state(source)
    for last in False, False, True:
        time.tick(GRACE)
        assert state.fail() is last


async def test_grace_of_another_pace(time: FrozenDateTimeFactory, house: House) -> None:
    """A source that is asked for more often from now on has the grace of that pace."""
    await house.poll(house.source("a", 60))
    time.tick(3600)
    quick = house.source("a")
    await house.poll(quick)
    house.answers["a"] = Unreachable("away")
    for _ in range(4):
        time.tick(60)
        await house.poll(quick)
        assert not house.poller.state(quick).stale
    time.tick(60)
    await house.poll(quick)
    assert house.poller.state(quick).stale


async def test_never_answered(house: House) -> None:
    """A source that never answered has no grace beyond its tries."""
    source = house.source("a", 2)
    state = house.poller.state(source)
    assert not state.answered
    assert [state.fail() for _ in range(3)] == [False, False, True]
    assert not state.answered


async def test_incomplete_answers(house: House) -> None:
    """Whether the last answer was complete, and whether there was one, are known apart."""
    state = house.poller.state(house.source("a"))
    state.answer(1, complete=True, lacking=False)
    assert (state.complete, state.updated) == (True, True)
    state.fail()
    assert (state.complete, state.updated) == (False, True)
    state.answer(2, complete=False, lacking=False)
    assert (state.complete, state.updated) == (False, False)


async def test_all_out_of_date(time: FrozenDateTimeFactory, house: House) -> None:
    """All can be called out of date at once; each is then due, and told of once."""
    sources = [house.source("a", 60), house.source("b", 60)]
    await house.poll(*sources)
    assert house.poller.set_stale(["a"]) == ["a"]
    assert house.poller.set_stale(house.poller.states) == ["b"]
    assert house.poller.set_stale(["a", "b"]) == []
    time.tick(60)
    assert await house.poll(*sources) == "ab"
    assert not any(state.stale for state in house.poller.states.values())
