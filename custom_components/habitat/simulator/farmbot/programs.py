"""The functions that a robot gives to Lua programs.

As in FarmBot OS they return nil and a reason where the robot can not do something.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from ..core.documents import Json, Record, dump, load
from . import camera, lua, tools
from .lua import (
    LuaError,
    Table,
    Value,
    argument_errors,
    needed_number,
    text_of,
    value_at,
)
from .machine import LOCKED, Machine, RobotError
from .resources import RESOURCES
from .rest import Rest
from .state import AXES
from .wire import RefusedError

_MAX_WAIT = 180_000
"""Milliseconds; who waits for longer stops the robot."""
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_PARENT = "parent"
"""The variable that is meant where a program names none."""

type Variables = Mapping[str, Record]
"""The values of a sequence's variables, as nodes."""
type RunNode = Callable[[Json], Awaitable[None]]
type _Handler = Callable[[_Program, list[Value]], Awaitable[Value]]


@dataclass(frozen=True, slots=True)
class _Program:
    """What a function can reach."""

    machine: Machine
    variables: Variables
    run_node: RunNode

    @property
    def rest(self) -> Rest:
        return Rest(self.machine.world, lambda: "")


async def run(
    machine: Machine, text: str, variables: Variables, run_node: RunNode
) -> list[Value]:
    """Run a program and return what it returns.

    Raises:
        RobotError: it is none, it fails, or the robot was locked meanwhile.
    """
    program = _Program(machine, variables, run_node)
    plain = not any(sign in text for sign in ("return", "=", "\n"))
    functions: dict[str, Value] = {
        name: _bound(program, handler) for name, handler in _FUNCTIONS.items()
    }
    for group, members in _GROUPS.items():
        functions[group] = Table(
            {name: _bound(program, handler) for name, handler in members.items()}
        )
    try:
        # As on the robot: what is a mere expression returns its value.
        return await lua.run(f"return ({text})" if plain else text, functions)
    except LuaError as failed:
        raise RobotError(str(failed)) from None


def _bound(program: _Program, handler: _Handler) -> Value:
    async def call(args: list[Value]) -> list[Value]:
        try:
            with argument_errors():
                return [await handler(program, args)]
        except RobotError as failed:
            if program.machine.state.locked:
                raise RobotError("Canceled sequence due to emergency lock.") from None
            if handler in _STRICT:
                raise
            return [None, str(failed)]

    return call


def to_lua(document: Json) -> Value:
    """Return a document as Lua has it."""
    match document:
        case list():
            return Table(dict(enumerate(map(to_lua, document), 1)))
        case dict():
            items = {name: to_lua(value) for name, value in document.items()}
            return Table(
                {name: value for name, value in items.items() if value is not None}
            )
        case _:
            return document


def to_json(value: Value, depth: int = 0) -> Json:
    """Return a value as a document; what has no place in one is null."""
    if not isinstance(value, Table):
        return value if isinstance(value, bool | int | float | str) else None
    if depth > 50:
        raise ValueError("The table holds itself")
    rows = value.rows()
    if rows and len(rows) == len(value.items):
        return [to_json(row, depth + 1) for row in rows]
    return {
        text_of(name): to_json(item, depth + 1) for name, item in value.items.items()
    }


def _record(value: Value) -> Record:
    found = to_json(value) if isinstance(value, Table) else {}
    return found if isinstance(found, dict) else {}


def _identity(value: Value) -> int:
    """Return the id of a record that is given by its id or as a whole."""
    return int(needed_number(value.get("id") if isinstance(value, Table) else value))


# Moving.


async def _move_absolute(program: _Program, args: list[Value]) -> Value:
    """Take x, y, z and perhaps a speed, or a table of axes and perhaps a speed."""
    machine = program.machine
    speed = 100.0
    if isinstance(target := value_at(args, 0), Table):
        axes = {
            axis: needed_number(value)
            for axis in AXES
            if (value := target.get(axis)) is not None
        }
        given = value_at(args, 1) if len(args) > 1 else target.get("speed")
        if given is not None:
            speed = needed_number(given)
        if lua.truth(target.get("safe_z")):
            await _up(machine)
            await machine.move({a: axes[a] for a in ("x", "y") if a in axes}, speed)
    else:
        axes = {
            axis: needed_number(value_at(args, place))
            for place, axis in enumerate(AXES)
        }
        speed = needed_number(args[3]) if len(args) > 3 else speed
    await machine.move(axes, speed)
    return True


