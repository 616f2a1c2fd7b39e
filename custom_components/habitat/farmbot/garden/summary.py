"""Counts of the garden: plants and weeds by stage, crops, the soil height."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from ..client.enums import PlantStage, PointerType
from ..client.models import Point

WEED_STAGES = (PlantStage.PENDING, PlantStage.ACTIVE, PlantStage.REMOVED)
"""The stages of weeds in the vendor's web app: found by the camera, confirmed, removed."""


@dataclass(frozen=True, slots=True)
class Garden:
    """Counts of what grows in a garden."""

    plants: Mapping[PlantStage, int]
    """The number by stage, for every stage; a plant with an unknown stage is only in the total."""
    plants_total: int
    crops: Mapping[str, int]
    """The number of plants by crop (see `crop_of`), in alphabetical order."""
    weeds: Mapping[PlantStage, int]
    """The number by stage, for every stage of weeds."""
    weeds_open: int
    """The number of weeds that are not removed, confirmed or not."""
    soil_height: float | None
    """Mean z of the measured soil heights, in mm, rounded to 0.1."""


def crop_of(point: Point) -> str:
    """Return the crop at a point: its slug, or else the name of the plant."""
    return point.openfarm_slug or point.name or ""


def age_in_days(point: Point, now: datetime) -> int | None:
    """Return the age of a point in days, or None for a plant that is not planted yet."""
    began = point.began_at
    if began is None or began > now or point.plant_stage is PlantStage.PLANNED:
        return None
    return (now - began).days


def planting(
    stage: PlantStage, now: datetime, before: Point | None = None
) -> Mapping[str, datetime | None]:
    """Return the other columns of a plant that the vendor's web app changes with its stage.

    Without `planted_at` the robot does not water the plant (docs/vendors/farmbot.md, Resources).
    """
    if stage is PlantStage.PLANNED:
        return {"planted_at": None}
    if stage is not PlantStage.PLANTED:
        return {}
    if before and before.plant_stage is stage and before.planted_at:
        return {}
    return {"planted_at": now}


def is_open(weed: Point) -> bool:
    """Return whether a weed is not removed; one without a stage is not."""
    return weed.plant_stage is not PlantStage.REMOVED


def kept(points: Iterable[Point]) -> list[Point]:
    """Return the points that are not discarded, in the order of their ids."""
    return sorted(
        (point for point in points if point.discarded_at is None),
        key=lambda point: point.id,
    )


def garden_of(points: Iterable[Point]) -> Garden:
    """Return the counts of a garden."""
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
