"""What is given to the variables of a sequence."""

from collections.abc import Mapping
from typing import cast

from hypothesis import example, given, strategies as st
import orjson
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client import celery_script
from custom_components.habitat.farmbot.client.celery_script import Node
from custom_components.habitat.farmbot.client.models import (
    Peripheral,
    Point,
    PointGroup,
    Sensor,
    Sequence,
    Tool,
    Variable,
)
from custom_components.habitat.farmbot.garden.variables import (
    Inventory,
    VariableError,
    resolve_variables,
    without_default,
)
from tests.support.strategies import BOUNDED, odd_json


def record[R](kind: type[R], **fields: Json) -> R:
    """Read a record as the server would send it."""
    found = parse(kind, fields, ParseReport("FarmBot"))
    assert found is not None
    return found


def sequence(**defaults: Json) -> Sequence:
    """Return a sequence whose variables have these defaults."""
    declared: list[Json] = [
        {
            "kind": "parameter_declaration",
            "args": {"label": label, "default_value": default},
        }
        for label, default in defaults.items()
    ]
    scope: Json = {"kind": "scope_declaration", "args": {}, "body": declared}
    return record(Sequence, id=70, name="Care", args={"locals": scope})


def default(kind: str, **args: Json) -> Json:
    """Return a default."""
    return {"kind": kind, "args": args}


INVENTORY = Inventory(
    points=[
        record(Point, id=1, pointer_type="Plant", name="Basil"),
        record(Point, id=2, pointer_type="Plant", name="Twin"),
        record(Point, id=3, pointer_type="Weed", name="Twin"),
        record(Point, id=4, pointer_type="GenericPointer", name="Stake"),
        record(Point, id=5, pointer_type="ToolSlot", name="Slot"),
        record(Point, id=6, pointer_type="Plant", name="Nozzle"),
        record(Point, id=7, pointer_type="Plant", name="Herbs"),
    ],
    groups=[record(PointGroup, id=11, name="Herbs")],
    tools=[record(Tool, id=21, name="Nozzle"), record(Tool, id=7, name=None)],
    peripherals=[record(Peripheral, id=31, label="Water", pin=8, mode=0)],
    sensors=[record(Sensor, id=41, label="Soil", pin=59, mode=1)],
    sequences=[record(Sequence, id=51, name="Rest")],
)

ALL = sequence(
    number=default("numeric", number=5),
    text=default("text", string="hello"),
    place=default("coordinate", x=0, y=0, z=0),
    plant=default("point", pointer_type="Plant", pointer_id=1),
    group=default("point_group", point_group_id=11),
    every=default("every_point", every_point_type="Plant"),
    tool=default("tool", tool_id=21),
    nowhere=default("nothing"),
    wanted_place=default("location_placeholder"),
    valve=default("resource", resource_type="Peripheral", resource_id=31),
    probe=default("resource_placeholder", resource_type="Sensor"),
    program=default("resource_placeholder", resource_type="Sequence"),
    odd_item=default("resource_placeholder", resource_type="Rocket"),
    bare_item=default("resource_placeholder"),
    depth=default("number_placeholder"),
    note=default("text_placeholder"),
    future=default("hologram"),
)
NEEDED: Mapping[str, object] = {
    "nowhere": "Basil",
    "wanted_place": "Basil",
    "probe": "Soil",
    "program": "Rest",
    "odd_item": {"sensor": 41},
    "bare_item": {"sensor": 41},
    "depth": 1,
    "note": "x",
}


def given_to(label: str, value: object) -> Node:
    """Return what a variable gets."""
    return resolve_variables(ALL, {**NEEDED, label: value}, INVENTORY)[label]


def error_of(label: str, value: object) -> VariableError:
    """Return why a variable cannot get something."""
    with pytest.raises(VariableError) as caught:
        given_to(label, value)
    return caught.value


