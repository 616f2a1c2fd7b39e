"""What is filled in goes where it belongs, and nothing of a login that is not used stays."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat import login_flow
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.coordinator import HabitatConfigEntry
from custom_components.habitat.loader import async_forms, async_validate_login
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.vendor import REGISTRY, Form, Identity, Login
from homeassistant.core import HomeAssistant
from tests.support.common import (
    NOW,
    START,
    done,
    fill,
    set_up,
    start_flow,
    start_mending,
)

FILE = "habitat.tokens"
SOURCES = ("reauth", "reconfigure")


@pytest.fixture(params=SIMULATED)
def vendor(request: pytest.FixtureRequest) -> str:
    """Return each vendor."""
    name: str = request.param
    return name


@pytest.fixture
async def cloud(
    vendor: str,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    socket_enabled: None,
) -> AsyncGenerator[CloudServer]:
    """Return the vendor's cloud."""
    freezer.move_to(START)
    async with create(vendor, clock=ManualClock(NOW)) as cloud:
        yield cloud


@pytest.fixture
async def entry(
    hass: HomeAssistant, cloud: CloudServer, vendor: str
) -> HabitatConfigEntry:
    """Return an account at a server of one's own."""
    entry = await set_up(hass, cloud, vendor)
    await done(hass)
    return entry


async def fields_of(
    hass: HomeAssistant, entry: HabitatConfigEntry, cloud: CloudServer
) -> dict[str, str]:
    """Return what the form of an account takes."""
    form = await login_flow.async_entry_form(hass, entry)
    return {name: cloud.credentials[name] for name in form.fields}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("advanced", [{"url": ""}, {"url": "  "}, {}])
async def test_empty_address(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    cloud: CloudServer,
    source: str,
    advanced: Mapping[str, str],
) -> None:
    """A login is not sent to another server than before because a field is empty."""
    login = await fields_of(hass, entry, cloud)
    flow = await start_mending(hass, entry, source)
    with patch.object(
        login_flow, "async_validate_login", wraps=async_validate_login
    ) as asked:
        result = await fill(hass, flow, {**login, "advanced": dict(advanced)})
    assert result["reason"] == f"{source}_successful"
    assert [call.args[1].url for call in asked.call_args_list] == [cloud.url]
    assert entry.data["url"] == cloud.url
    await done(hass)


async def forms(hass: HomeAssistant, vendor: str) -> list[Form]:
    """Return a vendor's forms."""
    return [*await async_forms(hass, REGISTRY[vendor])]


async def test_as_typed(hass: HomeAssistant, vendor: str) -> None:
    """A password is taken as it was typed; blanks around anything else came with copying it.

    An address that is left empty in the first form is the vendor's own.
    """
    for form in await forms(hass, vendor):
        seen: list[Login] = []

        async def async_validate(_: HomeAssistant, login: Login) -> Identity:
            seen.append(login)  # noqa: B023 - called at once
            return Identity("5", "Somebody's")

        flow = await start_flow(hass, vendor)
        if form.step != vendor:
            flow = await fill(hass, flow, {"next_step_id": form.step})
        typed: dict[str, Any] = {name: f" {name}5 " for name in form.fields}
        with (
            patch.object(login_flow, "async_validate_login", async_validate),
            patch(f"custom_components.{DOMAIN}.async_setup_entry", return_value=True),
        ):
            result = await fill(hass, flow, {**typed, "advanced": {"url": " "}})
        assert result["type"] == "create_entry"
        (login,) = seen
        assert login.url == REGISTRY[vendor].url
        expected = {
            name: value if name == "password" else value.strip()
            for name, value in typed.items()
        }
        assert login.fields == expected
        entry = result["result"]
        assert {name: entry.data[name] for name in form.fields} == expected
        assert entry.data["url"] == REGISTRY[vendor].url
        await hass.config_entries.async_remove(entry.entry_id)


async def test_moved(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    cloud: CloudServer,
    vendor: str,
    hass_storage: dict[str, Any],
) -> None:
    """The token of the server before leaves the house, and never goes to the new one."""
    auth = entry.runtime_data.session.auth
    assert auth is not None
    tokens = {*auth.secrets()} - {*cloud.credentials.values()}
    seen: list[str] = []
    async with create(vendor, clock=ManualClock(NOW)) as moved:
        answer = moved.answer

        async def listen(request: Any) -> Any:
            seen.extend(request.headers.values())
            return await answer(request)

        with patch.object(moved, "answer", listen):
            login = await fields_of(hass, entry, cloud)
            flow = await start_mending(hass, entry, "reconfigure")
            result = await fill(hass, flow, {**login, "advanced": {"url": moved.url}})
            await done(hass)
        assert result["reason"] == "reconfigure_successful"
        assert entry.data["url"] == moved.url
        assert seen
        auth = entry.runtime_data.session.auth
        assert auth is not None
        for token in tokens - {*auth.secrets()}:
            assert not any(token in header for header in seen)
        kept = hass_storage.get(FILE, {}).get("data", {})
        assert len(kept) <= 1
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hass_storage.get(FILE, {}).get("data")


@pytest.mark.parametrize("end", ["closed", "already_configured"])
async def test_nothing_of_a_flow(
    hass: HomeAssistant,
    cloud: CloudServer,
    vendor: str,
    hass_storage: dict[str, Any],
    end: str,
) -> None:
    """A login that came to nothing leaves no token; one that is used keeps its own."""
    if end == "already_configured":
        await set_up(hass, cloud, vendor)
    before = {*hass_storage.get(FILE, {}).get("data", {})}
    form = next(
        one
        for one in await forms(hass, vendor)
        if one.fields.keys() <= cloud.credentials.keys()
    )
    flow = await start_flow(hass, vendor)
    if form.step != vendor:
        flow = await fill(hass, flow, {"next_step_id": form.step})
    login = {name: cloud.credentials[name] for name in form.fields}
    if end == "closed":
        # Good, but of no use: something went wrong of which the login knows nothing.
        with patch.object(Identity, "__init__", side_effect=RuntimeError):
            flow = await fill(hass, flow, {**login, "advanced": {"url": cloud.url}})
        assert flow["errors"] == {"base": "unknown"}
        hass.config_entries.flow.async_abort(flow["flow_id"])
    else:
        flow = await fill(hass, flow, {**login, "advanced": {"url": cloud.url}})
        assert flow["reason"] == "already_configured"
    await done(hass)
    assert {*hass_storage.get(FILE, {}).get("data", {})} == before
