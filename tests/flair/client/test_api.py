"""Flair's endpoints: pages, records that are kept, writes in Flair's own words."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
import logging

import aiohttp
from aiohttp import web
import orjson
import pytest

from custom_components.habitat.cloud.auth import FixedAuth, TokenAuth
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import BadAnswer, Refused, Unreachable
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.flair.client.api import FlairClient
from custom_components.habitat.flair.client.auth import log_in
from custom_components.habitat.flair.client.jsonapi import error_message, pages_ahead
from custom_components.habitat.flair.client.models import (
    FanSpeed,
    HvacUnit,
    Resource,
    Room,
    Structure,
    User,
    Vent,
    VentReading,
    Weather,
)
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.simulator.flair.wire import page
from tests.conftest import Serve
from tests.support.faults import Fault, Kind, faults_of
from tests.support.loopback import (
    QUICK,
    USER_AGENT,
    Reply,
    Server,
    body,
    data,
    serving,
    status,
    talking,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def client_of(cloud: FlairCloud) -> AsyncGenerator[FlairClient]:
    """Log in to a simulated cloud."""
    async with aiohttp.ClientSession() as http:
        session = CloudSession(
            http,
            cloud.url,
            user_agent=USER_AGENT,
            error_message=error_message,
            limits=replace(QUICK, size=2**20),
        )
        session.auth = TokenAuth(lambda old: log_in(session, cloud.credentials, old))
        yield FlairClient(session, ParseReport("Flair"))


@asynccontextmanager
async def client(*replies: Reply) -> AsyncGenerator[tuple[FlairClient, Server]]:
    """Talk to a server that answers as told."""
    async with talking(*replies) as (session, server):
        yield FlairClient(session, ParseReport("Flair")), server


def vent(identity: Json, percent: Json = 0) -> dict[str, Json]:
    """Return a vent as the API sends it."""
    return {"type": "vents", "id": identity, "attributes": {"percent-open": percent}}


def listed(*items: Json, following: str | None = None) -> Reply:
    """Reply with a page of a list."""
    return data({"meta": {"next": following}, "data": list(items)})


def positions(records: Mapping[str, Resource]) -> dict[str, int | None]:
    """Return what is open how far."""
    return {
        identity: record.percent_open
        for identity, record in records.items()
        if isinstance(record, Vent)
    }


# Lists.


async def test_every_page(serve_flair: Serve) -> None:
    """A big home has more vents than a page holds; all of them come."""
    cloud = await serve_flair(home(vents=120, pucks=2, rooms=2))
    async with client_of(cloud) as flair:
        vents = await flair.collection(Vent)
        rooms = await flair.collection(Room)
    assert vents.complete
    assert len(vents.records) == 120
    assert all(vents.records[identity].id == identity for identity in vents.records)
    assert len(rooms.records) == 2
    assert cloud.count("GET /api/vents") == 3
    assert cloud.count("GET /api/rooms") == 1
    assert not flair.report.counts


async def test_a_list_of_its_own(serve_flair: Serve) -> None:
    """Lists at other addresses are kept apart."""
    cloud = await serve_flair("two")
    async with client_of(cloud) as flair:
        homes = await flair.collection(Structure)
        every = await flair.collection(Vent)
        first = next(iter(homes.records))
        some = await flair.collection(Vent, f"/api/structures/{first}/vents")
        assert await flair.collection(Vent) is every
    assert len(homes.records) == 2
    assert len(every.records) == 2 * len(some.records) == 8
    assert set(some.records) < set(every.records)


async def test_nothing_new_is_the_same_object(serve_flair: Serve) -> None:
    """While the bytes stay the same so do the records, page by page."""
    cloud = await serve_flair(home(vents=60, pucks=0, rooms=1))
    async with client_of(cloud) as flair:
        before = await flair.collection(Vent)
        assert await flair.collection(Vent) is before
        moved = list(before.records)[55]
        cloud.set("vents", moved, percent_open=35)
        after = await flair.collection(Vent)
        assert after is not before
        changed = after.records[moved]
        assert isinstance(changed, Vent)
        assert changed.percent_open == 35
        same = list(before.records)[:50]
        assert all(after.records[name] is before.records[name] for name in same)
        assert {
            name: record for name, record in after.records.items() if name != moved
        } == {name: record for name, record in before.records.items() if name != moved}


async def test_fewer_pages_and_more(serve_flair: Serve) -> None:
    """What went is gone, what came is there."""
    cloud = await serve_flair(home(vents=51, pucks=0, rooms=1))
    async with client_of(cloud) as flair:
        before = await flair.collection(Vent)
        last = list(before.records)[50]
        cloud.remove("vents", last)
        after = await flair.collection(Vent)
        assert set(before.records) - set(after.records) == {last}
        # The second page was asked for together with the first, once more.
        assert (asked := cloud.count("GET /api/vents")) <= 4
        for name in ("new-1", "new-2"):
            cloud.add("vents", name, {})
        assert len((await flair.collection(Vent)).records) == 52
        assert cloud.count("GET /api/vents") == asked + 2


async def test_records_of_a_changed_page(serve_flair: Serve) -> None:
    """On a page that changed, only the record that changed is another object."""
    cloud = await serve_flair(home(vents=40, pucks=0, rooms=1))
    async with client_of(cloud) as flair:
        before = await flair.collection(Vent)
        moved = list(before.records)[20]
        cloud.set("vents", moved, percent_open=35)
        after = await flair.collection(Vent)
        others = {
            name: record for name, record in before.records.items() if name != moved
        }
        assert all(after.records[name] is record for name, record in others.items())
        assert positions(after.records)[moved] == 35
        assert list(after.records) == list(before.records)


async def test_pages_at_once() -> None:
    """The first answer tells how many pages there are; later polls ask for all of them at once."""
    count = 6
    together = asyncio.Barrier(count - 1)

    async def reply(request: web.BaseRequest) -> web.StreamResponse:
        number = int(request.query.get("page[page]", 1))
        if number > 1 or together.parties == count:
            await together.wait()
        rows: list[Json] = [vent(str(number))]
        return web.json_response(page("/api/vents", rows, count, 1, number))

    async with asyncio.timeout(10), client(reply) as (flair, server):
        first = await flair.collection(Vent)
        together = asyncio.Barrier(count)
        assert await flair.collection(Vent) is first
    assert list(first.records) == ["1", "2", "3", "4", "5", "6"]
    assert len(server.asked) == 2 * count


@pytest.mark.parametrize(
    ("following", "last", "ahead"),
    [
        ("/x?size=50&page=2", "/x?size=50&page=4", ["3", "4"]),
        ("/x?page=2", "/x?page=2", []),
        ("/x?page=3", "/x?page=2", []),
        ("/x?page=2", "/x?page=9999", []),
        ("/x?page=2", "/x?page=last", []),
        ("/x?page=2&cursor=a", "/x?page=4&cursor=b", []),
        ("/x?page=2", "/x?page=4&size=50", []),
        ("/x?page=2", None, []),
        (None, "/x?page=4", []),
    ],
)
def test_pages_ahead(following: Json, last: Json, ahead: list[str]) -> None:
    """The pages up to the last are known where the links differ in the page's number alone."""
    document: Json = {"meta": {"next": following, "last": last}}
    assert [query["page"] for query in pages_ahead(document)] == ahead


