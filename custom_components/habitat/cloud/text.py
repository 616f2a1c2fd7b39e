"""Text from a cloud: cleaned and cut, so that it can be shown, logged and compared."""

from collections.abc import Iterable
from itertools import islice
import re

MAX_STATE_LENGTH = 255
"""Characters; the longest state that Home Assistant accepts, used for other texts too."""
MAX_NAME_LENGTH = 100
"""Characters of a name."""
MAX_LABELS = 200
"""Entries of a list to choose from."""
MAX_MESSAGE_LENGTH = 200
"""Characters of a vendor's message, which is shown and logged."""

_MAX_LENGTH = 1 << 16
"""Characters of any text, because cleaning megabytes takes long."""

_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0"
"""Characters that look blank but are not spaces for Python."""
_BREAK = re.compile("[ \u00a0]*[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]\\s*")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, those that change the direction of text, and those without width."""
_LOOSE_JOINER = re.compile(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)")
"""Joiners are needed between letters and within emoji; elsewhere they are removed."""


def clean(text: str) -> str | None:
    """Return a text in one line without invisible characters, or None if nothing is left."""
    text = text[:_MAX_LENGTH]
    if not text.isprintable():
        text = _HIDDEN.sub("", _BREAK.sub(" ", text))
        text = _LOOSE_JOINER.sub("", text)
    text = text.strip()
    return text if text.strip(f"{_BLANKS} ") else None


def cut(text: str, longest: int) -> str:
    """Return the first `longest` characters of a text."""
    return text if len(text) <= longest else text[:longest]


def labels[T](named: Iterable[tuple[str, T]], *taken: str) -> dict[str, T]:
    """Return items by a unique label to choose them by.

    A number is added to labels that occur twice or are in `taken`.
    """
    shown: dict[str, T] = {}
    for name, thing in islice(named, MAX_LABELS):
        label = short = cut(name, MAX_NAME_LENGTH)
        number = 1
        while label in shown or label in taken:
            number += 1
            label = f"{short} ({number})"
        shown[label] = thing
    return shown


def brief(text: str) -> str:
    """Return a message in one line, cut to `MAX_MESSAGE_LENGTH`."""
    # The rest is not shown; a message may have megabytes.
    return cut(clean(text[: 8 * MAX_MESSAGE_LENGTH]) or "", MAX_MESSAGE_LENGTH)
