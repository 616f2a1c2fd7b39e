"""Logging in at Flair: grants, two addresses, and what the server may say."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
import logging
import time
from urllib.parse import parse_qsl

import aiohttp
import pytest

from custom_components.habitat.cloud.auth import Token, TokenAuth
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.cloud.session import CloudSession
from custom_components.habitat.flair.client.auth import LEGACY, MODERN, grant, log_in
from custom_components.habitat.flair.client.jsonapi import error_message
from custom_components.habitat.simulator.flair.server import FlairCloud
from tests.conftest import Serve
from tests.support.faults import Fault, Kind, faults_of
from tests.support.loopback import (
    GET,
    QUICK,
    USER_AGENT,
    Asked,
    Reply,
    data,
    page,
    status,
    talking,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

PAIR = {"client_id": "some-id", "client_secret": "some-secret"}
GRANTED: dict[str, Json] = {
    "access_token": "new-access",
    "expires_in": 864_000,
    "token_type": "Bearer",
    "scope": "structures.view structures.edit",
}


@pytest.fixture
async def flair(serve_flair: Serve) -> FlairCloud:
    """Return a cloud."""
    return await serve_flair("standard")


@asynccontextmanager
async def session(cloud: FlairCloud) -> AsyncGenerator[CloudSession]:
    """Talk to a cloud."""
    async with aiohttp.ClientSession() as http:
        yield CloudSession(
            http,
            cloud.url,
            user_agent=USER_AGENT,
            error_message=error_message,
            limits=QUICK,
        )


def logins(cloud: FlairCloud) -> list[tuple[str, int]]:
    """Return where logins went and what they were answered."""
    return [(item.path, item.status) for item in cloud.log if item.method == "POST"]


def form(asked: Asked) -> dict[str, str]:
    """Return what a login sent."""
    return dict(parse_qsl(asked.body.decode()))


# Grants.


@pytest.mark.parametrize(
    ("credentials", "kind"),
    [
        (PAIR, "client_credentials"),
        ({**PAIR, "username": "u", "password": "p"}, "password"),
        ({**PAIR, "code": "c", "redirect_uri": "r"}, "authorization_code"),
        ({**PAIR, "code": "c", "username": "u"}, "authorization_code"),
    ],
)
def test_the_grant_that_credentials_allow(
    credentials: dict[str, str], kind: str
) -> None:
    """Nothing is lost, and no scope is asked for."""
    assert grant(credentials) == {**credentials, "grant_type": kind}


async def test_a_pair(flair: FlairCloud) -> None:
    """A pair of today gives ten days without a refresh grant."""
    async with session(flair) as talk:
        token = await log_in(talk, flair.credentials)
    assert (token.lifetime, token.refresh, token.flavour) == (864_000, None, MODERN)
    assert abs(token.obtained - time.time()) < 10
    assert flair.tokens.scopes(f"Bearer {token.access}")
    assert logins(flair) == [(MODERN, 200)]


async def test_a_legacy_pair(flair: FlairCloud) -> None:
    """A pair of the old kind is good at the old address, which comes first from then on."""
    async with session(flair) as talk:
        token = await log_in(talk, flair.legacy_credentials)
        assert token.flavour == LEGACY
        again = await log_in(talk, flair.legacy_credentials, token)
        assert again.flavour == LEGACY
    assert logins(flair) == [(MODERN, 401), (LEGACY, 200), (LEGACY, 200)]


async def test_a_new_pair_after_a_legacy_one(flair: FlairCloud) -> None:
    """The remembered address is a habit, no rule."""
    old = Token(access="x", obtained=0, flavour=LEGACY)
    async with session(flair) as talk:
        assert (await log_in(talk, flair.credentials, old)).flavour == MODERN
    assert logins(flair) == [(LEGACY, 401), (MODERN, 200)]


async def test_a_password_and_its_refresh_grant(flair: FlairCloud) -> None:
    """The refresh grant spares the login; when it ended the credentials serve again."""
    person = {
        **flair.credentials,
        "username": flair.owner.email,
        "password": flair.owner.password,
    }
    async with session(flair) as talk:
        first = await log_in(talk, person)
        assert first.refresh
        second = await log_in(talk, person, first)
        assert second.refresh not in (None, first.refresh)
        assert logins(flair) == [(MODERN, 200)] * 2
        third = await log_in(talk, person, first)
    assert logins(flair)[2:] == [(MODERN, 400), (MODERN, 200)]
    assert third.access not in (first.access, second.access)


async def test_a_code(flair: FlairCloud) -> None:
    """A code from the consent page is a login too."""
    code = {"code": flair.tokens.code(), "redirect_uri": "https://example.com/back"}
    async with session(flair) as talk:
        token = await log_in(talk, {**flair.credentials, **code})
    assert token.refresh


async def test_what_is_sent() -> None:
    """Forms in the body: no secret in the address, no authorization, no person in a refresh."""
    person = {**PAIR, "username": "u", "password": "p"}
    old = Token(access="a", refresh="r", obtained=0, flavour=LEGACY)
    async with talking(status(400), data(GRANTED)) as (talk, server):
        talk.auth = TokenAuth(lambda _: log_in(talk, person, old))
        await talk.auth.headers()
    refresh, password = server.asked
    assert form(refresh) == {
        **PAIR,
        "grant_type": "refresh_token",
        "refresh_token": "r",
    }
    assert form(password) == {**person, "grant_type": "password"}
    for asked in server.asked:
        assert (asked.method, asked.path, asked.query) == ("POST", LEGACY, {})
        assert asked.authorization is None


@pytest.mark.parametrize(
    "old",
    [
        Token(access="a", obtained=0, flavour=MODERN),
        Token(access="a", refresh="r", obtained=0),
    ],
    ids=["nothing to refresh", "from nowhere"],
)
async def test_no_refresh_grant(old: Token) -> None:
    """Without a refresh grant, or where it is good, the credentials come at once."""
    async with talking(data(GRANTED)) as (talk, server):
        await log_in(talk, PAIR, old)
    assert [form(asked)["grant_type"] for asked in server.asked] == [
        "client_credentials"
    ]


# What the server may say.


@pytest.mark.parametrize("code", [404, 405])
async def test_neither_address_is_there(code: int) -> None:
    """Then it is the server that is wrong, and nobody knows of the login."""
    replies = (data({"error": "first"}, code), data({"error": "second"}, code))
    async with talking(*replies) as (talk, server):
        with pytest.raises(Refused, match="first"):
            await log_in(talk, PAIR)
    assert [asked.path for asked in server.asked] == [MODERN, LEGACY]


@pytest.mark.parametrize("flavour", [MODERN, LEGACY])
async def test_an_address_that_served_is_not_there(flavour: str) -> None:
    """It is the server that is not well: the other address is not asked."""
    old = Token(access="a", obtained=0, flavour=flavour)
    async with talking(status(404)) as (talk, server):
        with pytest.raises(Refused):
            await log_in(talk, PAIR, old)
    assert [asked.path for asked in server.asked] == [flavour]


@pytest.mark.parametrize(("first", "second"), [(401, 404), (404, 401), (401, 422)])
async def test_a_no_of_one_address(first: int, second: int) -> None:
    """A word on the login counts, whatever is said of the other address."""
    async with talking(status(first), status(second)) as (talk, _):
        with pytest.raises(AuthError, match="said 401"):
            await log_in(talk, PAIR)


@pytest.mark.parametrize("code", [400, 401, 403])
async def test_wrong_at_both_addresses(code: int) -> None:
    """Then the login is wrong, in the words of the first."""
    replies = (data({"error": "first"}, code), data({"error": "second"}, code))
    async with talking(*replies) as (talk, server):
        with pytest.raises(AuthError, match="first"):
            await log_in(talk, PAIR)
    assert [asked.path for asked in server.asked] == [MODERN, LEGACY]


@pytest.mark.parametrize("reply", [page(404), status(405)])
async def test_a_server_with_one_address(reply: Reply) -> None:
    """An address that is not there sends us to the other."""
    async with talking(reply, data(GRANTED)) as (talk, _):
        assert (await log_in(talk, PAIR)).flavour == LEGACY


async def test_the_second_address_is_away() -> None:
    """Nobody knows then whether the login is wrong."""
    async with talking(status(401), status(500)) as (talk, _):
        with pytest.raises(Unreachable):
            await log_in(talk, PAIR)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (page(403), Unreachable),
        (page(400), Refused),
        (status(500), Unreachable),
        (status(504), Unreachable),
        (page(200), BadAnswer),
        (status(429), RateLimited),
        (status(429, "3600"), RateLimited),
        (status(422), Refused),
    ],
)
async def test_bad_weather_is_no_wrong_login(
    reply: Reply, error: type[CloudError]
) -> None:
    """Only one address is asked, and once: when it is asked again is decided elsewhere."""
    async with talking(reply) as (talk, server):
        with pytest.raises(error) as raised:
            await log_in(talk, PAIR)
    assert not isinstance(raised.value, AuthError)
    assert [item.path for item in server.asked] == [MODERN]


async def test_an_outage_does_not_end_the_refresh_grant() -> None:
    """The credentials are only for a refresh grant that the server refused."""
    old = Token(access="a", refresh="r", obtained=0, flavour=MODERN)
    async with talking(status(504)) as (talk, server):
        with pytest.raises(Unreachable):
            await log_in(talk, {**PAIR, "username": "u", "password": "p"}, old)
    assert [form(asked)["grant_type"] for asked in server.asked] == ["refresh_token"]


@pytest.mark.parametrize(
    "answer",
    [[], "token", None, {}, {"access_token": ""}, {"access_token": None}, {"a": {}}],
)
async def test_no_token(answer: Json) -> None:
    """An answer without a token is no login, and says nothing of the credentials."""
    async with talking(data(answer)) as (talk, server):
        with pytest.raises(BadAnswer, match="without a token"):
            await log_in(talk, PAIR)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [
        (3600, 3600),
        ("3600", 3600),
        (1, 1),
        (10**15, 10**15),
        (0, None),
        (-1, None),
        (None, None),
        ("soon", None),
        ([3600], None),
        (True, None),
    ],
)
async def test_a_lifetime(expires_in: Json, lifetime: float | None) -> None:
    """An absurd one is as good as none: the token serves until it is refused."""
    async with talking(data({**GRANTED, "expires_in": expires_in})) as (talk, _):
        token = await log_in(talk, PAIR)
    assert token.lifetime == lifetime


async def test_a_bare_token() -> None:
    """The token alone is enough."""
    async with talking(data({"access_token": 7, "refresh_token": ""})) as (talk, _):
        token = await log_in(talk, PAIR)
    assert (token.access, token.refresh, token.lifetime) == ("7", None, None)


async def test_the_vendors_limit(flair: FlairCloud) -> None:
    """The fifty-first login of a day says how long to wait, and the client waits."""
    flair.tokens.daily_limit = 1
    async with session(flair) as talk:
        await log_in(talk, flair.credentials)
        for _ in range(3):
            with pytest.raises(RateLimited) as raised:
                await log_in(talk, flair.credentials)
            assert 80_000 < (raised.value.retry_after or 0) <= 86_400
    assert logins(flair) == [(MODERN, 200), (MODERN, 429)]


async def test_a_login_that_got_lost(flair: FlairCloud) -> None:
    """A login whose answer was lost may have been counted: it is not repeated."""
    faults_of(flair).add(Fault(kind=Kind.RESET, times=1))
    async with session(flair) as talk:
        with pytest.raises(Unreachable):
            await log_in(talk, flair.credentials)
        assert (await log_in(talk, flair.credentials)).access
    assert logins(flair) == [(MODERN, 0), (MODERN, 200)]


async def test_nothing_of_it_is_logged(
    flair: FlairCloud, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither credentials nor tokens stand in the log or in an error."""
    caplog.set_level(logging.DEBUG)
    async with session(flair) as talk:
        token = await log_in(talk, flair.credentials)
        with pytest.raises(AuthError) as raised:
            await log_in(talk, {**flair.credentials, "client_secret": "wrong-one"})
    shown = f"{caplog.text} {raised.value!r} {talk.log} {token!r}"
    for secret in (*flair.credentials.values(), token.access, "wrong-one"):
        assert secret not in shown


async def test_a_token_of_the_whole_client(flair: FlairCloud) -> None:
    """Session, tokens and login together survive a token that dies early."""
    async with session(flair) as talk:
        talk.auth = TokenAuth(lambda old: log_in(talk, flair.credentials, old))
        request = replace(GET, path="/api/rooms")
        first = await talk.json(request)
        flair.expire_tokens()
        assert await talk.json(request) == first
        assert await talk.json(request) == first
    assert logins(flair) == [(MODERN, 200)] * 2
    assert flair.count("GET *") == 4
