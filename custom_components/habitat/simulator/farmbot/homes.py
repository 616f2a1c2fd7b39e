"""Gardens that are ready-made, and very large ones."""

from collections.abc import Callable
import time

from ..core.clock import Clock
from ..core.noise import between
from . import nodes
from .builder import bare, photo, plant, robot, sequence
from .demo import demo, standard
from .odd import odd
from .world import World


def large(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account that is full: 1000 points, 450 images, 75 sequences."""
    world = robot(seed, clock)
    now = clock()
    for index in range(1000):
        place = {
            "x": round(between(150, 2880, seed, index, "x")),
            "y": round(between(20, 1210, seed, index, "y")),
        }
        if index % 10 == 9:
            world.build(
                "points", now, pointer_type="Weed", name=f"Weed {index}", **place
            )
        else:
            slug = ("tomato", "basil", "kale", "lettuce", "carrot")[index % 5]
            name = f"{slug.capitalize()} {index}"
            plant(world, name, slug, now, plant_stage="planted", radius=40.0, **place)
    for index in range(450):
        x, y = index % 25 * 115.0, index // 25 * 68.0
        photo(world, now - (450 - index) * 900, x, y)
    for index in range(75):
        name = f"Sequence {index + 1}"
        sequence(world, name, [nodes.say(name)], pinned=index < 10)
    return world


HOMES: dict[str, Callable[[int, Clock], World]] = {
    "demo": demo,
    "standard": standard,
    "empty": bare,
    "odd": odd,
    "large": large,
}
"""The ready-made gardens by name."""
