"""What the robot is told by actions, what they answer, and what they refuse."""

import asyncio
from collections.abc import Callable
from math import inf, nan
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
import voluptuous as vol

from custom_components.habitat.farmbot.actions import robot as robot_services
from custom_components.habitat.farmbot.client import celery_script
from custom_components.habitat.farmbot.client.celery_script import Node
from custom_components.habitat.farmbot.coordinator import FarmBotCoordinator
from custom_components.habitat.farmbot.derived import MountedTool
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Record, number
from custom_components.habitat.simulator.farmbot import nodes as steps
from custom_components.habitat.simulator.farmbot.builder import sequence
from custom_components.habitat.simulator.farmbot.demo import standard
from custom_components.habitat.simulator.farmbot.machine import Machine
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.farmbot.acting import Acting, Actor, said_in_words

type Told = Callable[[Actor], Node]
"""What the robot is to be told."""


def named(
    kind: celery_script.PinKind, path: str, label: str
) -> Callable[[Actor], Node]:
    """Return the pin of something by its label."""
    return lambda actor: celery_script.named_pin(kind, actor.id_of(path, label))


WATER = named("Peripheral", "peripherals", "Water")
LAMP = named("Peripheral", "peripherals", "Grow light")
PROBE = named("Sensor", "sensors", "Soil moisture")

COMMANDS: tuple[tuple[str, dict[str, Any], Told], ...] = (
    ("emergency_lock", {}, lambda _: celery_script.emergency_lock()),
    ("emergency_unlock", {}, lambda _: celery_script.emergency_unlock()),
    ("move", {"x": 100, "y": "50.5"}, lambda _: celery_script.move(100.0, 50.5)),
    (
        "move",
        {"z": -20, "safe_z": True},
        lambda _: celery_script.move(z=-20.0, safe_z=True),
    ),
    ("move", {"x": 80, "speed": 40}, lambda _: celery_script.move(80.0, speed=40.0)),
    (
        "move",
        {"x": 10, "y": 0, "relative": True},
        lambda _: celery_script.move(10.0, 0.0, relative=True),
    ),
    ("find_home", {}, lambda _: celery_script.find_home("all")),
    ("find_home", {"axis": "x", "wait": False}, lambda _: celery_script.find_home("x")),
    ("go_home", {}, lambda _: celery_script.go_home("all")),
    ("go_home", {"axis": "z"}, lambda _: celery_script.go_home("z")),
    ("read_pin", {"pin": 59}, lambda _: celery_script.read_pin(59, 0)),
    (
        "read_pin",
        {"pin": 59, "mode": "analog"},
        lambda _: celery_script.read_pin(59, 1),
    ),
    (
        "read_pin",
        {"sensor": "soil moisture"},
        lambda actor: celery_script.read_pin(PROBE(actor), 1),
    ),
    (
        "read_pin",
        {"sensor": "Soil moisture", "mode": "digital"},
        lambda actor: celery_script.read_pin(PROBE(actor), 0),
    ),
    (
        "read_pin",
        {"peripheral": "Water"},
        lambda actor: celery_script.read_pin(WATER(actor), 0),
    ),
    ("write_pin", {"pin": 5, "value": 1}, lambda _: celery_script.write_pin(5, 1, 0)),
    (
        "write_pin",
        {"pin": "5", "value": "128", "mode": "analog"},
        lambda _: celery_script.write_pin(5, 128, 1),
    ),
    (
        "write_pin",
        {"peripheral": " grow LIGHT ", "value": 200},
        lambda actor: celery_script.write_pin(LAMP(actor), 200, 1),
    ),
    (
        "write_pin",
        {"peripheral": "Grow light", "value": 1, "mode": "digital"},
        lambda actor: celery_script.write_pin(LAMP(actor), 1, 0),
    ),
    ("toggle_pin", {"pin": 13}, lambda _: celery_script.toggle_pin(13)),
    (
        "toggle_pin",
        {"peripheral": "Water"},
        lambda actor: celery_script.toggle_pin(WATER(actor)),
    ),
    (
        "set_servo_angle",
        {"pin": "4", "angle": 90},
        lambda _: celery_script.set_servo_angle(4, 90.0),
    ),
    ("take_photo", {}, lambda _: celery_script.take_photo()),
    (
        "send_message",
        {"message": "Hello"},
        lambda _: celery_script.send_message("Hello"),
    ),
    (
        "send_message",
        {"message": "x" * 300, "type": "warn", "channels": ["email", "toast"]},
        lambda _: celery_script.send_message("x" * 300, "warn", ("email", "toast")),
    ),
    (
        "mount_tool",
        {"tool": "watering NOZZLE"},
        lambda _: celery_script.mount_tool("Watering nozzle"),
    ),
    (
        "run_sequence",
        {"sequence": "rest"},
        lambda actor: celery_script.execute(actor.id_of("sequences", "Rest")),
    ),
    (
        "water_plants",
        {"crop": "Tomato"},
        lambda actor: celery_script.water(actor.ids_of("tomato")),
    ),
)


