"""FarmBot's sensors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    Platform,
    UnitOfInformation,
    UnitOfLength,
    UnitOfRatio,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ..cloud.enums import LenientEnum
from ..cloud.text import MAX_STATE_LENGTH, cut
from ..descriptions import enum_state
from ..devices import Device
from ..entity import TurningEntity, entities_from
from ..loader import EntityFactory
from ..sensor import (
    BaseSensorEntity,
    HabitatSensorEntity,
    HabitatSensorEntityDescription,
)
from .client.api import FBOS_CONFIG, FIRMWARE_CONFIG
from .client.enums import AxisState, PlantStage, ProblemTag, SyncStatus
from .client.models import FarmBotDevice, FbosConfig, FirmwareConfig, PinGuard, Sensor
from .client.status import Activity, Axes, AxisStates, Job, Jobs, System, Vitals
from .coordinator import ACTIVITY as ACTIVITY_KEY, DEVICE, JOBS, FarmBotCoordinator
from .derived import ALERTS, GARDEN, MOUNTED_TOOL, SCHEDULE, Alerts, MountedTool
from .entity import FarmBotRobotEntity, with_key
from .garden.jobs import current
from .garden.running import RUNNING, RunningSequences
from .garden.schedule import Occurrence, Schedule
from .garden.summary import WEED_STAGES, Garden
from .items import SENSOR, items
from .pin_entity import FarmBotPinSensorEntity
from .receiver import CONNECTIVITY, LOG, LogLine

NOTHING = "nothing"
"""The state if no tool is mounted, or nothing is under way."""

_AXES = ("x", "y", "z")
_LAST_SEEN_INTERVAL = timedelta(minutes=15)
"""How often the time is updated while the robot stays online."""
_DRIFT = timedelta(minutes=2)
"""How much the computed start may change: the robot updates its uptime once a minute only."""
_UNKNOWN = "unknown"
"""The vendor's state that is shown as Home Assistant's own unknown state."""

DISTANCE = (SensorDeviceClass.DISTANCE, UnitOfLength.MILLIMETERS)


class FarmBotSensorEntity[R](HabitatSensorEntity[FarmBotCoordinator, R]):
    """A sensor of the robot or its garden."""


class FarmBotRobotSensorEntity[R](FarmBotSensorEntity[R], FarmBotRobotEntity[R]):
    """A sensor of the robot's status."""


def robot_enum_sensor[R](
    *,
    key: str,
    options: type[LenientEnum],
    member_fn: Callable[[R], LenientEnum | None],
    entity_registry_enabled_default: bool = True,
) -> HabitatSensorEntityDescription[R]:
    """Return the description of an enum sensor; its member UNKNOWN becomes an unknown state."""

    def value_fn(record: R) -> str | None:
        state = enum_state(member_fn(record))
        return None if state == _UNKNOWN else state

    return HabitatSensorEntityDescription(
        key=key,
        device_class=SensorDeviceClass.ENUM,
        options=[
            member.name.lower() for member in options if member.name.lower() != _UNKNOWN
        ],
        value_fn=value_fn,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=entity_registry_enabled_default,
    )


POSITION: tuple[HabitatSensorEntityDescription[Axes], ...] = tuple(
    HabitatSensorEntityDescription(
        key=f"position_{axis}",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.MILLIMETERS,
        suggested_display_precision=1,
        value_fn=attrgetter(axis),
    )
    for axis in _AXES
)
AXIS_STATES: tuple[HabitatSensorEntityDescription[AxisStates], ...] = tuple(
    robot_enum_sensor(
        key=f"axis_state_{axis}",
        options=AxisState,
        member_fn=attrgetter(axis),
        entity_registry_enabled_default=False,
    )
    for axis in _AXES
)
LOAD: tuple[HabitatSensorEntityDescription[Axes], ...] = tuple(
    HabitatSensorEntityDescription(
        key=f"load_{axis}",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=attrgetter(axis),
    )
    for axis in _AXES
)


