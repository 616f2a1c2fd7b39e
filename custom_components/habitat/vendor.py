"""What a vendor is: the contract, and the registry that imports one lazily.

A vendor is a folder beside this file. `account.py` there has `ACCOUNT`, the vendor's class of
account; `forms.py` has `FORMS`, its config-flow forms, and `identify`, which checks a login;
`services.py`, where it is there, has `SERVICES`; `options.py`, where it is there, has
`options_form`; `removal.py`, where it is there, has `leave` and `revoke`; each platform file has `entities`.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceResponse, SupportsResponse
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.importlib import async_import_module

from .cloud.auth import Token
from .cloud.errors import CloudError
from .const import LOGGER

if TYPE_CHECKING:
    # These modules stand on this one.
    from .coordinator import Account, HabitatConfigEntry
    from .devices import Device


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
    run: str
    """Module and function, such as "actions:get_samples", imported when it is first asked for.

    It gets the account, the device, and the schema's fields by name.
    """
    controls: bool = True
    """Whether it is for those who may control the device; a mere question is for its readers."""
    account: bool = False
    """Whether a whole account may be the target instead; then there is no device."""
    response: SupportsResponse = SupportsResponse.NONE


class BuildOptionsForm(Protocol):
    """Build the form of an account's options, with what is chosen now."""

    async def __call__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry
    ) -> OptionsForm:
        """Return the form."""


class Identify(Protocol):
    """Check a login; the check is a real conversation with the vendor."""

    async def __call__(self, hass: HomeAssistant, login: Login) -> Identity:
        """Return whose account it is.

        Raises:
            NoDevices: nothing to show.
            CloudError: the login is wrong or could not be checked.
        """


class Revoke(Protocol):
    """Make a token that is no longer used worthless at its vendor."""

    async def __call__(self, hass: HomeAssistant, login: Login, token: Token) -> None:
        """Do so if it can be done; nothing waits for a vendor that is away."""


class Leave(Protocol):
    """Leave nothing of a removed account behind in the house."""

    async def __call__(self, hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
        """Do what can be done; whatever fails, the account is removed."""


type BuildAccount = Callable[[HomeAssistant, HabitatConfigEntry, Login], Account]
type Made = tuple[str, Callable[[], Entity]]
"""The key of an entity that a device has, and what makes it when it is new."""
type Entities = Callable[[Account, Device], Iterable[Made]]


async def async_forms(hass: HomeAssistant, vendor: Vendor) -> tuple[Form, ...]:
    """Return a vendor's forms."""
    module = await _import(hass, vendor, "forms")
    forms: tuple[Form, ...] = module.FORMS
    return forms


async def async_identify(hass: HomeAssistant, login: Login) -> Identity:
    """Check a login at its vendor; raises as `Identify` does."""
    module = await _import(hass, login.vendor, "forms")
    identify: Identify = module.identify
    return await identify(hass, login)


async def async_options_form(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor
) -> OptionsForm:
    """Return the form of an account's options."""
    module = await _import(hass, vendor, "options")
    build: BuildOptionsForm = module.options_form
    return await build(hass, entry)


async def async_revoke(hass: HomeAssistant, login: Login, token: Token) -> None:
    """Make a token that is no longer used worthless, where the vendor knows how."""
    if login.vendor.removal:
        module = await _import(hass, login.vendor, "removal")
        revoke: Revoke = module.revoke
        await revoke(hass, login, token)


async def async_leave(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor
) -> None:
    """Let the vendor's folder do what a removed account asks for."""
    if vendor.removal:
        module = await _import(hass, vendor, "removal")
        leave: Leave = module.leave
        await leave(hass, entry)


async def async_account(
    hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
) -> Account:
    """Make a vendor's account of a config entry."""
    module = await _import(hass, login.vendor, "account")
    build: BuildAccount = module.ACCOUNT
    return build(hass, entry, login)


async def async_entities(
    hass: HomeAssistant, vendor: Vendor, platform: Platform
) -> Entities:
    """Return what makes a vendor's entities of a platform."""
    module = await _import(hass, vendor, platform)
    entities: Entities = module.entities
    return entities


async def async_services(
    hass: HomeAssistant,
) -> list[tuple[Vendor, EntityService | DeviceService]]:
    """Return the actions of all vendors."""
    services: list[tuple[Vendor, EntityService | DeviceService]] = []
    for vendor in REGISTRY.values():
        if vendor.services:
            try:
                module = await _import(hass, vendor, "services")
            except ImportError:
                # What one vendor requires and the house lacks must not take the others along.
                LOGGER.exception("The actions of %s are missing", vendor.name)
                continue
            services.extend((vendor, service) for service in module.SERVICES)
    return services


async def async_run(
    hass: HomeAssistant, vendor: Vendor, service: DeviceService
) -> Callable[..., Coroutine[Any, Any, ServiceResponse]]:
    """Return what does an action that targets a device."""
    place, _, name = service.run.partition(":")
    module = await _import(hass, vendor, place)
    run: Callable[..., Coroutine[Any, Any, ServiceResponse]] = getattr(module, name)
    return run


async def _import(hass: HomeAssistant, vendor: Vendor, module: str) -> ModuleType:
    return await async_import_module(hass, f"{__package__}.{vendor.key}.{module}")
