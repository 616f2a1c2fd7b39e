"""What a program works with: its values, and the error that ends it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
import math

MAX_NUMBER = 20
"""Characters of a number that is written as text."""


class LuaError(Exception):
    """The program is wrong, or went wrong; in the words of FarmBot OS."""


class Table:
    """Lua's one structure."""

    __slots__ = ("items",)

    def __init__(self, items: dict[Value, Value] | None = None) -> None:
        """Take what is in it."""
        self.items: dict[Value, Value] = items or {}

    def get(self, key: Value) -> Value:
        """Return a value, or None."""
        return self.items.get(_key(key))

    def set(self, key: Value, value: Value) -> None:
        """Write a value; None removes it."""
        if key is None:
            raise LuaError("Lua failure")
        if value is None:
            self.items.pop(_key(key), None)
        else:
            self.items[_key(key)] = value

    def rows(self) -> list[Value]:
        """Return the values at 1, 2, 3 and so on."""
        found: list[Value] = []
        while (value := self.items.get(len(found) + 1)) is not None:
            found.append(value)
        return found


type Function = Callable[[list[Value]], Awaitable[list[Value]]]
type Value = bool | int | float | str | Table | Function | None


def truth(value: Value) -> bool:
    """Say whether a value counts as true: all but nil and false."""
    return value is not None and value is not False


def text_of(value: Value) -> str:
    """Return a value as text."""
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case float():
            if math.isfinite(value):
                return f"{value:.14g}"
            return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        case int() | str():
            return str(value)
        case Table():
            return "table"
        case _:
            return "function"


def number_of(value: Value) -> int | float | None:
    """Return a value as a number, also one that is written as text; None for any other."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and len(value) < MAX_NUMBER:
        try:
            return int(value)
        except ValueError:
            with suppress(ValueError):
                return float(value)
    return None


def needed_number(value: Value) -> int | float:
    """Return a value as a number.

    Raises:
        TypeError: it is none.
    """
    found = number_of(value)
    if found is None:
        raise TypeError
    return found


def value_at(values: Sequence[Value], place: int) -> Value:
    """Return the value at a place, or None where there are fewer."""
    return values[place] if place < len(values) else None


def first(values: Sequence[Value]) -> Value:
    """Return the first value, or None."""
    return values[0] if values else None


def bad_argument(sign: str) -> LuaError:
    """Return the error of an operator or function whose values have the wrong type."""
    return LuaError(
        f"Bad argument for '{sign}': Ensure all values are the correct type."
    )


@contextmanager
def argument_errors() -> Iterator[None]:
    """Say of what a function can not work with that its arguments are wrong."""
    try:
        yield
    except ArithmeticError, AttributeError, LookupError, TypeError, ValueError:
        raise LuaError(
            "Function clause error. Check number of arguments and their types."
        ) from None


def _key(key: Value) -> Value:
    if isinstance(key, float) and key.is_integer():
        return int(key)
    return key
