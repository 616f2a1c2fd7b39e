"""The coordinator of a CityFlow account: its lists, the newest rows, and the choice of devices."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
import time
from typing import ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..cloud.cache import Collection
from ..cloud.errors import BadAnswer, Refused
from ..const import ABSENT_POLLS
from ..coordinator import HabitatConfigEntry, HabitatCoordinator
from ..deadlines import SILENT, SKEW
from ..devices import Device
from ..issues import Issue
from ..poller import FetchResult, Source
from ..store import Derivation
from ..vendor import Login
from .client.join import join
from .client.models import DeviceType, Measurement, Probe
from .connection import connect
from .device_filter import choose
from .devices import PROBE_PREFIX, ROW, TYPE_PREFIX, device_id, device_of

DEVICES = "devices"
LATEST = "latest"
TYPES = "types"
ORGANIZATIONS = "organizations"

UNLISTED = "probes/@strays"
"""The key of a derived record: the keys of probes that have rows but are not in the list."""
_ORGANIZATION_PREFIX = "organization_"

HALF_A_DAY = timedelta(hours=12)
DAILY = timedelta(days=1)
APART = timedelta(minutes=65)
"""The rare sources are requested in different hours, except the first time: each may be half a poll
too early or too late."""
_ASK_AGAIN = timedelta(hours=1)
"""If the list is older than this when a probe becomes silent, it is requested again."""

MIN_SILENCE = timedelta(minutes=45)
MAX_SILENCE = timedelta(hours=2)
CADENCES = 3
"""A probe is silent after this many times its interval, at least 45 minutes and at most 2 hours."""


class CityFlowCoordinator(HabitatCoordinator):
    """One CityFlow account with the probes that it sees."""

    interval: ClassVar[timedelta] = timedelta(minutes=5)
    platforms: ClassVar[tuple[Platform, ...]] = (Platform.SENSOR,)

    def __init__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
    ) -> None:
        """Connect; no request is sent yet."""
        self.client = connect(hass, login)
        super().__init__(hass, entry, login, self.client.session, self.client.report)
        self._listed: Collection[Probe] | None = None
        self._list_failed = False
        self._joined: tuple[object, object, FetchResult] | None = None
        self._measured_at: dict[str, datetime] = {}
        self._gaps: dict[str, deque[timedelta]] = {}
        self._ever_listed: dict[str, Probe] = {}
        """All probes that the list ever named, so that a probe that it does not name any more keeps its name."""
        self._asked_again = 0
        self._chose_nothing = False

    @override
    async def async_config_entry_first_refresh(self) -> None:
        """Refresh, then remove the devices that the options do not choose any more."""
        await super().async_config_entry_first_refresh()
        # Only probes in the list: others are removed after several lists without them.
        for probe in self.records(DEVICES, Probe):
            if device_id(self.login, probe) not in self.devices.present:
                self.devices.remove(device_id(self.login, probe))

    # Polls.

    @override
    def sources(self) -> Iterator[Source]:
        """Return the lists and the newest rows, which follow the list of devices."""
        yield Source(DEVICES, self._fetch_devices, HALF_A_DAY, prefix=PROBE_PREFIX)
        yield Source(
            TYPES,
            self._fetch_types,
            DAILY,
            after=(DEVICES,),
            blocking=False,
            prefix=TYPE_PREFIX,
            spread=APART,
        )
        yield Source(
            ORGANIZATIONS,
            self._fetch_organizations,
            DAILY,
            after=(DEVICES,),
            blocking=False,
            prefix=_ORGANIZATION_PREFIX,
            spread=2 * APART,
        )
        yield Source(
            LATEST,
            self._fetch_latest,
            self.interval,
            after=(DEVICES,),
            blocking=False,
            # An empty answer means that all probes are silent.
            allow_empty=True,
            prefix=PROBE_PREFIX,
        )

    @override
    @callback
    def async_poll_ended(self) -> None:
        """Request the list again if a device is missing: it must be missing several times."""
        if not self.devices.missing:
            self._asked_again = 0
        elif self._asked_again < ABSENT_POLLS:
            self._asked_again += 1
            self.poller.ask_again(DEVICES, timedelta())

    @override
    @callback
    def _async_turned(self, turned: frozenset[str]) -> None:
        """Request the list soon if a probe became silent: it may have been removed."""
        state = self.poller.states.get(DEVICES)
        if state is not None and not all(map(self.is_alive, turned)):
            age = timedelta(seconds=time.monotonic() - max(state.answered_at, 0))
            if age >= _ASK_AGAIN - self.interval / 2:
                self.poller.ask_again(DEVICES, timedelta())
        super()._async_turned(turned)

    async def _fetch_devices(self) -> FetchResult:
        self._list_failed = True
        devices = await self.client.devices()
        self._list_failed = False
        # Ids are hexadecimal (docs/vendors/cityflow.md, Properties); others are dropped.
        sound = {
            key: probe
            for key, probe in devices.records.items()
            if key.isascii() and key.isalnum()
        }
        if len(sound) < len(devices.records):
            devices = Collection(sound, complete=False)
        self._listed = devices
        self._ever_listed |= sound
        return FetchResult(devices.records, devices.complete)

    async def _fetch_types(self) -> FetchResult:
        types = await self.client.device_types()
        self._check_list()
        return FetchResult(types.records, types.complete)

    async def _fetch_organizations(self) -> FetchResult:
        try:
            organizations = await self.client.organizations()
        except Refused as err:
            if err.status != HTTPStatus.FORBIDDEN:
                raise
            self._check_list()
            return FetchResult({}, complete=False)
        self._check_list()
        return FetchResult(organizations.records, organizations.complete)

    def _check_list(self) -> None:
        """Raise an error if the list of devices failed: an optional list alone is not an answer."""
        if self._list_failed:
            raise BadAnswer("The list of devices did not come")

    async def _fetch_latest(self) -> FetchResult:
        listed = self._listed
        if listed is None:
            raise BadAnswer("There is no list of devices yet")
        rows = await self.client.latest()
        if self._joined and self._joined[0] is rows and self._joined[1] is listed:
            return self._joined[2]
        latest = dt_util.utcnow() + SKEW
        newest = dict(self._newest(join(listed.records, rows, latest)))
        result = FetchResult({**dict(self._last_rows(listed)), **newest})
        self._joined = rows, listed, result
        return result

    def _last_rows(self, listed: Collection[Probe]) -> Iterator[tuple[str, object]]:
        """Yield the known rows of the listed probes, so that a silent probe keeps its last row."""
        known = self.store.keys(DEVICES)
        for key in self.store.keys(LATEST):
            owner = key.removesuffix(f"/{ROW}")
            if owner.removeprefix(PROBE_PREFIX) in listed.records or (
                not listed.complete and owner in known
            ):
                yield key.removeprefix(PROBE_PREFIX), self.data[key]

    def _newest(
        self, rows: Mapping[str, Measurement]
    ) -> Iterator[tuple[str, Measurement]]:
        """Yield the newest rows by key, and note when they were measured."""
        now = dt_util.utcnow()
        for probe_id, row in rows.items():
            name = f"{probe_id}/{ROW}"
            key = PROBE_PREFIX + name
            before = self.record(key, Measurement)
            if before is not None and row.time < before.time < now + SKEW:
                # The row is older than the known one.
                yield name, before
                continue
            yield name, row
            if before is not None and row.time == before.time:
                continue
            heard = min(row.time, now)
            if (last := self._measured_at.get(key)) is not None and heard > last:
                gaps = self._gaps.setdefault(key, deque(maxlen=CADENCES))
                gaps.append(heard - last)
            self._measured_at[key] = heard

    # What entities ask.

    @override
    def alive_until(self, device: Device) -> datetime | None:
        """Return when a probe's newest row will be too old for its interval."""
        key = f"{device.key}/{ROW}"
        self.store.note_read(key)
        heard = self._measured_at.get(key)
        if heard is None:
            return SILENT
        # The shortest gap, because a lost row makes a gap longer.
        cadence = min(self._gaps.get(key) or [MIN_SILENCE / CADENCES])
        return heard + min(max(CADENCES * cadence, MIN_SILENCE), MAX_SILENCE)

    def answers(self) -> bool:
        """Return whether the newest rows are not stale; the other lists do not age."""
        state = self.poller.states.get(LATEST)
        return state is not None and not state.stale

    @property
    def knows_types(self) -> bool:
        """Whether the list of types was requested, successfully or not."""
        state = self.poller.states.get(TYPES)
        return state is not None and (state.answered or state.is_failing)

    def type_of(self, device: Device) -> DeviceType | None:
        """Return the type of a device, or None."""
        probe = self.record(device.key, Probe)
        return None if probe is None else self._type(probe)

    def _type(self, probe: Probe) -> DeviceType | None:
        return self.record(f"{TYPE_PREFIX}{probe.type}", DeviceType)

    # Devices.

    @override
    def derivations(self) -> Iterator[Derivation]:
        """Return the probes that have rows but are not in the list."""
        yield Derivation(UNLISTED, LATEST, self._find_unlisted)

    def _find_unlisted(self) -> dict[str, object]:
        unlisted = dict(self._measuring_unlisted())
        return {**unlisted, UNLISTED: tuple(unlisted)}

    def _measuring_unlisted(self) -> Iterator[tuple[str, Probe]]:
        listed = self.store.keys(DEVICES)
        for key in self.store.keys(LATEST):
            row, owner = self.record(key, Measurement), key.removesuffix(f"/{ROW}")
            if row is None or owner in listed:
                continue
            probe_id = owner.removeprefix(PROBE_PREFIX)
            yield (
                owner,
                self._ever_listed.get(probe_id)
                or Probe(id=probe_id, type=row.type, location=row.location),
            )

    def probes(self) -> list[Probe]:
        """Return all probes, whether or not they are devices."""
        unlisted = self.record(UNLISTED, tuple) or ()
        found = [
            *self.records(DEVICES, Probe),
            *(self.record(key, Probe) for key in unlisted),
        ]
        # Ids that are not in the list were not checked yet.
        return [one for one in found if one and one.id.isascii() and one.id.isalnum()]

    @override
    def device_makers(self) -> Iterator[tuple[str, Callable[[], Device | None]]]:
        """Return the makers of the probes that the options choose; they have no parent."""
        for probe in self._chosen():
            key = f"{PROBE_PREFIX}{probe.id}"
            yield key, partial(self._describe, key)

    def _describe(self, key: str) -> Device | None:
        probe = self.record(key, Probe)
        if probe is None:
            return None
        return device_of(
            self.login,
            probe,
            row=self.record(f"{key}/{ROW}", Measurement),
            probe_type=self._type(probe),
            known_name=self.devices.name(device_id(self.login, probe)),
        )

    def choose(self, options: Mapping[str, object]) -> list[Probe]:
        """Return the probes that options choose."""
        config, probes = self.hass.config, self.probes()
        return choose(
            probes,
            options,
            (config.latitude, config.longitude),
            {
                probe.id
                for probe in probes
                if self.devices.known(device_id(self.login, probe))
            },
        )

    def _chosen(self) -> list[Probe]:
        """Return the probes that are devices; a choice without a match removes no device."""
        chosen = self.choose(self.config_entry.options)
        probes = self.probes()
        self._chose_nothing = bool(probes) and not chosen
        if self._chose_nothing:
            return [
                one for one in probes if self.devices.known(device_id(self.login, one))
            ]
        return chosen

    @override
    def describe_issues(self) -> Iterator[Issue]:
        """Return an issue if the options choose no probe."""
        if self._chose_nothing:
            yield Issue("nothing_chosen")

    @override
    def sees(self) -> frozenset[str]:
        """Return the ids of all probes, also of those that the options leave out."""
        return frozenset(device_id(self.login, probe) for probe in self.probes())

    @override
    def source_of_device(self, device_id: str) -> str:
        """Return the list of devices."""
        return DEVICES

    @override
    @callback
    def diagnostics_extra(self) -> Mapping[str, object]:
        """Return how many probes are devices, and how many of those are silent."""
        return {
            "probes": len(self.probes()),
            "silent": sum(
                not self.is_alive(device.key)
                for device in self.devices.present.values()
            ),
        }


COORDINATOR = CityFlowCoordinator
