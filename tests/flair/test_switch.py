"""Flair's switches."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.documents import Json
from homeassistant.const import (
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Portraits
from .entities import FlairResource, Write


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.SWITCH) == snapshot


@pytest.mark.parametrize(
    ("kind", "name", "key", "attribute", "on", "off", "nothing"),
    [
        (
            "structures",
            "House 1",
            "lock_ir_modes",
            "hvac-unit-group-lock",
            True,
            False,
            STATE_UNKNOWN,
        ),
        (
            "structures",
            "House 1",
            "network_repair",
            "setup-mode",
            True,
            False,
            STATE_UNKNOWN,
        ),
        (
            "structures",
            "House 1",
            "smart_away",
            "structure-away-mode",
            "Smart Away",
            "Off Only",
            STATE_UNKNOWN,
        ),
        ("rooms", "Room 1", "active", "active", True, False, STATE_UNKNOWN),
        # A lock that was never used is open.
        ("pucks", "Puck 1", "locked", "locked", True, False, STATE_OFF),
        ("puck2s", "Puck 2 1", "locked", "locked", True, False, STATE_OFF),
    ],
)
async def test_switching(
    all_enabled: None,
    cottage: Setting,
    wire: list[Write],
    kind: str,
    name: str,
    key: str,
    attribute: str,
    on: Json,
    off: Json,
    nothing: str,
) -> None:
    """Each switch writes its attribute, shows it at once, and takes it back when refused."""
    thing = FlairResource(cottage, kind, name)
    for action, value, state in (
        (SERVICE_TURN_OFF, off, STATE_OFF),
        (SERVICE_TURN_ON, on, STATE_ON),
    ):
        await thing.call(Platform.SWITCH, key, action)
        assert wire.pop() == Write(kind, name, {attribute: value})
        assert thing.state(Platform.SWITCH, key).state == state
    fault = faults_of(cottage.cloud).add(
        Fault(kind=Kind.STATUS, match="PATCH *", status=422)
    )
    with pytest.raises(HomeAssistantError):
        await thing.call(Platform.SWITCH, key, SERVICE_TURN_OFF)
    assert fault.hits == 1
    assert thing.state(Platform.SWITCH, key).state == STATE_ON
    thing.set(**{attribute.replace("-", "_"): None})
    await cottage.poll()
    assert thing.state(Platform.SWITCH, key).state == nothing
