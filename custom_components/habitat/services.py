"""The actions of all vendors: what has no entity."""

from collections.abc import Callable, Coroutine
from typing import Any

import voluptuous as vol

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_platform_entity_service,
)

from .const import CONF_VENDOR, DOMAIN
from .coordinator import Account, HabitatConfigEntry
from .devices import Device
from .vendor import DeviceService, EntityService, Vendor, async_services


async def async_setup_services(hass: HomeAssistant) -> None:
    """Register them."""
    for vendor, service in await async_services(hass):
        if isinstance(service, EntityService):
            async_register_platform_entity_service(
                hass,
                DOMAIN,
                service.name,
                entity_domain=service.entity_domain,
                schema=dict(service.schema),
                func=_entity_handler(service),
                supports_response=service.response,
            )
        else:
            hass.services.async_register(
                DOMAIN,
                service.name,
                _device_handler(hass, vendor, service),
                schema=vol.Schema(
                    {vol.Required(ATTR_DEVICE_ID): cv.string, **service.schema}
                ),
                supports_response=service.response,
            )


def _entity_handler(
    service: EntityService,
) -> Callable[[Entity, ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def handle(entity: Entity, call: ServiceCall) -> ServiceResponse:
        method = getattr(entity, service.method, None)
        if method is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="action_not_for_entity",
                translation_placeholders={"entity": entity.entity_id},
            )
        names = {str(marker) for marker in service.schema}
        fields = {name: value for name, value in call.data.items() if name in names}
        response: ServiceResponse = await method(**fields)
        return response

    return handle


def _device_handler(
    hass: HomeAssistant, vendor: Vendor, service: DeviceService
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def handle(call: ServiceCall) -> ServiceResponse:
        fields = dict(call.data)
        account, device = _find(hass, vendor, fields.pop(ATTR_DEVICE_ID))
        return await service.run(account, device, **fields)

    return handle


def _find(
    hass: HomeAssistant, vendor: Vendor, device_id: str
) -> tuple[Account, Device]:
    """Return the account and the device that an action is for.

    Raises:
        ServiceValidationError: there is no such device of this vendor, or its account is not loaded.
    """
    entry_of_device = dr.async_get(hass).async_get(device_id)
    ids = (
        {one for domain, one in entry_of_device.identifiers if domain == DOMAIN}
        if entry_of_device
        else set()
    )
    if entry_of_device is not None and ids:
        entry: HabitatConfigEntry = async_get_config_entry(
            hass, DOMAIN, entry_of_device.config_entry_id
        )
        if entry.data[CONF_VENDOR] == vendor.key:
            account = entry.runtime_data
            for one in ids & account.devices.present.keys():
                return account, account.devices.present[one]
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="no_such_device",
        translation_placeholders={"vendor": vendor.name},
    )
