"""What Flair says becomes records, in every spelling and however odd."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from math import isfinite
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from hypothesis import assume, given, settings, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.enums import LenientEnum
from custom_components.habitat.cloud.models import private_values
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.plausible import RANGE
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.values import to_float, to_str
from custom_components.habitat.flair.client.constraints import Constraints
from custom_components.habitat.flair.client.jsonapi import flatten
from custom_components.habitat.flair.client.models import (
    RESOURCES,
    Bridge,
    FanSpeed,
    HvacUnit,
    Puck,
    RadioDevice,
    Resource,
    Room,
    Structure,
    Thermostat,
    UnitMode,
    User,
    Vent,
    VentReading,
)
from tests.support.strategies import BOUNDED, any_json

_TREE: dict[str, Json] = {"ON": {"COOL": {"OFF": {"FAN AUTO": ["18", "19"]}}}}
_CODESET: dict[str, Json] = {"codesets": [{"temperature-scale": "F"}]}
_LABELLED: Json = {
    "temperature-scale": "C",
    "ON": {"COOL": {"OFF": {"FAN AUTO": ["64", "65"]}}},
}
_SAMPLES: dict[object, Json] = {
    str: "text",
    int: 7,
    float: 21.5,
    bool: True,
    datetime: "2026-11-25T08:00:00.000000+00:00",
    tuple: ["1", "2"],
    Constraints: _TREE,
}

each = settings(BOUNDED, max_examples=25)
"""For what is tried on every model."""


def _hints(model: type[Resource]) -> dict[str, object]:
    found = get_type_hints(model)
    return {item.name: found[item.name] for item in fields(model)}


HINTS = {model: _hints(model) for model in RESOURCES}
"""The types of each model's fields."""


def sample(hint: object) -> Json:
    """Return something that a cloud sends for a field of a type."""
    kind = get_args(hint)[0] if isinstance(hint, UnionType) else hint
    if isinstance(kind, type) and issubclass(kind, LenientEnum):
        return next(iter(kind)).value
    return _SAMPLES[get_origin(kind) or kind]


def whole(model: type[Resource]) -> dict[str, Json]:
    """Return attributes for all fields of a model, with hyphens as the live API has them."""
    return {
        name.replace("_", "-"): _middle(model, name) or sample(hint)
        for name, hint in HINTS[model].items()
        if name != "id"
    }


def _middle(model: type[Resource], name: str) -> float | None:
    """Return a value that a field can have, of those that cannot have every value."""
    (found,) = (item for item in fields(model) if item.name == name)
    allowed = found.metadata.get(RANGE)
    highest = min(allowed.highest, 1000) if allowed else 0
    return (allowed.lowest + highest) // 2 if allowed else None


def read[R: Resource](
    model: type[R], attributes: Mapping[str, Json], report: ParseReport | None = None
) -> R:
    """Read a resource that must be readable."""
    raw: dict[str, Json] = {
        "type": model.TYPE,
        "id": "1",
        "attributes": dict(attributes),
    }
    record = parse(model, flatten(raw), report or ParseReport("Flair"))
    assert record is not None
    return record


def fits(value: object, hint: object) -> bool:
    """Say whether a value is of a field's type; bool is no int here."""
    if isinstance(hint, UnionType):
        return any(fits(value, kind) for kind in get_args(hint))
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(type(item) is str for item in value)
    if isinstance(value, float) and not isfinite(value):
        return False
    return type(value) is hint


# Whole records.


@pytest.mark.parametrize("model", RESOURCES)
def test_every_field_is_read(model: type[Resource]) -> None:
    """No field is odd or lost, with hyphens and with underscores alike."""
    report = ParseReport("Flair")
    attributes = whole(model)
    record = read(model, attributes, report)
    for name, hint in HINTS[model].items():
        value = getattr(record, name)
        assert value not in (None, ())
        assert fits(value, hint)
    snake = {name.replace("-", "_"): value for name, value in attributes.items()}
    assert read(model, snake, report) == record
    assert not report.counts


