"""A house pays only for the vendors that it has."""

import asyncio
from pathlib import Path
import sys

import custom_components.habitat
from custom_components.habitat.vendor import REGISTRY
from homeassistant.util.yaml import load_yaml_dict

DECLARED = {"", ".services", ".const", ".fields", ".nodes", ".words", ".resolution"}
"""What may be imported of a vendor to register its actions: what they take, not what they do."""

PROGRAM = """
import asyncio, sys
from homeassistant.core import HomeAssistant
from custom_components.habitat.services import async_setup_services
from custom_components.habitat.vendor import REGISTRY, _import

async def main():
    hass = HomeAssistant("/tmp")
    await async_setup_services(hass)
    await _import(hass, REGISTRY["flair"], "account")
    print(len(hass.services.async_services_for_domain("habitat")))
    print("\\n".join(sys.modules))
    await hass.async_stop(force=True)

asyncio.run(main())
"""


async def test_one_vendor_loads_no_other() -> None:
    """With a Flair account alone, all actions are there, and nothing of others but what they take."""
    root = Path(custom_components.habitat.__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, cwd=root, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    actions, *loaded = said.decode().split("\n")
    file = Path(custom_components.habitat.__file__).parent / "services.yaml"
    entities_from = await asyncio.to_thread(load_yaml_dict, str(file))
    assert int(actions) == len([name for name in entities_from if name[0] != "."])
    assert "aiomqtt" not in loaded
    for vendor in REGISTRY.keys() - {"flair"}:
        prefix = f"custom_components.habitat.{vendor}"
        own = {
            name.removeprefix(prefix)
            for name in loaded
            if name == prefix or name.startswith(f"{prefix}.")
        }
        assert own <= DECLARED, vendor
