"""A write shows at once, is sent alone, takes the vendor's answer, and is taken back when it fails."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.flair import writes as cloud_writes
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import Setting, counted_writes
from tests.support.faults import Fault, Kind, faults_of

WRITE = "PATCH /api/*"


class Vent:
    """The first vent of a home, as Home Assistant shows it and as the cloud has it."""

    def __init__(self, setting: Setting, name: str = "Vent 1") -> None:
        """Find it."""
        self.setting = setting
        self.id = setting.id_of("vents", name)
        self.entity_id = setting.entity_id("cover", "vents", self.id, "vent")

    @property
    def shown(self) -> int:
        """The position that Home Assistant shows."""
        state = self.setting.hass.states.get(self.entity_id)
        assert state is not None
        position: int = state.attributes["current_position"]
        return position

    @property
    def real(self) -> object:
        """The position that the cloud has."""
        vent = self.setting.cloud.world.resources["vents"][self.id]
        return vent.attributes["percent-open"]

    def send(self, position: int) -> Coroutine[Any, Any, Any]:
        """Send it to a position, and wait until that is done."""
        return self.setting.hass.services.async_call(
            "cover",
            "set_cover_position",
            {"entity_id": self.entity_id, "position": position},
            blocking=True,
        )

    def start(self, position: int) -> asyncio.Task[Any]:
        """Send it to a position without waiting."""
        return self.setting.hass.async_create_task(self.send(position))


@pytest.fixture
def vent(small: Setting) -> Vent:
    """Return the vent."""
    return Vent(small)


async def until(setting: Setting, fault: Fault, hits: int = 1) -> None:
    """Wait until so many requests met a fault."""
    while fault.hits < hits:
        await setting.freely()


async def test_shown_at_once_and_answered(small: Setting, vent: Vent) -> None:
    """The change shows before the cloud answers; the answer counts, and costs no poll."""
    late = faults_of(small.cloud).add(
        Fault(kind=Kind.LATENCY, match=WRITE, seconds=5, times=1)
    )
    requests = small.cloud.count()
    task = vent.start(30)
    await until(small, late)
    assert vent.shown == 30
    assert not task.done()
    small.freezer.tick(5)
    await task
    assert vent.shown == vent.real == 30
    assert small.cloud.count() == requests + 1
    with counted_writes() as writes:
        await small.poll()
    assert vent.shown == 30
    assert vent.entity_id not in writes


async def test_only_its_readers_wake(small: Setting, vent: Vent) -> None:
    """A write is news to the entities of its device alone."""
    with counted_writes() as writes:
        await vent.send(30)
    assert small.devices_of(writes) == {f"vents_{vent.id}"}


async def test_the_answer_counts(
    small: Setting, vent: Vent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cloud made of the wish is what shows."""
    patch = cloud_writes.patch

    def obstinate(world: Any, resource: Any, values: dict[str, Any]) -> None:
        patch(world, resource, {**values, "percent-open": 35})

    monkeypatch.setattr(
        "custom_components.habitat.simulator.flair.server.patch", obstinate
    )
    await vent.send(30)
    assert vent.shown == 35


@pytest.mark.parametrize(
    ("fault", "key", "tries"),
    [
        (Fault(kind=Kind.STATUS, status=422), "write_refused", 1),
        (Fault(kind=Kind.STATUS, status=400), "write_refused", 1),
        (Fault(kind=Kind.STATUS, status=403), "write_refused", 1),
        (Fault(kind=Kind.STATUS, status=404), "write_refused", 1),
        (
            Fault(kind=Kind.STATUS, status=429, retry_after=90),
            "write_rate_limited",
            1,
        ),
        (Fault(kind=Kind.STATUS, status=429), "write_rate_limited", 1),
        (Fault(kind=Kind.STATUS, status=500), "write_failed", 8),
        (Fault(kind=Kind.HTML, status=502), "write_failed", 8),
        (Fault(kind=Kind.RESET), "write_failed", 8),
        (Fault(kind=Kind.REDIRECT), "write_failed", 1),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.status}-{value.retry_after}"
        if isinstance(value, Fault)
        else str(value)
    ),
)
async def test_failure(
    small: Setting, vent: Vent, fault: Fault, key: str, tries: int
) -> None:
    """A write that fails is taken back, and says in the user's language what was wrong."""
    before = vent.shown
    wrong = faults_of(small.cloud).add(replace(fault, match=WRITE, hits=0, seen=0))
    with pytest.raises(HomeAssistantError) as caught:
        await vent.send(30)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key == key
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["vendor"] == "Flair"
    assert wrong.hits == tries
    assert vent.shown == vent.real == before
    assert small.hass.config_entries.flow.async_progress() == []
    faults_of(small.cloud).clear()
    small.freezer.tick(100)
    await vent.send(31)
    assert vent.shown == vent.real == 31


