"""The tolerant dialect of all models: rubbish in a field reads as None, and is counted.

Models are frozen dataclasses. What a cloud sends is never trusted: a field of the wrong type
or with an unknown word becomes None, a record without its required fields is dropped, and both
are counted as oddities.
"""

import codecs
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import cache
import json
import logging
from math import inf, isfinite, nan
import re
import threading
from time import sleep
from types import NoneType
from typing import (
    Any,
    Self,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
    override,
)

from mashumaro import field_options, pass_through
from mashumaro.codecs import BasicDecoder
from mashumaro.dialect import Dialect
from mashumaro.exceptions import InvalidFieldValue, MissingField
from mashumaro.types import SerializableType
import orjson

from .errors import BadAnswer, TooLarge
from .plausible import RANGE, Range
from .privacy import Privacy
from .text import clean

_LOGGER = logging.getLogger(__name__)

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None

_MODELS: set[type[object]] = set()

MAX_VALUES = 150_000
"""So many values a document may have, twice what a thousand plants need: while the reader of JSON
works, nothing else does."""
MAX_RECORDS = 5000
"""No list has as many, all pages together: what is read is compared and shown in the event loop."""
_BATCH = 16
_BREATH = 0.0005
"""Seconds after so many records in which a thread lets others have their turn."""
_STRUCTURE = b",[{"
"""What stands before each value; within texts it counts too, but few texts have much of it."""
_OBJECT = 4
"""An object takes as long to make as so many numbers."""
_SLICE = 1 << 18

_PRIVATE, _ECHOED = "private", "echoed"
PRIVATE = {_PRIVATE: True, _ECHOED: True}
"""Field metadata: may hold a name, a place or a secret, so it never leaves the house."""
HIDDEN = {_PRIVATE: True}
"""Field metadata: not for others either, but nothing that an error would repeat."""

VERBATIM = {"verbatim": True}
"""Field metadata: the text is an id, whatever its name; ids are kept as they came."""
_ID = re.compile(r"(^|_)(id|ids|identifier)$")
"""The names of fields that hold ids."""

MAX_REPORTED = 200
"""So many kinds of oddities are told apart; a cloud must not fill the memory with them."""
_FURTHER = "further fields"

_MAX_INTEGER = 1 << 63
"""No whole number of a cloud is as large."""
_NO_DOCUMENT = "The answer is not a complete JSON document"
_ENDS = {"{": "}", "[": "]"}
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_HALVES = re.compile("[\ud800-\udfff]")

_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0"})


class LenientEnum(SerializableType, StrEnum):
    """A vocabulary of a cloud; case does not matter and unknown words read as None."""

    @classmethod
    @override
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        folded = value.strip().casefold()
        return next((word for word in cls if word.value.casefold() == folded), None)

    @classmethod
    def read(cls, value: object) -> Self | None:
        """Return the word, None when it is none of this vocabulary."""
        try:
            return cls(value)  # type: ignore[arg-type]  # an enum says itself what it takes
        except ValueError:
            return None

    @classmethod
    @override
    def _deserialize(cls, value: object) -> Self | None:
        return cls.read(value)

    @override
    def _serialize(self) -> str:
        return self.value


def open_enum(words: type[LenientEnum]) -> dict[str, Any]:
    """Return the metadata of a setting whose vocabulary may grow: an unknown word stays as text."""

    def read(value: object) -> LenientEnum | str | None:
        word = words.read(value)
        return to_text(value) if word is None else word

    return field_options(deserialize=read)


def to_float(value: object) -> float | None:
    """Read a finite number, also from its decimal text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError, OverflowError:
        return None
    return number if isfinite(number) else None


def to_int(value: object) -> int | None:
    """Read a whole number; a fraction is rounded."""
    number = to_float(value)
    if number is None or abs(number) >= _MAX_INTEGER:
        return None
    return value if type(value) is int else round(number)


def to_bool(value: object) -> bool | None:
    """Read true and false, also from 0 and 1, "On" and "Off" and their like."""
    if isinstance(value, bool):
        return value
    text = str(value).casefold() if isinstance(value, int | str) else ""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def to_str(value: object) -> str | None:
    """Read text as it came; numbers count as text, since clouds send ids and versions both ways."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value) if isfinite(value) else None


