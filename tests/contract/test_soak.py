"""A long time with five accounts whose clouds are never quite well.

HABITAT_SOAK_HOURS says how many simulated hours; one is enough to see that all is in place, a day is run at night.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import gc
import logging
import os
import time

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.server import CloudServer
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.support.common import START, done, lines, set_up
from tests.support.faults import Fault, Kind, faults_of

HOURS = int(os.environ.get("HABITAT_SOAK_HOURS", "1"))
SHARE = 0.05
"""Of all requests go wrong, each kind of fault as often as any other."""
_MINUTE = 61
_TIMEOUT = 21
"""Seconds after which a session has given up."""

pytestmark = pytest.mark.timeout(120 + 180 * HOURS)


@dataclass(slots=True)
class House:
    """Five accounts in one Home Assistant, and their clouds."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    clouds: list[CloudServer] = field(default_factory=list)
    entries: list[ConfigEntry] = field(default_factory=list)

    def registered(self) -> set[str]:
        """Return all entities and devices."""
        entities, devices = er.async_get(self.hass), dr.async_get(self.hass)
        return {
            one.unique_id
            for entry in self.entries
            for one in er.async_entries_for_config_entry(entities, entry.entry_id)
        } | {
            one.id
            for entry in self.entries
            for one in dr.async_entries_for_config_entry(devices, entry.entry_id)
        }

    def nothing_shown(self) -> set[str]:
        """Return the entities that show nothing."""
        return {
            state.entity_id
            for state in self.hass.states.async_all()
            if state.state == "unavailable"
        }

    def go_wrong(self) -> None:
        """Let a share of all requests go wrong."""
        for cloud in self.clouds:
            for kind in Kind:
                faults_of(cloud).add(
                    Fault(
                        kind=kind,
                        probability=SHARE / len(Kind),
                        status=503,
                        seconds=2 * _TIMEOUT if kind is Kind.STALL else 3,
                        size=2 << 20,
                    )
                )

    async def minute(self) -> None:
        """Let a minute pass, and what is silent time out."""
        self.freezer.tick(_MINUTE)
        await asyncio.sleep(0)
        settled = asyncio.ensure_future(done(self.hass))
        while not settled.done():
            before = self._met()
            await asyncio.wait({settled}, timeout=0.3)
            if self._met() == before and not settled.done():
                self.freezer.tick(_TIMEOUT)
        await settled

    def _met(self) -> int:
        return sum(
            cloud.count() + sum(fault.hits for fault in faults_of(cloud).active)
            for cloud in self.clouds
        )


def _our_objects() -> Counter[str]:
    """Count the objects of the integration that are alive, those of the simulated clouds aside."""
    gc.collect()
    return Counter(
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in map(type, gc.get_objects())
        if kind.__module__.startswith(f"custom_components.{DOMAIN}.")
        and ".simulator" not in kind.__module__
    )


@pytest.fixture
async def house(
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
) -> AsyncGenerator[House]:
    """Return five accounts, each as it is after its first minutes."""
    freezer.move_to(START)
    house = House(hass, freezer)
    async with AsyncExitStack() as stack:
        for vendor in SIMULATED:
            # A clock that is looked up with each call is the frozen one.
            cloud = create(vendor, clock=lambda: time.time())  # noqa: PLW0108 - freezing replaces it by its name
            await stack.enter_async_context(cloud)
            house.clouds.append(cloud)
            house.entries.append(await set_up(hass, cloud, vendor))
        for _ in range(20):
            await house.minute()
        yield house
        for entry in house.entries:
            await hass.config_entries.async_unload(entry.entry_id)


async def test_soak(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is lost, no line is said again and again, and memory does not grow."""
    registered, nothing = house.registered(), house.nothing_shown()
    caplog.set_level(logging.INFO)
    house.go_wrong()
    objects: list[Counter[str]] = []
    for _ in range(HOURS):
        caplog.clear()
        for _ in range(60):
            await house.minute()
        said = Counter(lines(caplog, logging.WARNING))
        assert [line for line, times in said.items() if times > 1] == []
        assert not [one for one in caplog.records if one.exc_info]
        objects.append(_our_objects())
    for cloud in house.clouds:
        faults_of(cloud).clear()
    for _ in range(35):
        await house.minute()
    assert all(entry.state is ConfigEntryState.LOADED for entry in house.entries)
    assert house.registered() == registered
    assert house.nothing_shown() <= nothing
    # Records come and go with the simulated worlds; what grows with each hour would stand out.
    for counted in objects:
        # Each session keeps its newest hundred requests, which fills up slowly.
        del counted["custom_components.habitat.cloud.session.Logged"]
    first, last = objects[0].total(), objects[-1].total()
    assert last < 1.05 * first, (objects[-1] - objects[0]).most_common(5)