async def test_says_what_the_vendor_said(small: Setting, vent: Vent) -> None:
    """The vendor's own words reach the user."""
    before = vent.shown
    small.cloud.remove("vents", vent.id)
    with pytest.raises(HomeAssistantError) as caught:
        await vent.send(30)
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert "Could not find vents" in placeholders["reason"]
    assert vent.shown == before


async def test_login_that_ended(small: Setting, vent: Vent) -> None:
    """When the vendor refuses the login of a write reauthentication starts."""
    before = vent.shown
    small.cloud.tokens.clients = ()
    small.cloud.expire_tokens()
    with pytest.raises(HomeAssistantError) as caught:
        await vent.send(30)
    assert caught.value.translation_key == "write_login_refused"
    assert vent.shown == before
    flows = small.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


async def test_token_that_ended(small: Setting, vent: Vent) -> None:
    """A token that died early costs a write nothing."""
    small.cloud.expire_tokens()
    await vent.send(30)
    assert vent.shown == vent.real == 30
    assert small.hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("kind", [Kind.TRUNCATED, Kind.EMPTY_BODY, Kind.CUT])
async def test_unreadable_answer(small: Setting, vent: Vent, kind: Kind) -> None:
    """A write whose answer cannot be read is sent again."""
    faults_of(small.cloud).add(Fault(kind=kind, match=WRITE, times=1))
    await vent.send(30)
    assert vent.shown == vent.real == 30
    await small.poll()
    assert vent.shown == 30


async def test_one_at_a_time(small: Setting) -> None:
    """Writes of an account never overlap, so bursts all succeed."""
    vents = [Vent(small, "Vent 1"), Vent(small, "Vent 2")]
    before = small.cloud.count(WRITE)
    tasks = [vents[number % 2].start(40 + number) for number in range(6)]
    await asyncio.gather(*tasks)
    assert [vent.shown for vent in vents] == [44, 45]
    assert [vent.real for vent in vents] == [44, 45]
    assert small.cloud.count(WRITE) - before == 6
    assert {item.status for item in small.cloud.log if item.method == "PATCH"} == {200}


async def test_poll_during_a_write(small: Setting, vent: Vent) -> None:
    """A poll that brings the old value does not undo a write that is under way."""
    late = faults_of(small.cloud).add(
        Fault(kind=Kind.LATENCY, match=WRITE, seconds=15, times=1)
    )
    task = vent.start(30)
    await until(small, late)
    await small.account.async_refresh()
    assert vent.shown == 30
    small.freezer.tick(15)
    await task
    assert vent.shown == vent.real == 30


async def test_write_during_a_poll(small: Setting, vent: Vent) -> None:
    """A poll that was asked before a write and is answered after it is out of date."""
    slow = faults_of(small.cloud).add(Fault(kind=Kind.STALL, match="GET /api/rooms"))
    # The list of vents is answered, and waits for that of the rooms.
    refresh = small.hass.async_create_task(small.account.async_refresh())
    vents = small.cloud.count("GET /api/vents")
    await until(small, slow)
    while small.cloud.count("GET /api/vents") == vents:
        await small.freely()
    await vent.send(30)
    assert vent.shown == 30
    with counted_writes() as writes:
        faults_of(small.cloud).clear()
        small.freezer.tick(21)
        await refresh
    assert vent.shown == 30
    assert small.entity_id("cover", "vents", vent.id, "vent") not in writes
    await small.poll()
    assert vent.shown == 30

    # The next poll counts again, even when its bytes are those of before the write.
    small.cloud.set("vents", vent.id, percent_open=77)
    await small.poll()
    assert vent.shown == 77


async def test_failure_shows_what_the_poll_brought(small: Setting, vent: Vent) -> None:
    """A write that fails falls back on what the cloud said last, not on what was before."""
    late = faults_of(small.cloud).add(Fault(kind=Kind.STALL, match=WRITE, times=1))
    faults_of(small.cloud).add(
        Fault(kind=Kind.STATUS, match=WRITE, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    )
    task = vent.start(30)
    await until(small, late)
    small.cloud.set("vents", vent.id, percent_open=66)
    await small.account.async_refresh()
    assert vent.shown == 30
    small.freezer.tick(21)
    with pytest.raises(HomeAssistantError):
        await task
    assert vent.shown == 66


async def test_device_that_vanishes_during_a_write(small: Setting, vent: Vent) -> None:
    """A write to what vanished meanwhile ends quietly, and brings nothing back."""
    late = faults_of(small.cloud).add(
        Fault(kind=Kind.LATENCY, match=WRITE, seconds=5, times=1)
    )
    task = vent.start(30)
    await until(small, late)
    found = small.cloud.world.resources["vents"].pop(vent.id)
    small.cloud.world.version += 1
    await small.account.async_refresh()
    small.cloud.world.resources["vents"][vent.id] = found
    small.freezer.tick(5)
    await task
    state = small.hass.states.get(vent.entity_id)
    assert state is not None
    assert state.state == "unavailable"
    small.cloud.world.version += 1
    await small.poll()
    assert vent.shown == vent.real == 30
