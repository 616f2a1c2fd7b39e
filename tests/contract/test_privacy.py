"""Whatever a cloud echoes, what is private of an account stays between the two."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
import json
import logging
from urllib.parse import quote

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types
from pytest_homeassistant_custom_component.components.diagnostics import (  # type: ignore[import-untyped]  # it brings no types
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.habitat.vendor import DeviceService
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from tests.support.actions import required_by
from tests.support.common import AnySetting, all_actions, fill, start_mending

OURS = (
    "custom_components.habitat",
    "aiohttp",
    "aiomqtt",
    "homeassistant.config_entries",
)
"""Whose lines are searched; the registries of Home Assistant name entities, which is their job."""

ERRORS: Mapping[str, Callable[[str], Json]] = {
    "flair": lambda said: {"errors": [{"title": said, "detail": said}]},
    "farmbot": lambda said: {"error": said},
    "flower_power": lambda said: {"errors": [{"error_message": said}]},
    "flowcommand": lambda said: {"detail": said},
    "cityflow": lambda said: {"message": said},
}
"""How the vendors word an error."""

ENCODINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
)


def texts(value: object) -> Iterator[str]:
    """Yield what stands in a private value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, float):
        yield f"{value:.5f}"
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


def private(setting: AnySetting) -> list[str]:
    """Return what is private of an account: its login, its tokens, and of its records."""
    account = setting.account
    found = dict.fromkeys(setting.cloud.credentials.values())
    found |= dict.fromkeys(account.session.auth.secrets())
    for record in account.data.values():
        if is_dataclass(record):
            for one in fields(record):
                if one.metadata.get("private") and one.metadata.get("echoed"):
                    found |= dict.fromkeys(texts(getattr(record, one.name)))
    return [
        text
        for text in found
        if 6 <= len(text) <= 150 and not text.isdecimal() and "127.0.0.1" not in text
    ]


def spellings(value: str) -> set[str]:
    """Return how a value is searched for."""
    return {encode(value).casefold() for encode in ENCODINGS}


class Echo:
    """Answers every request with an error that repeats something private."""

    def __init__(self, vendor: str, values: list[str]) -> None:
        """Take what to repeat."""
        self._vendor = vendor
        self._values = values
        self._count = 0
        self.kind = "json"
        self.status = 422

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Repeat the next two values, each in another spelling."""
        said = []
        for _ in range(2):
            value = self._values[self._count % len(self._values)]
            said.append(ENCODINGS[self._count // 3 % len(ENCODINGS)](value))
            self._count += 1
        text = f"no {said[0]!r}: {said[1]}"
        if self.kind == "text":
            return web.Response(status=self.status, text=text)
        if self.kind == "half":
            return web.Response(status=self.status, text='{"data": "' + text)
        document = ERRORS[self._vendor](text)
        return web.json_response(document, status=self.status)


async def act(setting: AnySetting) -> list[str]:
    """Let everything be done that can be done, and return what is said on the screen."""
    said: list[str] = []
    vendor = setting.entry.data["vendor"]
    devices = dr.async_entries_for_config_entry(
        dr.async_get(setting.hass), setting.entry.entry_id
    )
    for one, service in await all_actions(setting.hass):
        if one.key != vendor or not isinstance(service, DeviceService):
            continue
        if vendor == "farmbot" and service.controls and "point" not in service.name:
            # The robot itself is no part of the cloud's errors.
            continue
        required = required_by(service)
        for device in devices[:3]:
            try:
                await setting.hass.services.async_call(
                    DOMAIN,
                    service.name,
                    {**required, "device_id": device.id},
                    blocking=True,
                    return_response=service.response is SupportsResponse.ONLY,
                )
            except HomeAssistantError as err:
                cause = err.__cause__
                said += [str(err), str(cause or "")]
    return said


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("json", 422), ("json", 404), ("json", 403), ("json", 401), ("json", 500),
        ("json", 200), ("text", 400), ("half", 200),
    ],
)  # fmt: skip
async def test_echo(
    setting: AnySetting,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    status: int,
) -> None:
    """Nothing of it is in a line of the log, on the screen, in an issue or in a download."""
    hass, entry = setting.hass, setting.entry
    values = private(setting)
    assert len(values) > 3
    echo = Echo(entry.data["vendor"], values)
    echo.kind, echo.status = kind, status
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    monkeypatch.setattr(setting.cloud, "answer", echo.answer)

    shown = await act(setting)
    await setting.poll(4)
    shown.append(str(await async_get_config_entry_diagnostics(hass, entry)))
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id)[:2]:
        shown.append(str(await async_get_device_diagnostics(hass, entry, device)))
    await setting.reload()
    assert status == 404 or entry.state is not ConfigEntryState.LOADED
    shown.append(str(await async_get_config_entry_diagnostics(hass, entry)))
    shown += [entry.title, str(entry.reason)]
    flow = await start_mending(hass, entry, "reconfigure")
    login = {
        name: setting.cloud.credentials[name]
        for name in setting.cloud.credentials
        if name in entry.data
    }
    flow = await fill(hass, flow, {**login, "advanced": {"url": setting.cloud.url}})
    shown += [str(flow.get("errors")), str(flow.get("description_placeholders"))]
    shown += [
        str(issue.translation_placeholders)
        for issue in ir.async_get(hass).issues.values()
    ]
    formatter = logging.Formatter()
    shown += [
        formatter.format(record)
        for record in caplog.records
        if record.name.startswith(OURS)
    ]
    everything = "\n".join(shown).casefold()
    for value in values:
        for spelling in spellings(value):
            assert spelling not in everything, value


async def test_every_value(setting: AnySetting) -> None:
    """Each of them is known, in each spelling, as soon as it was read."""
    account = setting.account
    for value in private(setting):
        for encode in ENCODINGS:
            found = account.session.redact(f"what is <{encode(value)}>?").casefold()
            assert encode(value).casefold() not in found, value


async def test_explains_what_cannot_be_set_up(
    setting: AnySetting,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is a download while set-up is retried, without an account, and of a device."""
    hass, entry = setting.hass, setting.entry
    device, *_ = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    dump = await get_diagnostics_for_device(hass, hass_client, entry, device)
    assert dump["records"]
    assert dump["state"] == "loaded"

    async def away(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=503)

    monkeypatch.setattr(setting.cloud, "answer", away)
    await setting.reload()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    dump = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert dump["state"] == "setup_retry"
    assert dump["requests"]["errors"] > 0
    other = MockConfigEntry(domain=DOMAIN, data={**entry.data}, title="Other")
    other.add_to_hass(hass)
    dump = await get_diagnostics_for_config_entry(hass, hass_client, other)
    assert dump["state"] == "not_loaded"
    assert "records" not in dump
    dump = await async_get_device_diagnostics(hass, other, device)
    assert "records" not in dump
