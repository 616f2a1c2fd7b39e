"""Flair's protocol on the wire: tokens, collections, paging, errors, writes."""

import asyncio
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home
from tests.support.edge_cases.flair import HOMES
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Client, Serve, mapping, named

KINDS = [
    "users",
    "structures",
    "zones",
    "rooms",
    "vents",
    "pucks",
    "puck2s",
    "bridges",
    "thermostats",
    "remote-sensors",
    "hvac-units",
    "schedules",
    "weather-readings",
]


async def test_token(client: Client) -> None:
    """Client credentials give ten days, all scopes and no refresh token."""
    status, answer = await client.grant()
    assert status == 200
    assert answer["expires_in"] == 864_000
    assert answer["token_type"] == "Bearer"
    assert "structures.view" in str(answer["scope"]).split()
    assert "refresh_token" not in answer


async def test_legacy_pair_is_another(client: Client) -> None:
    """Neither pair of credentials is good at the other address."""
    legacy = dict(client.cloud.legacy_credentials)
    assert (await client.grant("/oauth/token", **legacy))[0] == 200
    for path, pair in (("/oauth2/token", legacy), ("/oauth/token", {})):
        status, answer = await client.grant(path, **pair)
        assert (status, answer["error"]) == (401, "invalid_client")


async def test_other_grants(client: Client) -> None:
    """Password and code bring a refresh token, which is good once."""
    owner = client.cloud.owner
    person = {
        "grant_type": "password",
        "username": owner.email,
        "password": owner.password,
    }
    _, first = await client.grant(**person)
    refresh = {
        "grant_type": "refresh_token",
        "refresh_token": str(first["refresh_token"]),
    }
    status, second = await client.grant(**refresh)
    assert status == 200
    client.token = str(second["access_token"])
    assert await client.rows("/api/structures")
    assert (await client.grant(**refresh))[1]["error"] == "invalid_grant"
    code = {"grant_type": "authorization_code", "code": client.cloud.tokens.code()}
    assert (await client.grant(**code))[0] == 200
    assert (await client.grant(**code))[0] == 400
    assert (await client.grant(**{**person, "password": "no"}))[0] == 401
    status, answer = await client.grant(grant_type="client credentials")
    assert (status, answer["error"]) == (400, "unsupported_grant_type")


async def test_fifty_logins_a_day(client: Client, clock: ManualClock) -> None:
    """The fifty-first login of a day waits; refreshing does not count."""
    owner = client.cloud.owner
    person = {
        "grant_type": "password",
        "username": owner.email,
        "password": owner.password,
    }
    _, last = await client.grant(**person)
    for _ in range(48):
        assert (await client.grant())[0] == 200
    assert (await client.grant())[0] == 429
    refresh = str(last["refresh_token"])
    assert (await client.grant(grant_type="refresh_token", refresh_token=refresh))[
        0
    ] == 200
    clock.advance(86_400)
    assert (await client.grant())[0] == 200


async def test_token_ends(client: Client, clock: ManualClock) -> None:
    """Tokens end with their lifetime, when they are revoked, and are asked for at all."""
    await client.get("/api/rooms")
    clock.advance(client.cloud.tokens.lifetime)
    status, answer, response = await client.call("GET", "/api/rooms")
    assert status == 401
    assert response.reason == "UNAUTHORIZED"
    assert "errors" in answer
    await client.login()
    await client.get("/api/rooms")
    client.cloud.expire_tokens()
    assert (await client.call("GET", "/api/rooms"))[0] == 401
    _, answer = await client.grant(
        grant_type="password",
        username=client.cloud.owner.email,
        password=client.cloud.owner.password,
    )
    client.cloud.tokens.revoke()
    refresh = str(answer["refresh_token"])
    assert (await client.grant(grant_type="refresh_token", refresh_token=refresh))[
        0
    ] == 400
    client.token = "made up"
    assert (await client.call("GET", "/api/rooms"))[0] == 401