BASIL = celery_script.point("Plant", 1)
HERBS = celery_script.point_group(11)
NOZZLE = celery_script.tool(21)


@pytest.mark.parametrize(
    ("label", "value", "node"),
    [
        ("number", 3, celery_script.numeric(3.0)),
        ("number", -2.5, celery_script.numeric(-2.5)),
        ("number", " 7.5 ", celery_script.numeric(7.5)),
        ("depth", "1e3", celery_script.numeric(1000.0)),
        ("text", "", celery_script.text("")),
        ("text", 'os.exit() -- "', celery_script.text('os.exit() -- "')),
        ("text", 12, celery_script.text("12")),
        ("note", "Düse ☂", celery_script.text("Düse ☂")),
        (
            "place",
            {"x": 1, "y": "2.5", "z": -3},
            celery_script.coordinate(1.0, 2.5, -3.0),
        ),
        ("plant", {"z": 0, "y": 0, "x": 0}, celery_script.coordinate(0.0, 0.0, 0.0)),
        ("tool", {"x": 1, "y": 2, "z": 3}, celery_script.coordinate(1.0, 2.0, 3.0)),
        ("place", "Basil", BASIL),
        ("place", "basil", BASIL),
        ("place", 1, BASIL),
        ("place", "1", BASIL),
        ("place", "Stake", celery_script.point("GenericPointer", 4)),
        ("place", {"plant": "Twin"}, celery_script.point("Plant", 2)),
        ("place", {"weed": "Twin"}, celery_script.point("Weed", 3)),
        ("place", {"point": 4}, celery_script.point("GenericPointer", 4)),
        ("place", {"group": "Herbs"}, HERBS),
        ("place", {"tool": "nozzle"}, NOZZLE),
        ("wanted_place", "Stake", celery_script.point("GenericPointer", 4)),
        ("nowhere", 21, NOZZLE),
        # A name that several kinds have is first looked for where the default comes from.
        ("tool", "Nozzle", NOZZLE),
        ("plant", "Nozzle", celery_script.point("Plant", 6)),
        ("group", "Herbs", HERBS),
        ("every", "Herbs", HERBS),
        ("plant", "Herbs", celery_script.point("Plant", 7)),
        # And elsewhere when it is not there.
        ("tool", "Basil", BASIL),
        ("group", "Nozzle", None),
        ("valve", "water", celery_script.resource("Peripheral", 31)),
        ("valve", 31, celery_script.resource("Peripheral", 31)),
        ("valve", {"sensor": "Soil"}, celery_script.resource("Sensor", 41)),
        ("probe", "Soil", celery_script.resource("Sensor", 41)),
        ("program", "Rest", celery_script.resource("Sequence", 51)),
        ("odd_item", {"peripheral": 31}, celery_script.resource("Peripheral", 31)),
        ("bare_item", {"sequence": "Rest"}, celery_script.resource("Sequence", 51)),
        # Of a kind that is newer than this only what is clear by itself.
        ("future", 5, celery_script.numeric(5.0)),
        ("future", "5", celery_script.text("5")),
        ("future", {"x": 1, "y": 2, "z": 3}, celery_script.coordinate(1.0, 2.0, 3.0)),
        ("future", {"tool": 21}, NOZZLE),
        ("future", {"sensor": "Soil"}, celery_script.resource("Sensor", 41)),
    ],
)
def test_values(label: str, value: object, node: Node | None) -> None:
    """People write numbers, texts, names and ids; the robot gets nodes."""
    if node is None:
        assert error_of(label, value).key == "variable_ambiguous"
    else:
        assert given_to(label, value) == node


