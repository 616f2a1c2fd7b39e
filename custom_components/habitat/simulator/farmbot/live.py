"""What happens by itself while a robot stands in a garden."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from typing import cast
from zoneinfo import ZoneInfo

from ..core.documents import Record, epoch, number
from ..core.noise import between
from .robot import Robot
from .world import World, stamp

_JITTER = 7.0
_SLOW = 60.0
_TELEMETRY = 300.0
_SEEN = 900.0
_ALARM = 600.0
"""Seconds after which somebody is told that the robot is still locked."""
_LATE = 300.0
"""Seconds after which a missed event is left out."""
_MAX_LOGS = 500
_UNITS = {
    "minutely": 60.0,
    "hourly": 3_600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}


async def live(robot: Robot) -> None:
    """Let a robot do what is due, and tell of itself, if its world lives."""
    world = robot.world
    if not world.live:
        return
    slow = telemetry = seen = last = world.clock()
    while True:
        await asyncio.sleep(_JITTER)
        now = world.clock()
        if not robot.online:
            last = now
            continue
        _flicker(robot, now)
        if now - slow >= _SLOW:
            slow = now
            _warm(robot, now)
        robot.tell()
        if now - seen >= _SEEN:
            seen = now
            world.quietly("device", world.number, last_saw_api=stamp(now))
        if now - telemetry >= _TELEMETRY:
            telemetry = now
            _report(robot, now)
        if robot.state.locked and last < robot.state.locked_at + _ALARM <= now:
            robot.log("Still locked", "error", ["fatal_email"])
        for event in world.rows("farm_events"):
            for sequence in due(world, event, max(last, now - _LATE), now):
                robot.spawn(robot.run_sequence(sequence, event.get("body")))
        last = now


def due(world: World, event: Record, after: float, until: float) -> Iterator[int]:
    """Return the ids of the sequences that an event starts after one time until another."""
    start, end = epoch(event.get("start_time")), epoch(event.get("end_time"))
    identity = event.get("executable_id")
    if start is None or end is None or not isinstance(identity, int):
        return
    if event.get("executable_type") == "Regimen":
        yield from _regimen_due(world, identity, start, after, until)
        return
    unit = _UNITS.get(str(event.get("time_unit")))
    if unit is None:
        if after < start <= until:
            yield identity
        return
    step = unit * max(1.0, number(event.get("repeat"), 1))
    times = (start + step * turn for turn in range(_MAX_LOGS))
    for at in takewhile(lambda at: at < end and at <= until, times):
        if at > after:
            yield identity


def _regimen_due(
    world: World, identity: int, start: float, after: float, until: float
) -> Iterator[int]:
    regimen = world.tables["regimens"].get(identity)
    items = regimen.get("regimen_items") if regimen else None
    zone = ZoneInfo(str(world.device.get("timezone") or "UTC"))
    midnight = datetime.fromtimestamp(start, zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    for item in cast(list[Record], items) if isinstance(items, list) else ():
        at = midnight.timestamp() + number(item.get("time_offset"), 0) / 1000
        if after < at <= until and at >= start:
            yield cast(int, item["sequence_id"])


def _flicker(robot: Robot, now: float) -> None:
    state, seed = robot.state, robot.world.seed
    state.wifi_level = round(between(-58, -48, seed, int(now), "wifi"))
    state.wifi_level_percent = max(0, min(100, 2 * (state.wifi_level + 100)))
    state.cpu_usage = round(between(4, 22, seed, int(now), "cpu"))


def _warm(robot: Robot, now: float) -> None:
    state, seed = robot.state, robot.world.seed
    state.soc_temp = round(between(44, 52, seed, int(now // _SLOW), "soc"))
    state.memory_usage = round(between(58, 71, seed, int(now // _SLOW), "memory"))
    state.uptime += int(_SLOW)


def _report(robot: Robot, now: float) -> None:
    """Send what the computer measures of itself, to the cloud and to whoever listens."""
    state = robot.state
    measured: Record = {
        "soc_temp": state.soc_temp,
        "throttled": state.throttled,
        "wifi_level_percent": state.wifi_level_percent,
        "uptime": state.uptime,
        "memory_usage": state.memory_usage,
        "disk_usage": state.disk_usage,
        "cpu_usage": state.cpu_usage,
        "target": "rpi4",
    }
    robot.say(
        "telemetry",
        {
            "telemetry_captured_at": stamp(now),
            **{f"telemetry_{name}": value for name, value in measured.items()},
        },
    )
    robot.world.create(
        "telemetries",
        **measured,
        fbos_version=robot.world.device["fbos_version"],
        firmware_hardware=robot.world.single("fbos_config")["firmware_hardware"],
    )