def encoders(name: str) -> tuple[HabitatSensorEntityDescription[Axes], ...]:
    """Return the descriptions for one kind of encoders: scaled ones in mm, raw ones in steps."""
    device_class, unit = DISTANCE if name == "scaled_encoders" else (None, None)
    return tuple(
        HabitatSensorEntityDescription(
            key=f"{name}_{axis}",
            device_class=device_class,
            native_unit_of_measurement=unit,
            suggested_display_precision=1,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            value_fn=attrgetter(axis),
        )
        for axis in _AXES
    )


ACTIVITY: tuple[HabitatSensorEntityDescription[Activity], ...] = (
    robot_enum_sensor(
        key="sync_status",
        options=SyncStatus,
        member_fn=lambda activity: activity.sync_status,
    ),
)


@dataclass(frozen=True, slots=True)
class RobotWork:
    """What the robot is doing: a job, sequences, or only busy."""

    job: Job | None
    running: RunningSequences
    busy: bool

    @property
    def name(self) -> str | None:
        """The name of the job or sequence; None if the robot is busy with something else."""
        if self.job:
            return self.job.name
        if self.running.names:
            return self.running.names[0]
        return None if self.busy else NOTHING

    @property
    def percent(self) -> float | None:
        """Progress in %."""
        return self.job.percent if self.job else self.running.percent


WORK: tuple[HabitatSensorEntityDescription[RobotWork], ...] = (
    HabitatSensorEntityDescription(
        key="job",
        value_fn=lambda work: work.name,
    ),
    HabitatSensorEntityDescription(
        key="job_progress",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        value_fn=lambda work: work.percent,
    ),
)
SYSTEM: tuple[HabitatSensorEntityDescription[System], ...] = (
    HabitatSensorEntityDescription(
        key="firmware_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda system: system.firmware_version,
    ),
)
VITALS: tuple[HabitatSensorEntityDescription[Vitals], ...] = (
    HabitatSensorEntityDescription(
        key="soc_temp",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda vitals: vitals.soc_temp,
    ),
    HabitatSensorEntityDescription(
        key="wifi_level",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda vitals: vitals.wifi_level,
    ),
    HabitatSensorEntityDescription(
        key="wifi_level_percent",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda vitals: vitals.wifi_level_percent,
    ),
    HabitatSensorEntityDescription(
        key="cpu_usage",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda vitals: vitals.cpu_usage,
    ),
    HabitatSensorEntityDescription(
        key="disk_usage",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda vitals: vitals.disk_usage,
    ),
    HabitatSensorEntityDescription(
        key="memory_usage",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.MEGABYTES,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda vitals: vitals.memory_usage,
    ),
)

_OFTEN = frozenset(
    {
        PlantStage.PLANNED,
        PlantStage.PLANTED,
        PlantStage.SPROUTED,
        PlantStage.HARVESTED,
    }
)
"""Stages that are common for plants; the others are those of weeds."""


def _plants(stage: PlantStage) -> Callable[[Garden], int]:
    return lambda garden: garden.plants.get(stage, 0)


def _weeds(stage: PlantStage) -> Callable[[Garden], int]:
    return lambda garden: garden.weeds.get(stage, 0)