@pytest.mark.parametrize(
    ("label", "value", "key"),
    [
        ("number", "deep", "variable_takes_number"),
        ("number", True, "variable_takes_number"),
        ("number", None, "variable_takes_number"),
        ("number", float("nan"), "variable_takes_number"),
        ("number", float("inf"), "variable_takes_number"),
        ("number", 10**400, "variable_takes_number"),
        ("number", [1], "variable_takes_number"),
        ("number", {"number": 1}, "variable_takes_number"),
        ("text", None, "variable_takes_text"),
        ("text", True, "variable_takes_text"),
        ("text", ["a"], "variable_takes_text"),
        ("text", {"string": "a"}, "variable_takes_text"),
        ("text", "\ud800", "variable_takes_text"),
        ("place", None, "variable_takes_location"),
        ("place", True, "variable_takes_location"),
        ("place", 1.5, "variable_takes_location"),
        ("place", [1, 2, 3], "variable_takes_location"),
        ("place", {}, "variable_takes_location"),
        ("place", {"x": 1, "y": 2}, "variable_takes_location"),
        ("place", {"x": 1, "y": 2, "z": 3, "lua": 4}, "variable_takes_location"),
        ("place", {"x": 1, "y": 2, "z": None}, "variable_takes_location"),
        ("place", {"x": 1, "y": 2, "z": float("inf")}, "variable_takes_location"),
        ("place", {"plant": True}, "variable_takes_location"),
        ("place", {"plant": None}, "variable_takes_location"),
        ("place", {"lua": "os.exit()"}, "variable_takes_location"),
        ("place", {"sensor": "Soil"}, "variable_takes_location"),
        ("place", {3: "Basil"}, "variable_takes_location"),
        ("place", {"kind": "lua", "args": {}}, "variable_takes_location"),
        ("place", "", "variable_not_found"),
        ("place", "Nowhere", "variable_not_found"),
        ("place", "Slot", "variable_not_found"),
        ("place", 5, "variable_not_found"),
        ("place", -1, "variable_not_found"),
        ("place", {"tool": "Basil"}, "variable_not_found"),
        ("place", {"tool": "9" * 5000}, "variable_not_found"),
        ("place", "Twin", "variable_ambiguous"),
        ("place", 7, "variable_ambiguous"),
        ("plant", "Twin", "variable_ambiguous"),
        ("valve", None, "variable_takes_item"),
        ("valve", 1.5, "variable_takes_item"),
        ("valve", {"tool": 21}, "variable_takes_item"),
        ("valve", "Soil", "variable_not_found"),
        ("valve", {"sensor": "Water"}, "variable_not_found"),
        # Without a known kind the name alone is not enough.
        ("odd_item", "Soil", "variable_takes_item"),
        ("bare_item", 41, "variable_takes_item"),
        ("future", None, "variable_takes_no_such"),
        ("future", [1], "variable_takes_no_such"),
        ("future", True, "variable_takes_no_such"),
        ("future", "\udfff", "variable_takes_no_such"),
        ("future", {"lua": "os.exit()"}, "variable_takes_no_such"),
        ("future", {"kind": "lua", "args": {"lua": "x"}}, "variable_takes_no_such"),
    ],
)
def test_refused(label: str, value: object, key: str) -> None:
    """What does not fit is named with the variable."""
    error = error_of(label, value)
    assert error.key == key
    assert error.placeholders["label"] == label


def test_labels() -> None:
    """Letters' case matters only where it tells two labels apart."""
    both = sequence(
        Depth=default("numeric", number=1), depth=default("text", string="")
    )
    assert resolve_variables(both, {"Depth": 2}, INVENTORY) == {
        "Depth": celery_script.numeric(2.0)
    }
    assert resolve_variables(both, {"depth": "a"}, INVENTORY) == {
        "depth": celery_script.text("a")
    }
    one = sequence(Depth=default("numeric", number=1))
    assert resolve_variables(one, {"dEPTH": 2}, INVENTORY) == {
        "Depth": celery_script.numeric(2.0)
    }
    for labels, label in ((both, "DEPTH"), (one, "Width"), (sequence(), "x")):
        with pytest.raises(VariableError) as caught:
            resolve_variables(labels, {label: 1}, INVENTORY)
        assert caught.value.key == "variable_unknown"
        assert caught.value.placeholders["label"] == label


