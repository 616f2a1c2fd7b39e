"""Layers of the bed map for the robot: its gantry, its head, and the tool slots."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..client.models import PULLOUT_DIRECTIONS
from ..client.status import Axes
from .bed import Slot
from .canvas import INK, OccupancyGrid, View, displayable, label, mm, text_width

HEAD = "#3fc1e8"

STEEL, _IRON = "#e9eef2", "#2f3d46"
_FARTHEST = 99_999


def draw_robot(view: View, position: Axes | None) -> Iterator[str]:
    """Draw the gantry, the head and the slots that move with the gantry."""
    u = view.unit
    travelling = [slot for slot in view.bed.slots if slot.gantry_mounted]
    if position is None or position.x is None or position.y is None:
        yield from draw_slots(view, travelling, OccupancyGrid(6 * u))
        return
    garden_x, garden_y = view.clip(position.x, position.y)
    over = 0.9 * u
    ax, ay = view.at(garden_x, -over)
    bx, by = view.at(garden_x, view.bed.size_y + over)
    x, y = view.at(garden_x, garden_y)
    line = f'x1="{mm(ax)}" y1="{mm(ay)}" x2="{mm(bx)}" y2="{mm(by)}"'
    yield (
        f'<line {line} stroke="#000" stroke-width="{mm(2.2 * u)}" opacity=".18"/>'
        f'<line {line} stroke="{STEEL}" stroke-width="{mm(1.7 * u)}" opacity=".5"/>'
        f'<line {line} stroke="#fff" stroke-width="{mm(0.18 * u)}" opacity=".8"/>'
    )
    for end_x, end_y in ((ax, ay), (bx, by)):
        yield (
            f'<rect x="{mm(end_x - 0.9 * u)}" y="{mm(end_y - 0.9 * u)}"'
            f' width="{mm(1.8 * u)}" height="{mm(1.8 * u)}" rx="{mm(0.5 * u)}"'
            f' fill="{STEEL}" stroke="{INK}"'
            f' stroke-width="{mm(0.15 * u)}"/>'
        )
    carried = [replace(slot, x=garden_x) for slot in travelling]
    yield from draw_slots(view, carried, OccupancyGrid(6 * u))
    yield (
        f'<g fill="none" stroke="{HEAD}" stroke-width="{mm(0.35 * u)}">'
        f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(1.7 * u)}" fill="{INK}"'
        ' fill-opacity=".55"/>'
        f'<path d="M{mm(x - 2.8 * u)} {mm(y)}h{mm(1.7 * u)}m{mm(2.2 * u)} 0h{mm(1.7 * u)}'
        f'M{mm(x)} {mm(y - 2.8 * u)}v{mm(1.7 * u)}m0 {mm(2.2 * u)}v{mm(1.7 * u)}"/></g>'
        f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(0.4 * u)}" fill="#fff"/>'
    )
    text = "\N{EN SPACE}".join(
        f"{axis} {min(max(value, -_FARTHEST), _FARTHEST):.0f}"
        for axis, value in (("x", position.x), ("y", position.y), ("z", position.z))
        if value is not None
    )
    size = 1.75 * u
    width, height = text_width(text) * size + 1.4 * u, 2.5 * u
    left = x + 2.4 * u if x + 3 * u + width < view.width else x - 2.4 * u - width
    left = max(left, 0)
    top = y - 4 * u if y > 5 * u else y + 1.6 * u
    yield (
        f'<rect x="{mm(left)}" y="{mm(top)}" width="{mm(width)}" height="{mm(height)}"'
        f' rx="{mm(height / 2)}" fill="{INK}" fill-opacity=".78"/>'
        f'<text x="{mm(left + width / 2)}" y="{mm(top + height / 2 + 0.52 * u)}"'
        f' font-size="{mm(size)}" text-anchor="middle" fill="#fff">{text}</text>'
    )


def draw_slots(view: View, there: Sequence[Slot], grid: OccupancyGrid) -> Iterator[str]:
    """Draw slots with the names of their tools, and the direction in which these are pulled out."""
    u = view.unit
    shown = [slot for slot in there if view.shows(slot.x, slot.y)]
    half = 1.3 * u
    for slot in shown:
        x, y = view.at(slot.x, slot.y)
        grid.take((x - half, y - half, x + half, y + half))
        yield _slot(view, slot, half)
    for slot in shown:
        if name := displayable(slot.tool or ""):
            yield from _tool_name(view, slot, name, half + 0.5 * u, grid)


def _slot(view: View, slot: Slot, half: float) -> str:
    """Draw a slot with an arrow; an empty one is hollow."""
    u = view.unit
    x, y = view.at(slot.x, slot.y)
    fill = _IRON if slot.tool else "none"
    box = (
        f'<rect x="{mm(x - half)}" y="{mm(y - half)}" width="{mm(2 * half)}"'
        f' height="{mm(2 * half)}" rx="{mm(0.6 * u)}" fill="{fill}" stroke="{STEEL}"'
        f' stroke-width="{mm(0.2 * u)}"/>'
    )
    if slot.pullout_direction not in PULLOUT_DIRECTIONS:
        return f'{box}<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(0.45 * u)}" fill="{STEEL}"/>'
    dx, dy = view.toward(*PULLOUT_DIRECTIONS[slot.pullout_direction])
    tip, base, wing = 0.75 * u, 0.35 * u, 0.6 * u
    return (
        f'{box}<path fill="{STEEL}" d="M{mm(x + dx * tip)} {mm(y + dy * tip)}'
        f"L{mm(x - dx * base - dy * wing)} {mm(y - dy * base + dx * wing)}"
        f'L{mm(x - dx * base + dy * wing)} {mm(y - dy * base - dx * wing)}Z"/>'
    )


def _tool_name(
    view: View, slot: Slot, name: str, away: float, grid: OccupancyGrid
) -> Iterator[str]:
    """Draw the name of a tool towards the middle of the bed, along its x axis."""
    x, y = view.at(slot.x, slot.y)
    size = 1.65 * view.unit
    long, half = text_width(name) * size, size / 2
    if view.bed.xy_swap:
        back = y > view.height / 2
        near = y - away if back else y + away
        far = near - long if back else near + long
        box = (x - half, min(near, far), x + half, max(near, far))
        place, turn = (x - 0.35 * size, near), 90
    else:
        back = x > view.width / 2
        near = x - away if back else x + away
        far = near - long if back else near + long
        box = (min(near, far), y - half, max(near, far), y + half)
        place, turn = (near, y + 0.35 * size), 0
    if grid.is_free(box):
        grid.take(box)
        yield label(*place, size, name, "end" if back else "start", turn)
