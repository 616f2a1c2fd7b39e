"""Redirects: followed on the account's own server, and never a step further."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
import socket
import ssl
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import RawTestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.habitat.cloud.auth import FixedAuth
from custom_components.habitat.cloud.errors import BadAnswer
from custom_components.habitat.cloud.session import CloudSession
from tests.support.loopback import (
    GET,
    PATCH,
    QUICK,
    USER_AGENT,
    Reply,
    Server,
    data,
    redirect,
    serving,
    talking,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

ACCOUNT = FixedAuth({"Authorization": "Bearer let-me-in"})


@pytest.mark.parametrize(
    ("code", "location", "path", "query"),
    [
        (301, "/api/there?page=2", "/api/there", {"page": "2"}),
        (302, "there", "/api/there", {}),
        (303, "?page=2", "/api/things", {"page": "2"}),
        (307, "/there", "/there", {}),
        (308, "/there", "/there", {}),
    ],
)
async def test_within_the_server(
    code: int, location: str, path: str, query: dict[str, str]
) -> None:
    """The account shows itself at the new place of its own server too."""
    replies = (redirect(location, code), data([1]))
    async with talking(*replies, auth=ACCOUNT) as (session, server):
        assert await session.json(GET) == [1]
    there = server.asked[1]
    assert (there.method, there.path, there.query) == ("GET", path, query)
    assert there.authorization == "Bearer let-me-in"
    assert session.counters.requests == 1


async def test_with_the_full_address() -> None:
    """A whole address of the same server is within the server."""
    async with talking(data([1])) as (session, server):
        server.replies.insert(0, redirect(f"{server.url}/there"))
        assert await session.json(GET) == [1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_to_another_server(host: str) -> None:
    """Another port or host never hears of the account, not even of the request."""
    async with (
        serving(data([1])) as other,
        talking(data([1]), auth=ACCOUNT) as (session, server),
    ):
        target = other.url.replace("127.0.0.1", host)
        server.replies.insert(0, redirect(f"{target}/api/things"))
        with pytest.raises(BadAnswer, match="another host") as raised:
            await session.json(GET)
    assert not raised.value.transient
    assert len(server.asked) == 1
    assert other.asked == []


async def test_to_another_name_of_the_same_server() -> None:
    """Names are compared, not what they stand for."""
    async with talking(data([1])) as (session, server):
        port = server.url.rpartition(":")[2]
        server.replies.insert(0, redirect(f"//localhost:{port}/there"))
        with pytest.raises(BadAnswer, match="another host"):
            await session.json(GET)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://[bad",
        "https://127.0.0.1:99999/",
        "mailto:someone@example.com",
        "javascript:alert(1)",
        "data:,x",
    ],
)
async def test_to_nowhere(location: str) -> None:
    """What is no address of a server leads nowhere."""
    async with talking(redirect(location)) as (session, server):
        with pytest.raises(BadAnswer, match="no address") as raised:
            await session.json(GET)
    assert not raised.value.transient
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("location", "asked"), [("", 1), ("/api/things", 1), ("/round/and/round", 2)]
)
async def test_in_circles(location: str, asked: int) -> None:
    """No address is asked twice for one question."""
    async with talking(redirect(location)) as (session, server):
        with pytest.raises(BadAnswer, match="circles"):
            await session.json(GET)
    assert len(server.asked) == asked


async def test_too_far() -> None:
    """After three steps no further one is taken."""
    steps = (redirect(path) for path in ("/a", "/b", "/c", "/d"))
    async with talking(*steps, data([1])) as (session, server):
        with pytest.raises(BadAnswer, match="circles"):
            await session.json(GET)
    assert len(server.asked) == 4


async def test_three_steps() -> None:
    """Three steps are fine."""
    steps = (redirect("/a"), redirect("/b"), redirect("/c"), data([1]))
    async with talking(*steps) as (session, _):
        assert await session.json(GET) == [1]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_of_a_write(code: int) -> None:
    """A write is not carried on: what it should do there is anybody's guess."""
    async with talking(redirect("/there", code), data({})) as (session, server):
        with pytest.raises(BadAnswer, match="write"):
            await session.json(PATCH)
    assert len(server.asked) == 1


# Between http and https, at their own ports.


class _Names(AbstractResolver):
    """Finds the two ports of `cloud.example` on loopback, and nothing else."""

    def __init__(self, ports: dict[int, int]) -> None:
        self._ports = ports

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        assert host == "cloud.example"
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._ports[port],
                family=socket.AF_INET,
                proto=0,
                flags=0,
            )
        ]

    @override
    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate of `cloud.example` and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cloud.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("cloud.example")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "cloud.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@asynccontextmanager
async def _both_ports(
    certificate: Path, plain: Reply, secure: Reply, scheme: str
) -> AsyncGenerator[tuple[CloudSession, Server, Server]]:
    """Serve http and https as `cloud.example`; the session starts at one of them."""
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate)
    trusted = ssl.create_default_context(cafile=str(certificate))
    safe = Server([secure])
    raw = RawTestServer(safe.handle, scheme="https")
    await raw.start_server(ssl=served)
    try:
        async with serving(plain) as open_server:
            ports = {80: int(open_server.url.rpartition(":")[2]), 443: raw.port or 0}
            connector = aiohttp.TCPConnector(resolver=_Names(ports), ssl=trusted)
            async with aiohttp.ClientSession(connector=connector) as http:
                session = CloudSession(
                    http,
                    f"{scheme}://cloud.example",
                    user_agent=USER_AGENT,
                    auth=ACCOUNT,
                    limits=QUICK,
                )
                yield session, open_server, safe
    finally:
        await raw.close()


async def test_from_http_to_https(certificate: Path) -> None:
    """The same host made safe is still the same host."""
    target = redirect("https://cloud.example/api/things")
    async with _both_ports(certificate, target, data([1]), "http") as found:
        session, plain, safe = found
        assert await session.json(GET) == [1]
    assert (len(plain.asked), len(safe.asked)) == (1, 1)
    assert safe.asked[0].authorization == "Bearer let-me-in"


async def test_from_https_to_http(certificate: Path) -> None:
    """What is sent in secret is never sent in the open."""
    target = redirect("http://cloud.example/api/things")
    async with _both_ports(certificate, data([1]), target, "https") as found:
        session, plain, safe = found
        with pytest.raises(BadAnswer, match="another host"):
            await session.json(GET)
    assert (len(plain.asked), len(safe.asked)) == (0, 1)
