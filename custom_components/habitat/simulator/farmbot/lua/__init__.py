"""Lua, as far as programs for robots use it: the language without the robot's own functions."""

from .interpreter import run
from .library import LIBRARY, function
from .values import (
    LuaError,
    Table,
    Value,
    argument_errors,
    needed_number,
    text_of,
    truth,
    value_at,
)

__all__ = [
    "LIBRARY",
    "LuaError",
    "Table",
    "Value",
    "argument_errors",
    "function",
    "needed_number",
    "run",
    "text_of",
    "truth",
    "value_at",
]
