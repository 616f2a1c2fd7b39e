"""Flair's vents."""

from collections.abc import Iterator
from functools import partial
from typing import Any, override

from homeassistant.components.cover import (
    ATTR_POSITION,
    CoverDeviceClass,
    CoverEntity,
    CoverEntityDescription,
    CoverEntityFeature,
)

from ..devices import Device
from ..loader import EntityFactory
from .client.models import Vent
from .coordinator import FlairCoordinator
from .entity import FlairEntity

VENT = CoverEntityDescription(
    key="vent", device_class=CoverDeviceClass.DAMPER, name=None
)


class FlairVentCoverEntity(FlairEntity[Vent], CoverEntity):
    """A vent; its position is the commanded one, any percentage."""

    shows = ("current_cover_position",)

    _attr_supported_features = (
        CoverEntityFeature.OPEN
        | CoverEntityFeature.CLOSE
        | CoverEntityFeature.SET_POSITION
    )

    @property
    @override
    def current_cover_position(self) -> int | None:
        """The commanded position in percent; 100 is open."""
        return self.record.percent_open if self.record else None

    @property
    @override
    def is_closed(self) -> bool | None:
        """Whether the commanded position is 0."""
        position = self.current_cover_position
        return None if position is None else position == 0

    @override
    async def async_open_cover(self, **kwargs: Any) -> None:
        """Open the vent."""
        await self._send_to(100)

    @override
    async def async_close_cover(self, **kwargs: Any) -> None:
        """Shut the vent."""
        await self._send_to(0)

    @override
    async def async_set_cover_position(self, **kwargs: Any) -> None:
        """Set the position of the vent."""
        await self._send_to(kwargs[ATTR_POSITION])

    async def _send_to(self, position: int) -> None:
        vent = self.require_record()
        await self.coordinator.async_patch(vent, {"percent_open": position})


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the cover of a device that is a vent."""
    if coordinator.record(device.key, Vent):
        yield VENT.key, partial(FlairVentCoverEntity, coordinator, device, Vent, VENT)
