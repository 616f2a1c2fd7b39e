"""The demo's dashboard: a view for each account.

A vendor's view is the Lovelace view in `config/dashboards/<vendor>.yaml`, in which an entity may be named by its unique
id instead of its entity id. A vendor without such a file gets a view by areas.
"""

from collections.abc import Collection, Iterator
import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

from .client import Client, DemoError, Json
from .house import Account
from .instance import ROOT

DASHBOARD = "habitat"
VIEWS = ROOT / "config" / "dashboards"
WHOLE, HALF = 12, 6  # of a section's columns

# What a view by areas shows, in this order: the features and the width of each domain's tiles.
TILES: dict[str, tuple[list[str], int]] = {
    "climate": (["climate-hvac-modes", "target-temperature"], WHOLE),
    "cover": (["cover-position"], WHOLE),
    "fan": (["fan-speed"], WHOLE),
    "valve": (["valve-position"], WHOLE),
    "weather": ([], WHOLE),
    "calendar": ([], WHOLE),
    "select": (["select-options"], WHOLE),
    "switch": ([], HALF),
    "light": ([], HALF),
    "binary_sensor": ([], HALF),
    "sensor": ([], HALF),
    "button": ([], HALF),
}
# Shown small beside the name of the area instead of as tiles; one of each.
BADGES = ("temperature", "humidity")
# Says little until something has happened.
LEFT_OUT = ("timestamp",)


async def save(client: Client, accounts: list[Account], folder: Path) -> list[str]:
    """Make the dashboard, or bring it up to date as long as nobody has edited it.

    Returns the entities that the views name and the house has no state of, such as disabled ones; their cards are left out.
    """
    dashboards = await client.command("lovelace/dashboards/list")
    saved = folder / ".storage" / "habitat_demo_dashboard.json"
    if not any(item["url_path"] == DASHBOARD for item in dashboards):
        await client.command(
            "lovelace/dashboards/create",
            url_path=DASHBOARD,
            allow_single_word=True,
            title="Habitat",
            icon="mdi:sprout",
            mode="storage",
        )
        await client.command(
            "frontend/set_system_data", key="core", value={"default_panel": DASHBOARD}
        )
    elif not await _is_ours(client, saved):
        return []
    states = await client.command("get_states")
    areas = await client.command("config/area_registry/list")
    missing: list[str] = []
    views = [_view(account, areas, states, missing) for account in accounts]
    wanted = {"views": views}
    await client.command("lovelace/config/save", url_path=DASHBOARD, config=wanted)
    saved.write_text(json.dumps(wanted))
    return missing


async def _is_ours(client: Client, saved: Path) -> bool:
    """Return whether the dashboard is still as the demo saved it."""
    try:
        present = await client.command("lovelace/config", url_path=DASHBOARD)
    except DemoError:  # taken over by a strategy, or emptied
        return False
    return bool(_read(saved) == present)


def _read(saved: Path) -> Json | None:
    """Return the dashboard that the demo saved last, if it did."""
    if not saved.exists():
        return None
    dashboard: Json = json.loads(saved.read_text())
    return dashboard


def _view(
    account: Account, areas: list[Json], states: list[Json], missing: list[str]
) -> Json:
    """Return the view of an account; what it names that is not there goes to `missing`."""
    file = VIEWS / f"{account.vendor}.yaml"
    if not file.is_file():
        return by_area(account, areas, states)
    view = named(load_yaml_dict(str(file)), account)
    known = {state["entity_id"] for state in states}
    missing += sorted(set(_shown(view)) - known)
    return {key: _without(value, missing) for key, value in view.items()}


def _without(value: Any, missing: Collection[str]) -> Any:
    """Return a part of a view without the cards, rows and badges of missing entities."""
    match value:
        case dict():
            return {key: _without(item, missing) for key, item in value.items()}
        case list():
            return [
                _without(item, missing)
                for item in value
                if (item.get("entity") if isinstance(item, dict) else item)
                not in missing
            ]
    return value


def named(view: Json, account: Account) -> Json:
    """Return the view with each unique id of the account replaced by the entity id that stands for it."""
    entity_ids = {
        entity["unique_id"]: entity["entity_id"] for entity in account.entities
    }

    def replaced(value: Any) -> Any:
        match value:
            case dict():
                return {key: replaced(item) for key, item in value.items()}
            case list():
                return [replaced(item) for item in value]
            case str():
                return entity_ids.get(value, value)
        return value

    return {key: replaced(value) for key, value in view.items()}


def _shown(value: Any) -> Iterator[str]:
    """Yield each entity that a view's cards name."""
    if isinstance(value, list):
        for item in value:
            yield from _shown(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "entity":
                yield item
            elif key == "entities":
                yield from (entity for entity in item if isinstance(entity, str))
                yield from _shown(item)
            else:
                yield from _shown(item)


def by_area(account: Account, areas: list[Json], states: list[Json]) -> Json:
    """Return a view with a section an area, and one for each device that stands in none."""
    attributes = {state["entity_id"]: state["attributes"] for state in states}
    area_of = {device["id"]: device["area_id"] for device in account.devices}
    places: dict[str, dict[str, Json]] = {}
    for entity in account.entities:
        entity_id = entity["entity_id"]
        if entity_id in attributes and not (
            entity["entity_category"] or entity["hidden_by"]
        ):
            device = entity["device_id"]
            place = entity["area_id"] or area_of.get(device) or device
            places.setdefault(place, {})[entity_id] = attributes[entity_id]
    headings: dict[str, Json] = {
        device["id"]: {"heading": device["name_by_user"] or device["name"]}
        for device in account.devices
    }
    headings |= {
        area["area_id"]: {"heading": area["name"], "icon": area["icon"]}
        for area in areas
    }
    return {
        "title": account.title.removesuffix(" (simulated)"),
        "path": account.vendor.replace("_", "-"),
        "type": "sections",
        "max_columns": 4,
        "dense_section_placement": True,
        "sections": [
            {"type": "grid", "cards": _cards(headings[place], entities)}
            for place, entities in places.items()
        ],
    }


def _cards(heading: Json, entities: dict[str, Json]) -> list[Json]:
    """Return the heading and the tiles of one section, for its entities with their attributes."""
    badges: dict[str, str] = {}
    tiles: dict[str, list[Json]] = {domain: [] for domain in TILES}
    for entity_id, attributes in entities.items():
        domain = entity_id.split(".")[0]
        device_class = attributes.get("device_class")
        if domain == "sensor" and device_class in BADGES:
            badges.setdefault(device_class, entity_id)
        elif domain in TILES and device_class not in LEFT_OUT:
            tiles[domain].append(_tile(entity_id, domain, attributes))
    return [
        {
            "type": "heading",
            **heading,
            "badges": [
                {"type": "entity", "entity": entity} for entity in badges.values()
            ],
        },
        *(tile for group in tiles.values() for tile in group),
    ]


def _tile(entity_id: str, domain: str, attributes: Json) -> Json:
    features, columns = TILES[domain]
    if len(attributes.get("hvac_modes", ())) == 1:  # nothing to choose
        features = [name for name in features if name != "climate-hvac-modes"]
    return {
        "type": "tile",
        "entity": entity_id,
        "name": {"type": "entity"},
        "features": [{"type": name} for name in features],
        "hide_state": domain == "button",
        "grid_options": {"columns": columns},
    }
