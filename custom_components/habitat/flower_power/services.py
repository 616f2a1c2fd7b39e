"""The actions of Flower Power: what the cloud tells on request."""

from homeassistant.core import SupportsResponse

from ..services import SPAN
from ..vendor import DeviceService

SERVICES = (
    DeviceService(
        name="get_samples",
        schema=SPAN,
        run="actions:get_samples",
        controls=False,
        response=SupportsResponse.ONLY,
    ),
)
