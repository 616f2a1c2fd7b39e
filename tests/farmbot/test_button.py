"""FarmBot's buttons: the right command, refused where it is unsafe, and the stop before all else."""

import asyncio

import pytest

from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.farmbot import nodes
from custom_components.habitat.simulator.farmbot.builder import sequence
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .acting import said_in_words
from .conftest import Setting

MOVING = ("find_home", "go_home", "measure_soil_height")


def told(heard: list[Record]) -> list[tuple[Json, Json]]:
    """Return the kinds and arguments of what the robot was told."""
    return [(node["kind"], node["args"]) for one in heard for node in one["body"]]  # type: ignore[index, union-attr, call-overload]  # they are nodes


@pytest.mark.parametrize(
    ("key", "kind", "args"),
    [
        ("emergency_stop", "emergency_lock", {}),
        ("emergency_unlock", "emergency_unlock", {}),
        ("find_home", "find_home", {"axis": "all", "speed": 100}),
        ("go_home", "home", {"axis": "all", "speed": 100}),
        ("take_photo", "take_photo", {}),
        ("detect_weeds", "execute_script", {"label": "plant-detection"}),
        ("measure_soil_height", "execute_script", {"label": "Measure Soil Height"}),
        ("sync", "sync", {}),
        ("read_status", "read_status", {}),
        ("reboot", "reboot", {"package": "farmbot_os"}),
        ("restart_firmware", "reboot", {"package": "arduino_firmware"}),
        ("power_off", "power_off", {}),
    ],
)
async def test_press(
    key: str,
    kind: str,
    args: Record,
    all_enabled: None,
    heard: list[Record],
    garden: Setting,
) -> None:
    """Each button tells the robot one thing, once."""
    heard.clear()
    await garden.press(key)
    assert told(heard) == [(kind, args)]


@pytest.mark.parametrize("key", MOVING)
@pytest.mark.parametrize(
    ("state", "reason"), [("locked", "robot_locked"), ("busy", "robot_busy")]
)
async def test_guards(
    key: str,
    state: str,
    reason: str,
    all_enabled: None,
    heard: list[Record],
    garden: Setting,
) -> None:
    """What moves is refused, before anything is sent, while the robot is stopped or busy."""
    setattr(garden.cloud.robot.state, state, True)
    garden.cloud.robot.tell()
    shown = {"locked": "emergency_stop", "busy": "busy"}[state]
    await garden.until_shown(shown, "on", "binary_sensor")
    heard.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await garden.press(key)
    assert caught.value.translation_key == reason
    said_in_words(caught.value)
    assert not heard


async def test_away(all_enabled: None, heard: list[Record], garden: Setting) -> None:
    """While the robot is away only the emergency stop can be pressed, and is sent at once."""
    garden.cloud.robot.machine.hold()
    await garden.lose_robot()
    heard.clear()
    for state in garden.states():
        if state.domain == "button":
            away = state.entity_id != garden.entity("button", "emergency_stop")
            assert (state.state == STATE_UNAVAILABLE) is away, state
    published = garden.cloud.said("from_clients")
    with pytest.raises(HomeAssistantError) as caught:
        await garden.press("emergency_stop")
    assert caught.value.translation_key in ("robot_offline", "robot_silent")
    assert garden.cloud.said("from_clients") == published + 1


async def test_without_broker(garden: Setting) -> None:
    """Without the broker a press says so, and soon no button is there but the emergency stop."""
    await garden.broker_lost()
    with pytest.raises(HomeAssistantError) as caught:
        await garden.press("emergency_stop")
    assert caught.value.translation_key == "broker_not_connected"
    said_in_words(caught.value)
    await garden.until(
        lambda: garden.value("take_photo", "button") == STATE_UNAVAILABLE, step=5
    )
    assert garden.value("emergency_stop", "button") != STATE_UNAVAILABLE


async def test_stop_overtakes(heard: list[Record], garden: Setting) -> None:
    """The emergency stop goes out at once while a movement is waited for, which it ends."""
    robot = garden.cloud.robot
    robot.machine.pace = 1
    robot.state.position["x"] = 2000.0
    robot.tell()
    await garden.until(lambda: garden.value("position_x") == "2000.0")
    heard.clear()
    going = asyncio.create_task(garden.press("find_home"))
    await garden.until_real(lambda: robot.state.busy)
    assert not going.done()
    await garden.press("emergency_stop")
    assert robot.state.locked
    assert [kind for kind, _ in told(heard)] == ["find_home", "emergency_lock"]
    with pytest.raises(HomeAssistantError):
        await going
    assert robot.state.position["x"] > 1500
    await garden.until_shown("emergency_stop", "on", "binary_sensor")


