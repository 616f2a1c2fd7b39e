"""FarmBot: start, reconcile, what the broker tells, idle hours, the map, the emergency stop."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from functools import partial
from statistics import median
import time
from typing import Any

from freezegun import api as freezegun_api
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.cloud.documents import read_json
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.const import CONF_FORM, CONF_VENDOR, DOMAIN
from custom_components.habitat.farmbot.bed_map import svg as bed_map
from custom_components.habitat.farmbot.bed_map.bed import Bed
from custom_components.habitat.farmbot.client import api, celery_script
from custom_components.habitat.farmbot.client.models import Point
from custom_components.habitat.farmbot.client.status import (
    Axes,
    StatusCache,
    read_status,
)
from custom_components.habitat.farmbot.commands import send
from custom_components.habitat.farmbot.coordinator import PACES, FarmBotCoordinator
from custom_components.habitat.farmbot.derived import BED
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from homeassistant.components.button import DOMAIN as BUTTON, SERVICE_PRESS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, CONF_URL, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests import conftest as shared
from tests.support.common import tick

from .cloud import CloudProcess
from .gardens import (
    GARDENS,
    PLANTS,
    commands,
    flood,
    garden_cloud,
    grow,
    is_complete,
    note_commands,
    robot_id,
    words,
)
from .measure import Bench, state_writes
from .report import Report
from .report_farmbot import (
    FLOODS,
    RIVAL_ASKS,
    STOPS,
    Change,
    Flood,
    Hour,
    Lists,
    Map,
    Reading,
    Stop,
)

freezer, real_time_broker = shared.freezer, shared.real_time_broker

type Cloud = CloudProcess[FarmBotCloud]

_PATIENCE = 30.0
"""Seconds of real time until something is given up."""
_FLOOD_SECONDS = 10.0
_DAY = 24
_STEPS = {True: (58, 3600 / 58), False: (12, 300.75)}
"""How many steps an hour has with and without the broker, and the seconds of each: a little more
than what lies between two pings, and between two polls."""
_WAITING = 20
"""Commands that wait while the robot is stopped."""
_STOPS = 21


@pytest.fixture
def garden() -> str | int:
    """Return the garden of a test that does not say which."""
    return "standard"


@pytest.fixture
def with_broker() -> bool:
    """Say that there is a broker, where a test does not say otherwise."""
    return True


@pytest.fixture
def cloud(garden: str | int, with_broker: bool) -> Generator[Cloud]:
    """Return the garden's cloud, with everybody at the broker who belongs there."""
    with CloudProcess(partial(garden_cloud, garden, with_broker)) as cloud:
        end = time.monotonic() + 10
        while with_broker and not cloud.ask(is_complete):
            assert time.monotonic() < end, "nobody comes to the broker"
            time.sleep(0.02)
        yield cloud


@pytest.fixture
def entry(bench: Bench) -> Generator[MockConfigEntry]:
    """Return an account at the cloud, set up, that has heard its robot."""
    entry = _new_entry(bench.cloud)
    entry.add_to_hass(bench.hass)
    assert bench.run(partial(bench.hass.config_entries.async_setup, entry.entry_id))
    bench.settle()
    bench.run(partial(_first_word, entry.runtime_data))
    yield entry
    bench.run(partial(bench.hass.config_entries.async_unload, entry.entry_id))


@pytest.fixture
def account(entry: MockConfigEntry) -> FarmBotCoordinator:
    """Return the account."""
    account = entry.runtime_data
    assert isinstance(account, FarmBotCoordinator)
    return account


_all_gardens = pytest.mark.parametrize("garden", [*GARDENS, *PLANTS], ids=str)


@_all_gardens
def test_start(
    bench: Bench, entry: MockConfigEntry, report: Report, garden: str | int
) -> None:
    """An account that is known is set up, as after a restart: each list once, four at a time."""
    manager = bench.hass.config_entries

    def unload() -> None:
        assert bench.run(partial(manager.async_unload, entry.entry_id))

    figures = bench.measure(
        partial(manager.async_setup, entry.entry_id), unload, runs=5
    )
    assert entry.state is ConfigEntryState.LOADED
    # What the owner's webcams show is found out besides, by asking each once.
    webcams = len(entry.runtime_data.store.keys(api.WEBCAM_FEEDS.path))
    assert len(PACES) <= figures.requests <= len(PACES) + webcams
    assert figures.at_once <= 4
    counters = entry.runtime_data.session.counters
    assert counters.requests == len(PACES)
    report.farmbot.starts[garden] = Lists(figures, counters.bytes)


