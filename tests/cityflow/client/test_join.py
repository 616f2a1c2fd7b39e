"""Which row belongs to which probe."""

from datetime import UTC, datetime, timedelta

from custom_components.habitat.cityflow.client.join import join, shared_locations
from custom_components.habitat.cityflow.client.models import Measurement, Probe

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def row(
    device_id: str | None, location: str | None = None, kind: int = 2, age: int = 0
) -> Measurement:
    """Return a row of so many minutes ago."""
    at = NOON - timedelta(minutes=age)
    return Measurement(time=at, type=kind, device_id=device_id, location=location)


def probes(*places: tuple[str, str | None]) -> dict[str, Probe]:
    """Return probes of type 2 at their locations."""
    return {
        name: Probe(id=name, type=2, location=location) for name, location in places
    }


def test_by_id() -> None:
    """The id tells, and the newest row counts."""
    old, new = row("A", "1", age=20), row("A", "9", age=5)
    assert join(probes(("A", "1"), ("B", "9")), [old, new, old]) == {"A": new}


def test_by_location() -> None:
    """A row of an unknown id belongs to the only probe of its type at its location."""
    stray = row("x", "1")
    assert join(probes(("A", "1")), [stray]) == {"A": stray}


def test_other_type() -> None:
    """A row of another type is another device's."""
    stray = row("x", "1", kind=150)
    assert join(probes(("A", "1")), [stray]) == {"x": stray}


def test_two_probes_at_a_location() -> None:
    """Where two stand, the location tells nothing."""
    stray = row("x", "1")
    assert join(probes(("A", "1"), ("B", "1")), [stray]) == {"x": stray}


def test_two_strays_at_a_location() -> None:
    """Neither does it where two rows could be meant."""
    one, other = row("x", "1"), row("y", "1")
    assert join(probes(("A", "1")), [one, other]) == {"x": one, "y": other}


def test_probe_that_speaks_for_itself() -> None:
    """A probe with rows of its own gets nobody else's."""
    own, stray = row("A", "1", age=30), row("x", "1")
    assert join(probes(("A", "1")), [own, stray]) == {"A": own, "x": stray}


def test_nobody() -> None:
    """A row without an id or a location belongs to nobody or to itself."""
    assert join(probes(("A", "1"), ("B", None)), [row(None, "1")]) == {}
    stray = row("x")
    assert join(probes(("A", "1"), ("B", None)), [stray]) == {"x": stray}


def test_shared_locations() -> None:
    """Locations of several probes are known for it."""
    known = probes(("A", "1"), ("B", "1"), ("C", "2"), ("D", None), ("E", None))
    assert shared_locations(known.values()) == {"1"}