@pytest.mark.parametrize("place", ["meta", "links"])
async def test_the_next_page_is_on_our_server(place: str) -> None:
    """Of a link to another host only the page is taken; the host never hears of us."""
    async with serving(listed(vent("3"))) as other:
        first: Json = {
            place: {"next": f"{other.url}/steal?page=2"},
            "data": [vent("1")],
        }
        async with client(data(first), listed(vent("2"))) as (flair, server):
            flair.session.auth = FixedAuth({"Authorization": "Bearer let-me-in"})
            vents = await flair.collection(Vent)
    assert list(vents.records) == ["1", "2"]
    assert other.asked == []
    assert [(asked.path, dict(asked.query)) for asked in server.asked] == [
        ("/api/vents", {}),
        ("/api/vents", {"page": "2"}),
    ]


@pytest.mark.parametrize(
    ("links", "asked"),
    [
        (["?page=2", "?page=2"], 2),
        (["/api/vents"], 1),
        (["?page=2", "?page=1"] * 200, 201),
    ],
    ids=["the same again", "the first again", "round and round"],
)
async def test_pages_without_end(links: list[str], asked: int) -> None:
    """A list that never ends is none."""
    replies = [listed(vent("1"), following=link) for link in links]
    async with client(*replies) as (flair, server):
        with pytest.raises(BadAnswer, match="no end"):
            await flair.collection(Vent)
    assert len(server.asked) == asked


