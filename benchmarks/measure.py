"""Measures one job: what it asks, how long it takes, what it computes, what it writes."""

from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from statistics import median
import time
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from pytest_codspeed import BenchmarkFixture

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from tests.support.common import done

from .cloud import CloudProcess, answer_at_once, answer_late, forget_requests, requests

LATENCY: Final = 0.1
"""Seconds that each answer takes longer while waiting is measured."""

type Job = Callable[[], Coroutine[Any, Any, object]]

type TimeRange = tuple[float, float]
"""When a request was sent and when its answer began."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run of a job costs."""

    requests: int
    """As the cloud counted them, those included that follow in the background."""
    rounds: int
    """The most requests that had to wait for one another."""
    wall: float
    """Seconds until it is done when each answer takes LATENCY longer, the best of a few."""
    cpu: float
    """Seconds of CPU in the client's process, the median of many runs without latency."""
    writes: int
    """States written, changed or not."""
    at_once: int
    """The most requests that were under way at a time."""


@dataclass(slots=True)
class Bench:
    """Runs jobs in Home Assistant's event loop."""

    hass: HomeAssistant
    cloud: CloudProcess[Any]
    benchmark: BenchmarkFixture

    def run[T](self, job: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a job to its end."""
        return self.hass.loop.run_until_complete(job())

    def settle(self) -> None:
        """Let end what was set going in the background."""
        self.run(partial(done, self.hass))

    def measure(
        self, job: Job, prepare: Callable[[], object] = lambda: None, *, runs: int
    ) -> Figures:
        """Run a job once for each thing to measure, and `runs` times for the CPU."""
        self.settle()
        prepare()
        with state_writes(self.hass) as written:
            asked = self.requests(job)
        late: list[tuple[float, int, int]] = []
        while not late or (len(late) < 3 and late[0][0] < LATENCY * 5):
            prepare()
            late.append(self._late(job))
            self.settle()
        cpu: list[float] = []

        def setup() -> None:
            prepare()

        self.benchmark.pedantic(
            lambda: cpu.append(self.cpu(job)),
            setup=setup,
            teardown=self.settle,
            rounds=runs,
            warmup_rounds=1,
        )
        wall, rounds, _ = min(late)
        at_once = max(most for _, _, most in late)
        return Figures(len(asked), rounds, wall, median(cpu), len(written), at_once)

    def requests(self, job: Job) -> list[str]:
        """Run a job and return what the cloud was asked."""
        self.cloud.ask(forget_requests)
        self.run(job)
        self.settle()
        return self.cloud.ask(requests)

    def cpu(self, job: Job) -> float:
        """Run a job and return the seconds of CPU that this process spent."""
        begin = time.process_time()
        self.run(job)
        return time.process_time() - begin

    def _late(self, job: Job) -> tuple[float, int, int]:
        """Run a job with latency; return how long it took, in how many rounds, how many at once."""
        self.cloud.ask(answer_late, LATENCY)
        try:
            with spans(async_get_clientsession(self.hass)) as sent:
                begin = time.perf_counter()
                self.run(job)
                # What follows in the background still adds to the spans later on.
                return time.perf_counter() - begin, longest(sent), most_at_once(sent)
        finally:
            self.cloud.ask(answer_at_once)


@contextmanager
def state_writes(hass: HomeAssistant) -> Generator[list[str]]:
    """Collect whose state is written, also when it is the same again."""
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    stops = [
        hass.bus.async_listen(kind, note, event_filter=callback(lambda _: True))
        for kind in (EVENT_STATE_CHANGED, EVENT_STATE_REPORTED)
    ]
    yield written
    for stop in stops:
        stop()


@contextmanager
def spans(http: aiohttp.ClientSession) -> Generator[list[TimeRange]]:
    """Collect when the requests of a session are under way."""
    found: list[TimeRange] = []

    async def sent(_: object, trace: SimpleNamespace, __: object) -> None:
        trace.sent = time.perf_counter()

    async def answered(_: object, trace: SimpleNamespace, __: object) -> None:
        found.append((trace.sent, time.perf_counter()))

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(sent)
    trace.on_request_end.append(answered)
    trace.freeze()
    http.trace_configs.append(trace)
    yield found
    http.trace_configs.remove(trace)


def longest(spans: list[TimeRange]) -> int:
    """Return how many requests at most came one after the end of another."""
    rounds, end = 0, 0.0
    for began, ended in sorted(spans, key=lambda span: span[1]):
        if began >= end:
            rounds, end = rounds + 1, ended
    return rounds


def most_at_once(spans: list[TimeRange]) -> int:
    """Return how many requests were under way at a time, at most."""
    turns = [turn for began, ended in spans for turn in ((began, 1), (ended, -1))]
    return max(accumulate(change for _, change in sorted(turns)), default=0)
