"""Imports a vendor's folder, file by file, when it is needed.

`coordinator.py` there has `COORDINATOR`, the vendor's class of coordinator; `config_form.py` has `FORMS`,
its config-flow forms, and `async_validate`, which checks a login; `actions.py`, where it is there, has `ACTIONS`;
`options.py`, where it is there, has `options_form`; `removal.py`, where it is there, has
`async_remove` and `async_revoke`; each platform file has `entities`.
"""

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Protocol

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.importlib import async_import_module

from .cloud.auth import Token
from .coordinator import HabitatConfigEntry, HabitatCoordinator
from .devices import Device
from .vendor import (
    DeviceService,
    EntityService,
    Form,
    Identity,
    Login,
    OptionsForm,
    Vendor,
)


class BuildOptionsForm(Protocol):
    """Build the form of an account's options, with what is chosen now."""

    async def __call__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry
    ) -> OptionsForm:
        """Return the form."""


class ValidateLogin(Protocol):
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


class RemoveAccount(Protocol):
    """Leave nothing of a removed account behind in the house."""

    async def __call__(self, hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
        """Do what can be done; whatever fails, the account is removed."""


type BuildCoordinator = Callable[
    [HomeAssistant, HabitatConfigEntry, Login], HabitatCoordinator
]
type EntityFactory = tuple[str, Callable[[], Entity]]
"""The key of an entity that a device has, and what makes it when it is new."""
type Entities = Callable[[HabitatCoordinator, Device], Iterable[EntityFactory]]


async def async_forms(hass: HomeAssistant, vendor: Vendor) -> tuple[Form, ...]:
    """Return a vendor's forms."""
    module = await _import(hass, vendor, "config_form")
    forms: tuple[Form, ...] = module.FORMS
    return forms


async def async_validate_login(hass: HomeAssistant, login: Login) -> Identity:
    """Check a login at its vendor; raises as `ValidateLogin` does."""
    module = await _import(hass, login.vendor, "config_form")
    async_validate: ValidateLogin = module.async_validate
    return await async_validate(hass, login)


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
        revoke: Revoke = module.async_revoke
        await revoke(hass, login, token)


async def async_remove(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor
) -> None:
    """Let the vendor's folder do what a removed account asks for."""
    if vendor.removal:
        module = await _import(hass, vendor, "removal")
        remove: RemoveAccount = module.async_remove
        await remove(hass, entry)


async def async_coordinator(
    hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
) -> HabitatCoordinator:
    """Make a vendor's account of a config entry."""
    module = await _import(hass, login.vendor, "coordinator")
    build: BuildCoordinator = module.COORDINATOR
    return build(hass, entry, login)


async def async_entities(
    hass: HomeAssistant, vendor: Vendor, platform: Platform
) -> Entities:
    """Return what makes a vendor's entities of a platform."""
    module = await _import(hass, vendor, platform)
    entities: Entities = module.entities
    return entities


async def async_actions(
    hass: HomeAssistant, vendor: Vendor
) -> tuple[EntityService | DeviceService, ...]:
    """Return a vendor's actions, with what they take and do."""
    module = await _import(hass, vendor, "actions")
    actions: tuple[EntityService | DeviceService, ...] = module.ACTIONS
    return actions


async def _import(hass: HomeAssistant, vendor: Vendor, module: str) -> ModuleType:
    return await async_import_module(hass, f"{__package__}.{vendor.key}.{module}")
