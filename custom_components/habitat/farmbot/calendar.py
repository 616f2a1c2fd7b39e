"""FarmBot's calendar: farm events and regimens, and the runs that are stored of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEntityFeature,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..cloud.documents import Json
from ..cloud.text import MAX_STATE_LENGTH, cut
from ..const import DOMAIN
from ..devices import Device
from ..entity import HabitatEntity
from ..loader import EntityFactory
from ..validation import validation_error
from .client.api import FARM_EVENTS, SEQUENCES
from .client.enums import ExecutableType, TimeUnit
from .client.models import FarmEvent, Sequence
from .coordinator import FarmBotCoordinator
from .derived import SCHEDULE as SCHEDULE_KEY
from .garden.lookup import find_records
from .garden.schedule import Occurrence, OccurrenceKind, Schedule
from .garden.variables import without_default
from .recurrence import format_time, repetition, rule_of

SCHEDULE = CalendarEntityDescription(key="schedule")

_UNCONFIRMED = (
    f"component.{DOMAIN}.entity.calendar.{SCHEDULE.key}"
    ".state_attributes.outcome.state.unconfirmed"
)
"""The key of the translation for a past run whose outcome is unknown."""

THIS_AND_FUTURE = "THISANDFUTURE"


class FarmBotScheduleCalendarEntity(
    HabitatEntity[FarmBotCoordinator, Schedule], CalendarEntity
):
    """The schedule of the robot; events can be created and deleted."""

    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT | CalendarEntityFeature.DELETE_EVENT
    )

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Show the schedule."""
        super().__init__(coordinator, device, Schedule, SCHEDULE, key=SCHEDULE_KEY)

    @property
    def _schedule(self) -> Schedule | None:
        """The schedule with the stored occurrences."""
        past = self.coordinator.occurrence_store.occurrences
        return replace(self.record, past=past) if self.record else None

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The present run, or else the next one."""
        if (schedule := self._schedule) is None:
            return None
        now = dt_util.utcnow()
        one = schedule.current(now) or schedule.next_after(now)
        return self._event(one) if one else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the runs within a period, without those that are known to be skipped."""
        if (schedule := self._schedule) is None:
            return []
        # The validation of 1500 events takes Home Assistant about 0.1 s.
        return await hass.async_add_executor_job(
            lambda: list(map(self._event, schedule.between(start_date, end_date)))
        )

    def _event(self, one: Occurrence) -> CalendarEvent:
        """Return an occurrence as a calendar event; those of one farm event form a series."""
        known = self._farm_event(one.farm_event_id)
        single = known is None or known.time_unit is TimeUnit.NEVER
        series = one.kind is OccurrenceKind.SEQUENCE and not single
        about = [one.description]
        if one.ran is None and one.end <= dt_util.utcnow():
            about.append(self._unconfirmed)
        return CalendarEvent(
            start=one.start,
            end=one.end,
            summary=cut(one.summary, MAX_STATE_LENGTH),
            description=cut("\n\n".join(filter(None, about)), MAX_STATE_LENGTH) or None,
            uid=str(one.farm_event_id)
            if one.kind is OccurrenceKind.SEQUENCE
            else one.uid,
            recurrence_id=one.start.isoformat() if series else None,
            rrule=rule_of(known) if known and series else None,
        )

    @property
    def _unconfirmed(self) -> str | None:
        """The text for a past run whose outcome is unknown."""
        return self.platform_data.platform_translations.get(_UNCONFIRMED)

    def _farm_event(self, event_id: int | str) -> FarmEvent | None:
        return self.coordinator.record(f"{FARM_EVENTS.path}/{event_id}", FarmEvent)

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Create a farm event for the sequence whose name is the summary.

        Raises:
            ServiceValidationError: there is no such sequence, or the robot cannot repeat like this.
            HomeAssistantError: as `coordinator.writes.run`.
        """
        coordinator = self.coordinator
        start = _start(kwargs["dtstart"])
        sequence = self._sequence(kwargs["summary"])
        fields: dict[str, Json] = {
            "executable_type": ExecutableType.SEQUENCE,
            "executable_id": sequence.id,
            "start_time": format_time(start),
            **repetition(start, kwargs.get("rrule")).fields(start),
        }
        made = await coordinator.writes.run(
            FARM_EVENTS.path,
            {},
            partial(coordinator.client.create, FARM_EVENTS, fields),
        )
        if made is not None:
            key = f"{FARM_EVENTS.path}/{made.id}"
            coordinator.async_set_records({FARM_EVENTS.path: {key: made}})

    def _sequence(self, name: str) -> Sequence:
        known = self.coordinator.records(SEQUENCES.path, Sequence)
        matches = find_records(known, name)
        if len(matches) != 1:
            key = "event_ambiguous" if matches else "event_without_sequence"
            raise validation_error(key, name=name)
        if missing := without_default(matches[0]):
            raise validation_error(
                "event_wants_variables", name=name, variables=", ".join(missing)
            )
        return matches[0]

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Delete a farm event, or end it before one of its occurrences.

        Raises:
            ServiceValidationError: it is over, part of a regimen, or in the middle of a series.
            HomeAssistantError: as `coordinator.writes.run`.
        """
        if not uid.isdecimal():
            raise validation_error("event_of_regimen")
        event = self._farm_event(uid)
        if event is None or event.start_time is None:
            raise validation_error("event_over")
        if recurrence_id is None or event.time_unit is TimeUnit.NEVER:
            await self._delete(event)
            return
        run = dt_util.parse_datetime(recurrence_id)
        if run is None or recurrence_range != THIS_AND_FUTURE:
            raise validation_error("event_in_series")
        if (end := dt_util.as_utc(run)) <= event.start_time:
            await self._delete(event)
        else:
            await self._end(event, end)

    async def _delete(self, event: FarmEvent) -> None:
        coordinator, key = self.coordinator, f"{FARM_EVENTS.path}/{event.id}"
        delete = partial(coordinator.client.delete, FARM_EVENTS, event.id)
        await coordinator.writes.run(FARM_EVENTS.path, {}, delete)
        coordinator.async_set_records({FARM_EVENTS.path: {key: None}})

    async def _end(self, event: FarmEvent, end: datetime) -> None:
        """Set the end of a farm event; a run that would start at the end is not included."""
        coordinator, key = self.coordinator, f"{FARM_EVENTS.path}/{event.id}"
        fields: dict[str, Json] = {"end_time": format_time(end)}
        update = partial(coordinator.client.update, FARM_EVENTS, fields, event.id)
        await coordinator.writes.run(key, {"end_time": end}, update)


def _start(begin: date) -> datetime:
    """Return the start of an event.

    Raises:
        ServiceValidationError: it is a date without a time, or not in the future.
    """
    if not isinstance(begin, datetime):
        raise validation_error("event_without_time")
    if begin <= dt_util.utcnow():
        raise validation_error("event_over")
    return begin


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the calendar."""
    yield SCHEDULE.key, partial(FarmBotScheduleCalendarEntity, coordinator, device)
