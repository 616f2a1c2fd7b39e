"""Finds out whether scheduled runs took place, of which the server keeps no record.

A run counts as skipped if the robot cannot be reached or its emergency stop is on when the run is
due. It counts as done if the log says so, where the owner has sequences logged, or otherwise if the
robot becomes busy at that time; FarmBot OS starts a run up to 15 minutes late when another one is
under way (docs/vendors/farmbot.md, Resources). The outcome of all other runs stays unknown.
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
"""How late FarmBot OS may start a run (docs/vendors/farmbot.md, Resources)."""
_CLOCK_TOLERANCE = timedelta(seconds=30)
"""How much the clock of the robot may differ."""
_FAILED = re.compile(r"(?:Event|Regimen) scheduled at (?P<at>.+?) failed to execute")


class OutcomeTracker:
    """Stores the outcome of runs when they are due, and when the robot sends more about them."""

    def __init__(
        self,
        store: RecordStore,
        occurrence_store: OccurrenceStore,
        deadlines: Deadlines,
        is_out_of_action: Callable[[], bool],
    ) -> None:
        """Create the tracker; `is_out_of_action` returns whether the robot cannot run anything."""
        self._store = store
        self._occurrence_store = occurrence_store
        self._deadlines = deadlines
        self._is_out_of_action = is_out_of_action
        self._schedule: Schedule | None = None
        """The schedule that is valid until the next update."""
        self._updated_at: datetime | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._timer_at: datetime | None = None

    @callback
    def async_schedule_changed(self) -> None:
        """Store the runs that were due by the former schedule, then use the new one."""
        self.async_update()
        self._schedule = self._store.get(SCHEDULE, Schedule)
        if self._updated_at is None and self._schedule is not None:
            self._updated_at = dt_util.utcnow() - LENGTH
        self._schedule_update()

    @callback
    def async_update(self) -> None:
        """Store the runs that became due since the last update; they are skipped if out of action."""
        if self._schedule is None:
            return
        now = dt_util.utcnow()
        since = self._updated_at or now
        self._updated_at = now
        due = self._schedule.due(min(since, now), now)
        self._store_outcomes(due, False if self._is_out_of_action() else None)

    @callback
    def _schedule_update(self) -> None:
        """Set a timer for the next run."""
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
        """Cancel the timer."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _handle_due(self) -> None:
        self._cancel_timer = None
        self.async_update()
        self._schedule_update()

    # What the robot sends.

    @callback
    def process_log(self, log: Log) -> None:
        """Use a line of the log that tells about a run."""
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
        """Use that the robot has just become busy, unless the log tells when sequences start."""
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
        """Store whether the newest of the runs that were due and fit took place.

        Args:
            ran: the outcome.
            fits: returns whether a run is meant.
            at: when the robot sent it; None for any time that is kept.
            late: how long before that the run may have been due.
        """
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
