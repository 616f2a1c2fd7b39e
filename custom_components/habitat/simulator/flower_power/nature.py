"""What a sensor measures at a location: functions of the seed and the time alone."""

from functools import lru_cache
import math

from ..core import weather
from ..core.noise import between, fraction, wander
from ..core.weather import DAY, HOUR, Place
from .garden import BEGAN, SAMPLE_SECONDS, Garden, Spot

_DARK = 0.1
"""What the sensor reads at night, in mol/m²/d."""
_LAMP_HOURS = (18.0, 22.5)
_FERTILIZED_DAYS = 38.0
_BATTERY_DAYS = 240.0
_TANK_DAYS = 19.0
"""Somebody fills the tank of a pot after so many days …"""
_TANK_LASTS_DAYS = 17.5
"""… which is too late."""


def phase(garden: Garden, spot: Spot) -> float:
    """Return how many seconds after the quarter of an hour a sensor measures."""
    return float(int(fraction(garden.seed, spot.id, "phase") * SAMPLE_SECONDS))


def temperature(garden: Garden, spot: Spot, at: float) -> float:
    """Return the temperature of the air, in °C."""
    outside = weather.outdoor(garden.place, at)
    sun = weather.sunlight(garden.place, at)
    own = 0.4 * wander(at, 2 * HOUR, garden.seed, spot.id, "air")
    if not spot.indoor:
        return outside + 0.03 * spot.window * sun + spot.warmer + own
    hour = weather.local_hour(garden.place, at)
    swing = math.cos(2 * math.pi * (hour - 17) / 24)
    return 20.6 + 1.1 * swing + 0.05 * (outside - 12) + 1.4 * sun + spot.warmer + own


def light(garden: Garden, spot: Spot, at: float) -> float:
    """Return the light, as the mol/m² that a day would bring at that rate."""
    own = 0.9 + 0.1 * wander(at, HOUR / 2, garden.seed, spot.id, "leaves")
    begin, end = _LAMP_HOURS
    lit = begin <= weather.local_hour(garden.place, at) < end
    sun = spot.window * own * weather.sunlight(garden.place, at)
    return _DARK + sun + (spot.lamp if lit else 0.0)


def daily_light(garden: Garden, spot: Spot, at: float) -> float:
    """Return the mol/m² that the last 24 hours brought."""
    begin, end = _LAMP_HOURS
    lamp = spot.lamp * (end - begin) / 24
    return _DARK + 0.9 * spot.window * _mean_sun(garden.place, at // HOUR * HOUR) + lamp


def daily_temperature(garden: Garden, spot: Spot, at: float) -> float:
    """Return the mean temperature of the last 24 hours, in °C."""
    return sum(temperature(garden, spot, at - 3 * HOUR * step) for step in range(8)) / 8


def waterings(garden: Garden, spot: Spot, start: float, end: float) -> list[float]:
    """Return when a plant was watered from one time up to another."""
    found = [at for at in spot.watered if start <= at < end]
    if spot.every is not None:
        first, last = (
            int((at - BEGAN + 30 * DAY) / DAY / spot.every) for at in (start, end)
        )
        times = (
            _watering(garden, spot, spot.every, number)
            for number in range(first - 2, last + 3)
        )
        found += [at for at in times if start <= at < end]
    return sorted(set(found))


def last_watering(garden: Garden, spot: Spot, at: float) -> float | None:
    """Return when a plant was watered last."""
    back = 0.0 if spot.every is None else 3 * spot.every * DAY
    found = waterings(garden, spot, at - back, at + 1) if back else []
    return max([*found, *(time for time in spot.watered if time <= at)], default=None)


def next_watering(garden: Garden, spot: Spot, at: float) -> float | None:
    """Return when a plant will be watered."""
    ahead = 0.0 if spot.every is None else 3 * spot.every * DAY
    return min(waterings(garden, spot, at + 1, at + 1 + ahead), default=None)


def drying(spot: Spot) -> float:
    """Return the time constant in which the soil dries, in seconds."""
    target = (spot.species.moisture if spot.species else 14.0) * 1.12
    every = spot.every or 4.0
    share = (spot.wettest - spot.driest) / max(0.5, target - spot.driest)
    return every * DAY / math.log(max(1.2, share))


def until_dry(spot: Spot, value: float, least: float) -> float:
    """Return in how many time constants the soil will be as dry as that."""
    room = max(0.1, least - spot.driest)
    return math.log(max(1.0, (value - spot.driest) / room))


def moisture(garden: Garden, spot: Spot, at: float) -> float:
    """Return how much of the soil is water, in %."""
    own = 0.25 * wander(at, 5 * HOUR, garden.seed, spot.id, "soil")
    since = last_watering(garden, spot, at)
    if since is None:
        return spot.driest + 1.2 + own
    peak = spot.wettest + 2 * (fraction(garden.seed, spot.id, int(since)) - 0.5)
    dried = math.exp((since - at) / drying(spot))
    return spot.driest + (peak - spot.driest) * dried + own


def fertilizer(garden: Garden, spot: Spot, at: float) -> float:
    """Return the soil's conductivity, in mS/cm: it falls from one fertilizing to the next."""
    moved = at + between(0, _FERTILIZED_DAYS, garden.seed, spot.id, "fed") * DAY
    age = moved % (_FERTILIZED_DAYS * DAY)
    wet = moisture(garden, spot, at) / spot.wettest
    fed = 0.55 + 0.45 * math.exp(-age / (14 * DAY))
    return spot.richness * fed * (0.75 + 0.25 * wet)


def battery(garden: Garden, spot: Spot, at: float) -> int:
    """Return the charge of the battery, in %; somebody changes it before it is empty."""
    moved = at + between(0, _BATTERY_DAYS, garden.seed, spot.id, "battery") * DAY
    return round(100 - 88 * (moved % (_BATTERY_DAYS * DAY)) / (_BATTERY_DAYS * DAY))


def tank(garden: Garden, spot: Spot, at: float) -> float:
    """Return how full a pot's tank is, in %: each watering takes some of it."""
    poured = last_watering(garden, spot, at) or at
    used = (poured - _filled(garden, spot, at)) / (_TANK_LASTS_DAYS * DAY)
    return 100 * (1 - min(1.0, max(0.0, used)))


def tank_empty(garden: Garden, spot: Spot, at: float) -> float:
    """Return when a pot's tank will be empty."""
    return _filled(garden, spot, at) + _TANK_LASTS_DAYS * DAY


def autonomy() -> float:
    """Return for how many days a full tank is enough."""
    return round(_TANK_LASTS_DAYS)


def _filled(garden: Garden, spot: Spot, at: float) -> float:
    span = _TANK_DAYS * DAY
    moved = at + between(0, _TANK_DAYS, garden.seed, spot.id, "tank") * DAY
    return at - moved % span


def _watering(garden: Garden, spot: Spot, every: float, number: int) -> float:
    """Return the time of one of the waterings, numbered through: mornings and evenings."""
    late = 0.25 * (fraction(garden.seed, spot.id, number, "late") - 0.5)
    morning = between(7, 9, garden.seed, spot.id, number, "hour")
    hour = morning if number % 3 else morning + 11
    day = int((number + late) * every)
    return BEGAN - 30 * DAY + day * DAY + hour * HOUR - garden.place.utc_offset


@lru_cache(maxsize=256)
def _mean_sun(place: Place, at: float) -> float:
    return sum(weather.sunlight(place, at - HOUR / 2 * step) for step in range(48)) / 48
