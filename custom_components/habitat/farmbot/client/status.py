"""Parses the robot's messages: its status tree, telemetry and log.

The robot publishes the whole tree, 5 to 7 kB, with every change, many times a second while it moves.
So the tree is parsed into small records, and a record whose part did not change stays the same
object. Names and units are those of FarmBot OS; see docs/vendors/farmbot.md, Message broker.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, fields
from datetime import datetime
import re

from ...cloud.documents import Json, read_json
from ...cloud.errors import BadAnswer
from ...cloud.models import HIDDEN, PRIVATE, model, read_with
from ...cloud.parsing import parse
from ...cloud.plausible import (
    BED_PLACE,
    MEMORY,
    PERCENT,
    PIN_VALUE,
    PROCESSOR_TEMPERATURE,
    SIGNAL_STRENGTH,
    UPTIME,
    Range,
    within,
)
from ...cloud.report import ParseReport
from ...cloud.values import to_float
from .enums import AxisState, JobUnit, SyncStatus
from .models import Log, read_bits, read_moment

type StatusCache = dict[str, tuple[Json, object]]
"""By key: the last part of the tree, and the record that was parsed from it."""

_NOTHING = frozenset({"unknown", "---"})
"""Texts that the robot uses for unknown values."""
_NEVER = {"locked_at": 0}
"""Numbers that the robot uses for no value."""
_MILLISECONDS_FROM = 1e11
"""Unix times above this are in milliseconds, as the robot's Lua code writes them in jobs."""
_PIN = "pins/"
_PIN_NUMBER = re.compile("[0-9]{1,3}")
"""The keys of pins; no board has a thousand."""
_METRIC = "telemetry_"
"""The prefix of names in telemetry."""


def _read_time(value: object) -> datetime | None:
    """Return a time given as Unix seconds, Unix milliseconds or ISO 8601; None if it is none of them."""
    if isinstance(value, int | float) and value > _MILLISECONDS_FROM:
        return read_moment(value / 1000)
    return read_moment(value)


_TIME = read_with(_read_time)


@model
class Axes:
    """One number for each axis: a position or encoder in mm, or a motor's load in %."""

    x: float | None = None
    y: float | None = None
    z: float | None = None


@model
class AxisStates:
    """The state of each motor."""

    x: AxisState | None = None
    y: AxisState | None = None
    z: AxisState | None = None


@model
class Activity:
    """Whether the robot is busy, idle, or stopped by the emergency stop."""

    busy: bool | None = None
    idle: bool | None = None
    locked: bool | None = None
    """Whether the emergency stop is on."""
    locked_at: datetime | None = field(default=None, metadata=_TIME)
    """When the emergency stop was last triggered; None for never."""
    sync_status: SyncStatus | None = None


@model
class System:
    """The robot's software and computer."""

    controller_version: str | None = None
    """The version of FarmBot OS, such as "15.4.11"."""
    controller_commit: str | None = None
    firmware_version: str | None = None
    """The version of the motor firmware, with a letter for the board behind it."""
    firmware_commit: str | None = None
    target: str | None = None
    """The kind of Raspberry Pi: "rpi", "rpi3", "rpi4"."""
    env: str | None = None
    """The kind of build: "prod", except for developers."""
    node_name: str | None = field(default=None, metadata=PRIVATE)
    private_ip: str | None = field(default=None, metadata=PRIVATE)


@model
class Vitals:
    """Measurements of the Raspberry Pi."""

    soc_temp: float | None = field(default=None, metadata=within(PROCESSOR_TEMPERATURE))
    """°C."""
    throttled: int | None = field(default=None, metadata=read_with(read_bits))
    """Bit 0 under-voltage, 1 frequency capped, 2 throttled, 3 soft temperature limit;
    16 bits higher: it has happened since the start."""
    wifi_level: float | None = field(default=None, metadata=within(SIGNAL_STRENGTH))
    """dBm."""
    wifi_level_percent: float | None = field(default=None, metadata=within(PERCENT))
    uptime: float | None = field(default=None, metadata=within(UPTIME))
    """Seconds."""
    memory_usage: float | None = field(default=None, metadata=within(MEMORY))
    """MB."""
    disk_usage: float | None = field(default=None, metadata=within(PERCENT))
    """%."""
    cpu_usage: float | None = field(default=None, metadata=within(PERCENT))
    """%."""


@model
class Job:
    """A job that takes time: an update, an upload, a Lua job."""

    name: str = field(metadata=HIDDEN)
    """Identifies the job: "FBOS_OTA" is the update of FarmBot OS."""
    status: str | None = field(default=None, metadata=HIDDEN)
    """Free text, such as "Working" or "Complete"."""
    type: str | None = None
    unit: JobUnit | None = None
    percent: float | None = field(default=None, metadata=within(PERCENT))
    bytes: int | None = None
    file_type: str | None = None
    time: datetime | None = field(default=None, metadata=_TIME)
    """When it started."""
    updated_at: datetime | None = field(default=None, metadata=_TIME)


@model
class Jobs:
    """All jobs in the robot's status."""

    jobs: tuple[Job, ...] = ()


@model
class Pin:
    """The value of a pin that was last read or written; the robot does not monitor pins."""

    mode: int | None = None
    """0 digital, 1 analog."""
    value: float | None = field(default=None, metadata=within(PIN_VALUE))
    """0 or 1 (digital), 0 to 1023 (analog, read), or 0 to 255 (analog, written)."""


