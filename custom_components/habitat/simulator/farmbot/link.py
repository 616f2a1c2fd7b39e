"""One lasting connection to the broker, as the robot and the API server have it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from . import mqtt
from .mqtt import Kind, Reply

_FIRST_WAIT = 0.1
_MAX_WAIT = 2.0
_SUBSCRIPTION = 1
_MAX_BACKLOG = 16 * mqtt.MAX_PACKET

type Handler = Callable[[str, bytes], None]
"""Hears a topic and what came on it."""


class Link:
    """Connects again by itself; what can not be sent is lost, as at QoS 0."""

    def __init__(
        self,
        identifier: str,
        username: str,
        password: str,
        topics: Sequence[str],
        handler: Handler,
    ) -> None:
        """Say who this is, and what it wants to hear."""
        self._login = mqtt.connect(identifier, username, password)
        self._topics = topics
        self._handler = handler
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send something, if the broker is there."""
        if self._writer is None or not self.connected.is_set():
            return
        transport = self._writer.transport
        if not transport.is_closing() and (
            transport.get_write_buffer_size() <= _MAX_BACKLOG
        ):
            self._writer.write(mqtt.publish(topic, payload))

    def start(self, host: str, port: int) -> None:
        """Connect, and stay connected."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(host, port))

    async def stop(self) -> None:
        """Hang up."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, host: str, port: int) -> None:
        wait = _FIRST_WAIT
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, mqtt.MalformedError):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    await self._talk(reader, writer)
                finally:
                    if self.connected.is_set():
                        wait = _FIRST_WAIT
                    self.connected.clear()
                    self._writer = None
                    writer.transport.abort()
            await asyncio.sleep(wait)
            wait = min(2 * wait, _MAX_WAIT)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Log in, and listen until the broker is gone.

        Raises:
            MalformedError: it refuses the login, or is no broker.
            IncompleteReadError: it is gone.
        """
        writer.write(self._login)
        if (reply := mqtt.read_reply(await mqtt.read_packet(reader))) is not (
            Reply.ACCEPTED
        ):
            raise mqtt.MalformedError(reply.name)
        self._writer = writer
        if self._topics:
            writer.write(mqtt.subscribe(_SUBSCRIPTION, self._topics))
        else:
            self.connected.set()
        while True:
            packet = await mqtt.read_packet(reader)
            if packet.kind is Kind.SUBACK:
                self.connected.set()
            elif packet.kind is Kind.PUBLISH:
                message = mqtt.read_publication(packet)
                self._handler(message.topic, message.payload)
