"""Tokens: had once, renewed ahead of time by one, kept, and logins used sparingly."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from aiohttp import web
import pytest

from custom_components.habitat.cloud.auth import FixedAuth, Token, TokenAuth
from custom_components.habitat.cloud.errors import (
    ActionRequired,
    AuthError,
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.cloud.pacing import (
    LOGIN_EVERY,
    MAX_LOGINS_AT_ONCE,
    LoginLimiter,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from tests.support.loopback import GET, QUICK, Reply, Server, data, status, talking

pytestmark = pytest.mark.usefixtures("socket_enabled")

DAY = 86_400.0


@dataclass(slots=True)
class Vendor:
    """Logs in as a vendor does, and counts it."""

    clock: ManualClock = field(default_factory=ManualClock)
    limiter: LoginLimiter = field(init=False)
    """Outlives what asks there, as it does in a house."""
    lifetime: float | None = 10 * DAY
    error: Callable[[], CloudError] | None = None
    seconds: float = 0
    olds: list[Token | None] = field(default_factory=list)
    """The old token of each login."""

    def __post_init__(self) -> None:
        """Open the limiter."""
        self.limiter = LoginLimiter(self.clock)

    @property
    def logins(self) -> int:
        """How many logins there were."""
        return len(self.olds)

    async def login(self, old: Token | None) -> Token:
        """Log in."""
        self.olds.append(old)
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error()
        return Token(
            access=f"access-{self.logins}",
            refresh=f"refresh-{self.logins}",
            obtained=self.clock(),
            lifetime=self.lifetime,
        )

    def auth(self, store: Store | None = None, early: float | None = None) -> TokenAuth:
        """Return how the account shows itself."""
        return TokenAuth(self.login, store, self.limiter, early=early, clock=self.clock)


@dataclass(slots=True)
class Store:
    """Keeps one token."""

    token: Token | None = None
    loads: int = 0

    async def load(self) -> Token | None:
        """Return it."""
        self.loads += 1
        await asyncio.sleep(0)
        return self.token

    async def save(self, token: Token) -> None:
        """Keep another."""
        self.token = token


@pytest.fixture
def vendor() -> Vendor:
    """Return a vendor in a good mood."""
    return Vendor()


def bearer(number: int) -> dict[str, str]:
    """Return the header of a vendor's token."""
    return {"Authorization": f"Bearer access-{number}"}


# How long a token serves.


async def test_one_login_for_all(vendor: Vendor) -> None:
    """Many requests at the start cost one login, later ones none."""
    vendor.seconds = 0.01
    auth = vendor.auth()
    found = await asyncio.gather(*(auth.headers() for _ in range(12)))
    assert found == [bearer(1)] * 12
    assert await auth.headers() == bearer(1)
    assert vendor.olds == [None]
    assert auth.token is not None
    assert auth.token.access == "access-1"


@pytest.mark.parametrize(
    ("lifetime", "ahead"), [(10 * DAY, 300), (3600, 300), (1000, 100), (60, 6)]
)
async def test_renewed_ahead_of_its_end(
    vendor: Vendor, lifetime: float, ahead: float
) -> None:
    """A new token comes a tenth of the life, at most five minutes, before the end."""
    vendor.lifetime = lifetime
    auth = vendor.auth()
    await auth.headers()
    vendor.clock.advance(lifetime - ahead - 1)
    assert await auth.headers() == bearer(1)
    vendor.clock.advance(1)
    found = await asyncio.gather(*(auth.headers() for _ in range(12)))
    assert found == [bearer(2)] * 12
    assert vendor.logins == 2
    old = vendor.olds[1]
    assert old is not None
    assert old.refresh == "refresh-1"


