"""Flair's own client, `flair-client`, and the one of the older integration, `flairaio`, on the simulated Flair."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from flair_api.client import ApiError, Client, EmptyBodyException, make_client
from flairaio import flair_client
from flairaio.constants import Endpoint
from flairaio.exceptions import FlairAuthError, FlairError
import pytest

from .conftest import Served, simulated

KINDS = (
    "bridges",
    "hvac-units",
    "puck2s",
    "pucks",
    "remote-sensors",
    "rooms",
    "schedules",
    "structures",
    "thermostats",
    "users",
    "vents",
    "zones",
)
NEVER_THERE = {("vents", "current-state")}
"""Linked and yet not found, as at the real cloud."""


@pytest.fixture(scope="session")
def flair_cloud() -> Iterator[Served]:
    """Return where the simulated Flair is, and what logs in."""
    with simulated("flair") as served:
        yield served


@pytest.fixture(scope="session")
def client(flair_cloud: Served) -> Client:
    """Return Flair's own client; it logs in at the older address, with the older pair."""
    pair = flair_cloud.credentials
    return make_client(
        pair["client_id"].replace("simulated", "legacy"),
        pair["client_secret"].replace("simulated", "legacy"),
        flair_cloud.url,
    )


@pytest.fixture
async def older(
    flair_cloud: Served, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[flair_client.FlairClient]:
    """Return the older integration's client; its address is a constant."""
    addresses = {item.name: item.value for item in Endpoint}
    monkeypatch.setattr(
        flair_client,
        "Endpoint",
        SimpleNamespace(**{**addresses, "BASE_URL": flair_cloud.url}),
    )
    pair = flair_cloud.credentials
    client = flair_client.FlairClient(pair["client_id"], pair["client_secret"])
    yield client
    await client._session.close()


def test_root_and_lists(client: Client) -> None:
    """Each type of the root is a list whose resources can be read, and read again."""
    assert client.token
    assert sorted(client.api_root_resp) == sorted(KINDS)
    for kind in KINDS:
        found = client.get(kind)
        assert found.type_ == kind
        first = found[0]
        assert client.get(kind, first.id_) == first


@pytest.mark.parametrize("kind", KINDS)
def test_relationships(client: Client, kind: str) -> None:
    """All that a resource is related to can be followed; what is not there is empty or not found."""
    resource = client.get(kind)[0]
    for name in resource.relationships:
        if (kind, name) in NEVER_THERE:
            with pytest.raises(ApiError, match="404"):
                resource.get_rel(name)
            continue
        with suppress(EmptyBodyException):
            assert resource.get_rel(name) is not None


def test_pages(client: Client) -> None:
    """A history of many pages is read on."""
    readings = client.get("vents")[0].get_rel("sensor-readings")
    assert len(readings.up_to(120)) == 150


def test_writes(client: Client) -> None:
    """A resource is made, changed, related, and gone; what is refused says why."""
    home, vent = client.get("structures")[0], client.get("vents")[0]
    vent.update(attributes={"percent-open": 30})
    assert vent.attributes["percent-open"] == 30
    assert vent.get_self().attributes["percent-open"] == 30

    room = client.create(
        "rooms", attributes={"name": "Attic"}, relationships={"structure": home}
    )
    room.update(attributes={"name": "Loft"})
    assert client.get("rooms", room.id_).attributes["name"] == "Loft"
    vent.update_rel(room=room)
    assert vent.get_rel("room") == room
    room.add_rel(vents=[client.get("vents")[1]])
    assert len(room.get_rel("vents")) == 2
    room.delete()
    with pytest.raises(ApiError) as gone:
        client.get("rooms", room.id_)
    assert gone.value.json["errors"][0]["detail"] == "Could not find rooms"
    with pytest.raises(ApiError) as refused:
        vent.update(attributes={"percent-open": 500})
    assert refused.value.status_code == 422


async def test_older_client_reads_all(older: flair_client.FlairClient) -> None:
    """The whole home comes in one piece, and each resource by itself."""
    (home,) = (await older.get_flair_data()).structures.values()
    for kind in ("rooms", "pucks", "vents", "bridges", "thermostats", "zones"):
        assert getattr(home, kind)
        (listed,) = vars(await getattr(older, f"get_{kind}")()).values()
        for one in listed:
            assert (
                await getattr(older, f"get_{kind.removesuffix('s')}")(one)
            ).id == one
    assert home.hvac_units
    assert home.schedules
    assert all(puck.current_reading for puck in home.pucks.values())


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("structures", {"mode": "auto"}),
        ("structures", {"structure-heat-cool-mode": "heat"}),
        ("structures", {"active-schedule-id": None}),
        ("structures", {"home": False}),
        ("rooms", {"set-point-c": 21.0, "active": True}),
        ("rooms", {"hold-until": None, "hold-until-schedule-event": False}),
        ("pucks", {"locked": True}),
        ("bridges", {"led-brightness": 40}),
        ("vents", {"percent-open": 100}),
    ],
)
async def test_older_client_writes(
    older: flair_client.FlairClient, kind: str, attributes: dict[str, Any]
) -> None:
    """What the older integration writes is taken, and answered with the whole resource."""
    (listed,) = vars(await getattr(older, f"get_{kind}")()).values()
    answer = await older.update(kind, next(iter(listed)), attributes, {})
    said = answer["data"]["attributes"]
    assert attributes.items() <= said.items()


async def test_older_client_is_refused(older: flair_client.FlairClient) -> None:
    """It hears why, by the words that it compares with."""
    vent = next(iter((await older.get_vents()).vents))
    with pytest.raises(FlairError, match="Unprocessable Entity"):
        await older.update("vents", vent, {"percent-open": 400}, {})
    older.token, older.client_secret = None, "wrong"
    with pytest.raises(FlairAuthError):
        await older.get_token()


async def test_older_client_makes_a_room(older: flair_client.FlairClient) -> None:
    """A room comes and goes."""
    home = next(iter((await older.get_structures()).structures))
    related = {"structure": {"data": {"type": "structures", "id": home}}}
    made = await older.create("rooms", {"name": "Attic"}, related)
    await older.delete("rooms", made["data"]["id"])
    assert made["data"]["id"] not in (await older.get_rooms()).rooms
