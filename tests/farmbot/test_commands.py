"""Commands fail in words, and in time."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest

from custom_components.habitat.farmbot import commands
from custom_components.habitat.farmbot.client import broker, celery_script
from custom_components.habitat.farmbot.client.models import FirmwareConfig
from custom_components.habitat.farmbot.client.status import Axes
from custom_components.habitat.farmbot.coordinator import FarmBotCoordinator
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from custom_components.habitat.simulator.farmbot.demo import standard
from custom_components.habitat.simulator.farmbot.robot import Robot
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .acting import Acting, Actor, said_in_words

ALL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("emergency_lock", {}),
    ("emergency_unlock", {}),
    ("move", {"x": 1}),
    ("find_home", {}),
    ("go_home", {}),
    ("read_pin", {"pin": 5}),
    ("write_pin", {"pin": 5, "value": 1}),
    ("toggle_pin", {"pin": 5}),
    ("set_servo_angle", {"pin": 4, "angle": 10}),
    ("run_sequence", {"sequence": "Rest"}),
    ("mount_tool", {"tool": "Seeder"}),
    ("water_plants", {"crop": "tomato"}),
    ("take_photo", {}),
    ("send_message", {"message": "Hello"}),
)
"""What the robot is told."""

SECONDS = 8.0
"""In which who commands a robot that is gone hears of it."""
AT_ONCE = 2.0
"""Seconds in which nobody can have waited for a robot's answer."""


async def timed(actor: Actor, action: str, **fields: Any) -> tuple[str, float]:
    """Return the key of the error that an action ends in, and after how many seconds."""
    clock = actor.setting.hass.loop.time
    began = clock()
    error = await actor.error(action, **fields)
    assert not isinstance(error, ServiceValidationError)
    return str(error.translation_key), clock() - began


@pytest.mark.parametrize(("action", "fields"), ALL)
async def test_offline(actor: Actor, action: str, fields: dict[str, Any]) -> None:
    """A robot that went away is found out within seconds."""
    actor.robot.online = False
    key, seconds = await timed(actor, action, **fields)
    assert key == "robot_offline"
    assert seconds < SECONDS


async def test_known_to_be_offline(actor: Actor) -> None:
    """Then nothing but the emergency stop and its end is sent, and nobody waits."""
    actor.robot.online = False
    await timed(actor, "take_photo")
    assert actor.setting.account.connectivity.online is False
    sent = actor.setting.cloud.said("from_clients")
    for action, fields in ALL:
        if action not in ("emergency_lock", "emergency_unlock"):
            key, seconds = await timed(actor, action, **fields)
            assert key == "robot_offline"
            assert seconds < AT_ONCE
    assert actor.setting.cloud.said("from_clients") == sent
    key, seconds = await timed(actor, "emergency_lock")
    assert key == "robot_offline"
    assert seconds < SECONDS
    await actor.setting.until(
        lambda: actor.setting.cloud.said("from_clients") == sent + 1
    )


async def test_going_away_meanwhile(actor: Actor) -> None:
    """Who waits for a sequence of an hour hears after a minute or so that the robot is gone."""
    actor.robot.machine.pace = 0.001
    actor.robot.state.position["x"] = 800
    running = actor.begin("run_sequence", sequence="Rest", wait=True)
    await actor.setting.until(lambda: actor.robot.state.busy)
    actor.robot.online = False
    seconds = 0
    while not running.done() and seconds < 90:
        await actor.setting.live(5, step=5)
        seconds += 5
    error = running.exception()
    assert isinstance(error, HomeAssistantError)
    assert error.translation_key == "robot_offline"
    said_in_words(error)


async def test_coming_back(actor: Actor) -> None:
    """After that it is commanded again, as soon as it is heard."""
    actor.robot.online = False
    await timed(actor, "take_photo")
    actor.robot.online = True
    await actor.setting.until(lambda: actor.setting.account.connectivity.online is True)
    await actor.act("take_photo")


@pytest.mark.parametrize(("action", "fields"), ALL)
async def test_no_broker(
    acting: Acting, clock: ManualClock, action: str, fields: dict[str, Any]
) -> None:
    """Without the broker every command is refused at once."""
    actor = await acting(standard(1, clock), NoBroker())
    key, seconds = await timed(actor, action, **fields)
    assert key == "broker_not_connected"
    assert seconds < AT_ONCE


async def test_broker_lost_meanwhile(actor: Actor) -> None:
    """Who waits for a reply hears at once that none will come."""
    actor.robot.machine.pace = 0.001
    actor.robot.state.position["x"] = 800
    running = actor.begin("run_sequence", sequence="Rest", wait=True)
    await actor.setting.until(lambda: actor.robot.state.busy)
    await actor.setting.cloud.broker.stop()
    await actor.setting.until_real(running.done)
    error = running.exception()
    assert isinstance(error, HomeAssistantError)
    assert error.translation_key == "broker_not_connected"
    said_in_words(error)