async def test_a_page_that_fails(serve_flair: Serve) -> None:
    """Half a list is no list: what was known stays."""
    cloud = await serve_flair(home(vents=60, pucks=0, rooms=1))
    async with client_of(cloud) as flair:
        before = await flair.collection(Vent)
        fault = faults_of(cloud).add(
            Fault(kind=Kind.STATUS, match="GET /api/vents", skip=1)
        )
        with pytest.raises(Unreachable):
            await flair.collection(Vent)
        faults_of(cloud).remove(fault)
        assert await flair.collection(Vent) is before


async def test_half_a_page_is_asked_for_again() -> None:
    """A document that broke off is no odd record."""
    half = body(orjson.dumps({"data": [vent("1"), vent("2")]})[:-30])
    async with client(half, listed(vent("1"))) as (flair, server):
        vents = await flair.collection(Vent)
    assert vents.complete
    assert len(server.asked) == 2


@pytest.mark.parametrize("document", [{"data": []}, {"data": None}])
async def test_an_empty_list(document: Json) -> None:
    """Nothing is there, and that is the whole of it."""
    async with client(data(document)) as (flair, _):
        vents = await flair.collection(Vent)
    assert vents.records == {}
    assert vents.complete


@pytest.mark.parametrize("document", [{}, [], "vents", None, {"errors": []}])
async def test_no_list(document: Json) -> None:
    """What has no data is no empty list."""
    async with client(data(document)) as (flair, _):
        with pytest.raises(BadAnswer, match="no data"):
            await flair.collection(Vent)


# Odd records.


