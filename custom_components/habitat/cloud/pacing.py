"""When a cloud may be asked again: the one place that decides, for all that one login does.

A `Pacing` belongs to a login and outlives its sessions, so that a pause holds over set-up
retries and reloads. Requests go through its gate, logins through its login desk, and whoever
keeps a connection of another kind takes a pause from it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from .backoff import Backoff, Ration, monotonic
from .errors import AuthError, CloudError, RateLimited, Unreachable

LOGINS_AT_ONCE = 6
"""So many tokens may be issued or refused at once …"""
LOGIN_EVERY = 2400.0
"""… and then one in so many seconds: 42 a day, since some vendors allow 50."""

_SURE = 2
"""So many paths must fail, and none answer, until the server counts as down."""
_SECOND = 2
"""Where only the same path asks for all, with every so manieth loss a second one asks as well."""
_PATIENCE = 1200.0
_MAX_PAUSE = 900.0
"""Seconds."""


_PAUSE = "The vendor asked for a pause"


class Gate:
    """Lets requests pass: all of them, one that asks for all, or none."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begin open."""
        self.pace = 60.0
        """How often this cloud is asked when all is well, in seconds."""
        self._down = Backoff(10, _MAX_PAUSE, self._outage_pause, clock)
        self._limited = Backoff(120, _MAX_PAUSE, lambda lasted: lasted / 2, clock)
        self._loss = Unreachable("", undone=True)
        """What the last failure said."""
        self._asked = 0.0
        """The longest pause that a server in trouble asked for since it answered last."""
        self._failed: set[str] = set()
        """The paths that failed since something was answered last."""
        self._ill: set[str] = set()
        """The paths that failed when they were asked last."""
        self._tried: set[str] = set()
        """The paths that asked for all in vain since something was answered last."""
        self._given_up = False
        """Whether one that asked for all had no answer since something was answered last."""
        self._sent = 0
        self._known_alive = 0
        """How many had been sent when something was answered last."""
        self._known_lost = 0
        """How many had been sent when it closed last."""
        self._known_limited = 0
        """How many had been sent when the vendor asked for a pause last."""
        self._losses = 0
        self._free = asyncio.Event()
        self._free.set()

    def _outage_pause(self, lasted: float) -> float:
        """Return the pause in an outage: for a while no more than the pace, then ever more."""
        return self.pace * lasted / _PATIENCE

    @property
    def doubtful(self) -> bool:
        """Whether nobody knows that the server is there: then one request asks for all."""
        return bool(self._failed) or self._down.failing or self._limited.failing

    @property
    def remaining(self) -> float:
        """How many seconds nothing may be asked for."""
        return max(self._down.remaining(), self._limited.remaining())

    def check(self, *, write: bool = False) -> None:
        """Raise the error that a request may be spared.

        Somebody waits for a write, so it is tried in any pause that the vendor did not ask for.

        Raises:
            RateLimited: the vendor wants a pause.
            Unreachable: the server was down a moment ago.
        """
        if limited := self._limited.remaining(asked=write):
            raise RateLimited(_PAUSE, limited, reason="pause")
        if not write and (down := self._down.remaining()):
            raise _again(self._loss, down)

    def may_repeat(self, path: str, *, write: bool = False) -> bool:
        """Say whether a request that failed is worth a second try within the same poll."""
        if self._down.failing:
            return False
        return write or not (self._given_up or path in self._ill)

    @asynccontextmanager
    async def turn(self, path: str) -> AsyncGenerator[None]:
        """Wait, where it is doubtful that the server is there, until somebody found out.

        Raises:
            CloudError: nobody is there.
        """
        if path in self._tried:
            # The path itself may be ill: of all that come now another one asks first.
            await asyncio.sleep(0)
        while self.doubtful and not self._free.is_set():
            await self._free.wait()
        self.check()
        if not self.doubtful:
            yield
            return
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def send(self) -> int:
        """Hear that a request is sent, and return its number."""
        self._sent += 1
        return self._sent

    def answered(self, number: int, path: str) -> None:
        """Hear that a request was answered as it should be."""
        self.heard()
        self._ill.discard(path)
        self._tried.clear()
        self._down.succeed()
        self._asked = 0.0
        if number > self._known_limited:
            self._limited.succeed()

    def heard(self) -> None:
        """Hear that the server said something sensible, be it no."""
        self._known_alive = self._sent
        self._failed.clear()
        self._given_up = False
        if not self._down.failing and not self._limited.failing:
            self._free.set()

    def failed(
        self, number: int, path: str, error: CloudError, *, write: bool = False
    ) -> None:
        """Hear that one try of a request failed."""
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
            self._loss = Unreachable(str(error), undone=True, reason=error.reason)
            self._asked = max(self._asked, error.retry_after or 0.0)
            if number > self._known_alive:
                self._failed.add(path)

    def give_up(self, path: str, error: CloudError) -> None:
        """Hear that a request failed for good; close when the server seems to be down."""
        if not self._is_loss(error) or isinstance(error, RateLimited):
            return
        if error.transient:
            self._ill.add(path)
        if path not in self._failed:
            return
        self._given_up = True
        if known := path in self._tried:
            self._tried.clear()
        self._tried.add(path)
        # The one that asks for all may be the only one that is ill: then a second asks, too.
        again = known and self._losses % _SECOND == 0
        sure = self._down.failing and not again
        if sure or len(self._failed) >= _SURE:
            self.lose()

    def _is_loss(self, error: CloudError) -> bool:
        """Say whether an error leaves it open that the server is there.

        One that refused everything, or answered all of it with rubbish, is there no more than one
        that is silent, until it answers something.
        """
        refused = isinstance(error, AuthError)
        return error.transient or (self._down.failing and not refused)

    def lose(self) -> None:
        """Close: whatever was asked for, nothing came."""
        if self.remaining or self._sent == self._known_lost:
            # Nothing was asked at all, because there was a pause or no login.
            return
        self._known_lost = self._sent
        self._down.fail(self._asked)
        self._losses += 1
        self._failed.clear()
        self._asked = 0.0

    def end_pause(self) -> None:
        """Let one request ask; a pause that the vendor wants is kept."""
        self._down.end_pause()
        self._limited.end_pause()


