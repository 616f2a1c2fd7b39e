# What is used of the vendor's client, which is installed only in .venv-fidelity.
from collections.abc import Mapping
from typing import Any

class ApiError(Exception):
    status_code: int
    json: Any

class EmptyBodyException(Exception): ...

class Client:
    token: str | None
    api_root_resp: Mapping[str, object]
    def get(self, resource_type: str, id: str | None = None) -> Any: ...
    def create(
        self,
        resource_type: str,
        attributes: Mapping[str, object] = ...,
        relationships: Mapping[str, object] = ...,
    ) -> Any: ...

def make_client(client_id: str, client_secret: str, root: str) -> Client: ...
