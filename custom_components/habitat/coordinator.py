"""The account's coordinator: polls, publishes what changed, and keeps devices and platforms in step.

The poller decides which sources are requested (`poller.py`), the store holds the records (`store.py`). A
source that fails ages alone; when all fail together, the cloud is away.
"""

from abc import abstractmethod
import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
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

from .cloud.errors import AuthError, CloudError, RateLimited, Refused
from .cloud.report import ParseReport
from .cloud.session import CloudSession
from .const import DOMAIN, LOGGER
from .deadlines import Deadlines
from .devices import Device, Devices
from .issues import Issue, Issues
from .poller import Asking, Outcome, Poller, Source
from .reasons import failure_reason
from .store import Derivation, Derived, RecordStore
from .vendor import Login
from .writes import WriteQueue

type HabitatConfigEntry = ConfigEntry[HabitatCoordinator]

POLL = "@poll"
"""The key that changes with every answered poll, for entities that show the age of the data."""
DEVICES = "@devices"
"""The key that changes when a device is added or removed."""

_START_WAIT = 1.0
"""Seconds that set-up waits for sources that are not blocking, so that first states are complete."""
_JUMP = 30.0
"""Seconds; a larger step of the wall clock between two polls means that it was set."""
_TOGETHER = 1.0
"""Seconds in which background answers are collected, so that they are published together."""

_WRITE_FAILED: Mapping[type[CloudError], str] = {
    AuthError: "write_login_refused",
    RateLimited: "write_rate_limited",
    Refused: "write_refused",
}


