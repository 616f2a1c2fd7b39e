"""A simulated CityFlow cloud, a client of it, and an account of it in Home Assistant."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.cityflow.client.api import CityFlowClient
from custom_components.habitat.cityflow.client.auth import authorize, error_message
from custom_components.habitat.cityflow.coordinator import CityFlowCoordinator
from custom_components.habitat.cloud.exchange import Limits
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.simulator.cityflow.server import CityFlowCloud
from custom_components.habitat.simulator.cityflow.world import World
from custom_components.habitat.simulator.core.clock import ManualClock
from homeassistant.core import HomeAssistant
from tests.conftest import StartCloud
from tests.support.common import START, AccountSetting, set_up
from tests.support.edge_cases.cityflow import HOMES

QUICK = Limits(connect=2, total=2, backoff=0.001, max_pause=0.1, deadline=5)


@dataclass(slots=True)
class Account:
    """A cloud and a client that is logged in to it."""

    cloud: CityFlowCloud
    client: CityFlowClient

    @property
    def counts(self) -> Mapping[str, int]:
        """Return what the client counted as odd."""
        return self.client.report.counts


class Serve(Protocol):
    """Serves a city and logs in to it."""

    def __call__(
        self,
        world: World,
        fields: Mapping[str, str] | None = None,
        kind: type[CityFlowCloud] = CityFlowCloud,
        limits: Limits = QUICK,
    ) -> Awaitable[Account]:
        """Use these fields of the form, or the cloud's own API key."""


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Return a function that serves a city and logs in to it."""
    clouds: list[CityFlowCloud] = []
    async with aiohttp.ClientSession() as http:

        async def start(
            world: World,
            fields: Mapping[str, str] | None = None,
            kind: type[CityFlowCloud] = CityFlowCloud,
            limits: Limits = QUICK,
        ) -> Account:
            cloud = kind(world)
            clouds.append(cloud)
            await cloud.start()
            session = CloudSession(
                http,
                cloud.url,
                user_agent="Habitat/test",
                error_message=error_message,
                limits=limits,
            )
            session.auth = authorize(session, fields or cloud.credentials)
            return Account(cloud, CityFlowClient(session, ParseReport("CityFlow")))

        yield start
        for cloud in clouds:
            await cloud.stop()


class Setting(AccountSetting[CityFlowCloud, CityFlowCoordinator]):
    """One CityFlow account, set up in Home Assistant, and the cloud behind it."""

    async def live(self, minutes: float) -> None:
        """Let time pass in the city as in Home Assistant, poll by poll."""
        for _ in range(round(minutes / 5)):
            self.clock.advance(self.pace)
            await self.poll()


class SetUp(Protocol):
    """Serves a city and sets its account up through the config flow."""

    def __call__(self, made: World | str, **options: object) -> Awaitable[Setting]:
        """Use a city built for the purpose, or one of a name."""


@pytest.fixture
def set_up_cityflow(
    freezer: FrozenDateTimeFactory,
    hass: HomeAssistant,
    start_cloud: StartCloud,
    clock: ManualClock,
) -> SetUp:
    """Return a function that sets an account up."""

    async def start(made: World | str, **options: object) -> Setting:
        cloud = CityFlowCloud(HOMES[made](1, clock) if isinstance(made, str) else made)
        await start_cloud(cloud)
        freezer.move_to(START)
        entry = await set_up(hass, cloud, "cityflow")
        setting = Setting(hass, freezer, entry, cloud, clock)
        if options:
            hass.config_entries.async_update_entry(entry, options=options)
            await setting.reload()
        await setting.settle()
        return setting

    return start
