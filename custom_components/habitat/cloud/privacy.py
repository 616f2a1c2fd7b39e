"""Private values of one account, and how they are removed from a text.

A cloud repeats values in its errors: in another case, percent-encoded, escaped for JSON or HTML, in
base64. So texts are compared by their words: decoded, folded, without accents and punctuation.
A new name does not replace the old one: a value that was private stays private.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from ipaddress import ip_address
from itertools import chain
import re
import textwrap
from threading import Lock
import traceback
import unicodedata
from urllib.parse import quote, unquote_to_bytes

from .text import brief

REDACTED = "**REDACTED**"

_MIN_LENGTH = 3
"""Characters; shorter values occur in too many words …"""
_MIN_NUMBER_LENGTH = 4
"""… and shorter numbers too."""
_LONG = 8
"""Characters; values of this length or longer are also found inside a word."""
_MAX_VALUES = 5000
"""Values kept per kind: some records, such as lines of a log, have no limit."""
_DECIMALS = 2
"""Decimals of a coordinate; with fewer it only tells a region."""
_LAYERS = 3
"""How many times a text may be encoded."""
_FULL_CIRCLE = 360
"""Degrees; larger numbers are not coordinates."""
_PIECE = 160
"""Characters; a longer text is split into pieces that are found separately …"""
_MAX_LENGTH = 4000
"""… and what follows after this many is not kept."""
_READ = 10_000
"""Characters of a text that are searched: more would block the event loop."""
_KEY = 3
"""Values are indexed by this many first characters."""

_COMMON_WORDS = frozenset(
    {
        "default", "false", "garden", "home", "house", "none", "null", "plant", "robot", "room",
        "true", "unknown", "utc",
    }
)  # fmt: skip
"""Words that do not identify a household: hiding them would only spoil messages."""

_ESCAPES = re.compile(
    r"(?P<percent>(?:%[0-9a-f]{2})+)"
    r"|(?P<json>(?:\\+u[0-9a-f]{4})+)"
    r"|(?P<byte>(?:\\+x[0-9a-f]{2})+)"
    r"|(?P<space>\\+[abfnrtv])"
    r"|(?P<html>&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});)",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?:[\w+\-]|\\?/){6,}", re.ASCII)
"""Possible base64, in both alphabets, such as a login in a header."""
_ALPHABET = str.maketrans("-_", "+/", "\\")
_DECIMAL = re.compile(r"[-+]?\d{1,3}\.\d+")
_HEX = re.compile(r"[0-9a-f]{4}|[0-9a-f]{2}", re.IGNORECASE)
_NUMBERS = (
    re.compile(r"(?<![\d.])(\d{1,3})\.(\d+)(?!\.?\d)"),
    re.compile(r"(?<![\d.,])(\d{1,3}),(\d+)(?![.,]?\d)"),
)
"""Decimal numbers, with a point or a comma."""
_PATTERNS = (
    # An e-mail address.
    re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
    # A JSON web token.
    re.compile(r"\beyJ[\w\-]+\.[\w\-]+\.[\w\-]*"),
)
"""Patterns that are always private …"""
_ADDRESSES = (
    re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"),
    re.compile(
        r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE
    ),
)
"""… and these if they are IP addresses."""

type _Span = tuple[int, int]


class Privacy:
    """Collects private values, and removes them from texts."""

    def __init__(
        self, secrets: Iterable[str] = (), *, public: Iterable[str] = ()
    ) -> None:
        """Start with the secrets of a form; `public` words, such as vendors' names, are never hidden."""
        self._common = _COMMON_WORDS.union(_words(word).text for word in public)
        self._lock = Lock()
        self._kept: dict[object, dict[str | float, None]] = {}
        self._values: dict[str, dict[int, set[str]]] = {}
        """The words to find, by their first characters and their length."""
        self._literal: dict[str, None] = {}
        """Values without words, in all their spellings."""
        self._places: set[str] = set()
        self._floats: set[float] = set()
        self.learn_login(secrets)

    def learn_login(self, secrets: Iterable[str]) -> None:
        """Register what a user filled in."""
        self.learn("login", secrets)

    def learn(self, kind: object, values: Iterable[object]) -> None:
        """Register private values; the newest of each kind are kept."""
        kept = self._kept.setdefault(kind, {})
        if not (new := [value for value in _leaves(values) if value not in kept]):
            return
        # Large answers are read in another thread.
        with self._lock:
            for value in new:
                kept[value] = None
                self._add(value)
            if len(kept) > _MAX_VALUES:
                for value in list(kept)[: len(kept) - _MAX_VALUES // 2]:
                    del kept[value]
                self._rebuild()

    def is_private(self, value: float) -> bool:
        """Return whether a number is one of the private values."""
        return value in self._floats

    def redact(self, text: str) -> str:
        """Return a text without private values, cut to `_READ` characters."""
        text = text[:_READ]
        decoded = _decode(text)
        with self._lock:
            found = [*self._found(decoded.text), *self._found_in_base64(decoded.text)]
        found += _by_pattern(decoded.text)
        spans = sorted(
            (decoded.begins[begin], decoded.ends[end - 1]) for begin, end in found
        )
        pieces: list[str] = []
        at = 0
        for begin, end in spans:
            if begin >= at:
                pieces += text[at:begin], REDACTED
            at = max(at, end)
        return "".join([*pieces, text[at:]]) if pieces else text

    def message(self, text: str) -> str:
        """Return a vendor's message in one line, short, and without private values."""
        # Redact before cutting, or half of a name could stay; but a message may have megabytes.
        return brief(self.redact(text[:_MAX_LENGTH]))

    def trace(self, err: BaseException) -> str:
        """Return the traceback of an error, without private values."""
        frames = "".join(traceback.format_tb(err.__traceback__))
        return f"{self.redact(frames)}{type(err).__name__}: {self.message(str(err))}"

    def _add(self, value: str | float) -> None:
        if isinstance(value, float):
            if 10**-_DECIMALS <= abs(value) <= _FULL_CIRCLE:
                self._floats.add(value)
                self._places |= _roundings(value)
            return
        words = _words(_decode(value).text).text.strip()
        if len(words) >= _KEY:
            if self._tells(words):
                lengths = self._values.setdefault(words[:_KEY], {})
                lengths.setdefault(len(words), set()).add(words)
        elif not value.isascii() or (not words and len(value) >= _MIN_LENGTH):
            self._literal.update(dict.fromkeys(_spellings(value.strip())))

    def _tells(self, words: str) -> bool:
        """Return whether a value is long enough and not a common word."""
        shortest = _MIN_NUMBER_LENGTH if words.isdecimal() else _MIN_LENGTH
        return len(words) >= shortest and words not in self._common

    def _rebuild(self) -> None:
        self._values, self._literal = {}, {}
        self._places, self._floats = set(), set()
        for kept in self._kept.values():
            for value in kept:
                self._add(value)

    def _found(self, text: str) -> Iterator[_Span]:
        """Yield the positions of private values."""
        words = _words(text)
        for at in range(len(words.text) - _KEY + 1):
            lengths = self._values.get(words.text[at : at + _KEY], {})
            for length, values in lengths.items():
                end = at + length
                if words.text[at:end] in values and (
                    length >= _LONG
                    or not words.text[at:end].isascii()
                    or (words.parted(at) and words.parted(end))
                ):
                    yield words.begins[at], words.ends[end - 1]
        for literal in self._literal:
            for found in re.finditer(re.escape(literal), text):
                yield found.span()
        for found in chain.from_iterable(one.finditer(text) for one in _NUMBERS):
            integer, fraction = str(int(found[1])), found[2]
            if f"{integer}.{fraction[:_DECIMALS]}" in self._places or (
                len(fraction.rstrip("0")) < _DECIMALS
                and f"{integer}.{fraction}".rstrip("0") in self._places
            ):
                yield found.span()

    def _found_in_base64(self, text: str) -> Iterator[_Span]:
        """Yield the positions of base64 that contains a private value."""
        for found in _BASE64.finditer(text):
            inner = _from_base64(found[0])
            if inner.isprintable() and any(self._found(_decode(inner).text)):
                yield found.span()


@dataclass(frozen=True, slots=True)
class _Read:
    """A decoded text, and where in the original each of its characters begins and ends."""

    text: str
    begins: list[int]
    ends: list[int]

    def parted(self, at: int) -> bool:
        """Return whether a character and the one before it belong to different words."""
        if at in (0, len(self.text)):
            return True
        before, after = self.text[at - 1], self.text[at]
        return (
            " " in (before, after)
            or self.begins[at] > self.ends[at - 1]
            or before.isdecimal() is not after.isdecimal()
        )


def _leaves(values: Iterable[object]) -> Iterator[str | float]:
    """Yield the texts and numbers in values, lists and objects; a long text in pieces."""
    for value in values:
        if isinstance(value, str):
            if _DECIMAL.fullmatch(value):
                yield float(value)
            else:
                yield from filter(None, _pieces(value))
        elif isinstance(value, float):
            yield value
        elif isinstance(value, Mapping):
            yield from _leaves(value.values())
        elif isinstance(value, list | tuple | set | frozenset):
            yield from _leaves(value)


def _pieces(text: str) -> Iterable[str]:
    """Split a long text between words."""
    if len(text) <= _PIECE:
        return (text,)
    return textwrap.wrap(text[:_MAX_LENGTH], _PIECE, drop_whitespace=False)


def _decode(text: str) -> _Read:
    """Decode a text, up to `_LAYERS` times."""
    read = _Read(text, [*range(len(text))], [*range(1, len(text) + 1)])
    for _ in range(_LAYERS):
        decoded = _decode_layer(read)
        if decoded is None:
            break
        read = decoded
    return read


def _decode_layer(read: _Read) -> _Read | None:
    """Remove one layer of encoding; return None if there is none."""
    chars: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    at = 0
    for found in _ESCAPES.finditer(read.text):
        begin, end = found.span()
        meant = _meant(found)
        chars += read.text[at:begin], meant
        begins += read.begins[at:begin] + [read.begins[begin]] * len(meant)
        ends += read.ends[at:begin] + [read.ends[end - 1]] * len(meant)
        at = end
    if at == 0:
        return None
    chars.append(read.text[at:])
    return _Read("".join(chars), begins + read.begins[at:], ends + read.ends[at:])


def _words(text: str) -> _Read:
    """Return the words of a text, with one space between them."""
    folded: list[str] = []
    begins: list[int] = []
    for at, char in enumerate(text):
        for one in _folded(char):
            if one != " " or (folded and folded[-1] != " "):
                folded.append(one)
                begins.append(at)
    return _Read("".join(folded), begins, [at + 1 for at in begins])


def _meant(found: re.Match[str]) -> str:
    """Return the text that an escape sequence means."""
    escape = found[0]
    match found.lastgroup:
        case "percent":
            return _text(unquote_to_bytes(escape))
        case "json":
            units = bytes.fromhex("".join(_HEX.findall(escape)))
            return units.decode("utf-16-be", "replace")
        case "byte":
            return _text(bytes.fromhex("".join(_HEX.findall(escape))))
        case "html":
            meant = unescape(escape)
            # An unknown entity is plain text.
            return meant if meant != escape else meant.replace("&", " ")
    return " "


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        return encoded.decode("latin-1")


@cache
def _folded(char: str) -> str:
    """Return a character without case and accent; punctuation is a space, invisible ones are empty."""
    return "".join(map(_kept, unicodedata.normalize("NFKD", char.casefold())))


def _kept(char: str) -> str:
    if char.isalnum():
        return char.casefold()
    # Accents, apostrophes and invisible characters are often left out.
    if unicodedata.category(char) in {"Mn", "Cf"} or char in "'’`´":
        return ""
    return "" if unicodedata.category(char) == "Cc" and not char.isspace() else " "


def _spellings(text: str) -> set[str]:
    """Return the spellings of a text without words."""
    escaped = text.encode("unicode-escape").decode()
    return {text, quote(text, safe=""), quote(text), escaped}


def _from_base64(text: str) -> str:
    """Decode a text as base64."""
    digits = text.translate(_ALPHABET)
    # A single digit at the end cannot be decoded: the text was cut, or is not base64.
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return _text(b64decode(digits + "=" * (-len(digits) % 4)))


def _roundings(number: float) -> set[str]:
    """Return a coordinate without its sign and with few decimals, both cut and rounded."""
    exact = f"{abs(number):.12f}"
    rounded = f"{abs(number):.{_DECIMALS}f}"
    cut = exact[: exact.index(".") + 1 + _DECIMALS]
    short = exact.rstrip("0")
    few = {short} if len(short) - short.index(".") - 1 < _DECIMALS else set()
    return {rounded, cut} | {one for one in few if not one.endswith(".")}


def _by_pattern(text: str) -> Iterator[_Span]:
    """Yield the positions of what is private by its pattern."""
    for pattern in _PATTERNS:
        yield from (found.span() for found in pattern.finditer(text))
    for pattern in _ADDRESSES:
        for found in pattern.finditer(text):
            if _is_address(found[0]):
                yield found.span()


def _is_address(text: str) -> bool:
    """Return whether a text is an IP address, except loopback and unspecified ones."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
