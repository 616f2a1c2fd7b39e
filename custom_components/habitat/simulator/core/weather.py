"""The sky over a simulated place: the same for every vendor that has something outdoors."""

from dataclasses import dataclass
from functools import lru_cache
import math

from .noise import Key, wander

HOUR = 3600.0
DAY = 24 * HOUR
YEAR = 365.2425 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on earth; mean and swings in °C, the offset from UTC in seconds."""

    seed: Key
    latitude: float = 39.7
    longitude: float = -105.0
    utc_offset: float = -7 * HOUR
    mean: float = 10.5
    yearly: float = 11.5
    daily: float = 6.0


def local_hour(place: Place, at: float) -> float:
    """Return the hour of the day at a place, 0 up to 24."""
    return (at + place.utc_offset) % DAY / HOUR


def season(place: Place, at: float) -> float:
    """Return the usual mean temperature of the day in °C; coldest in the middle of January."""
    return place.mean - place.yearly * math.cos(2 * math.pi * (at - 15 * DAY) / YEAR)


@lru_cache(maxsize=4096)
def day_mean(place: Place, at: float) -> float:
    """Return the temperature without its daily swing, in °C: the season and passing fronts."""
    return season(place, at) + 4 * wander(at, 2.5 * DAY, place.seed, "front")


@lru_cache(maxsize=4096)
def outdoor(place: Place, at: float) -> float:
    """Return the temperature in °C; warmest at three in the afternoon."""
    clear = 0.6 + 0.4 * cloudless(place, at)
    swing = math.cos(2 * math.pi * (local_hour(place, at) - 15) / 24)
    return (
        day_mean(place, at)
        + place.daily * clear * swing
        + 0.4 * wander(at, HOUR, place.seed, "gust")
    )


def cloudless(place: Place, at: float) -> float:
    """Return how clear the sky is, from 0 to 1."""
    return 0.5 + 0.5 * wander(at, 5 * HOUR, place.seed, "cloud")


def humidity(place: Place, at: float) -> float:
    """Return the relative humidity in %: lower by day and under a clear sky."""
    swing = outdoor(place, at) - day_mean(place, at)
    dry = 3.2 * swing + 26 * cloudless(place, at)
    wet = 72 - dry + 10 * wander(at, DAY, place.seed, "moist")
    return max(8.0, min(100.0, wet))


def pressure(place: Place, at: float) -> float:
    """Return the pressure at sea level in hPa."""
    return 1015 + 11 * wander(at, 1.7 * DAY, place.seed, "pressure")


def wind(place: Place, at: float) -> float:
    """Return the wind speed in m/s."""
    return max(0.0, 3.2 + 2.4 * wander(at, 3 * HOUR, place.seed, "wind"))


def sun_times(place: Place, at: float) -> tuple[float, float]:
    """Return sunrise and sunset of the local day, seconds since the epoch, to some minutes."""
    midnight = at - local_hour(place, at) * HOUR
    declination = -math.radians(23.44) * math.cos(2 * math.pi * (at + 10 * DAY) / YEAR)
    reach = -math.tan(math.radians(place.latitude)) * math.tan(declination)
    half = math.degrees(math.acos(max(-1.0, min(1.0, reach)))) / 15 * HOUR
    noon = midnight + DAY / 2
    return noon - half, noon + half


def sunlight(place: Place, at: float) -> float:
    """Return how much sun there is, from 0 (night) to 1 (a clear noon)."""
    rise, down = sun_times(place, at)
    if not rise < at < down:
        return 0.0
    return math.sin(math.pi * (at - rise) / (down - rise)) * (
        0.35 + 0.65 * cloudless(place, at)
    )


def condition(place: Place, at: float) -> str:
    """Return the weather in words."""
    clear = cloudless(place, at)
    if humidity(place, at) > 84 and clear < 0.4:
        return "Snow" if outdoor(place, at) < 0.5 else "Rain"
    if clear > 0.66:
        return "Clear"
    return "Partly Cloudy" if clear > 0.33 else "Cloudy"