@pytest.mark.parametrize(
    ("lifetime", "early", "ahead"),
    [(60 * DAY, DAY, DAY), (3 * DAY, DAY, DAY), (DAY, DAY, DAY / 2), (100, 0, 0)],
)
async def test_a_vendor_with_a_rule_of_its_own(
    vendor: Vendor, lifetime: float, early: float, ahead: float
) -> None:
    """A token may be renewed earlier, but never in the first half of its life."""
    vendor.lifetime = lifetime
    auth = vendor.auth(early=early)
    first = await auth.current()
    vendor.clock.advance(lifetime - ahead - 1)
    assert await auth.current() is first
    vendor.clock.advance(1)
    second = await auth.current()
    assert (second.access, auth.token) == ("access-2", second)
    assert await auth.headers() == bearer(2)
    assert vendor.logins == 2


async def test_the_token_itself(vendor: Vendor) -> None:
    """Whoever needs the token and not a header gets the same one, and the same errors."""
    auth = vendor.auth()
    found = await asyncio.gather(*(auth.current() for _ in range(12)))
    assert {token.access for token in found} == {"access-1"}
    assert await auth.headers() == bearer(1)
    assert vendor.logins == 1
    vendor.error = partial(AuthError, "wrong")
    vendor.clock.advance(11 * DAY)
    with pytest.raises(AuthError, match="wrong"):
        await auth.current()


@pytest.mark.parametrize("lifetime", [None, 1e300])
async def test_a_token_without_an_end(vendor: Vendor, lifetime: float | None) -> None:
    """It serves until it is refused."""
    vendor.lifetime = lifetime
    auth = vendor.auth()
    await auth.headers()
    vendor.clock.advance(10_000 * DAY)
    assert await auth.headers() == bearer(1)


async def test_a_clock_that_was_set_back(vendor: Vendor) -> None:
    """A little does not matter; after more nobody knows the token's age."""
    auth = vendor.auth()
    await auth.headers()
    vendor.clock.advance(-300)
    assert await auth.headers() == bearer(1)
    vendor.clock.advance(-1)
    assert await auth.headers() == bearer(2)
    assert await auth.headers() == bearer(2)


async def test_a_life_of_a_moment(vendor: Vendor) -> None:
    """A token that is old at once costs all the logins there are, no more, and still serves."""
    vendor.lifetime = 1e-9
    auth = vendor.auth()
    for _ in range(39):
        await auth.headers()
        vendor.clock.advance(60)
    assert vendor.logins == MAX_LOGINS_AT_ONCE
    assert await auth.headers() == bearer(MAX_LOGINS_AT_ONCE)
    for _ in range(24 * 60):
        await auth.headers()
        vendor.clock.advance(60)
    # In the day after those at once; some vendors allow 50.
    assert vendor.logins == MAX_LOGINS_AT_ONCE + 86_400 / LOGIN_EVERY


async def test_no_login_left_for_a_token_that_is_refused(vendor: Vendor) -> None:
    """A token that is worthless is shown no more; how long to wait is said."""
    auth = vendor.auth()
    for number in range(1, MAX_LOGINS_AT_ONCE + 1):
        headers = await auth.headers()
        assert headers == bearer(number)
        auth.accepted(headers)
        if number < MAX_LOGINS_AT_ONCE:
            assert await auth.refused(headers)
    with pytest.raises(RateLimited, match="Too many logins"):
        await auth.refused(headers)
    with pytest.raises(RateLimited) as raised:
        await auth.headers()
    assert raised.value.retry_after == pytest.approx(LOGIN_EVERY)
    assert vendor.logins == MAX_LOGINS_AT_ONCE
    vendor.clock.advance(LOGIN_EVERY + 1)
    assert await auth.headers() == bearer(MAX_LOGINS_AT_ONCE + 1)


# Over a restart.


async def test_a_token_outlives_the_process(vendor: Vendor) -> None:
    """The next process starts with the token of the last, and looks for it once."""
    store = Store()
    await vendor.auth(store).headers()
    assert store.token is not None
    assert (vendor.logins, store.token.access) == (1, "access-1")
    auth = vendor.auth(store)
    store.loads = 0
    found = await asyncio.gather(*(auth.headers() for _ in range(12)))
    assert found == [bearer(1)] * 12
    assert (vendor.logins, store.loads) == (1, 1)


