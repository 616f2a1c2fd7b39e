"""How long to leave somebody alone: pauses that grow with an outage, and a ration that fills up.

Both are measured on the monotonic clock, and both bear one that jumps: what happened in the
future, or too long ago, asks for no pause at all.
"""

from collections.abc import Callable
import random
import time

JITTER = 0.1
"""A pause is shorter by up to this share, so that many houses do not come back as one."""
_MOMENT = 0.001
"""Seconds that nobody waits for."""


def monotonic() -> float:
    """Return the seconds of the monotonic clock, which tests may replace by its name."""
    return time.monotonic()


class Backoff:
    """A pause after failures that follows from the time for which they have gone on."""

    def __init__(
        self,
        first: float,
        most: float,
        pause_of: Callable[[float], float],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Begin without a failure; times in seconds.

        Args:
            first: the pause after the first failure, and the shortest.
            most: the longest pause that is not asked for.
            pause_of: tells the length of a pause by the length of the outage so far.
            clock: tells the time.
        """
        self._first = first
        self._most = most
        self._pause_of = pause_of
        self._clock = clock
        self._began: float | None = None
        self._failed_at = 0.0
        self._pause = 0.0
        self._asked = 0.0
        """How much of the pause was asked for."""

    @property
    def failing(self) -> bool:
        """Whether it failed, and did not succeed since."""
        return self._began is not None

    def fail(self, asked: float = 0.0) -> None:
        """Count a failure; `asked` is the pause that was asked for, and the least there is."""
        now = self._clock()
        if self._began is None or now < self._began:
            self._began = now
        pause = max(self._first, self._pause_of(now - self._began))
        # Never the whole of it: who comes back at the same pace must not come a moment early.
        pause = min(pause, self._most) * random.uniform(1 - JITTER, 0.99)
        self._close(now, max(pause, asked), asked)

    def obey(self, asked: float) -> None:
        """Count a failure, and pause for as long as was asked for, if that is not over later."""
        now = self._clock()
        if self._began is None:
            self._began = now
        self._close(now, max(asked, self.remaining()), asked)

    def succeed(self) -> None:
        """Forget the failures, and with them the pause."""
        self._began = None
        self._pause = self._asked = 0.0

    def end_pause(self) -> None:
        """Allow one try at once, unless the pause was asked for; failures are remembered."""
        self._pause = self._asked

    def remaining(self, *, asked: bool = False) -> float:
        """Return how many seconds are left of the pause, or of what of it was asked for."""
        passed = self._clock() - self._failed_at
        left = (self._asked if asked else self._pause) - passed
        return left if passed >= 0 and left > _MOMENT else 0.0

    def _close(self, now: float, pause: float, asked: float) -> None:
        self._failed_at, self._pause, self._asked = now, pause, asked


class Ration:
    """So many at once, and then one every so often."""

    def __init__(
        self, burst: int, every: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """Begin with a full ration; `every` in seconds."""
        self._burst = burst
        self._every = every
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def take(self) -> None:
        """Use one up, even where none is left."""
        self._fill()
        self._left -= 1

    def wait(self) -> float:
        """Return in how many seconds there is one to use."""
        self._fill()
        left = (1 - self._left) * self._every
        return left if left > _MOMENT else 0.0

    def _fill(self) -> None:
        now = self._clock()
        gained = max(0.0, now - self._at) / self._every
        self._left, self._at = min(self._burst, self._left + gained), now
