"""Records derived from the lists: the newest readings and photo, counts, the schedule, the map."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from homeassistant.util import dt as dt_util

from ..cloud.text import labels
from ..store import RecordStore
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

ROBOT = "robot"
READING = "reading"
PHOTO = "photo"
GARDEN = "garden"
SCHEDULE = "schedule"
BED = "bed"
MOUNTED_TOOL = "mounted_tool"
ALERTS = "alert_list"
WEEDS = "weeds"
"""The keys; READING is a prefix, followed by the id of the sensor."""

type Derive = Callable[[RecordStore], Iterator[tuple[str, object]]]


@dataclass(frozen=True, slots=True)
class MountedTool:
    """The tool that the robot holds: without an id none, without a tool one that the server does not list."""

    tool_id: int | None
    tool: Tool | None
    tools: tuple[Tool, ...] = ()
    """All tools of the robot."""

    def names(self, *taken: str) -> dict[str, int]:
        """Return the ids of the tools by the name to show, which is never one of `taken`.

        Tools with the same name get a number behind it.
        """
        tools = ((name_of(tool) or str(tool.id), tool.id) for tool in self.tools)
        return labels(tools, *taken)


@dataclass(frozen=True, slots=True)
class Weeds:
    """The weeds that were not discarded, including those with the stage "removed"."""

    weeds: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The message centre, the most urgent first."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class DerivedRecord:
    """Records that are derived from others."""

    key: str
    source: str
    """The source that they age with; until it was read there are none."""
    make: Derive


def _robot(store: RecordStore) -> Iterator[tuple[str, object]]:
    """Yield the robot without the time of its last request, so that this alone changes nothing."""
    robot = store.get(api.DEVICE.path, FarmBotDevice)
    if robot is not None:
        yield ROBOT, replace(robot, last_saw_api=None, updated_at=None)


def _readings(store: RecordStore) -> Iterator[tuple[str, object]]:
    newest: dict[tuple[int | None, bool], SensorReading] = {}
    for reading in store.of(api.SENSOR_READINGS.path, SensorReading):
        at = reading.pin, reading.mode == ANALOG
        known = newest.get(at)
        if known is None or _newer(reading, known):
            newest[at] = reading
    for sensor in store.of(api.SENSORS.path, Sensor):
        if found := newest.get((sensor.pin, sensor.analog)):
            yield f"{READING}/{sensor.id}", found


def _newer(reading: SensorReading, known: SensorReading) -> bool:
    at, before = reading.taken_at, known.taken_at
    if at is None or before is None or at == before:
        return before is None or (at is not None and reading.id > known.id)
    return at > before


def _photo(store: RecordStore) -> Iterator[tuple[str, object]]:
    photos = [
        image
        for image in store.of(api.IMAGES.path, Image)
        if image.processed and image.created_at
    ]
    yield (
        PHOTO,
        max(photos, key=lambda image: (image.created_at, image.id), default=None),
    )


def _garden(store: RecordStore) -> Iterator[tuple[str, object]]:
    yield GARDEN, garden_of(store.of(api.POINTS.path, Point))


def _weeds(store: RecordStore) -> Iterator[tuple[str, object]]:
    points = kept(store.of(api.POINTS.path, Point))
    yield WEEDS, Weeds(tuple(p for p in points if p.pointer_type is PointerType.WEED))


def _schedule(store: RecordStore) -> Iterator[tuple[str, object]]:
    events = store.of(api.FARM_EVENTS.path, FarmEvent)
    robot = store.get(api.DEVICE.path, FarmBotDevice)
    yield (
        SCHEDULE,
        schedule_of(
            events,
            store.of(api.SEQUENCES.path, Sequence),
            store.of(api.REGIMENS.path, Regimen),
            dt_util.get_time_zone(robot.timezone) if robot and robot.timezone else None,
            now=dt_util.utcnow(),
        ),
    )


def _mounted_tool(store: RecordStore) -> Iterator[tuple[str, object]]:
    robot = store.get(api.DEVICE.path, FarmBotDevice)
    if robot is not None:
        # The robot writes 0 for no tool, the server null.
        tool_id = robot.mounted_tool_id if robot.mounted_tool_id != 0 else None
        tool = store.get(f"{api.TOOLS.path}/{tool_id}", Tool)
        tools = store.of(api.TOOLS.path, Tool)
        yield MOUNTED_TOOL, MountedTool(tool_id, tool, tuple(tools))


def _alerts(store: RecordStore) -> Iterator[tuple[str, object]]:
    alerts = store.of(api.ALERTS.path, Alert)
    alerts.sort(key=lambda alert: (-(alert.priority or 0), alert.id))
    yield ALERTS, Alerts(tuple(alerts))


def _bed(store: RecordStore) -> Iterator[tuple[str, object]]:
    yield (
        BED,
        bed_of(
            store.of(api.POINTS.path, Point),
            store.of(api.TOOLS.path, Tool),
            store.of(api.IMAGES.path, Image),
            store.of(api.FARMWARE_ENVS.path, FarmwareEnv),
            store.get(api.FIRMWARE_CONFIG.path, FirmwareConfig),
            store.get(api.WEB_APP_CONFIG.path, WebAppConfig),
            store.of(api.CURVES.path, Curve),
        ),
    )


DERIVED = (
    DerivedRecord(ROBOT, api.DEVICE.path, _robot),
    DerivedRecord(READING, api.SENSOR_READINGS.path, _readings),
    DerivedRecord(PHOTO, api.IMAGES.path, _photo),
    DerivedRecord(GARDEN, api.POINTS.path, _garden),
    DerivedRecord(WEEDS, api.POINTS.path, _weeds),
    DerivedRecord(SCHEDULE, api.FARM_EVENTS.path, _schedule),
    DerivedRecord(MOUNTED_TOOL, api.DEVICE.path, _mounted_tool),
    DerivedRecord(ALERTS, api.ALERTS.path, _alerts),
    DerivedRecord(BED, api.POINTS.path, _bed),
)
