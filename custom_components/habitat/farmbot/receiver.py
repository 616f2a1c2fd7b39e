"""Receives what the message broker sends, and stores it at most once a second.

A robot sends its whole state with every change, up to a hundred times a second, and only the newest
one is stored. Changed records of the server wait until the next store; lines of the log wait too
and are stored one at a time, so that entities see each of them. See docs/vendors/farmbot.md,
Message broker.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
import time
from typing import Any, Protocol

from homeassistant.core import callback
from homeassistant.util.ssl import get_default_context

from ..cloud.auth import TokenAuth
from ..cloud.documents import read_json
from ..cloud.errors import AuthError, BadAnswer, CloudError
from ..const import LOGGER
from ..coordinator import HabitatCoordinator
from ..poller import GRACE
from ..reach import async_points_into_house
from .client import celery_script
from .client.api import DEVICE, SYNCED, FarmBotClient, Resource
from .client.auth import broker_address
from .client.broker import BrokerConnection, BrokerCredentials, RobotError
from .client.models import Log
from .client.status import StatusCache, read_log, read_status, read_telemetry
from .garden.running import RUNNING, RunningSequences

STATUS = "status"
LOG = "log"
CONNECTIVITY = "link"
"""Sources of what is pushed apart from lists; LOG and CONNECTIVITY are also the keys of their records."""

PACE = 1.0
"""Minimum seconds from one store to the next."""
FIRST_CONNECT_TIMEOUT = 3.0
"""Seconds that the first lists wait for the broker, so that no change between them is lost."""
_REPAIR_AFTER = 3600.0
"""Seconds without the broker after which a repair issue is created."""
_MAX_LINES = 120
"""Lines of the log that may wait; older ones are dropped."""


@dataclass(frozen=True, slots=True)
class Connectivity:
    """Whether the broker can be reached, and whether the robot answers there."""

    broker: bool
    online: bool | None = None
    """None while it is not known."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log; the number distinguishes lines with the same text and time."""

    number: int
    log: Log


class RobotListener(Protocol):
    """Is notified of what the broker sends apart from records."""

    def async_broker_connected(self) -> None:
        """Handle that the broker sends all changes from now on."""

    def async_broker_lost(self) -> None:
        """Handle that the broker sends no more changes."""

    def async_robot_lost(self) -> None:
        """Handle that the robot does not answer."""

    def async_update_running(
        self, log: Log | None, activity: object
    ) -> RunningSequences:
        """Return what the robot runs, from a line of its log and from its status."""