@pytest.mark.parametrize(("action", "fields", "told"), COMMANDS)
async def test_what_the_robot_is_told(
    actor: Actor, action: str, fields: dict[str, Any], told: Told
) -> None:
    """One command, and nothing else."""
    await actor.act(action, **fields)
    assert actor.commands == [told(actor)]


async def test_by_id(actor: Actor) -> None:
    """An id does as well as a name, also as text."""
    lamp = actor.id_of("peripherals", "Grow light")
    for wanted in (lamp, str(lamp)):
        await actor.act("write_pin", peripheral=wanted, value=7)
    assert actor.commands == [celery_script.write_pin(LAMP(actor), 7, 1)] * 2


# Emergency stop.


async def test_emergency_stop_is_urgent(actor: Actor) -> None:
    """It and its end go out with another priority than all else; the robot obeys."""
    await actor.act("take_photo")
    states = []
    for action in ("emergency_lock", "emergency_unlock"):
        await actor.act(action)
        states.append(actor.robot.state.locked)
    assert states == [True, False]
    priorities = [cast(Record, one["args"])["priority"] for one in actor.heard]
    assert priorities == [600, 9000, 9000]


async def test_emergency_stop_waits_for_nothing(actor: Actor) -> None:
    """It overtakes a sequence that is waited for and a movement that waits for its turn."""
    actor.robot.machine.pace = 0.001
    actor.robot.state.position["x"] = 800
    running = actor.begin("run_sequence", sequence="Rest", wait=True)
    await actor.setting.until(lambda: actor.robot.state.busy)
    await actor.setting.until(lambda: _busy(actor))
    moving = actor.begin("move", x=10)
    await asyncio.sleep(0)
    stopping = actor.begin("emergency_lock")
    # The clock stands still: what waits for time to pass does not get on.
    await actor.setting.until_real(stopping.done)
    assert stopping.result() is None
    assert actor.robot.state.locked
    assert [cast(Record, one)["kind"] for one in actor.commands] == [
        "execute",
        "emergency_lock",
    ]
    await actor.setting.until(lambda: running.done() and moving.done())
    # Which of the two the robot told first of itself is a matter of luck.
    refused = {"robot_locked", "robot_busy"}
    for ended, keys in ((running, {"robot_refused"}), (moving, refused)):
        error = ended.exception()
        assert isinstance(error, HomeAssistantError)
        assert error.translation_key in keys
        said_in_words(error)
    assert len(actor.commands) == 2


def _busy(actor: Actor) -> bool:
    activity = actor.setting.account.data["activity"]
    return bool(getattr(activity, "busy", False))


# What is refused.

MOVING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("move", {"x": 1}),
    ("find_home", {}),
    ("go_home", {}),
    ("run_sequence", {"sequence": "Rest"}),
    ("mount_tool", {"tool": "Seeder"}),
    ("water_plants", {"crop": "tomato"}),
)
OTHERWISE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("read_pin", {"pin": 5}),
    ("write_pin", {"pin": 5, "value": 1}),
    ("toggle_pin", {"pin": 5}),
    ("set_servo_angle", {"pin": 4, "angle": 10}),
)


async def test_locked(actor: Actor) -> None:
    """While the emergency stop is on nothing moves and nothing is switched on."""
    await actor.act("emergency_lock")
    await actor.setting.until(lambda: _activity(actor, "locked"))
    for action, fields in (*MOVING, *OTHERWISE):
        assert await actor.refusal(action, **fields) == "robot_locked", action


async def test_locked_dismount(acting: Acting, clock: ManualClock) -> None:
    """A tool stays where it is, too."""
    actor = await _holding(acting, clock)
    await actor.act("emergency_lock")
    await actor.setting.until(lambda: _activity(actor, "locked"))
    assert await actor.refusal("dismount_tool") == "robot_locked"


