"""FarmBot's images: the latest photo, and the map of the bed."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from http import HTTPStatus
from xml.etree import ElementTree as ET

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import pictures as shared
from custom_components.habitat.simulator.farmbot.world import stamp
from homeassistant.components.image import Image, async_get_image
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import NOW, counted_writes, tick

from .conftest import Setting, SetUp

PLACE = "x 0\N{EN SPACE}y 0"
"""What the map says of a robot that is at home."""
PNG = b"\x89PNG\r\n\x1a\n"


async def fetch(garden: Setting, key: str) -> Image:
    """Return a picture as the frontend gets it."""
    return await async_get_image(garden.hass, garden.entity("image", key))


async def take(garden: Setting, url: str, at: float = 100.0) -> None:
    """Let a photo be there that is at an address."""
    before = garden.value("latest_photo", "image")
    garden.cloud.world.create(
        "images",
        attachment_url=url,
        attachment_processed_at=stamp(NOW + at),
        created_at=stamp(NOW + at),
        meta={"x": 1.0, "y": 2.0, "z": 0.0},
    )
    await garden.until(lambda: garden.value("latest_photo", "image") != before)


class Store:
    """Where a vendor's pictures may be: another server."""

    def __init__(self) -> None:
        """Have a small picture."""
        self.answer = web.Response(body=PNG, content_type="image/png")
        self.asked: list[web.BaseRequest] = []
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer any request."""
        self.asked.append(request)
        return self.answer


@pytest.fixture
async def store(socket_enabled: None) -> AsyncGenerator[Store]:
    """Return another server than the account's."""
    made = Store()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.handle)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/picture"))
        yield made


async def test_latest_photo(garden: Setting) -> None:
    """The newest photo is fetched once, without a login, and another one when there is one."""
    newest = garden.cloud.world.rows("images")[-1]
    path = str(newest["attachment_url"]).removeprefix(garden.cloud.url)
    assert garden.value("latest_photo", "image").startswith(
        str(newest["created_at"])[:19]
    )
    for _ in range(3):
        picture = await fetch(garden, "latest_photo")
        assert picture.content.startswith(PNG)
        assert picture.content_type == "image/png"
    assert garden.cloud.count(f"GET {path}") == 1
    await take(garden, f"{garden.cloud.url}/photos/1/7/7/new.png")
    assert (await fetch(garden, "latest_photo")).content != picture.content
    assert garden.cloud.count("GET /photos/1/7/7/new.png") == 1


