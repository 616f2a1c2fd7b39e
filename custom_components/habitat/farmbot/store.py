"""What of a robot must outlive a restart: past events, and when releases were asked for.

The server deletes events that are over, and asking for releases has side effects there.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..cloud.documents import Json
from ..const import DOMAIN


@callback
def robot_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Json]]:
    """Return where the past of an account's robot is kept."""
    return Store(hass, 1, f"{DOMAIN}.farmbot.{entry_id}", private=True)
