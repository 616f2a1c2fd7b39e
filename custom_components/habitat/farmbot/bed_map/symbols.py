"""The symbols of the bed map, as fragments of SVG."""

from collections.abc import Mapping
from math import cos, pi, sin

from ..client.enums import Color
from ..garden.crops import Foliage
from .bed import CameraFrame
from .canvas import View, mm

WEED = "#ef5b4c"
DEPTHS = ("#ffe6a3", "#f2c48a", "#c9b6a6", "#8fb7cf", "#5aa2dd")
"""The colours of soil heights, from the highest to the lowest."""
MARKS: Mapping[Color | None, str] = {
    Color.BLUE: "#7db4ff",
    Color.GREEN: "#8fdc7a",
    Color.YELLOW: "#f7dc6a",
    Color.ORANGE: "#f5a860",
    Color.PURPLE: "#c6a0f5",
    Color.PINK: "#f7a6cf",
    Color.GRAY: "#cfc8c0",
    Color.RED: "#f58a80",
    None: "#cfe3f2",
}
"""The colours of marked places, by the one that was chosen in the web app."""
_LEAVES: Mapping[Foliage, tuple[int, int, str, str]] = {
    Foliage.ROUND: (7, 62, "#4f9a4a", "#82c86a"),
    Foliage.POINTED: (6, 40, "#43914f", "#79c26c"),
    Foliage.FEATHERY: (11, 22, "#5aa04a", "#98cf70"),
    Foliage.BLADES: (9, 15, "#4d9763", "#8bcd90"),
}
"""By foliage: the number of leaves, their width in % of their length, the outer and inner colour."""
_EDGE = "#356b3a"


def rosette(foliage: Foliage) -> str:
    """Draw a plant from above, with a radius of 100."""
    leaves, width, outer, inner = _LEAVES[foliage]
    turn = pi / leaves
    return "".join(
        f'<path fill="{color}" stroke="{_EDGE}" stroke-opacity=".4" stroke-width="3" d="'
        + "".join(
            _leaf(2 * turn * number + shift, length, width) for number in range(leaves)
        )
        + '"/>'
        for color, length, shift in ((outer, 100, 0.0), (inner, 68, turn))
    )


def _leaf(angle: float, length: float, width: float) -> str:
    """Draw a leaf from the middle outwards; its width is in % of its length, its angle in radians."""
    across = width * length / 100
    belly, tip = (0.35, 1.05) if width > 50 else (0.3, 0.75)
    points = ((-across, belly), (-across, tip), (0, 1), (across, tip), (across, belly))
    places = [
        f"{x * cos(angle) + y * length * sin(angle):.0f}"
        f" {x * sin(angle) - y * length * cos(angle):.0f}"
        for x, y in points
    ]
    return f"M0 0C{','.join(places[:3])}C{','.join(places[3:])},0 0"


def star(points: int, outer: float, inner: float) -> str:
    """Draw a star."""
    return (
        "M"
        + "L".join(
            f"{radius * sin(pi * number / points):.0f}"
            f" {-radius * cos(pi * number / points):.0f}"
            for number in range(2 * points)
            for radius in ((inner if number % 2 else outer),)
        )
        + "Z"
    )


def corners(view: View, frame: CameraFrame | None) -> str:
    """Draw the corners of the area of a photo, or of a small square if the area is not known."""
    size = 1.4 * view.unit
    width, height, angle = (
        (frame.width, frame.height, frame.angle) if frame else (size, size, 0)
    )
    # A mirrored picture turns the other way.
    if (view.right != view.low) != view.bed.xy_swap:
        angle = -angle
    if view.bed.xy_swap:
        width, height = height, width
    sine, cosine = sin(angle * pi / 180), cos(angle * pi / 180)
    bit = min(width, height) * 0.14

    def place(x: float, y: float) -> str:
        return f"{mm(x * cosine - y * sine)} {mm(x * sine + y * cosine)}"

    return "".join(
        f"M{place(x, y - down * bit)}L{place(x, y)}L{place(x - across * bit, y)}"
        for across, x in ((-1, -width / 2), (1, width / 2))
        for down, y in ((-1, -height / 2), (1, height / 2))
    )


def plant_sign(x: float, y: float, u: float) -> str:
    """Draw a seedling, for the legend."""
    return (
        f'<path fill="{_LEAVES[Foliage.ROUND][3]}"'
        f' transform="translate({mm(x)},{mm(y)})scale({0.012 * u:.3g})" d="'
        f'{_leaf(-0.6, 95, 62)}{_leaf(0.7, 95, 62)}M-6 0h12v70h-12z"/>'
    )


def weed_sign(x: float, y: float, u: float) -> str:
    """Draw a weed, for the legend."""
    return (
        f'<use href="#weed" fill="{WEED}"'
        f' transform="translate({mm(x)},{mm(y)})scale({0.8 * u / 100:.3g})"/>'
    )


def soil_sign(x: float, y: float, u: float) -> str:
    """Draw a measured soil height, for the legend."""
    return (
        f'<path stroke="{DEPTHS[0]}" stroke-width="{mm(0.25 * u)}"'
        f' d="M{mm(x - 0.6 * u)} {mm(y)}h{mm(1.2 * u)}M{mm(x)} {mm(y - 0.6 * u)}v{mm(1.2 * u)}"/>'
    )


def mark_sign(x: float, y: float, u: float) -> str:
    """Draw a marked place, for the legend."""
    return (
        f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(0.6 * u)}" fill="none"'
        f' stroke="{MARKS[None]}" stroke-width="{mm(0.2 * u)}"/>'
        f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(0.2 * u)}" fill="{MARKS[None]}"/>'
    )


def photo_sign(x: float, y: float, u: float) -> str:
    """Draw a photo, for the legend."""
    a, b = 0.7 * u, 0.3 * u
    corners = "".join(
        f"M{mm(x + sx * a)} {mm(y + sy * b)}V{mm(y + sy * a)}H{mm(x + sx * b)}"
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    return (
        f'<path fill="none" stroke="#fff" stroke-width="{mm(0.2 * u)}" d="{corners}"/>'
    )
