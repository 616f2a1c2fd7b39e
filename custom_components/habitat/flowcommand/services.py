"""FlowCommand's actions: what its cloud tells only when it is asked."""

from homeassistant.core import SupportsResponse

from ..services import SPAN
from ..vendor import DeviceService

SERVICES = tuple(
    DeviceService(
        name=name,
        schema=SPAN,
        run=f"actions:{name}",
        controls=False,
        response=SupportsResponse.ONLY,
    )
    for name in ("get_flow_volume", "get_hourly_flow_volumes", "get_pings")
)
