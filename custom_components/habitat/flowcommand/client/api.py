"""FlowCommand's endpoints."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from operator import attrgetter

from yarl import URL

from ...cloud.cache import Collection, Memory, Records
from ...cloud.documents import Json
from ...cloud.errors import BadAnswer, Refused
from ...cloud.messages import Answer, Request
from ...cloud.paging import MAX_PAGES, Page, PageChain, Query, join_pages, read_page
from ...cloud.parsing import parse
from ...cloud.report import ParseReport
from ...cloud.session import CloudSession
from ...cloud.time_range import TimeRange, format_utc
from ...cloud.values import to_int
from .models import FlowSensor, FlowVolume, Ping

_SENSORS = "/api/v1/flow_sensors/"
"""Every path ends with a slash."""
type Record = FlowSensor | Ping | FlowVolume

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


class FlowCommandClient:
    """FlowCommand's API for one account. Every method raises as `CloudSession.send` does."""

    def __init__(self, session: CloudSession, report: ParseReport) -> None:
        """Use a session; oddities are counted in `report`."""
        self.session = session
        self.report = report
        self._memory = Memory()
        self._sensors = PageChain()

    async def sensors(self) -> Collection[FlowSensor]:
        """Return all sensors by id, from all pages.

        While the bytes of the answers do not change, it is the same object.
        """
        pages = await self._pages(
            _SENSORS,
            {},
            partial(_read_sensor, report=self.report),
            self._memory,
            self._sensors,
        )
        return self._memory.join(_SENSORS, pages, self._join)

    async def pings(self, sensor_id: int, span: TimeRange) -> list[Ping]:
        """Return the pings of a sensor in a time range, the oldest first."""
        # It is not known whether the cloud includes the start.
        params = {
            "start": format_utc(span.start - _SECOND),
            "end": format_utc(span.end),
        }
        pages = await self._pages(
            f"{_SENSORS}{sensor_id}/pings/",
            params,
            partial(read_ping, report=self.report, sensor_id=sensor_id),
        )
        # A new ping moves others onto the next page, where they occur again.
        by_id = {ping.id: ping for page in reversed(pages) for ping in page.records}
        return sorted(
            (
                ping
                for ping in by_id.values()
                if ping.at in span and ping.sensor_id == sensor_id
            ),
            key=attrgetter("at", "id"),
        )

    async def flow_volume(self, sensor_id: int, span: TimeRange) -> FlowVolume:
        """Return the volume of a sensor in a time range, to the second."""
        path = f"{_SENSORS}{sensor_id}/flow_volume/{format_utc(span.start)}/{format_utc(span.end)}/"
        document = await self.session.json(Request(method="GET", path=path))
        volume = _read_volume(document, self.report, sensor_id)
        if volume is None or volume.sensor_id != sensor_id:
            raise BadAnswer("The answer is no flow volume of this sensor")
        return volume

    async def hourly_volumes(self, sensor_id: int, span: TimeRange) -> list[FlowVolume]:
        """Return the volumes of the UTC hours that overlap a time range, the oldest first.

        The last hour may not be over yet.
        """
        hours = span.aligned(_HOUR)
        pages = await self._pages(
            f"{_SENSORS}{sensor_id}/flow_volume_hours/{format_utc(hours.start)}/{format_utc(hours.end)}/",
            {},
            partial(_read_volume, report=self.report, sensor_id=sensor_id),
        )
        by_start = {
            hour.start: hour for page in reversed(pages) for hour in page.records
        }
        return [
            hour
            for start, hour in sorted(by_start.items())
            if start in hours and hour.sensor_id == sensor_id
        ]

    async def _pages[R: Record](
        self,
        path: str,
        params: Query,
        read: Callable[[Json], R | None],
        memory: Memory | None = None,
        chain: PageChain | None = None,
    ) -> tuple[Page[R], ...]:
        """Return all pages of a list."""
        memory = memory or Memory()

        async def ask(query: Query) -> Page[R]:
            number = int(query.get("page", 1))
            page = partial(_read_page, read, number)
            try:
                return await self.session.send(
                    Request(
                        method="GET", path=path, params={**params, **query} or None
                    ),
                    memory.list_reader(path, page, number),
                )
            except Refused as err:
                # The list became shorter during the read: the answer is "Invalid page."
                if err.status != 404 or number == 1:
                    raise
                return Page((), complete=False, following=None)

        return await (chain or PageChain()).read(ask)

    def _join(self, pages: tuple[Page[FlowSensor], ...]) -> Collection[FlowSensor]:
        return join_pages(pages, _sensor_key, self.report)


def read_ping(
    raw: Json, report: ParseReport, sensor_id: int | None = None
) -> Ping | None:
    """Read a ping of a list or a webhook; return None if it is not one."""
    if not isinstance(raw, dict):
        report.record("Ping (no object)")
        return None
    return parse(
        Ping, {"sensor_id": sensor_id, **raw, "at": raw.get("datetime")}, report
    )


def _read_volume(raw: Json, report: ParseReport, sensor_id: int) -> FlowVolume | None:
    if not isinstance(raw, dict):
        report.record("FlowVolume (no object)")
        return None
    return parse(FlowVolume, {"sensor_id": sensor_id, **raw}, report)


def _read_sensor(raw: Json, report: ParseReport) -> FlowSensor | None:
    if not isinstance(raw, dict):
        report.record("FlowSensor (no object)")
        return None
    return parse(FlowSensor, raw, report)


def _read_page[R: Record](
    read: Callable[[Json], R | None], number: int, answer: Answer, known: Records
) -> Page[R]:
    document = answer.json()
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(results, list):
        raise BadAnswer("The answer has no results")
    following = _following(document.get("next"), number)
    total = to_int(document.get("count"))
    first = following is not None and number == 1
    ahead = _pages_ahead(total, len(results)) if first else ()
    return read_page(results, read, known, following, total, ahead)


def _pages_ahead(total: int | None, size: int) -> tuple[Query, ...]:
    """Return the queries from the third page to the last, for a list with this page size."""
    last = -(-(total or 0) // size) if size else 0
    return tuple({"page": str(number)} for number in range(3, min(last, MAX_PAGES) + 1))


def _following(link: Json, number: int) -> Query | None:
    """Return the query of the next page.

    Only the page number of the link is used, so that the login always goes to the configured server.

    Raises:
        BadAnswer: the link leads backwards.
    """
    if not isinstance(link, str) or not link:
        return None
    try:
        named = to_int(URL(link).query.get("page"))
    except ValueError:
        named = None
    following = number + 1 if named is None else named
    if following <= number:
        raise BadAnswer("The list of pages has no end")
    return {"page": str(following)}


def _sensor_key(sensor: FlowSensor) -> str:
    return str(sensor.id)
