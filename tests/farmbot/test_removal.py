"""What is left of an account that was removed: nothing, at the server or in the house."""

import asyncio
import logging
from typing import Any

import pytest

from custom_components.habitat.farmbot import removal
from homeassistant.core import HomeAssistant
from tests.support.common import fill, lines, start_flow
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

REVOKE = "DELETE /api/tokens"


async def remove(setting: Setting) -> None:
    """Remove the account."""
    await setting.hass.config_entries.async_remove(setting.entry.entry_id)
    await setting.settle()


async def test_nothing_is_left(
    set_up_farmbot: SetUp, hass_storage: dict[str, Any]
) -> None:
    """The token is revoked, and what was kept of the past and the login is forgotten."""
    setting = await set_up_farmbot("demo")
    await setting.connect()
    await setting.reload()
    key = f"habitat.farmbot.{setting.entry.entry_id}"
    assert key in hass_storage
    assert len(setting.cloud.tokens.live) == 1
    await remove(setting)
    assert setting.cloud.count(REVOKE) == 1
    assert setting.cloud.count("POST /api/tokens") == 1
    assert setting.cloud.tokens.live == {}
    assert key not in hass_storage
    assert hass_storage["habitat.tokens"]["data"] == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.STATUS, status=500),
        Fault(kind=Kind.STATUS, status=451),
        Fault(kind=Kind.RESET),
        Fault(kind=Kind.STATUS, status=401),
        Fault(kind=Kind.STATUS, status=429),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_the_server_is_in_trouble(
    set_up_farmbot: SetUp, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    """The account is removed all the same, and nobody is bothered."""
    setting = await set_up_farmbot()
    await setting.connect()
    faults_of(setting.cloud).add(fault)
    caplog.clear()
    await remove(setting)
    assert setting.hass.config_entries.async_entries("habitat") == []
    assert lines(caplog, logging.INFO) == []
    assert setting.hass.config_entries.flow.async_progress() == []


async def test_the_server_is_silent(
    set_up_farmbot: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it."""
    setting = await set_up_farmbot()
    await setting.connect()
    stall = faults_of(setting.cloud).add(Fault(kind=Kind.STALL, seconds=1000))
    removing = asyncio.create_task(remove(setting))
    await setting.until_real(lambda: stall.hits == 1)
    assert not removing.done()
    setting.freezer.tick(removal._REVOKE_TIMEOUT + 0.1)
    await setting.until_real(removing.done)
    await removing
    assert setting.hass.config_entries.async_entries("habitat") == []
    assert setting.cloud.count("POST /api/tokens") == 1


async def test_without_a_token(set_up_farmbot: SetUp, hass: HomeAssistant) -> None:
    """Where no token was kept there is nothing to revoke, and no login to do so."""
    setting = await set_up_farmbot()
    setting.cloud.agreed = False
    await setting.account.async_refresh()
    tokens = setting.account.receiver._auth._store
    assert tokens is not None
    await tokens.forget()  # type: ignore[attr-defined]  # Habitat's own store can
    logins = setting.cloud.count("POST /api/tokens")
    await remove(setting)
    assert setting.cloud.count(REVOKE) == 0
    assert setting.cloud.count("POST /api/tokens") == logins


async def test_a_simulated_account(
    hass: HomeAssistant,
    socket_enabled: None,
    real_time_broker: None,
    hass_storage: dict[str, Any],
) -> None:
    """Its world and its past are forgotten, and no server is asked."""
    flow = await start_flow(hass, "simulator")
    result = await fill(hass, flow, {"vendor": "farmbot"})
    entry = result["result"]
    await hass.config_entries.async_reload(entry.entry_id)
    assert any(entry.entry_id in key for key in hass_storage)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not any(entry.entry_id in key for key in hass_storage)
