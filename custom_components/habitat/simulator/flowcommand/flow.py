"""What flows through the pipes, what the sensors say of it, and what the cloud adds up."""

from bisect import insort
from collections.abc import Callable
import math

from ..core import weather
from ..core.noise import between, fraction, wander
from .world import Ping, Sensor, World

_DAY = weather.DAY
_JITTER = 150.0
"""Seconds by which a ping comes early or late against the cadence."""
_LATEST = 3000.0
"""Seconds that the slowest ping takes to the cloud."""
_HOLD = 7200.0
"""Seconds for which the last rate counts on when no further ping comes."""
_SLOTS = 16_384
"""Sensors that share the numbering of pings."""

type Pattern = Callable[[World, Sensor, float], float]
"""Returns how much of a sensor's rate flows at a time."""


def _steady(world: World, sensor: Sensor, at: float) -> float:
    slow = wander(at, 3 * weather.HOUR, world.seed, sensor.id, "slow")
    fast = wander(at, 1200, world.seed, sensor.id, "fast")
    return 1 + 0.06 * slow + 0.02 * fast


def _well(world: World, sensor: Sensor, at: float) -> float:
    """A well on plunger lift flows hard, weakens and shuts in to build up pressure."""
    period = between(3.5, 6.5, world.seed, sensor.id, "lift") * weather.HOUR
    phase = (at / period + fraction(world.seed, sensor.id, "phase")) % 1
    if phase > 0.72:
        return 0.0
    return 1.15 * math.exp(-0.55 * phase) * _steady(world, sensor, at)


