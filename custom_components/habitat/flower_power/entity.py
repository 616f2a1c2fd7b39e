"""The base of Flower Power's entities of the analysis."""

from typing import override

from ..entity import DescribedEntity
from .client.models import LocationStatus
from .coordinator import FlowerPowerCoordinator


class FlowerPowerAnalysisEntity(
    DescribedEntity[FlowerPowerCoordinator, LocationStatus]
):
    """An entity of the cloud's analysis; it is unknown when the analysis is out of date."""

    @property
    @override
    def current_record(self) -> LocationStatus | None:
        """The status; None if its analysis is out of date, unless the value is lasting."""
        if self.lasting or self.coordinator.is_alive(self.key):
            return super().current_record
        return None
