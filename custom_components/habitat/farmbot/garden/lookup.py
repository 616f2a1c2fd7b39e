"""Finds records by their name or id."""

from collections.abc import Iterable

from ...cloud.text import clean
from ..client.models import PinDevice, Point, PointGroup, Record, Sequence, Tool

type NamedRecord = PinDevice | Point | PointGroup | Sequence | Tool
type NameOrId = int | str
"""An id or a name; a text of digits is an id if no record has it as its name."""


def name_of(record: NamedRecord) -> str | None:
    """Return the name of a record to show."""
    name = record.label if isinstance(record, PinDevice) else record.name
    # The name of a tool is stored unchanged, since the robot needs it like that.
    return clean(name) if name and isinstance(record, Tool) else name


def find_records[R: NamedRecord](records: Iterable[R], wanted: NameOrId) -> list[R]:
    """Return the records with a name or id, which is one unless the name is unknown or ambiguous.

    An exact match of the name has priority over one that ignores case.
    """
    known = list(records)
    if isinstance(wanted, int):
        return _with_id(known, wanted)
    text = wanted.strip()
    named = [(name.strip(), one) for one in known if (name := name_of(one))]
    if exact := [one for name, one in named if name == text]:
        return exact
    folded = text.casefold()
    if alike := [one for name, one in named if name.casefold() == folded]:
        return alike
    return _with_id(known, text)


def _with_id[R: Record](records: Iterable[R], record_id: int | str) -> list[R]:
    # Compared as text, since a text of digits may be too long for int().
    return [one for one in records if str(one.id) == str(record_id)]
