"""Flair: set-up, polls and writes, beside its rival."""

from dataclasses import dataclass
from functools import partial
from itertools import count

from flairaio.flair_client import FlairClient
import pytest

from custom_components.habitat.coordinator import HabitatCoordinator
from custom_components.habitat.flair.client.models import Vent
from custom_components.habitat.flair.connection import connect
from custom_components.habitat.flair.coordinator import FAST, RARE, SLOW
from custom_components.habitat.login_flow import entry_login
from homeassistant.components.cover import (
    ATTR_CURRENT_POSITION,
    ATTR_POSITION,
    DOMAIN as COVER,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_SET_COVER_POSITION
from homeassistant.helpers import entity_registry as er
from tests.support.common import done

from . import rival
from .cloud import Change, change, pages
from .homes import STANDARD, Home
from .measure import Bench
from .report import Job, Minute, Report, Side


@dataclass(frozen=True, slots=True)
class Scene:
    """One benchmark's surroundings."""

    bench: Bench
    home: Home
    report: Report

    @property
    def runs(self) -> int:
        """How often CPU is measured: a large home shows its cost in fewer runs."""
        return 50 if self.home.devices <= 100 else 10

    @property
    def rival_runs(self) -> int:
        """The same for the rival, who takes longer."""
        return self.runs // 5


@pytest.fixture
def scene(bench: Bench, home: Home, report: Report) -> Scene:
    """Return the surroundings."""
    return Scene(bench, home, report)


def test_set_up(scene: Scene, entry: ConfigEntry) -> None:
    """An account that is known is set up, as after a restart."""
    bench, manager = scene.bench, scene.bench.hass.config_entries

    def unload() -> None:
        assert bench.run(partial(manager.async_unload, entry.entry_id))

    figures = bench.measure(
        partial(manager.async_setup, entry.entry_id), unload, runs=5
    )
    assert entry.state is ConfigEntryState.LOADED
    assert len(entry.runtime_data.of(Vent)) == scene.home.vents
    entities = er.async_entries_for_config_entry(
        er.async_get(bench.hass), entry.entry_id
    )
    enabled = [item for item in entities if item.disabled_by is None]
    assert figures.writes >= len(enabled) > scene.home.devices
    readings = scene.home.vents + scene.home.pucks
    assert figures.requests >= readings + sum(bench.cloud.ask(pages))
    scene.report.figures[scene.home, Job.SET_UP, Side.OURS] = figures


def test_unchanged_poll(scene: Scene, entry: ConfigEntry) -> None:
    """A poll that brings nothing new asks for each list, all at once, and writes nothing."""
    bench, account = scene.bench, account_of(entry)
    before = dict(account.data)
    figures = bench.measure(account.async_refresh, runs=scene.runs)
    assert account.last_update_success
    assert all(account.data[key] is record for key, record in before.items())
    lists = bench.cloud.ask(pages)
    assert figures.requests == sum(lists)
    assert figures.rounds <= max(lists)
    assert figures.writes == 0
    if scene.home == STANDARD:
        assert figures.requests <= 11
        assert figures.rounds == 1
        assert figures.wall <= 0.15
        assert figures.cpu <= 0.004
    scene.report.figures[scene.home, Job.POLL, Side.OURS] = figures


def test_changed_poll(scene: Scene, entry: ConfigEntry) -> None:
    """A poll that brings one changed record in a hundred."""
    bench, account = scene.bench, account_of(entry)
    numbers = count()
    changes: list[Change] = []
    bystander = connect(bench.hass, entry_login(entry))

    async def read_all() -> None:
        for model in FAST:
            await bystander.collection(model)

    def prepare() -> None:
        changes[:] = bench.cloud.ask(change, 0.01, next(numbers))
        # The cloud has its pages ready before the poll asks for them.
        bench.run(read_all)

    figures = bench.measure(account.async_refresh, prepare, runs=scene.runs)
    assert changes
    for item in changes:
        record = account.data[f"{item.kind}_{item.id}"]
        assert getattr(record, item.attribute) == item.value
    assert figures.requests == sum(bench.cloud.ask(pages))
    assert figures.writes >= len(changes)
    scene.report.figures[scene.home, Job.CHANGED_POLL, Side.OURS] = figures


def test_write(scene: Scene, entry: ConfigEntry) -> None:
    """A vent is sent elsewhere: one request, no poll."""
    bench, hass = scene.bench, scene.bench.hass
    vent = next(state.entity_id for state in hass.states.async_all(COVER))
    positions = count()
    position = 0

    async def write() -> None:
        nonlocal position
        position = 60 + next(positions) % 30
        await hass.services.async_call(
            COVER,
            SERVICE_SET_COVER_POSITION,
            {ATTR_ENTITY_ID: vent, ATTR_POSITION: position},
            blocking=True,
        )

    figures = bench.measure(write, runs=scene.runs)
    state = hass.states.get(vent)
    assert state
    assert state.attributes[ATTR_CURRENT_POSITION] == position
    assert figures.requests == 1
    assert figures.writes >= 1
    scene.report.figures[scene.home, Job.WRITE, Side.OURS] = figures


def test_minutes(scene: Scene, entry: ConfigEntry) -> None:
    """All sources together, over the time in which each was requested."""
    bench, account = scene.bench, account_of(entry)
    polls = RARE // account.interval

    async def poll() -> None:
        # The pace is that of the clock, and no time passes from one poll to the next here.
        for state in account.poller.states.values():
            state.due_at -= account.interval.total_seconds()
        await account.async_refresh()
        await done(bench.hass)

    asked = [line for _ in range(polls) for line in bench.requests(poll)]
    readings = sum(line.endswith("/current-reading") for line in asked)
    assert readings == (scene.home.vents + scene.home.pucks) * (RARE // SLOW)
    cpu = sum(bench.cpu(poll) for _ in range(polls))
    minutes = RARE.total_seconds() / 60
    scene.report.minutes[scene.home, Side.OURS] = Minute(
        len(asked) / minutes, cpu / minutes
    )


def test_rival_poll(scene: Scene, client: FlairClient) -> None:
    """The rival's client reads what it can, for no entity."""
    bench = scene.bench
    bench.run(client.get_flair_data)
    figures = bench.measure(client.get_flair_data, runs=scene.rival_runs)
    (house,) = bench.run(client.get_flair_data).structures.values()
    readings = len(house.vents) + len(house.pucks) + len(house.bridges)
    assert figures.requests == 10 + readings
    assert 0 < len(house.vents) <= scene.home.vents
    scene.report.vents[scene.home] = len(house.vents)
    scene.report.figures[scene.home, Job.POLL, Side.RIVAL] = figures
    scene.report.minutes[scene.home, Side.RIVAL] = Minute(
        figures.requests * rival.POLLS_A_MINUTE, figures.cpu * rival.POLLS_A_MINUTE
    )


def test_rival_write(scene: Scene, client: FlairClient) -> None:
    """The rival sends a vent elsewhere and polls, as its integration does at once."""
    bench = scene.bench
    (house,) = bench.run(client.get_flair_data).structures.values()
    vent = next(iter(house.vents))
    positions = count()
    position = 0

    async def write() -> None:
        nonlocal position
        position = 60 + next(positions) % 30
        await client.update("vents", vent, {"percent-open": position}, {})
        await client.get_flair_data()

    figures = bench.measure(write, runs=scene.rival_runs)
    (house,) = bench.run(client.get_flair_data).structures.values()
    assert house.vents[vent].attributes["percent-open"] == position
    assert figures.requests > 1
    scene.report.figures[scene.home, Job.WRITE, Side.RIVAL] = figures


def account_of(entry: ConfigEntry) -> HabitatCoordinator:
    """Return the account behind an entry."""
    account = entry.runtime_data
    assert isinstance(account, HabitatCoordinator)
    return account
