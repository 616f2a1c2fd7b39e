"""The client of FarmBot's server: every resource, and every way in which it may answer."""

from collections.abc import Awaitable, Callable

import orjson
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import (
    ActionRequired,
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
)
from custom_components.habitat.farmbot.client import api
from custom_components.habitat.farmbot.client.api import (
    RESOURCES,
    SYNCED,
    FarmBotClient,
    Resource,
    Verb,
)
from tests.farmbot.answers import DEVICE, DOCUMENTS, POINTS
from tests.farmbot.server import client
from tests.support.loopback import Reply, body, data, page, slow, status

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOTHING = body(b"")

type Call = Callable[[FarmBotClient], Awaitable[object]]


def having(verb: Verb) -> list[Resource[object]]:
    """Return the resources that the server does this with."""
    return [resource for resource in RESOURCES if verb in resource.verbs]


def lacking(verb: Verb) -> list[Resource[object]]:
    """Return the resources that the server does not do this with."""
    return [resource for resource in RESOURCES if verb not in resource.verbs]


def place(resource: Resource[object]) -> int | None:
    """Return an id for a resource that has ids."""
    return None if resource.single else 5


def tail(resource: Resource[object]) -> str:
    """Return what that id adds to the address."""
    return "" if resource.single else "/5"


def every(verb: Verb, *, lack: bool = False) -> pytest.MarkDecorator:
    """Test with all resources that the server does this with, or with all others."""
    return pytest.mark.parametrize(
        "resource",
        lacking(verb) if lack else having(verb),
        ids=lambda resource: resource.path,
    )


# The table of resources.


def test_resources() -> None:
    """All that have a place of their own at the server, each with an example."""
    paths = [resource.path for resource in RESOURCES]
    assert len(paths) == len(set(paths))
    assert set(paths) == set(DOCUMENTS)


def test_synced() -> None:
    """What the broker tells of, by its own names; of logs and the web app's settings nothing."""
    assert SYNCED["Point"] is api.POINTS
    assert SYNCED["Device"] is api.DEVICE
    named = (
        "Alert Curve Device FarmEvent FarmwareEnv FarmwareInstallation FbosConfig "
        "FirmwareConfig Folder Image Peripheral PinBinding PlantTemplate Point PointGroup "
        "Regimen SavedGarden SceneObject Sensor SensorReading Sequence Telemetry Tool User "
        "WebcamFeed"
    )
    assert sorted(SYNCED) == named.split()


def test_side_effects() -> None:
    """Nothing that makes a robot look present, mails an account or throws it away."""
    names = {name for name in dir(FarmBotClient) if not name.startswith("_")}
    assert not {
        name
        for name in names
        for word in ("export", "sync", "reset", "seed", "register", "password")
        if word in name
    }
    assert Verb.DELETE not in api.USER.verbs
    assert Verb.CREATE not in api.USER.verbs
    assert Verb.DELETE not in api.DEVICE.verbs


# Reading.


@every(Verb.LIST)
async def test_list(resource: Resource[object]) -> None:
    """A list is asked for once, without pages, and with the login unless anybody may ask."""
    document = DOCUMENTS[resource.path]
    assert isinstance(document, list)
    async with client(data(document)) as (farmbot, server):
        found = await farmbot.list(resource)
    assert found.complete
    assert list(found.records) == [
        str(row["id"]) for row in document if isinstance(row, dict)
    ]
    assert all(isinstance(record, resource.model) for record in found.records.values())
    assert not farmbot.report.counts
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", f"/api/{resource.path}")
    assert not asked.query
    assert asked.authorization == (None if resource.public else "Bearer token")


@every(Verb.SHOW)
async def test_show(resource: Resource[object]) -> None:
    """One record, alone or as the only one of a list: that of users is one."""
    document = DOCUMENTS[resource.path]
    row = document[0] if isinstance(document, list) else document
    async with client(data(row), data([row]), data([])) as (farmbot, server):
        found = await farmbot.show(resource, place(resource))
        assert isinstance(found, resource.model)
        assert await farmbot.show(resource, place(resource)) == found
        with pytest.raises(BadAnswer, match="no "):
            await farmbot.show(resource, place(resource))
    assert {(asked.method, asked.path) for asked in server.asked} == {
        ("GET", f"/api/{resource.path}{tail(resource)}")
    }


async def test_the_same_bytes_are_the_same_objects() -> None:
    """An unchanged answer is not read again."""
    document = DOCUMENTS["points"]
    async with client(data(document)) as (farmbot, _):
        first = await farmbot.list(api.POINTS)
        assert await farmbot.list(api.POINTS) is first
    async with client(data(DEVICE)) as (farmbot, _):
        robot = await farmbot.show(api.DEVICE)
        assert await farmbot.show(api.DEVICE) is robot


