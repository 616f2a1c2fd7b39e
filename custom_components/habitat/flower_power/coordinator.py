"""The coordinator of a Flower Power account: its sources, and what follows from their records."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
import time
from typing import ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from ..cloud.time_range import TimeRange
from ..coordinator import HabitatConfigEntry, HabitatCoordinator
from ..deadlines import past
from ..devices import Device
from ..poller import FetchResult, Source
from ..store import Derivation
from ..vendor import Login
from .bluetooth import bluetooth_addresses
from .client.api import Garden
from .client.models import Location, LocationStatus, Sample, Versions, WateringEvent
from .connection import connect
from .devices import STATUS, device_of, sample_keys

VERSIONS = "versions"
CONFIGURATION = "configuration"
PROFILE = "profile"
SAMPLES = "samples"
"""The names of the sources; the last has one source for each location."""

ADDRESSES = "@bluetooth"
"""The end of the key of a sensor's Bluetooth address, a derived record."""

DAY = timedelta(days=1)
SAMPLE_LIFETIME = timedelta(days=2)
"""How long a sample is current. A sensor measures every 15 minutes, but a phone must upload the samples, so
a day without them is normal. After two days the cloud's analysis is out of date
(docs/vendors/flower_power.md, Resources)."""
_FIRST_NET: Mapping[str, timedelta] = {
    CONFIGURATION: timedelta(hours=8),
    STATUS: timedelta(hours=16),
}
"""When the daily requests are due first, so that they are in different hours."""


@dataclass(frozen=True, slots=True)
class Waterings:
    """The last waterings of a plant, the oldest first."""

    events: tuple[WateringEvent, ...]
    since: datetime = field(compare=False)
    """The start of the time range that was requested."""


@dataclass(slots=True)
class _VersionedAnswer[R: (Location, LocationStatus)]:
    """One of the two large answers, which is only requested if its version changed."""

    ask: Callable[[], Awaitable[Garden[R]]]
    version: Callable[[Versions], int | None]
    suffix: str
    """Appended to the key of a location to make that of the record."""
    due: float
    """When it is requested in any case, on the monotonic clock, because versions may be wrong."""
    garden: Garden[R] | None = None
    result: FetchResult | None = None

    @property
    def after(self) -> tuple[str, ...]:
        """The sources to follow: the versions, once there is an answer."""
        return (VERSIONS,) if self.result else ()

    def current(self, versions: Versions | None) -> bool:
        """Return whether the cloud has nothing newer; an empty answer is never current."""
        if not (versions and self.garden and self.garden.records):
            return False
        version = self.version(versions)
        return (
            version is not None
            and version == self.version(self.garden.versions)
            and time.monotonic() < self.due
        )

    def lags(self, answer: Garden[R], versions: Versions | None) -> bool:
        """Return whether an answer is older than the kept one, by the versions of the cloud."""
        if not (versions and self.garden):
            return False
        new, kept = self.version(answer.versions), self.version(self.garden.versions)
        now = self.version(versions)
        # If the cloud went back to an older version, such as from a backup, that is used.
        return None not in (new, kept, now) and new < kept <= now  # type: ignore[operator]  # they are not None

    async def fetch(self, versions: Versions | None = None) -> FetchResult:
        """Request it, and keep the answer unless it is older than the kept one."""
        answer = await self.ask()
        if self.result is not None and self.lags(answer, versions):
            return FetchResult(self.result.records, complete=False)
        before, self.garden = self.garden, answer
        while self.due <= time.monotonic():
            self.due += DAY.total_seconds()
        records = self.garden.records
        if self.result is None or before is None or before.records is not records:
            self.result = FetchResult(
                {f"{name}{self.suffix}": record for name, record in records.items()},
                self.garden.complete,
            )
        return self.result


