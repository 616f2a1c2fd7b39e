"""What Hypothesis draws: everything that a cloud could send."""

from hypothesis import settings, strategies as st

quick = settings(deadline=None, max_examples=50, database=None)
"""Enough to find what is wrong, and short enough for every run."""

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=5,
)
"""Any JSON value of a few levels, and the numbers that JSON cannot write."""