GARDEN_SUMS: tuple[HabitatSensorEntityDescription[Garden], ...] = (
    HabitatSensorEntityDescription(
        key="plants",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda garden: garden.plants_total,
    ),
    *(
        HabitatSensorEntityDescription(
            key=f"plants_{enum_state(stage)}",
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=0,
            entity_registry_enabled_default=stage in _OFTEN,
            value_fn=_plants(stage),
        )
        for stage in PlantStage
    ),
    HabitatSensorEntityDescription(
        key="weeds",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda garden: garden.weeds_open,
    ),
    *(
        HabitatSensorEntityDescription(
            key=f"weeds_{enum_state(stage)}",
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=0,
            entity_registry_enabled_default=False,
            value_fn=_weeds(stage),
        )
        for stage in WEED_STAGES
    ),
    HabitatSensorEntityDescription(
        key="soil_height",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.MILLIMETERS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda garden: garden.soil_height,
    ),
)
ALERT_SUMS: tuple[HabitatSensorEntityDescription[Alerts], ...] = (
    HabitatSensorEntityDescription(
        key="alerts",
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda alerts: len(alerts.alerts),
    ),
    HabitatSensorEntityDescription(
        key="alert",
        device_class=SensorDeviceClass.ENUM,
        options=[*(tag.name.lower() for tag in ProblemTag), NOTHING],
        value_fn=lambda alerts: (
            enum_state(alerts.alerts[0].problem_tag) if alerts.alerts else NOTHING
        ),
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)

UPTIME = SensorEntityDescription(
    key="uptime",
    device_class=SensorDeviceClass.UPTIME,
    entity_category=EntityCategory.DIAGNOSTIC,
)
PIN_GUARD = SensorEntityDescription(
    key="pin_guard",
    translation_key="pin_guard",
    device_class=SensorDeviceClass.DURATION,
    native_unit_of_measurement=UnitOfTime.SECONDS,
    suggested_display_precision=0,
    entity_category=EntityCategory.DIAGNOSTIC,
)
TOOL = SensorEntityDescription(key="mounted_tool", device_class=SensorDeviceClass.ENUM)
LAST_SEEN = SensorEntityDescription(
    key="last_seen",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)
LAST_LOG = SensorEntityDescription(
    key="last_log", entity_category=EntityCategory.DIAGNOSTIC
)
NEXT_EVENT: tuple[HabitatSensorEntityDescription[Occurrence], ...] = (
    HabitatSensorEntityDescription(
        key="next_event",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda event: event.start,
    ),
    HabitatSensorEntityDescription(
        key="next_event_name",
        value_fn=lambda event: event.summary or None,
    ),
)


class FarmBotWorkSensorEntity(
    FarmBotRobotEntity[Jobs], BaseSensorEntity[FarmBotCoordinator, Jobs]
):
    """What the robot is doing: a job, or else a sequence."""

    entity_description: HabitatSensorEntityDescription[RobotWork]

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        description: HabitatSensorEntityDescription[RobotWork],
    ) -> None:
        """Follow the jobs, the sequences, and whether it is busy."""
        super().__init__(
            coordinator,
            with_key(device, JOBS),
            Jobs,
            description,
            reads=(RUNNING, ACTIVITY_KEY),
        )

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The name or the progress."""
        coordinator = self.coordinator
        activity = coordinator.record(ACTIVITY_KEY, Activity)
        work = RobotWork(
            current(self.record) if self.record else None,
            coordinator.record(RUNNING, RunningSequences) or RunningSequences(),
            bool(activity and activity.busy),
        )
        return self.entity_description.state_of(work)


class FarmBotUptimeSensorEntity(
    FarmBotRobotEntity[Vitals], BaseSensorEntity[FarmBotCoordinator, Vitals]
):
    """When the robot's computer started."""

    _source: Vitals | None = None
    """The record that `_since` was computed from."""
    _since: datetime | None = None

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the vitals."""
        super().__init__(coordinator, with_key(device, "vitals"), Vitals, UPTIME)

    @property
    @override
    def native_value(self) -> datetime | None:
        """When it started; changes below `_DRIFT` are ignored."""
        vitals = self.record
        if vitals is not self._source:
            self._source = vitals
            seconds = vitals.uptime if vitals else None
            if seconds is None:
                self._since = None
            else:
                since = dt_util.utcnow() - timedelta(seconds=seconds)
                if self._since is None or abs(since - self._since) > _DRIFT:
                    self._since = since
        return self._since


class FarmBotMountedToolSensorEntity(BaseSensorEntity[FarmBotCoordinator, MountedTool]):
    """The tool that the robot holds."""

    shows = ("native_value", "options")

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the tools."""
        super().__init__(coordinator, with_key(device, MOUNTED_TOOL), MountedTool, TOOL)

    @property
    @override
    def options(self) -> list[str]:
        """Nothing, and the names of the robot's tools."""
        return [NOTHING, *(self.record.names(NOTHING) if self.record else ())]

    @property
    @override
    def native_value(self) -> str | None:
        """The name of the tool; None for a tool that the server does not list."""
        mounted = self.record
        if mounted is None:
            return None
        if mounted.tool_id is None:
            return NOTHING
        names = mounted.names(NOTHING)
        return next(
            (name for name, tool in names.items() if tool == mounted.tool_id), None
        )


