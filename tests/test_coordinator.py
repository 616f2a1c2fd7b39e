"""What an account promises: few requests, little work, tolerance, honest availability."""

import asyncio
from collections import Counter
from dataclasses import replace
from http import HTTPStatus
import logging
import time

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.flair.coordinator import FAST
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.server import FlairCloud
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import CoreState
from homeassistant.helpers import entity_registry as er
from tests.support.common import Setting, counted_writes, lines
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp

LOGIN = "POST /oauth*"
VENTS = "GET /api/vents"


def lists_asked(cloud: FlairCloud, since: int) -> Counter[str]:
    """Return the lists that were asked for since, further pages aside."""
    asked = list(cloud.log)[since:]
    return Counter(item.path for item in asked if "page" not in item.query)


@pytest.mark.parametrize(
    ("vents", "pucks", "structures"),
    [(1, 1, 1), (12, 6, 1), (60, 20, 1), (120, 40, 1), (24, 12, 2)],
)
async def test_requests_do_not_grow(
    set_up_flair: SetUp, vents: int, pucks: int, structures: int
) -> None:
    """A poll asks once for each list, whatever the size of the home; no vent is lost."""
    setting = await set_up_flair(home(vents=vents, pucks=pucks, structures=structures))
    since = setting.cloud.count()
    await setting.poll()
    asked = lists_asked(setting.cloud, since)
    assert asked == Counter({f"/api/{model.TYPE}": 1 for model in FAST})
    registry = er.async_get(setting.hass)
    covers = [
        one
        for one in er.async_entries_for_config_entry(registry, setting.entry.entry_id)
        if one.domain == "cover"
    ]
    assert len(covers) == vents


async def test_unchanged_polls_write_nothing(standard: Setting) -> None:
    """Nothing changed, so nothing is written: not by background sources either."""
    changed = async_capture_events(standard.hass, EVENT_STATE_CHANGED)
    since = standard.cloud.count()
    with counted_writes() as writes:
        await standard.poll(16)
    asked = lists_asked(standard.cloud, since)
    assert asked["/api/vents"] == 16
    assert asked["/api/zones"] == 1
    assert sum(path.endswith("current-reading") for path in asked) > 0
    assert writes == Counter()
    assert changed == []


async def test_age_of_the_data(standard: Setting) -> None:
    """Who wants to know when the cloud answered last enables a sensor; it alone then follows."""
    house = next(standard.cloud.world.all("structures")).id
    entity_id = standard.entity_id("sensor", "structures", house, "last_answer")
    assert standard.hass.states.get(entity_id) is None
    await standard.enable(entity_id)
    state = standard.hass.states.get(entity_id)
    assert state is not None
    before = state.state
    with counted_writes() as writes:
        await standard.poll()
    assert writes == Counter({entity_id: 1})
    after = standard.hass.states.get(entity_id)
    assert after is not None
    assert after.state > before

    # It tells the age just when there are no answers.
    faults_of(standard.cloud).add(Fault(kind=Kind.RESET))
    await standard.poll(6)
    lost = standard.hass.states.get(entity_id)
    assert lost is not None
    assert lost.state == after.state


async def test_changed_vent_wakes_its_own_entities(standard: Setting) -> None:
    """A record that changed is news only to those who show it."""
    vent = standard.id_of("vents", "Vent 3")
    standard.cloud.set("vents", vent, percent_open=42, voltage=2.5)
    with counted_writes() as writes:
        await standard.poll()
    assert standard.devices_of(writes) == {f"vents_{vent}"}
    cover = standard.state("cover", "vents", vent, "vent")
    assert cover.attributes["current_position"] == 42
    assert max(writes.values()) == 1


async def test_changed_home_wakes_its_readers(set_up_flair: SetUp) -> None:
    """What shows the home's mode hears of it: rooms and units of that home, nothing else."""
    setting = await set_up_flair("two")
    first, second = (one.id for one in setting.cloud.world.all("structures"))
    setting.cloud.set("structures", first, mode="auto", structure_heat_cool_mode="heat")
    with counted_writes() as writes:
        await setting.poll()
    woken = setting.devices_of(writes)

    def of(kind: str, structure: str) -> set[str]:
        return {
            f"{kind}_{one.id}"
            for one in setting.cloud.world.all(kind)
            if one.relations.get("structure") == structure
        }

    assert f"structures_{first}" in woken
    assert of("rooms", first) <= woken
    assert of("hvac-units", first) <= woken
    assert not woken & (
        {f"structures_{second}"} | of("rooms", second) | of("hvac-units", second)
    )
    assert not woken & (of("vents", first) | of("pucks", first) | of("bridges", first))


