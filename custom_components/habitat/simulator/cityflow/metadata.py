"""Device types as the cloud describes them, with the slips of the original."""

from collections.abc import Sequence

from ..core.documents import Json, Record
from .world import FIRST, SECOND

_MICRO = "µg/m³"
"""With the micro sign, which is not the Greek letter."""

_FIRST: tuple[tuple[str, str, str, float, float], ...] = (
    ("b", "Battery Level", "%", 0, 100),
    ("h", "Humidity", "%", 0, 100),
    ("l", "Luminosity", "lx", 0, 100),
    ("r.avg", "Rain", "dB(A)", 0, 100),
    ("p", "Pressure", "hPa", 0, 1100),
    ("s.avg", "Noise", "dB(A)", 30, 100),
    ("p2", "Particle Pollution", _MICRO, -40, 50),
    ("t", "Temperature", "°C", -40, 50),
)
_SECOND: tuple[tuple[str, str, str, float, float], ...] = (
    ("b", "Battery Level", "%", 0, 100),
    ("h", "Humidity", "%", 0, 100),
    ("l", "Luminosity", "lx", 0, 100),
    ("nA", "Noise", "dB(A)", 30, 100),
    ("p", "Pressure", "hPa", 0, 1100),
    ("mP1", "PM1", _MICRO, 0, 50),
    ("mP2", "PM2.5", _MICRO, 0, 50),
    ("mPX", "PM10", _MICRO, 0, 50),
    ("t", "Temperature", "°C", -40, 50),
)


def device_type(
    number: int,
    name: str,
    sensors: Sequence[tuple[str, str, str, float, float]],
    battery: int = 0,
) -> Record:
    """Return a device type; `battery` is the index of the battery among the sensors."""
    described: list[Json] = [
        {
            "prop": prop,
            "name": title,
            "unit": unit,
            "min": low,
            "max": high,
            "minColor": [0, 255, 0],
            "maxColor": [255, 0, 0],
        }
        for prop, title, unit, low, high in sensors
    ]
    indexes: list[Json] = [{"sensor": index} for index in range(1, len(described))]
    return {
        "id": number,
        "name": name,
        "metadata": {
            "battery": battery,
            "sensors": described,
            "popup": {"values": [indexes[:3], indexes[3:6]]},
            "panel": {"values": indexes[:5]},
        },
    }


def usual_types() -> list[Record]:
    """Return the two generations of the CityProbe."""
    return [
        device_type(FIRST, "CityProbe", _FIRST),
        device_type(SECOND, "CityProbe 2", _SECOND),
    ]
