"""Whose account a Flair login opens."""

import hashlib

import pytest

from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.flair.config_form import FORMS, async_validate
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.vendor import REGISTRY, Login, NoDevices
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from tests.conftest import Serve
from tests.support.edge_cases.flair import two
from tests.support.faults import Fault, Kind, faults_of


@pytest.fixture(autouse=True)
async def integration(hass: HomeAssistant) -> None:
    """Load what the session reads the version from."""
    await async_get_integration(hass, "habitat")


def login(cloud: FlairCloud, **fields: str) -> Login:
    """Return a login at a cloud."""
    return Login(REGISTRY["flair"], cloud.url, {**cloud.credentials, **fields})


def test_the_form() -> None:
    """It asks for the pair, and never shows the secret again."""
    (form,) = FORMS
    assert form.step == "flair"
    assert list(form.fields) == ["client_id", "client_secret"]
    assert form.secret == {"client_secret"}
    assert form.placeholders == {"app_url": "https://my.flair.co/"}


async def test_an_account(
    hass: HomeAssistant, serve_flair: Serve, clock: ManualClock
) -> None:
    """It is the user's, whatever the pair; its title names no home."""
    cloud = await serve_flair(two(clock=clock))
    (user,) = cloud.world.all("users")
    who = await async_validate(hass, login(cloud))
    assert who.account_id == user.id
    assert who.title == f"Flair {who.account_id}"
    legacy = await async_validate(hass, login(cloud, **cloud.legacy_credentials))
    assert legacy == who
    for house in cloud.world.all("structures"):
        house.attributes["name"] = None
        cloud.world.touch(house)
    assert "House" not in (await async_validate(hass, login(cloud))).title


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=Kind.STATUS, match="GET /api/users", status=403),
        Fault(kind=Kind.STATUS, match="GET /api/users", status=404),
        Fault(kind=Kind.EMPTY_LIST, match="GET /api/users"),
    ],
    ids=["403", "404", "none"],
)
async def test_a_pair_without_a_user(
    hass: HomeAssistant, serve_flair: Serve, clock: ManualClock, fault: Fault
) -> None:
    """A pair that may not read users is a good pair; the account is known by its id then."""
    cloud = await serve_flair(home(clock=clock))
    faults_of(cloud).add(fault)
    who = await async_validate(hass, login(cloud))
    client_id = cloud.credentials["client_id"]
    assert who.account_id == hashlib.sha256(client_id.encode()).hexdigest()[:16]


async def test_an_account_without_a_home(
    hass: HomeAssistant, serve_flair: Serve
) -> None:
    """There is nothing to show."""
    with pytest.raises(NoDevices):
        await async_validate(hass, login(await serve_flair("empty")))


async def test_a_home_that_is_not_finished(
    hass: HomeAssistant, serve_flair: Serve, clock: ManualClock
) -> None:
    """It counts as a home."""
    cloud = await serve_flair(home(clock=clock))
    (house,) = cloud.world.all("structures")
    cloud.set("structures", house.id, setup_complete=False)
    assert "House" not in (await async_validate(hass, login(cloud))).title


@pytest.mark.parametrize(
    ("match", "fault", "error"),
    [
        ("POST *", {"kind": Kind.STATUS, "status": 401}, AuthError),
        ("POST *", {"kind": Kind.STATUS, "status": 400}, AuthError),
        ("POST *", {"kind": Kind.STATUS, "status": 429}, RateLimited),
        ("POST *", {"kind": Kind.HTML, "status": 502}, Unreachable),
        ("POST *", {"kind": Kind.TRUNCATED}, BadAnswer),
        ("GET *", {"kind": Kind.STATUS, "status": 401}, AuthError),
        ("GET *", {"kind": Kind.STATUS, "status": 403}, Refused),
        ("GET *", {"kind": Kind.RESET}, Unreachable),
        ("GET *", {"kind": Kind.HTML, "status": 200}, BadAnswer),
        ("GET /api/users", {"kind": Kind.STATUS, "status": 503}, Unreachable),
    ],
)
async def test_a_login_that_fails(
    hass: HomeAssistant,
    serve_flair: Serve,
    clock: ManualClock,
    match: str,
    fault: dict[str, object],
    error: type[CloudError],
) -> None:
    """What failed is told apart by what there is to do about it."""
    cloud = await serve_flair(home(clock=clock))
    faults_of(cloud).add(Fault(match=match, **fault))  # type: ignore[arg-type]  # by name
    with pytest.raises(error):
        await async_validate(hass, login(cloud))


async def test_a_wrong_secret(
    hass: HomeAssistant, serve_flair: Serve, clock: ManualClock
) -> None:
    """Neither address takes it."""
    cloud = await serve_flair(home(clock=clock))
    with pytest.raises(AuthError):
        await async_validate(hass, login(cloud, client_secret="mistyped"))
    assert cloud.count("POST /oauth2/token") == cloud.count("POST /oauth/token") == 1
    assert cloud.count("GET *") == 0
