"""The nodes are what FarmBot OS takes, and no text becomes code."""

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.farmbot.client import celery_script
from custom_components.habitat.farmbot.client.celery_script import Node
from tests.support.strategies import BOUNDED


def _numeric(number: float) -> Json:
    return {"kind": "numeric", "args": {"number": number}}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (celery_script.emergency_lock(), {"kind": "emergency_lock", "args": {}}),
        (celery_script.emergency_unlock(), {"kind": "emergency_unlock", "args": {}}),
        (
            celery_script.find_home(),
            {"kind": "find_home", "args": {"axis": "all", "speed": 100}},
        ),
        (
            celery_script.go_home("z"),
            {"kind": "home", "args": {"axis": "z", "speed": 100}},
        ),
        (celery_script.set_home("x"), {"kind": "zero", "args": {"axis": "x"}}),
        (celery_script.find_length("y"), {"kind": "calibrate", "args": {"axis": "y"}}),
        (
            celery_script.coordinate(1, 2.5, -3),
            {"kind": "coordinate", "args": {"x": 1, "y": 2.5, "z": -3}},
        ),
        (celery_script.numeric(2.5), {"kind": "numeric", "args": {"number": 2.5}}),
        (celery_script.text("a"), {"kind": "text", "args": {"string": "a"}}),
        (
            celery_script.point("Plant", 3),
            {"kind": "point", "args": {"pointer_type": "Plant", "pointer_id": 3}},
        ),
        (
            celery_script.point_group(4),
            {"kind": "point_group", "args": {"point_group_id": 4}},
        ),
        (celery_script.tool(5), {"kind": "tool", "args": {"tool_id": 5}}),
        (
            celery_script.resource("Peripheral", 6),
            {
                "kind": "resource",
                "args": {"resource_type": "Peripheral", "resource_id": 6},
            },
        ),
        (
            celery_script.read_pin(59, celery_script.ANALOG),
            {
                "kind": "read_pin",
                "args": {"pin_number": 59, "label": "---", "pin_mode": 1},
            },
        ),
        (
            celery_script.write_pin(
                celery_script.named_pin("Peripheral", 12), 1, celery_script.DIGITAL
            ),
            {
                "kind": "write_pin",
                "args": {
                    "pin_number": {
                        "kind": "named_pin",
                        "args": {"pin_type": "Peripheral", "pin_id": 12},
                    },
                    "pin_value": 1,
                    "pin_mode": 0,
                },
            },
        ),
        (
            celery_script.toggle_pin(8),
            {"kind": "toggle_pin", "args": {"pin_number": 8}},
        ),
        (
            celery_script.set_servo_angle(4, 90),
            {"kind": "set_servo_angle", "args": {"pin_number": 4, "pin_value": 90}},
        ),
        (celery_script.execute(123), {"kind": "execute", "args": {"sequence_id": 123}}),
        (
            celery_script.execute(
                123,
                {"parent": {"kind": "point_group", "args": {"point_group_id": 1}}},
            ),
            {
                "kind": "execute",
                "args": {"sequence_id": 123},
                "body": [
                    {
                        "kind": "parameter_application",
                        "args": {
                            "label": "parent",
                            "data_value": {
                                "kind": "point_group",
                                "args": {"point_group_id": 1},
                            },
                        },
                    }
                ],
            },
        ),
        (
            celery_script.execute_script("plant-detection"),
            {"kind": "execute_script", "args": {"label": "plant-detection"}},
        ),
        (
            celery_script.mount_tool("Seeder"),
            {"kind": "lua", "args": {"lua": 'mount_tool("Seeder")'}},
        ),
        (
            celery_script.dismount_tool(),
            {"kind": "lua", "args": {"lua": "dismount_tool()"}},
        ),
        (celery_script.take_photo(), {"kind": "take_photo", "args": {}}),
        (celery_script.read_status(), {"kind": "read_status", "args": {}}),
        (celery_script.sync(), {"kind": "sync", "args": {}}),
        (
            celery_script.send_message("x" * 400, "warn", ["toast", "email"]),
            {
                "kind": "send_message",
                "args": {"message": "x" * 300, "message_type": "warn"},
                "body": [
                    {"kind": "channel", "args": {"channel_name": "toast"}},
                    {"kind": "channel", "args": {"channel_name": "email"}},
                ],
            },
        ),
        (
            celery_script.check_updates(),
            {"kind": "check_updates", "args": {"package": "farmbot_os"}},
        ),
        (
            celery_script.reboot("arduino_firmware"),
            {"kind": "reboot", "args": {"package": "arduino_firmware"}},
        ),
        (celery_script.power_off(), {"kind": "power_off", "args": {}}),
    ],
)
def test_nodes(node: Node, expected: Json) -> None:
    """Each is what the robot knows, and JSON."""
    assert node == expected
    assert orjson.loads(orjson.dumps(node)) == expected


