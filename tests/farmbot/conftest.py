"""An account of a simulated robot in Home Assistant."""

import asyncio
from collections.abc import Callable
import logging
from math import ceil
from typing import Any, Protocol, cast

from freezegun import api as freezegun_api
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.farmbot.coordinator import FarmBotCoordinator
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.farmbot.broker import Broker
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from custom_components.habitat.simulator.farmbot.world import World
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.event import async_track_state_change_event
from tests.conftest import StartCloud
from tests.support.common import START, AccountSetting, done, set_up, tick
from tests.support.edge_cases.farmbot import HOMES

from .acting import acting as acting, actor as actor, heard as heard

_SECONDS = 10
"""The most that anything here takes, in real time."""


class Setting(AccountSetting[FarmBotCloud, FarmBotCoordinator]):
    """One FarmBot account, set up in Home Assistant, and the cloud behind it."""

    @property
    def number(self) -> str:
        """The robot's id."""
        return str(self.cloud.world.number)

    def entity(self, platform: str, key: str) -> str:
        """Return the entity under a key of the robot."""
        return self.found(platform, self.number, key)

    def value(self, key: str, platform: str = "sensor") -> str:
        """Return what the entity under a key of the robot shows."""
        return self.shown(platform, self.number, key).state

    def name(self, key: str, platform: str = "sensor") -> str | None:
        """Return what the entity under a key of the robot is called."""
        return self.shown(platform, self.number, key).name

    def has(self, key: str, platform: str = "sensor") -> bool:
        """Say whether there is an entity under a key of the robot."""
        unique_id = f"farmbot_{self.number}_{key}"
        entities = er.async_get(self.hass)
        return entities.async_get_entity_id(platform, DOMAIN, unique_id) is not None

    def row(self, path: str, name: str) -> Record:
        """Return the server's record with a name, or a label."""
        rows = self.cloud.world.rows(path)
        return next(row for row in rows if name in (row.get("name"), row.get("label")))

    def key(self, path: str, name: str) -> str:
        """Return the key of the entities of an item, by its name or label."""
        return f"{path.removesuffix('s')}_{self.row(path, name)['id']}"

    def change(self, path: str, name: str, /, **fields: Json) -> None:
        """Change a record at the server, as somebody with the web app would."""
        self.cloud.set(path, cast(int, self.row(path, name)["id"]), **fields)

    def made(self, platform: str, key: str) -> Any:
        """Return the entity itself under a key of the robot."""
        entity = self.hass.data[DATA_INSTANCES][platform].get_entity(
            self.entity(platform, key)
        )
        assert entity is not None
        return entity

    async def call(self, platform: str, key: str, action: str, **data: Any) -> None:
        """Call an action of an entity, and let time pass until it ends."""
        target = {"entity_id": self.entity(platform, key)}
        calling = asyncio.create_task(
            self.hass.services.async_call(
                platform, action, {**target, **data}, blocking=True
            )
        )
        await self.until(calling.done)
        await calling

    def track(self, platform: str, key: str) -> list[str]:
        """Return what an entity shows from now on, one state after the other."""
        states: list[str] = []

        @callback
        def hear(event: Event[EventStateChangedData]) -> None:
            if state := event.data["new_state"]:
                states.append(state.state)

        async_track_state_change_event(self.hass, self.entity(platform, key), hear)
        return states

    async def press(self, key: str) -> None:
        """Press a button, and let time pass until that ends."""
        await self.call("button", key, "press")

    async def lose_robot(self) -> None:
        """Let the robot go, and wait until that is noticed."""
        self.cloud.robot.online = False
        await self.until_real(lambda: self.account.connectivity.online is not None)
        await self.until(lambda: self.account.connectivity.online is False, step=1.0)

    async def until(self, condition: Callable[[], bool], step: float = 0.05) -> None:
        """Wait until something holds; what is pushed needs real time to arrive."""
        # Not by the loop's clock, which jumps with every tick.
        end = freezegun_api.real_monotonic() + _SECONDS
        while not condition():
            assert freezegun_api.real_monotonic() < end, "it did not happen"
            await asyncio.sleep(0.005)
            # What is taken in once a second is taken in now.
            self.freezer.tick(step)
            await done(self.hass)

    async def until_shown(self, key: str, value: str, platform: str = "sensor") -> None:
        """Wait until the entity under a key of the robot shows something."""
        await self.until(lambda: self.value(key, platform) == value)

    async def connect(self) -> None:
        """Wait until the robot was heard."""
        if self.account.receiver.is_connected:
            # To a ping it says nothing that it has just said.
            self.cloud.robot.tell()
        await self.until(lambda: "position" in self.account.data)

    async def live(self, seconds: float, step: float = 31.0) -> None:
        """Let time pass in steps; what the robot is asked meanwhile it can answer."""
        for _ in range(ceil(seconds / step)):
            await tick(self.hass, self.freezer, step)
            await self.answered()

    async def answered(self) -> None:
        """Wait until no ping is under way that the robot will answer."""
        connection = self.account.receiver.connection
        await self.until_real(
            lambda: (
                not connection.connected
                or not self.cloud.robot.online
                or (connection._ping is not None and connection._ping.done())
            )
        )
        await self.settle()

    async def until_real(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, while the clock stands still."""
        end = freezegun_api.real_monotonic() + _SECONDS
        while not condition():
            assert freezegun_api.real_monotonic() < end, "it did not happen"
            await asyncio.sleep(0.002)

    async def broker_lost(self) -> None:
        """Let the broker go, and wait until that is noticed."""
        await self.cloud.broker.stop()
        await self.until_real(lambda: not self.account.receiver.is_connected)
        await self.settle()

    async def broker_back(self) -> None:
        """Let the broker return, with the robot and the server at it, and time pass until it is found."""
        await self.cloud.broker.start()
        self.cloud.gate.forgive()
        await self.until_real(
            lambda: (
                self.cloud.robot.connected.is_set()
                and self.cloud._link.connected.is_set()
            )
        )

    async def pushed(self, times: int = 1) -> None:
        """Wait until what was pushed so far was taken in."""
        for _ in range(times):
            await self.freely()
            await tick(self.hass, self.freezer, 1.0)


class SetUp(Protocol):
    """Serves a world and sets its account up through the config flow."""

    async def __call__(
        self, made: World | str = "standard", broker: Broker | None = None
    ) -> Setting:
        """Use a world built for the purpose, or one of a name."""


@pytest.fixture(autouse=True)
def quiet_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody complain that a library is missing which makes smaller pictures faster."""
    logger = logging.getLogger("homeassistant.components.camera.img_util")
    monkeypatch.setattr(logger, "disabled", True)


@pytest.fixture
def set_up_farmbot(
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    start_cloud: StartCloud,
    clock: ManualClock,
) -> SetUp:
    """Return a function that sets an account up."""

    async def start(
        made: World | str = "standard", broker: Broker | None = None
    ) -> Setting:
        world = HOMES[made](1, clock) if isinstance(made, str) else made
        cloud = FarmBotCloud(world, broker)
        await start_cloud(cloud)
        freezer.move_to(START)
        entry = await set_up(hass, cloud, "farmbot")
        return Setting(hass, freezer, entry, cloud, clock)

    return start


@pytest.fixture
async def garden(set_up_farmbot: SetUp) -> Setting:
    """Return the account of the demo's garden where nothing happens by itself, and a fast robot."""
    setting = await set_up_farmbot("standard")
    setting.cloud.robot.machine.pace = 100
    await setting.connect()
    return setting