async def test_scopes(client: Client) -> None:
    """A narrow token gets 403; partners' types are for nobody."""
    _, answer = await client.grant(scope="structures.view vents.view+vents.edit")
    assert answer["scope"] == "structures.view vents.view vents.edit"
    client.token = str(answer["access_token"])
    await client.get("/api/rooms")
    assert (await client.call("GET", "/api/users"))[0] == 403
    room = named(client, "rooms", "Kitchen")
    assert (await client.patch("rooms", room, active=False))[0] == 403
    await client.login()
    assert (await client.call("GET", "/api/applications"))[0] == 403


@pytest.mark.parametrize("name", HOMES)
async def test_everything_can_be_read(
    serve: Serve, clock: ManualClock, name: str
) -> None:
    """Every link of every resource of every home answers, readings of silent devices apart."""
    client = await serve(HOMES[name](1, clock))
    kinds = mapping((await client.get("/api/"))["links"])
    assert {*kinds, "weather-readings"} == set(KINDS)
    for kind in KINDS:
        for row in await client.rows(f"/api/{kind}"):
            # Nothing else: the vendor's own client makes objects of exactly these.
            assert row.keys() == {"id", "type", "attributes", "relationships"}
            assert row["type"] == kind
            for relation in map(mapping, mapping(row["relationships"]).values()):
                links = mapping(relation["links"])
                path = str(links["related"])
                status, answer, _ = await client.call("GET", path)
                if status == 404:
                    assert path.endswith(("current-reading", "current-state"))
                else:
                    assert status == 200
                    assert "data" in answer
                if "data" in relation:
                    own = await client.get(str(links["self"]))
                    assert own["data"] == relation["data"]


async def test_headers(client: Client) -> None:
    """Documents are plain JSON in UTF-8."""
    _, _, response = await client.call("GET", "/api/vents")
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("status", "words"),
    [(422, "UNPROCESSABLE ENTITY"), (404, "NOT FOUND"), (403, "FORBIDDEN")],
)
async def test_reason_phrases(client: Client, status: int, words: str) -> None:
    """They are those of Flair's server, in capitals: a client of users compares with them."""
    faults_of(client.cloud).add(Fault(kind=Kind.STATUS, status=status))
    _, document, response = await client.call("GET", "/api/vents")
    assert response.reason == words
    (error,) = cast(list[Json], document["errors"])
    assert str(mapping(error)["title"]).upper() == words


async def test_paging(serve: Serve, clock: ManualClock) -> None:
    """Pages of fifty, however many are asked for; `meta.next` is a path."""
    client = await serve(home(vents=120, clock=clock))
    seen: list[str] = []
    path: Json = "/api/vents?page[size]=500"
    pages = 0
    while path:
        answer = await client.get(str(path))
        data, meta = answer["data"], mapping(answer["meta"])
        assert isinstance(data, list)
        seen += [str(mapping(row)["id"]) for row in data]
        path = meta["next"]
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)
    first = urlsplit(str(meta["first"]))
    assert first.path == "/api/vents"
    assert parse_qs(first.query) == {"page[size]": ["50"], "page[page]": ["1"]}
    assert "include=&" in str(meta["first"])
    assert meta["prev"] is not None
    assert await client.rows("/api/vents?page[page]=9") == []
    assert (await client.call("GET", "/api/vents?page[page]=x"))[0] == 400
    assert (await client.call("GET", "/api/vents?page[size]=0"))[0] == 400


async def test_history(client: Client) -> None:
    """Sensor readings are a paged list, newest first, and the newest is the current one."""
    puck = next(client.cloud.world.all("pucks")).id
    rows = await client.rows(f"/api/pucks/{puck}/sensor-readings")
    assert len(rows) == 50
    assert rows[0]["attributes"] == await client.reading("pucks", puck)
    times = [str(mapping(row["attributes"])["created-at"]) for row in rows]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "path",
    ["/api/nonsense", "/api/vents/none", "/api/vents/none/room", "/nowhere"],
)
async def test_not_found(client: Client, path: str) -> None:
    """What is not there is a list of errors."""
    status, answer, response = await client.call("GET", path)
    assert status == 404
    assert isinstance(answer["errors"], list)
    assert response.reason == "NOT FOUND"


