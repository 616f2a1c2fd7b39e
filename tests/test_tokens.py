"""Tokens outlive reloads and restarts, serve one login at one server, and end with it."""

from typing import Any

import pytest

from custom_components.habitat.cloud.auth import Token
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.login_flow import entry_login
from custom_components.habitat.tokens import TokenFile, login_tokens, token_file
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp

LOGIN = "POST /oauth*"
FILE = "habitat.tokens"


def restart(setting: Setting) -> None:
    """Forget what a restart forgets; what was stored stays."""
    setting.hass.data.pop(f"{DOMAIN}_tokens")


async def test_kept(small: Setting) -> None:
    """One login serves the config flow, the account, its reloads and a restart."""
    await small.reload()
    restart(small)
    await small.reload()
    await small.poll()
    assert small.cloud.count(LOGIN) == 1
    assert small.unavailable() == set()


async def test_renewed_ahead_of_its_end(small: Setting) -> None:
    """A token is renewed before it ends, once, and nobody notices."""
    small.freezer.tick(864_000 - 290)
    await small.poll()
    assert small.cloud.count(LOGIN) == 2
    await small.poll()
    assert small.cloud.count(LOGIN) == 2
    assert small.account.session.counters.errors == 0


async def test_ended_while_away(small: Setting, hass_storage: dict[str, Any]) -> None:
    """A token that ended during a long absence is replaced, and the file forgets it."""
    assert await small.hass.config_entries.async_unload(small.entry.entry_id)
    restart(small)
    small.freezer.tick(2 * 864_000)
    await small.hass.config_entries.async_setup(small.entry.entry_id)
    await small.settle()
    assert small.entry.state is ConfigEntryState.LOADED
    assert small.cloud.count(LOGIN) == 2
    assert len(hass_storage[FILE]["data"]) == 1


async def test_revoked_while_away(small: Setting) -> None:
    """A kept token that is worthless is replaced at once, not blamed on the login."""
    small.cloud.expire_tokens()
    restart(small)
    await small.reload()
    assert small.entry.state is ConfigEntryState.LOADED
    assert small.cloud.count(LOGIN) == 2
    assert small.hass.config_entries.flow.async_progress() == []


async def test_removed_with_the_account(
    small: Setting, hass_storage: dict[str, Any]
) -> None:
    """Nothing of an account's token stays when the account is removed."""
    assert len(hass_storage[FILE]["data"]) == 1
    await small.hass.config_entries.async_remove(small.entry.entry_id)
    assert hass_storage[FILE]["data"] == {}


async def test_file_names_nobody(small: Setting, hass_storage: dict[str, Any]) -> None:
    """Tokens are filed under a digest: neither server nor login can be read from it."""
    text = str(hass_storage[FILE])
    assert small.cloud.url not in text
    for secret in small.cloud.credentials.values():
        assert secret not in text


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        [],
        "text",
        {"key": None},
        {"key": "text"},
        {"key": {}},
        {"key": {"access": 5, "obtained": 0.0}},
        {"key": {"access": "token", "obtained": "long ago"}},
        {"key": {"access": "token", "obtained": 0.0, "lifetime": "long"}},
        {"key": {"access": "token", "obtained": 0.0, "of another version": 1}},
        {"key": {"access": "token", "obtained": 0.0, "claims": None}},
        {"key": {"access": "token", "obtained": 0.0, "claims": ["bot"]}},
        {"key": {"access": "token", "obtained": 0.0, "claims": {"bot": 7}}},
    ],
)
async def test_rubbish_in_the_file(
    hass: HomeAssistant, hass_storage: dict[str, Any], rubbish: object
) -> None:
    """What cannot be read is no token, and does not stand in the way of a new one."""
    hass_storage[FILE] = {"version": 1, "key": FILE, "data": rubbish}
    file = TokenFile(hass)
    assert await file.load("key") is None
    token = Token(access="new", obtained=1.0)
    await file.save("key", token)
    assert await file.load("key") == token
    assert await TokenFile(hass).load("key") == token


async def test_claims_are_kept(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """What the vendor told with a token outlives a restart; older files lack it."""
    token = Token(access="new", obtained=1.0, claims={"mqtt": "broker.example.com"})
    await TokenFile(hass).save("key", token)
    assert await TokenFile(hass).load("key") == token
    assert "broker" not in repr(token)
    del hass_storage[FILE]["data"]["key"]["claims"]
    assert await TokenFile(hass).load("key") == Token(access="new", obtained=1.0)


async def test_ended_tokens_leave_the_file(hass: HomeAssistant) -> None:
    """Whenever a token is filed those that ended go, unless they can be refreshed."""
    file = token_file(hass)
    assert token_file(hass) is file
    for key, refresh in (("ended", None), ("refreshable", "again")):
        await file.save(
            key, Token(access=key, refresh=refresh, obtained=0.0, lifetime=60.0)
        )
    await file.save("endless", Token(access="endless", obtained=0.0))
    await file.save("other", None)
    assert await file.load("ended") is None
    assert await file.load("refreshable") is not None
    assert await file.load("endless") is not None


async def test_place_of_a_token(small: Setting) -> None:
    """Another server, another secret or another form is another place."""
    login = entry_login(small.entry)
    place = login_tokens(small.hass, login)
    assert place is not None
    assert login_tokens(small.hass, entry_login(small.entry)) == place
    small.hass.config_entries.async_update_entry(
        small.entry, data={**small.entry.data, "url": "http://127.0.0.1:1"}
    )
    other = login_tokens(small.hass, entry_login(small.entry))
    assert other is not None
    assert other.key != place.key


async def test_logins_are_rationed(
    set_up_flair: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """However long a cloud refuses every token, logins do not run through the day's ration."""
    setting = await set_up_flair("standard")
    everything = Fault(kind=Kind.STATUS, match="GET /api/*", status=401)
    for _ in range(20):
        faults_of(setting.cloud).clear()
        await setting.poll()
        setting.cloud.expire_tokens()
        faults_of(setting.cloud).add(everything)
        await setting.poll()
    assert setting.cloud.count(LOGIN) <= 8
