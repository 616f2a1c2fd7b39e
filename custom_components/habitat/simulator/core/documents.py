"""JSON documents as a simulated cloud sends and reads them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import orjson

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Record = dict[str, Json]


def dump(document: Json) -> bytes:
    """Write a document."""
    return orjson.dumps(document)


def load(body: bytes) -> Json:
    """Read a document.

    Raises:
        ValueError: it is no JSON.
    """
    return cast(Json, orjson.loads(body))


def moment(at: float) -> str:
    """Write seconds since the epoch the way Python back-ends do: microseconds, +00:00."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def epoch(text: Json) -> float | None:
    """Read a moment back; None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def number(value: Json, default: float) -> float:
    """Return a number, or the default for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return default


def tables(document: Json) -> Iterator[list[Json]]:
    """Return the lists of records of an answer: itself, or the lists of objects in it."""
    found = document.values() if isinstance(document, dict) else [document]
    for item in found:
        if isinstance(item, list) and all(isinstance(row, dict) for row in item):
            yield item


def records(document: Json) -> Iterator[Record]:
    """Return what holds the values of each record: its `attributes`, or the record itself."""
    single = document.get("data", document) if isinstance(document, dict) else document
    found = [row for table in tables(document) for row in table] or [single]
    for item in found:
        if isinstance(item, dict):
            attributes = item.get("attributes")
            yield attributes if isinstance(attributes, dict) else item