class FlowerPowerCoordinator(HabitatCoordinator):
    """One Flower Power account with all its locations."""

    interval: ClassVar[timedelta] = timedelta(minutes=15)
    platforms: ClassVar[tuple[Platform, ...]] = (
        Platform.BINARY_SENSOR,
        Platform.EVENT,
        Platform.IMAGE,
        Platform.SENSOR,
        Platform.UPDATE,
    )

    def __init__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
    ) -> None:
        """Connect; no request is sent yet."""
        self.client = connect(hass, login)
        super().__init__(hass, entry, login, self.client.session, self.client.report)
        now = time.monotonic()
        self._configuration = _VersionedAnswer(
            self.client.configuration,
            lambda versions: versions.user_config_version,
            suffix="",
            due=now + _FIRST_NET[CONFIGURATION].total_seconds(),
        )
        self._status = _VersionedAnswer(
            self.client.status,
            lambda versions: versions.garden_status_version,
            suffix=f"/{STATUS}",
            due=now + _FIRST_NET[STATUS].total_seconds(),
        )
        self._versions: Versions | None = None
        """The versions in this poll, or None if the request failed."""
        self._samples_until: dict[str, datetime] = {}
        """The time of the last sample that was read, by location."""
        self._sample_results: dict[str, FetchResult] = {}
        """The result of that request, by location."""

    # Sources.

    @override
    def sources(self) -> Iterator[Source]:
        """Return the versions, the two large answers, and the samples of locations with new ones."""
        yield Source(VERSIONS, self._fetch_versions, self.interval, blocking=False)
        yield Source(
            CONFIGURATION,
            partial(self._fetch_garden, self._configuration, self._device_gone),
            self.interval,
            after=self._configuration.after,
        )
        yield Source(
            STATUS,
            partial(self._fetch_garden, self._status, self._processing),
            self.interval,
            after=self._status.after,
            blocking=False,
        )
        yield Source(PROFILE, self._fetch_profile, DAY, background=True)
        read = self.store.subscribed_keys
        for key in self.store.keys(STATUS):
            identifier = key.removesuffix(f"/{STATUS}")
            if not read.isdisjoint(sample_keys(identifier)):
                yield Source(
                    f"{SAMPLES} of {identifier}",
                    partial(self._fetch_samples, key),
                    self.interval,
                    when=partial(self._is_behind, key),
                    background=True,
                    label=SAMPLES,
                )

    async def _fetch_versions(self) -> FetchResult:
        self._versions = None
        self._versions = await self.client.versions()
        return FetchResult({VERSIONS: self._versions})

    async def _fetch_garden[R: (Location, LocationStatus)](
        self, kept: _VersionedAnswer[R], in_flux: Callable[[], bool]
    ) -> FetchResult:
        """Request an answer if it may be newer than the kept one; without versions it always may."""
        if kept.result is None:
            return await kept.fetch()
        if kept.current(self._versions) and not in_flux():
            # Not complete: an unchanged answer does not count again for missing devices.
            return FetchResult(kept.result.records, complete=False)
        return await kept.fetch(self._versions)

    def _device_gone(self) -> bool:
        """Return whether a device is missing: it is removed after several answers without it."""
        return self.devices.missing

    def _processing(self) -> bool:
        """Return whether the cloud is processing samples: its version does not change at the end."""
        return any(
            status.processing_uploads for status in self.records(STATUS, LocationStatus)
        )

    async def _fetch_profile(self) -> FetchResult:
        return FetchResult({PROFILE: await self.client.profile()})

    def _is_behind(self, key: str) -> bool:
        """Return whether there are new samples, or the last requests failed."""
        status = self.record(key, LocationStatus)
        if status is None or status.last_sample_utc is None:
            return False
        identifier = status.location_identifier
        state = self.poller.states.get(f"{SAMPLES} of {identifier}")
        return self._samples_until.get(identifier) != status.last_sample_utc or (
            state is not None and state.stale
        )

    async def _fetch_samples(self, key: str) -> FetchResult:
        """Request the samples since the last request, and those of the day before."""
        status = self.record(key, LocationStatus)
        if status is None:
            return FetchResult({})
        identifier, last = status.location_identifier, status.last_sample_utc
        known = self._samples_until.get(identifier)
        if last is None or known == last:
            return self._sample_results.get(identifier, FetchResult({}))
        since = min(known or last, last - DAY)
        samples = await self.client.samples(
            identifier, TimeRange(since, last + timedelta(seconds=1))
        )
        sample, watered = sample_keys(identifier)
        newest = _newest(samples.samples, self.record(sample, Sample))
        result = FetchResult(
            {
                **({} if newest is None else {sample: newest}),
                watered: Waterings(samples.watering_events, since),
            }
        )
        self._samples_until[identifier] = last
        self._sample_results[identifier] = result
        return result

    # Devices.

    @override
    def alive_until(self, device: Device) -> datetime | None:
        """Return until when the last sample is current; None if there is no sample.

        If the time in the status is in the future, as from a phone with a wrong clock, the newest sample
        that was read is used.
        """
        status = self.record(f"{device.key}/{STATUS}", LocationStatus)
        last = past(status.last_sample_utc) if status else None
        if last is None:
            sample = self.record(sample_keys(device.key)[0], Sample)
            last = past(sample.capture_datetime_utc) if sample else None
        return None if last is None else last + SAMPLE_LIFETIME

    @override
    def expiries(self) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
        """Return when the cloud's analyses are out of date."""
        for key in self.store.keys(STATUS):
            yield key, partial(self._valid_until, key)

    def _valid_until(self, key: str) -> datetime | None:
        status = self.record(key, LocationStatus)
        return status.global_validity_datetime_utc if status else None

    @override
    def derivations(self) -> Iterator[Derivation]:
        """Return the Bluetooth addresses of the sensors."""
        yield Derivation(ADDRESSES, CONFIGURATION, self._find_addresses)

    def _find_addresses(self) -> dict[str, object]:
        statuses = {
            status.location_identifier: status
            for status in self.records(STATUS, LocationStatus)
        }
        locations = self.records(CONFIGURATION, Location)
        return {
            f"{identifier}/{ADDRESSES}": address
            for identifier, address in bluetooth_addresses(locations, statuses).items()
        }

    @override
    def device_makers(self) -> Iterator[tuple[str, Callable[[], Device | None]]]:
        """Return the makers of all locations."""
        for key in self.store.keys(CONFIGURATION):
            yield key, partial(self._describe, key)

    @override
    def source_of_device(self, device_id: str) -> str:
        """Return the configuration: it names all locations."""
        return CONFIGURATION

    def _describe(self, key: str) -> Device | None:
        location = self.record(key, Location)
        if location is None:
            return None
        return device_of(
            self.login,
            location,
            status=self.record(f"{key}/{STATUS}", LocationStatus),
            address=self.record(f"{key}/{ADDRESSES}", str),
        )


def _newest(samples: Iterable[Sample], known: Sample | None) -> Sample | None:
    """Return the newest of the samples and of the known one.

    Of samples with the same time the last is used: the cloud computes values again for a week.
    """
    found = [one for one in (known, *samples) if one]
    told = [one for one in found if past(one.capture_datetime_utc)]
    return max(
        reversed(told or found), key=lambda one: one.capture_datetime_utc, default=None
    )


COORDINATOR = FlowerPowerCoordinator
