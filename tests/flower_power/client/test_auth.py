"""Logging in: the grants, the methods, and what a refusal means."""

from collections.abc import Awaitable, Callable

import pytest

from custom_components.habitat.cloud.auth import Token
from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.flower_power.client.auth import (
    ADDRESS,
    log_in,
    refuses_login,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flower_power.homes import home
from custom_components.habitat.simulator.flower_power.tokens import Tokens
from tests.flower_power.conftest import Account, Serve
from tests.support.faults import Fault, Kind, faults_of

POST, GET = f"POST {ADDRESS}", f"GET {ADDRESS}"


@pytest.fixture
async def account(serve: Serve, clock: ManualClock) -> Account:
    """Return an account with one plant."""
    return await serve(home(locations=1, clock=clock))


def renew(account: Account) -> Callable[[Token | None], Awaitable[Token]]:
    """Return how the account logs in."""

    async def log(old: Token | None) -> Token:
        return await log_in(account.client.session, account.cloud.credentials, old)

    return log


async def test_password(account: Account) -> None:
    """The password is posted; the address holds nothing of it."""
    token = await renew(account)(None)
    assert token.access
    assert token.refresh
    assert token.lifetime == 172_800
    assert token.flavour == "POST"
    (exchange,) = account.cloud.log
    assert (exchange.method, exchange.query) == ("POST", "")


@pytest.mark.parametrize("status", [404, 405])
async def test_documented_method(account: Account, status: int) -> None:
    """Where POST is not known it is GET, and no secret is in the address then either."""
    faults_of(account.cloud).add(Fault(kind=Kind.STATUS, match=POST, status=status))
    token = await renew(account)(None)
    assert token.flavour == "GET"
    assert [item.method for item in account.cloud.log] == ["POST", "GET"]
    assert not any(item.query for item in account.cloud.log)
    again = await renew(account)(token)
    assert again.access != token.access
    assert [item.method for item in account.cloud.log][2:] == ["GET"]


async def test_method_that_served_is_gone(account: Account) -> None:
    """What served before may not be known any more."""
    account.cloud.methods = {"GET"}
    token = await renew(account)(None)
    account.cloud.methods = {"POST"}
    assert (await renew(account)(token)).flavour == "POST"


async def test_refresh(account: Account) -> None:
    """The refresh grant spares the password."""
    first = await renew(account)(None)
    second = await renew(account)(first)
    assert second.access != first.access
    assert account.cloud.count(POST) == 2


@pytest.mark.parametrize("how", ["revoked", "unknown grant", "no token"])
async def test_refresh_that_fails(account: Account, how: str) -> None:
    """When the refresh grant fails in any way, the password is there."""
    token = await renew(account)(None)
    match how:
        case "revoked":
            account.cloud.tokens.revoke()
        case "unknown grant":
            account.cloud.tokens.refreshable = False
        case "no token":
            faults_of(account.cloud).add(Fault(kind=Kind.NULLS, match=POST, times=1))
    assert (await renew(account)(token)).access != token.access
    assert account.cloud.count(POST) == 3


async def test_refresh_waits_for_better_weather(account: Account) -> None:
    """A server that is down is no reason to send the password."""
    token = await renew(account)(None)
    faults_of(account.cloud).add(Fault(kind=Kind.STATUS, match=POST, status=503))
    with pytest.raises(Unreachable):
        await renew(account)(token)
    faults_of(account.cloud).clear()
    assert account.cloud.tokens.issued == 1


@pytest.mark.parametrize("field", ["email", "password", "client_id", "client_secret"])
async def test_wrong_login(serve: Serve, clock: ManualClock, field: str) -> None:
    """Each wrong field is a login that is refused, in the cloud's words."""
    account = await serve(home(locations=1, clock=clock), {field: "wrong-one"})
    with pytest.raises(AuthError) as refused:
        await account.client.versions()
    assert "is not known" in str(refused.value)
    assert "wrong-one" not in str(refused.value)
    assert account.cloud.count() == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=Kind.STATUS, status=400), Refused),
        (Fault(kind=Kind.STATUS, status=429), RateLimited),
        (Fault(kind=Kind.HTML, status=403), Unreachable),
        (Fault(kind=Kind.HTML, status=502), Unreachable),
        (Fault(kind=Kind.TRUNCATED), BadAnswer),
        (Fault(kind=Kind.NULLS), BadAnswer),
        (Fault(kind=Kind.RESET), Unreachable),
    ],
)
async def test_weather(account: Account, fault: Fault, error: type[CloudError]) -> None:
    """Whatever else goes wrong says nothing about the login."""
    fault.match = f"* {ADDRESS}"
    faults_of(account.cloud).add(fault)
    with pytest.raises(error) as raised:
        await account.client.versions()
    assert not isinstance(raised.value, AuthError)


async def test_refusal_that_looks_well(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is one whatever the HTTP status, and anything else is not."""
    monkeypatch.setattr(Tokens, "grant", lambda *_: {"error": "invalid_client"})
    with pytest.raises(AuthError):
        await account.client.versions()
    assert refuses_login(200, {"error": "invalid_client"})
    assert refuses_login(400, {"error": "invalid_grant"})
    assert not refuses_login(400, {"error": "invalid_request"})
    assert not refuses_login(400, {"errors": [{"error_code": 3}]})
    assert not refuses_login(400, None)


async def test_token_ends(account: Account, clock: ManualClock) -> None:
    """A token that ended early is renewed within the same request."""
    await account.client.versions()
    account.cloud.expire_tokens()
    await account.client.versions()
    assert account.cloud.tokens.issued == 2
    clock.advance(account.cloud.tokens.lifetime)
    await account.client.versions()
    assert account.cloud.tokens.issued == 3