async def test_a_token_that_ended_meanwhile(vendor: Vendor) -> None:
    """A kept token that is due is renewed, by its refresh grant where it has one."""
    store = Store()
    await vendor.auth(store).headers()
    kept = store.token
    vendor.clock.advance(11 * DAY)
    assert await vendor.auth(store).headers() == bearer(2)
    assert vendor.olds == [None, kept]
    assert store.token is not None
    assert store.token.access == "access-2"


# When the vendor refuses a token.


async def test_a_good_token_that_ended_early(vendor: Vendor) -> None:
    """It is renewed; that the new one is refused as well points to the login."""
    auth = vendor.auth()
    first = await auth.headers()
    auth.accepted(first)
    assert await auth.refused(first)
    second = await auth.headers()
    assert second == bearer(2)
    assert not await auth.refused(second)
    assert vendor.logins == 2


async def test_a_new_token_that_is_refused(vendor: Vendor) -> None:
    """A token that never was good is not renewed: the next would be no better."""
    auth = vendor.auth()
    assert not await auth.refused(await auth.headers())
    assert vendor.logins == 1


async def test_a_kept_token_that_is_refused(vendor: Vendor) -> None:
    """A kept token was good before the restart."""
    store = Store(Token(access="kept", obtained=vendor.clock(), lifetime=10 * DAY))
    auth = vendor.auth(store)
    kept = await auth.headers()
    assert kept == {"Authorization": "Bearer kept"}
    assert await auth.refused(kept)
    assert await auth.headers() == bearer(1)


async def test_a_refusal_that_comes_late(vendor: Vendor) -> None:
    """The refusal of an older token, or its praise, says nothing of the one in use."""
    auth = vendor.auth()
    first = await auth.headers()
    auth.accepted(first)
    await auth.refused(first)
    auth.accepted(first)
    assert await auth.refused(first)
    assert vendor.logins == 2
    assert not await auth.refused(await auth.headers())


async def test_praise_before_any_token(vendor: Vendor) -> None:
    """Nothing is learned from it."""
    auth = vendor.auth()
    auth.accepted(bearer(1))
    assert not await auth.refused(await auth.headers())


async def test_fixed_headers() -> None:
    """A key is what it is."""
    auth = FixedAuth({"X-Key": "key"}, ["secret"])
    assert await auth.headers() == {"X-Key": "key"}
    auth.accepted({"X-Key": "key"})
    assert not await auth.refused({"X-Key": "key"})
    assert set(auth.secrets()) == {"key", "secret"}


# When the login fails.


WRONG = partial(AuthError, "no")
LATE = partial(Unreachable, "no answer in time")
DOWN = partial(Unreachable, "down", undone=True)
BUSY = partial(RateLimited, "too many")
LIMITED = partial(RateLimited, "too many", 60)
PAGE = partial(BadAnswer, "a web page", transient=True)
MISSING = partial(Refused, "not found", 404)
TERMS = partial(ActionRequired, "the terms", "terms_not_accepted")

WEATHER = [LATE, DOWN, BUSY, LIMITED, PAGE, MISSING, TERMS]

FIRST_PAUSE, MAX_PAUSE = 300, 600
"""Seconds after a login that failed."""


@pytest.mark.parametrize("error", WEATHER)
async def test_one_failure_for_all(
    vendor: Vendor, error: Callable[[], CloudError]
) -> None:
    """Who waited while a login failed shares the failure, and so does who comes in the pause."""
    vendor.error, vendor.seconds = error, 0.01
    auth = vendor.auth()
    for logins in (1, 2):
        for _ in range(3):
            found = await asyncio.gather(
                *(auth.headers() for _ in range(12)), return_exceptions=True
            )
            for failure in found:
                assert isinstance(failure, CloudError)
                assert (type(failure), str(failure)) == (type(error()), str(error()))
                assert not failure.transient
                assert 0 < (failure.retry_after or 0) <= MAX_PAUSE
        assert vendor.logins == logins
        # A pause is as long for who begins anew, as a set-up retry does.
        auth = vendor.auth()
        vendor.clock.advance(MAX_PAUSE)
    vendor.error = None
    found = await asyncio.gather(*(auth.headers() for _ in range(12)))
    assert found == [bearer(3)] * 12