async def test_long_movement(heard: list[Record], garden: Setting) -> None:
    """A press does not wait for the end of a long movement, and hears of an early refusal."""
    robot = garden.cloud.robot
    robot.machine.pace = 1
    robot.state.position["x"] = 2000.0
    robot.tell()
    await garden.until(lambda: garden.value("position_x") == "2000.0")
    await garden.press("go_home")
    assert robot.state.position["x"] > 0
    assert garden.value("busy", "binary_sensor") == "on"
    robot.machine.pace = 1000
    await garden.until_shown("busy", "off", "binary_sensor")
    robot.state.position["x"] = 100.0
    robot.machine.fail_next = "Motor stalled"
    with pytest.raises(HomeAssistantError) as caught:
        await garden.press("go_home")
    assert "Motor stalled" in said_in_words(caught.value)


async def test_sequence(heard: list[Record], garden: Setting) -> None:
    """A pinned sequence has a button by its name, which runs it."""
    key = garden.key("sequences", "Photo grid")
    assert garden.value(key, "button") == STATE_UNKNOWN
    assert not garden.has(garden.key("sequences", "Rest"), "button")
    heard.clear()
    await garden.press(key)
    number = garden.row("sequences", "Photo grid")["id"]
    assert told(heard) == [("execute", {"sequence_id": number})]
    garden.change("sequences", "Photo grid", name="Portraits")
    await garden.until(lambda: garden.name(key, "button") == "Sunny Portraits")
    garden.change("sequences", "Portraits", pinned=False)
    await garden.until(lambda: not garden.has(key, "button"))
    garden.change("sequences", "Rest", pinned=True)
    rest = garden.key("sequences", "Rest")
    await garden.until(lambda: garden.has(rest, "button"))
    garden.cloud.world.remove("sequences", int(rest.rpartition("_")[2]))
    await garden.until(lambda: not garden.has(rest, "button"))


async def test_sequence_with_variables(heard: list[Record], garden: Setting) -> None:
    """A sequence that wants values is refused, with the action that takes them."""
    wanted = nodes.parameter("how much", nodes.node("nothing"))
    wanted["kind"] = "parameter_declaration"
    made = sequence(garden.cloud.world, "Pour", [], [wanted], pinned=True)
    garden.cloud.set("sequences", int(str(made["id"])), name="Pour")
    key = garden.key("sequences", "Pour")
    await garden.until(lambda: garden.has(key, "button"))
    heard.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await garden.press(key)
    assert caught.value.translation_key == "sequence_wants_variables"
    text = said_in_words(caught.value)
    assert "Pour" in text
    assert "how much" in text
    assert "habitat.run_sequence" in text
    assert not heard


@pytest.mark.parametrize(
    ("label", "mode"), [("Soil moisture", 1), ("Tool verification", 0)]
)
async def test_read_sensor(
    label: str, mode: int, heard: list[Record], garden: Setting
) -> None:
    """A sensor is read by its name, as it is to be read; the reading shows with its place."""
    item = garden.key("sensors", label)
    garden.cloud.robot.state.position["x"] = 700.0
    heard.clear()
    await garden.press(f"{item}_read")
    assert [kind for kind, _ in told(heard)] == ["read_pin"]
    args = told(heard)[0][1]
    assert isinstance(args, dict)
    assert args["pin_mode"] == mode
    number = garden.row("sensors", label)["id"]
    assert args["pin_number"] == {
        "kind": "named_pin",
        "args": {"pin_type": "Sensor", "pin_id": number},
    }
    platform = "sensor" if mode else "binary_sensor"
    await garden.until(
        lambda: garden.shown(platform, garden.number, item).attributes.get("x") == 700.0
    )
    garden.change("sensors", label, label="Other")
    await garden.until(
        lambda: garden.name(f"{item}_read", "button") == "Sunny Read Other"
    )


@pytest.mark.parametrize(
    ("path", "name", "suffix"),
    [("sequences", "Photo grid", ""), ("sensors", "Soil moisture", "_read")],
)
async def test_gone(
    path: str, name: str, suffix: str, heard: list[Record], garden: Setting
) -> None:
    """A button of what is gone just now says so."""
    button = garden.made("button", f"{garden.key(path, name)}{suffix}")
    garden.account.data.pop(f"{path}/{garden.row(path, name)['id']}")
    assert not button.available
    heard.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await button.async_press()
    assert caught.value.translation_key == "record_gone"
    assert not heard
