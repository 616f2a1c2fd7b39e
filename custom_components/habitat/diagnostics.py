"""The diagnostics download: all that explains a fault, and nothing that names a person.

Fields of records are shown only where the model says that they are public, and every text is
searched for the values that are not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant

from .cloud.parsing import Json, private_values, public_fields
from .const import CONF_FORM, CONF_SIMULATED, CONF_VENDOR, CONF_WEBHOOK_SECRET
from .coordinator import Account, HabitatConfigEntry

REDACTED = "**REDACTED**"

_SHORTEST = 4
"""Shorter texts are no secret and stand in too many words."""

_NO_SECRETS = frozenset({CONF_VENDOR, CONF_FORM, CONF_SIMULATED, CONF_URL})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HabitatConfigEntry
) -> dict[str, Any]:
    """Return what an account knows of itself."""
    account = entry.runtime_data
    session = account.session
    dump = {
        "vendor": entry.data[CONF_VENDOR],
        "simulated": bool(entry.data.get(CONF_SIMULATED)),
        "own_server": account.login.url != account.login.vendor.url,
        "options": {
            name: REDACTED if name == CONF_WEBHOOK_SECRET else _chosen(value)
            for name, value in entry.options.items()
        },
        "last_answer": account.answered_at,
        "last_poll_succeeded": account.last_update_success,
        "last_error": None
        if account.last_exception is None
        else str(account.last_exception),
        "parts": {
            name: {
                "records": len(state.keys),
                "failures": state.failures,
                "stale": state.stale,
                "whole": state.whole,
            }
            for name, state in account.parts.items()
        },
        "requests": {
            **asdict(session.counters),
            "latency_mean": session.counters.latency_mean,
        },
        "newest_requests": [asdict(logged) for logged in session.log],
        "oddities": dict(account.oddities.counts),
        **account.explain(),
        "devices": list(account.devices.present),
        "devices_of_other_accounts": list(account.devices.elsewhere),
        "records": dict(account.data),
    }
    scrubbed = _scrub(_plain(dump), secrets(account))
    assert isinstance(scrubbed, dict)
    return scrubbed


def secrets(account: Account) -> frozenset[Json]:
    """Return every value of an account that must not leave the house."""
    entry = account.config_entry
    values: set[object] = {
        value for name, value in entry.data.items() if name not in _NO_SECRETS
    }
    values.update(account.login.fields.values())
    values.add(entry.options.get(CONF_WEBHOOK_SECRET))
    if account.session.auth:
        values.update(account.session.auth.secrets())
    for record in account.data.values():
        if is_dataclass(record):
            values.update(private_values(record))
    return frozenset(
        value
        for value in values
        if (isinstance(value, str) and len(value) >= _SHORTEST)
        or isinstance(value, float)
    )


def _chosen(value: object) -> object:
    """Return an option; of names that were chosen, such as places, only how many."""
    return len(value) if isinstance(value, list) else value


def _plain(value: object) -> Json:
    """Return a value as JSON, with the public fields of records alone."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {
            name: _plain(item)
            for name, item in public_fields(value)
            if item not in (None, ())
        }
    return str(value)


def _scrub(value: Json, hidden: frozenset[Json]) -> Json:
    """Take the hidden values out, wherever they stand."""
    if isinstance(value, dict):
        return dict(_scrub_items(value, hidden))
    if isinstance(value, list):
        return [_scrub(item, hidden) for item in value]
    if isinstance(value, str):
        return _scrub_text(value, hidden)
    return REDACTED if isinstance(value, float) and value in hidden else value


def _scrub_items(
    values: Mapping[str, Json], hidden: frozenset[Json]
) -> Iterator[tuple[str, Json]]:
    for key, value in values.items():
        yield _scrub_text(key, hidden), _scrub(value, hidden)


def _scrub_text(text: str, hidden: frozenset[Json]) -> str:
    for secret in hidden:
        if isinstance(secret, str) and secret in text:
            text = text.replace(secret, REDACTED)
    return text
