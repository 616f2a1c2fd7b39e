"""Logging in at CityFlow."""

import hashlib

from hypothesis import given, strategies as st
import jwt
import pytest

from custom_components.habitat.cityflow.client.auth import (
    LOGIN,
    Claims,
    account_id,
    error_message,
    read_claims,
)
from custom_components.habitat.cloud.auth import FixedAuth, TokenAuth
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import (
    AuthError,
    BadAnswer,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.simulator.cityflow.homes import home
from custom_components.habitat.simulator.core.clock import ManualClock
from tests.cityflow.conftest import Serve
from tests.support.faults import Fault, Kind, faults_of
from tests.support.strategies import BOUNDED, odd_json

POST = f"POST {LOGIN}"


def sign(claims: dict[str, Json]) -> str:
    """Return a token that says so."""
    return jwt.encode(claims, "k" * 32, algorithm="HS256")


@pytest.mark.parametrize(
    ("token", "claims"),
    [
        (sign({"id": 7, "iat": 1000, "exp": 87_400}), Claims("7", 86_400)),
        (sign({"id": "7", "iat": 1000}), Claims("7", None)),
        (sign({"iat": 1000, "exp": 900}), Claims(None, None)),
        (sign({"id": None, "iat": "x", "exp": 900}), Claims(None, None)),
        (sign({"id": "", "sub": 4}), Claims(None, None)),
        (sign({"id": {"a": 1}}), Claims(None, None)),
        ("an-opaque-key", Claims(None, None)),
        ("a.b.c", Claims(None, None)),
        ("", Claims(None, None)),
        ("ø.ø.ø", Claims(None, None)),
    ],
)
def test_claims(token: str, claims: Claims) -> None:
    """Claims are read without the signing key; what is no token has none."""
    assert read_claims(token) == claims


@given(odd_json(1, 86_400), odd_json(1, 86_400), odd_json("7"))
@BOUNDED
def test_any_claims(issued: Json, expires: Json, name: Json) -> None:
    """Whatever a token claims, reading it does not raise."""
    found = read_claims(sign({"iat": issued, "exp": expires, "id": name}))
    assert found.lifetime is None or found.lifetime > 0


@given(st.text(max_size=60))
@BOUNDED
def test_any_token(token: str) -> None:
    """Whatever is pasted as a key, reading it does not raise."""
    read_claims(token)


def test_account_id() -> None:
    """The id claim of key or token, else the e-mail, else a digest."""
    token = sign({"id": 7})
    login = {"email": "Robin@Example.com", "password": "x"}
    assert account_id({"api_token": token}, None) == "7"
    assert account_id({"api_token": f" {token[:20]}\n{token[20:]}"}, None) == "7"
    assert account_id(login, token) == "7"
    assert account_id(login, None) == "robin@example.com"
    assert account_id(login, "opaque") == "robin@example.com"
    digest = hashlib.sha256(b"opaque").hexdigest()[:16]
    assert account_id({"api_token": "opaque"}, None) == digest


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"message": "No."}, "No."),
        ({"error": "No."}, "No."),
        ({"error": {"message": "No."}}, "No."),
        ({"detail": "No.", "message": ""}, "No."),
        ("No.", "No."),
        ({"error": {"code": 4}}, None),
        ({"error": None}, None),
        ({}, None),
        ("", None),
        ([], None),
        (None, None),
    ],
)
def test_explain(document: Json, said: str | None) -> None:
    """Whatever shape an error has, its words are found."""
    assert error_message(document) == said


async def test_key(serve: Serve, clock: ManualClock) -> None:
    """An API key is sent as it is, and refused for good when it was replaced."""
    account = await serve(home(probes=1, clock=clock))
    auth = account.client.session.auth
    assert isinstance(auth, FixedAuth)
    assert len((await account.client.devices()).records) == 1
    assert account_id(account.cloud.credentials, None) == "9900001"
    account.cloud.renew_key()
    with pytest.raises(AuthError, match="Your API key is wrong"):
        await account.client.devices()
    assert account.cloud.count(POST) == 0


async def test_login(serve: Serve, clock: ManualClock) -> None:
    """One login serves for many requests; its token lives for a day."""
    city = home(probes=1, clock=clock)
    account = await serve(city)
    account = await serve(city, account.cloud.login_credentials)
    await account.client.devices()
    await account.client.latest()
    assert account.cloud.count(POST) == 1
    auth = account.client.session.auth
    assert isinstance(auth, TokenAuth)
    assert auth.token is not None
    assert auth.token.lifetime == 86_400
    fields = account.cloud.login_credentials
    assert account_id(fields, auth.token.access) == "9900001"
    # Whoever looks at the log sees neither the token nor the portrait.
    assert auth.token.access not in repr(auth.token)


async def test_login_again(serve: Serve, clock: ManualClock) -> None:
    """A token that died early costs one login and nothing else."""
    city = home(probes=1, clock=clock)
    account = await serve(city)
    account = await serve(city, account.cloud.login_credentials)
    await account.client.devices()
    account.cloud.expire_tokens()
    assert len((await account.client.devices()).records) == 1
    assert account.cloud.count(POST) == 2


@pytest.mark.parametrize("fields", [{"password": "wrong"}, {"email": "wrong"}])
async def test_wrong_login(
    serve: Serve, clock: ManualClock, fields: dict[str, str]
) -> None:
    """A wrong password is the person's to mend."""
    city = home(probes=1, clock=clock)
    account = await serve(city)
    good = account.cloud.login_credentials
    account = await serve(city, {**good, **fields})
    with pytest.raises(AuthError, match="Wrong email or password"):
        await account.client.devices()
    assert account.cloud.count() == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, AuthError),
        (403, AuthError),
        (404, Refused),
        (422, AuthError),
        (429, RateLimited),
        (503, Unreachable),
    ],
)
async def test_login_errors(
    serve: Serve, clock: ManualClock, status: int, error: type[Exception]
) -> None:
    """Only the vendor's no to the login points to the login."""
    city = home(probes=1, clock=clock)
    account = await serve(city)
    account = await serve(city, account.cloud.login_credentials)
    fault = Fault(kind=Kind.STATUS, match=POST, status=status, retry_after=60)
    faults_of(account.cloud).add(fault)
    with pytest.raises(error) as caught:
        await account.client.devices()
    assert type(caught.value) is error


@pytest.mark.parametrize("kind", [Kind.NULLS, Kind.WRONG_TYPES])
async def test_login_without_a_token(
    serve: Serve, clock: ManualClock, kind: Kind
) -> None:
    """An answer without a token is none."""
    city = home(probes=1, clock=clock)
    account = await serve(city)
    account = await serve(city, account.cloud.login_credentials)
    faults_of(account.cloud).add(Fault(kind=kind, match=POST))
    with pytest.raises(BadAnswer, match="without a token"):
        await account.client.devices()


async def test_opaque_token(serve: Serve, clock: ManualClock) -> None:
    """A token that says nothing of its life is taken to live for a day."""
    city = home(probes=1, clock=clock)
    account = await serve(city)
    account = await serve(city, account.cloud.login_credentials)
    faults_of(account.cloud).add(Fault(kind=Kind.UNKNOWN_ENUMS, match=POST, times=1))
    with pytest.raises(AuthError):
        await account.client.devices()
    auth = account.client.session.auth
    assert isinstance(auth, TokenAuth)
    assert auth.token is not None
    assert (auth.token.access, auth.token.lifetime) == ("Never Heard Of", 86_400)
