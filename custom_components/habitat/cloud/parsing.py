"""The tolerant dialect of all models: rubbish in a field reads as None, and is counted.

Models are frozen dataclasses. What a cloud sends is never trusted: a field of the wrong type
or with an unknown word becomes None, a record without its required fields is dropped, and both
are counted as oddities.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
import logging
from math import isfinite
from typing import Any, Self, dataclass_transform, override

from mashumaro.codecs import BasicDecoder
from mashumaro.dialect import Dialect
from mashumaro.exceptions import InvalidFieldValue, MissingField
from mashumaro.types import SerializableType
import orjson

from .errors import BadAnswer

_LOGGER = logging.getLogger(__name__)

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None

PRIVATE = {"private": True}
"""Field metadata: may hold a name, a place or a secret, so it never leaves the house."""

_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0"})


class Word(SerializableType, StrEnum):
    """A vocabulary of a cloud; case does not matter and unknown words read as None."""

    @classmethod
    @override
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        folded = value.casefold()
        return next((word for word in cls if word.value.casefold() == folded), None)

    @classmethod
    @override
    def _deserialize(cls, value: object) -> Self | None:
        try:
            return cls(value)  # type: ignore[arg-type]  # an enum says itself what it takes
        except ValueError:
            return None

    @override
    def _serialize(self) -> str:
        return self.value


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
    return None if number is None else round(number)


def to_bool(value: object) -> bool | None:
    """Read true and false, also from 0 and 1, "On" and "Off" and their like."""
    if isinstance(value, bool):
        return value
    text = str(value).casefold() if isinstance(value, int | str) else ""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def to_str(value: object) -> str | None:
    """Read text; numbers count as text, since clouds send ids and versions both ways."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def to_datetime(value: object) -> datetime | None:
    """Read an ISO 8601 time; one without a zone is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError, OverflowError:
        return None


def to_texts(value: object) -> tuple[str, ...]:
    """Read a list of texts.

    Raises:
        ValueError: it is none, or holds anything else.
    """
    items = value if isinstance(value, list) else [None]
    texts = tuple(text for text in map(to_str, items) if text is not None)
    if len(texts) < len(items):
        raise ValueError("not a list of texts")
    return texts


class _Tolerant(Dialect):
    """How mashumaro reads the plain types of our models."""

    serialization_strategy = {
        float: {"deserialize": to_float},
        int: {"deserialize": to_int},
        bool: {"deserialize": to_bool},
        str: {"deserialize": to_str},
        datetime: {"deserialize": to_datetime},
        tuple[str, ...]: {"deserialize": to_texts},
    }


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(field,)
)
def model[T](cls: type[T]) -> type[T]:
    """Make a class a model: a frozen, slotted dataclass whose fields are given by name."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class Oddities:
    """Counts what a cloud sent that the models did not expect, and logs each once."""

    def __init__(self, source: str) -> None:
        """Name the source for the log, such as "Flair"."""
        self._source = source
        self.counts: Counter[str] = Counter()

    def note(self, what: str) -> None:
        """Count one oddity, such as "Vent.percent_open"."""
        self.counts[what] += 1
        if self.counts[what] == 1:
            _LOGGER.info(
                "%s sent something unexpected in %s; it reads as unknown",
                self._source,
                what,
            )


def read_json(body: bytes) -> Json:
    """Read a JSON document.

    Raises:
        BadAnswer: it is none, or only half of one.
    """
    try:
        document: Json = orjson.loads(body)
    except ValueError as err:
        raise BadAnswer(
            "The answer is not a complete JSON document", transient=True
        ) from err
    return document


def parse[T](cls: type[T], raw: Mapping[str, Json], oddities: Oddities) -> T | None:
    """Read a record; None when a required field is missing or unusable."""
    decoder, optional, required = _reader(cls)  # type: ignore[arg-type]  # classes hash
    values: dict[str, Any] = {
        name: value for name, value in raw.items() if value is not None
    }
    while True:
        try:
            record: T = decoder.decode(values)
        except InvalidFieldValue as err:
            # Only containers get here: the dialect answers for the plain types.
            oddities.note(f"{cls.__name__}.{err.field_name}")
            del values[err.field_name]
        except MissingField as err:
            oddities.note(f"{cls.__name__}.{err.field_name}")
            return None
        else:
            break
    for name in required:
        if getattr(record, name) is None:
            oddities.note(f"{cls.__name__}.{name}")
            return None
    for name in optional:
        if getattr(record, name) is None and values.get(name) not in (None, ""):
            oddities.note(f"{cls.__name__}.{name}")
    return record


@cache
def _reader[T](
    cls: type[T],
) -> tuple[BasicDecoder[T], tuple[str, ...], tuple[str, ...]]:
    """Return a model's decoder with the names of its optional and its required fields."""
    optional: list[str] = []
    required: list[str] = []
    for item in fields(cls):  # type: ignore[arg-type]  # every model is a dataclass
        given = item.default is not MISSING or item.default_factory is not MISSING
        (optional if given else required).append(item.name)
    return (
        BasicDecoder(cls, default_dialect=_Tolerant),
        tuple(optional),
        tuple(required),
    )


def public_fields(record: object) -> Iterator[tuple[str, object]]:
    """Yield the fields of a record that are no secret, for diagnostics."""
    for item in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        if not item.metadata.get("private"):
            yield item.name, getattr(record, item.name)


def private_values(record: object) -> Iterator[object]:
    """Yield the values of a record that must not stand in a log or in diagnostics."""
    for item in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        if item.metadata.get("private") and getattr(record, item.name) is not None:
            yield getattr(record, item.name)
