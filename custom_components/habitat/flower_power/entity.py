"""What the entities of Flower Power have in common."""

from typing import override

from ..entity import DescribedEntity
from .client.models import LocationStatus
from .coordinator import FlowerPowerCoordinator


class FlowerPowerAnalysisEntity(
    DescribedEntity[FlowerPowerCoordinator, LocationStatus]
):
    """An entity that tells what the cloud makes of the samples, for as long as it vouches for that."""

    @property
    @override
    def current_record(self) -> LocationStatus | None:
        """The status; None when its analysis is out of date, unless what is shown lasts."""
        if self.lasting or self.coordinator.is_alive(self.key):
            return super().current_record
        return None
