"""The one connection to the message broker, through which the robot is heard and commanded.

MQTT 3.1.1 at QoS 0: nothing is kept for those who were away. The server allows 20 logins in 5 min,
shared with the robot and all browsers, and locks everybody out above that; hence one connection
that lasts, and patience before the next. The broker does not tell when the robot goes; it is asked
with pings, as the web app does. Topics and replies are those of FarmBot OS 15.
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
"""For aiomqtt and paho, which have a line for every message."""
_MQTT_LOGGER.setLevel(logging.ERROR)

KEEPALIVE = 60
"""Seconds of silence after which the broker is asked for a sign of life; twice that, it is gone."""
CONNECT_TIMEOUT = 10.0
"""Seconds that the broker has for its answer to the login, and to a subscription."""
DISCONNECT_TIMEOUT = 1.0
"""Seconds that saying good-bye may take."""

MIN_PAUSE = 30.0
MAX_PAUSE = 600.0
"""Seconds before the next try to connect; as many as it has been away for, up to the longest."""
REFUSED_PAUSE = 300.0
"""Seconds at least after a refused login: what the server counts logins in."""
MIN_STABLE_TIME = 300.0
"""A connection that lasted longer, in seconds, was a good one: pauses begin anew."""

PING_INTERVAL = 62.0
"""Seconds between pings: fewer than 60 an hour."""
PONG_TIMEOUT = 5.5
"""Seconds that the robot has for an answer, as in the web app."""
MAX_MISSED_PINGS = 2
"""So many unanswered pings in a row, and the robot is offline."""
RECENT_SIGN = 5.0
"""Seconds for which a word from the robot says that it is there now."""
SIGN_TIMEOUT = 1.0
"""Seconds in which it then says something when it gets a command, or it is asked."""
SILENCE_TIMEOUT = 20.0
"""Seconds after which a robot that says nothing is asked while somebody waits for its reply."""
REPLY_TIMEOUT = 15.0
"""Seconds that the robot has to carry out a command that takes no time."""

_LOGIN_REFUSALS = frozenset({4, 5, 134, 135})
"""CONNACK: bad user name or password, not authorised; in MQTT 3.1.1 and in MQTT 5."""
_SUBSCRIPTION_FAILURE = 0x80
"""SUBACK: from this number on, no."""
_SERVER_LOG = re.compile(rb'"major_version"\s*:\s*99\b')
"""In a line of the log: the server wrote it, not the robot."""


class RobotError(CloudError):
    """A command did not succeed."""


class NotConnected(RobotError):
    """There is no connection to the message broker, or it was lost before the reply."""


class RobotOffline(RobotError):
    """The robot does not answer."""


class NoReply(RobotError):
    """The robot is there but did not say in time whether it did what it was told."""


class CommandFailed(RobotError):
    """The robot says that it could not; in its own words."""


@dataclass(frozen=True, slots=True)
class BrokerCredentials:
    """Where the broker is, and what opens it: the `bot` and the token of a login."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    username: str
    """`device_<id>`, which the robot's topics are named after as well."""
    password: str = field(repr=False)


class BrokerListener(Protocol):
    """Who is told of what comes; all but `refused` return at once."""

    def connected(self) -> None:
        """All that is pushed will come from now on."""

    def lost(self, reason: str) -> None:
        """The connection is lost, or could not be made."""

    async def refused(self) -> bool:
        """Find out why the login was refused; return whether there is another to try now."""

    def online(self, online: bool) -> None:
        """The robot answers, or does so no more."""

    def status(self, payload: bytes) -> None:
        """Take the robot's status tree."""

    def log(self, payload: bytes) -> None:
        """Take a line of the log, of the robot's or of the server's."""

    def sync(self, kind: str, record_id: str, payload: bytes) -> None:
        """Take what the server says of a record that changed."""

    def telemetry(self, payload: bytes) -> None:
        """Take the robot's telemetry."""