async def _up(machine: Machine) -> None:
    height = machine.world.single("fbos_config").get("safe_height")
    await machine.raise_to(float(height) if isinstance(height, int | float) else 0.0)


async def _find_home(program: _Program, args: list[Value]) -> Value:
    await program.machine.find_home(_axis(args))
    return True


async def _find_length(program: _Program, args: list[Value]) -> Value:
    await program.machine.find_length(_axis(args))
    return True


async def _go_home(program: _Program, args: list[Value]) -> Value:
    axis = _axis(args)
    speed = needed_number(args[1]) if len(args) > 1 else 100.0
    zeros = {each: 0.0 for each in AXES if axis in (each, "all")}
    await program.machine.move(zeros, speed)
    return True


def _axis(args: list[Value]) -> str:
    axis = value_at(args, 0)
    if axis not in (None, "all", *AXES):
        raise ValueError(axis)
    return "all" if axis is None else str(axis)


async def _position(program: _Program, args: list[Value]) -> Value:
    place = program.machine.state.position
    if (axis := value_at(args, 0)) in AXES:
        return place[str(axis)]
    return to_lua({**place})


async def _check_position(program: _Program, args: list[Value]) -> Value:
    wanted, tolerance = args[0], needed_number(args[1])
    if not isinstance(wanted, Table):
        raise TypeError
    here = program.machine.state.position
    return all(
        abs(needed_number(value) - here[axis]) <= tolerance
        for axis in AXES
        if (value := wanted.get(axis)) is not None
    )


async def _coordinate(_: _Program, args: list[Value]) -> Value:
    return Table(
        {axis: needed_number(value_at(args, place)) for place, axis in enumerate(AXES)}
    )


async def _lock(program: _Program, _: list[Value]) -> Value:
    program.machine.lock()
    raise RobotError(LOCKED)


async def _unlock(program: _Program, _: list[Value]) -> Value:
    program.machine.unlock()
    return True


async def _wait(program: _Program, args: list[Value]) -> Value:
    """Wait for milliseconds, and show it as a job where it takes seconds."""
    machine, milliseconds = program.machine, needed_number(value_at(args, 0))
    if milliseconds >= _MAX_WAIT:
        machine.log(
            "Do not use sleep for longer than three minutes.", "error", ["toast"]
        )
        return await _lock(program, [])
    options = _record(value_at(args, 1))
    name = str(options.get("job") or f"Waiting {milliseconds / 1000:g}s")
    if milliseconds >= 1000:
        machine.job(name, 0)
    await machine.wait(max(milliseconds, 0) / 1000)
    if milliseconds >= 1000:
        machine.job(name, 100)
    return None


# Pins.


async def _read_pin(program: _Program, args: list[Value]) -> Value:
    mode = int(value_at(args, 1) == "analog")
    return program.machine.read_pin(
        int(needed_number(value_at(args, 0))), mode, sensor=False
    )


async def _write_pin(program: _Program, args: list[Value]) -> Value:
    pin, mode, value = args
    program.machine.write_pin(
        int(needed_number(pin)), int(needed_number(value)), int(mode == "analog")
    )
    return None


async def _on(program: _Program, args: list[Value]) -> Value:
    return await _write_pin(program, [value_at(args, 0), "digital", 1])


async def _off(program: _Program, args: list[Value]) -> Value:
    return await _write_pin(program, [value_at(args, 0), "digital", 0])


async def _toggle_pin(program: _Program, args: list[Value]) -> Value:
    program.machine.toggle_pin(int(needed_number(value_at(args, 0))))
    return None


async def _done(_: _Program, __: list[Value]) -> Value:
    return True


# Messages and jobs.


async def _send_message(program: _Program, args: list[Value]) -> Value:
    kind, message, *rest = args
    channels = to_json(rest[0]) if rest else []
    named = channels if isinstance(channels, list) else [channels]
    program.machine.log(
        text_of(message)[:300], text_of(kind), [str(name) for name in named if name]
    )
    return True


async def _toast(program: _Program, args: list[Value]) -> Value:
    kind = value_at(args, 1) or "info"
    return await _send_message(program, [kind, args[0], "toast"])


