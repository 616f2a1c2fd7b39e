from collections.abc import Mapping

from aiohttp import ClientSession

class Resource:
    attributes: dict[str, object]

class Structure(Resource):
    vents: dict[str, Resource]
    pucks: dict[str, Resource]
    bridges: dict[str, Resource]

class FlairData:
    structures: dict[str, Structure]

class FlairClient:
    def __init__(
        self, client_id: str, client_secret: str, session: ClientSession | None = None
    ) -> None: ...
    async def get_flair_data(self) -> FlairData: ...
    async def update(
        self,
        resource_type: str,
        item_id: str,
        attributes: Mapping[str, object],
        relationships: Mapping[str, object],
    ) -> dict[str, object]: ...
