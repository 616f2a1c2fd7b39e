"""What version 0.1.0 kept is read by today's code, and what users built on it is still there.

The files in `fixtures/version_before` were written by that version: the registries, the entries and
the stored data of the five simulated accounts, cut to what is needed, and its interface.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

import custom_components.habitat
from custom_components.habitat.config_flow import HabitatConfigFlow, HabitatOptionsFlow
from custom_components.habitat.const import CONF_VENDOR, DOMAIN
from custom_components.habitat.farmbot.garden.schedule import Occurrence
from custom_components.habitat.farmbot.occurrence_store import AvailableRelease
from custom_components.habitat.loader import async_forms
from custom_components.habitat.login_flow import entry_login
from custom_components.habitat.tokens import login_tokens
from custom_components.habitat.vendor import REGISTRY
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    category_registry as cr,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict

from .support.common import START, done, start_flow

_FILES = Path(__file__).parent / "fixtures/version_before"
_PACKAGE = Path(custom_components.habitat.__file__).parent

_ENTITY = [
    "unique_id",
    "entity_id",
    "id",
    "device_id",
    "disabled_by",
    "hidden_by",
    "name",
    "icon",
]
_DEVICE = [
    "id",
    "identifiers",
    "disabled_by",
    "name",
    "name_by_user",
    "model",
    "via_device_id",
]


def _read(name: str) -> Any:
    return json.loads((_FILES / f"{name}.json").read_text())


def _records(name: str) -> list[dict[str, Any]]:
    """Return the records of a registry; what most have in common is written once."""
    kept = _read(name)
    return [kept["common"] | record for record in kept["records"]]


def _registry(name: str, records: str, **others: object) -> dict[str, Any]:
    kept = _read(name)
    return {
        "version": kept["version"],
        "minor_version": kept["minor_version"],
        "key": name,
        "data": {records: _records(name), **others},
    }


def _entry_ids() -> dict[str, str]:
    entries = _read("core.config_entries")["data"]["entries"]
    return {one["data"][CONF_VENDOR]: one["entry_id"] for one in entries}


@pytest.fixture
def kept(hass_storage: dict[str, Any]) -> dict[str, Any]:
    """Return the storage of a house that version 0.1.0 has left."""
    ids = _entry_ids()
    hass_storage |= {
        "core.config_entries": _read("core.config_entries"),
        "core.device_registry": _registry(
            "core.device_registry", "devices", child_devices=[], deleted_devices=[]
        ),
        "core.entity_registry": _registry(
            "core.entity_registry",
            "entities",
            deleted_entities=[],
            settings={"entity_id_parts": None},
        ),
        f"{DOMAIN}.farmbot.{ids['farmbot']}": _read("habitat.farmbot"),
        f"{DOMAIN}.simulator.{ids['flair']}": _read("habitat.simulator"),
        f"{DOMAIN}.tokens": _read("habitat.tokens"),
    }
    return hass_storage


@pytest.fixture
async def house(
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    socket_enabled: None,
    kept: dict[str, Any],
    hass: HomeAssistant,
) -> AsyncGenerator[HomeAssistant]:
    """Return that house, set up by today's code."""
    freezer.move_to(START)
    dr.async_setup(hass)
    for registry in ar, cr, fr, lr, ir, dr, er:
        await registry.async_load(hass)
    await hass.config_entries.async_initialize()
    assert await async_setup_component(hass, DOMAIN, {})
    await done(hass)
    yield hass
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


def _plain(entry: object, fields: list[str]) -> dict[str, object]:
    found = {name: getattr(entry, name) for name in fields}
    if "identifiers" in found:
        found["identifiers"] = [list(one) for one in found["identifiers"]]
    return found


@pytest.mark.parametrize("load_registries", [False])
async def test_registries_and_stores(house: HomeAssistant) -> None:
    """All entities and devices are those of before, as their user left them; none is new or lost."""
    for entry in house.config_entries.async_entries(DOMAIN):
        assert entry.state is ConfigEntryState.LOADED, entry.title
    entities, devices = er.async_get(house), dr.async_get(house)
    assert {
        one.unique_id: _plain(one, _ENTITY) for one in entities.entities.values()
    } == {
        one["unique_id"]: {name: one[name] for name in _ENTITY}
        for one in _records("core.entity_registry")
    }
    assert {one.id: _plain(one, _DEVICE) for one in devices.devices} == {
        one["id"]: {name: one[name] for name in _DEVICE}
        for one in _records("core.device_registry")
    }
    # Each that is enabled is there, and not as what is left of another version.
    for one in entities.entities.values():
        state = house.states.get(one.entity_id)
        assert (state is None) is one.disabled, one.entity_id
        assert state is None or not state.attributes.get("restored"), one.entity_id
    # Names come from the translations by these keys.
    assert {
        one.unique_id: one.translation_key for one in entities.entities.values()
    } == {
        one["unique_id"]: one["translation_key"]
        for one in _records("core.entity_registry")
    }


