"""Keeps the device registry in step with what an account has."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .cloud.text import MAX_NAME_LENGTH, brief, cut
from .const import ABSENT_POLLS, DOMAIN, LOGGER


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of an account."""

    id: str
    """`<vendor>_<vendor's id>`: the second half of the registry's identifier."""
    key: str
    """The record that the device stands for."""
    reads: tuple[str, ...] = ()
    """Further records that decide which entities it has."""
    name: str | None
    manufacturer: str
    model: str | None = None
    model_id: str | None = None
    serial_number: str | None = None
    sw_version: str | None = None
    hw_version: str | None = None
    configuration_url: str | None = None
    connections: frozenset[tuple[str, str]] = frozenset()
    parent: str | None = None
    """The `id` of the device that this one is reached through or stands in."""
    area: str | None = None
    service: bool = False


class Devices:
    """The devices of one account in the registry."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, *, simulated: bool
    ) -> None:
        """Start without any; those of a simulated account say that they are."""
        self._made_by = "{} (simulated)" if simulated else "{}"
        self._hass = hass
        self._registry = dr.async_get(hass)
        self._entry = entry
        self._registered: dict[str, Device] = {}
        self._reading: dict[str, set[str]] = {}
        """The ids of the devices whose entities a record decides, by its key."""
        self._registry_ids: dict[str, str] = {}
        self._strangers: dict[str, str] = {}
        self._absent: Counter[str] = Counter()
        self.revision = 0
        """Changes with the devices that there are."""
        self.elsewhere: Mapping[str, str] = {}
        """The devices that the account sees and another account shows: that one's entry, by id."""

    @property
    def seen(self) -> frozenset[str]:
        """The ids of all devices that the account has, whoever shows them."""
        return frozenset((*self._registered, *self.elsewhere))

    @property
    def left_free(self) -> bool:
        """Whether another account gave one up that this one sees too."""
        others = self._other_accounts()
        return any(self._owner(one, others) is None for one in self.elsewhere)

    @property
    def present(self) -> Mapping[str, Device]:
        """The devices that the account has now and shows, by id."""
        return self._registered

    def reading(self, keys: Iterable[str]) -> set[str]:
        """Return the ids of the devices whose entities follow from records under these keys."""
        return {one for key in keys for one in self._reading.get(key, ())}

    @property
    def missing(self) -> bool:
        """Whether the registry has devices that the account has no more."""
        return bool(self._strangers)

    def known(self, device_id: str) -> bool:
        """Say whether a device is in the registry, be it from former times."""
        return (
            self._registry.async_get_device_by_identifier(
                (DOMAIN, device_id), self._entry.entry_id
            )
            is not None
        )

    def registry_entry(self, device_id: str) -> dr.AnyDeviceEntry | None:
        """Return the registry's entry of a device that is present."""
        return self._registry.async_get(self._registry_ids.get(device_id, ""))

    def name(self, device_id: str) -> str | None:
        """Return the name by which the registry knows a device, be it from former times."""
        entry = self._registry.async_get_device_by_identifier(
            (DOMAIN, device_id), self._entry.entry_id
        )
        return None if entry is None else entry.name

    @callback
    def update(self, devices: Iterable[Device]) -> frozenset[str]:
        """Register what is new or changed; a parent comes before what stands in it.

        What another account shows is left to it. Returns the ids of the new devices.
        """
        current: dict[str, Device] = {}
        elsewhere: dict[str, str] = {}
        others = self._other_accounts()
        for device in devices:
            owner = self._owner(device.id, others) if others else None
            if owner is None:
                current[device.id] = device
            else:
                elsewhere[device.id] = owner
        self.elsewhere = elsewhere
        new = frozenset(current) - frozenset(self._registered)
        self._release_connections(current)
        for device in current.values():
            if self._registered.get(device.id) is not device:
                self._register(device)
        if current.keys() != self._registered.keys():
            self.revision += 1
        self._registered = current
        self._reading = {}
        for device in current.values():
            for key in (device.key, *device.reads):
                self._reading.setdefault(key, set()).add(device.id)
        self._strangers = {
            device_id: entry.id
            for entry in dr.async_entries_for_config_entry(
                self._registry, self._entry.entry_id
            )
            for domain, device_id in entry.identifiers
            if domain == DOMAIN and device_id not in current
        }
        for device_id in set(self._absent) - set(self._strangers):
            del self._absent[device_id]
        return new

    @callback
    def drop_absent(self, counts: Callable[[str], bool]) -> list[str]:
        """Count one more poll for what is missing, and remove what is missing for good.

        `counts` says of a device's id whether the poll was a whole answer about its kind.
        """
        gone = []
        for device_id in filter(counts, self._strangers):
            self._absent[device_id] += 1
            if self._absent[device_id] >= ABSENT_POLLS:
                gone.append(device_id)
        for device_id in gone:
            LOGGER.debug("A device is gone for good: %s", brief(device_id))
            self.remove(device_id)
        return gone

    @callback
    def remove(self, device_id: str) -> None:
        """Remove a device that the account does not have, if the registry does."""
        if registry_id := self._strangers.get(device_id):
            self._registry.async_remove_device(registry_id)
            self.forget(device_id)

    @callback
    def forget(self, device_id: str) -> None:
        """Forget a device that leaves the registry."""
        self._strangers.pop(device_id, None)
        self._absent.pop(device_id, None)
        self._registry_ids.pop(device_id, None)

    def _other_accounts(self) -> frozenset[str]:
        return frozenset(
            entry.entry_id
            for entry in self._hass.config_entries.async_entries(
                DOMAIN, include_ignore=False, include_disabled=False
            )
            if entry.entry_id != self._entry.entry_id
        )

    def _owner(self, device_id: str, others: frozenset[str]) -> str | None:
        """Return the entry of the other account that shows a device, None when there is none.

        The registry decides, not who comes first: so nothing changes hands at a start.
        """
        holders = [
            entry
            for entry in self._registry.async_get_devices(
                identifiers={(DOMAIN, device_id)}
            )
            if entry.config_entry_id in {*others, self._entry.entry_id}
        ]
        if not holders:
            return None
        owner = min(holders, key=self._claim).config_entry_id
        return None if owner == self._entry.entry_id else owner

    def _claim(self, entry: dr.DeviceEntry) -> tuple[bool, datetime, str]:
        """Return what decides between two accounts that both have a device, the least first.

        That happens when one was disabled while the other came: who has its entities keeps it.
        """
        entities = er.async_entries_for_device(
            er.async_get(self._hass), entry.id, include_disabled_entities=True
        )
        return not entities, entry.created_at, entry.config_entry_id

    def _take_over(self, device_id: str) -> None:
        """Move a device here that a disabled account had, with its entities and all settings."""
        entries = self._hass.config_entries
        registry, me = er.async_get(self._hass), self._entry.entry_id
        if self.known(device_id):
            return
        for device in self._registry.async_get_devices(
            identifiers={(DOMAIN, device_id)}
        ):
            owner = entries.async_get_entry(device.config_entry_id)
            if owner is None or owner.domain != DOMAIN:
                continue
            for entity in er.async_entries_for_device(
                registry, device.id, include_disabled_entities=True
            ):
                off = entity.disabled_by is er.RegistryEntryDisabler.CONFIG_ENTRY
                registry.async_update_entity(
                    entity.entity_id,
                    config_entry_id=me,
                    disabled_by=None if off else entity.disabled_by,
                )
            self._registry.async_update_device(device.id, new_config_entry_id=me)
            return

    def _release_connections(self, current: Mapping[str, Device]) -> None:
        """Take connections from devices that lost them to another one of the account.

        Two devices with one connection would become one.
        """
        owners = {
            connection: device
            for device in current.values()
            for connection in device.connections
        }
        if all(self._registered.get(owner.id) == owner for owner in owners.values()):
            return
        for entry in dr.async_entries_for_config_entry(
            self._registry, self._entry.entry_id
        ):
            lost = {
                connection
                for connection in entry.connections
                if (owner := owners.get(connection))
                and (DOMAIN, owner.id) not in entry.identifiers
            }
            if lost:
                self._registry.async_update_device(
                    entry.id, new_connections=entry.connections - lost
                )

    def _register(self, device: Device) -> None:
        if device.id not in self._registry_ids:
            self._take_over(device.id)
        entry = self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={(DOMAIN, device.id)},
            connections=set(device.connections),
            name=_shown(device.name),
            manufacturer=_shown(self._made_by.format(device.manufacturer)),
            model=_shown(device.model),
            model_id=_shown(device.model_id),
            serial_number=_shown(device.serial_number),
            sw_version=_shown(device.sw_version),
            hw_version=_shown(device.hw_version),
            configuration_url=device.configuration_url,
            suggested_area=_shown(device.area),
            via_device_id=self._registry_ids.get(device.parent or ""),
            entry_type=dr.DeviceEntryType.SERVICE if device.service else None,
        )
        self._registry_ids[device.id] = entry.id


def _shown(text: str | None) -> str | None:
    """Return a text of a device as the registry gets it."""
    return None if text is None else cut(text, MAX_NAME_LENGTH)