@dataclass(slots=True)
class BrokerCounters:
    """What went over the link since it was made."""

    connects: int = 0
    losses: int = 0
    refusals: int = 0
    messages: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By the kind that their topic names."""
    bytes: int = 0
    """Of all messages."""
    pings: int = 0
    commands: int = 0
    failures: int = 0
    """Commands that ended in an error."""
    unclaimed: int = 0
    """Replies to nobody here: the robot also replies to what the server told it."""
    slips: int = 0
    """Errors of those who listen."""


@dataclass(frozen=True, slots=True)
class _Disconnection:
    """Why a connection ended or never began."""

    reason: str
    refused: bool
    lasted: float


class BrokerConnection:
    """Keeps the connection to one robot's broker, and sends the robot its commands."""

    def __init__(
        self,
        credentials: Callable[[], Awaitable[BrokerCredentials]],
        listener: BrokerListener,
        report: ParseReport,
        pacing: Pacing | None = None,
    ) -> None:
        """Prepare, without connecting yet.

        Args:
            credentials: asked before each connection, so that a renewed token is used.
            listener: told of what comes.
            report: counts what is amiss.
            pacing: the login's own, so that a pause holds over a reload.
        """
        self.online: bool | None = None
        """Whether the robot answers; None while nobody knows."""
        self.counters = BrokerCounters()
        self._backoff = (pacing or Pacing()).link("broker", MIN_PAUSE, MAX_PAUSE)
        self._credentials = credentials
        self._listener = listener
        self._report = report
        # Never the robot's own form: the broker would put the robot out.
        self._identifier = f"habitat-{uuid4()}"
        self._client: Client | None = None
        self._prefix = ""
        self._replies: dict[bytes, asyncio.Future[RobotError | None]] = {}
        self._late_callbacks: dict[bytes, Callable[[], None]] = {}
        """What to call when the robot replies to a command for which nobody waits any more."""
        self._last_sign_at = float("-inf")
        self._awaiting_sign: set[asyncio.Future[None]] = set()
        self._missed_pings = 0
        self._ping: asyncio.Task[bool] | None = None

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._client is not None

    # The connection.

    async def run(self) -> None:
        """Keep connected until cancelled; nothing else ends it."""
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
        """Connect and stay until it ends."""
        loop = asyncio.get_running_loop()
        began: float | None = None
        error: Exception = MqttError("Reading came to an end")
        try:
            credentials = await self._credentials()
            client = self._make_client(credentials)
            async with _open(client):
                began = loop.time()
                await _first(_read(client), self._serve(client, credentials.username))
        except Exception as err:  # noqa: BLE001 - whatever a library may raise, the link goes on trying
            _LOGGER.debug(
                "The visit to the message broker failed: %s",
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
            """Never holds anything: messages are taken in as they are read.

            So a flood cannot fill the memory, it makes the broker wait; and a message costs no
            task of its own.
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
        """Subscribe, and ping from then on."""
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
            # One miss is no news; the next ping, not a minute later, decides.
            if (
                not await self._ping_once()
                and 0 < self._missed_pings < MAX_MISSED_PINGS
            ):
                await self._ping_once()
            pings = -1
            while pings != self.counters.pings:
                # A command that pings meanwhile asks the same.
                pings = self.counters.pings
                await asyncio.sleep(PING_INTERVAL)

    async def _may_retry_login(self) -> bool:
        try:
            return await self._listener.refused()
        except CloudError as err:
            _LOGGER.debug("Why the login was refused remains unknown: %s", err)
            return False

    def _reset(self) -> None:
        """Be as before a connection."""
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

    # What comes.

    def _receive(self, message: Message) -> None:
        """Take in one message."""
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
        """Give a reply to the command that waits for it; parse no other."""
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
        """Return what an rpc_error says, fit to be shown."""
        if said := self._report.privacy.message(_error_message(document)):
            return CommandFailed(said)
        return CommandFailed("The robot did not say why", reason="not_said")

    def _notify[**P](
        self, method: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Tell the listener; its slips must cost neither the connection nor a log full of them."""
        try:
            method(*args, **kwargs)
        except Exception as err:  # noqa: BLE001 - see above
            self.counters.slips += 1
            if self.counters.slips == 1:
                _LOGGER.error(
                    "A message of the broker was not taken in: %s",
                    self._report.privacy.trace(err),
                )

    # Whether the robot is there.

    def _note_sign_of_life(self) -> None:
        """Note that the robot itself said something."""
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
        """Return whether the robot answers a ping: a new one, or the one that is under way."""
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._ping_robot())
        return self._ping

    async def _ping_robot(self) -> bool:
        """Ping the robot and return whether it says anything in time."""
        loop = asyncio.get_running_loop()
        self.counters.pings += 1
        heard: asyncio.Future[None] = loop.create_future()
        self._awaiting_sign.add(heard)
        # Robots answer with what they are sent; browsers expect the time there.
        stamp = str(int(time.time() * 1000))
        try:
            await self._publish(f"ping/{stamp}", stamp.encode())
            await asyncio.wait_for(heard, PONG_TIMEOUT)
        except NotConnected:
            return False
        except TimeoutError:
            self._missed_pings += 1
            if self._missed_pings >= MAX_MISSED_PINGS:
                self._set_online(online=False)
            return False
        finally:
            self._awaiting_sign.discard(heard)
        return True

    # Commands.

    async def command(
        self,
        *commands: Node,
        priority: int = PRIORITY,
        timeout: float | None = REPLY_TIMEOUT,
        ended: Callable[[], None] | None = None,
    ) -> None:
        """Tell the robot to do something, and wait until it says that it has done it.

        Commands do not wait for each other; in which order they are carried out is the robot's
        affair.

        Args:
            commands: nodes, carried out one after another.
            priority: the robot's own scale; urgent ones are sent even to a robot that is offline.
            timeout: seconds; None waits for as long as it takes, unless the robot goes offline.
            ended: is called once when the robot has replied, also after that time, or no longer can.

        Raises:
            NotConnected: the broker is out of reach, or was lost meanwhile.
            RobotOffline: the robot does not answer.
            NoReply: it does, but did not reply in time.
            CommandFailed: it replied that it could not.
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
        """Stop the robot at once; raises as `command`, but is sent in any case that it can be."""
        await self.command(celery_script.emergency_lock(), priority=URGENT)

    async def emergency_unlock(self) -> None:
        """Let the robot move again; raises as `command`."""
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
            # To hear neither a command nor a ping is as good as to miss two pings.
            if not ping.cancelled() and not ping.result() and not reply.done():
                reply.set_result(_offline())
                self._set_online(online=False)

        try:
            request = celery_script.rpc_request(commands, label, priority)
            sent = loop.time()
            was_there = sent - self._last_sign_at <= RECENT_SIGN
            await self._publish("from_clients", orjson.dumps(request))
            # Who was there a moment ago says something soon, or is gone since.
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
        """Ask a silent robot, as often as it takes to know that it is gone."""
        for _ in range(MAX_MISSED_PINGS):
            await asyncio.wait({ping := self._ping_once()})
            if ping.cancelled() or ping.result():
                return

    async def _publish(self, kind: str, payload: bytes) -> None:
        client = self._client
        if client is None:
            raise NotConnected("There is no connection to the message broker")
        try:
            # At once, unless the network is stuck.
            await client.publish(self._prefix + kind, payload, timeout=PONG_TIMEOUT)
        except MqttError as err:
            raise NotConnected(
                f"The message broker did not take the message: {err}"
            ) from err

    def _end_replies(self, error: Callable[[], RobotError]) -> None:
        """End all commands that wait."""
        for reply in self._replies.values():
            if not reply.done():
                reply.set_result(error())
        unfinished, self._late_callbacks = self._late_callbacks, {}
        for ended in unfinished.values():
            self._notify(ended)


_TOPICS = ("status", "logs", "sync/#", "from_device", "pong/#", "telemetry")
"""What is listened to, below `bot/<bot>/`."""
_KINDS = frozenset(topic.partition("/")[0] for topic in _TOPICS)
_OTHER = "other"


def _offline() -> RobotOffline:
    return RobotOffline("The robot is offline")


def _error_message(document: Json) -> str:
    """Return what an rpc_error says."""
    body = document.get("body") if isinstance(document, dict) else None
    said = [
        message
        for item in (body if isinstance(body, list) else [])
        if isinstance(item, dict)
        and isinstance(args := item.get("args"), dict)
        and isinstance(message := args.get("message"), str)
    ]
    return "; ".join(said)


def _code(said: object) -> int:
    """Return the number of what the broker said."""
    if isinstance(said, ReasonCode):
        return said.value
    return said if isinstance(said, int) else 0


async def _read(client: Client) -> None:
    """Read until the connection is lost, which is an error; the inbox does the rest."""
    await anext(client.messages)


async def _first(*doing: Coroutine[None, None, None]) -> None:
    """Do several things until the first of them ends, and end as that one."""
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

    The client's own context leaves its socket and a task behind when the broker does not answer
    the login, or when it is cancelled while a thread of it still connects.
    """
    connecting = asyncio.create_task(client.__aenter__())
    # What nobody looks at is logged as overlooked.
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
            # Likewise the error of a loss that came when nobody was reading any more.
            await anext(client.messages)
