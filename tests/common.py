"""What tests with Home Assistant have in common: an account on a simulated cloud, and time."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
import logging
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.coordinator import HabitatConfigEntry
from custom_components.habitat.flair.account import FlairAccount
from custom_components.habitat.simulator.clock import ManualClock
from custom_components.habitat.simulator.flair.server import FlairCloud
from homeassistant.config_entries import (
    RELOAD_AFTER_UPDATE_DELAY,
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity

NOW = 1_795_618_820.0
"""A Wednesday in November 2026, eight in the morning in the demo's house."""

POLL_SECONDS = 61
"""A little more than the pace of the fast lane, whose start is spread within a second."""


@dataclass(slots=True)
class Setting:
    """One Flair account, set up in Home Assistant, and the cloud behind it."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    entry: HabitatConfigEntry
    cloud: FlairCloud
    clock: ManualClock
    """The clock of the simulated home. It stands still: only then nothing changes there."""

    @property
    def account(self) -> FlairAccount:
        """The account while it is loaded."""
        account = self.entry.runtime_data
        assert isinstance(account, FlairAccount)
        return account

    def is_in(self, state: ConfigEntryState) -> bool:
        """Say whether the entry is in a state now."""
        return self.entry.state is state

    async def poll(self, times: int = 1) -> None:
        """Let so many polls come and go."""
        for _ in range(times):
            await tick(self.hass, self.freezer, POLL_SECONDS)

    async def settle(self) -> None:
        """Wait until Home Assistant has nothing left to do."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def freely(self) -> None:
        """Let the sockets work for a moment of real time."""
        await asyncio.sleep(0.001)

    async def reload(self) -> None:
        """Unload the account and set it up again."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.settle()

    async def enable(self, *entity_ids: str) -> None:
        """Enable entities that are off by default; Home Assistant then reloads the account."""
        registry = er.async_get(self.hass)
        for entity_id in entity_ids:
            registry.async_update_entity(entity_id, disabled_by=None)
        await tick(self.hass, self.freezer, RELOAD_AFTER_UPDATE_DELAY + 1)

    def id_of(self, kind: str, name: str) -> str:
        """Return Flair's id of the resource of a type and a name."""
        return next(
            item.id
            for item in self.cloud.world.all(kind)
            if item.attributes["name"] == name
        )

    def entity_id(self, platform: str, kind: str, resource_id: str, key: str) -> str:
        """Return the entity that shows `key` of a Flair resource."""
        found = er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"flair_{kind}_{resource_id}_{key}"
        )
        assert found is not None, (platform, kind, resource_id, key)
        return found

    def state(self, platform: str, kind: str, resource_id: str, key: str) -> State:
        """Return the state of the entity that shows `key` of a Flair resource."""
        entity_id = self.entity_id(platform, kind, resource_id, key)
        state = self.hass.states.get(entity_id)
        assert state is not None, entity_id
        return state

    def states(self) -> list[State]:
        """Return the states of all enabled entities of the account."""
        entries = er.async_entries_for_config_entry(
            er.async_get(self.hass), self.entry.entry_id
        )
        found = (self.hass.states.get(one.entity_id) for one in entries)
        return [state for state in found if state is not None]

    def unavailable(self) -> set[str]:
        """Return the entities that are unavailable."""
        return {one.entity_id for one in self.states() if one.state == "unavailable"}

    def devices_of(self, entity_ids: Iterable[str]) -> set[str]:
        """Return the devices of entities, in Flair's words: `vents_5`."""
        entities, devices = er.async_get(self.hass), dr.async_get(self.hass)
        found = set()
        for entity_id in entity_ids:
            entry = entities.async_get(entity_id)
            assert entry is not None
            assert entry.device_id is not None
            device = devices.async_get(entry.device_id)
            assert device is not None
            found |= {name.removeprefix("flair_") for _, name in device.identifiers}
        return found

    def registered(self) -> set[str]:
        """Return the unique ids of all entities, and the identifiers of all devices."""
        entry_id = self.entry.entry_id
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), entry_id)
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry_id)
        return {one.unique_id for one in entities} | {
            name for one in devices for _, name in one.identifiers
        }

    def device(self, kind: str, resource_id: str) -> dr.DeviceEntry | None:
        """Return the registry's entry of a Flair resource."""
        return dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, f"flair_{kind}_{resource_id}"), self.entry.entry_id
        )


def lines(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """Return what the integration wrote to the log, from a level on."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(f"custom_components.{DOMAIN}")
        and record.levelno >= level
    ]


async def tick(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, and wait until all that was due is done.

    The event loop's clock follows the frozen one, see the fixture `freezer`.
    """
    freezer.tick(seconds)
    # Once around, so that the timers that are due now start their tasks.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await hass.async_block_till_done(wait_background_tasks=True)


@contextmanager
def counted_writes() -> Iterator[Counter[str]]:
    """Count the state writes by entity id, also those that change nothing."""
    counts: Counter[str] = Counter()
    write = Entity._async_write_ha_state

    def counting(self: Entity) -> None:
        counts[self.entity_id] += 1
        write(self)

    with patch.object(Entity, "_async_write_ha_state", counting):
        yield counts


async def start_flow(hass: HomeAssistant, step: str) -> ConfigFlowResult:
    """Begin to add an account and choose from the menu."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": step}
    )


async def start_mending(
    hass: HomeAssistant, entry: ConfigEntry, source: str
) -> ConfigFlowResult:
    """Begin reauthentication ("reauth") or reconfiguration ("reconfigure")."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={
            "source": source,
            "entry_id": entry.entry_id,
            "unique_id": entry.unique_id,
            "title_placeholders": {"name": entry.title},
        },
        data=entry.data if source == SOURCE_REAUTH else None,
    )


async def fill(
    hass: HomeAssistant, flow: Mapping[str, Any], user_input: Mapping[str, Any]
) -> ConfigFlowResult:
    """Fill in the form that a flow shows."""
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], dict(user_input)
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def login_input(cloud: FlairCloud, **changes: str) -> dict[str, Any]:
    """Return what opens the account of a cloud, as its form takes it."""
    return {**cloud.credentials, **changes, "advanced": {"url": cloud.url}}


async def set_up(hass: HomeAssistant, cloud: FlairCloud) -> HabitatConfigEntry:
    """Add the account of a cloud through the config flow."""
    flow = await start_flow(hass, "flair")
    result = await fill(hass, flow, login_input(cloud))
    assert result["type"] == "create_entry", result
    entry: HabitatConfigEntry = result["result"]
    return entry