async def test_switching_off_is_never_refused(actor: Actor) -> None:
    """A locked robot is told, even so; that it will not is its own word."""
    await actor.act("emergency_lock")
    await actor.setting.until(lambda: _activity(actor, "locked"))
    error = await actor.error("write_pin", peripheral="Water", value=0)
    assert error.translation_key == "robot_refused"
    assert actor.commands[-1] == celery_script.write_pin(WATER(actor), 0, 0)


async def test_busy(actor: Actor) -> None:
    """What moves waits a moment for the end of what is under way, then is refused."""
    actor.robot.state.busy = True
    actor.robot.tell()
    await actor.setting.until(lambda: _busy(actor))
    for action, fields in MOVING:
        assert await actor.refusal(action, **fields) == "robot_busy", action


async def test_busy_but_only_just(actor: Actor) -> None:
    """That a robot is idle again may be told after its reply, and does no harm."""
    actor.robot.state.busy = True
    actor.robot.tell()
    await actor.setting.until(lambda: _busy(actor))
    moving = actor.begin("move", x=10)
    await asyncio.sleep(0)
    actor.robot.state.busy = False
    actor.robot.tell()
    await actor.setting.until(moving.done)
    moving.result()
    assert actor.commands == [celery_script.move(10.0)]


async def test_locked_while_busy(actor: Actor) -> None:
    """Who waits for the robot to become idle hears that it was stopped instead."""
    actor.robot.state.busy = True
    actor.robot.tell()
    await actor.setting.until(lambda: _busy(actor))
    moving = actor.begin("move", x=10)
    await asyncio.sleep(0)
    actor.robot.state.busy = False
    actor.robot.machine.lock()
    await actor.setting.until(moving.done)
    error = moving.exception()
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "robot_locked"
    assert actor.commands == []


def _activity(actor: Actor, name: str) -> bool:
    return bool(getattr(actor.setting.account.data["activity"], name))


@pytest.mark.parametrize("odd", [nan, inf, -inf, "nan", "inf"])
async def test_no_number(actor: Actor, odd: float | str) -> None:
    """Infinity and what is not a number get nowhere."""
    calls: list[tuple[str, dict[str, Any]]] = [
        *(("move", {axis: odd}) for axis in "xyz"),
        ("move", {"x": 1, "speed": odd}),
        ("set_servo_angle", {"pin": 4, "angle": odd}),
        ("write_pin", {"pin": 4, "value": odd}),
        ("write_pin", {"pin": odd, "value": 1}),
        ("run_sequence", {"sequence": "Rest", "timeout": odd}),
        ("water_plants", {"plants": [odd]}),
        ("add_point", {"type": "plant", "x": odd, "y": 1}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "radius": odd}),
        ("update_point", {"point_id": 1, "z": odd}),
        ("remove_point", {"points": [odd]}),
        ("search_points", {"x": 1, "y": 1, "within": odd}),
        ("add_sensor_reading", {"pin": 5, "value": odd}),
        ("search_logs", {"x": odd}),
    ]
    for action, fields in calls:
        with pytest.raises(vol.Invalid):
            await actor.act(action, **fields)
    assert actor.heard == []


BAD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("move", {"x": 1, "speed": 0}),
    ("move", {"x": 1, "speed": 101}),
    ("find_home", {"axis": "a"}),
    ("read_pin", {"pin": 70}),
    ("read_pin", {"pin": -1}),
    # To take another pin than the one that was meant could hurt.
    ("read_pin", {"pin": 7.9}),
    ("read_pin", {"pin": True}),
    ("read_pin", {"pin": 5, "sensor": "Soil moisture"}),
    ("write_pin", {"pin": 5, "value": 256}),
    ("write_pin", {"pin": 5, "value": -1}),
    ("write_pin", {"pin": 5, "value": 0.6}),
    ("write_pin", {"pin": 5}),
    ("write_pin", {"pin": 5, "peripheral": "Water", "value": 1}),
    ("write_pin", {"sensor": "Soil moisture", "value": 1}),
    ("set_servo_angle", {"pin": 7, "angle": 1}),
    ("set_servo_angle", {"pin": 4, "angle": 181}),
    ("set_servo_angle", {"pin": 4, "angle": -1}),
    ("run_sequence", {}),
    ("run_sequence", {"sequence": ""}),
    ("run_sequence", {"sequence": None}),
    ("run_sequence", {"sequence": "\ud800"}),
    ("run_sequence", {"sequence": "Rest", "variables": ["x"]}),
    ("run_sequence", {"sequence": "Rest", "timeout": 9}),
    ("run_sequence", {"sequence": "Rest", "timeout": 86_401}),
    ("water_plants", {"plants": []}),
    ("water_plants", {"plants": [1] * 1001}),
    ("water_plants", {"plants": [True]}),
    ("water_plants", {"plants": [0]}),
    ("water_plants", {"plants": [1], "crop": "tomato"}),
    ("send_message", {"message": ""}),
    ("send_message", {"message": "x" * 301}),
    ("send_message", {"message": "\ud800"}),
    ("send_message", {"message": "x", "type": "loud"}),
    # The vendor's banner: an advertisement on top of its web app.
    ("send_message", {"message": "x", "channels": ["ticker"]}),
    ("emergency_lock", {"wait": True}),
)


