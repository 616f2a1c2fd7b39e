"""The config flow: every way in, every error and the way back, and mending a login."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
import voluptuous as vol

from custom_components.habitat import vendor as vendors
from custom_components.habitat.config_flow import HabitatConfigFlow, vendor_step
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.flair import config_form
from custom_components.habitat.loader import async_forms
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.simulator.flair.world import World
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from tests.support.common import (
    Setting,
    fill,
    login_input,
    set_up,
    start_flow,
    start_mending,
)
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Serve

TOKEN = "POST /oauth*"
HOMES = "GET /api/structures"
MENDING = {"reauth": "reauth_confirm", "reconfigure": "reconfigure"}


def small() -> World:
    """Build a home that is set up in no time."""
    return home(vents=1, pucks=0, bridges=0)


def suggested(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form that a flow shows is filled in with already."""
    schema = flow["data_schema"]
    assert isinstance(schema, vol.Schema)
    values = {}
    for marker in schema.schema:
        description = marker.description or {}
        default = (
            marker.default() if not isinstance(marker.default, vol.Undefined) else None
        )
        values[str(marker)] = description.get("suggested_value", default)
    return values


async def recover(
    hass: HomeAssistant, flow: Mapping[str, Any], cloud: FlairCloud
) -> None:
    """Fill in the same form once more, now that all is well."""
    faults_of(cloud).clear()
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


async def test_menu(hass: HomeAssistant) -> None:
    """The first step is a menu of the vendors, the simulator at its end."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    assert flow["type"] is FlowResultType.MENU
    assert flow["step_id"] == "user"
    assert flow["menu_options"] == [*vendors.REGISTRY, "simulator"]


async def test_flair(hass: HomeAssistant, serve_flair: Serve) -> None:
    """A pair opens the account; the entry keeps it, whose title names no home."""
    cloud = await serve_flair("demo")
    flow = await start_flow(hass, "flair")
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "flair"
    assert flow["errors"] == {}
    assert list(suggested(flow)) == ["client_id", "client_secret", "advanced"]
    assert suggested(flow)["advanced"] == {"url": "https://api.flair.co"}

    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    user = next(cloud.world.all("users"))
    assert result["title"] == f"Flair {user.id}"
    entry = result["result"]
    assert entry.unique_id == f"flair_{user.id}"
    assert entry.data == {
        "vendor": "flair",
        "form": "flair",
        "url": cloud.url,
        **cloud.credentials,
    }
    assert entry.state is ConfigEntryState.LOADED


async def test_no_advanced_section(
    hass: HomeAssistant, serve_flair: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who leaves the section closed talks to the vendor's own server."""
    cloud = await serve_flair(small())
    own = replace(vendors.REGISTRY["flair"], url=cloud.url)
    monkeypatch.setattr(vendors, "REGISTRY", {"flair": own})
    monkeypatch.setattr(
        "custom_components.habitat.config_flow.REGISTRY", {"flair": own}
    )
    flow = await start_flow(hass, "flair")
    result = await fill(hass, flow, dict(cloud.credentials))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["url"] == cloud.url


async def test_stray_spaces(hass: HomeAssistant, serve_flair: Serve) -> None:
    """Spaces around what was pasted, and a slash behind the address, do no harm."""
    cloud = await serve_flair(small())
    flow = await start_flow(hass, "flair")
    pair = {name: f" {value}\n" for name, value in cloud.credentials.items()}
    result = await fill(hass, flow, {**pair, "advanced": {"url": f" {cloud.url}/ "}})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["url"] == cloud.url
    assert result["data"]["client_id"] == cloud.credentials["client_id"]


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
async def test_wrong_login(hass: HomeAssistant, serve_flair: Serve, name: str) -> None:
    """A wrong pair is an error of the form, which keeps what is no secret."""
    cloud = await serve_flair(small())
    flow = await start_flow(hass, "flair")
    flow = await fill(hass, flow, login_input(cloud, **{name: "mistyped"}))
    assert flow["type"] is FlowResultType.FORM
    assert flow["errors"] == {"base": "invalid_auth"}
    values = suggested(flow)
    assert values["client_id"] in ("mistyped", cloud.credentials["client_id"])
    assert values["client_secret"] is None
    assert values["advanced"] == {"url": cloud.url}
    await recover(hass, flow, cloud)


def fault(kind: Kind, match: str = "*", **more: Any) -> Fault:
    """Return a fault for a table of them."""
    return Fault(kind=kind, match=match, **more)


