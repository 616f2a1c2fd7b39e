"""Building blocks of homes: ids as Flair gives them, and one call a resource."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
import time

from ..core.clock import Clock
from ..core.documents import Json, Record, moment
from ..core.weather import Place
from .defaults import DEFAULTS
from .world import Resource, World

_NUMBERED = frozenset({"users", "structures", "rooms", "zones"})
_FIRST = 9_900_000_000
"""No real account is near. Types share the numbers: ids are unique only within a type."""
_FANS = {"COOL": 4, "HEAT": 4, "DRY": 1, "FAN": 4, "AUTO": 1}
_FAN_NAMES = ("FAN AUTO", "FAN HI", "FAN MID", "FAN LOW")


class Builder:
    """Fills a world; the same calls with the same seed give the same home."""

    def __init__(self, seed: int = 1, clock: Clock = time.time) -> None:
        """Begin with an empty world."""
        self.world = World(seed=seed, clock=clock, place=Place(seed=seed))
        self._counts: dict[str, int] = {}
        self._numbers = _FIRST + sha256_number(seed, 9000) * 10_000

    def add(
        self,
        kind: str,
        attributes: Mapping[str, Json] | None = None,
        traits: Mapping[str, Json] | None = None,
        **relations: Resource | str | None,
    ) -> Resource:
        """Put one resource in place, related to others by name (underscores for hyphens)."""
        index = self._counts.get(kind, 0)
        self._counts[kind] = index + 1
        identity = self._identity(kind, index)
        values: Record = {
            **DEFAULTS[kind],
            "created-at": _created(index),
            **(attributes or {}),
        }
        values.setdefault("updated-at", values["created-at"])
        if kind in ("structures", "rooms"):
            values.setdefault("state-updated-at", values["created-at"])
        if kind == "structures":
            values.setdefault("puck-client-id", f"puck-client-{identity}")
            values.setdefault("puck-client-secret", f"puck-secret-{identity}")
        if kind == "pucks":
            values["display-number"] = identity[:4]
        return self.world.build(
            Resource(
                kind,
                identity,
                values,
                {
                    name.replace("_", "-"): to.id if isinstance(to, Resource) else to
                    for name, to in relations.items()
                },
                traits=dict(traits or {}),
            )
        )

    def _identity(self, kind: str, index: int) -> str:
        if kind in _NUMBERED:
            return str(self._numbers + index)
        digest = sha256(f"{self.world.seed} {kind} {index}".encode()).hexdigest()
        number = f"{int(digest[8:32], 16):024d}"[-12:]
        return f"{digest[:8]}-2026-{index // 10000:04d}-{index % 10000:04d}-{number}"


def sha256_number(seed: int, below: int) -> int:
    """Return a number for a seed."""
    return int(sha256(f"account {seed}".encode()).hexdigest(), 16) % below


def gateway(device: Resource) -> Record:
    """Return the attributes of what reaches the cloud through a device."""
    return {
        "connected-gateway-id": device.id,
        "connected-gateway-type": device.type[:-1],
    }


def constraints(
    scale: str,
    points: Sequence[int],
    *,
    modes: Sequence[str] = ("COOL", "HEAT", "DRY", "FAN", "AUTO"),
    swing: bool = True,
) -> dict[str, Json]:
    """Return what an infrared unit can do, with set points in its own scale, "C" or "F"."""
    texts: list[Json] = [str(point) for point in points]
    middle: list[Json] = [texts[len(texts) // 2]]
    swings = ("ON", "OFF") if swing else ("OFF",)
    on: dict[str, Json] = {}
    for mode in modes:
        names = _FAN_NAMES[1:] if mode == "FAN" else _FAN_NAMES[: _FANS[mode]]
        offered = texts if mode in ("COOL", "HEAT", "AUTO") else middle
        on[mode] = {way: dict.fromkeys(names, offered) for way in swings}
    off: dict[str, Json] = {"AUTO": {"OFF": {"FAN AUTO": middle}}}
    return {"ON": on, "OFF": off, "temperature-scale": scale}


def _created(index: int) -> str:
    return moment(1_735_718_400.0 + 61.7 * index)
