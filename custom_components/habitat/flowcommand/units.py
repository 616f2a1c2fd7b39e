"""Barrels: FlowCommand uses the US petroleum barrel, for which Home Assistant has no unit."""

from typing import overload

GALLONS_PER_BARREL = 42.0
"""US gallons of a barrel; exact by definition (158.987 L)."""


@overload
def gallons(barrels: float) -> float: ...
@overload
def gallons(barrels: None) -> None: ...
def gallons(barrels: float | None) -> float | None:
    """Return barrels as US gallons, and so bbl/d as gal/d."""
    return None if barrels is None else barrels * GALLONS_PER_BARREL
