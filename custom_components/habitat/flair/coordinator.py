"""The coordinator of a Flair account: which lists are requested and how often, and what follows from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..cloud.auth import TokenAuth
from ..cloud.errors import Refused
from ..coordinator import HabitatConfigEntry, HabitatCoordinator
from ..deadlines import SILENT, past
from ..devices import Device
from ..issues import Issue
from ..poller import FetchResult, Source
from ..store import Derivation
from ..validation import validation_error
from ..vendor import Login
from .client.auth import LEGACY
from .client.models import (
    AnyPuck,
    Bridge,
    DeviceReading,
    HvacUnit,
    NamedResource,
    Puck,
    Puck2,
    Puck2Reading,
    PuckReading,
    RadioDevice,
    RemoteSensor,
    RemoteSensorReading,
    Resource,
    Room,
    Schedule,
    Structure,
    Thermostat,
    ThermostatState,
    Vent,
    VentReading,
    Weather,
    Zone,
)
from .conclusions import RoomDevice, RoomView, summarize_home, view_room
from .connection import connect
from .const import APP_URL
from .devices import (
    DETAILS,
    DEVICE_TYPES,
    READING,
    STATE,
    device_id,
    device_of,
    key_of,
    name_of,
)

FAST = (
    Structure,
    Room,
    Vent,
    Puck,
    Puck2,
    Bridge,
    HvacUnit,
    Thermostat,
    RemoteSensor,
)
"""The lists that are requested with every poll; one request each covers all homes of the account."""

SLOW = timedelta(minutes=5)
RARE = timedelta(minutes=15)
DAILY = timedelta(days=1)

SUMMARY = "summary"
SCHEDULES = "schedules"
VIEW = "@view"
IN_ROOMS = "@in_room"
"""The ends of the keys of derived records; entities do not read those with an @."""

_VENT_MOVES = 2
"""Polls until a vent has moved; it needs 30 to 90 seconds (docs/vendors/flair.md, Resources)."""

REPORT_LIFETIMES: Mapping[type[Resource], timedelta] = {
    VentReading: timedelta(minutes=30),
    PuckReading: timedelta(minutes=30),
    Puck2Reading: timedelta(minutes=30),
    RemoteSensorReading: timedelta(hours=3),
    ThermostatState: timedelta(days=1),
    Weather: timedelta(hours=3),
}
"""How long a report is current. Flair's devices report once a minute (docs/vendors/flair.md, Habits)."""

_IN_ROOMS: tuple[type[RoomDevice], ...] = (
    Vent, Puck, Puck2, Thermostat, RemoteSensor, HvacUnit,
)  # fmt: skip


