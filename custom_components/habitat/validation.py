"""Translated errors about calls that are not possible."""

from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN


def validation_error(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the translated error for a call that is not possible."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
