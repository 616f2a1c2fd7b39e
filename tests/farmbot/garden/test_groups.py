"""Who belongs to a point group, and in which order."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import dist
from time import perf_counter

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client.enums import (
    PlantStage,
    PointerType,
    SortType,
)
from custom_components.habitat.farmbot.client.models import Point, PointGroup
from custom_components.habitat.farmbot.garden.groups import members
from tests.support.strategies import BOUNDED

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=30), NOW - timedelta(days=2)

CARROT = Point(
    id=1,
    pointer_type=PointerType.PLANT,
    plant_stage=PlantStage.PLANTED,
    openfarm_slug="carrot",
    created_at=OLD,
    planted_at=YOUNG,
    radius=25,
    x=100,
    y=200,
    z=0,
)
TOMATO = Point(
    id=2,
    pointer_type=PointerType.PLANT,
    plant_stage=PlantStage.HARVESTED,
    openfarm_slug="tomato",
    created_at=YOUNG,
    radius=100,
    x=300,
    y=100,
    z=0,
)
NETTLE = Point(
    id=3,
    pointer_type=PointerType.WEED,
    created_at=OLD,
    planted_at=YOUNG,
    meta={"color": "red", "created_by": "plant-detection"},
    x=200,
    y=100,
    z=-10,
)
SLOT = Point(
    id=4,
    pointer_type=PointerType.TOOL_SLOT,
    pullout_direction=1,
    gantry_mounted=True,
    x=50,
)
POINTS = (CARROT, TOMATO, NETTLE, SLOT)


def group(criteria: Mapping[str, Json] | None = None, **values: Json) -> PointGroup:
    """Return a group as the server sends it."""
    raw: dict[str, Json] = {"id": 1, "point_ids": [], **values}
    if criteria is not None:
        raw["criteria"] = dict(criteria)
    found = parse(PointGroup, raw, ParseReport("test"))
    assert found is not None
    return found


def ids(criteria: Mapping[str, Json] | None = None, **values: Json) -> list[int]:
    """Return the ids of a group's members."""
    return [point.id for point in members(group(criteria, **values), POINTS, NOW)]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"string_eq": {"pointer_type": ["Plant"]}}, [1, 2]),
        ({"string_eq": {"pointer_type": ["Plant", "Weed"]}}, [1, 2, 3]),
        ({"string_eq": {"openfarm_slug": ["carrot"]}}, [1]),
        ({"string_eq": {"plant_stage": ["harvested"]}}, [2]),
        ({"string_eq": {"meta.color": ["red", "blue"]}}, [3]),
        ({"string_eq": {"meta.created_by": ["farm-designer"]}}, []),
        ({"string_eq": {"gantry_mounted": ["true"]}}, [4]),
        ({"string_eq": {"pointer_type": ["Plant"], "openfarm_slug": ["kale"]}}, []),
        ({"string_eq": {"pointer_type": ["Plant"], "plant_stage": []}}, []),
        ({"string_eq": {"no_such_column": ["x"]}}, []),
        ({"string_eq": {"__class__": ["x"], "meta": ["x"]}}, []),
        ({"number_eq": {"x": [100, 50]}}, [1, 4]),
        ({"number_eq": {"pullout_direction": [1]}}, [4]),
        ({"number_lt": {"x": 200}}, [1, 4]),
        ({"number_gt": {"x": 200}}, [2]),
        ({"number_gt": {"x": 60}, "number_lt": {"x": 300, "y": 150}}, [3]),
        ({"number_lt": {"radius": 50}}, [1]),
        ({"number_gt": {"no_such_column": 0}}, []),
        ({"string_eq": {"pointer_type": ["Plant"]}, "number_lt": {"x": 200}}, [1]),
    ],
)
def test_criteria(criteria: Mapping[str, Json], expected: list[int]) -> None:
    """A point belongs when it fits every criterion."""
    assert ids(criteria) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ({"op": "<", "days_ago": 10}, [1]),
        ({"op": ">", "days_ago": 10}, [3]),
        ({"op": "<", "days_ago": 1}, []),
        ({"op": ">", "days_ago": 1}, [1, 3]),
        ({"op": "<", "days_ago": 1e12}, [1, 2, 3, 4]),
        ({"op": ">", "days_ago": 1e12}, []),
    ],
)
def test_age(day: Json, expected: list[int]) -> None:
    """A plant's age counts from its planting, if it was planted; others' from their making."""
    assert ids({"day": day}) == expected


@pytest.mark.parametrize(
    "criteria",
    [
        None,
        {},
        {"day": {"op": "<", "days_ago": 0}},
        {"day": {"op": ">", "days_ago": 0}},
        {"string_eq": {}, "number_eq": {}, "number_lt": {}, "number_gt": {}},
        {"string_eq": {"pointer_type": []}},
    ],
)
def test_no_criteria(criteria: Mapping[str, Json] | None) -> None:
    """Criteria that ask for nothing add nobody to those that are named."""
    assert ids(criteria) == []
    assert ids(criteria, point_ids=[3, 99, 1]) == [1, 3]


def test_named_and_fitting() -> None:
    """The named belong whether or not they fit, and nobody twice."""
    criteria: dict[str, Json] = {"string_eq": {"pointer_type": ["Plant"]}}
    assert ids(criteria, point_ids=[4, 1]) == [1, 2, 4]


@pytest.mark.parametrize(
    ("sort_type", "expected"),
    [
        ("xy_ascending", [4, 1, 3, 2]),
        ("xy_descending", [2, 3, 1, 4]),
        ("yx_ascending", [4, 3, 2, 1]),
        ("yx_descending", [1, 2, 3, 4]),
        ("xy_alternating", [4, 1, 3, 2]),
        ("yx_alternating", [4, 2, 3, 1]),
        ("nn", [4, 3, 2, 1]),
        ("random", [1, 2, 3, 4]),
        ("of tomorrow", [1, 2, 3, 4]),
        (None, [1, 2, 3, 4]),
    ],
)
def test_order(sort_type: str | None, expected: list[int]) -> None:
    """Members come in the order of the robot's way."""
    assert ids(point_ids=[1, 2, 3, 4], sort_type=sort_type) == expected


@BOUNDED
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12),
    st.sampled_from(SortType),
)
def test_orders_lose_nobody(places: list[tuple[int, int]], sort_type: SortType) -> None:
    """Every order visits every point once."""
    points = [Point(id=number, x=x, y=y) for number, (x, y) in enumerate(places)]
    everybody = PointGroup(
        id=1, point_ids=tuple(range(len(points))), sort_type=sort_type
    )
    found = members(everybody, points, NOW)
    assert sorted(point.id for point in found) == list(range(len(points)))


def test_nearest_is_short_and_quick() -> None:
    """The way over a thousand points is far shorter than row by row, and found in time."""
    points = [
        Point(id=number, x=number * 611 % 2900, y=number * 389 % 1230)
        for number in range(1000)
    ]
    named = tuple(range(1000))

    def way(sort_type: SortType) -> float:
        found = members(
            PointGroup(id=1, point_ids=named, sort_type=sort_type), points, NOW
        )
        return sum(
            dist((one.x or 0, one.y or 0), (other.x or 0, other.y or 0))
            for one, other in pairwise(found)
        )

    before = perf_counter()
    nearest = way(SortType.NN)
    assert perf_counter() - before < 2
    assert nearest < way(SortType.XY_ASCENDING) / 3
