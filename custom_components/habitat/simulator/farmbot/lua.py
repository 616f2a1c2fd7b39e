"""Lua, as far as programs for robots use it: the language without the robot's own functions.

Each part of a program becomes a function that the program is then made of. How long a program may
run, how deep it may go and how long its texts may get is bounded: it shares a process with others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
import math
import operator
import re

MAX_STEPS = 50_000
"""Statements and calls that a program may take."""
_MAX_DEPTH = 100
_MAX_TEXT = 1_000_000
_MAX_WHOLE = 2**63
_MAX_NUMBER = 20
"""Characters of a number that is written as text."""
_BREATH = 500
"""Steps after which others have their turn."""


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
type _Expression = Callable[[_Scope], Awaitable[list[Value]]]
type _Statement = Callable[[_Scope], Awaitable[list[Value] | None]]
"""Does something; returns what the program or function around it returns, or None to go on."""

_BREAK: list[Value] = []
"""Ends the loop around it."""


@dataclass(slots=True)
class _Budget:
    steps: int = 0
    depth: int = 0

    async def spend(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise LuaError("Lua failure")
        if self.steps % _BREATH == 0:
            await asyncio.sleep(0)


@dataclass(slots=True)
class _Scope:
    """The variables of a block, and those around it."""

    budget: _Budget
    outer: _Scope | None = None
    variables: dict[str, Value] = field(default_factory=dict)

    def inner(self) -> _Scope:
        return _Scope(self.budget, self)

    def home(self, name: str) -> _Scope:
        """Return the scope that has a variable: the outermost has all that none declared."""
        scope = self
        while name not in scope.variables and scope.outer is not None:
            scope = scope.outer
        return scope


async def run(text: str, known: Mapping[str, Value]) -> list[Value]:
    """Run a program that knows some names and return what it returns.

    Raises:
        LuaError: it is no program, or it failed.
    """
    try:
        block = _Parser(text).program()
        scope = _Scope(_Budget(), None, {**_library(), **known})
        return await block(scope) or []
    except RecursionError:
        raise LuaError("Lua failure") from None


def _library() -> dict[str, Value]:
    """Return a library that the program may change as it likes."""
    return {
        name: Table(dict(value.items)) if isinstance(value, Table) else value
        for name, value in LIBRARY.items()
    }


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
    if isinstance(value, str) and len(value) < _MAX_NUMBER:
        try:
            return int(value)
        except ValueError:
            with suppress(ValueError):
                return float(value)
    return None


def _key(key: Value) -> Value:
    if isinstance(key, float) and key.is_integer():
        return int(key)
    return key


def _first(values: Sequence[Value]) -> Value:
    return values[0] if values else None


def _bad(sign: str) -> LuaError:
    return LuaError(
        f"Bad argument for '{sign}': Ensure all values are the correct type."
    )


def _equal(left: Value, right: Value) -> bool:
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _arithmetic(sign: str, left: Value, right: Value) -> Value:
    one, two = number_of(left), number_of(right)
    if one is None or two is None:
        raise _bad(sign)
    try:
        result = _ARITHMETIC[sign](one, two)
    except ZeroDivisionError:
        return math.nan if sign == "%" or not one else math.copysign(math.inf, one)
    except OverflowError:
        return math.inf
    if isinstance(result, complex):
        return math.nan
    if isinstance(result, int) and abs(result) > _MAX_WHOLE:
        return float(result)
    return result


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "^": lambda one, two: float(one) ** two,
}


def _compare(sign: str, left: Value, right: Value) -> Value:
    both_texts = isinstance(left, str) and isinstance(right, str)
    one, two = (left, right) if both_texts else (_plain(left), _plain(right))
    if one is None or two is None:
        raise _bad(sign)
    compare: Callable[[object, object], bool] = _COMPARISONS[sign]
    return compare(one, two)


def _plain(value: Value) -> int | float | None:
    return None if isinstance(value, str) else number_of(value)


_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _concatenate(left: Value, right: Value) -> Value:
    for value in (left, right):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _bad("..")
    text = text_of(left) + text_of(right)
    if len(text) > _MAX_TEXT:
        raise LuaError("Lua failure")
    return text


def _operate(sign: str, left: Value, right: Value) -> Value:
    if sign in _ARITHMETIC:
        return _arithmetic(sign, left, right)
    if sign in _COMPARISONS:
        return _compare(sign, left, right)
    if sign == "..":
        return _concatenate(left, right)
    return _equal(left, right) is (sign == "==")


def _index(value: Value, key: Value) -> Value:
    if isinstance(value, str):
        value = LIBRARY["string"]
    if not isinstance(value, Table):
        raise LuaError("Lua failure")
    return value.get(key)


async def _call(function: Value, args: list[Value], budget: _Budget) -> list[Value]:
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


# The words of a program.

_TOKENS = re.compile(
    r"""
    (?P<space>\s+|--\[\[.*?\]\]|--[^\n]*)
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<text>\[\[.*?\]\]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<sign>\.\.\.|\.\.|==|~=|<=|>=|//|[-+*/%^\#<>=(){}\[\];:,.])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_KEYWORDS = frozenset(
    {
        *("and", "break", "do", "else", "elseif", "end", "false", "for", "function"),
        *("if", "in", "local", "nil", "not", "or", "repeat", "return", "then"),
        *("true", "until", "while"),
    }
)
_BINARY: Mapping[str, tuple[int, int]] = {
    "or": (1, 2),
    "and": (3, 4),
    **dict.fromkeys(("<", ">", "<=", ">=", "~=", "=="), (5, 6)),
    "..": (8, 7),
    **dict.fromkeys(("+", "-"), (9, 10)),
    **dict.fromkeys(("*", "/", "//", "%"), (11, 12)),
    "^": (16, 15),
}
"""How strongly an operator binds on its left and on its right."""
_UNARY = 14
_ENDS = frozenset({"end", "else", "elseif", "until", ""})
_ESCAPED = re.compile(r"\\(\d{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def _unescape(sign: re.Match[str]) -> str:
    code = sign[1]
    if code.isdecimal():
        return chr(int(code))
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        match = _TOKENS.match(text, place)
        if match is None:
            raise _invalid(text[place])
        place = match.end()
        kind = str(match.lastgroup)
        if kind != "space":
            keyword = kind == "name" and match[0] in _KEYWORDS
            found.append(("sign" if keyword else kind, match[0]))
    return [*found, ("sign", "")]


def _invalid(near: str) -> LuaError:
    return LuaError(f"Lua code is possibly invalid: syntax error before: {near!r}")


class _Parser:
    """Reads a program from its front."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._place = 0

    def program(self) -> _Statement:
        block = self._block()
        if self._sign() is not None and self._tokens[self._place][1]:
            raise self._error()
        return block

    # Tokens.

    def _sign(self) -> str | None:
        """Return the sign or keyword that is next; "" is the end, None another token."""
        kind, text = self._tokens[self._place]
        return text if kind == "sign" else None

    def _error(self) -> LuaError:
        return _invalid(self._tokens[self._place][1])

    def _take(self, kind: str) -> str:
        found, text = self._tokens[self._place]
        if found != kind:
            raise self._error()
        self._place += 1
        return text

    def _skip(self, sign: str) -> bool:
        """Read over a sign if it is next."""
        if self._sign() != sign:
            return False
        self._place += 1
        return True

    def _expect(self, *signs: str) -> None:
        for sign in signs:
            if not self._skip(sign):
                raise self._error()

    # Statements.

    def _block(self) -> _Statement:
        statements: list[_Statement] = []
        while self._sign() not in _ENDS:
            if self._skip(";"):
                continue
            if self._skip("return"):
                values = (
                    _list([])
                    if self._sign() in _ENDS or self._sign() == ";"
                    else self._expressions()
                )
                self._skip(";")
                statements.append(values)
                if self._sign() not in _ENDS:
                    raise self._error()
                break
            statements.append(self._statement())

        async def block(scope: _Scope) -> list[Value] | None:
            for statement in statements:
                await scope.budget.spend()
                if (ended := await statement(scope)) is not None:
                    return ended
            return None

        return block

    def _body(self) -> _Statement:
        """Read a block and the end of it."""
        block = self._block()
        self._expect("end")
        return block

    def _statement(self) -> _Statement:
        match self._sign():
            case "local":
                self._place += 1
                return self._local()
            case "function":
                self._place += 1
                return self._named_function()
            case "if":
                self._place += 1
                return self._if()
            case "while":
                self._place += 1
                return self._while()
            case "repeat":
                self._place += 1
                return self._repeat()
            case "for":
                self._place += 1
                return self._for()
            case "do":
                self._place += 1
                block = self._body()
                return lambda scope: block(scope.inner())
            case "break":
                self._place += 1
                return _break
            case _:
                return self._assignment()

    def _local(self) -> _Statement:
        if self._skip("function"):
            name = self._take("name")
            function = self._function()

            async def declare_function(scope: _Scope) -> None:
                scope.variables[name] = None
                scope.variables[name] = _first(await function(scope))

            return declare_function
        names = [self._take("name")]
        while self._skip(","):
            names.append(self._take("name"))
        values = self._expressions() if self._skip("=") else _list([])

        async def declare(scope: _Scope) -> None:
            given = await values(scope)
            for place, name in enumerate(names):
                scope.variables[name] = given[place] if place < len(given) else None

        return declare

    def _named_function(self) -> _Statement:
        target: _Target = _Name(self._take("name"))
        while self._skip("."):
            target = _Member(target.read, _constant(self._take("name")))
        function = self._function()

        async def define(scope: _Scope) -> None:
            await target.write(scope, _first(await function(scope)))

        return define

    def _if(self) -> _Statement:
        cases: list[tuple[_Expression, _Statement]] = []
        last: _Statement | None = None
        while True:
            condition = self._expression()
            self._expect("then")
            cases.append((condition, self._block()))
            if self._skip("elseif"):
                continue
            if self._skip("else"):
                last = self._block()
            self._expect("end")
            break

        async def choose(scope: _Scope) -> list[Value] | None:
            for condition, block in cases:
                if truth(_first(await condition(scope))):
                    return await block(scope.inner())
            return await last(scope.inner()) if last else None

        return choose

    def _while(self) -> _Statement:
        condition = self._expression()
        self._expect("do")
        block = self._body()

        async def loop(scope: _Scope) -> list[Value] | None:
            while truth(_first(await condition(scope))):
                await scope.budget.spend()
                if (ended := await block(scope.inner())) is not None:
                    return None if ended is _BREAK else ended
            return None

        return loop

    def _repeat(self) -> _Statement:
        block = self._block()
        self._expect("until")
        condition = self._expression()

        async def loop(scope: _Scope) -> list[Value] | None:
            while True:
                await scope.budget.spend()
                inner = scope.inner()
                if (ended := await block(inner)) is not None:
                    return None if ended is _BREAK else ended
                if truth(_first(await condition(inner))):
                    return None

        return loop

    def _for(self) -> _Statement:
        names = [self._take("name")]
        if self._skip("="):
            values = self._expressions()
            self._expect("do")
            return _numeric(names[0], values, self._body())
        while self._skip(","):
            names.append(self._take("name"))
        self._expect("in")
        values = self._expressions()
        self._expect("do")
        return _generic(names, values, self._body())

    def _assignment(self) -> _Statement:
        """Read an assignment, or a call that stands by itself."""
        target, expression = self._suffixed()
        if self._sign() not in ("=", ","):
            if target is not None:
                raise self._error()
            return _forget(expression)
        targets = [target]
        while self._skip(","):
            targets.append(self._suffixed()[0])
        self._expect("=")
        values = self._expressions()
        written = [each for each in targets if each is not None]
        if len(written) < len(targets):
            raise self._error()

        async def assign(scope: _Scope) -> None:
            given = await values(scope)
            for place, each in enumerate(written):
                await each.write(scope, given[place] if place < len(given) else None)

        return assign

    # Expressions.

    def _expressions(self) -> _Expression:
        found = [self._expression()]
        while self._skip(","):
            found.append(self._expression())
        return _list(found)

    def _expression(self, limit: int = 0) -> _Expression:
        sign = self._sign()
        if sign in ("not", "-", "#"):
            self._place += 1
            left = _unary(str(sign), self._expression(_UNARY))
        else:
            left = self._simple()
        while (sign := self._sign()) in _BINARY and _BINARY[str(sign)][0] > limit:
            self._place += 1
            right = self._expression(_BINARY[str(sign)][1] - 1)
            left = _binary(str(sign), left, right)
        return left

    def _simple(self) -> _Expression:
        kind, text = self._tokens[self._place]
        if kind == "number":
            self._place += 1
            return _constant(_number(text))
        if kind == "text":
            self._place += 1
            return _constant(_literal(text))
        match text if kind == "sign" else None:
            case "nil" | "true" | "false":
                self._place += 1
                return _constant({"nil": None, "true": True, "false": False}[text])
            case "...":
                self._place += 1
                return _rest
            case "{":
                return self._table()
            case "function":
                self._place += 1
                return self._function()
            case _:
                return self._suffixed()[1]

    def _suffixed(self) -> tuple[_Target | None, _Expression]:
        """Read a name with all that is behind it, and whether it can be written to."""
        target: _Target | None = None
        if self._skip("("):
            expression = _single(self._expression())
            self._expect(")")
        else:
            target = _Name(self._take("name"))
            expression = target.read
        while True:
            kind, text = self._tokens[self._place]
            if kind == "text" or text in ("(", "{"):
                expression, target = _invoke(expression, self._arguments()), None
            elif self._skip("."):
                target = _Member(expression, _constant(self._take("name")))
                expression = target.read
            elif self._skip("["):
                target = _Member(expression, self._expression())
                self._expect("]")
                expression = target.read
            elif self._skip(":"):
                name = self._take("name")
                expression = _method(expression, name, self._arguments())
                target = None
            else:
                return target, expression

    def _arguments(self) -> _Expression:
        kind, text = self._tokens[self._place]
        if kind == "text":
            self._place += 1
            return _constant(_literal(text))
        if text == "{":
            return self._table()
        self._expect("(")
        if self._skip(")"):
            return _list([])
        found = self._expressions()
        self._expect(")")
        return found

    def _table(self) -> _Expression:
        self._expect("{")
        fields: list[tuple[_Expression | None, _Expression]] = []
        while not self._skip("}"):
            key: _Expression | None = None
            if self._skip("["):
                key = self._expression()
                self._expect("]", "=")
            elif self._tokens[self._place][0] == "name" and (
                self._tokens[self._place + 1] == ("sign", "=")
            ):
                key = _constant(self._take("name"))
                self._expect("=")
            fields.append((key, self._expression()))
            if not (self._skip(",") or self._skip(";")) and self._sign() != "}":
                raise self._error()
        return _new_table(fields)

    def _function(self) -> _Expression:
        self._expect("(")
        names: list[str] = []
        while not self._skip(")"):
            names.append("..." if self._skip("...") else self._take("name"))
            if self._sign() != ")":
                self._expect(",")
        body = self._body()

        async def define(scope: _Scope) -> list[Value]:
            async def function(args: list[Value]) -> list[Value]:
                inner = scope.inner()
                for place, name in enumerate(names):
                    value = args[place] if place < len(args) else None
                    if name == "...":
                        value = Table(dict(enumerate(args[place:], 1)))
                    inner.variables[name] = value
                return await body(inner) or []

            return [function]

        return define


def _number(text: str) -> Value:
    if text[:2] in ("0x", "0X"):
        return int(text[:_MAX_NUMBER], 16)
    return number_of(text)


def _literal(text: str) -> str:
    if text.startswith("[["):
        return text[2:-2].removeprefix("\n")
    return _ESCAPED.sub(_unescape, text[1:-1])


# What the parts of a program become.


class _Name:
    """A variable."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def read(self, scope: _Scope) -> list[Value]:
        return [scope.home(self._name).variables.get(self._name)]

    async def write(self, scope: _Scope, value: Value) -> None:
        scope.home(self._name).variables[self._name] = value


class _Member:
    """A place in a table."""

    def __init__(self, table: _Expression, key: _Expression) -> None:
        self._table = table
        self._key = key

    async def read(self, scope: _Scope) -> list[Value]:
        table = _first(await self._table(scope))
        return [_index(table, _first(await self._key(scope)))]

    async def write(self, scope: _Scope, value: Value) -> None:
        table = _first(await self._table(scope))
        if not isinstance(table, Table):
            raise LuaError("Lua failure")
        table.set(_first(await self._key(scope)), value)


type _Target = _Name | _Member


async def _break(_: _Scope) -> list[Value]:
    return _BREAK


async def _rest(scope: _Scope) -> list[Value]:
    given = scope.home("...").variables.get("...")
    return given.rows() if isinstance(given, Table) else []


def _constant(value: Value) -> _Expression:
    async def evaluate(_: _Scope) -> list[Value]:
        return [value]

    return evaluate


def _single(expression: _Expression) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        return [_first(await expression(scope))]

    return evaluate


def _forget(expression: _Expression) -> _Statement:
    async def do(scope: _Scope) -> None:
        await expression(scope)

    return do


def _list(expressions: list[_Expression]) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        values: list[Value] = []
        for place, expression in enumerate(expressions):
            given = await expression(scope)
            # Only the last one stands for all of its values.
            last = place == len(expressions) - 1
            values += given if last else [_first(given)]
        return values

    return evaluate


def _unary(sign: str, operand: _Expression) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        value = _first(await operand(scope))
        if sign == "not":
            return [not truth(value)]
        if sign == "#":
            if isinstance(value, str):
                return [len(value)]
            if isinstance(value, Table):
                return [len(value.rows())]
            raise _bad("#")
        return [_arithmetic("-", 0, value)]

    return evaluate


def _binary(sign: str, left: _Expression, right: _Expression) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        one = _first(await left(scope))
        if sign in ("and", "or"):
            return [one if truth(one) is (sign == "or") else _first(await right(scope))]
        return [_operate(sign, one, _first(await right(scope)))]

    return evaluate


def _invoke(function: _Expression, args: _Expression) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        called = _first(await function(scope))
        return await _call(called, await args(scope), scope.budget)

    return evaluate


def _method(table: _Expression, name: str, args: _Expression) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        this = _first(await table(scope))
        given = [this, *await args(scope)]
        return await _call(_index(this, name), given, scope.budget)

    return evaluate


def _new_table(fields: list[tuple[_Expression | None, _Expression]]) -> _Expression:
    async def evaluate(scope: _Scope) -> list[Value]:
        table = Table()
        count = 0
        for place, (key, expression) in enumerate(fields):
            values = await expression(scope)
            if key is not None:
                table.set(_first(await key(scope)), _first(values))
                continue
            for value in values if place == len(fields) - 1 else [_first(values)]:
                count += 1
                table.set(count, value)
        return [table]

    return evaluate


def _numeric(name: str, values: _Expression, block: _Statement) -> _Statement:
    async def loop(scope: _Scope) -> list[Value] | None:
        start, stop, step = [
            number_of(value) for value in (*await values(scope), 1)[:3]
        ]
        if start is None or stop is None or not step:
            raise _bad("for")
        while start <= stop if step > 0 else start >= stop:
            await scope.budget.spend()
            inner = scope.inner()
            inner.variables[name] = start
            if (ended := await block(inner)) is not None:
                return None if ended is _BREAK else ended
            start += step
        return None

    return loop


def _generic(names: list[str], values: _Expression, block: _Statement) -> _Statement:
    async def loop(scope: _Scope) -> list[Value] | None:
        function, state, control = (*await values(scope), None, None)[:3]
        while True:
            await scope.budget.spend()
            given = await _call(function, [state, control], scope.budget)
            if (control := _first(given)) is None:
                return None
            inner = scope.inner()
            for place, name in enumerate(names):
                inner.variables[name] = given[place] if place < len(given) else None
            if (ended := await block(inner)) is not None:
                return None if ended is _BREAK else ended

    return loop


# Lua's own functions.


def function(work: Callable[..., Value]) -> Function:
    """Return a plain function as one of Lua's, with one value."""

    async def call(args: list[Value]) -> list[Value]:
        try:
            return [work(*args)]
        except ArithmeticError, AttributeError, LookupError, TypeError, ValueError:
            raise LuaError(
                "Function clause error. Check number of arguments and their types."
            ) from None

    return call


def _pairs(pairs: list[tuple[Value, Value]]) -> list[Value]:
    rest = iter(pairs)

    async def following(_: list[Value]) -> list[Value]:
        return list(next(rest, ()))

    return [following]


async def _all_pairs(args: list[Value]) -> list[Value]:
    table = _first(args)
    if not isinstance(table, Table):
        raise _bad("pairs")
    return _pairs(list(table.items.items()))


async def _row_pairs(args: list[Value]) -> list[Value]:
    table = _first(args)
    if not isinstance(table, Table):
        raise _bad("ipairs")
    return _pairs(list(enumerate(table.rows(), 1)))


async def _protected(args: list[Value]) -> list[Value]:
    called, *given = args
    try:
        return [True, *await _call(called, given, _Budget())]
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


def _need(value: Value) -> float:
    found = number_of(value)
    if found is None:
        raise TypeError
    return found


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
            return f"%{flags}d" % int(_need(value))
        if kind == "s":
            return f"%{flags}s" % text_of(value)
        return f"%{flags}{kind}" % _need(value)

    return re.sub(
        r"%([-+ 0#]{0,3}\d{0,2}(?:\.\d{1,2})?)([dsifgeGxX%])", insert, pattern
    )


def _put(table: Table, *args: Value) -> Value:
    rows = table.rows()
    place = len(rows) + 1 if len(args) == 1 else int(_need(args[0]))
    rows.insert(place - 1, args[-1])
    _replace(table, rows)
    return None


def _pop(table: Table, place: Value = None) -> Value:
    rows = table.rows()
    if not rows:
        return None
    value = rows.pop(-1 if place is None else int(_need(place)) - 1)
    _replace(table, rows)
    return value


def _replace(table: Table, rows: list[Value]) -> None:
    for place in range(1, len(table.rows()) + 1):
        table.items.pop(place)
    table.items |= dict(enumerate(rows, 1))


def _sort(table: Table) -> Value:
    rows = table.rows()
    texts = all(isinstance(row, str) for row in rows)
    _replace(table, sorted(rows, key=str if texts else _need))
    return None


def _join(table: Table, between: str = "") -> str:
    return between.join(text_of(row) for row in table.rows())[:_MAX_TEXT]


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
                abs=lambda value: abs(_need(value)),
                ceil=lambda value: math.ceil(_need(value)),
                floor=lambda value: math.floor(_need(value)),
                max=lambda *values: max(map(_need, values)),
                min=lambda *values: min(map(_need, values)),
                sqrt=lambda value: math.sqrt(_need(value)),
            ).items,
            "huge": math.inf,
            "pi": math.pi,
        }
    ),
    "string": _table_of(
        format=_format,
        len=len,
        lower=lambda text: text.lower(),
        rep=lambda text, times: text * min(int(times), _MAX_TEXT // (len(text) or 1)),
        sub=_part,
        upper=lambda text: text.upper(),
    ),
    "table": _table_of(concat=_join, insert=_put, remove=_pop, sort=_sort),
}
"""What every program knows."""
