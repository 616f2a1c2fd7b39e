"""The broker as browsers reach it: MQTT in a web socket."""

import asyncio
from contextlib import suppress

from aiohttp import web

PATH = "ws"
_PROTOCOLS = ("mqtt", "mqttv3.1")
_CHUNK = 65_536
_GOODBYE = 1.0


async def relay(request: web.BaseRequest, host: str, port: int) -> web.StreamResponse:
    """Pass bytes between a web socket and the broker until one of them has enough."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return web.Response(status=502)
    web_socket = web.WebSocketResponse(timeout=_GOODBYE, protocols=_PROTOCOLS)
    try:
        await web_socket.prepare(request)
        hearing = asyncio.create_task(_hear(reader, web_socket))
        try:
            async for message in web_socket:
                if isinstance(message.data, bytes):
                    writer.write(message.data)
                    await writer.drain()
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await hearing
    finally:
        writer.transport.abort()
    return web_socket


async def _hear(
    reader: asyncio.StreamReader, web_socket: web.WebSocketResponse
) -> None:
    with suppress(OSError):
        while heard := await reader.read(_CHUNK):
            await web_socket.send_bytes(heard)
    await web_socket.close()
