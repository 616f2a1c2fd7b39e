"""Permissions: an action needs the user's permission for the entities that it is about."""

from homeassistant.auth.permissions.const import (
    CAT_ENTITIES,
    POLICY_CONTROL,
    POLICY_READ,
)
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN
from .coordinator import HabitatConfigEntry
from .devices import Device


async def async_require(
    call: ServiceCall,
    entry: HabitatConfigEntry,
    device: Device | None,
    *,
    control: bool,
) -> None:
    """Check that the user of a call may control (or only read) all entities of a device.

    Without a device, all entities of the account are checked. If there are no entities, the user needs
    the permission for all entities. Calls without a user, such as those of automations, are allowed.

    Raises:
        UnknownUser: the user does not exist any more.
        Unauthorized: the user does not have the permission.
    """
    hass, context = call.hass, call.context
    if not context.user_id:
        return
    policy = POLICY_CONTROL if control else POLICY_READ
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(
            context=context, permission=policy, config_entry_id=entry.entry_id
        )
    if user.permissions.access_all_entities(policy):
        return
    found = _entities(hass, entry, device)
    denied = next(
        (one for one in found if not user.permissions.check_entity(one, policy)), None
    )
    if denied or not found:
        raise Unauthorized(
            context=context,
            entity_id=denied,
            config_entry_id=entry.entry_id,
            perm_category=CAT_ENTITIES,
            permission=policy,
        )


def _entities(
    hass: HomeAssistant, entry: HabitatConfigEntry, device: Device | None
) -> list[str]:
    """Return the ids of the entities of a device, or of the account."""
    known = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    if device is None:
        return [one.entity_id for one in known]
    registered = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, device.id), entry.entry_id
    )
    return [
        one.entity_id
        for one in known
        if registered is not None and one.device_id == registered.id
    ]
