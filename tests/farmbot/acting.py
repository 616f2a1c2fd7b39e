"""A simulated robot whose actions are called, and what it is told."""

import asyncio
from dataclasses import dataclass, field
import json
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Protocol, cast

import pytest

from custom_components import habitat
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.farmbot.client import celery_script
from custom_components.habitat.farmbot.commands import send
from custom_components.habitat.farmbot.coordinator import FarmBotCoordinator
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, load
from custom_components.habitat.simulator.farmbot.broker import Broker
from custom_components.habitat.simulator.farmbot.demo import standard
from custom_components.habitat.simulator.farmbot.robot import Robot
from custom_components.habitat.simulator.farmbot.world import World
from homeassistant.core import ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

if TYPE_CHECKING:
    # The fixtures there stand on those of this module.
    from .conftest import Setting, SetUp

_TRANSLATIONS = Path(habitat.__file__).parent / "translations" / "en.json"
_MESSAGES = json.loads(_TRANSLATIONS.read_text(encoding="utf-8"))["exceptions"]
_PACE = 100.0
"""How much faster than in the field the robot works."""


@dataclass(slots=True)
class Actor:
    """Calls actions for one robot."""

    setting: Setting
    heard: list[Record] = field(default_factory=list)
    """The requests that the robot got, oldest first."""

    @property
    def world(self) -> World:
        """What the server keeps."""
        return self.setting.cloud.world

    @property
    def robot(self) -> Robot:
        """What stands in the garden."""
        return self.setting.cloud.robot

    @property
    def device_id(self) -> str:
        """The robot in Home Assistant's registry."""
        device = self.setting.registry_device(self.setting.number)
        assert device is not None
        return device.id

    @property
    def commands(self) -> list[Json]:
        """All that the robot was told, in the order in which it came."""
        return [node for one in self.heard for node in cast(list[Json], one["body"])]

    def id_of(self, path: str, name: str) -> int:
        """Return the id of a record by its name, or by its label."""
        return next(
            cast(int, row["id"])
            for row in self.world.rows(path)
            if name in (row.get("name"), row.get("label"))
        )

    def ids_of(self, crop: str) -> list[int]:
        """Return the ids of the plants of a crop, in ascending order."""
        return sorted(
            cast(int, row["id"])
            for row in self.world.rows("points")
            if row.get("openfarm_slug") == crop
        )

    def begin(self, action: str, **fields: Any) -> asyncio.Task[ServiceResponse]:
        """Call an action, and do not wait for its end."""
        services = self.setting.hass.services
        answers = services.supports_response(DOMAIN, action)
        return asyncio.create_task(
            services.async_call(
                DOMAIN,
                action,
                {"device_id": self.device_id, **fields},
                blocking=True,
                return_response=answers is not SupportsResponse.NONE,
            )
        )

    async def act(self, action: str, **fields: Any) -> dict[str, Any]:
        """Call an action and let time pass until it ends; return its response.

        That is checked to be what JSON can say, and nothing else.
        """
        calling = self.begin(action, **fields)
        await self.setting.until(calling.done)
        response = calling.result() or {}
        assert json.loads(json.dumps(response, allow_nan=False)) == response
        return response

    async def error(self, action: str, **fields: Any) -> HomeAssistantError:
        """Call an action that must fail; return the error, in words."""
        with pytest.raises(HomeAssistantError) as caught:
            await self.act(action, **fields)
        said_in_words(caught.value)
        return caught.value

    async def refusal(self, action: str, **fields: Any) -> str:
        """Call an action that must be refused; return the key of what is said."""
        told = len(self.heard)
        asked = len(self.setting.cloud.log)
        error = await self.error(action, **fields)
        assert isinstance(error, ServiceValidationError), error
        # Nothing has reached the robot or the server.
        assert len(self.heard) == told
        assert len(self.setting.cloud.log) == asked
        return str(error.translation_key)


def said_in_words(error: HomeAssistantError) -> str:
    """Check that an error has a text with nothing left open; return that."""
    assert error.translation_domain == DOMAIN
    message = _MESSAGES[error.translation_key]["message"]
    given = dict(error.translation_placeholders or {})
    asked = {name for _, name, _, _ in Formatter().parse(message) if name}
    assert asked <= given.keys()
    text: str = message.format(**given)
    return text


class Acting(Protocol):
    """Sets up the account of a world."""

    async def __call__(self, world: World, broker: Broker | None = None) -> Actor:
        """Wait until the robot was heard, unless the broker is another one."""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """Return the requests that the robot gets."""
    requests: list[Record] = []
    take = Robot._request

    def listen(self: Robot, payload: bytes) -> None:
        requests.append(cast(Record, load(payload)))
        take(self, payload)

    monkeypatch.setattr(Robot, "_request", listen)
    return requests


@pytest.fixture
def acting(
    set_up_farmbot: SetUp, heard: list[Record], monkeypatch: pytest.MonkeyPatch
) -> Acting:
    """Return a function that sets up an account without entities, which no action needs."""
    monkeypatch.setattr(FarmBotCoordinator, "platforms", ())

    async def start(world: World, broker: Broker | None = None) -> Actor:
        setting = await set_up_farmbot(world, broker)
        actor = Actor(setting, heard)
        actor.robot.machine.pace = _PACE
        if broker is None:
            await setting.connect()
            # What it said so far comes before its reply: nothing of it arrives later.
            await send(setting.account, celery_script.read_status())
        heard.clear()
        return actor

    return start


@pytest.fixture
async def actor(acting: Acting, clock: ManualClock) -> Actor:
    """Return the robot of the demo's garden, in which nothing happens by itself."""
    return await acting(standard(1, clock))
