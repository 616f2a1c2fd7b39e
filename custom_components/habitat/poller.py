"""Sources: what an account asks its cloud for, how often, after what and when; and how each ages.

The pace is counted on the monotonic clock, and a source that is due within half a poll is asked for with
that poll, so that all keep in step with the polls. Of the sources that fail and are not due one at a time
is asked for, the one that was asked longest ago; when it answers all are due. So it is soon noticed that
they are well again, and however many fail a poll costs one request for them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil, inf
import time
from typing import Any

from .cloud.errors import AuthError, BadAnswer, CloudError, RateLimited, Refused

GRACE = timedelta(minutes=5)
"""How long the last values stand when a source is silent …"""
_GRACE_POLLS = 3
"""… and how many tries must have failed by then."""

_MAX_CONCURRENT = 4
"""Requests beside the polls at a time, so that the polls keep their room."""
_LACKING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What a source brought: records by key."""

    records: Mapping[str, object]
    complete: bool = True
    """Whether what is not in it does not exist."""
    lacking: Refused | None = None
    """The server's word that it does not know what it was asked for, and need not be asked soon."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to ask the cloud for."""

    name: str
    fetch: Callable[[], Awaitable[FetchResult]]
    every: timedelta
    """How often; what is due more often than the account polls is asked for with every poll."""
    after: tuple[str, ...] = ()
    """The sources that are asked first, where they are due too."""
    when: Callable[[], bool] | None = None
    """Whether it is worth asking now; what is not asked for does not age, and stays due."""
    blocking: bool = True
    """Whether set-up waits for it: without it the devices are not known."""
    allow_empty: bool = False
    """Whether an empty answer after a full one is believed: no device hangs on it."""
    background: bool = False
    """Whether it is asked for beside the polls, which do not wait for it, a few at a time."""
    prefix: str = ""
    """What stands before the keys of its records to make them the store's."""
    label: str = ""
    """What the log calls it, where its name holds an id of the cloud's."""
    spread: timedelta = timedelta()
    """How much later it is asked for the second time, so that rare requests do not come together."""

    @property
    def title(self) -> str:
        """What the log calls it."""
        return self.label or self.name


