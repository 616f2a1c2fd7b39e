"""Records by what people call them."""

import pytest

from custom_components.habitat.farmbot.client.models import Peripheral, Tool
from custom_components.habitat.farmbot.garden.lookup import (
    NameOrId,
    find_records,
    name_of,
)

TOOLS = [
    Tool(id=1, name="Seeder"),
    Tool(id=2, name="seeder"),
    Tool(id=3, name=" Weeder "),
    Tool(id=4, name="5"),
    Tool(id=5, name="Rake"),
    Tool(id=6),
    Tool(id=7, name="Straße"),
    Tool(id=8, name="hoe"),
    Tool(id=9, name="HOE"),
]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (5, [5]),
        ("5", [4]),
        ("4", [4]),
        (" 6 ", [6]),
        ("Seeder", [1]),
        ("seeder", [2]),
        ("SEEDER", [1, 2]),
        ("weeder", [3]),
        ("  Weeder", [3]),
        ("STRASSE", [7]),
        ("Hoe", [8, 9]),
        ("hoe", [8]),
        (10, []),
        (-5, []),
        ("", []),
        ("Hammer", []),
        # Digits that only look like an id.
        ("٥", []),
        ("05", []),
        ("9" * 5000, []),
    ],
)
def test_found(wanted: NameOrId, ids: list[int]) -> None:
    """By the exact name first, then in other letters' case, then by the id."""
    assert [one.id for one in find_records(TOOLS, wanted)] == ids


def test_names() -> None:
    """What is connected to a pin is called by its label."""
    assert name_of(Tool(id=1, name="Seeder")) == "Seeder"
    assert name_of(Peripheral(id=1, label="Water")) == "Water"
    assert name_of(Tool(id=1)) is None
