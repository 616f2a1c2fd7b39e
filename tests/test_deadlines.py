"""When a device counts as silent, and who is woken when it does."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.deadlines import SILENT, Deadlines
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
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


async def test_a_clock_that_was_ahead(
    freezer: FrozenDateTimeFactory, deadlines: Deadlines, turned: list[frozenset[str]]
) -> None:
    """What was over when it came is alive by a clock that is set back to before that."""
    assert deadlines.update({"a": _in(-0.5), "b": _in(-3)}) == {"a", "b"}
    freezer.move_to(START - _HOUR)
    # A record comes in before anybody looks at the clock.
    deadlines.update({"c": _in(9)})
    deadlines.async_check()
    assert turned == [{"a"}]
    assert deadlines.is_alive("a")
    assert not deadlines.is_alive("b")
    deadlines.async_check()
    assert turned == [{"a"}]
    freezer.move_to(START)
    deadlines.async_check()
    assert turned == [{"a"}, {"a"}]
    deadlines.async_stop()


async def test_a_timer_that_rings_early(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    deadlines: Deadlines,
    turned: list[frozenset[str]],
) -> None:
    """A clock that was set back while the timer ran makes nothing end before its time."""
    called: list[datetime] = []
    deadlines.update({"a": _in(2)})
    deadlines.async_call_at(_in(2), lambda: called.append(dt_util.utcnow()))
    with pytest.MonkeyPatch.context() as patcher:
        patcher.setattr(dt_util, "utcnow", lambda: START + _HOUR / 2)
        await tick(hass, freezer, 2 * 3600 + 1)
        assert turned == []
        assert called == []
    await tick(hass, freezer, 2 * 3600)
    assert turned == [{"a"}]
    assert len(called) == 1


async def test_calls_at_a_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, deadlines: Deadlines
) -> None:
    """Each is called once, in order, also several at one time; a cancelled one is not."""
    called: list[str] = []

    def call(name: str, hours: float) -> CALLBACK_TYPE:
        return deadlines.async_call_at(_in(hours), lambda: called.append(name))

    call("late", 2)
    call("one", 1)
    call("two", 1)
    cancel_never = call("never", 1)
    cancel_first = call("first", 0.5)
    cancel_never()
    cancel_first()
    await tick(hass, freezer, 3601)
    assert called == ["one", "two"]
    cancel_first()
    await tick(hass, freezer, 3600)
    assert called == ["one", "two", "late"]


async def test_call_that_is_overdue(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, deadlines: Deadlines
) -> None:
    """What should have been is called at once, but not while it is asked for."""
    called: list[str] = []
    deadlines.async_call_at(_in(-1), lambda: called.append("overdue"))
    assert called == []
    await tick(hass, freezer, 0.1)
    assert called == ["overdue"]


async def test_call_that_asks_for_another(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    deadlines: Deadlines,
    turned: list[frozenset[str]],
) -> None:
    """Who is called may set the next call and deadlines."""
    called: list[datetime] = []

    def call() -> None:
        called.append(dt_util.utcnow())
        deadlines.update({"b": _in(0.5)})
        if len(called) < 3:
            deadlines.async_call_at(_in(1), call)

    deadlines.update({"a": _in(1)})
    deadlines.async_call_at(_in(1), call)
    for _ in range(7):
        await tick(hass, freezer, 1801)
    assert len(called) == 3
    assert turned == [{"a"}, {"b"}, {"b"}, {"b"}]


async def test_no_calls_after_the_end(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, deadlines: Deadlines
) -> None:
    """Nothing is called once watching ended."""
    called: list[str] = []
    deadlines.async_call_at(_in(1), lambda: called.append("late"))
    deadlines.async_stop()
    await tick(hass, freezer, 7200)
    assert called == []


async def test_what_is_out_of_date_does_not_pile_up(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    deadlines: Deadlines,
    turned: list[frozenset[str]],
) -> None:
    """Deadlines that move on for days, and calls that are cancelled, leave nothing behind."""
    deadlines.update({"first": _in(1)})
    for number in range(10_000):
        deadlines.update({"a": _in(2 + number / 1000), "b": _in(99 - number / 1000)})
        deadlines.async_call_at(_in(5), lambda: None)()
    assert len(deadlines._queue) < 300
    await tick(hass, freezer, 12 * 3600 + 1)
    assert turned == [{"first", "a"}]
    await tick(hass, freezer, 78 * 3600)
    assert turned == [{"first", "a"}, {"b"}]
