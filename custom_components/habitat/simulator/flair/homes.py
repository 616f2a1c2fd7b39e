"""Homes of any size, and those that are ready-made."""

from collections.abc import Callable
import time

from ..core.clock import Clock
from ..core.documents import Json
from .builder import Builder, constraints, gateway
from .demo import demo
from .world import Resource, World


def home(
    *,
    vents: int = 12,
    pucks: int = 6,
    bridges: int = 1,
    rooms: int | None = None,
    structures: int = 1,
    puck2s: int = 0,
    hvac_units: int = 0,
    thermostats: int = 0,
    remote_sensors: int = 0,
    schedules: int = 0,
    mode: str = "manual",
    seed: int = 1,
    clock: Clock = time.time,
) -> World:
    """Build homes of a size; all counts are totals, dealt out to the structures in turn.

    Without `rooms` there is one for each puck, or for two vents where those are more.
    """
    make = Builder(seed, clock)
    user = make.add("users")
    count = max(pucks + puck2s, -(-vents // 2), hvac_units) if rooms is None else rooms
    houses = [
        make.add("structures", {"name": f"House {index + 1}", "mode": mode}, owner=user)
        for index in range(structures)
    ]
    if not houses:
        return make.world
    user.relations["default-structure"] = houses[0].id
    zones = [make.add("zones", structure=house) for house in houses]
    places = [
        make.add(
            "rooms",
            {"name": f"Room {index + 1}"},
            structure=houses[index % structures],
            zone=zones[index % structures],
            thermostat=None,
        )
        for index in range(count)
    ]
    deal = _Deal(make, houses, places)
    hubs = deal.out("bridges", bridges, "Bridge")
    through = gateway(hubs[0]) if hubs else {}
    deal.out("vents", vents, "Vent", **through)
    senders = deal.out("pucks", pucks, "Puck", **through)
    deal.out("puck2s", puck2s, "Puck 2", **through)
    deal.out("thermostats", thermostats, "Thermostat")
    deal.out("remote-sensors", remote_sensors, "Sensor")
    units = deal.out("hvac-units", hvac_units, "Unit")
    for index, unit in enumerate(units):
        unit.attributes["constraints"] = constraints("C", range(16, 31))
        unit.attributes["swing"] = "Off"
        if senders:
            unit.relations["puck"] = senders[index % len(senders)].id
    for index in range(schedules):
        name = f"Schedule {index + 1}"
        make.add("schedules", {"name": name}, structure=houses[index % structures])
    return make.world


class _Deal:
    """Deals devices out to rooms."""

    def __init__(
        self, make: Builder, houses: list[Resource], rooms: list[Resource]
    ) -> None:
        self._make = make
        self._houses = houses
        self._rooms = rooms

    def out(
        self, kind: str, count: int, name: str, **attributes: Json
    ) -> list[Resource]:
        """Build devices of a type, each in the next room."""
        found: list[Resource] = []
        for index in range(count):
            room = self._rooms[index % len(self._rooms)] if self._rooms else None
            structure = self._houses[index % len(self._houses)]
            found.append(
                self._make.add(
                    kind,
                    {"name": f"{name} {index + 1}", **attributes},
                    structure=room.relations["structure"] if room else structure,
                    room=room,
                )
            )
        return found


def standard(seed: int = 1, clock: Clock = time.time) -> World:
    """Build the home of the benchmarks: 12 vents, 6 pucks, 1 bridge."""
    return home(seed=seed, clock=clock)


HOMES: dict[str, Callable[[int, Clock], World]] = {
    "demo": demo,
    "standard": standard,
}
"""The ready-made homes by name."""
