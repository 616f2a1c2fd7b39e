"""The simulated sensors: what was built, and what the control surface made of it.

What flows is not kept in here: it is a function of the seed and the clock, see `flow`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
import time
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record
from ..core.weather import Place

ACTIVATED = 1_741_600_800.0
"""When the first sensor began its work, in March 2025."""


@dataclass(frozen=True, slots=True)
class Ping:
    """One reading: bbl/d at a time, and when the cloud got it; seconds since the epoch."""

    id: int
    sensor_id: int
    flowrate: Json
    at: float
    received: float


@dataclass(slots=True, kw_only=True)
class Sensor:
    """One sensor on its pipe."""

    id: int
    name: str
    tag: str | None = None
    latitude: float = 31.9973
    longitude: float = -102.0779
    pipe_diameter: float = 4.026
    """Inches."""
    activated_at: float = ACTIVATED
    pattern: str = "steady"
    """How its pipe flows, see `flow`."""
    rate: float = 400.0
    """bbl/d, of what there is when it flows."""
    cadence: float = 1740.0
    """Seconds from one ping to the next, give or take."""
    late: float = 0.02
    """The share of pings that reach the cloud much later than they were taken."""
    silent_after: float | None = None
    """When the sensor fell silent."""
    heard: bool = True
    """A sensor that was never heard of sends no pings of its own."""
    pinned: Record = field(default_factory=dict)
    """What a test fixed: stronger than anything that is computed."""
    own: list[Ping] = field(default_factory=list)
    """Pings that the control surface let come in, in that order."""


@dataclass(slots=True)
class World:
    """All sensors of one account."""

    seed: int = 1
    clock: Clock = time.time
    place: Place = field(
        default_factory=lambda: Place(
            seed=1, latitude=32.0, longitude=-102.0, utc_offset=-6 * 3600.0
        )
    )
    sensors: dict[int, Sensor] = field(default_factory=dict)
    version: int = 0
    """Counts up with every change."""
    _touched: set[int] = field(default_factory=set)
    _removed: set[int] = field(default_factory=set)

    def build(self, sensor: Sensor) -> Sensor:
        """Put a sensor in place while the world is built."""
        self.sensors[sensor.id] = sensor
        self.version += 1
        return sensor

    def add(self, sensor: Sensor) -> Sensor:
        """Put a sensor in place later on."""
        self._removed.discard(sensor.id)
        self.build(sensor)
        self.touch(sensor.id)
        return sensor

    def remove(self, sensor_id: int) -> None:
        """Take a sensor away."""
        del self.sensors[sensor_id]
        self._touched.discard(sensor_id)
        self._removed.add(sensor_id)
        self.version += 1

    def touch(self, sensor_id: int) -> None:
        """Note that a sensor was changed."""
        self._touched.add(sensor_id)
        self.version += 1

    def ordered(self) -> list[Sensor]:
        """Return the sensors by ascending id, as the cloud lists them."""
        return [self.sensors[sensor_id] for sensor_id in sorted(self.sensors)]

    def snapshot(self) -> Record:
        """Return what is not as it was built."""
        return {
            "touched": [asdict(self.sensors[key]) for key in sorted(self._touched)],
            "removed": list[Json](sorted(self._removed)),
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring a newly built world to where the snapshot was taken."""
        for sensor_id in cast(list[int], snapshot["removed"]):
            self.sensors.pop(sensor_id, None)
            self._removed.add(sensor_id)
        for parts in cast(list[dict[str, object]], snapshot["touched"]):
            own = [Ping(**ping) for ping in cast(list[dict[str, float]], parts["own"])]  # type: ignore[arg-type]  # as asdict wrote it
            self.add(Sensor(**{**parts, "own": own}))  # type: ignore[arg-type]  # as asdict wrote it
