"""Why a request failed: a translated text, or the vendor's message."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .cloud.errors import CloudError
from .cloud.session import CloudSession
from .const import DOMAIN


@callback
def failure_reason(hass: HomeAssistant, session: CloudSession, err: CloudError) -> str:
    """Return the text for `{reason}` in translations, which cannot refer to another key."""
    if err.reason is not None:
        texts = async_get_cached_translations(
            hass, hass.config.language, "exceptions", DOMAIN
        )
        key = f"component.{DOMAIN}.exceptions.reason_{err.reason}.message"
        if text := texts.get(key):
            return text
    return session.redact(str(err))
