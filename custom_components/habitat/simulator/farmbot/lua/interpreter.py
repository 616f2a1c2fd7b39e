"""Programs from their text to what they return."""

from collections.abc import Mapping

from .bounds import Budget
from .library import library
from .parser import parse
from .scope import Scope
from .values import LuaError, Value


async def run(text: str, known: Mapping[str, Value]) -> list[Value]:
    """Run a program that knows some names and return what it returns.

    Raises:
        LuaError: it is no program, or it failed.
    """
    try:
        block = parse(text)
        scope = Scope(Budget(), None, {**library(), **known})
        return await block.run(scope) or []
    except RecursionError:
        raise LuaError("Lua failure") from None
