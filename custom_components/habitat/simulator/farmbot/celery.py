"""What the robot is told to do: nodes of CeleryScript, one by one."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import cast

from ..core.documents import Json, Record, number
from . import camera, programs
from .lua import Value
from .machine import Machine, RobotError, pin_of, values
from .state import AXES
from .tools import find_tool, place_of

type Scope = Mapping[str, Record]
"""The values of variables by their label, as nodes."""
type Handler = Callable[[Machine, Record, Scope], Awaitable[None]]

_DEPTH = ""
"""What no variable is called: under it is how deep sequences are in each other."""
_DEEPEST = 10
_CHANNELS = frozenset({"ticker", "toast", "email", "espeak"})
_LEDS: Mapping[str, int] = {"BoxLed3": 103, "BoxLed4": 104}
"""The pins of the lights in the electronics box."""
_CLASSES: Mapping[str, str] = {
    "Device": "device",
    "Plant": "points",
    "Weed": "points",
    "GenericPointer": "points",
    "ToolSlot": "points",
    "Point": "points",
}


async def run(
    machine: Machine, node: Json, scope: Scope | None = None, depth: int = 0
) -> None:
    """Do what a node says.

    Raises:
        RobotError: the robot can not.
    """
    kind = node.get("kind") if isinstance(node, dict) else None
    if kind == "execute" and depth >= _DEEPEST:
        raise RobotError("Sequences call each other without an end")
    handler = _HANDLERS.get(str(kind))
    if handler is None:
        raise RobotError(f"Unknown command: {kind}")
    known: Scope = {**(scope or {}), _DEPTH: {"depth": depth}}
    await handler(machine, cast(Record, node), known)


async def execute(
    machine: Machine, sequence: Record, given: Scope, depth: int = 0
) -> None:
    """Run the steps of a sequence with its variables; a group of points is run through."""
    scope = {**_declared(sequence), **given}
    for label, value in given.items():
        if label and value.get("kind") in ("point_group", "every_point"):
            for point in _members(machine, value):
                one: Record = {
                    "kind": "point",
                    "args": {
                        "pointer_type": point["pointer_type"],
                        "pointer_id": point["id"],
                    },
                }
                await execute(machine, sequence, {**given, label: one}, depth)
            return
    body = sequence.get("body")
    for step in body if isinstance(body, list) else ():
        await run(machine, step, scope, depth + 1)


async def _execute(machine: Machine, node: Record, scope: Scope) -> None:
    identity = values(node).get("sequence_id")
    sequence = machine.world.tables["sequences"].get(cast(int, identity))
    if sequence is None:
        raise RobotError(f"Could not find sequence by id: {identity}")
    given = {
        label: _resolved(value, scope)
        for label, value in _pairs(node, "parameter_application", "data_value")
    }
    settings = machine.world.single("fbos_config")
    with machine.working():
        if settings["sequence_init_log"]:
            machine.log(f"Starting {sequence['name']}", "busy")
        await execute(machine, sequence, given, cast(int, scope[_DEPTH]["depth"]))
        if settings["sequence_complete_log"]:
            machine.log(f"Completed {sequence['name']}", "success")


async def _move(machine: Machine, node: Record, scope: Scope) -> None:
    place = dict(machine.state.position)
    speed, safe = 100.0, False
    for step in _body(node):
        args = values(step)
        axis = str(args.get("axis"))
        match step.get("kind"):
            case "axis_overwrite":
                place |= _operand(machine, args, axis, scope)
            case "axis_addition":
                for each, value in _operand(machine, args, axis, scope):
                    place[each] += value
            case "speed_overwrite":
                setting = values(args.get("speed_setting"))
                speed = number(setting.get("number"), 100)
            case "safe_z":
                safe = True
    await _travel(machine, place, speed, safe=safe)


async def _move_absolute(machine: Machine, node: Record, scope: Scope) -> None:
    args = values(node)
    place = _location(machine, args.get("location"), scope)
    offset = values(args.get("offset"))
    target = {axis: place[axis] + number(offset.get(axis), 0) for axis in AXES}
    await _travel(machine, target, number(args.get("speed"), 100))


async def _move_relative(machine: Machine, node: Record, _: Scope) -> None:
    args = values(node)
    now = machine.state.position
    target = {axis: now[axis] + number(args.get(axis), 0) for axis in AXES}
    await _travel(machine, target, number(args.get("speed"), 100))


async def _travel(
    machine: Machine, place: dict[str, float], speed: float, *, safe: bool = False
) -> None:
    with machine.working():
        if safe:
            settings = machine.world.single("fbos_config")
            height = number(settings.get("safe_height"), 0)
            await machine.raise_to(height, speed)
            await machine.move({"x": place["x"], "y": place["y"]}, speed)
        await machine.move(place, speed)


async def _home(machine: Machine, node: Record, _: Scope) -> None:
    with machine.working():
        await machine.find_home(str(values(node).get("axis", "all")))


async def _zero(machine: Machine, node: Record, _: Scope) -> None:
    machine.set_home(str(values(node).get("axis", "all")))


async def _calibrate(machine: Machine, node: Record, _: Scope) -> None:
    with machine.working():
        await machine.find_length(str(values(node).get("axis", "all")))


async def _photo(machine: Machine, _: Record, __: Scope) -> None:
    with machine.working():
        await machine.take_photo()


async def _read_pin(machine: Machine, node: Record, _: Scope) -> None:
    args = values(node)
    pin, kind = _pin(machine, args)
    with machine.working():
        await machine.wait(0.2)
        mode = int(number(args.get("pin_mode"), 0))
        machine.read_pin(pin, mode, sensor=kind == "Sensor")


async def _write_pin(machine: Machine, node: Record, _: Scope) -> None:
    args = values(node)
    pin, kind = _pin(machine, args)
    if kind == "Sensor":
        raise RobotError("Can not write to a sensor")
    mode = int(number(args.get("pin_mode"), 0))
    machine.write_pin(pin, number(args.get("pin_value"), -1), mode)


async def _toggle_pin(machine: Machine, node: Record, _: Scope) -> None:
    pin, kind = _pin(machine, values(node))
    if kind == "Sensor":
        raise RobotError("Can not write to a sensor")
    machine.toggle_pin(pin)


async def _servo(machine: Machine, node: Record, _: Scope) -> None:
    args = values(node)
    pin, _kind = _pin(machine, args)
    machine.set_servo(pin, number(args.get("pin_value"), -1))


async def _wait(machine: Machine, node: Record, _: Scope) -> None:
    await machine.wait(number(values(node).get("milliseconds"), 0) / 1000)


async def _message(machine: Machine, node: Record, scope: Scope) -> None:
    args = values(node)
    named = (str(values(step).get("channel_name")) for step in _body(node))
    channels = [name for name in named if name in _CHANNELS]
    place = machine.state.position
    text = str(args.get("message", ""))
    for axis in AXES:
        text = text.replace(f"{{{{ {axis} }}}}", f"{place[axis]:g}")
    machine.log(text[:300], str(args.get("message_type", "info")), channels)


async def _if(machine: Machine, node: Record, scope: Scope) -> None:
    args = values(node)
    left = args.get("lhs")
    if isinstance(left, str) and left in AXES:
        value: float | None = machine.state.position[left]
    else:
        pin, _ = _pin(machine, {"pin_number": left})
        known = machine.state.pins.get(str(pin))
        value = None if known is None else number(known.get("value"), 0)
    right = number(args.get("rhs"), 0)
    compare = _OPERATORS.get(str(args.get("op")))
    holds = compare is not None and compare(value, right)
    chosen = args.get("_then" if holds else "_else")
    depth = cast(int, scope[_DEPTH]["depth"])
    await run(machine, chosen, scope, depth)


async def _update(machine: Machine, node: Record, scope: Scope) -> None:
    args = values(_resolved(cast(Record, values(node).get("resource")), scope))
    kind = args.get("resource_type") or args.get("pointer_type")
    path = _CLASSES.get(str(kind))
    identity = args.get("resource_id") or args.get("pointer_id")
    if path == "device":
        identity = machine.world.number
    if path is None or identity not in machine.world.tables[path]:
        raise RobotError(f"Could not find {kind} by id: {identity}")
    fields = {
        str(values(step).get("label")): values(step).get("value")
        for step in _body(node)
        if step.get("kind") == "pair"
    }
    machine.world.change(path, cast(int, identity), **fields)


async def _lua(machine: Machine, node: Record, scope: Scope) -> None:
    with machine.working():
        await _run_program(machine, node, scope)


async def _run_program(machine: Machine, node: Record, scope: Scope) -> list[Value]:
    depth = cast(int, scope[_DEPTH]["depth"])

    async def run_node(inner: Json) -> None:
        await run(machine, inner, scope, depth + 1)

    text = str(values(node).get("lua", ""))
    return await programs.run(machine, text, scope, run_node)


async def _assertion(machine: Machine, node: Record, scope: Scope) -> None:
    """Go on where a program says true; else do what the step says."""
    args = values(node)
    then = str(args.get("assertion_type"))
    try:
        holds = await _run_program(machine, node, scope) == [True]
    except RobotError:
        machine.log("[Assertion] failed to evaluate, aborting", "assertion")
        raise
    outcome = "passed, continuing execution" if holds else _OUTCOMES.get(then)
    if outcome is None:
        raise RobotError(f"Unknown assertion type: {then}")
    machine.log(f"[Assertion] {outcome}", "assertion")
    if holds:
        return
    if then in ("recover", "abort_recover"):
        depth = cast(int, scope[_DEPTH]["depth"])
        await run(machine, args.get("_then"), scope, depth)
    if then in ("abort", "abort_recover"):
        raise RobotError("Assertion failed (aborting)")


async def _set_env(machine: Machine, node: Record, _: Scope) -> None:
    for step in _body(node):
        args = values(step)
        camera.set_env(machine, str(args.get("label")), str(args.get("value")))


async def _nothing(_: Machine, __: Record, ___: Scope) -> None:
    pass


async def _script(machine: Machine, node: Record, __: Scope) -> None:
    await camera.execute(machine, str(values(node).get("label")))


_HANDLERS: Mapping[str, Handler] = {
    "_if": _if,
    "assertion": _assertion,
    "calibrate": _calibrate,
    "execute": _execute,
    "execute_script": _script,
    "find_home": _home,
    "home": _home,
    "lua": _lua,
    "move": _move,
    "move_absolute": _move_absolute,
    "move_relative": _move_relative,
    "nothing": _nothing,
    "read_pin": _read_pin,
    "send_message": _message,
    "set_pin_io_mode": _nothing,
    "set_servo_angle": _servo,
    "set_user_env": _set_env,
    "take_photo": _photo,
    "toggle_pin": _toggle_pin,
    "update_resource": _update,
    "wait": _wait,
    "write_pin": _write_pin,
    "zero": _zero,
}

_OUTCOMES: Mapping[str, str] = {
    "abort": "failed, aborting",
    "abort_recover": "failed, recovering and aborting",
    "continue": "failed, continuing execution",
    "recover": "failed, recovering and continuing",
}
"""What is said of an assertion that does not hold, by its type."""

_OPERATORS: Mapping[str, Callable[[float | None, float], bool]] = {
    "is": lambda left, right: left == right,
    "not": lambda left, right: left != right,
    "<": lambda left, right: left is not None and left < right,
    ">": lambda left, right: left is not None and left > right,
    "is_undefined": lambda left, _: left is None,
}


def _body(node: Record) -> Iterator[Record]:
    body = node.get("body")
    for step in body if isinstance(body, list) else ():
        if isinstance(step, dict):
            yield step


def _pairs(node: Record, kind: str, value: str) -> Iterator[tuple[str, Record]]:
    for step in _body(node):
        args = values(step)
        found = args.get(value)
        if step.get("kind") == kind and isinstance(found, dict):
            yield str(args.get("label")), found


def _declared(sequence: Record) -> dict[str, Record]:
    locals_ = values(sequence).get("locals")
    scope = locals_ if isinstance(locals_, dict) else {}
    return {
        **dict(_pairs(scope, "parameter_declaration", "default_value")),
        **dict(_pairs(scope, "variable_declaration", "data_value")),
    }


def _resolved(value: Record, scope: Scope) -> Record:
    """Return what an identifier stands for, or the value itself."""
    if isinstance(value, dict) and value.get("kind") == "identifier":
        label = str(values(value).get("label"))
        if label not in scope:
            raise RobotError(f"Unknown variable: {label}")
        return scope[label]
    return value


def _location(machine: Machine, value: Json, scope: Scope) -> dict[str, float]:
    node = _resolved(cast(Record, value), scope)
    args = values(node)
    match node.get("kind") if isinstance(node, dict) else None:
        case "coordinate":
            return place_of(args)
        case "point":
            points = machine.world.tables["points"]
            point = points.get(cast(int, args.get("pointer_id")))
            if point is not None:
                return place_of(point)
        case "tool":
            tools = machine.world.tables["tools"]
            tool = tools.get(cast(int, args.get("tool_id")))
            if tool is not None:
                return place_of(find_tool(machine, str(tool["name"]))[1])
    raise RobotError("There is no such location")


def _operand(
    machine: Machine, args: Record, axis: str, scope: Scope
) -> Iterator[tuple[str, float]]:
    """Return what an axis of a movement is to be: a number, or that axis of a place."""
    operand = _resolved(cast(Record, args.get("axis_operand")), scope)
    if isinstance(operand, dict) and operand.get("kind") == "numeric":
        place = dict.fromkeys(AXES, number(values(operand).get("number"), float("nan")))
    elif isinstance(operand, dict) and operand.get("kind") == "special_value":
        label = values(operand).get("label")
        settings = machine.world.single("fbos_config")
        heights = {
            "safe_height": settings.get("safe_height"),
            "soil_height": settings.get("soil_height"),
        }
        place = dict(machine.state.position)
        if label in heights:
            place["z"] = number(heights[str(label)], 0)
    else:
        place = _location(machine, operand, scope)
    for each in AXES:
        if axis in (each, "all"):
            yield each, place[each]


def _pin(machine: Machine, args: Record) -> tuple[int, str]:
    """Return the number of a pin and what it belongs to."""
    wanted = args.get("pin_number")
    if isinstance(wanted, str) and wanted.startswith("pin"):
        wanted = int(wanted[3:]) if wanted[3:].isdecimal() else None
    if isinstance(wanted, int):
        return wanted, ""
    named = values(wanted)
    kind = str(named.get("pin_type"))
    if kind in _LEDS:
        return _LEDS[kind], kind
    path = {"Peripheral": "peripherals", "Sensor": "sensors"}.get(kind)
    record = (
        machine.world.tables[path].get(cast(int, named.get("pin_id"))) if path else None
    )
    if record is None:
        raise RobotError(f"Could not find {kind} by id: {named.get('pin_id')}")
    return pin_of(record), kind


def _members(machine: Machine, value: Record) -> list[Record]:
    args = values(value)
    points = machine.world.rows("points")
    if value.get("kind") == "every_point":
        kind = args.get("every_point_type") or args.get("pointer_type")
        return [point for point in points if point["pointer_type"] == kind]
    groups = machine.world.tables["point_groups"]
    group = groups.get(cast(int, args.get("point_group_id")))
    if group is None:
        raise RobotError(f"Could not find a group by id: {args.get('point_group_id')}")
    ids = cast(list[Json], group.get("point_ids") or [])
    criteria = cast(Record, group.get("criteria") or {})
    return [point for point in points if point["id"] in ids or _meets(point, criteria)]


def _meets(point: Record, criteria: Record) -> bool:
    texts = cast(dict[str, list[Json]], criteria.get("string_eq") or {})
    numbers = cast(dict[str, list[Json]], criteria.get("number_eq") or {})
    low = cast(dict[str, Json], criteria.get("number_gt") or {})
    high = cast(dict[str, Json], criteria.get("number_lt") or {})
    if not (texts or numbers or low or high):
        return False
    return (
        all(_of(point, name) in wanted for name, wanted in (texts | numbers).items())
        and all(number(_of(point, name), 0) > number(v, 0) for name, v in low.items())
        and all(number(_of(point, name), 0) < number(v, 0) for name, v in high.items())
    )


def _of(point: Record, name: str) -> Json:
    if name.startswith("meta."):
        meta = point.get("meta")
        return meta.get(name[5:]) if isinstance(meta, dict) else None
    return point.get(name)