class FarmBotPinGuardSensorEntity(BaseSensorEntity[FarmBotCoordinator, FirmwareConfig]):
    """After how many seconds the firmware switches a pin by itself."""

    def __init__(
        self, coordinator: FarmBotCoordinator, device: Device, number: int
    ) -> None:
        """Follow the firmware's settings."""
        description = replace(PIN_GUARD, key=f"{PIN_GUARD.key}_{number}")
        super().__init__(
            coordinator, device, FirmwareConfig, description, key=FIRMWARE_CONFIG.path
        )
        self._attr_translation_placeholders = {"number": str(number)}
        self._number = number

    @property
    def _guard(self) -> PinGuard | None:
        return self.record.pin_guard(self._number) if self.record else None

    @property
    @override
    def native_value(self) -> float | None:
        """The time-out in seconds; None if the guard is off."""
        return self._guard.time_out if self._guard else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """The pin, and the state that the firmware sets."""
        guard = self._guard
        if guard is None:
            return None
        return {"pin": guard.pin, "switches_on": guard.switches_on}


class FarmBotLastSeenSensorEntity(BaseSensorEntity[FarmBotCoordinator, FarmBotDevice]):
    """When the robot was last seen by the server or at the broker."""

    _online_at: datetime | None = None

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the robot's record and the connectivity."""
        super().__init__(
            coordinator,
            device,
            FarmBotDevice,
            LAST_SEEN,
            key=DEVICE,
            reads=(CONNECTIVITY,),
        )
        self._note_online()

    def _note_online(self) -> None:
        if self.coordinator.connectivity.online:
            self._online_at = dt_util.utcnow()

    @property
    @override
    def native_value(self) -> datetime | None:
        """The later of the two times."""
        robot = self.record
        times = (robot.last_saw_api if robot else None, self._online_at)
        return max((time for time in times if time), default=None)

    @override
    async def async_added_to_hass(self) -> None:
        """Update the time regularly: no record changes while the robot stays online."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_track_time_interval(self.hass, self._refresh, _LAST_SEEN_INTERVAL)
        )

    @callback
    def _refresh(self, _: datetime) -> None:
        if self.coordinator.connectivity.online:
            self._note_online()
            self.async_write_ha_state()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._note_online()
        super()._handle_coordinator_update()


class FarmBotLastLogSensorEntity(BaseSensorEntity[FarmBotCoordinator, LogLine]):
    """The last line of the log."""

    def __init__(self, coordinator: FarmBotCoordinator, device: Device) -> None:
        """Follow the log."""
        super().__init__(coordinator, device, LogLine, LAST_LOG, key=LOG)

    @property
    @override
    def native_value(self) -> str | None:
        """The message, cut to the length of a state."""
        message = self.record.log.message if self.record else None
        return cut(message, MAX_STATE_LENGTH) if message else None


class FarmBotNextEventSensorEntity(
    TurningEntity[FarmBotCoordinator, Schedule],
    BaseSensorEntity[FarmBotCoordinator, Schedule],
):
    """The next scheduled run; the state changes when the run is due."""

    entity_description: HabitatSensorEntityDescription[Occurrence]

    def __init__(
        self,
        coordinator: FarmBotCoordinator,
        device: Device,
        description: HabitatSensorEntityDescription[Occurrence],
    ) -> None:
        """Follow the schedule."""
        super().__init__(coordinator, with_key(device, SCHEDULE), Schedule, description)

    @property
    def _next(self) -> Occurrence | None:
        return self.record.next_after(dt_util.utcnow()) if self.record else None

    @property
    @override
    def turns_at(self) -> datetime | None:
        """When the run is due."""
        return self._next.start if self._next else None

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The name or the time of the run."""
        return self.entity_description.state_of(self._next)


