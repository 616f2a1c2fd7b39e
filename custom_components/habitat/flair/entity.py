"""What Flair's entities have in common."""

from typing import override

from ..entity import HabitatEntity
from .coordinator import FlairCoordinator


class FlairEntity[R](HabitatEntity[FlairCoordinator, R]):
    """An entity of a Flair device; one that is out of reach tells nothing new and takes no commands."""

    needs_reach = True

    @property
    @override
    def current_record(self) -> R | None:
        """The record; None also while a device that is in reach has not reported for long."""
        is_current = self.lasting or self.coordinator.is_alive(self.key)
        return super().current_record if is_current else None
