"""Coordinator of a FarmBot account: reads the lists once, follows the message broker, and polls while that is lost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, override

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback

from ..cloud.errors import ActionRequired, Refused
from ..coordinator import HabitatConfigEntry, HabitatCoordinator
from ..deadlines import SILENT
from ..devices import Device
from ..issues import Issue
from ..poller import FetchResult, Source
from ..reach import Reach
from ..store import Derivation, RecordStore
from ..vendor import Login
from .client import api
from .client.api import Resource
from .client.enums import ReleasePlatform
from .client.models import FarmBotDevice, FarmEvent, FbosConfig, Log, Record, Sequence
from .client.status import Activity, System
from .connection import connect
from .derived import DERIVED, ROBOT, SCHEDULE, DerivedRecord
from .devices import device_of, release_platform
from .garden.running import RUNNING, RunningSequences, SequenceTracker
from .items import KINDS, async_remove_gone
from .occurrence_store import RELEASE, AvailableRelease, OccurrenceStore
from .outcomes import OutcomeTracker
from .receiver import CONNECTIVITY, LOG, STATUS, BrokerReceiver, Connectivity
from .webcams import WEBCAM, WebcamFinder

DEVICE = api.DEVICE.path
ACTIVITY, JOBS, POSITION, SYSTEM = "activity", "jobs", "position", "system"
"""Keys of records of the robot's status."""
_ITEM_SOURCES = frozenset(kind.source for kind in KINDS.values())

_DEVICE_SOURCES = (*_ITEM_SOURCES, api.FIRMWARE_CONFIG.path, WEBCAM)
"""Sources whose records add and remove entities."""

_MINUTE = timedelta(minutes=1)
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

RECONCILE = 6 * _HOUR
"""How often the lists are read while the broker sends changes; it does not send all of them
(docs/vendors/farmbot.md, Message broker)."""

PACES: Mapping[Resource[Any], timedelta] = {
    api.DEVICE: 5 * _MINUTE,
    api.SENSOR_READINGS: 5 * _MINUTE,
    api.FARM_EVENTS: 15 * _MINUTE,
    api.IMAGES: 30 * _MINUTE,
    api.POINTS: _HOUR,
    api.ALERTS: _HOUR,
    api.PERIPHERALS: _HOUR,
    api.SENSORS: _HOUR,
    api.TOOLS: _HOUR,
    api.FBOS_CONFIG: _HOUR,
    api.SEQUENCES: RECONCILE,
    api.REGIMENS: RECONCILE,
    api.POINT_GROUPS: RECONCILE,
    api.CURVES: RECONCILE,
    api.FARMWARE_ENVS: RECONCILE,
    api.FIRMWARE_CONFIG: _DAY,
    api.WEB_APP_CONFIG: _DAY,
    api.WEBCAM_FEEDS: _DAY,
}
"""The resources that are polled, and how often while the broker cannot be reached: less than 1 MB an hour."""

NEWEST_READINGS = 50
"""Sensor readings that are read; the server keeps up to 2500 (docs/vendors/farmbot.md, Resources)."""
_NEVER_STALE = frozenset({LOG, CONNECTIVITY, RELEASE, WEBCAM})
"""Sources whose records do not become stale."""