@pytest.mark.parametrize(
    ("bad_day", "error"),
    [
        (fault(Kind.STATUS, TOKEN, status=400), "invalid_auth"),
        (fault(Kind.STATUS, TOKEN, status=401), "invalid_auth"),
        (fault(Kind.STATUS, TOKEN, status=403), "invalid_auth"),
        (fault(Kind.STATUS, HOMES, status=401), "invalid_auth"),
        (fault(Kind.STATUS, HOMES, status=403), "invalid_auth"),
        (fault(Kind.HTML, HOMES, status=403), "cannot_connect"),
        (fault(Kind.STATUS, TOKEN, status=429, retry_after=90), "rate_limited"),
        (fault(Kind.STATUS, HOMES, status=429, retry_after=90), "rate_limited"),
        (fault(Kind.STATUS, HOMES, status=429), "rate_limited"),
        (fault(Kind.STATUS, TOKEN, status=503), "cannot_connect"),
        (fault(Kind.STATUS, HOMES, status=404), "cannot_connect"),
        (fault(Kind.STATUS, HOMES, status=500), "cannot_connect"),
        (fault(Kind.STATUS, "GET /api/users", status=500), "cannot_connect"),
        (fault(Kind.HTML, TOKEN, status=502), "cannot_connect"),
        (fault(Kind.HTML, HOMES, status=200), "cannot_connect"),
        (fault(Kind.TRUNCATED, TOKEN), "cannot_connect"),
        (fault(Kind.TRUNCATED, HOMES), "cannot_connect"),
        (fault(Kind.EMPTY_BODY, TOKEN), "cannot_connect"),
        (fault(Kind.EMPTY_BODY, HOMES), "cannot_connect"),
        (fault(Kind.NULLS, TOKEN), "cannot_connect"),
        (fault(Kind.CUT), "cannot_connect"),
        (fault(Kind.RESET), "cannot_connect"),
        (fault(Kind.REDIRECT), "cannot_connect"),
        (fault(Kind.EMPTY_LIST, HOMES), "no_devices"),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.status}-{value.match}"
        if isinstance(value, Fault)
        else value
    ),
)
async def test_bad_days(
    hass: HomeAssistant, serve_flair: Serve, bad_day: Fault, error: str
) -> None:
    """Whatever goes wrong, the form says what it is, and works once it is over."""
    cloud = await serve_flair(small())
    faults_of(cloud).add(replace(bad_day, hits=0, seen=0))
    flow = await start_flow(hass, "flair")
    flow = await fill(hass, flow, login_input(cloud))
    assert flow["type"] is FlowResultType.FORM
    assert flow["errors"] == {"base": error}
    await recover(hass, flow, cloud)


@pytest.mark.parametrize("match", [TOKEN, HOMES])
async def test_stall(
    freezer: FrozenDateTimeFactory,
    hass: HomeAssistant,
    serve_flair: Serve,
    match: str,
) -> None:
    """A server that says nothing is given up after a while."""
    cloud = await serve_flair(small())
    stall = faults_of(cloud).add(Fault(kind=Kind.STALL, match=match, seconds=1000))
    flow = await start_flow(hass, "flair")
    filling = asyncio.create_task(fill(hass, flow, login_input(cloud)))
    hits = 0
    while not filling.done():
        await asyncio.sleep(0.001)
        if stall.hits > hits:
            hits = stall.hits
            freezer.tick(21)
    flow = filling.result()
    assert flow["errors"] == {"base": "cannot_connect"}
    assert hits <= 3
    await recover(hass, flow, cloud)


async def test_nobody_listens(hass: HomeAssistant, serve_flair: Serve) -> None:
    """A server that is off is told from a wrong login."""
    cloud = await serve_flair(small())
    port = int(cloud.url.rpartition(":")[2])
    await cloud.stop()
    flow = await start_flow(hass, "flair")
    flow = await fill(hass, flow, login_input(cloud))
    assert flow["errors"] == {"base": "cannot_connect"}
    await cloud.start(port)
    await recover(hass, flow, cloud)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1",
        "127.0.0.1",
        "http://",
        "not an address",
        "http://robin:secret@127.0.0.1",
        "http://127.0.0.1/?token=1",
        "http://127.0.0.1/#top",
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
    ],
)
async def test_invalid_url(hass: HomeAssistant, serve_flair: Serve, url: str) -> None:
    """An address that cannot be used is an error of its own, before anything is sent."""
    cloud = await serve_flair(small())
    flow = await start_flow(hass, "flair")
    flow = await fill(hass, flow, {**cloud.credentials, "advanced": {"url": url}})
    assert flow["errors"] == {"base": "invalid_url"}
    assert cloud.count() == 0
    await recover(hass, flow, cloud)


