"""Binary sensors: what every vendor's have in common; which there are is the vendor's to say."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .coordinator import Account, HabitatConfigEntry
from .devices import Device
from .entity import HabitatEntity, RecordEntityDescription, async_setup_platform

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HabitatBinarySensorDescription[R](
    RecordEntityDescription[R], BinarySensorEntityDescription
):
    """Describes a binary sensor of a record."""

    value: Callable[[R], bool | None]


class HabitatBinarySensor[A: Account, R](HabitatEntity[A, R], BinarySensorEntity):
    """A binary sensor of a record."""

    entity_description: HabitatBinarySensorDescription[R]

    def __init__(
        self,
        account: A,
        device: Device,
        kind: type[R],
        description: HabitatBinarySensorDescription[R],
        *,
        reads: Iterable[str] = (),
    ) -> None:
        """Show the record, or the part, that the description names."""
        super().__init__(
            account,
            device,
            kind,
            description,
            key=description.key_at(device),
            reads=reads,
        )

    @property
    @override
    def is_on(self) -> bool | None:
        """What the cloud said."""
        record = self.record
        return None if record is None else self.entity_description.value(record)


class TurningSensor[A: Account, R](HabitatEntity[A, R], BinarySensorEntity):
    """A binary sensor that turns at a time by itself: no poll will tell of it."""

    _alarm: CALLBACK_TYPE | None = None

    @property
    @abstractmethod
    def turns_at(self) -> datetime | None:
        """When it turns, also where that is over; None when nobody can say."""

    @override
    async def async_added_to_hass(self) -> None:
        """Watch the clock from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(self._disarm)
        self._arm()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._arm()
        super()._handle_coordinator_update()

    def _arm(self) -> None:
        self._disarm()
        turns_at = self.turns_at
        if turns_at is not None and turns_at > dt_util.utcnow():
            self._alarm = async_track_point_in_utc_time(self.hass, self._ring, turns_at)

    @callback
    def _ring(self, _: datetime) -> None:
        self._alarm = None
        self.async_write_ha_state()

    @callback
    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm()
            self._alarm = None


def flag[R](
    key: str,
    value: Callable[[R], bool | None],
    *,
    device_class: BinarySensorDeviceClass | None = None,
    part: str | None = None,
    diagnostic: bool = True,
    enabled: bool = True,
    exists: Callable[[R], bool] | None = None,
) -> HabitatBinarySensorDescription[R]:
    """Describe a yes or no that the cloud tells."""
    return HabitatBinarySensorDescription(
        key=key,
        value=value,
        device_class=device_class,
        part=part,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
        entity_registry_enabled_default=enabled,
        exists=exists,
    )


def opposite(value: bool | None) -> bool | None:
    """Return the opposite of a yes or no, and nothing of nothing."""
    return None if value is None else not value


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HabitatConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set the platform up."""
    await async_setup_platform(hass, entry, Platform.BINARY_SENSOR, async_add_entities)