async def _debug(program: _Program, args: list[Value]) -> Value:
    return await _send_message(program, ["debug", args[0]])


async def _set_job(program: _Program, args: list[Value]) -> Value:
    fields = _record(value_at(args, 1))
    percent = fields.get("percent")
    status = fields.get("status")
    program.machine.set_job(
        text_of(args[0]),
        percent=percent if isinstance(percent, int | float) else None,
        status=status if isinstance(status, str) else None,
        kind=str(fields.get("type") or ""),
    )
    return None


async def _complete_job(program: _Program, args: list[Value]) -> Value:
    program.machine.set_job(text_of(args[0]), percent=100, status="Complete")
    return None


async def _get_job(program: _Program, args: list[Value]) -> Value:
    return to_lua(program.machine.state.jobs.get(text_of(args[0])))


# Records.


async def _api(program: _Program, args: list[Value]) -> Value:
    """Do a request of the API; what is refused is told, and nil."""
    request = _record(value_at(args, 0))
    method = str(request.get("method") or "GET").upper()
    parts = [part for part in str(request.get("url") or "").split("/") if part]
    body = request.get("body")
    try:
        return to_lua(
            _ask(program.rest, method, parts, body if isinstance(body, dict) else {})
        )
    except RefusedError as refused:
        program.machine.log(f"HTTP ERROR: {refused.status}", "error")
        return None


def _ask(rest: Rest, method: str, parts: list[str], body: Record) -> Json:
    """Answer a request.

    Raises:
        RefusedError: it is refused.
    """
    if parts[:1] != ["api"] or len(parts) not in (2, 3) or parts[1] not in RESOURCES:
        raise RefusedError(404)
    resource, identity = RESOURCES[parts[1]], "".join(parts[2:])
    if method == "GET":
        whole = not identity and not resource.single
        return rest.index(resource, {}) if whole else rest.show(resource, identity)
    if method == "POST":
        return rest.create(resource, body, "")
    if method in ("PATCH", "PUT"):
        return rest.update(resource, identity, body, "")
    rest.delete(resource, identity, "")
    return ""


def _reading(path: str) -> _Handler:
    async def read(program: _Program, args: list[Value]) -> Value:
        record = program.machine.world.single(path)
        name = value_at(args, 0)
        return to_lua(record if name is None else record.get(text_of(name)))

    return read


def _writing(path: str) -> _Handler:
    async def write(program: _Program, args: list[Value]) -> Value:
        program.rest.update(RESOURCES[path], "", _record(value_at(args, 0)), "")
        return True

    return write


async def _update_device(program: _Program, args: list[Value]) -> Value:
    """Write fields of the device; the tool 0 is none."""
    fields = _record(value_at(args, 0))
    if fields.get("mounted_tool_id") == 0:
        fields["mounted_tool_id"] = None
    world = program.machine.world
    world.change("device", world.number, **fields)
    return True


async def _env(program: _Program, args: list[Value]) -> Value:
    """Read a setting of the farmwares, or write it."""
    key = text_of(args[0])
    if len(args) > 1:
        camera.set_env(program.machine, key, text_of(args[1]))
        return text_of(args[1])
    rows = program.machine.world.rows("farmware_envs")
    return next((str(row["value"]) for row in rows if row["key"] == key), None)


async def _get_tool(program: _Program, args: list[Value]) -> Value:
    wanted = _record(value_at(args, 0))
    for tool in program.machine.world.rows("tools"):
        if all(tool.get(name) == value for name, value in wanted.items()):
            kept = ("id", "name", "flow_rate_ml_per_s")
            return to_lua({name: tool[name] for name in kept})
    return None


async def _get_curve(program: _Program, args: list[Value]) -> Value:
    curve = program.machine.world.tables["curves"].get(_identity(value_at(args, 0)))
    if curve is None:
        return None

    async def day(given: list[Value]) -> list[Value]:
        return [tools.amount_at(curve, needed_number(value_at(given, 0)))]

    unit = "mL" if curve["type"] == "water" else "mm"
    return Table(
        {
            "name": str(curve["name"]),
            "type": str(curve["type"]),
            "unit": unit,
            "day": day,
        }
    )


async def _group(program: _Program, args: list[Value]) -> Value:
    groups = program.machine.world.tables["point_groups"]
    group = groups.get(_identity(value_at(args, 0)))
    return to_lua(group.get("point_ids") if group else [])


