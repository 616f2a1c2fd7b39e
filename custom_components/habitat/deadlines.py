"""What becomes untrue at a time without a poll; one timer of the account serves all of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
import heapq
from itertools import count

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

SILENT = datetime.fromtimestamp(0, UTC)
"""The deadline of a device that the cloud cannot reach."""

SKEW = timedelta(minutes=15)
"""A time further in the future is wrong; less may come from a fast clock."""


_ROOM = 100
"""How many entries of the heap may be out of date before it is built anew."""


class Deadlines:
    """The deadlines of keys, and callbacks at a time, of one account."""

    def __init__(
        self, hass: HomeAssistant, async_turned: Callable[[frozenset[str]], None]
    ) -> None:
        """Start empty; `async_turned` is called with keys that passed their deadline or are alive again."""
        self._hass = hass
        self._async_turned = async_turned
        self._alive_until: dict[str, datetime] = {}
        self._silent: set[str] = set()
        self._calls: dict[str, tuple[datetime, CALLBACK_TYPE]] = {}
        self._ids = count()
        self._queue: list[tuple[datetime, str]] = []
        """A heap by time; outdated entries are skipped."""
        self._timer_at: datetime | None = None
        self._checked_at = SILENT
        self._cancel_timer: CALLBACK_TYPE | None = None

    def is_alive(self, key: str) -> bool:
        """Return whether a key's deadline is in the future; without a deadline it is alive."""
        return key not in self._silent

    @callback
    def update(self, alive_until: Mapping[str, datetime | None]) -> frozenset[str]:
        """Set deadlines by key, None for no deadline; return the keys whose state changed."""
        now = dt_util.utcnow()
        self._checked_at = max(self._checked_at, now)
        turned = set()
        for key, until in alive_until.items():
            known = self._alive_until.get(key)
            if until is None:
                self._alive_until.pop(key, None)
            else:
                self._alive_until[key] = until
            silent, was_silent = until is not None and until <= now, key in self._silent
            if silent != was_silent:
                turned.add(key)
                (self._silent.add if silent else self._silent.discard)(key)
            if until is not None and not silent and (was_silent or known != until):
                heapq.heappush(self._queue, (until, key))
        self._set_timer()
        return frozenset(turned)

    @callback
    def async_call_at(self, at: datetime, action: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `action` once at a time; return a function that cancels it."""
        name = f"@{next(self._ids)}"
        self._calls[name] = at, action
        heapq.heappush(self._queue, (at, name))
        self._set_timer()

        @callback
        def cancel() -> None:
            self._calls.pop(name, None)

        return cancel

    @callback
    def async_check(self) -> None:
        """Check the deadlines, because the wall clock may have been set."""
        now = dt_util.utcnow()
        was, self._checked_at = self._checked_at, now
        if now < was:
            if turned := self.update(dict(self._alive_until)):
                self._async_turned(turned)
        elif self._timer_at is not None and now >= self._timer_at:
            self._act()

    @callback
    def async_stop(self) -> None:
        """Stop the timer."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        self._timer_at = None

    def _is_current(self, at: datetime, what: str) -> bool:
        if what in self._calls:
            return self._calls[what][0] == at
        return self._alive_until.get(what) == at and what not in self._silent

    def _set_timer(self) -> None:
        """Set the timer for the first entry."""
        if len(self._queue) > 2 * (len(self._alive_until) + len(self._calls)) + _ROOM:
            self._queue = [one for one in set(self._queue) if self._is_current(*one)]
            heapq.heapify(self._queue)
        while self._queue and not self._is_current(*self._queue[0]):
            heapq.heappop(self._queue)
        first = self._queue[0][0] if self._queue else None
        if first == self._timer_at:
            return
        self.async_stop()
        # Records may still arrive while Home Assistant is stopping.
        if first is not None and not self._hass.is_stopping:
            self._timer_at = first
            self._cancel_timer = async_call_later(
                self._hass,
                max(first - dt_util.utcnow(), timedelta()),
                HassJob(self._on_timer, cancel_on_shutdown=True),
            )

    @callback
    def _on_timer(self, _: datetime) -> None:
        self._cancel_timer = self._timer_at = None
        self._act()

    def _act(self) -> None:
        """Handle passed deadlines and due callbacks."""
        now = dt_util.utcnow()
        self._checked_at = max(self._checked_at, now)
        turned: set[str] = set()
        calls: list[CALLBACK_TYPE] = []
        while self._queue and self._queue[0][0] <= now:
            at, what = heapq.heappop(self._queue)
            if not self._is_current(at, what):
                continue
            if what in self._calls:
                calls.append(self._calls.pop(what)[1])
            else:
                self._silent.add(what)
                turned.add(what)
        self._set_timer()
        for call in calls:
            call()
        if turned:
            self._async_turned(frozenset(turned))


def past(moment: datetime | None) -> datetime | None:
    """Return a time, or None if it is in the future by more than `SKEW`."""
    ahead = moment is not None and moment > dt_util.utcnow() + SKEW
    return None if ahead else moment
