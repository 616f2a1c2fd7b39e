"""The REST API: tokens, verbs, pages and quirks."""

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp
import jwt
import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.farmbot import pictures
from custom_components.habitat.simulator.farmbot.resources import (
    POINT_FIELDS,
    RESOURCES,
)
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Client, Serve

DAY = 86_400.0
LISTS = sorted(path for path, found in RESOURCES.items() if "I" in found.verbs)
SINGLES = sorted(path for path, found in RESOURCES.items() if found.single)

NEW: dict[str, dict[str, Json]] = {
    "curves": {"name": "Dry", "type": "water", "data": {"1": 5}},
    "farm_events": {
        "start_time": "2030-01-01T00:00:00.000Z",
        "time_unit": "never",
        "repeat": 1,
        "executable_id": 1124,
        "executable_type": "Sequence",
    },
    "farmware_envs": {"key": "camera", "value": "RPI"},
    "farmware_installations": {"url": "https://example.com/manifest.json"},
    "folders": {"name": "New", "color": "red"},
    "images": {"attachment_url": "https://example.com/x.jpg", "meta": {"x": 1}},
    "logs": {"message": "Hello", "type": "success"},
    "peripherals": {"pin": 11, "label": "Fan", "mode": 0},
    "pin_bindings": {"pin_num": 5, "special_action": "sync"},
    "plant_templates": {"saved_garden_id": 1, "x": 1.0, "y": 2.0},
    "point_groups": {"name": "All", "point_ids": [1]},
    "points": {"pointer_type": "Plant", "name": "Pea", "x": 5.4, "y": 7},
    "regimens": {"name": "Long", "color": "red", "regimen_items": []},
    "saved_gardens": {"name": "Winter"},
    "scene_objects": {"name": "Tree"},
    "sensor_readings": {
        "pin": 59,
        "mode": 1,
        "value": 400,
        "x": None,
        "y": 1.5,
        "z": 0.0,
    },
    "sensors": {"pin": 58, "label": "Rain", "mode": 0},
    "sequences": {"name": "Nothing", "body": []},
    "telemetries": {"soc_temp": 40, "target": "rpi4"},
    "tools": {"name": "Knife"},
    "webcam_feeds": {"name": "Roof", "url": "0"},
    "wizard_step_results": {"slug": "wifi", "answer": True},
}


async def test_a_token(client: Client) -> None:
    """It is a signed JWT that tells where the broker is, as the vendor's does, and its port beside."""
    status, answer = await client.log_in(email=" ROBIN@example.com ")
    assert status == 200
    token = answer["token"]
    claims = token["unencoded"]
    host, port = client.cloud.broker.address
    assert claims["mqtt"] == host
    assert claims["mqtt_port"] == port
    assert claims["mqtt_ws"] == f"ws{client.cloud.url.removeprefix('http')}/ws"
    assert claims["iss"] == client.cloud.url.removeprefix("http:")
    assert claims["bot"] == "device_214"
    assert claims["exp"] - claims["iat"] == 60 * DAY
    assert answer["user"]["id"] == claims["sub"]
    async with client.http.get(client.cloud.url + "/api/public_key") as response:
        key = await response.text()
    read = jwt.decode(
        token["encoded"],
        key,
        algorithms=["RS256"],
        options={
            "verify_aud": False,
            "verify_exp": False,
            "verify_iat": False,
            "verify_sub": False,
        },
    )
    assert read == claims


@pytest.mark.parametrize(
    ("headers", "audience"),
    [
        ({}, "unknown"),
        ({"X-Requested-With": "XMLHttpRequest"}, "human"),
        ({"User-Agent": "FARMBOTOS/15"}, "bot"),
    ],
)
async def test_audience(client: Client, headers: dict[str, str], audience: str) -> None:
    """Who asks is told by its headers."""
    user: Json = dict(client.cloud.credentials)
    _, answer = await client.ask("POST", "tokens", {"user": user}, **headers)
    assert answer["token"]["unencoded"]["aud"] == audience


