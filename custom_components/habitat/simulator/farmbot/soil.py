"""How wet the bed is: it dries over the day, and water makes it wet again."""

import math

from ..core.noise import wander
from ..core.weather import DAY, HOUR, sunlight
from .world import World

_DRY, _WET = 330.0, 640.0
"""What the sensor reads in dry and in soaked soil, of 1023."""
_HALF = 20 * HOUR
_REACH = 250.0
"""How far from where it comes down the water is felt, in mm."""
_MORNING = 7 * HOUR


def moisture(world: World, x: float, y: float, at: float) -> int:
    """Return what the soil sensor reads at a place (mm), from 0 to 1023."""
    local = at + world.place.utc_offset
    # The bed is watered every morning, by hand if by nobody else.
    last = (local - _MORNING) // DAY * DAY + _MORNING - world.place.utc_offset
    amount = 0.55
    for water in world.watered:
        near = math.hypot(water.x - x, water.y - y) < _REACH
        if near and last < water.at <= at:
            last, amount = water.at, min(1.0, 0.55 + water.seconds / 20)
    dried = math.exp2((last - at) / _HALF)
    level = _DRY + (_WET - _DRY) * amount * dried
    level -= 12 * sunlight(world.place, at)
    level += 8 * wander(at, HOUR, world.seed, round(x / 100), round(y / 100))
    return max(0, min(1023, round(level)))
