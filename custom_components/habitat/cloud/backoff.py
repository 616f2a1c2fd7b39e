"""Pauses that grow with an outage, and a limit on how often something is done.

Both use the monotonic clock and tolerate a jump of it: a failure in the future, or too long ago,
causes no pause.
"""

from collections.abc import Callable
import random
import time

JITTER = 0.1
"""A pause is shorter by up to this share, so that many installations do not retry at the same time."""
_MIN_PAUSE = 0.001
"""Seconds; a shorter pause is ignored."""


def monotonic() -> float:
    """Return the seconds of the monotonic clock; tests replace `time.monotonic`."""
    return time.monotonic()


class Backoff:
    """A pause after failures; its length follows from how long they have lasted."""

    def __init__(
        self,
        first: float,
        most: float,
        pause_of: Callable[[float], float],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Start without a failure; times in seconds.

        Args:
            first: the pause after the first failure, and the shortest.
            most: the longest pause, unless the server asks for a longer one.
            pause_of: returns the length of the pause for the length of the outage so far.
            clock: returns the monotonic time.
        """
        self._first = first
        self._most = most
        self._pause_of = pause_of
        self._clock = clock
        self._began: float | None = None
        self._failed_at = 0.0
        self._pause = 0.0
        self._asked = 0.0
        """How many seconds of the pause the server asked for."""

    @property
    def failing(self) -> bool:
        """Whether it failed and has not succeeded since."""
        return self._began is not None

    def fail(self, asked: float = 0.0) -> None:
        """Count a failure; `asked` is the pause that the server asked for, and the minimum."""
        now = self._clock()
        if self._began is None or now < self._began:
            self._began = now
        pause = max(self._first, self._pause_of(now - self._began))
        # A little shorter, so that a poll at the same pace does not come a moment too early.
        pause = min(pause, self._most) * random.uniform(1 - JITTER, 0.99)
        self._close(now, max(pause, asked), asked)

    def obey(self, asked: float) -> None:
        """Count a failure, and pause for as long as the server asked, or for the pause that is left."""
        now = self._clock()
        if self._began is None:
            self._began = now
        self._close(now, max(asked, self.remaining()), asked)

    def succeed(self) -> None:
        """Forget the failures and end the pause."""
        self._began = None
        self._pause = self._asked = 0.0

    def end_pause(self) -> None:
        """Allow one try now, unless the server asked for the pause; failures stay counted."""
        self._pause = self._asked

    def remaining(self, *, asked: bool = False) -> float:
        """Return the seconds left of the pause, or only of the pause that the server asked for."""
        passed = self._clock() - self._failed_at
        left = (self._asked if asked else self._pause) - passed
        return left if passed >= 0 and left > _MIN_PAUSE else 0.0

    def _close(self, now: float, pause: float, asked: float) -> None:
        self._failed_at, self._pause, self._asked = now, pause, asked


class RateLimiter:
    """Allows `burst` uses at once, then one every `every` seconds (a token bucket)."""

    def __init__(
        self, burst: int, every: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """Start full."""
        self._burst = burst
        self._every = every
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def take(self) -> None:
        """Count one use, even if none is left."""
        self._fill()
        self._left -= 1

    def wait(self) -> float:
        """Return the seconds until the next use is allowed."""
        self._fill()
        left = (1 - self._left) * self._every
        return left if left > _MIN_PAUSE else 0.0

    def _fill(self) -> None:
        now = self._clock()
        gained = max(0.0, now - self._at) / self._every
        self._left, self._at = min(self._burst, self._left + gained), now
