"""What the tests of Flair's entities share: names for them, and pictures of them."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import pytest

from custom_components.habitat.simulator.core.documents import Json
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import Context, State
from homeassistant.helpers import entity_registry as er
from tests.support.common import POLL_SECONDS, Setting

CLIMATES = {"structures": "home", "rooms": "room", "hvac-units": "unit"}
"""The key of the climate of each type that has one."""


class Write(NamedTuple):
    """A PATCH that reached the cloud's resources."""

    kind: str
    name: str
    attributes: dict[str, Json]


class FlairResource:
    """A Flair resource of an account, by its name, and the entities that show it."""

    def __init__(self, setting: Setting, kind: str, name: str) -> None:
        """Find the resource in the cloud."""
        self.setting = setting
        self.cloud = setting.cloud
        self.kind = kind
        self.id = setting.id_of(kind, name)

    def entity_id(self, platform: str, key: str) -> str:
        """Return the id of an entity of it."""
        return self.setting.entity_id(platform, self.kind, self.id, key)

    def state(self, platform: str, key: str) -> State:
        """Return the state of an entity of it."""
        return self.setting.state(platform, self.kind, self.id, key)

    def entity_ids(self) -> set[str]:
        """Return the ids of all its entities."""
        return {
            entry.entity_id
            for entry in er.async_get(self.setting.hass).entities.values()
            if entry.unique_id.startswith(f"flair_{self.kind}_{self.id}_")
        }

    def has(self, platform: str, key: str) -> bool:
        """Say whether it has an entity."""
        registry = er.async_get(self.setting.hass)
        unique_id = f"flair_{self.kind}_{self.id}_{key}"
        return registry.async_get_entity_id(platform, "habitat", unique_id) is not None

    def attribute(self, name: str) -> Json:
        """Return an attribute as the cloud keeps it now."""
        return self.setting.cloud.world.resources[self.kind][self.id].attributes[name]

    def set(self, **attributes: Json) -> None:
        """Let the cloud say something else, seen with the next poll."""
        self.setting.cloud.set(self.kind, self.id, **attributes)

    @property
    def climate(self) -> State:
        """Its climate."""
        return self.state(Platform.CLIMATE, CLIMATES[self.kind])

    async def ask(self, action: str, **data: object) -> None:
        """Do a climate action with it."""
        await self.call(Platform.CLIMATE, CLIMATES[self.kind], action, **data)

    async def call(
        self, platform: Platform, key: str, action: str, **data: object
    ) -> None:
        """Do an action of the platform with an entity of it."""
        await self.setting.hass.services.async_call(
            platform,
            action,
            {ATTR_ENTITY_ID: self.entity_id(platform, key), **data},
            blocking=True,
            context=Context(),
        )


async def live(setting: Setting, *, minutes: int) -> None:
    """Let time pass at the home as in Home Assistant."""
    for _ in range(minutes):
        setting.clock.advance(POLL_SECONDS)
        await setting.poll()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; a few seconds at most."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it never came to that")
