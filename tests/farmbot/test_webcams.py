"""What there is to see at the addresses of webcams, which only asking there tells."""

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.habitat.farmbot.webcams import (
    Silence,
    Webcam,
    async_look,
    webcam_key,
)
from custom_components.habitat.reach import Reach
from custom_components.habitat.simulator.clock import ManualClock
from custom_components.habitat.simulator.farmbot.builder import robot
from custom_components.habitat.simulator.faults import Fault, Kind
from homeassistant.core import HomeAssistant

from .conftest import Setting, SetUp
from .test_push import exists, taken

SELF = Reach("http://127.0.0.1:9", plain=True)

_KINDS = {
    "/photo.jpg": (200, "image/jpeg", Webcam(stream=False)),
    "/photo.png": (200, "image/png", Webcam(stream=False)),
    "/film": (200, "multipart/x-mixed-replace; boundary=x", Webcam(stream=True)),
    "/drawing": (200, "image/svg+xml", None),
    "/page": (200, "text/html", None),
    "/nothing": (404, "image/jpeg", None),
    "/trouble": (503, "image/jpeg", Silence.SILENCE),
}


@pytest.mark.parametrize("path", _KINDS)
async def test_what_is_there(
    hass: HomeAssistant, socket_enabled: None, path: str
) -> None:
    """The kind of the answer tells; drawings, which may hold scripts, are not shown."""
    status, kind, webcam = _KINDS[path]
    headers: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        headers.append(dict(request.headers))
        return web.Response(status=status, headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get(path, answer)
    async with TestServer(app) as server:
        reach = Reach(str(server.make_url("/")))
        assert await async_look(hass, reach, str(server.make_url(path))) == webcam
    # It may be anybody's address.
    assert "Authorization" not in headers[0]


@pytest.mark.parametrize(
    "address",
    ["0", "", "ftp://127.0.0.1/x.jpg", "http://", "http://[::1", "file:///etc"],
)
async def test_no_address(hass: HomeAssistant, address: str) -> None:
    """Where there is no address nothing is asked and nothing is there."""
    assert await async_look(hass, SELF, address) is None


async def test_nobody_there(hass: HomeAssistant, socket_enabled: None) -> None:
    """Silence tells nothing."""
    assert await async_look(hass, SELF, f"{SELF.server}/x.jpg") is Silence.SILENCE


@pytest.fixture
async def setting(set_up_farmbot: SetUp, clock: ManualClock) -> Setting:
    """Return the account of a robot without any webcam."""
    setting = await set_up_farmbot(robot(clock=clock))
    await setting.connect()
    return setting


def add(setting: Setting, page: str) -> int:
    """Add a webcam at a page of the cloud."""
    made = setting.cloud.world.create(
        "webcam_feeds", name="Shed", url=f"{setting.cloud.url}/{page}"
    )
    number = made["id"]
    assert isinstance(number, int)
    return number


def known(setting: Setting, number: int) -> object:
    """Return what was learned of a webcam."""
    return setting.account.data.get(webcam_key(number))


async def test_an_address_that_changes(setting: Setting) -> None:
    """A new address is asked at once; what is no picture any more is no camera."""
    number = add(setting, "webcam.jpg")
    await setting.until(lambda: exists(setting, "camera", f"webcam_feed_{number}"))
    assert known(setting, number) == Webcam(stream=False)
    setting.cloud.set("webcam_feeds", number, url=f"{setting.cloud.url}/webcam.mjpeg")
    await setting.until(lambda: known(setting, number) == Webcam(stream=True))
    setting.cloud.set("webcam_feeds", number, url=f"{setting.cloud.url}/webcam.html")
    await setting.until(lambda: known(setting, number) is None)
    setting.cloud.set("webcam_feeds", number, url=f"{setting.cloud.url}/webcam.jpg")
    await setting.until(lambda: known(setting, number) == Webcam(stream=False))
    setting.cloud.set("webcam_feeds", number, url="")
    await setting.until(lambda: known(setting, number) is None)


async def test_several_at_once(setting: Setting) -> None:
    """What is added while another is being looked at is looked at as well."""
    pages = ("webcam.html", "webcam.jpg", "webcam.mjpeg", "webcam.jpg")
    numbers = []
    for page in pages:
        numbers.append(add(setting, page))
        await taken(setting)
    await setting.until(lambda: all(known(setting, one) for one in numbers[1:]))
    assert known(setting, numbers[0]) is None
    setting.account.webcams._looking = True
    late = add(setting, "webcam.jpg")
    await taken(setting)
    assert known(setting, late) is None
    assert setting.account.webcams._look_again
    setting.account.webcams._looking = False
    setting.account.webcams.look()
    await setting.until(lambda: known(setting, late) is not None)
    assert not setting.account.webcams._look_again


async def test_nobody_answers(setting: Setting) -> None:
    """Who does not answer is asked again the next time."""
    number = add(setting, "webcam.jpg")
    await setting.until(lambda: known(setting, number) is not None)
    fault = setting.cloud.faults.add(Fault(kind=Kind.RESET, match="GET /x.jpg"))
    url = f"{setting.cloud.url}/x.jpg"
    setting.cloud.set("webcam_feeds", number, url=url)
    await setting.until(lambda: fault.hits > 0)
    await taken(setting)
    # What was seen before stands until somebody says otherwise.
    assert known(setting, number) == Webcam(stream=False)
    setting.cloud.set("webcam_feeds", number, url=f"{setting.cloud.url}/webcam.html")
    await setting.until(lambda: known(setting, number) is None)


async def test_an_account_that_is_gone(setting: Setting) -> None:
    """Found too late, a webcam brings no platform."""
    webcams = setting.account.webcams
    assert await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    await webcams._show()
    assert not setting.hass.states.async_all("camera")


async def test_each_day(setting: Setting) -> None:
    """An address is asked again after a day, and no sooner."""
    number = add(setting, "webcam.jpg")
    await setting.until(lambda: known(setting, number) is not None)
    photo = "GET /webcam.jpg"
    count = setting.cloud.count(photo)
    setting.account.webcams.look()
    await setting.settle()
    assert setting.cloud.count(photo) == count
    setting.freezer.tick(86_401)
    await setting.settle()
    setting.account.webcams.look()
    await setting.until(lambda: setting.cloud.count(photo) > count)
