"""Constants of Habitat."""

import logging
from typing import Final

DOMAIN: Final = "habitat"
LOGGER = logging.getLogger(__package__)

MINOR_VERSION: Final = 2
"""The version of the data of config entries; in the first, titles had names of homes."""

CONF_VENDOR: Final = "vendor"
CONF_SIMULATED: Final = "simulated"
CONF_FORM: Final = "form"
"""The vendor's form in which the login was entered."""
CONF_WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105 - the name of a field
"""The option with the secret of a vendor's webhook."""
SECTION_ADVANCED: Final = "advanced"

ABSENT_POLLS: Final = 3
"""A device is removed when this many complete answers in a row did not name it."""
