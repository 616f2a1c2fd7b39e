"""FarmBot's events: lines of the log, new photos."""

import pytest

from custom_components.habitat.simulator.farmbot.builder import photo
from custom_components.habitat.simulator.farmbot.world import stamp
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from tests.support.common import NOW

from .conftest import Setting


def told(hass: HomeAssistant, entity_id: str) -> list[dict[str, object]]:
    """Return what an event entity tells from now on, oldest first."""
    found: list[dict[str, object]] = []

    @callback
    def hear(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new and old and new.state != old.state:
            found.append(dict(new.attributes))

    async_track_state_change_event(hass, entity_id, hear)
    return found


@pytest.mark.parametrize(
    "kind", ["assertion", "busy", "debug", "error", "fun", "info", "success", "warn"]
)
async def test_log(kind: str, hass: HomeAssistant, garden: Setting) -> None:
    """Each line of the log is an event of its type, with all that it says."""
    assert garden.value("log", "event") == STATE_UNKNOWN
    lines = told(hass, garden.entity("event", "log"))
    garden.cloud.robot.state.position["x"] = 5.0
    garden.cloud.robot.log("Something", kind, ["toast", "espeak"])
    await garden.until(lambda: bool(lines))
    line = lines[0]
    assert line["event_type"] == kind
    assert line["message"] == "Something"
    assert line["verbosity"] == 1
    assert line["channels"] == ["toast", "espeak"]
    assert (line["x"], line["y"], line["z"]) == (5.0, 0.0, 0.0)
    assert line["created_at"] is not None


async def test_lines(hass: HomeAssistant, garden: Setting) -> None:
    """Of several lines at once none is lost; an unknown type is no event."""
    lines = told(hass, garden.entity("event", "log"))
    for text in ("one", "two"):
        garden.cloud.robot.log(text)
    garden.cloud.robot.log("rant", "rant")
    garden.cloud.robot.log("three", "error")
    await garden.until(lambda: bool(lines) and lines[-1]["message"] == "three")
    assert [line["message"] for line in lines] == ["one", "two", "three"]


async def test_equal_lines(hass: HomeAssistant, garden: Setting) -> None:
    """Two lines that say the same within a second are two."""
    lines = told(hass, garden.entity("event", "log"))
    garden.cloud.robot.log("Moving")
    garden.cloud.robot.log("Moving")
    await garden.until(lambda: len(lines) == 2)
    assert [line["message"] for line in lines] == ["Moving", "Moving"]
    assert lines[0]["created_at"] == lines[1]["created_at"]


async def test_no_old_lines(hass: HomeAssistant, garden: Setting) -> None:
    """Setting up again tells of no line a second time."""
    garden.cloud.robot.log("before")
    await garden.until(lambda: garden.value("log", "event") != STATE_UNKNOWN)
    shown = garden.value("log", "event")
    await garden.reload()
    await garden.until_real(lambda: garden.account.receiver.is_connected)
    await garden.pushed(2)
    assert garden.value("log", "event") == shown


async def test_photo(hass: HomeAssistant, garden: Setting) -> None:
    """A photo is an event once it is processed, without its address; those of before are none."""
    assert garden.value("photo_taken", "event") == STATE_UNKNOWN
    photos = told(hass, garden.entity("event", "photo_taken"))
    garden.cloud.robot.state.position["x"] = 110.0
    await garden.press("take_photo")
    await garden.until(lambda: bool(photos))
    newest = garden.cloud.world.rows("images")[-1]
    shown = photos[0]
    assert shown["event_type"] == "photo_taken"
    assert shown["image_id"] == newest["id"]
    assert (shown["x"], shown["y"], shown["z"]) == (110.0, 0.0, 0.0)
    assert str(newest["attachment_url"]) not in str(shown)
    # The record changes once more, which is no other photo.
    garden.cloud.set("images", int(str(newest["id"])), meta={"x": 1, "y": 1, "z": 1})
    await garden.pushed(3)
    assert len(photos) == 1


async def test_photos_at_once(hass: HomeAssistant, garden: Setting) -> None:
    """Of several photos that come with one poll each is an event, the oldest first."""
    photos = told(hass, garden.entity("event", "photo_taken"))
    await garden.broker_lost()
    world = garden.cloud.world
    made = [photo(world, NOW + at, 0.0, 0.0) for at in (30, 10, 20)]
    made.append(photo(world, NOW - 100_000, 0.0, 0.0))
    for one in made:
        one["attachment_url"] = f"{garden.cloud.url}/photos/1/0/0/x.png"
    await garden.poll(7)
    found = [one["image_id"] for one in photos]
    assert found == [made[1]["id"], made[2]["id"], made[0]["id"]]


async def test_photo_while_away(hass: HomeAssistant, garden: Setting) -> None:
    """What was taken while Home Assistant was away is told of once, the newest only."""
    world = garden.cloud.world
    world.create(
        "images",
        attachment_url=f"{garden.cloud.url}/photos/1/0/0/x.png",
        attachment_processed_at=stamp(NOW),
        created_at=stamp(NOW + 1),
        meta={"x": 1},
    )
    await garden.until(lambda: garden.value("photo_taken", "event") != STATE_UNKNOWN)
    photos = told(hass, garden.entity("event", "photo_taken"))
    await hass.config_entries.async_unload(garden.entry.entry_id)
    made = [photo(world, NOW + at, 2.0, 0.0) for at in (30, 40)]
    await hass.config_entries.async_setup(garden.entry.entry_id)
    await garden.settle()
    found = [one["image_id"] for one in photos if "image_id" in one]
    assert found[-1] == made[1]["id"]
    assert made[0]["id"] not in found
    before = garden.value("photo_taken", "event")
    await garden.reload()
    assert garden.value("photo_taken", "event") == before
