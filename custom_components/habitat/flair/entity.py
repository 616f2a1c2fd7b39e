"""What Flair's entities have in common."""

from typing import override

from ..entity import HabitatEntity
from .account import FlairAccount
from .models import Radio, Thermostat


class FlairEntity[R](HabitatEntity[FlairAccount, R]):
    """An entity of a Flair device."""

    @property
    @override
    def available(self) -> bool:
        """Whether the device can be reached: one that is out of reach tells nothing new."""
        owner = self.coordinator.data.get(self.device_key)
        out_of_reach = isinstance(owner, Radio | Thermostat) and not owner.reachable
        return super().available and not out_of_reach
