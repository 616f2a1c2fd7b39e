"""What an infrared unit can do, in the shapes that Flair keeps it in."""

from hypothesis import given
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.flair.client.constraints import (
    Constraints,
    read_constraints,
)
from tests.support.strategies import BOUNDED, any_json

UNIT: dict[str, Json] = {
    "temperature-scale": "C",
    "ON": {
        "COOL": {
            "ON": {"FAN AUTO": ["18", "16", "17"], "FAN HI": ["20"]},
            "OFF": {"FAN AUTO": ["16", "17"], "FAN LOW": ["18"]},
        },
        "FAN": {"OFF": {"FAN HI": [], "FAN LOW": []}},
    },
    "OFF": {"AUTO": {"OFF": {"FAN AUTO": ["72"]}}},
}


def read(raw: Json) -> Constraints:
    """Read constraints that say something."""
    found = read_constraints(raw)
    assert found is not None
    return found


def test_a_tree() -> None:
    """Modes, fans and swing are the keys; what the unit does while off is no choice."""
    unit = read(UNIT)
    assert unit.modes == ("COOL", "FAN")
    assert unit.fans("COOL") == ("FAN AUTO", "FAN HI", "FAN LOW")
    assert unit.fans("FAN") == ("FAN HI", "FAN LOW")
    assert unit.fans("HEAT") == ()
    assert unit.swings
    assert unit.buttons == ()
    assert unit.scale == "C"


@pytest.mark.parametrize(
    ("mode", "swing", "fan", "points"),
    [
        ("COOL", None, None, (16, 17, 18, 20)),
        ("COOL", "ON", None, (16, 17, 18, 20)),
        ("COOL", "OFF", None, (16, 17, 18)),
        ("COOL", "ON", "FAN HI", (20,)),
        ("COOL", None, "FAN AUTO", (16, 17, 18)),
        ("COOL", "OFF", "FAN HI", (16, 17, 18)),
        ("COOL", "SIDEWAYS", "FAN TURBO", (16, 17, 18, 20)),
        ("FAN", None, None, ()),
        ("HEAT", "ON", "FAN AUTO", ()),
    ],
)
def test_set_points(
    mode: str, swing: str | None, fan: str | None, points: tuple[float, ...]
) -> None:
    """Sorted, without doubles, as far as swing and fan narrow them down."""
    assert read(UNIT).set_points(mode, swing, fan) == points


def test_no_swing() -> None:
    """One position is no choice."""
    assert not read({"ON": {"COOL": {"OFF": {"FAN AUTO": ["18"]}}}}).swings
    assert not read(
        {"ON": {"COOL": {"OFF": {"A": []}}, "HEAT": {"ON": {"A": []}}}}
    ).swings


def test_case() -> None:
    """Keys are compared in upper case."""
    unit = read({"ON": {"Cool": {"on": {"Fan Auto": [18]}}}})
    assert unit.set_points("COOL", "ON", "FAN AUTO") == (18,)


@pytest.mark.parametrize(
    ("label", "scale"),
    [("F", "F"), ("c", "C"), ("Fahrenheit", "F"), ("Kelvin", None), (7, None)],
)
@pytest.mark.parametrize("key", ["temperature-scale", "temperature_scale"])
def test_a_label(key: str, label: Json, scale: str | None) -> None:
    """The scale is what the label says, where it is one."""
    assert read({**UNIT, "temperature-scale": None, key: label}).scale == scale


@pytest.mark.parametrize(
    ("points", "scale"),
    [
        (["60", "86"], "F"),
        (["45"], "F"),
        (["44"], "C"),
        (["16", "86"], "C"),
        ([], None),
    ],
)
def test_a_likely_scale(points: list[Json], scale: str | None) -> None:
    """The set points give it away, where there are any."""
    unit = read({"ON": {"COOL": {"OFF": {"FAN AUTO": points}}}})
    assert unit.likely_scale == scale
    assert unit.scale is None


def test_buttons() -> None:
    """A remote without states has the names of its buttons, each once."""
    unit = read(["Power", "Temp +", "Power", "", None, 7, ["x"]])
    assert unit.buttons == ("Power", "Temp +")
    assert unit.modes == ()
    assert unit.scale is None


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "Power", 7, True, [], [None, 7], {}, {"ON": None}, {"ON": []},
        {"ON": {}}, {"ON": {"COOL": None}}, {"ON": {"COOL": {"ON": []}}},
        {"OFF": {"COOL": {"ON": {"FAN AUTO": ["18"]}}}},
    ],
)  # fmt: skip
def test_nothing(raw: Json) -> None:
    """Everything else says nothing."""
    assert read_constraints(raw) is None


def test_odd_branches() -> None:
    """An odd branch or leaf is left out, the others stay."""
    unit = read(
        {
            "ON": {
                "COOL": {"ON": {"FAN AUTO": ["18", None, "warm", 19, True]}, "OFF": 7},
                "HEAT": ["20"],
                "DRY": {"OFF": {"FAN AUTO": "20"}},
            }
        }
    )
    assert unit.modes == ("COOL", "DRY")
    assert unit.set_points("COOL") == (18, 19)
    assert unit.set_points("DRY") == ()


@BOUNDED
@given(any_json)
def test_any_tree(value: Json) -> None:
    """At no depth does anything do harm."""
    documents: list[Json] = [
        value,
        {"ON": value, "temperature-scale": value},
        {"ON": {"COOL": value}},
        {"ON": {"COOL": {"OFF": value}}},
        {"ON": {"COOL": {"OFF": {"FAN AUTO": value}}}},
    ]
    for raw in documents:
        if (found := read_constraints(raw)) is not None:
            assert found.tree or found.buttons
            assert found.scale in ("C", "F", None)
            assert all(
                isinstance(point, float)
                for mode in found.modes
                for point in found.set_points(mode)
            )
