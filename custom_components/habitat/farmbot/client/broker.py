"""The connection to the message broker, which receives from the robot and sends it commands.

MQTT 3.1.1 at QoS 0: the broker keeps nothing for clients that were not connected. The server allows
20 logins in 5 minutes for the robot and all its clients together, and refuses all of them above
that, so there is one lasting connection, and long pauses between attempts. The broker does not
notify when the robot goes offline, so it is pinged, as the web app does. Topics and replies are
those of FarmBot OS 15; see docs/vendors/farmbot.md, Message broker.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import logging
import re
import socket
import ssl
import time
from typing import Protocol, override
from uuid import uuid4

from aiomqtt import Client, Message, MqttError, ProtocolVersion
from aiomqtt.exceptions import MqttConnectError
import orjson
from paho.mqtt.reasoncodes import ReasonCode

from ...cloud.documents import Json, read_json
from ...cloud.errors import AuthError, BadAnswer, CloudError
from ...cloud.pacing import Pacing
from ...cloud.report import ParseReport
from . import celery_script
from .celery_script import PRIORITY, URGENT, Node

_LOGGER = logging.getLogger(__name__)
_MQTT_LOGGER = logging.getLogger(f"{__name__}.mqtt")
"""The logger for aiomqtt and paho, which log every message at lower levels."""
_MQTT_LOGGER.setLevel(logging.ERROR)

KEEPALIVE = 60
"""Seconds of silence after which MQTT pings the broker; after twice that the connection is lost."""
CONNECT_TIMEOUT = 10.0
"""Seconds in which the broker has to answer the login, and a subscription."""
DISCONNECT_TIMEOUT = 1.0
"""Seconds that a disconnect may take."""

MIN_PAUSE = 30.0
MAX_PAUSE = 600.0
"""Seconds before the next attempt to connect: as long as the broker has been lost, within these limits."""
REFUSED_PAUSE = 300.0
"""Minimum seconds after a refused login: the period in which the server counts logins."""
MIN_STABLE_TIME = 300.0
"""Seconds that a connection has to last for pauses to start from `MIN_PAUSE` again."""

PING_INTERVAL = 62.0
"""Seconds between pings: fewer than 60 an hour."""
PONG_TIMEOUT = 5.5
"""Seconds in which the robot has to answer a ping, as in the web app."""
MAX_MISSED_PINGS = 2
"""Unanswered pings in a row after which the robot is offline."""
RECENT_SIGN = 5.0
"""Seconds for which a message from the robot means that it is online now."""
SIGN_TIMEOUT = 1.0
"""Seconds in which an online robot sends something after a command; if not, it is pinged."""
SILENCE_TIMEOUT = 20.0
"""Seconds of silence after which the robot is pinged while a command waits for its reply."""
REPLY_TIMEOUT = 15.0
"""Seconds in which the robot replies to a command that it carries out at once."""

_LOGIN_REFUSALS = frozenset({4, 5, 134, 135})
"""CONNACK codes: bad user name or password, not authorised; in MQTT 3.1.1 and in MQTT 5."""
_SUBSCRIPTION_FAILURE = 0x80
"""SUBACK codes from this one on mean a failure."""
_SERVER_LOG = re.compile(rb'"major_version"\s*:\s*99\b')
"""Found in a line of the log that was written by the server instead of the robot."""


class RobotError(CloudError):
    """A command did not succeed."""


class NotConnected(RobotError):
    """The message broker is not connected, or the connection was lost before the reply."""


class RobotOffline(RobotError):
    """The robot does not answer."""


class NoReply(RobotError):
    """The robot is online but did not reply in time."""


class CommandFailed(RobotError):
    """The robot replied that a command failed; the message is the robot's own."""


@dataclass(frozen=True, slots=True)
class BrokerCredentials:
    """The address of the broker, and the user name and password for it."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    username: str
    """The claim `bot` of the token, `device_<id>`, which is also part of the topics."""
    password: str = field(repr=False)
    """The token."""


class BrokerListener(Protocol):
    """Is notified of what the broker sends; all methods except `refused` return at once."""

    def connected(self) -> None:
        """Handle a new connection: from now on every message arrives."""

    def lost(self, reason: str) -> None:
        """Handle a connection that was lost or could not be made."""

    async def refused(self) -> bool:
        """Find out why the login was refused; return whether there is a new token to try now."""

    def online(self, online: bool) -> None:
        """Handle that the robot answers, or does not answer any longer."""

    def status(self, payload: bytes) -> None:
        """Handle the robot's status tree."""

    def log(self, payload: bytes) -> None:
        """Handle a line of the log, written by the robot or the server."""

    def sync(self, kind: str, record_id: str, payload: bytes) -> None:
        """Handle a changed record of the server."""

    def telemetry(self, payload: bytes) -> None:
        """Handle the robot's telemetry."""


