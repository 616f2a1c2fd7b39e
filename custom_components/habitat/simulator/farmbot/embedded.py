"""The broker in this process: amqtt, plain MQTT 3.1.1 on a loopback port."""

from _collections_abc import dict_items
import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
import logging
from typing import override

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker as Engine
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import ApplicationMessage, Session

from .broker import HOST, Broker, Gate

_LISTENER = "default"

for _name in ("amqtt", "transitions"):
    # It tells of every packet; nobody who debugs Home Assistant wants to read that.
    logging.getLogger(_name).setLevel(logging.ERROR)


@dataclass
class _Config:
    gate: Gate


class GatePlugin(BaseAuthPlugin, BaseTopicPlugin):
    """Asks the gate on behalf of the library, which finds this class by its name."""

    Config = _Config

    @property
    def _gate(self) -> Gate:
        assert isinstance(self.context.config, _Config)
        return self.context.config.gate

    @override
    async def authenticate(self, *, session: Session) -> bool:
        """Let in, or not."""
        # Silence is borne: tests let hours pass at once.
        session.keep_alive = 0
        return self._gate.admits(session.username or "", session.password or "")

    @override
    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Let publish and subscribe, or not; what one may hear was asked at subscribing."""
        if action is Action.RECEIVE:
            return True
        username = session.username if session else None
        return self._gate.allows(username or "", topic or "")

    async def on_broker_message_broadcast(
        self, *, client_id: str, message: ApplicationMessage
    ) -> None:
        """Record what is passed on."""
        self._gate.heard(message.topic, len(message.data))


class _Subscriptions(dict[str, list[tuple[Session, int]]]):
    """Who listens to what; the library awaits while it goes through, and others come and go."""

    @override
    def __iter__(self) -> Iterator[str]:
        """Go through those of now."""
        return iter(tuple(super().__iter__()))

    @override
    def items(self) -> dict_items[str, list[tuple[Session, int]]]:
        """Return those of now."""
        return dict(self).items()


class EmbeddedBroker(Broker):
    """Starts again on the port that it had."""

    def __init__(self) -> None:
        """Wait to be started."""
        self._gate: Gate | None = None
        self._engine: Engine | None = None
        self._server: asyncio.Server | None = None
        self._port = 0
        self._clients: set[asyncio.Task[None]] = set()

    @property
    @override
    def address(self) -> tuple[str, int]:
        """Return where clients connect."""
        return HOST, self._port

    @override
    async def start(self, gate: Gate | None = None) -> None:
        """Let clients in, by default as before.

        Raises:
            OSError: the port was taken by somebody else meanwhile.
        """
        self._gate = gate or self._gate
        engine = Engine(
            BrokerConfig(
                listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
                plugins={f"{__name__}.{GatePlugin.__name__}": {"gate": self._gate}},
            )
        )
        engine._subscriptions = _Subscriptions()  # noqa: SLF001 - there is no other way in
        await engine.start()
        self._engine = engine
        self._server = await asyncio.start_server(self._connected, HOST, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    @override
    async def stop(self) -> None:
        """Let all clients go."""
        server, self._server = self._server, None
        if server:
            server.close()
            server.abort_clients()
        for client in list(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        engine, self._engine = self._engine, None
        if engine:
            await engine.shutdown()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        engine, task = self._engine, asyncio.current_task()
        if engine is None or task is None:
            writer.close()
            return
        self._clients.add(task)
        try:
            with suppress(AMQTTError, OSError, asyncio.CancelledError):
                await engine.external_connected(
                    StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER
                )
        finally:
            self._clients.discard(task)
