"""FarmBot's webcams."""

from http import HTTPStatus

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import pictures as shared
from custom_components.habitat.farmbot import camera
from homeassistant.components.camera import Image, async_get_image
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import tick
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting

JPEG = b"\xff\xd8"
FILM, STILL, PAGE, NONE = "Greenhouse", "Shed", "Street", "No camera"


@pytest.fixture
async def webcams(garden: Setting) -> Setting:
    """Return an account whose webcams were looked at."""
    await garden.until(
        lambda: all(
            garden.has(garden.key("webcam_feeds", name), "camera")
            for name in (FILM, STILL)
        )
    )
    return garden


def key(garden: Setting, name: str) -> str:
    """Return the key of a webcam's camera."""
    return garden.key("webcam_feeds", name)


async def fetch(garden: Setting, name: str) -> Image:
    """Return a picture as the frontend gets it."""
    entity_id = garden.entity("camera", key(garden, name))
    return await async_get_image(garden.hass, entity_id)


@pytest.mark.parametrize("name", [FILM, STILL])
async def test_picture(name: str, webcams: Setting) -> None:
    """A webcam's picture is fetched when it is wanted; of a film it is the first."""
    picture = await fetch(webcams, name)
    assert picture.content.startswith(JPEG)
    assert picture.content_type == "image/jpeg"


async def test_no_cameras(webcams: Setting) -> None:
    """A page, and what is no address, are no cameras."""
    await webcams.pushed(2)
    assert not webcams.has(key(webcams, PAGE), "camera")
    assert not webcams.has(key(webcams, NONE), "camera")
    names = {state.name for state in webcams.states() if state.domain == "camera"}
    assert names == {"Sunny Greenhouse", "Sunny Shed"}


