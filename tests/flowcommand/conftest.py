"""A simulated FlowCommand cloud, a client of it, and an account of it in Home Assistant."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.cloud.exchange import Limits
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.flowcommand.client.api import FlowCommandClient
from custom_components.habitat.flowcommand.client.auth import (
    authorize,
    error_message,
    refuses_login,
)
from custom_components.habitat.flowcommand.coordinator import FlowCommandCoordinator
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flowcommand.server import FlowCommandCloud
from custom_components.habitat.simulator.flowcommand.world import World
from homeassistant.core import HomeAssistant
from tests.conftest import StartCloud
from tests.support.common import START, AccountSetting, set_up, tick
from tests.support.edge_cases.flowcommand import HOMES

QUICK = Limits(connect=2, total=2, backoff=0.001, max_pause=0.1, deadline=5)


@dataclass(slots=True)
class Account:
    """A cloud and a client that is logged in to it."""

    cloud: FlowCommandCloud
    client: FlowCommandClient

    @property
    def counts(self) -> Mapping[str, int]:
        """Return what the client counted as odd."""
        return self.client.report.counts


class Serve(Protocol):
    """Serves a world and logs in to it."""

    def __call__(
        self,
        world: World,
        fields: Mapping[str, str] | None = None,
        kind: type[FlowCommandCloud] = FlowCommandCloud,
    ) -> Awaitable[Account]:
        """Use these fields of the form, or the cloud's own token."""


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Return a function that serves a world and logs in to it."""
    clouds: list[FlowCommandCloud] = []
    async with aiohttp.ClientSession() as http:

        async def start(
            world: World,
            fields: Mapping[str, str] | None = None,
            kind: type[FlowCommandCloud] = FlowCommandCloud,
        ) -> Account:
            cloud = kind(world)
            clouds.append(cloud)
            await cloud.start()
            session = CloudSession(
                http,
                cloud.url,
                user_agent="Habitat/test",
                auth=authorize(fields or cloud.credentials),
                error_message=error_message,
                refuses_login=refuses_login,
                limits=QUICK,
            )
            return Account(
                cloud, FlowCommandClient(session, ParseReport("FlowCommand"))
            )

        yield start
        for cloud in clouds:
            await cloud.stop()


class Setting(AccountSetting[FlowCommandCloud, FlowCommandCoordinator]):
    """One FlowCommand account, set up in Home Assistant, and the cloud behind it."""

    def value(self, key: str, sensor_id: int = 9001, platform: str = "sensor") -> str:
        """Return what the entity under a key of a sensor shows."""
        return self.shown(platform, str(sensor_id), key).state

    async def live(self, minutes: float, *, steps: int = 1) -> None:
        """Let time pass in the cloud as in Home Assistant."""
        for _ in range(steps):
            self.clock.advance(minutes * 60)
            await tick(self.hass, self.freezer, minutes * 60)


class SetUp(Protocol):
    """Serves a world and sets its account up through the config flow."""

    def __call__(self, made: World | str, **options: object) -> Awaitable[Setting]:
        """Use a world built for the purpose, or one of a name."""


@pytest.fixture
def set_up_flowcommand(
    freezer: FrozenDateTimeFactory,
    hass: HomeAssistant,
    start_cloud: StartCloud,
    clock: ManualClock,
) -> SetUp:
    """Return a function that sets an account up."""

    async def start(made: World | str, **options: object) -> Setting:
        cloud = FlowCommandCloud(
            HOMES[made](1, clock) if isinstance(made, str) else made
        )
        await start_cloud(cloud)
        freezer.move_to(START)
        entry = await set_up(hass, cloud, "flowcommand")
        setting = Setting(hass, freezer, entry, cloud, clock)
        if options:
            hass.config_entries.async_update_entry(entry, options=options)
            await setting.reload()
        await setting.settle()
        return setting

    return start
