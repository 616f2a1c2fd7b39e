"""Refusals of what cannot be done, in the words of the translations."""

from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN


def refusal(key: str, **placeholders: str) -> ServiceValidationError:
    """Return what to say to who asks for what cannot be."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
