"""CityFlow's endpoints."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import cast

from ...cloud.cache import Collection, Memory, Records
from ...cloud.documents import Json, each
from ...cloud.errors import BadAnswer, Refused, TooLarge
from ...cloud.messages import Answer, Request
from ...cloud.paging import join_pages, read_page
from ...cloud.parsing import parse
from ...cloud.report import ParseReport
from ...cloud.session import CloudSession
from ...cloud.time_range import TimeRange, format_utc
from ...cloud.values import to_float, to_int
from .models import DeviceType, Measurement, Organization, Probe, Property
from .properties import KEYS
from .resolution import bin_length
from .validity import valid

_DEVICES = "/devices"
_TYPES = "/devices/types"
_LATEST = "/measurements/latest"
_HISTORY = "/measurements/history"

_ABOUT_ROW = frozenset({"time", "device_id", "location", "firmware_version"})
_MEAN = "mean_"
_OF_OTHERS = "values"
"""The label under which oddities of unknown properties are counted: their names come from the cloud."""
_BINS_OF_TYPE = 168
_BINS_OF_LOCATION = 720
"""Bins of one request: a week or a month of hours; a type has many devices."""

_MAX_PROPERTIES = 200
"""Properties of one probe; each becomes a sensor."""

type _Record = Organization | Probe | DeviceType


class CityFlowClient:
    """CityFlow's API for one account. Every method raises as `CloudSession.send` does."""

    def __init__(self, session: CloudSession, report: ParseReport) -> None:
        """Use a session; oddities are counted in `report`."""
        self.session = session
        self.report = report
        self._memory = Memory()

    # While the bytes of an answer do not change, these return the same object.

    async def organizations(self) -> Collection[Organization]:
        """Return the organizations that the account belongs to, by id."""
        return await self._list("/organizations", self._read_organization)

    async def devices(self) -> Collection[Probe]:
        """Return the devices that the account sees, by id."""
        return await self._list(_DEVICES, self._read_probe)

    async def device_types(
        self, organization: int | None = None
    ) -> Collection[DeviceType]:
        """Return the device types of one organization, or of all, by id.

        If only administrators may read them, the collection is empty and not complete.
        """
        path = _TYPES if organization is None else f"{_TYPES}/{organization}"
        try:
            return await self._list(path, self._read_type)
        except Refused as err:
            if err.status != 403:
                raise
            return Collection({}, complete=False)

    async def latest(self) -> tuple[Measurement, ...]:
        """Return the newest rows of all devices; devices without a row in the last 45 minutes are missing."""
        return await self.session.send(
            Request(method="GET", path=_LATEST),
            self._memory.list_reader(_LATEST, self._read_latest),
        )

    # CityFlow has no pages; a time range is requested in slices, the oldest first.

    def history_of_type(
        self, device_type: int, span: TimeRange, resolution: str = "60m"
    ) -> AsyncGenerator[list[Measurement]]:
        """Yield the averages of all devices of a type, slice by slice, oldest bins first.

        Bins begin at multiples of the resolution. All bins that overlap the time range are read; the
        last may not be over yet.

        Raises:
            ValueError: the resolution is not like "10m", "60m" or "1d".
        """
        path = f"{_HISTORY}/device-type/{device_type}"
        return self._history(path, device_type, span, resolution, _BINS_OF_TYPE)

    def history_of_location(
        self, location: str, span: TimeRange, resolution: str = "60m"
    ) -> AsyncGenerator[list[Measurement]]:
        """Yield the averages of a location, as `history_of_type` does.

        The rows have no device id. At a location with several devices (`join.shared_locations`) it is
        not known which device a row is of.

        Raises:
            ValueError: the location or the resolution is not valid.
        """
        if not (location.isascii() and location.isalnum()):
            raise ValueError(f"{location} is no location")
        path = f"{_HISTORY}/location/{location}"
        return self._history(path, None, span, resolution, _BINS_OF_LOCATION)

    def _history(
        self, path: str, kind: int | None, span: TimeRange, resolution: str, bins: int
    ) -> AsyncGenerator[list[Measurement]]:
        step = bin_length(resolution)
        wide = span.aligned(step)

        async def split() -> AsyncGenerator[list[Measurement]]:
            for window in wide.split(step * bins):
                async for rows in self._slice(path, kind, window, resolution, step):
                    yield rows

        return split()

    async def _slice(
        self,
        path: str,
        kind: int | None,
        span: TimeRange,
        resolution: str,
        step: timedelta,
    ) -> AsyncGenerator[list[Measurement]]:
        """Yield the rows of a time range, in halves if one answer is too large."""
        request = Request(
            method="GET",
            path=path,
            # CityFlow's document exchanges the two (docs/vendors/cityflow.md, Resources).
            params={
                "from": format_utc(span.start),
                "to": format_utc(span.end),
                "resolution": resolution,
            },
        )
        try:
            rows = await self.session.send(
                request, partial(self._read_bins, kind, span)
            )
        except TooLarge:
            bins = (span.end - span.start) // step
            if bins < 2:
                raise
            for half in span.split(step * -(-bins // 2)):
                async for rows in self._slice(path, kind, half, resolution, step):
                    yield rows
        else:
            yield rows

    async def _list[R: _Record](
        self, path: str, read: Callable[[Json], R | None]
    ) -> Collection[R]:
        return await self.session.send(
            Request(method="GET", path=path),
            self._memory.list_reader(path, partial(self._read_list, read)),
        )

    def _read_list[R: _Record](
        self, read: Callable[[Json], R | None], answer: Answer, known: Records
    ) -> Collection[R]:
        page = read_page(_rows(answer.json()), read, known)
        return join_pages((page,), _key, self.report)

    def _read_organization(self, raw: Json) -> Organization | None:
        item = self._object(raw, Organization)
        return None if item is None else parse(Organization, item, self.report)

    def _read_probe(self, raw: Json) -> Probe | None:
        item = self._object(raw, Probe)
        return None if item is None else parse(Probe, item, self.report)

    def _read_type(self, raw: Json) -> DeviceType | None:
        item = self._object(raw, DeviceType)
        if item is None:
            return None
        plain = {"id": item.get("id"), "name": item.get("name")}
        found = parse(DeviceType, plain, self.report)
        metadata = item.get("metadata")
        if found is None or not isinstance(metadata, dict):
            return found
        sensors = metadata.get("sensors")
        properties = [
            self._read_property(sensor)
            for sensor in each(sensors if isinstance(sensors, list) else [])
        ]
        index = to_int(metadata.get("battery"))
        battery = (
            properties[index]
            if index is not None and 0 <= index < len(properties)
            else None
        )
        return replace(
            found,
            properties={item.prop: item for item in properties if item is not None},
            battery=battery.prop if battery else None,
        )

    def _read_property(self, raw: Json) -> Property | None:
        item = self._object(raw, Property)
        return None if item is None else parse(Property, item, self.report)

    def _read_latest(self, answer: Answer, known: Records) -> tuple[Measurement, ...]:
        document = answer.json()
        if not isinstance(document, dict):
            raise BadAnswer("The answer has no measurements by device type")
        found: list[Measurement] = []
        for name, rows in document.items():
            kind = to_int(name)
            if kind is None or not isinstance(rows, list):
                self.report.record("Measurement.type")
            if not isinstance(rows, list):
                continue
            # The same row reads differently under another type.
            typed = (cast(Json, [kind, raw]) for raw in each(rows))
            read = (known.read(pair, self._read_typed_row) for pair in typed)
            found.extend(row for row in read if row is not None)
        return tuple(found)

    def _read_typed_row(self, pair: Json) -> Measurement | None:
        kind, raw = cast(tuple[int | None, Json], pair)
        return self._read_row(raw, kind, "")

    def _read_bins(
        self, kind: int | None, span: TimeRange, answer: Answer
    ) -> list[Measurement]:
        rows = (self._read_row(raw, kind, _MEAN) for raw in each(_rows(answer.json())))
        unique = {(row.time, row.device_id): row for row in rows if row is not None}
        return sorted(
            (row for row in unique.values() if row.time in span),
            key=lambda row: (row.time, row.device_id or ""),
        )

    def _read_row(self, raw: Json, kind: int | None, prefix: str) -> Measurement | None:
        """Read a row; all fields that do not describe the row are properties."""
        item = self._object(raw, Measurement)
        if item is None:
            return None
        about = {name: item.get(name) for name in _ABOUT_ROW}
        row = parse(Measurement, {**about, "type": kind}, self.report)
        if row is None:
            return None
        readings: dict[str, float] = {}
        if len(item) > _MAX_PROPERTIES:
            self.report.record("Measurement (too much of it)")
            return None
        for name, value in item.items():
            if name in _ABOUT_ROW or value is None:
                continue
            number = to_float(value)
            if number is None:
                known = name.removeprefix(prefix) in KEYS
                self.report.record(f"Measurement.{name if known else _OF_OTHERS}")
            else:
                readings[name.removeprefix(prefix)] = number
        return replace(row, readings=readings, values=valid(readings))

    def _object(self, raw: Json, kind: type[object]) -> dict[str, Json] | None:
        if isinstance(raw, dict):
            return raw
        self.report.record(f"{kind.__name__} (no object)")
        return None


def _rows(document: Json) -> list[Json]:
    if not isinstance(document, list):
        raise BadAnswer("The answer is no list")
    return document


def _key(record: _Record) -> str:
    return str(record.id)