_LOCATION: Mapping[str, type[Axes | AxisStates]] = {
    "position": Axes,
    "axis_states": AxisStates,
    "load": Axes,
    "scaled_encoders": Axes,
    "raw_encoders": Axes,
}
"""By key, which is the name in `location_data`: the model of its record."""

_AXES: Mapping[str, Range] = {
    "position": BED_PLACE,
    "load": PERCENT,
    "scaled_encoders": BED_PLACE,
}
"""The plausible range of the numbers in `location_data`; raw encoders count steps, without a range."""

_SETTINGS: Mapping[str, type[Activity | System | Vitals]] = {
    "activity": Activity,
    "system": System,
    "vitals": Vitals,
}
"""By key: the model of a record that has a part of the fields in `informational_settings`."""

_SHARES = {
    key: tuple(item.name for item in fields(kind)) for key, kind in _SETTINGS.items()
}


def read_status(
    payload: bytes, report: ParseReport, cache: StatusCache | None = None
) -> dict[str, object]:
    """Return the records of a status message by key, without those whose part is missing.

    Keys are `position`, `axis_states`, `load`, `scaled_encoders`, `raw_encoders`, `activity`,
    `system`, `vitals`, `jobs`, and `pins/<number>` for each pin that was read or written since the
    robot started. The record of a pin that is missing since the last message is None.

    Args:
        payload: the message.
        report: counts unexpected content, such as a message that is not a JSON object.
        cache: pass the same mapping with every message of a robot, so that unchanged parts are not
            parsed again.
    """
    cache = {} if cache is None else cache
    tree = _read_object("status", payload, report)
    records: dict[str, object] = {}
    for key, kind, part in _parts(tree, report):
        before, record = cache.get(key, (None, None))
        if part != before:
            # No field of these models is required, so there is always a record.
            made = parse(kind, part, report)
            record = record if made == record else made
            cache[key] = part, record
        records[key] = record
    if isinstance(tree.get("pins"), dict):
        # After a restart the robot does not know its pins.
        for gone in [
            key for key in cache if key.startswith(_PIN) and key not in records
        ]:
            del cache[gone]
            records[gone] = None
    return records


def read_telemetry(payload: bytes, report: ParseReport) -> dict[str, object]:
    """Return the `vitals` of a telemetry message, which is sent every 5 minutes.

    Other telemetry messages, about the robot's own software, have no vitals and give no record.
    """
    message = _read_object("telemetry", payload, report)
    metrics = {
        name.removeprefix(_METRIC): value
        for name, value in message.items()
        if name.startswith(_METRIC)
    }
    vitals = parse(Vitals, _known(metrics, _SHARES["vitals"]), report)
    return {"vitals": vitals} if metrics and vitals else {}


def read_log(payload: bytes, report: ParseReport) -> Log | None:
    """Return a line of the log, or None if the payload is not one."""
    message = _read_object("log", payload, report)
    return parse(Log, message, report) if message else None


def _read_object(what: str, payload: bytes, report: ParseReport) -> dict[str, Json]:
    """Return the JSON object of a message; if it is not one, count that and return an empty one."""
    try:
        document = read_json(payload)
    except BadAnswer:
        document = None
    if isinstance(document, dict):
        return document
    report.record(what)
    return {}


def _parts(
    tree: dict[str, Json], report: ParseReport
) -> Iterator[tuple[str, type, dict[str, Json]]]:
    """Yield key, model and raw values of each part of the tree."""
    location = _branch(tree, "location_data", report)
    for key, place in _LOCATION.items():
        if part := _branch(location, key, report):
            yield key, place, _plausible(key, _known(part, part), report)
    settings = _branch(tree, "informational_settings", report)
    for key, share in _SETTINGS.items():
        if not settings.keys().isdisjoint(_SHARES[key]):
            yield key, share, _known(settings, _SHARES[key])
    if "jobs" in tree:
        jobs = _branch(tree, "jobs", report)
        yield "jobs", Jobs, {"jobs": [*_named(jobs)]}
    for number, pin in _branch(tree, "pins", report).items():
        if isinstance(pin, dict) and _PIN_NUMBER.fullmatch(number):
            yield f"{_PIN}{int(number)}", Pin, pin
        else:
            report.record("status.pins")


def _branch(tree: dict[str, Json], name: str, report: ParseReport) -> dict[str, Json]:
    """Return an object within an object, or an empty one if it is missing."""
    branch = tree.get(name)
    if isinstance(branch, dict):
        return branch
    if branch is not None:
        report.record(f"status.{name}")
    return {}


def _known(raw: dict[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """Return the values with the given names, without those that stand for an unknown value."""
    return {
        name: value
        for name in names
        if (value := raw.get(name)) is not None
        and not (isinstance(value, str) and value in _NOTHING)
        and value != _NEVER.get(name)
    }


def _plausible(key: str, raw: dict[str, Json], report: ParseReport) -> dict[str, Json]:
    """Return the numbers of the axes, without those that are not plausible."""
    allowed = _AXES.get(key)
    if allowed is None:
        return raw
    beyond = {
        axis
        for axis, value in raw.items()
        if (number := to_float(value)) is not None and number not in allowed
    }
    for axis in sorted(beyond & {"x", "y", "z"}):
        report.record(f"status.{key}.{axis}")
    return {axis: value for axis, value in raw.items() if axis not in beyond}


def _named(jobs: dict[str, Json]) -> Iterator[Json]:
    """Yield the jobs with their names, which are the keys in the tree."""
    for name, job in jobs.items():
        yield {**job, "name": name} if isinstance(job, dict) else job