async def test_odd_records_drop_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The rest is there, the list is not whole, each kind is logged once."""
    caplog.set_level(logging.INFO)
    odd: list[Json] = [
        None,
        "odd",
        [],
        {},
        vent(None),
        vent({}),
        vent(" "),
        {"attributes": {}},
    ]
    page = listed(vent("1", 10), *odd, vent("2", "warm"))
    another = listed(vent("1", 11), *odd, vent("2", "warm"))
    async with client(page, another) as (flair, _):
        for percent in (10, 11):
            vents = await flair.collection(Vent)
            assert positions(vents.records) == {"1": percent, "2": None}
            assert not vents.complete
    assert flair.report.counts == {
        "Vent (no object)": 6,
        "Vent.id": 10,
        # Its record did not change, so it was read once.
        "Vent.percent_open": 1,
    }
    lines = [record.getMessage() for record in caplog.records]
    assert sum("sent something unexpected" in line for line in lines) == 3


async def test_an_odd_field_leaves_the_list_whole() -> None:
    """A record with an odd field is a record."""
    async with client(listed(vent("1", []))) as (flair, _):
        vents = await flair.collection(Vent)
    assert vents.complete
    assert positions(vents.records) == {"1": None}


async def test_the_same_id_twice() -> None:
    """The first one counts, on whatever page the other is."""
    pages = (
        listed(vent("1", 10), vent("1", 20), following="?page=2"),
        listed(vent("1", 30), vent("2", 40)),
    )
    async with client(*pages) as (flair, _):
        vents = await flair.collection(Vent)
    assert positions(vents.records) == {"1": 10, "2": 40}
    assert vents.complete
    assert flair.report.counts == {"Vent.id (twice)": 2}


@pytest.mark.parametrize(
    "kind", [Kind.NULLS, Kind.WRONG_TYPES, Kind.UNKNOWN_ENUMS, Kind.DUPLICATES]
)
async def test_bad_days(serve_flair: Serve, kind: Kind) -> None:
    """Whatever the values are, all vents are still there."""
    cloud = await serve_flair("standard")
    faults_of(cloud).add(Fault(kind=kind, match="GET /api/*"))
    async with client_of(cloud) as flair:
        vents = await flair.collection(Vent)
        rooms = await flair.collection(Room)
    assert len(vents.records) == 12
    assert rooms.records
    assert vents.complete
    assert bool(flair.report.counts) is (kind is not Kind.NULLS)


# Single resources.


async def test_a_reading(serve_flair: Serve) -> None:
    """What a device reported last; one that never did has none."""
    cloud = await serve_flair("odd")
    async with client_of(cloud) as flair:
        vents = await flair.collection(Vent)
        found = {
            record.name: await flair.get(
                VentReading, f"/api/vents/{name}/current-reading"
            )
            for name, record in vents.records.items()
            if isinstance(record, Vent)
        }
    assert found["Silent Vent"] is None
    worded = found["Wordy Vent"]
    assert worded is not None
    assert worded.created_at is not None
    assert worded.created_at.tzinfo is UTC


@pytest.mark.parametrize("document", [{"data": None}, {"data": []}, {"data": ["odd"]}])
async def test_no_reading(document: Json) -> None:
    """There are several ways to say that there is none."""
    async with client(data(document)) as (flair, _):
        assert await flair.get(Weather, "/api/structures/1/current-weather") is None


async def test_a_reading_that_is_refused() -> None:
    """Any other no is an error."""
    async with client(status(403)) as (flair, _):
        with pytest.raises(Refused) as raised:
            await flair.get(Weather, "/api/structures/1/current-weather")
    assert raised.value.status == 403


async def test_any_document() -> None:
    """The rest of the API is there as it is."""
    document: Json = {"links": {"users": {"self": "/api/users", "type": "users"}}}
    async with client(data(document)) as (flair, server):
        assert await flair.get_raw("/api/", {"page[size]": "1"}) == document
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/api/")
    assert asked.query == {"page[size]": "1"}


# Writes.


@pytest.mark.parametrize(
    ("model", "attributes", "wire"),
    [
        (Vent, {"percent_open": 35}, {"percent-open": 35}),
        (HvacUnit, {"power": True}, {"power": "On"}),
        (HvacUnit, {"power": False}, {"power": "Off"}),
        (HvacUnit, {"swing": True}, {"swing": "On"}),
        (HvacUnit, {"swing_auto": True}, {"swing-auto": True}),
        (HvacUnit, {"fan_speed": FanSpeed.HIGH}, {"fan-speed": "High"}),
        (HvacUnit, {"default_fan_speed": FanSpeed.HIGH}, {"default-fan-speed": "HIGH"}),
        (HvacUnit, {"temperature": 21.5}, {"temperature": 21.5}),
        (HvacUnit, {"button_presses": ("Temp +",)}, {"button-presses": ["Temp +"]}),
        (
            Room,
            {"set_point_c": 21.0, "active": True},
            {"set-point-c": 21.0, "active": True},
        ),
        (
            Room,
            {"hold_until": None, "hold_until_schedule_event": False},
            {"hold-until": None, "hold-until-schedule-event": False},
        ),
        (
            Room,
            {"hold_until": datetime(2026, 11, 25, 8, tzinfo=UTC)},
            {"hold-until": "2026-11-25T08:00:00+00:00"},
        ),
        (Structure, {"active_schedule_id": None}, {"active-schedule-id": None}),
        (Structure, {"home": False}, {"home": False}),
    ],
)
async def test_on_the_wire(
    model: type[Resource], attributes: dict[str, object], wire: Json
) -> None:
    """Attributes go out in the API's own words, the answer comes back as a record."""
    answer: Json = {"data": {"type": model.TYPE, "id": "1", "attributes": wire}}
    async with client(data(answer)) as (flair, server):
        record = await flair.patch(model, "1", attributes)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("PATCH", f"/api/{model.TYPE}/1")
    assert orjson.loads(asked.body) == {
        "data": {"type": model.TYPE, "id": "1", "attributes": wire}
    }
    assert record is not None
    assert {name: getattr(record, name) for name in attributes} == attributes


