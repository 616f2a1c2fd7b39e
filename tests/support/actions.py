"""Calling any action of any vendor."""

from collections.abc import Mapping

from custom_components.habitat.vendor import DeviceService, EntityService

_VALUES: Mapping[str, object] = {
    "angle": 90,
    "button": "Temp +",
    "end": "2026-11-25 00:00:00",
    "message": "hello",
    "pin": 4,
    "point_id": 1,
    "points": [1],
    "sequence": 1,
    "start": "2026-11-24 00:00:00",
    "temperature": 21,
    "tool": 1,
    "type": "plant",
    "value": 1,
    "x": 1,
    "y": 1,
}
"""Of the fields that some action requires."""


def required_by(service: DeviceService | EntityService) -> dict[str, object]:
    """Return a value for each field that an action requires."""
    return {
        str(marker): _VALUES[str(marker)]
        for marker in service.schema
        if type(marker).__name__ == "Required"
    }
