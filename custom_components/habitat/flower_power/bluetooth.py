"""The Bluetooth addresses of the sensors."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from .client.models import Location, LocationStatus

_NEVER = datetime.min.replace(tzinfo=UTC)


def bluetooth_addresses(
    locations: Iterable[Location], statuses: Mapping[str, LocationStatus]
) -> dict[str, str]:
    """Return the Bluetooth addresses by location.

    A sensor that was moved is still named at its old location; only the newest location gets the
    address.
    """
    latest: dict[str, tuple[datetime, datetime, str]] = {}
    for location in locations:
        sensor = location.sensor
        if sensor is None or (address := sensor.bluetooth_address) is None:
            continue
        identifier = location.location_identifier
        status = statuses.get(identifier)
        claim = (
            sensor.assignment_datetime_utc or _NEVER,
            (status and status.last_sample_utc) or _NEVER,
            identifier,
        )
        latest[address] = max(claim, latest.get(address, claim))
    return {identifier: address for address, (_, _, identifier) in latest.items()}
