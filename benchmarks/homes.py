"""The homes that are measured."""

from dataclasses import dataclass
from typing import override


@dataclass(frozen=True, slots=True)
class Home:
    """How many of each device stand in one house; two vents share a room."""

    vents: int
    pucks: int
    bridges: int

    @property
    def devices(self) -> int:
        """How many devices have a radio."""
        return self.vents + self.pucks + self.bridges

    @override
    def __str__(self) -> str:
        """Return the size."""
        return f"{self.devices} devices"


STANDARD = Home(vents=12, pucks=6, bridges=1)
"""A usual house; what is promised is promised for this one."""

HOMES = (
    Home(vents=6, pucks=3, bridges=1),
    STANDARD,
    Home(vents=64, pucks=32, bridges=4),
    Home(vents=640, pucks=320, bridges=40),
)
"""From small to absurd, so that growth shows as a line."""
