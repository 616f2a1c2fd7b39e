"""When the cloud of a login may be asked again.

A `Pacing` belongs to a login and outlives its sessions, so that a pause holds over set-up
retries and reloads. Requests pass its gate and logins its login limiter; other connections, such as
that to a message broker, take their pauses from it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from .backoff import Backoff, RateLimiter, monotonic
from .errors import AuthError, CloudError, RateLimited, Unreachable

MAX_LOGINS_AT_ONCE = 6
"""This many tokens may be issued or refused at once …"""
LOGIN_EVERY = 2400.0
"""… and then one every this many seconds: 42 a day, because some vendors allow only 50."""

_MIN_FAILED_PATHS = 2
"""This many paths must fail, with no answer between, until the server counts as down."""
_SECOND_PROBE_EVERY = 2
"""If the same path is the probe each time, a second path is tried at every this many losses."""
_PACE_AFTER = 1200.0
"""Seconds of an outage after which the pause is as long as the pace."""
_MAX_PAUSE = 900.0
"""Seconds."""

_PAUSE = "The vendor asked for a pause"


class Gate:
    """Lets requests pass: all of them, one probe, or none."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start open."""
        self.pace = 60.0
        """The usual interval of the polls, in seconds."""
        self._down = Backoff(10, _MAX_PAUSE, self._outage_pause, clock)
        self._limited = Backoff(120, _MAX_PAUSE, lambda lasted: lasted / 2, clock)
        self._last_error = Unreachable("", undone=True)
        """The last failure."""
        self._asked = 0.0
        """The longest pause that the server asked for since its last answer, in seconds."""
        self._failed: set[str] = set()
        """The paths that failed since the last answer of the server."""
        self._failing: set[str] = set()
        """The paths whose last request failed."""
        self._probed: set[str] = set()
        """The paths whose probe failed since the last answer of the server."""
        self._given_up = False
        """Whether a probe failed since the last answer of the server."""
        self._sent = 0
        self._known_alive = 0
        """How many requests had been sent at the last answer."""
        self._known_lost = 0
        """How many requests had been sent when the gate closed last."""
        self._known_limited = 0
        """How many requests had been sent when the vendor asked for a pause last."""
        self._losses = 0
        self._free = asyncio.Event()
        self._free.set()

    def _outage_pause(self, lasted: float) -> float:
        """Return the pause in an outage of `lasted` seconds: at first at most the pace, then longer."""
        return self.pace * lasted / _PACE_AFTER

    @property
    def is_doubtful(self) -> bool:
        """Whether the server may be down: then only one request at a time is sent, as a probe."""
        return bool(self._failed) or self._down.failing or self._limited.failing

    @property
    def remaining(self) -> float:
        """Seconds in which no request may be sent."""
        return max(self._down.remaining(), self._limited.remaining())

    def check(self, *, write: bool = False) -> None:
        """Raise an error during a pause, so that no request is sent.

        A user waits for a write, so it is only held back if the vendor asked for the pause.

        Raises:
            RateLimited: the vendor asked for a pause.
            Unreachable: the last requests failed.
        """
        if limited := self._limited.remaining(asked=write):
            raise RateLimited(_PAUSE, limited, reason="pause")
        if not write and (down := self._down.remaining()):
            raise _paused_error(self._last_error, down)

    def may_repeat(self, path: str, *, write: bool = False) -> bool:
        """Return whether a failed request is retried within the same poll."""
        if self._down.failing:
            return False
        return write or not (self._given_up or path in self._failing)

    @asynccontextmanager
    async def turn(self, path: str) -> AsyncGenerator[None]:
        """Wait, if the server may be down, until the probe of another request ended.

        Raises:
            CloudError: the server is down.
        """
        if path in self._probed:
            # Perhaps only this path fails: let a request for another path be the probe.
            await asyncio.sleep(0)
        while self.is_doubtful and not self._free.is_set():
            await self._free.wait()
        self.check()
        if not self.is_doubtful:
            yield
            return
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def send(self) -> int:
        """Count a request that is sent; return its number."""
        self._sent += 1
        return self._sent

    def answered(self, number: int, path: str) -> None:
        """Note that a request succeeded."""
        self.heard()
        self._failing.discard(path)
        self._probed.clear()
        self._down.succeed()
        self._asked = 0.0
        if number > self._known_limited:
            self._limited.succeed()

    def heard(self) -> None:
        """Note that the server answered, even with a refusal."""
        self._known_alive = self._sent
        self._failed.clear()
        self._given_up = False
        if not self._down.failing and not self._limited.failing:
            self._free.set()

    def failed(
        self, number: int, path: str, error: CloudError, *, write: bool = False
    ) -> None:
        """Note that one try of a request failed."""
        if isinstance(error, RateLimited):
            asked = error.retry_after
            if asked is not None and (
                not self._limited.failing or number <= self._known_limited
            ):
                self._limited.obey(asked)
            elif number > self._known_limited or not self._limited.failing:
                self._limited.fail(asked or 0.0)
            self._known_limited = self._sent
        elif (write and not error.transient) or not self._is_loss(error):
            self.heard()
        else:
            self._last_error = Unreachable(str(error), undone=True, reason=error.reason)
            self._asked = max(self._asked, error.retry_after or 0.0)
            if number > self._known_alive:
                self._failed.add(path)

    def give_up(self, path: str, error: CloudError) -> None:
        """Note that a request is not retried; close if the server seems to be down."""
        if not self._is_loss(error) or isinstance(error, RateLimited):
            return
        if error.transient:
            self._failing.add(path)
        if path not in self._failed:
            return
        self._given_up = True
        if known := path in self._probed:
            self._probed.clear()
        self._probed.add(path)
        # Perhaps only the path of the probe fails: then a second path is tried too.
        again = known and self._losses % _SECOND_PROBE_EVERY == 0
        sure = self._down.failing and not again
        if sure or len(self._failed) >= _MIN_FAILED_PATHS:
            self.lose()

    def _is_loss(self, error: CloudError) -> bool:
        """Return whether the server may be down after this error.

        In an outage, refusals and unreadable answers count as losses too, until a request succeeds.
        """
        refused = isinstance(error, AuthError)
        return error.transient or (self._down.failing and not refused)

    def lose(self) -> None:
        """Close after a poll in which every request failed."""
        if self.remaining or self._sent == self._known_lost:
            # No request was sent, because of a pause or because there is no login.
            return
        self._known_lost = self._sent
        self._down.fail(self._asked)
        self._losses += 1
        self._failed.clear()
        self._asked = 0.0

    def end_pause(self) -> None:
        """Allow one request now; a pause that the vendor asked for is kept."""
        self._down.end_pause()
        self._limited.end_pause()


