"""Reading JSON documents: tolerant of servers that take JSON lightly, and bounded in what they cost."""

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
"""Values of one document, twice what a thousand plants need: while orjson works, nothing else does."""
MAX_RECORDS = 5000
"""Records of one list, all pages together: what is read is compared in the event loop."""
MAX_INTEGER = 1 << 63
"""No whole number of a cloud is as large."""
_BATCH = 16
_BREATH = 0.0005
"""Seconds after so many records in which a thread lets others have their turn."""
_STRUCTURE = b",[{"
"""What stands before each value; within texts it counts too, but few texts have much of it."""
_OBJECT = 4
"""An object takes as long to make as so many numbers."""
_SLICE = 1 << 18
"""Bytes that are counted at a time."""

_NO_DOCUMENT = "The answer is not a complete JSON document"
_ENDS = {"{": "}", "[": "]"}
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_HALVES = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> Json:
    """Read a JSON document, also one that is only nearly correct: see `_read_lax`.

    Raises:
        TooLarge: it has far too many values.
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
    """Let other threads have their turn; do nothing in the main thread, where the event loop runs."""
    if threading.current_thread() is not threading.main_thread():
        sleep(_BREATH)


def count_values(chunk: bytes) -> int:
    """Return how many values begin in a part of a document, objects by what they cost."""
    values = len(chunk) - len(chunk.translate(None, _STRUCTURE))
    return values + (_OBJECT - 1) * chunk.count(b"{")


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


def _read_lax(body: bytes) -> Json:
    """Read what servers write that take JSON lightly; slower, so only where JSON fails.

    NaN and Infinity become numbers that no field takes, as do numbers beyond all measure. A
    byte-order mark is skipped, UTF-16 and UTF-32 are told by their zeros, and bytes that are no UTF-8 are
    taken for Latin-1. Control characters may stand in text, and half of a character is left out.

    Raises:
        BadAnswer: it is no JSON document either, or incomplete.
    """
    try:
        text = _decode(body).strip()
        # Half a document costs no more than this.
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
    """Take the bytes for Latin-1 that are no UTF-8: a name with an umlaut is no reason to fail."""
    if isinstance(error, UnicodeDecodeError) and error.encoding == "utf-8":
        return error.object[error.start : error.end].decode("latin-1"), error.end
    raise error


codecs.register_error("habitat.latin-1", _as_latin_1)


def _read_integer(digits: str) -> int | float:
    """Read a whole number as orjson does: a float where it is too large."""
    return int(digits) if len(digits) < len(str(MAX_INTEGER)) else float(digits)


_LAX = json.JSONDecoder(
    parse_constant={"NaN": nan, "Infinity": inf, "-Infinity": -inf}.__getitem__,
    parse_int=_read_integer,
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
