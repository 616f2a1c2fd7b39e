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
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..cloud.values import to_datetime
from .client import api
from .client.models import FbosConfig, Log
from .garden.schedule import LENGTH, Occurrence, Schedule
from .past import KEPT
from .running import completed_name, started_name

if TYPE_CHECKING:
    # The account stands on this module.
    from .coordinator import FarmBotCoordinator

_LATE = timedelta(minutes=15)
"""How late FarmBot OS still begins a run."""
_CLOCKS_APART = timedelta(seconds=30)
"""How much the robot's clock and this one may differ."""
_FAILED = re.compile(r"(?:Event|Regimen) scheduled at (?P<at>.+?) failed to execute")


class Outcomes:
    """Judges runs as their time comes, and when the robot says more of them."""

    def __init__(self, coordinator: FarmBotCoordinator, key: str) -> None:
        """Look at nothing yet; the schedule stands under `key`."""
        self._coordinator = coordinator
        self._key = key
        self._looked_at: datetime | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._armed_for: datetime | None = None

    @property
    def _schedule(self) -> Schedule:
        return self._coordinator.record(self._key, Schedule) or Schedule()

    @callback
    def look(self) -> None:
        """Keep what was due since the last look, with what is known of the robot at its time."""
        schedule = self._coordinator.record(self._key, Schedule)
        if schedule is None:
            return
        now = dt_util.utcnow()
        since = self._looked_at or now - LENGTH
        self._looked_at = now
        due = schedule.due(min(since, now), now)
        self._keep(due, False if self._is_out_of_action() else None)

    @callback
    def arm(self) -> None:
        """Look again when the next run is due."""
        coming = self._schedule.next_after(dt_util.utcnow())
        at = coming.start if coming else None
        if at == self._armed_for and self._cancel_timer is not None:
            return
        self.stop()
        if at is not None:
            self._armed_for = at
            self._cancel_timer = async_track_point_in_utc_time(
                self._coordinator.hass, self._ring, at
            )

    @callback
    def stop(self) -> None:
        """Look no more."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _ring(self, _: datetime) -> None:
        self._cancel_timer = None
        self.look()
        self.arm()

    def _is_out_of_action(self) -> bool:
        link = self._coordinator.link
        if not link.broker:
            return False
        return link.online is False or self._coordinator.is_locked

    # What the robot says.

    @callback
    def hear(self, log: Log) -> None:
        """Take in a line of the log."""
        message = log.message or ""
        at = log.created_at or dt_util.utcnow()
        if failed := _FAILED.match(message):
            scheduled_at = to_datetime(failed["at"].replace(" ", "T", 1))
            self._judge(False, lambda one: one.start == scheduled_at)
        elif name := started_name(message) or completed_name(message):
            self._judge(True, lambda one: one.summary == name, at=at, late=_LATE)

    @callback
    def at_work(self) -> None:
        """Hear that the robot has just begun to do something."""
        config = self._coordinator.record(api.FBOS_CONFIG.path, FbosConfig)
        if not (config and config.sequence_init_log):
            self._judge(True, lambda one: one.ran is None, at=dt_util.utcnow())

    def _judge(
        self,
        ran: bool,
        fits: Callable[[Occurrence], bool],
        *,
        at: datetime | None = None,
        late: timedelta = LENGTH,
    ) -> None:
        """Keep of those that were due what they turned out to be; of a name only the newest."""
        self.look()
        now = dt_util.utcnow()
        begin = now - KEPT if at is None else at - late
        end = now if at is None else min(at + _CLOCKS_APART, now)
        due = {one.uid: one for one in self._schedule.due(begin, end)}
        due |= {
            one.uid: one
            for one in self._coordinator.past.occurrences
            if begin < one.start <= end
        }
        fitting = [one for one in due.values() if fits(one)]
        newest = max((one.start for one in fitting), default=None)
        self._keep([one for one in fitting if one.start == newest], ran)

    def _keep(self, occurrences: Iterable[Occurrence], ran: bool | None) -> None:
        self._coordinator.past.keep(replace(one, ran=ran) for one in occurrences)