async def test_a_token_lives_60_days(client: Client, clock: ManualClock) -> None:
    """Nothing makes it live longer, and each can be revoked by itself."""
    first = client.token
    before = jwt.decode(first, options={"verify_signature": False})
    clock.advance(30 * DAY)
    _, again = await client.ask("GET", "tokens")
    assert again["token"]["unencoded"]["exp"] == before["exp"]
    assert again["token"]["encoded"] != first
    assert await client.ask("DELETE", "tokens") == (204, None)
    assert (await client.ask("GET", "device"))[0] == 401
    client.token = f"Bearer {again['token']['encoded']}"
    assert (await client.ask("GET", "device"))[0] == 200
    clock.advance(31 * DAY)
    status, error = await client.ask("GET", "device")
    assert (status, error["error"]["strategy"]) == (401, "jwt")
    assert (await client.ask("PUT", "tokens"))[0] == 404


async def test_refused_logins(client: Client) -> None:
    """A wrong password, an account that is not verified, and terms are told apart."""
    assert await client.log_in(password="wrong") == (
        422,
        {"auth": "Bad email or password."},
    )
    assert await client.ask("POST", "tokens", {}) == (
        422,
        {"email": "Email can't be blank", "password": "Password can't be nil"},
    )
    assert await client.log_in(password="") == (
        422,
        {"password": "Password can't be blank"},
    )
    users: list[Json] = [None, "Robin", [1]]
    for user in users:
        status, error = await client.ask("POST", "tokens", {"user": user})
        assert (status, "JSON object" in error["error"]) == (422, True)
    client.cloud.verified = False
    assert await client.log_in() == (
        403,
        {"error": "You can't perform that action. Verify account first"},
    )
    client.cloud.verified = True
    client.cloud.agreed = False
    assert (await client.log_in())[0] == 451
    status, error = await client.ask("GET", "points")
    assert (status, "terms of service" in error["error"]) == (451, True)


async def test_without_a_token(client: Client) -> None:
    """There are two ways of having none."""
    async with client.http.get(client.cloud.url + "/api/device") as response:
        assert response.status == 401
        assert isinstance((await response.json())["error"], str)
    client.cloud.expire_tokens()
    status, error = await client.ask("GET", "device")
    assert (status, error["error"]["jwt"]) == (401, "Please log out and try again.")


async def test_what_needs_no_token(client: Client) -> None:
    """Some things anybody may read."""
    client.token = ""
    config = await client.get("global_config")
    assert config["MQTT_WS"].startswith("ws://")
    assert len(await client.get("featured_sequences")) == 1
    assert (await client.get("global_bulletins/simulated-bulletin"))["type"] == "info"
    assert (await client.ask("GET", "global_bulletins/none"))[0] == 404
    assert (await client.get("corpus"))["version"]


@pytest.mark.parametrize("path", LISTS)
async def test_lists(client: Client, path: str) -> None:
    """Each is an array of objects with ids; created_at is in seconds in some."""
    rows = await client.get(path)
    assert all(isinstance(row["id"], int) for row in rows)
    kinds = {type(row["created_at"]) for row in rows}
    assert kinds <= {int if RESOURCES[path].unix else str}
    assert rows


@pytest.mark.parametrize("path", SINGLES)
async def test_singles(client: Client, path: str) -> None:
    """They are objects, whatever id is asked for, and can be written."""
    found = await client.get(path)
    assert await client.get(f"{path}/12345") == found
    name = "name" if path == "device" else next(iter(RESOURCES[path].fields))
    value = "Other" if path == "device" else found[name]
    _, written = await client.ask("PATCH", path, {name: value, "id": 3})
    assert (written["id"], written[name]) == (found["id"], value)
    deletes = "D" in RESOURCES[path].verbs
    assert (await client.ask("DELETE", path))[0] == (200 if deletes else 404)


@pytest.mark.parametrize("path", sorted(NEW))
async def test_verbs(client: Client, path: str) -> None:
    """What the server has of create, show, update and destroy works; the rest is not there."""
    verbs = RESOURCES[path].verbs
    status, made = await client.ask("POST", path, NEW[path])
    assert status == 200
    address = f"{path}/{made['id']}"
    expected = 200 if "S" in verbs else 404
    assert (await client.ask("GET", address))[0] == expected
    status, changed = await client.ask("PUT", address, NEW[path])
    assert status == (200 if "U" in verbs else 404)
    if "U" in verbs:
        assert changed["id"] == made["id"]
    assert await client.ask("DELETE", address) == (200, None)
    assert (await client.ask("DELETE", address))[0] == 404
    assert made["id"] not in [row["id"] for row in await client.get(path)]


