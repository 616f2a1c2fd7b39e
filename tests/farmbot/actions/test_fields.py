"""What the fields of actions take."""

from math import isfinite
from typing import Any

from hypothesis import given, strategies as st
import pytest
import voluptuous as vol

from custom_components.habitat.farmbot.actions.fields import (
    LENGTH,
    NAME_OR_ID,
    NUMBER,
    PIN,
    RECORD_ID,
    RECORD_IDS,
    TEXT,
)
from tests.support.strategies import BOUNDED, odd_json


@pytest.mark.parametrize(
    ("takes", "value", "read"),
    [
        (NUMBER, "1.5", 1.5),
        (LENGTH, 0, 0.0),
        (RECORD_ID, "12", 12),
        (RECORD_ID, 12.0, 12),
        (RECORD_IDS, 12, [12]),
        (RECORD_IDS, ["12", 13], [12, 13]),
        (PIN, 69.0, 69),
        (NAME_OR_ID, 12, 12),
        (NAME_OR_ID, "12", "12"),
        (NAME_OR_ID, "Basil", "Basil"),
        (TEXT, "x" * 255, "x" * 255),
        (TEXT, 5, "5"),
    ],
)
def test_taken(takes: object, value: object, read: object) -> None:
    """Numbers also as text, as forms and templates bring them."""
    found = vol.Schema(takes)(value)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(
    ("takes", "value"),
    [
        (NUMBER, "nan"),
        (NUMBER, None),
        (LENGTH, -0.1),
        (RECORD_ID, 0),
        (RECORD_ID, 1.5),
        (RECORD_ID, True),
        (RECORD_ID, "all"),
        (RECORD_ID, "1,2"),
        (RECORD_ID, "9" * 5000),
        (RECORD_IDS, []),
        (RECORD_IDS, [1] * 1001),
        (PIN, 70),
        (PIN, -1),
        (PIN, 7.9),
        (NAME_OR_ID, ""),
        (NAME_OR_ID, None),
        (NAME_OR_ID, [1]),
        (TEXT, "x" * 256),
        (TEXT, "\ud800"),
        (TEXT, {"a": 1}),
    ],
)
def test_refused(takes: object, value: object) -> None:
    """What would be something else than was meant, or nothing."""
    with pytest.raises(vol.Invalid):
        vol.Schema(takes)(value)


@BOUNDED
@given(odd_json("all", "1,2", "12", 12) | st.text(st.characters()) | st.datetimes())
def test_whatever_is_given(value: object) -> None:
    """It is taken as what it says, or refused in the usual way."""

    def read(takes: object) -> Any:
        try:
            return vol.Schema(takes)(value)
        except vol.Invalid:
            return None

    if (number := read(NUMBER)) is not None:
        assert isfinite(number)
    for whole_number in (read(RECORD_ID), read(PIN)):
        assert whole_number is None or (
            type(whole_number) is int and whole_number == float(str(value))
        )
    for text in (read(TEXT), read(NAME_OR_ID)):
        assert text is None or str(text).encode()
