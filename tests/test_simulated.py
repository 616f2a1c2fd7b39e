"""What a simulated account needs before its cloud runs."""

from unittest.mock import AsyncMock, patch

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulated import simulated_login
from custom_components.habitat.vendor import REGISTRY
from homeassistant.core import HomeAssistant
from homeassistant.requirements import RequirementsNotFound

PROCESS = "custom_components.habitat.simulated.async_process_requirements"


async def test_requirements(hass: HomeAssistant, socket_enabled: None) -> None:
    """Home Assistant fetches them, for the vendor that has some and for no other."""
    with patch(PROCESS, AsyncMock()) as process:
        async with simulated_login(hass, REGISTRY["flowcommand"]):
            process.assert_not_called()
        async with simulated_login(hass, REGISTRY["farmbot"]) as login:
            assert login.fields["email"]
        process.assert_called_once_with(
            hass, DOMAIN, ["amqtt>=0.12.1"], is_built_in=False
        )


async def test_missing_requirements(
    hass: HomeAssistant, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and the cloud runs with what there is."""
    missing = RequirementsNotFound(DOMAIN, ["amqtt>=0.12.1"])
    with patch(PROCESS, AsyncMock(side_effect=missing)):
        async with simulated_login(hass, REGISTRY["farmbot"]) as login:
            assert login.url.startswith("http://127.0.0.1:")
    said = [item for item in caplog.records if item.name.endswith("habitat.simulated")]
    assert [item.levelname for item in said] == ["WARNING"]
    assert "amqtt" in said[0].getMessage()
