"""The config flow of Flower Power: each error, and the way on from it."""

from dataclasses import replace

import pytest

from custom_components.habitat.flower_power.config_form import FORMS
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flower_power.homes import home
from custom_components.habitat.simulator.flower_power.server import FlowerPowerCloud
from homeassistant.core import HomeAssistant
from tests.conftest import StartCloud
from tests.support.common import fill, login_input, start_flow, start_mending
from tests.support.edge_cases.flower_power import HOMES
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp


def test_the_form() -> None:
    """It never shows a secret again."""
    (form,) = FORMS
    assert form.step == "flower_power"
    assert list(form.fields) == ["email", "password", "client_id", "client_secret"]
    assert form.secret == {"password", "client_secret"}


@pytest.fixture
async def cloud(start_cloud: StartCloud, clock: ManualClock) -> FlowerPowerCloud:
    """Return a cloud of two plants."""
    cloud = FlowerPowerCloud(home(locations=2, clock=clock))
    await start_cloud(cloud)
    return cloud


async def test_an_account(hass: HomeAssistant, cloud: FlowerPowerCloud) -> None:
    """It is known by the address in its profile; what Home Assistant logs names nobody."""
    flow = await start_flow(hass, "flower_power")
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] == "create_entry"
    assert result["title"] == "Flower Power"
    assert result["result"].unique_id == "flower_power_robin@example.com"
    again = await start_flow(hass, "flower_power")
    result = await fill(hass, again, login_input(cloud))
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.STATUS, status=404),
        Fault(kind=Kind.STATUS, status=200),
        Fault(kind=Kind.NULLS),
        Fault(kind=Kind.WRONG_TYPES),
    ],
    ids=["404", "error with 200", "nulls", "wrong types"],
)
async def test_a_profile_without_an_address(
    hass: HomeAssistant, cloud: FlowerPowerCloud, fault: Fault
) -> None:
    """The account is known by the address that logs in."""
    faults_of(cloud).add(replace(fault, match="GET /user/v4/profile"))
    flow = await start_flow(hass, "flower_power")
    result = await fill(hass, flow, login_input(cloud))
    assert result["result"].unique_id == "flower_power_robin@example.com"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=Kind.STATUS, status=401), "invalid_auth"),
        (Fault(kind=Kind.STATUS, status=403), "invalid_auth"),
        (Fault(kind=Kind.STATUS, status=429), "rate_limited"),
        (Fault(kind=Kind.STATUS, status=500), "cannot_connect"),
        # The cloud's own way: an error that looks well to HTTP.
        (Fault(kind=Kind.STATUS, status=200), "cannot_connect"),
        (Fault(kind=Kind.HTML, status=200), "cannot_connect"),
        (Fault(kind=Kind.RESET), "cannot_connect"),
        (Fault(kind=Kind.EMPTY_LIST, match="GET /garden/*"), "no_devices"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.kind),
)
async def test_errors(
    hass: HomeAssistant, cloud: FlowerPowerCloud, fault: Fault, error: str
) -> None:
    """The form says what is wrong, and takes the same again."""
    flow = await start_flow(hass, "flower_power")
    faults_of(cloud).add(fault)
    result = await fill(hass, flow, login_input(cloud))
    assert result["errors"] == {"base": error}
    faults_of(cloud).clear()
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] == "create_entry"


@pytest.mark.parametrize("field", ["email", "password", "client_id", "client_secret"])
async def test_a_wrong_login(
    hass: HomeAssistant, cloud: FlowerPowerCloud, field: str
) -> None:
    """Whichever field is wrong."""
    flow = await start_flow(hass, "flower_power")
    result = await fill(hass, flow, login_input(cloud, **{field: "wrong"}))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] == "create_entry"


async def test_an_address_that_is_none(
    hass: HomeAssistant, cloud: FlowerPowerCloud
) -> None:
    """The form says so."""
    flow = await start_flow(hass, "flower_power")
    wrong = {**cloud.credentials, "advanced": {"url": "ftp://example.com"}}
    result = await fill(hass, flow, wrong)
    assert result["errors"] == {"base": "invalid_url"}


async def test_an_account_without_a_location(
    hass: HomeAssistant, start_cloud: StartCloud, clock: ManualClock
) -> None:
    """There is nothing to show yet."""
    cloud = FlowerPowerCloud(HOMES["empty"](1, clock))
    await start_cloud(cloud)
    flow = await start_flow(hass, "flower_power")
    result = await fill(hass, flow, login_input(cloud))
    assert result["errors"] == {"base": "no_devices"}


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_a_new_login(
    hass: HomeAssistant, set_up_flower_power: SetUp, source: str
) -> None:
    """The same account by another login is the same entry."""
    setting = await set_up_flower_power("demo")
    flow = await start_mending(hass, setting.entry, source)
    result = await fill(hass, flow, login_input(setting.cloud, password="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await fill(hass, flow, login_input(setting.cloud))
    assert result["reason"] == f"{source}_successful"
    assert setting.unavailable() == set()


async def test_the_simulated_account(hass: HomeAssistant, socket_enabled: None) -> None:
    """It is set up without a login."""
    flow = await start_flow(hass, "simulator")
    result = await fill(hass, flow, {"vendor": "flower_power"})
    assert result["title"] == "Flower Power (simulated)"
    assert len(hass.states.async_all("event")) == 8