def test_what_has_to_be_given() -> None:
    """Variables without a default, those of old apps and of unknown kinds among them."""
    assert set(without_default(ALL)) == NEEDED.keys()
    assert without_default(sequence(x=None)) == ("x",)
    for label in NEEDED:
        rest = {name: value for name, value in NEEDED.items() if name != label}
        with pytest.raises(VariableError) as caught:
            resolve_variables(ALL, rest, INVENTORY)
        assert caught.value.key == "variable_missing"
        assert caught.value.placeholders["label"] == label


def test_defaults_are_left_to_the_robot() -> None:
    """Only what is given is sent."""
    assert resolve_variables(ALL, NEEDED, INVENTORY).keys() == NEEDED.keys()


@pytest.mark.parametrize(
    "odd", [None, "null", "[]", '{"args": 5}', '{"args": {"resource_type": 5}}']
)
def test_odd_defaults(odd: str | None) -> None:
    """A default that is no node says nothing of what it takes."""
    item = Variable(label="item", kind="resource", default=odd)
    strange = Sequence(id=1, variables=(item,))
    with pytest.raises(VariableError) as caught:
        resolve_variables(strange, {"item": "Soil"}, INVENTORY)
    assert caught.value.key == "variable_takes_item"


_WORDS = ("plant", "weed", "point", "group", "tool", "peripheral", "sensor", "sequence")
_ARGUMENTS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "numeric": {"number": float},
    "text": {"string": str},
    "coordinate": {"x": float, "y": float, "z": float},
    "point": {"pointer_type": str, "pointer_id": int},
    "point_group": {"point_group_id": int},
    "tool": {"tool_id": int},
    "resource": {"resource_type": str, "resource_id": int},
}
"""The nodes that a variable can get; of texts only one is the user's own."""

_anything = (
    odd_json("Basil", "Nozzle", "Herbs", 1, 7, 21, 31, "os.exit()")
    | st.text(st.characters())  # halves of characters too
    | st.binary(max_size=3)
    | st.datetimes()
    | st.fixed_dictionaries({axis: st.floats() | st.text(max_size=3) for axis in "xyz"})
    | st.dictionaries(
        st.sampled_from((*_WORDS, "kind", "args", "body", "lua")),
        odd_json("Basil", "lua", 1, 41),
        min_size=1,
        max_size=2,
    )
)


@BOUNDED
@given(label=st.sampled_from([one.label for one in ALL.variables]), value=_anything)
@example(label="text", value="\ud800")
@example(label="future", value={"kind": "lua", "args": {"lua": "os.exit()"}})
def test_whatever_is_given(label: str, value: object) -> None:
    """It becomes a node of a known kind that can be sent, or is refused; never code."""
    try:
        node = given_to(label, value)
    except VariableError:
        return
    assert orjson.loads(orjson.dumps(node)) == node
    assert node.keys() == {"kind", "args"}
    args = cast(dict[str, Json], node["args"])
    expected = _ARGUMENTS[str(node["kind"])]
    assert args.keys() == expected.keys()
    for name, kind in expected.items():
        assert isinstance(args[name], kind)
    if node["kind"] in ("point", "resource"):
        assert (args.get("pointer_type") or args.get("resource_type")) in {
            "Plant",
            "Weed",
            "GenericPointer",
            "Peripheral",
            "Sensor",
            "Sequence",
        }


@BOUNDED
@given(labels=st.dictionaries(st.text(max_size=6), _anything, max_size=3))
def test_whatever_labels_are_given(labels: dict[str, object]) -> None:
    """Only labels of the sequence reach the robot."""
    try:
        values = resolve_variables(ALL, {**labels, **NEEDED}, INVENTORY)
    except VariableError:
        return
    assert values.keys() <= {one.label for one in ALL.variables}