async def test_slow_lane_asks_for_what_is_read(standard: Setting) -> None:
    """Readings cost a request each, so they are asked for only where an entity shows them."""
    silent, heard = (standard.id_of("vents", f"Vent {n}") for n in (1, 2))
    registry = er.async_get(standard.hass)
    device = standard.device("vents", silent)
    assert device is not None
    for one in er.async_entries_for_device(registry, device.id):
        registry.async_update_entity(
            one.entity_id, disabled_by=er.RegistryEntryDisabler.USER
        )
    await standard.reload()
    since = standard.cloud.count()
    await standard.poll(6)
    asked = lists_asked(standard.cloud, since)
    assert asked[f"/api/vents/{silent}/current-reading"] == 0
    assert asked[f"/api/vents/{heard}/current-reading"] == 1


async def test_device_out_of_reach_is_not_asked(standard: Setting) -> None:
    """A device without a radio link has nothing new to say."""
    vent = standard.id_of("vents", "Vent 1")
    standard.cloud.set("vents", vent, inactive=True)
    await standard.poll()
    since = standard.cloud.count()
    await standard.poll(10)
    asked = lists_asked(standard.cloud, since)
    assert asked[f"/api/vents/{vent}/current-reading"] == 0


OUTAGES = [
    Fault(kind=Kind.HTML, status=502),
    Fault(kind=Kind.STATUS, status=403),
    Fault(kind=Kind.RESET),
]


def name_of(fault: Fault) -> str:
    """Name a fault for a test's id."""
    return f"{fault.kind}-{fault.status}"


@pytest.mark.parametrize("outage", OUTAGES, ids=name_of)
async def test_outage(
    small: Setting, caplog: pytest.LogCaptureFixture, outage: Fault
) -> None:
    """The last values stand for five minutes; then a line at the loss and one at the return."""
    known = {state.entity_id: state.state for state in small.states()}
    caplog.clear()
    faults_of(small.cloud).add(replace(outage, hits=0, seen=0))
    with counted_writes() as writes:
        await small.poll(4)
    assert writes == Counter()
    assert lines(caplog) == []

    await small.poll()
    assert small.unavailable() == set(known)
    assert len(lines(caplog)) == 1
    with counted_writes() as writes:
        await small.poll(6)
    assert writes == Counter()
    assert len(lines(caplog)) == 1
    assert "Flair" in lines(caplog)[0]
    assert small.entry.state is ConfigEntryState.LOADED
    assert small.hass.config_entries.flow.async_progress() == []

    faults_of(small.cloud).clear()
    caplog.clear()
    await small.poll()
    assert {state.entity_id: state.state for state in small.states()} == known
    assert len(lines(caplog)) == 1
    await small.poll(20)
    assert len(lines(caplog)) == 1


