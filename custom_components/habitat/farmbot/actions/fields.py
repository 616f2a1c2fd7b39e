"""Validators for the fields of FarmBot's actions."""

from collections.abc import Mapping
from math import isfinite
from typing import Final

import voluptuous as vol

from homeassistant.helpers import config_validation as cv

from ...cloud.values import to_float
from ..client.celery_script import ANALOG, DIGITAL, PinMode, is_unicode
from ..client.enums import PointerType

type Fields = Mapping[str | vol.Marker, object]
"""The fields of an action with their validators."""

MODES: Final[Mapping[str, PinMode]] = {"digital": DIGITAL, "analog": ANALOG}
MODE_NAMES: Final[Mapping[PinMode, str]] = {mode: name for name, mode in MODES.items()}

GROWING: Final[Mapping[str, PointerType]] = {
    "plant": PointerType.PLANT,
    "weed": PointerType.WEED,
    "point": PointerType.GENERIC_POINTER,
}
"""The types of points that can be added and removed."""
POINT_TYPES: Final[Mapping[str, PointerType]] = {
    **GROWING,
    "tool_slot": PointerType.TOOL_SLOT,
}

MAX_TIMEOUT = 86_400
"""Maximum seconds that an action waits for a sequence."""
MAX_PIN_VALUES: Mapping[int, int] = {DIGITAL: 1, ANALOG: 255}
"""The maximum that can be written to a pin, by its mode."""
MAX_LOGS = 1000
LAST_PIN = 69
"""The highest number of a pin on the board."""
MAX_POINTS = 1000
"""The maximum of points in an account (docs/vendors/farmbot.md, Resources)."""


def finite(value: float) -> float:
    """Return a finite number.

    Raises:
        vol.Invalid: it is infinite or NaN.
    """
    if not isfinite(value):
        raise vol.Invalid("must be a finite number")
    return value


def whole_number(value: object) -> int:
    """Return a whole number from a number or text.

    Fractions are refused, since rounding would select another pin or record.

    Raises:
        vol.Invalid: it is not a whole number.
    """
    number = to_float(value)
    if number is None or not number.is_integer():
        raise vol.Invalid("must be a whole number")
    return int(number)


def unicode(text: str) -> str:
    """Return a text that can be sent as UTF-8.

    Raises:
        vol.Invalid: it contains surrogates, which only escapes in YAML can write.
    """
    if not is_unicode(text):
        raise vol.Invalid("must be valid Unicode")
    return text


NUMBER: Final = vol.All(vol.Coerce(float), finite)
LENGTH: Final = vol.All(NUMBER, vol.Range(min=0))
RECORD_ID: Final = vol.All(whole_number, vol.Range(min=1))
RECORD_IDS: Final = vol.All(
    cv.ensure_list, vol.Length(min=1, max=MAX_POINTS), [RECORD_ID]
)
PIN: Final = vol.All(whole_number, vol.Range(min=0, max=LAST_PIN))
TEXT: Final = vol.All(cv.string, unicode, vol.Length(min=1, max=255))
NAME_OR_ID: Final = vol.Any(vol.All(int, RECORD_ID), TEXT)
WHERE: Final[Fields] = {vol.Optional(axis): NUMBER for axis in ("x", "y", "z")}
MODE: Final[Fields] = {vol.Optional("mode"): vol.In(MODES)}
