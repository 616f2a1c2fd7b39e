"""Lua's own functions."""

from collections.abc import Callable, Mapping
import math
import re

from .bounds import MAX_TEXT, Budget, call
from .values import (
    Function,
    LuaError,
    Table,
    Value,
    argument_errors,
    bad_argument,
    first,
    needed_number,
    number_of,
    text_of,
    truth,
)


def library() -> dict[str, Value]:
    """Return a library that a program may change as it likes."""
    return {
        name: Table(dict(value.items)) if isinstance(value, Table) else value
        for name, value in LIBRARY.items()
    }


def function(work: Callable[..., Value]) -> Function:
    """Return a plain function as one of Lua's, with one value."""

    async def adapted(args: list[Value]) -> list[Value]:
        with argument_errors():
            return [work(*args)]

    return adapted


def _pairs(pairs: list[tuple[Value, Value]]) -> list[Value]:
    rest = iter(pairs)

    async def following(_: list[Value]) -> list[Value]:
        return list(next(rest, ()))

    return [following]


async def _all_pairs(args: list[Value]) -> list[Value]:
    table = first(args)
    if not isinstance(table, Table):
        raise bad_argument("pairs")
    return _pairs(list(table.items.items()))


async def _row_pairs(args: list[Value]) -> list[Value]:
    table = first(args)
    if not isinstance(table, Table):
        raise bad_argument("ipairs")
    return _pairs(list(enumerate(table.rows(), 1)))


async def _protected(args: list[Value]) -> list[Value]:
    called, *given = args
    try:
        return [True, *await call(called, given, Budget())]
    except LuaError as failed:
        return [False, str(failed)]


def _raise(message: Value = None, *_: Value) -> Value:
    raise LuaError(text_of(message))


def _asserted(value: Value, message: Value = "assertion failed!", *_: Value) -> Value:
    return value if truth(value) else _raise(message)


def _kind(value: Value) -> str:
    match value:
        case None:
            return "nil"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Table():
            return "table"
        case _:
            return "function"


def _part(text: str, start: int = 1, stop: int = -1) -> str:
    first = max(start, 1) if start > 0 else max(len(text) + start + 1, 1)
    return text[first - 1 : stop if stop >= 0 else len(text) + stop + 1]


def _format(pattern: str, *values: Value) -> str:
    rest = iter(values)

    def insert(found: re.Match[str]) -> str:
        flags, kind = found[1], found[2]
        if kind == "%":
            return "%"
        value = next(rest, None)
        if kind in "di":
            return f"%{flags}d" % int(needed_number(value))
        if kind == "s":
            return f"%{flags}s" % text_of(value)
        return f"%{flags}{kind}" % needed_number(value)

    return re.sub(
        r"%([-+ 0#]{0,3}\d{0,2}(?:\.\d{1,2})?)([dsifgeGxX%])", insert, pattern
    )


def _put(table: Table, *args: Value) -> Value:
    rows = table.rows()
    place = len(rows) + 1 if len(args) == 1 else int(needed_number(args[0]))
    rows.insert(place - 1, args[-1])
    _replace(table, rows)
    return None


def _pop(table: Table, place: Value = None) -> Value:
    rows = table.rows()
    if not rows:
        return None
    value = rows.pop(-1 if place is None else int(needed_number(place)) - 1)
    _replace(table, rows)
    return value


def _replace(table: Table, rows: list[Value]) -> None:
    for place in range(1, len(table.rows()) + 1):
        table.items.pop(place)
    table.items |= dict(enumerate(rows, 1))


def _sort(table: Table) -> Value:
    rows = table.rows()
    texts = all(isinstance(row, str) for row in rows)
    _replace(table, sorted(rows, key=str if texts else needed_number))
    return None


def _join(table: Table, between: str = "") -> str:
    return between.join(text_of(row) for row in table.rows())[:MAX_TEXT]


def _table_of(**functions: Callable[..., Value]) -> Table:
    return Table({name: function(work) for name, work in functions.items()})


LIBRARY: Mapping[str, Value] = {
    "assert": function(_asserted),
    "error": function(_raise),
    "ipairs": _row_pairs,
    "pairs": _all_pairs,
    "pcall": _protected,
    "print": function(lambda *_: None),
    "tonumber": function(lambda value, *_: number_of(value)),
    "tostring": function(lambda value=None, *_: text_of(value)),
    "type": function(lambda value=None, *_: _kind(value)),
    "math": Table(
        {
            **_table_of(
                abs=lambda value: abs(needed_number(value)),
                ceil=lambda value: math.ceil(needed_number(value)),
                floor=lambda value: math.floor(needed_number(value)),
                max=lambda *values: max(map(needed_number, values)),
                min=lambda *values: min(map(needed_number, values)),
                sqrt=lambda value: math.sqrt(needed_number(value)),
            ).items,
            "huge": math.inf,
            "pi": math.pi,
        }
    ),
    "string": _table_of(
        format=_format,
        len=len,
        lower=lambda text: text.lower(),
        rep=lambda text, times: text * min(int(times), MAX_TEXT // (len(text) or 1)),
        sub=_part,
        upper=lambda text: text.upper(),
    ),
    "table": _table_of(concat=_join, insert=_put, remove=_pop, sort=_sort),
}
"""What every program knows."""
