"""The resources of FarmBot's server, and the requests for each; see docs/vendors/farmbot.md, Resources.

Some are left out: `device/sync` makes an offline robot look online, `export_data` sends the whole
account by e-mail, and `GET tokens` issues tokens with the same end. `device/seed`, `device/reset`,
`password_resets`, and creating or deleting users cannot be undone, so they are left to the web app.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from functools import partial
from itertools import batched
import re
from typing import Any

from ...cloud.cache import Collection, Memory, Records
from ...cloud.documents import Json
from ...cloud.errors import BadAnswer, RateLimited, Refused
from ...cloud.messages import Answer, Recalling, Request
from ...cloud.paging import Page, PageChain, Query, join_pages, read_page
from ...cloud.parsing import learn_private, parse
from ...cloud.report import ParseReport
from ...cloud.session import CloudSession
from . import models
from .auth import TOKENS, action_required
from .models import GlobalBulletin, Log, Point, Release, SavedGarden

RATE_LIMIT_PAUSE = 180.0
"""Seconds to wait after status 429: the server refuses for "a few minutes", without Retry-After."""
MAX_DELETED = 100
"""Points that one request deletes: their ids are part of its URL."""

_NO_RELEASE = (404, 422)
"""Statuses without a release: none exists for the platform or channel, or the robot has it already."""

_API = "/api/"
_SLUG = re.compile(r"[\w-]+", re.ASCII)
"""A slug from the server becomes part of a URL, so it is checked."""

type Fields = Mapping[str, Json]
type Rows = Sequence[Json]


class Verb(Flag):
    """The methods that the server has for a resource."""

    LIST = auto()
    SHOW = auto()
    CREATE = auto()
    UPDATE = auto()
    DELETE = auto()
    CLEAR = auto()
    """Delete all at once."""


_L, _S, _C, _U, _D = Verb.LIST, Verb.SHOW, Verb.CREATE, Verb.UPDATE, Verb.DELETE
_CRUD = _L | _S | _C | _U | _D


@dataclass(frozen=True, slots=True)
class Resource[R]:
    """A kind of records at the server."""

    path: str
    """Its name in URLs."""
    model: type[R]
    verbs: Verb
    pages: bool = False
    """Whether it can be read page by page, which is so for fewer lists than the vendor documents."""
    single: bool = False
    """Whether an account has exactly one, without an id in its URL."""
    synced: str | None = None
    """Its class in the topics of the broker; None if the broker does not send changes of it."""
    public: bool = False
    """Whether it needs no login."""
    lone: bool = False
    """Whether the answer may also be a single record, as the vendor documents it."""


ALERTS = Resource("alerts", models.Alert, _L | _D, pages=True, synced="Alert")
CURVES = Resource("curves", models.Curve, _CRUD, pages=True, synced="Curve")
DEVICE = Resource("device", models.FarmBotDevice, _S | _U, single=True, synced="Device")
FARM_EVENTS = Resource(
    "farm_events", models.FarmEvent, _CRUD, pages=True, synced="FarmEvent"
)
"""Reading the list deletes events that are over."""
FARMWARE_ENVS = Resource(
    "farmware_envs",
    models.FarmwareEnv,
    _CRUD | Verb.CLEAR,
    pages=True,
    synced="FarmwareEnv",
)
FARMWARE_INSTALLATIONS = Resource(
    "farmware_installations",
    models.FarmwareInstallation,
    _L | _S | _C | _D,
    pages=True,
    synced="FarmwareInstallation",
)
FBOS_CONFIG = Resource(
    "fbos_config", models.FbosConfig, _S | _U | _D, single=True, synced="FbosConfig"
)
"""Deleting a configuration resets it."""
FEATURED_SEQUENCES = Resource(
    "featured_sequences", models.FeaturedSequence, _L, public=True
)
FIRMWARE_CONFIG = Resource(
    "firmware_config",
    models.FirmwareConfig,
    _S | _U | _D,
    single=True,
    synced="FirmwareConfig",
)
FIRST_PARTY_FARMWARES = Resource(
    "first_party_farmwares", models.FirstPartyFarmware, _L | _S
)
FOLDERS = Resource("folders", models.Folder, _CRUD, synced="Folder")
GLOBAL_CONFIG = Resource(
    "global_config", models.GlobalConfig, _S, single=True, public=True
)
GLOBAL_BULLETINS = Resource("global_bulletins", GlobalBulletin, Verb(0), public=True)
"""See `FarmBotClient.global_bulletin`."""
IMAGES = Resource("images", models.Image, _L | _S | _C | _D, synced="Image")
"""The list has at most 450, the newest first."""
LOGS = Resource("logs", Log, _L | _C | _D | Verb.CLEAR)
"""The list has at most 1000; the broker sends new ones."""
PERIPHERALS = Resource(
    "peripherals", models.Peripheral, _CRUD, pages=True, synced="Peripheral"
)
PIN_BINDINGS = Resource(
    "pin_bindings", models.PinBinding, _CRUD, pages=True, synced="PinBinding"
)
PLANT_TEMPLATES = Resource(
    "plant_templates",
    models.PlantTemplate,
    _L | _C | _U | _D,
    pages=True,
    synced="PlantTemplate",
)
POINT_GROUPS = Resource(
    "point_groups", models.PointGroup, _CRUD, pages=True, synced="PointGroup"
)
POINTS = Resource("points", Point, _CRUD, pages=True, synced="Point")
REGIMENS = Resource("regimens", models.Regimen, _CRUD, pages=True, synced="Regimen")
RELEASES = Resource("releases", Release, Verb(0))
"""See `FarmBotClient.release`."""
SAVED_GARDENS = Resource(
    "saved_gardens", SavedGarden, _L | _C | _U | _D, pages=True, synced="SavedGarden"
)
SCENE_OBJECTS = Resource(
    "scene_objects", models.SceneObject, _CRUD, pages=True, synced="SceneObject"
)
SENSOR_READINGS = Resource(
    "sensor_readings",
    models.SensorReading,
    _L | _S | _C | _D,
    pages=True,
    synced="SensorReading",
)
"""The newest first; the whole list of 2500 is half a megabyte, see `FarmBotClient.newest`."""
SENSORS = Resource("sensors", models.Sensor, _CRUD, pages=True, synced="Sensor")
SEQUENCE_VERSIONS = Resource("sequence_versions", models.SequenceVersion, _S)
SEQUENCES = Resource("sequences", models.Sequence, _CRUD, synced="Sequence")
"""The server streams the list: an error leaves half a document."""
STORAGE_AUTH = Resource("storage_auth", models.StorageAuth, _S, single=True)
"""A permission to upload one photo."""
TELEMETRIES = Resource(
    "telemetries", models.Telemetry, _L | _C | _D, synced="Telemetry"
)
TOOLS = Resource("tools", models.Tool, _CRUD, synced="Tool", lone=True)
USER = Resource("users", models.User, _S | _U, single=True, synced="User")
WEB_APP_CONFIG = Resource(
    "web_app_config", models.WebAppConfig, _S | _U | _D, single=True
)
WEBCAM_FEEDS = Resource(
    "webcam_feeds", models.WebcamFeed, _CRUD, pages=True, synced="WebcamFeed"
)
WIZARD_STEP_RESULTS = Resource(
    "wizard_step_results", models.WizardStepResult, _L | _C | _U | _D, pages=True
)

RESOURCES: tuple[Resource[Any], ...] = tuple(
    item for item in list(vars().values()) if isinstance(item, Resource)
)
"""All resources."""
SYNCED: Mapping[str, Resource[Any]] = {
    resource.synced: resource for resource in RESOURCES if resource.synced
}
"""The resources whose changes the broker sends, by their class in the topics."""


class FarmBotClient:
    """Sends the requests of one account to FarmBot's server.

    Every method raises as `CloudSession.send`, and ActionRequired while the terms of service are not
    accepted. An answer with the same bytes gives the same objects. A method that the server does not
    have for a resource, or a missing id, raises TypeError before anything is sent.
    """

    def __init__(self, session: CloudSession, report: ParseReport) -> None:
        """Use a session, and count unexpected content in a report."""
        self.session = session
        self.report = report
        self._memory = Memory()
        self._chains: defaultdict[Hashable, PageChain] = defaultdict(PageChain)

    # Any resource.

    async def list[R](self, resource: Resource[R]) -> Collection[R]:
        """Return all records of a resource, keyed by the text of their ids."""
        return await self._collection(resource, None)

    async def pages[R](self, resource: Resource[R], per: int) -> Collection[R]:
        """Return all records of a resource, read in pages of `per` records.

        The server sorts few resources, so a change between pages may hide or repeat a record.
        """
        _check(resource, Verb.LIST, paged=True)

        async def ask(query: Query) -> Page[R]:
            params = query or _page(1, per)
            following = _page(int(params["page"]) + 1, per)
            read = partial(self._read_page, resource, following=following)
            reader = self._memory.list_reader(question, read, params["page"])
            return await self._get_cached(resource, params, reader)

        question = resource.path, "pages", per
        pages = await self._chains[question].read(ask)
        return self._memory.join(question, pages, self._join)

    async def newest[R](self, resource: Resource[R], count: int) -> Collection[R]:
        """Return the newest records of a resource whose list has them first."""
        _check(resource, Verb.LIST, paged=True)
        return await self._collection(resource, _page(1, count))

    async def show[R](self, resource: Resource[R], record_id: int | None = None) -> R:
        """Return one record: the one with the id, or the only one of a single resource."""
        _check(resource, Verb.SHOW)
        place = _id_path(resource, record_id)
        read = partial(self._read_one, resource)
        if resource.single:
            reader = self._memory.reader(resource.path, read)
            return await self._get_cached(resource, None, reader)
        return await self._send(
            Request(method="GET", path=f"{_API}{resource.path}{place}"), read
        )

    async def create[R](self, resource: Resource[R], fields: Fields) -> R | None:
        """Create a record; return it, or None if the server does not."""
        _check(resource, Verb.CREATE)
        return await self._write("POST", resource, "", fields)

    async def update[R](
        self, resource: Resource[R], fields: Fields, record_id: int | None = None
    ) -> R | None:
        """Change fields of a record; return it, or None if the server does not."""
        _check(resource, Verb.UPDATE)
        # The server refuses a change with the time of another version (status 409).
        changes = {
            name: value for name, value in fields.items() if name != "updated_at"
        }
        return await self._write(
            "PATCH", resource, _id_path(resource, record_id), changes
        )

    async def delete[R](
        self, resource: Resource[R], record_id: int | None = None
    ) -> None:
        """Delete a record permanently; that of a single resource is reset instead."""
        _check(resource, Verb.DELETE)
        await self._send_once(
            "DELETE", f"{resource.path}{_id_path(resource, record_id)}"
        )

    async def clear[R](self, resource: Resource[R]) -> None:
        """Delete all records of a resource permanently."""
        _check(resource, Verb.CLEAR)
        await self._send_once("DELETE", f"{resource.path}/all")

    def read[R](self, resource: Resource[R], raw: Json) -> R | None:
        """Parse a record of the server or the broker; return None if it is not valid."""
        if not isinstance(raw, dict):
            self.report.record(f"{resource.model.__name__} (no object)")
            return None
        return parse(resource.model, raw, self.report)

    # Particular resources.

    async def delete_points(self, *point_ids: int) -> None:
        """Delete points permanently, up to `MAX_DELETED` in one request."""
        for some in batched(point_ids, MAX_DELETED, strict=False):
            await self._send_once("DELETE", f"points/{','.join(map(str, some))}")

    async def search_points(self, wanted: Fields) -> tuple[Point, ...]:
        """Return the points with the given values, including discarded ones.

        Possible are x, y, z, radius, depth, meta, name, pointer_type, plant_stage and openfarm_slug.
        """
        request = Request(method="POST", path=f"{_API}points/search", json=dict(wanted))
        return await self._send(request, partial(self._read_found, POINTS))

    async def search_logs(self, wanted: Mapping[str, str]) -> tuple[Log, ...]:
        """Return the logs with the given values.

        Possible are message, type, verbosity, x, y and z. Logs that the web app is set to hide are
        not found.
        """
        request = Request(
            method="GET", path=f"{_API}logs/search", params=dict(wanted) or None
        )
        return await self._send(request, partial(self._read_found, LOGS))

    async def release(self, platform: str) -> Release | None:
        """Return the release to which a robot of this platform should update; None if there is none.

        The server counts each request as an attempt of the robot to update, so send it at most once
        a day (docs/vendors/farmbot.md, Resources).
        """
        request = Request(
            method="GET", path=f"{_API}releases", params={"platform": platform}
        )
        try:
            return await self._send(request, partial(self._read_one, RELEASES))
        except Refused as err:
            if err.status in _NO_RELEASE:
                return None
            raise

    async def global_bulletin(self, slug: str) -> GlobalBulletin:
        """Return the bulletin with the slug of an alert."""
        if not _SLUG.fullmatch(slug):
            raise BadAnswer("The name of the bulletin is not valid")
        request = Request(
            method="GET", path=f"{_API}global_bulletins/{slug}", anonymous=True
        )
        return await self._send(request, partial(self._read_one, GLOBAL_BULLETINS))

    async def public_key(self) -> str:
        """Return the public key of the server's tokens, in PEM format."""
        request = Request(method="GET", path=f"{_API}public_key", anonymous=True)
        return await self._send(request, _text)

    async def corpus(self) -> Json:
        """Return the grammar of CeleryScript."""
        request = Request(method="GET", path=f"{_API}corpus", anonymous=True)
        return await self._send(request, Answer.json)

    async def snapshot_garden(self, name: str | None = None) -> SavedGarden | None:
        """Save the present plants as a garden; return it, or None if the server does not."""
        fields: Fields = {} if name is None else {"name": name}
        return await self._write("POST", SAVED_GARDENS, "/snapshot", fields)

    async def apply_garden(self, garden_id: int) -> None:
        """Add the plants of a saved garden to the present ones.

        The variant that deletes all present plants before is not offered.
        """
        await self._send_once("PATCH", f"saved_gardens/{garden_id}/apply")

    async def publish_sequence(self, sequence_id: int, copyright_holder: str) -> None:
        """Publish a sequence, so that all users can install it."""
        fields: Fields = {"copyright": copyright_holder}
        await self._send_once("POST", f"sequences/{sequence_id}/publish", fields)

    async def unpublish_sequence(self, sequence_id: int) -> None:
        """Stop publishing a sequence."""
        await self._send_once("POST", f"sequences/{sequence_id}/unpublish")

    async def install_sequence(self, version_id: int) -> models.Sequence | None:
        """Install a published version of a sequence."""
        return await self._write("POST", SEQUENCES, f"/{version_id}/install", {})

    async def upgrade_sequence(
        self, sequence_id: int, version_id: int
    ) -> models.Sequence | None:
        """Replace an installed sequence by another published version of it."""
        place = f"/{sequence_id}/upgrade/{version_id}"
        return await self._write("POST", SEQUENCES, place, {})

    async def refresh_farmware(self, installation_id: int) -> None:
        """Make the server read the description of an installed program again."""
        await self._send_once(
            "POST", f"farmware_installations/{installation_id}/refresh"
        )

    async def revoke_token(self) -> None:
        """Revoke the token in use."""
        request = Request(method="DELETE", path=TOKENS, repeatable=False)
        await self._send(request, _ignore)

    # Sending.

    async def _collection[R](
        self, resource: Resource[R], params: Query | None
    ) -> Collection[R]:
        _check(resource, Verb.LIST)
        question = resource.path, "list", *(params or {}).items()
        read = partial(self._read_all, resource)
        reader = self._memory.list_reader(question, read)
        return await self._get_cached(resource, params, reader)

    async def _get_cached[R, T](
        self,
        resource: Resource[R],
        params: Query | None,
        read: Recalling[T],
    ) -> T:
        """Read a resource that is read repeatedly; an unchanged answer is not parsed again."""
        request = Request(
            method="GET",
            path=f"{_API}{resource.path}",
            params=params,
            anonymous=resource.public,
        )
        return await self._send(request, read)

    async def _write[R](
        self, method: str, resource: Resource[R], place: str, fields: Fields
    ) -> R | None:
        # An error of the server may quote these values.
        learn_private(resource.model, fields, self.report)
        request = Request(
            method=method,
            path=f"{_API}{resource.path}{place}",
            json=dict(fields),
            repeatable=method == "PATCH",
        )
        return await self._send(request, partial(self._read_reply, resource))

    async def _send_once(
        self, method: str, place: str, fields: Fields | None = None
    ) -> None:
        """Send a request that must not be repeated, and ignore the content of the answer."""
        request = Request(
            method=method,
            path=f"{_API}{place}",
            json=None if fields is None else dict(fields),
            repeatable=False,
        )
        await self._send(request, _ignore)

    async def _send[T](self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send a request, and complete the errors that need an action or a pause."""
        try:
            return await self.session.send(request, read)
        except Refused as err:
            if (todo := action_required(err)) is not None:
                raise todo from err
            raise
        except RateLimited as err:
            if err.retry_after is not None:
                raise
            raise RateLimited(str(err), RATE_LIMIT_PAUSE) from err

    # Reading.

    def _read_one[R](self, resource: Resource[R], answer: Answer) -> R:
        document = answer.json()
        if isinstance(document, list) and len(document) == 1:
            document = document[0]
        record = self.read(resource, document)
        if record is None:
            raise BadAnswer(f"The answer is no {resource.model.__name__}")
        return record

    def _read_all[R](
        self, resource: Resource[R], answer: Answer, known: Records
    ) -> Collection[R]:
        return self._join((self._read_page(resource, answer, known),))

    def _join[R](self, pages: tuple[Page[R], ...]) -> Collection[R]:
        return join_pages(pages, _identity, self.report)

    def _read_page[R](
        self,
        resource: Resource[R],
        answer: Answer,
        known: Records,
        following: Query | None = None,
    ) -> Page[R]:
        """Read a page; `following` is the query for the next one, used if this page is full."""
        rows = _rows(resource, answer)
        full = following is not None and len(rows) >= int(following["per"])
        read = partial(self._read_row, resource)
        return read_page(rows, read, known, following if full else None)

    def _read_row[R](self, resource: Resource[R], row: Json) -> R | None:
        record = self.read(resource, row)
        if record is not None and not _identity(record):
            self.report.record(f"{resource.model.__name__}.id")
            return None
        return record

    def _read_found[R](self, resource: Resource[R], answer: Answer) -> tuple[R, ...]:
        return self._read_page(resource, answer, Records({})).records

    def _read_reply[R](self, resource: Resource[R], answer: Answer) -> R | None:
        """Read the record in the answer to a write; None if there is none."""
        try:
            document = answer.json() if answer.body.strip() else None
        except BadAnswer:
            document = ""
        return None if document is None else self.read(resource, document)


def _check(resource: Resource[Any], verb: Verb, *, paged: bool = False) -> None:
    if verb not in resource.verbs or (paged and not resource.pages):
        raise TypeError(f"{resource.path}: {verb.name} is none of its verbs")


def _id_path(resource: Resource[Any], record_id: int | None) -> str:
    """Return the path of a record below its resource."""
    if (record_id is None) is not resource.single:
        raise TypeError(f"{resource.path}: an id is missing, or must not be given")
    return "" if record_id is None else f"/{record_id}"


def _page(number: int, per: int) -> Query:
    return {"page": str(number), "per": str(per)}


def _rows(resource: Resource[Any], answer: Answer) -> Rows:
    document = answer.json()
    if resource.lone and isinstance(document, dict) and "id" in document:
        return (document,)
    if not isinstance(document, list):
        raise BadAnswer(f"The answer is no list of {resource.path}")
    return document


def _identity(record: object) -> str:
    found = getattr(record, "id", None)
    return "" if found is None else str(found)


def _text(answer: Answer) -> str:
    return answer.body.decode(errors="replace")


def _ignore(_: Answer) -> None:
    return None
