"""Constants of FlowCommand."""

from typing import Final

APP_URL: Final = "https://app.flowcommand.com"
MANUFACTURER: Final = "FlowCommand"

CONF_FLUID: Final = "fluid"
BARRELS: Final = "flow_rate_bbl"
"""The key of the flow rate sensor in barrels, which an option enables."""

CONF_BARRELS: Final = "barrels"
CONF_SHOW_ON_MAP: Final = "show_on_map"
CONF_SILENT_HOURS: Final = "silent_hours"
CONF_WEBHOOK: Final = "webhook"

UNSPECIFIED: Final = "unspecified"
WATER: Final = "water"
OIL: Final = "oil"
FLUIDS: Final = (UNSPECIFIED, WATER, OIL)
"""What flows through the pipes; it is unspecified unless the user says so."""

SILENT_HOURS: Final = 6
"""Hours without a ping until a sensor counts as silent, unless the options say otherwise."""
