"""Where addresses in the user's own network may lead: to the device that is named, no further."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import ClientConnectorDNSError, ClientTimeout, web
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.habitat import local_reach
from custom_components.habitat.local_reach import (
    LocalResolver,
    find_local,
    is_local_name,
)
from custom_components.habitat.reach import OutOfReach, Reach, async_open
from homeassistant.components.http import ApiConfig
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, async_get_clientsession

from .test_reach import Names

SOON = ClientTimeout(total=5)
CLOUD = Reach("https://my.farm.example", plain=True)
SAME_COMPUTER = Reach("http://127.0.0.1:3000", plain=True)


@pytest.fixture(autouse=True)
def home_assistant(hass: HomeAssistant) -> None:
    """Let Home Assistant be in the same network, with two addresses."""
    hass.config.api = ApiConfig("192.168.1.5", "192.168.1.5", 8123, False)
    hass.config.internal_url = "http://192.168.1.6"


@pytest.mark.parametrize(
    ("address", "may_be_asked"),
    [
        ("http://192.168.1.20/film", True),
        ("https://10.1.2.3:8443/a.jpg?x=1", True),
        ("http://robin:s3cret@172.16.0.1/a.jpg", True),
        ("http://[fd12:3456::1]/film", True),
        ("http://[::ffff:192.168.1.20]/film", True),
        # Another server on the computer that Home Assistant runs on.
        ("http://192.168.1.5:1984/film", True),
        # Of a name only looking it up tells.
        ("http://cam.local/film", True),
        ("http://cam.example:8080/film", True),
        # Home Assistant itself, by whatever address.
        ("http://192.168.1.5:8123/api/", False),
        ("http://robin:s3cret@192.168.1.6/api/", False),
        ("http://192.168.1.7:8123/api/", False),
        ("http://homeassistant.local:8123/", False),
        # This computer, what it is told where it is rented, and its Supervisor.
        ("http://127.0.0.1/relay", False),
        ("http://[::1]/", False),
        ("http://[::ffff:127.0.0.1]/", False),
        ("http://0.0.0.0/", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://[fe80::1%25eth0]/", False),
        ("http://[fd00:ec2::254]/latest/meta-data", False),
        ("http://100.100.100.200/latest/meta-data", False),
        ("http://172.30.32.2/supervisor/info", False),
        ("http://224.0.0.1/", False),
        # The internet and the account's own server are asked as ever.
        ("http://8.8.8.8/a.jpg", False),
        ("https://my.farm.example/a.jpg", False),
        ("/a.jpg", False),
        # No address at all.
        ("words", False),
        ("", False),
        (None, False),
        ("ftp://192.168.1.20/a.jpg", False),
        ("file:///etc/passwd", False),
        ("http://", False),
        ("http://[::1", False),
    ],
)
def test_addresses(
    hass: HomeAssistant, address: str | None, may_be_asked: bool
) -> None:
    """Private addresses are gone to, but neither Home Assistant nor what is no device."""
    found = find_local(hass, CLOUD, address)
    assert (found is not None) is may_be_asked
    assert found is None or found.url == URL(address or "")


def test_same_computer(hass: HomeAssistant) -> None:
    """What the user has given as the server's host may be asked, wherever it is."""
    assert find_local(hass, SAME_COMPUTER, "http://127.0.0.1:8081/film")
    assert find_local(hass, SAME_COMPUTER, "http://127.0.0.1:8123/api/") is None
    assert find_local(hass, SAME_COMPUTER, "http://127.0.0.2:8081/film") is None


def test_redirects_of_all_kinds(hass: HomeAssistant) -> None:
    """Only those within the server lead anywhere."""
    found = find_local(hass, CLOUD, "http://192.168.1.20/cam")
    assert found is not None
    base = found.url
    assert found.find("/cam/", base) == URL("http://192.168.1.20/cam/")
    assert found.find("http://192.168.1.20/b", base) == URL("http://192.168.1.20/b")
    for address in (
        "http://192.168.1.20:81/relay",
        "https://192.168.1.20/cam",
        "http://192.168.1.21/cam",
        "http://cam.example/",
        "//192.168.1.21/",
        "ftp://192.168.1.20/",
        "http://[",
    ):
        assert found.find(address, base) is None


def test_names_of_the_network() -> None:
    """They are told without looking them up."""
    assert is_local_name("cam.local")
    assert is_local_name("cam.local.")
    assert not is_local_name("cam.example")
    assert not is_local_name("local.example")


async def test_names() -> None:
    """Of what a name stands for only what is in the network is connected to."""
    names = Names("127.0.0.1", "192.168.1.20", "8.8.8.8")
    resolver = LocalResolver(names)
    found = await resolver.resolve("cam.example", 80)
    assert [one["host"] for one in found] == ["192.168.1.20"]
    await resolver.close()
    # It is Home Assistant's.
    assert not names.closed
    for address in ("127.0.0.1", "8.8.8.8", "169.254.169.254", "172.30.32.2"):
        with pytest.raises(OSError, match="network"):
            await LocalResolver(Names(address)).resolve("rebind.example", 80)


@asynccontextmanager
async def device(asked: list[str], location: str = "") -> AsyncGenerator[URL]:
    """Serve a device of the network that tells what it is asked."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        assert "Authorization" not in request.headers
        if request.path == "/redirect":
            return web.Response(status=302, headers={"Location": location})
        return web.Response(text="asked")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        yield server.make_url("/")


async def test_a_name_that_changes(
    hass: HomeAssistant, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked up is checked and connected to; this computer is not reached by a name."""
    asked: list[str] = []
    async_get_clientsession(hass)
    names = Names("127.0.0.1")
    monkeypatch.setattr(hass.data[DATA_RESOLVER], "resolve", names.resolve)
    async with device(asked) as url:
        found = find_local(hass, CLOUD, f"http://rebind.example:{url.port}/relay?on")
        assert found is not None
        with pytest.raises(ClientConnectorDNSError):
            async with async_open(hass, found, found.url, SOON):
                pass
        assert asked == []
        monkeypatch.setattr(local_reach, "is_local", lambda _: True)
        async with async_open(hass, found, found.url, SOON) as answer:
            assert await answer.text() == "asked"
    assert asked == ["/relay?on"]
    assert names.asked == 2


async def test_redirects(hass: HomeAssistant, socket_enabled: None) -> None:
    """One within the device is followed; one to another port, or to the internet, is not."""
    asked: list[str] = []
    others: list[str] = []
    async with device(others) as other:
        for location in ("/film", f"{other}relay?on", "https://cam.example/"):
            asked.clear()
            async with device(asked, location) as url:
                found = find_local(hass, SAME_COMPUTER, f"{url}redirect")
                assert found is not None
                if location == "/film":
                    async with async_open(hass, found, found.url, SOON) as answer:
                        assert answer.ok
                    assert asked == ["/redirect", "/film"]
                else:
                    with pytest.raises(OutOfReach):
                        async with async_open(hass, found, found.url, SOON):
                            pass
                    assert asked == ["/redirect"]
    assert others == []
