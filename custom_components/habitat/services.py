"""The actions of all vendors: what has no entity."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_platform_entity_service,
)
from homeassistant.util import dt as dt_util

from .cloud.errors import AuthError, CloudError
from .cloud.time_range import TimeRange
from .const import CONF_VENDOR, DOMAIN
from .coordinator import HabitatConfigEntry, HabitatCoordinator
from .devices import Device
from .loader import async_services
from .permission import async_require
from .vendor import DeviceService, EntityService, Vendor

TIME_RANGE: Final[Mapping[str | vol.Marker, object]] = {
    vol.Required("start"): cv.datetime,
    vol.Required("end"): cv.datetime,
}
"""The fields of an action that asks about a span of time, see `span_of`."""


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
                schema=vol.Schema({**_targets(service), **service.schema}),
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


def time_range_of(start: datetime, end: datetime) -> TimeRange:
    """Return the span that an action is asked about; a time without a zone is the house's.

    Raises:
        ServiceValidationError: the end is not after the start.
    """
    zone = dt_util.get_default_time_zone()
    try:
        return TimeRange(
            *(at if at.tzinfo else at.replace(tzinfo=zone) for at in (start, end))
        )
    except ValueError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_before_start"
        ) from err


def _one(value: object) -> str:
    """Read the id of a device, also as the only one of a list: a target is one."""
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    return cv.string(value)


def _targets(service: DeviceService) -> Mapping[str | vol.Marker, object]:
    """Return the fields that say whom an action is for."""
    if not service.account:
        return {vol.Required(ATTR_DEVICE_ID): _one}
    return {
        vol.Exclusive(ATTR_DEVICE_ID, "target"): _one,
        vol.Exclusive(ATTR_CONFIG_ENTRY_ID, "target"): cv.string,
    }


def _device_handler(
    hass: HomeAssistant, vendor: Vendor, service: DeviceService
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def handle(call: ServiceCall) -> ServiceResponse:
        fields = dict(call.data)
        device_id = fields.pop(ATTR_DEVICE_ID, None)
        entry_id = fields.pop(ATTR_CONFIG_ENTRY_ID, None)
        coordinator: HabitatCoordinator
        device: Device | None
        if entry_id is not None:
            coordinator, device = _find_account(hass, vendor, entry_id), None
        else:
            coordinator, device = _find(hass, vendor, device_id or "")
        await async_require(
            call, coordinator.config_entry, device, control=service.controls
        )
        try:
            return await coordinator.async_run(
                service.run(coordinator, device, **fields), service.name
            )
        except CloudError as err:
            raise _failed(coordinator, err) from err

    return handle


def _failed(coordinator: HabitatCoordinator, err: CloudError) -> HomeAssistantError:
    """Return what to say when the vendor did not answer an action."""
    if isinstance(err, AuthError):
        coordinator.config_entry.async_start_reauth(coordinator.hass)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="action_failed",
        translation_placeholders={
            "vendor": coordinator.login.vendor.name,
            "reason": coordinator.session.redact(str(err)),
        },
    )


def _find_account(
    hass: HomeAssistant, vendor: Vendor, entry_id: str
) -> HabitatCoordinator:
    """Return the account that an action is for.

    Raises:
        ServiceValidationError: there is no such account of this vendor, or it is not loaded.
    """
    entry: HabitatConfigEntry = async_get_config_entry(hass, DOMAIN, entry_id)
    if entry.data[CONF_VENDOR] != vendor.key:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_such_account",
            translation_placeholders={"vendor": vendor.name},
        )
    return entry.runtime_data


def _find(
    hass: HomeAssistant, vendor: Vendor, device_id: str
) -> tuple[HabitatCoordinator, Device]:
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
            coordinator = entry.runtime_data
            for one in ids & coordinator.devices.present.keys():
                return coordinator, coordinator.devices.present[one]
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="no_such_device",
        translation_placeholders={"vendor": vendor.name},
    )
