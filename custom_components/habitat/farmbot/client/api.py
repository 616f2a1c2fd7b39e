"""The resources of FarmBot's server, and what can be done with each.

Left out on purpose: `device/sync` makes a robot that is away look present, `export_data` sends
the whole account by e-mail, `tokens` by GET issues tokens that end no later, `device/seed` and
`device/reset`, registering and deleting users, and `password_resets` are the owner's to do in the
web app, and nothing here could undo them.
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
"""Seconds: whoever asks too much is shut out for "a few minutes", and no header says how many."""
MAX_DELETED = 100
"""Points that one request deletes: their ids stand in its address."""

_NO_RELEASE = (404, 422)
"""None for the platform or the channel; the robot has it already."""

_API = "/api/"
_SLUG = re.compile(r"[\w-]+", re.ASCII)
"""It becomes part of an address, whatever the server may have said."""

type Fields = Mapping[str, Json]
type Rows = Sequence[Json]


class Verb(Flag):
    """What the server does with a resource."""

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
    """Its name in addresses."""
    model: type[R]
    verbs: Verb
    pages: bool = False
    """Whether it can be asked for page by page; not all that the vendor's document names can."""
    single: bool = False
    """Whether an account has one of it, without an id in its address."""
    synced: str | None = None
    """The name under which the broker tells of changes, where it does."""
    public: bool = False
    """Whether it is asked for without a login."""
    lone: bool = False
    """Whether the vendor's document shows one record where the server has a list."""


ALERTS = Resource("alerts", models.Alert, _L | _D, pages=True, synced="Alert")
CURVES = Resource("curves", models.Curve, _CRUD, pages=True, synced="Curve")
DEVICE = Resource("device", models.FarmBotDevice, _S | _U, single=True, synced="Device")
FARM_EVENTS = Resource(
    "farm_events", models.FarmEvent, _CRUD, pages=True, synced="FarmEvent"
)
"""Asking for the list deletes those that are over."""
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
"""To delete it sets all of it back, as with the other two."""
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
"""The newest 450, the newest first."""
LOGS = Resource("logs", Log, _L | _C | _D | Verb.CLEAR)
"""Up to 1000 of them; the broker tells of new ones for nothing."""
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
"""The newest first; 2500 of them are half a megabyte, see `FarmBotClient.newest`."""
SENSORS = Resource("sensors", models.Sensor, _CRUD, pages=True, synced="Sensor")
SEQUENCE_VERSIONS = Resource("sequence_versions", models.SequenceVersion, _S)
SEQUENCES = Resource("sequences", models.Sequence, _CRUD, synced="Sequence")
"""Sent as they are read: an error in the middle leaves half a document."""
STORAGE_AUTH = Resource("storage_auth", models.StorageAuth, _S, single=True)
"""Leave to upload one photo."""
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
"""All of them; what kind of records each has is its model's to say."""
SYNCED: Mapping[str, Resource[Any]] = {
    resource.synced: resource for resource in RESOURCES if resource.synced
}
"""The resources that the broker tells of, by its names for them."""