def to_text(value: object) -> str | None:
    """Read text for people, see `clean`; blank text is none."""
    text = to_str(value)
    return None if text is None else clean(text)


def to_datetime(value: object) -> datetime | None:
    """Read an ISO 8601 time; one without a zone is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError, OverflowError:
        return None


def to_time(value: object) -> time | None:
    """Read an ISO 8601 time of the day."""
    if not isinstance(value, str):
        return None
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None


_PLAIN: Mapping[type, Callable[[object], object]] = {
    float: to_float,
    int: to_int,
    bool: to_bool,
    str: to_str,
    datetime: to_datetime,
    time: to_time,
}
"""How the plain types of our models are read."""


class _Tolerant(Dialect):
    """The same for mashumaro."""

    serialization_strategy = {
        kind: {"deserialize": read} for kind, read in _PLAIN.items()
    }


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(field,)
)
def model[T](cls: type[T]) -> type[T]:
    """Make a class a model: a frozen, slotted dataclass whose fields are given by name."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    _MODELS.add(made)
    return made


class ParseReport:
    """Counts what a cloud sent that the models did not expect, and logs each once."""

    def __init__(self, source: str, privacy: Privacy | None = None) -> None:
        """Name the source for the log: the vendor; `privacy` learns what the models call private."""
        self._source = source
        self.privacy = privacy or Privacy()
        self.counts: Counter[str] = Counter()

    def record(self, what: str) -> None:
        """Count one oddity, such as "Vent.percent_open"; always by a name of ours.

        The cloud's own keys have no end, and may say anything.
        """
        if what not in self.counts and len(self.counts) >= MAX_REPORTED:
            what = _FURTHER
        self.counts[what] += 1
        if self.counts[what] == 1:
            _LOGGER.info(
                "%s sent something unexpected in %s; it reads as unknown",
                self._source,
                what,
            )


def read_json(body: bytes) -> Json:
    """Read a JSON document, also one that only nearly is: see `_read_lax`.

    Raises:
        TooLarge: it has far too many values.
        BadAnswer: it is none, or only half of one.
    """
    if len(body) > MAX_VALUES:
        _check_size(body)
        rest()
    try:
        document: Json = orjson.loads(body)
    except ValueError:
        return _read_lax(body)
    return document


def learn_private(
    cls: type[object], raw: Mapping[str, Json], report: ParseReport
) -> None:
    """Take note of what is private in a record, be it read or about to be written."""
    private = _reader(cls).private  # type: ignore[arg-type]  # classes hash
    report.privacy.learn(cls, [raw.get(name) for name in private])


def _read_lax(body: bytes) -> Json:
    """Read what servers write that take JSON lightly; slower, so only where JSON fails.

    NaN and Infinity become numbers that no field takes, as do numbers beyond all measure. A
    byte-order mark is skipped, UTF-16 and UTF-32 are told by their zeros, and bytes that are no UTF-8 are
    taken for Latin-1. Control characters may stand in text, and half of a character is left out.

    Raises:
        BadAnswer: it is no JSON document either, or only half of one.
    """
    try:
        text = _decode(body).strip()
        # Half a document costs no more than this.
        whole = bool(text) and text[-1] == _ENDS.get(text[0])
        document: Json = _LAX.decode(text) if whole else None
        if _HALF_CHARACTER.search(text):
            document = _without_halves(document)
    except (ValueError, RecursionError) as err:
        raise BadAnswer(_NO_DOCUMENT, transient=True) from err
    if document is None:
        raise BadAnswer(_NO_DOCUMENT, transient=True)
    return document


