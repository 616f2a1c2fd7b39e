"""Keeps the device registry up to date with the devices of an account."""

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
    """The key of the device's record."""
    reads: tuple[str, ...] = ()
    """The keys of further records that decide which entities it has."""
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
    """The `id` of the device that this one is connected through or is in."""
    area: str | None = None
    service: bool = False


class Devices:
    """The devices of one account in the registry."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, *, simulated: bool
    ) -> None:
        """Start empty; simulated devices are marked in the manufacturer."""
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
        """The devices that the account sees and another account shows: the id of that entry, by device."""

    @property
    def seen(self) -> frozenset[str]:
        """The ids of all devices of the account, also of those that another account shows."""
        return frozenset((*self._registered, *self.elsewhere))

    @property
    def left_free(self) -> bool:
        """Whether another account released a device that this one sees too."""
        others = self._other_accounts()
        return any(self._owner(one, others) is None for one in self.elsewhere)

    @property
    def present(self) -> Mapping[str, Device]:
        """The current devices that this account shows, by id."""
        return self._registered

    def reading(self, keys: Iterable[str]) -> set[str]:
        """Return the ids of the devices whose entities depend on the records under these keys."""
        return {one for key in keys for one in self._reading.get(key, ())}

    @property
    def missing(self) -> bool:
        """Whether the registry has devices that the account does not have any more."""
        return bool(self._strangers)

    def known(self, device_id: str) -> bool:
        """Return whether a device is in the registry, present or not."""
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
        """Return the name of a device in the registry, present or not."""
        entry = self._registry.async_get_device_by_identifier(
            (DOMAIN, device_id), self._entry.entry_id
        )
        return None if entry is None else entry.name

    @callback
    def update(self, devices: Iterable[Device]) -> frozenset[str]:
        """Register new and changed devices, parents first; return the ids of the new ones.

        Devices that another account shows are left to it.
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
        """Count a poll for each missing device, and remove those missing from several polls.

        `counts` returns whether the poll had a complete answer that would name the device.
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
        """Remove a device that is in the registry but not in the account."""
        if registry_id := self._strangers.get(device_id):
            self._registry.async_remove_device(registry_id)
            self.forget(device_id)

    @callback
    def forget(self, device_id: str) -> None:
        """Forget a device that is removed from the registry."""
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
        """Return the entry id of the other account that shows a device, or None.

        The registry decides and not the order of set-up, so that a start changes nothing.
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
        """Return the sort key that decides between two accounts with the same device.

        That happens if one was disabled while the other was added: the account with entities keeps it.
        """
        entities = er.async_entries_for_device(
            er.async_get(self._hass), entry.id, include_disabled_entities=True
        )
        return not entities, entry.created_at, entry.config_entry_id

    def _take_over(self, device_id: str) -> None:
        """Move a device of a disabled account to this one, with its entities and settings."""
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
        """Remove connections from registered devices if another device of the account has them now.

        The registry would merge two devices with the same connection.
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
    """Return a text of a device, cut for the registry."""
    return None if text is None else cut(text, MAX_NAME_LENGTH)