async def test_one_refusal_for_all(vendor: Vendor) -> None:
    """After the vendor's no nobody logs in, however long they wait, until the user acts."""
    vendor.error, vendor.seconds = WRONG, 0.01
    for _ in range(3):
        auth = vendor.auth()
        found = await asyncio.gather(
            *(auth.headers() for _ in range(12)), return_exceptions=True
        )
        assert {(type(failure), str(failure)) for failure in found} == {
            (AuthError, "no")
        }
        vendor.clock.advance(DAY)
    assert vendor.logins == 1
    vendor.error = None
    vendor.limiter.end_pause()
    assert await vendor.auth().headers() == bearer(2)


@pytest.mark.parametrize("error", WEATHER)
@pytest.mark.parametrize("every", [1, 60, 300])
async def test_an_endpoint_that_is_down_for_long(
    vendor: Vendor, error: Callable[[], CloudError], every: int
) -> None:
    """It is asked a few times an hour, whoever waits; when it is back, so are we in ten minutes."""
    vendor.error = error
    auth = vendor.auth()
    for hour, most in ((1, 10), (2, 8)):
        before = vendor.logins
        for _ in range(3600 // every):
            with pytest.raises(CloudError):
                await auth.headers()
            vendor.clock.advance(every)
        assert 5 <= vendor.logins - before <= most, hour
    vendor.error = None
    before = vendor.logins
    waited = 0
    while vendor.logins == before:
        try:
            await auth.headers()
        except CloudError:
            vendor.clock.advance(every)
            waited += every
    assert waited <= MAX_PAUSE + every
    assert await auth.headers() == bearer(vendor.logins)


async def test_failures_are_no_logins(vendor: Vendor) -> None:
    """However many failed, there are as many logins left as before; a success ends the pauses."""
    vendor.error = DOWN
    auth = vendor.auth()
    for _ in range(3 * MAX_LOGINS_AT_ONCE):
        with pytest.raises(Unreachable):
            await auth.headers()
        vendor.clock.advance(MAX_PAUSE)
    vendor.error, vendor.lifetime = None, 1e-9
    for _ in range(MAX_LOGINS_AT_ONCE):
        await auth.headers()
        vendor.clock.advance(1)
    assert vendor.logins == 4 * MAX_LOGINS_AT_ONCE
    vendor.error = DOWN
    vendor.clock.advance(LOGIN_EVERY + 1)
    with pytest.raises(Unreachable) as raised:
        await auth.headers()
    assert 0 < (raised.value.retry_after or 0) <= FIRST_PAUSE


@pytest.mark.parametrize("asked", [60, 900, 7200])
async def test_a_pause_that_the_vendor_wants(vendor: Vendor, asked: int) -> None:
    """It is kept, and a short one makes the own no shorter."""
    vendor.error = partial(RateLimited, "too many", asked)
    auth = vendor.auth()
    with pytest.raises(RateLimited) as raised:
        await auth.headers()
    pause = raised.value.retry_after
    assert pause is not None
    assert pause == asked or (asked < FIRST_PAUSE and pause <= FIRST_PAUSE)
    vendor.error = None
    vendor.clock.advance(pause - 1)
    with pytest.raises(RateLimited):
        await auth.headers()
    vendor.clock.advance(1)
    assert await auth.headers() == bearer(2)


async def test_one_failed_renewal_for_all(vendor: Vendor) -> None:
    """So do those whose token was refused, which is not shown again meanwhile."""
    auth = vendor.auth()
    headers = await auth.headers()
    auth.accepted(headers)
    vendor.error, vendor.seconds = LATE, 0.01
    for _ in range(2):
        found = await asyncio.gather(
            *(auth.refused(headers) for _ in range(12)),
            auth.headers(),
            return_exceptions=True,
        )
        assert {type(failure) for failure in found} == {Unreachable}
    assert vendor.logins == 2
    vendor.error = None
    vendor.clock.advance(FIRST_PAUSE)
    assert await auth.headers() == bearer(3)


async def test_a_token_that_one_endpoint_refuses(vendor: Vendor) -> None:
    """What others take is no worthless token, even while there is no other to be had."""
    auth = vendor.auth()
    headers = await auth.headers()
    auth.accepted(headers)
    vendor.error = DOWN
    with pytest.raises(Unreachable):
        await auth.refused(headers)
    auth.accepted(headers)
    assert await auth.headers() == headers


async def test_one_refused_renewal_for_all(vendor: Vendor) -> None:
    """The first hears it; for the others there is no token any more."""
    auth = vendor.auth()
    headers = await auth.headers()
    auth.accepted(headers)
    vendor.error, vendor.seconds = WRONG, 0.01
    found = await asyncio.gather(
        *(auth.refused(headers) for _ in range(12)), return_exceptions=True
    )
    assert isinstance(found[0], AuthError)
    assert found[1:] == [False] * 11
    assert vendor.logins == 2


async def test_a_wrong_login_forgets_the_token(vendor: Vendor) -> None:
    """Neither the token nor its refresh grant is used after the vendor's no."""
    auth = vendor.auth()
    headers = await auth.headers()
    auth.accepted(headers)
    vendor.error = WRONG
    with pytest.raises(AuthError):
        await auth.refused(headers)
    assert auth.token is None
    assert auth.secrets() == ()
    assert not await auth.refused(headers)
    vendor.error = None
    with pytest.raises(AuthError):
        await auth.headers()
    vendor.limiter.end_pause()
    assert await auth.headers() == bearer(3)
    assert vendor.olds[2] is None


async def test_an_outage_forgets_nothing(vendor: Vendor) -> None:
    """A login that could not be asked about leaves the token and its refresh grant."""
    auth = vendor.auth()
    await auth.headers()
    vendor.clock.advance(11 * DAY)
    vendor.error = DOWN
    with pytest.raises(Unreachable):
        await auth.headers()
    vendor.error = None
    vendor.clock.advance(FIRST_PAUSE)
    assert await auth.headers() == bearer(3)
    assert vendor.olds[2] is not None


async def test_an_outage_ahead_of_the_end(vendor: Vendor) -> None:
    """A token that could not be renewed ahead of time serves to its end."""
    auth = vendor.auth()
    await auth.headers()
    vendor.clock.advance(10 * DAY - 60)
    vendor.error = DOWN
    assert await auth.headers() == bearer(1)
    vendor.clock.advance(60)
    with pytest.raises(Unreachable):
        await auth.headers()


@pytest.mark.parametrize("jump", [-3600, 2 * DAY])
async def test_a_clock_that_jumps(vendor: Vendor, jump: float) -> None:
    """It costs a login at most, and nobody waits longer for it."""
    vendor.error = LATE
    auth = vendor.auth()
    with pytest.raises(Unreachable):
        await auth.headers()
    vendor.clock.advance(jump)
    for _ in range(12):
        with pytest.raises(Unreachable) as raised:
            await auth.headers()
        assert (raised.value.retry_after or 0) <= MAX_PAUSE
    assert vendor.logins == 2
    vendor.error = None
    vendor.clock.advance(MAX_PAUSE)
    assert await auth.headers() == bearer(3)
    vendor.clock.advance(jump)
    for _ in range(12):
        await auth.headers()
    assert vendor.logins <= 4


# On the wire.


def guarded(good: set[str], answers: dict[str, Reply] | None = None) -> Reply:
    """Reply to who bears a good token; some paths have their own answer even so."""

    async def reply(request: web.BaseRequest) -> web.StreamResponse:
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        special = (answers or {}).get(request.path)
        if token not in good:
            return await status(401)(request)
        return await (special or data([token]))(request)

    return reply


def tokens(server: Server) -> list[str | None]:
    """Return who asked, in order."""
    return [asked.authorization for asked in server.asked]


async def test_many_refused_at_once(vendor: Vendor) -> None:
    """A token that dies in the middle of a poll costs one login and is not noticed."""
    vendor.seconds = 0.02
    good = {"access-1"}
    async with talking(guarded(good), auth=vendor.auth()) as (session, server):
        await session.json(GET)
        good.clear()
        good.add("access-2")
        answers = await asyncio.gather(
            *(session.json(replace(GET, path=f"/{index}")) for index in range(12))
        )
    assert answers == [["access-2"]] * 12
    assert vendor.logins == 2
    assert len(server.asked) == 1 + 12 + 12


async def test_many_refused_for_good(vendor: Vendor) -> None:
    """When the login is wrong all hear so, for one login."""
    good = {"access-1"}
    async with talking(guarded(good), auth=vendor.auth()) as (session, _):
        await session.json(GET)
        good.clear()
        vendor.error, vendor.seconds = WRONG, 0.05
        found = await asyncio.gather(
            *(session.json(GET) for _ in range(12)), return_exceptions=True
        )
    assert all(type(error) is AuthError for error in found)
    assert vendor.logins == 2


async def test_an_endpoint_that_refuses_good_tokens(vendor: Vendor) -> None:
    """It costs one login the first time and none at later polls."""
    private: dict[str, Reply] = {"/private": status(401)}
    good = {f"access-{number}" for number in range(9)}
    reply = guarded(good, private)
    async with talking(reply, auth=vendor.auth()) as (session, server):
        for _ in range(5):
            await session.json(GET)
            with pytest.raises(AuthError, match="said 401"):
                await session.json(replace(GET, path="/private"))
        assert vendor.logins == 2
        assert sum(asked.path == "/private" for asked in server.asked) == 6
        # Once it was good its refusal means something again.
        private.clear()
        await session.json(replace(GET, path="/private"))
        good.discard("access-2")
        assert await session.json(replace(GET, path="/private")) == ["access-3"]
        assert vendor.logins == 3


async def test_the_first_refusal_of_a_new_login(vendor: Vendor) -> None:
    """A login that gives useless tokens is refused after one."""
    async with talking(status(401), auth=vendor.auth()) as (session, server):
        with pytest.raises(AuthError):
            await session.json(GET)
    assert (vendor.logins, len(server.asked)) == (1, 1)


async def test_a_key_that_is_refused() -> None:
    """The same key is not shown twice."""
    auth = FixedAuth({"Authorization": "key"})
    async with talking(status(401), auth=auth) as (session, server):
        with pytest.raises(AuthError):
            await session.json(GET)
    assert tokens(server) == ["key"]


async def test_a_refusal_of_a_right_is_no_refusal_of_the_token(vendor: Vendor) -> None:
    """403 costs no login."""
    async with talking(status(403), auth=vendor.auth()) as (session, _):
        with pytest.raises(CloudError):
            await session.json(GET)
    assert vendor.logins == 1


async def test_logging_in_through_the_session() -> None:
    """A login needs a place of its own even where only one request may run."""
    limits = replace(QUICK, concurrency=1)
    login = replace(GET, method="POST", path="/token", anonymous=True)

    async def reply(request: web.BaseRequest) -> web.StreamResponse:
        answer = data({"token": "new"}) if request.method == "POST" else data([1])
        return await answer(request)

    async with talking(reply, limits=limits) as (session, server):

        async def log_in(_: Token | None) -> Token:
            await session.json(login)
            return Token(access="new", obtained=0)

        session.auth = TokenAuth(log_in)
        async with asyncio.timeout(5):
            await asyncio.gather(*(session.json(GET) for _ in range(3)))
    assert tokens(server) == [None, *["Bearer new"] * 3]


async def test_tokens_stay_secret(vendor: Vendor) -> None:
    """Neither token is shown, whatever the vendor says."""
    token = await vendor.login(None)
    assert "access-1" not in repr(token)
    assert "refresh-1" not in repr(token)
    reply = data({"error": "bad access-2 or refresh-2"}, 404)
    async with talking(reply, auth=vendor.auth()) as (session, _):
        with pytest.raises(CloudError) as raised:
            await session.json(GET)
    assert str(raised.value) == "HTTP 404: bad **REDACTED** or **REDACTED**"
