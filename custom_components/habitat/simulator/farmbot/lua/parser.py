"""The grammar: how a program's words become its parts."""

from collections.abc import Callable, Mapping

from .expressions import (
    REST,
    Binary,
    Call,
    Choice,
    Constant,
    Member,
    MethodCall,
    Name,
    NewFunction,
    NewTable,
    Rest,
    Several,
    Single,
    Target,
    Unary,
)
from .scope import Expression, Statement
from .statements import (
    Assignment,
    Block,
    Break,
    Evaluation,
    GenericFor,
    If,
    InnerBlock,
    Local,
    LocalFunction,
    NumericFor,
    Repeat,
    While,
)
from .tokens import Tokens, literal, number
from .values import Value

_ENDS = frozenset({"end", "else", "elseif", "until", ""})
"""What ends a block; the last is the end of the program."""
_BINDING: Mapping[str, tuple[int, int]] = {
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
_CONSTANTS: Mapping[str, Value] = {"nil": None, "true": True, "false": False}


def parse(text: str) -> Block:
    """Read a program.

    Raises:
        LuaError: it is none.
    """
    tokens = Tokens(text)
    block = _block(tokens)
    if tokens.sign:
        raise tokens.error()
    return block


# Statements.


def _block(tokens: Tokens) -> Block:
    statements: list[Statement] = []
    while tokens.sign not in _ENDS:
        if tokens.skip(";"):
            continue
        if tokens.skip("return"):
            nothing = tokens.sign in _ENDS or tokens.sign == ";"
            returned = Several() if nothing else _expressions(tokens)
            tokens.skip(";")
            if tokens.sign not in _ENDS:
                raise tokens.error()
            return Block(tuple(statements), returned)
        read = _STATEMENTS.get(tokens.sign or "", _assignment)
        statements.append(read(tokens))
    return Block(tuple(statements), None)


def _body(tokens: Tokens) -> Block:
    """Read a block and the end of it."""
    block = _block(tokens)
    tokens.expect("end")
    return block


def _local(tokens: Tokens) -> Statement:
    tokens.expect("local")
    if tokens.skip("function"):
        return LocalFunction(tokens.name(), _function(tokens))
    names = _names(tokens)
    return Local(names, _expressions(tokens) if tokens.skip("=") else Several())


def _names(tokens: Tokens) -> tuple[str, ...]:
    names = [tokens.name()]
    while tokens.skip(","):
        names.append(tokens.name())
    return tuple(names)


def _named_function(tokens: Tokens) -> Statement:
    tokens.expect("function")
    target: Target = Name(tokens.name())
    while tokens.skip("."):
        target = Member(target, Constant(tokens.name()))
    return Assignment((target,), _function(tokens))


def _if(tokens: Tokens) -> Statement:
    tokens.expect("if")
    cases = [_case(tokens)]
    while tokens.skip("elseif"):
        cases.append(_case(tokens))
    otherwise = _block(tokens) if tokens.skip("else") else None
    tokens.expect("end")
    return If(tuple(cases), otherwise)


def _case(tokens: Tokens) -> tuple[Expression, Block]:
    condition = _expression(tokens)
    tokens.expect("then")
    return condition, _block(tokens)


def _while(tokens: Tokens) -> Statement:
    tokens.expect("while")
    condition = _expression(tokens)
    tokens.expect("do")
    return While(condition, _body(tokens))


def _repeat(tokens: Tokens) -> Statement:
    tokens.expect("repeat")
    block = _block(tokens)
    tokens.expect("until")
    return Repeat(block, _expression(tokens))


def _for(tokens: Tokens) -> Statement:
    tokens.expect("for")
    name = tokens.name()
    if tokens.skip("="):
        values = _expressions(tokens)
        tokens.expect("do")
        return NumericFor(name, values, _body(tokens))
    names = (name, *_names(tokens)) if tokens.skip(",") else (name,)
    tokens.expect("in")
    values = _expressions(tokens)
    tokens.expect("do")
    return GenericFor(names, values, _body(tokens))


def _do(tokens: Tokens) -> Statement:
    tokens.expect("do")
    return InnerBlock(_body(tokens))


def _break(tokens: Tokens) -> Statement:
    tokens.expect("break")
    return Break()


_STATEMENTS: Mapping[str, Callable[[Tokens], Statement]] = {
    "break": _break,
    "do": _do,
    "for": _for,
    "function": _named_function,
    "if": _if,
    "local": _local,
    "repeat": _repeat,
    "while": _while,
}


def _assignment(tokens: Tokens) -> Statement:
    """Read an assignment, or a call that stands by itself."""
    expression = _suffixed(tokens)
    if tokens.sign not in ("=", ","):
        if isinstance(expression, Name | Member):
            raise tokens.error()
        return Evaluation(expression)
    found = [expression]
    while tokens.skip(","):
        found.append(_suffixed(tokens))
    tokens.expect("=")
    values = _expressions(tokens)
    targets = tuple(each for each in found if isinstance(each, Name | Member))
    if len(targets) < len(found):
        raise tokens.error()
    return Assignment(targets, values)


# Expressions.


def _expressions(tokens: Tokens) -> Several:
    found = [_expression(tokens)]
    while tokens.skip(","):
        found.append(_expression(tokens))
    return Several(tuple(found))


def _expression(tokens: Tokens, limit: int = 0) -> Expression:
    """Read operators that bind more strongly than a limit, and what is between them."""
    left: Expression
    if tokens.sign in ("not", "-", "#"):
        left = Unary(tokens.advance(), _expression(tokens, _UNARY))
    else:
        left = _simple(tokens)
    while (sign := tokens.sign) in _BINDING and _BINDING[str(sign)][0] > limit:
        tokens.advance()
        right = _expression(tokens, _BINDING[str(sign)][1] - 1)
        kind = Choice if sign in ("and", "or") else Binary
        left = kind(str(sign), left, right)
    return left


def _simple(tokens: Tokens) -> Expression:
    if tokens.kind == "number":
        return Constant(number(tokens.advance()))
    if tokens.kind == "text":
        return Constant(literal(tokens.advance()))
    match tokens.sign:
        case "nil" | "true" | "false":
            return Constant(_CONSTANTS[tokens.advance()])
        case "...":
            tokens.advance()
            return Rest()
        case "{":
            return _table(tokens)
        case "function":
            tokens.advance()
            return _function(tokens)
        case _:
            return _suffixed(tokens)


def _suffixed(tokens: Tokens) -> Expression:
    """Read a name, or an expression in brackets, with all that is behind it."""
    expression: Expression
    if tokens.skip("("):
        expression = Single(_expression(tokens))
        tokens.expect(")")
    else:
        expression = Name(tokens.name())
    while True:
        if tokens.kind == "text" or tokens.sign in ("(", "{"):
            expression = Call(expression, _arguments(tokens))
        elif tokens.skip("."):
            expression = Member(expression, Constant(tokens.name()))
        elif tokens.skip("["):
            expression = Member(expression, _expression(tokens))
            tokens.expect("]")
        elif tokens.skip(":"):
            expression = MethodCall(expression, tokens.name(), _arguments(tokens))
        else:
            return expression


def _arguments(tokens: Tokens) -> Expression:
    if tokens.kind == "text":
        return Constant(literal(tokens.advance()))
    if tokens.sign == "{":
        return _table(tokens)
    tokens.expect("(")
    if tokens.skip(")"):
        return Several()
    found = _expressions(tokens)
    tokens.expect(")")
    return found


def _table(tokens: Tokens) -> Expression:
    tokens.expect("{")
    fields: list[tuple[Expression | None, Expression]] = []
    while not tokens.skip("}"):
        key: Expression | None = None
        if tokens.skip("["):
            key = _expression(tokens)
            tokens.expect("]", "=")
        elif tokens.names_field:
            key = Constant(tokens.name())
            tokens.expect("=")
        fields.append((key, _expression(tokens)))
        if not (tokens.skip(",") or tokens.skip(";")) and tokens.sign != "}":
            raise tokens.error()
    return NewTable(tuple(fields))


def _function(tokens: Tokens) -> Expression:
    tokens.expect("(")
    names: list[str] = []
    while not tokens.skip(")"):
        names.append(tokens.advance() if tokens.sign == REST else tokens.name())
        if tokens.sign != ")":
            tokens.expect(",")
    return NewFunction(tuple(names), _body(tokens))
