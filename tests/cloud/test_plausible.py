"""Values that cannot be read as unknown, whatever the cloud; a zero that can be stays."""

from dataclasses import field

import pytest

from custom_components.habitat.cloud import plausible
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.models import model
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.plausible import (
    AIR_TEMPERATURE,
    BATTERY,
    HUMIDITY,
    Range,
    within,
)
from custom_components.habitat.cloud.report import ParseReport


@model
class Reading:
    """A reading, as the model of a vendor has it."""

    id: str
    temperature: float | None = field(default=None, metadata=within(AIR_TEMPERATURE))
    humidity: int | None = field(default=None, metadata=within(HUMIDITY))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (0, 0),
        (-0.0, 0),
        ("21.5", 21.5),
        (-12.25, -12.25),
        # A signed number sent unsigned, a register full of ones, a chip without data.
        (652.36, None),
        (-327.68, None),
        ("-142.46", None),
        (True, None),
        (None, None),
    ],
)
def test_field(sent: Json, read: float | None) -> None:
    """A value beyond the range of its field is unknown and counted; the rest is kept."""
    report = ParseReport("test")
    raw: dict[str, Json] = {"id": "1", "temperature": sent, "humidity": 0}
    record = parse(Reading, raw, report)
    assert record is not None
    assert (record.temperature, record.humidity) == (read, 0)
    odd = ["Reading.temperature"] if read is None and sent is not None else []
    assert list(report.counts) == odd


def test_ends() -> None:
    """The ends belong to a range, and nothing is made of nothing."""
    assert [BATTERY.keep(value) for value in (-0.1, 0, 100, 100.1, None)] == [
        None,
        0,
        100,
        None,
        None,
    ]


def test_table() -> None:
    """Every range has an order, and zero where a quantity can be none."""
    ranges = {
        name: one for name, one in vars(plausible).items() if isinstance(one, Range)
    }
    assert all(one.lowest < one.highest for one in ranges.values())
    without_zero = {name for name, one in ranges.items() if 0 not in one}
    assert without_zero == {"AIR_PRESSURE", "NOISE", "PIPE_DIAMETER"}