@_all_gardens
def test_unchanged_reconcile(
    bench: Bench, account: FarmBotCoordinator, report: Report, garden: str | int
) -> None:
    """All lists once more, which happens every six hours, bring nothing new."""

    async def reconcile() -> None:
        account.poller.ask_all_soon()
        await account.async_refresh()

    bench.run(reconcile)
    # The question for the newest release, which a start entails, leaves a mark at the server.
    bench.run(partial(asyncio.sleep, 2))
    before = dict(account.data)
    bytes_before = account.session.counters.bytes
    bench.run(reconcile)
    size = account.session.counters.bytes - bytes_before
    figures = bench.measure(reconcile, runs=20)
    assert account.last_update_success
    assert all(account.data[key] is record for key, record in before.items())
    assert figures.requests == len(PACES)
    assert figures.at_once <= 4
    assert figures.writes == 0
    report.farmbot.reconciles[garden] = Lists(figures, size)


@pytest.mark.parametrize("moving", [False, True], ids=["unchanged", "moving"])
def test_reading(bench: Bench, report: Report, moving: bool) -> None:
    """A state is read, beside what it costs to parse its JSON and do nothing with it."""
    said = bench.cloud.ask(words, 50, moving)
    parsed = ParseReport("FarmBot")
    seen: StatusCache = {}

    def read() -> None:
        for one in said:
            read_status(one, parsed, seen)

    def only_parse() -> None:
        for one in said:
            read_json(one)

    each = _cpu(read, runs=41) / len(said)
    parsing = _cpu(only_parse, runs=41) / len(said)
    assert not parsed.counts
    report.farmbot.readings[moving] = Reading(len(said[0]), each, parsing)


@pytest.mark.parametrize(("rate", "moving"), FLOODS)
def test_flood(
    bench: Bench, account: FarmBotCoordinator, report: Report, rate: int, moving: bool
) -> None:
    """The robot tells its state many times a second: one write a second and entity."""
    heard = account.receiver.connection.counters.messages

    async def listen() -> tuple[float, float, int]:
        bench.cloud.ask(flood, rate, _FLOOD_SECONDS + 2, moving)
        await asyncio.sleep(1)
        messages, begin = heard["status"], time.process_time()
        with state_writes(bench.hass) as written:
            began = time.monotonic()
            await asyncio.sleep(_FLOOD_SECONDS)
            lasted = time.monotonic() - began
        counts.update(written)
        return lasted, time.process_time() - begin, heard["status"] - messages

    counts = Counter[str]()
    lasted, cpu, messages = bench.run(listen)
    assert messages >= 0.9 * rate * lasted, "the machine was too busy to speak"
    most = max(counts.values(), default=0)
    assert most <= lasted + 1
    report.farmbot.floods[rate, moving] = Flood(
        messages / lasted, cpu / lasted, counts.total() / lasted, most / lasted
    )
    bench.run(partial(asyncio.sleep, 2))


@pytest.mark.parametrize("garden", PLANTS, ids=str)
def test_change(
    bench: Bench, account: FarmBotCoordinator, report: Report, garden: int
) -> None:
    """The broker tells of one plant among many; counts and map follow."""
    spent: list[float] = []
    writes: list[int] = []

    async def change(stage: str) -> None:
        plant = bench.cloud.ask(grow, stage)
        key = f"{api.POINTS.path}/{plant}"
        told = asyncio.Event()
        stop = account.async_add_listener(told.set, (key,))
        begin = time.process_time()
        with state_writes(bench.hass) as written:
            async with asyncio.timeout(10):
                await told.wait()
            await asyncio.sleep(0)
        spent.append(time.process_time() - begin)
        writes.append(len(written))
        stop()
        record = account.record(key, Point)
        assert record is not None
        assert record.plant_stage == stage

    for turn in range(13):
        bench.run(partial(change, ("harvested", "planted")[turn % 2]))
        bench.settle()
    assert len(account.records(api.POINTS.path, Point)) == garden
    report.farmbot.changes[garden] = Change(median(spent), round(median(writes)))


