"""The config flow of FarmBot: each error, the way on from it, and mending a login."""

from dataclasses import replace
import logging
from typing import Any, override

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.farmbot.config_form import FORMS
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from tests.conftest import StartCloud
from tests.support.common import (
    fill,
    lines,
    login_input,
    set_up,
    start_flow,
    start_mending,
)
from tests.support.edge_cases.farmbot import HOMES
from tests.support.faults import Fault, Kind, faults_of

pytestmark = pytest.mark.usefixtures("real_time_broker")

LOGIN = "POST /api/tokens"


def test_the_form() -> None:
    """It asks for what opens the web app, and never shows the password again."""
    (form,) = FORMS
    assert form.step == "farmbot"
    assert list(form.fields) == ["email", "password"]
    assert form.secret == {"password"}


@pytest.fixture
async def cloud(start_cloud: StartCloud, clock: ManualClock) -> FarmBotCloud:
    """Return the cloud of a robot that was only just registered."""
    cloud = FarmBotCloud(HOMES["empty"](1, clock))
    await start_cloud(cloud)
    return cloud


async def test_an_account(
    hass: HomeAssistant, cloud: FarmBotCloud, caplog: pytest.LogCaptureFixture
) -> None:
    """It is known by its robot, after which it is called; one login is all that it takes."""
    caplog.set_level(logging.DEBUG)
    cloud.set("device", cloud.world.number, name="Grandmother's robot")
    flow = await start_flow(hass, "farmbot")
    assert flow["step_id"] == "farmbot"
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] == "create_entry"
    assert result["title"] == "FarmBot 214"
    entry = result["result"]
    assert entry.unique_id == "farmbot_214"
    assert entry.state is ConfigEntryState.LOADED
    assert dict(entry.data) == {
        "vendor": "farmbot",
        "form": "farmbot",
        "url": cloud.url,
        "email": cloud.email,
        "password": cloud.password,
    }
    assert cloud.count(LOGIN) == 1
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert device.identifiers == {(DOMAIN, "farmbot_214")}
    assert device.name == "Grandmother's robot"
    assert "Grandmother" not in "\n".join(lines(caplog, logging.DEBUG))

    again = await start_flow(hass, "farmbot")
    result = await fill(hass, again, login_input(cloud))
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=Kind.STATUS, match=LOGIN, status=422), "cannot_connect"),
        (Fault(kind=Kind.STATUS, match=LOGIN, status=451), "terms_not_accepted"),
        (Fault(kind=Kind.STATUS, match=LOGIN, status=403), "account_not_verified"),
        (Fault(kind=Kind.STATUS, match=LOGIN, status=429), "rate_limited"),
        (Fault(kind=Kind.STATUS, match=LOGIN, status=500), "cannot_connect"),
        (Fault(kind=Kind.STATUS, match=LOGIN, status=404), "cannot_connect"),
        (Fault(kind=Kind.HTML, match=LOGIN, status=502), "cannot_connect"),
        (Fault(kind=Kind.HTML, match=LOGIN, status=200), "cannot_connect"),
        (Fault(kind=Kind.TRUNCATED, match=LOGIN), "cannot_connect"),
        (Fault(kind=Kind.NULLS, match=LOGIN), "cannot_connect"),
        (Fault(kind=Kind.RESET), "cannot_connect"),
        (Fault(kind=Kind.REDIRECT), "cannot_connect"),
        (
            Fault(kind=Kind.STATUS, match="GET /api/device", status=451),
            "terms_not_accepted",
        ),
        (Fault(kind=Kind.STATUS, match="GET /api/device", status=429), "rate_limited"),
        (
            Fault(kind=Kind.STATUS, match="GET /api/device", status=500),
            "cannot_connect",
        ),
        (Fault(kind=Kind.NULLS, match="GET /api/device"), "cannot_connect"),
        (Fault(kind=Kind.HTML, match="GET /api/device"), "cannot_connect"),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.status}-{value.match}"
        if isinstance(value, Fault)
        else value
    ),
)
async def test_bad_days(
    hass: HomeAssistant, cloud: FarmBotCloud, fault: Fault, error: str
) -> None:
    """Each failure has its word, and once it is over the same form works."""
    faults_of(cloud).add(replace(fault, hits=0, seen=0))
    flow = await start_flow(hass, "farmbot")
    flow = await fill(hass, flow, login_input(cloud))
    assert flow["errors"] == {"base": error}
    faults_of(cloud).clear()
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] == "create_entry"


@pytest.mark.parametrize("field", ["email", "password"])
async def test_mistyped(hass: HomeAssistant, cloud: FarmBotCloud, field: str) -> None:
    """A wrong e-mail address or password is a wrong login."""
    flow = await start_flow(hass, "farmbot")
    flow = await fill(hass, flow, login_input(cloud, **{field: "mistyped"}))
    assert flow["errors"] == {"base": "invalid_auth"}
    assert (await fill(hass, flow, login_input(cloud)))["type"] == "create_entry"


