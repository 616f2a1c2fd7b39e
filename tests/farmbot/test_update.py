"""FarmBot OS as an update."""

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Record
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from custom_components.habitat.simulator.farmbot.demo import standard
from custom_components.habitat.simulator.farmbot.world import World
from homeassistant.components.update import SERVICE_INSTALL
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .acting import said_in_words
from .conftest import Setting, SetUp

NEW = "15.4.12"
KEY = "farmbot_os"


def newer(clock: ManualClock) -> World:
    """Return the demo's garden, for whose robot there is an update."""
    world = standard(1, clock)
    world.update = NEW
    return world


@pytest.fixture
async def outdated(set_up_farmbot: SetUp, clock: ManualClock) -> Setting:
    """Return an account whose robot can be updated."""
    setting = await set_up_farmbot(newer(clock))
    await setting.connect()
    await setting.until_shown(KEY, STATE_ON, "update")
    return setting


def shown(setting: Setting) -> State:
    """Return the update's state."""
    return setting.shown("update", setting.number, KEY)


async def test_up_to_date(garden: Setting) -> None:
    """With nothing newer the robot is up to date, in the words of its server."""
    assert shown(garden).state == STATE_OFF
    attributes = shown(garden).attributes
    assert attributes["installed_version"] == attributes["latest_version"] == "15.4.11"
    assert attributes["title"] == "FarmBot OS"


async def test_available(outdated: Setting) -> None:
    """A newer version is offered, asked for once a day at most, and whether it comes by itself."""
    attributes = shown(outdated).attributes
    assert attributes["installed_version"] == "15.4.11"
    assert attributes["latest_version"] == NEW
    settings = outdated.cloud.world.single("fbos_config")
    assert attributes["auto_update"] is bool(settings["os_auto_update"])
    other = not settings["os_auto_update"]
    outdated.cloud.set("fbos_config", int(str(settings["id"])), os_auto_update=other)
    await outdated.until(lambda: shown(outdated).attributes["auto_update"] is other)
    asked = outdated.cloud.count("GET /api/releases")
    assert asked == 1
    await outdated.reload()
    assert outdated.cloud.count("GET /api/releases") == 1


async def test_unknown_computer(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """Before anybody said what the robot runs on, nothing is known of its updates."""
    world = standard(1, clock)
    world.device["rpi"] = "17"
    setting = await set_up_farmbot(world, NoBroker())
    assert shown(setting).state == STATE_UNKNOWN
    assert setting.cloud.count("GET /api/releases") == 0


async def test_install(outdated: Setting, heard: list[Record]) -> None:
    """An update shows its progress, lasts while the robot is away, and ends with the new version."""
    robot = outdated.cloud.robot
    # Slow enough to see it.
    robot.machine.pace = 4
    heard.clear()
    seen: list[tuple[bool, float | None]] = []
    await outdated.call("update", KEY, SERVICE_INSTALL)
    assert [node["kind"] for node in heard[0]["body"]] == ["check_updates"]  # type: ignore[index, union-attr, call-overload]  # they are nodes

    def progressing() -> bool:
        attributes = shown(outdated).attributes
        step = attributes["in_progress"], attributes["update_percentage"]
        if not seen or seen[-1] != step:
            seen.append(step)
        return not robot.online

    await outdated.until(progressing)
    percents = [percent for busy, percent in seen if busy and percent is not None]
    assert len(percents) > 2
    assert percents == sorted(percents)
    # The robot is away, with all of it installed: the update goes on.
    await outdated.until(lambda: shown(outdated).attributes["update_percentage"] == 100)
    away = not robot.online
    assert away
    assert shown(outdated).attributes["in_progress"] is True
    robot.machine.pace = 1000
    await outdated.until(lambda: shown(outdated).state == STATE_OFF)
    assert robot.online
    assert shown(outdated).attributes["installed_version"] == NEW
    assert shown(outdated).attributes["in_progress"] is False


async def test_failed_update(outdated: Setting) -> None:
    """An update that failed is over."""
    jobs = outdated.cloud.robot.state.jobs
    jobs["FBOS_OTA"] = {"status": "Working", "percent": 30, "unit": "percent"}
    outdated.cloud.robot.tell()
    await outdated.until(lambda: shown(outdated).attributes["in_progress"] is True)
    assert shown(outdated).attributes["update_percentage"] == 30
    jobs["FBOS_OTA"]["status"] = "Error"
    outdated.cloud.robot.tell()
    await outdated.until(lambda: shown(outdated).attributes["in_progress"] is False)
    assert shown(outdated).state == STATE_ON


async def test_guards(outdated: Setting, heard: list[Record]) -> None:
    """A robot that is busy or away is not updated."""
    outdated.cloud.robot.state.busy = True
    outdated.cloud.robot.tell()
    await outdated.until_shown("busy", STATE_ON, "binary_sensor")
    heard.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await outdated.call("update", KEY, SERVICE_INSTALL)
    assert caught.value.translation_key == "robot_busy"
    await outdated.lose_robot()
    with pytest.raises(HomeAssistantError) as away:
        await outdated.call("update", KEY, SERVICE_INSTALL)
    assert away.value.translation_key == "robot_offline"
    assert not heard
    assert shown(outdated).state == STATE_ON


async def test_refused(outdated: Setting) -> None:
    """What the robot says against it is told."""
    outdated.cloud.world.update = None
    with pytest.raises(HomeAssistantError) as caught:
        await outdated.call("update", KEY, SERVICE_INSTALL)
    assert "No update available" in said_in_words(caught.value)
    assert shown(outdated).attributes["in_progress"] is False
