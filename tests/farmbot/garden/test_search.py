"""Finding points among those that are known."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.farmbot.client.enums import PlantStage, PointerType
from custom_components.habitat.farmbot.client.models import Point
from custom_components.habitat.farmbot.garden.search import PointQuery, search
from tests.support.strategies import BOUNDED

PLANT, WEED = PointerType.PLANT, PointerType.WEED

POINTS = [
    Point(
        id=9,
        pointer_type=PLANT,
        name="Basil",
        x=0.0,
        y=0.0,
        openfarm_slug="sweet-basil",
        plant_stage=PlantStage.PLANTED,
    ),
    Point(
        id=2,
        pointer_type=PLANT,
        name="Sweet basil 2",
        x=30.0,
        y=40.0,
        plant_stage=PlantStage.ACTIVE,
    ),
    Point(
        id=3,
        pointer_type=WEED,
        name="Nettle",
        x=6.0,
        y=8.0,
        plant_stage=PlantStage.ACTIVE,
    ),
    Point(id=4, pointer_type=PointerType.GENERIC_POINTER, x=None, y=1.0),
    Point(
        id=5,
        pointer_type=PLANT,
        name="Basil",
        x=0.0,
        y=0.0,
        discarded_at=datetime(2026, 1, 1, tzinfo=UTC),
    ),
    Point(id=6, pointer_type=PointerType.TOOL_SLOT, name="Slot", x=3.0, y=4.0),
]


def ids(query: PointQuery) -> list[int]:
    """Return the ids of what is found."""
    return [one.point.id for one in search(POINTS, query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (PointQuery(), [2, 3, 4, 6, 9]),
        (PointQuery(types=frozenset({PLANT})), [2, 9]),
        (PointQuery(types=frozenset({WEED, PointerType.TOOL_SLOT})), [3, 6]),
        (PointQuery(stages=frozenset({PlantStage.ACTIVE})), [2, 3]),
        (
            PointQuery(types=frozenset({PLANT}), stages=frozenset({PlantStage.ACTIVE})),
            [2],
        ),
        (PointQuery(crop="sweet-basil"), [9]),
        (PointQuery(crop="  Sweet   BASIL "), [9]),
        # A plant without a crop goes by its name.
        (PointQuery(crop="sweet basil 2"), [2]),
        (PointQuery(crop="basil"), []),
        (PointQuery(name="BASIL"), [2, 9]),
        (PointQuery(name="slot"), [6]),
        (PointQuery(name="nothing"), []),
    ],
)
def test_what_fits(query: PointQuery, expected: list[int]) -> None:
    """In the order of the ids, without what was thrown away."""
    assert ids(query) == expected


def test_nearest_first() -> None:
    """With a centre what has no place is left out, and distances are told."""
    found = search(POINTS, PointQuery(center=(0.0, 0.0)))
    assert [(one.point.id, one.distance) for one in found] == [
        (9, 0.0),
        (6, 5.0),
        (3, 10.0),
        (2, 50.0),
    ]
    assert all(one.distance is None for one in search(POINTS, PointQuery()))


@pytest.mark.parametrize(
    ("within", "expected"),
    [(50.0, [9, 6, 3, 2]), (49.9, [9, 6, 3]), (5.0, [9, 6]), (0.0, [9])],
)
def test_within(within: float, expected: list[int]) -> None:
    """The border belongs to it."""
    assert ids(PointQuery(center=(0.0, 0.0), within=within)) == expected


def test_equally_far() -> None:
    """The lower id comes first."""
    twins = [Point(id=number, x=1.0, y=0.0) for number in (3, 1, 2)]
    found = search(twins, PointQuery(center=(0.0, 0.0)))
    assert [one.point.id for one in found] == [1, 2, 3]


_mm = st.none() | st.floats(-1e4, 1e4)


@BOUNDED
@given(
    st.lists(st.tuples(_mm, _mm), max_size=8),
    st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)),
    st.none() | st.floats(0, 1e4),
)
def test_any_garden(
    places: list[tuple[float | None, float | None]],
    center: tuple[float, float],
    within: float | None,
) -> None:
    """Distances ascend and keep to the limit; nothing within it is missing."""
    points = [Point(id=number, x=x, y=y) for number, (x, y) in enumerate(places)]
    found = search(points, PointQuery(center=center, within=within))
    distances = [one.distance for one in found if one.distance is not None]
    assert len(distances) == len(found)
    assert distances == sorted(distances)
    limit = float("inf") if within is None else within
    assert all(distance <= limit for distance in distances)
    missing = {one.id for one in points} - {one.point.id for one in found}
    for point in points:
        if point.id in missing and point.x is not None and point.y is not None:
            square = (point.x - center[0]) ** 2 + (point.y - center[1]) ** 2
            assert square >= limit**2 * 0.999
