"""An account is set up, unloaded, reloaded and removed."""

import asyncio
from types import ModuleType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import async_migrate_entry, loader
from custom_components.habitat.const import DOMAIN, MINOR_VERSION
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.importlib import async_import_module
from homeassistant.setup import async_setup_component
from tests.support.common import Setting, fill, lines, start_flow, tick
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp


async def answers(url: str) -> bool:
    """Say whether somebody listens at an address."""
    port = int(url.rpartition(":")[2])
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_unload_ends_everything(small: Setting) -> None:
    """An unloaded account asks for nothing, however much time goes by."""
    assert await small.hass.config_entries.async_unload(small.entry.entry_id)
    assert small.entry.state is ConfigEntryState.NOT_LOADED
    requests = small.cloud.count()
    await small.poll(20)
    assert small.cloud.count() == requests
    assert small.unavailable() == {state.entity_id for state in small.states()}


async def test_reload(small: Setting) -> None:
    """A reload brings everything back as it was, and costs no more than a set-up."""
    states = {state.entity_id: state.state for state in small.states()}
    registered = small.registered()
    for _ in range(3):
        await small.reload()
    assert {state.entity_id: state.state for state in small.states()} == states
    assert small.registered() == registered
    requests = small.cloud.count("GET /api/vents")
    await small.poll()
    assert small.cloud.count("GET /api/vents") == requests + 1


async def test_unload_in_the_middle_of_a_poll(small: Setting) -> None:
    """An account can be unloaded while its cloud is silent."""
    stall = faults_of(small.cloud).add(Fault(kind=Kind.STALL, seconds=1000))
    small.freezer.tick(61)
    while not stall.hits:
        await small.freely()
    assert await small.hass.config_entries.async_unload(small.entry.entry_id)
    hits = stall.hits
    await small.poll(3)
    assert stall.hits == hits


async def test_removal(small: Setting, issue_registry: ir.IssueRegistry) -> None:
    """A removed account leaves no device, entity or issue behind."""
    small.cloud.add(
        "hvac-units",
        "orphan",
        {"structure": next(small.cloud.world.all("structures")).id, "puck": None},
        name="Orphan",
        constraints=["Temp +"],
    )
    await small.poll()
    mine = [issue for domain, issue in issue_registry.issues if domain == DOMAIN]
    assert mine == [f"unit_without_puck_{small.entry.entry_id}_orphan"]
    await small.hass.config_entries.async_remove(small.entry.entry_id)
    assert not [domain for domain, _ in issue_registry.issues if domain == DOMAIN]
    assert small.registered() == set()


async def test_two_accounts_leave_each_other_alone(
    set_up_flair: SetUp, issue_registry: ir.IssueRegistry
) -> None:
    """Removing one account does not touch another one's issues."""
    setting = await set_up_flair("odd")
    mine = [issue for domain, issue in issue_registry.issues if domain == DOMAIN]
    assert mine
    other = MockConfigEntry(domain=DOMAIN, data={"vendor": "flair", "simulated": True})
    other.add_to_hass(setting.hass)
    await setting.hass.config_entries.async_remove(other.entry_id)
    assert [one for domain, one in issue_registry.issues if domain == DOMAIN] == mine


async def test_vendor_of_another_version(hass: HomeAssistant) -> None:
    """An entry of a vendor that this version does not know says so, and can be removed."""
    entry = MockConfigEntry(domain=DOMAIN, data={"vendor": "os", "url": "http://x"})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unknown_vendor"
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_entries(DOMAIN) == []


@pytest.fixture
async def simulated(
    freezer: FrozenDateTimeFactory, hass: HomeAssistant, socket_enabled: None
) -> MockConfigEntry:
    """Return the entry of an account on the embedded simulator."""
    flow = await start_flow(hass, "simulator")
    return (await fill(hass, flow, {"vendor": "flair"}))["result"]


async def write(hass: HomeAssistant, position: int) -> str:
    """Send the first vent to a position and return its entity."""
    cover = min(hass.states.async_entity_ids("cover"))
    await hass.services.async_call(
        "cover",
        "set_cover_position",
        {"entity_id": cover, "position": position},
        blocking=True,
    )
    return cover


