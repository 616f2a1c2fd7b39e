"""Converts values for the variables of a sequence from an action's fields to CeleryScript.

A variable accepts numbers, texts, locations (coordinates, points, groups of points, tools) or one
kind of item, depending on its default. Variables whose default is a placeholder have to be given,
since the robot would run the sequence without a value for them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from operator import attrgetter
from typing import TypeGuard

import orjson

from ...cloud.documents import Json
from ...cloud.values import to_float, to_str
from ..client.celery_script import (
    Node,
    coordinate,
    is_unicode,
    numeric,
    point,
    point_group,
    resource,
    text,
    tool,
)
from ..client.enums import PointerType
from ..client.models import (
    Peripheral,
    Point,
    PointGroup,
    Sensor,
    Sequence,
    Tool,
    Variable,
)
from .lookup import NamedRecord, NameOrId, find_records

_AXES = frozenset("xyz")


class VariableError(Exception):
    """A value does not fit its variable; `key` is the translation key of the reason."""

    def __init__(self, key: str, label: str, name: str = "") -> None:
        """Keep the label of the variable, and the given name if that is the reason."""
        super().__init__(key)
        self.key = key
        self.placeholders = {"label": label, "name": name}


class VariableType(Enum):
    """The type of values that a variable accepts."""

    NUMBER = "number"
    TEXT = "text"
    LOCATION = "location"
    ITEM = "item"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The records of the robot, for values that are given by name or id."""

    points: Iterable[Point] = ()
    groups: Iterable[PointGroup] = ()
    tools: Iterable[Tool] = ()
    peripherals: Iterable[Peripheral] = ()
    sensors: Iterable[Sensor] = ()
    sequences: Iterable[Sequence] = ()


_VARIABLE_TYPES: Mapping[str, VariableType] = {
    "numeric": VariableType.NUMBER,
    "number_placeholder": VariableType.NUMBER,
    "text": VariableType.TEXT,
    "text_placeholder": VariableType.TEXT,
    "resource": VariableType.ITEM,
    "resource_placeholder": VariableType.ITEM,
    "coordinate": VariableType.LOCATION,
    "point": VariableType.LOCATION,
    "point_group": VariableType.LOCATION,
    "every_point": VariableType.LOCATION,
    "tool": VariableType.LOCATION,
    "location_placeholder": VariableType.LOCATION,
    "nothing": VariableType.LOCATION,
}
"""By the kind of the default; old web apps wrote "nothing" if no location was selected."""

_NO_DEFAULT = frozenset(
    {
        "number_placeholder",
        "text_placeholder",
        "resource_placeholder",
        "location_placeholder",
        "nothing",
    }
)

_REFUSALS: Mapping[VariableType, str] = {
    VariableType.NUMBER: "variable_takes_number",
    VariableType.TEXT: "variable_takes_text",
    VariableType.LOCATION: "variable_takes_location",
    VariableType.ITEM: "variable_takes_item",
    VariableType.ANYTHING: "variable_takes_no_such",
}


@dataclass(frozen=True, slots=True)
class _RecordKind:
    """A kind of records that can be given by name or id."""

    records: Callable[[Inventory], Iterable[NamedRecord]]
    node: Callable[[int], Node]


def _points(pointer_type: PointerType) -> _RecordKind:
    return _RecordKind(
        lambda inventory: [
            one for one in inventory.points if one.pointer_type is pointer_type
        ],
        partial(point, pointer_type.value),
    )


_PLANT, _WEED, _POINT = "plant", "weed", "point"
_LOCATIONS: Mapping[str, _RecordKind] = {
    _PLANT: _points(PointerType.PLANT),
    _WEED: _points(PointerType.WEED),
    _POINT: _points(PointerType.GENERIC_POINTER),
    "group": _RecordKind(attrgetter("groups"), point_group),
    "tool": _RecordKind(attrgetter("tools"), tool),
}
"""The kinds of locations by their word in a value."""
_FIRST: Mapping[str, tuple[str, ...]] = {
    "tool": ("tool",),
    "point_group": ("group",),
    "every_point": ("group",),
    "point": (_PLANT, _WEED, _POINT),
}
"""By the kind of the default: the kinds of locations that are searched first for a name without a word."""

_ITEMS: Mapping[str, _RecordKind] = {
    "peripheral": _RecordKind(
        attrgetter("peripherals"), partial(resource, "Peripheral")
    ),
    "sensor": _RecordKind(attrgetter("sensors"), partial(resource, "Sensor")),
    "sequence": _RecordKind(attrgetter("sequences"), partial(resource, "Sequence")),
}
"""The kinds of items by their word in a value, which is their class in lower case."""


def without_default(sequence: Sequence) -> tuple[str, ...]:
    """Return the labels of the variables that have to be given."""
    return tuple(
        variable.label
        for variable in sequence.variables
        if variable.kind is None or variable.kind in _NO_DEFAULT
    )