def _decode(body: bytes) -> str:
    return body.decode(json.detect_encoding(body), "habitat.latin-1")


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Take the bytes for Latin-1 that are no UTF-8: a name with an umlaut is no reason to fail."""
    if isinstance(error, UnicodeDecodeError) and error.encoding == "utf-8":
        return error.object[error.start : error.end].decode("latin-1"), error.end
    raise error


codecs.register_error("habitat.latin-1", _as_latin_1)


def _whole_number(digits: str) -> int | float:
    """Read a whole number as the fast reader does: a float where it is too large."""
    return int(digits) if len(digits) < len(str(_MAX_INTEGER)) else float(digits)


_LAX = json.JSONDecoder(
    parse_constant={"NaN": nan, "Infinity": inf, "-Infinity": -inf}.__getitem__,
    parse_int=_whole_number,
    strict=False,
)


def _without_halves(value: Json) -> Json:
    """Leave halves of characters out of all texts: nothing can store or send them."""
    if isinstance(value, str):
        return _HALVES.sub("", value)
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {
            _HALVES.sub("", key): _without_halves(item) for key, item in value.items()
        }
    return value


def each(items: Sequence[Json]) -> Iterator[Json]:
    """Yield the items of a list; in a thread with rests, or the event loop would wait for it.

    Python switches threads every 5 ms only, and the loop must wait for that after each system call.

    Raises:
        TooLarge: there are far too many.
    """
    if len(items) > MAX_RECORDS:
        raise TooLarge("The list is far too long")
    for number, item in enumerate(items, 1):
        yield item
        if not number % _BATCH:
            rest()


def rest() -> None:
    """Let other threads have their turn; the event loop itself has nobody to wait for."""
    if threading.current_thread() is not threading.main_thread():
        sleep(_BREATH)


def count_values(part: bytes) -> int:
    """Return how many values begin in a part of a document, objects by what they cost."""
    values = len(part) - len(part.translate(None, _STRUCTURE))
    return values + (_OBJECT - 1) * part.count(b"{")


def _check_size(body: bytes) -> None:
    """Count the values of a document, in slices that other threads may come between.

    Raises:
        TooLarge: there are far too many.
    """
    values = 0
    for start in range(0, len(body), _SLICE):
        values += count_values(body[start : start + _SLICE])
        if values > MAX_VALUES:
            raise TooLarge("The answer has far too many values")


def parse[T](cls: type[T], raw: Mapping[str, Json], report: ParseReport) -> T | None:
    """Read a record; None when a required field is missing or unusable.

    Models within models are as tolerant: an odd field of an inner record costs only that field,
    an odd record of a list only that record. A list of anything else is one value: good or odd.
    """
    reader = _reader(cls)  # type: ignore[arg-type]  # classes hash
    values: dict[str, Any] = {
        name: value for name, value in raw.items() if value is not None
    }
    # Before anything else is made of it: also what is dropped may be echoed.
    learn_private(cls, values, report)
    for name, read in reader.texts.items():
        if name in values:
            raw_text = values[name]
            if (text := read(raw_text)) is not None:
                values[name] = text
            elif isinstance(raw_text, str):
                # Blank text is none, which is nothing odd.
                del values[name]
    for name, part in reader.parts.items():
        if name in values:
            values[name] = part.read(f"{cls.__name__}.{name}", values[name], report)
            if values[name] is None:
                del values[name]
    for name, allowed in reader.ranges.items():
        number = to_float(values.get(name))
        if number is not None and number not in allowed:
            report.record(f"{cls.__name__}.{name}")
            del values[name]
    while True:
        try:
            record: T = reader.decoder.decode(values)
        except InvalidFieldValue as err:
            # Only containers get here: the dialect answers for the plain types.
            report.record(f"{cls.__name__}.{err.field_name}")
            del values[err.field_name]
        except MissingField as err:
            report.record(f"{cls.__name__}.{err.field_name}")
            return None
        else:
            break
    for name in reader.required:
        if getattr(record, name) is None:
            report.record(f"{cls.__name__}.{name}")
            return None
    for name in reader.optional:
        if getattr(record, name) is None and values.get(name) not in (None, ""):
            report.record(f"{cls.__name__}.{name}")
    return record


@dataclass(frozen=True, slots=True)
class _Part:
    """A field that holds an inner record, or a list of whatever kind."""

    kind: type[object]
    many: bool
    text: Callable[[object], str | None] = to_text
    """How the texts of a list of texts are read."""

    def read(self, name: str, raw: Json, report: ParseReport) -> object:
        """Return what the field's decoder takes; None when there is nothing to take."""
        if not self.many:
            return self._record(name, raw, report)
        if isinstance(raw, list) and len(raw) > MAX_RECORDS:
            report.record(name)
            return None
        if isinstance(raw, list) and self.kind in _MODELS:
            records = [self._record(name, item, report) for item in each(raw)]
            return [record for record in records if record is not None]
        if isinstance(raw, list) and all(map(self._readable, each(raw))):
            if self.kind is str:
                texts = map(self.text, raw)
                return [text for text in texts if text is not None]
            return raw
        report.record(name)
        return None

    def _record(self, name: str, raw: Json, report: ParseReport) -> object:
        if isinstance(raw, dict):
            return parse(self.kind, raw, report)
        report.record(name)
        return None

    def _readable(self, raw: Json) -> bool:
        if issubclass(self.kind, LenientEnum):
            return self.kind.read(raw) is not None
        return _PLAIN[self.kind](raw) is not None


