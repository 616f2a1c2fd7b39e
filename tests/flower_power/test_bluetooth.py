"""Where a sensor can be met over Bluetooth."""

from datetime import UTC, datetime

from custom_components.habitat.flower_power.bluetooth import bluetooth_addresses
from custom_components.habitat.flower_power.client.models import (
    Location,
    LocationStatus,
    Sensor,
)

OLD, NEW = datetime(2017, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)
SYSTEM = "9003B70000C7456C"
ADDRESS = "90:03:B7:C7:45:6C"


def location(
    name: str, system: str | None = SYSTEM, assigned: datetime | None = None
) -> Location:
    """Return a location with a sensor."""
    sensor = Sensor(system_id=system, assignment_datetime_utc=assigned)
    return Location(location_identifier=name, sensor=sensor)


def test_one_sensor_one_place() -> None:
    """A sensor stands where it was put last, in whatever order the places come."""
    places = [location("a", assigned=OLD), location("b", assigned=NEW)]
    for found in (places, places[::-1]):
        assert bluetooth_addresses(found, {}) == {"b": ADDRESS}


def test_by_samples() -> None:
    """Where that is not known, it is where it was heard last."""
    places = [location("a"), location("b")]
    heard = {
        name: LocationStatus(location_identifier=name, last_sample_utc=at)
        for name, at in (("a", NEW), ("b", OLD))
    }
    assert bluetooth_addresses(places, heard) == {"a": ADDRESS}
    silent = {"a": LocationStatus(location_identifier="a"), "b": heard["b"]}
    assert bluetooth_addresses(places, silent) == {"b": ADDRESS}


def test_nothing_known() -> None:
    """No sensor and no system id make no address; other sensors have their own."""
    places = [
        Location(location_identifier="a"),
        location("b", None),
        location("c"),
        location("d", "9003b70000aabbcc"),
    ]
    assert bluetooth_addresses(places, {}) == {
        "c": ADDRESS,
        "d": "90:03:B7:AA:BB:CC",
    }
