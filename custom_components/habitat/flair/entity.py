"""The base of Flair's entities."""

from typing import override

from ..entity import HabitatEntity
from .coordinator import FlairCoordinator


class FlairEntity[R](HabitatEntity[FlairCoordinator, R]):
    """An entity of a Flair device; it is unavailable while the device cannot be reached."""

    needs_reach = True

    @property
    @override
    def current_record(self) -> R | None:
        """The record; None also if it is a report that is not current any more."""
        is_current = self.lasting or self.coordinator.is_alive(self.key)
        return super().current_record if is_current else None
