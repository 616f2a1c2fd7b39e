"""Searches among the known points."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

from ..client.enums import PlantStage, PointerType
from ..client.models import Point
from .summary import crop_of, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class PointQuery:
    """The conditions for points; None means no condition."""

    types: frozenset[PointerType] | None = None
    stages: frozenset[PlantStage] | None = None
    crop: str | None = None
    """The slug of a crop, or its name."""
    name: str | None = None
    """A part of the name."""
    center: tuple[float, float] | None = None
    """x and y in mm; with it, the nearest points come first."""
    within: float | None = None
    """Maximum distance from the centre in mm."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A point and its distance from the centre in mm, which is None without a centre."""

    point: Point
    distance: float | None


def search(points: Iterable[Point], query: PointQuery) -> list[SearchResult]:
    """Return the points that meet the conditions, ordered by distance or else by id."""
    matches = [
        SearchResult(point, _distance(point, query.center))
        for point in kept(points)
        if _fits(point, query)
    ]
    if query.center is None:
        return matches
    placed = [
        (one.distance, one)
        for one in matches
        if one.distance is not None
        and (query.within is None or one.distance <= query.within)
    ]
    return [one for _, one in sorted(placed, key=lambda item: item[0])]


def _fits(point: Point, query: PointQuery) -> bool:
    return (
        (query.types is None or point.pointer_type in query.types)
        and (query.stages is None or point.plant_stage in query.stages)
        and (query.crop is None or _slug(crop_of(point)) == _slug(query.crop))
        and (
            query.name is None or query.name.casefold() in (point.name or "").casefold()
        )
    )


def _slug(crop: str) -> str:
    return "-".join(crop.casefold().split())


def _distance(point: Point, center: tuple[float, float] | None) -> float | None:
    if center is None or point.x is None or point.y is None:
        return None
    return hypot(point.x - center[0], point.y - center[1])