@pytest.mark.parametrize(("action", "fields"), BAD)
async def test_bad_fields(actor: Actor, action: str, fields: dict[str, Any]) -> None:
    """What a field cannot take is refused before anything goes out."""
    with pytest.raises(vol.Invalid):
        await actor.act(action, **fields)
    assert actor.heard == []


REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("move", {}, "nowhere_to_move"),
    ("move", {"speed": 50}, "nowhere_to_move"),
    ("move", {"x": 2902}, "out_of_reach"),
    ("move", {"x": -2}, "out_of_reach"),
    ("move", {"z": 2}, "out_of_reach"),
    ("move", {"z": -552}, "out_of_reach"),
    ("move", {"x": 1, "y": 1e300}, "out_of_reach"),
    ("move", {"x": -2, "relative": True}, "out_of_reach"),
    ("read_pin", {}, "which_pin"),
    ("write_pin", {"value": 1}, "which_pin"),
    ("toggle_pin", {}, "which_pin"),
    ("read_pin", {"sensor": "Water"}, "no_such_sensor"),
    ("read_pin", {"peripheral": "Soil moisture"}, "no_such_peripheral"),
    ("write_pin", {"peripheral": 999_999, "value": 1}, "no_such_peripheral"),
    ("write_pin", {"peripheral": "Water", "value": 2}, "pin_value"),
    ("write_pin", {"pin": 5, "value": 2}, "pin_value"),
    ("write_pin", {"pin": 5, "value": 2, "mode": "digital"}, "pin_value"),
    ("run_sequence", {"sequence": "Dance"}, "no_such_sequence"),
    ("run_sequence", {"sequence": 0}, "no_such_sequence"),
    ("run_sequence", {"sequence": True}, "no_such_sequence"),
    ("run_sequence", {"sequence": 1.5}, "no_such_sequence"),
    ("run_sequence", {"sequence": "9" * 250}, "no_such_sequence"),
    (
        "run_sequence",
        {"sequence": "Rest", "variables": {"speed": 1}},
        "variable_unknown",
    ),
    (
        "run_sequence",
        {"sequence": "Sow", "variables": {"depth": "deep"}},
        "variable_takes_number",
    ),
    (
        "run_sequence",
        {"sequence": "Sow", "variables": {"location": {"x": 2902, "y": 0, "z": 0}}},
        "out_of_reach",
    ),
    (
        "run_sequence",
        {"sequence": "Sow", "variables": {"location": "Nowhere"}},
        "variable_not_found",
    ),
    ("mount_tool", {"tool": "Hammer"}, "no_such_tool"),
    ("dismount_tool", {}, "no_tool_mounted"),
    ("water_plants", {}, "which_plants"),
    ("water_plants", {"plants": [999_999]}, "no_such_plant"),
    ("water_plants", {"group": "Fruit"}, "no_such_group"),
    ("water_plants", {"group": "Active weeds"}, "no_plants"),
    ("water_plants", {"crop": "cactus"}, "no_plants"),
)


@pytest.mark.parametrize(("action", "fields", "key"), REFUSED)
async def test_refused(
    actor: Actor, action: str, fields: dict[str, Any], key: str
) -> None:
    """What is unsafe or impossible is refused in words, and nothing goes out."""
    assert await actor.refusal(action, **fields) == key


# Movement.


async def test_move(actor: Actor) -> None:
    """The robot is there when the action ends."""
    await actor.act("move", x=300, y=200, z=-50)
    assert actor.robot.state.position == {"x": 300, "y": 200, "z": -50}
    await actor.setting.until(lambda: _position(actor) == (300, 200, -50))
    await actor.act("move", x=-100, relative=True)
    assert actor.robot.state.position["x"] == 200


