"""Serving and stopping, the log, and everything that can go wrong."""

import asyncio
from datetime import UTC, datetime
import time

import aiohttp
import pytest

from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.statuses import reason
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Client, mapping

VENTS = "GET /api/vents"


async def test_every_vendor_serves_its_demo(socket_enabled: None) -> None:
    """What the registry names can be created, started twice and stopped."""
    for vendor in SIMULATED:
        cloud = create(vendor)
        assert cloud.credentials
        for _ in range(2):
            async with cloud, aiohttp.ClientSession() as http:
                assert cloud.url.startswith("http://127.0.0.1:")
                async with http.get(cloud.url + "/nowhere") as response:
                    assert response.status == 404


def test_unknown_vendor() -> None:
    """Only registered vendors are imported."""
    with pytest.raises(KeyError):
        create("os")
    with pytest.raises(KeyError):
        create("flair", home="castle")


async def test_taken_port(client: Client) -> None:
    """A port in use is reported, and nothing of the second server stays."""
    port = int(client.cloud.url.rpartition(":")[2])
    other = create("flair")
    with pytest.raises(OSError, match="address"):
        await other.start(port)


async def test_log(client: Client) -> None:
    """The log has path, query and status of each exchange, and counts by pattern."""
    await client.get("/api/vents?page[size]=5")
    await client.call("GET", "/api/rooms/none")
    assert client.cloud.count() == 3
    assert client.cloud.count("GET /api/*") == 2
    vents, room = list(client.cloud.log)[1:]
    assert (vents.path, vents.query, vents.status) == (
        "/api/vents",
        "page[size]=5",
        200,
    )
    assert (room.method, room.status) == ("GET", 404)
    assert room.milliseconds >= 0


async def test_stop_is_quick_with_connections_open(client: Client) -> None:
    """Neither idle connections nor a stalled answer hold up the end."""
    fault = faults_of(client.cloud).add(Fault(kind=Kind.STALL, match=VENTS, seconds=60))
    stalled = asyncio.create_task(client.call("GET", "/api/vents"))
    await client.get("/api/rooms")
    while not fault.hits:
        await asyncio.sleep(0.001)
    began = time.perf_counter()
    await client.cloud.stop()
    assert time.perf_counter() - began < 0.5
    with pytest.raises(aiohttp.ClientError):
        await stalled
    assert client.cloud.log[-1].status == 0


async def test_latency(client: Client) -> None:
    """A late answer is right, only late."""
    faults_of(client.cloud).add(Fault(kind=Kind.LATENCY, seconds=0.1))
    began = time.perf_counter()
    assert len(await client.rows("/api/vents")) == 12
    assert time.perf_counter() - began >= 0.1


@pytest.mark.parametrize("status", [401, 403, 422, 429, 500, 503])
async def test_status_in_the_vendors_words(client: Client, status: int) -> None:
    """A status brings the vendor's own error document."""
    faults_of(client.cloud).add(Fault(kind=Kind.STATUS, match=VENTS, status=status))
    got, answer, response = await client.call("GET", "/api/vents")
    assert got == status
    errors = answer["errors"]
    assert isinstance(errors, list)
    assert mapping(errors[0])["status"] == str(status)
    assert response.reason == reason(status).upper()


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [
        (7, "7"),
        (datetime(2026, 11, 25, 12, tzinfo=UTC), "Wed, 25 Nov 2026 12:00:00 GMT"),
    ],
)
async def test_retry_after(
    client: Client, retry_after: float | datetime, header: str
) -> None:
    """Retry-After comes as seconds or as a date."""
    faults_of(client.cloud).add(
        Fault(kind=Kind.STATUS, match=VENTS, status=429, retry_after=retry_after)
    )
    _, _, response = await client.call("GET", "/api/vents")
    assert response.headers["Retry-After"] == header


@pytest.mark.parametrize("status", [403, 500, 502, 503, 504])
async def test_html(client: Client, status: int) -> None:
    """A gateway's page is HTML."""
    faults_of(client.cloud).add(Fault(kind=Kind.HTML, status=status))
    got, _, response = await client.call("GET", "/api/vents")
    assert got == status
    assert response.content_type == "text/html"


