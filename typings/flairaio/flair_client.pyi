from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession

class Resource:
    attributes: dict[str, object]
    current_reading: dict[str, object] | None

class Structure(Resource):
    bridges: dict[str, Resource]
    hvac_units: dict[str, Resource]
    pucks: dict[str, Resource]
    schedules: dict[str, Resource]
    vents: dict[str, Resource]

class FlairData:
    structures: dict[str, Structure]

class FlairClient:
    client_secret: str
    token: str | None
    def __init__(
        self,
        client_id: str,
        client_secret: str,
        session: ClientSession | None = None,
    ) -> None: ...
    async def get_flair_data(self) -> FlairData: ...
    async def get_token(self) -> None: ...
    async def create(
        self,
        resource_type: str,
        attributes: Mapping[str, object],
        relationships: Mapping[str, object],
    ) -> dict[str, Any]: ...
    async def delete(self, resource_type: str, item_id: str) -> None: ...
    async def update(
        self,
        resource_type: str,
        item_id: str,
        attributes: Mapping[str, object],
        relationships: Mapping[str, object],
    ) -> dict[str, Any]: ...
    def __getattr__(self, name: str) -> Any: ...