async def test_odd_records() -> None:
    """An odd record is dropped and counted, one that comes twice counts once."""
    rows: list[Json] = [*POINTS, {"name": "no id"}, None, "text", POINTS[0]]
    async with client(data(rows)) as (farmbot, _):
        found = await farmbot.list(api.POINTS)
    assert not found.complete
    assert list(found.records) == ["1", "2", "3", "4"]
    assert farmbot.report.counts == {
        "Point.id": 1,
        "Point (no object)": 2,
        "Point.id (twice)": 1,
    }


async def test_logs_without_an_id() -> None:
    """Only the broker's logs may lack an id."""
    async with client(data([{"message": "hello"}])) as (farmbot, _):
        found = await farmbot.list(api.LOGS)
    assert (found.records, found.complete) == ({}, False)
    assert farmbot.report.counts == {"Log.id": 1}


async def test_a_tool_alone() -> None:
    """The vendor's document shows one tool where the server has a list."""
    tools = DOCUMENTS["tools"]
    assert isinstance(tools, list)
    async with client(data(tools[0])) as (farmbot, _):
        found = await farmbot.list(api.TOOLS)
    assert list(found.records) == ["5"]
    assert found.complete


@pytest.mark.parametrize("document", [{"id": 5}, {}, None, "text", 5])
async def test_no_list(document: Json) -> None:
    """What is no list is no answer."""
    async with client(data(document)) as (farmbot, _):
        with pytest.raises(BadAnswer, match="no list of sensors"):
            await farmbot.list(api.SENSORS)


async def test_no_list_of_tools() -> None:
    """An object that is no tool is no list of tools."""
    async with client(data({"error": "odd"})) as (farmbot, _):
        with pytest.raises(BadAnswer, match="no list of tools"):
            await farmbot.list(api.TOOLS)


async def test_half_an_answer() -> None:
    """A stream that broke off is asked for again."""
    whole = orjson.dumps(DOCUMENTS["sequences"])
    async with client(body(whole[:-20]), body(whole)) as (farmbot, server):
        found = await farmbot.list(api.SEQUENCES)
    assert list(found.records) == ["6"]
    assert len(server.asked) == 2


# Pages.


def rows(*ids: int) -> Reply:
    """Reply with sensors."""
    return data([{"id": number, "pin": number} for number in ids])


async def test_pages() -> None:
    """Pages are asked for until one is not full; a record that moved counts once."""
    async with client(rows(1, 2), rows(2, 3), rows(4)) as (farmbot, server):
        found = await farmbot.pages(api.SENSORS, 2)
    assert list(found.records) == ["1", "2", "3", "4"]
    assert found.complete
    assert [dict(asked.query) for asked in server.asked] == [
        {"page": str(number), "per": "2"} for number in (1, 2, 3)
    ]


async def test_pages_that_are_full() -> None:
    """A last page that is full is followed by an empty one."""
    async with client(rows(1, 2), rows()) as (farmbot, server):
        found = await farmbot.pages(api.SENSORS, 2)
    assert list(found.records) == ["1", "2"]
    assert len(server.asked) == 2


async def test_pages_of_the_same_bytes() -> None:
    """Unchanged pages are not read again, nor mistaken for the newest of the same number."""
    readings = data(DOCUMENTS["sensor_readings"])
    async with client(readings) as (farmbot, _):
        found = await farmbot.pages(api.SENSOR_READINGS, 50)
        newest = await farmbot.newest(api.SENSOR_READINGS, 50)
        assert await farmbot.pages(api.SENSOR_READINGS, 50) is found
        assert newest == found


async def test_pages_without_end() -> None:
    """A server that ignores the page is not asked forever."""
    async with client(rows(1)) as (farmbot, server):
        with pytest.raises(BadAnswer, match="no end"):
            await farmbot.pages(api.SENSORS, 1)
    assert len(server.asked) == 201


async def test_newest() -> None:
    """Only the newest readings are asked for."""
    async with client(data(DOCUMENTS["sensor_readings"])) as (farmbot, server):
        found = await farmbot.newest(api.SENSOR_READINGS, 50)
        assert await farmbot.newest(api.SENSOR_READINGS, 50) is found
    assert found.records["1"].value == 512
    assert dict(server.asked[0].query) == {"page": "1", "per": "50"}


# Writing.


