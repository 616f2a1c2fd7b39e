"""Constants of Habitat."""

import logging
from typing import Final

DOMAIN: Final = "habitat"
LOGGER = logging.getLogger(__package__)

MINOR_VERSION: Final = 2
"""Of what config entries keep: in the first titles named homes."""

CONF_VENDOR: Final = "vendor"
CONF_SIMULATED: Final = "simulated"
CONF_FORM: Final = "form"
"""The vendor's form that a login was given with."""
CONF_WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105 - the name of a field
"""The option that keeps what a vendor's webhook shows to be believed."""
SECTION_ADVANCED: Final = "advanced"

ABSENT_POLLS: Final = 3
"""A device goes when this many whole answers in a row did not name it."""
