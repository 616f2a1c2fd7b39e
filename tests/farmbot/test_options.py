"""The options of a FarmBot account: webcams in the user's own network."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.farmbot import camera
from custom_components.habitat.farmbot.webcams import Webcam
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.builder import robot
from homeassistant.components.camera import async_get_image
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from tests.support.common import done

from .conftest import Setting, SetUp

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
FILM = (
    b"--x\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG + b"\r\n--x--\r\n",
    "multipart/x-mixed-replace; boundary=x",
)
PAGES = {
    "/a.jpg": (JPEG, "image/jpeg"),
    "/film": FILM,
    "/page": (b"<html>", "text/html"),
}


class Device:
    """A device beside the bed, which counts what it is asked."""

    url = ""
    location = ""

    def __init__(self) -> None:
        """Begin unasked."""
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Show what is there."""
        self.asked.append(request.path)
        assert "Authorization" not in request.headers
        if self.location:
            return web.Response(status=302, headers={"Location": self.location})
        content, kind = PAGES[request.path]
        return web.Response(body=content, headers={"Content-Type": kind})


@asynccontextmanager
async def serve() -> AsyncGenerator[Device]:
    """Serve a device at another port of the computer that the account's server is on."""
    device = Device()
    app = web.Application()
    app.router.add_get("/{path:.*}", device.answer)
    async with TestServer(app) as server:
        device.url = str(server.make_url("")).rstrip("/")
        yield device


@pytest.fixture
async def device(socket_enabled: None) -> AsyncGenerator[Device]:
    """Return a device beside the bed."""
    async with serve() as device:
        yield device


@pytest.fixture
async def setting(set_up_farmbot: SetUp, clock: ManualClock) -> Setting:
    """Return the account of a robot without any webcam."""
    setting = await set_up_farmbot(robot(clock=clock))
    await setting.connect()
    return setting


async def choose(setting: Setting, local_webcams: bool) -> None:
    """Fill in the form of the account's options, and wait until it is set up anew."""
    flows = setting.hass.config_entries.options
    flow = await flows.async_init(setting.entry.entry_id)
    assert flow["step_id"] == "farmbot"
    await flows.async_configure(flow["flow_id"], {"local_webcams": local_webcams})
    await done(setting.hass)
    assert setting.entry.state is ConfigEntryState.LOADED
    await setting.connect()
    await looked(setting)


async def looked(setting: Setting) -> None:
    """Wait until all webcams were looked at."""
    webcams = setting.account.webcams
    await setting.pushed(2)
    await setting.until(lambda: not webcams._is_checking)
    await setting.settle()


def add(setting: Setting, url: str, name: str = "Bed") -> str:
    """Add a webcam at an address; return its entity's key."""
    made = setting.cloud.world.create("webcam_feeds", name=name, url=url)
    return f"webcam_feed_{made['id']}"


async def test_form(setting: Setting) -> None:
    """It shows what is chosen, which at first is not to ask anybody."""
    flows = setting.hass.config_entries.options
    for chosen in (False, True):
        flow = await flows.async_init(setting.entry.entry_id)
        assert flow["data_schema"] is not None
        assert flow["data_schema"]({}) == {"local_webcams": chosen}
        flows.async_abort(flow["flow_id"])
        await choose(setting, True)
        assert setting.entry.options == {"local_webcams": True}


async def test_off(setting: Setting, device: Device) -> None:
    """Nobody in the network is asked, and nothing is shown."""
    key = add(setting, f"{device.url}/a.jpg")
    private = add(setting, "http://192.168.1.20/a.jpg")
    await looked(setting)
    assert not setting.has(key, "camera")
    assert not setting.has(private, "camera")
    assert device.asked == []