async def test_users(client: Client) -> None:
    """The one user is an array when read, and an object when written."""
    (user,) = await client.get("users")
    status, changed = await client.ask("PATCH", "users", {"language": "Deutsch"})
    assert (status, changed) == (200, {**user, **changed})
    assert changed["language"] == "Deutsch"


async def test_complaints(client: Client) -> None:
    """What is wrong with a body is told field by field, flat."""
    status, error = await client.ask("POST", "peripherals", {"pin": "8", "label": "x"})
    assert (status, error) == (422, {"pin": "Pin isn't an integer"})
    _, error = await client.ask("POST", "points", {"pointer_type": "Fungus"})
    assert error == {"x": "X is required", "y": "Y is required"}
    fungus: Json = {"pointer_type": "Fungus", "x": 1, "y": 2}
    _, error = await client.ask("POST", "points", fungus)
    assert "GenericPointer, Plant, ToolSlot, Weed" in error["pointer_type"]
    _, error = await client.ask("POST", "points", {"x": None, "y": "1"})
    assert error == {
        "x": "X can't be nil",
        "y": "Y isn't a float",
        "pointer_type": "Pointer Type is required",
    }
    slot: Json = {"pointer_type": "ToolSlot", "x": 1, "y": 2, "tool_id": 5}
    _, error = await client.ask("POST", "points", slot)
    assert error == {"tool_id": "Can't find tool with id 5"}
    _, error = await client.ask("POST", "tools", {"name": ""})
    assert error == {"name": "Name can't be blank"}
    _, error = await client.ask("POST", "plant_templates", {"x": 1, "y": 1})
    assert error == {"saved_garden_id": "Saved Garden is required"}
    _, error = await client.ask("POST", "logs", {"message": "My password"})
    assert set(error) == {"log"}
    _, error = await client.ask("POST", "tools", {})
    assert error == {"name": "Name is required"}
    _, error = await client.ask("POST", "tools", [1])
    assert set(error) == {"error"}
    async with client.http.post(
        client.cloud.url + "/api/tools",
        data="{",
        headers={"Authorization": client.token},
    ) as response:
        assert response.status == 422


async def test_stale_record(client: Client) -> None:
    """Whoever sends an old updated_at with several columns is refused."""
    tool = (await client.get("tools"))[0]
    old: dict[str, Json] = {"updated_at": "2001-01-01T00:00:00.000Z", "name": "A"}
    address = f"tools/{tool['id']}"
    assert (await client.ask("PATCH", address, old))[0] == 200
    status, error = await client.ask("PATCH", address, {**old, "flow_rate_ml_per_s": 1})
    assert (status, list(error)) == (409, ["stale_record"])


async def test_pages(client: Client) -> None:
    """Both numbers are needed, and not every list has pages."""
    whole = await client.get("points")
    first, last = [await client.get(f"points?page={page}&per=60") for page in (1, 2)]
    assert first + last == whole
    assert len(await client.get("points?per=5")) == len(whole)
    assert len(await client.get("images?page=1&per=5")) == 40
    assert (await client.ask("GET", "tools?page=1&per=5"))[0] == 500
    newest = await client.get("sensor_readings?page=1&per=3")
    stamps = [row["created_at"] for row in newest]
    assert stamps == sorted(stamps, reverse=True)


