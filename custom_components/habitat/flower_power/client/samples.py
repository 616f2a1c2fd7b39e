"""Reads the answer with the samples of a location in a time range."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ...cloud.documents import Json, each
from ...cloud.errors import BadAnswer
from ...cloud.parsing import parse
from ...cloud.report import ParseReport
from ...cloud.time_range import TimeRange
from ...cloud.values import to_datetime
from .models import Sample, WateringEvent

_MOMENT = ("datetime_utc", "date_time_utc")
"""The ends of the names of times, in this API and in the older one."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples and waterings of a time range, the oldest first."""

    samples: tuple[Sample, ...] = ()
    watering_events: tuple[WateringEvent, ...] = ()
    first_not_definitive_value_datetime_utc: datetime | None = None
    """From this time on the cloud may compute values again (docs/vendors/flower_power.md, Resources)."""

    @property
    def newest(self) -> Sample | None:
        """The last sample."""
        return self.samples[-1] if self.samples else None


def read_samples(
    document: Mapping[str, Json], span: TimeRange, report: ParseReport
) -> Samples:
    """Read an answer; samples outside the time range are dropped.

    Raises:
        BadAnswer: it has no list of samples.
    """
    rows = document.get("samples")
    if not isinstance(rows, list):
        raise BadAnswer("The answer has no samples")
    events = document.get("watering_events")
    return join_samples(
        [
            Samples(
                tuple(
                    sample
                    for row in each(rows)
                    if (sample := _read_sample(row, report))
                    and sample.capture_datetime_utc in span
                ),
                tuple(
                    event
                    for item in each(events if isinstance(events, list) else ())
                    if (event := read_watering_event(item, report))
                    and event.begin in span
                ),
                to_datetime(document.get("first_not_definitive_value_datetime_utc")),
            )
        ]
    )


def join_samples(windows: Iterable[Samples]) -> Samples:
    """Return the samples of several windows in order, each once."""
    samples: dict[datetime, Sample] = {}
    events: dict[datetime, WateringEvent] = {}
    provisional: datetime | None = None
    for window in windows:
        samples.update((item.capture_datetime_utc, item) for item in window.samples)
        events.update((item.begin, item) for item in window.watering_events)
        provisional = window.first_not_definitive_value_datetime_utc or provisional
    return Samples(
        tuple(sample for _, sample in sorted(samples.items())),
        tuple(event for _, event in sorted(events.items())),
        provisional,
    )


def read_watering_event(raw: Json, report: ParseReport) -> WateringEvent | None:
    """Read a watering event; return None if it has no time.

    None was ever recorded. It may be a time, or an object with any times: the first is the begin and the
    last the end.
    """
    texts = (
        [value for name, value in raw.items() if name.lower().endswith(_MOMENT)]
        if isinstance(raw, dict)
        else [raw]
    )
    times = sorted(time for text in texts if (time := to_datetime(text)) is not None)
    if not times:
        report.record("WateringEvent")
        return None
    return WateringEvent(
        begin=times[0], end=times[-1] if times[-1] > times[0] else None
    )


def _read_sample(raw: Json, report: ParseReport) -> Sample | None:
    if not isinstance(raw, dict):
        report.record("Sample (no object)")
        return None
    return parse(Sample, raw, report)
