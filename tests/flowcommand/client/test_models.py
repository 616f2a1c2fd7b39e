"""FlowCommand's models on whatever may be sent."""

from dataclasses import fields
from typing import cast

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.geo import validated_coordinates
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.flowcommand.client.models import (
    FlowSensor,
    FlowVolume,
    Ping,
)
from custom_components.habitat.flowcommand.units import gallons
from tests.support.strategies import BOUNDED, check_model, odd_json

JSON = odd_json("2019-02-05T20:41:02Z", "5356.9", 12, -1.5)
MODELS = (FlowSensor, Ping, FlowVolume)
REQUIRED: dict[str, Json] = {
    "id": 1,
    "sensor_id": 2,
    "at": "2019-02-05T20:41:02Z",
    "start": "2019-02-05T20:00:00Z",
    "end": "2019-02-05T21:00:00Z",
}


@pytest.mark.parametrize("kind", MODELS)
@given(data=st.data())
@BOUNDED
def test_anything(kind: type[object], data: st.DataObject) -> None:
    """Whatever is sent, the models keep what can be kept."""
    check_model(kind, REQUIRED, JSON, data)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("odd", [None, {}, [], "?"])
def test_required(kind: type[object], odd: Json) -> None:
    """A record without what makes it one is dropped and counted."""
    names = {item.name for item in fields(kind)}  # type: ignore[arg-type]  # models are dataclasses
    for name in REQUIRED.keys() & names:
        report = ParseReport("test")
        assert parse(kind, {**REQUIRED, name: odd}, report) is None
        assert list(report.counts) == [f"{kind.__name__}.{name}"]


@given(JSON, JSON)
@BOUNDED
def test_positions(latitude: Json, longitude: Json) -> None:
    """A position is one on earth."""
    raw = {"id": 1, "latitude": latitude, "longitude": longitude}
    sensor = cast(FlowSensor, parse(FlowSensor, raw, ParseReport("test")))
    if (found := sensor.position) is not None:
        assert abs(found[0]) <= 90
        assert abs(found[1]) <= 180


def test_position() -> None:
    """Half a position is none, and neither is the one of those who do not know theirs."""
    assert validated_coordinates(29.76, -95.37) == (29.76, -95.37)
    assert validated_coordinates(0.0, -95.37) == (0.0, -95.37)
    assert validated_coordinates(0.0, 0.0) is None
    assert validated_coordinates(None, 1.0) is None
    assert validated_coordinates(91.0, 1.0) is None


def test_barrels() -> None:
    """A barrel has 42 US gallons."""
    assert gallons(10.0) == 420
    assert gallons(0.0) == 0
    assert gallons(None) is None
