"""The parts of a program that do something."""

from collections.abc import Awaitable
from dataclasses import dataclass

from .bounds import call
from .expressions import Target
from .scope import Expression, Scope, Statement
from .values import Value, bad_argument, first, number_of, truth, value_at

_BREAK: list[Value] = []
"""Ends the loop around it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Statements one after another, and perhaps what is returned at their end."""

    statements: tuple[Statement, ...]
    returned: Expression | None

    async def run(self, scope: Scope) -> list[Value] | None:
        """Do them until one ends the block."""
        for statement in self.statements:
            await scope.budget.spend()
            if (ended := await statement.run(scope)) is not None:
                return ended
        if self.returned is None:
            return None
        await scope.budget.spend()
        return await self.returned.evaluate(scope)


@dataclass(frozen=True, slots=True)
class InnerBlock:
    """A block with variables of its own."""

    block: Block

    def run(self, scope: Scope) -> Awaitable[list[Value] | None]:
        """Do it."""
        return self.block.run(scope.inner())


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a loop."""

    async def run(self, _: Scope) -> list[Value]:
        """Return the sign for it."""
        return _BREAK


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An expression that stands by itself, for what it does."""

    expression: Expression

    async def run(self, scope: Scope) -> None:
        """Evaluate it, and forget its values."""
        await self.expression.evaluate(scope)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Values for what is there."""

    targets: tuple[Target, ...]
    values: Expression

    async def run(self, scope: Scope) -> None:
        """Write each value to its target."""
        values = await self.values.evaluate(scope)
        for place, target in enumerate(self.targets):
            await target.write(scope, value_at(values, place))


@dataclass(frozen=True, slots=True)
class Local:
    """New variables."""

    names: tuple[str, ...]
    values: Expression

    async def run(self, scope: Scope) -> None:
        """Declare them once all values are known."""
        scope.declare(self.names, await self.values.evaluate(scope))


@dataclass(frozen=True, slots=True)
class LocalFunction:
    """A new variable with a function that knows itself."""

    name: str
    function: Expression

    async def run(self, scope: Scope) -> None:
        """Declare it."""
        scope.variables[self.name] = None
        scope.variables[self.name] = first(await self.function.evaluate(scope))


@dataclass(frozen=True, slots=True)
class If:
    """Blocks of which at most one is done."""

    cases: tuple[tuple[Expression, Block], ...]
    otherwise: Block | None

    async def run(self, scope: Scope) -> list[Value] | None:
        """Do the block of the first condition that holds."""
        for condition, block in self.cases:
            if truth(first(await condition.evaluate(scope))):
                return await block.run(scope.inner())
        return await self.otherwise.run(scope.inner()) if self.otherwise else None


@dataclass(frozen=True, slots=True)
class While:
    """A loop with its condition at the front."""

    condition: Expression
    block: Block

    async def run(self, scope: Scope) -> list[Value] | None:
        """Do the block as long as the condition holds."""
        while truth(first(await self.condition.evaluate(scope))):
            await scope.budget.spend()
            if (ended := await self.block.run(scope.inner())) is not None:
                return _after_loop(ended)
        return None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A loop with its condition at the end, which knows the variables of the block."""

    block: Block
    condition: Expression

    async def run(self, scope: Scope) -> list[Value] | None:
        """Do the block until the condition holds."""
        while True:
            await scope.budget.spend()
            inner = scope.inner()
            if (ended := await self.block.run(inner)) is not None:
                return _after_loop(ended)
            if truth(first(await self.condition.evaluate(inner))):
                return None


@dataclass(frozen=True, slots=True)
class NumericFor:
    """A loop that counts: from, to, and perhaps the step."""

    name: str
    values: Expression
    block: Block

    async def run(self, scope: Scope) -> list[Value] | None:
        """Do the block for each number."""
        start, stop, step = [
            number_of(value) for value in (*await self.values.evaluate(scope), 1)[:3]
        ]
        if start is None or stop is None or not step:
            raise bad_argument("for")
        while start <= stop if step > 0 else start >= stop:
            await scope.budget.spend()
            inner = scope.inner()
            inner.variables[self.name] = start
            if (ended := await self.block.run(inner)) is not None:
                return _after_loop(ended)
            start += step
        return None


@dataclass(frozen=True, slots=True)
class GenericFor:
    """A loop over what a function gives, call by call."""

    names: tuple[str, ...]
    values: Expression
    block: Block

    async def run(self, scope: Scope) -> list[Value] | None:
        """Do the block until the function gives nil."""
        function, state, control = (*await self.values.evaluate(scope), None, None)[:3]
        while True:
            await scope.budget.spend()
            given = await call(function, [state, control], scope.budget)
            if (control := first(given)) is None:
                return None
            inner = scope.inner()
            inner.declare(self.names, given)
            if (ended := await self.block.run(inner)) is not None:
                return _after_loop(ended)


def _after_loop(ended: list[Value]) -> list[Value] | None:
    return None if ended is _BREAK else ended
