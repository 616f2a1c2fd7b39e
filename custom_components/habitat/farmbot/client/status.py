"""What the robot says of itself: its status tree, read into small records.

The robot publishes the whole tree, 5 to 7 KB, on every change of any part of it: many times a
second while it moves. So a record is made anew only where its part of the tree changed; otherwise
it is the same object as before. Names and units are those of FarmBot OS.
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
"""By key: a part of the tree as it last came, and the record it was read into."""

_NOTHING = frozenset({"unknown", "---"})
"""The robot's own words for what it does not know."""
_NEVER = {"locked_at": 0}
"""Values that say that there is none."""
_MILLISECONDS_FROM = 1e11
"""Unix times above this are in milliseconds: the robot's Lua code begins its jobs with such."""
_PIN = "pins/"
_PIN_NUMBER = re.compile("[0-9]{1,3}")
"""No board has a thousand pins."""
_METRIC = "telemetry_"
"""How the names in telemetry begin."""


def _read_time(value: object) -> datetime | None:
    """Read Unix seconds, Unix milliseconds or ISO 8601."""
    if isinstance(value, int | float) and value > _MILLISECONDS_FROM:
        return read_moment(value / 1000)
    return read_moment(value)


_TIME = read_with(_read_time)


@model
class Axes:
    """One number an axis: a position or encoder in mm, a motor's load in %."""

    x: float | None = None
    y: float | None = None
    z: float | None = None


@model
class AxisStates:
    """What each motor is doing."""

    x: AxisState | None = None
    y: AxisState | None = None
    z: AxisState | None = None


@model
class Activity:
    """Whether the robot works, rests, or is stopped."""

    busy: bool | None = None
    idle: bool | None = None
    locked: bool | None = None
    """Whether the emergency stop is on."""
    locked_at: datetime | None = field(default=None, metadata=_TIME)
    """When the emergency stop was last pressed; None for never."""
    sync_status: SyncStatus | None = None


@model
class System:
    """The robot's software, and where it runs."""

    controller_version: str | None = None
    """Of FarmBot OS: "15.4.11"."""
    controller_commit: str | None = None
    firmware_version: str | None = None
    """With a letter for the board behind it."""
    firmware_commit: str | None = None
    target: str | None = None
    """The kind of Raspberry Pi: "rpi", "rpi3", "rpi4"."""
    env: str | None = None
    """The kind of build; "prod" but for developers."""
    node_name: str | None = field(default=None, metadata=PRIVATE)
    private_ip: str | None = field(default=None, metadata=PRIVATE)


@model
class Vitals:
    """How the Raspberry Pi is doing."""

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
    """Something that takes a while: an update, an upload, a Lua job."""

    name: str = field(metadata=HIDDEN)
    """What it is known by: "FBOS_OTA" is the update of FarmBot OS."""
    status: str | None = field(default=None, metadata=HIDDEN)
    """Free text: "Working", "Complete"."""
    type: str | None = None
    unit: JobUnit | None = None
    percent: float | None = field(default=None, metadata=within(PERCENT))
    bytes: int | None = None
    file_type: str | None = None
    time: datetime | None = field(default=None, metadata=_TIME)
    """When it began."""
    updated_at: datetime | None = field(default=None, metadata=_TIME)


@model
class Jobs:
    """All jobs that the robot remembers, by name."""

    jobs: tuple[Job, ...] = ()


@model
class Pin:
    """What a pin of the board last was, read or written; the robot does not watch it."""

    mode: int | None = None
    """0 digital, 1 analog."""
    value: float | None = field(default=None, metadata=within(PIN_VALUE))
    """0 or 1; read as analog 0-1023, written as analog 0-255."""


_LOCATION: Mapping[str, type[Axes | AxisStates]] = {
    "position": Axes,
    "axis_states": AxisStates,
    "load": Axes,
    "scaled_encoders": Axes,
    "raw_encoders": Axes,
}
"""By key, which is the name in `location_data`: the record that it is read into."""

_AXES: Mapping[str, Range] = {
    "position": BED_PLACE,
    "load": PERCENT,
    "scaled_encoders": BED_PLACE,
}
"""What the numbers of `location_data` can be; raw encoders count steps."""

_SETTINGS: Mapping[str, type[Activity | System | Vitals]] = {
    "activity": Activity,
    "system": System,
    "vitals": Vitals,
}
"""By key: the record that its share of `informational_settings` is read into."""

_SHARES = {
    key: tuple(item.name for item in fields(kind)) for key, kind in _SETTINGS.items()
}


def read_status(
    payload: bytes, report: ParseReport, cache: StatusCache | None = None
) -> dict[str, object]:
    """Return the records of a status message by key; none for parts that it does not have.

    Keys are `position`, `axis_states`, `load`, `scaled_encoders`, `raw_encoders`, `activity`,
    `system`, `vitals`, `jobs`, and `pins/<number>` for each pin that was ever read or written;
    None is a pin that is forgotten since the message before.

    Args:
        payload: the message.
        report: counts what is amiss; a message that is no JSON object is one oddity.
        cache: the same mapping with every message of a robot; what did not change since the last
            is then not read again.
    """
    cache = {} if cache is None else cache
    tree = _read_object("status", payload, report)
    records: dict[str, object] = {}
    for key, kind, part in _parts(tree, report):
        before, record = cache.get(key, (None, None))
        if part != before:
            # None of these has a field that it cannot do without.
            made = parse(kind, part, report)
            record = record if made == record else made
            cache[key] = part, record
        records[key] = record
    if isinstance(tree.get("pins"), dict):
        # A robot that started again knows nothing of its pins.
        for gone in [
            key for key in cache if key.startswith(_PIN) and key not in records
        ]:
            del cache[gone]
            records[gone] = None
    return records


def read_telemetry(payload: bytes, report: ParseReport) -> dict[str, object]:
    """Return the `vitals` of a telemetry message, which comes every 5 min.

    The robot also publishes single measurements of its own doings there; they have none.
    """
    told = _read_object("telemetry", payload, report)
    metrics = {
        name.removeprefix(_METRIC): value
        for name, value in told.items()
        if name.startswith(_METRIC)
    }
    vitals = parse(Vitals, _known(metrics, _SHARES["vitals"]), report)
    return {"vitals": vitals} if metrics and vitals else {}


def read_log(payload: bytes, report: ParseReport) -> Log | None:
    """Return a line of the log; None when it is none."""
    told = _read_object("log", payload, report)
    return parse(Log, told, report) if told else None


def _read_object(what: str, payload: bytes, report: ParseReport) -> dict[str, Json]:
    """Return the JSON object of a message; an empty one, and an oddity, when it is none."""
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
    """Yield key, kind of record and raw values of each part that the tree has."""
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
    """Return an object within an object; an empty one where there is none."""
    branch = tree.get(name)
    if isinstance(branch, dict):
        return branch
    if branch is not None:
        report.record(f"status.{name}")
    return {}


def _known(raw: dict[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """Return some of the values, without those by which the robot says that it has none."""
    return {
        name: value
        for name in names
        if (value := raw.get(name)) is not None
        and not (isinstance(value, str) and value in _NOTHING)
        and value != _NEVER.get(name)
    }


def _plausible(key: str, raw: dict[str, Json], report: ParseReport) -> dict[str, Json]:
    """Return the numbers of the axes without those that cannot be."""
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
    """Yield the jobs with their names, which are the keys of the tree."""
    for name, job in jobs.items():
        yield {**job, "name": name} if isinstance(job, dict) else job
