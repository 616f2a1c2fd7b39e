"""The actions of all vendors, for what has no entity."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

import voluptuous as vol

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    EntityServiceResponse,
    HassJob,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.service import async_get_config_entry, entity_service_call
from homeassistant.helpers.typing import VolSchemaType
from homeassistant.util import dt as dt_util

from .cloud.errors import AuthError, CloudError
from .cloud.time_range import TimeRange
from .const import CONF_VENDOR, DOMAIN, LOGGER
from .coordinator import HabitatConfigEntry, HabitatCoordinator
from .devices import Device
from .loader import async_actions
from .permission import async_require
from .reasons import failure_reason
from .validation import validation_error
from .vendor import REGISTRY, DeviceService, EntityService, Vendor

TIME_RANGE: Final[Mapping[str | vol.Marker, object]] = {
    vol.Required("start"): cv.datetime,
    vol.Required("end"): cv.datetime,
}
"""The fields of an action about a time range, see `span_of`."""


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; the vendor's code is imported with the first call."""
    for vendor in REGISTRY.values():
        for name, response in vendor.actions.items():
            hass.services.async_register(
                DOMAIN, name, partial(_async_act, vendor), supports_response=response
            )


async def _async_act(
    vendor: Vendor, call: ServiceCall
) -> ServiceResponse | EntityServiceResponse:
    """Check the fields of a call, then run the action.

    Raises:
        vol.Invalid: a field is not valid.
        HomeAssistantError: a requirement is missing, or the action failed.
    """
    service = await _async_service(call.hass, vendor, call.service)
    call = ServiceCall(
        call.hass,
        call.domain,
        call.service,
        _schema(service)(dict(call.data)),
        call.context,
        call.return_response,
    )
    if isinstance(service, EntityService):
        return await _act_on_entities(service, call)
    return await _act_on_device(vendor, service, call)


async def _async_service(
    hass: HomeAssistant, vendor: Vendor, name: str
) -> EntityService | DeviceService:
    try:
        actions = await async_actions(hass, vendor)
    except ImportError as err:
        # A missing requirement of one vendor must not break the actions of others.
        LOGGER.exception("The actions of %s are missing", vendor.name)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="actions_missing",
            translation_placeholders={"vendor": vendor.name},
        ) from err
    return next(service for service in actions if service.name == name)


def _schema(service: EntityService | DeviceService) -> VolSchemaType:
    if isinstance(service, EntityService):
        return cv.make_entity_service_schema(dict(service.schema))
    return vol.Schema({**_targets(service), **service.schema})


async def _act_on_entities(
    service: EntityService, call: ServiceCall
) -> EntityServiceResponse | None:
    async def act(entity: Entity, call: ServiceCall) -> ServiceResponse:
        method = getattr(entity, service.method, None)
        if method is None:
            raise validation_error("action_not_for_entity", entity=entity.entity_id)
        names = {str(marker) for marker in service.schema}
        fields = {name: value for name, value in call.data.items() if name in names}
        response: ServiceResponse = await method(**fields)
        return response

    entities = {
        entity_id: entity
        for platform in async_get_platforms(call.hass, DOMAIN)
        if platform.domain == service.entity_domain
        for entity_id, entity in platform.entities.items()
    }
    return await entity_service_call(call.hass, entities, HassJob(act), call)


def time_range_of(start: datetime, end: datetime) -> TimeRange:
    """Return the time range in a call; times without a zone are in Home Assistant's time zone.

    Raises:
        ServiceValidationError: the end is not after the start.
    """
    zone = dt_util.get_default_time_zone()
    try:
        return TimeRange(
            *(at if at.tzinfo else at.replace(tzinfo=zone) for at in (start, end))
        )
    except ValueError as err:
        raise validation_error("end_before_start") from err


def _one(value: object) -> str:
    """Read the id of a device, also from a list with one id, as targets have."""
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    return cv.string(value)


def _targets(service: DeviceService) -> Mapping[str | vol.Marker, object]:
    """Return the fields for the target of an action."""
    if not service.account:
        return {vol.Required(ATTR_DEVICE_ID): _one}
    return {
        vol.Exclusive(ATTR_DEVICE_ID, "target"): _one,
        vol.Exclusive(ATTR_CONFIG_ENTRY_ID, "target"): cv.string,
    }


async def _act_on_device(
    vendor: Vendor, service: DeviceService, call: ServiceCall
) -> ServiceResponse:
    fields = dict(call.data)
    device_id = fields.pop(ATTR_DEVICE_ID, None)
    entry_id = fields.pop(ATTR_CONFIG_ENTRY_ID, None)
    coordinator: HabitatCoordinator
    device: Device | None
    if entry_id is not None:
        coordinator, device = _find_account(call.hass, vendor, entry_id), None
    else:
        coordinator, device = _find(call.hass, vendor, device_id or "")
    await async_require(
        call, coordinator.config_entry, device, control=service.controls
    )
    try:
        return await coordinator.async_run(
            service.run(coordinator, device, **fields), service.name
        )
    except CloudError as err:
        raise _failed(coordinator, err) from err


def _failed(coordinator: HabitatCoordinator, err: CloudError) -> HomeAssistantError:
    """Return the error for an action that failed at the vendor."""
    if isinstance(err, AuthError):
        coordinator.config_entry.async_start_reauth(coordinator.hass)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="action_failed",
        translation_placeholders={
            "vendor": coordinator.login.vendor.name,
            "reason": failure_reason(coordinator.hass, coordinator.session, err),
        },
    )


def _find_account(
    hass: HomeAssistant, vendor: Vendor, entry_id: str
) -> HabitatCoordinator:
    """Return the account in a call.

    Raises:
        ServiceValidationError: the account is not one of this vendor, or it is not loaded.
    """
    entry: HabitatConfigEntry = async_get_config_entry(hass, DOMAIN, entry_id)
    if entry.data[CONF_VENDOR] != vendor.key:
        raise validation_error("no_such_account", vendor=vendor.name)
    return entry.runtime_data


def _find(
    hass: HomeAssistant, vendor: Vendor, device_id: str
) -> tuple[HabitatCoordinator, Device]:
    """Return the account and the device in a call.

    Raises:
        ServiceValidationError: the device is not one of this vendor, or its account is not loaded.
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
    raise validation_error("no_such_device", vendor=vendor.name)
