"""What CityFlow says: organizations, devices and their types, and measurements.

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
    """4 is its owner; what else there is, is not documented."""


@model
class Probe:
    """A device; several may stand at one location."""

    id: str
    type: int | None = None
    location: str | None = None
    """A number in one place of the API and text in another; never unique for sure."""
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    location_name: str | None = field(default=None, metadata=PRIVATE)
    """As recorded in 2022; the API's document does not have it."""
    city: str | None = field(default=None, metadata=PRIVATE)
    country: str | None = field(default=None, metadata=PRIVATE)
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    tags: tuple[str, ...] = field(default=(), metadata=PRIVATE)

    @property
    def position(self) -> tuple[float, float] | None:
        """Return latitude and longitude in degrees, where they are known."""
        return validated_coordinates(self.latitude, self.longitude)


@model
class Property:
    """What a device type's metadata says of one property."""

    prop: str = field(metadata=VERBATIM)
    name: str | None = None
    unit: str | None = None
    """In CityFlow's spelling."""
    min: float | None = None
    max: float | None = None
    """The ends of CityFlow's scale of colours; values may lie beyond them."""


@model
class DeviceType:
    """A kind of device: 1 is the CityProbe, 150 the CityProbe 2."""

    id: int
    name: str | None = None
    properties: Mapping[str, Property] = field(default_factory=dict, metadata=COMPUTED)
    """By CityFlow's name; only some of those that devices send."""
    battery: str | None = None
    """The property that holds the battery's level."""


@model
class Measurement:
    """One row: what a device measured, or what it measured on average in a bin of time."""

    time: datetime
    """Of the measurement, or the start of the bin."""
    type: int | None = None
    """The device type."""
    device_id: str | None = None
    """Bins of a location's history do not have it."""
    location: str | None = None
    firmware_version: str | None = None
    values: Mapping[str, float] = field(default_factory=dict, metadata=COMPUTED)
    """What can be true of the readings, see `validity`."""
    readings: Mapping[str, float] = field(default_factory=dict, metadata=COMPUTED)
    """All numbers as they were sent."""