def resolve_variables(
    sequence: Sequence, given: Mapping[str, object], inventory: Inventory
) -> dict[str, Node]:
    """Return the values for a sequence's variables as CeleryScript nodes, by label.

    A location is {"x": …, "y": …, "z": …}, or the name or id of a point, a group or a tool. If a name
    is ambiguous, its kind is given too: {"plant": "Basil"}. An item is given by its name or id.

    Raises:
        VariableError: there is no such variable, a value does not fit, or one is missing.
    """
    values: dict[str, Node] = {}
    for label, value in given.items():
        variable = _variable(sequence, label)
        values[variable.label] = _node(variable, value, inventory)
    for label in without_default(sequence):
        if label not in values:
            raise VariableError("variable_missing", label)
    return values


def _variable(sequence: Sequence, label: str) -> Variable:
    """Return the variable with a label; case is only significant if two labels differ in nothing else."""
    known = sequence.variables
    alike = [one for one in known if one.label == label] or [
        one for one in known if one.label.casefold() == label.casefold()
    ]
    if len(alike) != 1:
        raise VariableError("variable_unknown", label)
    return alike[0]


def _node(variable: Variable, value: object, inventory: Inventory) -> Node:
    takes = _VARIABLE_TYPES.get(variable.kind or "", VariableType.ANYTHING)
    node = _READERS[takes](variable, value, inventory)
    if node is None:
        raise VariableError(_REFUSALS[takes], variable.label)
    return node


def _number(_: Variable, value: object, __: Inventory) -> Node | None:
    number = to_float(value)
    return None if number is None else numeric(number)


def _text(_: Variable, value: object, __: Inventory) -> Node | None:
    words = to_str(value)
    return None if words is None or not is_unicode(words) else text(words)


def _location(variable: Variable, value: object, inventory: Inventory) -> Node | None:
    if isinstance(value, Mapping):
        return _coordinate(value) or _resolve_keyed(
            variable, value, _LOCATIONS, inventory
        )
    if not _is_name_or_id(value):
        return None
    first = _FIRST.get(variable.kind or "", ())
    for kinds in (first, tuple(_LOCATIONS)):
        matches = [
            (kind, record)
            for kind in (_LOCATIONS[word] for word in kinds)
            for record in find_records(kind.records(inventory), value)
        ]
        if matches:
            return _single(variable, value, matches)
    raise VariableError("variable_not_found", variable.label, str(value))


def _item(variable: Variable, value: object, inventory: Inventory) -> Node | None:
    if isinstance(value, Mapping):
        return _resolve_keyed(variable, value, _ITEMS, inventory)
    declared = _arguments(variable).get("resource_type")
    kind = _ITEMS.get(declared.lower()) if isinstance(declared, str) else None
    if kind is None or not _is_name_or_id(value):
        return None
    return _resolve_named(variable, kind, value, inventory)


def _anything(variable: Variable, value: object, inventory: Inventory) -> Node | None:
    """Return a node for a variable of an unknown kind, if the type of the value is clear."""
    if isinstance(value, Mapping):
        kinds = {**_LOCATIONS, **_ITEMS}
        return _coordinate(value) or _resolve_keyed(variable, value, kinds, inventory)
    reader = _text if isinstance(value, str) else _number
    return reader(variable, value, inventory)


_READERS: Mapping[
    VariableType, Callable[[Variable, object, Inventory], Node | None]
] = {
    VariableType.NUMBER: _number,
    VariableType.TEXT: _text,
    VariableType.LOCATION: _location,
    VariableType.ITEM: _item,
    VariableType.ANYTHING: _anything,
}


def _coordinate(value: Mapping[object, object]) -> Node | None:
    """Return coordinates if x, y and z are given as numbers, otherwise None."""
    if value.keys() != _AXES:
        return None
    x, y, z = (to_float(value[axis]) for axis in "xyz")
    return None if x is None or y is None or z is None else coordinate(x, y, z)


def _resolve_keyed(
    variable: Variable,
    value: Mapping[object, object],
    kinds: Mapping[str, _RecordKind],
    inventory: Inventory,
) -> Node | None:
    """Return a record that is given with the word for its kind, such as {"tool": 3}."""
    if len(value) != 1:
        return None
    [(word, wanted)] = value.items()
    kind = kinds.get(word) if isinstance(word, str) else None
    if kind is None or not _is_name_or_id(wanted):
        return None
    return _resolve_named(variable, kind, wanted, inventory)


def _resolve_named(
    variable: Variable, kind: _RecordKind, wanted: NameOrId, inventory: Inventory
) -> Node:
    matches = [
        (kind, record) for record in find_records(kind.records(inventory), wanted)
    ]
    if not matches:
        raise VariableError("variable_not_found", variable.label, str(wanted))
    return _single(variable, wanted, matches)


def _single(
    variable: Variable, wanted: NameOrId, matches: list[tuple[_RecordKind, NamedRecord]]
) -> Node:
    if len(matches) > 1:
        raise VariableError("variable_ambiguous", variable.label, str(wanted))
    [(kind, record)] = matches
    return kind.node(record.id)


def _is_name_or_id(value: object) -> TypeGuard[NameOrId]:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _arguments(variable: Variable) -> Mapping[str, Json]:
    """Return the arguments of a variable's default."""
    default = orjson.loads(variable.default) if variable.default else None
    args = default.get("args") if isinstance(default, dict) else None
    return args if isinstance(args, dict) else {}
