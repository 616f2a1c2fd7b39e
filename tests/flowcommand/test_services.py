"""What FlowCommand's actions answer."""

from typing import Any

import pytest

from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.time_range import TimeRange
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.flowcommand.client.models import FlowVolume
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flowcommand.homes import home
from custom_components.habitat.simulator.flowcommand.world import Sensor
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

ACTIONS = ("get_flow_volume", "get_hourly_flow_volumes", "get_pings")
TIME_RANGE = {"start": "2026-11-24T00:00:00+00:00", "end": "2026-11-25T00:00:00+00:00"}


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
        {"device_id": device.id, **TIME_RANGE, **fields},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return answer


async def test_volumes(setting: Setting) -> None:
    """The hours of a day come to its volume; all pages are read."""
    day = await ask(setting, "get_flow_volume")
    assert day["start"] == TIME_RANGE["start"]
    assert day["end"] == TIME_RANGE["end"]
    assert day["gallons"] == pytest.approx(day["barrels"] * 42)
    hours = await ask(setting, "get_hourly_flow_volumes")
    rows = hours["hours"]
    assert len(rows) == 24
    assert rows[0]["start"] == TIME_RANGE["start"]
    assert rows == sorted(rows, key=lambda row: row["start"])
    assert sum(row["barrels"] for row in rows) == pytest.approx(day["barrels"], abs=1)


async def test_pings(setting: Setting) -> None:
    """All of the span, the oldest first."""
    answer = await ask(setting, "get_pings")
    pings = answer["pings"]
    assert 40 < len(pings) < 60
    times = [ping["taken_at"] for ping in pings]
    assert times == sorted(times)
    assert TIME_RANGE["start"] <= times[0] < times[-1] < TIME_RANGE["end"]
    assert len({ping["id"] for ping in pings}) == len(pings)
    assert pings[0]["gallons_per_day"] == pytest.approx(
        pings[0]["barrels_per_day"] * 42
    )


async def test_nothing_in_it(setting: Setting) -> None:
    """A span before the sensor began is answered as what it is: empty."""
    long_ago = {
        "start": "2020-01-01T00:00:00+00:00",
        "end": "2020-01-01T06:00:00+00:00",
    }
    assert (await ask(setting, "get_pings", **long_ago))["pings"] == []
    assert (await ask(setting, "get_hourly_flow_volumes", **long_ago))["hours"] == []
    day = await ask(setting, "get_flow_volume", **long_ago)
    assert day["start"] == long_ago["start"]
    assert day["gallons"] in (0, None)


async def test_a_sensor_that_is_gone(setting: Setting) -> None:
    """It is refused in words while the device is still in the house."""
    setting.cloud.add(Sensor(id=9002, name="Another"))
    setting.cloud.remove(9001)
    await setting.poll()
    assert setting.registry_device("9001")
    for action in ACTIONS:
        with pytest.raises(ServiceValidationError) as caught:
            await ask(setting, action)
        assert caught.value.translation_key == "no_such_device"


@pytest.mark.parametrize("volume", [None, "much"])
async def test_a_volume_of_nothing(setting: Setting, volume: object) -> None:
    """A volume that the cloud cannot tell is none, not zero."""

    async def unknown(path: str, span: TimeRange) -> FlowVolume:
        raw: dict[str, Any] = {
            "start": TIME_RANGE["start"],
            "end": TIME_RANGE["end"],
            "flow_volume": volume,
            "sensor_id": 9001,
        }
        found = parse(FlowVolume, raw, setting.account.report)
        assert found is not None
        return found

    setting.account.client.flow_volume = unknown  # type: ignore[method-assign,assignment]  # a cloud that does not know
    answer = await ask(setting, "get_flow_volume")
    assert answer["gallons"] is answer["barrels"] is None


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
        await ask(setting, action, end=TIME_RANGE["start"])
    assert caught.value.translation_key == "end_before_start"
    assert setting.cloud.count() == 0


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_answer(setting: Setting, action: str) -> None:
    """What the cloud said is told; a login that is refused starts reauthentication."""
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=404))
    with pytest.raises(HomeAssistantError) as caught:
        await ask(setting, action)
    assert caught.value.translation_key == "action_failed"
    assert "Not found." in str(caught.value.translation_placeholders)
    assert setting.hass.config_entries.flow.async_progress() == []
    faults_of(setting.cloud).clear()
    setting.cloud.renew_token()
    with pytest.raises(HomeAssistantError):
        await ask(setting, action)
    await setting.settle()
    (flow,) = setting.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