async def test_no_login(garden: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps the pictures does not see the account's token."""
    seen: list[str] = []
    answer = garden.cloud.answer

    async def listen(request: web.BaseRequest) -> web.StreamResponse:
        seen.extend(request.headers)
        return await answer(request)

    monkeypatch.setattr(garden.cloud, "answer", listen)
    await fetch(garden, "latest_photo")
    assert seen
    assert "Authorization" not in seen


async def test_other_host(garden: Setting, store: Store) -> None:
    """Without https only the account's own server is asked for pictures."""
    await take(garden, store.url)
    with pytest.raises(HomeAssistantError):
        await fetch(garden, "latest_photo")
    assert store.asked == []


@pytest.mark.parametrize(
    "address", ["not an address", "ftp://192.0.2.1/x", "http://[", "https://"]
)
async def test_no_address(address: str, garden: Setting) -> None:
    """What is no address is no picture."""
    await take(garden, address)
    with pytest.raises(HomeAssistantError):
        await fetch(garden, "latest_photo")


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=404, body=PNG, content_type="image/png"),
        web.Response(status=302, headers={"Location": "/elsewhere"}),
        web.Response(text="<svg/>", content_type="image/svg+xml"),
        web.Response(text="<html/>", content_type="text/html"),
        web.Response(body=PNG * 1000, content_type="image/png"),
    ],
    ids=["missing", "redirect", "drawing", "page", "large"],
)
async def test_no_picture(
    answer: web.Response,
    garden: Setting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is no picture, or a giant one, is not shown, and asked for again the next time."""
    monkeypatch.setattr(shared, "MAX_BYTES", 4000)

    async def other(_: web.BaseRequest) -> web.StreamResponse:
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(garden.cloud, "answer", other)
        with pytest.raises(HomeAssistantError):
            await fetch(garden, "latest_photo")
    monkeypatch.setattr(shared, "MAX_BYTES", 1 << 20)
    assert (await fetch(garden, "latest_photo")).content.startswith(PNG)


async def test_no_photo(set_up_farmbot: SetUp) -> None:
    """Where there is no photo yet there is none to see."""
    garden = await set_up_farmbot("empty")
    assert garden.value("latest_photo", "image") == STATE_UNKNOWN
    with pytest.raises(HomeAssistantError):
        await fetch(garden, "latest_photo")


async def test_proxy(
    garden: Setting,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """The frontend gets both pictures, by their tokens only."""
    client = await hass_client_no_auth()
    for key, kind in (("latest_photo", "image/png"), ("bed_map", "image/svg+xml")):
        state = garden.shown("image", garden.number, key)
        answer = await client.get(state.attributes["entity_picture"])
        assert answer.status == HTTPStatus.OK
        assert answer.content_type == kind
        answer = await client.get(f"/api/image_proxy/{state.entity_id}")
        assert answer.status == HTTPStatus.FORBIDDEN


async def test_bed_map(garden: Setting) -> None:
    """The map is a valid drawing, drawn once as long as it is the same."""
    picture = await fetch(garden, "bed_map")
    assert picture.content_type == "image/svg+xml"
    root = ET.fromstring(picture.content)  # noqa: S314 - our own drawing
    assert root.tag.endswith("svg")
    assert (await fetch(garden, "bed_map")).content is picture.content
    garden.change("points", "Kale", x=900.0)
    before = garden.value("bed_map", "image")
    garden.freezer.tick(1)
    await garden.until(lambda: garden.value("bed_map", "image") != before)
    assert (await fetch(garden, "bed_map")).content != picture.content


async def test_map_without_the_robot(garden: Setting) -> None:
    """Where a robot was that is away is not where it is."""
    assert PLACE.encode() in (await fetch(garden, "bed_map")).content
    await garden.lose_robot()
    await tick(garden.hass, garden.freezer, 31)
    assert PLACE.encode() not in (await fetch(garden, "bed_map")).content


async def test_map_of_moving_robot(hass: HomeAssistant, garden: Setting) -> None:
    """While only the robot moves the map is new every 30 s at most, and at last where it stands."""
    robot = garden.cloud.robot
    await tick(hass, garden.freezer, 60)
    states = garden.track("image", "bed_map")

    async def move(x: float) -> None:
        robot.state.position["x"] = x
        robot.tell()
        await garden.until(lambda: float(garden.value("position_x")) == x)

    await move(10.0)
    await garden.until(lambda: len(states) == 1)
    for x in range(20, 70, 10):
        await move(float(x))
    assert len(states) == 1
    first = await fetch(garden, "bed_map")
    await tick(hass, garden.freezer, 31)
    assert len(states) == 2
    await garden.pushed(2)
    await tick(hass, garden.freezer, 120)
    assert len(states) == 2
    assert (await fetch(garden, "bed_map")).content == first.content
    # The garden itself is told of at once.
    await move(500.0)
    await garden.until(lambda: len(states) == 3)
    await move(510.0)
    garden.freezer.tick(1)
    garden.change("points", "Kale", x=900.0)
    await garden.until(lambda: len(states) == 4)
    await tick(hass, garden.freezer, 31)
    assert len(states) == 4


async def test_map_leaves_no_alarm(hass: HomeAssistant, garden: Setting) -> None:
    """Nothing rings when the account was unloaded meanwhile."""
    robot = garden.cloud.robot
    for x in (10.0, 20.0):
        robot.state.position["x"] = x
        robot.tell()
        await garden.until(lambda: float(garden.value("position_x")) == x)  # noqa: B023 - awaited here
    await hass.config_entries.async_unload(garden.entry.entry_id)
    with counted_writes() as writes:
        await tick(hass, garden.freezer, 60)
    assert not writes


async def test_map_of_nothing(set_up_farmbot: SetUp) -> None:
    """Where nobody told of the garden there is no map of it."""
    garden = await set_up_farmbot("empty")
    garden.account.data.pop("bed")
    garden.account.store.touch(("bed",))
    garden.account.async_update_listeners()
    with pytest.raises(HomeAssistantError):
        await fetch(garden, "bed_map")
    assert garden.value("bed_map", "image") == STATE_UNAVAILABLE


async def test_pictures_without_server(garden: Setting) -> None:
    """When neither broker nor server answer for long, the pictures are not there."""
    await garden.broker_lost()
    await garden.cloud.stop()
    await garden.poll(80)
    assert garden.value("latest_photo", "image") == STATE_UNAVAILABLE
    assert garden.value("bed_map", "image") == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    "address",
    [
        "/photos/1/7/7/relative.png",
        "{url}/rails/active_storage/blobs/redirect/5/photo.png",
        "//{alias}/photos/1/7/7/alias.png",
        "http://{alias}/photos/1/7/7/alias.png",
    ],
)
async def test_photos_of_a_server_of_ones_own(
    garden: Setting, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """It names addresses without a host, redirects to itself, and has another name."""
    answer = garden.cloud.answer
    token = garden.account.auth.token
    assert token is not None
    alias = "farmbot.home:3000"
    garden.account.auth._token = replace(
        token, claims={**token.claims, "iss": f"//{alias}"}
    )

    async def store(request: web.BaseRequest) -> web.StreamResponse:
        if "blobs/redirect" in request.path:
            place = f"http://{alias}/photos/1/7/7/disk.png"
            return web.Response(status=302, headers={"Location": place})
        if request.path.startswith("/photos/"):
            assert "Authorization" not in request.headers
        return await answer(request)

    monkeypatch.setattr(garden.cloud, "answer", store)
    await take(garden, address.format(url=garden.cloud.url, alias=alias))
    assert (await fetch(garden, "latest_photo")).content.startswith(PNG)
