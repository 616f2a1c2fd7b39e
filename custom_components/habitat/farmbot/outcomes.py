"""What became of the runs that were scheduled: the robot says little of it, and the server nothing.

A robot that cannot be heard when a run is due, or whose emergency stop is on, did not run it as far as
anybody can tell. That it did is known from its log, where the owner has sequences logged, and else from
its going to work at that very time (FarmBot OS starts a run up to 15 minutes late when another is
under way). Of all others only the rule is known.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
import re

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from ..cloud.values import to_datetime
from ..deadlines import Deadlines
from ..store import RecordStore
from .client import api
from .client.models import FbosConfig, Log
from .derived import SCHEDULE
from .garden.running import completed_name, started_name
from .garden.schedule import LENGTH, Occurrence, Schedule
from .occurrence_store import RETENTION, OccurrenceStore

_MAX_DELAY = timedelta(minutes=15)
"""How late FarmBot OS still begins a run."""
_CLOCK_TOLERANCE = timedelta(seconds=30)
"""How much the robot's clock and this one may differ."""
_FAILED = re.compile(r"(?:Event|Regimen) scheduled at (?P<at>.+?) failed to execute")


class OutcomeTracker:
    """Judges runs as their time comes, and when the robot says more of them."""

    def __init__(
        self,
        store: RecordStore,
        occurrence_store: OccurrenceStore,
        deadlines: Deadlines,
        is_out_of_action: Callable[[], bool],
    ) -> None:
        """Look at nothing yet; what is out of action runs nothing."""
        self._store = store
        self._occurrence_store = occurrence_store
        self._deadlines = deadlines
        self._is_out_of_action = is_out_of_action
        self._schedule: Schedule | None = None
        """The schedule by which runs are due until the next look."""
        self._updated_at: datetime | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._timer_at: datetime | None = None

    @callback
    def async_schedule_changed(self) -> None:
        """Follow the schedule as it is now, once what the one before was to have run is kept."""
        self.async_update()
        self._schedule = self._store.get(SCHEDULE, Schedule)
        if self._updated_at is None and self._schedule is not None:
            self._updated_at = dt_util.utcnow() - LENGTH
        self._schedule_update()

    @callback
    def async_update(self) -> None:
        """Keep what was due since the last look, with what is known of the robot at its time."""
        if self._schedule is None:
            return
        now = dt_util.utcnow()
        since = self._updated_at or now
        self._updated_at = now
        due = self._schedule.due(min(since, now), now)
        self._store_outcomes(due, False if self._is_out_of_action() else None)

    @callback
    def _schedule_update(self) -> None:
        """Look again when the next run is due."""
        schedule = self._schedule
        coming = schedule.next_after(dt_util.utcnow()) if schedule else None
        at = coming.start if coming else None
        if at == self._timer_at and self._cancel_timer is not None:
            return
        self._cancel()
        if at is not None:
            self._timer_at = at
            self._cancel_timer = self._deadlines.async_call_at(at, self._handle_due)

    @callback
    def _cancel(self) -> None:
        """Look no more."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _handle_due(self) -> None:
        self._cancel_timer = None
        self.async_update()
        self._schedule_update()

    # What the robot says.

    @callback
    def process_log(self, log: Log) -> None:
        """Take in a line of the log."""
        message = log.message or ""
        at = log.created_at or dt_util.utcnow()
        if failed := _FAILED.match(message):
            scheduled_at = to_datetime(failed["at"].replace(" ", "T", 1))
            self._record_outcome(False, lambda one: one.start == scheduled_at)
        elif name := started_name(message) or completed_name(message):
            self._record_outcome(
                True, lambda one: one.summary == name, at=at, late=_MAX_DELAY
            )

    @callback
    def async_work_started(self) -> None:
        """Hear that the robot has just begun to do something."""
        config = self._store.get(api.FBOS_CONFIG.path, FbosConfig)
        if not (config and config.sequence_init_log):
            self._record_outcome(True, lambda one: one.ran is None, at=dt_util.utcnow())

    def _record_outcome(
        self,
        ran: bool,
        fits: Callable[[Occurrence], bool],
        *,
        at: datetime | None = None,
        late: timedelta = LENGTH,
    ) -> None:
        """Keep of those that were due what they turned out to be; of a name only the newest."""
        self.async_update()
        now = dt_util.utcnow()
        begin = now - RETENTION if at is None else at - late
        end = now if at is None else min(at + _CLOCK_TOLERANCE, now)
        schedule = self._schedule or Schedule()
        due = {one.uid: one for one in schedule.due(begin, end)}
        due |= {
            one.uid: one
            for one in self._occurrence_store.occurrences
            if begin < one.start <= end
        }
        fitting = [one for one in due.values() if fits(one)]
        newest = max((one.start for one in fitting), default=None)
        self._store_outcomes([one for one in fitting if one.start == newest], ran)

    def _store_outcomes(
        self, occurrences: Iterable[Occurrence], ran: bool | None
    ) -> None:
        self._occurrence_store.put(replace(one, ran=ran) for one in occurrences)
