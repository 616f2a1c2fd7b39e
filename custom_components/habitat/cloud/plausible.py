"""The possible range of each quantity, because broken hardware sends numbers too.

The ranges are wide: they exclude values that are impossible (a missing sensor, a signed number
sent as unsigned, a code for "nothing"), not values that are rare.
A model sets the range of a field with `within`; `parse` reads a value outside it as unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import overload

RANGE = "range"
"""The key of the range in the metadata of a model's field."""


@dataclass(frozen=True, slots=True)
class Range:
    """The possible values of a quantity, both ends included."""

    lowest: float
    highest: float

    def __contains__(self, value: float) -> bool:
        """Return whether a value is possible."""
        return self.lowest <= value <= self.highest

    @overload
    def keep(self, value: float) -> float | None: ...
    @overload
    def keep(self, value: None) -> None: ...
    def keep(self, value: float | None) -> float | None:
        """Return the value, or None if it is not possible."""
        return value if value is not None and value in self else None


def within(allowed: Range) -> Mapping[str, Range]:
    """Return the metadata of a field whose values must lie in a range."""
    return {RANGE: allowed}


AIR_TEMPERATURE = Range(-60, 70)
"""°C, indoors or outdoors, also in the sun."""
HUMIDITY = Range(0, 100)
"""%, relative."""
PERCENT = Range(0, 100)
"""%, of a tank, of soil moisture, of an opening."""
BATTERY = Range(0, 100)
"""%."""
AIR_PRESSURE = Range(600, 1100)
"""hPa, where people live."""
ILLUMINANCE = Range(0, 200_000)
"""lx; full sun is about 120,000."""
NOISE = Range(20, 130)
"""dB(A); microphones do not measure less."""
PARTICLE_MASS = Range(0, 2_000)
"""µg/m³; twice the range of common particle counters."""
PARTICLE_COUNT = Range(0, 30_000)
"""1/cm³."""
PARTICLE_SIZE = Range(0, 100)
"""µm."""
CONDUCTIVITY = Range(0, 20)
"""mS/cm; plants do not live above 10."""
DAILY_LIGHT = Range(0, 250)
"""mol/m²/d, as a sum of a day or a rate at one time; full sun at noon is about 200."""
FLOW_RATE = Range(-10_000_000, 10_000_000)
"""bbl/d in both directions; the largest pipelines carry about 2 million."""
PIPE_DIAMETER = Range(0.01, 200)
"""Inches; zero is not possible."""
BED_PLACE = Range(-30_000, 30_000)
"""mm in both directions; the longest garden machines have about 18,000."""
BED_LENGTH = Range(0, 30_000)
"""mm: a radius, a depth."""
PIN_VALUE = Range(0, 1023)
"""The range of a 10-bit analog pin."""
PROCESSOR_TEMPERATURE = Range(-40, 125)
"""°C, inside a computer."""
SIGNAL_STRENGTH = Range(-130, 0)
"""dBm, of a received radio signal."""
MEMORY = Range(0, 1_000_000)
"""MB."""
UPTIME = Range(0, 20 * 365 * 86_400)
"""Seconds since a computer started."""
POUR_RATE = Range(0, 100_000)
"""ml/s, through a nozzle."""
