"""Whatever goes wrong, at whichever vendor: an account survives it, and loses nothing."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
import logging
import time

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.const import CONF_VENDOR
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.support.common import NOW, START, lines, set_up
from tests.support.faults import Fault, Kind, faults_of
from tests.support.timeouts import settle

_NOTHING = ("unavailable", "unknown")

LIVING = ("cityflow",)
"""Whose devices count as gone when they are not heard of: there time must pass in the cloud too."""

PUSHED = ("farmbot",)
"""Who tells of changes, and so is asked for all no more than once a day."""

DAY = 86_400.0

TURNING = (*LIVING, "farmbot")
"""Whose entities show other things as time goes by, such as the next event."""

FAULTS: dict[str, Fault] = {
    **{str(kind): Fault(kind=kind) for kind in Kind if kind is not Kind.STATUS},
    **{
        f"status {status}": Fault(kind=Kind.STATUS, status=status)
        for status in (403, 404, 429, 500)
    },
    "stall": Fault(kind=Kind.STALL, seconds=1000),
    "latency": Fault(kind=Kind.LATENCY, seconds=5),
    "giant": Fault(kind=Kind.GIANT, size=2 << 20),
    "limited for a while": Fault(kind=Kind.STATUS, status=429, retry_after=150),
    "every third request": Fault(kind=Kind.HTML, status=502, probability=0.3),
    "maintenance page": Fault(kind=Kind.HTML, status=200),
}


@dataclass(slots=True)
class Patient:
    """An account of some vendor, and its cloud."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    entry: ConfigEntry
    cloud: CloudServer
    pace: float
    """A little more than from one poll to the next, in seconds."""
    rarest: float
    """A little more than the interval of the rarest source."""

    async def poll(self, times: int = 1) -> None:
        """Let polls come and go; where the cloud is silent, let the time-outs pass."""
        for _ in range(times):
            self.freezer.tick(self.pace)
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await settle(self.hass, self.freezer, self.cloud)

    async def settle_as(self, states: dict[str, str]) -> None:
        """Wait until all entities show this: what is pushed takes real time."""
        for _ in range(500):
            if self.states() == states:
                return
            await asyncio.sleep(0.005)
            self.freezer.tick(1)
            await self.settle()

    def go_wrong(self, fault: Fault) -> None:
        """Let something go wrong with every request."""
        faults_of(self.cloud).add(replace(fault, hits=0, seen=0))

    def registered(self) -> set[str]:
        """Return all entities and devices that are registered."""
        entry_id = self.entry.entry_id
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), entry_id)
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry_id)
        return {one.unique_id for one in entities} | {one.id for one in devices}

    def states(self) -> dict[str, str]:
        """Return what all entities show; problems aside, which time alone may bring."""
        turning = self.entry.data[CONF_VENDOR] in TURNING
        return {
            one.entity_id: str(one.state in _NOTHING) if turning else one.state
            for one in self.hass.states.async_all()
            if one.attributes.get("device_class") != BinarySensorDeviceClass.PROBLEM
        }


@pytest.fixture(params=SIMULATED)
async def patient(
    request: pytest.FixtureRequest,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
) -> AsyncGenerator[Patient]:
    """Return an account of each vendor that can be simulated."""
    vendor: str = request.param
    # What is young or old in the cloud must be so here.
    freezer.move_to(START)
    clock = (lambda: time.time()) if vendor in LIVING else ManualClock(NOW)  # noqa: PLW0108 - freezing replaces it by its name
    async with create(vendor, clock=clock) as cloud:
        entry = await set_up(hass, cloud, vendor)
        pace = entry.runtime_data.interval.total_seconds() + 1
        rarest = 2 * DAY if vendor in PUSHED else 16 * pace
        patient = Patient(hass, freezer, entry, cloud, pace, rarest)
        await patient.poll()
        await patient.settle()
        yield patient


@pytest.mark.parametrize("name", FAULTS)
async def test_in_the_middle_of_life(
    patient: Patient, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The account stays loaded, says one line at the loss and one at the return."""
    caplog.set_level(logging.INFO)
    registered, states = patient.registered(), patient.states()
    caplog.clear()
    patient.go_wrong(FAULTS[name])
    await patient.poll(8)
    assert patient.entry.state is ConfigEntryState.LOADED
    assert patient.registered() == registered
    said = lines(caplog)
    assert len(said) == len(set(said))
    assert len(lines(caplog, logging.WARNING)) <= 1
    assert not [record for record in caplog.records if record.exc_info]

    caplog.clear()
    faults_of(patient.cloud).clear()
    await patient.poll(2)
    assert patient.entry.state is ConfigEntryState.LOADED
    assert patient.registered() == registered
    await patient.settle_as(states)
    assert patient.states() == states
    assert len(lines(caplog)) <= 1
    assert patient.hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("name", FAULTS)
async def test_at_set_up(
    patient: Patient, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An account that is set up on a bad day is as it should be as soon as that is over."""
    hass, entry, pace = patient.hass, patient.entry, patient.pace
    caplog.set_level(logging.INFO)
    registered, states = patient.registered(), patient.states()
    await hass.config_entries.async_unload(entry.entry_id)
    caplog.clear()
    patient.go_wrong(FAULTS[name])
    setting_up = asyncio.create_task(hass.config_entries.async_setup(entry.entry_id))
    while not setting_up.done():
        await patient.settle()
    await patient.poll(2)
    assert entry.state in (ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY)
    assert patient.registered() == registered
    assert len(lines(caplog, logging.WARNING)) <= 1
    assert not [record for record in caplog.records if record.exc_info]

    faults_of(patient.cloud).clear()
    await patient.poll()
    patient.pace = patient.rarest / 16
    await patient.poll(16)
    patient.pace = pace
    assert entry.state is ConfigEntryState.LOADED
    assert patient.registered() == registered
    await patient.settle_as(states)
    assert patient.states() == states
    assert hass.config_entries.flow.async_progress() == []
