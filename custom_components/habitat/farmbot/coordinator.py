"""A FarmBot account: lists once, then what the message broker tells; polls where it is silent."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
import time
from typing import Any, ClassVar, override

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback

from ..cloud.errors import ActionRequired, Refused
from ..coordinator import (
    FetchResult,
    HabitatConfigEntry,
    HabitatCoordinator,
    Lane,
    Part,
)
from ..devices import Device
from ..issues import Issue
from ..liveness import SILENT
from ..reach import Reach
from ..vendor import Login
from .client import api
from .client.api import Resource
from .client.models import FarmBotDevice, FbosConfig, Log, Record, Sequence
from .client.status import Activity, System
from .connection import connect
from .derived import DERIVED, ROBOT, SCHEDULE, SOURCES
from .devices import device_of, platform_of
from .items import KINDS, drop_gone
from .outcomes import Outcomes
from .past import Past
from .receiver import LINK, LOG, STATUS, Link, Push
from .release import RELEASE, Available
from .running import RUNNING, Running, RunningSequences
from .webcams import WEBCAM, Webcams

DEVICE = api.DEVICE.path
SYSTEM, ACTIVITY = "system", "activity"
_ITEM_PARTS = frozenset(kind.part for kind in KINDS.values())

_DEVICE_PARTS = (*_ITEM_PARTS, api.FIRMWARE_CONFIG.path, WEBCAM)
"""What has entities as it comes and goes."""

_MINUTE = timedelta(minutes=1)
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

RECONCILE = 6 * _HOUR
"""How often the lists are asked for while the broker tells what changes."""

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
"""What is asked for, and how often while the broker is out of reach: below 1 MB an hour."""

NEWEST_READINGS = 50
"""Of up to 2500 that the server keeps."""
_PACE_TOLERANCE = timedelta(seconds=30)
"""Polls are a little apart from their pace."""
_ALWAYS = frozenset({LOG, LINK, RELEASE, WEBCAM})
"""Parts that do not age."""


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
        """Connect, without asking for anything yet."""
        connection = connect(hass, login)
        self.client = connection.client
        self.auth = connection.auth
        super().__init__(hass, entry, login, self.client.session, self.client.report)
        self.push = Push(self, connection.auth, frozenset(PACES))
        self.past = Past(hass, entry.entry_id)
        self.webcams = Webcams(self)
        self.running = RunningSequences()
        self.outcomes = Outcomes(self, SCHEDULE)
        entry.async_on_unload(self.outcomes.stop)
        self._answered: dict[str, float] = {}
        """When each list was answered last, on the monotonic clock."""
        self._asked = False
        """Whether any list was asked for."""
        self._known: asyncio.Future[bool] = hass.loop.create_future()
        """Done when the server was first asked for the robot; whether it is worth going on."""
        self._action_required: str | None = None
        self._pushed = False
        """Whether all lists were answered since the broker was connected, and so stay true."""
        self._derived: set[str] = set()
        """What followed from the lists at least once, by its key."""
        self._stale: set[str] = set()
        """The parts that were stale when readers were told last."""

    # Life.

    @override
    async def async_config_entry_first_refresh(self) -> None:
        """Begin; keep the past when it ends."""
        await self.past.load()
        self.async_learn_parts(
            {
                LINK: {LINK: Link(broker=False)},
                RELEASE: {RELEASE: self.past.release},
            }
        )
        await super().async_config_entry_first_refresh()
        entry = self.config_entry
        entry.async_on_unload(self._write_past)
        entry.async_on_unload(
            # Not the final write itself, by which time the store must know that it has one to do.
            self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._keep_past)
        )

    @callback
    def _keep_past(self, _: Event | None = None) -> None:
        self.outcomes.look()

    async def _write_past(self) -> None:
        self._keep_past()
        await self.past.write()

    # Lists.

    @override
    def fast_lane(self) -> Iterable[Part]:
        """Return the lists whose time it is; the robot's own record always is."""
        due: list[Part] = []
        later: list[Part] = []
        for resource, pace in PACES.items():
            part = Part(
                resource.path,
                partial(self._fetch_list, resource),
                "" if resource.single else f"{resource.path}/",
                # The last alert or event of a garden goes every day, and may go unheard.
                may_empty=resource.path not in _ITEM_PARTS,
                names_devices=resource is api.DEVICE,
                every=pace,
            )
            is_due = resource is api.DEVICE or self._list_due(resource, pace)
            (due if is_due else later).append(part)
        return [*due, *self.scouts(later)]

    def _list_due(self, resource: Resource[Any], pace: timedelta) -> bool:
        state = self.parts.get(resource.path)
        if state is not None and (state.failures or state.stale):
            return self._polls >= state.due
        answered = self._answered.get(resource.path)
        # A clock that was set back must not make anybody wait.
        return answered is None or not (
            0 <= time.monotonic() - answered < (pace - _PACE_TOLERANCE).total_seconds()
        )

    async def _fetch_list(self, resource: Resource[Any]) -> FetchResult:
        """Ask for one list, the first time not before the broker is being listened to."""
        if resource is not api.DEVICE and await self._known:
            await self.push.begin()
        self._asked |= resource is not api.DEVICE
        # What is asked for before a connection to the broker does not count after it.
        answered = self._answered
        try:
            result = await self._ask_for(resource)
        except ActionRequired as err:
            self._action_required = err.key
            raise
        except Refused as err:
            unknown = err.status == HTTPStatus.NOT_FOUND and not err.of_login
            if not (unknown and self._may_lack(resource)):
                raise
            return FetchResult({}, lacking=err)
        finally:
            if resource is api.DEVICE and not self._known.done():
                self._known.set_result(self._action_required is None)
        answered[resource.path] = time.monotonic()
        return result

    def _may_lack(self, resource: Resource[Any]) -> bool:
        """Say whether a server may be too old for a resource: it knows the robot, but never that."""
        state = self.parts.get(resource.path)
        knows_robot = DEVICE in self._answered or DEVICE in self.data
        return knows_robot and not (state and state.keys)

    async def _ask_for(self, resource: Resource[Any]) -> FetchResult:
        if resource.single:
            return FetchResult({resource.path: await self.client.show(resource)})
        if resource is api.SENSOR_READINGS:
            found = await self.client.newest(resource, NEWEST_READINGS)
        else:
            found = await self.client.list(resource)
        return FetchResult(found.records, found.whole)

    @override
    def slow_lanes(self) -> Iterable[Lane]:
        """Return the newest release, where somebody wants to know it and it is time."""
        robot = self.record(DEVICE, FarmBotDevice)
        platform = platform_of(robot, self.record(SYSTEM, System)) if robot else None
        if platform and RELEASE in self.wanted() and self.past.release_due:
            fetch = partial(self._fetch_release, platform)
            yield Lane(self.interval, (Part(RELEASE, fetch),))

    async def _fetch_release(self, platform: str) -> FetchResult:
        # The server has counted it even where no answer comes.
        self.past.keep_release(self.past.release)
        release = await self.client.release(platform)
        available = Available(release.version if release else None)
        self.past.keep_release(available)
        return FetchResult({RELEASE: available})

    @override
    async def _async_update_data(self) -> dict[str, object]:
        """Poll; whether the server wants something of its user first shows anew."""
        before, self._action_required = self._action_required, None
        try:
            return await super()._async_update_data()
        finally:
            if self._away and self._action_required is None:
                # Where nothing was heard, what was to be done is still to be done.
                self._action_required = before

    @override
    @callback
    def async_poll_ended(self) -> None:
        """Choose the pace and say what only the user can put right."""
        self._pushed = self.push.is_connected and all(
            resource.path in self._answered or self.lacks(resource.path)
            for resource in PACES
        )
        self._set_pace()
        self.webcams.look()
        if self._action_required or not self._away:
            self._update_issues()

    def _set_pace(self) -> None:
        states = (self.parts.get(resource.path) for resource in PACES)
        healthy = all(state is not None and not state.failures for state in states)
        self.update_interval = RECONCILE if self._pushed and healthy else self.interval
        self.lacking_for = RECONCILE - _PACE_TOLERANCE if self._pushed else _DAY

    # The broker.

    @callback
    def async_broker_connected(self) -> None:
        """Ask for all lists, unless none was asked for before this connection."""
        if self._asked:
            self._answered = {}
            self.async_refresh_soon()

    @callback
    def async_broker_lost(self) -> None:
        """Poll from now on."""
        if self._pushed:
            self._pushed = False
            self._changed.update(self.data)
        self.update_interval = self.interval
        self._schedule_refresh()
        self.async_update_listeners()

    @property
    def reach(self) -> Reach:
        """Where the addresses of photos and webcams may lead."""
        token = self.auth.token
        alias = token.claims.get("iss", "") if token else ""
        return Reach(self.login.url, alias, plain=True)

    @property
    def link(self) -> Link:
        """Whether the broker can be reached, and whether the robot answers there."""
        return self.record(LINK, Link) or Link(broker=False)

    def follow_work(self, log: Log | None, activity: object) -> Running:
        """Return what the robot runs, by a line of its log and by what it says that it does."""
        now = self.hass.loop.time()
        if log is not None:
            self.outcomes.hear(log)
            config = self.record(api.FBOS_CONFIG.path, FbosConfig)
            self.running.hear(
                log,
                now,
                self._is_sequence,
                ends_are_logged=bool(config and config.sequence_complete_log),
            )
        if isinstance(activity, Activity):
            before = self.record(ACTIVITY, Activity)
            if activity.busy and before and not before.busy:
                self.outcomes.at_work()
            if activity.locked:
                self.running.forget()
        self.running.forget_silent(now)
        return self.running.running

    def _is_sequence(self, name: str) -> bool:
        return any(
            one.name == name for one in self.records(api.SEQUENCES.path, Sequence)
        )

    @callback
    def show_running(self) -> None:
        """Show what the robot runs, as we know it by our own commands."""
        self.async_learn_parts({STATUS: {RUNNING: self.running.running}})

    @property
    def is_locked(self) -> bool:
        """Whether the emergency stop is on."""
        activity = self.record(ACTIVITY, Activity)
        return bool(activity and activity.locked)

    @property
    def reachable(self) -> bool:
        """Whether the robot can be heard and told something."""
        return self.link.broker and self.link.online is not False

    @override
    def alive_until(self, device: Device) -> datetime | None:
        """Return that a robot which cannot be reached is silent."""
        return None if self.reachable else SILENT

    @override
    def is_alive(self, device_key: str) -> bool:
        """Return whether the robot is heard of; what the server keeps is true without it."""
        of_robot = device_key == ROBOT or self._part_of(device_key) == STATUS
        return not of_robot or super().is_alive(ROBOT)

    # What entities ask.

    @override
    def fresh(self, key: str) -> bool:
        """Say whether what stands under a key is young enough to be shown.

        What the robot says is, as long as it can be heard; what the server says also while the
        broker tells each change of it, whether or not a poll succeeds.
        """
        part = self._part_of(key)
        if part in _ALWAYS:
            return True
        if part == STATUS:
            return self.reachable
        state = self.parts.get(part)
        return state is not None and (self._pushed or not state.stale)

    def _part_of(self, key: str) -> str:
        return self._part_of_key.get(key) or SOURCES.get(key.partition("/")[0], "")

    @override
    def is_outdated(self, record: object, known: object) -> bool:
        """Say whether a record is from before the one that is known: what is pushed overtakes lists."""
        return (
            isinstance(record, Record)
            and isinstance(known, Record)
            and record.updated_at is not None
            and known.updated_at is not None
            and record.updated_at < known.updated_at
        )

    def keys_of(self, part: str) -> list[str]:
        """Return the keys of a list's records, in the cloud's order."""
        state = self.parts.get(part)
        return list(state.keys) if state else []

    def is_whole(self, part: str) -> bool:
        """Say whether what a list does not name is gone."""
        state = self.parts.get(part)
        return state is not None and state.whole

    # What follows from the records.

    @override
    def derive(self) -> Iterator[tuple[str, object]]:
        """Return what follows from the lists that changed, and once from those that are empty."""
        touched = {key.partition("/")[0] for key in self._changed}
        for derived in DERIVED:
            source = self.parts.get(derived.sources[0])
            if source is None or not source.answered:
                continue
            if derived.key not in self._derived or touched & {*derived.sources}:
                self._derived.add(derived.key)
                yield from derived.make(self)

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Tell those as well who read what follows from a list that went stale or came back."""
        stale = {name for name, state in self.parts.items() if state.stale}
        if turned := stale ^ self._stale:
            self._stale = stale
            followed = {one.key for one in DERIVED if one.sources[0] in turned}
            self._changed.update(
                key for key in self.data if key.partition("/")[0] in followed
            )
        super().async_update_listeners()

    @override
    def _follow_changes(self) -> None:
        touched = {key.partition("/")[0] for key in self._changed}
        super()._follow_changes()
        if SCHEDULE in {key.partition("/")[0] for key in self._changed}:
            self.outcomes.arm()
        if not touched.isdisjoint(_ITEM_PARTS):
            drop_gone(self)
        if api.WEBCAM_FEEDS.path in touched:
            self.webcams.look()

    @override
    def describe_devices(self) -> Iterator[Device]:
        """Return the robot."""
        robot = self.record(DEVICE, FarmBotDevice)
        if robot is not None:
            yield device_of(
                self.login,
                robot,
                self.record(SYSTEM, System),
                self.record(api.FBOS_CONFIG.path, FbosConfig),
                reads=tuple(
                    key for part in _DEVICE_PARTS for key in self.keys_of(part)
                ),
            )

    @override
    def part_of_device(self, device_id: str) -> str:
        """Return the robot's own record."""
        return DEVICE

    @override
    def describe_issues(self) -> Iterator[Issue]:
        """Return what the server wants of its user first."""
        if self._action_required:
            yield Issue(self._action_required, learn_more=self.login.url)
        if self.push.out_of_reach:
            yield Issue("broker_out_of_reach")

    @override
    def explain(self) -> Mapping[str, object]:
        """Return how the broker is doing."""
        return {"broker": asdict(self.push.link.counters), "link": asdict(self.link)}


COORDINATOR = FarmBotCoordinator
