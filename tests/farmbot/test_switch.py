"""FarmBot's switches: peripherals, and settings of FarmBot OS."""

import pytest

from custom_components.habitat.simulator.core.documents import Record
from homeassistant.const import (
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.support.faults import Fault, Kind, faults_of

from .acting import said_in_words
from .conftest import Setting

SETTINGS = (
    "os_auto_update",
    "sequence_init_log",
    "sequence_body_log",
    "sequence_complete_log",
)


def nodes(heard: list[Record]) -> list[object]:
    """Return the commands that the robot was given."""
    return [node for one in heard for node in one["body"]]  # type: ignore[union-attr]  # it is a list


async def test_peripheral(heard: list[Record], garden: Setting) -> None:
    """A peripheral is switched by its name, and shows the new value as soon as the robot says so."""
    key = garden.key("peripherals", "Water")
    assert garden.value(key, "switch") == STATE_OFF
    heard.clear()
    await garden.call("switch", key, SERVICE_TURN_ON)
    assert garden.value(key, "switch") == STATE_ON
    await garden.call("switch", key, SERVICE_TURN_OFF)
    assert garden.value(key, "switch") == STATE_OFF
    number = garden.row("peripherals", "Water")["id"]
    named = {
        "kind": "named_pin",
        "args": {"pin_type": "Peripheral", "pin_id": number},
    }
    assert nodes(heard) == [
        {
            "kind": "write_pin",
            "args": {"pin_number": named, "pin_value": value, "pin_mode": 0},
        }
        for value in (1, 0)
    ]
    await garden.lose_robot()
    assert garden.value(key, "switch") == STATE_UNAVAILABLE


async def test_refused(garden: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the robot refuses stays as it was, and the robot's reason is said."""
    key = garden.key("peripherals", "Water")

    def refuse(*_: object) -> None:
        raise ValueError("broken relay")

    monkeypatch.setattr(garden.cloud.robot.machine, "write_pin", refuse)
    with pytest.raises(HomeAssistantError) as caught:
        await garden.call("switch", key, SERVICE_TURN_ON)
    assert "broken relay" in said_in_words(caught.value)
    assert garden.value(key, "switch") == STATE_OFF


async def test_pin_of_others(garden: Setting) -> None:
    """What else switches a pin shows as well; a pin that was never used is unknown."""
    key = garden.key("peripherals", "Water")
    pins = garden.cloud.robot.state.pins
    pins["8"] = {"mode": 0, "value": 1}
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_ON, "switch")
    del pins["8"]
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_UNKNOWN, "switch")


async def test_emergency_stop(heard: list[Record], garden: Setting) -> None:
    """While the emergency stop is on nothing is switched on; what is off already needs no command."""
    key = garden.key("peripherals", "Water")
    await garden.call("switch", key, SERVICE_TURN_ON)
    await garden.press("emergency_stop")
    await garden.until_shown("emergency_stop", STATE_ON, "binary_sensor")
    await garden.until_shown(key, STATE_OFF, "switch")
    heard.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await garden.call("switch", key, SERVICE_TURN_ON)
    assert caught.value.translation_key == "robot_locked"
    await garden.call("switch", key, SERVICE_TURN_OFF)
    assert not heard
    # What somehow is on may be switched off, as far as the robot does it.
    garden.cloud.robot.state.pins["8"] = {"mode": 0, "value": 1}
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_ON, "switch")
    with pytest.raises(HomeAssistantError):
        await garden.call("switch", key, SERVICE_TURN_OFF)
    assert len(heard) == 1


async def test_name_mode_and_pin(heard: list[Record], garden: Setting) -> None:
    """A peripheral follows its record: its name, its pin, its kind, its end."""
    key = garden.key("peripherals", "Water")
    garden.change("peripherals", "Water", label="Valve", pin=13)
    await garden.until(lambda: garden.name(key, "switch") == "Sunny Valve")
    assert garden.value(key, "switch") == STATE_UNKNOWN
    await garden.call("switch", key, SERVICE_TURN_ON)
    await garden.until(lambda: "13" in garden.cloud.robot.state.pins)
    assert garden.value(key, "switch") == STATE_ON
    garden.change("peripherals", "Valve", pin=None)
    await garden.until_shown(key, STATE_UNKNOWN, "switch")
    heard.clear()
    with pytest.raises(ServiceValidationError, match="not connected to any pin"):
        await garden.call("switch", key, SERVICE_TURN_ON)
    assert not heard
    garden.change("peripherals", "Valve", mode=1)
    await garden.until(lambda: garden.has(key, "number"))
    assert not garden.has(key, "switch")
    garden.cloud.world.remove("peripherals", int(key.rpartition("_")[2]))
    await garden.until(lambda: not garden.has(key, "number"))


@pytest.mark.parametrize("key", SETTINGS)
async def test_setting(key: str, all_enabled: None, garden: Setting) -> None:
    """A setting is changed at the server, also while the robot is away, and shows at once."""
    settings = garden.cloud.world.single("fbos_config")
    for value, action, shown in (
        (True, SERVICE_TURN_ON, STATE_ON),
        (False, SERVICE_TURN_OFF, STATE_OFF),
    ):
        await garden.call("switch", key, action)
        assert settings[key] is value
        assert garden.value(key, "switch") == shown
    settings[key] = True
    garden.cloud.set("fbos_config", int(str(settings["id"])), **{key: True})
    await garden.until_shown(key, STATE_ON, "switch")
    await garden.lose_robot()
    assert garden.value(key, "switch") == STATE_ON


async def test_setting_refused(garden: Setting) -> None:
    """A setting shows its new value while it is sent, and the old one when the server refuses."""
    faults_of(garden.cloud).add(
        Fault(kind=Kind.STATUS, match="PATCH /api/fbos_config", status=422)
    )
    before = garden.value("os_auto_update", "switch")
    other = STATE_OFF if before == STATE_ON else STATE_ON
    action = SERVICE_TURN_OFF if before == STATE_ON else SERVICE_TURN_ON
    states = garden.track("switch", "os_auto_update")
    with pytest.raises(HomeAssistantError) as caught:
        await garden.call("switch", "os_auto_update", action)
    assert caught.value.translation_key == "write_refused"
    assert states == [other, before]
