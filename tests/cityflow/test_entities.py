"""CityFlow's entities: all there are, and what they show."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.support.portraits import portraits

from .conftest import SetUp


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str,
    all_enabled: None,
    set_up_cityflow: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """All of the demo's city and of a city of oddities, as they are and what they show."""
    setting = await set_up_cityflow(home)
    assert portraits(setting.hass) == snapshot
