"""What follows from the lists: the newest reading, the newest photo, sums, the schedule, the map."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..cloud.text import labels
from .bed_map.bed import bed_of
from .client import api
from .client.enums import PointerType
from .client.models import (
    ANALOG,
    Alert,
    Curve,
    FarmBotDevice,
    FarmEvent,
    FarmwareEnv,
    FirmwareConfig,
    Image,
    Point,
    Regimen,
    Sensor,
    SensorReading,
    Sequence,
    Tool,
    WebAppConfig,
)
from .garden.lookup import name_of
from .garden.schedule import schedule_of
from .garden.summary import garden_of, kept

if TYPE_CHECKING:
    # The account stands on this module.
    from .coordinator import FarmBotCoordinator

ROBOT = "robot"
READING = "reading"
PHOTO = "photo"
GARDEN = "garden"
SCHEDULE = "schedule"
BED = "bed"
MOUNTED_TOOL = "mounted_tool"
ALERTS = "alert_list"
WEEDS = "weeds"
"""The keys; of readings the first part, the sensor's id is the second."""

type Derive = Callable[[FarmBotCoordinator], Iterator[tuple[str, object]]]


@dataclass(frozen=True, slots=True)
class MountedTool:
    """What the robot holds; no id is nothing, an id without a tool one that nobody knows."""

    tool_id: int | None
    tool: Tool | None
    tools: tuple[Tool, ...] = ()
    """All that it could hold."""

    def names(self, *taken: str) -> dict[str, int]:
        """Return the ids of the tools by the name to show, which is none of those taken.

        Names that tools share are told apart by a number.
        """
        tools = ((name_of(tool) or str(tool.id), tool.id) for tool in self.tools)
        return labels(tools, *taken)


@dataclass(frozen=True, slots=True)
class Weeds:
    """The weeds that nobody threw away, those that were removed among them."""

    weeds: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The message centre, the most urgent first."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """Records that are made anew when one of their sources changes."""

    key: str
    sources: tuple[str, ...]
    """The parts; without the first there is nothing to show."""
    make: Derive


def _robot(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    """Return the robot without the time of its last check-in, which is no news of anything else."""
    robot = coordinator.record(api.DEVICE.path, FarmBotDevice)
    if robot is not None:
        yield ROBOT, replace(robot, last_saw_api=None, updated_at=None)


def _readings(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    newest: dict[tuple[int | None, bool], SensorReading] = {}
    for reading in coordinator.records(api.SENSOR_READINGS.path, SensorReading):
        at = reading.pin, reading.mode == ANALOG
        known = newest.get(at)
        if known is None or _newer(reading, known):
            newest[at] = reading
    for sensor in coordinator.records(api.SENSORS.path, Sensor):
        if found := newest.get((sensor.pin, sensor.analog)):
            yield f"{READING}/{sensor.id}", found


def _newer(reading: SensorReading, known: SensorReading) -> bool:
    at, before = reading.taken_at, known.taken_at
    if at is None or before is None or at == before:
        return before is None or (at is not None and reading.id > known.id)
    return at > before


def _photo(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    photos = [
        image
        for image in coordinator.records(api.IMAGES.path, Image)
        if image.processed and image.created_at
    ]
    yield (
        PHOTO,
        max(photos, key=lambda image: (image.created_at, image.id), default=None),
    )


def _garden(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    yield GARDEN, garden_of(coordinator.records(api.POINTS.path, Point))


def _weeds(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    points = kept(coordinator.records(api.POINTS.path, Point))
    yield WEEDS, Weeds(tuple(p for p in points if p.pointer_type is PointerType.WEED))


def _schedule(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    """Keep what the old schedule was to have run by now, then make the new one."""
    now = dt_util.utcnow()
    coordinator.outcomes.look()
    events = coordinator.records(api.FARM_EVENTS.path, FarmEvent)
    coordinator.past.drop_impossible(
        {one.id: one.created_at for one in events if one.created_at is not None}
    )
    robot = coordinator.record(api.DEVICE.path, FarmBotDevice)
    yield (
        SCHEDULE,
        schedule_of(
            events,
            coordinator.records(api.SEQUENCES.path, Sequence),
            coordinator.records(api.REGIMENS.path, Regimen),
            dt_util.get_time_zone(robot.timezone) if robot and robot.timezone else None,
            now=now,
        ),
    )


def _mounted_tool(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    robot = coordinator.record(api.DEVICE.path, FarmBotDevice)
    if robot is not None:
        # The robot's own word for none is 0, the server's null.
        tool_id = robot.mounted_tool_id if robot.mounted_tool_id != 0 else None
        tool = coordinator.record(f"{api.TOOLS.path}/{tool_id}", Tool)
        tools = coordinator.records(api.TOOLS.path, Tool)
        yield MOUNTED_TOOL, MountedTool(tool_id, tool, tuple(tools))


def _alerts(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    alerts = coordinator.records(api.ALERTS.path, Alert)
    alerts.sort(key=lambda alert: (-(alert.priority or 0), alert.id))
    yield ALERTS, Alerts(tuple(alerts))


def _bed(coordinator: FarmBotCoordinator) -> Iterator[tuple[str, object]]:
    yield (
        BED,
        bed_of(
            coordinator.records(api.POINTS.path, Point),
            coordinator.records(api.TOOLS.path, Tool),
            coordinator.records(api.IMAGES.path, Image),
            coordinator.records(api.FARMWARE_ENVS.path, FarmwareEnv),
            coordinator.record(api.FIRMWARE_CONFIG.path, FirmwareConfig),
            coordinator.record(api.WEB_APP_CONFIG.path, WebAppConfig),
            coordinator.records(api.CURVES.path, Curve),
        ),
    )


_DEVICE, _POINTS, _TOOLS = api.DEVICE.path, api.POINTS.path, api.TOOLS.path
_IMAGES, _READINGS = api.IMAGES.path, api.SENSOR_READINGS.path

DERIVED = (
    Derived(ROBOT, (_DEVICE,), _robot),
    Derived(READING, (_READINGS, api.SENSORS.path), _readings),
    Derived(PHOTO, (_IMAGES,), _photo),
    Derived(GARDEN, (_POINTS,), _garden),
    Derived(WEEDS, (_POINTS,), _weeds),
    Derived(
        SCHEDULE,
        (api.FARM_EVENTS.path, api.SEQUENCES.path, api.REGIMENS.path, _DEVICE),
        _schedule,
    ),
    Derived(MOUNTED_TOOL, (_DEVICE, _TOOLS), _mounted_tool),
    Derived(ALERTS, (api.ALERTS.path,), _alerts),
    Derived(
        BED,
        (
            _POINTS,
            _TOOLS,
            _IMAGES,
            api.CURVES.path,
            api.FARMWARE_ENVS.path,
            api.FIRMWARE_CONFIG.path,
            api.WEB_APP_CONFIG.path,
        ),
        _bed,
    ),
)

SOURCES: Mapping[str, str] = {one.key: one.sources[0] for one in DERIVED}
"""The part that must be fresh for a derived record to be shown, by the first part of its key."""
