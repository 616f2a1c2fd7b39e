"""The actions of Flower Power."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flower_power.homes import home
from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp


@pytest.fixture
async def plant(set_up_flower_power: SetUp, clock: ManualClock) -> Setting:
    """Return the account of one plant."""
    return await set_up_flower_power(home(locations=1, clock=clock))


async def get_samples(
    hass: HomeAssistant, setting: Setting, start: datetime, end: datetime
) -> ServiceResponse:
    """Ask for the samples of the plant."""
    device = setting.registry_device(setting.named("Plant 1"))
    assert device is not None
    return await hass.services.async_call(
        DOMAIN,
        "get_samples",
        {"device_id": device.id, "start": start, "end": end},
        blocking=True,
        return_response=True,
    )


async def test_get_samples(
    hass: HomeAssistant, plant: Setting, clock: ManualClock
) -> None:
    """Every sample of a span, however long, the oldest first and each once."""
    end = datetime.fromtimestamp(clock(), UTC)
    plant.cloud.log.clear()
    response = await get_samples(hass, plant, end - timedelta(days=25), end)
    assert plant.cloud.count("GET /sensor_data/*") == 3
    assert response is not None
    samples = response["samples"]
    assert isinstance(samples, list)
    # The newest came with the last upload, some minutes ago.
    assert len(samples) == 25 * 96 - 1
    times = [str(sample["time"]) for sample in samples if isinstance(sample, dict)]
    assert times == sorted(set(times))
    newest = samples[-1]
    assert isinstance(newest, dict)
    shown = plant.value("Plant 1", "temperature")
    assert newest["temperature"] == float(shown)
    assert isinstance(response["watering_events"], list)


async def test_a_span_that_is_none(
    hass: HomeAssistant, plant: Setting, clock: ManualClock
) -> None:
    """The end comes after the start."""
    end = datetime.fromtimestamp(clock(), UTC)
    with pytest.raises(ServiceValidationError, match="end"):
        await get_samples(hass, plant, end, end)


async def test_a_cloud_that_does_not_answer(
    hass: HomeAssistant, plant: Setting, clock: ManualClock
) -> None:
    """Whoever asked hears what it said."""
    end = datetime.fromtimestamp(clock(), UTC)
    faults_of(plant.cloud).add(Fault(kind=Kind.STATUS, status=404))
    with pytest.raises(HomeAssistantError, match="Something went wrong"):
        await get_samples(hass, plant, end - timedelta(days=1), end)
