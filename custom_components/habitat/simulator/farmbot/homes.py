"""Gardens that are ready-made."""

from collections.abc import Callable

from ..core.clock import Clock
from .demo import demo, standard
from .world import World

HOMES: dict[str, Callable[[int, Clock], World]] = {
    "demo": demo,
    "standard": standard,
}
"""The ready-made gardens by name."""
