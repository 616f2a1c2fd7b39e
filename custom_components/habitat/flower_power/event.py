"""Flower Power's events: a plant was watered."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from .client.models import Location
from .coordinator import FlowerPowerCoordinator, Waterings
from .devices import WATERED

ATTR_BEGIN, ATTR_END = "begin", "end"

WATERING = EventEntityDescription(key="watered", event_types=["watered"])


class FlowerPowerWateringEventEntity(
    HabitatEntity[FlowerPowerCoordinator, Waterings], EventEntity
):
    """Fires for each watering when the cloud reports it, which may be days later."""

    _last_fired: datetime | None = None
    """The time of the last event, or from when on no watering was missed."""

    def __init__(self, coordinator: FlowerPowerCoordinator, device: Device) -> None:
        """Read the waterings of the location."""
        key = f"{device.key}/{WATERED}"
        super().__init__(coordinator, device, Waterings, WATERING, key=key)

    @override
    async def async_added_to_hass(self) -> None:
        """Continue after the last event before a restart; older waterings do not fire."""
        await super().async_added_to_hass()
        last = await self.async_get_last_event_data()
        begin = ((last and last.last_event_attributes) or {}).get(ATTR_BEGIN)
        self._last_fired = (
            dt_util.parse_datetime(begin) if isinstance(begin, str) else None
        )
        self._fire_new()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        if not self._fire_new():
            super()._handle_coordinator_update()

    def _fire_new(self) -> bool:
        """Fire new waterings; return whether there were any."""
        waterings = self.record
        if waterings is None:
            return False
        if self._last_fired is None:
            begins = [event.begin for event in waterings.events]
            self._last_fired = max(begins, default=waterings.since)
        new = [event for event in waterings.events if event.begin > self._last_fired]
        for event in new:
            self._last_fired = event.begin
            attributes = {ATTR_BEGIN: event.begin.isoformat()}
            if event.end:
                attributes[ATTR_END] = event.end.isoformat()
            self._trigger_event("watered", attributes)
            self.async_write_ha_state()
        return bool(new)


def entities(
    coordinator: FlowerPowerCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the event entities of a location."""
    location = coordinator.record(device.key, Location)
    if location and location.sensor:
        yield WATERING.key, partial(FlowerPowerWateringEventEntity, coordinator, device)
