"""The points of a point group, in the order in which the robot visits them.

The server only stores the rules. As in the web app, a group has the points with its ids and those
that meet all its criteria (docs/vendors/farmbot.md, Resources).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import gt, lt

from ..client.enums import DayOperator, SortType
from ..client.models import Criteria, CriteriaDay, Point, PointGroup

_META = "meta."
_COLUMNS = frozenset(item.name for item in fields(Point)) - {"meta"}

type _Condition = Callable[[Point], bool]
type _Order = Callable[[list[Point]], list[Point]]


def members(group: PointGroup, points: Iterable[Point], now: datetime) -> list[Point]:
    """Return the points of a group in the order in which the robot visits them.

    With a random order, which changes with every run, they are left unsorted. Empty criteria add no
    points.
    """
    named = frozenset(group.point_ids)
    conditions = _conditions(group.criteria, now) if group.criteria else []
    chosen = [
        point
        for point in points
        if point.id in named
        or (conditions and all(fulfilled(point) for fulfilled in conditions))
    ]
    order = _ORDERS.get(group.sort_type) if group.sort_type else None
    return order(chosen) if order else chosen


def _conditions(criteria: Criteria, now: datetime) -> list[_Condition]:
    """Return the conditions that a point has to meet."""
    conditions: list[_Condition] = []
    # If all lists are empty there is no condition; an empty list beside others fits no point.
    if any(criteria.string_eq.values()):
        conditions += [
            partial(_has_text, name, texts)
            for name, texts in criteria.string_eq.items()
        ]
    if any(criteria.number_eq.values()):
        conditions += [
            partial(_has_number, name, numbers)
            for name, numbers in criteria.number_eq.items()
        ]
    conditions += [
        partial(_is_beyond, name, compare, limit)
        for compare, limits in ((lt, criteria.number_lt), (gt, criteria.number_gt))
        for name, limit in limits.items()
    ]
    if criteria.day.days_ago:
        conditions.append(_aged(criteria.day, criteria.day.days_ago, now))
    return conditions


def _has_text(name: str, texts: tuple[str, ...], point: Point) -> bool:
    value = _value(name, point)
    if isinstance(value, bool):
        value = str(value).lower()
    return value in texts


def _has_number(name: str, numbers: tuple[float, ...], point: Point) -> bool:
    return _value(name, point) in numbers


def _is_beyond(
    name: str, compare: Callable[[float, float], bool], limit: float, point: Point
) -> bool:
    value = _value(name, point)
    return isinstance(value, int | float) and compare(value, limit)


def _value(name: str, point: Point) -> object:
    if name.startswith(_META):
        return point.meta.get(name.removeprefix(_META))
    return getattr(point, name) if name in _COLUMNS else None


def _aged(day: CriteriaDay, days_ago: float, now: datetime) -> _Condition:
    """Return the condition for an age in days, which a plant that is not planted never meets."""
    try:
        then = now - timedelta(days=days_ago)
    except OverflowError:
        # Before the first possible date: only "younger" can be true.
        return lambda _: day.op is not DayOperator.OLDER

    def fulfilled(point: Point) -> bool:
        began = point.began_at
        if began is None:
            return False
        return began < then if day.op is DayOperator.OLDER else began > then

    return fulfilled


def _xy(point: Point) -> tuple[float, float]:
    return point.x or 0, point.y or 0


def _yx(point: Point) -> tuple[float, float]:
    return point.y or 0, point.x or 0


def _ascending(
    key: Callable[[Point], tuple[float, float]], points: list[Point]
) -> list[Point]:
    return sorted(points, key=key)


def _descending(
    key: Callable[[Point], tuple[float, float]], points: list[Point]
) -> list[Point]:
    return _ascending(key, points)[::-1]


def _alternating(
    key: Callable[[Point], tuple[float, float]], points: list[Point]
) -> list[Point]:
    """Return the points row by row, every second row backwards."""
    rows = groupby(_ascending(key, points), lambda point: key(point)[0])
    return [
        point
        for number, (_, row) in enumerate(rows)
        for point in (reversed(list(row)) if number % 2 else row)
    ]


def _nearest(points: list[Point]) -> list[Point]:
    """Return the points so that each is the nearest one to its predecessor, starting at 0, 0."""
    ways = {index: _xy(point) for index, point in enumerate(points)}
    order: list[Point] = []
    x = y = 0.0
    while ways:
        at = min(ways, key=lambda at: (ways[at][0] - x) ** 2 + (ways[at][1] - y) ** 2)
        x, y = ways.pop(at)
        order.append(points[at])
    return order


_ORDERS: Mapping[SortType, _Order] = {
    SortType.XY_ASCENDING: partial(_ascending, _xy),
    SortType.XY_DESCENDING: partial(_descending, _xy),
    SortType.XY_ALTERNATING: partial(_alternating, _xy),
    SortType.YX_ASCENDING: partial(_ascending, _yx),
    SortType.YX_DESCENDING: partial(_descending, _yx),
    SortType.YX_ALTERNATING: partial(_alternating, _yx),
    SortType.NN: _nearest,
}
