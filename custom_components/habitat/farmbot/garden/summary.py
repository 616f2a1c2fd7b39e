"""The garden in numbers: plants and weeds by stage, crops, the height of the soil."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from ..client.enums import PlantStage, PointerType
from ..client.models import Point

WEED_STAGES = (PlantStage.PENDING, PlantStage.ACTIVE, PlantStage.REMOVED)
"""The stages of weeds in the vendor's app: found by the camera, confirmed, gone."""


@dataclass(frozen=True, slots=True)
class Garden:
    """What grows in a garden."""

    plants: Mapping[PlantStage, int]
    """By stage, for every stage; a plant of an unknown stage is only in the total."""
    plants_total: int
    crops: Mapping[str, int]
    """Plants by crop, in the crops' alphabetical order; see `crop_of`."""
    weeds: Mapping[PlantStage, int]
    """By stage, for every stage of weeds."""
    weeds_open: int
    """Weeds that are still there, whether or not somebody confirmed them."""
    soil_height: float | None
    """Mean z of the places where the soil's height was measured, in mm to a tenth."""


def crop_of(point: Point) -> str:
    """Return what grows at a point: the crop's slug, else the plant's name."""
    return point.openfarm_slug or point.name or ""


def age_in_days(point: Point, now: datetime) -> int | None:
    """Return the age of a point; None of a plant that is not in the soil yet."""
    began = point.began_at
    if began is None or began > now or point.plant_stage is PlantStage.PLANNED:
        return None
    return (now - began).days


def planting(
    stage: PlantStage, now: datetime, before: Point | None = None
) -> Mapping[str, datetime | None]:
    """Return what else the vendor's app changes of a plant with its stage.

    The robot goes by the date of planting: without one it waters nothing.
    """
    if stage is PlantStage.PLANNED:
        return {"planted_at": None}
    if stage is not PlantStage.PLANTED:
        return {}
    if before and before.plant_stage is stage and before.planted_at:
        return {}
    return {"planted_at": now}


def is_open(weed: Point) -> bool:
    """Say whether a weed is still there; one without a stage is."""
    return weed.plant_stage is not PlantStage.REMOVED


def kept(points: Iterable[Point]) -> list[Point]:
    """Return the points that nobody threw away, in the order of their ids."""
    return sorted(
        (point for point in points if point.discarded_at is None),
        key=lambda point: point.id,
    )


def garden_of(points: Iterable[Point]) -> Garden:
    """Count what grows in a garden."""
    there = kept(points)
    plants = [point for point in there if point.pointer_type is PointerType.PLANT]
    weeds = [point for point in there if point.pointer_type is PointerType.WEED]
    crops = Counter(crop for plant in plants if (crop := crop_of(plant)))
    return Garden(
        plants=_by_stage(plants, PlantStage),
        plants_total=len(plants),
        crops=dict(sorted(crops.items())),
        weeds=_by_stage(weeds, WEED_STAGES),
        weeds_open=sum(map(is_open, weeds)),
        soil_height=_mean(
            point.z
            for point in there
            if point.pointer_type is PointerType.GENERIC_POINTER and point.at_soil_level
        ),
    )


def _by_stage(
    points: list[Point], stages: Iterable[PlantStage]
) -> dict[PlantStage, int]:
    counts = Counter(point.plant_stage for point in points)
    return {stage: counts[stage] for stage in stages}


def _mean(heights: Iterable[float | None]) -> float | None:
    known = [height for height in heights if height is not None]
    return round(fmean(known), 1) if known else None