@dataclass(frozen=True, slots=True)
class _Reader[T]:
    """How the records of a model are read."""

    decoder: BasicDecoder[T]
    optional: tuple[str, ...]
    required: tuple[str, ...]
    texts: Mapping[str, Callable[[object], str | None]]
    parts: Mapping[str, _Part]
    ranges: Mapping[str, Range]
    private: tuple[str, ...]
    """What an error of the cloud may echo."""


@cache
def _reader[T](cls: type[T]) -> _Reader[T]:
    """Return how a model is read."""
    optional: list[str] = []
    required: list[str] = []
    texts: dict[str, Callable[[object], str | None]] = {}
    parts: dict[str, _Part] = {}
    hints = get_type_hints(cls)
    for item in fields(cls):  # type: ignore[arg-type]  # every model is a dataclass
        given = item.default is not MISSING or item.default_factory is not MISSING
        (optional if given else required).append(item.name)
        if "deserialize" in item.metadata:
            continue
        is_id = item.metadata.get("verbatim") or _ID.search(item.name)
        read = to_str if is_id else to_text
        if hints[item.name] in (str, str | None):
            texts[item.name] = read
        elif part := _part(hints[item.name], read):
            parts[item.name] = part
    inner: dict[Any, Any] = {
        part.kind: {"deserialize": pass_through}
        for part in parts.values()
        if part.kind in _MODELS
    }

    class Whole(_Tolerant):
        serialization_strategy = {**_Tolerant.serialization_strategy, **inner}

    return _Reader(
        BasicDecoder(cls, default_dialect=Whole),
        tuple(optional),
        tuple(required),
        texts,
        parts,
        {
            item.name: item.metadata[RANGE]
            for item in fields(cls)  # type: ignore[arg-type]  # every model is a dataclass
            if RANGE in item.metadata
        },
        tuple(
            item.name
            for item in fields(cls)  # type: ignore[arg-type]  # every model is a dataclass
            if item.metadata.get(_ECHOED)
        ),
    )


def _part(hint: object, text: Callable[[object], str | None]) -> _Part | None:
    """Tell from its type whether a field holds an inner record or a list."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] or [hint]
    many = get_origin(hint) is tuple
    kind = kinds[0]
    inner = many or (len(kinds) == 1 and kind in _MODELS)
    return _Part(kind, many, text) if inner and isinstance(kind, type) else None


def public_fields(record: object) -> Iterator[tuple[str, object]]:
    """Yield the fields of a record that are no secret, for diagnostics."""
    for item in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        if not item.metadata.get(_PRIVATE):
            yield item.name, getattr(record, item.name)


def private_values(record: object) -> Iterator[object]:
    """Yield what an error may echo and must not, of inner records too."""
    for item in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        value = getattr(record, item.name)
        if item.metadata.get(_PRIVATE):
            if value is not None and item.metadata.get(_ECHOED):
                yield value
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part):
                yield from private_values(part)
