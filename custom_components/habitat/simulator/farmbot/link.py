"""One lasting connection to the broker, as the robot and the API server have it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
import logging
import math

import aiomqtt

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 2.0
_PATIENCE = 2.0
_UNSENT = 10_000
_LOGGER = logging.getLogger(f"{__name__}.mqtt")
# A broker that goes away is part of the play.
_LOGGER.setLevel(logging.CRITICAL)

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
        self._identifier = identifier
        self._username = username
        self._password = password
        self._topics = topics
        self._handler = handler
        self._unsent: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(_UNSENT)
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self.connected = asyncio.Event()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send something, if the broker is there."""
        if self.connected.is_set():
            with suppress(asyncio.QueueFull):
                self._unsent.put_nowait((topic, payload))

    def start(self, host: str, port: int) -> None:
        """Connect, and stay connected."""
        self._settled.clear()
        self._task = asyncio.create_task(self._run(host, port))

    async def stop(self) -> None:
        """Hang up."""
        task, self._task = self._task, None
        if task:
            # Ended in the middle of connecting, the library would complain to the event loop.
            await self._settled.wait()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, host: str, port: int) -> None:
        wait = _FIRST_WAIT
        while True:
            self._settled.clear()
            with suppress(aiomqtt.MqttError):
                async with self._client(host, port) as client:
                    self._settled.set()
                    if self._topics:
                        await client.subscribe([(topic, 0) for topic in self._topics])
                    wait = _FIRST_WAIT
                    await self._talk(client)
            self._settled.set()
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _client(self, host: str, port: int) -> aiomqtt.Client:
        return aiomqtt.Client(
            host,
            port,
            username=self._username,
            password=self._password,
            identifier=self._identifier,
            # Tests let hours pass at once; no broker may take that for silence.
            keepalive=0,
            logger=_LOGGER,
            timeout=_PATIENCE,
        )

    async def _talk(self, client: aiomqtt.Client) -> None:
        """Listen and speak until the broker is gone.

        Raises:
            MqttError: it is.
        """
        speaking = asyncio.create_task(self._speak(client))
        self.connected.set()
        try:
            async for message in client.messages:
                if isinstance(message.payload, bytes):
                    self._handler(message.topic.value, message.payload)
        finally:
            self.connected.clear()
            speaking.cancel()
            with suppress(asyncio.CancelledError):
                await speaking
            while not self._unsent.empty():
                self._unsent.get_nowait()

    async def _speak(self, client: aiomqtt.Client) -> None:
        while True:
            topic, payload = await self._unsent.get()
            # No time-out: it would strike when a test lets an hour pass. The listener notices
            # a loss.
            with suppress(aiomqtt.MqttError):
                await client.publish(topic, payload, timeout=math.inf)