async def test_what_the_user_has_to_do_first(
    hass: HomeAssistant, cloud: FarmBotCloud
) -> None:
    """Terms that are not accepted and an address that is not confirmed are no wrong login."""
    flow = await start_flow(hass, "farmbot")
    cloud.agreed = False
    flow = await fill(hass, flow, login_input(cloud))
    assert flow["errors"] == {"base": "terms_not_accepted"}
    cloud.agreed, cloud.verified = True, False
    flow = await fill(hass, flow, login_input(cloud))
    assert flow["errors"] == {"base": "account_not_verified"}
    cloud.verified = True
    assert (await fill(hass, flow, login_input(cloud)))["type"] == "create_entry"


@pytest.mark.parametrize(
    "url", ["//my.farm.bot:443", "my.farm.bot", "ftp://127.0.0.1", "http://[::1", ""]
)
async def test_invalid_url(hass: HomeAssistant, cloud: FarmBotCloud, url: str) -> None:
    """An address that cannot be used is an error of its own, before anything is sent."""
    flow = await start_flow(hass, "farmbot")
    login = {**cloud.credentials, "advanced": {"url": url or "http://"}}
    flow = await fill(hass, flow, login)
    assert flow["errors"] == {"base": "invalid_url"}
    assert cloud.count() == 0
    assert (await fill(hass, flow, login_input(cloud)))["type"] == "create_entry"


class Behind(FarmBotCloud):
    """A server of somebody's own, behind a path, whose tokens name another address."""

    @override
    def _claims(self) -> dict[str, Any]:
        return {**super()._claims(), "iss": "//127.0.0.1:9"}

    @override
    async def answer(self, request: Any) -> Any:
        """Answer below the path only."""
        if not request.path.startswith("/farm/api/"):
            return self.refusal(404)
        clone = request.clone(rel_url=str(request.rel_url).removeprefix("/farm"))
        return await super().answer(clone)


async def test_a_server_of_ones_own(
    hass: HomeAssistant, start_cloud: StartCloud, clock: ManualClock
) -> None:
    """The address that was typed, with its port and path, beats what the token says."""
    cloud = Behind(HOMES["standard"](1, clock))
    await start_cloud(cloud)
    flow = await start_flow(hass, "farmbot")
    login = {**cloud.credentials, "advanced": {"url": f"{cloud.url}/farm/"}}
    result = await fill(hass, flow, login)
    assert result["type"] == "create_entry"
    entry: ConfigEntry[Any] = result["result"]
    assert entry.data["url"] == f"{cloud.url}/farm"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.receiver.is_connected
    asked = [one for one in cloud.log if one.path.startswith("/farm/api/")]
    assert len(asked) > 15
    # There is no newer release.
    assert {one.path for one in asked if one.status != 200} <= {"/farm/api/releases"}
    assert not [one for one in cloud.log if one.path.startswith("/api/")]


async def add(hass: HomeAssistant, cloud: FarmBotCloud) -> ConfigEntry[Any]:
    """Add the account of a cloud."""
    return await set_up(hass, cloud, "farmbot")


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_mending(hass: HomeAssistant, cloud: FarmBotCloud, source: str) -> None:
    """A new password is taken, after all the same errors."""
    entry = await add(hass, cloud)
    before = entry.runtime_data
    cloud.password = "another-password-of-theirs"
    flow = await start_mending(hass, entry, source)
    for changes, agreed, error in (
        ({"password": "mistyped"}, True, "invalid_auth"),
        ({}, False, "terms_not_accepted"),
    ):
        cloud.agreed = agreed
        flow = await fill(hass, flow, login_input(cloud, **changes))
        assert flow["errors"] == {"base": error}
    cloud.agreed = True
    result = await fill(hass, flow, login_input(cloud))
    assert result["reason"] == f"{source}_successful"
    assert entry.data["password"] == cloud.password
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data is not before


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_another_robot(
    hass: HomeAssistant,
    cloud: FarmBotCloud,
    start_cloud: StartCloud,
    clock: ManualClock,
    source: str,
) -> None:
    """The login of another robot is refused, and nothing is changed."""
    entry = await add(hass, cloud)
    other = FarmBotCloud(HOMES["empty"](2, clock))
    await start_cloud(other)
    before = dict(entry.data)
    flow = await start_mending(hass, entry, source)
    result = await fill(hass, flow, login_input(other))
    assert result["reason"] == "wrong_account"
    assert dict(entry.data) == before


async def test_a_moved_server(
    hass: HomeAssistant,
    cloud: FarmBotCloud,
    start_cloud: StartCloud,
    clock: ManualClock,
) -> None:
    """A new address gets a login of its own, never the token of the old one."""
    entry = await add(hass, cloud)
    moved = FarmBotCloud(HOMES["empty"](1, clock))
    moved.tokens.issued = 1000
    await start_cloud(moved)
    flow = await start_mending(hass, entry, "reconfigure")
    old = cloud.count()
    result = await fill(hass, flow, login_input(moved))
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["url"] == moved.url
    assert moved.log[0].path == "/api/tokens"
    assert {one.status for one in moved.log if one.path.startswith("/api")} == {200}
    assert moved.count(LOGIN) == 1
    # The old token is revoked where it was issued, and nowhere else.
    assert cloud.count() == old + 1
    assert cloud.count("DELETE /api/tokens") == 1
    assert moved.count("DELETE *") == 0
