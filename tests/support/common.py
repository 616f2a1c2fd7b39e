"""What tests with Home Assistant have in common: an account on a simulated cloud, and time."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
from typing import Any, cast
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.const import CONF_VENDOR, DOMAIN
from custom_components.habitat.coordinator import HabitatConfigEntry, HabitatCoordinator
from custom_components.habitat.flair.coordinator import FlairCoordinator
from custom_components.habitat.loader import async_actions, async_forms
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.vendor import (
    REGISTRY,
    DeviceService,
    EntityService,
    Vendor,
)
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

START = datetime.fromtimestamp(NOW, UTC)

LISTENING = " broker"
"""The end of the names of tasks that end with their account only."""

POLL_SECONDS = 61
"""A little more than the interval of the polls, whose start is spread within a second."""


@dataclass(slots=True)
class AccountSetting[C: CloudServer, A: HabitatCoordinator]:
    """One account of any vendor, set up in Home Assistant, and the cloud behind it."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    entry: HabitatConfigEntry
    cloud: C
    clock: ManualClock
    """The clock of the simulated home. It stands still: only then nothing changes there."""

    @property
    def account(self) -> A:
        """The account while it is loaded."""
        return cast(A, self.entry.runtime_data)

    @property
    def pace(self) -> float:
        """A little more than from one poll to the next, in seconds; a minute without polls."""
        loaded = self.is_in(ConfigEntryState.LOADED)
        return (self.account.interval.total_seconds() if loaded else 60) + 1

    def is_in(self, state: ConfigEntryState) -> bool:
        """Say whether the entry is in a state now."""
        return self.entry.state is state

    async def poll(self, times: int = 1) -> None:
        """Let so many polls come and go."""
        for _ in range(times):
            await tick(self.hass, self.freezer, self.pace)

    async def settle(self) -> None:
        """Wait until Home Assistant has nothing left to do."""
        await done(self.hass)

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

    def found(self, platform: str, device_id: str, key: str) -> str:
        """Return the entity that shows `key` of a device, by the vendor's id of that."""
        vendor = self.entry.data[CONF_VENDOR]
        entity_id = er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"{vendor}_{device_id}_{key}"
        )
        assert entity_id is not None, (platform, device_id, key)
        return entity_id

    def shown(self, platform: str, device_id: str, key: str) -> State:
        """Return the state of the entity that shows `key` of a device."""
        entity_id = self.found(platform, device_id, key)
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

    def registered(self) -> set[str]:
        """Return the unique ids of all entities, and the identifiers of all devices."""
        entry_id = self.entry.entry_id
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), entry_id)
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry_id)
        return {one.unique_id for one in entities} | {
            name for one in devices for _, name in one.identifiers
        }

    def registry_device(self, device_id: str) -> dr.DeviceEntry | None:
        """Return the registry's entry of a device, by the vendor's id of it."""
        vendor = self.entry.data[CONF_VENDOR]
        return dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, f"{vendor}_{device_id}"), self.entry.entry_id
        )


type AnySetting = AccountSetting[CloudServer, Any]


class Setting(AccountSetting[FlairCloud, FlairCoordinator]):
    """One Flair account, set up in Home Assistant, and the cloud behind it."""

    def id_of(self, kind: str, name: str) -> str:
        """Return Flair's id of the resource of a type and a name."""
        return next(
            item.id
            for item in self.cloud.world.all(kind)
            if item.attributes["name"] == name
        )

    def entity_id(self, platform: str, kind: str, resource_id: str, key: str) -> str:
        """Return the entity that shows `key` of a Flair resource."""
        return self.found(platform, f"{kind}_{resource_id}", key)

    def state(self, platform: str, kind: str, resource_id: str, key: str) -> State:
        """Return the state of the entity that shows `key` of a Flair resource."""
        return self.shown(platform, f"{kind}_{resource_id}", key)

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

    def device(self, kind: str, resource_id: str) -> dr.DeviceEntry | None:
        """Return the registry's entry of a Flair resource."""
        return self.registry_device(f"{kind}_{resource_id}")


def lines(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """Return what the integration wrote to the log, from a level on."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(f"custom_components.{DOMAIN}")
        and record.levelno >= level
    ]


async def done(hass: HomeAssistant) -> None:
    """Wait until Home Assistant has nothing left to do.

    Its own way of waiting would wait for those who listen to a broker too, and they never end.
    """
    await asyncio.sleep(0)
    me = asyncio.current_task()
    # Who calls an action waits for it; it may wait for what only time brings.
    endings = LISTENING, " command", *hass.services.async_services_for_domain(DOMAIN)
    while tasks := {
        task
        for task in hass._tasks | hass._background_tasks
        if task is not me and not _goes_on(task, endings)
    }:
        await asyncio.wait(tasks)
        await asyncio.sleep(0)


def _goes_on(task: asyncio.Future[Any], endings: tuple[str, ...]) -> bool:
    """Say whether nobody needs to wait for something; a job of the executor is no task."""
    return isinstance(task, asyncio.Task) and (
        bool(task.cancelling()) or task.get_name().endswith(endings)
    )


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
    await done(hass)


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
    await done(hass)
    return result


def login_input(cloud: CloudServer, **changes: str) -> dict[str, Any]:
    """Return what opens the account of a cloud, as its form takes it."""
    return {**cloud.credentials, **changes, "advanced": {"url": cloud.url}}


async def set_up(
    hass: HomeAssistant, cloud: CloudServer, vendor: str = "flair"
) -> HabitatConfigEntry:
    """Add the account of a cloud through the config flow, with the form that takes its login."""
    form = next(
        form
        for form in await async_forms(hass, REGISTRY[vendor])
        if form.fields.keys() <= cloud.credentials.keys()
    )
    flow = await start_flow(hass, vendor)
    if form.step != vendor:
        flow = await fill(hass, flow, {"next_step_id": form.step})
    login = {name: cloud.credentials[name] for name in form.fields}
    result = await fill(hass, flow, {**login, "advanced": {"url": cloud.url}})
    assert result["type"] == "create_entry", result
    entry: HabitatConfigEntry = result["result"]
    return entry


async def all_actions(
    hass: HomeAssistant,
) -> list[tuple[Vendor, EntityService | DeviceService]]:
    """Return the actions of all vendors, as their folders declare them."""
    return [
        (vendor, action)
        for vendor in REGISTRY.values()
        if vendor.actions
        for action in await async_actions(hass, vendor)
    ]