def _transfer(world: World, sensor: Sensor, at: float) -> float:
    """A pump empties a tank now and then."""
    slot = int(at // 5400)
    runs = fraction(world.seed, sensor.id, slot, "pump") < 0.3
    return _steady(world, sensor, at) if runs else 0.0


def _household(world: World, sensor: Sensor, at: float) -> float:
    """People and cattle draw water in the morning and the evening."""
    hour = weather.local_hour(world.place, at)
    drawn = (
        0.15
        + 1.6 * math.exp(-(((hour - 7) / 1.3) ** 2))
        + 1.2 * math.exp(-(((hour - 18.5) / 1.8) ** 2))
    )
    some = 0.55 + 0.45 * wander(at, 1500, world.seed, sensor.id, "tap")
    return drawn * some


def _irrigation(world: World, sensor: Sensor, at: float) -> float:
    """A pivot runs before sunrise, on most days."""
    day = int((at + world.place.utc_offset) // _DAY)
    on = fraction(world.seed, sensor.id, day, "pivot") < 0.75
    hour = weather.local_hour(world.place, at)
    return _steady(world, sensor, at) if on and 3 <= hour < 7 else 0.0


def _shut(_: World, __: Sensor, ___: float) -> float:
    return 0.0


PATTERNS: dict[str, Pattern] = {
    "steady": _steady,
    "well": _well,
    "transfer": _transfer,
    "household": _household,
    "irrigation": _irrigation,
    "shut": _shut,
}
"""The ways in which a pipe can flow."""


def rate(world: World, sensor: Sensor, at: float) -> float:
    """Return the flow in bbl/d at a time, to one decimal."""
    return round(sensor.rate * PATTERNS[sensor.pattern](world, sensor, at), 1)


type Known = int | Ping
"""A ping that the cloud has: the number of one that the sensor sent by itself, or the ping."""


def known(world: World, sensor: Sensor, start: float, end: float) -> list[Known]:
    """Return the pings between two times that the cloud has by now, oldest first.

    What they say is not worked out yet: there may be years of them.
    """
    now = world.clock()
    silent = math.inf if sensor.silent_after is None else sensor.silent_after
    first, last = _indexes(sensor, start, min(end, now, silent))
    found: list[Known] = [*range(first, last + 1)] if sensor.heard else []
    # Sooner or later by the jitter: only those at the ends may lie outside.
    while found and _time(world, sensor, found[0]) <= start:
        found.pop(0)
    while found and not _time(world, sensor, found[-1]) < min(end, silent):
        found.pop()
    recent = next(
        (
            place
            for place in range(len(found), 0, -1)
            if _time(world, sensor, found[place - 1]) < now - _LATEST
        ),
        0,
    )
    found[recent:] = [
        item
        for item in found[recent:]
        if _received(world, sensor, item, _time(world, sensor, item)) <= now
    ]
    for ping in sensor.own:
        if ping.received <= now and start < ping.at < end:
            insort(found, ping, key=lambda item: _time(world, sensor, item))
    return found


def read(world: World, sensor: Sensor, item: Known) -> Ping:
    """Return what a ping says."""
    return item if isinstance(item, Ping) else _generated(world, sensor, item)


def newest(world: World, sensor: Sensor) -> tuple[Ping | None, float]:
    """Return the newest ping that the cloud has, and until when it stays the newest."""
    now = world.clock()
    silent = math.inf if sensor.silent_after is None else sensor.silent_after
    since = min(now, silent)
    reach = _LATEST + 2 * sensor.cadence
    near: list[Known] = [*sensor.own]
    if sensor.heard:
        first, last = _indexes(sensor, since - reach, min(now + reach, silent))
        near.extend(range(first, last + 1))
    sent = [(_time(world, sensor, item), item) for item in near]
    timed = [
        (at, _received(world, sensor, item, at), item)
        for at, item in sent
        if at < silent or isinstance(item, Ping)
    ]
    arrived = max((it for it in timed if it[1] <= now), key=_by_time, default=None)
    return (
        None if arrived is None else read(world, sensor, arrived[2]),
        min((received for _, received, _ in timed if received > now), default=math.inf),
    )


def _by_time(timed: tuple[float, float, Known]) -> tuple[float, float]:
    return timed[:2]


def volume(world: World, sensor: Sensor, start: float, end: float) -> float:
    """Return what flowed in bbl: each ping's rate counts until the next one's."""
    end = min(end, world.clock())
    found = [
        read(world, sensor, item) for item in known(world, sensor, start - _HOLD, end)
    ]
    total = 0.0
    for index, ping in enumerate(found):
        after = found[index + 1].at if index + 1 < len(found) else end
        begin, until = max(ping.at, start), min(after, ping.at + _HOLD, end)
        if until > begin and isinstance(ping.flowrate, int | float):
            total += ping.flowrate * (until - begin) / _DAY
    return round(total, 2)


def hours(world: World, sensor: Sensor, start: float, end: float) -> range:
    """Return the starts of the hours that have rows, newest first; the open hour has one too."""
    if not (sensor.heard or sensor.own):
        return range(0)
    last = world.clock()
    if sensor.silent_after is not None:
        last = min(last, sensor.silent_after + _HOLD)
    first = max(start, sensor.activated_at)
    step = int(weather.HOUR)
    oldest = int(first // step) * step
    newest_hour = (math.ceil(min(end, last) / step) - 1) * step
    return range(newest_hour, oldest - 1, -step)


def _indexes(sensor: Sensor, start: float, end: float) -> tuple[int, int]:
    """Return the numbers of the first and the last ping that may lie between two times."""
    begin = sensor.activated_at + sensor.cadence
    first = math.ceil((start - _JITTER - begin) / sensor.cadence)
    return max(0, first), math.floor((end + _JITTER - begin) / sensor.cadence)


def _time(world: World, sensor: Sensor, item: Known) -> float:
    """Return when a ping was taken; they are further apart than the jitter reaches."""
    if isinstance(item, Ping):
        return item.at
    jitter = between(-_JITTER, _JITTER, world.seed, sensor.id, item, "jitter")
    return float(int(sensor.activated_at + (item + 1) * sensor.cadence + jitter))


def _received(world: World, sensor: Sensor, item: Known, at: float) -> float:
    """Return when the cloud gets a ping that was taken at a time."""
    if isinstance(item, Ping):
        return item.received
    key = (world.seed, sensor.id, item)
    if fraction(*key, "late") < sensor.late:
        return at + between(600, _LATEST, *key, "how late")
    return at + between(3, 20, *key, "delay")


def _generated(world: World, sensor: Sensor, index: int) -> Ping:
    at = _time(world, sensor, index)
    # Neighbours swap their numbers: ids are not in the order of time.
    number = (index ^ 1) * _SLOTS + sensor.id % _SLOTS
    received = _received(world, sensor, index, at)
    return Ping(number, sensor.id, rate(world, sensor, at), at, received)
