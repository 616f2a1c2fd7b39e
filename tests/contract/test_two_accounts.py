"""Two accounts that see the same devices do not fight, at whichever vendor."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
import logging
import time

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import async_remove_config_entry_device
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.coordinator import HabitatConfigEntry
from custom_components.habitat.diagnostics import async_get_config_entry_diagnostics
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from tests.support.common import NOW, START, done, set_up, tick


@dataclass(slots=True)
class Two:
    """Two accounts on one cloud."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    first: HabitatConfigEntry
    second: HabitatConfigEntry

    def owners(self) -> dict[str, str]:
        """Return which account has each device and each entity, by its id and unique id."""
        devices, entities = dr.async_get(self.hass), er.async_get(self.hass)
        found: dict[str, str] = {}
        for entry in (self.first, self.second):
            for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
                for _, device_id in device.identifiers:
                    assert device_id not in found
                    found[device_id] = entry.entry_id
            for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
                assert entity.device_id
                device_of = devices.async_get(entity.device_id)
                assert device_of
                assert device_of.config_entry_id == entry.entry_id
                found[entity.unique_id] = entry.entry_id
        return found

    def issue(self) -> ir.IssueEntry | None:
        """Return what is said of the second account."""
        issue_id = f"shared_devices_{self.second.entry_id}"
        return ir.async_get(self.hass).async_get_issue(DOMAIN, issue_id)

    async def poll(self, entry: HabitatConfigEntry) -> None:
        """Let one account poll, whatever its pace is now."""
        await entry.runtime_data.async_refresh()
        await done(self.hass)
        await tick(self.hass, self.freezer, 1)


@pytest.fixture(params=SIMULATED)
async def two(
    request: pytest.FixtureRequest,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
) -> AsyncGenerator[Two]:
    """Return two accounts of each vendor that see the same, the first set up before the second."""
    vendor: str = request.param
    freezer.move_to(START)
    clock = (lambda: time.time()) if vendor == "cityflow" else ManualClock(NOW)  # noqa: PLW0108 - freezing replaces it by its name
    async with create(vendor, clock=clock) as cloud:
        first = await set_up(hass, cloud, vendor)
        second = MockConfigEntry(
            domain=DOMAIN, data=dict(first.data), unique_id="other", title="Neighbour"
        )
        second.add_to_hass(hass)
        assert await hass.config_entries.async_setup(second.entry_id)
        await done(hass)
        yield Two(hass, freezer, first, second)
        for entry in (first, second):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
        await done(hass)


async def test_no_fight(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    """What the first shows is left to it, in whatever order the two start."""
    owners = two.owners()
    assert set(owners.values()) == {two.first.entry_id}
    states = {state.entity_id for state in two.hass.states.async_all()}
    issue = two.issue()
    assert issue is not None
    assert issue.translation_placeholders == {
        "account": "Neighbour",
        "others": two.first.title,
        "count": str(len(two.first.runtime_data.devices.present)),
    }
    for order in ((two.first, two.second), (two.second, two.first)):
        for entry in order:
            await two.hass.config_entries.async_unload(entry.entry_id)
        for entry in order:
            await two.hass.config_entries.async_setup(entry.entry_id)
            await done(two.hass)
            await two.poll(entry)
        assert two.owners() == owners
        assert two.issue() == issue
    assert {state.entity_id for state in two.hass.states.async_all()} == states
    assert "unique ID" not in caplog.text
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_diagnostics_and_removal_by_hand(two: Two) -> None:
    """Diagnostics tell of it, and nobody can remove a device from the account that shows it."""
    told = await async_get_config_entry_diagnostics(two.hass, two.second)
    shown = list(two.first.runtime_data.devices.present)
    assert told["devices"] == []
    assert len(told["devices_of_other_accounts"]) == len(shown)
    for device in dr.async_entries_for_config_entry(
        dr.async_get(two.hass), two.first.entry_id
    ):
        assert not await async_remove_config_entry_device(two.hass, two.first, device)


async def test_first_is_removed(two: Two) -> None:
    """Then the second shows everything with its next poll, under the same names."""
    known = {
        (entity.domain, entity.unique_id): entity.entity_id
        for entity in er.async_get(two.hass).entities.values()
    }
    await two.hass.config_entries.async_remove(two.first.entry_id)
    await done(two.hass)
    await two.poll(two.second)
    assert two.owners() == dict.fromkeys(two.owners(), two.second.entry_id)
    entities = er.async_get(two.hass).entities.values()
    assert {(one.domain, one.unique_id): one.entity_id for one in entities} == known
    assert two.issue() is None


async def test_first_is_disabled(two: Two) -> None:
    """Then all moves to the second, settings included, and stays there when the first is back."""
    entities, devices = er.async_get(two.hass), dr.async_get(two.hass)
    known = {
        (one.domain, one.unique_id): one.entity_id for one in entities.entities.values()
    }
    off = {
        (one.domain, one.unique_id): one.disabled_by
        for one in entities.entities.values()
    }
    device = dr.async_entries_for_config_entry(devices, two.first.entry_id)[0]
    devices.async_update_device(device.id, name_by_user="Mine")
    await two.hass.config_entries.async_set_disabled_by(
        two.first.entry_id, ConfigEntryDisabler.USER
    )
    await done(two.hass)
    await two.poll(two.second)
    owners = two.owners()
    assert set(owners.values()) == {two.second.entry_id}
    now = entities.entities.values()
    assert {(one.domain, one.unique_id): one.entity_id for one in now} == known
    assert {(one.domain, one.unique_id): one.disabled_by for one in now} == off
    moved = devices.async_get(device.id)
    assert moved is not None
    assert moved.name_by_user == "Mine"
    assert two.hass.states.async_all()
    assert two.issue() is None

    await two.hass.config_entries.async_set_disabled_by(two.first.entry_id, None)
    await done(two.hass)
    await two.poll(two.first)
    assert two.owners() == owners
    assert two.first.runtime_data.devices.present == {}


async def test_first_no_longer_sees_one(two: Two) -> None:
    """A device that the first has no more goes to the second with its next poll."""
    device = dr.async_entries_for_config_entry(
        dr.async_get(two.hass), two.first.entry_id
    )[-1]
    ((_, device_id),) = device.identifiers
    await two.hass.config_entries.async_unload(two.first.entry_id)
    dr.async_get(two.hass).async_remove_device(device.id)
    await two.poll(two.second)
    assert two.owners()[device_id] == two.second.entry_id
    assert list(two.second.runtime_data.devices.present) == [device_id]
    assert two.hass.states.async_all()
    await two.hass.config_entries.async_setup(two.first.entry_id)
    await done(two.hass)
    assert two.owners()[device_id] == two.second.entry_id
