"""What stands for nothing reads as nothing, and what only looks like it stays."""

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.flower_power.client.enums import Instruction, Status
from custom_components.habitat.flower_power.client.models import (
    Location,
    LocationStatus,
)
from custom_components.habitat.flower_power.client.sentinels import (
    clean_location,
    clean_status,
)
from tests.support.strategies import BOUNDED, odd_json

JSON = odd_json(0, -1, 99, "0", "pot")
FIELDS = (
    "fertilizer",
    "light",
    "watering",
    "sensor",
    "total_sample_count",
    "last_sample_utc",
)


def status(**values: Json) -> LocationStatus:
    """Read a status."""
    raw = clean_status({"location_identifier": "x", **values})
    record = parse(LocationStatus, raw, ParseReport("test"))
    assert record is not None
    return record


def soil(value: Json, **values: Json) -> LocationStatus:
    """Read a status whose soil is said to be too dry at that moisture."""
    keys: dict[str, Json] = {
        "status_key": "status_critical",
        "instruction_key": "soil_moisture_too_low",
    }
    inner: Json = {**keys, "gauge_values": {"current_value": value, "min_threshold": 9}}
    return status(watering={**keys, "soil_moisture": inner}, **values)


def test_bounds() -> None:
    """-1 and 99 are no bounds where they stand for none, and bounds elsewhere."""
    gauge: Json = {"min_threshold": -1, "max_threshold": 99, "current_value": 1}
    found = status(
        light={"gauge_values": gauge},
        fertilizer={"gauge_values": gauge},
        air_temperature={"gauge_values": gauge},
    )
    light, fertilizer, air = (
        found.analysis(name).gauge_values
        for name in ("light", "fertilizer", "air_temperature")
    )
    assert (light.min_threshold, light.max_threshold) == (-1, None)
    assert (fertilizer.min_threshold, fertilizer.max_threshold) == (None, 99)
    assert (air.min_threshold, air.max_threshold) == (-1, 99)
    assert light.current_value == fertilizer.current_value == 1


@pytest.mark.parametrize("count", [0, None])
def test_never_measured(count: Json) -> None:
    """A moisture of 0 without any sample is unknown, and no alarm."""
    found = soil(0, total_sample_count=count, last_sample_utc=None)
    assert found.watering.soil_moisture.gauge_values.current_value is None
    assert found.watering.soil_moisture.gauge_values.min_threshold == 9
    assert found.watering.status_key is None
    assert found.needs_water is None
    assert found.problem is None


def test_measured() -> None:
    """A moisture of 0 that was measured is one; so is another that the phone knows."""
    dry = soil(0, total_sample_count=960, last_sample_utc="2018-12-21T15:03:21Z")
    assert dry.watering.soil_moisture.gauge_values.current_value == 0
    assert dry.watering.soil_moisture.status_key is Status.CRITICAL
    assert dry.needs_water is True
    told = soil(7.5, total_sample_count=0)
    assert told.watering.soil_moisture.gauge_values.current_value == 7.5
    assert told.watering.soil_moisture.instruction_key is Instruction.TOO_LOW


@pytest.mark.parametrize(
    ("kind", "level", "shown"),
    [
        ("pot", 0, 0),
        ("pot", 55.5, 55.5),
        ("flower-power", 0, None),
        # The status may leave it to the configuration to say what it is.
        (None, 0, 0),
        ("pot", -1, None),
        ("pot", 101, None),
        ("flower-power", None, None),
    ],
)
def test_tank(kind: Json, level: Json, shown: float | None) -> None:
    """What is known to be no pot has no tank that can be empty, and none is fuller than full."""
    found = status(
        watering={"automatic_watering": {"gauge_values": {"current_value": level}}},
        sensor={"sensor_type": kind},
    )
    assert found.watering.automatic_watering.gauge_values.current_value == shown


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (0, 0, (None, None)),
        (0.0, "0", (None, None)),
        (91, 4, (None, None)),
        (0, 4.83, (0, 4.83)),
        (45.76, 4.83, (45.76, 4.83)),
        (45.76, None, (45.76, None)),
    ],
)
def test_place(latitude: Json, longitude: Json, place: tuple[float, float]) -> None:
    """0/0 is no place, and neither is one beyond the poles."""
    raw = {"location_identifier": "x", "latitude": latitude, "longitude": longitude}
    location = parse(Location, clean_location(raw), ParseReport("test"))
    assert location is not None
    assert (location.latitude, location.longitude) == place


@pytest.mark.parametrize(
    ("gauge", "impossible", "possible"),
    [
        ("air_temperature", (-142.46, 652.36), (0, -12.5)),
        ("light", (-1, 65535), (0, 104)),
        ("fertilizer", (-1, 99), (0, 5.6)),
        ("soil_moisture", (-1, 101), (0, 62.5)),
    ],
)
def test_what_gauges_measure(
    gauge: str, impossible: tuple[float, ...], possible: tuple[float, ...]
) -> None:
    """What cannot be measured is unknown, a true zero is not; the bounds stay."""
    for value in (*impossible, *possible):
        block: Json = {"gauge_values": {"current_value": value, "min_threshold": 5}}
        found = status(
            last_sample_utc="2018-12-21T15:03:21Z",
            **{gauge: block},
            watering={"soil_moisture": block} if gauge == "soil_moisture" else None,
        ).analysis(gauge)
        shown = value if value in possible else None
        assert found.gauge_values.current_value == shown, value
        assert found.gauge_values.min_threshold == 5


@pytest.mark.parametrize(("level", "shown"), [(255, None), (-1, None), (0, 0)])
def test_battery(level: Json, shown: float | None) -> None:
    """No battery is fuller than full; an empty one is no gap."""
    found = status(battery={"gauge_values": {"current_value": level}})
    assert found.battery.gauge_values.current_value == shown


def test_no_avatar() -> None:
    """An empty address is none."""
    raw: dict[str, Json] = {"location_identifier": "x", "avatar_url": ""}
    location = parse(Location, clean_location(raw), ParseReport("test"))
    assert location is not None
    assert location.avatar_url is None
    assert raw["avatar_url"] == ""


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
@BOUNDED
def test_anything(raw: dict[str, Json]) -> None:
    """Whatever is sent, cleaning twice is cleaning once."""
    once = clean_status(raw)
    assert repr(clean_status(once)) == repr(once)
    place = {"latitude": raw.get("light"), "longitude": raw.get("fertilizer")}
    assert repr(clean_location(clean_location(place))) == repr(clean_location(place))
