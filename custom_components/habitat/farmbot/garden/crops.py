"""How common crops look from above and how wide they grow, for plants without a spread curve.

The server only has the slug of a crop ("cherry-tomato"). Spreads are diameters of grown plants in mm
from gardening handbooks; all other crops have the web app's default of 250 mm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from zlib import crc32


class Foliage(StrEnum):
    """The shapes of leaves."""

    ROUND = "round"
    POINTED = "pointed"
    FEATHERY = "feathery"
    BLADES = "blades"


@dataclass(frozen=True, slots=True)
class Crop:
    """The appearance of grown plants of a crop."""

    spread: float
    """Diameter in mm."""
    foliage: Foliage
    color: str
    """The colour of the fruit, root, flower or leaves, as #rrggbb."""


_USUAL_SPREAD = 250.0
_RED, _ORANGE, _YELLOW, _LIME = "#e5533d", "#f0883a", "#f2c641", "#b9d94f"
_GREEN, _TEAL, _BLUE, _VIOLET = "#6fbf5a", "#5fc4a0", "#7f9fe8", "#a97be0"
_PINK, _CRIMSON, _CREAM, _TAN = "#ee84b2", "#c33f73", "#f3ead2", "#d3a56b"
COLORS = (
    *(_RED, _ORANGE, _YELLOW, _LIME, _GREEN, _TEAL),
    *(_BLUE, _VIOLET, _PINK, _CRIMSON, _CREAM, _TAN),
)
"""All colours of crops; few, so that pictures of many crops stay small."""

_ROUND, _POINTED = Foliage.ROUND, Foliage.POINTED
_FEATHERY, _BLADES = Foliage.FEATHERY, Foliage.BLADES

_KNOWN: Mapping[str, Crop] = {
    "sweet-potato": Crop(600, _ROUND, _ORANGE),
    "strawberr": Crop(300, _ROUND, _RED),
    "sunflower": Crop(450, _POINTED, _YELLOW),
    "nasturtium": Crop(400, _ROUND, _ORANGE),
    "calendula": Crop(300, _POINTED, _ORANGE),
    "marigold": Crop(250, _FEATHERY, _YELLOW),
    "lavender": Crop(500, _BLADES, _VIOLET),
    "cauliflower": Crop(500, _ROUND, _CREAM),
    "broccoli": Crop(500, _ROUND, _TEAL),
    "brussel": Crop(500, _ROUND, _GREEN),
    "cabbage": Crop(500, _ROUND, _TEAL),
    "kohlrabi": Crop(250, _POINTED, _VIOLET),
    "lettuce": Crop(250, _ROUND, _LIME),
    "spinach": Crop(150, _ROUND, _GREEN),
    "arugula": Crop(150, _POINTED, _GREEN),
    "choy": Crop(250, _ROUND, _LIME),
    "chard": Crop(300, _POINTED, _CRIMSON),
    "kale": Crop(450, _FEATHERY, _TEAL),
    "celer": Crop(300, _POINTED, _LIME),
    "fennel": Crop(300, _FEATHERY, _CREAM),
    "asparagus": Crop(450, _FEATHERY, _GREEN),
    "artichoke": Crop(900, _POINTED, _VIOLET),
    "rhubarb": Crop(900, _ROUND, _CRIMSON),
    "tomato": Crop(600, _POINTED, _RED),
    "eggplant": Crop(500, _ROUND, _VIOLET),
    "aubergine": Crop(500, _ROUND, _VIOLET),
    "pepper": Crop(400, _POINTED, _RED),
    "chili": Crop(400, _POINTED, _RED),
    "potato": Crop(400, _ROUND, _TAN),
    "carrot": Crop(80, _FEATHERY, _ORANGE),
    "parsnip": Crop(120, _FEATHERY, _CREAM),
    "radish": Crop(80, _POINTED, _PINK),
    "turnip": Crop(150, _POINTED, _PINK),
    "beet": Crop(120, _POINTED, _CRIMSON),
    "onion": Crop(120, _BLADES, _CREAM),
    "garlic": Crop(120, _BLADES, _CREAM),
    "leek": Crop(150, _BLADES, _TEAL),
    "chive": Crop(200, _BLADES, _VIOLET),
    "corn": Crop(350, _BLADES, _YELLOW),
    "cucumber": Crop(600, _ROUND, _GREEN),
    "zucchini": Crop(800, _ROUND, _YELLOW),
    "squash": Crop(900, _ROUND, _ORANGE),
    "pumpkin": Crop(1200, _ROUND, _ORANGE),
    "melon": Crop(1000, _ROUND, _LIME),
    "bean": Crop(200, _ROUND, _LIME),
    "pea": Crop(150, _ROUND, _LIME),
    "basil": Crop(250, _ROUND, _GREEN),
    "mint": Crop(400, _POINTED, _TEAL),
    "parsley": Crop(200, _FEATHERY, _GREEN),
    "cilantro": Crop(150, _FEATHERY, _GREEN),
    "dill": Crop(250, _FEATHERY, _YELLOW),
    "thyme": Crop(300, _FEATHERY, _PINK),
    "oregano": Crop(300, _POINTED, _PINK),
    "rosemary": Crop(600, _BLADES, _BLUE),
    "sage": Crop(450, _POINTED, _BLUE),
    "borage": Crop(450, _POINTED, _BLUE),
}
"""By a part of the slug, more specific ones first."""


@lru_cache(maxsize=1000)
def crop_named(name: str) -> Crop:
    """Return the appearance of a crop by its slug or name; that of an unknown one is derived from its name."""
    slug = "-".join(name.casefold().split())
    for part, crop in _KNOWN.items():
        if part in slug:
            return crop
    number = crc32(slug.encode(errors="replace"))
    foliage = tuple(Foliage)[number // len(COLORS) % len(Foliage)]
    return Crop(_USUAL_SPREAD, foliage, COLORS[number % len(COLORS)])
