"""Which of an account's probes become devices; a city has hundreds of probes."""

from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from math import inf

from homeassistant.util.location import vincenty

from .client.models import Probe
from .const import (
    AUTOMATIC,
    BY_DISTANCE,
    BY_HAND,
    BY_PLACE,
    BY_TAG,
    CONF_CHOICE,
    CONF_DISTANCE,
    CONF_PLACES,
    CONF_PROBES,
    CONF_TAGS,
    DEFAULT_DISTANCE,
    MAX_AUTOMATIC,
)

type Coordinates = tuple[float, float]


def choose(
    probes: Iterable[Probe],
    options: Mapping[str, object],
    home: Coordinates,
    current: Container[str] = (),
) -> list[Probe]:
    """Return the probes that the options choose.

    Tags and places in the options narrow every choice except that by hand; without a choice, probes do
    too. `home` is in degrees. `current` has the ids of the current devices: a new probe that is nearer
    does not replace one of them.
    """
    choice = options.get(CONF_CHOICE, AUTOMATIC)
    tags, places, ids = (
        _words(options, name) for name in (CONF_TAGS, CONF_PLACES, CONF_PROBES)
    )
    found = list(probes)
    if choice in (AUTOMATIC, BY_HAND) and (ids or choice == BY_HAND):
        found = [probe for probe in found if probe.id in ids]
    if choice == BY_HAND:
        return found
    if tags or choice == BY_TAG:
        found = [probe for probe in found if not tags.isdisjoint(probe.tags)]
    if places or choice == BY_PLACE:
        found = [probe for probe in found if probe.city in places]
    if choice == BY_DISTANCE:
        wished = options.get(CONF_DISTANCE)
        reach = wished if isinstance(wished, int | float) else DEFAULT_DISTANCE
        found = [probe for probe in found if kilometres(probe, home) <= reach]
    if choice == AUTOMATIC and len(found) > MAX_AUTOMATIC:
        # The id makes the order of equal distances stable.
        found.sort(
            key=lambda one: (one.id not in current, kilometres(one, home), one.id)
        )
        return found[:MAX_AUTOMATIC]
    return found


def kilometres(probe: Probe, home: Coordinates) -> float:
    """Return the distance of a probe from home in km; infinite if its position is not known."""
    return inf if probe.position is None else _distance(probe.position, home)


@lru_cache(maxsize=4096)
def _distance(position: Coordinates, home: Coordinates) -> float:
    distance = vincenty(position, home)
    return inf if distance is None else distance


def _words(options: Mapping[str, object], name: str) -> frozenset[str]:
    chosen = options.get(name)
    return frozenset(map(str, chosen)) if isinstance(chosen, list) else frozenset()
