"""The account's coordinator: lanes, errors, grace, and who is told of what changed.

What the cloud says comes in parts, such as one list of the vendor's. A part that fails ages
alone; when all fail together the cloud is away. Records are compared by value, and only the
readers of a record that changed hear of it.
"""

from abc import abstractmethod
import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from math import ceil
import time
from typing import Any, ClassVar, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import (
    REQUEST_REFRESH_DEFAULT_COOLDOWN,
    DataUpdateCoordinator,
    UpdateFailed,
)
from homeassistant.util import dt as dt_util

from .cloud.errors import AuthError, BadAnswer, CloudError, Refused
from .cloud.report import ParseReport
from .cloud.session import CloudSession
from .const import DOMAIN, GRACE, GRACE_POLLS, LOGGER
from .devices import Device, Devices
from .issues import Issue, Issues
from .liveness import Liveness
from .vendor import Login
from .writes import Writes

type HabitatConfigEntry = ConfigEntry[HabitatCoordinator]

POLL = "@poll"
"""The key that changes with every answer, for those who show the age of the data."""

_LACKING = timedelta(days=1)
_MAX_CONCURRENT = 4
"""Requests of the slow lanes at a time, so that the fast lane keeps its room."""

_START_WAIT = 1.0
"""Seconds that set-up waits for what does not make devices known, so that states begin complete."""
_JUMP = 30.0
"""Seconds by which a clock that is only kept in step does not move between two polls."""
_TOGETHER = 1.0
"""Seconds in which slow answers are collected, so that many of them are shown with one update."""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What a part brought in: records by key."""

    records: Mapping[str, object]
    whole: bool = True
    """Whether what is not in it does not exist."""
    lacking: Refused | None = None
    """The server's word that it does not know what it was asked for, and need not be asked soon."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to ask the cloud for."""

    name: str
    fetch: Callable[[], Awaitable[FetchResult]]
    prefix: str = ""
    """What stands before the harvest's keys to make them the account's."""
    may_empty: bool = False
    """Whether an empty answer after a full one is believed: no device hangs on it."""
    names_devices: bool = True
    """Whether set-up must wait for it: without it nobody knows which devices there are."""
    every: timedelta | None = None
    """Its own pace, where it is not that of its lane."""
    kind: str = ""
    """What it is in our own words, where its name holds an id of the cloud's."""

    @property
    def title(self) -> str:
        """What the log calls it."""
        return self.kind or self.name


@dataclass(frozen=True, slots=True)
class Lane:
    """Parts that are asked for at the same pace."""

    every: timedelta
    parts: tuple[Part, ...]


@dataclass(slots=True)
class PartState:
    """How a part is doing."""

    every: timedelta
    due: int = 0
    """The poll with which it is asked for next, in a slow lane; 0 is with the very next."""
    asked: int = 0
    """The poll with which it was asked for last."""
    stands_for: tuple[Part, ...] = ()
    """What fails as well, and is asked for only if this answers."""
    lacking_at: float | None = None
    """When the server said that it does not have it, on the monotonic clock."""
    answered: float = 0.0
    """When it was answered last, on the monotonic clock."""
    failures: int = 0
    stale: bool = False
    told: bool = False
    """Whether the log has a line of its own about the loss."""
    whole: bool = False
    """Whether the last try brought a whole and not an empty answer."""
    news: bool = False
    """Whether there was an answer since absent devices were counted last."""
    last: Mapping[str, object] | None = None
    keys: dict[str, None] = field(default_factory=dict)
    """The keys of its records, in the cloud's order."""

    def fail(self) -> bool:
        """Count a failure; say whether the grace ended with it."""
        self.failures += 1
        self.whole = False
        if self.stale or self.failures < GRACE_POLLS:
            return False
        polls_of_grace = ceil(GRACE / self.every)
        silent = time.monotonic() - self.answered
        self.stale = self.failures >= polls_of_grace or silent >= GRACE.total_seconds()
        return self.stale

    def answer(self, *, whole: bool) -> None:
        """Take note of an answer."""
        self.failures = 0
        self.stale = self.told = False
        self.whole = self.news = whole
        self.answered = time.monotonic()


