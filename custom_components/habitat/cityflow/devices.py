"""The probes as devices, and the keys of their records."""

from collections.abc import Mapping

from ..devices import Device
from ..vendor import Login
from .client.models import DeviceType, Measurement, Probe
from .const import MANUFACTURER

PROBE_PREFIX = "probe_"
TYPE_PREFIX = "type_"
ROW = "row"
"""The end of the key of a probe's newest row."""

_MODELS: Mapping[int | None, str] = {1: "CityProbe", 150: "CityProbe 2"}
"""By device type, where the list of types has no name; see docs/vendors/cityflow.md (Properties)."""
_MODEL = "Probe"


def device_id(login: Login, probe: Probe) -> str:
    """Return the id of a probe's device."""
    return f"{login.vendor.key}_{probe.id}"


def name_of(probe: Probe) -> str:
    """Return the name of a probe: its place, because CityFlow has no names."""
    return probe.location_name or f"CityProbe {probe.id[-4:]}"


def device_of(
    login: Login,
    probe: Probe,
    *,
    row: Measurement | None,
    probe_type: DeviceType | None,
    known_name: str | None,
) -> Device:
    """Return the device of a probe.

    `known_name` is its name in the device registry. It stays when the list has no name any more.
    """
    key = f"{PROBE_PREFIX}{probe.id}"
    return Device(
        id=device_id(login, probe),
        key=key,
        reads=(f"{key}/{ROW}", f"{TYPE_PREFIX}{probe.type}"),
        name=probe.location_name or known_name or name_of(probe),
        manufacturer=MANUFACTURER,
        model=(probe_type.name if probe_type else None)
        or _MODELS.get(probe.type, _MODEL),
        model_id=None if probe.type is None else str(probe.type),
        serial_number=probe.id,
        sw_version=row.firmware_version if row else None,
    )
