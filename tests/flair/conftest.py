"""What the tests of Flair's entities share: an account with all of them, and what they write."""

from collections.abc import Awaitable, Callable, Mapping

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.flair.coordinator import FlairCoordinator
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Record
from custom_components.habitat.simulator.flair import server, writes as home_writes
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.world import Resource, World
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from tests.conftest import SetUp
from tests.support.common import START, Setting
from tests.support.portraits import Portrait, portraits

from .entities import Write

type Portraits = Callable[[str, Platform], Awaitable[Mapping[str, Portrait]]]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the event loop's debugging off: it takes as long as all the rest of a test."""


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[Write]:
    """Return the writes that reach the cloud's resources, in order, refused ones too."""
    writes: list[Write] = []

    def note(world: World, resource: Resource, values: Record) -> None:
        name = str(resource.attributes["name"])
        writes.append(Write(resource.type, name, dict(values)))
        home_writes.patch(world, resource, values)

    monkeypatch.setattr(server, "patch", note)
    return writes


@pytest.fixture
async def cottage(set_up_flair: SetUp, clock: ManualClock) -> Setting:
    """Return the account of a home in manual with one room and one of everything in it."""
    world = home(
        rooms=1, vents=1, pucks=1, puck2s=1, bridges=1, hvac_units=1, thermostats=1,
        remote_sensors=1, schedules=2, clock=clock,
    )  # fmt: skip
    return await set_up_flair(world)


@pytest.fixture
def portray(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    all_enabled: None,
    set_up_flair: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> Portraits:
    """Return what makes pictures of all entities that a home has on a platform."""

    async def draw(name: str, platform: Platform) -> Mapping[str, Portrait]:
        freezer.move_to(START)
        monkeypatch.setattr(FlairCoordinator, "platforms", (platform,))
        await set_up_flair(name)
        return portraits(hass)

    return draw
