"""The sky over simulated places."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from custom_components.habitat.simulator.core import weather
from custom_components.habitat.simulator.core.noise import between, fraction, wander
from custom_components.habitat.simulator.core.weather import DAY, HOUR, Place

PLACE = Place(seed=1)
JANUARY = datetime(2026, 1, 15, tzinfo=UTC).timestamp()
JULY = datetime(2026, 7, 15, tzinfo=UTC).timestamp()


def test_chance_is_repeatable() -> None:
    """The same key has the same value, within its bounds; all keys together fill them."""
    values = [fraction(1, "key", index) for index in range(1000)]
    assert values == [fraction(1, "key", index) for index in range(1000)]
    assert min(values) < 0.02
    assert max(values) > 0.98
    assert 0.45 < sum(values) / 1000 < 0.55
    assert all(3 <= between(3, 4, "key", index) < 4 for index in range(100))


def test_wandering_is_smooth() -> None:
    """It keeps between -1 and 1 and does not jump."""
    path = [wander(second, 600, "key") for second in range(0, 100_000, 10)]
    assert max(map(abs, path)) <= 1
    assert max(path) - min(path) > 1.5
    assert max(abs(after - before) for before, after in pairwise(path)) < 0.06


def test_seasons_and_days() -> None:
    """Summer is warmer than winter, and the afternoon than the night."""
    assert weather.season(PLACE, JULY) - weather.season(
        PLACE, JANUARY
    ) == pytest.approx(23, abs=1)
    midnight = JULY - weather.local_hour(PLACE, JULY) * HOUR
    night = [
        weather.outdoor(PLACE, midnight + day * DAY + 3 * HOUR) for day in range(30)
    ]
    noon = [
        weather.outdoor(PLACE, midnight + day * DAY + 15 * HOUR) for day in range(30)
    ]
    assert all(cold < warm for cold, warm in zip(night, noon, strict=True))


def test_sun() -> None:
    """The sun is up longer in summer, and shines only while it is up."""
    for at, hours in ((JANUARY, 9.5), (JULY, 14.7)):
        rise, down = weather.sun_times(PLACE, at)
        assert (down - rise) / HOUR == pytest.approx(hours, abs=0.4)
        assert weather.sunlight(PLACE, rise - HOUR) == 0
        assert weather.sunlight(PLACE, (rise + down) / 2) > 0.3


def test_a_year_has_all_kinds_of_weather() -> None:
    """Everything stays within what happens on earth, and every condition occurs."""
    times = [JANUARY + hour * HOUR for hour in range(0, 8760, 2)]
    assert {weather.condition(PLACE, at) for at in times} == {
        "Clear",
        "Partly Cloudy",
        "Cloudy",
        "Rain",
        "Snow",
    }
    assert all(8 <= weather.humidity(PLACE, at) <= 100 for at in times)
    assert all(1000 < weather.pressure(PLACE, at) < 1030 for at in times)
    assert all(0 <= weather.wind(PLACE, at) < 15 for at in times)
    assert all(-30 < weather.outdoor(PLACE, at) < 42 for at in times)
