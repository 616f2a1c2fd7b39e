"""Which row belongs to which device.

Most rows name their device as the list of devices does. Where they do not, the location tells,
if no other device of that type stands there.
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
    """Return the newest row of each device, by the device's id.

    A device that measures but is not in the list stands under the id that its rows name. A row
    that is dated after `latest` counts only where there is no other.
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
    """Return the locations of more than one device: their history mixes the devices up."""
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
    """Return those devices that are alone of their type at their location."""
    by_place: dict[_Place, list[str]] = {}
    for kind, location, device_id in found:
        if kind is not None and location:
            by_place.setdefault((kind, location), []).append(device_id)
    return {place: ids[0] for place, ids in by_place.items() if len(ids) == 1}
