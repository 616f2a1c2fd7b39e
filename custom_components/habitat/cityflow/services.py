"""CityFlow's actions: what its cloud tells only when it is asked."""

import voluptuous as vol

from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv

from ..services import SPAN
from ..vendor import DeviceService
from .resolution import bin_length

ATTR_DEVICE_TYPE = "device_type"
ATTR_LOCATION = "location"
ATTR_RESOLUTION = "resolution"


def _resolution(value: object) -> str:
    text = cv.string(value)
    try:
        bin_length(text)
    except ValueError as err:
        raise vol.Invalid(str(err)) from err
    return text


def _location(value: object) -> str:
    text = cv.string(value)
    if not (text.isascii() and text.isalnum()):
        raise vol.Invalid(f"{text} is no location")
    return text


SERVICES = (
    DeviceService(
        name="get_measurement_history",
        schema={
            **SPAN,
            vol.Optional(ATTR_RESOLUTION, default="60m"): _resolution,
            vol.Optional(ATTR_DEVICE_TYPE): vol.Coerce(int),
            vol.Optional(ATTR_LOCATION): _location,
        },
        run="actions:get_measurement_history",
        controls=False,
        account=True,
        response=SupportsResponse.ONLY,
    ),
)