async def test_redirect(client: Client) -> None:
    """A redirect leads where the fault says."""
    faults_of(client.cloud).add(
        Fault(kind=Kind.REDIRECT, location="http://127.0.0.2:9/api")
    )
    async with client.http.get(
        client.cloud.url + "/api/vents", allow_redirects=False
    ) as response:
        assert response.status == 302
        assert response.headers["Location"] == "http://127.0.0.2:9/api"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Kind.RESET, aiohttp.ClientOSError),
        (Kind.STALL, aiohttp.ClientOSError),
        (Kind.CUT, aiohttp.ClientPayloadError),
        (Kind.TRUNCATED, ValueError),
    ],
)
async def test_broken_answers(
    client: Client, kind: Kind, error: type[Exception]
) -> None:
    """Each way of breaking an answer looks its own way to a client."""
    faults_of(client.cloud).add(Fault(kind=kind, match=VENTS, seconds=0.01))
    with pytest.raises(error):
        await client.call("GET", "/api/vents")


async def test_empty_body(client: Client) -> None:
    """An empty body has no bytes at all."""
    faults_of(client.cloud).add(Fault(kind=Kind.EMPTY_BODY, match=VENTS))
    status, _, response = await client.call("GET", "/api/vents")
    assert status == 200
    assert response.headers["Content-Length"] == "0"


async def test_giant(client: Client) -> None:
    """A giant body is as large as it is asked to be."""
    faults_of(client.cloud).add(Fault(kind=Kind.GIANT, match=VENTS, size=2**20))
    async with client.http.get(
        client.cloud.url + "/api/vents",
        headers={"Authorization": f"Bearer {client.token}"},
    ) as response:
        assert len(await response.read()) > 2**20


async def test_odd_values(client: Client) -> None:
    """Nulls, other types and unknown words stand in every attribute."""
    right = await client.rows("/api/vents")
    for kind in (Kind.NULLS, Kind.WRONG_TYPES, Kind.UNKNOWN_ENUMS):
        faults_of(client.cloud).add(Fault(kind=kind, match=VENTS, times=1))
    nulls, types, words = [
        mapping((await client.rows("/api/vents"))[0]["attributes"]) for _ in range(3)
    ]
    assert set(nulls.values()) == {None}
    before = mapping(right[0]["attributes"])
    assert all(type(value) is not type(before[name]) for name, value in types.items())
    assert words["name"] == "Never Heard Of"
    assert await client.rows("/api/vents") == right


async def test_odd_lists(client: Client) -> None:
    """Records come twice, or not at all."""
    faults_of(client.cloud).add(Fault(kind=Kind.DUPLICATES, match=VENTS, times=1))
    faults_of(client.cloud).add(Fault(kind=Kind.EMPTY_LIST, match=VENTS, times=1))
    assert len(await client.rows("/api/vents")) == 24
    assert await client.rows("/api/vents") == []


async def test_how_often(client: Client) -> None:
    """Faults spare the first requests, stop after some, and can be taken away."""
    fault = faults_of(client.cloud).add(
        Fault(kind=Kind.STATUS, match=VENTS, status=503, skip=1, times=2)
    )
    seen = [(await client.call("GET", "/api/vents"))[0] for _ in range(5)]
    assert seen == [200, 503, 503, 200, 200]
    assert (fault.seen, fault.hits) == (3, 2)
    faults_of(client.cloud).remove(fault)
    faults_of(client.cloud).remove(fault)
    faults_of(client.cloud).add(Fault(kind=Kind.STATUS))
    faults_of(client.cloud).clear()
    assert (await client.call("GET", "/api/vents"))[0] == 200


async def test_probability_is_repeatable(client: Client) -> None:
    """The same requests meet the same bad luck."""
    runs: list[list[int]] = []
    for _ in range(2):
        faults_of(client.cloud).clear()
        faults_of(client.cloud).add(
            Fault(kind=Kind.STATUS, match=VENTS, status=502, probability=0.5)
        )
        runs.append([(await client.call("GET", "/api/vents"))[0] for _ in range(20)])
    assert runs[0] == runs[1]
    assert 4 < runs[0].count(502) < 16
