"""The schedule of the robot: the occurrences of farm events, by the rules of FarmBot OS.

A farm event runs its sequence at its start and then after each interval until before its end. The
units are fixed numbers of seconds, a month is 30 days and a year 365, so a daily event moves by an
hour when daylight saving begins or ends. A regimen counts from midnight, in the robot's time zone,
of the day on which its event starts, and skips items before that start. See
docs/vendors/farmbot.md, Resources.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

from ...cloud.documents import Json
from ...cloud.enums import LenientEnum
from ...cloud.text import MAX_STATE_LENGTH, clean, cut
from ...cloud.values import to_datetime, to_int, to_str
from ..client.enums import ExecutableType, TimeUnit
from ..client.models import FarmEvent, Regimen, Sequence

LENGTH = timedelta(minutes=1)
"""The assumed duration of an occurrence, since that of a sequence is not known.

The server gives an event that runs once an end after one minute, and it is the shortest time between
two runs of an event, so that they never overlap.
"""
MAX_OCCURRENCES = 1500
"""Maximum of listed occurrences of one event: a month of one every half hour."""

_RESOLUTION = timedelta(microseconds=1)
_SECONDS: Mapping[TimeUnit, int] = {
    TimeUnit.MINUTELY: 60,
    TimeUnit.HOURLY: 3_600,
    TimeUnit.DAILY: 86_400,
    TimeUnit.WEEKLY: 604_800,
    TimeUnit.MONTHLY: 30 * 86_400,
    TimeUnit.YEARLY: 365 * 86_400,
}


class OccurrenceKind(LenientEnum):
    """Whether a sequence runs by itself or as an item of a regimen."""

    SEQUENCE = "sequence"
    REGIMEN = "regimen"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a sequence."""

    start: datetime
    summary: str
    """The name of the sequence, or of the regimen if the sequence is unknown."""
    kind: OccurrenceKind
    farm_event_id: int
    sequence_id: int | None = None
    regimen_id: int | None = None
    description: str | None = None
    """The first paragraph of the sequence's description, or the name of the regimen."""
    ran: bool | None = None
    """Whether the robot ran it; None if that is not known."""

    @property
    def end(self) -> datetime:
        """The assumed end, see `LENGTH`."""
        return self.start + LENGTH

    @property
    def uid(self) -> str:
        """An id that is unique for the robot."""
        return f"{self.farm_event_id}-{self.sequence_id}-{self.start.timestamp():.0f}"

    def to_json(self) -> dict[str, Json]:
        """Return the occurrence as a JSON object."""
        return {
            "start": self.start.isoformat(),
            "summary": self.summary,
            "kind": self.kind,
            "farm_event_id": self.farm_event_id,
            "sequence_id": self.sequence_id,
            "regimen_id": self.regimen_id,
            "description": self.description,
            "ran": self.ran,
        }

    @classmethod
    def from_json(cls, raw: Json) -> Self | None:
        """Return the occurrence that `to_json` has written, or None if it cannot be read."""
        if not isinstance(raw, dict):
            return None
        start = to_datetime(raw.get("start"))
        farm_event_id = to_int(raw.get("farm_event_id"))
        kind = OccurrenceKind.read(raw.get("kind"))
        if start is None or farm_event_id is None or kind is None:
            return None
        return cls(
            start=start,
            summary=to_str(raw.get("summary")) or "",
            kind=kind,
            farm_event_id=farm_event_id,
            sequence_id=to_int(raw.get("sequence_id")),
            regimen_id=to_int(raw.get("regimen_id")),
            description=to_str(raw.get("description")),
            ran=ran if isinstance(ran := raw.get("ran"), bool) else None,
        )


