"""Where a part of a program runs, and what each part can do there."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from .bounds import Budget
from .values import Value, value_at


@dataclass(slots=True)
class Scope:
    """The variables of a block, and those around it."""

    budget: Budget
    outer: Scope | None = None
    variables: dict[str, Value] = field(default_factory=dict)

    def inner(self) -> Scope:
        """Return a new scope inside this one."""
        return Scope(self.budget, self)

    def home(self, name: str) -> Scope:
        """Return the scope that has a variable: the outermost has all that none declared."""
        scope = self
        while name not in scope.variables and scope.outer is not None:
            scope = scope.outer
        return scope

    def declare(self, names: tuple[str, ...], values: list[Value]) -> None:
        """Make new variables; one that gets no value is nil."""
        for place, name in enumerate(names):
            self.variables[name] = value_at(values, place)


class Expression(Protocol):
    """Has values."""

    def evaluate(self, scope: Scope) -> Awaitable[list[Value]]:
        """Return its values."""


class Statement(Protocol):
    """Does something."""

    def run(self, scope: Scope) -> Awaitable[list[Value] | None]:
        """Return what the program or function around it returns, or None to go on."""
