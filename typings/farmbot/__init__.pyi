# What is used of the vendor's client, which is installed only in .venv-fidelity.
from typing import Any

class State:
    error: str | None
    json_printing: bool
    last_messages: dict[str, list[dict[str, Any]]]
    timeout: dict[str, float]
    token: dict[str, Any]
    verbosity: int

class Farmbot:
    state: State
    def __getattr__(self, name: str) -> Any: ...
