"""CityFlow's models, and which of their values can be true."""

from collections.abc import Mapping

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cityflow.client.models import (
    DeviceType,
    Measurement,
    Organization,
    Probe,
    Property,
)
from custom_components.habitat.cityflow.client.properties import KEYS, key_of, unit_of
from custom_components.habitat.cityflow.client.validity import valid
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from tests.support.strategies import BOUNDED, check_model, odd_json

JSON = odd_json("2019-11-28T07:23:19.346Z", "150", 12, -142.46, "8DFC78")
MODELS = (Organization, Probe, DeviceType, Measurement, Property)
REQUIRED: Mapping[type[object], dict[str, Json]] = {
    Organization: {"id": 1},
    Probe: {"id": "e00fce68"},
    DeviceType: {"id": 150},
    Measurement: {"time": "2019-11-28T07:23:19.346Z"},
    Property: {"prop": "r.avg"},
}


@pytest.mark.parametrize("kind", MODELS)
@given(data=st.data())
@BOUNDED
def test_anything(kind: type[object], data: st.DataObject) -> None:
    """Whatever is sent, the models keep what can be kept."""
    check_model(kind, REQUIRED[kind], JSON, data)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("odd", [None, {}, []])
def test_required(kind: type[object], odd: Json) -> None:
    """A record without what makes it one is dropped and counted."""
    for name in REQUIRED[kind]:
        report = ParseReport("test")
        assert parse(kind, {name: odd}, report) is None
        assert list(report.counts) == [f"{kind.__name__}.{name}"]


GOOD = {"t": 7.81, "h": 100.0, "p": 992.39, "l": 817.0, "b": 14.66, "s.avg": 38.5}


@pytest.mark.parametrize(
    ("readings", "kept"),
    [
        (GOOD, GOOD),
        ({}, {}),
        # The two rows of the API's own document.
        (
            {"t": 0.0, "h": 0.0, "p": 0.0, "p1": 0.0, "p2": 0.0, "s.avg": 81.16},
            {"s.avg": 81.16},
        ),
        (
            {"t": -142.46, "h": 30.92, "p": 484.5, "b": 41.19, "r.avg": 207.07},
            {"b": 41.19, "r.avg": 207.07},
        ),
        # One chip: the temperature looks good, but the pressure tells.
        ({"t": 21.0, "h": 40.0, "p": 484.5}, {}),
        ({"t": -142.46, "h": 40.0, "p": 992.0}, {}),
        ({"t": 21.0, "h": 40.0}, {"t": 21.0, "h": 40.0}),
        ({"t": 0.0, "h": 90.0, "p": 992.0}, {"t": 0.0, "h": 90.0, "p": 992.0}),
        ({"t": 7.0, "h": 0.0, "p": 992.0}, {"t": 7.0, "p": 992.0}),
        ({"h": 100.1}, {}),
        # The fan is off, or the air is clean but for the smallest.
        ({"mP1": 0.0, "mP2": 0.0, "mPX": 0.0, "nP1": 0.0, "aPS": 0.4}, {}),
        ({"mP1": 0.1, "mP2": 0.0}, {"mP1": 0.1, "mP2": 0.0}),
        ({"p1": 0.0, "p2": 0.0}, {}),
        # A zero is true where the same counter counts something, or says nothing else.
        ({"mP1": 0.0, "mP2": 0.0, "nP1": 0.4}, {"mP1": 0.0, "mP2": 0.0, "nP1": 0.4}),
        ({"mP2": 0.0}, {"mP2": 0.0}),
        ({"nP1": 0.0, "mP2": 1.5, "aPS": 0.0}, {"nP1": 0.0, "mP2": 1.5, "aPS": 0.0}),
        ({"mP2": 65535.0, "nP1": -0.1, "aPS": 999.0}, {}),
        ({"mP1": -1.0, "mP2": 2.0}, {"mP2": 2.0}),
        ({"p1": 48.0, "p2": 39.0}, {"p1": 48.0, "p2": 39.0}),
        ({"b": 104.2}, {"b": 100.0}),
        ({"b": -1.0}, {"b": 0.0}),
        ({"b": 0.0}, {"b": 0.0}),
        ({"b": 255.0}, {}),
        ({"l": -3.0}, {}),
        ({"l": 0.0}, {"l": 0.0}),
        ({"l": 4e9}, {}),
        ({"nS": -1.0, "s.var": 0.0}, {"s.var": 0.0}),
        ({"nA": 0.0, "nMa": 131.0, "nMi": 20.0}, {"nMi": 20.0}),
        # Nobody knows what these may be.
        ({"x.y": -1e9, "c": -5.0, "n": 0.0, "r": 0.0}, None),
    ],
)
def test_valid(readings: dict[str, float], kept: dict[str, float] | None) -> None:
    """Values that cannot be true are left out, each for its own row and property."""
    before = dict(readings)
    assert valid(readings) == (before if kept is None else kept)
    assert readings == before


@given(
    st.dictionaries(
        st.sampled_from([*KEYS, "other"]), st.floats(allow_nan=False), max_size=12
    )
)
@BOUNDED
def test_valid_twice(readings: dict[str, float]) -> None:
    """What is left is as good as it gets, and nothing is made up."""
    kept = valid(readings)
    assert kept.keys() <= readings.keys()
    assert valid(kept) == kept


def test_keys() -> None:
    """Both generations share their names; unknown properties keep theirs."""
    assert key_of("p2") == key_of("mP2") == "pm25"
    assert key_of("s.avg") == key_of("nA") == "noise"
    assert key_of("r.avg") == key_of("r") == "rain_signal"
    assert key_of("pm.raw") == "property_pm_raw"
    assert key_of("temperature") != key_of("t")
    assert all("." not in key for key in KEYS.values())


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("µg/m³", "μg/m³"),
        ("μg/m³", "μg/m³"),
        ("ug/m3", "μg/m³"),
        ("°C", "°C"),
        ("dB(A)", "dBA"),
        (" hPa ", "hPa"),
        ("lx", "lx"),
        ("%", "%"),
        ("1/cm³", "1/cm³"),
        ("µm", "μm"),
        ("furlong", "furlong"),
        ("", None),
        (None, None),
    ],
)
def test_units(text: str | None, unit: str | None) -> None:
    """Units are those of Home Assistant, whatever sign stands for micro."""
    assert unit_of(text) == unit


@pytest.mark.parametrize(
    ("latitude", "longitude", "there"),
    [(56.1, 10.2, True), (None, 10.2, False), ("x", 10.2, False), (0, 0, False)],
)
def test_position(latitude: Json, longitude: Json, there: bool) -> None:
    """A probe has a place on the map or none."""
    raw = {"id": "a", "latitude": latitude, "longitude": longitude}
    probe = parse(Probe, raw, ParseReport("test"))
    assert probe is not None
    assert (probe.position is not None) is there
