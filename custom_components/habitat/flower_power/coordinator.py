"""A Flower Power account: what is asked for when, and what is a device."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
import time
from typing import ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from ..cloud.time_range import TimeRange
from ..coordinator import Derivation, HabitatConfigEntry, HabitatCoordinator
from ..deadlines import past
from ..devices import Device
from ..poller import FetchResult, Source
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
"""What is asked for; the last once for each location."""

ADDRESSES = "@bluetooth"
"""The end of the key of a sensor's Bluetooth address, a derived record."""

DAY = timedelta(days=1)
TRUSTED = timedelta(days=2)
"""A sensor measures every quarter of an hour, but a phone has to come by for the cloud to hear of it:
a day without one is no silence. After two days the cloud itself calls its analysis out of date."""
_FIRST_NET: Mapping[str, timedelta] = {
    CONFIGURATION: timedelta(hours=8),
    STATUS: timedelta(hours=16),
}
"""When the daily safety net asks first: so no hour has two of its requests."""


@dataclass(frozen=True, slots=True)
class Waterings:
    """When a plant was watered lately, the oldest first."""

    events: tuple[WateringEvent, ...]
    since: datetime = field(compare=False)
    """From then on all is known."""


@dataclass(slots=True)
class _VersionedAnswer[R: (Location, LocationStatus)]:
    """What one of the two large answers brought last, and when it is asked for anyway."""

    ask: Callable[[], Awaitable[Garden[R]]]
    version: Callable[[Versions], int | None]
    suffix: str
    """What makes a location's key the record's."""
    due: float
    """When it is asked for anyway, on the monotonic clock: versions may err too."""
    garden: Garden[R] | None = None
    result: FetchResult | None = None

    @property
    def after(self) -> tuple[str, ...]:
        """What is asked for first; before there is anything the versions do not matter."""
        return (VERSIONS,) if self.result else ()

    def current(self, versions: Versions | None) -> bool:
        """Say whether the cloud has nothing newer; an empty answer is not believed."""
        if not (versions and self.garden and self.garden.records):
            return False
        version = self.version(versions)
        return (
            version is not None
            and version == self.version(self.garden.versions)
            and time.monotonic() < self.due
        )

    def lags(self, answer: Garden[R], versions: Versions | None) -> bool:
        """Say whether an answer is older than what is kept, by what the cloud says it has."""
        if not (versions and self.garden):
            return False
        new, kept = self.version(answer.versions), self.version(self.garden.versions)
        now = self.version(versions)
        # Where the cloud itself went back, as from a backup, its word counts.
        return None not in (new, kept, now) and new < kept <= now  # type: ignore[operator]  # none is None

    async def fetch(self, versions: Versions | None = None) -> FetchResult:
        """Ask, and keep the answer unless it is older than what is kept."""
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
    """One account with all its locations."""

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
        """Connect, without asking for anything yet."""
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
        """What the cloud says of its data in this poll, None if it did not."""
        self._samples_until: dict[str, datetime] = {}
        """The last sample that was read, by location."""
        self._sample_results: dict[str, FetchResult] = {}
        """What was read with it."""

    # Sources.

    @override
    def sources(self) -> Iterator[Source]:
        """Return the versions, what they say has changed, and the samples of who has new ones."""
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
        """Ask for what is newer than what is kept; without versions it may always be."""
        if kept.result is None:
            return await kept.fetch()
        if kept.current(self._versions) and not in_flux():
            # That nothing changed is no second word on what is missing.
            return FetchResult(kept.result.records, complete=False)
        return await kept.fetch(self._versions)

    def _device_gone(self) -> bool:
        """Say whether a device is missing: several answers must say so until it goes."""
        return self.devices.missing

    def _processing(self) -> bool:
        """Say whether the cloud still works on samples: it does not tell when it is done."""
        return any(
            status.processing_uploads for status in self.records(STATUS, LocationStatus)
        )

    async def _fetch_profile(self) -> FetchResult:
        return FetchResult({PROFILE: await self.client.profile()})

    def _is_behind(self, key: str) -> bool:
        """Return whether there are samples to read, or a loss of them to make good."""
        status = self.record(key, LocationStatus)
        if status is None or status.last_sample_utc is None:
            return False
        identifier = status.location_identifier
        state = self.poller.states.get(f"{SAMPLES} of {identifier}")
        return self._samples_until.get(identifier) != status.last_sample_utc or (
            state is not None and state.stale
        )

    async def _fetch_samples(self, key: str) -> FetchResult:
        """Read what was measured since the last time, and the day before it."""
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
        """Return until when what was measured last may be taken for what is so now.

        Of a sensor that never measured nobody can say. Where the status tells of a sample of the
        future, as after a phone whose clock is wrong, the newest sample that was read counts.
        """
        status = self.record(f"{device.key}/{STATUS}", LocationStatus)
        last = past(status.last_sample_utc) if status else None
        if last is None:
            sample = self.record(sample_keys(device.key)[0], Sample)
            last = past(sample.capture_datetime_utc) if sample else None
        return None if last is None else last + TRUSTED

    @override
    def expiries(self) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
        """Return when the cloud itself calls its analyses out of date."""
        for key in self.store.keys(STATUS):
            yield key, partial(self._valid_until, key)

    def _valid_until(self, key: str) -> datetime | None:
        status = self.record(key, LocationStatus)
        return status.global_validity_datetime_utc if status else None

    @override
    def derivations(self) -> Iterator[Derivation]:
        """Return where sensors can be met over Bluetooth."""
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
        """Return all locations."""
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
    """Return the newest of some samples, in order, and of that which was known before them.

    Of one time the later word counts: the cloud computes values anew for a week.
    """
    found = [one for one in (known, *samples) if one]
    told = [one for one in found if past(one.capture_datetime_utc)]
    return max(
        reversed(told or found), key=lambda one: one.capture_datetime_utc, default=None
    )


COORDINATOR = FlowerPowerCoordinator
