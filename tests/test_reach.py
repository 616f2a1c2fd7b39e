"""Where addresses that a cloud names may lead: to its own server and to public ones, nowhere else."""

from collections.abc import AsyncGenerator
import socket
from typing import override

from aiohttp import ClientConnectorError, ClientTimeout, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.habitat import reach as reaching
from custom_components.habitat.pictures import async_fetch_picture, kind_of_picture
from custom_components.habitat.reach import (
    OutOfReach,
    PublicResolver,
    Reach,
    async_open,
    async_points_into_house,
    is_public,
)
from homeassistant.core import HomeAssistant

SOON = ClientTimeout(total=5)
PNG = b"\x89PNG\r\n\x1a\n"
LAN = Reach("http://192.168.1.112:3000", "//farmbot.home:3000", plain=True)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        # The server itself, by whatever name.
        ("http://192.168.1.112:3000/a.jpg?x=1", "http://192.168.1.112:3000/a.jpg?x=1"),
        ("/system/images/1.jpg", "http://192.168.1.112:3000/system/images/1.jpg"),
        ("http://farmbot.home:3000/a.jpg", "http://192.168.1.112:3000/a.jpg"),
        ("//farmbot.home:3000/a.jpg", "http://192.168.1.112:3000/a.jpg"),
        # Others that may be public.
        ("https://storage.example/a.jpg", "https://storage.example/a.jpg"),
        ("http://cam.example/film", "http://cam.example/film"),
        ("http://8.8.8.8/a.jpg", "http://8.8.8.8/a.jpg"),
        # The house.
        ("http://192.168.1.112/relay?on", None),
        ("http://192.168.1.112:8123/", None),
        ("http://192.168.1.20/a.jpg", None),
        ("http://farmbot.home/a.jpg", "http://farmbot.home/a.jpg"),
        ("https://127.0.0.1/a.jpg", None),
        ("http://10.1.2.3/", None),
        ("http://169.254.169.254/latest/meta-data", None),
        ("http://100.64.0.1/", None),
        ("http://0.0.0.0:8123/", None),
        ("http://[::1]/", None),
        ("http://[fe80::1%25eth0]/", None),
        ("http://[fd00::1]/", None),
        ("http://[::ffff:192.168.1.20]/", None),
        ("http://[2002:c0a8:114::1]/", None),
        ("http://[64:ff9b::c0a8:114]/", None),
        ("http://224.0.0.1/", None),
        # The house in other notations.
        ("http://2130706433/", None),
        ("http://127.1/", None),
        ("http://0177.0.0.1/", None),
        ("http://0x7f.1/", None),
        ("http://0x7F000001./", None),
        ("http://user:pass@192.168.1/", None),
        ("http://cam1.example2/", "http://cam1.example2/"),
        # No address at all.
        ("words", None),
        ("0", None),
        ("", None),
        (None, None),
        ("ftp://storage.example/a.jpg", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
    ],
)
def test_addresses(address: str | None, found: str | None) -> None:
    """The server's own and public ones are gone to; what a name stands for is seen later."""
    assert LAN.find(address) == (None if found is None else URL(found))


def test_without_encryption() -> None:
    """Pictures of others come encrypted."""
    reach = Reach("https://server.example")
    assert reach.find("http://storage.example/a.jpg") is None
    assert reach.find("http://server.example/a.jpg") is None
    assert reach.find("https://storage.example/a.jpg") is not None


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::7f00:1", False),
        ("172.16.0.1", False),
        ("::", False),
        ("ff02::1", False),
        # Sites of old, and other ways to write an IPv4 address.
        ("fec0::1", False),
        ("::192.168.1.20", False),
        ("::ffff:0:c0a8:114", False),
        ("64:ff9b:1::c0a8:114", False),
    ],
)
def test_public(address: str, public: bool) -> None:
    """An address that stands for another is judged by that."""
    assert is_public(address) is public