async def test_linked_but_not_there(client: Client) -> None:
    """Vents link a current state that does not exist, as in the cloud."""
    vent = next(client.cloud.world.all("vents")).id
    row = mapping((await client.get(f"/api/vents/{vent}"))["data"])
    assert "current-state" in mapping(row["relationships"])
    for name in ("current-state", "relationships/nonsense", "nonsense", "a/b/c"):
        assert (await client.call("GET", f"/api/vents/{vent}/{name}"))[0] == 404


async def test_patch_answers_with_the_resource(client: Client) -> None:
    """A write is answered with the whole new resource."""
    vent = next(client.cloud.world.all("vents")).id
    status, answer = await client.patch("vents", vent, percent_open=37)
    assert status == 200
    assert answer["data"] == (await client.get(f"/api/vents/{vent}"))["data"]
    assert (await client.attributes("vents", vent))["percent-open"] == 37


async def test_patch_moves_a_device(client: Client) -> None:
    """Relationships in a write are followed."""
    vent = next(client.cloud.world.all("vents")).id
    room = named(client, "rooms", "Studio")
    relation: Json = {"room": {"data": {"type": "rooms", "id": room}}}
    body: Json = {"data": {"type": "vents", "relationships": relation}}
    assert (await client.call("PATCH", f"/api/vents/{vent}", body))[0] == 200
    assert [row["id"] for row in await client.rows(f"/api/rooms/{room}/vents")] == [
        vent
    ]


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("vents", {"percent_open": 101}),
        ("vents", {"percent_open": "37"}),
        ("vents", {"percent_open": 12.5}),
        ("vents", {"precent_open": 10}),
        ("structures", {"mode": "off"}),
        ("structures", {"home": "Away"}),
        ("structures", {"active_schedule_id": "none"}),
        ("structures", {"temp_away_min_c": 26}),
        ("structures", {"temp_away_max_c": 18}),
        ("rooms", {"set_point_c": 5}),
        ("rooms", {"active": 1}),
        ("pucks", {"puck_display_color": "purple"}),
        ("bridges", {"led_brightness": 10}),
        ("hvac-units", {"mode": "Turbo"}),
        ("hvac-units", {"button_presses": "Power"}),
    ],
)
async def test_values_that_are_refused(
    client: Client, kind: str, attributes: dict[str, Json]
) -> None:
    """Unknown attributes and impossible values are 422, and change nothing."""
    target = next(client.cloud.world.all(kind))
    before = await client.attributes(kind, target.id)
    status, answer = await client.patch(kind, target.id, **attributes)
    assert status == 422
    assert isinstance(answer["errors"], list)
    assert await client.attributes(kind, target.id) == before


async def test_bodies_that_are_refused(client: Client) -> None:
    """Something else than a JSON:API document is 400, another resource's 422."""
    vent = next(client.cloud.world.all("vents")).id
    path = f"/api/vents/{vent}"
    assert (await client.call("PATCH", path, []))[0] == 400
    assert (await client.call("PATCH", path))[0] == 400
    assert (await client.call("PATCH", path, {"data": {"type": "rooms"}}))[0] == 422
    other: Json = {"data": {"type": "vents", "id": "1"}}
    assert (await client.call("PATCH", path, other))[0] == 422
    assert (await client.call("PUT", path, {"data": {"type": "vents"}}))[0] == 405
    async with client.http.patch(
        client.cloud.url + path,
        data=b"{",
        headers={"Authorization": f"Bearer {client.token}"},
    ) as response:
        assert response.status == 400


