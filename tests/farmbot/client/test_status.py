"""The status tree becomes small records, and what did not change stays the same object."""

from copy import deepcopy
from datetime import UTC, datetime
import json

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.models import private_values
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client.enums import (
    AxisState,
    JobUnit,
    SyncStatus,
)
from custom_components.habitat.farmbot.client.status import (
    Activity,
    Axes,
    AxisStates,
    Job,
    Jobs,
    Pin,
    StatusCache,
    System,
    Vitals,
    read_log,
    read_status,
    read_telemetry,
)
from tests.support.strategies import BOUNDED, odd_json

_ZERO: dict[str, Json] = {"x": 0.0, "y": 0.0, "z": 0.0}
TREE: dict[str, Json] = {
    "location_data": {
        "position": {"x": 358.0, "y": 540.8, "z": -1.5},
        "axis_states": {"x": "cruise", "y": "idle", "z": "unknown"},
        "load": {"x": 12, "y": 0, "z": None},
        "scaled_encoders": _ZERO,
        "raw_encoders": _ZERO,
    },
    "informational_settings": {
        "busy": True,
        "idle": False,
        "locked": False,
        "locked_at": 0,
        "sync_status": "synced",
        "controller_version": "15.4.11",
        "controller_commit": "32c6738",
        "firmware_version": "6.6.0.G",
        "firmware_commit": "---",
        "target": "rpi3",
        "env": "prod",
        "node_name": "farmbot@farmbot-0000.local",
        "private_ip": "192.168.1.20",
        "soc_temp": 51,
        "throttled": "0x50005",
        "wifi_level": -55,
        "wifi_level_percent": 76,
        "uptime": 3600,
        "memory_usage": 61,
        "disk_usage": 4,
        "cpu_usage": 7,
        "update_available": False,
        "cache_bust": 17,
    },
    "jobs": {
        "FBOS_OTA": {
            "status": "Working",
            "type": "ota",
            "unit": "percent",
            "percent": 41,
            "file_type": None,
            "time": "2026-05-01T10:00:00.000Z",
            "updated_at": 1777629605,
        },
        "Watering Basil": {
            "status": "Moving",
            "unit": "percent",
            "percent": 5.5,
            "time": 1777629600123,
        },
        "Photo": {"status": "Complete", "unit": "bytes", "bytes": 4096},
    },
    "pins": {"8": {"mode": 0, "value": 1}, "59": {"mode": 1, "value": 512.0}},
    "configuration": {"os_auto_update": True},
    "mcu_params": {f"movement_parameter_{n}": float(n) for n in range(130)},
    "process_info": {"farmwares": {}},
    "user_env": {"SECRET": "x" * 60},
}


def _dump(tree: Json) -> bytes:
    return orjson.dumps(tree)


@pytest.fixture
def report() -> ParseReport:
    """Return a fresh count."""
    return ParseReport("FarmBot")


def test_whole_tree(report: ParseReport) -> None:
    """Every part has its record; what the robot does not know is unknown, and no oddity."""
    assert read_status(_dump(TREE), report) == {
        "position": Axes(x=358.0, y=540.8, z=-1.5),
        "axis_states": AxisStates(x=AxisState.CRUISE, y=AxisState.IDLE),
        "load": Axes(x=12.0, y=0.0),
        "scaled_encoders": Axes(x=0.0, y=0.0, z=0.0),
        "raw_encoders": Axes(x=0.0, y=0.0, z=0.0),
        "activity": Activity(
            busy=True, idle=False, locked=False, sync_status=SyncStatus.SYNCED
        ),
        "system": System(
            controller_version="15.4.11",
            controller_commit="32c6738",
            firmware_version="6.6.0.G",
            target="rpi3",
            env="prod",
            node_name="farmbot@farmbot-0000.local",
            private_ip="192.168.1.20",
        ),
        "vitals": Vitals(
            soc_temp=51.0,
            throttled=0x50005,
            wifi_level=-55.0,
            wifi_level_percent=76.0,
            uptime=3600.0,
            memory_usage=61.0,
            disk_usage=4.0,
            cpu_usage=7.0,
        ),
        "jobs": Jobs(
            jobs=(
                Job(
                    name="FBOS_OTA",
                    status="Working",
                    type="ota",
                    unit=JobUnit.PERCENT,
                    percent=41.0,
                    time=datetime(2026, 5, 1, 10, tzinfo=UTC),
                    updated_at=datetime(2026, 5, 1, 10, 0, 5, tzinfo=UTC),
                ),
                Job(
                    name="Watering Basil",
                    status="Moving",
                    unit=JobUnit.PERCENT,
                    percent=5.5,
                    time=datetime(2026, 5, 1, 10, 0, 0, 123000, tzinfo=UTC),
                ),
                Job(name="Photo", status="Complete", unit=JobUnit.BYTES, bytes=4096),
            )
        ),
        "pins/8": Pin(mode=0, value=1.0),
        "pins/59": Pin(mode=1, value=512.0),
    }
    assert not report.counts


def test_locked(report: ParseReport) -> None:
    """The time of the emergency stop is Unix seconds, 0 being never."""
    tree: Json = {"informational_settings": {"locked": True, "locked_at": 1777629605}}
    assert read_status(_dump(tree), report) == {
        "activity": Activity(
            locked=True, locked_at=datetime(2026, 5, 1, 10, 0, 5, tzinfo=UTC)
        )
    }


