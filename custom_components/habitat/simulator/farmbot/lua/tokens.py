"""The words of a program."""

from collections.abc import Mapping
import re

from .values import MAX_NUMBER, LuaError, Value, number_of

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
_ESCAPED = re.compile(r"\\(\d{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


class Tokens:
    """A program's words, read from the front."""

    def __init__(self, text: str) -> None:
        """Split a program.

        Raises:
            LuaError: something in it is no word of Lua.
        """
        self._tokens = _split(text)
        self._place = 0

    @property
    def kind(self) -> str:
        """What is next: a number, a name, a text or a sign."""
        return self._tokens[self._place][0]

    @property
    def text(self) -> str:
        """How that is written; the end of the program is a sign without a letter."""
        return self._tokens[self._place][1]

    @property
    def sign(self) -> str | None:
        """The sign or keyword that is next; None is another token."""
        kind, text = self._tokens[self._place]
        return text if kind == "sign" else None

    @property
    def names_field(self) -> bool:
        """Whether a name and an equals sign are next."""
        following = self._tokens[self._place + 1 : self._place + 2]
        return self.kind == "name" and following == [("sign", "=")]

    def error(self) -> LuaError:
        """Return the error that what is next may not stand here."""
        return _invalid(self.text)

    def advance(self) -> str:
        """Read over what is next and return how it is written."""
        text = self.text
        self._place += 1
        return text

    def name(self) -> str:
        """Read a name.

        Raises:
            LuaError: something else is next.
        """
        if self.kind != "name":
            raise self.error()
        return self.advance()

    def skip(self, sign: str) -> bool:
        """Read over a sign if it is next."""
        if self.sign != sign:
            return False
        self._place += 1
        return True

    def expect(self, *signs: str) -> None:
        """Read over signs.

        Raises:
            LuaError: something else is next.
        """
        for sign in signs:
            if not self.skip(sign):
                raise self.error()


def number(text: str) -> Value:
    """Return the number that is written so."""
    if text[:2] in ("0x", "0X"):
        return int(text[:MAX_NUMBER], 16)
    return number_of(text)


def literal(text: str) -> str:
    """Return the text that is written so, with its quotes."""
    if text.startswith("[["):
        return text[2:-2].removeprefix("\n")
    return _ESCAPED.sub(_unescape, text[1:-1])


def _split(text: str) -> list[tuple[str, str]]:
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


def _unescape(sign: re.Match[str]) -> str:
    code = sign[1]
    if code.isdecimal():
        return chr(int(code))
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)