async def test_what_was_known_before_the_loss_refuses_nothing(actor: Actor) -> None:
    """Nobody knows whether a robot is still busy that cannot be heard: its absence is told."""
    actor.robot.state.busy = True
    actor.robot.tell()
    await actor.setting.until(
        lambda: getattr(actor.setting.account.data["activity"], "busy", None) is True
    )
    await actor.setting.broker_lost()
    key, seconds = await timed(actor, "move", x=1)
    assert key == "broker_not_connected"
    assert seconds < AT_ONCE


async def test_silent(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A robot that is there but does not reply is told from one that is gone."""
    monkeypatch.setattr(Robot, "_reply", lambda *_: None)
    key, seconds = await timed(actor, "send_message", message="Hello")
    assert key == "robot_silent"
    assert broker.REPLY_TIMEOUT <= seconds < broker.REPLY_TIMEOUT + 2


async def test_what_is_left_to_a_silent_robot(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes a while is no error when the robot does not reply at once."""
    monkeypatch.setattr(Robot, "_reply", lambda *_: None)
    assert not (await actor.act("run_sequence", sequence="Rest"))["finished"]


async def test_secrets_in_reasons(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The robot's own words are shown, but not the account's secrets in them."""
    secret = actor.setting.cloud.password
    actor.robot.machine.fail_next = f"Login {secret} failed"
    error = await actor.error("move", x=500)
    assert error.translation_key == "robot_refused"
    assert secret not in said_in_words(error)
    assert "Login" in said_in_words(error)


# What the axes reach.


def reaching(account: FarmBotCoordinator, **fields: float | bool | None) -> None:
    """Set the lengths of the axes, in steps, and their directions."""
    account.data["firmware_config"] = FirmwareConfig(
        id=1,
        movement_step_per_mm_x=5.0,
        movement_step_per_mm_y=5.0,
        movement_step_per_mm_z=25.0,
        **cast(dict[str, Any], fields),
    )


def key_of(ask: Callable[[], None]) -> str | None:
    """Return the key of a refusal, or None."""
    try:
        ask()
    except ServiceValidationError as error:
        said_in_words(error)
        return str(error.translation_key)
    return None


async def test_reach(actor: Actor) -> None:
    """Upwards of home or downwards of it, with a millimetre to spare."""
    account = actor.setting.account
    reaching(
        account,
        movement_axis_nr_steps_x=5000.0,
        movement_axis_nr_steps_z=12_500.0,
        movement_home_up_z=True,
    )
    for target, key in (
        ({"x": 0.0}, None),
        ({"x": 1001.0}, None),
        ({"x": 1001.1}, "out_of_reach"),
        ({"x": -1.0}, None),
        ({"x": -1.1}, "out_of_reach"),
        ({"z": -501.0}, None),
        ({"z": -501.1}, "out_of_reach"),
        ({"z": 1.1}, "out_of_reach"),
        # How long Y is nobody knows.
        ({"y": 1e9}, None),
        ({"y": float("nan")}, "no_number"),
        ({"x": float("inf")}, "no_number"),
        ({"x": None, "y": None, "z": None}, None),
    ):
        found = key_of(partial(commands.validate_within_bounds, account, **target))
        assert found == key, target


async def test_reach_in_words(actor: Actor) -> None:
    """The error says what the axis can do."""
    reaching(actor.setting.account, movement_axis_nr_steps_x=5000.0)
    with pytest.raises(ServiceValidationError) as caught:
        commands.validate_within_bounds(actor.setting.account, x=1500.5)
    assert caught.value.translation_placeholders == {
        "axis": "X",
        "low": "0",
        "high": "1000",
        "value": "1500.5",
    }


async def test_reach_by_distances(actor: Actor) -> None:
    """They need a place to count from."""
    account = actor.setting.account
    reaching(account, movement_axis_nr_steps_x=5000.0)

    def ask() -> None:
        commands.validate_within_bounds(account, relative=True, x=600.0)

    account.data["position"] = Axes(x=400.0, y=None, z=None)
    assert key_of(ask) is None
    account.data["position"] = Axes(x=402.0, y=None, z=None)
    assert key_of(ask) == "out_of_reach"
    account.data["position"] = Axes(x=None, y=None, z=None)
    assert key_of(ask) == "position_unknown"
    del account.data["position"]
    assert key_of(ask) == "position_unknown"
    # Without a length there is nothing to judge.
    del account.data["firmware_config"]
    assert key_of(ask) is None


async def test_commands_do_not_wait_for_each_other(actor: Actor) -> None:
    """A message goes out while a movement is under way."""
    actor.robot.machine.pace = 0.001
    moving = actor.begin("move", x=2000)
    await actor.setting.until(lambda: actor.robot.state.busy)
    await actor.act("send_message", message="Hello")
    assert not moving.done()
    moving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await moving
    assert actor.commands == [
        celery_script.move(2000.0),
        celery_script.send_message("Hello"),
    ]
