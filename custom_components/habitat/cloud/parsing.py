"""Reading records into models: an unexpected value reads as unknown, and is counted.

Models are frozen dataclasses. A field of the wrong type or with an unknown enum value becomes
None, a record without its required fields is dropped, and both are counted as oddities.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime, time
from functools import cache
import re
from types import NoneType
from typing import Any, get_args, get_origin

from .documents import MAX_RECORDS, Json, each
from .enums import LenientEnum
from .models import COMPUTED, KEY, MODELS, READ, VERBATIM, echoed_fields
from .plausible import RANGE, Range
from .report import ParseReport
from .values import to_bool, to_datetime, to_float, to_int, to_str, to_text, to_time

type _Convert = Callable[[object], object]
"""Reads a value; returns None if it cannot be read."""
type _Read = Callable[[Json, str, ParseReport], object]
"""Reads a field, and counts an oddity under its label; returns None if it cannot be used."""

_ID = re.compile(r"(^|_)(id|ids|identifier)$")
"""The names of fields that hold ids."""
_CONVERT: Mapping[object, _Convert] = {
    float: to_float,
    int: to_int,
    bool: to_bool,
    datetime: to_datetime,
    time: to_time,
}
"""How the plain types of models are read, except text."""


def parse[T](cls: type[T], raw: Mapping[str, Json], report: ParseReport) -> T | None:
    """Read a record; return None if a required field is missing or cannot be read.

    This holds for models within models too: an oddity in a field of an inner record loses only that
    field, and in a record of a list only that record. A list of plain values is used or lost as one.
    """
    # First of all: the cloud may repeat the values of a dropped record too.
    learn_private(cls, raw, report)
    values: dict[str, Any] = {}
    for reader in _readers(cls):  # type: ignore[arg-type]  # classes hash
        value = None
        if (given := raw.get(reader.key)) is not None:
            value = reader.read(given, reader.label, report)
        if value is not None:
            values[reader.name] = value
        elif reader.required:
            report.record(reader.label)
            return None
    return cls(**values)


def learn_private(
    cls: type[object], raw: Mapping[str, Json], report: ParseReport
) -> None:
    """Register the private values of a record that is read or will be written."""
    if names := _echoed(cls):  # type: ignore[arg-type]  # classes hash
        report.privacy.learn(cls, [raw.get(name) for name in names])


_echoed = cache(echoed_fields)


@dataclass(frozen=True, slots=True)
class _FieldReader:
    """How a field of a model is read."""

    name: str
    key: str
    """The name in the raw record."""
    label: str
    """The name under which its oddities are counted."""
    required: bool
    read: _Read


@cache
def _readers(cls: type[object]) -> tuple[_FieldReader, ...]:
    """Return the readers of a model's fields, the required ones first."""
    readers = [
        _field_reader(cls, item)
        for item in fields(cls)  # type: ignore[arg-type]  # every model is a dataclass
        if not item.metadata.keys() & COMPUTED.keys()
    ]
    return tuple(sorted(readers, key=lambda reader: not reader.required))


def _field_reader(cls: type[object], item: Field[object]) -> _FieldReader:
    required = item.default is MISSING and item.default_factory is MISSING
    return _FieldReader(
        item.name,
        item.metadata.get(KEY, item.name),
        f"{cls.__name__}.{item.name}",
        required,
        _reader(item, required=required),
    )


def _reader(item: Field[object], *, required: bool) -> _Read:
    """Return the reader of a field, chosen by its metadata, else by its type.

    Raises:
        TypeError: the type cannot be read.
    """
    allowed: Range | None = item.metadata.get(RANGE)
    if convert := item.metadata.get(READ):
        return _value_reader(convert, allowed, required=required)
    kinds = [kind for kind in get_args(item.type) if kind is not NoneType]
    kind = kinds[0] if kinds else item.type
    if kind is str:
        is_id = item.metadata.keys() & VERBATIM.keys() or _ID.search(item.name)
        convert = to_str if is_id else to_text
    else:
        convert = _converter(kind)
    if get_origin(item.type) is tuple:
        return _list_reader(kind, convert)
    if convert is None:
        return _record_reader(kind)
    return _value_reader(convert, allowed, text=kind is str, required=required)


def _converter(kind: Any) -> _Convert | None:
    """Return the converter of a plain type, or None for a model.

    Raises:
        TypeError: the type cannot be read.
    """
    if kind in MODELS:
        return None
    if isinstance(kind, type) and issubclass(kind, LenientEnum):
        return kind.read
    if kind not in _CONVERT:
        raise TypeError(f"{kind} is no type of a model's field")
    return _CONVERT[kind]


def _value_reader(
    convert: _Convert, allowed: Range | None, *, text: bool = False, required: bool
) -> _Read:
    """Return the reader of a single value; blank text is None and not an oddity.

    An oddity in a required field is not counted, because the loss of the record is.
    """

    def read(given: Json, label: str, report: ParseReport) -> object:
        try:
            value = convert(given)
        except ValueError, TypeError:
            value = None
        if value is None and given != "" and not (text and isinstance(given, str)):
            odd(label, report)
        return value

    def read_within(given: Json, label: str, report: ParseReport) -> object:
        value = read(given, label, report)
        if value is None:
            return None
        number = value if type(value) is float else to_float(given)
        if number is None or lowest <= number <= highest:
            return value
        odd(label, report)
        return None

    def odd(label: str, report: ParseReport) -> None:
        if not required:
            report.record(label)

    if allowed is None:
        return read
    lowest, highest = allowed.lowest, allowed.highest
    return read_within


def _record_reader(kind: Any) -> _Read:
    def read(given: Json, label: str, report: ParseReport) -> object:
        if isinstance(given, dict):
            return parse(kind, given, report)
        report.record(label)
        return None

    return read


def _list_reader(kind: Any, convert: _Convert | None) -> _Read:
    """Return the reader of a list into a tuple; a list that is too long or has an oddity is None."""
    record = _record_reader(kind)

    def read(given: Json, label: str, report: ParseReport) -> object:
        if isinstance(given, list) and len(given) <= MAX_RECORDS:
            if convert is None:
                records = (record(item, label, report) for item in each(given))
                return tuple(item for item in records if item is not None)
            values = [convert(item) for item in each(given)]
            odd = (
                value is None and not (kind is str and isinstance(item, str))
                for item, value in zip(given, values, strict=True)
            )
            if not any(odd):
                return tuple(value for value in values if value is not None)
        report.record(label)
        return None

    return read