@pytest.mark.parametrize("load_registries", [False])
async def test_stored_data(house: HomeAssistant, kept: dict[str, Any]) -> None:
    """What a robot was to do, its newest release and what was changed in a simulated home are known."""
    ids = _entry_ids()
    farmbot = house.config_entries.async_get_known_entry(ids["farmbot"]).runtime_data
    stored = _read("habitat.farmbot")["data"]
    before = [Occurrence.from_json(one) for one in stored["occurrences"]]
    assert None not in before
    assert set(before) <= set(farmbot.occurrence_store.occurrences)
    assert farmbot.occurrence_store.release == AvailableRelease(stored["release"])
    flair = house.config_entries.async_get_known_entry(ids["flair"])
    await house.config_entries.async_unload(flair.entry_id)
    left = kept[f"{DOMAIN}.simulator.{flair.entry_id}"]
    was = _read("habitat.simulator")["data"]["world"]["touched"]
    assert was
    assert was.keys() <= left["data"]["world"]["touched"].keys()


@pytest.mark.parametrize("load_registries", [False])
async def test_options(house: HomeAssistant) -> None:
    """The options that were chosen are shown as chosen, and taken again as they are."""
    for entry in house.config_entries.async_entries(DOMAIN):
        if not REGISTRY[entry.data[CONF_VENDOR]].options:
            continue
        before = dict(entry.options)
        flow = await house.config_entries.options.async_init(entry.entry_id)
        schema = flow["data_schema"]
        assert schema is not None
        shown = schema({})
        assert before.items() >= shown.items()
        result = await house.config_entries.options.async_configure(
            flow["flow_id"], shown
        )
        assert result["type"] == "create_entry", result
        assert dict(entry.options) == before
        await done(house)


async def test_tokens(kept: dict[str, Any], hass: HomeAssistant) -> None:
    """The token of each login is found again, and none is asked for in its place."""
    found = []
    for data in _read("logins"):
        entry = MockConfigEntry(domain=DOMAIN, data=data)
        tokens = login_tokens(hass, entry_login(entry))
        assert tokens is not None
        if token := await tokens.load():
            found.append(token.access)
    written = _read("habitat.tokens")["data"].values()
    assert sorted(found) == sorted(one["access"] for one in written)


def _keys(texts: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{path}{key}.")
        else:
            yield f"{path}{key}"


def test_translation_keys() -> None:
    """Every text of that version is still there under its key."""
    texts = json.loads((_PACKAGE / "translations/en.json").read_text())
    assert set(_read("surface")["translation_keys"]) <= set(_keys(texts))


def _fields(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, field in fields.items():
        if "fields" in field:
            yield from _fields(field["fields"])
        else:
            yield name


async def test_actions(hass: HomeAssistant) -> None:
    """Every action of that version is still there, with all that it takes."""
    assert await async_setup_component(hass, DOMAIN, {})
    described = await asyncio.to_thread(load_yaml_dict, str(_PACKAGE / "services.yaml"))
    registered = hass.services.async_services_for_domain(DOMAIN)
    for name, fields in _read("surface")["actions"].items():
        assert name in registered
        assert set(fields) <= set(_fields(described[name].get("fields", {}))), name


async def test_steps(hass: HomeAssistant) -> None:
    """Every step of that version is still there, with its fields."""
    surface = _read("surface")
    for step, choices in surface["menus"].items():
        if step == "user":
            flow = await hass.config_entries.flow.async_init(
                DOMAIN, context={"source": "user"}
            )
        else:
            flow = await start_flow(hass, step)
        assert flow["step_id"] == step
        # Vendors may have been added.
        assert all(choice in flow["menu_options"] for choice in choices)
    forms = {
        form.step: list(form.fields)
        for vendor in REGISTRY.values()
        for form in await async_forms(hass, vendor)
    }
    for step, one in surface["forms"].items():
        assert forms[step] == one["fields"]
    for step in (
        *forms,
        *surface["menus"],
        "simulator",
        "reauth_confirm",
        "reconfigure",
    ):
        assert hasattr(HabitatConfigFlow, f"async_step_{step}"), step
    for vendor in REGISTRY.values():
        if vendor.options:
            assert hasattr(HabitatOptionsFlow, f"async_step_{vendor.key}")
