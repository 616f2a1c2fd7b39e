"""Models of CityFlow: organizations, devices and their types, and measurements.

Properties keep CityFlow's own names, which may hold dots ("r.avg"); see `properties`.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from ...cloud.geo import validated_coordinates
from ...cloud.models import COMPUTED, PRIVATE, VERBATIM, model


@model
class Organization:
    """An organization that the account belongs to."""

    id: int
    name: str | None = field(default=None, metadata=PRIVATE)
    role: int | None = None
    """4 is the owner; other values are not documented."""


@model
class Probe:
    """A device; several may be at one location."""

    id: str
    type: int | None = None
    location: str | None = None
    """A number or text in the API; it may not be unique."""
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    location_name: str | None = field(default=None, metadata=PRIVATE)
    """Seen in a recording of 2022; CityFlow's document does not have it."""
    city: str | None = field(default=None, metadata=PRIVATE)
    country: str | None = field(default=None, metadata=PRIVATE)
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    tags: tuple[str, ...] = field(default=(), metadata=PRIVATE)

    @property
    def position(self) -> tuple[float, float] | None:
        """Return latitude and longitude in degrees, or None."""
        return validated_coordinates(self.latitude, self.longitude)


@model
class Property:
    """The metadata of one property of a device type."""

    prop: str = field(metadata=VERBATIM)
    name: str | None = None
    unit: str | None = None
    """In CityFlow's spelling."""
    min: float | None = None
    max: float | None = None
    """The ends of CityFlow's scale of colours; values may lie outside them."""


@model
class DeviceType:
    """A type of device: 1 is the CityProbe, 150 the CityProbe 2."""

    id: int
    name: str | None = None
    properties: Mapping[str, Property] = field(default_factory=dict, metadata=COMPUTED)
    """By CityFlow's name; devices send further properties."""
    battery: str | None = None
    """The property with the level of the battery."""


@model
class Measurement:
    """One row: the measurements of a device, or their averages in a bin of time."""

    time: datetime
    """The time of the measurement, or the start of the bin."""
    type: int | None = None
    """The device type."""
    device_id: str | None = None
    """Missing in the history of a location."""
    location: str | None = None
    firmware_version: str | None = None
    values: Mapping[str, float] = field(default_factory=dict, metadata=COMPUTED)
    """The readings that can be true, see `validity`."""
    readings: Mapping[str, float] = field(default_factory=dict, metadata=COMPUTED)
    """All numbers as sent."""