async def test_short_outage_goes_unnoticed(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """An outage within the grace leaves no trace, and the next begins its own grace."""
    caplog.clear()
    with counted_writes() as writes:
        for _ in range(3):
            outage = faults_of(small.cloud).add(Fault(kind=Kind.RESET))
            await small.poll(4)
            faults_of(small.cloud).remove(outage)
            await small.poll()
    assert writes == Counter()
    assert lines(caplog) == []
    assert small.account.last_update_success


async def test_slow_polls_have_a_grace_too(
    small: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three polls must fail however long they take."""
    faults_of(small.cloud).add(Fault(kind=Kind.RESET))
    for failed in range(1, 4):
        small.freezer.tick(300)
        await small.poll()
        assert bool(small.unavailable()) is (failed == 3)


async def test_one_endpoint_ages_alone(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """When one list fails only what it tells ages; a line at the loss, one at the return."""
    known = {state.entity_id: state.state for state in small.states()}
    caplog.clear()
    faults_of(small.cloud).add(Fault(kind=Kind.HTML, match="GET /api/pucks"))
    await small.poll(4)
    assert small.unavailable() == set()
    vent = small.id_of("vents", "Vent 1")
    small.cloud.set("vents", vent, percent_open=7)
    await small.poll(6)
    gone = small.unavailable()
    assert {kind.partition("_")[0] for kind in small.devices_of(Counter(gone))} == {
        "pucks"
    }
    cover = small.state("cover", "vents", vent, "vent")
    assert cover.attributes["current_position"] == 7
    assert lines(caplog) == ["Flair does not answer about pucks"]
    assert small.account.last_update_success

    caplog.clear()
    faults_of(small.cloud).clear()
    await small.poll()
    assert small.unavailable() == set()
    assert lines(caplog) == ["Flair answers about pucks again"]
    assert {state.entity_id for state in small.states()} == set(known)


async def test_failing_readings_are_one_line(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """However many readings fail, the log has one line of it and one of the return."""
    caplog.clear()
    faults_of(small.cloud).add(Fault(kind=Kind.HTML, match="*current-reading"))
    await small.poll(40)
    assert len(lines(caplog)) == 1
    covers = [one for one in small.states() if one.domain == "cover"]
    assert all(one.state != "unavailable" for one in covers)
    assert small.unavailable()
    caplog.clear()
    faults_of(small.cloud).clear()
    await small.poll(6)
    assert small.unavailable() == set()
    assert len(lines(caplog)) == 1


async def test_mistake_in_one_part(
    small: Setting, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in reading one list does not take the others along."""
    client = small.account.client
    collection = type(client).collection

    async def broken(self: object, model: type, path: str | None = None) -> object:
        if model.__name__ == "Puck":
            raise ZeroDivisionError
        return await collection(client, model, path)

    monkeypatch.setattr(type(client), "collection", broken)
    caplog.clear()
    await small.poll(5)
    assert lines(caplog, logging.WARNING) == ["Flair does not answer about pucks"]
    assert small.account.report.counts["pucks (ZeroDivisionError)"] == 5
    assert small.account.last_update_success


async def test_mistake_in_one_entity(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """An entity that cannot be updated does not silence the others."""
    vent = small.id_of("vents", "Vent 1")

    def broken() -> None:
        raise ZeroDivisionError

    forget = small.account.async_add_listener(broken, {f"vents_{vent}"})
    small.cloud.set("vents", vent, percent_open=7)
    await small.poll()
    cover = small.state("cover", "vents", vent, "vent")
    assert cover.attributes["current_position"] == 7
    assert "An entity of Flair could not be updated" in caplog.text
    forget()


@pytest.mark.parametrize(
    "kind", [Kind.NULLS, Kind.WRONG_TYPES, Kind.UNKNOWN_ENUMS, Kind.DUPLICATES]
)
async def test_odd_fields(
    small: Setting, caplog: pytest.LogCaptureFixture, kind: Kind
) -> None:
    """Rubbish in fields makes those unknown, is logged once each and counted, and goes by."""
    known = {state.entity_id: state.state for state in small.states()}
    caplog.clear()
    faults_of(small.cloud).add(Fault(kind=kind, match="GET /api/*"))
    await small.poll(12)
    said = lines(caplog)
    assert len(said) == len(set(said))
    assert lines(caplog, logging.WARNING) == []
    if kind is not Kind.NULLS:
        assert small.account.report.counts
    faults_of(small.cloud).clear()
    await small.poll(6)
    assert {state.entity_id: state.state for state in small.states()} == known


async def test_login_refused_everywhere(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """The vendor's word that the login is wrong starts reauthentication at once, with few logins."""
    caplog.clear()
    before = small.cloud.count(LOGIN)
    small.cloud.tokens.clients = ()
    small.cloud.expire_tokens()
    await small.poll()
    flows = small.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]
    assert small.unavailable() == {state.entity_id for state in small.states()}
    # One try at each of the two addresses.
    assert small.cloud.count(LOGIN) - before == 2
    requests = small.cloud.count()
    await small.poll(10)
    assert small.cloud.count() == requests
    assert len(lines(caplog, logging.WARNING)) == 1


async def test_refused_at_set_up(small: Setting) -> None:
    """A login that is refused at set-up starts reauthentication as well."""
    small.cloud.tokens.clients = ()
    small.cloud.expire_tokens()
    await small.reload()
    assert small.entry.state is ConfigEntryState.SETUP_ERROR
    flows = small.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


async def test_refused_at_one_endpoint(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """401 for one list alone is no wrong login: that list ages, and logins are not wasted."""
    caplog.clear()
    before = small.cloud.count(LOGIN)
    refused = Fault(
        kind=Kind.STATUS, match="GET /api/pucks", status=HTTPStatus.UNAUTHORIZED
    )
    faults_of(small.cloud).add(refused)
    await small.poll(10)
    assert small.hass.config_entries.flow.async_progress() == []
    assert small.account.last_update_success
    assert lines(caplog, logging.WARNING) == ["Flair does not answer about pucks"]
    assert small.cloud.count(LOGIN) - before <= 1


async def test_token_that_dies_early(
    small: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """A token that is worthless before its time is replaced at once, by one login."""
    caplog.clear()
    before = small.cloud.count(LOGIN)
    with counted_writes() as writes:
        for _ in range(3):
            small.cloud.expire_tokens()
            await small.poll(2)
    assert small.cloud.count(LOGIN) - before == 3
    assert writes == Counter()
    assert lines(caplog) == []
    assert small.hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("first", [True, False])
async def test_retry_after(small: Setting, first: bool) -> None:
    """A pause that the vendor asks for is kept, then life goes on."""
    everything = "GET /api/*" if first else VENTS
    faults_of(small.cloud).add(
        Fault(kind=Kind.STATUS, match=everything, status=429, retry_after=200)
    )
    await small.poll()
    faults_of(small.cloud).clear()
    requests = small.cloud.count()
    await small.poll(3)
    assert small.cloud.count() == requests
    assert small.unavailable() == set()
    await small.poll()
    assert small.cloud.count() > requests
    assert small.account.last_update_success


async def test_long_pause(small: Setting, caplog: pytest.LogCaptureFixture) -> None:
    """A pause beyond the grace is kept too, and told like any other outage."""
    caplog.clear()
    limited = Fault(kind=Kind.STATUS, status=429, retry_after=3600)
    faults_of(small.cloud).add(limited)
    await small.poll()
    faults_of(small.cloud).clear()
    requests = small.cloud.count()
    await small.poll(10)
    assert small.cloud.count() == requests
    assert small.unavailable()
    assert len(lines(caplog)) == 1
    for _ in range(55):
        await small.poll()
    assert small.cloud.count() > requests
    assert small.unavailable() == set()


async def test_first_poll_has_no_grace(small: Setting) -> None:
    """An account whose cloud is away when it is set up waits for it, as Home Assistant does."""
    faults_of(small.cloud).add(Fault(kind=Kind.HTML, match="GET /api/*"))
    await small.reload()
    assert small.is_in(ConfigEntryState.SETUP_RETRY)
    faults_of(small.cloud).clear()
    await small.poll()
    assert small.is_in(ConfigEntryState.LOADED)
    assert small.unavailable() == set()


async def test_first_poll_with_one_failing_list(set_up_flair: SetUp) -> None:
    """A list that fails at set-up is made up for later; the rest is there."""
    setting = await set_up_flair("standard")
    faults_of(setting.cloud).add(Fault(kind=Kind.HTML, match=VENTS))
    registry = er.async_get(setting.hass)
    before = set(registry.entities)
    await setting.reload()
    assert setting.entry.state is ConfigEntryState.LOADED
    await setting.poll(8)
    assert set(registry.entities) == before
    faults_of(setting.cloud).clear()
    await setting.poll()
    vent = setting.id_of("vents", "Vent 1")
    assert setting.state("cover", "vents", vent, "vent").state != "unavailable"


async def test_stall(small: Setting) -> None:
    """A poll whose requests get no answer ends, and the next one begins."""
    stall = faults_of(small.cloud).add(Fault(kind=Kind.STALL, seconds=1000))
    began = time.monotonic()
    account = small.account
    refresh = small.hass.async_create_task(account.async_refresh())
    hits = 0
    while not refresh.done():
        await small.freely()
        if stall.hits >= hits + len(FAST):
            hits = stall.hits
            small.freezer.tick(21)
    assert time.monotonic() - began <= 90
    faults_of(small.cloud).clear()
    await small.poll()
    assert account.last_update_success
    assert small.unavailable() == set()


async def test_first_poll_that_is_cancelled(small: Setting) -> None:
    """Whoever no longer waits for the first poll leaves no request of it behind."""
    stall = faults_of(small.cloud).add(Fault(kind=Kind.STALL, seconds=1000))
    account = small.account
    account.answered_at = None
    account.poller.ask_all_soon()
    asking = asyncio.create_task(account._async_update_data())
    while not stall.hits:
        await small.freely()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "asks for" in task.get_name()]
    faults_of(small.cloud).clear()
    await small.poll()
    assert account.last_update_success


async def test_no_poll_while_home_assistant_stops(small: Setting) -> None:
    """Who asks for a poll then is not kept waiting, and the cloud is not asked."""
    requests = small.cloud.count()
    small.hass.set_state(CoreState.stopping)
    await small.account.async_request_refresh()
    await small.settle()
    assert small.cloud.count() == requests
    small.hass.set_state(CoreState.running)
    await small.account.async_request_refresh()
    assert small.cloud.count() > requests
