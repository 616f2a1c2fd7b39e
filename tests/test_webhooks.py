"""Tests of webhooks: their address with and without the cloud, and their end."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock, patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import webhooks
from custom_components.habitat.const import CONF_VENDOR, DOMAIN
from custom_components.habitat.webhooks import (
    MAX_BYTES,
    async_forget_webhook,
    async_register_webhook,
    async_webhook_url,
    webhook_id,
)
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component


class NotConnected(Exception):
    """The cloud is not there now."""


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return the entry of some account."""
    entry = MockConfigEntry(domain=DOMAIN, data={CONF_VENDOR: "flowcommand"})
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def cloud(hass: HomeAssistant) -> SimpleNamespace:
    """Return the cloud integration as it is where there is a subscription."""
    return SimpleNamespace(
        async_active_subscription=Mock(return_value=True),
        async_get_or_create_cloudhook=AsyncMock(return_value="https://hooks.example/1"),
        async_delete_cloudhook=AsyncMock(),
        CloudNotAvailable=NotConnected,
    )


async def test_an_address_of_its_own(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Without the cloud it is Home Assistant's own, and it stays the same."""
    await hass.config.async_update(external_url="https://home.example")
    url = await async_webhook_url(hass, entry)
    assert url == f"https://home.example/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
    assert await async_webhook_url(hass, entry) == url


async def test_an_address_of_the_cloud(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: SimpleNamespace
) -> None:
    """With a subscription it is the cloud's, which goes with the account."""
    with patch("custom_components.habitat.webhooks._cloud", return_value=cloud):
        assert await async_webhook_url(hass, entry) == "https://hooks.example/1"
        await async_forget_webhook(hass, entry)
    cloud.async_delete_cloudhook.assert_awaited_once_with(
        hass, entry.data[CONF_WEBHOOK_ID]
    )


async def test_forgetting_without_the_cloud(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: SimpleNamespace
) -> None:
    """What cannot be told to the cloud does not hold the removal up."""
    await async_forget_webhook(hass, entry)
    webhook_id(hass, entry)
    await async_forget_webhook(hass, entry)
    cloud.async_delete_cloudhook.side_effect = NotConnected
    with patch("custom_components.habitat.webhooks._cloud", return_value=cloud):
        await async_forget_webhook(hass, entry)
    cloud.async_delete_cloudhook.assert_awaited_once()


async def test_what_comes_in(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """Bodies reach the account; what is too large does not, and neither does a GET."""
    assert await async_setup_component(hass, "webhook", {})
    bodies: list[bytes] = []

    def receive(body: bytes, headers: Mapping[str, str]) -> HTTPStatus:
        bodies.append(body)
        return HTTPStatus.OK if body == b"good" else HTTPStatus.UNAUTHORIZED

    counters = async_register_webhook(hass, entry, receive)
    path = f"/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
    client = await hass_client_no_auth()
    assert (await client.post(path, data=b"good")).status == HTTPStatus.OK
    assert (await client.post(path, data=b"bad")).status == HTTPStatus.UNAUTHORIZED
    large = await client.post(path, data=b"x" * (MAX_BYTES + 1))
    assert large.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    await client.get(path)
    assert bodies == [b"good", b"bad"]
    assert (counters.accepted, counters.refused) == (1, 2)


async def test_a_body_that_never_ends(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is listened to for ever."""
    assert await async_setup_component(hass, "webhook", {})
    counters = async_register_webhook(hass, entry, Mock())
    monkeypatch.setattr(webhooks, "BODY_TIMEOUT", 0.01)
    over = asyncio.Event()

    async def body() -> AsyncGenerator[bytes]:
        yield b"{"
        await over.wait()

    client = await hass_client_no_auth()
    answer = await client.post(
        f"/api/webhook/{entry.data[CONF_WEBHOOK_ID]}", data=body()
    )
    over.set()
    assert answer.status == HTTPStatus.REQUEST_TIMEOUT
    assert (counters.accepted, counters.refused) == (0, 1)
