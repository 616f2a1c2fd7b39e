"""The endpoints of the Flower Power cloud."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
import re

from ...cloud.cache import Collection, Memory, Records
from ...cloud.documents import Json
from ...cloud.errors import BadAnswer
from ...cloud.messages import Answer, Request
from ...cloud.paging import join_pages, read_page
from ...cloud.parsing import parse
from ...cloud.report import ParseReport
from ...cloud.session import CloudSession
from ...cloud.time_range import TimeRange, format_utc
from .answers import open_answer
from .models import Location, LocationStatus, Profile, Versions
from .samples import Samples, join_samples, read_samples
from .sentinels import Record, clean_location, clean_status

PROFILE = "/user/v4/profile"
VERSIONS = "/user/v1/versions"
CONFIGURATION = "/garden/v2/configuration"
STATUS = "/garden/v1/status"
SAMPLES = "/sensor_data/v6/sample/location/"

_IDENTIFIER = re.compile(r"[\w-]+", re.ASCII)
"""The form of location identifiers, which become part of a path."""
_SECOND = timedelta(seconds=1)
_MAX_RANGE = timedelta(days=10) - 2 * _SECOND
"""The cloud accepts at most ten days, and the window begins a second early."""


@dataclass(frozen=True, slots=True)
class Garden[R](Collection[R]):
    """The records of all locations in an answer, and its versions."""

    versions: Versions


class FlowerPowerClient:
    """The Flower Power cloud for one account.

    Every method raises as `CloudSession.send` does. While the bytes of an answer do not change, the
    records are the same objects.
    """

    def __init__(self, session: CloudSession, report: ParseReport) -> None:
        """Use a session; oddities are counted in `report`."""
        self.session = session
        self.report = report
        self._memory = Memory()

    async def profile(self) -> Profile:
        """Return the profile of the user."""
        return await self._ask(
            PROFILE, self._memory.reader(PROFILE, self._read_profile)
        )

    async def versions(self) -> Versions:
        """Return the versions, which show whether anything changed."""
        return await self._ask(
            VERSIONS, self._memory.reader(VERSIONS, self._read_versions)
        )

    async def configuration(self) -> Garden[Location]:
        """Return the configuration of all locations, with signed addresses of their pictures."""
        return await self._ask(
            CONFIGURATION,
            self._memory.list_reader(
                CONFIGURATION, partial(self._read_garden, Location, clean_location)
            ),
            {"include_s3_urls": "1"},
        )

    async def status(self) -> Garden[LocationStatus]:
        """Return the status of all locations."""
        return await self._ask(
            STATUS,
            self._memory.list_reader(
                STATUS, partial(self._read_garden, LocationStatus, clean_status)
            ),
        )

    async def samples(self, location_identifier: str, span: TimeRange) -> Samples:
        """Return the samples of a location in a time range, to the second."""
        windows = [
            window async for window in self.sample_windows(location_identifier, span)
        ]
        return join_samples(windows)

    async def sample_windows(
        self, location_identifier: str, span: TimeRange
    ) -> AsyncIterator[Samples]:
        """Yield the samples of a location in windows, the oldest first, one request each."""
        if not _IDENTIFIER.fullmatch(location_identifier):
            raise BadAnswer("The identifier of the location is none")
        for window in span.aligned(_SECOND).split(_MAX_RANGE):
            # It is not known whether the cloud includes the start.
            params = {
                "from_datetime_utc": format_utc(window.start - _SECOND),
                "to_datetime_utc": format_utc(window.end),
            }
            yield await self.session.send(
                Request(
                    method="GET", path=SAMPLES + location_identifier, params=params
                ),
                partial(self._read_samples, window),
            )

    async def get_raw(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Return any document of the API."""
        return await self.session.send(
            Request(method="GET", path=path, params=params), self._open
        )

    async def _ask[T](
        self,
        path: str,
        read: Callable[[Answer], T],
        params: Mapping[str, str] | None = None,
    ) -> T:
        return await self.session.send(
            Request(method="GET", path=path, params=params), read
        )

    def _open(self, answer: Answer) -> Record:
        return open_answer(answer, self.session.privacy.message)

    def _read_profile(self, answer: Answer) -> Profile:
        raw = self._open(answer).get("user_profile")
        profile = parse(Profile, raw, self.report) if isinstance(raw, dict) else None
        if profile is None:
            raise BadAnswer("The answer has no profile")
        return profile

    def _read_versions(self, answer: Answer) -> Versions:
        versions = self._versions(self._open(answer))
        if versions.user_config_version is versions.garden_status_version is None:
            raise BadAnswer("The answer has no versions")
        return versions

    def _versions(self, document: Record) -> Versions:
        return parse(Versions, document, self.report) or Versions()

    def _read_samples(self, window: TimeRange, answer: Answer) -> Samples:
        return read_samples(self._open(answer), window, self.report)

    def _read_garden[R: (Location, LocationStatus)](
        self,
        model: type[R],
        clean: Callable[[Record], Record],
        answer: Answer,
        known: Records,
    ) -> Garden[R]:
        document = self._open(answer)
        rows = document.get("locations")
        if not isinstance(rows, list):
            raise BadAnswer("The answer has no locations")
        page = read_page(rows, partial(self._record, model, clean), known)
        joined = join_pages([page], _identifier, self.report)
        return Garden(joined.records, joined.complete, self._versions(document))

    def _record[R: (Location, LocationStatus)](
        self, model: type[R], clean: Callable[[Record], Record], row: Json
    ) -> R | None:
        if not isinstance(row, dict):
            self.report.record(f"{model.__name__} (no object)")
            return None
        record = parse(model, clean(row), self.report)
        if record is None or _IDENTIFIER.fullmatch(record.location_identifier):
            return record
        self.report.record(f"{model.__name__}.location_identifier")
        return None


def _identifier(record: Location | LocationStatus) -> str:
    return record.location_identifier
