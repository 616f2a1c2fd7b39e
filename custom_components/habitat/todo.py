"""To-do lists: handed over to the account's vendor."""

from homeassistant.const import Platform

from .entity import platform_setup

# An account sends its writes one at a time by itself.
PARALLEL_UPDATES = 0

async_setup_entry = platform_setup(Platform.TODO)
