"""The canvas of the bed map: coordinates, free space for labels, and texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from .bed import Bed

PAPER, INK = "#fff4e0", "#33241a"

_LETTERS = 16
"""Maximum of characters of a name that are shown."""

type Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class View:
    """Converts coordinates of a bed to those of its picture, both in mm."""

    bed: Bed

    @property
    def width(self) -> float:
        """The width of the bed in the picture."""
        return self.bed.size_y if self.bed.xy_swap else self.bed.size_x

    @property
    def height(self) -> float:
        """The height of the bed in the picture."""
        return self.bed.size_x if self.bed.xy_swap else self.bed.size_y

    @property
    def unit(self) -> float:
        """The unit for sizes that are not to scale: 1 % of the width of a wide bed."""
        return max(self.width, 1.4 * self.height) / 100

    @property
    def right(self) -> bool:
        """Whether the robot's home is on the right."""
        return self.bed.quadrant in {1, 4}

    @property
    def low(self) -> bool:
        """Whether the robot's home is at the bottom."""
        return self.bed.quadrant in {3, 4}

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the coordinates of a place in the picture."""
        if self.bed.xy_swap:
            x, y = y, x
        return self.width - x if self.right else x, self.height - y if self.low else y

    def toward(self, x: float, y: float) -> tuple[float, float]:
        """Return a direction in the picture."""
        if self.bed.xy_swap:
            x, y = y, x
        return -x if self.right else x, -y if self.low else y

    def shows(self, x: float, y: float) -> bool:
        """Return whether a place is within the bed, or close to it."""
        near = 2 * self.unit
        return -near <= x <= self.bed.size_x + near and (
            -near <= y <= self.bed.size_y + near
        )

    def clip(self, x: float, y: float) -> tuple[float, float]:
        """Return the nearest place within the bed."""
        return min(max(x, 0), self.bed.size_x), min(max(y, 0), self.bed.size_y)


class OccupancyGrid:
    """The occupied areas of the picture, so that labels do not overlap."""

    def __init__(self, cell: float) -> None:
        """Create an empty grid; a cell should be about as large as the boxes."""
        self._cell = cell
        self._taken: dict[tuple[int, int], set[Box]] = {}

    def take(self, box: Box) -> None:
        """Occupy an area."""
        for cell in self._cells(box):
            self._taken.setdefault(cell, set()).add(box)

    def is_free(self, box: Box) -> bool:
        """Return whether an area overlaps no occupied one."""
        left, top, right, bottom = box
        return not any(
            left < other[2]
            and other[0] < right
            and top < other[3]
            and other[1] < bottom
            for cell in self._cells(box)
            for other in self._taken.get(cell, ())
        )

    def _cells(self, box: Box) -> Iterator[tuple[int, int]]:
        left, top, right, bottom = (int(edge // self._cell) for edge in box)
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                yield column, row


def label(
    x: float, y: float, size: float, text: str, anchor: str, turn: int = 0
) -> str:
    """Return a text with an outline, so that it is readable on any background.

    `turn` rotates it around its start, in degrees.
    """
    where = (
        f'transform="translate({mm(x)},{mm(y)})rotate({turn})"'
        if turn
        else f'x="{mm(x)}" y="{mm(y)}"'
    )
    return (
        f'<text {where} font-size="{mm(size)}" text-anchor="{anchor}"'
        f' fill="{PAPER}" stroke="{INK}" stroke-opacity=".55"'
        f' stroke-width="{mm(0.22 * size)}" stroke-linejoin="round"'
        f' paint-order="stroke">{escape(text)}</text>'
    )


def mm(length: float) -> str:
    """Return a length as text, in whole mm; small ones have a decimal."""
    return f"{round(length, 1 if abs(length) < 20 else None) + 0:g}"


def displayable(text: str) -> str:
    """Return a text without characters that XML does not allow, cut to a maximum length."""
    shown = "".join(sign for sign in text if sign.isprintable()).strip()
    return shown if len(shown) <= _LETTERS else f"{shown[: _LETTERS - 1].rstrip()}…"


def text_width(text: str) -> float:
    """Return the approximate width of a text, in multiples of the font size."""
    return sum(1.0 if east_asian_width(sign) in "WF" else 0.52 for sign in text)
