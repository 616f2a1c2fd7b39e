"""The garden in numbers."""

from datetime import UTC, datetime

from custom_components.habitat.farmbot.client.enums import PlantStage, PointerType
from custom_components.habitat.farmbot.client.models import Point
from custom_components.habitat.farmbot.garden.summary import (
    Garden,
    crop_of,
    garden_of,
    is_open,
    kept,
)

PLANT, WEED, MARK = PointerType.PLANT, PointerType.WEED, PointerType.GENERIC_POINTER
SOIL = {"at_soil_level": "true"}
THROWN_AWAY = datetime(2026, 8, 1, tzinfo=UTC)


def test_plants_by_stage() -> None:
    """Every stage is counted, an unknown one only in the total."""
    garden = garden_of(
        [
            Point(id=1, pointer_type=PLANT, plant_stage=PlantStage.PLANTED),
            Point(id=2, pointer_type=PLANT, plant_stage=PlantStage.PLANTED),
            Point(id=3, pointer_type=PLANT, plant_stage=PlantStage.HARVESTED),
            Point(id=4, pointer_type=PLANT),
            Point(id=5, pointer_type=PointerType.TOOL_SLOT),
            Point(id=6),
        ]
    )
    assert garden.plants_total == 4
    assert garden.plants[PlantStage.PLANTED] == 2
    assert garden.plants[PlantStage.HARVESTED] == 1
    assert set(garden.plants) == set(PlantStage)
    assert sum(garden.plants.values()) == 3


def test_crops() -> None:
    """Plants are counted by crop, those without one by name, in order."""
    garden = garden_of(
        [
            Point(id=1, pointer_type=PLANT, openfarm_slug="tomato", name="Left one"),
            Point(id=2, pointer_type=PLANT, openfarm_slug="carrot"),
            Point(id=3, pointer_type=PLANT, openfarm_slug="tomato"),
            Point(id=4, pointer_type=PLANT, name="Basil"),
            Point(id=5, pointer_type=PLANT),
            Point(id=6, pointer_type=WEED, openfarm_slug="nettle"),
        ]
    )
    assert list(garden.crops.items()) == [("Basil", 1), ("carrot", 1), ("tomato", 2)]


def test_weeds() -> None:
    """A weed is open until it was removed; what was thrown away is no weed."""
    stages = (PlantStage.PENDING, PlantStage.ACTIVE, None, PlantStage.REMOVED)
    garden = garden_of(
        [
            *(
                Point(id=number, pointer_type=WEED, plant_stage=stage)
                for number, stage in enumerate(stages)
            ),
            Point(
                id=9,
                pointer_type=WEED,
                plant_stage=PlantStage.ACTIVE,
                discarded_at=THROWN_AWAY,
            ),
        ]
    )
    assert garden.weeds == {
        PlantStage.PENDING: 1,
        PlantStage.ACTIVE: 1,
        PlantStage.REMOVED: 1,
    }
    assert garden.weeds_open == 3
    assert is_open(Point(id=1))
    assert not is_open(Point(id=1, plant_stage=PlantStage.REMOVED))


def test_soil_height() -> None:
    """The mean is that of measured places alone."""
    garden = garden_of(
        [
            Point(id=1, pointer_type=MARK, meta=SOIL, z=-500),
            Point(id=2, pointer_type=MARK, meta=SOIL, z=-481.4),
            Point(id=3, pointer_type=MARK, meta=SOIL),
            Point(id=4, pointer_type=MARK, meta={"at_soil_level": "false"}, z=900),
            Point(id=5, pointer_type=MARK, z=900),
            Point(id=6, pointer_type=WEED, meta=SOIL, z=900),
            Point(id=7, pointer_type=MARK, meta=SOIL, z=9, discarded_at=THROWN_AWAY),
        ]
    )
    assert garden.soil_height == -490.7


def test_empty() -> None:
    """Nothing grows in an empty garden, and its soil was not measured."""
    assert garden_of([]) == Garden(
        plants=dict.fromkeys(PlantStage, 0),
        plants_total=0,
        crops={},
        weeds={
            PlantStage.PENDING: 0,
            PlantStage.ACTIVE: 0,
            PlantStage.REMOVED: 0,
        },
        weeds_open=0,
        soil_height=None,
    )


def test_same_points_same_garden() -> None:
    """The order in which points come changes nothing."""
    points = [
        Point(id=number, pointer_type=PLANT, openfarm_slug=f"crop-{number % 3}", z=0.1)
        for number in range(10)
    ]
    assert garden_of(points) == garden_of(reversed(points))
    assert kept(reversed(points)) == points


def test_crop_of_nothing() -> None:
    """A plant without slug and name grows nothing that has a name."""
    assert not crop_of(Point(id=1))