async def test_no_login(webcams: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps the webcam does not see the account's token."""
    seen: list[str] = []
    answer = webcams.cloud.answer

    async def listen(request: web.BaseRequest) -> web.StreamResponse:
        seen.extend(request.headers)
        return await answer(request)

    monkeypatch.setattr(webcams.cloud, "answer", listen)
    await fetch(webcams, STILL)
    assert seen
    assert "Authorization" not in seen


@pytest.mark.parametrize("name", [FILM, STILL])
async def test_stream(
    name: str,
    webcams: Setting,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody who watches gets picture after picture, of a webcam without a film too."""
    monkeypatch.setattr(camera.FarmBotWebcamCameraEntity, "_attr_frame_interval", 0.01)
    client = await hass_client()
    entity_id = webcams.entity("camera", key(webcams, name))
    answer = await client.get(f"/api/camera_proxy_stream/{entity_id}")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "multipart/x-mixed-replace"
    content = b""
    while content.count(JPEG) < (1 if name == FILM else 2):
        content += await answer.content.read(1000)
    answer.close()


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.RESET, Kind.STATUS])
async def test_stream_is_lost(
    kind: Kind, webcams: Setting, hass_client: ClientSessionGenerator
) -> None:
    """A film that is none any more is not passed on, least of all a page in its stead."""
    faults_of(webcams.cloud).add(Fault(kind=kind, match="GET /webcam*", status=200))
    client = await hass_client()
    entity_id = webcams.entity("camera", key(webcams, FILM))
    answer = await client.get(f"/api/camera_proxy_stream/{entity_id}")
    assert answer.status == HTTPStatus.BAD_GATEWAY


@pytest.mark.parametrize("name", [FILM, STILL])
@pytest.mark.parametrize("kind", [Kind.HTML, Kind.RESET, Kind.STATUS])
async def test_no_picture(kind: Kind, name: str, webcams: Setting) -> None:
    """What is no picture is not shown as one; the next may be."""
    fault = faults_of(webcams.cloud).add(
        Fault(kind=kind, match="GET /webcam*", status=500)
    )
    with pytest.raises(HomeAssistantError):
        await fetch(webcams, name)
    faults_of(webcams.cloud).remove(fault)
    assert (await fetch(webcams, name)).content.startswith(JPEG)


async def test_giant(webcams: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a picture may have is read."""
    monkeypatch.setattr(shared, "MAX_BYTES", 100)
    with pytest.raises(HomeAssistantError):
        await fetch(webcams, STILL)


async def test_secrets(webcams: Setting, caplog: pytest.LogCaptureFixture) -> None:
    """An address with a password in it is in no attribute and in no line of the log."""
    address = webcams.cloud.url.replace("http://", "http://robin:s3cret@")
    webcams.change("webcam_feeds", STILL, url=f"{address}/webcam.jpg")
    await webcams.pushed(3)
    assert (await fetch(webcams, STILL)).content.startswith(JPEG)
    faults_of(webcams.cloud).add(Fault(kind=Kind.RESET, match="GET /webcam*"))
    with pytest.raises(HomeAssistantError):
        await fetch(webcams, STILL)
    shown = webcams.shown("camera", webcams.number, key(webcams, STILL))
    for text in (str(shown.attributes), caplog.text):
        assert "s3cret" not in text
        assert "webcam.jpg" not in text


async def test_new_name(webcams: Setting) -> None:
    """A webcam is called as its owner calls it now, and the camera goes with the webcam."""
    camera_key = key(webcams, STILL)
    webcams.change("webcam_feeds", STILL, name="Barn")
    await webcams.until(lambda: webcams.name(camera_key, "camera") == "Sunny Barn")
    webcams.change("webcam_feeds", "Barn", name="")
    await webcams.until(lambda: webcams.name(camera_key, "camera") == "Sunny Webcam")
    webcams.cloud.world.remove("webcam_feeds", int(camera_key.rpartition("_")[2]))
    await webcams.until(lambda: not webcams.has(camera_key, "camera"))


async def test_comes_and_goes(webcams: Setting) -> None:
    """An address that shows something becomes a camera; one that shows a page is unavailable."""
    street, shed = key(webcams, PAGE), key(webcams, STILL)
    url = webcams.cloud.url
    webcams.change("webcam_feeds", PAGE, url=f"{url}/webcam.jpg?street")
    await webcams.until(lambda: webcams.has(street, "camera"))
    webcams.change("webcam_feeds", STILL, url=f"{url}/webcam.html?shed")
    await webcams.until(lambda: webcams.value(shed, "camera") == STATE_UNAVAILABLE)
    webcams.change("webcam_feeds", STILL, url="http://[")
    await webcams.pushed(3)
    assert webcams.value(shed, "camera") == STATE_UNAVAILABLE
    made = webcams.cloud.world.create(
        "webcam_feeds", name="New", url=f"{url}/webcam.mjpeg"
    )
    await webcams.until(lambda: webcams.has(f"webcam_feed_{made['id']}", "camera"))


async def test_silence(webcams: Setting) -> None:
    """A webcam that does not answer for now stays a camera, and is asked again with the next poll."""
    shed = key(webcams, STILL)
    fault = faults_of(webcams.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /webcam*", status=503)
    )
    webcams.change("webcam_feeds", STILL, url=f"{webcams.cloud.url}/webcam.html?now")
    await webcams.until(lambda: fault.hits > 0)
    await webcams.settle()
    assert webcams.value(shed, "camera") != STATE_UNAVAILABLE
    faults_of(webcams.cloud).remove(fault)
    webcams.account.webcams.async_check()
    await webcams.until(lambda: webcams.value(shed, "camera") == STATE_UNAVAILABLE)


async def test_every_day(hass: HomeAssistant, webcams: Setting) -> None:
    """Each webcam is looked at again after a day, since what is at an address may change."""
    asked = webcams.cloud.count("GET /webcam.jpg")
    await tick(hass, webcams.freezer, 3600)
    webcams.account.webcams.async_check()
    await webcams.settle()
    assert webcams.cloud.count("GET /webcam.jpg") == asked
    webcams.freezer.tick(86_400)
    webcams.account.webcams.async_check()
    await webcams.until_real(
        lambda: webcams.cloud.count("GET /webcam.jpg") == asked + 1
    )


async def test_no_connection(webcams: Setting) -> None:
    """A connection that breaks tells nothing either."""
    shed = key(webcams, STILL)
    fault = faults_of(webcams.cloud).add(Fault(kind=Kind.RESET, match="GET /webcam*"))
    webcams.change("webcam_feeds", STILL, url=f"{webcams.cloud.url}/webcam.html?now")
    await webcams.until(lambda: fault.hits > 0)
    await webcams.settle()
    assert webcams.value(shed, "camera") != STATE_UNAVAILABLE