@pytest.mark.parametrize("model", RESOURCES)
def test_a_bare_resource(model: type[Resource]) -> None:
    """Without attributes, or with all of them null, nothing is known and nothing is odd."""
    report = ParseReport("Flair")
    record = read(model, {}, report)
    for item in fields(model):
        assert item.name == "id" or getattr(record, item.name) in (None, ())
    assert read(model, dict.fromkeys(whole(model)), report) == record
    assert parse(model, flatten({"id": "1"}), report) == record
    assert not report.counts


def test_old_and_new_vents_are_the_same() -> None:
    """The document of the time before the hardware nests and misspells what is flat today."""
    old: dict[str, Json] = {
        "name": "Den",
        "current-vent-state": {
            "precent-open": 40,
            "battery-level": 0.9,
            "lights": "off",
            "demo-mode": False,
            "update-interval": 60,
        },
        "previous-vent-state": {"precent-open": 100, "battery-level": 1.0},
    }
    new: dict[str, Json] = {
        "name": "Den",
        "percent-open": 40,
        "battery-level": 0.9,
        "lights": "off",
        "demo-mode": False,
        "update-interval": 60,
    }
    assert read(Vent, old) == read(Vent, new)
    assert read(Vent, old).percent_open == 40


def test_old_and_new_pucks() -> None:
    """A state says what it holds; an older one only what the newer leaves out."""
    puck = read(
        Puck,
        {
            "previous-puck-state": {"battery-level": 0.5, "gateway": False},
            "current_puck_state": {"gateway": True},
        },
    )
    assert (puck.gateway, puck.battery_level) == (True, 0.5)


def test_old_and_new_units_are_the_same() -> None:
    """Numbers stood for modes, make and model had shorter names."""
    old: dict[str, Json] = {
        "make": "Sample",
        "model": "X1",
        "current-state": {"temperature": 21.0, "power": True, "mode": 0},
        "previous-state": {"temperature": 19.0, "power": False, "mode": 1},
    }
    new: dict[str, Json] = {
        "make-name": "Sample",
        "model-id": "X1",
        "temperature": "21",
        "power": "On",
        "mode": "Cool",
    }
    assert read(HvacUnit, old) == read(HvacUnit, new)
    assert read(HvacUnit, {"mode": 1}).mode is UnitMode.HEAT
    assert read(HvacUnit, {"mode": 7}).mode is None
    assert read(HvacUnit, {"mode": True}).mode is None


def test_a_unit_of_today() -> None:
    """Words in any case, "On" and "Off", and what hides in lists."""
    unit = read(
        HvacUnit,
        {
            "power": "Off",
            "swing": None,
            "fan-speed": "Medium",
            "default-fan-speed": "MEDIUM",
            "constraints": _TREE,
            "codesets": [{"id": "1", "temperature-scale": "F"}],
            "button-presses": "Power",
        },
    )
    assert (unit.power, unit.swing) == (False, None)
    assert unit.fan_speed is unit.default_fan_speed is FanSpeed.MEDIUM
    assert unit.constraints is not None
    assert unit.constraints.modes == ("COOL",)
    assert unit.codeset_scale == "F"
    assert unit.button_presses == ("Power",)
    odd: list[Json] = [[], None, "x", [None], {"0": 1}]
    for codesets in odd:
        assert read(HvacUnit, {"codesets": codesets}).codeset_scale is None


def test_a_room_of_today() -> None:
    """Modes shout in rooms, windows are listed, some numbers are text."""
    room = read(
        Room,
        {
            "heat-cool-mode": "HEAT",
            "windows": [{"direction": "N"}, {"direction": "S"}],
            "current-temperature-c": "19.5",
            "hold-until": "2107-12-11T08:11:30.000000+00:00",
        },
    )
    assert room.heat_cool_mode == "heat"
    assert room.windows == 2
    assert room.current_temperature_c == 19.5
    assert room.hold_until == datetime(2107, 12, 11, 8, 11, 30, tzinfo=UTC)


