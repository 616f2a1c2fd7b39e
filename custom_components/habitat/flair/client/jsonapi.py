"""JSON:API as Flair uses it today, and as in Flair's old document (docs/vendors/flair.md, JSON:API).

The two differ in the spelling of keys, in nested states and in the depth of relationships; both become
one flat mapping with the names of the models.
"""

from collections.abc import Iterator, Mapping
import re

from yarl import URL

from ...cloud.documents import Json
from ...cloud.errors import BadAnswer
from ...cloud.values import to_float

_NESTED = (
    "current_vent_state",
    "current_puck_state",
    "current_state",
    "previous_vent_state",
    "previous_puck_state",
    "previous_state",
)
"""State objects of the old document, the preferred source first."""

_PAGE_NUMBER = re.compile("[0-9]{1,3}")
"""Pages of one list; real ones have fewer."""

_SPELLINGS = {
    "precent_open": "percent_open",
    "temparature_scale": "temperature_scale",
    "edtiable_structures": "editable_structures",
    "webhookurl": "webhook_url",
}
_OLD_UNIT_MODES: Mapping[Json, str] = {0: "Cool", 1: "Heat"}
_OLD_UNIT_KEYS = {"make": "make_name", "model": "model_id"}


def resources(document: Json) -> list[Json]:
    """Return the resources of an answer that holds one or many.

    Raises:
        BadAnswer: the answer has no `data`.
    """
    if not isinstance(document, dict) or "data" not in document:
        raise BadAnswer("The answer has no data")
    data = document["data"]
    if isinstance(data, list):
        return data
    return [] if data is None else [data]


def next_page(document: Json) -> dict[str, str] | None:
    """Return the query of the next page, or None on the last page."""
    return _linked_query(document, "next")


def pages_ahead(document: Json) -> tuple[dict[str, str], ...]:
    """Return the queries of the pages after the next one, up to the last.

    Answers link the next and the last page; their queries differ only in the page number.
    """
    following = _linked_query(document, "next") or {}
    last = _linked_query(document, "last") or {}
    differing = [key for key in following if last.get(key) != following[key]]
    if len(differing) != 1 or following.keys() != last.keys():
        return ()
    key = differing[0]
    if not (
        _PAGE_NUMBER.fullmatch(following[key]) and _PAGE_NUMBER.fullmatch(last[key])
    ):
        return ()
    numbers = range(int(following[key]) + 1, int(last[key]) + 1)
    return tuple({**following, key: str(number)} for number in numbers)


def _linked_query(document: Json, name: str) -> dict[str, str] | None:
    """Return the query of a link to another page, or None.

    Flair has the links in `meta`, the JSON:API standard in `links`. Only the query is used, so that
    requests always go to the configured server.
    """
    if not isinstance(document, dict):
        return None
    for place in ("meta", "links"):
        links = document.get(place)
        link = links.get(name) if isinstance(links, dict) else None
        if isinstance(link, str) and link:
            try:
                return dict(URL(link).query)
            except ValueError:
                return None
    return None


def error_message(document: Json) -> str | None:
    """Return the message of an error document, or None."""
    if not isinstance(document, dict):
        return None
    errors = document.get("errors")
    if isinstance(errors, list):
        errors = errors[0] if errors else None
    if isinstance(errors, dict):
        return _words(errors.get("detail")) or _words(errors.get("title"))
    return _words(document.get("error_description")) or _words(document.get("error"))


def _words(text: Json) -> str | None:
    if isinstance(text, list):
        return " ".join(item for item in text if isinstance(item, str)) or None
    return text if isinstance(text, str) and text else None


def flatten(resource: Mapping[str, Json]) -> dict[str, Json]:
    """Return a resource as one flat mapping with the names of the models."""
    flat: dict[str, Json] = {}
    attributes = resource.get("attributes")
    if isinstance(attributes, dict):
        flat.update((_name(key), value) for key, value in attributes.items())
    for key in _NESTED:
        nested = flat.get(key)
        if isinstance(nested, dict):
            for inner, value in nested.items():
                flat.setdefault(_name(inner), value)
    flat["id"] = resource.get("id")
    relationships = resource.get("relationships")
    if isinstance(relationships, dict):
        for name, related in _relations(relationships):
            if flat.get(name) is None:
                flat[name] = related
    shape = _SHAPES.get(str(resource.get("type")))
    if shape:
        shape(flat)
    return flat


def _name(key: str) -> str:
    name = key.replace("-", "_").lower()
    return _SPELLINGS.get(name, name)


def _relations(relationships: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Yield the ids of related resources; a relation without a resource has the id null."""
    for key, relation in relationships.items():
        data = relation.get("data") if isinstance(relation, dict) else None
        if isinstance(data, dict):
            yield f"{_name(key)}_id", data.get("id")
        elif isinstance(data, list):
            ids: list[Json] = [
                item["id"] for item in data if isinstance(item, dict) and item.get("id")
            ]
            yield f"{_name(key)}_ids", ids


def _shape_unit(flat: dict[str, Json]) -> None:
    """Convert the fields of a unit to those of the model."""
    for old, new in _OLD_UNIT_KEYS.items():
        if old in flat:
            flat.setdefault(new, flat[old])
    mode = flat.get("mode")
    if isinstance(mode, int) and not isinstance(mode, bool):
        flat["mode"] = _OLD_UNIT_MODES.get(mode, mode)
    codesets = flat.get("codesets")
    first = codesets[0] if isinstance(codesets, list) and codesets else None
    if isinstance(first, dict):
        flat["codeset_scale"] = first.get("temperature-scale")
    if isinstance(flat.get("button_presses"), str):
        flat["button_presses"] = [flat["button_presses"]]
    elif flat.get("button_presses") is None:
        flat.pop("button_presses", None)


def _shape_room(flat: dict[str, Json]) -> None:
    """Replace the list of windows by their number."""
    if isinstance(windows := flat.get("windows"), list):
        flat["windows"] = len(windows)


def _shape_radio(flat: dict[str, Json]) -> None:
    """Drop zeros that mean "nothing": no battery on USB, no radio on Ethernet."""
    for name in ("voltage", "system_voltage", "current_rssi", "rssi"):
        if to_float(flat.get(name)) == 0:
            flat[name] = None


_SHAPES = {
    "hvac-units": _shape_unit,
    "rooms": _shape_room,
    **dict.fromkeys(
        (
            "vents",
            "pucks",
            "puck2s",
            "bridges",
            "vent-sensor-readings",
            "sensor-readings",
            "puck2-sensor-readings",
            "bridge-sensor-readings",
        ),
        _shape_radio,
    ),
}
