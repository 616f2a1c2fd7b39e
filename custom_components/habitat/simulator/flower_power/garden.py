"""The plants of one account: where they stand, what they need and who brings their samples.

What is measured is not kept in here: it is a function of the seed and the clock, see `nature`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
import time
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record
from ..core.weather import DAY, HOUR, Place

SAMPLE_SECONDS = 900
"""Sensors measure four times an hour."""
BEGAN = 1_746_057_600.0
"""The first of May 2025: before that nothing was measured."""
LYON = Place(
    seed="Lyon",
    latitude=45.76,
    longitude=4.84,
    utc_offset=HOUR,
    mean=12.5,
    yearly=9.5,
    daily=4.5,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """What a plant needs; None where it does not care.

    °C, mol/m²/d, mS/cm and % of water in the soil.
    """

    id: int
    temperature: tuple[float, float] = (12, 32)
    light: tuple[float, float | None] = (2, None)
    fertilizer: tuple[float | None, float] = (0.3, 3.0)
    moisture: float = 14


@dataclass(slots=True, kw_only=True)
class Probe:
    """A sensor."""

    serial: str
    mac: str
    """Twelve hexadecimal digits."""
    kind: str = "flower-power"
    color: int = 4
    assigned: float = BEGAN
    firmware: str = "2016-09-14_hawaii-2.0.3_hardware-config-MP"
    upgrade: str | None = None
    """A newer firmware that is there for it."""
    named: bool = True
    """Whether the cloud knows its system id."""

    @property
    def pot(self) -> bool:
        """Whether it waters by itself."""
        return self.kind == "pot"


@dataclass(slots=True, kw_only=True)
class Spot:
    """A location."""

    id: str
    name: str
    probe: Probe | None = None
    species: Species | None = None
    indoor: bool | None = True
    coordinates: tuple[float, float] = (0, 0)
    began: float = BEGAN
    ended: float | None = None
    """When its sensor went elsewhere."""
    silent: bool = False
    """Nothing was measured here yet."""
    stranded: float | None = None
    """Since when nobody comes by here any more who would upload samples."""
    trouble: str | None = None
    """What its pot complains of, such as "check_system", beside an empty tank."""
    window: float = 9.0
    """The light of full sun here, in mol/m²/d at that rate."""
    lamp: float = 0.0
    """The same of a lamp in the evening."""
    warmer: float = 0.0
    """°C above what is usual here."""
    every: float | None = 5.0
    """The days from one watering to the next; None where nobody waters."""
    wettest: float = 34.0
    driest: float = 6.5
    richness: float = 1.0
    """The soil's conductivity when it was fertilized, in mS/cm."""
    pictures: int = 0
    watered: list[float] = field(default_factory=list)
    """When somebody watered beyond that."""
    pinned: dict[str, Record] = field(default_factory=dict)
    """What was fixed in "configuration", "status" and "sample"; stronger than all else."""


@dataclass(slots=True)
class Garden:
    """All locations of one account."""

    seed: int = 1
    clock: Clock = time.time
    place: Place = LYON
    upload_seconds: int = SAMPLE_SECONDS
    """How often a phone or a bridge comes by and uploads what it finds."""
    processing_seconds: int = 60
    """How long the cloud works on an upload."""
    halted: float | None = None
    """Since when nobody comes by any more."""
    spots: dict[str, Spot] = field(default_factory=dict)
    configured: int = 0
    """How often the configuration was changed."""
    analyzed: int = 0
    """How often the status was changed otherwise than by an upload."""
    _touched: set[str] = field(default_factory=set)
    _removed: set[str] = field(default_factory=set)

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.clock()

    def upload(self) -> float:
        """Return the time of the last upload."""
        now = self.now() if self.halted is None else min(self.now(), self.halted)
        return now // self.upload_seconds * self.upload_seconds

    def processing(self) -> bool:
        """Say whether the cloud still works on the last upload."""
        return self.now() - self.upload() < self.processing_seconds

    def versions(self) -> tuple[int, int]:
        """Return the version of the configuration and that of the status."""
        return (
            40 + self.configured,
            int((self.upload() - BEGAN) // self.upload_seconds) + self.analyzed,
        )

    def state(self) -> tuple[int, int, bool]:
        """Return what no answer changes without."""
        return (*self.versions(), self.processing())

    def touch(self, spot: Spot, *, configured: bool) -> None:
        """Note that a location was changed by hand."""
        self._touched.add(spot.id)
        if configured:
            self.configured += 1
        self.analyzed += 1

    def add(self, spot: Spot) -> Spot:
        """Let a location appear."""
        self.spots[spot.id] = spot
        self.configured += 1
        self.analyzed += 1
        return spot

    def remove(self, identifier: str) -> None:
        """Let a location vanish."""
        del self.spots[identifier]
        self._touched.discard(identifier)
        self._removed.add(identifier)
        self.configured += 1
        self.analyzed += 1

    def fingerprint(self) -> str:
        """Return what tells this garden from one that is built otherwise."""
        return blake2b("\n".join(self.spots).encode(), digest_size=8).hexdigest()

    def snapshot(self) -> Record:
        """Return what is not as it was built."""
        return {
            "configured": self.configured,
            "analyzed": self.analyzed,
            "halted": self.halted,
            "touched": {
                identifier: {
                    "watered": list[Json](self.spots[identifier].watered),
                    "pinned": dict(self.spots[identifier].pinned),
                    "stranded": self.spots[identifier].stranded,
                    "trouble": self.spots[identifier].trouble,
                }
                for identifier in sorted(self._touched)
            },
            "removed": list[Json](sorted(self._removed)),
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring a newly built garden to where the snapshot was taken."""
        for identifier in cast(list[str], snapshot["removed"]):
            self.remove(identifier)
        touched = cast(dict[str, Record], snapshot["touched"])
        for identifier, parts in touched.items():
            spot = self.spots[identifier]
            spot.watered = cast(list[float], parts["watered"])
            spot.pinned = cast(dict[str, Record], parts["pinned"])
            spot.stranded = cast(float | None, parts.get("stranded"))
            spot.trouble = cast(str | None, parts.get("trouble"))
            self._touched.add(identifier)
        self.configured = cast(int, snapshot["configured"])
        self.analyzed = cast(int, snapshot["analyzed"])
        self.halted = cast(float | None, snapshot["halted"])


def sampled(spot: Spot, phase: float, upload: float) -> float | None:
    """Return the time of the last sample of a location that an upload brought."""
    if spot.silent or spot.probe is None:
        return None
    ends = (end for end in (spot.ended, spot.stranded) if end is not None)
    latest = min((upload, *ends))
    last = (latest - phase) // SAMPLE_SECONDS * SAMPLE_SECONDS + phase
    return last if last >= spot.began else None


def days(count: float) -> float:
    """Return days in seconds."""
    return count * DAY
