"""Imports the modules of a vendor's folder when they are needed.

`coordinator.py` has `COORDINATOR`, the coordinator class; `config_form.py` has `FORMS`, the config-flow
forms, and `async_validate`, which checks a login; each platform module has `entities`. Optional are
`actions.py` with `ACTIONS`, `options.py` with `options_form`, and `removal.py` with `async_remove` and
`async_revoke`.
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
    """Builds the form of an account's options, with the current options."""

    async def __call__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry
    ) -> OptionsForm:
        """Return the form."""


class ValidateLogin(Protocol):
    """Checks a login with requests to the vendor."""

    async def __call__(self, hass: HomeAssistant, login: Login) -> Identity:
        """Return the account of the login.

        Raises:
            NoDevices: the account has no devices.
            CloudError: the login is wrong or could not be checked.
        """


class Revoke(Protocol):
    """Revokes a token at its vendor."""

    async def __call__(self, hass: HomeAssistant, login: Login, token: Token) -> None:
        """Revoke it if possible; errors are ignored."""


class RemoveAccount(Protocol):
    """Deletes what the vendor's folder stores of a removed account."""

    async def __call__(self, hass: HomeAssistant, entry: HabitatConfigEntry) -> None:
        """Delete it if possible; the account is removed even if that fails."""


type BuildCoordinator = Callable[
    [HomeAssistant, HabitatConfigEntry, Login], HabitatCoordinator
]
type EntityFactory = tuple[str, Callable[[], Entity]]
"""The key of an entity, and what creates it if it is new."""
type Entities = Callable[[HabitatCoordinator, Device], Iterable[EntityFactory]]


async def async_forms(hass: HomeAssistant, vendor: Vendor) -> tuple[Form, ...]:
    """Return a vendor's forms."""
    module = await _import(hass, vendor, "config_form")
    forms: tuple[Form, ...] = module.FORMS
    return forms


async def async_validate_login(hass: HomeAssistant, login: Login) -> Identity:
    """Check a login at its vendor. Raises as `ValidateLogin`."""
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
    """Revoke a token that is not used any more, if the vendor can."""
    if login.vendor.removal:
        module = await _import(hass, login.vendor, "removal")
        revoke: Revoke = module.async_revoke
        await revoke(hass, login, token)


async def async_remove(
    hass: HomeAssistant, entry: HabitatConfigEntry, vendor: Vendor
) -> None:
    """Let the vendor's folder clean up after a removed account."""
    if vendor.removal:
        module = await _import(hass, vendor, "removal")
        remove: RemoveAccount = module.async_remove
        await remove(hass, entry)


async def async_coordinator(
    hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
) -> HabitatCoordinator:
    """Create the coordinator of a config entry."""
    module = await _import(hass, login.vendor, "coordinator")
    build: BuildCoordinator = module.COORDINATOR
    return build(hass, entry, login)


async def async_entities(
    hass: HomeAssistant, vendor: Vendor, platform: Platform
) -> Entities:
    """Return the factory of a vendor's entities of a platform."""
    module = await _import(hass, vendor, platform)
    entities: Entities = module.entities
    return entities


async def async_actions(
    hass: HomeAssistant, vendor: Vendor
) -> tuple[EntityService | DeviceService, ...]:
    """Return a vendor's actions, with their fields and functions."""
    module = await _import(hass, vendor, "actions")
    actions: tuple[EntityService | DeviceService, ...] = module.ACTIONS
    return actions


async def _import(hass: HomeAssistant, vendor: Vendor, module: str) -> ModuleType:
    return await async_import_module(hass, f"{__package__}.{vendor.key}.{module}")
