"""Reading JSON documents: tolerant of small violations of JSON, with limits on size."""

import codecs
from collections.abc import Iterator, Sequence
import json
from math import inf, nan
import re
import threading
from time import sleep

import orjson

from .errors import BadAnswer, TooLarge

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None

MAX_VALUES = 150_000
"""Values of one document, twice what 1000 plants need: orjson blocks all other threads."""
MAX_RECORDS = 5000
"""Records of one list, all pages together: they are compared in the event loop."""
MAX_INTEGER = 1 << 63
"""The limit of whole numbers; real ones are smaller."""
_BATCH = 16
_PAUSE = 0.0005
"""A thread pauses for this many seconds after each batch of records, so that others can run."""
_STRUCTURE = b",[{"
"""The characters before each value. Those within texts are counted too, but few texts have many."""
_OBJECT = 4
"""An object takes as long to create as this many numbers."""
_SLICE = 1 << 18
"""Bytes per step of counting."""

_NO_DOCUMENT = "The answer is not a complete JSON document"
_ENDS = {"{": "}", "[": "]"}
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_HALVES = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> Json:
    """Read a JSON document, also one with small errors: see `_read_lax`.

    Raises:
        TooLarge: it has too many values.
        BadAnswer: it is not JSON, or incomplete.
    """
    if len(body) > MAX_VALUES:
        _check_size(body)
        rest()
    try:
        document: Json = orjson.loads(body)
    except ValueError:
        return _read_lax(body)
    return document


def each(items: Sequence[Json]) -> Iterator[Json]:
    """Yield the items of a list; in a thread with pauses, so that the event loop can run.

    Python switches threads only every 5 ms, and the loop waits for that after each system call.

    Raises:
        TooLarge: there are too many.
    """
    if len(items) > MAX_RECORDS:
        raise TooLarge("The list is far too long")
    for number, item in enumerate(items, 1):
        yield item
        if not number % _BATCH:
            rest()


def rest() -> None:
    """Let other threads run; do nothing in the main thread, where the event loop runs."""
    if threading.current_thread() is not threading.main_thread():
        sleep(_PAUSE)


def count_values(chunk: bytes) -> int:
    """Return how many values begin in a chunk of a document, objects weighted by their cost."""
    values = len(chunk) - len(chunk.translate(None, _STRUCTURE))
    return values + (_OBJECT - 1) * chunk.count(b"{")


def _check_size(body: bytes) -> None:
    """Check the number of values of a document, in steps between which other threads can run.

    Raises:
        TooLarge: there are too many.
    """
    values = 0
    for start in range(0, len(body), _SLICE):
        values += count_values(body[start : start + _SLICE])
        if values > MAX_VALUES:
            raise TooLarge("The answer has far too many values")


def _read_lax(body: bytes) -> Json:
    """Read a document with small errors; it is slower, so it is only used after JSON failed.

    NaN, Infinity and numbers that are too large become numbers that no field accepts. A byte-order
    mark is skipped, UTF-16 and UTF-32 are recognized by their zeros, and bytes that are not UTF-8 are
    read as Latin-1. Control characters in text are accepted, and lone surrogates are dropped.

    Raises:
        BadAnswer: it is still not JSON, or incomplete.
    """
    try:
        text = _decode(body).strip()
        # An incomplete document is found without decoding it.
        complete = bool(text) and text[-1] == _ENDS.get(text[0])
        document: Json = _LAX.decode(text) if complete else None
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
    """Decode bytes that are not UTF-8 as Latin-1: a name with an umlaut must not fail the answer."""
    if isinstance(error, UnicodeDecodeError) and error.encoding == "utf-8":
        return error.object[error.start : error.end].decode("latin-1"), error.end
    raise error


codecs.register_error("habitat.latin-1", _as_latin_1)


def _read_integer(digits: str) -> int | float:
    """Read a whole number as orjson does: too large ones become floats."""
    return int(digits) if len(digits) < len(str(MAX_INTEGER)) else float(digits)


_LAX = json.JSONDecoder(
    parse_constant={"NaN": nan, "Infinity": inf, "-Infinity": -inf}.__getitem__,
    parse_int=_read_integer,
    strict=False,
)


def _without_halves(value: Json) -> Json:
    """Drop lone surrogates from all texts: they cannot be stored or sent."""
    if isinstance(value, str):
        return _HALVES.sub("", value)
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {
            _HALVES.sub("", key): _without_halves(item) for key, item in value.items()
        }
    return value
