"""Steps of sequences, as the web app writes them."""

from collections.abc import Sequence

from ..core.documents import Json, Record

_VERSION = 20180209


def node(kind: str, body: Sequence[Json] | None = None, /, **args: Json) -> Record:
    """Return a node of any kind."""
    made: Record = {"kind": kind, "args": args}
    if body is not None:
        made["body"] = list(body)
    return made


def coordinate(x: float, y: float, z: float) -> Record:
    """Return a place, in mm."""
    return node("coordinate", x=x, y=y, z=z)


def identifier(label: str) -> Record:
    """Return the value of a variable."""
    return node("identifier", label=label)


def parameter(label: str, default: Record) -> Record:
    """Return a variable that whoever runs the sequence may give."""
    return node("parameter_declaration", label=label, default_value=default)


def move_to(place: Record) -> Record:
    """Return a movement to a place."""
    return node("move_absolute", location=place, offset=coordinate(0, 0, 0), speed=100)


def go(*, safe: bool = True, **axes: float) -> Record:
    """Return a movement of some axes, by default with the tool up."""
    steps: list[Json] = [
        node("axis_overwrite", axis=axis, axis_operand=node("numeric", number=position))
        for axis, position in axes.items()
    ]
    return node("move", [*steps, node("safe_z")] if safe else steps)


def named_pin(kind: str, identity: Json) -> Record:
    """Return the pin of a peripheral or a sensor."""
    return node("named_pin", pin_type=kind, pin_id=identity)


def switch(peripheral: Json, value: int) -> Record:
    """Return the switching of a peripheral."""
    pin = named_pin("Peripheral", peripheral)
    return node("write_pin", pin_number=pin, pin_value=value, pin_mode=0)


def say(message: str, kind: str = "info", *channels: str) -> Record:
    """Return a message."""
    named: list[Json] = [node("channel", channel_name=name) for name in channels]
    return node("send_message", named, message=message, message_type=kind)


def scope(*declared: Record) -> Record:
    """Return the arguments of a sequence with its variables."""
    variables: Record = {"kind": "scope_declaration", "args": {}}
    if declared:
        variables["body"] = list[Json](declared)
    return {"version": _VERSION, "locals": variables}
