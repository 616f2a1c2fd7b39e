"""JSON:API as Flair speaks it: envelopes, links, errors, relationships."""

from hypothesis import given
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import BadAnswer
from custom_components.habitat.flair.client.jsonapi import (
    error_message,
    flatten,
    next_page,
    resources,
)
from tests.support.strategies import BOUNDED, any_json


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"data": []}, []),
        ({"data": None}, []),
        ({"data": [{"id": "1"}, None]}, [{"id": "1"}, None]),
        ({"data": {"id": "1"}}, [{"id": "1"}]),
        ({"data": "odd"}, ["odd"]),
    ],
)
def test_resources(document: Json, found: list[Json]) -> None:
    """One, many or none."""
    assert resources(document) == found


@pytest.mark.parametrize("document", [None, [], "data", 1, {}, {"meta": {}}])
def test_no_resources(document: Json) -> None:
    """An answer without data is none; asking again would not help."""
    with pytest.raises(BadAnswer) as raised:
        resources(document)
    assert not raised.value.transient


@pytest.mark.parametrize(
    ("document", "query"),
    [
        (
            {
                "meta": {
                    "next": "/api/vents?include=&page%5Bsize%5D=50&page%5Bpage%5D=2"
                }
            },
            {"include": "", "page[size]": "50", "page[page]": "2"},
        ),
        ({"links": {"next": "/api/vents?page=2"}}, {"page": "2"}),
        ({"meta": {"next": "?page=2"}, "links": {"next": "?page=3"}}, {"page": "2"}),
        ({"meta": {"next": None}, "links": {"next": "?page=3"}}, {"page": "3"}),
        ({"links": {"next": "https://elsewhere.example/x?page=2"}}, {"page": "2"}),
        ({"meta": {"next": None}}, None),
        ({"meta": {"next": ""}}, None),
        ({"meta": {"next": 2}}, None),
        ({"meta": "next", "links": ["next"]}, None),
        ({"meta": {"next": "http://[bad"}}, None),
        ({}, None),
        ([], None),
    ],
)
def test_the_next_page(document: Json, query: dict[str, str] | None) -> None:
    """Only the query of a link counts, wherever the link is and leads."""
    assert next_page(document) == query


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"errors": [{"title": "T", "status": "404", "detail": "D"}]}, "D"),
        ({"errors": [{"title": "T", "detail": ["One.", "Two."]}]}, "One. Two."),
        ({"errors": [{"title": "T", "detail": None}]}, "T"),
        ({"errors": [{"title": "T", "detail": [1]}]}, "T"),
        ({"errors": {"title": "Not Found", "code": "404", "detail": "D"}}, "D"),
        ({"errors": {"title": "Not Found", "code": 404}}, "Not Found"),
        ({"error": "invalid_client"}, "invalid_client"),
        ({"error": "invalid_client", "error_description": "Who?"}, "Who?"),
        ({"errors": []}, None),
        ({"errors": ["odd"], "error": "e"}, "e"),
        ({"errors": [{}]}, None),
        ({"error": {"code": 1}}, None),
        ({}, None),
        ([], None),
        ("error", None),
    ],
)
def test_words(document: Json, words: str | None) -> None:
    """The vendor's own words, in each shape that it ever gave them."""
    assert error_message(document) == words


@pytest.mark.parametrize(
    ("relation", "flat"),
    [
        ({"links": {"self": "/s"}, "data": {"type": "rooms", "id": "7"}}, "7"),
        ({"self": "/s", "related": "/r", "data": {"type": "rooms", "id": "7"}}, "7"),
        ({"data": {"type": "rooms", "id": None}}, None),
        ({"data": {}}, None),
        ({"data": None}, None),
        ({"links": {}}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_relation_to_one(relation: Json, flat: str | None) -> None:
    """Nested as today or flat as in the old document; to nothing in many ways."""
    raw: dict[str, Json] = {"id": "1", "relationships": {"closest-room": relation}}
    assert flatten(raw).get("closest_room_id") == flat


def test_a_relation_to_many() -> None:
    """The ids of those that have one."""
    many: Json = [{"id": "1"}, {"id": None}, {}, "odd", None, {"id": "2"}]
    raw: dict[str, Json] = {
        "id": "1",
        "relationships": {"zones": {"data": many}, "edtiable-structures": {"data": []}},
    }
    assert flatten(raw) == {
        "id": "1",
        "zones_ids": ["1", "2"],
        "editable_structures_ids": [],
    }


def test_an_attribute_is_better_than_a_relation() -> None:
    """Unless it is null, or is the id of the resource itself."""
    raw: dict[str, Json] = {
        "id": "1",
        "attributes": {"id": "2", "room-id": "3", "zone-id": None},
        "relationships": {
            "room": {"data": {"id": "4"}},
            "zone": {"data": {"id": "5"}},
        },
    }
    assert flatten(raw) == {"id": "1", "room_id": "3", "zone_id": "5"}


def test_nested_states() -> None:
    """What is flat is better than a state, the current better than the previous."""
    raw: dict[str, Json] = {
        "attributes": {
            "lights": "flat",
            "previous-vent-state": {"precent-open": 1, "old-only": 2, "lights": "old"},
            "current-vent-state": {"precent-open": 3, "lights": "new"},
            "current-puck-state": "odd",
        }
    }
    flat = flatten(raw)
    assert (flat["lights"], flat["percent_open"], flat["old_only"]) == ("flat", 3, 2)


@BOUNDED
@given(any_json)
def test_any_document(document: Json) -> None:
    """No envelope does harm."""
    assert isinstance(error_message(document), str | None)
    assert error_message({"errors": document, "error": document}) != ""
    assert isinstance(next_page({"meta": document, "links": document}), dict | None)
    assert isinstance(next_page({"links": {"next": document}}), dict | None)
    assert isinstance(resources({"data": document}), list)
    flat = flatten({"id": "1", "attributes": document, "relationships": document})
    assert flat["id"] == "1"
