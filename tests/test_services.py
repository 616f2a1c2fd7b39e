"""Actions find their device and its account, or say why not."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import services
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.vendor import Vendor
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component

from .common import Setting


async def press(hass: HomeAssistant, device_id: str) -> None:
    """Press a button of a remote."""
    await hass.services.async_call(
        DOMAIN,
        "press_remote_button",
        {"device_id": device_id, "button": "Temp +"},
        blocking=True,
    )


async def test_registered_without_an_account(hass: HomeAssistant) -> None:
    """Automations can be checked before any account is loaded."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert set(hass.services.async_services_for_domain(DOMAIN)) == {
        "set_room_hold",
        "clear_hold",
        "press_remote_button",
        "get_flow_volume",
        "get_hourly_flow_volumes",
        "get_pings",
        "get_samples",
        "get_measurement_history",
    }


async def test_no_such_device(small: Setting) -> None:
    """A device that is unknown, of another integration or of another vendor is refused."""
    other = MockConfigEntry(domain="os")
    other.add_to_hass(small.hass)
    stranger = dr.async_get(small.hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("os", "1")}
    )
    for device_id in ("unknown", stranger.id):
        with pytest.raises(ServiceValidationError) as caught:
            await press(small.hass, device_id)
        assert caught.value.translation_key == "no_such_device"
        assert caught.value.translation_placeholders == {"vendor": "Flair"}


async def test_device_of_another_vendor(small: Setting) -> None:
    """A device of another vendor's account is refused."""
    house = next(small.cloud.world.all("structures"))
    device = small.device("structures", house.id)
    assert device is not None
    with pytest.raises(ServiceValidationError) as caught:
        services._find(small.hass, Vendor("os", "Other", "http://os"), device.id)
    assert caught.value.translation_placeholders == {"vendor": "Other"}


async def test_device_that_is_gone(small: Setting) -> None:
    """A device that the cloud does not name any more is refused."""
    vent = next(small.cloud.world.all("vents"))
    device = small.device("vents", vent.id)
    assert device is not None
    small.cloud.remove("vents", vent.id)
    await small.poll()
    with pytest.raises(ServiceValidationError) as caught:
        await press(small.hass, device.id)
    assert caught.value.translation_key == "no_such_device"


async def test_device_of_another_kind(small: Setting) -> None:
    """An action reaches the device's account, which judges what the device is."""
    house = next(small.cloud.world.all("structures"))
    device = small.device("structures", house.id)
    assert device is not None
    with pytest.raises(ServiceValidationError) as caught:
        await press(small.hass, device.id)
    assert caught.value.translation_key == "no_hvac_unit"


async def test_account_that_is_not_loaded(small: Setting) -> None:
    """A device of an account that is not loaded is refused with a reason."""
    house = next(small.cloud.world.all("structures"))
    device = small.device("structures", house.id)
    assert device is not None
    await small.hass.config_entries.async_unload(small.entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await press(small.hass, device.id)
    assert caught.value.translation_key


async def test_entity_without_the_action(small: Setting) -> None:
    """An entity that cannot do it says so; one that can answers."""
    hass = small.hass
    house = next(small.cloud.world.all("structures"))
    room = next(small.cloud.world.all("rooms"))
    entity_id = small.entity_id("climate", "structures", house.id, "home")
    fields: dict[str, Any] = {"temperature": 21.5}
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            DOMAIN, "set_room_hold", {"entity_id": entity_id, **fields}, blocking=True
        )
    assert caught.value.translation_key == "action_not_for_entity"
    assert caught.value.translation_placeholders == {"entity": entity_id}

    entity_id = small.entity_id("climate", "rooms", room.id, "room")
    response = await hass.services.async_call(
        DOMAIN,
        "set_room_hold",
        {"entity_id": entity_id, **fields},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    assert entity_id in response
    assert room.attributes["set-point-c"] == 21.5