async def _garden_size(program: _Program, _: list[Value]) -> Value:
    return Table({axis: program.machine.length(axis) for axis in AXES})


async def _safe_z(program: _Program, _: list[Value]) -> Value:
    return to_lua(program.machine.world.single("fbos_config").get("safe_height"))


async def _soil_height(program: _Program, _: list[Value]) -> Value:
    return to_lua(program.machine.world.single("fbos_config").get("soil_height"))


async def _new_reading(program: _Program, args: list[Value]) -> Value:
    fields = _record(value_at(args, 0))
    fields |= {
        name: round(needed_number(to_lua(fields[name])))
        for name in ("pin", "value")
        if name in fields
    }
    try:
        program.rest.create(RESOURCES["sensor_readings"], fields, "")
    except RefusedError as refused:
        raise RobotError(text_of(str(refused.body))) from None
    return True


async def _variable(program: _Program, args: list[Value]) -> Value:
    """Return the value of a variable: the record of a place, a number or a text."""
    label = text_of(value_at(args, 0)) if args else _PARENT
    node = program.variables.get(label)
    if node is None:
        raise LuaError("Lua failure")
    values = cast(Record, node.get("args") or {})
    world = program.machine.world
    match node.get("kind"):
        case "point":
            return to_lua(
                world.tables["points"].get(cast(int, values.get("pointer_id")))
            )
        case "tool":
            tool = world.tables["tools"].get(cast(int, values.get("tool_id")))
            if tool is None:
                return None
            return to_lua(tools.find_tool(program.machine, str(tool["name"]))[1])
        case "numeric":
            return to_lua(values.get("number"))
        case "text":
            return to_lua(values.get("string"))
        case _:
            return to_lua(values)


# Tools.


async def _mount(program: _Program, args: list[Value]) -> Value:
    """Mount a tool by its name, or the one of a slot."""
    wanted = value_at(args, 0)
    if isinstance(wanted, Table):
        owned = program.machine.world.tables["tools"].get(
            cast(int, wanted.get("tool_id"))
        )
        wanted = str(owned["name"]) if owned else None
    await tools.mount(program.machine, text_of(wanted))
    return None


async def _dismount(program: _Program, _: list[Value]) -> Value:
    await tools.dismount(program.machine)
    return None


async def _verify_tool(program: _Program, _: list[Value]) -> Value:
    return bool(program.machine.world.device.get("mounted_tool_id"))


async def _water(program: _Program, args: list[Value]) -> Value:
    """Water a plant, given by its id or as a whole."""
    wanted = value_at(args, 0)
    found = None if wanted is None else _identity(wanted)
    plant = program.machine.world.tables["points"].get(cast(int, found))
    if plant is None:
        raise RobotError("Plant not found")
    await tools.water_plant(program.machine, plant)
    return None


async def _dispense(program: _Program, args: list[Value]) -> Value:
    await tools.dispense(program.machine, needed_number(value_at(args, 0)))
    return None


def _script(label: str) -> _Handler:
    async def execute(program: _Program, _: list[Value]) -> Value:
        await camera.execute(program.machine, label)
        return None

    return execute


# CeleryScript.


async def _rpc(program: _Program, args: list[Value]) -> Value:
    """Run a node, or the nodes of a request."""
    node = _record(value_at(args, 0))
    body = node.get("body")
    request = node.get("kind") == "rpc_request" and isinstance(body, list)
    for each in cast(list[Json], body) if request else [node]:
        await program.run_node(each)
    return True


async def _sequence(program: _Program, args: list[Value]) -> Value:
    await program.run_node(
        {"kind": "execute", "args": {"sequence_id": _identity(value_at(args, 0))}}
    )
    return True


# What it knows.


async def _read_status(program: _Program, args: list[Value]) -> Value:
    found: Json = program.machine.state.tree(program.machine.world)
    for name in args:
        found = found.get(text_of(name)) if isinstance(found, dict) else None
    return to_lua(found)


async def _versions(program: _Program, _: list[Value]) -> Value:
    return str(program.machine.world.device["fbos_version"])


async def _firmware(program: _Program, _: list[Value]) -> Value:
    return await _read_status(program, ["informational_settings", "firmware_version"])