async def test_empty_account(hass: HomeAssistant, serve_flair: Serve) -> None:
    """An account without a home is not added; with a home, even half set up, it is."""
    cloud = await serve_flair("empty")
    flow = await start_flow(hass, "flair")
    flow = await fill(hass, flow, login_input(cloud))
    assert flow["errors"] == {"base": "no_devices"}
    user = next(cloud.world.all("users"))
    cloud.add("structures", "77", {"owner": user.id}, name="", setup_complete=False)
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"Flair {user.id}"


async def test_mistake_of_ours(
    hass: HomeAssistant, serve_flair: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is shown as such and logged; the form still works afterwards."""
    cloud = await serve_flair(small())
    flow = await start_flow(hass, "flair")
    with patch.object(config_form, "async_validate", side_effect=RuntimeError("boom")):
        flow = await fill(hass, flow, login_input(cloud))
    assert flow["errors"] == {"base": "unknown"}
    assert "Unexpected error while checking a login at Flair" in caplog.text
    await recover(hass, flow, cloud)


async def test_pair_without_a_right_to_users(
    hass: HomeAssistant, serve_flair: Serve
) -> None:
    """Such a pair is good; the account is then known by the pair."""
    cloud = await serve_flair(small())
    faults_of(cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/users", status=HTTPStatus.FORBIDDEN)
    )
    entry = await set_up(hass, cloud)
    assert entry.unique_id is not None
    assert entry.unique_id.startswith("flair_")
    assert cloud.credentials["client_id"] not in entry.unique_id
    flow = await start_flow(hass, "flair")
    again = await fill(hass, flow, login_input(cloud))
    assert again["reason"] == "already_configured"


async def test_same_account_twice(hass: HomeAssistant, serve_flair: Serve) -> None:
    """It is the account that counts, not the pair that opens it."""
    cloud = await serve_flair(small())
    await set_up(hass, cloud)
    for pair in (cloud.credentials, cloud.legacy_credentials):
        flow = await start_flow(hass, "flair")
        result = await fill(hass, flow, login_input(cloud, **pair))
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "already_configured"


async def test_two_accounts(hass: HomeAssistant, serve_flair: Serve) -> None:
    """Two accounts live side by side."""
    first = await set_up(hass, await serve_flair(home(seed=1)))
    second = await set_up(hass, await serve_flair(home(seed=2)))
    assert first.state is second.state is ConfigEntryState.LOADED
    assert first.unique_id != second.unique_id


async def test_legacy_pair(
    hass: HomeAssistant, serve_flair: Serve, issue_registry: ir.IssueRegistry
) -> None:
    """The kind of pair that Flair gives up still works, and a repair asks for the new kind."""
    cloud = await serve_flair(small())
    flow = await start_flow(hass, "flair")
    result = await fill(hass, flow, login_input(cloud, **cloud.legacy_credentials))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    issue = issue_registry.async_get_issue(
        DOMAIN, f"legacy_credentials_{entry.entry_id}"
    )
    assert issue is not None
    assert issue.is_fixable


async def test_vendor_with_several_forms(
    hass: HomeAssistant, serve_flair: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a vendor has several kinds of login its step is a menu of them."""
    one = config_form.FORMS[0]
    monkeypatch.setattr(
        config_form,
        "FORMS",
        (replace(one, step="flair_pair"), replace(one, step="flair_other")),
    )
    for step in ("flair_pair", "flair_other"):
        monkeypatch.setattr(
            HabitatConfigFlow,
            f"async_step_{step}",
            vendor_step("flair", step),
            raising=False,
        )
    cloud = await serve_flair(small())
    menu = await start_flow(hass, "flair")
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "flair"
    assert menu["menu_options"] == ["flair_pair", "flair_other"]
    flow = await fill(hass, menu, {"next_step_id": "flair_other"})
    assert flow["step_id"] == "flair_other"
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.data["form"] == "flair_other"

    # Mending asks for the same kind again.
    flow = await start_mending(hass, entry, "reconfigure")
    assert flow["step_id"] == "reconfigure"
    result = await fill(hass, flow, login_input(cloud))
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["form"] == "flair_other"


async def test_steps_are_those_of_the_forms(hass: HomeAssistant) -> None:
    """The registry names each vendor's forms, so that each is a step of the flow."""
    for vendor in vendors.REGISTRY.values():
        forms = [form.step for form in await async_forms(hass, vendor)]
        assert forms == [*vendor.steps[1:]] or forms == [vendor.key] == [*vendor.steps]


def test_unknown_steps() -> None:
    """The flow answers only for steps that there are."""
    flow = HabitatConfigFlow()
    assert hasattr(flow, "async_step_flair")
    assert not hasattr(flow, "async_step_flairy")
    assert not hasattr(flow, "anything_else")


async def test_simulator(hass: HomeAssistant, socket_enabled: None) -> None:
    """The simulator makes one account a vendor, and says that it is simulated."""
    flow = await start_flow(hass, "simulator")
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "simulator"
    assert suggested(flow) == {"vendor": "flair"}
    result = await fill(hass, flow, {"vendor": "flair"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Flair (simulated)"
    entry = result["result"]
    assert entry.data == {"vendor": "flair", "simulated": True}
    assert entry.state is ConfigEntryState.LOADED

    flow = await start_flow(hass, "simulator")
    again = await fill(hass, flow, {"vendor": "flair"})
    assert again["type"] is FlowResultType.ABORT
    assert again["reason"] == "already_configured"

    for source in ("reconfigure", "reauth"):
        result = await start_mending(hass, entry, source)
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "simulated"


async def begin_mending(setting: Setting, source: str) -> Mapping[str, Any]:
    """Start reauthentication or reconfiguration and check the form."""
    flow = await start_mending(setting.hass, setting.entry, source)
    assert flow["step_id"] == MENDING[source]
    assert suggested(flow) == {
        "client_id": setting.cloud.credentials["client_id"],
        "client_secret": None,
        "advanced": {"url": setting.cloud.url},
    }
    return flow


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_mending(standard: Setting, source: str) -> None:
    """A login is mended on a form of the same fields: errors, recovery, reload."""
    hass, cloud, entry = standard.hass, standard.cloud, standard.entry
    flow = await begin_mending(standard, source)
    for changes, bad_day, error in (
        ({"client_secret": "mistyped"}, None, "invalid_auth"),
        ({}, fault(Kind.HTML, status=503), "cannot_connect"),
        ({}, fault(Kind.STATUS, status=429, retry_after=90), "rate_limited"),
        ({}, fault(Kind.EMPTY_LIST, HOMES), "no_devices"),
    ):
        if bad_day:
            faults_of(cloud).add(bad_day)
        flow = await fill(hass, flow, login_input(cloud, **changes))
        assert flow["errors"] == {"base": error}
        faults_of(cloud).clear()
    flow = await fill(
        hass, flow, {**cloud.credentials, "advanced": {"url": "gopher://old"}}
    )
    assert flow["errors"] == {"base": "invalid_url"}

    before = standard.account
    result = await fill(hass, flow, login_input(cloud, **cloud.legacy_credentials))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == f"{source}_successful"
    await standard.settle()
    assert entry.data["client_id"] == cloud.legacy_credentials["client_id"]
    assert entry.state is ConfigEntryState.LOADED
    assert standard.account is not before


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_mending_with_another_account(
    standard: Setting, serve_flair: Serve, source: str
) -> None:
    """The login of another account is refused, and nothing is changed."""
    other = await serve_flair(home(seed=2))
    before = dict(standard.entry.data)
    flow = await begin_mending(standard, source)
    result = await fill(standard.hass, flow, login_input(other))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_account"
    assert dict(standard.entry.data) == before


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_token_stays_with_its_server(
    standard: Setting, serve_flair: Serve, source: str
) -> None:
    """A new server address gets a login, never the token of the old one."""
    moved = await serve_flair(home())
    # Unlike the old server's: whoever brings that one is refused here.
    moved.tokens.issued = 1000
    flow = await begin_mending(standard, source)
    old = standard.cloud.count()
    result = await fill(standard.hass, flow, login_input(moved))
    await standard.settle()
    assert result["reason"] == f"{source}_successful"
    assert standard.entry.data["url"] == moved.url
    assert standard.entry.state is ConfigEntryState.LOADED
    assert (moved.log[0].method, moved.log[0].path) == ("POST", "/oauth2/token")
    assert {item.status for item in moved.log} == {200}
    assert moved.count(TOKEN) == 1
    assert standard.cloud.count() == old


async def test_reauth_after_the_login_ended(demo: Setting) -> None:
    """When the vendor refuses the login a form appears; a good login brings all back."""
    cloud = demo.cloud
    refused = Fault(kind=Kind.STATUS, status=HTTPStatus.UNAUTHORIZED)
    faults_of(cloud).add(refused)
    await demo.poll()
    flow = next(iter(demo.hass.config_entries.flow.async_progress()))
    assert flow["step_id"] == "reauth_confirm"
    assert {state.state for state in demo.states()} == {"unavailable"}
    faults_of(cloud).clear()
    result = await fill(demo.hass, flow, login_input(cloud))
    assert result["reason"] == "reauth_successful"
    await demo.settle()
    assert demo.entry.state is ConfigEntryState.LOADED
    assert "unavailable" not in {state.state for state in demo.states()}