@every(Verb.CREATE)
async def test_create(resource: Resource[object]) -> None:
    """The server answers with what was made."""
    document = DOCUMENTS[resource.path]
    assert isinstance(document, list)
    row = document[0]
    async with client(data(row), NOTHING) as (farmbot, server):
        made = await farmbot.create(resource, {"name": "new"})
        assert isinstance(made, resource.model)
        assert await farmbot.create(resource, {"name": "new"}) is None
    assert {(asked.method, asked.path, asked.body) for asked in server.asked} == {
        ("POST", f"/api/{resource.path}", b'{"name": "new"}')
    }


@every(Verb.UPDATE)
async def test_update(resource: Resource[object]) -> None:
    """The server answers with what came of it; it never hears of the last change's time."""
    document = DOCUMENTS[resource.path]
    row = document[0] if isinstance(document, list) else document
    fields: dict[str, Json] = {"name": "new", "updated_at": "2026-03-01T08:00:00Z"}
    async with client(data(row)) as (farmbot, server):
        found = await farmbot.update(resource, fields, place(resource))
    assert isinstance(found, resource.model)
    (asked,) = server.asked
    assert (asked.method, asked.path) == (
        "PATCH",
        f"/api/{resource.path}{tail(resource)}",
    )
    assert asked.body == b'{"name": "new"}'
    assert "updated_at" in fields


@every(Verb.DELETE)
async def test_delete(resource: Resource[object]) -> None:
    """The server answers with nothing, with what was deleted, or with whatever else."""
    replies = (NOTHING, data({"id": 5}), body(b"gone"))
    async with client(*replies) as (farmbot, server):
        for _ in replies:
            await farmbot.delete(resource, place(resource))
    assert {(asked.method, asked.path, asked.body) for asked in server.asked} == {
        ("DELETE", f"/api/{resource.path}{tail(resource)}", b"")
    }


@every(Verb.CLEAR)
async def test_clear(resource: Resource[object]) -> None:
    """All logs, or all that programs keep, at once."""
    async with client(NOTHING) as (farmbot, server):
        await farmbot.clear(resource)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("DELETE", f"/api/{resource.path}/all")


@pytest.mark.parametrize(
    "reply", [NOTHING, body(b"null"), body(b"[")], ids=["nothing", "null", "half"]
)
async def test_a_write_without_a_record(reply: Reply) -> None:
    """What was done is done, whatever is said to it."""
    async with client(reply) as (farmbot, server):
        assert await farmbot.update(api.TOOLS, {"name": "new"}, 5) is None
    assert len(server.asked) == 1


async def test_odd_replies_are_counted() -> None:
    """A reply that cannot be read is odd, an empty one is not."""
    async with client(NOTHING, body(b"[")) as (farmbot, _):
        await farmbot.create(api.TOOLS, {"name": "new"})
        assert not farmbot.report.counts
        await farmbot.create(api.TOOLS, {"name": "new"})
    assert farmbot.report.counts == {"Tool (no object)": 1}


WRITES: dict[str, tuple[Call, int]] = {
    "create": (lambda farmbot: farmbot.create(api.TOOLS, {}), 1),
    "update": (lambda farmbot: farmbot.update(api.TOOLS, {}, 5), 3),
    "delete": (lambda farmbot: farmbot.delete(api.TOOLS, 5), 1),
    "apply": (lambda farmbot: farmbot.apply_garden(5), 1),
    "search": (lambda farmbot: farmbot.search_points({}), 3),
}


@pytest.mark.parametrize(("call", "times"), WRITES.values(), ids=WRITES)
async def test_what_must_not_be_done_twice(call: Call, times: int) -> None:
    """What may have been done is sent again only where twice is as good as once."""
    async with client(status(504)) as (farmbot, server):
        with pytest.raises(CloudError, match="said 504"):
            await call(farmbot)
    assert len(server.asked) == times


# What is not there.


@every(Verb.LIST, lack=True)
async def test_no_listing(resource: Resource[object]) -> None:
    """What the server does not list is not asked for."""
    async with client(NOTHING) as (farmbot, server):
        with pytest.raises(TypeError, match="LIST is none of its verbs"):
            await farmbot.list(resource)
    assert not server.asked


@every(Verb.SHOW, lack=True)
async def test_no_showing(resource: Resource[object]) -> None:
    """What the server does not show alone is not asked for."""
    async with client(NOTHING) as (farmbot, server):
        with pytest.raises(TypeError, match="SHOW"):
            await farmbot.show(resource, 5)
    assert not server.asked


