"""Pictures of plants, painted when they are asked for."""

from functools import lru_cache
from hashlib import sha256
import math

from ..core.noise import between
from ..core.pictures import png

SIZE = 96
EXPIRES = 7_868_620_800
"""In the year 2219; recordings have such times."""
_SKY, _WALL, _POT, _LEAF, _VEIN = range(5)


def identifier(seed: int, spot: str, number: int) -> str:
    """Return what identifies a picture."""
    return sha256(f"{seed} {spot} picture {number}".encode()).hexdigest()[:32]


def signature(seed: int, image: str) -> str:
    """Return what lets the bearer of an address see a picture."""
    return sha256(f"{seed} {image} {EXPIRES}".encode()).hexdigest()[:28]


@lru_cache(maxsize=64)
def paint(image: str) -> bytes:
    """Return the picture of a plant in a pot as PNG."""
    leaves = [
        (
            math.radians(-90 + spread),
            between(24, 40, image, spread, "length"),
            between(5, 9, image, spread, "width"),
        )
        for spread in range(-75, 90, 30)
    ]
    rows = [bytes(_color(x, y, leaves) for x in range(SIZE)) for y in range(SIZE)]
    hue = int(between(0, 70, image, "hue"))
    pot, leaf, vein = (
        (176, 88 + hue, 60),
        (40 + hue, 130 + hue // 2, 62),
        (24 + hue, 98, 44),
    )
    return png(SIZE, rows, ((214, 228, 238), (190, 178, 160), pot, leaf, vein))


def _color(x: int, y: int, leaves: list[tuple[float, float, float]]) -> int:
    middle, rim = SIZE / 2, SIZE * 0.66
    if y > rim and abs(x - middle) < 21 - (y - rim) * 0.25:
        return _POT
    for angle, length, width in leaves:
        along = (x - middle) * math.cos(angle) + (y - rim) * math.sin(angle)
        across = abs((y - rim) * math.cos(angle) - (x - middle) * math.sin(angle))
        if 0 < along < length:
            reach = width * math.sin(math.pi * along / length)
            if across < reach:
                return _VEIN if across < 0.8 else _LEAF
    return _WALL if y > SIZE * 0.8 else _SKY
