"""Tracks which sequences the robot runs, from its log and from Habitat's own commands.

The status only has jobs, and a sequence is not a job. FarmBot OS logs the start and the end of a
sequence, each if the owner has switched that on (docs/vendors/farmbot.md, Resources).
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
"""Seconds without a line of the log after which a sequence that is known from the log is forgotten."""


def started_name(message: str) -> str | None:
    """Return the name of the sequence that has started by a line of the log, if any."""
    started = _STARTED.fullmatch(message)
    return started["name"] if started else None


def completed_name(message: str) -> str | None:
    """Return the name of the sequence that has ended by a line of the log, if any."""
    completed = _COMPLETED.fullmatch(message)
    return completed["name"] if completed else None


@dataclass(frozen=True, slots=True)
class RunningSequences:
    """The sequences that the robot runs, the outermost first."""

    names: tuple[str, ...] = field(default=(), metadata=PRIVATE)
    percent: float | None = None
    """Progress in %, if the sequence runs once for each point of a group."""


class SequenceTracker:
    """Tracks the start and the end of sequences."""

    def __init__(self) -> None:
        """Begin without any."""
        self._commanded: list[str] = []
        """Names of those that Habitat has started."""
        self._logged: list[str] = []
        """Names of those that are known from the log."""
        self._percent: float | None = None
        self._last_log_at = 0.0

    @property
    def running(self) -> RunningSequences:
        """The sequences that run now."""
        names = dict.fromkeys((*self._commanded, *self._logged))
        return RunningSequences(tuple(names), self._percent if names else None)

    def begin(self, name: str) -> None:
        """Add a sequence that is started by a command."""
        self._commanded.append(name)

    def end(self, name: str) -> None:
        """Remove a sequence that was started by a command: the robot has replied, or no longer can."""
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
        """Process a line of the log.

        Args:
            log: the line.
            now: a monotonic time in seconds.
            is_sequence: returns whether a name is that of a sequence.
            ends_are_logged: whether the robot logs ends; if not, starts are ignored.
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
        """Forget sequences known from the log: they were stopped, or their end would be missed."""
        self._logged.clear()

    def expire_logged(self, now: float) -> None:
        """Forget sequences known from the log after long silence; `now` is a monotonic time in seconds."""
        if now - self._last_log_at > _MAX_SILENCE:
            self.clear_logged()
