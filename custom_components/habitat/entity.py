"""The base of all entities: device, record, availability, and when states are written."""

from abc import abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import HabitatConfigEntry, HabitatCoordinator
from .devices import Device
from .loader import Entities, EntityFactory, async_entities


def platform_setup(
    platform: Platform, shared: Entities | None = None
) -> Callable[
    [HomeAssistant, HabitatConfigEntry, AddConfigEntryEntitiesCallback],
    Coroutine[Any, Any, None],
]:
    """Return the `async_setup_entry` of a platform.

    It adds the vendor's entities, now and whenever a device gets more. `shared` makes the entities that
    devices of every vendor have.
    """

    async def async_setup_entry(
        hass: HomeAssistant,
        entry: HabitatConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        coordinator = entry.runtime_data
        entities = await async_entities(hass, coordinator.login.vendor, platform)
        registry = er.async_get(hass)

        def is_disabled(unique_id: str) -> bool:
            """Return whether an entity is registered and disabled; enabling it reloads the account."""
            entity_id = registry.async_get_entity_id(platform, DOMAIN, unique_id)
            known = registry.async_get(entity_id) if entity_id else None
            return known is not None and known.disabled

        @callback
        def add(devices: Iterable[Device]) -> None:
            new: list[Entity] = []
            for device in devices:
                created = coordinator.created.setdefault(device.id, set())
                for key, make in chain(
                    entities(coordinator, device),
                    shared(coordinator, device) if shared else (),
                ):
                    if (name := f"{platform}.{key}") in created:
                        continue
                    created.add(name)
                    if not is_disabled(f"{device.id}_{key}"):
                        new.append(make())
            if new:
                async_add_entities(new)

        entry.async_on_unload(coordinator.async_watch_devices(add))

    return async_setup_entry


@dataclass(frozen=True, kw_only=True)
class RecordEntityDescription[R](EntityDescription):
    """Describes an entity that shows a device's record, or a detail of the device."""

    detail: str | None = None
    """The end of the key of a detail, such as the last reading; None for the device's own record."""
    exists_fn: Callable[[R], bool] | None = None
    """Returns whether a device has the entity, by its record; None if all devices have it."""
    lasting: bool = False
    """Whether its value stays true while the device is silent, such as the time of the last report."""

    def key_at(self, device: Device) -> str:
        """Return the key of the record that is shown."""
        return f"{device.key}/{self.detail}" if self.detail else device.key


class HabitatEntity[A: HabitatCoordinator, R](CoordinatorEntity[A]):
    """An entity that shows one record of an account."""

    _attr_has_entity_name = True

    needs_reach: bool = False
    """Whether it is unavailable while its device is silent, unless its value is lasting.

    That is so for devices that take commands. Entities of devices that only measure stay available, and
    values that claim to be *now* are unknown.
    """

    shows: ClassVar[tuple[str, ...] | None] = None
    """The properties that decide its state, apart from `available`.

    The state is only written if one of them changed; if this is None, with each update.
    """

    lasting = False
    """Whether its value stays true while its device is silent."""
    _written: tuple[object, ...] | None = None
    """The values of the last written state."""

    def __init__(
        self,
        coordinator: A,
        device: Device,
        kind: type[R],
        description: EntityDescription,
        *,
        key: str | None = None,
        reads: Iterable[str] = (),
    ) -> None:
        """Show the record of type `kind` under `key`, by default the device's own.

        The entity is updated when that record, the device's own or one of `reads` changes.
        """
        self.key = key or device.key
        self.kind = kind
        self.device_key = device.key
        super().__init__(coordinator, context=frozenset((self.key, device.key, *reads)))
        self.entity_description = description
        self._attr_translation_key = description.translation_key or description.key
        self._attr_unique_id = f"{device.id}_{description.key}"
        # With this, Home Assistant does not search the device for each entity.
        self.device_entry = coordinator.devices.registry_entry(device.id)

    @property
    def record(self) -> R | None:
        """The record that the entity shows, or None before the cloud sent it."""
        return self.coordinator.record(self.key, self.kind)

    def require_record(self) -> R:
        """Return the record, for an action.

        Raises:
            HomeAssistantError: the cloud does not have it any more.
        """
        record = self.record
        if record is None:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="record_gone",
                translation_placeholders={"vendor": self.coordinator.login.vendor.name},
            )
        return record

    @property
    def current_record(self) -> R | None:
        """The record; None while its device is silent, unless the value is lasting."""
        if self.lasting or self.coordinator.is_alive(self.device_key):
            return self.record
        return None

    @property
    @override
    def available(self) -> bool:
        """Whether the cloud has the device and the record is not stale."""
        coordinator = self.coordinator
        if self.device_key not in coordinator.data or not coordinator.is_current(
            self.device_key
        ):
            return False
        asleep = not self.lasting and not coordinator.is_alive(self.device_key)
        if self.needs_reach and asleep:
            return False
        return self.key not in coordinator.data or coordinator.is_current(self.key)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Write the state if it differs from the last written one."""
        if self._written is None or self._written != self._shown():
            self.async_write_ha_state()

    @override
    @callback
    def _async_write_ha_state(self) -> None:
        """Write the state and keep its values; Home Assistant calls it too."""
        super()._async_write_ha_state()
        self._written = self._shown()

    def _shown(self) -> tuple[object, ...] | None:
        if self.shows is None:
            return None
        return self.available, *(getattr(self, name) for name in self.shows)


class DescribedEntity[A: HabitatCoordinator, R](HabitatEntity[A, R]):
    """An entity that shows the record, or the detail of its device, that its description names."""

    def __init__(
        self,
        coordinator: A,
        device: Device,
        kind: type[R],
        description: RecordEntityDescription[R],
        *,
        reads: Iterable[str] = (),
    ) -> None:
        """Show the record that the description names; `reads` as in the base."""
        super().__init__(
            coordinator,
            device,
            kind,
            description,
            key=description.key_at(device),
            reads=reads,
        )
        self.lasting = description.lasting


class TurningEntity[A: HabitatCoordinator, R](HabitatEntity[A, R]):
    """An entity whose state changes at a time without a poll."""

    _cancel_turn: CALLBACK_TYPE | None = None

    @property
    @abstractmethod
    def turns_at(self) -> datetime | None:
        """When its state changes, or changed; None if that is not known."""

    @override
    async def async_added_to_hass(self) -> None:
        """Set the timer."""
        await super().async_added_to_hass()
        self.async_on_remove(self._async_forget_turn)
        self._async_await_turn()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._async_await_turn()
        super()._handle_coordinator_update()

    @callback
    def _async_await_turn(self) -> None:
        self._async_forget_turn()
        turns_at = self.turns_at
        if turns_at is not None and turns_at > dt_util.utcnow():
            self._cancel_turn = self.coordinator.deadlines.async_call_at(
                turns_at, self._async_turn
            )

    @callback
    def _async_turn(self) -> None:
        self._cancel_turn = None
        # There may be a next time, which depends on the current time.
        self._async_await_turn()
        self.async_write_ha_state()

    @callback
    def _async_forget_turn(self) -> None:
        if self._cancel_turn is not None:
            self._cancel_turn()
            self._cancel_turn = None


def entities_from[A: HabitatCoordinator, R, D: RecordEntityDescription[Any]](
    coordinator: A,
    device: Device,
    kind: type[R],
    descriptions: tuple[D, ...],
    build: Callable[[A, Device, type[R], D], Entity],
) -> Iterator[EntityFactory]:
    """Return the factories of the described entities that a device has."""
    for description in descriptions:
        if description.exists_fn is not None:
            record = coordinator.record(description.key_at(device), kind)
            if record is None or not description.exists_fn(record):
                continue
        yield description.key, partial(build, coordinator, device, kind, description)
