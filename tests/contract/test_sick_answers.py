"""A cloud that answers, but nothing that is of use, is no better than one that is down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiohttp import web
import pytest

from homeassistant.config_entries import ConfigEntryState
from tests.support.accounts import WAYS, WITH_TOKENS, Living
from tests.support.faults import Fault, Kind

MINUTE = 60.0
HOUR = 3600.0

NONSENSE: Mapping[str, Callable[[], web.StreamResponse]] = {
    "404": web.HTTPNotFound,
    "400": web.HTTPBadRequest,
    "a login page elsewhere": lambda: web.HTTPFound("https://portal.example.org/"),
    "nothing": lambda: web.json_response(None),
    "an error that claims to be none": lambda: web.json_response("Quota exceeded"),
}
"""Answers that no second try within the same poll would mend."""

ODD_TOKENS = {
    "blank": " ",
    "in two lines": "abc\r\nX-Admin: 1",
    "with a NUL": "ab\0c",
    "in another script": "ключ",
    "a list": ["abc"],
    "a number that is none": float("nan"),
}

PATHS = {
    "flair": ("GET /api/structures", "GET /api/rooms"),
    "flower_power": ("GET /user/v1/versions",),
    "cityflow": ("GET /devices/types",),
}
"""What is asked for first at a vendor, or nearly so."""


@dataclass(slots=True)
class Interpreter:
    """Answers some requests in the place of a cloud."""

    account: Living
    match: str
    answer: Callable[[], web.StreamResponse]

    def begin(self) -> None:
        """Answer from now on."""
        cloud = self.account.cloud
        original = cloud.answer

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            if fnmatchcase(f"{request.method} {request.path}", self.match):
                return self.answer()
            return await original(request)

        cloud.answer = answer  # type: ignore[method-assign]  # until `end`

    def end(self) -> None:
        """Let the cloud answer itself again."""
        del self.account.cloud.answer


@pytest.mark.parametrize("kind", NONSENSE)
@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_an_hour_of_nonsense(account: Living, kind: str) -> None:
    """It costs no more requests than an hour when all is well, and then all is back."""
    known = account.known()
    well, _ = await account.asked(HOUR)
    nonsense = Interpreter(account, "*", NONSENSE[kind])
    nonsense.begin()
    # With the first poll nobody knows yet.
    await account.live(account.pace + MINUTE)
    asked, logins = await account.asked(HOUR)
    assert asked <= well
    assert logins == 0
    assert account.flows() == []
    nonsense.end()
    await account.live(15 * MINUTE + account.pace)
    assert known - account.known() == set()


@pytest.mark.parametrize("token", ODD_TOKENS)
@pytest.mark.parametrize("account", WITH_TOKENS, indirect=True)
async def test_tokens_that_are_none(account: Living, token: str) -> None:
    """What no header can carry is no token: it is not kept, and nobody is asked for a login."""
    known = account.known()
    odd = ODD_TOKENS[token]
    document = {"access_token": odd, "token": {"encoded": odd}, "expires_in": 0}
    if account.way.vendor == "cityflow":
        document["token"] = odd
    account.expire_tokens()
    answers = Interpreter(
        account, account.way.tokens, lambda: web.json_response(document)
    )
    answers.begin()
    _, logins = await account.asked(HOUR)
    assert 2 <= logins <= 10
    assert account.is_in(ConfigEntryState.LOADED)
    assert account.flows() == []
    answers.end()
    _, logins = await account.asked(11 * MINUTE + account.pace)
    assert logins == 1
    assert known - account.known() == set()


@pytest.mark.parametrize("status", [500, 404])
@pytest.mark.parametrize("account", PATHS, indirect=True)
async def test_some_stay_ill_after_an_outage(account: Living, status: int) -> None:
    """Of a server that is back everything else is back, whatever is asked for first."""
    known = account.known()
    account.go_wrong(Fault(kind=Kind.STATUS, status=503))
    await account.live(20 * MINUTE)
    account.get_well()
    for match in PATHS[account.way.vendor]:
        account.go_wrong(Fault(kind=Kind.STATUS, status=status, match=match))
    await account.live(2 * account.pace + MINUTE)
    assert account.entry.runtime_data.last_update_success
    # What hangs on those that are ill may be missing.
    assert len(account.known()) >= len(known) / 2
    account.get_well()
    await account.live(2 * account.pace + MINUTE)
    assert known - account.known() == set()
