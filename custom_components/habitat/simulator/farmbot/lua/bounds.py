"""How much a program may do: it shares a process with others."""

import asyncio
from dataclasses import dataclass

from .values import LuaError, Value

MAX_STEPS = 50_000
"""Statements and calls that a program may take."""
MAX_TEXT = 1_000_000
"""Characters of a text."""
_MAX_DEPTH = 100
"""Calls that may be under way inside each other."""
_BREATH = 500
"""Steps after which others have their turn."""


@dataclass(slots=True)
class Budget:
    """What a program has used."""

    steps: int = 0
    depth: int = 0

    async def spend(self) -> None:
        """Count a step.

        Raises:
            LuaError: there were too many.
        """
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise LuaError("Lua failure")
        if self.steps % _BREATH == 0:
            await asyncio.sleep(0)


async def call(function: Value, args: list[Value], budget: Budget) -> list[Value]:
    """Call a function and count that.

    Raises:
        LuaError: it is none, it fails, or the program does too much.
    """
    if not callable(function):
        raise LuaError("Tried to call a function/variable that doesn't exist.")
    await budget.spend()
    budget.depth += 1
    if budget.depth > _MAX_DEPTH:
        raise LuaError("Lua failure")
    try:
        return await function(args)
    finally:
        budget.depth -= 1
