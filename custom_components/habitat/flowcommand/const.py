"""Constants of FlowCommand."""

from typing import Final

APP_URL: Final = "https://app.flowcommand.com"
MANUFACTURER: Final = "FlowCommand"

CONF_FLUID: Final = "fluid"
BARRELS: Final = "flow_rate_bbl"
"""The key of the flow rate in barrels, which an option enables."""

CONF_BARRELS: Final = "barrels"
CONF_SHOW_ON_MAP: Final = "show_on_map"
CONF_SILENT_HOURS: Final = "silent_hours"
CONF_WEBHOOK: Final = "webhook"

UNSPECIFIED: Final = "unspecified"
WATER: Final = "water"
OIL: Final = "oil"
FLUIDS: Final = (UNSPECIFIED, WATER, OIL)
"""What flows through the pipes; without a word of the user's nothing is assumed."""

SILENT_HOURS: Final = 6
"""After so many hours without a ping something is wrong, unless the options say otherwise."""
