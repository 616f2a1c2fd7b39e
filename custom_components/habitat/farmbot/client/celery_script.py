"""CeleryScript: the commands of the robot, as JSON nodes.

Names, arguments and defaults are those of FarmBot OS 15. Commands that could make a robot
unreachable have no function here (docs/vendors/farmbot.md, Message broker).
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Literal

from ...cloud.documents import Json
from ...cloud.values import to_float

type Node = dict[str, Json]
type Axis = Literal["x", "y", "z", "all"]
type PinMode = Literal[0, 1]
"""0 digital, 1 analog."""
type PinKind = Literal["Peripheral", "Sensor"]
type Package = Literal["farmbot_os", "arduino_firmware"]
type Channel = Literal["toast", "email", "espeak"]

DIGITAL: PinMode = 0
ANALOG: PinMode = 1

PRIORITY = 600
"""The priority of commands in the vendor's own clients."""
URGENT = 9000
"""The priority of the emergency stop."""
MAX_MESSAGE_LENGTH = 300
"""The maximum of characters that the server accepts in a message."""

_LUA_SIGNS = re.compile(r"[^A-Za-z0-9 \u0080-\U0010ffff]")

_FULL_SPEED = 100
"""Speed in % of the one that is set for the axis."""


def rpc_request(
    nodes: Iterable[Node],
    label: str,
    priority: int = PRIORITY,
    timeout: float | None = None,
) -> Node:
    """Return an rpc_request with commands; the reply has the same label.

    Args:
        nodes: the commands, carried out one after another.
        label: any text that is not in use.
        priority: higher ones are carried out first.
        timeout: seconds after which the robot cancels the commands.
    """
    args: Node = {"label": label, "priority": priority}
    if timeout is not None:
        args["timeout"] = round(timeout * 1000)
    return _node("rpc_request", args, nodes)


# Emergency stop.


def emergency_lock() -> Node:
    """Stop all motors and peripherals, and refuse all commands except the unlock."""
    return _node("emergency_lock")


def emergency_unlock() -> Node:
    """Release the emergency stop."""
    return _node("emergency_unlock")


# Movement: mm, and speeds in % of what is set for the axis.


def move(
    x: float | None = None,
    y: float | None = None,
    z: float | None = None,
    *,
    relative: bool = False,
    safe_z: bool = False,
    speed: float | None = None,
) -> Node:
    """Move to coordinates, or by distances; an axis that is not given stays where it is.

    Args:
        x: mm.
        y: mm.
        z: mm.
        relative: the numbers are distances from where the robot is.
        safe_z: raise the head to the safe height first, then move, then lower it.
        speed: %.
    """
    kind = "axis_addition" if relative else "axis_overwrite"
    given = {"x": x, "y": y, "z": z}
    steps = [
        _node(kind, {"axis": axis, "axis_operand": numeric(number)})
        for axis, number in given.items()
        if number is not None
    ]
    if speed is not None:
        # Of all axes: raising the head moves Z even when it was not asked for.
        steps += [
            _node("speed_overwrite", {"axis": axis, "speed_setting": numeric(speed)})
            for axis in given
        ]
    if safe_z:
        steps.append(_node("safe_z"))
    return _node("move", body=steps)


def find_home(axis: Axis = "all") -> Node:
    """Find the end of an axis by its encoder or end stop and make it 0; "all" means Z, then Y, then X."""
    return _node("find_home", {"axis": axis, "speed": _FULL_SPEED})


def go_home(axis: Axis = "all") -> Node:
    """Move an axis to 0."""
    return _node("home", {"axis": axis, "speed": _FULL_SPEED})


def set_home(axis: Axis) -> Node:
    """Make the present position of an axis its 0."""
    return _node("zero", {"axis": axis})


def find_length(axis: Axis) -> Node:
    """Find both ends of an axis and store its length."""
    return _node("calibrate", {"axis": axis})


# Pins.


def named_pin(kind: PinKind, resource_id: int) -> Node:
    """Return the pin to which a peripheral or sensor is connected."""
    return _node("named_pin", {"pin_type": kind, "pin_id": resource_id})


def read_pin(pin: int | Node, mode: PinMode) -> Node:
    """Read a pin; reading a named sensor also creates a sensor reading."""
    return _node("read_pin", {"pin_number": pin, "label": "---", "pin_mode": mode})


def write_pin(pin: int | Node, value: float, mode: PinMode) -> Node:
    """Write 0 or 1 to a digital pin, or 0 to 255 to an analog one."""
    args: Node = {"pin_number": pin, "pin_value": value, "pin_mode": mode}
    return _node("write_pin", args)


def toggle_pin(pin: int | Node) -> Node:
    """Toggle a digital pin."""
    return _node("toggle_pin", {"pin_number": pin})


def set_servo_angle(pin: int, angle: float) -> Node:
    """Turn the servo at pin 4, 5, 6 or 11 to 0 to 180 degrees."""
    return _node("set_servo_angle", {"pin_number": pin, "pin_value": angle})