class Names(AbstractResolver):
    """Knows some names."""

    def __init__(self, *addresses: str) -> None:
        """Answer with these addresses, one after another."""
        self.addresses = [*addresses]
        self.asked = 0
        self.closed = False

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of the day."""
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host=one, port=port, family=family, proto=0, flags=0
            )
            for one in self.addresses
        ]

    @override
    async def close(self) -> None:
        """Remember it."""
        self.closed = True


async def test_names() -> None:
    """A name that leads into the house, if only among others, leads nowhere."""
    public = await PublicResolver(Names("8.8.8.8", "1.1.1.1")).resolve("a.example", 80)
    assert [one["host"] for one in public] == ["8.8.8.8", "1.1.1.1"]
    for addresses in (("127.0.0.1",), ("8.8.8.8", "192.168.1.1"), ("::1",)):
        names = Names(*addresses)
        resolver = PublicResolver(names)
        with pytest.raises(OSError, match="house"):
            await resolver.resolve("rebind.example", 80)
        await resolver.close()
        assert names.closed


@pytest.mark.parametrize(
    ("server", "host", "points"),
    [
        ("8.8.8.8", "192.168.1.112", True),
        ("8.8.8.8", "::1", True),
        ("8.8.8.8", "1.1.1.1", False),
        # A server of one's own.
        ("192.168.1.112", "192.168.1.112", False),
        ("192.168.1.112", "192.168.1.113", False),
        ("10.0.0.1", "8.8.8.8", False),
        ("8.8.8.8", "not.a.name.invalid", False),
    ],
)
async def test_hosts(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    server: str,
    host: str,
    points: bool,
) -> None:
    """A server of the internet may not name a host of the house; one in the house may."""

    async def look_up(name: str, _: None, *, type: int) -> list[object]:
        if name.endswith(".invalid"):
            raise socket.gaierror
        return [(socket.AF_INET, type, 6, "", (name, 0))]

    monkeypatch.setattr(hass.loop, "getaddrinfo", look_up)
    assert await async_points_into_house(hass, server, host) is points


class House:
    """A server in the house that would rather not be asked, and the account's own."""

    def __init__(self) -> None:
        """Answer nothing yet."""
        self.asked: list[str] = []
        self.own = ""
        self.plug = ""
        self.location = ""

    async def switch(self, request: web.Request) -> web.Response:
        """Be asked where nobody should ask."""
        self.asked.append(request.path_qs)
        return web.Response(body=PNG, content_type="image/png")

    async def redirect(self, request: web.Request) -> web.Response:
        """Send whoever asks elsewhere."""
        return web.Response(status=302, headers={"Location": self.location})

    async def picture(self, request: web.Request) -> web.Response:
        """Have a picture."""
        assert "Authorization" not in request.headers
        return web.Response(body=PNG, content_type="text/html")


@pytest.fixture
async def house(socket_enabled: None) -> AsyncGenerator[House]:
    """Return both, each at a port of its own."""
    house = House()
    own, plug = web.Application(), web.Application()
    own.router.add_get("/redirect", house.redirect)
    own.router.add_get("/picture", house.picture)
    plug.router.add_get("/{path:.*}", house.switch)
    async with TestServer(own) as server, TestServer(plug) as other:
        house.own = str(server.make_url("")).rstrip("/")
        house.plug = str(other.make_url("")).rstrip("/")
        yield house


async def test_redirects(hass: HomeAssistant, house: House) -> None:
    """A redirect within the server is followed, by whatever name; one into the house is not."""
    reach = Reach(house.own, "//bot.home:3000", plain=True)
    for location in (
        "/picture",
        "picture",
        f"{house.own}/picture",
        "http://bot.home:3000/picture",
    ):
        house.location = location
        picture = await async_fetch_picture(hass, reach, "/redirect")
        assert picture is not None
        # By what it is, whatever it is called.
        assert picture.content_type == "image/png"
    for location in (
        f"{house.plug}/relay?on",
        "http://169.254.169.254/",
        "http://[",
        "ftp://a.example/",
    ):
        house.location = location
        assert await async_fetch_picture(hass, reach, "/redirect") is None
    house.location = "/redirect"
    with pytest.raises(OutOfReach):
        async with async_open(hass, reach, URL(f"{house.own}/redirect"), SOON):
            pass
    assert house.asked == []


async def test_a_name_that_changes(
    hass: HomeAssistant, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked up is connected to: there is no second look-up with another answer."""
    names = Names("127.0.0.1")
    monkeypatch.setattr(reaching, "ThreadedResolver", lambda: names)
    port = URL(house.plug).port
    reach = Reach(house.own, plain=True)
    url = reach.find(f"http://rebind.example:{port}/relay?on")
    assert url is not None
    with pytest.raises(ClientConnectorError):
        async with async_open(hass, reach, url, SOON):
            pass
    monkeypatch.setattr(reaching, "is_public", lambda _: True)
    async with async_open(hass, reach, url, SOON) as answer:
        assert answer.status == 200
    assert house.asked == ["/relay?on"]
    assert names.asked == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\n\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", None),
        (b"<html>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_kinds(content: bytes, kind: str | None) -> None:
    """Pictures are let in by what they are."""
    assert kind_of_picture(content) == kind