class LoginLimiter:
    """Lets logins pass: a few an hour, none in the pause after a failure, none after a refusal."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start open."""
        self._backoff = Backoff(300, 600, _as_long, clock)
        self._asked = Backoff(0, 0, _as_long, clock)
        self._rate_limiter = RateLimiter(MAX_LOGINS_AT_ONCE, LOGIN_EVERY, clock)
        self._failure: CloudError | None = None
        self.refusal: AuthError | None = None
        """The vendor's refusal of the login, until the user has acted."""

    @property
    def is_limited(self) -> bool:
        """Whether the next login must wait because there were too many."""
        return self._rate_limiter.wait() > 0

    def check(self) -> None:
        """Raise an error if no login may be tried now.

        Raises:
            AuthError: the vendor refused the login.
            RateLimited: there were too many logins.
            CloudError: the last login failed for this reason.
        """
        self.check_refusal()
        if self._failure is not None and (pause := self._backoff.remaining()):
            raise _paused_error(self._failure, pause)
        if pause := self._rate_limiter.wait():
            raise RateLimited(
                "Too many logins within an hour", pause, reason="too_many_logins"
            )

    def check_refusal(self) -> None:
        """Raise the vendor's refusal of the login, if there is one.

        Raises:
            AuthError: the vendor refused the login.
        """
        if self.refusal is not None:
            raise _copy(self.refusal)

    def check_pause(self) -> None:
        """Raise an error in a pause of the token endpoint.

        Raises:
            RateLimited: the token endpoint asked for a pause; other requests are not affected.
        """
        if pause := self._asked.remaining():
            raise RateLimited(_PAUSE, pause, reason="pause")

    def obey(self, error: CloudError) -> None:
        """Note the error of a token request, and the pause that it may ask for."""
        if isinstance(error, RateLimited) and error.retry_after:
            self._asked.obey(error.retry_after)

    def issued(self) -> None:
        """Note that a token was issued."""
        self._rate_limiter.take()
        self._backoff.succeed()
        self._failure = None

    def refused(self, error: AuthError) -> None:
        """Note that the vendor says that the login is wrong."""
        self._rate_limiter.take()
        self._backoff.succeed()
        self._failure = None
        self.refusal = error

    def failed(self, error: CloudError) -> CloudError:
        """Note that there is no token; return the error with the pause that follows."""
        self._backoff.fail(error.retry_after or 0.0)
        error.of_login = True
        self._failure = error
        return _paused_error(error, self._backoff.remaining())

    def end_pause(self) -> None:
        """Allow one login after a failure or refusal; a pause that the vendor asked for is kept."""
        self._backoff.end_pause()
        self.refusal = None


class Pacing:
    """The pauses and limits of one login."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start without any pause."""
        self.gate = Gate(clock)
        self.logins = LoginLimiter(clock)
        self.retrying = False
        """Whether the next set-up is a retry of Home Assistant and not one of the user."""
        self._clock = clock
        self._links: dict[str, Backoff] = {}

    @property
    def remaining(self) -> float:
        """Seconds in which no request may be sent."""
        return self.gate.remaining

    def link(self, name: str, first: float, most: float) -> Backoff:
        """Return the pause between two connections of another kind, such as to a broker."""
        return self._links.setdefault(name, Backoff(first, most, _as_long, self._clock))

    def user_acted(self) -> None:
        """Note that the user wants to try now."""
        self.gate.end_pause()
        self.logins.end_pause()


def _as_long(lasted: float) -> float:
    return lasted


def _paused_error(error: CloudError, pause: float) -> CloudError:
    """Return a copy of an error for requests during a pause; it is not retried."""
    again = _copy(error)
    again.retry_after = pause
    again.transient = False
    return again


def _copy[E: CloudError](error: E) -> E:
    """Return a copy of an error: an exception that is raised repeatedly grows with each traceback."""
    kind = type(error)
    # `copy` would call the class with its message alone, and some classes need more.
    anew = kind.__new__(kind, *error.args)
    anew.__dict__.update(error.__dict__)
    return anew