@dataclass(slots=True)
class BrokerCounters:
    """Statistics of the connection, shown in diagnostics."""

    connects: int = 0
    losses: int = 0
    refusals: int = 0
    messages: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Received messages by the kind in their topic."""
    bytes: int = 0
    """Size of all received messages."""
    pings: int = 0
    commands: int = 0
    failures: int = 0
    """Commands that ended in an error."""
    unclaimed: int = 0
    """Replies to commands of other clients."""
    slips: int = 0
    """Exceptions of the listener."""


@dataclass(frozen=True, slots=True)
class _Disconnection:
    """Why a connection ended or could not be made."""

    reason: str
    refused: bool
    lasted: float


class BrokerConnection:
    """Stays connected to one robot's broker, and sends commands to the robot."""

    def __init__(
        self,
        credentials: Callable[[], Awaitable[BrokerCredentials]],
        listener: BrokerListener,
        report: ParseReport,
        pacing: Pacing | None = None,
    ) -> None:
        """Prepare, without connecting yet.

        Args:
            credentials: called before each connection, so that a renewed token is used.
            listener: is notified of what the broker sends.
            report: counts unexpected content.
            pacing: that of the login, so that a pause continues after a reload.
        """
        self.online: bool | None = None
        """Whether the robot answers; None while it is not known."""
        self.counters = BrokerCounters()
        self._backoff = (pacing or Pacing()).link("broker", MIN_PAUSE, MAX_PAUSE)
        self._credentials = credentials
        self._listener = listener
        self._report = report
        # Unlike the robot's own identifier, for which the broker would disconnect the robot.
        self._identifier = f"habitat-{uuid4()}"
        self._client: Client | None = None
        self._prefix = ""
        self._replies: dict[bytes, asyncio.Future[RobotError | None]] = {}
        self._late_callbacks: dict[bytes, Callable[[], None]] = {}
        """By label: called when the robot replies to a command whose caller no longer waits."""
        self._last_sign_at = float("-inf")
        self._awaiting_sign: set[asyncio.Future[None]] = set()
        self._missed_pings = 0
        self._ping: asyncio.Task[bool] | None = None

    @property
    def connected(self) -> bool:
        """Whether the broker is connected."""
        return self._client is not None

    # The connection.

    async def run(self) -> None:
        """Stay connected until cancelled."""
        backoff = self._backoff
        if wait := backoff.remaining():
            self._notify(self._listener.lost, "It was out of reach a moment ago")
            await asyncio.sleep(wait)
        while True:
            loss = await self._connect_once()
            self.counters.losses += 1
            self._notify(self._listener.lost, loss.reason)
            if loss.lasted > MIN_STABLE_TIME:
                backoff.succeed()
            wait = 0.0
            if loss.refused:
                self.counters.refusals += 1
                if not await self._may_retry_login():
                    wait = REFUSED_PAUSE
            backoff.fail(wait)
            await asyncio.sleep(backoff.remaining())

    async def _connect_once(self) -> _Disconnection:
        """Connect, and return when the connection has ended."""
        loop = asyncio.get_running_loop()
        began: float | None = None
        error: Exception = MqttError("Reading came to an end")
        try:
            credentials = await self._credentials()
            client = self._make_client(credentials)
            async with _open(client):
                began = loop.time()
                await _first(_read(client), self._serve(client, credentials.username))
        except Exception as err:  # noqa: BLE001 - whatever a library raises, the next attempt follows
            _LOGGER.debug(
                "The connection to the message broker failed: %s",
                self._report.privacy.trace(err),
            )
            error = err
        finally:
            self._reset()
        return _Disconnection(
            self._report.privacy.message(str(error)) or type(error).__name__,
            isinstance(error, AuthError)
            or (
                isinstance(error, MqttConnectError)
                and _code(error.rc) in _LOGIN_REFUSALS
            ),
            0.0 if began is None else loop.time() - began,
        )

    def _make_client(self, credentials: BrokerCredentials) -> Client:
        receive = self._receive

        class Inbox(asyncio.Queue[Message]):
            """A queue that stays empty: each message is processed when it is read.

            So many messages cannot fill the memory, the broker has to wait instead, and a message
            needs no task.
            """

            @override
            def put_nowait(self, item: Message) -> None:
                receive(item)

        self._prefix = f"bot/{credentials.username}/"
        return Client(
            credentials.host,
            credentials.port,
            username=credentials.username,
            password=credentials.password,
            identifier=self._identifier,
            protocol=ProtocolVersion.V311,
            clean_session=True,
            keepalive=KEEPALIVE,
            timeout=CONNECT_TIMEOUT,
            tls_context=credentials.tls,
            queue_type=Inbox,
            # An emergency stop must not wait until a larger packet is worth sending.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            logger=_MQTT_LOGGER,
        )

    async def _serve(self, client: Client, bot: str) -> None:
        """Subscribe, then ping the robot regularly."""
        topics = [f"bot/{bot}/{kind}" for kind in _TOPICS]
        granted = await client.subscribe([(topic, 0) for topic in topics])
        denied = {
            kind
            for kind, code in zip(_TOPICS, granted, strict=False)
            if _code(code) >= _SUBSCRIPTION_FAILURE
        }
        for kind in denied:
            self._report.record(f"subscription ({kind})")
        if len(denied) == len(_TOPICS):
            raise MqttError("The message broker refused all subscriptions")
        self._client = client
        self.counters.connects += 1
        self._notify(self._listener.connected)
        while True:
            # After one missed ping the next one follows at once and decides.
            if (
                not await self._ping_once()
                and 0 < self._missed_pings < MAX_MISSED_PINGS
            ):
                await self._ping_once()
            pings = -1
            while pings != self.counters.pings:
                # A ping on behalf of a command replaces the regular one.
                pings = self.counters.pings
                await asyncio.sleep(PING_INTERVAL)

    async def _may_retry_login(self) -> bool:
        try:
            return await self._listener.refused()
        except CloudError as err:
            _LOGGER.debug("Why the login was refused remains unknown: %s", err)
            return False

    def _reset(self) -> None:
        """Return to the state before a connection."""
        self._client = None
        self.online = None
        self._missed_pings = 0
        self._last_sign_at = float("-inf")
        self._end_replies(
            lambda: NotConnected("The connection to the message broker was lost")
        )
        if self._ping is not None:
            self._ping.cancel()
            self._ping = None

    # Received messages.

    def _receive(self, message: Message) -> None:
        """Process one message."""
        topic, payload = message.topic.value, message.payload
        if self._client is None or not topic.startswith(self._prefix):
            return
        kind, _, rest = topic[len(self._prefix) :].partition("/")
        self.counters.messages[kind if kind in _KINDS else _OTHER] += 1
        self.counters.bytes += len(payload)
        match kind:
            case "status":
                self._note_sign_of_life()
                self._notify(self._listener.status, payload)
            case "sync":
                name, _, record_id = rest.partition("/")
                self._notify(self._listener.sync, name, record_id, payload)
            case "from_device":
                self._note_sign_of_life()
                self._process_reply(payload)
            case "pong":
                self._note_sign_of_life()
            case "logs":
                if not _SERVER_LOG.search(payload):
                    self._note_sign_of_life()
                self._notify(self._listener.log, payload)
            case "telemetry":
                self._note_sign_of_life()
                self._notify(self._listener.telemetry, payload)

    def _process_reply(self, payload: bytes) -> None:
        """Pass a reply to the command that waits for it; others are not parsed."""
        label = next((label for label in self._replies if label in payload), None)
        if label is None:
            if late := next(
                (one for one in self._late_callbacks if one in payload), None
            ):
                self._notify(self._late_callbacks.pop(late))
            else:
                self.counters.unclaimed += 1
            return
        try:
            document = read_json(payload)
        except BadAnswer:
            document = None
        args = document.get("args") if isinstance(document, dict) else None
        kind = document.get("kind") if isinstance(document, dict) else None
        reply = self._replies[label]
        if not isinstance(args, dict) or args.get("label") != label.decode():
            self._report.record("from_device")
        elif reply.done():
            self.counters.unclaimed += 1
        elif kind == "rpc_ok":
            reply.set_result(None)
        elif kind == "rpc_error":
            reply.set_result(self._failure(document))
        else:
            self._report.record("from_device")

    def _failure(self, document: Json) -> CommandFailed:
        """Return an rpc_error as an exception, without private values."""
        if answer := self._report.privacy.message(_error_message(document)):
            return CommandFailed(answer)
        return CommandFailed("The robot did not say why", reason="not_said")

    def _notify[**P](
        self, method: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Call the listener; its exceptions do not end the connection, and only the first is logged."""
        try:
            method(*args, **kwargs)
        except Exception as err:  # noqa: BLE001 - see above
            self.counters.slips += 1
            if self.counters.slips == 1:
                _LOGGER.error(
                    "A message of the broker was not taken in: %s",
                    self._report.privacy.trace(err),
                )

    # Whether the robot is online.

    def _note_sign_of_life(self) -> None:
        """Note that the robot has sent something."""
        self._last_sign_at = asyncio.get_running_loop().time()
        self._missed_pings = 0
        for waiting in self._awaiting_sign:
            if not waiting.done():
                waiting.set_result(None)
        self._set_online(online=True)

    def _set_online(self, *, online: bool) -> None:
        if self.online is online:
            return
        self.online = online
        if not online:
            self._end_replies(_offline)
        self._notify(self._listener.online, online)

    def _ping_once(self) -> asyncio.Task[bool]:
        """Return the task of a ping, which is shared while it is under way."""
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._ping_robot())
        return self._ping

    async def _ping_robot(self) -> bool:
        """Ping the robot, and return whether it sends anything within `PONG_TIMEOUT`."""
        loop = asyncio.get_running_loop()
        self.counters.pings += 1
        sign: asyncio.Future[None] = loop.create_future()
        self._awaiting_sign.add(sign)
        # The robot answers with the same payload; web apps expect a time in it.
        stamp = str(int(time.time() * 1000))
        try:
            await self._publish(f"ping/{stamp}", stamp.encode())
            await asyncio.wait_for(sign, PONG_TIMEOUT)
        except NotConnected:
            return False
        except TimeoutError:
            self._missed_pings += 1
            if self._missed_pings >= MAX_MISSED_PINGS:
                self._set_online(online=False)
            return False
        finally:
            self._awaiting_sign.discard(sign)
        return True

    # Commands.

    async def command(
        self,
        *commands: Node,
        priority: int = PRIORITY,
        timeout: float | None = REPLY_TIMEOUT,
        ended: Callable[[], None] | None = None,
    ) -> None:
        """Send commands to the robot, and wait for the reply that they are done.

        Calls do not wait for each other; the robot decides on their order.

        Args:
            commands: CeleryScript nodes, carried out one after another.
            priority: on the robot's own scale; `URGENT` ones are sent even if it is offline.
            timeout: seconds; None waits without a limit, unless the robot goes offline.
            ended: called once when the robot has replied, also after the time-out, or no longer can.

        Raises:
            NotConnected: the broker cannot be reached, or was lost before the reply.
            RobotOffline: the robot does not answer.
            NoReply: the robot is online, but did not reply in time.
            CommandFailed: the robot replied with an error.
        """
        self.counters.commands += 1
        label = str(uuid4())
        try:
            await self._command(commands, label, priority, timeout)
        except NoReply, asyncio.CancelledError:
            self.counters.failures += 1
            if ended is not None:
                self._late_callbacks[label.encode()] = ended
            raise
        except RobotError:
            self.counters.failures += 1
            if ended is not None:
                self._notify(ended)
            raise
        if ended is not None:
            self._notify(ended)

    async def emergency_lock(self) -> None:
        """Trigger the emergency stop, even if the robot seems offline; raises as `command`."""
        await self.command(celery_script.emergency_lock(), priority=URGENT)

    async def emergency_unlock(self) -> None:
        """Release the emergency stop; raises as `command`."""
        await self.command(celery_script.emergency_unlock(), priority=URGENT)

    async def _command(
        self,
        commands: tuple[Node, ...],
        label: str,
        priority: int,
        timeout: float | None,
    ) -> None:
        if self.online is False and priority < URGENT:
            raise _offline()
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[RobotError | None] = loop.create_future()
        self._replies[label.encode()] = reply

        def on_ping(ping: asyncio.Task[bool]) -> None:
            # No answer to a command and to a ping counts as two missed pings.
            if not ping.cancelled() and not ping.result() and not reply.done():
                reply.set_result(_offline())
                self._set_online(online=False)

        try:
            request = celery_script.rpc_request(commands, label, priority)
            sent = loop.time()
            was_there = sent - self._last_sign_at <= RECENT_SIGN
            await self._publish("from_clients", orjson.dumps(request))
            # A robot that was online a moment ago sends something soon, or has gone offline.
            await asyncio.wait({reply}, timeout=SIGN_TIMEOUT if was_there else 0)
            if self._last_sign_at < sent:
                self._ping_once().add_done_callback(on_ping)
            end = float("inf") if timeout is None else sent + timeout
            while not reply.done() and (left := end - loop.time()) > 0:
                await asyncio.wait({reply}, timeout=min(left, SILENCE_TIMEOUT))
                if (
                    not reply.done()
                    and self._last_sign_at < loop.time() - SILENCE_TIMEOUT
                ):
                    await self._confirm_offline()
            if not reply.done() and self._last_sign_at < sent:
                await asyncio.wait({self._ping_once()})
            if not reply.done():
                raise NoReply("The robot did not reply in time")
            error = reply.result()
        finally:
            del self._replies[label.encode()]
        if error is not None:
            raise error

    async def _confirm_offline(self) -> None:
        """Ping a silent robot until it answers or counts as offline."""
        for _ in range(MAX_MISSED_PINGS):
            await asyncio.wait({ping := self._ping_once()})
            if ping.cancelled() or ping.result():
                return

    async def _publish(self, kind: str, payload: bytes) -> None:
        client = self._client
        if client is None:
            raise NotConnected("There is no connection to the message broker")
        try:
            # This only takes time if the network blocks.
            await client.publish(self._prefix + kind, payload, timeout=PONG_TIMEOUT)
        except MqttError as err:
            raise NotConnected(
                f"The message broker did not take the message: {err}"
            ) from err

    def _end_replies(self, error: Callable[[], RobotError]) -> None:
        """End all commands that wait for a reply, with an error."""
        for reply in self._replies.values():
            if not reply.done():
                reply.set_result(error())
        unfinished, self._late_callbacks = self._late_callbacks, {}
        for ended in unfinished.values():
            self._notify(ended)


_TOPICS = ("status", "logs", "sync/#", "from_device", "pong/#", "telemetry")
"""The subscribed topics below `bot/<bot>/` (docs/vendors/farmbot.md, Message broker)."""
_KINDS = frozenset(topic.partition("/")[0] for topic in _TOPICS)
_OTHER = "other"


def _offline() -> RobotOffline:
    return RobotOffline("The robot is offline")


def _error_message(document: Json) -> str:
    """Return the messages of an rpc_error as one text."""
    body = document.get("body") if isinstance(document, dict) else None
    answer = [
        message
        for item in (body if isinstance(body, list) else [])
        if isinstance(item, dict)
        and isinstance(args := item.get("args"), dict)
        and isinstance(message := args.get("message"), str)
    ]
    return "; ".join(answer)


def _code(answer: object) -> int:
    """Return the number of a code from the broker; 0 if it is unknown."""
    if isinstance(answer, ReasonCode):
        return answer.value
    return answer if isinstance(answer, int) else 0


async def _read(client: Client) -> None:
    """Read until the connection is lost, which raises MqttError; the inbox processes the messages."""
    await anext(client.messages)


async def _first(*doing: Coroutine[None, None, None]) -> None:
    """Run coroutines until the first one ends, cancel the others, and raise what that one raised."""
    tasks = [asyncio.create_task(what) for what in doing]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    next(iter(done)).result()


@asynccontextmanager
async def _open(client: Client) -> AsyncGenerator[None]:
    """Connect, and close in any case.

    aiomqtt's own context manager leaves its socket and a task behind if the broker does not answer
    the login, or if it is cancelled while a thread connects.
    """
    connecting = asyncio.create_task(client.__aenter__())
    # asyncio logs an exception that was never retrieved.
    connecting.add_done_callback(lambda task: task.cancelled() or task.exception())
    try:
        await asyncio.wait({connecting})
        connecting.result()
        yield
    finally:
        await asyncio.wait({connecting})
        client.timeout = DISCONNECT_TIMEOUT
        with suppress(MqttError, OSError):
            await client.__aexit__(None, None, None)
            # This retrieves the error of a loss during the disconnect.
            await anext(client.messages)