# Sequences and tools.


def execute(sequence_id: int, variables: Mapping[str, Node] | None = None) -> Node:
    """Run a sequence, with the given variables by label; others have their defaults."""
    body = [
        _node("parameter_application", {"label": label, "data_value": value})
        for label, value in (variables or {}).items()
    ]
    return _node("execute", {"sequence_id": sequence_id}, body)


def execute_script(name: str) -> Node:
    """Run a farmware by its name, such as "plant-detection"."""
    return _node("execute_script", {"label": name})


def mount_tool(name: str) -> Node:
    """Fetch a tool from its slot, by the tool's name."""
    return _lua(f"mount_tool({lua_string(name)})")


def dismount_tool() -> Node:
    """Put the mounted tool back into its slot."""
    return _lua("dismount_tool()")


def water(plant_ids: Iterable[int]) -> Node:
    """Water plants one after another, each by its age and water curve.

    The robot skips plants that are deleted, not planted yet or without a water curve
    (docs/vendors/farmbot.md, Resources).
    """
    # Ids are texts, since Lua may format a number in another way.
    ids = ", ".join(lua_string(str(int(plant_id))) for plant_id in plant_ids)
    return _lua(
        f"for _, id in ipairs({{{ids}}}) do "
        'local plant = api({url = "/api/points/" .. id}) '
        "if plant then water(plant) end end"
    )


def lua_string(text: str) -> str:
    """Return a text as a Lua string literal.

    ASCII characters apart from letters, digits and spaces are escaped by their number, so nothing in
    the text can end the literal.
    """
    return f'"{_LUA_SIGNS.sub(lambda sign: f"\\{ord(sign[0]):03d}", text)}"'


def _lua(code: str) -> Node:
    return _node("lua", {"lua": code})


# Values for the variables of sequences.


def numeric(number: float) -> Node:
    """Return a number."""
    return _node("numeric", {"number": number})


def text(string: str) -> Node:
    """Return a text."""
    return _node("text", {"string": string})


def is_unicode(string: str) -> bool:
    """Return whether a text can be encoded as UTF-8, which surrogates cannot."""
    try:
        string.encode()
    except UnicodeEncodeError:
        return False
    return True


def coordinate(x: float, y: float, z: float) -> Node:
    """Return coordinates in mm."""
    return _node("coordinate", {"x": x, "y": y, "z": z})


def coordinates(values: Iterable[Node]) -> Iterator[tuple[float, float, float]]:
    """Yield x, y and z in mm of the values that are coordinates."""
    for node in values:
        args = node["args"]
        if node["kind"] == "coordinate" and isinstance(args, dict):
            x, y, z = (to_float(args[axis]) or 0.0 for axis in "xyz")
            yield x, y, z


def point(pointer_type: str, point_id: int) -> Node:
    """Return a point, which stands for its coordinates."""
    return _node("point", {"pointer_type": pointer_type, "pointer_id": point_id})


def point_group(group_id: int) -> Node:
    """Return a group of points, for each of which the sequence runs once."""
    return _node("point_group", {"point_group_id": group_id})


def tool(tool_id: int) -> Node:
    """Return a tool, which stands for the coordinates of its slot."""
    return _node("tool", {"tool_id": tool_id})


def resource(kind: str, resource_id: int) -> Node:
    """Return an item of the robot by its class, such as "Peripheral", and id."""
    return _node("resource", {"resource_type": kind, "resource_id": resource_id})


# Other commands.


def take_photo() -> Node:
    """Take a photo; it appears in the images once the robot has uploaded it."""
    return _node("take_photo")


def read_status() -> Node:
    """Publish the status tree."""
    return _node("read_status")


def sync() -> Node:
    """Fetch changes from the server."""
    return _node("sync")


def send_message(
    text: str, message_type: str = "info", channels: Iterable[Channel] = ()
) -> Node:
    """Write a line to the robot's log, and to other channels if given."""
    body = [_node("channel", {"channel_name": channel}) for channel in channels]
    args: Node = {"message": text[:MAX_MESSAGE_LENGTH], "message_type": message_type}
    return _node("send_message", args, body)


def check_updates(package: Package = "farmbot_os") -> Node:
    """Update FarmBot OS now if there is an update: download it, install it, restart."""
    return _node("check_updates", {"package": package})


def reboot(package: Package = "farmbot_os") -> Node:
    """Restart the robot's computer or its motor board."""
    return _node("reboot", {"package": package})


def power_off() -> Node:
    """Shut down; the robot then has to be unplugged to start again."""
    return _node("power_off")


def _node(
    kind: str, args: Mapping[str, Json] | None = None, body: Iterable[Node] = ()
) -> Node:
    node: Node = {"kind": kind, "args": dict(args or {})}
    if steps := list(body):
        node["body"] = [*steps]
    return node
