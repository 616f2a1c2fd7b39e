"""The state of a simulated home: what was built, and what writes made of it.

What changes by itself (temperatures, occupancy, radio) is not kept in here: it is a function of
the seed and the clock, see `live` and `climate`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
import time
from typing import cast

from ..core.clock import Clock
from ..core.documents import Json, Record
from ..core.weather import Place
from .schema import RELATIONS, Many, One

REPORT_SECONDS = 60
"""Devices report once a minute; between two reports nothing changes."""


@dataclass(slots=True)
class Resource:
    """One resource; its relations to one other by name, those to many are derived."""

    type: str
    id: str
    attributes: Record = field(default_factory=dict)
    relations: dict[str, str | None] = field(default_factory=dict)
    pinned: Record = field(default_factory=dict)
    """What a test fixed: stronger than anything that is computed."""
    pinned_reading: Record = field(default_factory=dict)
    """The same for what its readings say."""
    traits: Record = field(default_factory=dict)
    """The nature of the simulated thing; never on the wire, never changing."""
    memory: dict[str, float] = field(default_factory=dict)
    """What writes leave behind besides attributes; never on the wire."""


@dataclass(slots=True)
class World:
    """All resources of one account."""

    seed: int = 1
    clock: Clock = time.time
    place: Place = field(default_factory=lambda: Place(seed=1))
    refuse_fifty: float = 0.2
    """The share of vents that refuse the position 50 and no other."""
    version: int = 0
    """Counts up with every change."""
    resources: dict[str, dict[str, Resource]] = field(
        default_factory=lambda: {kind: {} for kind in RELATIONS}
    )
    _touched: set[tuple[str, str]] = field(default_factory=set)
    _removed: set[tuple[str, str]] = field(default_factory=set)
    _ends: dict[tuple[str, str], dict[str, list[Resource]]] = field(
        default_factory=dict
    )

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.clock()

    def reported(self) -> int:
        """Return the time of the last round of reports."""
        return int(self.clock() // REPORT_SECONDS) * REPORT_SECONDS

    def build(self, resource: Resource) -> Resource:
        """Put a resource in place while the home is built."""
        self.resources[resource.type][resource.id] = resource
        self._ends.clear()
        self.version += 1
        return resource

    def add(self, resource: Resource) -> Resource:
        """Put a resource in place later on."""
        self._removed.discard((resource.type, resource.id))
        self.touch(self.build(resource))
        return resource

    def remove(self, resource: Resource) -> None:
        """Take a resource away; relations that lead to it stay behind, as in the cloud."""
        del self.resources[resource.type][resource.id]
        self._touched.discard((resource.type, resource.id))
        self._removed.add((resource.type, resource.id))
        self._ends.clear()
        self.version += 1

    def touch(self, resource: Resource) -> None:
        """Note that the values of a resource were changed."""
        self._touched.add((resource.type, resource.id))
        self.version += 1

    def lose(
        self, resource: Resource, since: float | None = None, *, noticed: bool = True
    ) -> None:
        """Let a device fall silent, now or some time ago: it neither reports nor obeys any more.

        The cloud keeps what it said last, and says that it is out of reach once it has noticed.
        """
        resource.memory["lost"] = self.now() if since is None else since
        resource.memory["noticed"] = noticed
        self.touch(resource)

    def find(self, resource: Resource) -> None:
        """Let a silent device be heard of again."""
        del resource.memory["lost"]
        self.touch(resource)

    def heard(self, resource: Resource, at: float) -> float:
        """Return when a device was heard of last, up to a time; a sensor as its thermostat was."""
        through = (
            self.one(resource, "thermostat")
            if resource.type == "remote-sensors"
            else None
        )
        times = [one.memory.get("lost", at) for one in (resource, through) if one]
        return min(at, *times)

    def relate(self, resource: Resource, name: str, target: str | None) -> None:
        """Let a relation lead elsewhere."""
        resource.relations[name] = target
        self._ends.clear()
        self.touch(resource)

    def get(self, kind: str, identity: str | None) -> Resource | None:
        """Return a resource, if it is there."""
        return self.resources[kind].get(identity) if identity else None

    def all(self, kind: str) -> Iterator[Resource]:
        """Return the resources of a type in the order in which they were built."""
        yield from self.resources[kind].values()

    def one(self, resource: Resource, name: str) -> Resource | None:
        """Follow a relation to one."""
        relation = RELATIONS[resource.type][name]
        return self.get(relation.target, resource.relations.get(name))

    def many(self, resource: Resource, name: str) -> list[Resource]:
        """Follow a relation to many."""
        relation = RELATIONS[resource.type][name]
        if isinstance(relation, One):
            found = self.one(resource, name)
            return [found] if found else []
        return self._led_here(relation).get(resource.id, [])

    def structure(self, resource: Resource) -> Resource | None:
        """Return the home that a resource belongs to."""
        return (
            resource
            if resource.type == "structures"
            else self.one(resource, "structure")
        )

    def first_name(self, structure: Resource) -> str:
        """Return the first name of the home's owner."""
        owner = self.one(structure, "owner")
        return str(owner.attributes["name"]).split()[0] if owner else "Guest"

    def fingerprint(self) -> str:
        """Return what tells this home from one that is built otherwise."""
        ids = [
            f"{kind}/{identity}"
            for kind, found in self.resources.items()
            for identity in found
        ]
        return blake2b("\n".join(ids).encode(), digest_size=8).hexdigest()

    def snapshot(self) -> Record:
        """Return what is not as it was built."""
        touched: dict[str, Json] = {}
        for kind, identity in sorted(self._touched):
            resource = self.resources[kind][identity]
            touched[f"{kind}/{identity}"] = {
                "attributes": dict(resource.attributes),
                "relations": dict(resource.relations),
                "pinned": dict(resource.pinned),
                "pinned_reading": dict(resource.pinned_reading),
                "traits": dict(resource.traits),
                "memory": dict(resource.memory),
            }
        return {
            "touched": touched,
            "removed": [
                f"{kind}/{identity}" for kind, identity in sorted(self._removed)
            ],
        }

    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring a newly built world to where the snapshot was taken."""
        for key in cast(list[str], snapshot["removed"]):
            kind, _, identity = key.partition("/")
            if found := self.get(kind, identity):
                self.remove(found)
        for key, parts in cast(
            dict[str, dict[str, Record]], snapshot["touched"]
        ).items():
            kind, _, identity = key.partition("/")
            self.add(
                Resource(
                    kind,
                    identity,
                    dict(parts["attributes"]),
                    cast(dict[str, str | None], dict(parts["relations"])),
                    dict(parts["pinned"]),
                    dict(parts["pinned_reading"]),
                    dict(parts["traits"]),
                    cast(dict[str, float], dict(parts["memory"])),
                )
            )

    def _led_here(self, relation: Many) -> dict[str, list[Resource]]:
        key = (relation.target, relation.via)
        if key not in self._ends:
            ends: dict[str, list[Resource]] = {}
            for other in self.all(relation.target):
                if target := other.relations.get(relation.via):
                    ends.setdefault(target, []).append(other)
            self._ends[key] = ends
        return self._ends[key]
