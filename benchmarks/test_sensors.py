"""Flower Power, FlowCommand and CityFlow: set-up and polls."""

from collections.abc import Generator
from functools import partial
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.const import CONF_FORM, CONF_VENDOR, DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL

from .cloud import CloudProcess, sensor_cloud
from .measure import Bench
from .report import SENSOR_VENDORS, SIZES, Job, Report

_FORMS = {
    "flower_power": "flower_power",
    "flowcommand": "flowcommand_token",
    "cityflow": "cityflow_token",
}
_OPTIONS = {"cityflow": {"choice": "all"}}


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> int:
    """Return how many sensors there are."""
    return int(request.param)


@pytest.fixture(params=list(SENSOR_VENDORS))
def vendor(request: pytest.FixtureRequest) -> str:
    """Return whose they are."""
    return str(request.param)


@pytest.fixture
def cloud(vendor: str, size: int) -> Generator[CloudProcess[Any]]:
    """Return their cloud."""
    with CloudProcess(partial(sensor_cloud, vendor, size)) as cloud:
        yield cloud


@pytest.fixture
def entry(bench: Bench, vendor: str) -> Generator[MockConfigEntry]:
    """Return an account at the cloud, set up, that polls only when it is told to."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=f"{vendor}_benchmark",
        data={
            CONF_VENDOR: vendor,
            CONF_FORM: _FORMS[vendor],
            CONF_URL: bench.cloud.url,
            **bench.cloud.credentials,
        },
        options=_OPTIONS.get(vendor, {}),
    )
    entry.add_to_hass(bench.hass)
    assert bench.run(lambda: bench.hass.config_entries.async_setup(entry.entry_id))
    bench.settle()
    yield entry
    bench.run(lambda: bench.hass.config_entries.async_unload(entry.entry_id))


def test_set_up(
    bench: Bench, entry: MockConfigEntry, report: Report, vendor: str, size: int
) -> None:
    """An account that is known is set up, as after a restart."""
    manager = bench.hass.config_entries

    def unload() -> None:
        assert bench.run(partial(manager.async_unload, entry.entry_id))

    figures = bench.measure(
        partial(manager.async_setup, entry.entry_id), unload, runs=3
    )
    assert entry.state is ConfigEntryState.LOADED
    assert len(entry.runtime_data.devices.present) == size
    assert figures.writes >= size
    report.sensors[vendor, size, Job.SET_UP] = figures


def test_unchanged_poll(
    bench: Bench, entry: MockConfigEntry, report: Report, vendor: str, size: int
) -> None:
    """A poll that brings nothing new costs the same few requests, and writes nothing."""
    account = entry.runtime_data
    bench.run(account.async_refresh)
    bench.settle()
    figures = bench.measure(account.async_refresh, runs=20)
    assert account.last_update_success
    assert figures.requests == 1
    assert figures.writes == 0
    report.sensors[vendor, size, Job.POLL] = figures
