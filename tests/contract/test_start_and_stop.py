"""Start and stop are not held up, whatever hangs."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import logging
import time

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.farmbot.coordinator import PACES
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from tests.support.common import done, fill, set_up, start_flow
from tests.support.faults import Fault, Kind, faults_of

SLOW = {
    "flair": ("GET /api/*/current-*", "GET /api/zones", "GET /api/*/schedules"),
    "farmbot": tuple(
        f"GET /api/{path}"
        for path in ("releases", *(resource.path for resource in PACES))
        if path != "device"
    ),
    "flower_power": (
        "GET /sensor_data/*",
        "GET /user/v4/profile",
        "GET /user/v1/versions",
        "GET /garden/v1/status",
    ),
    "flowcommand": ("GET */flow_volume/*",),
    "cityflow": (
        "GET /devices/types",
        "GET /organizations",
        "GET /measurements/latest",
    ),
}
"""What does not make devices known, at each vendor."""

START = 5.0
"""Seconds that a start takes at most, here on a busy machine."""
STOP = 5.0

WRITERS = ("flair", "farmbot")
"""The vendors that can be written to."""


@pytest.fixture(params=SIMULATED)
async def cloud(
    request: pytest.FixtureRequest, socket_enabled: None
) -> AsyncGenerator[CloudServer]:
    """Return a cloud of each vendor."""
    # Its debug mode complains of each step that takes a while on a busy machine.
    asyncio.get_running_loop().set_debug(False)
    async with create(request.param) as cloud:
        yield cloud


@dataclass(slots=True)
class Clock:
    """How long something took."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Take the time."""
    clock = Clock()
    began = time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - began


def hang(cloud: CloudServer, *matches: str) -> list[Fault]:
    """Let requests hang."""
    return [
        faults_of(cloud).add(Fault(kind=Kind.STALL, seconds=1000, match=match))
        for match in matches
    ]


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says that somebody should read, and all that we say."""
    return [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.records
        if record.levelno >= logging.WARNING
        or (
            record.levelno >= logging.INFO
            and record.name.startswith(f"custom_components.{DOMAIN}")
        )
    ]


async def stop(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    """Stop Home Assistant; nothing holds it up and nothing is left to say."""
    caplog.clear()
    with timed() as clock:
        await hass.async_stop(force=True)
    assert clock.seconds < STOP
    assert complaints(caplog) == []


async def test_hanging_answers(
    hass: HomeAssistant, cloud: CloudServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A start is not delayed by what hangs, an unload and a stop neither."""
    vendor = cloud_of(cloud)
    entry = await set_up(hass, cloud, vendor)
    states = len(hass.states.async_all())
    assert await hass.config_entries.async_unload(entry.entry_id)
    faults = hang(cloud, *SLOW[vendor])

    for _ in range(2):
        with timed() as clock:
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
        assert clock.seconds < START
        assert len(hass.states.async_all()) >= states * 0.6
        await until(lambda: any(fault.hits for fault in faults))
        caplog.clear()
        with timed() as clock:
            assert await hass.config_entries.async_unload(entry.entry_id)
        assert clock.seconds < STOP
        assert complaints(caplog) == []

    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: len([fault for fault in faults if fault.hits]) > 0)
    await stop(hass, caplog)


async def test_slow_answers_come_in(hass: HomeAssistant, cloud: CloudServer) -> None:
    """What was slow at the start is there as soon as it came, with all its entities."""
    vendor = cloud_of(cloud)
    entry = await set_up(hass, cloud, vendor)
    await settled(hass)
    known = set(hass.states.async_entity_ids())
    assert await hass.config_entries.async_unload(entry.entry_id)
    for match in SLOW[vendor]:
        faults_of(cloud).add(Fault(kind=Kind.LATENCY, seconds=1.5, match=match))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settled(hass)
    shown = {
        state.entity_id
        for state in hass.states.async_all()
        if "restored" not in state.attributes
    }
    assert shown == known


async def test_hanging_write(
    hass: HomeAssistant, cloud: CloudServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A write under way when Home Assistant stops, or its account does, is given up."""
    vendor = cloud_of(cloud)
    if vendor not in WRITERS:
        pytest.skip("nothing can be written")
    entry = await set_up(hass, cloud, vendor)
    await settled(hass)
    assert await async_setup_component(hass, "homeassistant", {})
    domain, action, data = write_of(hass, cloud)
    (fault,) = hang(cloud, "PATCH *")

    call = asyncio.create_task(
        hass.services.async_call(domain, action, data, blocking=True)
    )
    await until(lambda: fault.hits == 1)
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as raised:
        await call
    assert raised.value.translation_key == "unloaded_meanwhile"

    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.services.async_call(domain, action, data)
    entity_id = min(hass.states.async_entity_ids("sensor"))
    await hass.services.async_call(
        "homeassistant", "update_entity", {ATTR_ENTITY_ID: entity_id}
    )
    await until(lambda: fault.hits == 2)
    await stop(hass, caplog)


@pytest.mark.parametrize("vendor", SIMULATED)
async def test_simulated_account(
    hass: HomeAssistant,
    socket_enabled: None,
    vendor: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A stop leaves no line in the log, though account and cloud end at the same time."""
    asyncio.get_running_loop().set_debug(False)
    flow = await start_flow(hass, "simulator")
    result = await fill(hass, flow, {"vendor": vendor})
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    await settled(hass)
    caplog.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await settled(hass)
    assert complaints(caplog) == []
    await stop(hass, caplog)


def cloud_of(cloud: CloudServer) -> str:
    """Return the vendor of a cloud."""
    return type(cloud).__module__.split(".")[-2]


def write_of(
    hass: HomeAssistant, cloud: CloudServer
) -> tuple[str, str, dict[str, object]]:
    """Return an action that writes: its domain, its name and its data."""
    if not isinstance(cloud, FarmBotCloud):
        cover = min(hass.states.async_entity_ids("cover"))
        return "cover", "close_cover", {ATTR_ENTITY_ID: cover}
    (device,) = dr.async_get(hass).devices
    (plant, *_) = cloud.world.rows("points")
    data: dict[str, object] = {
        ATTR_DEVICE_ID: device.id,
        "point_id": plant["id"],
        "name": "Another",
    }
    return DOMAIN, "update_point", data


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def settled(hass: HomeAssistant) -> None:
    """Wait until nothing is under way, which takes real time."""
    async with asyncio.timeout(30):
        await done(hass)