async def test_asked_when_somebody_looks(setting: Setting, device: Device) -> None:
    """Before, nobody asks, not even after days; a camera is there all the same."""
    await choose(setting, True)
    keys = {path: add(setting, f"{device.url}{path}", path) for path in PAGES}
    await setting.until(
        lambda: all(setting.has(key, "camera") for key in keys.values())
    )
    setting.freezer.tick(86_401)
    setting.account.webcams.async_check()
    await looked(setting)
    await setting.poll(1)
    await looked(setting)
    assert device.asked == []
    for path in ("/a.jpg", "/film"):
        entity_id = setting.entity("camera", keys[path])
        assert (await async_get_image(setting.hass, entity_id)).content == JPEG
    with pytest.raises(HomeAssistantError):
        await async_get_image(setting.hass, setting.entity("camera", keys["/page"]))
    assert device.asked == ["/a.jpg", "/film", "/page"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/a.jpg", HTTPStatus.OK),
        ("/film", HTTPStatus.OK),
        ("/page", HTTPStatus.BAD_GATEWAY),
    ],
)
async def test_stream(
    setting: Setting,
    device: Device,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    status: HTTPStatus,
) -> None:
    """The first look tells whether it is a film, or one picture after another; a page is neither."""
    monkeypatch.setattr(camera.FarmBotWebcamCameraEntity, "_attr_frame_interval", 0.01)
    await choose(setting, True)
    key = add(setting, f"{device.url}{path}")
    await setting.until(lambda: setting.has(key, "camera"))
    assert device.asked == []
    entity_id = setting.entity("camera", key)
    client = await hass_client()
    answer = await client.get(f"/api/camera_proxy_stream/{entity_id}")
    assert answer.status == status
    if answer.ok:
        assert answer.content_type == "multipart/x-mixed-replace"
        content = b""
        while JPEG not in content:
            content += await answer.content.read(1000)
    answer.close()
    assert set(device.asked) == {path}


async def test_redirects(setting: Setting, device: Device) -> None:
    """One to another port is not followed."""
    await choose(setting, True)
    key = add(setting, f"{device.url}/a.jpg")
    await setting.until(lambda: setting.has(key, "camera"))
    entity_id = setting.entity("camera", key)
    async with serve() as plug:
        device.location = f"{plug.url}/a.jpg"
        with pytest.raises(HomeAssistantError):
            await async_get_image(setting.hass, entity_id)
        assert device.asked == ["/a.jpg"]
        assert plug.asked == []


async def test_never_asked(setting: Setting, device: Device) -> None:
    """What is no device of the network is not shown, and not asked once its address leads there."""
    await choose(setting, True)
    other = device.url.replace("127.0.0.1", "127.0.0.2")
    never = [f"{other}/a.jpg", "http://169.254.169.254/a.jpg", "http://[::1]/a.jpg"]
    keys = [add(setting, url) for url in never]
    key = add(setting, f"{device.url}/a.jpg", "Plug")
    await setting.until(lambda: setting.has(key, "camera"))
    await looked(setting)
    assert not any(setting.has(one, "camera") for one in keys)
    setting.change("webcam_feeds", "Plug", url=f"{other}/a.jpg")
    await looked(setting)
    assert setting.value(key, "camera") == STATE_UNAVAILABLE
    entity = setting.made("camera", key)
    assert await entity.async_camera_image() is None
    # Between two looks, too.
    setting.account.async_set_records(
        {
            "webcam": {
                f"webcam/{key.rpartition('_')[2]}": Webcam(stream=None, local=True)
            }
        }
    )
    assert await entity.async_camera_image() is None
    assert device.asked == []


async def test_comes_and_goes_with_the_option(
    hass: HomeAssistant, setting: Setting, device: Device
) -> None:
    """Switched off it takes the cameras along; switched on again they are as the user had them."""
    own = add(setting, f"{setting.cloud.url}/webcam.jpg", "Own")
    key = add(setting, f"{device.url}/a.jpg")
    await choose(setting, True)
    await setting.until(lambda: setting.has(key, "camera"))
    registry = er.async_get(hass)
    entity_id = setting.entity("camera", key)
    registry.async_update_entity(
        entity_id, new_entity_id="camera.tomatoes", name="Tomatoes"
    )
    await done(hass)
    await choose(setting, False)
    assert not setting.has(key, "camera")
    assert hass.states.get("camera.tomatoes") is None
    assert setting.has(own, "camera")
    assert setting.value(own, "camera") != STATE_UNAVAILABLE
    await choose(setting, True)
    await setting.until(lambda: setting.has(key, "camera"))
    state = hass.states.get("camera.tomatoes")
    assert state is not None
    assert state.name.endswith("Tomatoes")
    assert device.asked == []