class FarmBotCoordinator(HabitatCoordinator):
    """One FarmBot account: one robot."""

    interval: ClassVar[timedelta] = 5 * _MINUTE
    platforms: ClassVar[tuple[Platform, ...]] = (
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.CALENDAR,
        Platform.EVENT,
        Platform.IMAGE,
        Platform.NUMBER,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SWITCH,
        Platform.TODO,
        Platform.UPDATE,
    )

    def __init__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
    ) -> None:
        """Create the client; no request is sent yet."""
        connection = connect(hass, login)
        self.client = connection.client
        self.auth = connection.auth
        super().__init__(hass, entry, login, self.client.session, self.client.report)
        self.running = SequenceTracker()
        self.receiver = BrokerReceiver(
            self, self.client, self.auth, frozenset(PACES), self
        )
        self.occurrence_store = OccurrenceStore(hass, entry.entry_id)
        self.webcams = WebcamFinder(self, lambda: self.reach)
        self.outcomes = OutcomeTracker(
            self.store, self.occurrence_store, self.deadlines, self._is_out_of_action
        )
        self._lists_requested = False
        """Whether any list was requested."""
        self._connected_at = 0
        """The number of the last request that was sent before the broker was connected last."""
        self._action_required: str | None = None
        self._knows_robot = False
        """Whether the server has returned the robot's own record at least once."""
        self._lists_are_current = False
        """Whether all lists were read since the broker was connected, which keeps them current."""

    # Set-up and unload.

    @override
    async def async_config_entry_first_refresh(self) -> None:
        """Load what is stored, then poll; save the occurrences when the entry is unloaded."""
        await self.occurrence_store.async_load()
        self.async_set_records(
            {
                CONNECTIVITY: {CONNECTIVITY: Connectivity(broker=False)},
                RELEASE: {RELEASE: self.occurrence_store.release},
            }
        )
        await super().async_config_entry_first_refresh()
        entry = self.config_entry
        entry.async_on_unload(self._save_occurrences)
        entry.async_on_unload(
            # Before the final write: by then the store must know that there is something to write.
            self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._update_outcomes)
        )

    @callback
    def _update_outcomes(self, _: Event | None = None) -> None:
        self.outcomes.async_update()

    async def _save_occurrences(self) -> None:
        self._update_outcomes()
        await self.occurrence_store.async_save()

    # Lists.

    @override
    def sources(self) -> Iterator[Source]:
        """Return the robot's own record, the lists, and the newest release."""
        for resource, pace in PACES.items():
            is_robot = resource is api.DEVICE
            yield Source(
                resource.path,
                partial(self._fetch_list, resource),
                pace,
                after=() if is_robot else (DEVICE,),
                blocking=is_robot,
                # The last alert or event may disappear on any day, and the broker may not send that.
                allow_empty=resource.path not in _ITEM_SOURCES,
                prefix="" if resource.single else f"{resource.path}/",
            )
        yield Source(
            RELEASE,
            self._fetch_release,
            self.interval,
            when=self._wants_release,
            background=True,
        )

    async def _fetch_list(self, resource: Resource[Any]) -> FetchResult:
        """Read one list; the first time, connect to the broker before that."""
        if resource is not api.DEVICE and self._action_required is None:
            await self.receiver.async_start()
        self._lists_requested |= resource is not api.DEVICE
        try:
            return await self._request(resource)
        except ActionRequired as err:
            self._action_required = err.key
            raise
        except Refused as err:
            unknown = err.status == HTTPStatus.NOT_FOUND and not err.of_login
            if not (unknown and self._may_lack(resource)):
                raise
            return FetchResult({}, lacking=err)

    def _may_lack(self, resource: Resource[Any]) -> bool:
        """Return whether the server may be too old to have a resource: it has the robot, and never had that."""
        knows_robot = DEVICE in self.data or (
            resource is not api.DEVICE and self._knows_robot
        )
        return knows_robot and not self.store.keys(resource.path)

    async def _request(self, resource: Resource[Any]) -> FetchResult:
        if resource.single:
            record = await self.client.show(resource)
            self._knows_robot |= resource is api.DEVICE
            return FetchResult({resource.path: record})
        if resource is api.SENSOR_READINGS:
            found = await self.client.newest(resource, NEWEST_READINGS)
        else:
            found = await self.client.list(resource)
        return FetchResult(found.records, found.complete)

    def _wants_release(self) -> bool:
        """Return whether an entity shows the newest release, and it may be requested again."""
        return (
            RELEASE in self.store.subscribed_keys
            and self.occurrence_store.release_due
            and self._platform is not None
        )

    @property
    def _platform(self) -> ReleasePlatform | None:
        robot = self.record(DEVICE, FarmBotDevice)
        return release_platform(robot, self.record(SYSTEM, System)) if robot else None

    async def _fetch_release(self) -> FetchResult:
        platform = self._platform
        if platform is None:
            return FetchResult({})
        # The server counts the request even if its answer is lost.
        self.occurrence_store.set_release(self.occurrence_store.release)
        release = await self.client.release(platform)
        available = AvailableRelease(release.version if release else None)
        self.occurrence_store.set_release(available)
        return FetchResult({RELEASE: available})

    @override
    async def _async_update_data(self) -> dict[str, object]:
        """Poll, and find out again whether the user has to act at the vendor first."""
        before, self._action_required = self._action_required, None
        try:
            return await super()._async_update_data()
        finally:
            if self.is_away and self._action_required is None:
                # Without an answer it is not known whether the user has acted.
                self._action_required = before

    @override
    def poll_interval(self) -> timedelta:
        """Return the interval, which is long while the broker sends changes."""
        states = (self.poller.states.get(resource.path) for resource in PACES)
        healthy = all(state is not None and not state.is_failing for state in states)
        return RECONCILE if self._lists_are_current and healthy else self.interval

    @override
    @callback
    def async_poll_ended(self) -> None:
        """Find out whether the lists stay current, and update the repair issues."""
        self._lists_are_current = self.receiver.is_connected and all(
            self._is_answered(resource.path) or self.poller.lacks(resource.path)
            for resource in PACES
        )
        self.poller.lacking_for = (
            RECONCILE - self.interval if self._lists_are_current else _DAY
        )
        self.webcams.async_check()
        if self._action_required or not self.is_away:
            self.update_issues()

    def _is_answered(self, path: str) -> bool:
        """Return whether a list was read since the broker was connected."""
        state = self.poller.states.get(path)
        return state is not None and state.answered_request > self._connected_at

    # The broker.

    @callback
    def async_broker_connected(self) -> None:
        """Read all lists again, unless none was read before this connection."""
        if self._lists_requested:
            self._connected_at = self.poller.requests
            self.poller.ask_all_soon()
            self.async_refresh_soon()

    @callback
    def async_broker_lost(self) -> None:
        """Poll from now on."""
        if self._lists_are_current:
            self._lists_are_current = False
            self.store.touch(self.data)
        self.update_interval = self.interval
        self._schedule_refresh()
        self.async_publish()

    @callback
    def async_robot_lost(self) -> None:
        """Forget what runs according to the log, since the robot does not answer."""
        self.running.clear_logged()

    def _is_out_of_action(self) -> bool:
        """Return whether it is known that the robot does not run what is due."""
        return self.connectivity.broker and (
            self.connectivity.online is False or self.is_locked
        )

    @property
    def reach(self) -> Reach:
        """Where the addresses of photos and webcams may lead."""
        token = self.auth.token
        alias = token.claims.get("iss", "") if token else ""
        return Reach(self.login.url, alias, plain=True)

    @property
    def connectivity(self) -> Connectivity:
        """Whether the broker can be reached, and whether the robot answers there."""
        return self.record(CONNECTIVITY, Connectivity) or Connectivity(broker=False)

    def async_update_running(
        self, log: Log | None, activity: object
    ) -> RunningSequences:
        """Return what the robot runs, from a line of its log and from its status."""
        now = self.hass.loop.time()
        if log is not None:
            self.outcomes.process_log(log)
            config = self.record(api.FBOS_CONFIG.path, FbosConfig)
            self.running.process_log(
                log,
                now,
                self._is_sequence,
                ends_are_logged=bool(config and config.sequence_complete_log),
            )
        if isinstance(activity, Activity):
            before = self.record(ACTIVITY, Activity)
            if activity.busy and before and not before.busy:
                self.outcomes.async_work_started()
            if activity.locked:
                self.running.clear_logged()
        self.running.expire_logged(now)
        return self.running.running

    def _is_sequence(self, name: str) -> bool:
        return any(
            one.name == name for one in self.records(api.SEQUENCES.path, Sequence)
        )

    @callback
    def async_publish_running(self) -> None:
        """Publish what the robot runs as a result of Habitat's own commands."""
        self.async_set_records({STATUS: {RUNNING: self.running.running}})

    @property
    def is_locked(self) -> bool:
        """Whether the emergency stop is on."""
        activity = self.record(ACTIVITY, Activity)
        return bool(activity and activity.locked)

    @property
    def reachable(self) -> bool:
        """Whether the robot can be reached through the broker."""
        return self.connectivity.broker and self.connectivity.online is not False

    @override
    def alive_until(self, device: Device) -> datetime | None:
        """Return SILENT for a robot that cannot be reached."""
        return None if self.reachable else SILENT

    @override
    def is_alive(self, key: str) -> bool:
        """Return whether what is under a key is alive: records of the server do not depend on the robot."""
        of_robot = key == ROBOT or self.store.source_of(key) == STATUS
        return not of_robot or super().is_alive(ROBOT)

    # What entities ask.

    @override
    def is_current(self, key: str) -> bool:
        """Return whether the record under a key is recent enough to be shown.

        What the robot sends is current while it can be reached; what the server keeps is also
        current while the broker sends each change, even if a poll fails.
        """
        source = self.store.source_of(key)
        if source in _NEVER_STALE:
            return True
        if source == STATUS:
            return self.reachable
        state = self.poller.states.get(source or "")
        return state is not None and (self._lists_are_current or not state.stale)

    @override
    def is_outdated(self, record: object, known: object) -> bool:
        """Return whether a record is older than the known one, as when a push overtakes a list."""
        return (
            isinstance(record, Record)
            and isinstance(known, Record)
            and record.updated_at is not None
            and known.updated_at is not None
            and record.updated_at < known.updated_at
        )

    def is_complete(self, source: str) -> bool:
        """Return whether a list was read completely, so that a record missing from it is deleted."""
        state = self.poller.states.get(source)
        return state is not None and state.complete

    # Derived records.

    @override
    def derivations(self) -> Iterator[Derivation]:
        """Return the derived records."""
        for one in DERIVED:
            yield Derivation(one.key, one.source, partial(_derive, one, self.store))

    @override
    @callback
    def async_processed(self, changed: frozenset[str]) -> None:
        """Follow the schedule, and remove the entities of deleted items."""
        touched = {key.partition("/")[0] for key in changed}
        if api.FARM_EVENTS.path in touched:
            events = self.records(api.FARM_EVENTS.path, FarmEvent)
            self.occurrence_store.drop_impossible(
                {one.id: one.created_at for one in events if one.created_at is not None}
            )
        if SCHEDULE in touched:
            self.outcomes.async_schedule_changed()
        if not touched.isdisjoint(_ITEM_SOURCES):
            async_remove_gone(self, self.is_complete)
        if api.WEBCAM_FEEDS.path in touched:
            self.webcams.async_check()

    @override
    def device_makers(self) -> Iterator[tuple[str, Callable[[], Device | None]]]:
        """Return the robot."""
        yield DEVICE, self._create_device

    def _create_device(self) -> Device | None:
        robot = self.record(DEVICE, FarmBotDevice)
        if robot is None:
            return None
        return device_of(
            self.login,
            robot,
            self.record(SYSTEM, System),
            self.record(api.FBOS_CONFIG.path, FbosConfig),
            reads=tuple(
                key for source in _DEVICE_SOURCES for key in self.store.keys(source)
            ),
        )

    @override
    def source_of_device(self, device_id: str) -> str:
        """Return the robot's own record."""
        return DEVICE

    @override
    def describe_issues(self) -> Iterator[Issue]:
        """Return what the user has to do before the server answers, and a broker that is lost for long."""
        if self._action_required:
            yield Issue(self._action_required, learn_more=self.login.url)
        if self.receiver.is_long_lost:
            yield Issue("broker_out_of_reach")

    @override
    def diagnostics_extra(self) -> Mapping[str, object]:
        """Return the state and the counters of the broker connection."""
        return {
            "broker": asdict(self.receiver.connection.counters),
            "link": asdict(self.connectivity),
        }


def _derive(derived: DerivedRecord, store: RecordStore) -> Mapping[str, object]:
    return {key: one for key, one in derived.make(store) if one is not None}


COORDINATOR = FarmBotCoordinator
