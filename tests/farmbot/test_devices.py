"""The robot as a device, by what its account and it itself say."""

from dataclasses import replace

import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client.enums import (
    FirmwareHardware,
    ReleasePlatform,
)
from custom_components.habitat.farmbot.client.models import FarmBotDevice, FbosConfig
from custom_components.habitat.farmbot.client.status import System
from custom_components.habitat.farmbot.devices import device_of, release_platform
from custom_components.habitat.vendor import REGISTRY, Login

LOGIN = Login(REGISTRY["farmbot"], "https://garden.example.com:3000", {})
SYSTEM = System(controller_version="15.4.12", target="rpi4")


def robot(**fields: Json) -> FarmBotDevice:
    """Return a robot's record."""
    found = parse(FarmBotDevice, {"id": 7, **fields}, ParseReport("FarmBot"))
    assert found is not None
    return found


def config(board: str | None) -> FbosConfig:
    """Return the settings of a robot with a board."""
    found = parse(FbosConfig, {"id": 1, "firmware_hardware": board}, ParseReport("x"))
    assert found is not None
    return found


def test_all_is_known() -> None:
    """Name, kit, computer and numbers are those of the robot; the page is its own server's."""
    known = robot(
        name="Sunny", rpi="4", serial_number="100", fbos_version="15.4.11", lat="38.58"
    )
    device = device_of(LOGIN, known, SYSTEM, config("farmduino_k17"), ("sensors/1",))
    assert (device.id, device.key, device.reads) == (
        "farmbot_7",
        # Not the server's record, which changes with each check-in.
        "robot",
        ("sensors/1",),
    )
    assert device.name == "Sunny"
    assert device.manufacturer == "FarmBot"
    assert device.model == "Genesis v1.7"
    assert device.hw_version == "Raspberry Pi 4"
    assert device.serial_number == "100"
    # What it says itself is newer than what the server knows.
    assert device.sw_version == "15.4.12"
    assert device.configuration_url == "https://garden.example.com:3000/app/designer"


def test_nothing_is_known() -> None:
    """A robot that was never set up is one all the same."""
    device = device_of(LOGIN, robot(), None, None, ())
    assert device.name == "FarmBot"
    assert (device.model, device.hw_version, device.sw_version) == (None, None, None)
    silent = replace(SYSTEM, controller_version=None)
    known = robot(fbos_version="15.4.11", rpi="9")
    device = device_of(LOGIN, known, silent, config("none"), ())
    assert device.sw_version == "15.4.11"
    assert (device.model, device.hw_version) == (None, None)


@pytest.mark.parametrize(
    "board", sorted(set(FirmwareHardware) - {FirmwareHardware.NONE})
)
def test_each_board_is_a_kit(board: FirmwareHardware) -> None:
    """Each board that the server knows is in one kit."""
    model = device_of(LOGIN, robot(), None, config(board.value), ()).model
    assert model is not None
    assert model.startswith(("Genesis v1.", "Express v1."))


@pytest.mark.parametrize(
    ("rpi", "target", "platform"),
    [
        ("3", None, ReleasePlatform.RPI3),
        ("4", None, ReleasePlatform.RPI4),
        ("01", None, ReleasePlatform.RPI),
        ("02", None, ReleasePlatform.RPI3),
        ("3", "rpi4", ReleasePlatform.RPI4),
        ("3", "mars", ReleasePlatform.RPI3),
        (None, "rpi", ReleasePlatform.RPI),
        (None, None, None),
        ("5", None, None),
    ],
)
def test_which_releases_are_for_it(
    rpi: str | None, target: str | None, platform: ReleasePlatform | None
) -> None:
    """The robot's own word comes before its owner's; where nobody says there are none."""
    system = replace(SYSTEM, target=target)
    assert release_platform(robot(rpi=rpi), system) is platform
    if target is None:
        assert release_platform(robot(rpi=rpi), None) is platform