@dataclass(slots=True)
class SourceState:
    """How a source is doing. All times are of the monotonic clock, in seconds."""

    every: timedelta
    due_at: float = -inf
    asked: int = 0
    """The number of the newest request for it, over all sources."""
    answered_request: int = 0
    """The number of the newest request that was answered."""
    stands_for: tuple[Source, ...] = ()
    """What fails as well, and is asked for only if this answers."""
    lacking_at: float | None = None
    """When the server said that it does not have it."""
    answered_at: float = -inf
    failures: int = 0
    stale: bool = False
    logged: bool = False
    """Whether the log has a line of its own about the loss."""
    complete: bool = False
    """Whether the last try brought a complete and not an empty answer."""
    updated: bool = False
    """Whether there was an answer since absent devices were counted last."""

    @property
    def answered(self) -> bool:
        """Whether it was ever answered."""
        return self.answered_at > -inf

    @property
    def is_failing(self) -> bool:
        """Whether the last try failed."""
        return self.failures > 0

    def fail(self) -> bool:
        """Count a failure; return whether the grace ended with it."""
        self.failures += 1
        self.complete = False
        if self.stale or self.failures < _GRACE_POLLS:
            return False
        polls_of_grace = ceil(GRACE / self.every)
        silent = time.monotonic() - self.answered_at
        self.stale = self.failures >= polls_of_grace or silent >= GRACE.total_seconds()
        return self.stale

    def answer(self, request: int, *, complete: bool, lacking: bool) -> None:
        """Count an answer to a request."""
        self.failures = 0
        self.stale = self.logged = False
        self.complete = self.updated = complete
        self.answered_at = time.monotonic()
        self.answered_request = request
        self.lacking_at = self.answered_at if lacking else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of asking for a source: a result or an error."""

    source: Source
    request: int = 0
    """The number of the request, over all sources."""
    result: FetchResult | None = None
    error: CloudError | None = None

    def without_lacking(self) -> Outcome:
        """Return it with a thing that is lacking as the error that the server made of it."""
        if self.result is None or self.result.lacking is None:
            return self
        return Outcome(self.source, self.request, error=self.result.lacking)


type Asking = asyncio.Task[Outcome]
type CreateTask = Callable[[Coroutine[Any, Any, Outcome], str], Asking]


@dataclass(slots=True)
class Poller:
    """Decides which sources are asked for, and asks for them."""

    interval: timedelta
    """The pace of the polls."""
    create_task: CreateTask
    """Makes a task that ends with the account."""
    failed: Callable[[Source, Exception], None]
    """Hears of a mistake of ours while an answer was read."""
    lacking_for: timedelta = _LACKING
    """How long a server that does not have a thing is not asked for it again."""
    states: dict[str, SourceState] = field(default_factory=dict)
    _requests: int = 0
    _room: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_MAX_CONCURRENT)
    )

    @property
    def requests(self) -> int:
        """The number of the newest request."""
        return self._requests

    def state(self, source: Source) -> SourceState:
        """Return how a source is doing."""
        return self.states.setdefault(source.name, SourceState(source.every))

    def lacks(self, name: str) -> bool:
        """Return whether the server said lately that it does not have a source."""
        state = self.states.get(name)
        if state is None or state.lacking_at is None:
            return False
        age = time.monotonic() - state.lacking_at
        return 0 <= age < self.lacking_for.total_seconds()

    # What is due.

    def due(self, sources: Iterable[Source]) -> list[Source]:
        """Return what to ask for now, and set when each is due next."""
        due: list[Source] = []
        failing: list[Source] = []
        soon = time.monotonic() + self._slack
        for source in sources:
            state = self.states.get(source.name) or self.state(source)
            is_due = state.due_at <= soon or source.every <= self.interval
            if not is_due and not state.is_failing:
                continue
            if self.lacks(source.name) or not (source.when is None or source.when()):
                continue
            if is_due:
                due.append(source)
                self._set_due(state, source)
            else:
                failing.append(source)
        if failing:
            scout = min(failing, key=lambda source: self.state(source).asked)
            others = tuple(source for source in failing if source is not scout)
            self.state(scout).stands_for = others
            due.append(scout)
        return due

    def _set_due(self, state: SourceState, source: Source) -> None:
        """Let a source be due next, counted from when it was due and not from when it was asked."""
        state.every = source.every
        wait = source.every + (timedelta() if state.asked else source.spread)
        now = time.monotonic()
        in_step = abs(now - state.due_at) <= self._slack
        state.due_at = (state.due_at if in_step else now) + wait.total_seconds()

    @property
    def _slack(self) -> float:
        return self.interval.total_seconds() / 2

    def ask_again(self, name: str, wait: timedelta) -> None:
        """Let a source be due some time from now, with the poll that comes next to it."""
        if state := self.states.get(name):
            state.due_at = time.monotonic() + wait.total_seconds()

    def ask_all_soon(self, *, failing: bool = False) -> None:
        """Let all sources be due, or all that fail: they may be well again."""
        for state in self.states.values():
            if state.is_failing or not failing:
                state.due_at = -inf

    def spared(self, outcomes: Iterable[Outcome]) -> list[Source]:
        """Return what was not asked for because of sources that have answered now."""
        return [
            source
            for one in outcomes
            if one.result is not None
            for source in self.state(one.source).stands_for
        ]

    # Asking.

    def begin(self, sources: Iterable[Source]) -> dict[str, Asking]:
        """Ask for sources in tasks of the account, each after those that it follows."""
        tasks: dict[str, Asking] = {}
        for source in sources:
            # Those that it follows stand before it.
            first = [tasks[name] for name in source.after if name in tasks]
            tasks[source.name] = self.create_task(
                self._follow(source, first), f"asks for {source.title}"
            )
        return tasks

    async def ask(self, sources: Iterable[Source]) -> list[Outcome]:
        """Ask for sources and wait for all."""
        tasks = self.begin(sources)
        try:
            return [await task for task in tasks.values()]
        finally:
            for task in tasks.values():
                task.cancel()

    async def _follow(self, source: Source, first: Iterable[Asking]) -> Outcome:
        """Ask for a source after others; what ends all requests ends it too."""
        for task in first:
            error = (await task).error
            if isinstance(error, AuthError | RateLimited):
                return Outcome(source, error=error)
        if not source.background:
            return await self._fetch(source)
        async with self._room:
            return await self._fetch(source)

    async def _fetch(self, source: Source) -> Outcome:
        self._requests += 1
        number = self.state(source).asked = self._requests
        try:
            return Outcome(source, number, await source.fetch())
        except CloudError as err:
            return Outcome(source, number, error=err)
        except Exception as err:  # noqa: BLE001 - a mistake of ours in one source must not take the others along
            self.failed(source, err)
            error = BadAnswer("The answer could not be read")
            return Outcome(source, number, error=error)

    # How each ages.

    def set_stale(self, names: Iterable[str]) -> list[str]:
        """Take all that sources brought for out of date; return which were not yet.

        What comes rarely is asked for as soon as there are answers again.
        """
        turned = []
        for name in names:
            state = self.states[name]
            state.due_at = -inf
            if not state.stale:
                state.stale = True
                turned.append(name)
        return turned