class LoginDesk:
    """Lets logins pass: few an hour, none while the last failed, none after a refusal."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begin open."""
        self._backoff = Backoff(300, 600, _as_long, clock)
        self._asked = Backoff(0, 0, _as_long, clock)
        self._ration = Ration(LOGINS_AT_ONCE, LOGIN_EVERY, clock)
        self._failure: CloudError | None = None
        self.refusal: AuthError | None = None
        """The vendor's word that the login is wrong, until the user has acted."""

    @property
    def rationed(self) -> bool:
        """Whether there were so many logins that the next has to wait."""
        return self._ration.wait() > 0

    def check(self) -> None:
        """Raise what a login may be spared.

        Raises:
            AuthError: the vendor refused it.
            RateLimited: there were too many.
            CloudError: it failed a moment ago, for this reason.
        """
        self.check_refusal()
        if self._failure is not None and (pause := self._backoff.remaining()):
            raise _again(self._failure, pause)
        if pause := self._ration.wait():
            raise RateLimited(
                "Too many logins within an hour", pause, reason="too_many_logins"
            )

    def check_refusal(self) -> None:
        """Raise what everything may be spared after the vendor's no.

        Raises:
            AuthError: the vendor refused the login.
        """
        if self.refusal is not None:
            raise _copy(self.refusal)

    def check_pause(self) -> None:
        """Raise what a token request may be spared, whoever sends it.

        Raises:
            RateLimited: the token endpoint wants a pause, which does not hold for other requests.
        """
        if pause := self._asked.remaining():
            raise RateLimited(_PAUSE, pause, reason="pause")

    def obey(self, error: CloudError) -> None:
        """Hear how a token request failed: it may have been with a wish for a pause."""
        if isinstance(error, RateLimited) and error.retry_after:
            self._asked.obey(error.retry_after)

    def issued(self) -> None:
        """Hear that a token was issued."""
        self._ration.take()
        self._backoff.succeed()
        self._failure = None

    def refused(self, error: AuthError) -> None:
        """Hear that the vendor says that the login is wrong."""
        self._ration.take()
        self._backoff.succeed()
        self._failure = None
        self.refusal = error

    def failed(self, error: CloudError) -> CloudError:
        """Hear that no token could be had; return the error with the pause that follows."""
        self._backoff.fail(error.retry_after or 0.0)
        error.of_login = True
        self._failure = error
        return _again(error, self._backoff.remaining())

    def end_pause(self) -> None:
        """Let one login try, after a failure or refusal; a pause that the vendor wants is kept."""
        self._backoff.end_pause()
        self.refusal = None


class Pacing:
    """All that is to be kept of one login's good manners."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begin as with a stranger."""
        self.gate = Gate(clock)
        self.logins = LoginDesk(clock)
        self.retrying = False
        """Whether Home Assistant, not the user, begins with the account the next time."""
        self._clock = clock
        self._links: dict[str, Backoff] = {}

    @property
    def remaining(self) -> float:
        """How many seconds nothing is worth asking for."""
        return self.gate.remaining

    def link(self, name: str, first: float, most: float) -> Backoff:
        """Return the pause between two connections of another kind, such as to a broker."""
        return self._links.setdefault(name, Backoff(first, most, _as_long, self._clock))

    def user_acted(self) -> None:
        """Hear that the user wants to see whether the login works."""
        self.gate.end_pause()
        self.logins.end_pause()


def _as_long(lasted: float) -> float:
    return lasted


def _again(error: CloudError, pause: float) -> CloudError:
    """Return an error for who comes during a pause, which is no use to sit out."""
    again = _copy(error)
    again.retry_after = pause
    again.transient = False
    return again


def _copy[E: CloudError](error: E) -> E:
    """Return the same error anew: one that is raised again and again grows with each time."""
    kind = type(error)
    # Not by `copy`, which calls kinds that take more than a text with the text alone.
    anew = kind.__new__(kind, *error.args)
    anew.__dict__.update(error.__dict__)
    return anew
