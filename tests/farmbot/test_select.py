"""FarmBot's selects: settings with a few choices."""

import pytest

from custom_components.habitat.simulator.core.documents import Json
from homeassistant.components.select import SERVICE_SELECT_OPTION
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting


@pytest.mark.parametrize(
    ("key", "path", "field", "option", "value"),
    [
        ("update_channel", "fbos_config", "update_channel", "beta", "beta"),
        ("ota_hour", "device", "ota_hour", "04:00", 4),
        ("ota_hour", "device", "ota_hour", "00:00", 0),
        ("ota_hour", "device", "ota_hour", "any_time", None),
        ("mounted_tool", "device", "mounted_tool_id", "nothing", None),
    ],
)
async def test_choice(
    key: str,
    path: str,
    field: str,
    option: str,
    value: Json,
    all_enabled: None,
    garden: Setting,
) -> None:
    """A choice is kept by the server and shows at once, also while the robot is away."""
    world = garden.cloud.world
    record = world.single(path)
    other: Json = "alpha" if path == "fbos_config" else 5
    garden.cloud.set(path, int(str(record["id"])), **{field: other})
    await garden.until(lambda: garden.value(key, "select") != option)
    await garden.lose_robot()
    await garden.call("select", key, SERVICE_SELECT_OPTION, option=option)
    assert world.single(path)[field] == value
    assert garden.value(key, "select") == option


async def test_a_channel_that_nobody_knows(all_enabled: None, garden: Setting) -> None:
    """A word of the owner's that is none of the vendor's is one more option."""
    config = garden.cloud.world.single("fbos_config")
    number = int(str(config["id"]))
    garden.cloud.set("fbos_config", number, update_channel="nightly")
    await garden.until_shown("update_channel", "nightly", "select")
    shown = garden.shown("select", garden.number, "update_channel")
    assert shown.attributes["options"] == ["stable", "beta", "alpha", "nightly"]
    await garden.call("select", "update_channel", SERVICE_SELECT_OPTION, option="beta")
    assert config["update_channel"] == "beta"
    garden.cloud.set("fbos_config", number, update_channel=None)
    await garden.until_shown("update_channel", STATE_UNKNOWN, "select")


async def test_refused(all_enabled: None, garden: Setting) -> None:
    """A choice that the server refuses is taken back."""
    before = garden.value("update_channel", "select")
    states = garden.track("select", "update_channel")
    faults_of(garden.cloud).add(Fault(kind=Kind.STATUS, match="PATCH *", status=422))
    with pytest.raises(HomeAssistantError) as caught:
        await garden.call(
            "select", "update_channel", SERVICE_SELECT_OPTION, option="alpha"
        )
    assert caught.value.translation_key == "write_refused"
    assert states == ["alpha", before]


async def test_mounted_tool(all_enabled: None, garden: Setting) -> None:
    """What the robot believes it holds can be put right, by the names that the tools have now."""
    number = garden.row("tools", "Weeder")["id"]
    garden.change("tools", "Weeder", name="Hoe")

    def options() -> list[str]:
        shown = garden.shown("select", garden.number, "mounted_tool")
        found: list[str] = shown.attributes["options"]
        return found

    await garden.until(lambda: "Hoe" in options())
    assert options()[0] == "nothing"
    await garden.call("select", "mounted_tool", SERVICE_SELECT_OPTION, option="Hoe")
    assert garden.cloud.world.device["mounted_tool_id"] == number
    await garden.until_shown("mounted_tool", "Hoe")
    garden.cloud.set("device", garden.cloud.world.number, mounted_tool_id=999_999)
    await garden.until_shown("mounted_tool", STATE_UNKNOWN, "select")


async def test_nothing_known(all_enabled: None, garden: Setting) -> None:
    """Where nobody told of a setting, nothing is chosen; nor is a tool mounted or not."""
    for key in ("fbos_config", "mounted_tool"):
        garden.account.data.pop(key)
        garden.account.store.touch((key,))
    garden.account.async_update_listeners()
    assert garden.value("update_channel", "select") == STATE_UNKNOWN
    assert garden.value("mounted_tool") == STATE_UNAVAILABLE
    assert garden.made("sensor", "mounted_tool").native_value is None