async def test_an_attribute_that_no_model_has() -> None:
    """It is a slip of ours, and nothing is sent."""
    async with client(data({})) as (flair, server):
        with pytest.raises(KeyError):
            await flair.patch(Vent, "1", {"percent-open": 1})
    assert server.asked == []


async def test_the_answer_is_the_new_state(serve_flair: Serve) -> None:
    """A write costs one request and tells how things are now."""
    cloud = await serve_flair("standard")
    async with client_of(cloud) as flair:
        name = next(iter((await flair.collection(Vent)).records))
        requests = flair.session.counters.requests
        record = await flair.patch(Vent, name, {"percent_open": 35})
        assert flair.session.counters.requests == requests + 1
    assert record is not None
    assert (record.id, record.percent_open) == (name, 35)
    assert cloud.world.resources["vents"][name].attributes["percent-open"] == 35


async def test_fifty_that_is_refused() -> None:
    """Then it is 49."""
    replies = (status(400), data({"data": vent("1", 49)}))
    async with client(*replies) as (flair, server):
        record = await flair.patch(Vent, "1", {"percent_open": 50})
    assert record is not None
    assert record.percent_open == 49
    sent = [orjson.loads(asked.body)["data"]["attributes"] for asked in server.asked]
    assert sent == [{"percent-open": 50}, {"percent-open": 49}]


@pytest.mark.parametrize(
    ("model", "attributes", "code"),
    [
        (Vent, {"percent_open": 51}, 400),
        (Vent, {"percent_open": 50}, 422),
        (Vent, {"percent_open": 50, "name": "Den"}, 400),
        (Room, {"set_point_c": 50}, 400),
    ],
)
async def test_another_refusal(
    model: type[Resource], attributes: dict[str, object], code: int
) -> None:
    """Any other no is the answer."""
    async with client(status(code)) as (flair, server):
        with pytest.raises(Refused, match=f"said {code}"):
            await flair.patch(model, "1", attributes)
    assert len(server.asked) == 1


async def test_fifty_and_49_that_are_refused() -> None:
    """There is no third try."""
    async with client(status(400)) as (flair, server):
        with pytest.raises(Refused):
            await flair.patch(Vent, "1", {"percent_open": 50})
    assert len(server.asked) == 2


@pytest.mark.parametrize(("repeatable", "asked"), [(True, 3), (False, 1)])
async def test_a_press_that_may_have_been_done(repeatable: bool, asked: int) -> None:
    """A button is not pressed twice by mistake."""
    async with client(status(504)) as (flair, server):
        with pytest.raises(Unreachable):
            await flair.patch(
                HvacUnit, "1", {"button_presses": ("Power",)}, repeatable=repeatable
            )
    assert len(server.asked) == asked


@pytest.mark.parametrize("document", [{"data": None}, {"data": [None]}, {"data": {}}])
async def test_a_write_without_a_readable_answer(document: Json) -> None:
    """It was done; what it led to is to be asked."""
    async with client(data(document)) as (flair, _):
        assert await flair.patch(Vent, "1", {"percent_open": 5}) is None


async def test_any_write() -> None:
    """Every resource can be changed, relationships too, in the API's own words."""
    room: dict[str, Json] = {"room": {"data": {"type": "rooms", "id": "7"}}}
    async with client(data({"data": None})) as (flair, server):
        await flair.patch_raw("pucks", "1", {"locked": True}, room)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("PATCH", "/api/pucks/1")
    assert orjson.loads(asked.body) == {
        "data": {
            "type": "pucks",
            "id": "1",
            "attributes": {"locked": True},
            "relationships": room,
        }
    }


async def test_an_id_is_not_trusted() -> None:
    """An id from the cloud is a piece of a path, whatever it holds."""
    async with client(data({"data": None})) as (flair, server):
        await flair.patch(Vent, "a b?c#d\r\nX: y", {"percent_open": 5})
    (asked,) = server.asked
    assert asked.path == "/api/vents/a b?c#d\r\nX: y"


async def test_who_it_is(serve_flair: Serve) -> None:
    """The account's person can be read."""
    cloud = await serve_flair("demo")
    async with client_of(cloud) as flair:
        (user,) = (await flair.collection(User)).records.values()
    assert isinstance(user, User)
    assert user.email
