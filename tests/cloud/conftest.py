"""What the tests of the clients' foundation share."""

import pytest


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the event loop's debugging off: it takes as long as all the rest of a test."""
