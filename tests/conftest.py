"""What all tests share."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from importlib import import_module
import logging
import time
from typing import override
from unittest.mock import PropertyMock, patch

from freezegun import api as freezegun_api, freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension  # type: ignore[import-untyped]  # it brings no types
from syrupy.assertion import SnapshotAssertion

# Home Assistant's test configuration has a custom_components package of its own, which
# would hide ours were it imported first.
from custom_components.habitat.cloud.auth import TokenAuth
from custom_components.habitat.cloud.exchange import Limits
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.farmbot.client import broker
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.simulator.flair.world import World
from custom_components.habitat.vendor import REGISTRY
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from tests.support.common import NOW, START, Setting, set_up
from tests.support.edge_cases.flair import HOMES

# A model that is imported while time stands still would have the types of the frozen clock.
for _vendor in REGISTRY:
    import_module(f"custom_components.habitat.{_vendor}.client.models")

type StartCloud = Callable[[CloudServer], Awaitable[None]]
type Serve = Callable[[World | str], Awaitable[FlairCloud]]
type SetUp = Callable[[World | str], Awaitable[Setting]]


class _Reports(logging.Handler):
    """Collects what Home Assistant reports against this integration."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if f"custom integration '{DOMAIN}'" in text or (
            "deprecated" in text and DOMAIN in text
        ):
            self.found.append(text)


@pytest.fixture(autouse=True)
def no_reports() -> Generator[None]:
    """Fail where Home Assistant reports a deprecation or a misuse against the integration."""
    reports = _Reports()
    logging.getLogger().addHandler(reports)
    yield
    logging.getLogger().removeHandler(reports)
    assert reports.found == []


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant, where a test has one, load the integration."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def impatient_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait between two tries, or read a giant to its end."""
    defaults = CloudSession.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "limits", Limits(backoff=0.001, size=1 << 20))


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots that leave out what differs from run to run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def freezer() -> AsyncGenerator[FrozenDateTimeFactory]:
    """Let time stand still until it is told to pass: `freezer.tick(seconds)`.

    It is as late as in the simulated homes: what is told there would be old else.

    The event loop's clock goes on beside that, since real sockets need it, and jumps with every
    tick: what sleeps, waits or is scheduled wakes as it would have in that time.
    """
    loop = asyncio.get_running_loop()
    # Its debug mode takes every tick for a task that blocks it.
    loop.set_debug(False)
    # Under this name freezing leaves it alone.
    began = freezegun_api.real_monotonic()

    def now() -> float:
        return time.monotonic() + freezegun_api.real_monotonic() - began

    with freeze_time(START) as frozen, pytest.MonkeyPatch.context() as patcher:
        assert isinstance(frozen, FrozenDateTimeFactory)
        patcher.setattr(loop, "time", now)
        defaults = TokenAuth.__init__.__kwdefaults__
        assert defaults is not None
        patcher.setitem(defaults, "clock", lambda: time.time())  # noqa: PLW0108 - freezing replaces it by its name
        yield frozen


@pytest.fixture
def real_time_broker(
    monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory
) -> None:
    """Let the client of FarmBot's broker live in real time: it would miss its own keep-alive else."""
    monkeypatch.setattr(broker, "KEEPALIVE", 0)
    monkeypatch.setattr(broker, "CONNECT_TIMEOUT", 1e6)
    monkeypatch.setattr("paho.mqtt.client.time_func", freezegun_api.real_monotonic)


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock for simulated worlds that stands still."""
    return ManualClock(NOW)


@pytest.fixture
async def start_cloud(socket_enabled: None) -> AsyncGenerator[StartCloud]:
    """Return a function that starts a vendor's simulated cloud, until the test is over."""
    clouds: list[CloudServer] = []

    async def start(cloud: CloudServer) -> None:
        clouds.append(cloud)
        await cloud.start()

    yield start
    for cloud in clouds:
        await cloud.stop()


@pytest.fixture
def serve_flair(start_cloud: StartCloud, clock: ManualClock) -> Serve:
    """Return a function that serves a home, built for the purpose or by its name."""

    async def serve(home: World | str) -> FlairCloud:
        world = HOMES[home](1, clock) if isinstance(home, str) else home
        cloud = FlairCloud(world)
        await start_cloud(cloud)
        return cloud

    return serve


@pytest.fixture
def all_enabled() -> Generator[None]:
    """Enable the entities that are off by default."""
    with patch.object(
        Entity, "entity_registry_enabled_default", PropertyMock(return_value=True)
    ):
        yield


@pytest.fixture
async def set_up_flair(
    freezer: FrozenDateTimeFactory,
    hass: HomeAssistant,
    serve_flair: Serve,
    clock: ManualClock,
) -> SetUp:
    """Return a function that serves a home and sets its account up through the config flow."""

    async def start(home: World | str) -> Setting:
        cloud = await serve_flair(home)
        entry = await set_up(hass, cloud)
        return Setting(hass, freezer, entry, cloud, clock)

    return start


@pytest.fixture
async def demo(set_up_flair: SetUp) -> Setting:
    """Return the account of the demo's home."""
    return await set_up_flair("demo")


@pytest.fixture
async def small(set_up_flair: SetUp, clock: ManualClock) -> Setting:
    """Return the account of a home of 2 vents, 1 puck and 1 bridge where nothing changes."""
    return await set_up_flair(home(vents=2, pucks=1, bridges=1, clock=clock))


@pytest.fixture
async def standard(set_up_flair: SetUp) -> Setting:
    """Return the account of a home of 12 vents, 6 pucks and 1 bridge where nothing changes."""
    return await set_up_flair("standard")