class FarmBotAnalogSensorEntity(
    FarmBotPinSensorEntity, BaseSensorEntity[FarmBotCoordinator, Sensor]
):
    """An analog sensor at a pin."""

    @property
    @override
    def native_value(self) -> float | None:
        """The last reading, 0 to 1023; its meaning depends on what is connected."""
        return self.value


def has_encoders(coordinator: FarmBotCoordinator) -> bool:
    """Return whether the motors have encoders, which those of the Express kits do not."""
    config = coordinator.record(FBOS_CONFIG.path, FbosConfig)
    board = config.firmware_hardware if config else None
    return board is None or not board.name.startswith("EXPRESS")


def entities(
    coordinator: FarmBotCoordinator, device: Device
) -> Iterator[EntityFactory]:
    """Return the sensors of the robot."""

    def entities_of[R](
        key: str,
        kind: type[R],
        descriptions: tuple[HabitatSensorEntityDescription[R], ...],
        build: type[FarmBotSensorEntity[R]],
    ) -> Iterator[EntityFactory]:
        return entities_from(
            coordinator, with_key(device, key), kind, descriptions, build
        )

    yield from entities_of("position", Axes, POSITION, FarmBotRobotSensorEntity)
    yield from entities_of(
        "axis_states", AxisStates, AXIS_STATES, FarmBotRobotSensorEntity
    )
    yield from entities_of("load", Axes, LOAD, FarmBotRobotSensorEntity)
    if has_encoders(coordinator):
        for name in ("scaled_encoders", "raw_encoders"):
            yield from entities_of(name, Axes, encoders(name), FarmBotRobotSensorEntity)
    yield from entities_of("activity", Activity, ACTIVITY, FarmBotRobotSensorEntity)
    for work in WORK:
        yield work.key, partial(FarmBotWorkSensorEntity, coordinator, device, work)
    yield from entities_of("system", System, SYSTEM, FarmBotRobotSensorEntity)
    yield from entities_of("vitals", Vitals, VITALS, FarmBotRobotSensorEntity)
    yield UPTIME.key, partial(FarmBotUptimeSensorEntity, coordinator, device)
    yield from entities_of(GARDEN, Garden, GARDEN_SUMS, FarmBotSensorEntity)
    yield from entities_of(ALERTS, Alerts, ALERT_SUMS, FarmBotSensorEntity)
    for event in NEXT_EVENT:
        yield (
            event.key,
            partial(FarmBotNextEventSensorEntity, coordinator, device, event),
        )
    yield TOOL.key, partial(FarmBotMountedToolSensorEntity, coordinator, device)
    if firmware := coordinator.record(FIRMWARE_CONFIG.path, FirmwareConfig):
        for number in range(1, 6):
            if firmware.pin_guard(number):
                key = f"{PIN_GUARD.key}_{number}"
                yield (
                    key,
                    partial(FarmBotPinGuardSensorEntity, coordinator, device, number),
                )
    yield LAST_SEEN.key, partial(FarmBotLastSeenSensorEntity, coordinator, device)
    yield LAST_LOG.key, partial(FarmBotLastLogSensorEntity, coordinator, device)
    for key, record_key, sensor in items(coordinator.store, SENSOR, Platform.SENSOR):
        description = SensorEntityDescription(
            key=key,
            translation_key="sensor",
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=0,
        )
        yield (
            key,
            partial(
                FarmBotAnalogSensorEntity,
                coordinator,
                device,
                description,
                record_key,
                sensor.id,
            ),
        )
