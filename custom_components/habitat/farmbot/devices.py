"""The device of an account: its robot."""

from collections.abc import Mapping

from ..devices import Device
from ..vendor import Login
from .client.enums import FirmwareHardware, ReleasePlatform
from .client.models import FarmBotDevice, FbosConfig
from .client.status import System
from .derived import ROBOT

MANUFACTURER = "FarmBot"
_NAME = "FarmBot"
"""The name of a robot without one."""

_MODELS: Mapping[FirmwareHardware, str] = {
    FirmwareHardware.ARDUINO: "Genesis v1.2",
    FirmwareHardware.FARMDUINO: "Genesis v1.3",
    FirmwareHardware.FARMDUINO_K14: "Genesis v1.4",
    FirmwareHardware.FARMDUINO_K15: "Genesis v1.5",
    FirmwareHardware.FARMDUINO_K16: "Genesis v1.6",
    FirmwareHardware.FARMDUINO_K17: "Genesis v1.7",
    FirmwareHardware.FARMDUINO_K18: "Genesis v1.8",
    FirmwareHardware.FARMDUINO_K19: "Genesis v1.9",
    FirmwareHardware.EXPRESS_K10: "Express v1.0",
    FirmwareHardware.EXPRESS_K11: "Express v1.1",
    FirmwareHardware.EXPRESS_K12: "Express v1.2",
}
"""The kit of a board, as the vendor's web app names it."""

_COMPUTERS: Mapping[str, tuple[str, ReleasePlatform]] = {
    "3": ("Raspberry Pi 3", ReleasePlatform.RPI3),
    "4": ("Raspberry Pi 4", ReleasePlatform.RPI4),
    "01": ("Raspberry Pi Zero", ReleasePlatform.RPI),
    "02": ("Raspberry Pi Zero 2", ReleasePlatform.RPI3),
}
"""By the field `rpi` of the robot's record: the name of the computer, and the releases for it."""


def device_of(
    login: Login,
    robot: FarmBotDevice,
    system: System | None,
    config: FbosConfig | None,
    reads: tuple[str, ...],
) -> Device:
    """Return the device; `reads` are keys of records on which its entities depend."""
    board = config.firmware_hardware if config else None
    computer, _ = _COMPUTERS.get(robot.rpi or "", (None, None))
    return Device(
        id=f"{login.vendor.key}_{robot.id}",
        key=ROBOT,
        reads=reads,
        name=robot.name or _NAME,
        manufacturer=MANUFACTURER,
        model=_MODELS.get(board) if board else None,
        serial_number=robot.serial_number,
        sw_version=(system.controller_version if system else None)
        or robot.fbos_version,
        hw_version=computer,
        configuration_url=None if login.simulated else f"{login.url}/app/designer",
    )


def release_platform(
    robot: FarmBotDevice, system: System | None
) -> ReleasePlatform | None:
    """Return which releases are for the robot, by its status, or else by its record."""
    if system and (reported := ReleasePlatform.read(system.target)):
        return reported
    _, platform = _COMPUTERS.get(robot.rpi or "", (None, None))
    return platform
