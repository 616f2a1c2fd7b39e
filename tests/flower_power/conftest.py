"""A simulated Flower Power cloud, a client of it, and an account of it in Home Assistant."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.cloud.auth import TokenAuth
from custom_components.habitat.cloud.exchange import Limits
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.cloud.time_range import TimeRange
from custom_components.habitat.flower_power.client.answers import error_message
from custom_components.habitat.flower_power.client.api import FlowerPowerClient
from custom_components.habitat.flower_power.client.auth import log_in, refuses_login
from custom_components.habitat.flower_power.coordinator import FlowerPowerCoordinator
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flower_power.garden import Garden
from custom_components.habitat.simulator.flower_power.server import FlowerPowerCloud
from homeassistant.core import HomeAssistant
from tests.conftest import StartCloud
from tests.support.common import AccountSetting, set_up, tick
from tests.support.edge_cases.flower_power import HOMES

NOW = 1_795_619_100.0
"""Wednesday, 25 November 2026, 15:05 UTC: the last upload has been dealt with."""

QUICK = Limits(connect=2, total=2, backoff=0.001, max_pause=0.1, deadline=5)


@dataclass(slots=True)
class Account:
    """A cloud and a client of it."""

    cloud: FlowerPowerCloud
    client: FlowerPowerClient
    auth: TokenAuth

    @property
    def counts(self) -> Mapping[str, int]:
        """Return what the client counted as odd."""
        return self.client.report.counts

    def named(self, name: str) -> str:
        """Return the identifier of the first location of a name."""
        return next(
            spot.id for spot in self.cloud.garden.spots.values() if spot.name == name
        )

    def last(self, **ago: float) -> TimeRange:
        """Return the span from some time ago until now."""
        now = datetime.fromtimestamp(self.cloud.clock(), UTC)
        return TimeRange(now - timedelta(**ago), now)


class Serve(Protocol):
    """Serves a garden and makes a client of it."""

    async def __call__(
        self,
        garden: Garden,
        fields: Mapping[str, str] | None = None,
    ) -> Account:
        """Log in with these fields of the form instead of the right ones."""


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still."""
    return ManualClock(NOW)


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Return a function that serves a garden and makes a client of it."""
    clouds: list[FlowerPowerCloud] = []
    async with aiohttp.ClientSession() as http:

        async def start(
            garden: Garden, fields: Mapping[str, str] | None = None
        ) -> Account:
            cloud = FlowerPowerCloud(garden)
            clouds.append(cloud)
            await cloud.start()
            login = {**cloud.credentials, **(fields or {})}
            session = CloudSession(
                http,
                cloud.url,
                user_agent="Habitat/test",
                secrets=login.values(),
                error_message=error_message,
                refuses_login=refuses_login,
                limits=QUICK,
            )
            auth = session.auth = TokenAuth(partial(log_in, session, login))
            client = FlowerPowerClient(session, ParseReport("Flower Power"))
            return Account(cloud, client, auth)

        yield start
        for cloud in clouds:
            await cloud.stop()


class Setting(AccountSetting[FlowerPowerCloud, FlowerPowerCoordinator]):
    """One Flower Power account, set up in Home Assistant, and the cloud behind it."""

    def named(self, name: str) -> str:
        """Return the identifier of the first location of a name."""
        return next(
            spot.id for spot in self.cloud.garden.spots.values() if spot.name == name
        )

    def value(self, name: str, key: str, platform: str = "sensor") -> str:
        """Return what an entity of a plant shows."""
        return self.shown(platform, self.named(name), key).state

    async def live(self, minutes: float = 15, *, steps: int = 1) -> None:
        """Let time pass in the cloud as in Home Assistant, a poll at a time."""
        for _ in range(steps):
            self.clock.advance(minutes * 60)
            await tick(self.hass, self.freezer, minutes * 60 + 1)

    def asked(self, path: str) -> int:
        """Return how often the cloud was asked for what a path contains."""
        return sum(path in one.path for one in self.cloud.log)


class SetUp(Protocol):
    """Serves a garden and sets its account up through the config flow."""

    def __call__(self, made: Garden | str) -> Awaitable[Setting]:
        """Use a garden built for the purpose, or one of a name."""


@pytest.fixture
def set_up_flower_power(
    freezer: FrozenDateTimeFactory,
    hass: HomeAssistant,
    start_cloud: StartCloud,
    clock: ManualClock,
) -> SetUp:
    """Return a function that sets an account up."""

    async def start(made: Garden | str) -> Setting:
        cloud = FlowerPowerCloud(
            HOMES[made](1, clock) if isinstance(made, str) else made
        )
        await start_cloud(cloud)
        freezer.move_to(datetime.fromtimestamp(clock(), UTC))
        entry = await set_up(hass, cloud, "flower_power")
        setting = Setting(hass, freezer, entry, cloud, clock)
        await setting.settle()
        return setting

    return start
