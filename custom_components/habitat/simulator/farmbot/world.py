"""The records of one account, and the soil of its bed."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
import time
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record, number
from ..core.weather import Place
from .resources import RESOURCES, Resource, fields_of

type Listener = Callable[[Resource, int, Record | None, str], None]
"""Hears of a record that was written, or None for one that is gone, and the label of the writer."""


@dataclass(frozen=True, slots=True)
class Watering:
    """Water that came down at a spot of the bed (mm), seconds since the epoch."""

    x: float
    y: float
    at: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class World:
    """One account with its robot."""

    number: int = 214
    """The id of the device, in `device_214`."""
    seed: int = 1
    clock: Clock = time.time
    live: bool = False
    """Whether things happen by themselves: farm events, readings of the computer."""
    update: str | None = None
    """The version of the robot's system that is to be had."""
    place: Place = field(
        default_factory=lambda: Place(
            seed=1,
            latitude=38.6,
            longitude=-121.5,
            utc_offset=-8 * 3600.0,
            mean=16.5,
            yearly=8.0,
            daily=7.5,
        )
    )
    tables: dict[str, dict[int, Record]] = field(
        default_factory=lambda: {path: {} for path in RESOURCES}
    )
    watered: list[Watering] = field(default_factory=list)
    bulletins: dict[str, Record] = field(default_factory=dict)
    featured: list[Record] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    _next: int = 1000
    _built: int | None = None
    _touched: set[tuple[str, int]] = field(default_factory=set)
    _removed: set[tuple[str, int]] = field(default_factory=set)

    @property
    def device(self) -> Record:
        """Return the record of the device."""
        return self.single("device")

    def single(self, path: str) -> Record:
        """Return the record of a resource of which there is one."""
        return next(iter(self.tables[path].values()))

    def rows(self, path: str) -> list[Record]:
        """Return the records of a resource in the order in which they came."""
        return list(self.tables[path].values())

    def build(self, path: str, at: float | None = None, /, **fields: Json) -> Record:
        """Put a record in place while the world is built; unknown fields are kept."""
        resource = RESOURCES[path]
        moment = self.clock() if at is None else at
        wanted = fields.pop("id", None)
        identity = self.identity() if wanted is None else cast(int, wanted)
        made: Record = {"id": identity, **_times(resource, moment)}
        if resource.owned:
            made["device_id"] = self.number
        made |= {
            name: deepcopy(item.default)
            for name, item in fields_of(resource, fields).items()
        }
        made |= fields
        self.tables[path][identity] = made
        return made

    def create(self, path: str, label: str = "", /, **fields: Json) -> Record:
        """Let a record appear; of what only the newest is kept, the oldest goes."""
        self._settle()
        made = self.build(path, None, **fields)
        resource, table = RESOURCES[path], self.tables[path]
        if resource.newest_first and resource.cap and len(table) > resource.cap:
            self.forget(path, next(iter(table)))
        self._wrote(path, made, label)
        return made

    def change(
        self, path: str, identity: int, label: str = "", /, **fields: Json
    ) -> Record:
        """Write fields of a record."""
        record = self.tables[path][identity]
        record |= fields
        record["updated_at"] = stamp(self.clock())
        self._wrote(path, record, label)
        return record

    def remove(self, path: str, identity: int, label: str = "") -> None:
        """Let a record vanish."""
        self.forget(path, identity)
        for listener in self.listeners:
            listener(RESOURCES[path], identity, None, label)

    def forget(self, path: str, identity: int) -> None:
        """Remove a record that nobody is told of."""
        del self.tables[path][identity]
        self._touched.discard((path, identity))
        if identity <= self._settle():
            self._removed.add((path, identity))

    def quietly(self, path: str, identity: int, /, **fields: Json) -> None:
        """Write fields of a record that nobody is told of."""
        self.tables[path][identity] |= fields
        self._touched.add((path, identity))

    def snapshot(self) -> Record:
        """Return what is not as it was built."""
        touched: list[Json] = [
            [path, self.tables[path][identity]]
            for path, identity in sorted(self._touched)
        ]
        return {
            "next": self._next,
            "touched": touched,
            "removed": [[path, identity] for path, identity in sorted(self._removed)],
            "watered": [[w.x, w.y, w.at, w.seconds] for w in self.watered],
            "update": self.update,
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring a newly built world to where the snapshot was taken."""
        self._settle()
        self._next = int(number(snapshot["next"], self._next))
        for path, identity in cast(list[tuple[str, int]], snapshot["removed"]):
            self.tables[path].pop(identity, None)
            self._removed.add((path, identity))
        for path, record in cast(list[tuple[str, Record]], snapshot["touched"]):
            identity = cast(int, record["id"])
            self.tables[path][identity] = record
            self._touched.add((path, identity))
        self.watered = [
            Watering(*each)
            for each in cast(
                list[tuple[float, float, float, float]], snapshot["watered"]
            )
        ]
        self.update = cast(str | None, snapshot["update"])

    def _wrote(self, path: str, record: Record, label: str) -> None:
        identity = cast(int, record["id"])
        self._removed.discard((path, identity))
        self._touched.add((path, identity))
        for listener in self.listeners:
            listener(RESOURCES[path], identity, record, label)

    def _settle(self) -> int:
        """Return the last id that was given while the world was built."""
        if self._built is None:
            self._built = self._next
        return self._built

    def identity(self) -> int:
        """Return an id that nothing has yet."""
        self._next += 1
        return self._next


def stamp(at: float) -> str:
    """Write seconds since the epoch as the server does: milliseconds and a Z."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _times(resource: Resource, at: float) -> Record:
    return {
        "created_at": int(at) if resource.unix else stamp(at),
        "updated_at": stamp(at),
    }