def test_a_misspelt_user() -> None:
    """The old document's own slips are understood."""
    raw: dict[str, Json] = {
        "id": "1",
        "attributes": {"temparature-scale": "K"},
        "relationships": {"edtiable-structures": {"data": [{"id": "2"}]}},
    }
    user = parse(User, flatten(raw), ParseReport("Flair"))
    assert user is not None
    assert user.temperature_scale == "K"
    assert user.editable_structures_ids == ("2",)


@pytest.mark.parametrize(
    ("attributes", "gateway"),
    [
        ({"connected-gateway-id": "b", "connected-gateway-type": "bridge"}, "b"),
        ({"connected-gateway-puck-id": "p"}, "p"),
        ({"connected-gateway-id": "b", "connected-gateway-puck-id": "p"}, "b"),
        ({}, None),
    ],
)
def test_a_gateway(attributes: dict[str, Json], gateway: str | None) -> None:
    """Both generations of firmware say through what a device is reached."""
    assert read(Bridge, attributes).gateway_id == gateway


@pytest.mark.parametrize(
    ("attributes", "scale"),
    [
        ({"constraints": _LABELLED}, "C"),
        ({"constraints": _LABELLED, **_CODESET}, "C"),
        ({"constraints": _TREE, **_CODESET}, "F"),
        ({"constraints": ["Power"], **_CODESET}, "F"),
        (_CODESET, "F"),
        ({"constraints": _TREE}, "C"),
        ({"constraints": _TREE, "codeset-scale": "K"}, "C"),
        ({}, None),
    ],
)
def test_a_units_scale(attributes: dict[str, Json], scale: str | None) -> None:
    """The tree's label knows best, then the codeset's, then the set points themselves."""
    assert read(HvacUnit, attributes).scale == scale


@pytest.mark.parametrize(
    ("model", "word"),
    [(Vent, "inactive"), (Bridge, "inactive"), (Thermostat, "is-offline")],
)
def test_what_can_be_reached(model: type[RadioDevice | Thermostat], word: str) -> None:
    """What is not said to be out of reach is within it."""
    assert read(model, {}).reachable
    assert read(model, {word: False}).reachable
    assert not read(model, {word: True}).reachable


@pytest.mark.parametrize(
    ("attributes", "driven"),
    [({"puck-id": "p"}, True), ({"puck2-id": "p"}, True), ({}, False)],
)
def test_who_drives_a_unit(attributes: dict[str, Json], driven: bool) -> None:
    """A puck of either generation, or nobody."""
    assert read(HvacUnit, attributes).driven is driven


@pytest.mark.parametrize(
    ("attributes", "firmware"),
    [
        ({"firmware-version-s": 115}, "115"),
        ({"firmware-version": 3, "firmware-version-s": 115}, "3"),
        ({}, None),
    ],
)
def test_firmware(attributes: dict[str, Json], firmware: str | None) -> None:
    """Numbers read as text, the whole version is better than a part's."""
    assert read(VentReading, attributes).firmware == firmware


def test_what_is_private() -> None:
    """Names, places and secrets are marked wherever they are."""
    private = {
        "name", "email", "hold_reason", "time_zone", "country", "city", "state",
        "zip_code", "location", "latitude", "longitude", "callback_url",
        "puck_client_id", "puck_client_secret", "source_id", "connected_gateway_name",
        "percent_open_reason",
    }  # fmt: skip
    for model in RESOURCES:
        marked = {item.name for item in fields(model) if item.metadata.get("private")}
        assert marked >= private & set(HINTS[model])
    home = read(Structure, {"name": "Home", "latitude": 47.4, "mode": "auto"})
    assert set(private_values(home)) == {"Home", 47.4}


# Odd records.


ZERO_IS_NOTHING = {"voltage", "system_voltage", "current_rssi", "rssi"}


