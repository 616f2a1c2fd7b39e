"""Text of a cloud, made fit to be shown and logged."""

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.errors import BadAnswer, RateLimited, Refused
from custom_components.habitat.cloud.text import (
    MAX_LABELS,
    MAX_MESSAGE_LENGTH,
    MAX_NAME_LENGTH,
    brief,
    clean,
    cut,
    labels,
)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Living room", "Living room"),
        ("  Living  room\u00a0", "Living  room"),
        ("Living\nroom", "Living room"),
        ("Living \r\n\t room\u2028", "Living room"),
        ("Liv\x00ing\x1b room\x7f\x9f", "Living room"),
        ("\u202egnivi\u202cL \u2067room\u2069", "gniviL room"),
        ("Living\u200b ro\ufeffom\u00ad", "Living room"),
        ("half \ud83d a character", "half  a character"),
        # What joins letters and emoji is no hiding.
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f468\u200d\U0001f33e", "\U0001f468\u200d\U0001f33e"),
        ("\u200dBed \u200c", "Bed"),
        ("", None),
        (" \t\n", None),
        ("\x00\x00", None),
        ("\u200b\u200d\u2060", None),
        ("\u3164 \u2800", None),
        ("\u00a0\u3000", None),
    ],
)  # fmt: skip
def test_clean(sent: str, shown: str | None) -> None:
    """Text is one line without what cannot be seen, and blank text is none."""
    assert clean(sent) == shown


@given(st.text())
def test_clean_is_clean(text: str) -> None:
    """What is clean stays as it is, and holds no control character."""
    cleaned = clean(text)
    if cleaned is not None:
        assert clean(cleaned) == cleaned
        assert cleaned == cleaned.strip() != ""
        assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in cleaned)
        assert len(cleaned.splitlines()) == 1
        cleaned.encode()


def test_cut() -> None:
    """What is too long is cut."""
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "abc"


@pytest.mark.parametrize("said", ["x" * 5_000_000, "a line\n" * 100_000])
def test_brief(said: str) -> None:
    """A message of megabytes is a short line, in whatever error it stands."""
    for text in (
        brief(said),
        str(BadAnswer(said)),
        str(Refused(said, 200)),
        str(RateLimited(said)),
    ):
        assert 0 < len(text) <= MAX_MESSAGE_LENGTH
        assert "\n" not in text


def test_labels() -> None:
    """Things of one name are told apart, also where the name was cut; and they have an end."""
    long = "x" * 500
    named = [
        ("Twin", 1),
        ("Twin", 2),
        (f"{long} one", 3),
        (f"{long} two", 4),
        ("no", 5),
    ]
    shown = labels(named, "no")
    assert [*shown.values()] == [1, 2, 3, 4, 5]
    assert [*shown] == [
        "Twin",
        "Twin (2)",
        "x" * MAX_NAME_LENGTH,
        "x" * MAX_NAME_LENGTH + " (2)",
        "no (2)",
    ]
    assert len(labels(("one", number) for number in range(10_000))) == MAX_LABELS
