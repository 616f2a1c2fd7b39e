"""Records by what people call them: their name or their id."""

from collections.abc import Iterable

from ...cloud.text import clean
from ..client.models import PinDevice, Point, PointGroup, Record, Sequence, Tool

type NamedRecord = PinDevice | Point | PointGroup | Sequence | Tool
type NameOrId = int | str
"""An id, or a name; digits are an id when nothing has that name."""


def name_of(record: NamedRecord) -> str | None:
    """Return what a record is called."""
    name = record.label if isinstance(record, PinDevice) else record.name
    # The robot knows a tool by its name as it is written.
    return clean(name) if name and isinstance(record, Tool) else name


def find_records[R: NamedRecord](records: Iterable[R], wanted: NameOrId) -> list[R]:
    """Return the records that are meant, which is exactly one when all is well.

    A name as it is written comes before one in other letters' case.
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
    # As text: there are texts of digits too long to be read as a number.
    return [one for one in records if str(one.id) == str(record_id)]