async def test_simulated_cloud_ends_with_its_account(
    hass: HomeAssistant, simulated: MockConfigEntry
) -> None:
    """The server of a simulated account runs exactly as long as the account is loaded."""
    url = simulated.runtime_data.login.url
    assert await answers(url)
    assert await hass.config_entries.async_unload(simulated.entry_id)
    assert not await answers(url)


@pytest.mark.parametrize("how", ["reload", "shutdown"])
async def test_simulated_world_is_kept(
    hass: HomeAssistant,
    simulated: MockConfigEntry,
    hass_storage: dict[str, Any],
    how: str,
) -> None:
    """What was changed in a simulated world is still so after a restart, until it is removed."""
    file = f"habitat.simulator.{simulated.entry_id}"
    cover = await write(hass, 37)
    if how == "shutdown":
        hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await hass.async_block_till_done()
        assert "37" in str(hass_storage[file]["data"])
    await hass.config_entries.async_reload(simulated.entry_id)
    state = hass.states.get(cover)
    assert state is not None
    assert state.attributes["current_position"] == 37
    await hass.config_entries.async_remove(simulated.entry_id)
    assert file not in hass_storage


async def test_simulated_account_polls(
    hass: HomeAssistant, simulated: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """A simulated account lives like any other."""
    requests = simulated.runtime_data.session.counters.requests
    await tick(hass, freezer, 61)
    assert simulated.runtime_data.session.counters.requests >= requests + 9
    assert not [
        state for state in hass.states.async_all() if state.state == "unavailable"
    ]


async def test_vendor_that_cannot_be_imported(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What one vendor requires and the house lacks costs that vendor's actions alone."""

    async def fail(hass: HomeAssistant, name: str) -> ModuleType:
        if ".farmbot." in name:
            raise ModuleNotFoundError(name)
        return await async_import_module(hass, name)

    monkeypatch.setattr(loader, "async_import_module", fail)
    assert await async_setup_component(hass, DOMAIN, {})
    known = hass.services.async_services_for_domain(DOMAIN)
    assert {"set_room_hold", "run_sequence"} <= set(known)
    assert not lines(caplog)
    device = {"device_id": "unknown"}
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            DOMAIN, "run_sequence", {**device, "sequence": 1}, blocking=True
        )
    assert caught.value.translation_key == "actions_missing"
    assert caught.value.translation_placeholders == {"vendor": "FarmBot"}
    assert [line for line in lines(caplog) if "FarmBot" in line]
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(
            DOMAIN, "press_remote_button", {**device, "button": "Power"}, blocking=True
        )
    assert refused.value.translation_key == "no_such_device"


@pytest.mark.parametrize(
    ("vendor", "unique_id", "before", "after"),
    [
        ("flair", "flair_77", "Flair: Maple Lodge, Grandma's", "Flair 77"),
        ("flair", "flair_0123456789abcdef", "Flair: Maple Lodge", "Flair"),
        ("flair", "flair_77", "Flair", "Flair"),
        ("flair", "flair_77", "Our vents", "Our vents"),
        ("farmbot", "farmbot_5", "FarmBot 5", "FarmBot 5"),
        ("gone", "gone_5", "Gone: Maple Lodge", "Gone: Maple Lodge"),
    ],
)
async def test_titles_that_named_homes(
    hass: HomeAssistant, vendor: str, unique_id: str, before: str, after: str
) -> None:
    """A title of ours loses its names; one of the user's stays."""
    entry = MockConfigEntry(
        domain=DOMAIN, title=before, unique_id=unique_id, data={"vendor": vendor}
    )
    entry.add_to_hass(hass)
    assert await async_migrate_entry(hass, entry)
    assert (entry.title, entry.minor_version) == (after, MINOR_VERSION)
    # From then on it is the user's.
    hass.config_entries.async_update_entry(entry, title=before)
    assert await async_migrate_entry(hass, entry)
    assert entry.title == before


async def test_an_entry_of_the_future(hass: HomeAssistant) -> None:
    """What a newer version kept cannot be read."""
    entry = MockConfigEntry(domain=DOMAIN, version=2, data={"vendor": "flair"})
    assert not await async_migrate_entry(hass, entry)
