"""What the benchmarks share: a cloud, an account at it, its rival, and the report."""

from collections.abc import Generator
from functools import partial
import logging
from pathlib import Path
from typing import Any

from flairaio.flair_client import FlairClient
import pytest
from pytest_codspeed import BenchmarkFixture
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

# Home Assistant's test configuration has a custom_components package of its own, which
# would hide ours were it imported first.
from custom_components.habitat.const import CONF_FORM, CONF_VENDOR, DOMAIN
from custom_components.habitat.simulator.flair.server import FlairCloud
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from . import rival
from .cloud import CloudProcess, flair_cloud
from .homes import HOMES, Home
from .measure import Bench
from .report import Report

_REPORT = pytest.StashKey[Report]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take where to write the report."""
    parser.addoption("--report", type=Path, help="write the figures to this page")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty report."""
    config.stash[_REPORT] = Report()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Show the figures; write the page when nothing is missing."""
    report = config.stash[_REPORT]
    terminalreporter.section("what it costs")
    for line in report.lines():
        terminalreporter.write_line(line)
    page: Path | None = config.getoption("--report")
    if page and exitstatus == pytest.ExitCode.OK and report.complete:
        page.parent.mkdir(exist_ok=True)
        page.write_text(report.page(), encoding="utf-8")


@pytest.fixture(params=HOMES, ids=str, scope="session")
def home(request: pytest.FixtureRequest) -> Home:
    """Return each of the homes."""
    assert isinstance(request.param, Home)
    return request.param


@pytest.fixture(scope="session")
def cloud(home: Home) -> Generator[CloudProcess[FlairCloud]]:
    """Return the home's cloud."""
    with CloudProcess(partial(flair_cloud, home)) as cloud:
        yield cloud


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Return where the figures go."""
    return request.config.stash[_REPORT]


@pytest.fixture
def bench(
    enable_custom_integrations: None,
    socket_enabled: None,
    hass: HomeAssistant,
    cloud: CloudProcess[Any],
    benchmark: BenchmarkFixture,
) -> Generator[Bench]:
    """Return what measures, in an event loop and with a log as in a usual installation."""
    # The test tools watch the loop closely and keep every line of the log.
    hass.loop.set_debug(False)
    logging.disable(logging.INFO)
    yield Bench(hass, cloud, benchmark)
    logging.disable(logging.NOTSET)


@pytest.fixture
def entry(bench: Bench) -> Generator[ConfigEntry]:
    """Return an account at the cloud, set up, that polls only when it is told to."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="flair_benchmark",
        data={
            CONF_VENDOR: "flair",
            CONF_FORM: "flair",
            CONF_URL: bench.cloud.url,
            **bench.cloud.credentials,
        },
    )
    entry.add_to_hass(bench.hass)
    assert bench.run(lambda: bench.hass.config_entries.async_setup(entry.entry_id))
    bench.settle()
    entry.runtime_data.update_interval = None
    yield entry
    bench.run(lambda: bench.hass.config_entries.async_unload(entry.entry_id))


@pytest.fixture
async def client(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> FlairClient:
    """Return the rival's client at the cloud."""
    http = async_get_clientsession(bench.hass)
    return rival.connect(bench.cloud, http, monkeypatch)
