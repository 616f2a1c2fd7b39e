"""The binary sensors of Flower Power."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from ..binary_sensor import (
    HabitatBinarySensor,
    HabitatBinarySensorDescription,
    TurningSensor,
    flag,
)
from ..devices import Device
from ..entity import described
from ..vendor import Made
from .account import STATUS, FlowerPowerAccount
from .models import Location, LocationStatus


class FlowerPowerBinarySensor[R](HabitatBinarySensor[FlowerPowerAccount, R]):
    """A binary sensor of a location."""


PLANT: tuple[HabitatBinarySensorDescription[LocationStatus], ...] = (
    flag(
        "problem",
        lambda status: status.problem,
        device_class=BinarySensorDeviceClass.PROBLEM,
        part=STATUS,
        diagnostic=False,
    ),
    flag(
        "needs_water", lambda status: status.needs_water, part=STATUS, diagnostic=False
    ),
    flag(
        "growth_day",
        lambda status: status.growth_day,
        part=STATUS,
        enabled=False,
    ),
)

UPLOADS: tuple[HabitatBinarySensorDescription[LocationStatus], ...] = (
    flag(
        "processing_uploads",
        lambda status: status.processing_uploads,
        device_class=BinarySensorDeviceClass.RUNNING,
        part=STATUS,
        enabled=False,
    ),
)

OUTDATED = BinarySensorEntityDescription(
    key="analysis_outdated",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


class OutdatedSensor(TurningSensor[FlowerPowerAccount, LocationStatus]):
    """Whether the analysis is older than the cloud vouches for."""

    def __init__(self, account: FlowerPowerAccount, device: Device) -> None:
        """Follow the status and the time."""
        key = f"{device.key}/{STATUS}"
        super().__init__(account, device, LocationStatus, OUTDATED, key=key)

    @property
    @override
    def turns_at(self) -> datetime | None:
        """When it ends."""
        return self.record.global_validity_datetime_utc if self.record else None

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it has ended."""
        ends = self.turns_at
        return None if ends is None else ends <= dt_util.utcnow()


def entities(account: FlowerPowerAccount, device: Device) -> Iterator[Made]:
    """Return the binary sensors of a location."""
    location = account.record(device.key, Location)
    yield from described(
        account, device, LocationStatus, PLANT, FlowerPowerBinarySensor
    )
    yield OUTDATED.key, partial(OutdatedSensor, account, device)
    if location and location.sensor:
        yield from described(
            account, device, LocationStatus, UPLOADS, FlowerPowerBinarySensor
        )
