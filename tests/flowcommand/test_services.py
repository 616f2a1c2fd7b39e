"""What FlowCommand's actions answer."""

from typing import Any

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.clock import ManualClock
from custom_components.habitat.simulator.faults import Fault, Kind
from custom_components.habitat.simulator.flowcommand.homes import home
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .conftest import Setting, SetUp

ACTIONS = ("get_flow_volume", "get_hourly_flow_volumes", "get_pings")
SPAN = {"start": "2026-11-24T00:00:00+00:00", "end": "2026-11-25T00:00:00+00:00"}


@pytest.fixture
async def setting(set_up_flowcommand: SetUp, clock: ManualClock) -> Setting:
    """Return an account with one sensor, in pages of ten."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock))
    setting.cloud.page_size = 10
    return setting


async def ask(setting: Setting, action: str, **fields: str) -> dict[str, Any]:
    """Ask about the sensor."""
    device = setting.registry_device("9001")
    assert device is not None
    answer: ServiceResponse = await setting.hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device.id, **SPAN, **fields},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return answer


async def test_volumes(setting: Setting) -> None:
    """The hours of a day come to its volume; all pages are read."""
    day = await ask(setting, "get_flow_volume")
    assert day["start"] == SPAN["start"]
    assert day["end"] == SPAN["end"]
    assert day["gallons"] == pytest.approx(day["barrels"] * 42)
    hours = await ask(setting, "get_hourly_flow_volumes")
    rows = hours["hours"]
    assert len(rows) == 24
    assert rows[0]["start"] == SPAN["start"]
    assert rows == sorted(rows, key=lambda row: row["start"])
    assert sum(row["barrels"] for row in rows) == pytest.approx(day["barrels"], abs=1)


async def test_pings(setting: Setting) -> None:
    """All of the span, the oldest first."""
    answer = await ask(setting, "get_pings")
    pings = answer["pings"]
    assert 40 < len(pings) < 60
    times = [ping["taken_at"] for ping in pings]
    assert times == sorted(times)
    assert SPAN["start"] <= times[0] < times[-1] < SPAN["end"]
    assert len({ping["id"] for ping in pings}) == len(pings)
    assert pings[0]["gallons_per_day"] == pytest.approx(
        pings[0]["barrels_per_day"] * 42
    )


async def test_times_without_a_zone(setting: Setting) -> None:
    """They are the house's."""
    answer = await ask(
        setting,
        "get_flow_volume",
        start="2026-11-24 00:00:00",
        end="2026-11-25 00:00:00",
    )
    assert answer["start"] == "2026-11-24T08:00:00+00:00"


@pytest.mark.parametrize("action", ACTIONS)
async def test_end_before_start(setting: Setting, action: str) -> None:
    """It is said before anything is asked."""
    setting.cloud.log.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await ask(setting, action, end=SPAN["start"])
    assert caught.value.translation_key == "end_before_start"
    assert setting.cloud.count() == 0


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_answer(setting: Setting, action: str) -> None:
    """What the cloud said is told; a login that is refused starts reauthentication."""
    setting.cloud.faults.add(Fault(kind=Kind.STATUS, status=404))
    with pytest.raises(HomeAssistantError) as caught:
        await ask(setting, action)
    assert caught.value.translation_key == "action_failed"
    assert "Not found." in str(caught.value.translation_placeholders)
    assert setting.hass.config_entries.flow.async_progress() == []
    setting.cloud.faults.clear()
    setting.cloud.renew_token()
    with pytest.raises(HomeAssistantError):
        await ask(setting, action)
    await setting.settle()
    (flow,) = setting.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
