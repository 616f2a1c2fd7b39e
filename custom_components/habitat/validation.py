"""Errors about what cannot be done, in the words of the translations."""

from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN


def validation_error(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for a call that asks for what cannot be done."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
