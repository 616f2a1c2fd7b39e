"""Flair's vents, and what every write promises."""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.documents import Json
from homeassistant.components.cover import (
    ATTR_CURRENT_POSITION,
    ATTR_POSITION,
    SERVICE_SET_COVER_POSITION,
    CoverState,
)
from homeassistant.const import (
    SERVICE_CLOSE_COVER,
    SERVICE_OPEN_COVER,
    STATE_OFF,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Portraits
from .entities import FlairResource, Write, until

ANY_WRITE = "PATCH /api/vents/*"


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.COVER) == snapshot


@pytest.fixture
def vent(cottage: Setting) -> FlairResource:
    """Return a vent that is open and that Flair leaves to people."""
    return FlairResource(cottage, "vents", "Vent 1")


async def move(vent: FlairResource, position: int) -> None:
    """Send a vent to a position."""
    await vent.call(
        Platform.COVER, "vent", SERVICE_SET_COVER_POSITION, position=position
    )


def position(vent: FlairResource) -> object:
    """Return where a vent is shown to be."""
    return vent.state(Platform.COVER, "vent").attributes[ATTR_CURRENT_POSITION]


@pytest.mark.parametrize(
    ("action", "data", "sent", "state"),
    [
        (SERVICE_OPEN_COVER, {}, 100, CoverState.OPEN),
        (SERVICE_CLOSE_COVER, {}, 0, CoverState.CLOSED),
        (SERVICE_SET_COVER_POSITION, {ATTR_POSITION: 37}, 37, CoverState.OPEN),
        (SERVICE_SET_COVER_POSITION, {ATTR_POSITION: 1}, 1, CoverState.OPEN),
        (SERVICE_SET_COVER_POSITION, {ATTR_POSITION: 0}, 0, CoverState.CLOSED),
    ],
)
async def test_moving(
    vent: FlairResource,
    wire: list[Write],
    action: str,
    data: dict[str, int],
    sent: int,
    state: CoverState,
) -> None:
    """A vent goes to any position, with one request and no poll behind it."""
    vent.cloud.log.clear()
    await vent.call(Platform.COVER, "vent", action, **data)
    assert wire == [Write("vents", "Vent 1", {"percent-open": sent})]
    assert position(vent) == sent
    assert vent.state(Platform.COVER, "vent").state == state
    assert [item.method for item in vent.cloud.log] == ["PATCH"]
    await vent.setting.poll()
    assert position(vent) == sent


async def test_a_write_shows_at_once(vent: FlairResource) -> None:
    """The new position shows while the cloud still thinks about it."""
    fault = faults_of(vent.cloud).add(
        Fault(kind=Kind.LATENCY, match=ANY_WRITE, seconds=0.3)
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(move(vent, 30))
        await until(lambda: fault.hits == 1)
        assert position(vent) == 30
        assert vent.attribute("percent-open") == 100
    assert position(vent) == vent.attribute("percent-open") == 30


async def test_the_answer_is_kept(vent: FlairResource) -> None:
    """What the cloud made of a write is shown, not what was asked for."""
    vent.cloud.world.refuse_fifty = 1
    vent.cloud.log.clear()
    await move(vent, 50)
    assert position(vent) == vent.attribute("percent-open") == 49
    assert [item.status for item in vent.cloud.log] == [400, 200]


async def test_fifty_where_it_is_taken(vent: FlairResource, wire: list[Write]) -> None:
    """Most vents take 50 like any other position."""
    vent.cloud.world.refuse_fifty = 0
    await move(vent, 50)
    assert position(vent) == 50
    assert [write.attributes for write in wire] == [{"percent-open": 50}]


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (400, "write_refused"),
        (422, "write_refused"),
        (403, "write_refused"),
        (401, "write_login_refused"),
        (429, "write_rate_limited"),
        (503, "write_failed"),
    ],
)
async def test_a_refused_write_is_taken_back(
    vent: FlairResource, status: int, key: str
) -> None:
    """The old position shows again, and the error says what the vendor said."""
    faults_of(vent.cloud).add(Fault(kind=Kind.STATUS, match=ANY_WRITE, status=status))
    with pytest.raises(HomeAssistantError) as caught:
        await move(vent, 30)
    assert caught.value.translation_domain == "habitat"
    assert caught.value.translation_key == key
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["vendor"] == "Flair"
    assert f"HTTP {status}" in caught.value.translation_placeholders["reason"]
    assert position(vent) == 100
    faults_of(vent.cloud).clear()
    await vent.setting.poll()
    assert position(vent) == 100


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.STATUS, Kind.TRUNCATED, Kind.RESET])
async def test_a_write_is_sent_again(vent: FlairResource, kind: Kind) -> None:
    """An error page or a lost answer does not lose a write."""
    fault = faults_of(vent.cloud).add(Fault(kind=kind, match=ANY_WRITE, times=2))
    await move(vent, 30)
    assert fault.hits == 2
    assert position(vent) == vent.attribute("percent-open") == 30


