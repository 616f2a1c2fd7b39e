"""Items that a robot has several of, each with its own entities: pins, sequences, tools, webcams.

The keys of an item's entities contain its kind and id, as in `peripheral_12`; the key of its record
is its list and id, as in `peripherals/12`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..coordinator import HabitatCoordinator
from ..store import RecordStore
from .client.models import Peripheral, Sensor, Sequence, Tool, WebcamFeed


@dataclass(frozen=True, slots=True)
class ItemKind[R]:
    """One kind of items."""

    name: str
    source: str
    """The list of its records."""
    model: type[R]
    platforms: Callable[[R], frozenset[Platform]]
    """The platforms on which an item has entities."""


def _peripheral(peripheral: Peripheral) -> frozenset[Platform]:
    return frozenset({Platform.NUMBER if peripheral.analog else Platform.SWITCH})


def _sensor(sensor: Sensor) -> frozenset[Platform]:
    shown = Platform.SENSOR if sensor.analog else Platform.BINARY_SENSOR
    return frozenset({shown, Platform.BUTTON})


def _sequence(sequence: Sequence) -> frozenset[Platform]:
    """Return a button for a sequence that the owner pinned: an account may have 75 of them."""
    return frozenset({Platform.BUTTON} if sequence.pinned else ())


def _tool(tool: Tool) -> frozenset[Platform]:
    """Return a number for a tool that pours: for others the server has a flow rate of 0."""
    return frozenset({Platform.NUMBER} if tool.flow_rate_ml_per_s else ())


def _webcam(feed: WebcamFeed) -> frozenset[Platform]:
    """Return the camera; whether there is a picture, only a request shows."""
    return frozenset({Platform.CAMERA})


PERIPHERAL = ItemKind("peripheral", "peripherals", Peripheral, _peripheral)
SENSOR = ItemKind("sensor", "sensors", Sensor, _sensor)
SEQUENCE = ItemKind("sequence", "sequences", Sequence, _sequence)
TOOL = ItemKind("tool", "tools", Tool, _tool)
WEBCAM_FEED = ItemKind("webcam_feed", "webcam_feeds", WebcamFeed, _webcam)

KINDS: Mapping[str, ItemKind[Any]] = {
    kind.name: kind for kind in (PERIPHERAL, SENSOR, SEQUENCE, TOOL, WEBCAM_FEED)
}
_KEY = re.compile(r"_(?P<kind>" + "|".join(KINDS) + r")_(?P<id>\d+)(_\w+)?")


def items[R](
    store: RecordStore, kind: ItemKind[R], platform: Platform
) -> Iterator[tuple[str, str, R]]:
    """Yield the entity key, the record key and the record of each item on a platform."""
    for key in store.keys(kind.source):
        record = store.get(key, kind.model)
        if record is not None and platform in kind.platforms(record):
            yield f"{kind.name}_{key.rpartition('/')[2]}", key, record


@callback
def async_remove_gone(
    coordinator: HabitatCoordinator, is_complete: Callable[[str], bool]
) -> None:
    """Remove the entities of deleted items, if their list was read completely."""

    def gone(kind: ItemKind[Any], key: str, platform: str) -> bool:
        if not is_complete(kind.source):
            return False
        record = coordinator.record(key, kind.model)
        return record is None or platform not in kind.platforms(record)

    async_remove_items(coordinator, gone)


@callback
def async_remove_items(
    coordinator: HabitatCoordinator,
    is_unwanted: Callable[[ItemKind[Any], str, str], bool],
) -> None:
    """Remove the entities of items for which `is_unwanted` is true, given kind, record key and platform."""
    registry = er.async_get(coordinator.hass)
    for entry in er.async_entries_for_config_entry(
        registry, coordinator.config_entry.entry_id
    ):
        match = _KEY.search(entry.unique_id)
        if match is None or entry.platform != DOMAIN:
            continue
        kind = KINDS[match["kind"]]
        if is_unwanted(kind, f"{kind.source}/{match['id']}", entry.domain):
            for created in coordinator.created.values():
                created.discard(f"{entry.domain}{match[0].replace('_', '.', 1)}")
            registry.async_remove(entry.entity_id)
