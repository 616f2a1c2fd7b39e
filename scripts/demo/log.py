"""Reads Home Assistant's log for what must not stand in it."""

from collections.abc import Iterator
import re

# The loader's note on any custom integration.
HARMLESS = "We found a custom integration habitat which has not been tested"
# A busy machine, not a fault.
SLOW = "is taking over"
LEVELS = ("WARNING", "ERROR", "CRITICAL")
RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* (?P<level>[A-Z]+) \([^)]*\) \[(?P<logger>[^\]]*)\]"
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Its modules, its files, and its name as a word; a checkout's folder of that name is none of these.
OURS = re.compile(r"custom_components[./]habitat|(?<![\w/.-])habitat(?![\w/-])")


def records(log: str) -> Iterator[tuple[str, str]]:
    """Yield the level and the whole text of each record, tracebacks included."""
    level, lines = "", list[str]()
    for line in COLOURS.sub("", log).splitlines():
        if start := RECORD.match(line):
            if lines:
                yield level, "\n".join(lines)
            level, lines = start["level"], []
        lines.append(line)
    if lines:
        yield level, "\n".join(lines)


def begins(line: str) -> bool:
    """Return whether a record begins with this line."""
    return RECORD.match(COLOURS.sub("", line)) is not None


def concerns(text: str) -> bool:
    """Return whether the text is about the integration."""
    return OURS.search(text) is not None and HARMLESS not in text


def complaints(log: str) -> list[str]:
    """Return each warning or error of the integration, and each report against it."""
    return [
        text
        for level, text in records(log)
        if level in LEVELS and concerns(text) and SLOW not in text
    ]
