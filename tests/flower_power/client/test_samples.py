"""Answers of the samples' endpoint, and several of them put together."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import BadAnswer
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.time_range import TimeRange
from custom_components.habitat.flower_power.client.models import WateringEvent
from custom_components.habitat.flower_power.client.samples import (
    Samples,
    join_samples,
    read_samples,
    read_watering_event,
)
from tests.support.strategies import BOUNDED, odd_json

FIRST = datetime(2018, 12, 21, 15, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = TimeRange(FIRST, FIRST + timedelta(days=1))
RECORDED: dict[str, Json] = {
    "capture_datetime_utc": "2018-12-21T15:03:21Z",
    "light": 0.1,
    "fertilizer_level": 0.23,
    "air_temperature_celsius": 18.94,
    "soil_moisture_percent": 18.41,
    "calibrated_soil_moisture_percent": 23.85,
    "battery_percent": 62,
    "water_tank_level_percent": 0,
}


def text(step: int) -> str:
    """Return the time of a sample as it is sent."""
    return (FIRST + step * QUARTER).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(
    document: dict[str, Json], report: ParseReport | None = None, span: TimeRange = DAY
) -> Samples:
    """Read an answer."""
    return read_samples(document, span, report or ParseReport("test"))


def test_recorded() -> None:
    """A sample as it was recorded."""
    report = ParseReport("test")
    found = read(
        {
            "samples": [RECORDED],
            "watering_events": [],
            "first_not_definitive_value_datetime_utc": "2018-12-14T15:03:21Z",
        },
        report,
    )
    assert found.newest is found.samples[0]
    assert found.newest.calibrated_soil_moisture_percent == 23.85
    assert found.newest.battery_percent == 62
    assert found.first_not_definitive_value_datetime_utc == datetime(
        2018, 12, 14, 15, 3, 21, tzinfo=UTC
    )
    assert not report.counts


def test_nulls() -> None:
    """Any value may be missing, and that is not odd."""
    report = ParseReport("test")
    raw: dict[str, Json] = {**dict.fromkeys(RECORDED), "capture_datetime_utc": text(0)}
    (sample,) = read({"samples": [raw]}, report).samples
    assert sample.light is None
    assert sample.battery_percent is None
    assert not report.counts


def test_order() -> None:
    """The oldest comes first, the last word on a time counts, what is outside is left out."""
    report = ParseReport("test")
    steps = (3, 1, -1, 3, 96, 95, 0)
    rows: list[Json] = [
        {"capture_datetime_utc": text(step), "light": number}
        for number, step in enumerate(steps)
    ]
    found = read({"samples": [*rows, {"light": 1}, 5, None]}, report)
    assert [sample.light for sample in found.samples] == [6, 1, 3, 5]
    assert report.counts == {
        "Sample.capture_datetime_utc": 1,
        "Sample (no object)": 2,
    }


def test_no_samples() -> None:
    """An empty list is an answer, no list is none."""
    assert read({"samples": []}).newest is None
    none: list[Json] = [None, {}, "none"]
    for odd in none:
        with pytest.raises(BadAnswer):
            read({"samples": odd})


@pytest.mark.parametrize(
    ("raw", "event"),
    [
        (text(1), WateringEvent(begin=FIRST + QUARTER)),
        ({"event_datetime_utc": text(1)}, WateringEvent(begin=FIRST + QUARTER)),
        (
            {
                "watering_cycle_end_date_time_utc": text(2),
                "watering_cycle_start_date_time_utc": text(1),
                "id": 5,
            },
            WateringEvent(begin=FIRST + QUARTER, end=FIRST + 2 * QUARTER),
        ),
        (
            {"a_datetime_utc": text(1), "b_datetime_utc": None, "created_at": text(0)},
            WateringEvent(begin=FIRST + QUARTER),
        ),
    ],
)
def test_watering_events(raw: Json, event: WateringEvent) -> None:
    """Nobody has seen one; any time in it will do."""
    report = ParseReport("test")
    assert read_watering_event(raw, report) == event
    found = read({"samples": [], "watering_events": [raw, raw]}, report)
    assert found.watering_events == (event,)
    assert not report.counts


@pytest.mark.parametrize("raw", [None, 5, "rain", [], {}, {"kind": "rain"}])
def test_no_watering_event(raw: Json) -> None:
    """An event without a time is dropped and counted."""
    report = ParseReport("test")
    found = read({"samples": [], "watering_events": [raw, text(1)]}, report)
    assert len(found.watering_events) == 1
    assert report.counts == {"WateringEvent": 1}


@given(odd_json(text(1)), odd_json(text(1)))
@BOUNDED
def test_anything(rows: Json, events: Json) -> None:
    """Whatever is sent, there are samples or there is no answer."""
    document: dict[str, Json] = {"samples": [rows, rows], "watering_events": [events]}
    found = read(document)
    assert all(sample.capture_datetime_utc in DAY for sample in found.samples)
    if not isinstance(rows, list):
        with pytest.raises(BadAnswer):
            read({"samples": rows})


def test_join() -> None:
    """Overlaps count once, and the newest answer says what is provisional."""
    one = read(
        {
            "samples": [{"capture_datetime_utc": text(step)} for step in (0, 1)],
            "watering_events": [text(1)],
            "first_not_definitive_value_datetime_utc": text(0),
        }
    )
    two = read(
        {
            "samples": [
                {"capture_datetime_utc": text(step), "light": 5} for step in (1, 2)
            ],
            "watering_events": [text(1), text(2)],
            "first_not_definitive_value_datetime_utc": text(1),
        }
    )
    whole = join_samples([one, two, Samples()])
    assert [sample.light for sample in whole.samples] == [None, 5, 5]
    assert [event.begin for event in whole.watering_events] == [
        FIRST + QUARTER,
        FIRST + 2 * QUARTER,
    ]
    assert whole.first_not_definitive_value_datetime_utc == FIRST + QUARTER
    assert join_samples([]) == Samples()