async def test_points(client: Client) -> None:
    """Filters, several at once, merged meta, and rounded places of plants."""
    whole = await client.get("points")
    assert {row["pointer_type"] for row in whole} == set(POINT_FIELDS)
    assert await client.get("points?pointer_type=Weed") == whole
    client.cloud.set("points", whole[0]["id"], discarded_at="2026-01-01T00:00:00.000Z")
    assert len(await client.get("points")) == len(whole) - 1
    assert len(await client.get("points?filter=old")) == 1
    assert len(await client.get("points?filter=all")) == len(whole)
    body: Json = {
        "pointer_type": "Plant",
        "x": 10.6,
        "y": 1,
        "meta": {"a": True, "b": 2},
    }
    _, made = await client.ask("POST", "points", body)
    assert (made["x"], made["meta"]) == (11, {"a": "true", "b": "2"})
    address = f"points/{made['id']}"
    _, made = await client.ask("PATCH", address, {"meta": {"b": None}})
    assert made["meta"] == {"a": "true", "b": None}
    ids = ",".join(str(row["id"]) for row in whole[1:4])
    assert (await client.ask("DELETE", f"points/{ids}"))[0] == 200
    assert len(await client.get("points?filter=all")) == len(whole) - 2


async def test_search(client: Client) -> None:
    """Points are searched by POST, logs by GET, both by what they are exactly."""
    query: Json = {"pointer_type": "GenericPointer", "meta": {"at_soil_level": "true"}}
    _, found = await client.ask("POST", "points/search", query)
    assert {row["name"] for row in found} == {"Soil Height"}
    assert (await client.ask("GET", "points/search"))[0] == 404
    warnings = await client.get("logs/search?type=warn")
    assert {row["type"] for row in warnings} == {"warn"}
    await client.ask("PATCH", "web_app_config", {"warn_log": 0})
    assert await client.get("logs/search?type=warn") == []


async def test_reading_events_destroys_those_that_are_over(
    client: Client, clock: ManualClock
) -> None:
    """But only once the device knows its time zone."""
    before = await client.get("farm_events")
    clock.advance(3 * DAY)
    client.cloud.set("device", 214, timezone=None)
    assert await client.get("farm_events") == before
    client.cloud.set("device", 214, timezone="Europe/Paris")
    left = await client.get("farm_events")
    assert 0 < len(left) < len(before)


async def test_a_single_event_ends_after_a_minute(client: Client) -> None:
    """The server sets its end."""
    _, event = await client.ask("POST", "farm_events", NEW["farm_events"])
    assert event["end_time"] == "2030-01-01T00:01:00.000Z"
    assert (event["time_unit"], event["repeat"]) == ("never", 1)


async def test_regimens_number_their_items_anew(client: Client) -> None:
    """Every write replaces all of them."""
    regimen = (await client.get("regimens"))[0]
    items: Json = [{"sequence_id": 5, "time_offset": 1000}]
    _, changed = await client.ask(
        "PATCH", f"regimens/{regimen['id']}", {"regimen_items": items}
    )
    (item,) = changed["regimen_items"]
    assert item["id"] not in [each["id"] for each in regimen["regimen_items"]]
    assert item["sequence_id"] == 5


async def test_the_state_of_a_tool(client: Client) -> None:
    """It is active while it has a slot."""
    _, made = await client.ask("POST", "tools", {"name": "Spare"})
    assert made["status"] == "inactive"
    assert {row["status"] for row in await client.get("tools")} == {
        "active",
        "inactive",
    }


async def test_caps(serve: Serve) -> None:
    """A full account takes no more points; lists of the past drop their oldest."""
    client = await serve("large")
    assert len(await client.get("points")) == 1000
    status, error = await client.ask("POST", "points", NEW["points"])
    assert (status, list(error)) == (422, ["point_limit"])
    images = await client.get("images")
    assert (await client.ask("POST", "images", NEW["images"]))[0] == 200
    later = await client.get("images")
    assert (len(later), later[1:]) == (450, images[:-1])
    assert len(await client.get("sequences")) == 75


async def test_an_image_is_processed(client: Client) -> None:
    """First there is a stand-in, then the picture; neither wants to see a token."""
    client.cloud.robot.machine.pace = 1000
    image: Json = {"attachment_url": client.cloud.url + "/photos/1/2/3/x.png"}
    _, made = await client.ask("POST", "images", image)
    assert made["attachment_processed_at"] is None
    assert "placeholder" in made["attachment_url"]
    assert "pending_url" not in made
    async with client.http.get(made["attachment_url"]) as response:
        assert response.content_type == "image/png"
    done = made
    async with asyncio.timeout(5):
        while done == made:
            done = await client.get(f"images/{made['id']}")
    assert done["attachment_processed_at"]
    async with (
        aiohttp.ClientSession() as http,
        http.get(done["attachment_url"]) as response,
    ):
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")
    assert pictures.paint("/photos/a") != pictures.paint("/photos/b")


