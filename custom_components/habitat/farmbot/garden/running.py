"""Which sequences the robot is running, as far as its log and our own commands tell.

Its state names jobs alone, and a sequence is none. FarmBot OS writes a line when a sequence starts and
one when it is completed, each where the owner switched that on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
import re

from ...cloud.models import PRIVATE
from ..client.enums import LogType
from ..client.models import Log

RUNNING = "running"
"""The key."""

_STARTED = re.compile(r"(?:\[(?P<number>\d+)/(?P<of>\d+)\] )?Starting (?P<name>.+)")
_COMPLETED = re.compile(r"Completed (?P<name>.+)")
_FAILED = re.compile(r"failed to execute|Canceled sequence", re.IGNORECASE)
_MAX_SILENCE = 1800.0
"""Seconds without a line of the log after which a sequence that only the log told of is forgotten."""


def started_name(message: str) -> str | None:
    """Return the sequence whose start a line of the log tells."""
    started = _STARTED.fullmatch(message)
    return started["name"] if started else None


def completed_name(message: str) -> str | None:
    """Return the sequence whose end a line of the log tells."""
    completed = _COMPLETED.fullmatch(message)
    return completed["name"] if completed else None


@dataclass(frozen=True, slots=True)
class RunningSequences:
    """What the robot runs, the outermost sequence first."""

    names: tuple[str, ...] = field(default=(), metadata=PRIVATE)
    percent: float | None = None
    """How far it is, where it runs once for each of a group of points."""


class SequenceTracker:
    """Follows what begins and what ends."""

    def __init__(self) -> None:
        """Know of none."""
        self._commanded: list[str] = []
        """Those that we had the robot run."""
        self._logged: list[str] = []
        """Those that the log told of."""
        self._percent: float | None = None
        self._last_log_at = 0.0

    @property
    def running(self) -> RunningSequences:
        """What is running now."""
        names = dict.fromkeys((*self._commanded, *self._logged))
        return RunningSequences(tuple(names), self._percent if names else None)

    def begin(self, name: str) -> None:
        """Note that the robot was told to run a sequence."""
        self._commanded.append(name)

    def end(self, name: str) -> None:
        """Note that it replied that it has, or that nobody can know any more."""
        if name in self._commanded:
            self._commanded.remove(name)

    def process_log(
        self,
        log: Log,
        now: float,
        is_sequence: Callable[[str], bool],
        *,
        ends_are_logged: bool,
    ) -> None:
        """Take in a line of the log, at a monotonic time.

        A start says nothing on a robot that does not write when a sequence ends.
        """
        self._last_log_at = now
        message = log.message or ""
        started = _STARTED.fullmatch(message)
        if started and is_sequence(started["name"]):
            number, of = started["number"], started["of"]
            if number and int(of) > 0:
                self._percent = min(100.0, 100 * (int(number) - 1) / int(of))
            if ends_are_logged and started["name"] not in self._logged:
                self._logged.append(started["name"])
        elif completed := _COMPLETED.fullmatch(message):
            if completed["name"] in self._logged:
                self._logged.remove(completed["name"])
        elif log.type is LogType.ERROR and _FAILED.search(message):
            self._logged.clear()
        if not self._commanded and not self._logged:
            self._percent = None

    def clear_logged(self) -> None:
        """Forget what only the log told of: it stopped, or its end would not be heard."""
        self._logged.clear()

    def expire_logged(self, now: float) -> None:
        """Forget it when the log has been silent for long, at a monotonic time."""
        if now - self._last_log_at > _MAX_SILENCE:
            self.clear_logged()
