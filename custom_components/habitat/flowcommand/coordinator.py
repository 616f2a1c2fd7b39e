"""The coordinator of a FlowCommand account: the list of sensors, changed volumes, and pushes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    async_track_time_change,
    async_track_utc_time_change,
)
from homeassistant.util import dt as dt_util

from ..cloud.errors import BadAnswer, Refused
from ..cloud.time_range import TimeRange
from ..const import CONF_WEBHOOK_SECRET
from ..coordinator import HabitatConfigEntry, HabitatCoordinator
from ..deadlines import SILENT, SKEW, past
from ..devices import Device
from ..poller import FetchResult, Source
from ..vendor import Login
from ..webhooks import WebhookCounters, async_register_webhook
from .client.models import FlowSensor, Ping
from .client.webhook import SIGNATURE_HEADER, genuine, read_webhook
from .connection import connect
from .const import BARRELS, CONF_BARRELS, CONF_SILENT_HOURS, CONF_WEBHOOK, SILENT_HOURS
from .devices import device_of
from .volumes import (
    PERIODS,
    Period,
    Volume,
    VolumeReading,
    idle,
    outdated,
    settled,
    untouched,
)

SENSORS = "sensors"
_PREFIX = "sensor_"

PUSH_INTERVAL = timedelta(minutes=30)
"""The interval of the polls while pings are pushed."""
PUSH_TIMEOUT = timedelta(minutes=90)
"""Three times the usual time between pings (docs/vendors/flowcommand.md, Habits and traps): without a
push for this long, pushes have stopped."""
LAG = timedelta(minutes=5)
"""How much later than in the list a ping may be pushed."""
_MIN_RANGE = timedelta(seconds=1)


class FlowCommandCoordinator(HabitatCoordinator):
    """One FlowCommand account with all its sensors."""

    interval: ClassVar[timedelta] = timedelta(minutes=5)
    platforms: ClassVar[tuple[Platform, ...]] = (
        Platform.BINARY_SENSOR,
        Platform.EVENT,
        Platform.SENSOR,
    )

    def __init__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
    ) -> None:
        """Connect; no request is sent yet."""
        self.client = connect(hass, login)
        super().__init__(hass, entry, login, self.client.session, self.client.report)
        self.silent_after = timedelta(
            hours=entry.options.get(CONF_SILENT_HOURS, SILENT_HOURS)
        )
        self._read: dict[str, VolumeReading] = {}
        self._pushed_at: datetime | None = None
        self._pushed: dict[str, Ping] = {}
        self._webhook: WebhookCounters | None = None

    @override
    async def async_config_entry_first_refresh(self) -> None:
        """Refresh, then follow the clock, and pushes if the options say so."""
        await super().async_config_entry_first_refresh()
        entry = self.config_entry
        # Days begin in local time, hours in UTC.
        for stop in (
            async_track_time_change(
                self.hass, self._begin_period, hour=0, minute=0, second=0
            ),
            async_track_utc_time_change(
                self.hass, self._begin_period, minute=0, second=0
            ),
        ):
            entry.async_on_unload(stop)
        if entry.options.get(CONF_BARRELS):
            entry.async_on_unload(self._disable_barrels)
        if entry.options.get(CONF_WEBHOOK):
            self._webhook = async_register_webhook(self.hass, entry, self._receive)

    @callback
    def _disable_barrels(self) -> None:
        """Disable the sensors in barrels when their option is switched off."""
        if self.config_entry.options.get(CONF_BARRELS):
            return
        registry = er.async_get(self.hass)
        for one in er.async_entries_for_config_entry(
            registry, self.config_entry.entry_id
        ):
            if one.unique_id.endswith(f"_{BARRELS}") and one.disabled_by is None:
                registry.async_update_entity(
                    one.entity_id, disabled_by=er.RegistryEntryDisabler.INTEGRATION
                )
                # Unloading left a restored state behind.
                self.hass.states.async_remove(one.entity_id)

    # Polls.

    @override
    def sources(self) -> Iterator[Source]:
        """Return the list, and the volumes that an enabled entity reads and that are outdated."""
        yield Source(SENSORS, self._fetch_sensors, self.interval, prefix=_PREFIX)
        now, read = dt_util.utcnow(), self.store.subscribed_keys
        for sensor_key in self.store.keys(SENSORS):
            for name, period_at in PERIODS.items():
                key = f"{sensor_key}/{name}"
                if key in read:
                    yield Source(
                        key,
                        partial(self._fetch_volume, key, sensor_key, name),
                        self.interval,
                        when=partial(
                            self._is_outdated, key, sensor_key, period_at(now)
                        ),
                        background=True,
                        label=f"volumes ({name})",
                    )

    @override
    def poll_interval(self) -> timedelta:
        """Return the interval: polls are rarer while pings are pushed and polls succeed."""
        state = self.poller.states.get(SENSORS)
        relaxed = (
            state is not None
            and not state.is_failing
            and self._pushed_at is not None
            and dt_util.utcnow() - self._pushed_at < PUSH_TIMEOUT
        )
        return PUSH_INTERVAL if relaxed else self.interval

    async def _fetch_sensors(self) -> FetchResult:
        collection = await self.client.sensors()
        self._notice_missed(collection.records)
        if ahead := dict(self._ahead(collection.records)):
            return FetchResult({**collection.records, **ahead}, collection.complete)
        return FetchResult(collection.records, collection.complete)

    def _notice_missed(self, listed: Mapping[str, FlowSensor]) -> None:
        """Return to the usual interval if the list has a ping that was not pushed in time."""
        if self._pushed_at is None:
            return
        now = dt_util.utcnow()
        for name, sensor in listed.items():
            known, ping = self.sensor(_PREFIX + name), sensor.last_ping_datetime
            if (
                known is not None
                and ping is not None
                and ping != known.last_ping_datetime
                and self._pushed_at < ping < now - LAG
            ):
                self._pushed_at = None
                return

    def _ahead(
        self, listed: Mapping[str, FlowSensor]
    ) -> Iterator[tuple[str, FlowSensor]]:
        """Yield sensors whose pushed ping is not in the list yet."""
        for name, ping in list(self._pushed.items()):
            sensor = listed.get(name)
            if sensor is None or not _is_newer(ping, sensor):
                del self._pushed[name]
            else:
                yield name, _with_ping(sensor, ping)

    def sensor(self, key: str) -> FlowSensor | None:
        """Return the sensor under a key."""
        return self.record(key, FlowSensor)

    # Volumes.

    def _is_outdated(self, key: str, sensor_key: str, period: Period) -> bool:
        """Return whether a volume must be requested: it is outdated, or its last request failed."""
        sensor, state = self.sensor(sensor_key), self.poller.states.get(key)
        return sensor is not None and (
            (state is not None and (state.stale or state.is_failing))
            or outdated(period, sensor.last_ping_datetime, self._read.get(key))
        )

    async def _fetch_volume(self, key: str, sensor_key: str, name: str) -> FetchResult:
        sensor = self.sensor(sensor_key)
        if sensor is None:
            return FetchResult({})
        period = PERIODS[name](dt_util.utcnow())
        ping = sensor.last_ping_datetime
        if idle(period, ping):
            volume = untouched(period, ping)
        else:
            end = period.end or max(dt_util.utcnow(), period.start + _MIN_RANGE)
            try:
                said = await self.client.flow_volume(
                    sensor.id, TimeRange(period.start, end)
                )
            except Refused as err:
                # The sensor is in the list but has no volumes, so a retry would not help.
                if err.status != HTTPStatus.NOT_FOUND:
                    raise
                volume = Volume()
            else:
                volume = Volume(period.start, said.flow_volume, settled(period, ping))
        self._read[key] = VolumeReading(period.start, ping)
        return FetchResult({key: volume})

    @callback
    def _begin_period(self, _: datetime) -> None:
        """Begin a new hour or day: request its volumes."""
        self._read_volumes(self.store.keys(SENSORS))

    @callback
    def _read_volumes(self, sensor_keys: Iterable[str]) -> None:
        """Request the outdated volumes of some sensors now, not with the next poll."""
        if not self.last_update_success:
            return
        for key in sensor_keys:
            for name in PERIODS:
                self.poller.ask_again(f"{key}/{name}", timedelta())
        self.async_ask_in_background()

    # Pushes.

    @callback
    def _receive(self, body: bytes, headers: Mapping[str, str]) -> HTTPStatus:
        """Handle a request to the account's webhook; return the status to answer with."""
        secret = self.config_entry.options.get(CONF_WEBHOOK_SECRET, "")
        if not genuine(secret, headers.get(SIGNATURE_HEADER), body):
            return HTTPStatus.UNAUTHORIZED
        try:
            ping = read_webhook(body, self.report)
        except BadAnswer:
            return HTTPStatus.BAD_REQUEST
        if ping is not None:
            self._take_push(ping)
        return HTTPStatus.OK

    def _take_push(self, ping: Ping) -> None:
        now = dt_util.utcnow()
        if ping.at > now + SKEW:
            self.report.record("webhook (from the future)")
            return
        key = f"{_PREFIX}{ping.sensor_id}"
        sensor = self.sensor(key)
        if sensor is None:
            self.async_refresh_soon()
            return
        if not _is_newer(ping, sensor):
            return
        self._pushed_at = now
        self._pushed[str(ping.sensor_id)] = ping
        self.update_interval = self.poll_interval()
        self.async_set_record(key, _with_ping(sensor, ping))
        self._read_volumes([key])

    # Devices.

    @override
    def device_makers(self) -> Iterator[tuple[str, Callable[[], Device | None]]]:
        """Return the makers of the sensors, which have no parent."""
        for key in self.store.keys(SENSORS):
            yield key, partial(self._describe, key)

    def _describe(self, key: str) -> Device | None:
        sensor = self.sensor(key)
        return None if sensor is None else device_of(self.login, key, sensor)

    @override
    def alive_until(self, device: Device) -> datetime | None:
        """Return the time of the last ping plus the hours of silence that the options allow."""
        sensor = self.sensor(device.key)
        if sensor is None or sensor.last_ping_datetime is None:
            return None
        ping = last_ping_at(sensor)
        # A ping from the future has a wrong time.
        return SILENT if ping is None else ping + self.silent_after

    @override
    def source_of_device(self, device_id: str) -> str:
        """Return the list of sensors."""
        return SENSORS

    @override
    def diagnostics_extra(self) -> Mapping[str, object]:
        """Return the counters of the webhook, and the interval of the polls."""
        return {
            "webhook": None if self._webhook is None else asdict(self._webhook),
            "last_push": self._pushed_at,
            "poll_seconds": None
            if self.update_interval is None
            else self.update_interval.total_seconds(),
        }


def newer(ping: datetime, known: datetime | None) -> bool:
    """Return whether a ping is newer than the known one, or replaces one from the future."""
    return known is None or ping > known or known > dt_util.utcnow() + SKEW > ping


def last_ping_at(sensor: FlowSensor) -> datetime | None:
    """Return the time of a sensor's last ping, or None if it is in the future."""
    return past(sensor.last_ping_datetime)


def _is_newer(ping: Ping, sensor: FlowSensor) -> bool:
    """Return whether a pushed ping is newer than the record of its sensor."""
    known = sensor.last_ping_datetime
    return newer(ping.at, known) or (
        ping.at == known and sensor.last_ping_flowrate is None
    )


def _with_ping(sensor: FlowSensor, ping: Ping) -> FlowSensor:
    return replace(sensor, last_ping_flowrate=ping.flowrate, last_ping_datetime=ping.at)


COORDINATOR = FlowCommandCoordinator