MISTAKES: dict[str, Call] = {
    "pages": lambda farmbot: farmbot.pages(api.TOOLS, 10),
    "newest": lambda farmbot: farmbot.newest(api.IMAGES, 10),
    "create": lambda farmbot: farmbot.create(api.ALERTS, {}),
    "update": lambda farmbot: farmbot.update(api.IMAGES, {}, 5),
    "delete": lambda farmbot: farmbot.delete(api.DEVICE),
    "clear": lambda farmbot: farmbot.clear(api.POINTS),
    "no id to show": lambda farmbot: farmbot.show(api.POINTS),
    "no id to update": lambda farmbot: farmbot.update(api.POINTS, {}),
    "no id to delete": lambda farmbot: farmbot.delete(api.POINTS),
    "an id too many": lambda farmbot: farmbot.show(api.DEVICE, 77),
}


@pytest.mark.parametrize("call", MISTAKES.values(), ids=MISTAKES)
async def test_mistakes(call: Call) -> None:
    """What cannot be meant is not sent: to delete all points, say, for want of an id."""
    async with client(NOTHING) as (farmbot, server):
        with pytest.raises(TypeError):
            await call(farmbot)
    assert not server.asked


# What only one resource has.


async def test_delete_points() -> None:
    """Many points go with one request, a thousand with ten, none with none."""
    async with client(NOTHING) as (farmbot, server):
        await farmbot.delete_points(1, 4, 23)
        assert [asked.path for asked in server.asked] == ["/api/points/1,4,23"]
        await farmbot.delete_points()
        assert len(server.asked) == 1
        await farmbot.delete_points(*range(1000))
    assert len(server.asked) == 11


async def test_search_points() -> None:
    """A search is posted, and may find discarded points."""
    async with client(data(POINTS)) as (farmbot, server):
        found = await farmbot.search_points(
            {"pointer_type": "Plant", "meta": {"a": "b"}}
        )
    assert [point.id for point in found] == [1, 2, 3, 4]
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/points/search")
    assert orjson.loads(asked.body) == {"pointer_type": "Plant", "meta": {"a": "b"}}


async def test_search_logs() -> None:
    """Logs are searched for by a query."""
    async with client(data(DOCUMENTS["logs"])) as (farmbot, server):
        (log,) = await farmbot.search_logs({"type": "success"})
        await farmbot.search_logs({})
    assert log.message == "Watering is done."
    assert {asked.path for asked in server.asked} == {"/api/logs/search"}
    assert [dict(asked.query) for asked in server.asked] == [{"type": "success"}, {}]


@pytest.mark.parametrize(
    ("reply", "version"),
    [
        (data(DOCUMENTS["releases"]), "15.4.12"),
        (data({"version": "Already on the latest version."}, 422), None),
        (status(404), None),
    ],
)
async def test_release(reply: Reply, version: str | None) -> None:
    """A robot that is up to date gets no release, nor does a platform without one."""
    async with client(reply) as (farmbot, server):
        release = await farmbot.release("rpi4")
    assert (release.version if release else None) == version
    assert dict(server.asked[0].query) == {"platform": "rpi4"}


async def test_a_release_that_is_refused() -> None:
    """Any other refusal is one."""
    async with client(status(403)) as (farmbot, _):
        with pytest.raises(Refused, match="said 403"):
            await farmbot.release("rpi4")


async def test_bulletin() -> None:
    """A bulletin is public, and its name no way to elsewhere."""
    async with client(data(DOCUMENTS["global_bulletins"])) as (farmbot, server):
        bulletin = await farmbot.global_bulletin("spring-news")
        for odd in ("", "../device", "a/b", "a?b", "ä"):
            with pytest.raises(BadAnswer, match="name of the bulletin"):
                await farmbot.global_bulletin(odd)
    assert bulletin.content == "It is spring."
    (asked,) = server.asked
    assert asked.path == "/api/global_bulletins/spring-news"
    assert asked.authorization is None


async def test_public_documents() -> None:
    """The key and the grammar are anybody's."""
    key = body(b"-----BEGIN PUBLIC KEY-----\n\xff\n")
    async with client(key, data({"nodes": []})) as (farmbot, server):
        assert (await farmbot.public_key()).startswith("-----BEGIN PUBLIC KEY")
        assert await farmbot.corpus() == {"nodes": []}
    assert [asked.path for asked in server.asked] == ["/api/public_key", "/api/corpus"]
    assert {asked.authorization for asked in server.asked} == {None}


