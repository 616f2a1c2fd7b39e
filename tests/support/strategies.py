"""What Hypothesis draws: everything that a cloud could send."""

from dataclasses import fields
from typing import cast

from hypothesis import settings, strategies as st

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport

BOUNDED = settings(deadline=None, max_examples=50, database=None)
"""Enough to find what is wrong, and short enough for every run."""

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=5,
)
"""Any JSON value of a few levels, and the numbers that JSON cannot write."""


def odd_json(*likely: Json) -> st.SearchStrategy[Json]:
    """Return documents of any shape, with some values that a field may well take."""
    plain = st.none() | st.booleans() | st.integers() | st.floats()
    return cast(
        st.SearchStrategy[Json],
        st.recursive(
            plain | st.text(max_size=8) | st.sampled_from(likely or (0,)),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=4,
        ),
    )


def check_model(
    kind: type[object],
    required: dict[str, Json],
    values: st.SearchStrategy[Json],
    data: st.DataObject,
) -> None:
    """Check that nothing raises, that equal in is equal out, and that a field errs alone.

    `required` holds good values of all required fields, of other models as well.
    """
    names = [item.name for item in fields(kind)]  # type: ignore[arg-type]  # models are dataclasses
    keys = st.sampled_from([*names, "extra"])
    raw = data.draw(st.dictionaries(keys, values))
    parse(kind, raw, ParseReport("test"))
    needed = {name: value for name, value in required.items() if name in names}
    whole = {**raw, **needed}
    record = parse(kind, whole, ParseReport("test"))
    assert record is not None
    assert record == parse(kind, whole, ParseReport("test"))
    odd = data.draw(st.sampled_from(names))
    if odd not in needed:
        other = parse(kind, {**whole, odd: {"odd": True}}, ParseReport("test"))
        assert other is not None
        assert all(
            getattr(other, name) == getattr(record, name)
            for name in names
            if name != odd
        )
