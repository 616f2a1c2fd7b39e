"""The diagnostics download explains faults and names nobody; neither does the log."""

from collections.abc import Iterator
import json
import logging
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (  # type: ignore[import-untyped]  # it brings no types
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.cloud.privacy import REDACTED
from custom_components.habitat.simulator.core.documents import Json
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import Setting, fill, lines, login_input, start_mending
from tests.support.edge_cases.flair import HOMES
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp

PERSONAL = frozenset(
    {
        "name", "email", "city", "zip-code", "location", "latitude", "longitude", "time-zone",
        "puck-client-id", "puck-client-secret", "source-id", "callback-url",
    }
)  # fmt: skip
"""Attributes of the cloud's resources that must not leave the house."""

STRONG = frozenset({"email", "latitude", "longitude", "puck-client-secret"})
"""Those that must not stand in the log either, whoever writes there."""


def personal(setting: Setting, names: frozenset[str]) -> set[str | float]:
    """Return the values of those attributes, and of the login, in the cloud as it is."""
    found: set[str | float] = set()
    for resources in setting.cloud.world.resources.values():
        for one in resources.values():
            for values in (one.attributes, one.pinned, one.pinned_reading):
                found.update(
                    value
                    for name, value in values.items()
                    if name in names
                    and (isinstance(value, float) or (isinstance(value, str) and value))
                )
    found.update(setting.cloud.credentials.values())
    auth = setting.account.session.auth
    assert auth is not None
    tokens = tuple(auth.secrets())
    assert tokens
    return found | set(tokens)


def leaves(value: Json) -> Iterator[str | float]:
    """Return every text and number of a document, keys too."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str | float):
        yield value


def shape(value: Json) -> Json:
    """Return the types of a document; of things with ids one of a kind."""
    match value:
        case dict():
            return {_kind(key): shape(item) for key, item in value.items()}
        case list():
            return [shape(value[0])] if value else []
        case None:
            return None
    return type(value).__name__


def _kind(key: str) -> str:
    """Return a key without the ids in it."""
    return re.sub(r"[0-9a-f-]{8,}", "#", key)


@pytest.mark.parametrize("name", sorted(HOMES.keys() - {"empty"}))
async def test_names_nobody(
    set_up_flair: SetUp, hass_client: ClientSessionGenerator, name: str
) -> None:
    """No secret, name or place of an entry or a payload is in the download, by value."""
    setting = await set_up_flair(name)
    hidden = personal(setting, PERSONAL)
    assert len(hidden) > 20
    dump = await get_diagnostics_for_config_entry(
        setting.hass, hass_client, setting.entry
    )
    shown = set(leaves(dump))
    texts = "\n".join(text for text in shown if isinstance(text, str))
    for value in hidden:
        if isinstance(value, float):
            assert value not in shown
        elif len(value) > 3:
            assert value not in texts
        else:
            assert value not in shown
    first_name = setting.cloud.world.first_name(
        next(setting.cloud.world.all("structures"))
    )
    assert first_name not in texts
    assert len(json.dumps(dump)) > 2000


async def test_hides_what_an_error_says(
    standard: Setting, hass_client: ClientSessionGenerator
) -> None:
    """A secret that a cloud repeats in its answers is hidden there too."""
    vent = standard.id_of("vents", "Vent 1")
    name = "Grandmother's secret chamber"
    secret = standard.cloud.credentials["client_secret"]
    standard.cloud.set("vents", vent, name=name)
    await standard.poll()
    account = standard.account
    account.last_exception = HomeAssistantError(f"{secret} opens {name}")
    account.report.record(f"Vent.{name}")
    dump = await get_diagnostics_for_config_entry(
        standard.hass, hass_client, standard.entry
    )
    assert dump["last_error"] == f"{REDACTED} opens {REDACTED}"
    assert dump["oddities"] == {f"Vent.{REDACTED}": 1}


async def test_shape(
    set_up_flair: SetUp,
    hass_client: ClientSessionGenerator,
    snapshot: SnapshotAssertion,
) -> None:
    """The download has all that explains a fault: requests, parts, devices, records."""
    setting = await set_up_flair("two")
    await setting.poll()
    dump = await get_diagnostics_for_config_entry(
        setting.hass, hass_client, setting.entry
    )
    assert dump["vendor"] == "flair"
    assert dump["simulated"] is False
    assert dump["own_server"] is True
    assert dump["last_poll_succeeded"] is True
    assert shape(dump) == snapshot


async def test_log_keeps_secrets(
    demo: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """Through good days and bad ones no secret gets into the log, not even while debugging."""
    caplog.set_level(logging.DEBUG)
    loud = personal(demo, STRONG)
    quiet = personal(demo, PERSONAL) - loud
    await demo.reload()
    for kind in Kind:
        if kind in (Kind.STALL, Kind.LATENCY, Kind.GIANT):
            continue
        faults_of(demo.cloud).add(Fault(kind=kind))
        await demo.poll(2)
        faults_of(demo.cloud).clear()
    await demo.poll()
    flow = await start_mending(demo.hass, demo.entry, "reconfigure")
    for changes in ({"client_secret": "another-secret"}, {}):
        flow = await fill(demo.hass, flow, login_input(demo.cloud, **changes))
    await demo.settle()
    loud |= personal(demo, STRONG) | {"another-secret"}
    assert len(lines(caplog, logging.DEBUG)) > 20
    texts = "\n".join(record.getMessage() for record in caplog.records)
    for value in loud:
        assert str(value) not in texts
    ours = "\n".join(lines(caplog, logging.DEBUG))
    for value in quiet:
        if len(str(value)) > 3:
            assert str(value) not in ours


async def test_repr_keeps_secrets(standard: Setting) -> None:
    """What a traceback or a debugger shows of our objects has no secret in it."""
    account: Any = standard.account
    objects = [account.login, account.session, account.session.auth, account.client]
    token = account.session.auth.token
    shown = " ".join(map(repr, [*objects, token]))
    for secret in (*standard.cloud.credentials.values(), token.access):
        assert secret not in shown
