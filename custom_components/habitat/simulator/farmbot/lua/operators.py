"""What the operators do with values."""

from collections.abc import Callable, Mapping
from functools import partial
import math
import operator

from .bounds import MAX_TEXT
from .values import LuaError, Table, Value, bad_argument, number_of, text_of, truth

_MAX_WHOLE = 2**63
"""What is larger goes on as an approximate number."""


def _arithmetic(
    sign: str, work: Callable[[float, float], float], left: Value, right: Value
) -> Value:
    one, two = number_of(left), number_of(right)
    if one is None or two is None:
        raise bad_argument(sign)
    try:
        result = work(one, two)
    except ZeroDivisionError:
        return math.nan if sign == "%" or not one else math.copysign(math.inf, one)
    except OverflowError:
        return math.inf
    if isinstance(result, complex):
        return math.nan
    if isinstance(result, int) and abs(result) > _MAX_WHOLE:
        return float(result)
    return result


def _compare(sign: str, work: Callable[..., bool], left: Value, right: Value) -> Value:
    both_texts = isinstance(left, str) and isinstance(right, str)
    one, two = (left, right) if both_texts else (_plain(left), _plain(right))
    if one is None or two is None:
        raise bad_argument(sign)
    return work(one, two)


def _plain(value: Value) -> int | float | None:
    return None if isinstance(value, str) else number_of(value)


def _concatenate(left: Value, right: Value) -> Value:
    for value in (left, right):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise bad_argument("..")
    text = text_of(left) + text_of(right)
    if len(text) > MAX_TEXT:
        raise LuaError("Lua failure")
    return text


def _equal(left: Value, right: Value) -> Value:
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _length(value: Value) -> Value:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Table):
        return len(value.rows())
    raise bad_argument("#")


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "^": lambda one, two: float(one) ** two,
}
_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}

BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    **{sign: partial(_arithmetic, sign, work) for sign, work in _ARITHMETIC.items()},
    **{sign: partial(_compare, sign, work) for sign, work in _COMPARISONS.items()},
    "..": _concatenate,
    "==": _equal,
    "~=": lambda left, right: not _equal(left, right),
}
UNARY: Mapping[str, Callable[[Value], Value]] = {
    "-": partial(BINARY["-"], 0),
    "#": _length,
    "not": lambda value: not truth(value),
}
