"""Flair's climates of homes and rooms."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, override

from homeassistant.components.climate import (
    ATTR_HVAC_MODE,
    PRESET_AWAY,
    PRESET_HOME,
    ClimateEntity,
    ClimateEntityDescription,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import ATTR_TEMPERATURE, UnitOfTemperature
from homeassistant.core import ServiceResponse
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from ..devices import Device
from ..loader import EntityFactory
from ..validation import validation_error
from .button import CLEAR_HOME_HOLD, CLEAR_ROOM_HOLD
from .client.models import HeatCoolMode, HvacUnit, Room, SetPointMode, Structure
from .conclusions import HomeSummary, RoomSummary
from .const import MAX_TEMP, MIN_TEMP, UNTIL_CANCELLED, UNTIL_NEXT_EVENT
from .coordinator import SUMMARY, FlairCoordinator
from .devices import key_of
from .entity import FlairEntity
from .hvac_unit import FlairHvacUnitClimateEntity, require_offered, set_point

HOME_MODES: Final[Mapping[HeatCoolMode, HVACMode]] = {
    HeatCoolMode.FLOAT: HVACMode.OFF,
    HeatCoolMode.HEAT: HVACMode.HEAT,
    HeatCoolMode.COOL: HVACMode.COOL,
    HeatCoolMode.AUTO: HVACMode.HEAT_COOL,
}
_FLAIR_MODES = {mode: word for word, mode in HOME_MODES.items()}

PRESET_ACTIVE: Final = "active"
PRESET_INACTIVE: Final = "inactive"

HOME = ClimateEntityDescription(key="home", name=None)
ROOM = ClimateEntityDescription(key="room", name=None)
UNIT = ClimateEntityDescription(key="unit", name=None)


def home_mode(home: Structure | None) -> HVACMode | None:
    """Return the mode of a home."""
    word = home.structure_heat_cool_mode if home else None
    return None if word is None else HOME_MODES[word]


class FlairHomeClimateEntity(FlairEntity[Structure], ClimateEntity):
    """A home: its mode, its set point, and whether someone is at home."""

    # Both names, because older versions of Home Assistant only know the second one.
    _attr_native_temperature_unit = _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_hvac_modes = list(HOME_MODES.values())
    _attr_preset_modes = [PRESET_HOME, PRESET_AWAY]
    _attr_min_temp = MIN_TEMP
    _attr_max_temp = MAX_TEMP

    def __init__(self, coordinator: FlairCoordinator, device: Device) -> None:
        """Show a home and the summary of its rooms."""
        self._summary_key = f"{device.key}/{SUMMARY}"
        super().__init__(
            coordinator, device, Structure, HOME, reads=(self._summary_key,)
        )

    @property
    def _summary(self) -> HomeSummary | None:
        return self.coordinator.record(self._summary_key, HomeSummary)

    @property
    @override
    def supported_features(self) -> ClimateEntityFeature:
        """While a linked thermostat sets the set point, it cannot be changed here."""
        features = (
            ClimateEntityFeature.PRESET_MODE
            | ClimateEntityFeature.TURN_ON
            | ClimateEntityFeature.TURN_OFF
        )
        if self.record and self.record.set_point_mode is SetPointMode.THERMOSTAT:
            return features
        return features | ClimateEntityFeature.TARGET_TEMPERATURE

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        """The mode of the home."""
        return home_mode(self.record)

    @property
    @override
    def hvac_action(self) -> HVACAction | None:
        """What its thermostat reports, or what Flair concluded for its rooms."""
        return self._summary.action if self._summary else None

    @property
    def native_current_temperature(self) -> float | None:
        """The mean of the active rooms."""
        return self._summary.temperature if self._summary else None

    @property
    @override
    def current_humidity(self) -> float | None:
        """The mean of the active rooms."""
        return self._summary.humidity if self._summary else None

    @property
    def native_target_temperature(self) -> float | None:
        """The home's set point."""
        return self.record.set_point_temperature_c if self.record else None

    current_temperature = native_current_temperature
    target_temperature = native_target_temperature

    @property
    @override
    def preset_mode(self) -> str | None:
        """Whether the home is in home or away mode."""
        if self.record is None or self.record.home is None:
            return None
        return PRESET_HOME if self.record.home else PRESET_AWAY

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Change the mode of the home."""
        await self.coordinator.async_patch(
            self.require_record(), self._mode_step(hvac_mode)
        )

    @override
    async def async_turn_on(self) -> None:
        """Set the mode auto: Flair chooses between heating and cooling."""
        await self.async_set_hvac_mode(HVACMode.HEAT_COOL)

    @override
    async def async_turn_off(self) -> None:
        """Set the mode off."""
        await self.async_set_hvac_mode(HVACMode.OFF)

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Change the home's set point, and its mode first if the call contains one."""
        home = self.require_record()
        steps: list[Mapping[str, object]] = []
        if (mode := kwargs.get(ATTR_HVAC_MODE)) is not None:
            steps.append(self._mode_step(mode))
        if (value := kwargs.get(ATTR_TEMPERATURE)) is not None:
            steps.append({"set_point_temperature_c": set_point(value)})
        await self.coordinator.async_patch(home, *steps)

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Switch the home to home or away mode."""
        await self.coordinator.async_patch(
            self.require_record(), {"home": preset_mode == PRESET_HOME}
        )

    async def async_clear_hold(self) -> ServiceResponse:
        """End the hold of a manual change."""
        await self.coordinator.async_patch(self.require_record(), CLEAR_HOME_HOLD)
        return hold_response(self.record)

    def _mode_step(self, mode: HVACMode) -> Mapping[str, object]:
        """Return the attributes that set a mode."""
        require_offered(self, mode)
        return {"structure_heat_cool_mode": _FLAIR_MODES[mode]}


class FlairRoomClimateEntity(FlairEntity[Room], ClimateEntity):
    """A room: its set point, and whether it is active. Its mode is that of the home."""

    _attr_native_temperature_unit = _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_supported_features = (
        ClimateEntityFeature.TARGET_TEMPERATURE | ClimateEntityFeature.PRESET_MODE
    )
    _attr_preset_modes = [PRESET_ACTIVE, PRESET_INACTIVE]
    _attr_min_temp = MIN_TEMP
    _attr_max_temp = MAX_TEMP

    def __init__(self, coordinator: FlairCoordinator, device: Device) -> None:
        """Show a room; its home's record is read too."""
        room = coordinator.record(device.key, Room)
        self._home_key = key_of(Structure, room.structure_id if room else None)
        self._summary_key = f"{device.key}/{SUMMARY}"
        super().__init__(
            coordinator, device, Room, ROOM, reads=(self._home_key, self._summary_key)
        )

    @property
    def _summary(self) -> RoomSummary:
        found = self.coordinator.record(self._summary_key, RoomSummary)
        return found or RoomSummary()

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        """What the home is asked to do."""
        return home_mode(self.coordinator.record(self._home_key, Structure))

    @property
    @override
    def hvac_modes(self) -> list[HVACMode]:
        """The home's mode and no other: a room has none of its own."""
        return [self.hvac_mode] if self.hvac_mode else []

    @property
    @override
    def hvac_action(self) -> HVACAction | None:
        """What Flair concluded for the room, if a device in the room does it."""
        if self.hvac_mode is HVACMode.OFF:
            return HVACAction.OFF
        return self._summary.action

    @property
    def native_current_temperature(self) -> float | None:
        """Flair's rolling average of the room's sensors, in °C."""
        return self._summary.temperature

    @property
    @override
    def current_humidity(self) -> float | None:
        """Relative humidity in %."""
        return self._summary.humidity

    @property
    def native_target_temperature(self) -> float | None:
        """The room's set point."""
        return self.record.set_point_c if self.record else None

    current_temperature = native_current_temperature
    target_temperature = native_target_temperature

    @property
    @override
    def preset_mode(self) -> str | None:
        """Whether the room is active; Flair shuts the vents of inactive rooms."""
        if self.record is None or self.record.active is None:
            return None
        return PRESET_ACTIVE if self.record.active else PRESET_INACTIVE

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Accept the mode of the home, the only one offered; it changes nothing."""
        self.require_record()
        if hvac_mode != self.hvac_mode:
            raise validation_error("mode_is_the_homes")

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Change the room's set point, which also makes the room active."""
        if (mode := kwargs.get(ATTR_HVAC_MODE)) is not None:
            # Checked first, so that nothing is written if the mode is refused.
            await self.async_set_hvac_mode(mode)
        if (value := kwargs.get(ATTR_TEMPERATURE)) is not None:
            await self._patch({"set_point_c": set_point(value), "active": True})

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Make the room active or inactive."""
        await self._patch({"active": preset_mode == PRESET_ACTIVE})

    async def async_set_hold(
        self,
        temperature: float,
        duration: timedelta | None = None,
        until: str | None = None,
    ) -> ServiceResponse:
        """Hold a set point for a time, until the schedule's next event, or until it is cancelled.

        `temperature` is in the unit system of Home Assistant.
        """
        temperature = TemperatureConverter.convert(
            temperature,
            self.hass.config.units.temperature_unit,
            UnitOfTemperature.CELSIUS,
        )
        steps: list[Mapping[str, object]] = [
            {"set_point_c": set_point(temperature), "active": True}
        ]
        if until == UNTIL_NEXT_EVENT:
            steps.append({"hold_until": None, "hold_until_schedule_event": True})
        elif until == UNTIL_CANCELLED:
            steps.append({"hold_until": FOREVER, "hold_until_schedule_event": False})
        elif duration is not None:
            end = dt_util.utcnow() + _within_a_year(duration)
            steps.append({"hold_until": end, "hold_until_schedule_event": False})
        await self._patch(*steps)
        return hold_response(self.record)

    async def async_clear_hold(self) -> ServiceResponse:
        """End the hold of a manual change."""
        await self._patch(CLEAR_ROOM_HOLD)
        return hold_response(self.record)

    async def _patch(self, *steps: Mapping[str, object]) -> None:
        await self.coordinator.async_patch(self.require_record(), *steps)


FOREVER: Final = datetime(2107, 12, 11, tzinfo=dt_util.UTC)
"""Flair's representation of a hold without an end."""


MAX_HOLD: Final = timedelta(days=365)


def _within_a_year(duration: timedelta) -> timedelta:
    """Return the duration of a hold.

    Raises:
        ServiceValidationError: it is not positive, or longer than a year.
    """
    if not timedelta() < duration <= MAX_HOLD:
        raise validation_error("hold_out_of_range", days=str(MAX_HOLD.days))
    return duration


def hold_response(record: Structure | Room | None) -> ServiceResponse:
    """Return the hold as the response of an action."""
    if record is None:
        return {}
    return {
        "hold_until": record.hold_until.isoformat() if record.hold_until else None,
        "until_next_schedule_event": bool(record.hold_until_schedule_event),
    }


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the climate of a device."""
    match coordinator.data.get(device.key):
        case Structure():
            yield HOME.key, partial(FlairHomeClimateEntity, coordinator, device)
        case Room():
            yield ROOM.key, partial(FlairRoomClimateEntity, coordinator, device)
        case HvacUnit() as unit if unit.constraints and unit.constraints.tree:
            yield (
                UNIT.key,
                partial(FlairHvacUnitClimateEntity, coordinator, device, UNIT),
            )
