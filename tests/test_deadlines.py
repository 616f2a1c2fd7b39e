"""When a device counts as silent, and who is woken when it does."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.deadlines import SILENT, Deadlines
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.support.common import START, tick

_HOUR = timedelta(hours=1)


@pytest.fixture
def turned(freezer: FrozenDateTimeFactory) -> list[frozenset[str]]:
    """Return what was heard of devices that turned; the clock stands at the start."""
    freezer.move_to(START)
    return []


@pytest.fixture
def deadlines(hass: HomeAssistant, turned: list[frozenset[str]]) -> Deadlines:
    """Return the watch."""
    return Deadlines(hass, turned.append)


def _in(hours: float) -> datetime:
    return dt_util.utcnow() + hours * _HOUR


async def test_deadlines_pass_one_by_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    deadlines: Deadlines,
    turned: list[frozenset[str]],
) -> None:
    """Each device turns at its own time, by one timer, and those without a deadline never do."""
    until = {"a": _in(1), "b": _in(2), "c": None, "d": SILENT}
    assert deadlines.update(until) == {"d"}
    assert [deadlines.is_alive(key) for key in "abcdx"] == [
        True,
        True,
        True,
        False,
        True,
    ]
    await tick(hass, freezer, 3601)
    assert turned == [{"a"}]
    assert not deadlines.is_alive("a")
    await tick(hass, freezer, 3600)
    assert turned == [{"a"}, {"b"}]
    assert deadlines.is_alive("c")


async def test_a_device_is_heard_of_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    deadlines: Deadlines,
    turned: list[frozenset[str]],
) -> None:
    """A later deadline brings it back, and the timer follows."""
    deadlines.update({"a": _in(1)})
    await tick(hass, freezer, 3601)
    assert deadlines.update({"a": _in(1)}) == {"a"}
    assert deadlines.is_alive("a")
    await tick(hass, freezer, 1800)
    deadlines.update({"a": _in(1)})
    await tick(hass, freezer, 1801)
    assert deadlines.is_alive("a")
    await tick(hass, freezer, 1800)
    assert not deadlines.is_alive("a")
    assert turned == [{"a"}, {"a"}]


async def test_a_clock_that_is_set(
    freezer: FrozenDateTimeFactory, deadlines: Deadlines, turned: list[frozenset[str]]
) -> None:
    """What a clock that jumps makes of deadlines is seen with the next check."""
    deadlines.update({"a": _in(1)})
    deadlines.async_check()
    assert turned == []
    freezer.move_to(START + 48 * _HOUR)
    deadlines.async_check()
    assert turned == [{"a"}]
    freezer.move_to(START)
    deadlines.async_check()
    assert turned == [{"a"}, {"a"}]
    assert deadlines.is_alive("a")
    deadlines.async_stop()


async def test_nothing_after_the_end(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    deadlines: Deadlines,
    turned: list[frozenset[str]],
) -> None:
    """No timer is left when watching ends, twice or not."""
    deadlines.update({"a": _in(1)})
    deadlines.async_stop()
    deadlines.async_stop()
    await tick(hass, freezer, 3601)
    assert turned == []
