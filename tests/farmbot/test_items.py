"""What a robot has several of, and what becomes of it when it is gone."""

import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.items import KINDS, async_remove_gone, items
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp


@pytest.mark.parametrize(
    ("kind", "fields", "platforms"),
    [
        ("peripheral", {"pin": 8, "mode": 0}, {Platform.SWITCH}),
        ("peripheral", {"pin": 8, "mode": 1}, {Platform.NUMBER}),
        ("peripheral", {"pin": 8}, {Platform.SWITCH}),
        ("sensor", {"mode": 1}, {Platform.SENSOR, Platform.BUTTON}),
        ("sensor", {"mode": 0}, {Platform.BINARY_SENSOR, Platform.BUTTON}),
        ("sequence", {"pinned": True}, {Platform.BUTTON}),
        ("sequence", {"pinned": False}, set()),
        ("sequence", {}, set()),
        ("tool", {"flow_rate_ml_per_s": 20}, {Platform.NUMBER}),
        ("tool", {"flow_rate_ml_per_s": 0}, set()),
        ("tool", {}, set()),
        ("webcam_feed", {"url": "http://127.0.0.1/"}, {Platform.CAMERA}),
    ],
)
def test_where_items_have_entities(
    kind: str, fields: dict[str, Json], platforms: set[Platform]
) -> None:
    """What an item is decides what it is shown as."""
    model = KINDS[kind].model
    record = parse(model, {"id": 1, **fields}, ParseReport("FarmBot"))
    assert KINDS[kind].platforms(record) == platforms


def entries(setting: Setting) -> set[str]:
    """Return the unique ids of the account's items."""
    found = er.async_entries_for_config_entry(
        er.async_get(setting.hass), setting.entry.entry_id
    )
    return {
        one.unique_id for one in found if any(f"_{k}_" in one.unique_id for k in KINDS)
    }


async def test_items(set_up_farmbot: SetUp) -> None:
    """Each item is named by its kind and id, and its record is the account's."""
    setting = await set_up_farmbot("standard")
    found = list(items(setting.account.store, KINDS["peripheral"], Platform.SWITCH))
    rows = [r for r in setting.cloud.world.rows("peripherals") if r["mode"] == 0]
    assert [key for key, _, _ in found] == [f"peripheral_{r['id']}" for r in rows]
    assert [key for _, key, _ in found] == [f"peripherals/{r['id']}" for r in rows]
    assert [record.label for _, _, record in found] == [r["label"] for r in rows]


async def test_gone_while_nobody_listened(set_up_farmbot: SetUp) -> None:
    """What was deleted while Home Assistant was off is removed by a whole answer, all of it."""
    setting = await set_up_farmbot("standard")
    world = setting.cloud.world
    gone = next(r["id"] for r in world.rows("sensors"))
    assert isinstance(gone, int)
    before = entries(setting)
    ours = {one for one in before if f"_sensor_{gone}" in one}
    assert len(ours) >= 2
    assert await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    world.remove("sensors", gone)
    await setting.hass.config_entries.async_setup(setting.entry.entry_id)
    await setting.settle()
    assert entries(setting) == before - ours


@pytest.mark.parametrize(
    "kind", [Kind.STATUS, Kind.EMPTY_LIST, Kind.NULLS, Kind.WRONG_TYPES, Kind.TRUNCATED]
)
async def test_no_answer_is_no_proof(set_up_farmbot: SetUp, kind: Kind) -> None:
    """A list that failed, or was empty or odd, removes nothing, at the start or later."""
    setting = await set_up_farmbot("standard", NoBroker())
    before = entries(setting)
    for path in ("peripherals", "sensors", "sequences", "tools", "webcam_feeds"):
        faults_of(setting.cloud).add(Fault(kind=kind, match=f"GET /api/{path}"))
    await setting.poll(25)
    assert entries(setting) == before
    await setting.reload()
    await setting.poll(2)
    assert entries(setting) == before
    async_remove_gone(setting.account, setting.account.is_complete)
    assert entries(setting) == before


async def test_others_are_left_alone(set_up_farmbot: SetUp) -> None:
    """An entity that only looks like an item's is not touched."""
    setting = await set_up_farmbot("standard")
    registry = er.async_get(setting.hass)
    other = registry.async_get_or_create(
        "switch", "other", "farmbot_214_peripheral_9", config_entry=setting.entry
    )
    ours = registry.async_get_or_create(
        "switch", "habitat", "farmbot_214_peripheral_9", config_entry=setting.entry
    )
    async_remove_gone(setting.account, setting.account.is_complete)
    assert registry.async_get(other.entity_id) is not None
    assert registry.async_get(ours.entity_id) is None