def _position(actor: Actor) -> tuple[Any, ...]:
    position = actor.setting.account.data["position"]
    return tuple(getattr(position, axis) for axis in "xyz")


async def test_move_relative_beyond_the_end(actor: Actor) -> None:
    """Distances count from where the robot is."""
    await actor.act("move", x=2800)
    await actor.setting.until(lambda: _position(actor)[0] == 2800)
    assert await actor.refusal("move", x=102, relative=True) == "out_of_reach"
    await actor.act("move", x=100, relative=True)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [({}, 300.0), ({"speed": 100}, 300.0), ({"speed": 10}, 3000.0)],
)
async def test_patience_with_movements(
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
    fields: dict[str, Any],
    seconds: float,
) -> None:
    """The slower the robot is to move, the longer it is waited for."""
    send = AsyncMock()
    monkeypatch.setattr(robot_services, "send", send)
    await actor.act("move", x=1, **fields)
    assert send.await_args is not None
    assert send.await_args.kwargs == {"timeout": seconds}


async def test_move_without_waiting(actor: Actor) -> None:
    """The action ends while the robot is still on its way."""
    actor.robot.machine.pace = 0.01
    for action, fields in (
        ("move", {"x": 2900}),
        ("find_home", {}),
        ("go_home", {}),
    ):
        actor.robot.state.position["x"] = 1500
        await actor.act(action, **fields, wait=False)
        assert actor.robot.state.busy
        await actor.act("emergency_lock")
        await actor.act("emergency_unlock")
        await actor.setting.until(
            lambda: not _activity(actor, "busy") and not _activity(actor, "locked")
        )


async def test_refusal_of_what_is_not_waited_for(actor: Actor) -> None:
    """A robot that says no at once is heard even so."""
    actor.robot.machine.fail_next = "Movement failed"
    error = await actor.error("move", x=2000, wait=False)
    assert error.translation_key == "robot_refused"
    assert error.translation_placeholders == {"reason": "Movement failed"}


async def test_failure(actor: Actor) -> None:
    """What the robot says of its failure is passed on."""
    actor.robot.machine.fail_next = "Movement failed"
    error = await actor.error("move", x=2000)
    assert error.translation_key == "robot_refused"
    assert error.translation_placeholders == {"reason": "Movement failed"}


# Pins.


async def test_read_pin(actor: Actor) -> None:
    """The answer is what the robot read, also when it reads the same again."""
    first = await actor.act("read_pin", sensor="Soil moisture")
    assert first == {
        "pin": 59,
        "value": actor.robot.state.pins["59"]["value"],
        "mode": "analog",
    }
    assert await actor.act("read_pin", sensor="Soil moisture") == first
    assert await actor.act("read_pin", pin=5) == {
        "pin": 5,
        "value": 0,
        "mode": "digital",
    }