async def test_a_write_that_never_gets_through(vent: FlairResource) -> None:
    """Error pages without an end are an error, after a few tries."""
    fault = faults_of(vent.cloud).add(Fault(kind=Kind.HTML, match=ANY_WRITE))
    with pytest.raises(HomeAssistantError) as caught:
        await move(vent, 30)
    assert caught.value.translation_key == "write_failed"
    assert 1 < fault.hits < 10
    assert position(vent) == vent.attribute("percent-open") == 100


async def test_a_poll_under_way_does_not_undo_a_write(vent: FlairResource) -> None:
    """What was read before the write is older, however late it comes."""
    slow = faults_of(vent.cloud).add(
        Fault(kind=Kind.LATENCY, match="GET /api/structures", times=1, seconds=0.3)
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(vent.setting.account.async_refresh())
        await until(lambda: slow.hits == 1)
        await until(lambda: vent.cloud.count("GET /api/vents") > 1)
        await move(vent, 30)
        assert position(vent) == 30
    assert position(vent) == 30
    vent.set(percent_open=45)
    await vent.setting.poll()
    assert position(vent) == 45


async def test_a_poll_during_a_write_does_not_undo_it(vent: FlairResource) -> None:
    """A poll that begins and ends while a write is under way changes nothing either."""
    fault = faults_of(vent.cloud).add(
        Fault(kind=Kind.LATENCY, match=ANY_WRITE, seconds=0.3)
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(move(vent, 30))
        await until(lambda: fault.hits == 1)
        await vent.setting.account.async_refresh()
        assert position(vent) == 30
    assert position(vent) == 30


async def test_two_writes_at_once(vent: FlairResource) -> None:
    """The later of two commands wins, and a failed first one does not take it back."""
    faults_of(vent.cloud).add(
        Fault(kind=Kind.STATUS, match=ANY_WRITE, status=422, times=1)
    )
    results = await asyncio.gather(
        move(vent, 30), move(vent, 60), return_exceptions=True
    )
    assert isinstance(results[0], HomeAssistantError)
    assert results[1] is None
    assert position(vent) == vent.attribute("percent-open") == 60


@pytest.mark.parametrize(
    ("told", "shown"),
    [(None, None), (101, None), (-1, None), ("99", 99), ("wide", None), (0, 0)],
)
async def test_odd_positions(
    vent: FlairResource, told: Json, shown: int | None
) -> None:
    """A position that is none reads as unknown."""
    vent.set(percent_open=told)
    await vent.setting.poll()
    state = vent.state(Platform.COVER, "vent")
    assert state.attributes.get(ATTR_CURRENT_POSITION) == shown
    assert (state.state == STATE_UNKNOWN) == (shown is None)


async def test_a_vent_out_of_reach(vent: FlairResource) -> None:
    """All that is known of it is that it cannot be reached."""
    vent.set(inactive=True)
    await vent.setting.poll()
    connectivity = vent.entity_id(Platform.BINARY_SENSOR, "connectivity")
    states = {
        state.entity_id: state.state
        for state in vent.setting.states()
        if state.entity_id in vent.entity_ids()
    }
    assert states.pop(connectivity) == STATE_OFF
    assert set(states.values()) == {STATE_UNAVAILABLE}
    assert len(states) >= 4
    vent.set(inactive=False)
    await vent.setting.poll()
    assert vent.state(Platform.COVER, "vent").state == CoverState.OPEN


async def test_a_list_from_before_the_write(vent: FlairResource) -> None:
    """A list that lags behind the answer to a write is not believed, for some minutes."""
    written = "2026-11-25T15:10:00+00:00"
    before, after = "2026-11-25T15:09:00+00:00", "2026-11-25T15:11:00+00:00"
    vent.set(updated_at=written)
    await move(vent, 30)
    for listed, at, shown in (
        (100, before, 30),
        # One that does not tell its age is believed, as is a newer one.
        (70, None, 70),
        (60, after, 60),
    ):
        vent.set(percent_open=listed, updated_at=at)
        await vent.setting.poll()
        assert position(vent) == shown


async def test_a_list_that_insists(vent: FlairResource) -> None:
    """What the cloud says for long is so, whatever its clocks say."""
    vent.set(updated_at="2026-11-25T15:10:00+00:00")
    await move(vent, 30)
    vent.set(percent_open=100, updated_at="2026-11-25T15:09:00+00:00")
    await vent.setting.poll(4)
    assert position(vent) == 30
    await vent.setting.poll(2)
    assert position(vent) == 100
