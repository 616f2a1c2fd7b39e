"""Sources: what an account requests from its cloud, how often, after what and when; and how each ages.

Times are on the monotonic clock. A source that is due within half a poll is requested with that poll, so
that all stay in step with the polls. Of the failing sources that are not due, one is requested with each
poll, the one whose last request is oldest; when it answers, all are due. So a recovery is noticed soon,
and failing sources cost one request per poll.
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
"""How long the last values stay when a source fails …"""
_GRACE_POLLS = 3
"""… and how many requests must have failed."""

_MAX_CONCURRENT = 4
"""Background requests at a time, so that the polls are not delayed."""
_LACKING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The result of one request to a source: records by key."""

    records: Mapping[str, object]
    complete: bool = True
    """Whether a record that is not in it does not exist."""
    lacking: Refused | None = None
    """The server's answer that it does not have the source, so that it is not requested again soon."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that is requested from the cloud."""

    name: str
    fetch: Callable[[], Awaitable[FetchResult]]
    every: timedelta
    """How often it is requested; at most with every poll."""
    after: tuple[str, ...] = ()
    """The sources that are requested before it, if they are due too."""
    when: Callable[[], bool] | None = None
    """Returns whether to request it now; if not, it does not age and stays due."""
    blocking: bool = True
    """Whether set-up waits for it, because it makes devices known."""
    allow_empty: bool = False
    """Whether an empty answer after a full one is accepted: no device depends on it."""
    background: bool = False
    """Whether it is requested in the background; the polls do not wait for it."""
    prefix: str = ""
    """The prefix that makes the keys of its records those of the store."""
    label: str = ""
    """Its name in the log, if its own name contains an id of the cloud."""
    spread: timedelta = timedelta()
    """How much later its second request is, so that rare requests do not come together."""

    @property
    def title(self) -> str:
        """Its name in the log."""
        return self.label or self.name


@dataclass(slots=True)
class SourceState:
    """The state of a source. Times are in seconds on the monotonic clock."""

    every: timedelta
    due_at: float = -inf
    asked: int = 0
    """The number of its newest request; requests of all sources are numbered together."""
    answered_request: int = 0
    """The number of its newest request that was answered."""
    stands_for: tuple[Source, ...] = ()
    """Other failing sources, which are requested only if this one answers."""
    lacking_at: float | None = None
    """When the server answered that it does not have it."""
    answered_at: float = -inf
    failures: int = 0
    stale: bool = False
    logged: bool = False
    """Whether the loss was logged."""
    complete: bool = False
    """Whether the last request brought a complete answer that was not empty."""
    updated: bool = False
    """Whether there was an answer since absent devices were counted last."""

    @property
    def answered(self) -> bool:
        """Whether it was ever answered."""
        return self.answered_at > -inf

    @property
    def is_failing(self) -> bool:
        """Whether the last request failed."""
        return self.failures > 0

    def fail(self) -> bool:
        """Count a failure; return whether the grace period ended with it."""
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
    """The result or the error of one request to a source."""

    source: Source
    request: int = 0
    """The number of the request."""
    result: FetchResult | None = None
    error: CloudError | None = None

    def without_lacking(self) -> Outcome:
        """Return it with the server's error, if the server does not have the source."""
        if self.result is None or self.result.lacking is None:
            return self
        return Outcome(self.source, self.request, error=self.result.lacking)


type Asking = asyncio.Task[Outcome]
type CreateTask = Callable[[Coroutine[Any, Any, Outcome], str], Asking]


@dataclass(slots=True)
class Poller:
    """Decides which sources are due, and requests them."""

    interval: timedelta
    """The pace of the polls."""
    create_task: CreateTask
    """Makes a task that ends with the account."""
    failed: Callable[[Source, Exception], None]
    """Called when code failed while reading an answer."""
    lacking_for: timedelta = _LACKING
    """How long a source that the server does not have is not requested again."""
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
        """Return the state of a source."""
        return self.states.setdefault(source.name, SourceState(source.every))

    def lacks(self, name: str) -> bool:
        """Return whether the server answered lately that it does not have a source."""
        state = self.states.get(name)
        if state is None or state.lacking_at is None:
            return False
        age = time.monotonic() - state.lacking_at
        return 0 <= age < self.lacking_for.total_seconds()

    # Which sources are due.

    def due(self, sources: Iterable[Source]) -> list[Source]:
        """Return the sources to request now, and set when each is due next."""
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
        """Set when a source is due next, counted from when it was due and not from its request."""
        state.every = source.every
        wait = source.every + (timedelta() if state.asked else source.spread)
        now = time.monotonic()
        in_step = abs(now - state.due_at) <= self._slack
        state.due_at = (state.due_at if in_step else now) + wait.total_seconds()

    @property
    def _slack(self) -> float:
        return self.interval.total_seconds() / 2

    def ask_again(self, name: str, wait: timedelta) -> None:
        """Let a source be due after a time, with the nearest poll."""
        if state := self.states.get(name):
            state.due_at = time.monotonic() + wait.total_seconds()

    def ask_all_soon(self, *, failing: bool = False) -> None:
        """Let all sources be due, or all failing ones."""
        for state in self.states.values():
            if state.is_failing or not failing:
                state.due_at = -inf

    def spared(self, outcomes: Iterable[Outcome]) -> list[Source]:
        """Return the failing sources that were held back by sources that have answered now."""
        return [
            source
            for one in outcomes
            if one.result is not None
            for source in self.state(one.source).stands_for
        ]

    # Requests.

    def begin(self, sources: Iterable[Source]) -> dict[str, Asking]:
        """Request sources in tasks of the account, each after those that it follows."""
        tasks: dict[str, Asking] = {}
        for source in sources:
            # The sources that it follows come before it in the list.
            first = [
                tasks[name] for name in source.after if self._is_awaited(name, tasks)
            ]
            tasks[source.name] = self.create_task(
                self._follow(source, first), f"asks for {source.title}"
            )
        return tasks

    def _is_awaited(self, name: str, asked: Mapping[str, Asking]) -> bool:
        """Return whether a source is asked first; one that fails is only tried, with all others."""
        if name not in asked:
            return False
        state = self.states.get(name)
        return state is None or not state.is_failing or not state.answered

    async def ask(self, sources: Iterable[Source]) -> list[Outcome]:
        """Request sources and wait for all."""
        tasks = self.begin(sources)
        try:
            return [await task for task in tasks.values()]
        finally:
            for task in tasks.values():
                task.cancel()

    async def _follow(self, source: Source, first: Iterable[Asking]) -> Outcome:
        """Request a source after others; a refused login or a pause ends it too."""
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
        """Mark sources as stale and due; return the names of those that were not stale before."""
        turned = []
        for name in names:
            state = self.states[name]
            state.due_at = -inf
            if not state.stale:
                state.stale = True
                turned.append(name)
        return turned
