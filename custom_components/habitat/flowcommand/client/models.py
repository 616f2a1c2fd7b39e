"""What FlowCommand says: sensors, their pings, and volumes.

Flow rates are bbl/d and volumes bbl, of the US petroleum barrel; see `units`. The names are those
of FlowCommand's API document in its two versions, the later of which added the tags.
"""

from dataclasses import field
from datetime import datetime

from ...cloud.geo import validated_coordinates
from ...cloud.models import PRIVATE, model
from ...cloud.plausible import FLOW_RATE, PIPE_DIAMETER, within


@model
class FlowSensor:
    """A sensor with its last ping; one that was never heard of has none."""

    id: int
    name: str | None = field(default=None, metadata=PRIVATE)
    tag: str | None = field(default=None, metadata=PRIVATE)
    """The customer's own mark."""
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    pipe_diameter: float | None = field(default=None, metadata=within(PIPE_DIAMETER))
    """Inches."""
    last_ping_flowrate: float | None = field(default=None, metadata=within(FLOW_RATE))
    """bbl/d; 0 is a pipe without flow."""
    last_ping_datetime: datetime | None = None
    activated_at: datetime | None = None
    """In the document's table, but not in its sample."""

    @property
    def position(self) -> tuple[float, float] | None:
        """Return latitude and longitude in degrees, where they are known."""
        return validated_coordinates(self.latitude, self.longitude)


@model
class Ping:
    """One reading as a sensor sent it; ids are not in the order of time."""

    id: int
    sensor_id: int
    at: datetime
    """`datetime` in the API."""
    sensor_name: str | None = field(default=None, metadata=PRIVATE)
    sensor_tag: str | None = field(default=None, metadata=PRIVATE)
    flowrate: float | None = field(default=None, metadata=within(FLOW_RATE))
    """bbl/d."""


@model
class FlowVolume:
    """What went through the pipe from a time up to another; late pings may still change it."""

    sensor_id: int
    start: datetime
    end: datetime
    sensor_name: str | None = field(default=None, metadata=PRIVATE)
    sensor_tag: str | None = field(default=None, metadata=PRIVATE)
    flow_volume: float | None = None
    """bbl."""
