"""Actions find their device and its account, or say why not."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types
import voluptuous as vol

from custom_components.habitat import services
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.vendor import REGISTRY, Vendor
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from tests.support.common import Setting, all_actions

ACTIONS: Mapping[str, Any] = {
    name: action
    for name, action in load_yaml_dict(
        str(Path(services.__file__).parent / "services.yaml")
    ).items()
    # What begins with a dot is a part that actions share.
    if not name.startswith(".")
}

JUDGED_LATER = {
    ("set_room_hold", "temperature"),
    ("get_measurement_history", "device_type"),
}
"""What only the entity can judge, which knows the unit, or only the account."""


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
        "run_sequence",
        "move",
        "find_home",
        "go_home",
        "read_pin",
        "write_pin",
        "toggle_pin",
        "take_photo",
        "send_message",
        "set_servo_angle",
        "mount_tool",
        "dismount_tool",
        "water_plants",
        "add_point",
        "update_point",
        "remove_point",
        "add_sensor_reading",
        "search_points",
        "search_logs",
        "emergency_lock",
        "emergency_unlock",
        "get_flow_volume",
        "get_hourly_flow_volumes",
        "get_pings",
        "get_samples",
        "get_measurement_history",
    }


async def test_registry_says_what_the_folders_declare(hass: HomeAssistant) -> None:
    """What is registered before a vendor's folder is imported is what stands in there."""
    assert await async_setup_component(hass, DOMAIN, {})
    declared: dict[str, dict[str, SupportsResponse]] = {
        vendor.key: {} for vendor in REGISTRY.values()
    }
    for vendor, action in await all_actions(hass):
        declared[vendor.key][action.name] = action.response
        known = hass.services.supports_response(DOMAIN, action.name)
        assert known is action.response
    assert declared == {
        vendor.key: dict(vendor.actions) for vendor in REGISTRY.values()
    }


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("press_remote_button", {"device_id": "unknown"}),
        ("press_remote_button", {"device_id": "unknown", "button": "x", "odd": 1}),
        ("press_remote_button", {"button": "Power"}),
        ("set_room_hold", {"entity_id": "climate.unknown"}),
        ("set_room_hold", {"entity_id": "climate.unknown", "temperature": "warm"}),
        ("set_room_hold", {"temperature": 20}),
        ("clear_hold", {"entity_id": "climate.unknown", "odd": 1}),
    ],
)
async def test_wrong_fields_of_actions(
    hass: HomeAssistant, action: str, data: Mapping[str, object]
) -> None:
    """They are refused as of every action, whether or not there is an account."""
    assert await async_setup_component(hass, DOMAIN, {})
    with pytest.raises(vol.Invalid):
        await hass.services.async_call(DOMAIN, action, dict(data), blocking=True)


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


async def test_device_as_a_target(small: Setting) -> None:
    """A target is a list of devices: one will do, none or two will not."""
    house = next(small.cloud.world.all("structures"))
    device = small.device("structures", house.id)
    assert device is not None
    data = {"button": "Power"}

    async def call(*device_ids: str) -> None:
        await small.hass.services.async_call(
            DOMAIN,
            "press_remote_button",
            data,
            blocking=True,
            target={"device_id": [*device_ids]},
        )

    with pytest.raises(ServiceValidationError) as caught:
        await call(device.id)
    assert caught.value.translation_key == "no_hvac_unit"
    for wrong in ((), (device.id, device.id)):
        with pytest.raises(vol.Invalid):
            await call(*wrong)


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


def offered(field: Mapping[str, Any]) -> Iterator[Any]:
    """Yield values that the user interface lets people choose for a field."""
    [(kind, config)] = field["selector"].items()
    config = config or {}
    many = config.get("multiple", False)
    options = [
        option if isinstance(option, str) else option["value"]
        for option in config.get("options", ())
    ]
    yield from ([option] if many else option for option in options)
    if kind == "number":
        yield from (config[end] for end in ("min", "max") if end in config)
    if (example := field.get("example")) is not None:
        # Lists and objects are written as JSON, since examples are texts.
        yield json.loads(example) if many or kind == "object" else example


def accepts(takes: object, value: Any) -> bool:
    """Say whether a field takes a value."""
    try:
        vol.Schema(takes)(value)
    except vol.Invalid:
        return False
    return True


async def test_forms_of_actions(hass: HomeAssistant) -> None:
    """What the user interface asks for, starts with and offers is what the action takes."""
    checked = set()
    for _, service in await all_actions(hass):
        fields = ACTIONS[service.name].get("fields", {})
        for marker, takes in service.schema.items():
            field, schema = fields[str(marker)], vol.Schema(takes)
            where = service.name, str(marker)
            assert field.get("required", False) is isinstance(marker, vol.Required)
            if "default" in field:
                filled = vol.Schema({marker: takes})({})
                assert filled == {marker: schema(field["default"])}, where
            for value in offered(field):
                assert accepts(takes, value), (*where, value)
                checked.add(where)
    assert len(checked) > 50


async def test_limits_of_numbers(hass: HomeAssistant) -> None:
    """The user interface offers all of the numbers that the action takes."""
    checked = 0
    for _, service in await all_actions(hass):
        fields = ACTIONS[service.name].get("fields", {})
        for marker, takes in service.schema.items():
            limits = fields[str(marker)]["selector"].get("number") or {}
            if (service.name, str(marker)) in JUDGED_LATER:
                continue
            for end, beyond in (("min", -1), ("max", 1)):
                if end in limits:
                    odd = limits[end] + beyond
                    assert not accepts(takes, odd), (service.name, marker, odd)
                    checked += 1
    assert checked > 20
