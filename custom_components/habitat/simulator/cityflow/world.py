"""The simulated city: its probes, what was built, and what the control surface made of it.

What is in the air is not kept in here: it is a function of the seed and the clock, see `air`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
import time
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record
from ..core.noise import between, fraction
from ..core.weather import Place

INSTALLED = 1_741_600_800.0
"""When the probes began their work, in March 2025."""

FIRST, SIGFOX, SECOND = 1, 2, 150
"""The device types of the API's document and of recordings."""

_JITTER = 40.0


@dataclass(slots=True, kw_only=True)
class Probe:
    """One device, as the list of devices has it and as it is in truth."""

    id: str
    type: int = SECOND
    location: int = 1
    location_name: str = "Somewhere"
    latitude: float = 56.1572
    longitude: float = 10.2107
    city: str = "Aarhus"
    country: str = "Denmark"
    tags: list[str] = field(default_factory=list)
    traffic: float = 0.5
    """How busy the street is, from 0 to 1."""
    cadence: float = 600.0
    """Seconds from one row to the next; by the battery's level 2 to 30 minutes."""
    firmware: str = "1.4.2"
    installed_at: float = INSTALLED
    silent_after: float | None = None
    listed: bool = True
    """Whether the list of devices has it."""
    measures_as: str | None = None
    """Another id that its rows carry."""
    pinned: Record = field(default_factory=dict)
    """What a test fixed of its entry in the list: stronger than anything else."""
    pinned_row: Record = field(default_factory=dict)
    """The same for its rows."""


@dataclass(slots=True)
class World:
    """All probes of one account."""

    seed: int = 1
    clock: Clock = time.time
    place: Place = field(default_factory=lambda: city_place(1))
    probes: dict[str, Probe] = field(default_factory=dict)
    types: list[Record] = field(default_factory=list)
    """The device types as they are on the wire."""
    version: int = 0
    """Counts up with every change."""
    _touched: set[str] = field(default_factory=set)
    _removed: set[str] = field(default_factory=set)

    def build(self, probe: Probe) -> Probe:
        """Put a probe in place while the city is built."""
        self.probes[probe.id] = probe
        self.version += 1
        return probe

    def add(self, probe: Probe) -> Probe:
        """Put a probe in place later on."""
        self._removed.discard(probe.id)
        self.build(probe)
        self.touch(probe.id)
        return probe

    def remove(self, device_id: str) -> None:
        """Take a probe away."""
        del self.probes[device_id]
        self._touched.discard(device_id)
        self._removed.add(device_id)
        self.version += 1

    def touch(self, device_id: str) -> None:
        """Note that a probe was changed."""
        self._touched.add(device_id)
        self.version += 1

    def sent(self, probe: Probe) -> tuple[float | None, float]:
        """Return when a probe sent its newest row, and when it sends the next one."""
        now = self.clock()
        index = int((now - probe.installed_at) // probe.cadence) + 1
        while self._time(probe, index) > now:
            index -= 1
        at, following = self._time(probe, index), self._time(probe, index + 1)
        while probe.silent_after is not None and at > probe.silent_after:
            index -= 1
            at, following = self._time(probe, index), float("inf")
        return (at if index > 0 else None), following

    def _time(self, probe: Probe, index: int) -> float:
        phase = fraction(self.seed, probe.id, "phase") * probe.cadence
        jitter = between(-_JITTER, _JITTER, self.seed, probe.id, index, "jitter")
        at = probe.installed_at + index * probe.cadence - phase + jitter
        return round(at, 3)

    def snapshot(self) -> Record:
        """Return what is not as it was built."""
        return {
            "touched": [asdict(self.probes[key]) for key in sorted(self._touched)],
            "removed": list[Json](sorted(self._removed)),
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring a newly built city to where the snapshot was taken."""
        for device_id in cast(list[str], snapshot["removed"]):
            self.probes.pop(device_id, None)
            self._removed.add(device_id)
        for parts in cast(list[dict[str, object]], snapshot["touched"]):
            self.add(Probe(**parts))  # type: ignore[arg-type]  # as asdict wrote it


def city_place(seed: int) -> Place:
    """Return the sky over Aarhus."""
    return Place(
        seed=seed,
        latitude=56.16,
        longitude=10.2,
        utc_offset=3600.0,
        mean=8.8,
        yearly=8.2,
        daily=3.0,
    )
