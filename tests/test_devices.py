"""The device registry follows the account, without a reload and without haste."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.world import Resource
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp

VENTS = "GET /api/vents"


def first(setting: Setting, kind: str) -> Resource:
    """Return the first resource of a type."""
    return next(setting.cloud.world.all(kind))


async def test_tree(standard: Setting) -> None:
    """Homes hold rooms and rooms hold devices, in areas named after the rooms."""
    house, room = first(standard, "structures"), first(standard, "rooms")
    vent = first(standard, "vents")
    home_device = standard.device("structures", house.id)
    room_device = standard.device("rooms", room.id)
    vent_device = standard.device("vents", vent.id)
    assert home_device is not None
    assert room_device is not None
    assert vent_device is not None
    assert home_device.via_device_id is None
    assert room_device.via_device_id == home_device.id
    assert vent_device.via_device_id == room_device.id
    area = ar.async_get(standard.hass).async_get_area(vent_device.area_id or "")
    assert area is not None
    assert area.name == room.attributes["name"]
    assert vent_device.name == vent.attributes["name"]
    assert vent_device.manufacturer == "Flair"
    assert vent_device.configuration_url == "https://my.flair.co/"


async def test_new_device(small: Setting) -> None:
    """A device that is new in the cloud appears with its entities at the next poll."""
    house, room = first(small, "structures"), first(small, "rooms")
    small.cloud.add(
        "vents", "new-vent", {"structure": house.id, "room": room.id}, name="New"
    )
    await small.poll()
    device = small.device("vents", "new-vent")
    assert device is not None
    assert device.name == "New"
    assert small.state("cover", "vents", "new-vent", "vent").state == "open"


async def test_renamed_and_moved(small: Setting) -> None:
    """Another name, room or firmware in the cloud shows in the registry."""
    house, vent = first(small, "structures"), first(small, "vents")
    small.cloud.add("rooms", "123", {"structure": house.id}, name="Loft")
    small.cloud.set("vents", vent.id, name="Skylight")
    small.cloud.world.relate(vent, "room", "123")
    await small.poll()
    device, room = small.device("vents", vent.id), small.device("rooms", "123")
    assert device is not None
    assert room is not None
    assert device.name == "Skylight"
    assert device.via_device_id == room.id


async def test_vanished_device(small: Setting) -> None:
    """A device is removed when three complete answers in a row did not name it, not sooner."""
    vent = first(small, "vents")
    cover = small.entity_id("cover", "vents", vent.id, "vent")
    before = small.registered()
    small.cloud.remove("vents", vent.id)
    await small.poll()
    state = small.hass.states.get(cover)
    assert state is not None
    assert state.state == "unavailable"
    await small.poll()
    assert small.registered() == before
    await small.poll()
    gone = before - small.registered()
    assert gone
    assert all(name.startswith(f"flair_vents_{vent.id}") for name in gone)
    assert small.hass.states.get(cover) is None

    # Should it come back it is a new one.
    small.cloud.world.add(vent)
    await small.poll()
    assert small.registered() == before
    assert small.state("cover", "vents", vent.id, "vent").state != "unavailable"


async def test_device_that_comes_and_goes(small: Setting) -> None:
    """Every return begins the count anew."""
    vent = first(small, "vents")
    before = small.registered()
    for _ in range(3):
        small.cloud.remove("vents", vent.id)
        await small.poll(2)
        small.cloud.world.add(vent)
        await small.poll()
    assert small.registered() == before
    assert small.unavailable() == set()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.HTML, match=VENTS),
        Fault(kind=Kind.STATUS, match=VENTS, status=403),
        Fault(kind=Kind.STATUS, match=VENTS, status=404),
        Fault(kind=Kind.TRUNCATED, match=VENTS),
        Fault(kind=Kind.EMPTY_LIST, match=VENTS),
        Fault(kind=Kind.EMPTY_LIST),
        Fault(kind=Kind.EMPTY_BODY),
        Fault(kind=Kind.RESET),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.match}",
)
async def test_no_answer_proves_nothing(small: Setting, fault: Fault) -> None:
    """Failed, partial and empty answers remove nothing, whatever vanished meanwhile."""
    vent = first(small, "vents")
    before = small.registered()
    small.cloud.remove("vents", vent.id)
    await small.poll(2)
    faults_of(small.cloud).add(replace(fault, hits=0, seen=0))
    await small.poll(8)
    assert small.registered() == before
    faults_of(small.cloud).clear()
    await small.poll()
    assert small.registered() < before


async def test_unreadable_record_proves_nothing(small: Setting) -> None:
    """A list with a record that cannot be read is not whole."""
    vent = first(small, "vents")
    before = small.registered()
    nameless: Any = None
    broken = small.cloud.world.add(
        Resource("vents", nameless, dict(vent.attributes), dict(vent.relations))
    )
    small.cloud.remove("vents", vent.id)
    await small.poll(8)
    assert small.registered() == before
    assert small.account.report.counts["Vent.id"] == 1
    small.cloud.world.remove(broken)
    await small.poll(3)
    assert small.registered() < before


async def test_further_pages(set_up_flair: SetUp, clock: ManualClock) -> None:
    """When one page of a list fails the list is not whole."""
    setting = await set_up_flair(home(vents=60, pucks=0, bridges=0, clock=clock))
    before = setting.registered()
    vent = first(setting, "vents")
    setting.cloud.remove("vents", vent.id)
    for _ in range(5):
        faults_of(setting.cloud).clear()
        faults_of(setting.cloud).add(Fault(kind=Kind.HTML, match=VENTS, skip=1))
        await setting.poll()
    assert setting.registered() == before
    faults_of(setting.cloud).clear()
    await setting.poll(3)
    assert setting.registered() < before


async def test_vanished_while_away(small: Setting) -> None:
    """What vanished while Home Assistant was off goes after three answers as well."""
    vent = first(small, "vents")
    before = small.registered()
    small.cloud.remove("vents", vent.id)
    await small.reload()
    await small.poll()
    assert small.registered() == before
    await small.poll(2)
    assert small.registered() < before


async def test_vanished_zone(small: Setting) -> None:
    """What is asked for rarely is not gone sooner: it is answers that count, not polls."""
    zone = first(small, "zones")
    house = first(small, "structures")
    # Another one: an empty list would prove nothing.
    small.cloud.add("zones", "77", {"structure": house.id}, name="Upstairs")
    await small.poll(15)
    before = small.registered()
    assert "flair_zones_77" in before
    small.cloud.remove("zones", zone.id)
    asked = small.cloud.count("GET /api/zones")
    while small.registered() == before:
        await small.poll()
        assert small.cloud.count("GET /api/zones") - asked <= 3
    assert small.cloud.count("GET /api/zones") - asked == 3


async def test_home_that_is_gone(set_up_flair: SetUp) -> None:
    """With a home goes all that stood in it, and nothing of the other home."""
    setting = await set_up_flair("two")
    house, other = setting.cloud.world.all("structures")
    of_house = {
        f"flair_{kind}_{one.id}"
        for kind, found in setting.cloud.world.resources.items()
        for one in found.values()
        if one.relations.get("structure") == house.id
    } | {f"flair_structures_{house.id}"}
    before = setting.registered()
    for name in of_house:
        kind, _, identity = name.removeprefix("flair_").partition("_")
        setting.cloud.remove(kind, identity)
    await setting.poll(3 + 3 * 15)
    after = setting.registered()
    assert not after & of_house
    assert f"flair_structures_{other.id}" in after
    gone = {name for name in before - after if name.count("_") == 2}
    assert gone <= of_house


async def test_removal_by_hand(
    small: Setting, hass_ws_client: WebSocketGenerator
) -> None:
    """A device can be removed by hand only when the cloud does not name it any more."""
    assert await async_setup_component(small.hass, "config", {})
    client = await hass_ws_client(small.hass)
    vent = first(small, "vents")
    device = small.device("vents", vent.id)
    assert device is not None

    refused = await client.remove_device(device.id)
    assert not refused["success"]
    small.cloud.remove("vents", vent.id)
    await small.poll()

    # An account that is not loaded cannot say who is there.
    await small.hass.config_entries.async_unload(small.entry.entry_id)
    refused = await client.remove_device(device.id)
    assert not refused["success"]
    assert "rejected" in refused["error"]["message"]
    await small.hass.config_entries.async_setup(small.entry.entry_id)
    await small.settle()
    assert small.entry.state is ConfigEntryState.LOADED

    removed = await client.remove_device(device.id)
    assert removed["success"]
    assert small.device("vents", vent.id) is None
    registry = er.async_get(small.hass)
    assert (
        registry.async_get_entity_id("cover", DOMAIN, f"flair_vents_{vent.id}_vent")
        is None
    )

    # Should it come back it is a new one.
    small.cloud.world.add(vent)
    await small.poll()
    assert small.device("vents", vent.id) is not None
    assert small.state("cover", "vents", vent.id, "vent").state != "unavailable"
