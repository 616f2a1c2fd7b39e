"""The entities of Flower Power: all there are, and what they show."""

import pytest
from syrupy.assertion import SnapshotAssertion

from homeassistant.core import HomeAssistant
from tests.support.portraits import portraits

from .conftest import SetUp


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str,
    all_enabled: None,
    hass: HomeAssistant,
    set_up_flower_power: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """All of the demo's plants and of a garden of oddities, as they are and what they show."""
    await set_up_flower_power(home)
    assert portraits(hass) == snapshot
