"""The newest FarmBot OS for a robot."""

from dataclasses import dataclass

RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Available:
    """What the server offered when it was asked last; None is nothing newer."""

    version: str | None