async def test_read_only(client: Client) -> None:
    """Nobody can set a linked thermostat or delete a user."""
    thermostat = next(client.cloud.world.all("thermostats")).id
    assert (await client.patch("thermostats", thermostat, mode="OFF"))[0] == 405
    user = next(client.cloud.world.all("users")).id
    assert (await client.call("DELETE", f"/api/users/{user}"))[0] == 405


async def test_exactly_fifty(serve: Serve, clock: ManualClock) -> None:
    """Some vents refuse the position 50, with a detail that is a list, and no other."""
    client = await serve(home(vents=30, clock=clock))
    vents = [vent.id for vent in client.cloud.world.all("vents")]
    answers = [await client.patch("vents", vent, percent_open=50) for vent in vents]
    refused = [
        vent for vent, (status, _) in zip(vents, answers, strict=True) if status == 400
    ]
    assert 0 < len(refused) < len(vents)
    errors = next(answer for status, answer in answers if status == 400)["errors"]
    assert isinstance(errors, list)
    assert mapping(errors[0])["detail"] == ["This request could not be processed."]
    assert (await client.patch("vents", refused[0], percent_open=49))[0] == 200
    client.cloud.world.refuse_fifty = 0
    assert (await client.patch("vents", refused[0], percent_open=50))[0] == 200


async def test_bursts_of_writes(client: Client) -> None:
    """Half of the writes that overlap another one get an HTML 500, one at a time none."""
    rooms = [room.id for room in client.cloud.world.all("rooms")]

    async def burst() -> list[int]:
        writes = (
            client.patch("rooms", room, set_point_c=20.5, active=True) for room in rooms
        )
        return [status for status, _ in await asyncio.gather(*writes)]

    statuses = await burst()
    assert statuses.count(500) == 4
    assert statuses.count(200) == 5
    for room in rooms:
        assert (await client.patch("rooms", room, set_point_c=21))[0] == 200
    client.cloud.write_burst_errors = False
    assert await burst() == [200] * 9


async def test_create_relate_delete(client: Client) -> None:
    """Rooms can be made, moved into and deleted."""
    home_id = next(client.cloud.world.all("structures")).id
    link: Json = {"data": {"type": "structures", "id": home_id}}
    data: Json = {
        "type": "rooms",
        "attributes": {"name": "Loft"},
        "relationships": {"structure": link},
    }
    status, answer, _ = await client.call("POST", "/api/rooms", {"data": data})
    assert status == 201
    room = str(mapping(answer["data"])["id"])
    vent = named(client, "vents", "Guest Room")
    vents = f"/api/rooms/{room}/relationships/vents"
    pointer: Json = {"data": [{"type": "vents", "id": vent}]}
    assert (await client.call("POST", vents, pointer))[0] == 204
    assert [row["id"] for row in await client.rows(f"/api/rooms/{room}/vents")] == [
        vent
    ]
    assert (await client.call("PATCH", vents, {"data": []}))[0] == 204
    assert await client.rows(f"/api/rooms/{room}/vents") == []
    to_one = f"/api/vents/{vent}/relationships/room"
    assert (
        await client.call("PATCH", to_one, {"data": {"type": "rooms", "id": room}})
    )[0] == 204
    assert [row["id"] for row in await client.rows(f"/api/rooms/{room}/vents")] == [
        vent
    ]
    assert (await client.call("DELETE", vents, pointer))[0] == 204
    assert (await client.call("DELETE", f"/api/rooms/{room}"))[0] == 204
    assert (await client.call("GET", f"/api/rooms/{room}"))[0] == 404
    bad: Json = {"data": {"type": "rooms", "attributes": {"active": "yes"}}}
    count = len(await client.rows("/api/rooms"))
    assert (await client.call("POST", "/api/rooms", bad))[0] == 422
    assert len(await client.rows("/api/rooms")) == count
    assert (await client.call("POST", "/api/users", bad))[0] == 403
    assert (await client.call("PATCH", f"/api/vents/{vent}/relationships/x", pointer))[
        0
    ] == 404
