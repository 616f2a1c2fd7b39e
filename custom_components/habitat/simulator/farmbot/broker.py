"""Where the messages go through: a broker in this process, or one that somebody else runs."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, override

from ..core.clock import Clock

LOGINS = 20
"""How many logins a user has in `WINDOW` seconds; the server counts as well."""
WINDOW = 300.0
HOST = "127.0.0.1"
_CLOSED_PORT = 9
_SPOKEN = frozenset(
    {
        "from_api",
        "from_clients",
        "from_device",
        "logs",
        "ping",
        "pong",
        "status",
        "sync",
        "telemetry",
        "#",
        "+",
    }
)
"""What a user may hear and say beneath bot/<its name>/."""

type Recorder = Callable[[str, int], None]
"""Hears the topic and the size of each message."""


@dataclass(slots=True, kw_only=True)
class Gate:
    """Who may come in, and who may say what."""

    clock: Clock
    password: Callable[[str, str], bool]
    """Says whether a password is the user's."""
    server: str
    """The user that may do everything."""
    heard: Recorder
    refuse: bool = False
    """Whether all logins are refused."""
    accepted: Counter[str] = field(default_factory=Counter)
    """How many logins of each user were let in."""
    refused: Counter[str] = field(default_factory=Counter)
    _recent: defaultdict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def admits(self, username: str, password: str) -> bool:
        """Say whether a login is let in, and count it."""
        allowed = not self.refuse and self.password(username, password)
        allowed = allowed and (username == self.server or self._spares(username))
        if allowed:
            self.accepted[username] += 1
        else:
            self.refused[username] += 1
        return allowed

    def allows(self, username: str, topic: str) -> bool:
        """Say whether a user may publish or subscribe to a topic."""
        match topic.split("/"):
            case _ if username == self.server:
                return True
            case ["public_broadcast", *_]:
                return True
            case ["bot", bot, part, *_]:
                return bot == username and part in _SPOKEN
            case _:
                return False

    def forgive(self) -> None:
        """Forget all logins so far."""
        self._recent.clear()

    def _spares(self, username: str) -> bool:
        now = self.clock()
        recent = self._recent[username]
        # A window begins with its first login and ends for all of them at once.
        if recent and now - recent[0] >= WINDOW:
            recent.clear()
        if len(recent) >= LOGINS:
            return False
        recent.append(now)
        return True


class Broker(Protocol):
    """What a cloud needs of a broker."""

    @property
    def address(self) -> tuple[str, int]:
        """Return where clients connect."""

    async def start(self, gate: Gate | None = None) -> None:
        """Let clients in, by default as before."""

    async def stop(self) -> None:
        """Let all clients go."""


class ExternalBroker(Broker):
    """A broker that runs already; it lets everybody in, and records nothing."""

    def __init__(self, host: str, port: int) -> None:
        """Say where it is."""
        self._address = (host, port)

    @property
    @override
    def address(self) -> tuple[str, int]:
        """Return where clients connect."""
        return self._address

    @override
    async def start(self, gate: Gate | None = None) -> None:
        """Leave it as it is."""

    @override
    async def stop(self) -> None:
        """Leave it as it is."""


class NoBroker(ExternalBroker):
    """None at all: a port where nobody listens."""

    def __init__(self) -> None:
        """Take a port that is never in use."""
        super().__init__(HOST, _CLOSED_PORT)
