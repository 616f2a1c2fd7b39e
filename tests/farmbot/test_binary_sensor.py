"""FarmBot's binary sensors."""

import pytest

from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.farmbot.world import stamp
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from tests.support.common import NOW, tick
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting


@pytest.mark.parametrize(
    ("name", "value", "key", "shown"),
    [
        ("busy", True, "busy", STATE_ON),
        ("locked", True, "emergency_stop", STATE_ON),
        ("axes", {"x": "idle", "y": "crawl", "z": "idle"}, "moving", STATE_ON),
        ("axes", {"x": "idle", "y": "idle", "z": "idle"}, "moving", STATE_OFF),
        ("axes", {"x": "unknown", "y": "idle", "z": "idle"}, "moving", STATE_UNKNOWN),
        ("axes", {"x": "idle", "y": "odd", "z": "idle"}, "moving", STATE_UNKNOWN),
        ("axes", {"x": "crawl", "y": "odd", "z": "idle"}, "moving", STATE_ON),
        ("axes", {"x": "odd"}, "moving", STATE_UNKNOWN),
        ("throttled", "0x50001", "under_voltage", STATE_ON),
        ("throttled", "0x50002", "under_voltage", STATE_OFF),
        ("throttled", "0x2", "throttled_cpu", STATE_ON),
        ("throttled", "0x4", "throttled_cpu", STATE_ON),
        ("throttled", "0x50009", "throttled_cpu", STATE_OFF),
        ("throttled", "nonsense", "under_voltage", STATE_UNKNOWN),
    ],
)
async def test_status(
    name: str,
    value: object,
    key: str,
    shown: str,
    all_enabled: None,
    garden: Setting,
) -> None:
    """What the robot says of itself is shown as it says it, and not while it is away."""
    state = garden.cloud.robot.state
    # Something else first, so that what is asked for is a change.
    state.throttled, state.axes["z"] = "0x7", "cruise"
    garden.cloud.robot.tell()
    await garden.until_shown("under_voltage", STATE_ON, "binary_sensor")
    await garden.until_shown("moving", STATE_ON, "binary_sensor")
    state.axes["z"] = "idle"
    setattr(state, name, value)
    garden.cloud.robot.tell()
    await garden.until_shown(key, shown, "binary_sensor")
    await garden.lose_robot()
    assert garden.value(key, "binary_sensor") == STATE_UNAVAILABLE


async def test_connected(garden: Setting) -> None:
    """The robot is connected while it answers at the broker; going and returning shows."""
    assert garden.value("connected", "binary_sensor") == STATE_ON
    assert garden.value("message_broker", "binary_sensor") == STATE_ON
    await garden.lose_robot()
    assert garden.value("connected", "binary_sensor") == STATE_OFF
    garden.cloud.robot.online = True
    await garden.until_shown("connected", STATE_ON, "binary_sensor")


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        (stamp(NOW), STATE_ON),
        (stamp(NOW - 7200), STATE_OFF),
        (None, STATE_UNKNOWN),
        # Of a clock that is wrong nobody can say.
        (stamp(NOW + 86_400), STATE_UNKNOWN),
    ],
)
async def test_connected_without_broker(
    seen: Json, shown: str, hass: HomeAssistant, garden: Setting
) -> None:
    """Without the broker the server's word counts: the robot was there within 45 minutes."""
    number = garden.cloud.world.number
    await garden.broker_lost()
    garden.cloud.world.quietly("device", number, last_saw_api=seen)
    await tick(hass, garden.freezer, 400)
    await garden.poll()
    assert garden.value("message_broker", "binary_sensor") == STATE_OFF
    assert garden.value("connected", "binary_sensor") == shown


async def test_long_silence(hass: HomeAssistant, garden: Setting) -> None:
    """A robot that does not show itself at the server for too long is gone."""
    await garden.broker_lost()
    await tick(hass, garden.freezer, 400)
    garden.cloud.world.quietly(
        "device", garden.cloud.world.number, last_saw_api=stamp(NOW)
    )
    await garden.poll(7)
    assert garden.value("connected", "binary_sensor") == STATE_ON
    await garden.poll(2)
    assert garden.value("connected", "binary_sensor") == STATE_OFF


async def test_log_throttled(
    all_enabled: None, hass: HomeAssistant, garden: Setting
) -> None:
    """That the log is throttled ends at its time by itself."""
    assert garden.value("log_throttled", "binary_sensor") == STATE_OFF
    garden.cloud.set(
        "device", garden.cloud.world.number, throttled_until=stamp(NOW + 600)
    )
    await garden.until_shown("log_throttled", STATE_ON, "binary_sensor")
    asked = len(garden.cloud.log)
    await tick(hass, garden.freezer, 500)
    assert garden.value("log_throttled", "binary_sensor") == STATE_ON
    await tick(hass, garden.freezer, 101)
    assert garden.value("log_throttled", "binary_sensor") == STATE_OFF
    assert len(garden.cloud.log) == asked


async def test_digital_sensor(garden: Setting) -> None:
    """A digital sensor shows what was read last, with the place where the server knows it."""
    key = garden.key("sensors", "Tool verification")
    shown = garden.shown("binary_sensor", garden.number, key)
    assert shown.state == STATE_ON
    assert shown.attributes["z"] == -390.0
    garden.cloud.robot.state.pins["63"] = {"mode": 0, "value": 0}
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_OFF, "binary_sensor")
    # Neither yes nor no.
    garden.cloud.robot.state.pins["63"] = {"mode": 0, "value": 7}
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_UNKNOWN, "binary_sensor")
    garden.change("sensors", "Tool verification", label="Holding")
    await garden.until(lambda: garden.name(key, "binary_sensor") == "Sunny Holding")
    garden.change("sensors", "Holding", pin=64)
    await garden.until_shown(key, STATE_UNKNOWN, "binary_sensor")


async def test_nobody_answers(hass: HomeAssistant, garden: Setting) -> None:
    """How long the robot was silent is told as of the server's last answer, not as of now."""
    garden.cloud.set(
        "device", garden.cloud.world.number, last_saw_api=stamp(NOW - 40 * 60)
    )
    await garden.pushed(3)
    faults_of(garden.cloud).add(Fault(kind=Kind.STATUS, status=503))
    await garden.broker_lost()
    await tick(hass, garden.freezer, 400)
    assert garden.value("message_broker", "binary_sensor") == STATE_OFF
    assert garden.value("connected", "binary_sensor") == STATE_ON
