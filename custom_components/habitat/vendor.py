"""What a vendor is: plain data, and the registry.

A vendor is a folder beside this file, which `loader.py` imports when it is needed.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import ServiceResponse, SupportsResponse

from .cloud.errors import CloudError


@dataclass(frozen=True, slots=True)
class Vendor:
    """What must be known of a vendor before its folder is imported."""

    key: str
    name: str
    url: str
    """The address of the vendor's own server."""
    services: bool = False
    """Whether it brings actions of its own."""
    options: bool = False
    """Whether its accounts have options."""
    removal: bool = False
    """Whether there is more to do than forgetting the token when an account is removed."""


REGISTRY: Mapping[str, Vendor] = {
    vendor.key: vendor
    for vendor in (
        Vendor("flair", "Flair", "https://api.flair.co", services=True),
        Vendor(
            "farmbot",
            "FarmBot",
            "https://my.farm.bot",
            services=True,
            options=True,
            removal=True,
        ),
        Vendor(
            "flower_power",
            "Flower Power",
            "https://api-flower-power-pot.parrot.com",
            services=True,
        ),
        Vendor(
            "flowcommand",
            "FlowCommand",
            "https://app.flowcommand.com",
            services=True,
            options=True,
        ),
        Vendor(
            "cityflow",
            "CityFlow",
            "https://api.cityflow.live",
            services=True,
            options=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach an account: the server's address and the fields of the vendor's form."""

    vendor: Vendor
    url: str
    fields: Mapping[str, str] = field(repr=False)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose account a login opens."""

    account_id: str
    """The vendor's id of the account, without the vendor's key."""
    title: str
    devices: frozenset[str] = frozenset()
    """The vendor's ids of its devices, where only they tell that a new login opens the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One of a vendor's config-flow forms."""

    step: str
    """The vendor's key, or the vendor's key and what tells the form from its siblings."""
    fields: Mapping[str, object]
    """The selector of each field, in order; all are required."""
    secret: frozenset[str]
    """The fields whose values are never shown again."""
    placeholders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OptionsForm:
    """The form of an account's options; its step is the vendor's key."""

    schema: vol.Schema
    placeholders: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    """The fields whose values are never shown again; left out they stay as they are."""
    tidy: Callable[[Mapping[str, object]], Mapping[str, object]] = lambda chosen: chosen
    """Return what is worth keeping of what is filled in."""
    check: Callable[[Mapping[str, object]], str | None] = lambda _: None
    """Return the key of the error that speaks against what is filled in, if any does."""


class NoDevices(CloudError):
    """The login is good but there is nothing to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityService:
    """One of a vendor's actions that target entities."""

    name: str
    entity_domain: Platform
    schema: Mapping[str | vol.Marker, object]
    method: str
    """The method of the entities that do it; its arguments are the schema's fields."""
    response: SupportsResponse = SupportsResponse.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceService:
    """One of a vendor's actions that target a device."""

    name: str
    schema: Mapping[str | vol.Marker, object]
    run: Callable[..., Coroutine[Any, Any, ServiceResponse]]
    """Gets the account, the device, and the schema's fields by name."""
    controls: bool = True
    """Whether it is for those who may control the device; a mere question is for its readers."""
    account: bool = False
    """Whether a whole account may be the target instead; then there is no device."""
    response: SupportsResponse = SupportsResponse.NONE