@dataclass(frozen=True, slots=True)
class Series:
    """Occurrences at equal intervals."""

    first: Occurrence
    step: timedelta = LENGTH
    count: int = 1
    since: datetime | None = None
    """When the rule was last changed: earlier occurrences are not known."""

    def numbers(self, begin: datetime, end: datetime | None = None) -> range:
        """Return the numbers of the occurrences that start at `begin` or later, but before `end`.

        They are computed, so a period far in the future takes no more time than today.
        """
        if self.since is not None:
            begin = max(begin, self.since)
        stop = self.count if end is None else min(self.count, self._number(end))
        return range(max(0, self._number(begin)), stop)

    def at(self, numbers: range) -> Iterator[Occurrence]:
        """Yield the occurrences with the numbers."""
        for number in numbers:
            yield replace(self.first, start=self.first.start + number * self.step)

    def _number(self, moment: datetime) -> int:
        """Return the number of the first occurrence that starts at a time or later."""
        return -((self.first.start - moment) // self.step)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The scheduled and the past runs of the robot."""

    series: tuple[Series, ...] = ()
    past: tuple[Occurrence, ...] = ()
    """Stored occurrences: the server deletes events that are over."""

    def between(self, start: datetime, end: datetime) -> list[Occurrence]:
        """Return the occurrences within a period, in order, of each event the first `MAX_OCCURRENCES`.

        Those that are known to be skipped are left out.
        """
        begin = start - LENGTH + _RESOLUTION
        found = {
            one.uid: one
            for series in self.series
            for one in series.at(series.numbers(begin, end)[:MAX_OCCURRENCES])
        }
        # A stored occurrence has the name that it had when it was due.
        found |= {
            one.uid: one for one in self.past if one.end > start and one.start < end
        }
        return sorted(
            (one for one in found.values() if one.ran is not False), key=_order
        )

    def current(self, now: datetime) -> Occurrence | None:
        """Return the last occurrence that has started and not ended."""
        return next(reversed(self.between(now, now + _RESOLUTION)), None)

    def next_after(self, now: datetime) -> Occurrence | None:
        """Return the next occurrence that starts later."""
        coming = (
            one
            for series in self.series
            for one in series.at(series.numbers(now + _RESOLUTION)[:1])
        )
        return min(coming, key=_order, default=None)

    def due(self, since: datetime, now: datetime) -> list[Occurrence]:
        """Return the occurrences that start after `since`, up to `now`, of each event the last `MAX_OCCURRENCES`."""
        begin, end = since + _RESOLUTION, now + _RESOLUTION
        return sorted(
            (
                one
                for series in self.series
                for one in series.at(series.numbers(begin, end)[-MAX_OCCURRENCES:])
            ),
            key=_order,
        )


def schedule_of(
    farm_events: Iterable[FarmEvent],
    sequences: Iterable[Sequence],
    regimens: Iterable[Regimen],
    zone: tzinfo | None,
    past: Iterable[Occurrence] = (),
    now: datetime | None = None,
) -> Schedule:
    """Return the schedule, without events that the robot cannot run.

    Args:
        farm_events: the events.
        sequences: the sequences that they run.
        regimens: the regimens that they run.
        zone: the time zone of the robot; without it, regimens do not run.
        past: stored occurrences.
        now: rules that the server dates later than this count as changed now.
    """
    by_id = {sequence.id: sequence for sequence in sequences}
    regimens_by_id = {regimen.id: regimen for regimen in regimens}
    series: list[Series] = []
    for event in sorted(farm_events, key=lambda event: event.id):
        if event.start_time is None or event.executable_id is None:
            continue
        match event.executable_type:
            case ExecutableType.SEQUENCE:
                sequence = by_id.get(event.executable_id)
                if sequence and (made := _repeated(event, event.start_time, sequence)):
                    series.append(replace(made, since=_since(now, event)))
            case ExecutableType.REGIMEN if zone:
                regimen = regimens_by_id.get(event.executable_id)
                if regimen:
                    since = _since(now, event, regimen)
                    series += [
                        replace(made, since=since)
                        for made in _items(
                            event, event.start_time, regimen, by_id, zone
                        )
                    ]
    return Schedule(tuple(series), tuple(sorted(past, key=_order)))


def _since(now: datetime | None, *rules: FarmEvent | Regimen) -> datetime | None:
    """Return when one of the rules was last changed, at most `now`; None if it is not known."""
    changed = [one.updated_at or one.created_at for one in rules]
    known = [moment for moment in changed if moment is not None]
    if not known:
        return None
    return max(known) if now is None else min(max(known), now)


def _repeated(event: FarmEvent, start: datetime, sequence: Sequence) -> Series | None:
    """Return the runs of a sequence, or None if there are none."""
    first = Occurrence(
        start=start,
        summary=sequence.name or "",
        kind=OccurrenceKind.SEQUENCE,
        farm_event_id=event.id,
        sequence_id=sequence.id,
        description=_about(sequence),
    )
    if event.time_unit is TimeUnit.NEVER:
        return Series(first)
    seconds = _SECONDS.get(event.time_unit) if event.time_unit else None
    if not seconds or not event.repeat or event.repeat < 0 or event.end_time is None:
        return None
    try:
        step = timedelta(seconds=seconds * event.repeat)
    except OverflowError:
        return Series(first) if event.end_time > start else None
    count = -((start - event.end_time) // step)
    return Series(first, step, count) if count > 0 else None


def _items(
    event: FarmEvent,
    start: datetime,
    regimen: Regimen,
    sequences: Mapping[int, Sequence],
    zone: tzinfo,
) -> Iterator[Series]:
    """Yield the items of a regimen from the start of its event on."""
    midnight = _midnight(start, zone)
    if midnight is None:
        return
    for item in regimen.regimen_items:
        begin = _after(midnight, item.time_offset)
        if begin is None or begin < start:
            continue
        sequence = sequences.get(item.sequence_id) if item.sequence_id else None
        yield Series(
            Occurrence(
                start=begin,
                summary=(sequence and sequence.name) or regimen.name or "",
                kind=OccurrenceKind.REGIMEN,
                farm_event_id=event.id,
                sequence_id=item.sequence_id,
                regimen_id=regimen.id,
                description=regimen.name,
            )
        )


def _midnight(moment: datetime, zone: tzinfo) -> datetime | None:
    """Return when the day of a moment begins in a time zone; None if out of range."""
    try:
        local = moment.astimezone(zone)
        return local.replace(
            hour=0, minute=0, second=0, microsecond=0, fold=0
        ).astimezone(UTC)
    except OverflowError:
        return None


def _after(midnight: datetime, milliseconds: int | None) -> datetime | None:
    if milliseconds is None:
        return None
    try:
        return midnight + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _about(sequence: Sequence) -> str | None:
    """Return the first paragraph of a sequence's description."""
    paragraph = (sequence.description or "").strip().partition("\n\n")[0]
    shown = clean(paragraph)
    return cut(shown, MAX_STATE_LENGTH) if shown else None


def _order(occurrence: Occurrence) -> tuple[datetime, int, int]:
    return (
        occurrence.start,
        occurrence.farm_event_id,
        occurrence.sequence_id or 0,
    )