def test_move() -> None:
    """Coordinates overwrite those of the axes; an axis that is not given is not named."""
    assert celery_script.move(x=100, z=0.0) == {
        "kind": "move",
        "args": {},
        "body": [
            {
                "kind": "axis_overwrite",
                "args": {"axis": "x", "axis_operand": _numeric(100)},
            },
            {
                "kind": "axis_overwrite",
                "args": {"axis": "z", "axis_operand": _numeric(0.0)},
            },
        ],
    }


def test_move_by_distance() -> None:
    """Distances are added; the speed holds for all axes, since raising the head moves Z."""
    assert celery_script.move(y=-20, relative=True, safe_z=True, speed=50) == {
        "kind": "move",
        "args": {},
        "body": [
            {
                "kind": "axis_addition",
                "args": {"axis": "y", "axis_operand": _numeric(-20)},
            },
            *(
                {
                    "kind": "speed_overwrite",
                    "args": {"axis": axis, "speed_setting": _numeric(50)},
                }
                for axis in "xyz"
            ),
            {"kind": "safe_z", "args": {}},
        ],
    }


def test_rpc_request() -> None:
    """The envelope has label and priority; the robot's time-out is in ms."""
    assert celery_script.rpc_request([celery_script.sync()], "l-1") == {
        "kind": "rpc_request",
        "args": {"label": "l-1", "priority": 600},
        "body": [{"kind": "sync", "args": {}}],
    }
    request = celery_script.rpc_request(
        [celery_script.sync()], "l-1", celery_script.URGENT, timeout=1.5
    )
    assert request["args"] == {"label": "l-1", "priority": 9000, "timeout": 1500}


def _read_lua(literal: str) -> str:
    """Read a Lua literal as Lua does, as far as ours go."""
    assert literal.startswith('"')
    assert literal.endswith('"')
    inside, text = literal[1:-1], ""
    while inside:
        if inside[0] == "\\":
            text, inside = text + chr(int(inside[1:4])), inside[4:]
        else:
            assert inside[0] not in '"\n\r'
            text, inside = text + inside[0], inside[1:]
    return text


@pytest.mark.parametrize(
    "name",
    [
        'a") emergency_unlock() --',
        "it's",
        "two\nlines\r",
        "]] --[[ ]==]",
        "\\",
        '\\"',
        "\0",
        "Gießkanne 2",
        "%d {x}",
        "",
    ],
)
def test_text_is_no_code(name: str) -> None:
    """Nothing that a tool may be called gets out of the quotes, and nothing of it is lost."""
    code = celery_script.mount_tool(name)["args"]
    assert isinstance(code, dict)
    lua = code["lua"]
    assert isinstance(lua, str)
    assert lua.startswith("mount_tool(")
    assert lua.endswith(")")
    literal = lua.removeprefix("mount_tool(").removesuffix(")")
    assert not set(literal[1:-1]) & set("\"'[]()\n\r-")
    assert _read_lua(literal) == name


@BOUNDED
@given(st.text())
def test_lua_string(text: str) -> None:
    """The literal is the text, whatever that is."""
    assert _read_lua(celery_script.lua_string(text)) == text


def test_coordinates() -> None:
    """Of all values only those that are places are places."""
    values = [
        celery_script.coordinate(1, 2, 3),
        celery_script.numeric(4),
        celery_script.tool(5),
    ]
    assert list(celery_script.coordinates(values)) == [(1.0, 2.0, 3.0)]


def test_water() -> None:
    """Plants are named by their ids, which are numbers and nothing else."""
    code = celery_script.water([3, 41])["args"]
    assert isinstance(code, dict)
    assert code["lua"] == (
        'for _, id in ipairs({"3", "41"}) do '
        'local plant = api({url = "/api/points/" .. id}) '
        "if plant then water(plant) end end"
    )
    with pytest.raises(ValueError, match="invalid literal"):
        celery_script.water(["1) os.exit("])  # type: ignore[list-item]  # what must not happen


def test_nothing_dangerous() -> None:
    """There is no way to say what may lose a robot."""
    for name in (
        "factory_reset",
        "change_ownership",
        "flash_firmware",
        "set_user_env",
        "install_farmware",
        "lua",
    ):
        assert not hasattr(celery_script, name)
