"""CityFlow's actions: what its cloud tells only when it is asked."""

from collections.abc import AsyncGenerator
from datetime import datetime

from homeassistant.core import ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..cloud.spans import Span
from ..const import DOMAIN
from ..devices import Device
from ..services import span_of
from .account import ROW, CityFlowAccount
from .join import shared_locations
from .models import Measurement, Probe
from .properties import key_of

type _History = AsyncGenerator[list[Measurement]]


async def get_measurement_history(
    account: CityFlowAccount,
    device: Device | None,
    start: datetime,
    end: datetime,
    resolution: str,
    device_type: int | None = None,
    location: str | None = None,
) -> ServiceResponse:
    """Return averages of one probe, of all probes of a type, or over a location."""
    span = span_of(start, end)
    targets = (device, device_type, location)
    if sum(target is not None for target in targets) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="one_target"
        )
    only: set[str | None] = set()
    if device is not None:
        history, only = _of_device(account, device, span, resolution)
    elif device_type is not None:
        history = account.client.history_of_type(device_type, span, resolution)
    else:
        history = account.client.history_of_location(location or "", span, resolution)
    return {
        "measurements": [
            _measurement(row)
            async for rows in history
            for row in rows
            if not only or row.device_id in only
        ]
    }


def _of_device(
    account: CityFlowAccount, device: Device, span: Span, resolution: str
) -> tuple[_History, set[str | None]]:
    """Return a history that has a probe's, and under which ids the probe stands in it."""
    probe = account.record(device.key, Probe)
    if probe is not None and probe.type is not None:
        row = account.record(f"{device.key}/{ROW}", Measurement)
        ids = {probe.id, row.device_id if row else None} - {None}
        return account.client.history_of_type(probe.type, span, resolution), ids
    shared = shared_locations(account.probes())
    if probe is not None and probe.location and probe.location not in shared:
        history = account.client.history_of_location(probe.location, span, resolution)
        return history, set()
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="no_history"
    )


def _measurement(row: Measurement) -> dict[str, JsonValueType]:
    return {
        "start": row.time.isoformat(),
        "device_id": row.device_id,
        "location": row.location,
        "values": {key_of(prop): value for prop, value in row.values.items()},
    }