@pytest.mark.parametrize("model", RESOURCES)
@each
@given(st.data(), any_json)
def test_one_odd_attribute(
    model: type[Resource], data: st.DataObject, value: Json
) -> None:
    """It alone is unknown and counted; all others survive."""
    name = data.draw(st.sampled_from([name for name in HINTS[model] if name != "id"]))
    listed = get_origin(HINTS[model][name]) is tuple
    assume(not (listed and value == ""))
    attributes = whole(model)
    usual = read(model, attributes)
    report = ParseReport("Flair")
    record = read(model, {**attributes, name.replace("_", "-"): value}, report)
    for item in fields(model):
        if item.name != name:
            assert getattr(record, item.name) == getattr(usual, item.name)
    found = getattr(record, name)
    assert fits(found, HINTS[model][name])
    nothing = value in (None, "") or (listed and value == [])
    # No battery, no radio link.
    nothing = nothing or (name in ZERO_IS_NOTHING and to_float(value) == 0)
    odd = found in (None, ()) and not nothing
    assert report.counts == ({f"{model.__name__}.{name}": 1} if odd else {})


_SPELLINGS = (str, lambda name: name.replace("_", "-"), str.upper)


def _keys(model: type[Resource]) -> st.SearchStrategy[str]:
    """Draw the names of a model's attributes and others, in some spelling."""
    nested = ["current_state", "previous_vent_state", "codesets", "make", "model"]
    names = [*HINTS[model], *nested]
    spelt = st.builds(
        lambda name, spell: spell(name),
        st.sampled_from(names),
        st.sampled_from(_SPELLINGS),
    )
    return spelt | st.text(max_size=9)


def _relations(model: type[Resource]) -> st.SearchStrategy[Json]:
    """Draw relationships of all shapes, nested as today or flat as in the old document."""
    names = [
        name.rpartition("_id")[0].replace("_", "-")
        for name in HINTS[model]
        if name.endswith(("_id", "_ids"))
    ]
    link = any_json | st.fixed_dictionaries({"id": any_json, "type": any_json})
    relation = any_json | st.fixed_dictionaries(
        {"data": link | st.lists(link, max_size=3)},
        optional={"links": any_json, "self": any_json, "related": any_json},
    )
    keys = st.sampled_from(names) if names else st.text(max_size=9)
    return any_json | st.dictionaries(keys, relation, max_size=4)


@pytest.mark.parametrize("model", RESOURCES)
@each
@given(st.data())
def test_any_resource(model: type[Resource], data: st.DataObject) -> None:
    """Whatever comes, it is a record of sound fields or none, twice the same."""
    keys = _keys(model)
    states = st.dictionaries(keys, any_json, max_size=3)
    raw = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "id": st.just("1") | any_json,
                "type": st.just(model.TYPE) | any_json,
                "attributes": any_json
                | st.dictionaries(keys, any_json | states, max_size=8),
                "relationships": _relations(model),
                "links": any_json,
            },
        )
    )
    report = ParseReport("Flair")
    record = parse(model, flatten(raw), report)
    assert record == parse(model, flatten(raw), ParseReport("Flair"))
    if to_str(raw.get("id")) is None:
        assert record is None
        assert report.counts[f"{model.__name__}.id"] == 1
    else:
        assert record is not None
        assert all(
            fits(getattr(record, name), hint) for name, hint in HINTS[model].items()
        )


@BOUNDED
@given(st.sampled_from(RESOURCES), st.data())
def test_any_relationship(model: type[Resource], data: st.DataObject) -> None:
    """Odd relationships leave the attributes alone."""
    attributes: dict[str, Json] = {"created-at": "2026-11-25T08:00:00Z"}
    raw: dict[str, Json] = {
        "type": model.TYPE,
        "id": "1",
        "attributes": attributes,
        "relationships": data.draw(_relations(model)),
    }
    record = parse(model, flatten(raw), ParseReport("Flair"))
    assert record is not None
    assert (record.id, record.created_at) == (
        "1",
        datetime(2026, 11, 25, 8, tzinfo=UTC),
    )
    for item in fields(model):
        assert fits(getattr(record, item.name), HINTS[model][item.name])
