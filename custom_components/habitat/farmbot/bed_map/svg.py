"""The bed map: a garden drawn to scale as SVG, in which one user unit is one millimetre.

The picture has its own background, so it looks the same on light and dark dashboards. It contains no
scripts, fonts or external addresses. The static layers are drawn once for a bed, and the robot is
drawn above them. It needs no translation: apart from signs and numbers there are only the user's
own names.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from math import ceil
from zlib import crc32

from ..client.enums import PlantStage
from ..client.status import Axes
from ..garden.crops import crop_named
from .bed import Bed, Plant
from .canvas import PAPER, Box, OccupancyGrid, View, displayable, mm, text_width
from .layers import (
    FADED,
    appearance,
    draw_marks,
    draw_photos,
    draw_plants,
    draw_soil,
    draw_spreads,
    draw_weeds,
    symbol,
    write_names,
)
from .robot import HEAD, draw_robot, draw_slots
from .symbols import (
    corners,
    mark_sign,
    photo_sign,
    plant_sign,
    rosette,
    soil_sign,
    star,
    weed_sign,
)

_WOOD, _WOOD_LIGHT, _WOOD_DARK = "#7d5a3c", "#94704d", "#5c3f28"
_SOIL, _SOIL_DARK = "#7a604b", "#665040"


def draw(bed: Bed, position: Axes | None = None) -> bytes:
    """Return the picture of a bed, with the robot if its position is known.

    The same bed and position give the same bytes. Places far outside the bed are left out, and a
    robot there is drawn at the edge.
    """
    view = View(bed)
    return "".join(
        (_static_layers(bed), *draw_robot(view, position), "</svg>")
    ).encode()


@lru_cache(maxsize=8)
def _static_layers(bed: Bed) -> str:
    """Return the layers that do not change with the position of the robot."""
    view = View(bed)
    grid = OccupancyGrid(6 * view.unit)
    standing = [slot for slot in bed.slots if not slot.gantry_mounted]
    plants = [plant for plant in bed.plants if view.shows(plant.x, plant.y)]
    return "".join(
        (
            *_opening(view),
            *_definitions(view, plants),
            *_wood(view),
            '<g clip-path="url(#bed)">',
            *_grid(view),
            *draw_photos(view),
            *draw_spreads(view, plants),
            *draw_soil(view),
            *draw_marks(view),
            *draw_plants(view, plants),
            *draw_weeds(view),
            "</g>",
            *draw_slots(view, standing, grid),
            *write_names(view, plants, grid),
            *_legend(view, plants),
        )
    )


def _opening(view: View) -> Iterator[str]:
    # This size is only the default of viewers.
    left, top, right, bottom = _frame(view)
    width, height = right - left, bottom - top
    scale = 1600 / max(width, height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.0f}"'
        f' height="{height * scale:.0f}"'
        f' viewBox="{mm(left)} {mm(top)} {mm(width)} {mm(height)}"'
        ' font-family="Roboto,Noto Sans,Helvetica,Arial,sans-serif">'
    )


def _frame(view: View) -> Box:
    """Return the outer edges of the wooden frame; its lower plank contains the legend."""
    plank = 2.6 * view.unit
    return -plank, -plank, view.width + plank, view.height + 4.8 * view.unit


def _definitions(view: View, plants: Iterable[Plant]) -> Iterator[str]:
    """Define the symbols, of plants only those that are used."""
    u = view.unit
    yield (
        "<defs>"
        f'<clipPath id="bed"><rect width="{mm(view.width)}"'
        f' height="{mm(view.height)}" rx="{mm(u)}"/></clipPath>'
        '<linearGradient id="soil" x2="0" y2="1">'
        f'<stop stop-color="{_SOIL}"/><stop offset="1" stop-color="{_SOIL_DARK}"/>'
        "</linearGradient>"
        '<linearGradient id="wood" x2="0" y2="1">'
        f'<stop stop-color="{_WOOD_LIGHT}"/><stop offset="1" stop-color="{_WOOD}"/>'
        "</linearGradient>"
        f'<pattern id="crumbs" width="{mm(9 * u)}" height="{mm(7 * u)}"'
        ' patternUnits="userSpaceOnUse">'
    )
    for number in range(14):
        x, y, size = (crc32(f"{number}{what}".encode()) % 97 / 97 for what in "xyr")
        shade = ("#000", "#fff")[number % 2]
        yield (
            f'<circle cx="{mm((0.5 + 8 * x) * u)}" cy="{mm((0.5 + 6 * y) * u)}"'
            f' r="{mm((0.1 + 0.2 * size) * u)}" fill="{shade}" opacity=".07"/>'
        )
    yield "</pattern>"
    looks = {appearance(plant) for plant in plants}
    for foliage in sorted({foliage for foliage, _ in looks}):
        yield f'<g id="{foliage}">{rosette(foliage)}</g>'
    for foliage, color in sorted(looks):
        yield (
            f'<g id="{symbol(foliage, color)}"><use href="#{foliage}"/>'
            f'<circle r="22" fill="{color}"/></g>'
        )
    yield f'<path id="weed" d="{star(9, 100, 34)}"/>'
    if view.bed.photos:
        yield f'<path id="photo" d="{corners(view, view.bed.frame)}"/>'
    yield "</defs>"


def _wood(view: View) -> Iterator[str]:
    """Draw the frame with the size of the bed, and the soil."""
    u = view.unit
    left, top, right, bottom = _frame(view)
    yield (
        f'<rect x="{mm(left)}" y="{mm(top)}" width="{mm(right - left)}"'
        f' height="{mm(bottom - top)}" rx="{mm(1.8 * u)}" fill="url(#wood)"/>'
        f'<g fill="none" stroke="{_WOOD_DARK}" stroke-width="{mm(0.12 * u)}" opacity=".45">'
        f'<path d="M{mm(left + u)} {mm(top + 0.7 * u)}H{mm(right - 4 * u)}'
        f"M{mm(left + 5 * u)} {mm(top + 2 * u)}H{mm(right - u)}"
        f"M{mm(left + u)} {mm(bottom - 0.6 * u)}H{mm(right - 9 * u)}"
        f"M{mm(left + 12 * u)} {mm(view.height + 0.8 * u)}H{mm(right - u)}"
        f"M{mm(left + 0.6 * u)} {mm(2 * u)}V{mm(view.height - u)}"
        f'M{mm(right - 0.7 * u)} {mm(u)}V{mm(view.height - 3 * u)}"/></g>'
        f'<g stroke="{_WOOD_DARK}" stroke-width="{mm(0.5 * u)}">'
        f'<rect width="{mm(view.width)}" height="{mm(view.height)}" rx="{mm(u)}"'
        ' fill="url(#soil)"/></g>'
        f'<rect width="{mm(view.width)}" height="{mm(view.height)}" rx="{mm(u)}"'
        ' fill="url(#crumbs)"/>'
    )
    yield f'<g fill="{PAPER}" font-size="{mm(1.7 * u)}" text-anchor="middle" opacity=".9">'
    across, down = ("y", "x") if view.bed.xy_swap else ("x", "y")
    for number in _metres(view.width, u):
        x = view.width - number * 1000 if view.right else number * 1000
        yield f'<text x="{mm(x)}" y="{mm(-0.75 * u)}">{number}</text>'
    for number in _metres(view.height, u):
        y = view.height - number * 1000 if view.low else number * 1000
        yield f'<text x="{mm(-1.3 * u)}" y="{mm(y + 0.5 * u)}">{number}</text>'
    x = 0 if view.right else view.width
    anchor = "start" if view.right else "end"
    yield (
        f'<text x="{mm(x)}" y="{mm(-0.75 * u)}" text-anchor="{anchor}">'
        f"{across} {view.width / 1000:.2f} m</text>"
    )
    y = 0 if view.low else view.height
    anchor = "end" if view.low else "start"
    yield (
        f'<text text-anchor="{anchor}"'
        f' transform="translate({mm(-0.8 * u)},{mm(y)})rotate(-90)">'
        f"{down} {view.height / 1000:.2f} m</text></g>"
    )
    x, y = view.at(0, 0)
    outward = (1 if view.right else -1), (1 if view.low else -1)
    yield (
        f'<circle cx="{mm(x + outward[0] * 1.1 * u)}" cy="{mm(y + outward[1] * 1.1 * u)}"'
        f' r="{mm(0.55 * u)}" fill="none" stroke="{HEAD}" stroke-width="{mm(0.3 * u)}"/>'
    )


def _metres(length: float, unit: float) -> range:
    """Return the whole metres that get a number: about twelve, with space for the label of the side."""
    step = max(1, ceil(length / 12_000))
    return range(step, int((length - 10 * unit) // 1000) + 1, step)


def _grid(view: View) -> Iterator[str]:
    """Draw a line every 100 mm, except in large beds, and a brighter one every metre."""
    u = view.unit
    fine = 100 if max(view.width, view.height) <= 12_000 else 1000
    for step, opacity in ((fine, ".07"), (1000, ".2")):
        yield (
            f'<path fill="none" stroke="#fff" stroke-width="{mm(0.1 * u)}"'
            f' opacity="{opacity}" d="'
        )
        for x in range(step, ceil(view.width), step):
            yield f"M{mm(view.width - x if view.right else x)} 0V{mm(view.height)}"
        for y in range(step, ceil(view.height), step):
            yield f"M0 {mm(view.height - y if view.low else y)}H{mm(view.width)}"
        yield '"/>'


def _legend(view: View, plants: Sequence[Plant]) -> Iterator[str]:
    """Draw the legend: each kind with its number, and the crops as far as there is space."""
    u = view.unit
    size = 1.8 * u
    y = view.height + 2.9 * u
    yield f'<g font-size="{mm(size)}" fill="{PAPER}">'
    end = view.width - 0.8 * u
    bed = view.bed
    open_weeds = sum(weed.stage is not PlantStage.REMOVED for weed in bed.weeds)
    signs = (
        (open_weeds, weed_sign),
        (len(bed.soil), soil_sign),
        (len(bed.marks), mark_sign),
        (len(bed.photos), photo_sign),
    )
    for count, sign in reversed(signs):
        if count:
            text = str(count)
            end -= text_width(text) * size
            yield f'<text x="{mm(end)}" y="{mm(y)}">{text}</text>'
            end -= 1.3 * u
            yield sign(end, y - 0.55 * u, u)
            end -= 1.9 * u
    end -= 3 * u
    x = 1.4 * u
    if plants:
        text = str(len(plants))
        yield plant_sign(x, y - 0.55 * u, u)
        yield f'<text x="{mm(x + 1.5 * u)}" y="{mm(y)}" font-weight="bold">{text}</text>'
        x += text_width(text) * size + 4 * u
    for crop, names in _crops(plants):
        name, count = _crop_name(crop, names), names.total()
        color = crop_named(crop).color
        text = f"{name} {count}".strip()
        width = text_width(text) * size + 1.2 * u
        if x + width > end:
            yield f'<text x="{mm(min(x - 0.6 * u, end))}" y="{mm(y)}">…</text>'
            break
        yield (
            f'<circle cx="{mm(x)}" cy="{mm(y - 0.55 * u)}" r="{mm(0.65 * u)}" fill="{color}"/>'
            f'<text x="{mm(x + 1.1 * u)}" y="{mm(y)}">{escape(text)}</text>'
        )
        x += width + 1.6 * u
    yield "</g>"


def _crops(plants: Iterable[Plant]) -> list[tuple[str, Counter[str]]]:
    """Return the crops in the bed with the names of their plants, the most frequent first."""
    crops: dict[str, Counter[str]] = {}
    for plant in plants:
        if plant.stage not in FADED:
            crops.setdefault(plant.crop, Counter())[plant.name] += 1
    return sorted(crops.items(), key=lambda item: (-item[1].total(), item[0]))


def _crop_name(crop: str, names: Collection[str]) -> str:
    """Return the name of a crop: that of its plants if they all have the same, or else its slug."""
    name = next(iter(names)) if len(names) == 1 else ""
    return displayable(name) or displayable(crop.replace("-", " ").capitalize())
