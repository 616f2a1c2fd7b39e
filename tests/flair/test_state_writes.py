"""Which of a device's entities write their state when something about it changes."""

from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import EntityPlatform
from tests.support.common import Setting, counted_writes, tick

from .entities import FlairResource


async def test_one_value_of_a_vent(all_enabled: None, cottage: Setting) -> None:
    """One changed field of a vent writes the one state that shows it."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    enabled = [one for one in vent.entity_ids() if cottage.hass.states.get(one)]
    assert len(enabled) > 6
    for percent in (40, 60):
        vent.set(percent_open=percent)
        with counted_writes() as writes:
            await cottage.poll()
        cover = vent.entity_id(Platform.COVER, "vent")
        # What is stuck is known anew by the next report after a command.
        assert {one for one in writes if one in enabled} <= {
            cover,
            vent.entity_id(Platform.BINARY_SENSOR, "stuck"),
        }
        assert writes[cover] == 1
        assert (
            vent.state(Platform.COVER, "vent").attributes["current_position"] == percent
        )


async def test_two_sensors_of_one_value(all_enabled: None, cottage: Setting) -> None:
    """The voltage writes what is measured and what follows from it, and not twice."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    vent.set(voltage=2.7)
    with counted_writes() as writes:
        await cottage.poll(2)
    assert {one: writes[one] for one in vent.entity_ids() if writes[one]} == {
        vent.entity_id(Platform.SENSOR, "battery"): 1,
        vent.entity_id(Platform.SENSOR, "voltage"): 1,
    }


async def test_silence_and_return(all_enabled: None, cottage: Setting) -> None:
    """All entities of a vent that falls silent write that, and so they do when it is back."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    cover = vent.entity_id(Platform.COVER, "vent")
    shown = {one: cottage.hass.states.get(one) for one in vent.entity_ids()}
    for _ in range(2):
        vent.set(inactive=True)
        with counted_writes() as writes:
            await cottage.poll()
        assert writes[cover] == 1
        assert vent.state(Platform.COVER, "vent").state == STATE_UNAVAILABLE
        vent.set(inactive=False)
        await cottage.poll()
        for entity_id, before in shown.items():
            after = cottage.hass.states.get(entity_id)
            assert before is not None
            assert after is not None
            assert after.state == before.state, entity_id


async def test_another_entity_id(cottage: Setting) -> None:
    """A state that Home Assistant writes by itself counts as written."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    old = vent.entity_id(Platform.COVER, "vent")
    er.async_get(cottage.hass).async_update_entity(old, new_entity_id="cover.hatch")
    await tick(cottage.hass, cottage.freezer, 0)
    vent.set(percent_open=70)
    with counted_writes() as writes:
        await cottage.poll()
    assert writes["cover.hatch"] == 1
    state = cottage.hass.states.get("cover.hatch")
    assert state is not None
    assert state.attributes["current_position"] == 70


async def test_disabled_entities(cottage: Setting) -> None:
    """What is known and disabled is not made anew with each start, and there once it is enabled."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    entity_id = vent.entity_id(Platform.SENSOR, "voltage")
    before = cottage.registered()
    with patch.object(
        EntityPlatform,
        "_async_add_entity",
        autospec=True,
        side_effect=EntityPlatform._async_add_entity,
    ) as add:
        await cottage.reload()
    made = {call.args[1].unique_id for call in add.call_args_list}
    assert f"flair_vents_{vent.id}_battery" in made
    assert f"flair_vents_{vent.id}_voltage" not in made
    assert cottage.registered() == before
    assert cottage.hass.states.get(entity_id) is None
    await cottage.enable(entity_id)
    assert vent.state(Platform.SENSOR, "voltage").state not in (
        "unknown",
        STATE_UNAVAILABLE,
    )
    device = cottage.device("vents", vent.id)
    entry = er.async_get(cottage.hass).async_get(entity_id)
    assert device is not None
    assert entry is not None
    assert entry.device_id == device.id