class FlairCoordinator(HabitatCoordinator):
    """One Flair account with all its homes."""

    interval: ClassVar[timedelta] = timedelta(seconds=60)
    platforms: ClassVar[tuple[Platform, ...]] = (
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.CLIMATE,
        Platform.COVER,
        Platform.NUMBER,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SWITCH,
        Platform.WEATHER,
    )

    def __init__(
        self, hass: HomeAssistant, entry: HabitatConfigEntry, login: Login
    ) -> None:
        """Connect; no request is sent yet."""
        self.client = connect(hass, login)
        super().__init__(hass, entry, login, self.client.session, self.client.report)
        self._details_listed_at: tuple[int, int] | None = None
        self._listed_details: Sequence[Source] = ()

    # Sources.

    @override
    def sources(self) -> Iterator[Source]:
        """Return the lists, and the details of devices that an enabled entity reads."""
        for model in FAST:
            yield self._list(model, self.interval)
        yield self._list(Zone, RARE, background=True)
        for home in self.of(Structure):
            yield self._schedules(home)
        yield from self._details()

    def _details(self) -> Sequence[Source]:
        """Return the sources of details; the list is made again when devices or readers change."""
        listed_at = self.store.subscriptions, self.devices.revision
        if listed_at != self._details_listed_at:
            read = self.store.subscribed_keys
            paces = dict.fromkeys(self._firmware(), DAILY) | dict.fromkeys(read, SLOW)
            self._details_listed_at = listed_at
            self._listed_details = [
                source
                for key, every in paces.items()
                if (source := self._detail(key, every)) is not None
            ]
        return self._listed_details

    def _firmware(self) -> set[str]:
        """Return the keys of readings of which only the firmware is shown by default."""
        return {
            key_of(kind, device.id, READING)
            for kind in (Bridge, Puck2)
            for device in self.of(kind)
        }

    def _list(
        self, model: type[Resource], every: timedelta, *, background: bool = False
    ) -> Source:
        return Source(
            model.TYPE,
            partial(self._fetch_list, model),
            every,
            background=background,
            prefix=f"{model.TYPE}_",
        )

    async def _fetch_list(
        self, model: type[Resource], path: str | None = None
    ) -> FetchResult:
        try:
            collection = await self.client.collection(model, path)
        except Refused as err:
            # The server answers 404 if the account may not read a type, or if it does not have it.
            if err.status == 404 and not err.of_login:
                return FetchResult({}, complete=False, lacking=err)
            raise
        return FetchResult(collection.records, collection.complete)

    def _schedules(self, home: Structure) -> Source:
        path = f"/api/structures/{home.id}/schedules"
        return Source(
            _schedules_of(home),
            partial(self._fetch_list, Schedule, path),
            RARE,
            background=True,
            prefix=f"{Schedule.TYPE}_",
            label=Schedule.TYPE,
        )

    def _detail(self, key: str, every: timedelta) -> Source | None:
        """Return the source of a detail, or None if the key is not that of a detail."""
        owner, _, detail = key.partition("/")
        kind, _, resource_id = owner.partition("_")
        model = DETAILS.get((kind, detail))
        if model is None:
            return None
        path = f"/api/{kind}/{resource_id}/{detail}"
        return Source(
            key,
            partial(self._fetch_single, key, model, path),
            every,
            when=partial(self._is_reachable, owner),
            background=True,
            label=model.TYPE,
        )

    def _is_reachable(self, owner: str) -> bool:
        """Return whether a device exists and can be reached; otherwise it does not report."""
        record = self.data.get(owner)
        return record is not None and not (
            isinstance(record, RadioDevice) and not record.reachable
        )

    async def _fetch_single(
        self, key: str, model: type[Resource], path: str
    ) -> FetchResult:
        record = await self.client.get(model, path)
        return FetchResult({} if record is None else {key: record})

    def of[R: Resource](self, model: type[R]) -> list[R]:
        """Return all resources of a type, in the cloud's order."""
        return self.records(model.TYPE, model)

    # Devices.

    @override
    def device_makers(self) -> Iterator[tuple[str, Callable[[], Device | None]]]:
        """Return the makers by type, so that homes and rooms come before the devices in them."""
        for kind in DEVICE_TYPES:
            for key in self.store.keys(kind.TYPE):
                yield key, partial(self._describe, key, kind)

    @override
    def alive_until(self, device: Device) -> datetime | None:
        """Return `SILENT` for a device that Flair cannot reach."""
        record = self.record(device.key, NamedResource)
        # Everything a remote sensor measures is in its report, which has its own deadline.
        if record is None or isinstance(record, RemoteSensor):
            return None
        return self._alive_until(record)

    @override
    def expiries(self) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
        """Return until when reports and the weather are current."""
        for device in self.devices.present.values():
            for key in device.reads:
                yield key, partial(self._detail_until, key)

    def _detail_until(self, key: str) -> datetime | None:
        record = self.record(key, Resource)
        if record is None or type(record) not in REPORT_LIFETIMES:
            return None
        return self._report_until(key, record)

    def _report_until(self, key: str, record: Resource) -> datetime | None:
        owner = self.record(key.partition("/")[0], RemoteSensor)
        if owner is not None and not self._is_linked(owner):
            return SILENT
        at = record.created_at
        if at is None:
            return None
        # A report from the future has a wrong time.
        return at + REPORT_LIFETIMES[type(record)] if past(at) else SILENT

    def _alive_until(self, record: NamedResource) -> datetime | None:
        """Return the result of `alive_until` for a record."""
        match record:
            case RadioDevice():
                return None if record.reachable else SILENT
            case Thermostat():
                return None if self._is_online(record) else SILENT
            case RemoteSensor():
                return self._sensor_until(record)
            case HvacUnit():
                return None if self._is_driven(record) else SILENT
            case Room():
                # A room can be reached through any device in it.
                return _latest(map(self._alive_until, self._in_room(record)))
        return None

    def _is_alive(self, record: NamedResource) -> bool:
        """Return whether a record's device is alive."""
        until = self._alive_until(record)
        return until is None or until > dt_util.utcnow()

    def _is_online(self, thermostat: Thermostat) -> bool:
        """Return whether a thermostat is online, by its list and by its last state."""
        state = self._reported(thermostat, STATE, ThermostatState)
        return thermostat.reachable and not (state and state.online is False)

    def _is_linked(self, sensor: RemoteSensor) -> bool:
        """Return whether a sensor's thermostat is online, or any of the home if it is not known which."""
        thermostats = [
            thermostat
            for thermostat in self.of(Thermostat)
            if sensor.id == thermostat.remote_sensor_id
            or sensor.thermostat_id == thermostat.id
        ] or [
            thermostat
            for thermostat in self.of(Thermostat)
            if sensor.thermostat_id is None
            and sensor.structure_id == thermostat.structure_id
        ]
        return not thermostats or any(map(self._is_online, thermostats))

    def _sensor_until(self, sensor: RemoteSensor) -> datetime | None:
        if not self._is_linked(sensor):
            return SILENT
        # The list has no measurements.
        reading = self._reported(sensor, READING, RemoteSensorReading)
        key = key_of(RemoteSensor, sensor.id, READING)
        return self._report_until(key, reading) if reading else None

    def _reported[R: Resource](
        self, record: NamedResource, detail: str, kind: type[R]
    ) -> R | None:
        """Return a detail of a device; None if no entity reads it, because then it is not updated."""
        key = key_of(type(record), record.id, detail)
        reported = self.record(key, kind)
        return reported if key in self.store.subscribed_keys else None

    def _is_driven(self, unit: HvacUnit) -> bool:
        """Return whether a puck that sends a unit's commands can be reached."""
        return any(
            self._reaches(kind, puck_id)
            for kind, puck_id in ((Puck, unit.puck_id), (Puck2, unit.puck2_id))
            if puck_id
        )

    def _reaches(self, kind: type[AnyPuck], puck_id: str) -> bool:
        puck = self.record(key_of(kind, puck_id), kind)
        # An account without the right to the list gets no pucks at all.
        return puck.reachable if puck else not self.of(kind)

    @override
    def source_of_device(self, device_id: str) -> str:
        """Return the list that names the device: device ids begin with the type."""
        return device_id.removeprefix(f"{self.login.vendor.key}_").partition("_")[0]

    def _describe(self, key: str, kind: type[NamedResource]) -> Device | None:
        """Return the device of a resource, or None if there is nothing to show."""
        record = self.record(key, kind)
        if record is None or not self._shown(record):
            return None
        return device_of(
            self.login,
            record,
            room=self.room_of(record),
            home=self.home_of(record),
            reading=self.record(f"{key}/{READING}", DeviceReading),
        )

    # What follows from the records.

    @override
    def derivations(self) -> Iterator[Derivation]:
        """Return the devices in each room, the views of rooms, and the summaries of homes."""
        yield Derivation(IN_ROOMS, Room.TYPE, self._sort_into_rooms)
        for key in self.store.keys(Room.TYPE):
            yield Derivation(key, Room.TYPE, partial(self._view, key))
        for key in self.store.keys(Structure.TYPE):
            yield Derivation(key, Structure.TYPE, partial(self._summarize, key))
            schedules = f"{key}/{SCHEDULES}"
            yield Derivation(
                schedules, Structure.TYPE, partial(self._list_schedules, key)
            )

    def _sort_into_rooms(self) -> dict[str, object]:
        """Return the keys of the devices in each room."""
        in_rooms: dict[str, list[str]] = {}
        for kind in _IN_ROOMS:
            things = self.records(kind.TYPE, kind)
            for key, thing in zip(self.store.keys(kind.TYPE), things, strict=True):
                if thing.room_id:
                    in_rooms.setdefault(thing.room_id, []).append(key)
        return {
            key_of(Room, room_id, IN_ROOMS): tuple(keys)
            for room_id, keys in in_rooms.items()
        }

    def _view(self, key: str) -> dict[str, object]:
        room = self.record(key, Room)
        if room is None:
            return {}
        view = view_room(room, self._in_room(room), self._is_alive)
        return {f"{key}/{VIEW}": view, f"{key}/{SUMMARY}": view.summary}

    def _summarize(self, key: str) -> dict[str, object]:
        home = self.record(key, Structure)
        if home is None:
            return {}
        thermostats = [
            thermostat
            for thermostat in self.of(Thermostat)
            if thermostat.structure_id == home.id and self._is_alive(thermostat)
        ]
        views = [
            view
            for room in self.store.keys(Room.TYPE)
            if (view := self.record(f"{room}/{VIEW}", RoomView)) is not None
            and view.room.structure_id == home.id
        ]
        return {f"{key}/{SUMMARY}": summarize_home(home, views, thermostats)}

    def _list_schedules(self, key: str) -> dict[str, object]:
        home = self.record(key, Structure)
        schedules = self.records(_schedules_of(home), Schedule) if home else ()
        return {f"{key}/{SCHEDULES}": tuple(schedules)}

    def _in_room(self, room: Room) -> Sequence[RoomDevice]:
        """Return the devices in a room."""
        keys = self.record(key_of(Room, room.id, IN_ROOMS), tuple) or ()
        found = (self.record(key, NamedResource) for key in keys)
        return [thing for thing in found if isinstance(thing, _IN_ROOMS)]

    @override
    def describe_issues(self) -> Iterator[Issue]:
        """Return issues for units without a puck, and for a login of the kind that Flair is ending."""
        for unit in self.of(HvacUnit):
            shown = device_id(self.login, unit) in self.devices.present
            if shown and not unit.driven:
                name = name_of(unit)
                yield Issue("unit_without_puck", unit.id, {"name": name}, APP_URL)
        auth = self.session.auth
        if isinstance(auth, TokenAuth) and auth.token and auth.token.flavour == LEGACY:
            yield Issue("legacy_credentials", learn_more=APP_URL, new_login=True)

    async def async_patch(
        self, record: Resource, *steps: Mapping[str, object], repeatable: bool = True
    ) -> None:
        """Set attributes of a resource, one request per step; all changes show at once.

        Raises:
            ServiceValidationError: the device cannot be reached; nothing was written.
            HomeAssistantError: Flair refused it; the error quotes Flair.
        """
        kind = type(record)
        key = key_of(kind, record.id)
        self.require_reach(record)

        async def send() -> Resource | None:
            answer: Resource | None = None
            for number, attributes in enumerate(steps, 1):
                answer = await self.client.patch(
                    kind, record.id, attributes, repeatable=repeatable
                )
                if answer is not None and number < len(steps):
                    self.store.set_record(key, answer)
            return answer

        changes = {name: value for step in steps for name, value in step.items()}
        await self.writes.run(key, changes, send)
        if kind is Vent:
            reading = key_of(kind, record.id, READING)
            self.poller.ask_again(reading, _VENT_MOVES * self.interval)

    def require_reach(self, record: Resource) -> None:
        """Raise an error if a device cannot be reached.

        Raises:
            ServiceValidationError: the device cannot be reached, so a command would be lost.
        """
        if isinstance(record, NamedResource) and not self._is_alive(record):
            raise _out_of_reach(record)

    async def async_press(self, unit: HvacUnit, button: str) -> None:
        """Let a unit's puck send one button of the unit's remote.

        Raises:
            ServiceValidationError: there is no such button, or no puck to send it.
            HomeAssistantError: Flair refused it; the error quotes Flair.
        """
        self.require_reach(unit)
        buttons = unit.constraints.buttons if unit.constraints else ()
        if button not in buttons:
            raise (
                validation_error("no_such_button", buttons=", ".join(buttons))
                if buttons
                else validation_error("no_remote_buttons")
            )
        # A second request would press the button twice.
        await self.async_patch(unit, {"button_presses": (button,)}, repeatable=False)

    def _shown(self, record: NamedResource) -> bool:
        """Return whether a resource becomes a device: a unit that was never set up does not.

        A unit in the device registry stays one, even if its constraints cannot be read.
        """
        return (
            not isinstance(record, HvacUnit)
            or record.constraints is not None
            or self.devices.known(device_id(self.login, record))
        )

    def _related[R: Resource](
        self, model: type[R], resource_id: str | None
    ) -> R | None:
        return self.record(key_of(model, resource_id), model) if resource_id else None

    def home_of(self, record: Resource) -> Structure | None:
        """Return the home that a resource belongs to."""
        return self._related(Structure, getattr(record, "structure_id", None))

    def room_of(self, record: Resource) -> Room | None:
        """Return the room that a resource stands in."""
        return self._related(Room, getattr(record, "room_id", None))


def _schedules_of(home: Structure) -> str:
    """Return the name of the source of a home's schedules."""
    return f"schedules of {home.id}"


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    """Return the latest of the times, where None means never; None if there are no times."""
    known = list(times)
    return None if None in known else max(filter(None, known), default=None)


def _out_of_reach(record: NamedResource) -> ServiceValidationError:
    """Return the error for a command to a device that cannot be reached."""
    match record:
        case HvacUnit() if record.driven:
            return validation_error("puck_out_of_reach")
        case HvacUnit():
            return validation_error("unit_without_puck")
        case Room():
            return validation_error("room_out_of_reach")
    return validation_error("device_out_of_reach")


COORDINATOR = FlairCoordinator