DONE: dict[str, tuple[Call, str, Json]] = {
    "apply": (
        lambda farmbot: farmbot.apply_garden(32),
        "PATCH /api/saved_gardens/32/apply",
        None,
    ),
    "publish": (
        lambda farmbot: farmbot.publish_sequence(6, "Robin"),
        "POST /api/sequences/6/publish",
        {"copyright": "Robin"},
    ),
    "unpublish": (
        lambda farmbot: farmbot.unpublish_sequence(6),
        "POST /api/sequences/6/unpublish",
        None,
    ),
    "refresh": (
        lambda farmbot: farmbot.refresh_farmware(2),
        "POST /api/farmware_installations/2/refresh",
        None,
    ),
    "revoke": (lambda farmbot: farmbot.revoke_token(), "DELETE /api/tokens", None),
    "install": (
        lambda farmbot: farmbot.install_sequence(3),
        "POST /api/sequences/3/install",
        {},
    ),
    "upgrade": (
        lambda farmbot: farmbot.upgrade_sequence(6, 4),
        "POST /api/sequences/6/upgrade/4",
        {},
    ),
    "snapshot": (
        lambda farmbot: farmbot.snapshot_garden(),
        "POST /api/saved_gardens/snapshot",
        {},
    ),
    "snapshot with a name": (
        lambda farmbot: farmbot.snapshot_garden("June"),
        "POST /api/saved_gardens/snapshot",
        {"name": "June"},
    ),
}


@pytest.mark.parametrize(("call", "line", "fields"), DONE.values(), ids=DONE)
async def test_done(call: Call, line: str, fields: Json) -> None:
    """What is done and answered with nothing."""
    async with client(body(b"", 204)) as (farmbot, server):
        assert await call(farmbot) is None
    (asked,) = server.asked
    assert f"{asked.method} {asked.path}" == line
    assert (orjson.loads(asked.body) if asked.body else None) == fields


async def test_what_came_of_it() -> None:
    """A snapshot or an installation may answer with the new record."""
    gardens, sequences = DOCUMENTS["saved_gardens"], DOCUMENTS["sequences"]
    assert isinstance(gardens, list)
    assert isinstance(sequences, list)
    async with client(data(gardens[0]), data(sequences[0])) as (farmbot, _):
        garden = await farmbot.snapshot_garden()
        assert garden is not None
        assert garden.id == 32
        sequence = await farmbot.install_sequence(3)
        assert sequence is not None
        assert sequence.name == "Water"


# What may go wrong.


async def test_terms_not_accepted() -> None:
    """Any endpoint may ask for the terms to be accepted; that is no wrong login."""
    words = "all device users must agree to terms of service."
    async with client(data({"error": words}, 451)) as (farmbot, _):
        calls: tuple[Awaitable[object], ...] = (
            farmbot.list(api.POINTS),
            farmbot.show(api.DEVICE),
            farmbot.update(api.DEVICE, {}),
            farmbot.release("rpi4"),
            farmbot.revoke_token(),
        )
        for call in calls:
            with pytest.raises(ActionRequired, match=words) as raised:
                await call
            assert raised.value.key == "terms_not_accepted"


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [(None, api.RATE_LIMIT_PAUSE), ("7", pytest.approx(7, abs=0.1))],
)
async def test_too_many_requests(retry_after: str | None, pause: float) -> None:
    """A few minutes are waited where the server does not say how many."""
    async with client(status(429, retry_after)) as (farmbot, _):
        with pytest.raises(RateLimited, match="said 429") as raised:
            await farmbot.list(api.POINTS)
    assert raised.value.retry_after == pause


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (
            data(
                {"error": {"jwt": "Please log out and try again.", "strategy": "jwt"}},
                401,
            ),
            AuthError,
            "Please log out",
        ),
        (status(403), Refused, "said 403"),
        (data({"error": "Document not found."}, 404), Refused, "Document not found"),
        (data({"stale_record": "reload first"}, 409), Refused, "reload first"),
        (data({"x": "is no number"}, 422), Refused, "x is no number"),
        (page(200), BadAnswer, "web page"),
    ],
)
async def test_refusals(reply: Reply, error: type[CloudError], words: str) -> None:
    """The server's words are passed on; a missing right is no wrong login."""
    async with client(reply) as (farmbot, _):
        with pytest.raises(CloudError, match=words) as raised:
            await farmbot.show(api.TOOLS, 5)
    assert type(raised.value) is error


async def test_told_by_the_broker() -> None:
    """What the broker tells is read like an answer."""
    async with client(slow(NOTHING, 0)) as (farmbot, server):
        robot = farmbot.read(SYNCED["Device"], DEVICE)
        assert isinstance(robot, api.DEVICE.model)
        assert farmbot.read(api.POINTS, None) is None
        assert farmbot.read(api.POINTS, {"name": "no id"}) is None
    assert not server.asked
    assert farmbot.report.counts == {"Point (no object)": 1, "Point.id": 1}
