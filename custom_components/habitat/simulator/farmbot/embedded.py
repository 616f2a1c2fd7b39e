"""The broker in this process: plain MQTT 3.1.1 at QoS 0 on a loopback port.

As with FarmBot's own broker nothing is kept for those who are away, who publishes where it may
not is not heard, and who reads too slowly misses messages.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import override

from . import mqtt
from .broker import HOST, Broker, Gate
from .mqtt import Kind, Packet, Publication, Reply

MAX_BACKLOG = 4 * mqtt.MAX_PACKET
"""Bytes that wait for a slow reader; what comes while there are more is lost to it."""
CONNECT_WAIT = 10.0
"""Seconds that a client has for its login."""
_KEEPALIVE_GRACE = 1.5
"""How often its keep-alive a client may be silent (3.1.2.10)."""
_TURNS = 3
"""Silence is counted in so many parts: a clock that leaps hours skips one of them only."""


@dataclass(slots=True, eq=False)
class _Visit:
    """One connection."""

    writer: asyncio.StreamWriter
    patience: float | None
    """Seconds that it may be silent."""
    silent_turns: int = 0
    username: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)
    """The topic filters that it subscribed to, and their levels."""

    def send(self, packet: bytes) -> None:
        """Send a packet, unless too much waits already."""
        transport = self.writer.transport
        if not transport.is_closing() and (
            transport.get_write_buffer_size() <= MAX_BACKLOG
        ):
            self.writer.write(packet)

    async def mind_silence(self) -> None:
        """Hang up when the client is silent for too long."""
        while self.patience is not None:
            await asyncio.sleep(self.patience / _TURNS)
            self.silent_turns += 1
            if self.silent_turns > _TURNS:
                self.writer.transport.abort()
                return


class EmbeddedBroker(Broker):
    """Starts again on the port that it had."""

    def __init__(self, host: str = HOST, port: int = 0) -> None:
        """Say where clients will connect; port 0 is one of the system's choice."""
        self._host = host
        self._port = port
        self._gate: Gate | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._visits: dict[str, _Visit] = {}
        """Those that are logged in, by their client identifier."""
        self._nameless = 0

    @property
    @override
    def address(self) -> tuple[str, int]:
        """Return where clients connect."""
        return self._host, self._port

    @override
    async def start(self, gate: Gate | None = None) -> None:
        """Let clients in, by default as before; one that runs goes on.

        Raises:
            OSError: the port was taken by somebody else meanwhile.
        """
        self._gate = gate or self._gate
        if self._server is None:
            self._server = await asyncio.start_server(
                self._connected, self._host, self._port
            )
            self._port = self._server.sockets[0].getsockname()[1]

    @override
    async def stop(self) -> None:
        """Let all clients go."""
        server, self._server = self._server, None
        if server is None:
            return
        loop = asyncio.get_running_loop()
        for listening in server.sockets:
            loop.remove_reader(listening)
        # Who was let in a moment ago becomes one of the server's clients in this round.
        await asyncio.sleep(0)
        server.close()
        server.abort_clients()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await server.wait_closed()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        gate, task = self._gate, asyncio.current_task()
        if self._server is None or gate is None or task is None:
            writer.transport.abort()
            return
        self._tasks.add(task)
        visit = _Visit(writer, CONNECT_WAIT)
        watching = asyncio.create_task(visit.mind_silence())
        try:
            with suppress(
                mqtt.MalformedError,
                OSError,
                asyncio.IncompleteReadError,
                asyncio.CancelledError,
            ):
                await self._serve(gate, visit, reader)
        finally:
            watching.cancel()
            self._visits = {
                name: each for name, each in self._visits.items() if each is not visit
            }
            writer.close()
            self._tasks.discard(task)

    async def _serve(
        self, gate: Gate, visit: _Visit, reader: asyncio.StreamReader
    ) -> None:
        """Do what a client wants until it goes.

        Raises:
            MalformedError: it does not speak MQTT.
        """
        packet = await mqtt.read_packet(reader, mqtt.MAX_LOGIN, Kind.CONNECT)
        login = mqtt.read_login(packet)
        reply = self._judge(gate, login)
        visit.send(mqtt.connack(reply))
        if reply is not Reply.ACCEPTED:
            return
        visit.username = login.username
        visit.patience = login.keepalive * _KEEPALIVE_GRACE or None
        self._enter(login.identifier, visit)
        while (packet := await mqtt.read_packet(reader)).kind is not Kind.DISCONNECT:
            visit.silent_turns = 0
            self._take(gate, visit, packet)

    @staticmethod
    def _judge(gate: Gate, login: mqtt.Login) -> Reply:
        if not login.known:
            return Reply.WRONG_VERSION
        if not login.identifier and not login.clean:
            return Reply.BAD_IDENTIFIER
        if not gate.admits(login.username, login.password):
            return Reply.NOT_AUTHORIZED
        return Reply.ACCEPTED

    def _enter(self, identifier: str, visit: _Visit) -> None:
        """Remember who is there; the older of two with one identifier has to go (3.1.4)."""
        if not identifier:
            self._nameless += 1
            identifier = f"nameless/{self._nameless}"
        if older := self._visits.get(identifier):
            older.writer.transport.abort()
        self._visits[identifier] = visit

    def _take(self, gate: Gate, visit: _Visit, packet: Packet) -> None:
        match packet.kind:
            case Kind.PUBLISH:
                self._publish(gate, visit, mqtt.read_publication(packet))
            case Kind.SUBSCRIBE:
                identifier, filters = mqtt.read_subscription(packet)
                granted = {each: gate.allows(visit.username, each) for each in filters}
                visit.filters |= {
                    each: each.split("/")
                    for each, allowed in granted.items()
                    if allowed
                }
                codes = (0 if granted[each] else mqtt.DENIED for each in filters)
                visit.send(mqtt.suback(identifier, codes))
            case Kind.UNSUBSCRIBE:
                identifier, filters = mqtt.read_subscription(packet)
                for each in filters:
                    visit.filters.pop(each, None)
                visit.send(mqtt.acknowledge(Kind.UNSUBACK, identifier))
            case Kind.PINGREQ:
                visit.send(mqtt.PINGRESP)
            case _:
                raise mqtt.MalformedError(f"No client sends a {packet.kind.name}")

    def _publish(self, gate: Gate, visit: _Visit, message: Publication) -> None:
        if gate.allows(visit.username, message.topic):
            gate.heard(message.topic, len(message.payload))
            levels = message.topic.split("/")
            packet = mqtt.publish(message.topic, message.payload)
            for each in self._visits.values():
                if any(mqtt.matches(known, levels) for known in each.filters.values()):
                    each.send(packet)
        if message.identifier is not None:
            visit.send(mqtt.acknowledge(Kind.PUBACK, message.identifier))
