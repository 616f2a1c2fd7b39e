"""What there is to see at the addresses of webcams, which only asking there tells."""

from typing import NoReturn

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.habitat import reach as reaching
from custom_components.habitat.farmbot import webcams
from custom_components.habitat.farmbot.webcams import (
    NoAnswer,
    Webcam,
    async_probe,
    webcam_key,
)
from custom_components.habitat.reach import OutOfReach, Reach
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.builder import robot
from homeassistant.core import HomeAssistant
from tests.support.faults import Fault, Kind, faults_of
from tests.test_reach import Names

from .conftest import Setting, SetUp
from .test_receiver import exists, taken

SELF = Reach("http://127.0.0.1:9", plain=True)

_KINDS = {
    "/photo.jpg": (200, "image/jpeg", Webcam(stream=False)),
    "/photo.png": (200, "image/png", Webcam(stream=False)),
    "/film": (200, "multipart/x-mixed-replace; boundary=x", Webcam(stream=True)),
    "/drawing": (200, "image/svg+xml", None),
    "/page": (200, "text/html", None),
    "/nothing": (404, "image/jpeg", None),
    "/trouble": (503, "image/jpeg", NoAnswer.NO_ANSWER),
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
        assert await async_probe(hass, reach, str(server.make_url(path))) == webcam
    # It may be anybody's address.
    assert "Authorization" not in headers[0]


@pytest.mark.parametrize(
    "address",
    ["0", "", "ftp://127.0.0.1/x.jpg", "http://", "http://[::1", "file:///etc"],
)
async def test_no_address(hass: HomeAssistant, address: str) -> None:
    """Where there is no address nothing is asked and nothing is there."""
    assert await async_probe(hass, SELF, address) is None


async def test_nobody_there(hass: HomeAssistant, socket_enabled: None) -> None:
    """Silence tells nothing."""
    assert await async_probe(hass, SELF, f"{SELF.server}/x.jpg") is NoAnswer.NO_ANSWER


LOCAL = Webcam(stream=None, local=True)


@pytest.mark.parametrize(
    ("address", "stands_for", "there"),
    [
        ("http://192.168.1.20/film", (), LOCAL),
        ("http://cam.local/film", (), LOCAL),
        ("http://cam.example/film", ("192.168.1.20",), LOCAL),
        ("http://cam.example/film", ("8.8.8.8", "192.168.1.20"), LOCAL),
        # Nothing of the user's is there.
        ("http://127.0.0.2/film", (), None),
        ("http://169.254.169.254/latest/meta-data", (), None),
        ("http://localhost/film", ("127.0.0.1", "::1"), NoAnswer.NO_ANSWER),
        ("http://cam.example/film", ("169.254.169.254",), NoAnswer.NO_ANSWER),
    ],
)
async def test_in_the_house(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    stands_for: tuple[str, ...],
    there: object,
) -> None:
    """Of a webcam in the user's network nothing is known: nobody asks, no socket is opened."""
    names = Names(*stands_for)
    monkeypatch.setattr(reaching, "ThreadedResolver", lambda: names)
    assert await async_probe(hass, SELF, address) == there
    assert names.asked == (1 if stands_for else 0)


async def test_a_server_with_a_name_of_the_network(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account's own server is asked as ever, whatever its name."""
    reach = Reach("http://farmbot.local:3000", plain=True)
    asked: list[str] = []

    def ask(_: object, __: object, url: URL, ___: object) -> NoReturn:
        asked.append(str(url))
        raise OutOfReach

    monkeypatch.setattr(webcams, "async_open", ask)
    assert await async_probe(hass, reach, "http://farmbot.local:3000/a.jpg") is None
    assert asked == ["http://farmbot.local:3000/a.jpg"]
    assert await async_probe(hass, reach, "http://farmbot.local:8080/film") == LOCAL
    assert len(asked) == 1


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
    setting.account.webcams._is_checking = True
    late = add(setting, "webcam.jpg")
    await taken(setting)
    assert known(setting, late) is None
    assert setting.account.webcams._check_again
    setting.account.webcams._is_checking = False
    setting.account.webcams.async_check()
    await setting.until(lambda: known(setting, late) is not None)
    assert not setting.account.webcams._check_again


async def test_nobody_answers(setting: Setting) -> None:
    """Who does not answer is asked again the next time."""
    number = add(setting, "webcam.jpg")
    await setting.until(lambda: known(setting, number) is not None)
    fault = faults_of(setting.cloud).add(Fault(kind=Kind.RESET, match="GET /x.jpg"))
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
    await webcams._set_up_platform()
    assert not setting.hass.states.async_all("camera")


async def test_each_day(setting: Setting) -> None:
    """An address is asked again after a day, and no sooner."""
    number = add(setting, "webcam.jpg")
    await setting.until(lambda: known(setting, number) is not None)
    photo = "GET /webcam.jpg"
    count = setting.cloud.count(photo)
    setting.account.webcams.async_check()
    await setting.settle()
    assert setting.cloud.count(photo) == count
    setting.freezer.tick(86_401)
    await setting.settle()
    setting.account.webcams.async_check()
    await setting.until(lambda: setting.cloud.count(photo) > count)
