"""What time it is in a simulated world."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

type Clock = Callable[[], float]
"""Returns seconds since the epoch, as `time.time` does."""


class ManualClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        """Start at a time in seconds since the epoch (by default in September 2026)."""
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


async def pause(seconds: float, ending: asyncio.Event) -> None:
    """Let real time pass, but not beyond the end of the cloud."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ending.wait()
