"""Models of FlowCommand: sensors, their pings, and volumes.

Flow rates are in bbl/d and volumes in bbl, of the US petroleum barrel; see `units`. The sources of the
fields are in docs/vendors/flowcommand.md (Resources).
"""

from dataclasses import field
from datetime import datetime

from ...cloud.geo import validated_coordinates
from ...cloud.models import PRIVATE, model
from ...cloud.plausible import FLOW_RATE, PIPE_DIAMETER, within


@model
class FlowSensor:
    """A sensor with its last ping, if it ever sent one."""

    id: int
    name: str | None = field(default=None, metadata=PRIVATE)
    tag: str | None = field(default=None, metadata=PRIVATE)
    """A tag that the customer chooses."""
    latitude: float | None = field(default=None, metadata=PRIVATE)
    longitude: float | None = field(default=None, metadata=PRIVATE)
    pipe_diameter: float | None = field(default=None, metadata=within(PIPE_DIAMETER))
    """Inches."""
    last_ping_flowrate: float | None = field(default=None, metadata=within(FLOW_RATE))
    """bbl/d; 0 means no flow."""
    last_ping_datetime: datetime | None = None
    activated_at: datetime | None = None
    """In the table of FlowCommand's document, but not in its example."""

    @property
    def position(self) -> tuple[float, float] | None:
        """Return latitude and longitude in degrees, or None."""
        return validated_coordinates(self.latitude, self.longitude)


@model
class Ping:
    """One reading of a sensor; ids are not in the order of time."""

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
    """The volume of a time range; late pings may still change it."""

    sensor_id: int
    start: datetime
    end: datetime
    sensor_name: str | None = field(default=None, metadata=PRIVATE)
    sensor_tag: str | None = field(default=None, metadata=PRIVATE)
    flow_volume: float | None = None
    """bbl."""