class HabitatCoordinator(DataUpdateCoordinator[dict[str, object]]):
    """One configured account: its records by key."""

    config_entry: HabitatConfigEntry

    interval: ClassVar[timedelta]
    """The interval of the polls."""
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
            # The default, but in the background, so that the stop of Home Assistant does not wait.
            request_refresh_debouncer=Debouncer(
                hass,
                LOGGER,
                cooldown=REQUEST_REFRESH_DEFAULT_COOLDOWN,
                immediate=True,
                background=True,
            ),
        )
        self.login = login
        self.session = session
        session.pacing.gate.pace = self.interval.total_seconds()
        self.report = report
        self.store = RecordStore(self.is_outdated, self.derivations)
        self.data = self.store.records
        self.poller = Poller(self.interval, self._in_background, self._report_mistake)
        self.devices = Devices(hass, entry, simulated=login.simulated)
        self.issues = Issues(hass, entry)
        self.writes = WriteQueue(
            self.store, self.async_publish, self.async_run, self._write_failed
        )
        self.deadlines = Deadlines(hass, self._async_turned)
        entry.async_on_unload(self.deadlines.async_stop)
        self.answered_at: datetime | None = None
        """The time of the last answered poll."""
        self._clock_offset = time.time() - time.monotonic()
        """The difference of the wall clock and the monotonic clock, in seconds."""
        self.is_away = False
        """Whether all sources of the last poll failed."""
        self._forwarded: list[Platform] = []
        self.created: dict[str, set[str]] = {}
        """The entities created so far, as platform and key, by device."""
        self._watchers: list[Callable[[Iterable[Device]], None]] = []
        self._described = Derived(self.store, self.device_makers)
        self._new_devices: set[str] = set()
        self.store.follow(self._described, self._apply_descriptions)
        self.store.follow(
            Derived(self.store, self._list_deadlines), self.deadlines.update
        )

    # What a vendor's coordinator implements.

    @abstractmethod
    def sources(self) -> Iterable[Source]:
        """Return the sources, each after those that it follows."""

    @abstractmethod
    def device_makers(self) -> Iterable[tuple[str, Callable[[], Device | None]]]:
        """Yield by key how each device is made, each after its parent; a maker may return None."""

    @abstractmethod
    def source_of_device(self, device_id: str) -> str:
        """Return the name of the source whose complete answer names this device if it exists."""

    def derivations(self) -> Iterable[Derivation]:
        """Return records that follow from others, such as the mean over a home."""
        return ()

    def alive_until(self, device: Device) -> datetime | None:
        """Return until when a device is alive without a new report.

        A time in the past means that it is silent now; None that it is never silent while the cloud
        answers.
        """
        return None

    def expiries(self) -> Iterable[tuple[str, Callable[[], datetime | None]]]:
        """Yield by key until when records are current.

        `is_alive` works for these keys too, and their readers are called when it changes.
        """
        return ()

    def describe_issues(self) -> Iterable[Issue]:
        """Return the issues that only the user can repair."""
        return ()

    def sees(self) -> frozenset[str]:
        """Return the ids of all devices of the login, also of those that another account shows."""
        return self.devices.seen

    def diagnostics_extra(self) -> Mapping[str, object]:
        """Return further data for diagnostics."""
        return {}

    def is_outdated(self, record: object, known: object) -> bool:
        """Return whether a new record is older than the known one."""
        return False

    def poll_interval(self) -> timedelta:
        """Return the current interval of the polls."""
        return self.interval

    @callback
    def async_poll_ended(self) -> None:
        """Called after each poll, and after its late answers."""

    @callback
    def async_processed(self, changed: frozenset[str]) -> None:
        """Called with the keys that changed, before the entities are."""

    # What entities use.

    def record[R](self, key: str, kind: type[R]) -> R | None:
        """Return the record under a key, or None if there is none of that type."""
        return self.store.get(key, kind)

    def records[R](self, source: str, kind: type[R]) -> list[R]:
        """Return the records of a source, in the cloud's order."""
        return self.store.of(source, kind)

    def is_current(self, key: str) -> bool:
        """Return whether the source of a key is not stale."""
        # A detail without a source of its own is as current as its device.
        source = self.store.source_of(key) or self.store.source_of(
            key.partition("/")[0]
        )
        state = self.poller.states.get(source or "")
        return state is not None and not state.stale

    def is_alive(self, key: str) -> bool:
        """Return whether the device under a key is alive, or the report under it is current."""
        self.store.note_read(key)
        return self.deadlines.is_alive(key)

    @override
    @callback
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Any = None
    ) -> Callable[[], None]:
        """Listen for changes of the records under the keys in `context`."""
        remove = super().async_add_listener(update_callback, context)
        unsubscribe = self.store.subscribe(context or (), update_callback)

        @callback
        def stop() -> None:
            remove()
            unsubscribe()

        return stop

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Call the readers of keys that changed since the last call, each once."""
        for reader in self.store.take_readers():
            try:
                reader()
            except Exception as err:  # noqa: BLE001 - an error in one entity must not stop the others
                LOGGER.error(
                    "An entity of %s could not be updated: %s",
                    self.name,
                    self.session.privacy.trace(err),
                )

    @callback
    def async_watch_devices(
        self, watcher: Callable[[Iterable[Device]], None]
    ) -> CALLBACK_TYPE:
        """Call `watcher` with all devices now, and with new and changed ones from now on."""
        watcher(self.devices.present.values())
        self._watchers.append(watcher)
        return partial(self._watchers.remove, watcher)

    @callback
    def forget_device(self, device_id: str) -> None:
        """Forget a device that is removed from the registry; if it comes back, it is new."""
        self.created.pop(device_id, None)
        self.devices.forget(device_id)

    # Platforms.

    async def async_forward(self, platforms: Iterable[Platform]) -> None:
        """Set up platforms that are not set up yet."""
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

    # Tasks: they are cancelled with the entry and with Home Assistant.

    def _in_background[R](
        self, doing: Coroutine[Any, Any, R], what: str
    ) -> asyncio.Task[R]:
        return self.config_entry.async_create_background_task(
            self.hass, doing, f"{self.name} {what}"
        )

    async def async_run[R](self, doing: Coroutine[Any, Any, R], what: str) -> R:
        """Run what a user asked for and wait for it.

        Raises:
            HomeAssistantError: the account was unloaded before it ended.
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
        """Poll in the background, now unless the last poll was a moment ago."""
        self._in_background(super().async_request_refresh(), "refresh")

    @override
    async def async_request_refresh(self) -> None:
        """Poll, now unless the last poll was a moment ago."""
        if self.hass.is_stopping:
            return
        await self.async_run(super().async_request_refresh(), "refresh")

    # Polling.

    @override
    async def _async_update_data(self) -> dict[str, object]:
        """Request the sources that are due."""
        revision = self.store.revision
        try:
            return self._take_poll(await self._poll(revision), revision)
        finally:
            self._set_pace()

    def _set_pace(self) -> None:
        self.async_poll_ended()
        self.update_interval = self.poll_interval()

    async def _poll(self, revision: int) -> list[Outcome]:
        """Request the sources that are due; the first poll only waits for blocking ones."""
        due = self.poller.due(one for one in self.sources() if not one.background)
        if self.answered_at is not None:
            outcomes = await self.poller.ask(due)
            return [*outcomes, *await self.poller.ask(self.poller.spared(outcomes))]
        asked = self.poller.begin(due)
        needed = [asked[source.name] for source in due if source.blocking]
        late = set(asked.values()) - set(needed)
        try:
            outcomes = [await asking for asking in needed]
        except asyncio.CancelledError:
            _cancel(asked.values())
            raise
        if all(outcome.error for outcome in outcomes):
            _cancel(late)
        elif late:
            done, late = await asyncio.wait(late, timeout=_START_WAIT)
            outcomes += [asking.result() for asking in done]
            if late:
                self._in_background(self._take_late(late, revision), "late answers")
        return outcomes

    async def _take_late(self, late: set[Asking], revision: int) -> None:
        """Take in what set-up did not wait for, and set the interval again."""
        await self._take_as_they_come(late, revision)
        self._set_pace()
        if self._listeners:
            self._schedule_refresh()

    def _take_poll(self, outcomes: list[Outcome], revision: int) -> dict[str, object]:
        """Take in the outcomes of a poll.

        Raises:
            ConfigEntryAuthFailed: the vendor refused the login.
            UpdateFailed: the cloud is away.
        """
        if not any(one.result and one.result.records for one in outcomes):
            # A server that has no source at all is not the vendor's, or is broken.
            outcomes = [one.without_lacking() for one in outcomes]
        names = [outcome.source.name for outcome in outcomes]
        failed = [outcome.error for outcome in outcomes if outcome.error is not None]
        self.is_away = away = len(failed) == len(outcomes)
        pacing = self.session.pacing
        refused = [error for error in failed if isinstance(error, AuthError)]
        if away and len(refused) == len(failed):
            pacing.logins.refusal = refused[0]
            self._set_stale()
            self.async_update_listeners()
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="login_refused",
                translation_placeholders={"vendor": self.login.vendor.name},
            ) from failed[0]
        self._take(outcomes, revision, log_losses=not away and self.last_update_success)
        self._process()
        if away:
            pacing.gate.lose()
            self.poller.ask_all_soon(failing=True)
        states = self.poller.states
        if away and (
            self.answered_at is None or any(states[name].stale for name in names)
        ):
            self._set_stale()
            self.async_update_listeners()
            raise self._update_failed(failed)
        if not away:
            self.answered_at = dt_util.utcnow()
            self.store.touch((POLL,))
            self._drop_absent()
            if self.devices.left_free:
                self.store.touch(self._apply_descriptions({}))
                self._process()
        self.deadlines.async_check()
        self._follow_clock()
        self.async_update_listeners()
        return self.data

    def _follow_clock(self) -> None:
        """Publish everything again, with new timers, if the wall clock was set since the last poll.

        Home Assistant's timers use the monotonic clock. A computer without a clock battery gets the time
        some minutes after its start.
        """
        offset = time.time() - time.monotonic()
        jumped = abs(offset - self._clock_offset) > _JUMP
        self._clock_offset = offset
        if jumped:
            # What was requested for the current time was for another time: request it again.
            self.poller.ask_all_soon()
            self.store.touch(self.data)
            self._process()

    # Background sources.

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        """Request the background sources that are due, after an answered poll."""
        if self.last_update_success and self.store.subscribed_keys and not self.is_away:
            self.async_ask_in_background()

    @callback
    def async_ask_in_background(self) -> None:
        """Request the background sources that are due, in tasks of the entry."""
        due = self.poller.due(one for one in self.sources() if one.background)
        scouts = [one for one in due if self.poller.state(one).stands_for]
        due = [one for one in due if one not in scouts]
        if due:
            self._in_background(self._ask_beside(due), "asks beside the polls")
        for scout in scouts:
            self._in_background(self._ask_scout(scout), "scout")

    async def _ask_beside(self, sources: Iterable[Source]) -> None:
        revision = self.store.revision
        asked = self.poller.begin(sources)
        await self._take_as_they_come(set(asked.values()), revision)

    async def _ask_scout(self, scout: Source) -> None:
        """Request one failing source, and if it answers the other failing ones."""
        revision = self.store.revision
        asked = self.poller.begin([scout])
        outcome = await asked[scout.name]
        spared = self.poller.begin(self.poller.spared([outcome]))
        await self._take_as_they_come({*asked.values(), *spared.values()}, revision)

    async def _take_as_they_come(self, asked: set[Asking], revision: int) -> None:
        """Take in answers as they arrive; all failures are logged in one line at the end."""
        failed: list[Outcome] = []
        while asked:
            done, asked = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            if asked:
                more, asked = await asyncio.wait(asked, timeout=_TOGETHER)
                done |= more
            outcomes = [asking.result() for asking in done]
            failed += [outcome for outcome in outcomes if outcome.error is not None]
            self._take_answers(
                [outcome for outcome in outcomes if outcome.error is None], revision
            )
        self._take_answers(failed, revision)

    def _take_answers(self, outcomes: list[Outcome], revision: int) -> None:
        if outcomes:
            self._take(outcomes, revision, log_losses=self.last_update_success)
            self.async_publish()

    def _report_mistake(self, source: Source, err: Exception) -> None:
        self.report.record(f"{source.title} ({type(err).__name__})")
        LOGGER.debug(
            "Reading %s failed: %s", source.title, self.session.privacy.trace(err)
        )

    # Taking in answers.

    def _take(
        self, outcomes: Iterable[Outcome], revision: int, *, log_losses: bool
    ) -> None:
        """Take in the outcomes of requests.

        `revision` is the revision of the store when they were sent.
        """
        lost: list[str] = []
        back: list[str] = []
        turned: set[str] = set()
        recovered = False
        for outcome in outcomes:
            source, result = outcome.source, outcome.result
            state = self.poller.state(source)
            spared, state.stands_for = state.stands_for, ()
            if result is None or not (
                result.records or source.allow_empty or not self.store.keys(source.name)
            ):
                # An empty list after a full one does not mean that everything was removed.
                self.poller.ask_again(source.name, source.every)
                stale, logged = self._lose((source, *spared), log_losses=log_losses)
                turned |= stale
                lost += logged
                continue
            if state.stale:
                turned.add(source.name)
            if state.logged:
                back.append(source.title)
            recovered |= state.is_failing
            state.answer(
                outcome.request,
                complete=result.complete and bool(result.records),
                lacking=result.lacking is not None,
            )
            self.store.put(
                source.name,
                result.records,
                since=revision,
                prefix=source.prefix,
                complete=result.complete,
            )
        self.store.touch_sources(turned)
        if recovered:
            self.poller.ask_all_soon(failing=True)
        if lost:
            LOGGER.warning("%s does not answer about %s", self.name, _some(lost))
        if back:
            LOGGER.info("%s answers about %s again", self.name, _some(back))

    def _lose(
        self, sources: Iterable[Source], *, log_losses: bool
    ) -> tuple[set[str], list[str]]:
        """Count a failure of each source; return which are out of date now, and what to log."""
        stale: set[str] = set()
        logged: list[str] = []
        for source in sources:
            state = self.poller.state(source)
            if state.fail():
                stale.add(source.name)
            if state.stale and not state.logged and log_losses:
                state.logged = True
                logged.append(source.title)
        return stale, logged

    @callback
    def async_set_record(self, key: str, record: object) -> None:
        """Take in one record that was pushed or returned by a write, and publish it."""
        self.store.set_record(key, record)
        self.async_publish()

    @callback
    def async_set_records(
        self, sources: Mapping[str, Mapping[str, object | None]]
    ) -> None:
        """Take in pushed records by source and key, and publish them; None is a removed one."""
        for source, records in sources.items():
            for key, record in records.items():
                self.store.set_record(key, record, source)
        self.async_publish()

    @callback
    def async_publish(self) -> None:
        """Process the changes of the store, and call the readers."""
        self._process()
        self.async_update_listeners()

    def _process(self) -> None:
        """Update derived records, devices, deadlines, entities and issues after changes."""
        changed = self.store.process()
        new, self._new_devices = self._new_devices, set()
        if not changed and not new:
            return
        touched = self.devices.reading(changed) | new
        if touched:
            present = self.devices.present
            devices = [present[one] for one in present if one in touched]
            for watcher in self._watchers:
                watcher(devices)
        self.async_processed(changed)
        if any(state.answered for state in self.poller.states.values()):
            # Before the first answer it is not known which issues are repaired.
            self.update_issues()

    def _list_deadlines(
        self,
    ) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
        self.store.note_read(DEVICES)
        for device in self.devices.present.values():
            yield device.key, partial(self.alive_until, device)
        yield from self.expiries()

    def _apply_descriptions(self, _: Mapping[str, Device | None]) -> tuple[str, ...]:
        """Update the device registry; return the key that changes if a device comes or goes."""
        described = self._described.values.values()
        before = tuple(self.devices.present)
        self._new_devices |= self.devices.update(
            one for one in described if one is not None
        )
        return () if tuple(self.devices.present) == before else (DEVICES,)

    @callback
    def _async_turned(self, turned: frozenset[str]) -> None:
        """Publish that deadlines passed, or that devices are alive again."""
        self.store.touch(turned)
        self.async_publish()

    @callback
    def update_issues(self) -> None:
        """Open and close issues."""
        self.issues.update((*self.describe_issues(), *self._describe_shared()))

    def _describe_shared(self) -> Iterator[Issue]:
        """Return an issue if other accounts show devices that this one sees too."""
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

    # Failures.

    def _set_stale(self) -> None:
        self.store.touch_sources({*self.poller.set_stale(self.poller.states)})

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
                "reason": failure_reason(self.hass, self.session, error),
            },
            # It replaces the interval, so it must not be shorter; timers round down.
            retry_after=pause + 1 if pause > interval.total_seconds() else None,
        )

    def _write_failed(self, err: CloudError) -> HomeAssistantError:
        """Return the error for a failed write; a refused login starts reauthentication."""
        if isinstance(err, AuthError):
            self.config_entry.async_start_reauth(self.hass)
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=_WRITE_FAILED.get(type(err), "write_failed"),
            translation_placeholders={
                "vendor": self.login.vendor.name,
                "reason": failure_reason(self.hass, self.session, err),
            },
        )

    def _drop_absent(self) -> None:
        def counts(device_id: str) -> bool:
            state = self.poller.states.get(self.source_of_device(device_id))
            return state is not None and state.updated

        for device_id in self.devices.drop_absent(counts):
            self.created.pop(device_id, None)
        for state in self.poller.states.values():
            state.updated = False


def _cancel(tasks: Iterable[Asking]) -> None:
    for task in tasks:
        task.cancel()


def _some(names: list[str]) -> str:
    """Return the first few names in one line."""
    named = sorted(set(names))
    shown = ", ".join(named[:3])
    return shown if len(named) <= 3 else f"{shown} and {len(named) - 3} more"