class BrokerReceiver:
    """Receives what one robot and its server send through the message broker."""

    def __init__(
        self,
        coordinator: HabitatCoordinator,
        client: FarmBotClient,
        auth: TokenAuth,
        followed: frozenset[Resource[Any]],
        listener: RobotListener,
    ) -> None:
        """Prepare; nothing happens before `async_start`.

        Args:
            coordinator: stores the records.
            client: reads records, and finds out why a login was refused.
            auth: has the token that the broker accepts.
            followed: the resources whose changes are stored.
            listener: is notified of everything else.
        """
        self._coordinator = coordinator
        self._client = client
        self._listener = listener
        self._auth = auth
        self._resources = followed
        self.connection = BrokerConnection(
            self._credentials, self, coordinator.report, coordinator.session.pacing
        )
        self.is_connected = False
        self._lost_at: float | None = None
        self._loss_logged = False
        """Whether the loss was logged."""
        self._first_attempt: asyncio.Future[None] | None = None
        self._status: bytes | None = None
        self._status_cache: StatusCache = {}
        """The records of the last status message."""
        self._telemetry: bytes | None = None
        self._synced: dict[tuple[str, str], bytes] = {}
        self._lines: deque[bytes] = deque(maxlen=_MAX_LINES)
        self._line_numbers = count()
        self._processed_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._loss_timer: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def is_long_lost(self) -> bool:
        """Whether the broker was lost so long ago that the user should know."""
        return (
            self._lost_at is not None
            and time.monotonic() - self._lost_at >= _REPAIR_AFTER
        )

    # Called by the coordinator.

    async def async_start(self) -> None:
        """Connect in a task of the entry; wait for it at most `FIRST_CONNECT_TIMEOUT`."""
        if self._first_attempt is None:
            coordinator = self._coordinator
            self._first_attempt = coordinator.hass.loop.create_future()
            coordinator.config_entry.async_create_background_task(
                coordinator.hass, self.connection.run(), f"{coordinator.name} broker"
            )
            coordinator.config_entry.async_on_unload(self._stop)
        await asyncio.wait({self._first_attempt}, timeout=FIRST_CONNECT_TIMEOUT)

    @callback
    def _stop(self) -> None:
        # Messages may still arrive until the connection is closed.
        self._stopped = True
        for timer in (self._timer, self._loss_timer):
            if timer is not None:
                timer.cancel()

    async def _credentials(self) -> BrokerCredentials:
        """Return the address of the broker and a valid token for it.

        Raises:
            BadAnswer: the login names no broker, or one inside the user's network.
            CloudError: no token could be obtained.
        """
        token = await self._auth.current()
        address = broker_address(
            token.claims, encrypted=self._coordinator.session.base.scheme == "https"
        )
        if address is None:
            raise BadAnswer(
                "The login did not contain the address of the message broker"
            )
        server = self._coordinator.session.base.host or ""
        if await async_points_into_house(self._coordinator.hass, server, address.host):
            raise BadAnswer("The login named a message broker in the house")
        return BrokerCredentials(
            address.host,
            address.port,
            get_default_context() if address.tls else None,
            address.bot,
            token.access,
        )

    # Called by the connection.

    @callback
    def connected(self) -> None:
        """Handle a new connection: changes are pushed from now on."""
        self.is_connected = True
        self._lost_at = None
        if self._loss_timer is not None:
            self._loss_timer.cancel()
            self._loss_timer = None
        if self._loss_logged:
            self._loss_logged = False
            LOGGER.info("%s: the message broker is back", self._coordinator.name)
        connectivity = self._coordinator.record(CONNECTIVITY, Connectivity)
        if connectivity is None or not connectivity.broker:
            self._set_connectivity(Connectivity(broker=True))
        self._listener.async_broker_connected()
        self._end_first_attempt()
        self._coordinator.config_entry.async_create_background_task(
            self._coordinator.hass,
            self._ask_for_status(),
            f"{self._coordinator.name} status by broker",
        )

    async def _ask_for_status(self) -> None:
        """Make the robot send its whole status: a ping alone may not do that."""
        with suppress(RobotError):
            await self.connection.command(celery_script.read_status())

    @callback
    def lost(self, reason: str) -> None:
        """Handle a lost connection; what was pushed stays for `GRACE`, since most losses are short."""
        was_connected, self.is_connected = self.is_connected, False
        LOGGER.debug("%s: no message broker: %s", self._coordinator.name, reason)
        if self._lost_at is None:
            self._lost_at = time.monotonic()
            self._loss_timer = self._coordinator.hass.loop.call_later(
                GRACE.total_seconds(), self._report_loss
            )
        if was_connected:
            self._listener.async_broker_lost()
        self._end_first_attempt()

    async def refused(self) -> bool:
        """Handle a refused login, and return whether there is a new token to try.

        The refusal may only mean that there were too many logins, so a request to the server decides:
        it renews an expired token, and only its refusal starts reauthentication
        (docs/vendors/farmbot.md, Message broker).
        """
        before = self._auth.token
        try:
            await self._client.show(DEVICE)
        except AuthError as err:
            # From now on neither a request nor this connection sends the login again.
            self._coordinator.session.pacing.logins.refusal = err
            entry = self._coordinator.config_entry
            entry.async_start_reauth(self._coordinator.hass)
            return False
        except CloudError:
            return False
        return self._auth.token is not before

    @callback
    def online(self, online: bool) -> None:
        """Handle that the robot answers, or does not answer any longer."""
        if not online:
            self._listener.async_robot_lost()
        self._set_connectivity(Connectivity(broker=True, online=online))

    @callback
    def status(self, payload: bytes) -> None:
        """Keep the newest status of the robot until the next store."""
        self._status = payload
        self._process_soon()

    @callback
    def telemetry(self, payload: bytes) -> None:
        """Keep the newest telemetry until the next store."""
        self._telemetry = payload
        self._process_soon()

    @callback
    def log(self, payload: bytes) -> None:
        """Keep a line of the log until it can be stored."""
        self._lines.append(payload)
        self._process_soon()

    @callback
    def sync(self, kind: str, record_id: str, payload: bytes) -> None:
        """Keep the newest version of a changed record until the next store."""
        resource = SYNCED.get(kind)
        if resource is None:
            self._coordinator.report.record("sync (of an unknown kind)")
        elif resource in self._resources:
            self._synced[kind, record_id] = payload
            self._process_soon()

    # Processing.

    def _process_soon(self) -> None:
        if self._timer is None and not self._stopped:
            loop = self._coordinator.hass.loop
            wait = max(0.0, self._processed_at + PACE - loop.time())
            self._timer = loop.call_later(wait, self._process)

    @callback
    def _process(self) -> None:
        """Store what arrived since the last time, and one line of the log."""
        self._timer = None
        self._processed_at = self._coordinator.hass.loop.time()
        sources: dict[str, dict[str, object | None]] = {}
        report = self._coordinator.report
        status, self._status = self._status, None
        if status is not None:
            sources[STATUS] = {**read_status(status, report, self._status_cache)}
        telemetry, self._telemetry = self._telemetry, None
        if telemetry is not None and not self._status_cache:
            # A status message has the same values, newer and more of them.
            sources[STATUS] = {**read_telemetry(telemetry, report)}
        synced, self._synced = self._synced, {}
        for (kind, record_id), payload in synced.items():
            self._read_sync(sources, kind, record_id, payload)
        log = read_log(self._lines.popleft(), report) if self._lines else None
        if log is not None:
            sources[LOG] = {LOG: LogLine(next(self._line_numbers), log)}
        if log is not None or STATUS in sources:
            status_records = sources.setdefault(STATUS, {})
            status_records[RUNNING] = self._listener.async_update_running(
                log, status_records.get("activity")
            )
        if sources:
            self._coordinator.async_set_records(sources)
        if self._lines:
            self._process_soon()

    def _read_sync(
        self,
        sources: dict[str, dict[str, object | None]],
        kind: str,
        record_id: str,
        payload: bytes,
    ) -> None:
        """Read a sync message into `sources`; one that cannot be read is counted and ignored."""
        resource = SYNCED[kind]
        try:
            document = read_json(payload)
        except BadAnswer:
            document = None
        known = resource.single or (record_id.isascii() and record_id.isdecimal())
        if not known or not isinstance(document, dict) or "body" not in document:
            self._coordinator.report.record(f"sync ({kind})")
            return
        body = document["body"]
        record = None
        if body is not None:
            record = self._client.read(resource, body)
            if record is None:
                return
        elif resource.single:
            return
        key = resource.path if resource.single else f"{resource.path}/{record_id}"
        sources.setdefault(resource.path, {})[key] = record

    @callback
    def _report_loss(self) -> None:
        """Log that the broker cannot be reached, and show it."""
        self._loss_timer = None
        self._loss_logged = True
        LOGGER.warning(
            "%s: the message broker is out of reach; the server is polled instead",
            self._coordinator.name,
        )
        self._set_connectivity(Connectivity(broker=False))

    def _set_connectivity(self, connectivity: Connectivity) -> None:
        self._coordinator.async_set_records(
            {CONNECTIVITY: {CONNECTIVITY: connectivity}}
        )

    def _end_first_attempt(self) -> None:
        if self._first_attempt is not None and not self._first_attempt.done():
            self._first_attempt.set_result(None)
