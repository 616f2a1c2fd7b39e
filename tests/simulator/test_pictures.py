"""The pictures that simulated cameras take can be read by others."""

from io import BytesIO

from PIL import Image
import pytest

from custom_components.habitat.simulator.core.pictures import Color, jpeg, png

COLORS: tuple[Color, ...] = ((0, 0, 0), (255, 255, 255), (200, 30, 40), (20, 90, 220))


def test_png() -> None:
    """Each byte of a row is a color of the palette."""
    picture = Image.open(BytesIO(png(2, [b"\0\1", b"\2\3"], COLORS))).convert("RGB")
    assert picture.size == (2, 2)
    found = [picture.getpixel((x, y)) for y in range(2) for x in range(2)]
    assert found == list(COLORS)


def test_jpeg() -> None:
    """Each color is a square of 8 by 8 pixels; the colors are nearly those that were wanted."""
    picture = Image.open(BytesIO(jpeg([COLORS, COLORS[::-1]])))
    assert picture.size == (32, 16)
    for column, wanted in enumerate(COLORS):
        for x, y in ((column * 8 + 1, 2), (31 - column * 8, 15)):
            assert picture.getpixel((x, y)) == pytest.approx(wanted, abs=3)
