"""Pictures of the bed from above, and what its webcam sees."""

from functools import lru_cache
import math
import re
from typing import NoReturn

from aiohttp import web

from ..core.clock import pause
from ..core.documents import Json, Record
from ..core.noise import between, fraction
from ..core.pictures import jpeg, png
from ..core.server import CloudServer
from .wire import PENDING
from .world import World

WIDTH, HEIGHT = 128, 96
_PLACEHOLDER = "/placeholder_farmbot.jpg"
_PHOTOS = "/photos/"
_PAGE = "/webcam.html"
_STILL = "/webcam.jpg"
FILM = "webcam.mjpeg"
"""Where the webcam shows picture after picture."""
_BOUNDARY = "picture"
_FRAME = 1.0
"""Seconds from one picture to the next."""
_ACROSS, _DOWN, _HORIZON = 40, 30, 12
"""How many squares of the webcam's picture there are, and how many of them are sky."""
_SOIL, _CLOD, _LEAF, _LIGHT, _GREY = range(5)
_OWN = re.compile(r"http://127\.0\.0\.1:\d+(?=/(?:photos/|webcam\.|placeholder_))")
_ORIGIN = "{origin}"
"""Stands for this server in addresses of a world that does not know it yet."""


def path(seed: int, meta: Record) -> str:
    """Return where a photo is, by where it was taken (mm)."""
    x, y = (round(_number(meta.get(axis))) for axis in ("x", "y"))
    name = "".join(c for c in str(meta.get("name", "")) if c.isalnum())
    return f"{_PHOTOS}{seed}/{x}/{y}/{name or 'photo'}.png"


def address(path: str) -> str:
    """Return the address of something on this server while a world is built."""
    return f"{_ORIGIN}{path}"


def settle(world: World, url: str) -> None:
    """Write this server's address, which changes with every start, into the records."""
    for table, field in (
        ("images", "attachment_url"),
        ("images", PENDING),
        ("webcam_feeds", "url"),
    ):
        for record in world.rows(table):
            text = record.get(field)
            if isinstance(text, str):
                record[field] = _moved(text, url)


def answer(request: web.BaseRequest, at: float) -> web.Response | None:
    """Answer as the store of the pictures does, or None for what is no picture."""
    if request.method != "GET":
        return None
    if request.path == _PAGE:
        return web.Response(
            text="<html><body>A page about a camera.</body></html>",
            content_type="text/html",
        )
    if request.path == _STILL:
        return web.Response(body=frame(at), content_type="image/jpeg")
    if request.path.startswith((_PHOTOS, _PLACEHOLDER)):
        return web.Response(body=paint(request.path), content_type="image/png")
    return None


async def film(request: web.BaseRequest, cloud: CloudServer) -> NoReturn:
    """Show what the webcam sees, picture after picture, until somebody has seen enough.

    Raises:
        ConnectionResetError: the cloud ended.
    """
    response = web.StreamResponse(
        headers={"Content-Type": f"multipart/x-mixed-replace; boundary={_BOUNDARY}"}
    )
    await response.prepare(request)
    while not cloud.ending.is_set():
        picture = frame(cloud.clock())
        head = (
            f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
            f"Content-Length: {len(picture)}\r\n\r\n"
        )
        await response.write(head.encode() + picture + b"\r\n")
        await pause(_FRAME, cloud.ending)
    if request.transport:
        request.transport.close()
    raise ConnectionResetError


def frame(at: float) -> bytes:
    """Return what the webcam sees at a time as JPEG: the bed under the sky, in squares."""
    shift = at / 10
    sky = [
        [
            (150 + row * 4, 190 + row * 3, 232)
            if math.sin((column + shift) / 5) + math.sin(row) < 1.4
            else (240, 244, 248)
            for column in range(_ACROSS)
        ]
        for row in range(_HORIZON)
    ]
    ground = [
        [
            (52, 128 + 9 * (column % 5), 60)
            if fraction("webcam", row, column // 2) < 0.45
            else (96, 70, 50)
            for column in range(_ACROSS)
        ]
        for row in range(_DOWN - _HORIZON)
    ]
    return jpeg([*sky, *ground])


@lru_cache(maxsize=64)
def paint(key: str) -> bytes:
    """Return a picture as PNG: soil with some plants on it, or plain grey for a stand-in."""
    plants = [
        (
            between(0, WIDTH, key, index, "x"),
            between(0, HEIGHT, key, index, "y"),
            between(6, 22, key, index, "size"),
            round(between(4, 8, key, index, "leaves")),
        )
        for index in range(round(between(2, 6, key, "count")))
    ]
    if key.startswith(_PLACEHOLDER):
        rows = [bytes([_GREY] * WIDTH)] * HEIGHT
    else:
        rows = [
            bytes(_color(x, y, plants, key) for x in range(WIDTH))
            for y in range(HEIGHT)
        ]
    hue = int(between(0, 40, key, "hue"))
    palette = (
        (88, 64, 46),
        (70, 50, 36),
        (46 + hue, 120, 52),
        (96 + hue, 168, 84),
        (150, 150, 150),
    )
    return png(WIDTH, rows, palette)


def _color(
    x: int, y: int, plants: list[tuple[float, float, float, int]], key: str
) -> int:
    for middle, centre, size, leaves in plants:
        across, along = x - middle, y - centre
        away = math.hypot(across, along)
        turn = math.atan2(along, across)
        if away < size * (0.55 + 0.45 * abs(math.cos(turn * leaves / 2))):
            return _LIGHT if away < size * 0.3 else _LEAF
    return _CLOD if fraction(key, x // 3, y // 3) < 0.3 else _SOIL


def _moved(text: str, url: str) -> str:
    if text.startswith(_ORIGIN):
        return url + text.removeprefix(_ORIGIN)
    # As it was before the last start.
    found = _OWN.match(text)
    return url + text[found.end() :] if found else text


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