def test_excerpt(report: ParseReport) -> None:
    """The vendor's documented excerpt gives what it has, and nothing else."""
    excerpt: Json = {
        "informational_settings": {"busy": False},
        "location_data": {"position": {"x": 358.0, "y": 540.8, "z": 0.0}},
    }
    assert read_status(_dump(excerpt), report) == {
        "activity": Activity(busy=False),
        "position": Axes(x=358.0, y=540.8, z=0.0),
    }


def test_private() -> None:
    """Where the robot is in the network stays in the house."""
    records = read_status(_dump(TREE), ParseReport("FarmBot"))
    assert set(private_values(records["system"])) == {
        "farmbot@farmbot-0000.local",
        "192.168.1.20",
    }


def test_same_objects(report: ParseReport) -> None:
    """A change makes the records new that it belongs to, and no others."""
    cache: StatusCache = {}
    before = read_status(_dump(TREE), report, cache)
    tree = deepcopy(TREE)
    settings, pins, location = (
        tree["informational_settings"],
        tree["pins"],
        tree["location_data"],
    )
    assert isinstance(settings, dict)
    assert isinstance(pins, dict)
    assert isinstance(location, dict)
    settings |= {"wifi_level": -60, "cache_bust": 18}
    pins["8"] = {"mode": 0, "value": 0}
    # The same number, written otherwise.
    location["load"] = {"x": 12.0, "y": "0", "z": None}
    after = read_status(_dump(tree), report, cache)
    assert after.keys() == before.keys()
    changed = {key for key in after if after[key] is not before[key]}
    assert changed == {"vitals", "pins/8"}
    pin = after["pins/8"]
    assert pin == Pin(mode=0, value=0.0)


def test_parts_go(report: ParseReport) -> None:
    """A pin that is no longer told of has no record, whatever was seen of it."""
    cache: StatusCache = {}
    read_status(_dump(TREE), report, cache)
    gone = {"jobs": Jobs(), "pins/8": None, "pins/59": None}
    assert read_status(b'{"pins": {}, "jobs": {}}', report, cache) == gone
    assert read_status(b'{"pins": {}}', report, cache) == {}


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"'])
def test_rubbish(payload: bytes, report: ParseReport) -> None:
    """What is no status is counted, once a message."""
    assert read_status(payload, report) == {}
    assert report.counts == {"status": 1}


def test_odd_parts(report: ParseReport) -> None:
    """A part that is odd costs only itself."""
    tree: Json = {
        "location_data": [],
        "informational_settings": {"busy": "perhaps", "throttled": "much"},
        "jobs": {"odd": 3, "good": {}},
        "pins": {"8": None, "x": {"mode": 0}, "9": {"mode": 0, "value": 1}},
    }
    assert read_status(_dump(tree), report) == {
        "activity": Activity(),
        "vitals": Vitals(),
        "jobs": Jobs(jobs=(Job(name="good"),)),
        "pins/9": Pin(mode=0, value=1.0),
    }
    assert report.counts == {
        "status.location_data": 1,
        "Activity.busy": 1,
        "Vitals.throttled": 1,
        "Jobs.jobs": 1,
        "status.pins": 2,
    }


@BOUNDED
@given(
    st.dictionaries(st.sampled_from([*TREE]), odd_json("8", "unknown", 0, "0x1")),
    st.dictionaries(st.sampled_from([*TREE]), odd_json()),
)
def test_anything(first: dict[str, Json], second: dict[str, Json]) -> None:
    """Nothing raises, and what was seen before never shows through."""
    cache: StatusCache = {}
    read_status(json.dumps(first).encode(), ParseReport("test"), cache)
    payload = json.dumps(second).encode()
    again = read_status(payload, ParseReport("test"), cache)
    assert again == read_status(payload, ParseReport("test"))
    assert None not in again.values()


def test_telemetry(report: ParseReport) -> None:
    """Telemetry has the same vitals under longer names."""
    payload = _dump(
        {
            "telemetry_captured_at": "2026-05-01T10:00:00Z",
            "telemetry_soc_temp": 50,
            "telemetry_throttled": "0x0",
            "telemetry_target": "rpi3",
        }
    )
    assert read_telemetry(payload, report) == {
        "vitals": Vitals(soc_temp=50.0, throttled=0)
    }
    assert not report.counts


def test_telemetry_of_other_kinds(report: ParseReport) -> None:
    """The robot's measurements of itself say nothing of its vitals; rubbish is counted."""
    assert read_telemetry(b'{"telemetry.kind": "event"}', report) == {}
    assert not report.counts
    assert read_telemetry(b"[]", report) == {}
    assert report.counts == {"telemetry": 1}


def test_log(report: ParseReport) -> None:
    """A line of the log is that of the REST API without an id."""
    line = read_log(b'{"message": "Hello", "created_at": 1777629605}', report)
    assert line is not None
    assert line.message == "Hello"
    assert line.created_at == datetime(2026, 5, 1, 10, 0, 5, tzinfo=UTC)
    assert read_log(b"nonsense", report) is None
    assert report.counts == {"log": 1}
