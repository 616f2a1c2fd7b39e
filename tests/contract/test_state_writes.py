"""States are written when they change, and only then, at whichever vendor."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.entity import HabitatEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from tests.support.accounts import WAYS, living
from tests.support.common import counted_writes
from tests.support.faults import Fault, Kind

VENDORS = ("flair", "farmbot", "flower_power", "flowcommand", "cityflow")


def _entities(hass: HomeAssistant) -> list[HabitatEntity[Any, Any]]:
    """Return all entities that are enabled."""
    found = (
        hass.data[DATA_INSTANCES][known.domain].get_entity(known.entity_id)
        for known in er.async_get(hass).entities.values()
        if known.platform == "habitat"
    )
    return [entity for entity in found if isinstance(entity, HabitatEntity)]


def _differing(hass: HomeAssistant) -> list[str]:
    """Write all states anew, and return the entities whose state was another one."""
    differing = []
    for entity in _entities(hass):
        before = hass.states.get(entity.entity_id)
        entity.async_write_ha_state()
        after = hass.states.get(entity.entity_id)
        assert before is not None
        assert after is not None
        if (before.state, before.attributes) != (after.state, after.attributes):
            differing.append(entity.entity_id)
    return differing


@pytest.mark.parametrize("vendor", VENDORS)
async def test_no_skipped_write_leaves_a_wrong_state(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    socket_enabled: None,
    all_enabled: None,
    vendor: str,
) -> None:
    """Whatever happens in an hour, and at a loss and a return: what is shown is what there is."""
    async with living(hass, freezer, WAYS[vendor]) as account:
        assert len(_entities(hass)) > 5
        for _ in range(6):
            await account.live(600)
            assert _differing(hass) == []
        account.go_wrong(Fault(kind=Kind.STATUS, status=503))
        await account.live(4 * account.pace + 600)
        assert account.lost() or vendor == "farmbot"
        assert _differing(hass) == []
        account.get_well()
        await account.live(4 * account.pace + 600)
        assert _differing(hass) == []


@pytest.mark.parametrize("vendor", VENDORS)
async def test_nothing_changed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    socket_enabled: None,
    all_enabled: None,
    vendor: str,
) -> None:
    """A poll that brings nothing new writes nothing but the age of the data."""
    async with living(hass, freezer, WAYS[vendor], still=True) as account:
        with counted_writes() as writes:
            await account.live(2 * account.pace)
        written = [er.async_get(hass).async_get(entity_id) for entity_id in writes]
        # Home Assistant gives pictures another token now and then, and a robot is still there.
        assert not [
            entry
            for entry in written
            if entry
            and entry.domain not in ("camera", "image")
            and not entry.unique_id.endswith(("_last_answer", "_last_seen"))
        ]
