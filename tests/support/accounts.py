"""An account of each vendor in each way of logging in, and hours that pass for it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory

from custom_components.habitat.simulator import create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer, Exchange
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from tests.support.common import NOW, START, fill, start_flow
from tests.support.faults import Fault, faults_of
from tests.support.timeouts import TIMEOUT, is_silent, settle

_NOTHING = ("unavailable", "unknown")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """A way of logging in at a vendor."""

    vendor: str
    form: str
    login: Callable[[Any], Mapping[str, str]] = lambda cloud: cloud.credentials
    tokens: str = ""
    """Method and path of the token endpoint, with the wildcards of a shell."""
    refuse: Callable[[Any], None] | None = None
    """Let the token endpoint refuse the login from now on."""
    broker: bool = True
    """Whether the message broker can be reached, where there is one."""


def _refuse_flair(cloud: Any) -> None:
    cloud.tokens.clients = ()


def _refuse_password(cloud: Any) -> None:
    cloud.password = "another"


def _refuse_flower_power(cloud: Any) -> None:
    cloud.tokens.login = {**cloud.tokens.login, "password": "another"}
    cloud.tokens.revoke()


WAYS: Mapping[str, AddressPolicy] = {
    "flair": AddressPolicy(
        "flair", "flair", tokens="POST /oauth*", refuse=_refuse_flair
    ),
    "farmbot": AddressPolicy(
        "farmbot", "farmbot", tokens="POST /api/tokens", refuse=_refuse_password
    ),
    "farmbot without broker": AddressPolicy(
        "farmbot",
        "farmbot",
        tokens="POST /api/tokens",
        refuse=_refuse_password,
        broker=False,
    ),
    "flower_power": AddressPolicy(
        "flower_power",
        "flower_power",
        tokens="* /user/v1/authenticate",
        refuse=_refuse_flower_power,
    ),
    "flowcommand": AddressPolicy("flowcommand", "flowcommand_token"),
    "flowcommand basic": AddressPolicy(
        "flowcommand", "flowcommand_basic", lambda cloud: cloud.basic_credentials
    ),
    "cityflow": AddressPolicy("cityflow", "cityflow_token"),
    "cityflow login": AddressPolicy(
        "cityflow",
        "cityflow_login",
        lambda cloud: cloud.login_credentials,
        tokens="POST /users/login",
        refuse=_refuse_password,
    ),
}

WITH_TOKENS = [name for name, way in WAYS.items() if way.tokens and name != "farmbot"]
"""Who asks for a token sooner or later; a FarmBot that is pushed to does so after many hours."""


@dataclass(slots=True)
class Living:
    """An account that lives through hours, and its cloud."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    way: AddressPolicy
    cloud: CloudServer
    entry: ConfigEntry
    idle: int = 0
    """How many requests may be sent at a time when none is."""

    @property
    def pace(self) -> float:
        """From one poll to the next when all is well, in seconds."""
        seconds: float = self.entry.runtime_data.interval.total_seconds()
        return seconds

    async def live(self, seconds: float, step: float = 30) -> None:
        """Let time pass."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.freezer.tick(min(step, left))
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way; where the cloud is silent let the time-outs pass."""
        await settle(self.hass, self.freezer, self.cloud)
        # Those who listen to a broker are not waited for, but they may have asked for a login.
        slots = self.entry.runtime_data.session._slots
        while slots._value < self.idle:
            await asyncio.sleep(0.002)
            if is_silent(self.cloud):
                self.freezer.tick(TIMEOUT)

    def take(self) -> list[Exchange]:
        """Return what was asked since this was called last."""
        asked = list(self.cloud.log)
        self.cloud.log.clear()
        return asked

    def logins(self, asked: list[Exchange]) -> int:
        """Return how many token requests there are among these."""
        return sum(
            fnmatchcase(f"{one.method} {one.path}", self.way.tokens) for one in asked
        )

    async def asked(self, seconds: float) -> tuple[int, int]:
        """Let time pass, and return how many requests, and how many logins, that took."""
        self.take()
        await self.live(seconds)
        asked = self.take()
        logins = self.logins(asked)
        return len(asked) - logins, logins

    def go_wrong(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        faults_of(self.cloud).add(replace(fault, hits=0, seen=0))

    def get_well(self) -> None:
        """Let all be well again."""
        faults_of(self.cloud).clear()

    def expire_tokens(self) -> None:
        """Let all tokens die early."""
        cloud: Any = self.cloud
        cloud.expire_tokens()

    def known(self) -> set[str]:
        """Return the entities that show something.

        Whether a vent is stuck is rightly unknown after it moved, until it reports again.
        """
        return {
            state.entity_id
            for state in self.hass.states.async_all()
            if state.state not in _NOTHING and not state.entity_id.endswith("_stuck")
        }

    def lost(self) -> set[str]:
        """Return the entities that are unavailable."""
        return {
            state.entity_id
            for state in self.hass.states.async_all()
            if state.state == "unavailable"
        }

    def is_in(self, state: ConfigEntryState) -> bool:
        """Say whether the account is in a state."""
        return self.entry.state is state

    def flows(self) -> list[str]:
        """Return why the user is asked for something."""
        return [
            flow["context"]["source"]
            for flow in self.hass.config_entries.flow.async_progress()
        ]


@asynccontextmanager
async def living(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    way: AddressPolicy,
    *,
    still: bool = False,
) -> AsyncGenerator[Living]:
    """Add an account through the config flow, and let it settle down.

    `still` is whether nothing changes in its world.
    """
    freezer.move_to(START)
    # A clock that is looked up with each call is the frozen one.
    clock = ManualClock(NOW) if still else lambda: time.time()  # noqa: PLW0108 - see above
    async with create(way.vendor, clock=clock) as cloud:
        flow = await start_flow(hass, way.vendor)
        if way.form != way.vendor:
            flow = await fill(hass, flow, {"next_step_id": way.form})
        login = {**way.login(cloud), "advanced": {"url": cloud.url}}
        result = await fill(hass, flow, login)
        assert result["type"] == "create_entry", result
        account = Living(hass, freezer, way, cloud, result["result"])
        account.idle = account.entry.runtime_data.session._slots._value
        await account.live(2 * account.pace + 60)
        account.take()
        yield account
        await hass.config_entries.async_unload(account.entry.entry_id)