@pytest.mark.parametrize("garden", ["standard", "large"])
@pytest.mark.parametrize("with_broker", [True, False], ids=["broker", "no broker"])
async def test_day(
    bench: Bench,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    report: Report,
    garden: str,
    with_broker: bool,
) -> None:
    """A day in which nothing happens, with and without the broker."""
    hass, entry = bench.hass, _new_entry(bench.cloud)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    account = entry.runtime_data
    assert isinstance(account, FarmBotCoordinator)
    if with_broker:
        await _first_word(account)
    counters, connection = account.session.counters, account.receiver.connection
    # What a start entails is no part of a day.
    await _pass_hour(hass, freezer, account)
    hours: list[Hour] = []
    for _ in range(_DAY):
        before = counters.requests, counters.bytes, connection.counters.pings
        await _pass_hour(hass, freezer, account)
        after = counters.requests, counters.bytes, connection.counters.pings
        hours.append(
            Hour(*(now - then for now, then in zip(after, before, strict=True)))
        )
    assert account.receiver.is_connected is with_broker
    assert account.last_update_success
    if with_broker:
        # Every six hours the lists are asked for, once a day the newest release.
        assert sum(hour.requests <= 2 for hour in hours) >= _DAY - 5
        assert max(hour.pings for hour in hours) <= 60
    else:
        assert max(hour.bytes for hour in hours) < 1_000_000
    report.farmbot.days[garden, with_broker] = tuple(hours)
    sizes: list[int] = []
    for resource in RIVAL_ASKS:
        before_asking = counters.bytes
        await account.client.list(resource)
        sizes.append(counters.bytes - before_asking)
    report.farmbot.rival[garden] = tuple(sizes)
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("garden", PLANTS, ids=str)
def test_map(account: FarmBotCoordinator, report: Report, garden: int) -> None:
    """The map is drawn: all of it, and when only the robot moved."""
    bed = account.record(BED, Bed)
    assert bed is not None
    assert len(bed.plants) == garden
    places = [Axes(x=100 + step, y=200, z=-50) for step in range(10)]

    def cold() -> None:
        bed_map._static_layers.cache_clear()
        bed_map.draw(bed, places[0])

    def moved() -> None:
        for place in places:
            bed_map.draw(bed, place)

    report.farmbot.maps[garden] = Map(
        cold=_cpu(cold, runs=15),
        moved=_cpu(moved, runs=41) / len(places),
        bytes=len(bed_map.draw(bed, places[0])),
    )


@pytest.mark.parametrize(("waiting", "flooded"), STOPS)
def test_emergency_stop(
    bench: Bench,
    account: FarmBotCoordinator,
    report: Report,
    waiting: int,
    flooded: bool,
) -> None:
    """From the press of the button to the message at the broker, whatever else is under way."""
    button = er.async_get(bench.hass).async_get_entity_id(
        Platform.BUTTON, DOMAIN, f"farmbot_{bench.cloud.ask(robot_id)}_emergency_stop"
    )
    assert button is not None
    connection = account.receiver.connection
    found: list[float] = []
    confirmed: list[float] = []

    async def stop() -> None:
        bench.cloud.ask(note_commands)
        under_way = [
            asyncio.create_task(
                send(
                    account, celery_script.move(x=100 + turn * 50, y=500), timeout=None
                )
            )
            for turn in range(waiting)
        ]
        await _until(lambda: len(bench.cloud.ask(commands)) == waiting)
        # The robot is on its way.
        await asyncio.sleep(0.2)
        assert not any(task.done() for task in under_way)
        pressed = time.monotonic()
        await bench.hass.services.async_call(
            BUTTON, SERVICE_PRESS, {ATTR_ENTITY_ID: button}, blocking=True
        )
        confirmed.append(time.monotonic() - pressed)
        *_, at = bench.cloud.ask(commands)
        assert at > pressed
        found.append(at - pressed)
        await asyncio.gather(*under_way, return_exceptions=True)
        await connection.emergency_unlock()

    if flooded:
        bench.cloud.ask(flood, 100, 60, False)
    for _ in range(_STOPS):
        bench.run(stop)
    report.farmbot.stops[waiting, flooded] = Stop(
        median(found), max(found), median(confirmed)
    )


def _new_entry(cloud: CloudProcess[Any]) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        unique_id="farmbot_benchmark",
        data={
            CONF_VENDOR: "farmbot",
            CONF_FORM: "farmbot",
            CONF_URL: cloud.url,
            **cloud.credentials,
        },
    )


async def _first_word(account: FarmBotCoordinator) -> None:
    """Wait until the robot was heard."""
    await _until(lambda: "position" in account.data)


async def _until(condition: Callable[[], bool], pause: float = 0.005) -> None:
    # Under this name freezing leaves it alone.
    end = freezegun_api.real_monotonic() + _PATIENCE
    while not condition():
        assert freezegun_api.real_monotonic() < end, "it did not happen"
        await asyncio.sleep(pause)


async def _pass_hour(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, account: FarmBotCoordinator
) -> None:
    """Let an hour pass in steps; what the robot is asked meanwhile it can answer."""
    connection = account.receiver.connection
    steps, seconds = _STEPS[connection.connected]
    for _ in range(steps):
        pings = connection.counters.pings
        # What comes next is set going before time passes.
        await asyncio.sleep(0.002)
        await tick(hass, freezer, seconds)
        if connection.connected:
            await _until(lambda: connection.counters.pings > pings, 0.001)  # noqa: B023 - awaited here
            await _until(
                lambda: connection._ping is not None and connection._ping.done(), 0.001
            )


def _cpu(job: Callable[[], object], *, runs: int) -> float:
    """Return the seconds of CPU that a job takes, the median of several runs."""
    job()
    spent = []
    for _ in range(runs):
        begin = time.process_time()
        job()
        spent.append(time.process_time() - begin)
    return median(spent)
