"""Which devices of an account are silent: what they said last is then no longer true *now*."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

SILENT = datetime.fromtimestamp(0, UTC)
"""The deadline of a device of which the cloud itself says that it cannot be reached."""

SKEW = timedelta(minutes=15)
"""A time further ahead is wrong, not that of a fast clock."""


class Liveness:
    """The deadlines of an account's devices, watched by one timer."""

    def __init__(
        self, hass: HomeAssistant, turned: Callable[[frozenset[str]], None]
    ) -> None:
        """Watch no device yet; `turned` hears which devices became silent or alive."""
        self._hass = hass
        self._turned = turned
        self._alive_until: Mapping[str, datetime | None] = {}
        self._silent: frozenset[str] = frozenset()
        self._next: datetime | None = None
        self._checked_at = SILENT
        self._cancel_timer: CALLBACK_TYPE | None = None

    def is_alive(self, device_key: str) -> bool:
        """Return whether a device is heard of; one that nobody watches counts as alive."""
        return device_key not in self._silent

    @callback
    def update(self, alive_until: Mapping[str, datetime | None]) -> frozenset[str]:
        """Watch these deadlines by device key; return the devices that turned with them."""
        self._alive_until = alive_until
        return self._check(dt_util.utcnow())

    @callback
    def async_check(self) -> None:
        """Follow a wall clock that was set since the timer was."""
        now = dt_util.utcnow()
        due = self._next is not None and now >= self._next
        if due or now < self._checked_at:
            self._tell(self._check(now))

    @callback
    def async_stop(self) -> None:
        """Stop watching."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    def _check(self, now: datetime) -> frozenset[str]:
        silent = set()
        ahead = []
        for key, until in self._alive_until.items():
            if until is None:
                continue
            if until <= now:
                silent.add(key)
            else:
                ahead.append(until)
        turned = self._silent ^ silent
        self._silent, self._checked_at = frozenset(silent), now
        if (next_deadline := min(ahead, default=None)) != self._next:
            self.async_stop()
            self._next = next_deadline
        # A record may still come in while Home Assistant stops.
        if self._next and self._cancel_timer is None and not self._hass.is_stopping:
            self._cancel_timer = async_call_later(
                self._hass,
                self._next - now,
                HassJob(self._on_timer, cancel_on_shutdown=True),
            )
        return turned

    @callback
    def _on_timer(self, _: datetime) -> None:
        self._cancel_timer = None
        self._tell(self._check(dt_util.utcnow()))

    def _tell(self, turned: frozenset[str]) -> None:
        if turned:
            self._turned(turned)


def past(moment: datetime | None) -> datetime | None:
    """Return a time of something that has happened, None where that would be in the future."""
    ahead = moment is not None and moment > dt_util.utcnow() + SKEW
    return None if ahead else moment
