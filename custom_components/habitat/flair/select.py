"""Flair's selects."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import callback

from ..cloud.enums import LenientEnum
from ..cloud.text import MAX_STATE_LENGTH, cut, labels
from ..devices import Device
from ..entity import RecordEntityDescription, entities_from
from ..loader import EntityFactory
from .client.models import (
    AnyPuck,
    AwayMode,
    HoldDuration,
    HomeAwayMode,
    PuckColor,
    Resource,
    Schedule,
    SetPointMode,
    Structure,
    SystemMode,
    TemperatureScale,
)
from .coordinator import SCHEDULES, FlairCoordinator
from .entity import FlairEntity

MAX_UNKNOWN = 10
"""Unknown values that are kept as options; the newest are kept."""


@dataclass(frozen=True, kw_only=True)
class FlairSelectEntityDescription[R](
    RecordEntityDescription[R], SelectEntityDescription
):
    """Describes a select of a Flair device."""

    members: type[LenientEnum]
    """The known values; an unknown value becomes a further option."""
    value_fn: Callable[[R], LenientEnum | str | None]
    set_value_fn: Callable[[LenientEnum | str], Mapping[str, object]]


class FlairSelectEntity[R: Resource](FlairEntity[R], SelectEntity):
    """A select of a Flair device."""

    shows = ("current_option", "options")
    entity_description: FlairSelectEntityDescription[R]

    def __init__(
        self,
        coordinator: FlairCoordinator,
        device: Device,
        kind: type[R],
        description: FlairSelectEntityDescription[R],
    ) -> None:
        """Offer the known values, and unknown ones that the cloud sends."""
        super().__init__(coordinator, device, kind, description)
        self._unknown: dict[str, None] = {}
        self._keep_unknown()

    @property
    @override
    def options(self) -> list[str]:
        """The options; unknown values are unchanged."""
        return [*self._known, *self._unknown]

    @property
    @override
    def current_option(self) -> str | None:
        """The value in the record, as an option."""
        value = self._value
        return value.name.lower() if isinstance(value, LenientEnum) else value

    @override
    async def async_select_option(self, option: str) -> None:
        """Write the value."""
        value = self._known.get(option, option)
        await self.coordinator.async_patch(
            self.require_record(), self.entity_description.set_value_fn(value)
        )

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._keep_unknown()
        super()._handle_coordinator_update()

    def _keep_unknown(self) -> None:
        """Keep an unknown value as an option, so that it can be selected again."""
        value = self._value
        if value is not None and not isinstance(value, LenientEnum):
            self._unknown[value] = None
            if len(self._unknown) > MAX_UNKNOWN:
                del self._unknown[next(iter(self._unknown))]

    @property
    def _value(self) -> LenientEnum | str | None:
        value = self.entity_description.value_fn(self.record) if self.record else None
        return cut(value, MAX_STATE_LENGTH) if type(value) is str else value

    @property
    def _known(self) -> Mapping[str, LenientEnum]:
        return {value.name.lower(): value for value in self.entity_description.members}


def choice[R](
    key: str,
    members: type[LenientEnum],
    value_fn: Callable[[R], LenientEnum | str | None],
    *,
    config: bool = True,
    exists_fn: Callable[[R], bool] | None = None,
) -> FlairSelectEntityDescription[R]:
    """Describe a select whose attribute has the name of its key."""
    return FlairSelectEntityDescription(
        key=key,
        members=members,
        value_fn=value_fn,
        set_value_fn=lambda value: {key: value},
        entity_category=EntityCategory.CONFIG if config else None,
        exists_fn=exists_fn,
    )


class Presence(LenientEnum):
    """Whether the home is in home or away mode; Flair keeps a boolean."""

    HOME = "home"
    AWAY = "away"


STRUCTURE: tuple[FlairSelectEntityDescription[Structure], ...] = (
    FlairSelectEntityDescription(
        key="system_mode",
        members=SystemMode,
        value_fn=lambda home: home.mode,
        set_value_fn=lambda value: {"mode": value},
    ),
    FlairSelectEntityDescription(
        key="home_away",
        members=Presence,
        value_fn=lambda home: (
            None if home.home is None else Presence.HOME if home.home else Presence.AWAY
        ),
        set_value_fn=lambda value: {"home": value is Presence.HOME},
    ),
    choice("home_away_mode", HomeAwayMode, lambda home: home.home_away_mode),
    choice("structure_away_mode", AwayMode, lambda home: home.structure_away_mode),
    choice(
        "default_hold_duration", HoldDuration, lambda home: home.default_hold_duration
    ),
    choice("set_point_mode", SetPointMode, lambda home: home.set_point_mode),
    choice("temperature_scale", TemperatureScale, lambda home: home.temperature_scale),
)

ANY_PUCK: tuple[FlairSelectEntityDescription[AnyPuck], ...] = (
    choice(
        "puck_display_color",
        PuckColor,
        lambda puck: puck.puck_display_color,
        exists_fn=lambda puck: puck.puck_display_color is not None,
    ),
)

SCHEDULE = SelectEntityDescription(key="active_schedule")
NO_SCHEDULE = "no_schedule"


class FlairScheduleSelectEntity(FlairEntity[Structure], SelectEntity):
    """The schedule that a home follows."""

    shows = ("current_option", "options")

    def __init__(self, coordinator: FlairCoordinator, device: Device) -> None:
        """Offer the home's schedules."""
        self._schedules_key = f"{device.key}/{SCHEDULES}"
        super().__init__(
            coordinator, device, Structure, SCHEDULE, reads=(self._schedules_key,)
        )

    def _schedules(self) -> dict[str, str]:
        """Return the ids of the home's schedules by label."""
        schedules: tuple[Schedule, ...] = (
            self.coordinator.record(self._schedules_key, tuple) or ()
        )
        named = ((schedule.name or "?", schedule.id) for schedule in schedules)
        return labels(named, NO_SCHEDULE)

    @property
    @override
    def options(self) -> list[str]:
        """The labels of the schedules, and none."""
        return [NO_SCHEDULE, *self._schedules()]

    @property
    @override
    def current_option(self) -> str | None:
        """The schedule that the home follows; None if it is not one of the home's."""
        home = self.record
        if home is None:
            return None
        if home.active_schedule_id is None:
            return NO_SCHEDULE
        names = {schedule_id: name for name, schedule_id in self._schedules().items()}
        return names.get(home.active_schedule_id)

    @override
    async def async_select_option(self, option: str) -> None:
        """Follow another schedule, or none."""
        home = self.require_record()
        chosen = None if option == NO_SCHEDULE else self._schedules()[option]
        await self.coordinator.async_patch(home, {"active_schedule_id": chosen})


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the selects of a device."""
    match coordinator.data.get(device.key):
        case Structure():
            yield from entities_from(
                coordinator, device, Structure, STRUCTURE, FlairSelectEntity
            )
            yield SCHEDULE.key, partial(FlairScheduleSelectEntity, coordinator, device)
        case AnyPuck():
            yield from entities_from(
                coordinator, device, AnyPuck, ANY_PUCK, FlairSelectEntity
            )
