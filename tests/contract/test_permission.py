"""An action does for a user only what that user may do to the device's entities."""

from collections.abc import Mapping

import pytest
from pytest_homeassistant_custom_component.common import MockUser  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.vendor import REGISTRY, DeviceService, EntityService
from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, Unauthorized, UnknownUser
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.support.actions import required_by
from tests.support.common import AnySetting, all_actions


async def services(setting: AnySetting) -> list[DeviceService | EntityService]:
    """Return the actions of the account's vendor."""
    vendor = setting.entry.data["vendor"]
    return [
        service for one, service in await all_actions(setting.hass) if one.key == vendor
    ]


def devices(setting: AnySetting) -> list[dr.DeviceEntry]:
    """Return the account's devices."""
    registry = dr.async_get(setting.hass)
    return dr.async_entries_for_config_entry(registry, setting.entry.entry_id)


async def act(
    setting: AnySetting,
    service: DeviceService | EntityService,
    target: Mapping[str, str],
    user_id: str | None,
) -> None:
    """Let a user do something."""
    required = required_by(service)
    await setting.hass.services.async_call(
        DOMAIN,
        service.name,
        {**required, **target},
        blocking=True,
        context=Context(user_id=user_id),
        return_response=service.response is SupportsResponse.ONLY,
    )


def targets(
    setting: AnySetting, service: DeviceService | EntityService
) -> list[Mapping[str, str]]:
    """Return everything that an action could be asked to be for."""
    if isinstance(service, EntityService):
        return [
            {"entity_id": state.entity_id}
            for state in setting.states()
            if state.domain == service.entity_domain
        ]
    accounts = [{"config_entry_id": setting.entry.entry_id}] if service.account else []
    return [*accounts, *({"device_id": one.id} for one in devices(setting))]


async def test_read_only(setting: AnySetting, hass_read_only_user: MockUser) -> None:
    """Who may only look changes nothing: no request leaves the house."""
    await setting.settle()
    receiver = getattr(setting.account, "receiver", None)
    counts = setting.cloud.count(), receiver and receiver.connection.counters.commands
    for service in await services(setting):
        if isinstance(service, DeviceService) and not service.controls:
            continue
        for target in targets(setting, service):
            with pytest.raises(Unauthorized):
                await act(setting, service, target, hass_read_only_user.id)
    await setting.settle()
    assert (
        setting.cloud.count(),
        receiver and receiver.connection.counters.commands,
    ) == counts


async def test_questions(setting: AnySetting, hass_read_only_user: MockUser) -> None:
    """Who may look may ask; who may not even look may not."""
    nobody = MockUser().add_to_hass(setting.hass)
    nobody.mock_policy({})
    for service in await services(setting):
        if isinstance(service, EntityService) or service.controls:
            continue
        assert service.response is SupportsResponse.ONLY
        for target in targets(setting, service):
            with pytest.raises(Unauthorized):
                await act(setting, service, target, nobody.id)
            try:
                await act(setting, service, target, hass_read_only_user.id)
            except Unauthorized:
                raise
            except HomeAssistantError:
                # It may be answered with no: asked of another kind of device, say.
                continue


async def test_every_action_is_guarded(hass: HomeAssistant) -> None:
    """What is registered is what the vendors list: nothing goes past the check."""
    from homeassistant.setup import async_setup_component  # noqa: PLC0415

    assert await async_setup_component(hass, DOMAIN, {})
    listed = {service.name for _, service in await all_actions(hass)}
    assert set(hass.services.async_services_for_domain(DOMAIN)) == listed
    assert {vendor.key for vendor, _ in await all_actions(hass)} <= set(REGISTRY)


async def test_all_entities_of_the_device(setting: AnySetting) -> None:
    """One entity is not the device; all of them are, but not the other devices."""
    service = next(
        (one for one in await services(setting) if isinstance(one, DeviceService)), None
    )
    assert service is not None
    user = MockUser().add_to_hass(setting.hass)
    registry = er.async_get(setting.hass)
    owned = {
        device.id: [
            one.entity_id
            for one in er.async_entries_for_device(
                registry, device.id, include_disabled_entities=True
            )
        ]
        for device in devices(setting)
    }
    device_id, entities = next(
        (one, names) for one, names in owned.items() if len(names) > 1
    )
    for allowed, passes in ((entities[:1], False), (entities, True)):
        user.mock_policy({"entities": {"entity_ids": dict.fromkeys(allowed, True)}})
        try:
            await act(setting, service, {"device_id": device_id}, user.id)
        except Unauthorized:
            assert not passes
        except HomeAssistantError:
            assert passes
        else:
            assert passes
        for other in owned.keys() - {device_id}:
            with pytest.raises(Unauthorized):
                await act(setting, service, {"device_id": other}, user.id)


async def test_a_user_who_is_gone(setting: AnySetting) -> None:
    """Whoever was removed meanwhile may nothing."""
    for service in await services(setting):
        for target in targets(setting, service)[:1]:
            with pytest.raises(UnknownUser):
                await act(setting, service, target, "gone")


async def test_a_device_without_entities(
    setting: AnySetting, hass_read_only_user: MockUser, hass_admin_user: MockUser
) -> None:
    """It is for those who may do all."""
    service = next(
        one for one in await services(setting) if isinstance(one, DeviceService)
    )
    registry = er.async_get(setting.hass)
    for entity in er.async_entries_for_config_entry(registry, setting.entry.entry_id):
        registry.async_remove(entity.entity_id)
    (target, *_) = targets(setting, service)
    user = MockUser().add_to_hass(setting.hass)
    user.mock_policy({"entities": {"domains": {"sensor": True}}})
    with pytest.raises(Unauthorized):
        await act(setting, service, target, user.id)
    for allowed in (hass_admin_user.id, None):
        try:
            await act(setting, service, target, allowed)
        except Unauthorized:
            raise
        except HomeAssistantError:
            continue
