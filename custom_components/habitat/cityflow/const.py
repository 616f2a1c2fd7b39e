"""Constants of CityFlow."""

from typing import Final

MANUFACTURER: Final = "Montem"

CONF_CHOICE: Final = "choice"
CONF_TAGS: Final = "tags"
CONF_PLACES: Final = "places"
CONF_DISTANCE: Final = "distance"
CONF_PROBES: Final = "probes"
CONF_SHOW_ON_MAP: Final = "show_on_map"

AUTOMATIC: Final = "automatic"
EVERY: Final = "all"
BY_TAG: Final = "by_tag"
BY_PLACE: Final = "by_place"
BY_DISTANCE: Final = "by_distance"
BY_HAND: Final = "by_hand"
CHOICES: Final = (AUTOMATIC, EVERY, BY_TAG, BY_PLACE, BY_DISTANCE, BY_HAND)
"""How the probes that become devices are chosen."""

MAX_AUTOMATIC: Final = 25
"""Probes that become devices automatically; of more, the nearest to home."""
DEFAULT_DISTANCE: Final = 5.0
"""The default distance from home in kilometres."""