@dataclass(frozen=True, slots=True)
class _Outcome:
    part: Part
    result: FetchResult | None = None
    error: CloudError | None = None

    def taken_at_its_word(self) -> _Outcome:
        """Return it with a thing that is lacking as the error that the server made of it."""
        if self.result is None or self.result.lacking is None:
            return self
        return _Outcome(self.part, error=self.result.lacking)


class HabitatCoordinator(DataUpdateCoordinator[dict[str, object]]):
    """One configured account: its records by key."""

    config_entry: HabitatConfigEntry

    interval: ClassVar[timedelta]
    """The pace of the fast lane, and of everything else's bookkeeping."""
    platforms: ClassVar[tuple[Platform, ...]]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: HabitatConfigEntry,
        login: Login,
        session: CloudSession,
        report: ParseReport,
    ) -> None:
        """Start empty."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=login.vendor.name,
            update_interval=self.interval,
            always_update=False,
            # As by default, but nothing at the end of Home Assistant waits for it.
            request_refresh_debouncer=Debouncer(
                hass,
                LOGGER,
                cooldown=REQUEST_REFRESH_DEFAULT_COOLDOWN,
                immediate=True,
                background=True,
            ),
        )
        self.data = {}
        self.login = login
        self.session = session
        session.pacing.gate.pace = self.interval.total_seconds()
        self.report = report
        self.devices = Devices(hass, entry, simulated=login.simulated)
        self.issues = Issues(hass, entry)
        self.writes = Writes(self)
        self._liveness = Liveness(hass, self._follow_silence)
        entry.async_on_unload(self._liveness.async_stop)
        self.answered_at: datetime | None = None
        """When the cloud answered a poll last."""
        self.parts: dict[str, PartState] = {}
        self._polls = 0
        self._clock_offset = time.time() - time.monotonic()
        """What the wall clock is ahead of the monotonic one, in seconds."""
        self.lacking_for = _LACKING
        """How long a server that does not have a thing is not asked for it again."""
        self._away = False
        """Whether the last poll brought nothing at all."""
        self._forwarded: list[Platform] = []
        self.created: dict[str, set[str]] = {}
        """The entities made so far, as platform and key, by device."""
        self._part_of_key: dict[str, str] = {}
        self._changed: set[str] = set()
        self._readers: dict[str, dict[int, CALLBACK_TYPE]] = {}
        self._watchers: list[Callable[[Iterable[Device]], None]] = []
        self._slow = asyncio.Semaphore(_MAX_CONCURRENT)

    # What a vendor says of its account.

    @abstractmethod
    def fast_lane(self) -> Iterable[Part]:
        """Return what every poll asks for, all at once."""

    def slow_lanes(self) -> Iterable[Lane]:
        """Return what is asked for more rarely, beside the polls."""
        return ()

    @abstractmethod
    def describe_devices(self) -> Iterable[Device]:
        """Return the devices that the records make, each after its parent."""

    @abstractmethod
    def part_of_device(self, device_id: str) -> str:
        """Return the part whose whole answer names this device, if it exists."""

    def derive(self) -> Iterable[tuple[str, object]]:
        """Return records that follow from others, such as the mean over a home, by key."""
        return ()

    def alive_until(self, device: Device) -> datetime | None:
        """Return when a device counts as silent unless it is heard of before then.

        A time that is past says that it is silent now, None that it never is as long as the
        cloud answers.
        """
        return None

    def expiries(self) -> Iterable[tuple[str, datetime]]:
        """Return when records are out of date by themselves, by their key.

        `is_alive` tells of a record's key as of a device's, and its readers hear when it turns.
        """
        return ()

    def describe_issues(self) -> Iterable[Issue]:
        """Return what only the user can put right."""
        return ()

    def sees(self) -> frozenset[str]:
        """Return the ids of all devices that the login sees, whoever shows them."""
        return self.devices.seen

    def explain(self) -> Mapping[str, object]:
        """Return what else explains a fault, for diagnostics."""
        return {}

    # What entities ask.

    def record[R](self, key: str, kind: type[R]) -> R | None:
        """Return the record under a key, if there is one of that kind."""
        record = self.data.get(key)
        return record if isinstance(record, kind) else None

    def records[R](self, part: str, kind: type[R]) -> list[R]:
        """Return the records of a part, in the cloud's order."""
        state = self.parts.get(part)
        found = (self.record(key, kind) for key in state.keys) if state else ()
        return [record for record in found if record is not None]

    def fresh(self, key: str) -> bool:
        """Say whether what stands under a key is young enough to be shown."""
        # What follows from a device's records is as fresh as the device.
        part = self._part_of_key.get(key) or self._part_of_key.get(
            key.partition("/")[0]
        )
        state = self.parts.get(part or "")
        return state is not None and not state.stale

    def is_alive(self, key: str) -> bool:
        """Return whether the device under a key is heard of, or a report tells what is now."""
        return self._liveness.is_alive(key)

    def is_outdated(self, record: object, known: object) -> bool:
        """Return whether a record that came is older than the one that is known."""
        return False

    def wanted(self) -> set[str]:
        """Return the keys that somebody reads: enabled entities and their like."""
        return set(self._readers)

    @override
    @callback
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Any = None
    ) -> Callable[[], None]:
        """Listen for changes of the records under the keys in `context`."""
        remove = super().async_add_listener(update_callback, context)
        keys: tuple[str, ...] = tuple(context or ())
        token = id(remove)
        for key in keys:
            self._readers.setdefault(key, {})[token] = update_callback

        @callback
        def forget() -> None:
            remove()
            for key in keys:
                readers = self._readers[key]
                del readers[token]
                if not readers:
                    del self._readers[key]

        return forget

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Tell the readers of what changed since the last time, each once."""
        changed, self._changed = self._changed, set()
        if not changed:
            return
        told = dict.fromkeys(
            reader
            for key in changed
            for reader in tuple(self._readers.get(key, {}).values())
        )
        for reader in told:
            try:
                reader()
            except Exception as err:  # noqa: BLE001 - one entity's mistake must not silence the others
                LOGGER.error(
                    "An entity of %s could not be updated: %s",
                    self.name,
                    self.session.privacy.trace(err),
                )

    @callback
    def async_watch_devices(
        self, watcher: Callable[[Iterable[Device]], None]
    ) -> CALLBACK_TYPE:
        """Hear of devices that are new or whose records changed, now and from now on."""
        watcher(self.devices.present.values())
        self._watchers.append(watcher)
        return partial(self._watchers.remove, watcher)

    @callback
    def forget_device(self, device_id: str) -> None:
        """Forget a device that leaves the registry; should it come back it is a new one."""
        self.created.pop(device_id, None)
        self.devices.forget(device_id)

    # Platforms.

    async def async_forward(self, platforms: Iterable[Platform]) -> None:
        """Set platforms up that are not yet."""
        new = [platform for platform in platforms if platform not in self._forwarded]
        self._forwarded += new
        await self.hass.config_entries.async_forward_entry_setups(
            self.config_entry, new
        )

    async def async_unload(self) -> bool:
        """Unload the platforms that were set up."""
        return await self.hass.config_entries.async_unload_platforms(
            self.config_entry, self._forwarded
        )

    # Tasks: all end with the entry and with Home Assistant, and nothing waits for them there.

    def _in_background[R](
        self, doing: Coroutine[Any, Any, R], what: str
    ) -> asyncio.Task[R]:
        return self.config_entry.async_create_background_task(
            self.hass, doing, f"{self.name} {what}"
        )

    async def async_run[R](self, doing: Coroutine[Any, Any, R], what: str) -> R:
        """Do what a person asked for and wait for it, until it ends or the account does.

        Raises:
            HomeAssistantError: the account was unloaded meanwhile.
        """
        task = self._in_background(doing, what)
        try:
            return await task
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if self.hass.is_stopping or (me is not None and me.cancelling()):
                raise
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="unloaded_meanwhile",
                translation_placeholders={"vendor": self.login.vendor.name},
            ) from None

    @callback
    def async_refresh_soon(self) -> None:
        """Poll in the background, at once unless there was a poll a moment ago."""
        self._in_background(super().async_request_refresh(), "refresh")

    @override
    async def async_request_refresh(self) -> None:
        """Poll, at once unless there was a poll a moment ago."""
        if self.hass.is_stopping:
            return
        await self.async_run(super().async_request_refresh(), "refresh")

    # Polling.

    @override
    async def _async_update_data(self) -> dict[str, object]:
        """Ask for the fast lane and set the slow lanes going that are due."""
        self._polls += 1
        mark = self.writes.mark
        try:
            return self._take_poll(await self._ask_fast_lane(mark), mark)
        finally:
            self.async_poll_ended()

    def _take_poll(self, outcomes: list[_Outcome], mark: int) -> dict[str, object]:
        """Take in a poll.

        Raises:
            ConfigEntryAuthFailed: the vendor refuses the login.
            UpdateFailed: the cloud is away.
        """
        if not any(one.result and one.result.records for one in outcomes):
            # A server that knows nothing at all is another one, or upside down.
            outcomes = [one.taken_at_its_word() for one in outcomes]
        names = [outcome.part.name for outcome in outcomes]
        failed = [outcome.error for outcome in outcomes if outcome.error is not None]
        self._away = away = len(failed) == len(outcomes)
        pacing = self.session.pacing
        refused = [error for error in failed if isinstance(error, AuthError)]
        if away and len(refused) == len(failed):
            pacing.logins.refusal = refused[0]
            self._set_stale(self.parts)
            self.async_update_listeners()
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="login_refused",
                translation_placeholders={"vendor": self.login.vendor.name},
            ) from failed[0]
        self.async_take(outcomes, mark, quiet=away or not self.last_update_success)
        if away:
            pacing.gate.lose()
            self._ask_soon()
        if away and (
            self.answered_at is None or any(self.parts[part].stale for part in names)
        ):
            self._set_stale(self.parts)
            self.async_update_listeners()
            raise self._update_failed(failed)
        if not away:
            self.answered_at = dt_util.utcnow()
            self._changed.add(POLL)
            self._drop_absent()
            if self.devices.left_free:
                self._follow_changes()
        self._liveness.async_check()
        self._follow_clock()
        self.async_update_listeners()
        return self.data

    def _follow_clock(self) -> None:
        """Show all anew, and set all timers, when the wall clock was set since the last poll.

        Home Assistant's timers run by the monotonic clock. A house whose clock has no battery learns
        the time, and that days went by, some minutes after it began.
        """
        offset = time.time() - time.monotonic()
        jumped = abs(offset - self._clock_offset) > _JUMP
        self._clock_offset = offset
        if jumped:
            # What was learned of now is of another time: it is asked for once more.
            for state in self.parts.values():
                state.due = 0
            self._changed.update(self.data)
            self._follow_changes()

    @callback
    def async_poll_ended(self) -> None:
        """Hear that a poll or what it left for later came to its end, answered or not."""

    async def _ask_fast_lane(self, mark: int) -> list[_Outcome]:
        """Ask for the fast lane, the first time without waiting for all of it."""
        parts = [part for part in self.fast_lane() if not self.lacks(part.name)]
        if self.answered_at is not None:
            outcomes = await self._ask(parts)
            spared = self._spared(outcomes)
            return [*outcomes, *await self._ask(spared)]
        late = self._begin([part for part in parts if not part.names_devices])
        outcomes = await self._ask(part for part in parts if part.names_devices)
        if all(outcome.error for outcome in outcomes):
            for asking in late:
                asking.cancel()
        elif late:
            done, late = await asyncio.wait(late, timeout=_START_WAIT)
            outcomes += [asking.result() for asking in done]
            if late:
                self._in_background(self._take_late(late, mark), "late answers")
        return outcomes

    async def _take_late(self, late: set[asyncio.Task[_Outcome]], mark: int) -> None:
        """Take in what set-up did not wait for, and choose the pace anew."""
        await self._take_slow(late, mark)
        self.async_poll_ended()
        if self._listeners:
            self._schedule_refresh()

    @callback
    def async_ask_again(self, name: str, polls: int) -> None:
        """Ask for a part of a slow lane with the next but so many polls."""
        if state := self.parts.get(name):
            state.due = self._polls + polls

    @callback
    def async_start_slow_lanes(self) -> None:
        """Ask for what is due in the slow lanes, in a task of the entry."""
        due: list[Part] = []
        later: list[Part] = []
        for lane in self.slow_lanes():
            for part in lane.parts:
                if not self.lacks(part.name):
                    (due if self._due(part, lane) else later).append(part)
        if due:
            self._in_background(self._run_slow(due), "slow lane")
        for scout in self.scouts(later):
            self._in_background(self._run_scout(scout), "scout")

    def _due(self, part: Part, lane: Lane) -> bool:
        """Say whether it is time, and set the next; in polls, so the lanes keep step."""
        state = self.parts.setdefault(part.name, PartState(lane.every))
        if self._polls < state.due:
            return False
        state.due = self._polls + self._polls_of(lane.every)
        return True

    def _polls_of(self, every: timedelta) -> int:
        return max(1, every // self.interval)

    def scouts(self, parts: Iterable[Part]) -> list[Part]:
        """Return which of the parts that fail, and are not due, is asked for all of them.

        It is the one that was asked longest ago; when it answers, all are due. So it is noticed
        soon that they are well again, and however many fail a poll costs one request for them.
        """
        failing = [part for part in parts if self._failing(part)]
        if not failing:
            return []
        scout = min(failing, key=lambda part: self.parts[part.name].asked)
        self.parts[scout.name].stands_for = tuple(
            part for part in failing if part is not scout
        )
        return [scout]

    def _failing(self, part: Part) -> bool:
        state = self.parts.get(part.name)
        return state is not None and state.failures > 0

    def lacks(self, name: str) -> bool:
        """Say whether the server said lately that it does not have a part."""
        state = self.parts.get(name)
        if state is None or state.lacking_at is None:
            return False
        age = time.monotonic() - state.lacking_at
        return 0 <= age < self.lacking_for.total_seconds()

    def _ask_soon(self) -> None:
        """Let all that fails be due: it was not its own time, or it may be well again."""
        for state in self.parts.values():
            if state.failures:
                state.due = 0

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        """Let the slow lanes follow a poll that was answered."""
        if self.last_update_success and self._readers and not self._away:
            self.async_start_slow_lanes()

    async def _run_scout(self, scout: Part) -> None:
        """Ask for one part that fails, and for those that it stands for when it answers."""
        mark = self.writes.mark
        scouting = self._begin([scout], self._slow)
        await asyncio.wait(scouting)
        spared = self._spared(asking.result() for asking in scouting)
        await self._take_slow(scouting | self._begin(spared, self._slow), mark)

    def _spared(self, outcomes: Iterable[_Outcome]) -> list[Part]:
        """Return what was not asked for because of parts that have answered now."""
        well = [one.part.name for one in outcomes if one.result is not None]
        return [
            part
            for name in well
            if (state := self.parts.get(name)) is not None
            for part in state.stands_for
        ]

    async def _run_slow(self, parts: list[Part]) -> None:
        await self._take_slow(self._begin(parts, self._slow), self.writes.mark)

    async def _take_slow(self, asked: set[asyncio.Task[_Outcome]], mark: int) -> None:
        """Take answers in as they come; of all losses there is one line in the log at the end."""
        failed: list[_Outcome] = []
        while asked:
            done, asked = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            if asked:
                more, asked = await asyncio.wait(asked, timeout=_TOGETHER)
                done |= more
            outcomes = [asking.result() for asking in done]
            failed += [outcome for outcome in outcomes if outcome.error is not None]
            self._take_answers(
                [outcome for outcome in outcomes if outcome.error is None], mark
            )
        self._take_answers(failed, mark)

    def _take_answers(self, outcomes: list[_Outcome], mark: int) -> None:
        if outcomes:
            self.async_take(outcomes, mark, quiet=not self.last_update_success)
            self.async_update_listeners()

    async def _ask(self, parts: Iterable[Part]) -> list[_Outcome]:
        return await asyncio.gather(*map(self._fetch, parts))

    def _begin(
        self, parts: Iterable[Part], turn: asyncio.Semaphore | None = None
    ) -> set[asyncio.Task[_Outcome]]:
        """Ask in tasks that neither set-up nor a stop waits for."""
        return {
            self._in_background(self._fetch(part, turn), "answer") for part in parts
        }

    async def _fetch(
        self, part: Part, turn: asyncio.Semaphore | None = None
    ) -> _Outcome:
        if (state := self.parts.get(part.name)) is not None:
            state.asked = self._polls
        try:
            if turn is None:
                return _Outcome(part, await part.fetch())
            async with turn:
                return _Outcome(part, await part.fetch())
        except CloudError as err:
            return _Outcome(part, error=err)
        except Exception as err:  # noqa: BLE001 - a mistake of ours in one part must not take the others along
            self.report.record(f"{part.title} ({type(err).__name__})")
            LOGGER.debug(
                "Reading %s failed: %s", part.title, self.session.privacy.trace(err)
            )
            return _Outcome(part, error=BadAnswer("The answer could not be read"))

    # Taking in what came.

    @callback
    def async_take(
        self, outcomes: Iterable[_Outcome], mark: int, *, quiet: bool
    ) -> None:
        """Take in what the parts brought, or that they brought nothing.

        `mark` is where the writes stood when the parts were asked for; `quiet` leaves it to the
        caller to tell of a loss.
        """
        lost: list[str] = []
        back: list[str] = []
        recovered = False
        for outcome in outcomes:
            name = outcome.part.name
            every = outcome.part.every or self.interval
            state = self.parts.setdefault(name, PartState(every))
            result = outcome.result
            if result is None or (
                not result.records and state.keys and not outcome.part.may_empty
            ):
                # An empty list after a full one is no proof that everything is gone.
                state.due = self._polls + self._polls_of(state.every)
                lost += self._lose((outcome.part, *state.stands_for), quiet=quiet)
                state.stands_for = ()
                continue
            state.stands_for = ()
            if state.stale:
                self._changed.update(state.keys)
            if state.told:
                back.append(outcome.part.title)
            recovered |= state.failures > 0
            state.lacking_at = time.monotonic() if result.lacking else None
            state.answer(whole=result.whole and bool(result.records))
            if result.records is not state.last:
                self._merge(outcome.part, state, result, mark)
        if recovered:
            self._ask_soon()
        if lost:
            LOGGER.warning("%s does not answer about %s", self.name, _some(lost))
        if back:
            LOGGER.info("%s answers about %s again", self.name, _some(back))
        if self._changed:
            self._follow_changes()

    def _lose(self, parts: Iterable[Part], *, quiet: bool) -> Iterator[str]:
        """Count a failure of each of these parts; yield those that the log has to tell of."""
        for part in parts:
            state = self.parts[part.name]
            if state.fail():
                self._changed.update(state.keys)
            if state.stale and not state.told and not quiet:
                state.told = True
                yield part.title

    @callback
    def async_learn(self, key: str, record: object) -> None:
        """Take in one record that came by another way, such as the answer to a write."""
        self.writes.learn(key, record)
        self.async_settle(key)

    @callback
    def async_learn_parts(
        self, parts: Mapping[str, Mapping[str, object | None]]
    ) -> None:
        """Take in records that were pushed, by part and key; None is one that is gone."""
        for name, records in parts.items():
            state = self.parts.setdefault(name, PartState(self.interval))
            # The next poll is compared record by record, even when its bytes are the old ones.
            state.last = None
            for key, record in records.items():
                if self.is_outdated(record, self.writes.base.get(key)):
                    continue
                self.writes.learn(key, record)
                if record is None:
                    state.keys.pop(key, None)
                    self._part_of_key.pop(key, None)
                else:
                    state.keys[key] = None
                    self._part_of_key[key] = name
                self._show(key)
        if self._changed:
            self._follow_changes()
        self.async_update_listeners()

    @callback
    def async_settle(self, key: str) -> None:
        """Show the record under a key as the cloud has it, and follow what it changed."""
        if part := self._part_of_key.get(key):
            # The next poll is compared record by record, even when its bytes are the old ones.
            self.parts[part].last = None
        self._show(key)
        if self._changed:
            self._follow_changes()
        self.async_update_listeners()

    @callback
    def async_show(self, key: str) -> None:
        """Show the record under a key with a change that has just begun, and what it sums up to."""
        self._show(key)
        if self._changed:
            self._derive()
        self.async_update_listeners()

    def _merge(
        self, part: Part, state: PartState, result: FetchResult, mark: int
    ) -> None:
        state.last = result.records
        keys: dict[str, None] = {}
        for name, record in result.records.items():
            key = part.prefix + name
            if self.writes.newer(key, mark) or self.writes.outdates(key, record):
                # The poll was under way before the write, or its list was: what it brings is older.
                state.last = None
                if key in self.writes.base:
                    keys[key] = None
                continue
            keys[key] = None
            self._part_of_key[key] = part.name
            known = self.writes.base.get(key)
            if self.is_outdated(record, known):
                state.last = None
            elif known != record:
                self.writes.base[key] = record
                self._show(key)
        if not result.whole:
            keys |= state.keys
        for key in state.keys.keys() - keys.keys():
            if self.writes.newer(key, mark):
                # It was pushed while the poll was under way.
                state.last = None
                keys[key] = None
                continue
            self.writes.base.pop(key, None)
            self._part_of_key.pop(key, None)
            self._show(key)
        state.keys = keys

    def _show(self, key: str) -> None:
        record = self.writes.effective(key)
        if record is None:
            self.data.pop(key, None)
        elif self.data.get(key) == record:
            return
        else:
            self.data[key] = record
        self._changed.add(key)

    def _derive(self) -> None:
        """Bring derived records in line with the records."""
        for key, record in self.derive():
            if self.data.get(key) != record:
                self.data[key] = record
                self._changed.add(key)

    def _follow_changes(self) -> None:
        """Bring derived records, devices, entities and repairs in line with the records."""
        self._derive()
        new = self.devices.update(self.describe_devices())
        if turned := self._update_liveness():
            self._changed |= turned
            self._derive()
        touched = [
            device
            for device in self.devices.present.values()
            if device.id in new
            or not self._changed.isdisjoint((device.key, *device.reads))
        ]
        for watcher in self._watchers:
            watcher(touched)
        if any(state.answered for state in self.parts.values()):
            # Before the first answer nobody knows what is over.
            self._update_issues()

    def _update_issues(self) -> None:
        """Say what only the user can put right."""
        self.issues.update((*self.describe_issues(), *self._describe_shared()))

    def _describe_shared(self) -> Iterator[Issue]:
        """Return that other accounts show what this one sees too."""
        owners = set(self.devices.elsewhere.values())
        titles = sorted(
            entry.title
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            if entry.entry_id in owners
        )
        if titles:
            yield Issue(
                "shared_devices",
                "",
                {
                    "account": self.config_entry.title,
                    "others": ", ".join(titles),
                    "count": str(len(self.devices.elsewhere)),
                },
            )

    def _update_liveness(self) -> frozenset[str]:
        """Return the devices that became silent or alive with the records."""
        devices = self.devices.present.values()
        deadlines = {device.key: self.alive_until(device) for device in devices}
        return self._liveness.update({**deadlines, **dict(self.expiries())})

    @callback
    def _follow_silence(self, turned: frozenset[str]) -> None:
        """Show that devices became silent, or alive, as time went by."""
        self._changed |= turned
        self._follow_changes()
        self.async_update_listeners()

    # When nothing comes.

    def _set_stale(self, names: Iterable[str]) -> None:
        for state in (self.parts[name] for name in names):
            # What came slowly is asked for as soon as there are answers again.
            state.due = 0
            if not state.stale:
                state.stale = True
                self._changed.update(state.keys)

    def _update_failed(self, errors: list[CloudError]) -> UpdateFailed:
        error = errors[0]
        pause = max(
            self.session.pacing.gate.remaining,
            *(error.retry_after or 0 for error in errors),
        )
        interval = self.update_interval or self.interval
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="no_answer",
            translation_placeholders={
                "vendor": self.login.vendor.name,
                "reason": self.session.redact(str(error)),
            },
            # It takes the place of the interval, which it must not cut short; timers round down.
            retry_after=pause + 1 if pause > interval.total_seconds() else None,
        )

    def _drop_absent(self) -> None:
        def counts(device_id: str) -> bool:
            state = self.parts.get(self.part_of_device(device_id))
            return state is not None and state.news

        for device_id in self.devices.drop_absent(counts):
            self.created.pop(device_id, None)
        for state in self.parts.values():
            state.news = False


def _some(names: list[str]) -> str:
    """Name the first few, so that one line serves however many there are."""
    named = sorted(set(names))
    shown = ", ".join(named[:3])
    return shown if len(named) <= 3 else f"{shown} and {len(named) - 3} more"
