"""What all tests share."""

from collections.abc import AsyncGenerator

import pytest

# Home Assistant's test configuration has a custom_components package of its own, which
# would hide ours were it imported first.
from custom_components.habitat.const import DOMAIN as DOMAIN


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant, where a test has one, load the integration."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")
