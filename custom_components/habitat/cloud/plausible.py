"""What a quantity can be: hardware that fails sends numbers all the same.

The ranges are wide: they catch what no air, soil or battery can be (a sensor that is missing, a
signed number that was sent unsigned, a code for "nothing"), not what is rare.
A model names the range of a field with `within`; `parse` then reads a value beyond it as unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import overload

RANGE = "range"
"""The key under which the metadata of a model's field has its range."""


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a quantity can have, ends included."""

    lowest: float
    highest: float

    def __contains__(self, value: float) -> bool:
        """Say whether a value can be."""
        return self.lowest <= value <= self.highest

    @overload
    def keep(self, value: float) -> float | None: ...
    @overload
    def keep(self, value: None) -> None: ...
    def keep(self, value: float | None) -> float | None:
        """Return a value that can be; None of one that cannot."""
        return value if value is not None and value in self else None


def within(allowed: Range) -> Mapping[str, Range]:
    """Return the metadata of a field that can only have values of a range."""
    return {RANGE: allowed}


AIR_TEMPERATURE = Range(-60, 70)
"""°C, indoors or outdoors, in the sun too."""
HUMIDITY = Range(0, 100)
"""%, relative."""
PERCENT = Range(0, 100)
"""A share of a whole: a tank, a soil's moisture, an opening."""
BATTERY = Range(0, 100)
"""%."""
AIR_PRESSURE = Range(600, 1100)
"""hPa, where people live."""
ILLUMINANCE = Range(0, 200_000)
"""lx; full sun has some 120,000."""
NOISE = Range(20, 130)
"""dB(A); no microphone hears less."""
PARTICLE_MASS = Range(0, 2_000)
"""µg/m³; twice what particle counters are made for."""
PARTICLE_COUNT = Range(0, 30_000)
"""1/cm³."""
PARTICLE_SIZE = Range(0, 100)
"""µm."""
CONDUCTIVITY = Range(0, 20)
"""mS/cm; sea water has 50, no plant lives above 10."""
DAILY_LIGHT = Range(0, 250)
"""mol/m²/d, also of a moment at that rate: full sun at noon has some 200."""
FLOW_RATE = Range(-10_000_000, 10_000_000)
"""bbl/d in either direction; the largest pipelines have some 2 millions."""
PIPE_DIAMETER = Range(0.01, 200)
"""Inches; here a zero is none."""
BED_PLACE = Range(-30_000, 30_000)
"""mm in any direction; the longest garden machines have some 18,000."""
BED_LENGTH = Range(0, 30_000)
"""mm: a radius, a depth."""
PIN_VALUE = Range(0, 1023)
"""What a board's converter of 10 bits can read, or write."""
PROCESSOR_TEMPERATURE = Range(-40, 125)
"""°C, within a computer."""
SIGNAL_STRENGTH = Range(-130, 0)
"""dBm, of a radio that is received."""
MEMORY = Range(0, 1_000_000)
"""MB."""
UPTIME = Range(0, 20 * 365 * 86_400)
"""Seconds that a computer has been running."""
POUR_RATE = Range(0, 100_000)
"""ml/s through a nozzle."""
