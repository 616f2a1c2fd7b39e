"""Matches rows with devices.

Most rows have the id of their device. A row without it belongs to the device at its location, if
there is only one of that type.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from .models import Measurement, Probe

type _Place = tuple[int | None, str | None]

_FOREVER = datetime.max.replace(tzinfo=UTC)


def join(
    probes: Mapping[str, Probe],
    rows: Iterable[Measurement],
    latest: datetime = _FOREVER,
) -> dict[str, Measurement]:
    """Return the newest row of each device, by the id of the device.

    A device that is not in the list has the id of its rows. A row with a time after `latest` is only
    used if there is no other.
    """
    named = _newest(rows, latest)
    found = {key: row for key, row in named.items() if key in probes}
    unlisted = {key: row for key, row in named.items() if key not in probes}
    homes = _sole((probe.type, probe.location, probe.id) for probe in probes.values())
    alone = _sole((row.type, row.location, key) for key, row in unlisted.items())
    for place, unlisted_key in alone.items():
        device_id = homes.get(place)
        if device_id is not None and device_id not in found:
            found[device_id] = unlisted.pop(unlisted_key)
    return {**found, **unlisted}


def shared_locations(probes: Iterable[Probe]) -> frozenset[str]:
    """Return the locations with several devices: their history mixes them."""
    counts = Counter(probe.location for probe in probes if probe.location)
    return frozenset(location for location, count in counts.items() if count > 1)


def _newest(rows: Iterable[Measurement], latest: datetime) -> dict[str, Measurement]:
    newest: dict[str, Measurement] = {}
    for row in rows:
        if row.device_id is None:
            continue
        before = newest.get(row.device_id)
        if before is None or _rank(row, latest) > _rank(before, latest):
            newest[row.device_id] = row
    return newest


def _rank(row: Measurement, latest: datetime) -> tuple[bool, datetime]:
    return row.time <= latest, row.time


def _sole(found: Iterable[tuple[int | None, str | None, str]]) -> dict[_Place, str]:
    """Return the devices that are the only one of their type at their location."""
    by_place: dict[_Place, list[str]] = {}
    for kind, location, device_id in found:
        if kind is not None and location:
            by_place.setdefault((kind, location), []).append(device_id)
    return {place: ids[0] for place, ids in by_place.items() if len(ids) == 1}
