"""Portraits of entities for snapshots: what they are and what they show."""

from collections import defaultdict
from collections.abc import Mapping

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import json_loads_object

type Portrait = dict[str, object] | str


def portraits(hass: HomeAssistant, domain: str | None = None) -> Mapping[str, Portrait]:
    """Return what the entities, of one domain or of all, are and show, by unique id.

    Of devices with the same entities the first one is described in full; of the others there
    is but what they show.
    """
    devices: dict[str | None, list[tuple[er.RegistryEntry, State]]] = defaultdict(list)
    for entry in er.async_get(hass).entities.values():
        state = hass.states.get(entry.entity_id)
        if state and domain in (None, entry.domain):
            devices[entry.device_id].append((entry, state))
    seen: set[frozenset[tuple[str, str | None]]] = set()
    found: dict[str, Portrait] = {}
    for entities in devices.values():
        kind = frozenset((entry.domain, entry.translation_key) for entry, _ in entities)
        for entry, state in entities:
            found[entry.unique_id] = (
                state.state if kind in seen else _in_full(hass, entry, state)
            )
        seen.add(kind)
    return found


def _in_full(hass: HomeAssistant, entry: er.RegistryEntry, state: State) -> Portrait:
    entity = hass.data[DATA_INSTANCES][entry.domain].get_entity(entry.entity_id)
    assert entity is not None
    portrait: dict[str, object] = {
        "entity_id": entry.entity_id,
        "key": entry.translation_key,
        "category": entry.entity_category,
        "enabled": entity.entity_description.entity_registry_enabled_default,
        "state": state.state,
        **json_loads_object(json_bytes(state.attributes)),
    }
    if "access_token" in portrait:
        # It is made at random.
        portrait["access_token"] = portrait["entity_picture"] = "random"
    return portrait
