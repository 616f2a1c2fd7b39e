"""Flair's sensors."""

import pytest
from syrupy.assertion import SnapshotAssertion

from homeassistant.const import Platform

from .conftest import Portraits


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.SENSOR) == snapshot
