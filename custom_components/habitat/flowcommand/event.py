"""FlowCommand's events: a sensor sent a ping."""

from collections.abc import Iterator
from functools import partial
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback

from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from .client.models import FlowSensor
from .coordinator import FlowCommandCoordinator, newer
from .units import gallons

PING = EventEntityDescription(
    key="ping", event_types=["ping"], entity_registry_enabled_default=False
)


class FlowCommandPingEventEntity(
    HabitatEntity[FlowCommandCoordinator, FlowSensor], EventEntity
):
    """Fires for each new ping, pushed or polled."""

    def __init__(self, coordinator: FlowCommandCoordinator, device: Device) -> None:
        """Start with the ping that is known now."""
        super().__init__(coordinator, device, FlowSensor, PING)
        self._last = self.record.last_ping_datetime if self.record else None

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        sensor = self.record
        ping = sensor.last_ping_datetime if sensor else None
        if sensor and ping and newer(ping, self._last):
            self._last = ping
            self._trigger_event(
                "ping",
                {
                    "taken_at": ping.isoformat(),
                    "gallons_per_day": gallons(sensor.last_ping_flowrate),
                    "barrels_per_day": sensor.last_ping_flowrate,
                },
            )
        super()._handle_coordinator_update()


def entities(
    coordinator: FlowCommandCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the event entities of a device."""
    yield PING.key, partial(FlowCommandPingEventEntity, coordinator, device)
