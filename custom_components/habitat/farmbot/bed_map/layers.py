"""Layers of the bed map for what is in the bed, in the order in which they are drawn."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import hypot

from ..client.enums import PlantStage
from ..garden.crops import COLORS, Foliage, crop_named
from .bed import Plant
from .canvas import OccupancyGrid, View, displayable, label, mm, text_width
from .symbols import DEPTHS, MARKS, WEED

FADED = frozenset({PlantStage.HARVESTED, PlantStage.REMOVED})
"""Stages of plants that are drawn faded, since they are no longer in the bed."""

_INTENDED = frozenset({PlantStage.PLANNED, PlantStage.PENDING})
_LABELS = 150
"""Maximum of plants whose names are shown."""
_NEAR = 14
"""Distance, in units, within which the name of a crop is not repeated."""


def appearance(plant: Plant) -> tuple[Foliage, str]:
    """Return the foliage of a plant, and the colour in its middle."""
    crop = crop_named(plant.crop)
    return crop.foliage, crop.color


def symbol(foliage: Foliage, color: str) -> str:
    """Return the id of the symbol for an appearance."""
    return f"{foliage}{COLORS.index(color)}"


def draw_photos(view: View) -> Iterator[str]:
    """Draw the corners of the areas that were photographed."""
    if not view.bed.photos:
        return
    frame = view.bed.frame
    x_off, y_off = (frame.offset_x, frame.offset_y) if frame else (0, 0)
    yield (
        f'<g fill="none" stroke="#fff" stroke-width="{mm(0.14 * view.unit)}" opacity=".3">'
    )
    for photo in view.bed.photos:
        if view.shows(photo.x, photo.y):
            x, y = view.at(photo.x + x_off, photo.y + y_off)
            yield f'<use href="#photo" x="{mm(x)}" y="{mm(y)}"/>'
    yield "</g>"


def draw_spreads(view: View, plants: Iterable[Plant]) -> Iterator[str]:
    """Draw the spread of the plants, each colour as one translucent area."""
    growing = sorted(
        (
            (appearance(plant)[1], plant)
            for plant in plants
            if plant.stage not in FADED | _INTENDED
        ),
        key=lambda one: one[0],
    )
    for color, group in groupby(growing, lambda one: one[0]):
        yield f'<g fill="{color}" opacity=".2">'
        for _, plant in group:
            x, y = view.at(plant.x, plant.y)
            radius = min(plant.spread / 2, max(view.width, view.height))
            yield f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(radius)}"/>'
        yield "</g>"


def draw_soil(view: View) -> Iterator[str]:
    """Draw measured soil heights as small crosses, coloured by depth."""
    places = [soil for soil in view.bed.soil if view.shows(soil.x, soil.y)]
    if not places:
        return
    highest = max(soil.z for soil in places)
    depth = highest - min(soil.z for soil in places) or 1
    last = len(DEPTHS) - 1
    bit = 0.5 * view.unit
    levels: dict[int, list[str]] = {}
    for soil in places:
        x, y = view.at(soil.x, soil.y)
        levels.setdefault(round((highest - soil.z) / depth * last), []).append(
            f"M{mm(x - bit)} {mm(y)}h{mm(2 * bit)}M{mm(x)} {mm(y - bit)}v{mm(2 * bit)}"
        )
    for level, crosses in sorted(levels.items()):
        yield (
            f'<path stroke="{DEPTHS[level]}" stroke-width="{mm(0.22 * view.unit)}"'
            f' d="{"".join(crosses)}"/>'
        )


def draw_marks(view: View) -> Iterator[str]:
    """Draw marked places in their colours."""
    u = view.unit
    for mark in view.bed.marks:
        if view.shows(mark.x, mark.y):
            x, y = view.at(mark.x, mark.y)
            color = MARKS[mark.color]
            radius = min(max(mark.radius, 0.5 * u), 20 * u)
            yield (
                f'<g fill="{color}"><circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(radius)}"'
                f' fill-opacity=".12" stroke="{color}" stroke-opacity=".6"'
                f' stroke-width="{mm(0.14 * u)}"/>'
                f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(0.3 * u)}"/></g>'
            )


def draw_weeds(view: View) -> Iterator[str]:
    """Draw weeds: unconfirmed ones hollow, removed ones faded."""
    u = view.unit
    there = [weed for weed in view.bed.weeds if view.shows(weed.x, weed.y)]
    paints = (
        (f'fill="{WEED}" opacity=".25"', {PlantStage.REMOVED}),
        (
            f'fill="{WEED}" fill-opacity=".15" stroke="{WEED}" stroke-width="14"',
            {PlantStage.PENDING},
        ),
        (
            f'fill="{WEED}"',
            set(PlantStage) - {PlantStage.REMOVED, PlantStage.PENDING} | {None},
        ),
    )
    for paint, stages in paints:
        group = [weed for weed in there if weed.stage in stages]
        if group:
            yield f"<g {paint}>"
            for weed in group:
                x, y = view.at(weed.x, weed.y)
                scale = min(max(weed.radius, 0.8 * u), 8 * u) / 100
                yield f'<use href="#weed" transform="translate({mm(x)},{mm(y)})scale({scale:.3g})"/>'
            yield "</g>"


def draw_plants(view: View, plants: Sequence[Plant]) -> Iterator[str]:
    """Draw the plants, small ones above large ones."""
    u = view.unit
    ordered = sorted(plants, key=lambda plant: -_radius(view, plant))
    for opacity, stages in ((".25", FADED), (".4", _INTENDED), ("1", None)):
        group = [
            plant
            for plant in ordered
            if (
                plant.stage in stages
                if stages
                else plant.stage not in FADED | _INTENDED
            )
        ]
        if group:
            yield f'<g opacity="{opacity}">'
            for plant in group:
                x, y = view.at(plant.x, plant.y)
                # Plants are rotated differently, by their coordinates.
                turn = int(7 * plant.x + 13 * plant.y) % 60
                yield (
                    f'<use href="#{symbol(*appearance(plant))}"'
                    f' transform="translate({mm(x)},{mm(y)})rotate({turn})'
                    f'scale({_radius(view, plant) / 100:.3g})"/>'
                )
            yield "</g>"
    intended = [plant for plant in ordered if plant.stage in _INTENDED]
    if intended:
        yield (
            f'<g fill="none" stroke="#fff" opacity=".7" stroke-width="{mm(0.16 * u)}"'
            f' stroke-dasharray="{mm(0.5 * u)} {mm(0.4 * u)}">'
        )
        for plant in intended:
            x, y = view.at(plant.x, plant.y)
            yield (
                f'<circle cx="{mm(x)}" cy="{mm(y)}"'
                f' r="{mm(_radius(view, plant) + 0.4 * u)}"/>'
            )
        yield "</g>"


def _radius(view: View, plant: Plant) -> float:
    """Return the radius of a plant in the picture, which is at least large enough to be seen."""
    grown = min(plant.spread / 4, 2.2 * view.unit)
    return min(max(plant.radius, grown, 0.9 * view.unit), 20 * view.unit)


def write_names(
    view: View, plants: Sequence[Plant], grid: OccupancyGrid
) -> Iterator[str]:
    """Draw the names of plants where there is space, without repetitions close together."""
    u = view.unit
    size = 1.75 * u
    for plant in plants:
        x, y = view.at(plant.x, plant.y)
        core = 0.75 * _radius(view, plant)
        grid.take((x - core, y - core, x + core, y + core))
    for weed in view.bed.weeds:
        if view.shows(weed.x, weed.y):
            x, y = view.at(weed.x, weed.y)
            grid.take((x - u, y - u, x + u, y + u))
    named: dict[str, list[tuple[float, float]]] = {}
    written = 0
    for plant in sorted(plants, key=lambda plant: (-plant.spread, plant.y, plant.x)):
        name = displayable(plant.name)
        near = named.setdefault(name, [])
        x, y = view.at(plant.x, plant.y)
        if not name or any(hypot(x - ox, y - oy) < _NEAR * u for ox, oy in near):
            continue
        half = text_width(name) * size / 2
        away = _radius(view, plant) + 0.2 * u
        for base in (y + away + size, y - away):
            box = (x - half, base - size, x + half, base + 0.3 * size)
            inside = (
                box[0] >= 0
                and box[2] <= view.width
                and box[1] >= 0
                and box[3] <= view.height
            )
            if inside and grid.is_free(box):
                grid.take(box)
                near.append((x, y))
                yield label(x, base, size, name, "middle")
                written += 1
                break
        if written >= _LABELS:
            return
