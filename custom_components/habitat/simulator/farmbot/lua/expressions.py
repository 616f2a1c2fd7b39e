"""The parts of a program that have values."""

from dataclasses import dataclass

from .bounds import call
from .library import LIBRARY
from .operators import BINARY, UNARY
from .scope import Expression, Scope, Statement
from .values import LuaError, Table, Value, first, truth, value_at

REST = "..."
"""The variable that has what a function got beyond its named arguments."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the program."""

    value: Value

    async def evaluate(self, _: Scope) -> list[Value]:
        """Return the value."""
        return [self.value]


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return what it has."""
        return [scope.home(self.name).variables.get(self.name)]

    async def write(self, scope: Scope, value: Value) -> None:
        """Give it a value."""
        scope.home(self.name).variables[self.name] = value


@dataclass(frozen=True, slots=True)
class Member:
    """A place in a table."""

    table: Expression
    key: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return what is there."""
        table = first(await self.table.evaluate(scope))
        return [_member(table, first(await self.key.evaluate(scope)))]

    async def write(self, scope: Scope, value: Value) -> None:
        """Put a value there."""
        table = first(await self.table.evaluate(scope))
        if not isinstance(table, Table):
            raise LuaError("Lua failure")
        table.set(first(await self.key.evaluate(scope)), value)


type Target = Name | Member
"""What can be written to."""


def _member(value: Value, key: Value) -> Value:
    if isinstance(value, str):
        value = LIBRARY["string"]
    if not isinstance(value, Table):
        raise LuaError("Lua failure")
    return value.get(key)


@dataclass(frozen=True, slots=True)
class Rest:
    """All that a function got beyond its named arguments."""

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return each of them."""
        given = scope.home(REST).variables.get(REST)
        return given.rows() if isinstance(given, Table) else []


@dataclass(frozen=True, slots=True)
class Single:
    """An expression in brackets, which has one value."""

    expression: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return the first value alone."""
        return [first(await self.expression.evaluate(scope))]


@dataclass(frozen=True, slots=True)
class Several:
    """Expressions between commas."""

    expressions: tuple[Expression, ...] = ()

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return a value of each, and all values of the last one."""
        values: list[Value] = []
        for place, expression in enumerate(self.expressions, 1):
            given = await expression.evaluate(scope)
            last = place == len(self.expressions)
            values += given if last else [first(given)]
        return values


@dataclass(frozen=True, slots=True)
class Unary:
    """An operator in front of an expression."""

    sign: str
    operand: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return what the operator makes of it."""
        return [UNARY[self.sign](first(await self.operand.evaluate(scope)))]


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions."""

    sign: str
    left: Expression
    right: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return what the operator makes of both."""
        left = first(await self.left.evaluate(scope))
        return [BINARY[self.sign](left, first(await self.right.evaluate(scope)))]


@dataclass(frozen=True, slots=True)
class Choice:
    """Two expressions of which the second is looked at only where it counts: and, or."""

    sign: str
    left: Expression
    right: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return the value that decides."""
        left = first(await self.left.evaluate(scope))
        if truth(left) is (self.sign == "or"):
            return [left]
        return [first(await self.right.evaluate(scope))]


@dataclass(frozen=True, slots=True)
class Call:
    """The call of a function."""

    function: Expression
    args: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return what the function returns."""
        function = first(await self.function.evaluate(scope))
        return await call(function, await self.args.evaluate(scope), scope.budget)


@dataclass(frozen=True, slots=True)
class MethodCall:
    """The call of a table's function that gets the table itself first."""

    table: Expression
    name: str
    args: Expression

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return what the function returns."""
        table = first(await self.table.evaluate(scope))
        args = [table, *await self.args.evaluate(scope)]
        return await call(_member(table, self.name), args, scope.budget)


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table with what is written into it; fields without a key are counted."""

    fields: tuple[tuple[Expression | None, Expression], ...]

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return a new table."""
        table = Table()
        count = 0
        for place, (key, expression) in enumerate(self.fields, 1):
            values = await expression.evaluate(scope)
            if key is not None:
                table.set(first(await key.evaluate(scope)), first(values))
                continue
            last = place == len(self.fields)
            for value in values if last else [first(values)]:
                count += 1
                table.set(count, value)
        return [table]


@dataclass(frozen=True, slots=True)
class NewFunction:
    """A function that knows the variables around it."""

    names: tuple[str, ...]
    body: Statement

    async def evaluate(self, scope: Scope) -> list[Value]:
        """Return a new function."""

        async def function(args: list[Value]) -> list[Value]:
            inner = scope.inner()
            for place, name in enumerate(self.names):
                inner.variables[name] = (
                    Table(dict(enumerate(args[place:], 1)))
                    if name == REST
                    else value_at(args, place)
                )
            return await self.body.run(inner) or []

        return [function]