async def test_webcams(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One shows a film, one pictures, one is a page; the film ends with the cloud."""
    monkeypatch.setattr(pictures, "_FRAME", 0.01)
    url = client.cloud.url
    async with client.http.get(url + "/webcam.html") as response:
        assert response.content_type == "text/html"
    async with client.http.get(url + "/webcam.jpg") as response:
        assert response.content_type == "image/jpeg"
        still = await response.read()
    assert (still[:2], still[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    async with client.http.get(url + "/webcam.mjpeg") as response:
        assert response.content_type == "multipart/x-mixed-replace"
        seen = b""
        while seen.count(still) < 2:
            seen += await response.content.readany()
        await client.cloud.stop()
        # Cut, or at its end: the client sees no more of it.
        with suppress(aiohttp.ClientError):
            await response.read()
    # It moves.
    assert pictures.frame(0) != pictures.frame(60)


async def test_releases(client: Client, clock: ManualClock) -> None:
    """Up to date, unknown and a new one; asking leaves a trace."""
    assert (await client.ask("GET", "releases?platform=rpi4"))[0] == 422
    assert (await client.ask("GET", "releases"))[0] == 404
    client.cloud.world.update = "16.0.0"
    release = await client.get("releases?platform=rpi4")
    assert (release["version"], release["channel"]) == ("16.0.0", "stable")
    assert (await client.get("device"))["last_ota_attempt_at"]


async def test_device_sync_looks_like_the_robot(
    client: Client, clock: ManualClock
) -> None:
    """Which is why no client should call it."""
    before = (await client.get("device"))["last_saw_api"]
    await client.get("device/sync")
    assert (await client.get("device"))["last_saw_api"] != before


async def test_saved_gardens(client: Client) -> None:
    """They are made of the plants, and applied beside or instead of them."""

    async def plants() -> list[Any]:
        whole = await client.get("points")
        return [row for row in whole if row["pointer_type"] == "Plant"]

    count = len(await plants())
    _, garden = await client.ask("POST", "saved_gardens/snapshot", {"name": "Now"})
    templates = await client.get("plant_templates")
    mine = [row for row in templates if row["saved_garden_id"] == garden["id"]]
    assert len(mine) == count
    address = f"saved_gardens/{garden['id']}/apply"
    assert (await client.ask("PATCH", address))[0] == 200
    assert len(await plants()) == 2 * count
    assert (await client.ask("POST", address))[0] == 200
    assert len(await plants()) == count
    assert (await client.ask("POST", "saved_gardens/1/apply"))[0] == 404


async def test_shared_sequences(client: Client) -> None:
    """They are published, withdrawn, installed and upgraded."""
    sequence = (await client.get("sequences"))[0]["id"]
    _, shared = await client.ask("POST", f"sequences/{sequence}/publish")
    (version,) = shared["sequence_versions"]
    assert (await client.get(f"sequence_versions/{version}"))["kind"] == "sequence"
    _, copy = await client.ask("POST", f"sequences/{version}/install")
    assert copy["sequence_version_id"] == version
    _, old = await client.ask("POST", f"sequences/{sequence}/upgrade/{version}")
    assert old["sequence_version_id"] == version
    _, own = await client.ask("POST", f"sequences/{sequence}/unpublish")
    assert own["sequence_versions"] == []


async def test_the_rest(client: Client) -> None:
    """Upload policies, exports, refreshed farmware, logs that are not kept."""
    assert (await client.get("storage_auth"))["verb"] == "POST"
    assert await client.ask("POST", "export_data") == (202, None)
    farmware = (await client.get("farmware_installations"))[0]["id"]
    address = f"farmware_installations/{farmware}/refresh"
    assert (await client.ask("POST", address))[1]["id"] == farmware
    before = len(await client.get("logs"))
    await client.ask("POST", "logs", {"message": "Ha", "type": "fun"})
    assert len(await client.get("logs")) == before
    assert (await client.ask("DELETE", "logs/all"))[0] == 200
    assert await client.get("logs") == []
    for path in ("nothing", "points/1/2", "points/x", "farm_events/0"):
        assert (await client.ask("GET", path))[0] == 404
    assert (await client.ask("POST", "alerts", {"problem_tag": "x"}))[0] == 404


async def test_nowhere(client: Client) -> None:
    """What is neither of the API nor a picture is not there, and pictures can only be read."""
    for method, path in (("GET", "/nowhere"), ("POST", "/photos/1.png")):
        address = client.cloud.url + path
        async with client.http.request(method, address) as response:
            assert response.status == 404


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"jwt": "Please log out and try again.", "strategy": "jwt"}}),
        (404, {"error": "Document not found."}),
        (503, {"error": "Internal server error"}),
        (429, None),
    ],
)
async def test_refusals(client: Client, status: int, body: Json) -> None:
    """Faults are in the server's own words; its limiter speaks plain text."""
    faults_of(client.cloud).add(Fault(kind=Kind.STATUS, status=status))
    assert await client.ask("GET", "device") == (status, body)


async def test_the_label_of_a_request_comes_back(client: Client) -> None:
    """A client can tell its own changes by it."""
    async with client.http.get(
        client.cloud.url + "/api/device",
        headers={"Authorization": client.token, "X-Farmbot-Rpc-Id": "mine"},
    ) as response:
        assert response.headers["X-Farmbot-Rpc-Id"] == "mine"


async def test_uploads(client: Client) -> None:
    """A picture is brought with what was granted, and shown from then on."""
    grant = await client.get("storage_auth")
    address, form = f"http:{grant['url']}", grant["form_data"]
    assert address == f"{client.cloud.url}/direct_upload/"
    picture = b"\xff\xd8\xff" + bytes(2_000_000)

    async def bring(content: bytes, **changed: str) -> int:
        data = aiohttp.FormData({**form, **changed})
        data.add_field("file", content, filename="x.jpg")
        async with client.http.post(address, data=data) as response:
            return response.status

    assert await bring(b"GIF89a") == 415
    assert await bring(picture + bytes(8_000_000)) == 413
    assert await bring(picture, signature="made up") == 401
    assert await bring(picture) == 200
    async with client.http.get(address + form["key"]) as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", picture)
    async with client.http.get(address + "temp/other.jpg") as response:
        assert response.status == 404
    async with client.http.post(address, json={}) as response:
        assert response.status == 401
    for _ in range(25):
        form = (await client.get("storage_auth"))["form_data"]
        assert await bring(b"\xff\xd8\xff") == 200
    assert len(client.cloud.uploads.kept) == 20


async def test_what_is_in_use(client: Client) -> None:
    """Tools in slots and sequences that something runs stay."""
    slot = next(row for row in await client.get("points") if row.get("tool_id"))
    status, error = await client.ask("DELETE", f"tools/{slot['tool_id']}")
    assert (status, "still in a slot" in error["tool"]) == (422, True)
    await client.ask("PATCH", f"points/{slot['id']}", {"tool_id": None})
    assert (await client.ask("DELETE", f"tools/{slot['tool_id']}"))[0] == 200
    event = next(
        row
        for row in await client.get("farm_events")
        if row["executable_type"] == "Sequence"
    )
    address = f"sequences/{event['executable_id']}"
    status, error = await client.ask("DELETE", address)
    assert (status, "in use by the following" in error["sequence"]) == (422, True)


async def test_events_need_something_to_run(client: Client) -> None:
    """An event of nothing, or one that ends before it starts, is refused."""
    body = NEW["farm_events"]
    status, error = await client.ask(
        "POST", "farm_events", {**body, "executable_id": 1}
    )
    assert (status, list(error)) == (422, ["farm_event"])
    backwards: Json = {**body, "time_unit": "daily", "end_time": "2029-01-01T00:00:00Z"}
    status, error = await client.ask("POST", "farm_events", backwards)
    assert (status, list(error)) == (422, ["end_time"])
    plant: Json = {**NEW["points"], "water_curve_id": 1}
    _, error = await client.ask("POST", "points", plant)
    assert error == {"water_curve_id": "Curve ID is not valid"}
