"""System health tells of all accounts together, and who can be reached."""

from typing import Any

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.components.system_health import get_info
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.support.common import Setting, fill, set_up, start_flow
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Serve


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the integration tells."""
    assert await async_setup_component(hass, "system_health", {})
    info: dict[str, Any] = (await get_info(hass))[DOMAIN]
    return info


async def test_sums(standard: Setting, serve_flair: Serve) -> None:
    """Requests, errors and retries of all accounts are summed up."""
    other = await set_up(standard.hass, await serve_flair(home(seed=2)))
    faults_of(standard.cloud).add(
        Fault(kind=Kind.HTML, match="GET /api/vents", times=1)
    )
    await standard.poll()
    info = await health(standard.hass)
    counters = [
        entry.runtime_data.session.counters for entry in (standard.entry, other)
    ]
    assert info == {
        "accounts": 2,
        "simulated": 0,
        "requests": sum(one.requests for one in counters),
        "errors": 1,
        "retries": 1,
        "reach_flair": "ok",
    }
    assert info["requests"] > 18


async def test_out_of_reach(standard: Setting) -> None:
    """A server that does not answer is told."""
    await standard.cloud.stop()
    info = await health(standard.hass)
    assert info["reach_flair"] == "Failed: unreachable"


async def test_simulated_alone(
    freezer: Any, hass: HomeAssistant, socket_enabled: None
) -> None:
    """Of a simulated cloud nobody asks whether it can be reached."""
    flow = await start_flow(hass, "simulator")
    await fill(hass, flow, {"vendor": "flair"})
    info = await health(hass)
    assert info["accounts"] == info["simulated"] == 1
    assert not [key for key in info if key.startswith("reach_")]