def _clock(zone: Callable[[_Program], ZoneInfo | None], part: str = "") -> _Handler:
    async def tell(program: _Program, args: list[Value]) -> Value:
        now = datetime.fromtimestamp(
            program.machine.world.clock(), zone(program) or UTC
        )
        name = part or value_at(args, 0)
        if name is None:
            return now.isoformat()
        if name not in _PARTS:
            raise ValueError(name)
        return int(getattr(now, str(name)))

    return tell


def _local(program: _Program) -> ZoneInfo:
    return ZoneInfo(str(program.machine.world.device.get("timezone") or "UTC"))


def _universal(_: _Program) -> None:
    return None


async def _time(program: _Program, _: list[Value]) -> Value:
    return int(program.machine.world.clock())


async def _to_unix(_: _Program, args: list[Value]) -> Value:
    return int(datetime.fromisoformat(text_of(args[0])).timestamp())


async def _encode_json(_: _Program, args: list[Value]) -> Value:
    return dump(to_json(value_at(args, 0))).decode()


async def _decode_json(_: _Program, args: list[Value]) -> Value:
    return to_lua(load(text_of(value_at(args, 0)).encode()))


async def _encode_64(_: _Program, args: list[Value]) -> Value:
    return base64.b64encode(text_of(value_at(args, 0)).encode()).decode()


async def _decode_64(_: _Program, args: list[Value]) -> Value:
    return base64.b64decode(text_of(value_at(args, 0))).decode(errors="replace")


_STRICT: frozenset[_Handler] = frozenset({_mount, _dismount, _water, _rpc, _sequence})
"""What fails as a whole where the robot itself would write a log only."""

_FUNCTIONS: Mapping[str, _Handler] = {
    "api": _api,
    "calibrate_camera": _script("camera-calibration"),
    "check_position": _check_position,
    "complete_job": _complete_job,
    "coordinate": _coordinate,
    "cs_eval": _rpc,
    "current_hour": _clock(_universal, "hour"),
    "current_minute": _clock(_universal, "minute"),
    "current_month": _clock(_universal, "month"),
    "current_second": _clock(_universal, "second"),
    "debug": _debug,
    "detect_weeds": _script("plant-detection"),
    "dismount_tool": _dismount,
    "dispense": _dispense,
    "emergency_lock": _lock,
    "emergency_unlock": _unlock,
    "env": _env,
    "fbos_version": _versions,
    "find_axis_length": _find_length,
    "find_home": _find_home,
    "firmware_version": _firmware,
    "garden_size": _garden_size,
    "gcode": _done,
    "get_curve": _get_curve,
    "get_device": _reading("device"),
    "get_fbos_config": _reading("fbos_config"),
    "get_firmware_config": _reading("firmware_config"),
    "get_job": _get_job,
    "get_job_progress": _get_job,
    "get_position": _position,
    "get_tool": _get_tool,
    "get_xyz": _position,
    "go_to_home": _go_home,
    "group": _group,
    "inspect": _encode_json,
    "local_time": _clock(_local),
    "measure_soil_height": _script("Measure Soil Height"),
    "mount_tool": _mount,
    "move": _move_absolute,
    "move_absolute": _move_absolute,
    "new_sensor_reading": _new_reading,
    "off": _off,
    "on": _on,
    "read_pin": _read_pin,
    "read_status": _read_status,
    "rpc": _rpc,
    "safe_z": _safe_z,
    "send_message": _send_message,
    "sequence": _sequence,
    "set_job": _set_job,
    "set_job_progress": _set_job,
    "set_pin_io_mode": _done,
    "soft_stop": _done,
    "soil_height": _soil_height,
    "take_photo": _script("take-photo"),
    "toast": _toast,
    "to_unix": _to_unix,
    "toggle_pin": _toggle_pin,
    "update_device": _update_device,
    "update_fbos_config": _writing("fbos_config"),
    "update_firmware_config": _writing("firmware_config"),
    "utc": _clock(_universal),
    "variable": _variable,
    "variables": _variable,
    "verify_tool": _verify_tool,
    "wait": _wait,
    "wait_ms": _wait,
    "water": _water,
    "write_pin": _write_pin,
}
_GROUPS: Mapping[str, Mapping[str, _Handler]] = {
    "base64": {"decode": _decode_64, "encode": _encode_64},
    "json": {"decode": _decode_json, "encode": _encode_json},
    "os": {"time": _time},
}
