"""The weeds of a garden as a to-do list."""

import time
from typing import Any

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.builder import robot
from custom_components.habitat.simulator.farmbot.world import stamp
from homeassistant.components.todo import TodoServices
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.support.common import NOW, counted_writes
from tests.support.faults import Fault, Kind, faults_of

from .acting import said_in_words
from .conftest import Setting, SetUp

DAY = 86_400.0


async def items(garden: Setting, status: str | None = None) -> list[dict[str, Any]]:
    """Return the items as the frontend gets them."""
    entity_id = garden.entity("todo", "weeds")
    answer = await garden.hass.services.async_call(
        "todo",
        TodoServices.GET_ITEMS,
        {
            "entity_id": entity_id,
            "status": [status] if status else ["needs_action", "completed"],
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[entity_id]
    return list(found["items"])


async def update(garden: Setting, uid: str, **fields: str) -> None:
    """Change an item as somebody does in the frontend."""
    await garden.call("todo", "weeds", TodoServices.UPDATE_ITEM, item=uid, **fields)


async def test_weeds(all_enabled: None, garden: Setting) -> None:
    """Weeds that are there are to be removed; those removed lately are done."""
    assert garden.value("weeds", "todo") == "7"
    found = await items(garden)
    weeds = [
        row
        for row in garden.cloud.world.rows("points")
        if row["pointer_type"] == "Weed"
    ]
    done = {str(row["id"]) for row in weeds if row["plant_stage"] == "removed"}
    # The demo's was removed eight days ago.
    assert {item["uid"] for item in found} == {str(row["id"]) for row in weeds} - done
    assert found[0]["summary"] == "Weed (640, 190)"


async def test_complete_and_reopen(all_enabled: None, garden: Setting) -> None:
    """To complete an item marks the weed as removed in the garden; to reopen it, as there."""
    uid = (await items(garden))[0]["uid"]
    weed = garden.cloud.world.tables["points"][int(uid)]
    await update(garden, uid, status="completed")
    assert weed["plant_stage"] == "removed"
    assert garden.value("weeds", "todo") == "6"
    done = await items(garden, "completed")
    assert [item["uid"] for item in done] == [uid]
    # What is so already is not sent again.
    asked = garden.cloud.count("PATCH *")
    await update(garden, uid, status="completed")
    assert garden.cloud.count("PATCH *") == asked
    await update(garden, uid, status="needs_action")
    assert weed["plant_stage"] == "active"
    assert garden.value("weeds", "todo") == "7"
    assert garden.value("weeds") == "7"


async def test_refused(all_enabled: None, garden: Setting) -> None:
    """A weed that the server does not let go is still to be removed."""
    uid = (await items(garden))[0]["uid"]
    faults_of(garden.cloud).add(Fault(kind=Kind.STATUS, match="PATCH *", status=422))
    with pytest.raises(HomeAssistantError) as caught:
        await update(garden, uid, status="completed")
    assert caught.value.translation_key == "write_refused"
    assert garden.value("weeds", "todo") == "7"
    assert uid in [item["uid"] for item in await items(garden, "needs_action")]


async def test_text(all_enabled: None, garden: Setting) -> None:
    """The text of a weed is its own: changing it is refused in words."""
    uid = (await items(garden))[0]["uid"]
    with pytest.raises(ServiceValidationError) as caught:
        await update(garden, uid, rename="Dandelion")
    assert caught.value.translation_key == "weed_text"
    said_in_words(caught.value)
    assert garden.cloud.count("PATCH *") == 0


async def test_gone(
    all_enabled: None, garden: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weed that somebody else removed for good just now cannot be completed."""
    uid = (await items(garden))[0]["uid"]
    garden.account.data.pop(f"points/{uid}")
    with pytest.raises(ServiceValidationError) as caught:
        await update(garden, uid, status="completed")
    assert caught.value.translation_key == "weed_gone"


async def test_follows_the_garden(all_enabled: None, garden: Setting) -> None:
    """The list follows what happens in the garden; other points do not touch it."""
    made = garden.cloud.world.create(
        "points", pointer_type="Weed", name="", x=1.5, y=None, plant_stage=None
    )
    await garden.until_shown("weeds", "8", "todo")
    summaries = {item["uid"]: item["summary"] for item in await items(garden)}
    assert summaries[str(made["id"])] == "(1.5, ?)"
    with counted_writes() as writes:
        garden.change("points", "Kale", x=900.0)
        await garden.pushed(3)
    assert garden.entity("todo", "weeds") not in writes
    garden.cloud.world.remove("points", int(str(made["id"])))
    await garden.until_shown("weeds", "7", "todo")


async def test_forgotten(
    all_enabled: None, set_up_farmbot: SetUp, clock: ManualClock
) -> None:
    """Weeds are done for a week; discarded ones are on no list."""
    world = robot(1, clock)
    for days in (1, 6.9, 7.1, 30):
        world.build(
            "points",
            NOW - days * DAY,
            pointer_type="Weed",
            name=f"{days:g}",
            x=1.0,
            y=1.0,
            plant_stage="removed",
        )
    world.build("points", NOW, pointer_type="Weed", name="Old", discarded_at=stamp(NOW))
    setting = await set_up_farmbot(world)
    found = await items(setting)
    assert [item["summary"] for item in found] == ["1 (1, 1)", "6.9 (1, 1)"]
    assert setting.value("weeds", "todo") == "0"


async def test_nothing_known(all_enabled: None, garden: Setting) -> None:
    """Where nobody told of the garden there is no list, which is not an empty one."""
    garden.account.data.pop("weeds")
    garden.account.store.touch(("weeds",))
    garden.account.async_update_listeners()
    assert garden.value("weeds", "todo") == STATE_UNKNOWN


async def test_thousand(
    all_enabled: None, set_up_farmbot: SetUp, clock: ManualClock
) -> None:
    """A thousand weeds are taken in, and one of them completed, in a moment."""
    world = robot(1, clock)
    for index in range(1000):
        world.build(
            "points",
            pointer_type="Weed",
            name="Weed",
            x=index,
            y=1.0,
            plant_stage="active",
        )
    setting = await set_up_farmbot(world)
    assert setting.value("weeds", "todo") == "1000"
    uid = (await items(setting))[500]["uid"]
    began = time.process_time()
    await update(setting, uid, status="completed")
    assert setting.value("weeds", "todo") == "999"
    assert time.process_time() - began < 2
