"""CityFlow's forms: each error, and how it is mended."""

import pytest

from custom_components.habitat.simulator.cityflow.server import CityFlowCloud
from custom_components.habitat.simulator.core.clock import ManualClock
from homeassistant.core import HomeAssistant
from tests.conftest import StartCloud
from tests.support.common import fill, start_flow
from tests.support.edge_cases.cityflow import HOMES
from tests.support.faults import Fault, Kind, faults_of


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, "invalid_auth"), (429, "rate_limited"), (500, "cannot_connect")],
)
async def test_by_login(
    hass: HomeAssistant,
    start_cloud: StartCloud,
    clock: ManualClock,
    status: int,
    error: str,
) -> None:
    """With email and password; what went wrong can be tried again."""
    cloud = CityFlowCloud(HOMES["demo"](1, clock))
    await start_cloud(cloud)
    flow = await fill(
        hass, await start_flow(hass, "cityflow"), {"next_step_id": "cityflow_login"}
    )
    filled = {**cloud.login_credentials, "advanced": {"url": cloud.url}}
    faults_of(cloud).add(Fault(kind=Kind.STATUS, status=status))
    flow = await fill(hass, flow, filled)
    assert flow["errors"] == {"base": error}
    faults_of(cloud).clear()
    result = await fill(hass, flow, filled)
    assert result["type"] == "create_entry"
    assert result["title"] == "CityFlow"
    assert str(result["result"].unique_id).startswith("cityflow_")


async def test_no_devices(
    hass: HomeAssistant, start_cloud: StartCloud, clock: ManualClock
) -> None:
    """An account that sees no probe is of no use."""
    cloud = CityFlowCloud(HOMES["empty"](1, clock))
    await start_cloud(cloud)
    flow = await fill(
        hass, await start_flow(hass, "cityflow"), {"next_step_id": "cityflow_token"}
    )
    flow = await fill(hass, flow, {**cloud.credentials, "advanced": {"url": cloud.url}})
    assert flow["errors"] == {"base": "no_devices"}
