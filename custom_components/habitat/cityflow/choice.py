"""Which of an account's probes become devices: a city has hundreds."""

from collections.abc import Iterable, Mapping
from math import inf

from homeassistant.util.location import vincenty

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
    DISTANCE,
    FEW,
)
from .models import Probe

type Place = tuple[float, float]


def choose(
    probes: Iterable[Probe], options: Mapping[str, object], home: Place
) -> list[Probe]:
    """Return the probes that the options ask for; `home` is in degrees."""
    found = list(probes)
    match options.get(CONF_CHOICE, AUTOMATIC):
        case choice if choice == BY_TAG:
            tags = _words(options, CONF_TAGS)
            return [probe for probe in found if not tags.isdisjoint(probe.tags)]
        case choice if choice == BY_PLACE:
            places = _words(options, CONF_PLACES)
            return [probe for probe in found if probe.city in places]
        case choice if choice == BY_DISTANCE:
            wished = options.get(CONF_DISTANCE)
            reach = wished if isinstance(wished, int | float) else DISTANCE
            return [probe for probe in found if kilometres(probe, home) <= reach]
        case choice if choice == BY_HAND:
            ids = _words(options, CONF_PROBES)
            return [probe for probe in found if probe.id in ids]
        case choice if choice == AUTOMATIC and len(found) > FEW:
            # Of two that are equally far always the same one.
            nearest = sorted(found, key=lambda one: (kilometres(one, home), one.id))
            return nearest[:FEW]
    return found


def kilometres(probe: Probe, home: Place) -> float:
    """Return how far from home a probe is; infinitely where nobody knows."""
    if probe.position is None:
        return inf
    distance = vincenty(probe.position, home)
    return inf if distance is None else distance


def _words(options: Mapping[str, object], name: str) -> frozenset[str]:
    chosen = options.get(name)
    return frozenset(map(str, chosen)) if isinstance(chosen, list) else frozenset()
