"""The canvas of the bed map: where things lie on it, what is taken of it, what is written on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from .bed import Bed

PAPER, INK = "#fff4e0", "#33241a"

_LETTERS = 16
"""Letters of a name that are shown at most."""

type Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class View:
    """Where things of a bed lie on its picture."""

    bed: Bed

    @property
    def width(self) -> float:
        """The extent of the bed from left to right."""
        return self.bed.size_y if self.bed.xy_swap else self.bed.size_x

    @property
    def height(self) -> float:
        """The extent of the bed from top to bottom."""
        return self.bed.size_x if self.bed.xy_swap else self.bed.size_y

    @property
    def unit(self) -> float:
        """The measure of all that is not to scale: a hundredth of a wide bed."""
        return max(self.width, 1.4 * self.height) / 100

    @property
    def right(self) -> bool:
        """Whether the robot's home is at the right."""
        return self.bed.quadrant in {1, 4}

    @property
    def low(self) -> bool:
        """Whether the robot's home is at the bottom."""
        return self.bed.quadrant in {3, 4}

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the garden is."""
        if self.bed.xy_swap:
            x, y = y, x
        return self.width - x if self.right else x, self.height - y if self.low else y

    def toward(self, x: float, y: float) -> tuple[float, float]:
        """Return where a direction of the garden points to."""
        if self.bed.xy_swap:
            x, y = y, x
        return -x if self.right else x, -y if self.low else y

    def shows(self, x: float, y: float) -> bool:
        """Say whether a place is in the bed, or just beside it."""
        near = 2 * self.unit
        return -near <= x <= self.bed.size_x + near and (
            -near <= y <= self.bed.size_y + near
        )

    def clip(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of the bed that is nearest to a place."""
        return min(max(x, 0), self.bed.size_x), min(max(y, 0), self.bed.size_y)


class OccupancyGrid:
    """What is taken of the picture, so that nothing is written over anything."""

    def __init__(self, cell: float) -> None:
        """Begin with an empty picture; a cell is about as large as what will be put there."""
        self._cell = cell
        self._taken: dict[tuple[int, int], set[Box]] = {}

    def take(self, box: Box) -> None:
        """Take a place."""
        for cell in self._cells(box):
            self._taken.setdefault(cell, set()).add(box)

    def is_free(self, box: Box) -> bool:
        """Say whether nothing is at a place yet."""
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
    """Write a name so that it can be read over anything; turned by degrees where it starts."""
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
    """Write a length: whole mm, tenths of small ones."""
    return f"{round(length, 1 if abs(length) < 20 else None) + 0:g}"


def displayable(text: str) -> str:
    """Return what can be shown of a text: without signs that no XML may hold, and not all of it."""
    shown = "".join(sign for sign in text if sign.isprintable()).strip()
    return shown if len(shown) <= _LETTERS else f"{shown[: _LETTERS - 1].rstrip()}…"


def text_width(text: str) -> float:
    """Return about how wide a text is, in multiples of its size."""
    return sum(1.0 if east_asian_width(sign) in "WF" else 0.52 for sign in text)
