from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

class Action(Enum):
    SUBSCRIBE = "subscribe"
    PUBLISH = "publish"
    RECEIVE = "receive"

class ListenerType(StrEnum):
    TCP = "tcp"
    WS = "ws"
    EXTERNAL = "external"

class BaseContext:
    config: object

@dataclass
class ListenerConfig:
    type: ListenerType = ...
    bind: str | None = ...

@dataclass
class BrokerConfig:
    listeners: Mapping[str, ListenerConfig] = ...
    plugins: Mapping[str, Mapping[str, object]] | None = ...