class FarmBotClient:
    """FarmBot's server for one account.

    Every method raises as `CloudSession.send` does, and ActionRequired while the terms of service are
    not accepted. An answer of the same bytes gives the same objects. Asking for what the server
    does not do with a resource, or for one of many without its id, raises TypeError and sends
    nothing.
    """

    def __init__(self, session: CloudSession, report: ParseReport) -> None:
        """Speak through a session and count there what the server sends amiss."""
        self.session = session
        self.report = report
        self._memory = Memory()
        self._chains: defaultdict[Hashable, PageChain] = defaultdict(PageChain)

    # What is done with any resource.

    async def list[R](self, resource: Resource[R]) -> Collection[R]:
        """Return all records of a resource, by the text of their ids."""
        return await self._collection(resource, None)

    async def pages[R](self, resource: Resource[R], per: int) -> Collection[R]:
        """Return all records of a resource, asked for so many at a time.

        The server sorts few resources: a change meanwhile may hide a record or show it twice.
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
        """Return the newest records of a resource that has them first."""
        _check(resource, Verb.LIST, paged=True)
        return await self._collection(resource, _page(1, count))

    async def show[R](self, resource: Resource[R], record_id: int | None = None) -> R:
        """Return one record: that with the id, or the only one that there is."""
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
        """Make a record; return it, where the server says more than that it is done."""
        _check(resource, Verb.CREATE)
        return await self._write("POST", resource, "", fields)

    async def update[R](
        self, resource: Resource[R], fields: Fields, record_id: int | None = None
    ) -> R | None:
        """Change fields of a record; return it as `create` does."""
        _check(resource, Verb.UPDATE)
        # With the time of an older version in it the server refuses the change.
        changes = {
            name: value for name, value in fields.items() if name != "updated_at"
        }
        return await self._write(
            "PATCH", resource, _id_path(resource, record_id), changes
        )

    async def delete[R](
        self, resource: Resource[R], record_id: int | None = None
    ) -> None:
        """Delete a record, for good; the only one of its kind is set back instead."""
        _check(resource, Verb.DELETE)
        await self._send_once(
            "DELETE", f"{resource.path}{_id_path(resource, record_id)}"
        )

    async def clear[R](self, resource: Resource[R]) -> None:
        """Delete all records of a resource, for good."""
        _check(resource, Verb.CLEAR)
        await self._send_once("DELETE", f"{resource.path}/all")

    def read[R](self, resource: Resource[R], raw: Json) -> R | None:
        """Read a record, also one that the broker told; None when it is none."""
        if not isinstance(raw, dict):
            self.report.record(f"{resource.model.__name__} (no object)")
            return None
        return parse(resource.model, raw, self.report)

    # What is done with one resource only.

    async def delete_points(self, *point_ids: int) -> None:
        """Delete points, for good, many in one request."""
        for some in batched(point_ids, MAX_DELETED, strict=False):
            await self._send_once("DELETE", f"points/{','.join(map(str, some))}")

    async def search_points(self, wanted: Fields) -> tuple[Point, ...]:
        """Return the points that have these values, discarded ones too.

        Of x, y, z, radius, depth, meta, name, pointer_type, plant_stage and openfarm_slug.
        """
        request = Request(method="POST", path=f"{_API}points/search", json=dict(wanted))
        return await self._send(request, partial(self._read_found, POINTS))

    async def search_logs(self, wanted: Mapping[str, str]) -> tuple[Log, ...]:
        """Return the logs that have these values.

        Of message, type, verbosity, x, y and z; those that the web app is set not to show are
        not found.
        """
        request = Request(
            method="GET", path=f"{_API}logs/search", params=dict(wanted) or None
        )
        return await self._send(request, partial(self._read_found, LOGS))

    async def release(self, platform: str) -> Release | None:
        """Return the release that a robot of this platform should go to; None if there is none.

        The server takes down that the robot looked for an update: ask once a day, or when a
        person wants to know.
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
        """Return the bulletin that an alert names."""
        if not _SLUG.fullmatch(slug):
            raise BadAnswer("The name of the bulletin is none")
        request = Request(
            method="GET", path=f"{_API}global_bulletins/{slug}", anonymous=True
        )
        return await self._send(request, partial(self._read_one, GLOBAL_BULLETINS))

    async def public_key(self) -> str:
        """Return the key that the server's tokens are signed with, in PEM."""
        request = Request(method="GET", path=f"{_API}public_key", anonymous=True)
        return await self._send(request, _text)

    async def corpus(self) -> Json:
        """Return the grammar of CeleryScript."""
        request = Request(method="GET", path=f"{_API}corpus", anonymous=True)
        return await self._send(request, Answer.json)

    async def snapshot_garden(self, name: str | None = None) -> SavedGarden | None:
        """Put by the plants as they stand now; return what was put by, where the server says."""
        fields: Fields = {} if name is None else {"name": name}
        return await self._write("POST", SAVED_GARDENS, "/snapshot", fields)

    async def apply_garden(self, garden_id: int) -> None:
        """Plant what a saved garden has beside what is there.

        The other way, which first takes all plants away, is not offered.
        """
        await self._send_once("PATCH", f"saved_gardens/{garden_id}/apply")

    async def publish_sequence(self, sequence_id: int, copyright_holder: str) -> None:
        """Let all the world install a sequence."""
        fields: Fields = {"copyright": copyright_holder}
        await self._send_once("POST", f"sequences/{sequence_id}/publish", fields)

    async def unpublish_sequence(self, sequence_id: int) -> None:
        """Let nobody install a sequence any more."""
        await self._send_once("POST", f"sequences/{sequence_id}/unpublish")

    async def install_sequence(self, version_id: int) -> models.Sequence | None:
        """Take over a published version of somebody's sequence."""
        return await self._write("POST", SEQUENCES, f"/{version_id}/install", {})

    async def upgrade_sequence(
        self, sequence_id: int, version_id: int
    ) -> models.Sequence | None:
        """Replace an installed sequence by another of its published versions."""
        place = f"/{sequence_id}/upgrade/{version_id}"
        return await self._write("POST", SEQUENCES, place, {})

    async def refresh_farmware(self, installation_id: int) -> None:
        """Have the server read an installed program's description again."""
        await self._send_once(
            "POST", f"farmware_installations/{installation_id}/refresh"
        )

    async def revoke_token(self) -> None:
        """Make the token in use worthless."""
        request = Request(method="DELETE", path=TOKENS, repeatable=False)
        await self._send(request, _ignore)

    # How it is sent.

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
        """Ask for what is asked for time and again, and is read only when it changed."""
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
        # The server repeats what it does not like.
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
        """Send what is not for doing twice; what the server says to it does not matter."""
        request = Request(
            method=method,
            path=f"{_API}{place}",
            json=None if fields is None else dict(fields),
            repeatable=False,
        )
        await self._send(request, _ignore)

    async def _send[T](self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send a request; say what there is to do, and how long to wait, where the server does."""
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

    # How it is read.

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
        """Read a list; `following` is what to ask next, if this page turns out to be full."""
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
        """Read what the server says to a write that it did, whatever it says."""
        try:
            document = answer.json() if answer.body.strip() else None
        except BadAnswer:
            document = ""
        return None if document is None else self.read(resource, document)


def _check(resource: Resource[Any], verb: Verb, *, paged: bool = False) -> None:
    if verb not in resource.verbs or (paged and not resource.pages):
        raise TypeError(f"{resource.path}: {verb.name} is none of its verbs")


def _id_path(resource: Resource[Any], record_id: int | None) -> str:
    """Return where a record is below its resource."""
    if (record_id is None) is not resource.single:
        raise TypeError(f"{resource.path}: an id too many or too few")
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
