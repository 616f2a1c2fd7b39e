"""Chance that can be repeated: every value is a function of a seed and of what it is for."""

from functools import lru_cache
from hashlib import blake2b
import math

type Key = str | int


@lru_cache(maxsize=16384)
def fraction(*key: Key) -> float:
    """Return a number from 0 up to 1 that always belongs to this key."""
    digest = blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def between(low: float, high: float, *key: Key) -> float:
    """Return a number within bounds that always belongs to this key."""
    return low + (high - low) * fraction(*key)


def wander(at: float, period: float, *key: Key) -> float:
    """Return a smooth wandering between -1 and 1; `at` and `period` are in seconds.

    Each period has a value of its own, with a cosine from one to the next.
    """
    step, rest = divmod(at / period, 1)
    before = 2 * fraction(*key, int(step)) - 1
    after = 2 * fraction(*key, int(step) + 1) - 1
    return before + (after - before) * (1 - math.cos(math.pi * rest)) / 2