async def test_read_pin_that_changed(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is the new value, not the one that was known."""
    values = iter((11, 12, 13))
    monkeypatch.setattr(Machine, "_measured", lambda *_: next(values))
    answers = [await actor.act("read_pin", sensor="Soil moisture") for _ in range(3)]
    assert [one["value"] for one in answers] == [11, 12, 13]


async def test_read_pin_that_is_not_told(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A robot that says that it read but not what is an error."""
    monkeypatch.setattr(Machine, "read_pin", lambda *_, **__: 0)
    error = await actor.error("read_pin", pin=40)
    assert error.translation_key == "pin_not_told"


async def test_what_is_written_shows_at_once(actor: Actor) -> None:
    """Before the robot tells it."""
    await actor.act("write_pin", peripheral="Grow light", value=99)
    pin = actor.setting.account.data["pins/12"]
    assert (getattr(pin, "value", None), getattr(pin, "mode", None)) == (99, 1)


async def test_what_is_connected_nowhere(acting: Acting, clock: ManualClock) -> None:
    """A peripheral without a pin cannot be switched."""
    world = standard(1, clock)
    world.build("peripherals", label="Loose", pin=None, mode=0)
    actor = await acting(world)
    assert await actor.refusal("toggle_pin", peripheral="Loose") == "not_connected"


async def test_names_that_two_have(acting: Acting, clock: ManualClock) -> None:
    """It is not guessed which one is meant; the id tells."""
    world = standard(1, clock)
    twin = world.build("peripherals", label="water", pin=33, mode=0)
    world.build("peripherals", label="WATER", pin=34, mode=0)
    world.build("peripherals", label="Water", pin=35, mode=0)
    actor = await acting(world)
    for name in ("Water", "wAtEr"):
        key = await actor.refusal("toggle_pin", peripheral=name)
        assert key == "ambiguous_name"
    # Written exactly as one of them it is clear.
    await actor.act("toggle_pin", peripheral="water")
    assert actor.commands == [
        celery_script.toggle_pin(
            celery_script.named_pin("Peripheral", cast(int, twin["id"]))
        )
    ]


# Sequences.


async def test_run_sequence(actor: Actor) -> None:
    """Waited for, the answer says that it has finished and how long that took."""
    actor.robot.state.position["x"] = 800
    actor.robot.machine.pace = 5
    answer = await actor.act("run_sequence", sequence="Rest", wait=True)
    assert answer["name"] == "Rest"
    assert answer["sequence_id"] == actor.id_of("sequences", "Rest")
    assert answer["finished"] is True
    assert 1 < answer["seconds"] < 10
    assert actor.robot.state.position["x"] == 0


async def test_run_sequence_without_waiting(actor: Actor) -> None:
    """A sequence that takes longer is left to the robot; one that fails at once is an error."""
    actor.robot.state.position["x"] = 800
    actor.robot.machine.pace = 0.1
    answer = await actor.act("run_sequence", sequence="Rest")
    assert answer["finished"] is False
    assert 3 <= answer["seconds"] < 5
    assert actor.robot.state.busy


async def test_run_sequence_that_fails(actor: Actor) -> None:
    """With or without waiting."""
    for wait in (True, False):
        actor.robot.state.position["x"] = 800
        actor.robot.machine.fail_next = "Stalled"
        error = await actor.error("run_sequence", sequence="Rest", wait=wait)
        assert error.translation_key == "robot_refused"
        assert error.translation_placeholders == {"reason": "Stalled"}
        await actor.setting.until(lambda: not _busy(actor))


async def test_run_sequence_that_takes_too_long(actor: Actor) -> None:
    """Who waits no longer than so many seconds hears that it still runs."""
    actor.robot.state.position["x"] = 800
    actor.robot.machine.pace = 0.1
    answer = await actor.act("run_sequence", sequence="Rest", wait=True, timeout=10)
    assert answer["finished"] is False
    assert 10 <= answer["seconds"] < 13


async def test_run_sequence_with_variables(actor: Actor) -> None:
    """They arrive, and the robot does what they say."""
    await actor.act(
        "run_sequence",
        sequence="Sow",
        variables={"LOCATION": {"x": 500, "y": 400, "z": -100}, "depth": -20},
        wait=True,
    )
    assert actor.commands == [
        celery_script.execute(
            actor.id_of("sequences", "Sow"),
            {
                "location": celery_script.coordinate(500.0, 400.0, -100.0),
                "depth": celery_script.numeric(-20.0),
            },
        )
    ]
    assert actor.robot.state.position == {"x": 500, "y": 400, "z": -120}


async def test_run_sequence_without_what_it_needs(
    acting: Acting, clock: ManualClock
) -> None:
    """A variable without a default has to be given."""
    world = standard(1, clock)
    wanting = steps.parameter("Depth", steps.node("number_placeholder"))
    sequence(world, "Dig", [], [wanting])
    actor = await acting(world)
    assert await actor.refusal("run_sequence", sequence="Dig") == "variable_missing"
    answer = await actor.act("run_sequence", sequence="Dig", variables={"Depth": 3})
    assert answer["finished"] is True


async def test_same_sequence_twice(acting: Acting, clock: ManualClock) -> None:
    """Two sequences of one name are told apart by their ids."""
    world = standard(1, clock)
    twin = sequence(world, "Rest", [])
    actor = await acting(world)
    assert await actor.refusal("run_sequence", sequence="Rest") == "ambiguous_name"
    await actor.act("run_sequence", sequence=twin["id"])
    assert actor.commands == [celery_script.execute(cast(int, twin["id"]))]


# Tools.


async def _holding(acting: Acting, clock: ManualClock) -> Actor:
    """Return a robot that has the seeder mounted."""
    world = standard(1, clock)
    tool = next(row["id"] for row in world.rows("tools") if row["name"] == "Seeder")
    world.device["mounted_tool_id"] = tool
    return await acting(world)


async def test_mount_and_dismount(actor: Actor) -> None:
    """A tool is fetched and put back; one after the other, as an automation does it."""
    seeder, weeder = (actor.id_of("tools", name) for name in ("Seeder", "Weeder"))
    mounted = []
    calls: list[tuple[str, dict[str, Any]]] = [
        ("mount_tool", {"tool": "Seeder"}),
        ("dismount_tool", {}),
        ("mount_tool", {"tool": weeder}),
    ]
    for action, fields in calls:
        await actor.act(action, **fields)
        mounted.append(actor.world.device["mounted_tool_id"])
    assert mounted == [seeder, None, weeder]
    assert actor.commands == [
        celery_script.mount_tool("Seeder"),
        celery_script.dismount_tool(),
        celery_script.mount_tool("Weeder"),
    ]


async def test_mount_beside_another(acting: Acting, clock: ManualClock) -> None:
    """The robot would say yes and do nothing."""
    actor = await _holding(acting, clock)
    assert await actor.refusal("mount_tool", tool="Weeder") == "tool_mounted"


async def test_tools_that_cannot_be_fetched(acting: Acting, clock: ManualClock) -> None:
    """One has no slot, one has no name."""
    world = standard(1, clock)
    world.build("tools", name="Rake")
    nameless = world.build("tools", name=None)
    actor = await acting(world)
    assert await actor.refusal("mount_tool", tool="Rake") == "tool_without_slot"
    key = await actor.refusal("mount_tool", tool=nameless["id"])
    assert key == "tool_without_name"


@pytest.mark.parametrize(
    ("slot", "key"),
    [
        ({"pullout_direction": 0}, "slot_without_direction"),
        ({"pullout_direction": None}, "slot_without_direction"),
        ({"gantry_mounted": True}, "slot_on_gantry"),
        ({"x": 2_980.0, "pullout_direction": 1}, "out_of_reach"),
        ({"x": 20.0, "pullout_direction": 2}, "out_of_reach"),
        ({"y": 9_000.0}, "out_of_reach"),
        ({"z": 400.0}, "out_of_reach"),
        ({"z": None}, "slot_without_place"),
        ({"tool_id": None}, "tool_without_slot"),
        ({"pointer_type": "Plant"}, "tool_without_slot"),
    ],
)
async def test_slots_that_the_robot_does_not_get_to(
    acting: Acting, clock: ManualClock, slot: Record, key: str
) -> None:
    """The robot would say yes and do nothing, or stop halfway: neither fetching nor putting back."""
    world = standard(1, clock)
    tool = next(row["id"] for row in world.rows("tools") if row["name"] == "Seeder")
    place = next(row for row in world.rows("points") if row.get("tool_id") == tool)
    place.update(slot)
    actor = await acting(world)
    assert await actor.refusal("mount_tool", tool="Seeder") == key
    world.change("device", world.number, mounted_tool_id=tool)
    await actor.setting.until(
        lambda: (
            (mounted := actor.setting.account.record("mounted_tool", MountedTool))
            is not None
            and mounted.tool_id == tool
        )
    )
    assert await actor.refusal("dismount_tool") == key


async def test_tools_of_one_name(acting: Acting, clock: ManualClock) -> None:
    """The robot only hears the name, and would take another tool than the one with the id."""
    world = standard(1, clock)
    twin = world.build("tools", name="Seeder")
    actor = await acting(world)
    assert await actor.refusal("mount_tool", tool=twin["id"]) == "ambiguous_name"


async def test_a_tool_that_nobody_knows_stays(
    acting: Acting, clock: ManualClock
) -> None:
    """The robot's program would stumble over a tool that is not in its list."""
    world = standard(1, clock)
    world.device["mounted_tool_id"] = 999_999
    actor = await acting(world)
    assert await actor.refusal("dismount_tool") == "mounted_tool_unknown"


@pytest.mark.parametrize(
    ("action", "fields", "key"),
    [
        ("mount_tool", {"tool": "Seeder"}, "tool_not_mounted"),
        ("dismount_tool", {}, "tool_not_dismounted"),
    ],
)
async def test_the_robot_says_yes_and_does_nothing(
    acting: Acting,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    fields: dict[str, Any],
    key: str,
) -> None:
    """It finishes without an error when the tool's contacts do not meet: only its log tells."""
    monkeypatch.setattr(celery_script, action, lambda *_: celery_script.read_status())
    dismounting = action == "dismount_tool"
    actor = (
        await _holding(acting, clock)
        if dismounting
        else await acting(standard(1, clock))
    )
    error = await actor.error(action, **fields)
    assert error.translation_key == key
    # Who does not wait for the end does not hear of it.
    await actor.act(action, **fields, wait=False)


async def test_dismount_what_nobody_knows(actor: Actor) -> None:
    """As long as it is not known whether a tool is mounted, the robot may try."""
    account: FarmBotCoordinator = actor.setting.account
    del account.data["mounted_tool"]
    error = await actor.error("dismount_tool")
    assert error.translation_key == "robot_refused"
    assert actor.commands == [celery_script.dismount_tool()]


@pytest.mark.parametrize("name", ['") os.exit("', "Düse ☂", "a\\", "]]--"])
async def test_names_of_tools_are_no_code(
    acting: Acting, clock: ManualClock, name: str
) -> None:
    """Whatever a tool is called, the robot gets that text and nothing else."""
    world = standard(1, clock)
    world.change("tools", cast(int, world.rows("tools")[0]["id"]), name=name)
    actor = await acting(world)
    await actor.act("mount_tool", tool=name)
    assert actor.world.device["mounted_tool_id"] == actor.id_of("tools", name)


# Watering.


async def test_water_plants(actor: Actor) -> None:
    """Those that are named, each once; the answer says which."""
    first, second, *_ = actor.ids_of("tomato")
    answer = await actor.act(
        "water_plants", plants=[second, str(first), second], wait=True
    )
    assert answer["plants"] == [second, first]
    assert answer["finished"] is True
    assert actor.commands == [celery_script.water([second, first])]
    places = [(one.x, one.y) for one in actor.world.watered]
    assert places == [
        (plant["x"], plant["y"])
        for plant in (actor.world.tables["points"][one] for one in (second, first))
    ]


async def test_water_a_group(actor: Actor) -> None:
    """In the order in which the robot would visit it."""
    answer = await actor.act("water_plants", group="All lettuce")
    rows = [actor.world.tables["points"][one] for one in answer["plants"]]
    assert sorted(answer["plants"]) == actor.ids_of("lettuce")
    places = [(number(row["y"], -1), number(row["x"], -1)) for row in rows]
    assert places == sorted(places)


async def test_water_a_crop(actor: Actor) -> None:
    """Only what grows: neither what is only planned nor what was harvested."""
    answer = await actor.act("water_plants", crop="LETTUCE")
    stages = {
        actor.world.tables["points"][one]["plant_stage"] for one in answer["plants"]
    }
    assert stages == {"active", "sprouted"}
    assert await actor.refusal("water_plants", crop="carrot") == "no_plants"


async def test_water_what_is_no_plant(actor: Actor) -> None:
    """All that are not plants are named."""
    weeds = [row for row in actor.world.rows("points") if row["pointer_type"] == "Weed"]
    ids = [cast(int, row["id"]) for row in weeds[:2]]
    error = await actor.error("water_plants", plants=[*ids, *actor.ids_of("kale")])
    assert error.translation_key == "no_such_plant"
    assert error.translation_placeholders == {"name": f"{ids[0]}, {ids[1]}"}


@pytest.mark.parametrize(
    "odd",
    [{"planted_at": None}, {"water_curve_id": None}, {"water_curve_id": 999_999}],
)
@pytest.mark.parametrize(
    "wanted", [{"crop": "tomato"}, {"plants": []}, {"group": "Thirsty ones"}]
)
async def test_plants_that_the_robot_passes_over(
    acting: Acting, clock: ManualClock, odd: Record, wanted: dict[str, Any]
) -> None:
    """Watering some and saying that all are would be half a truth: it is refused before it begins."""
    world = standard(1, clock)
    rows = [row for row in world.rows("points") if row.get("openfarm_slug") == "tomato"]
    ids = [cast(int, row["id"]) for row in rows]
    rows[1].update(odd)
    world.build("point_groups", name="Thirsty ones", point_ids=[*ids], criteria={})
    actor = await acting(world)
    fields = {"plants": ids} if "plants" in wanted else wanted
    error = await actor.error("water_plants", **fields)
    assert error.translation_key == "plants_passed_over"
    assert error.translation_placeholders == {"name": str(ids[1])}
    assert actor.commands == []


# The rest.


async def test_photo(actor: Actor) -> None:
    """The photo is among the images later."""
    before = len(actor.world.rows("images"))
    await actor.act("take_photo")
    await actor.setting.until(lambda: len(actor.world.rows("images")) == before + 1)


async def test_message(actor: Actor) -> None:
    """It is in the robot's log, of its type and for its channels."""
    await actor.act("send_message", message="Hi", type="success", channels="toast")
    written = actor.world.rows("logs")[-1]
    assert (written["message"], written["type"]) == ("Hi", "success")
    assert written["channels"] == ["toast"]
