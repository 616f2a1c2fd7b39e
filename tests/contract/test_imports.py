"""A house pays only for the vendors that it has."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
import sys

import pytest

import custom_components.habitat
from custom_components.habitat.const import CONF_SIMULATED, CONF_VENDOR
from custom_components.habitat.simulator import SIMULATED
from custom_components.habitat.vendor import REGISTRY
from homeassistant.const import CONF_URL
from homeassistant.util.yaml import load_yaml_dict

PACKAGE = "custom_components.habitat"

PROGRAM = """
import asyncio, json, sys
# First of all: the test configuration has a package of the same name.
import custom_components.habitat
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry, async_test_home_assistant,
)
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component

async def main():
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        entry = MockConfigEntry(domain="habitat", minor_version=2, data=json.loads(sys.argv[1]))
        entry.add_to_hass(hass)
        assert await async_setup_component(hass, "habitat", {})
        await asyncio.wait_for(entry.setup_lock.acquire(), 20)
        said = {
            "state": entry.state.value,
            "actions": sorted(hass.services.async_services_for_domain("habitat")),
            "modules": sorted(sys.modules),
        }
        entry.setup_lock.release()
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    print(json.dumps(said))

asyncio.run(main())
"""
"""Sets one account up in a process of its own, and says what that took."""


async def set_up_alone(data: Mapping[str, object]) -> tuple[str, list[str], set[str]]:
    """Return an account's state, the actions that there are, and the modules that were loaded."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        json.dumps(data),
        cwd=Path(custom_components.habitat.__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    said = json.loads(output.decode().splitlines()[-1])
    return said["state"], said["actions"], set(said["modules"])


def below(package: str, modules: set[str]) -> set[str]:
    """Return the modules of a package."""
    return {one for one in modules if f"{one}.".startswith(f"{package}.")}


async def declared_actions() -> set[str]:
    """Return the actions that the user interface knows."""
    file = Path(custom_components.habitat.__file__).parent / "services.yaml"
    described = await asyncio.to_thread(load_yaml_dict, str(file))
    return {name for name in described if name[0] != "."}


@pytest.mark.parametrize("vendor", SIMULATED)
async def test_one_vendor_loads_no_other(vendor: str) -> None:
    """With one account alone all actions are there, and no module of any other vendor."""
    state, actions, modules = await set_up_alone(
        {CONF_VENDOR: vendor, CONF_SIMULATED: True}
    )
    assert state == "loaded"
    assert set(actions) == await declared_actions()
    assert f"{PACKAGE}.{vendor}.coordinator" in modules
    assert f"{PACKAGE}.simulator.{vendor}.server" in modules
    for other in REGISTRY.keys() - {vendor}:
        assert not below(f"{PACKAGE}.{other}", modules)
        assert not below(f"{PACKAGE}.simulator.{other}", modules)
    if vendor != "farmbot":
        assert "aiomqtt" not in modules


async def test_real_account_loads_no_simulator() -> None:
    """An account at a real server loads nothing of the simulated clouds."""
    state, _, modules = await set_up_alone(
        {
            CONF_VENDOR: "flair",
            CONF_URL: "http://127.0.0.1:9",
            "client_id": "id",
            "client_secret": "secret",
        }
    )
    assert state == "setup_retry"
    assert f"{PACKAGE}.flair.coordinator" in modules
    assert f"{PACKAGE}.config_flow" in modules
    assert not below(f"{PACKAGE}.simulator", modules)
