"""The diagnostics download: everything that helps to find a fault, without private values.

Only the public fields of records are included, and private values are removed from every text. It also
works for an account whose set-up fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .cloud.documents import Json
from .cloud.models import private_values, public_fields
from .cloud.privacy import REDACTED, Privacy
from .const import CONF_FORM, CONF_SIMULATED, CONF_VENDOR, CONF_WEBHOOK_SECRET, DOMAIN
from .coordinator import HabitatConfigEntry, HabitatCoordinator
from .http import private
from .vendor import REGISTRY

_NO_SECRETS = frozenset({CONF_VENDOR, CONF_FORM, CONF_SIMULATED, CONF_URL})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HabitatConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an account."""
    coordinator: HabitatCoordinator | None = getattr(entry, "runtime_data", None)
    privacy = _privacy(hass, entry, coordinator)
    collected = {} if coordinator is None else _collect(coordinator)
    return {
        **_of_entry(entry),
        # In a thread, because a large account has megabytes of text.
        **await hass.async_add_executor_job(_scrub, collected, privacy),
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: HabitatConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of one device."""
    coordinator: HabitatCoordinator | None = getattr(entry, "runtime_data", None)
    ids = [name for domain, name in device.identifiers if domain == DOMAIN]
    collected: dict[str, Json] = {"devices": [*ids]}
    if coordinator is not None:
        keys = {
            key
            for one in ids
            if (known := coordinator.devices.present.get(one))
            for key in (known.key, *known.reads)
        }
        collected["records"] = _plain(
            {
                key: record
                for key, record in coordinator.data.items()
                if any(key == one or key.startswith(f"{one}/") for one in keys)
            }
        )
    privacy = _privacy(hass, entry, coordinator)
    return {
        **_of_entry(entry),
        **await hass.async_add_executor_job(_scrub, collected, privacy),
    }


def _privacy(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    coordinator: HabitatCoordinator | None,
) -> Privacy:
    """Return the private values of an account, set up or not."""
    privacy = private(hass)
    privacy.learn(
        "entry",
        [
            *(value for name, value in entry.data.items() if name not in _NO_SECRETS),
            entry.options.get(CONF_WEBHOOK_SECRET),
        ],
    )
    if coordinator is not None:
        for record in coordinator.data.values():
            if is_dataclass(record):
                privacy.learn(type(record), private_values(record))
    return privacy


def _of_entry(entry: HabitatConfigEntry) -> dict[str, Json]:
    """Return what is known of an account without its coordinator."""
    vendor = REGISTRY.get(entry.data[CONF_VENDOR])
    return {
        "vendor": entry.data[CONF_VENDOR],
        "simulated": bool(entry.data.get(CONF_SIMULATED)),
        "own_server": vendor is not None
        and entry.data.get(CONF_URL, vendor.url) != vendor.url,
        "state": entry.state.value,
        "reason": entry.error_reason_translation_key,
        "options": {
            name: REDACTED if name == CONF_WEBHOOK_SECRET else _chosen(value)
            for name, value in entry.options.items()
        },
    }


def _collect(coordinator: HabitatCoordinator) -> dict[str, Json]:
    """Return what a coordinator knows, with only the public fields of records."""
    session = coordinator.session
    return {
        name: _plain(value)
        for name, value in {
            "last_answer": coordinator.answered_at,
            "last_poll_succeeded": coordinator.last_update_success,
            "last_error": None
            if coordinator.last_exception is None
            else str(coordinator.last_exception),
            "sources": {
                name: {
                    "records": len(coordinator.store.keys(name)),
                    "failures": state.failures,
                    "stale": state.stale,
                    "complete": state.complete,
                }
                for name, state in coordinator.poller.states.items()
            },
            "requests": {
                **asdict(session.counters),
                "latency_mean": session.counters.latency_mean,
            },
            "newest_requests": [asdict(logged) for logged in session.log],
            "oddities": dict(coordinator.report.counts),
            **coordinator.diagnostics_extra(),
            "devices": list(coordinator.devices.present),
            "devices_of_other_accounts": list(coordinator.devices.elsewhere),
            "records": {
                key: record
                for key, record in coordinator.data.items()
                if "/@" not in key
            },
        }.items()
    }


def _chosen(value: object) -> Json:
    """Return an option; of a list of names only the number."""
    return len(value) if isinstance(value, list) else _plain(value)


def _plain(value: object) -> Json:
    """Return a value as JSON, with only the public fields of records."""
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


def _scrub(collected: Mapping[str, Json], privacy: Privacy) -> dict[str, Json]:
    """Remove private values from everything below Habitat's own headings."""
    redact = cache(privacy.redact)
    return {
        name: _scrubbed(value, privacy, redact) for name, value in collected.items()
    }


def _scrubbed(value: Json, privacy: Privacy, redact: Callable[[str], str]) -> Json:
    if isinstance(value, dict):
        return {
            redact(key): _scrubbed(item, privacy, redact) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_scrubbed(item, privacy, redact) for item in value]
    if isinstance(value, str):
        return redact(value)
    private = isinstance(value, float) and privacy.is_private(value)
    return REDACTED if private else value
