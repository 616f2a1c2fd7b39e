"""The climate of an infrared unit.

Who rules depends on the home. In manual each unit is its own. In auto Flair drives all units
by the home's mode and the rooms' set points, so a unit's set point is its room's, fan and swing
are what Flair shall use when it runs the unit, and the mode is not the unit's to change.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, override

from homeassistant.components.climate import (
    ATTR_HVAC_MODE,
    FAN_AUTO,
    FAN_HIGH,
    FAN_LOW,
    FAN_MEDIUM,
    SWING_OFF,
    SWING_ON,
    ClimateEntity,
    ClimateEntityDescription,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import ATTR_TEMPERATURE, UnitOfTemperature
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.unit_conversion import TemperatureConverter

from ..const import DOMAIN
from ..devices import Device
from .account import FlairAccount, key_of
from .const import MAX_TEMP, MIN_TEMP
from .entity import FlairEntity
from .models import (
    FanSpeed,
    HeatCoolMode,
    HvacUnit,
    Room,
    Structure,
    SystemMode,
    UnitMode,
)

UNIT_MODES: Final[Mapping[UnitMode, HVACMode]] = {
    UnitMode.HEAT: HVACMode.HEAT,
    UnitMode.COOL: HVACMode.COOL,
    UnitMode.DRY: HVACMode.DRY,
    UnitMode.FAN: HVACMode.FAN_ONLY,
    UnitMode.AUTO: HVACMode.HEAT_COOL,
}
_WORDS = {mode: word for word, mode in UNIT_MODES.items()}

ACTIONS: Final[Mapping[HVACMode, HVACAction]] = {
    HVACMode.OFF: HVACAction.OFF,
    HVACMode.HEAT: HVACAction.HEATING,
    HVACMode.COOL: HVACAction.COOLING,
    HVACMode.DRY: HVACAction.DRYING,
    HVACMode.FAN_ONLY: HVACAction.FAN,
}
"""What a running unit does; in Auto it does not say."""

FANS: Final[Mapping[FanSpeed, tuple[str, str]]] = {
    FanSpeed.AUTO: (FAN_AUTO, "FAN AUTO"),
    FanSpeed.HIGH: (FAN_HIGH, "FAN HI"),
    FanSpeed.MEDIUM: (FAN_MEDIUM, "FAN MID"),
    FanSpeed.LOW: (FAN_LOW, "FAN LOW"),
}
"""Home Assistant's word for a speed, and that of the constraints."""
_SPEEDS = {fan: speed for speed, (fan, _) in FANS.items()}

NO_SET_POINT: Final = frozenset({UnitMode.DRY, UnitMode.FAN, UnitMode.OFF})
"""Modes in which Flair refuses a set point."""

_SCALES: Final = {"C": UnitOfTemperature.CELSIUS, "F": UnitOfTemperature.FAHRENHEIT}


class UnitClimate(FlairEntity[HvacUnit], ClimateEntity):
    """A mini-split, window unit or heater that a puck drives by infrared."""

    def __init__(
        self,
        account: FlairAccount,
        device: Device,
        description: ClimateEntityDescription,
    ) -> None:
        """Show a unit and read its home and its room."""
        unit = account.record(device.key, HvacUnit)
        super().__init__(
            account,
            device,
            HvacUnit,
            description,
            reads=(
                key_of(Structure, unit.structure_id if unit else None),
                key_of(Room, unit.room_id if unit else None),
            ),
        )

    # What rules.

    @property
    def _home(self) -> Structure | None:
        return self.coordinator.home_of(self.record) if self.record else None

    @property
    def _room(self) -> Room | None:
        """The room that the unit stands in now; it may have been moved."""
        return self.coordinator.room_of(self.record) if self.record else None

    @property
    def _auto(self) -> bool:
        """Whether Flair drives the unit."""
        return self._home is not None and self._home.mode is SystemMode.AUTO

    @property
    def _floating(self) -> bool:
        """Whether the home is off, which leaves a unit's own mode as it was."""
        home = self._home
        return (
            self._auto
            and home is not None
            and (home.structure_heat_cool_mode is HeatCoolMode.FLOAT)
        )

    # What it is.

    @property
    def native_temperature_unit(self) -> str:
        """The scale of the unit's own set points."""
        return _SCALES[(self.record and self.record.scale) or "C"]

    temperature_unit = native_temperature_unit

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        """What the unit does; off when it has no power or the home is off."""
        unit = self.record
        if unit is None:
            return None
        if self._floating or unit.power is False or unit.mode is UnitMode.OFF:
            return HVACMode.OFF
        return (
            None if unit.mode is None or unit.power is None else UNIT_MODES[unit.mode]
        )

    @property
    @override
    def hvac_modes(self) -> list[HVACMode]:
        """All modes in manual; in auto off and the one that Flair chose."""
        unit = self.record
        if unit is None or unit.constraints is None or self._floating:
            return [HVACMode.OFF]
        if self._auto:
            running = UNIT_MODES.get(unit.mode) if unit.mode else None
            return [HVACMode.OFF, running] if running else [HVACMode.OFF]
        known = {word.value.upper(): mode for word, mode in UNIT_MODES.items()}
        return [
            HVACMode.OFF,
            *(known[mode] for mode in unit.constraints.modes if mode in known),
        ]

    @property
    @override
    def hvac_action(self) -> HVACAction | None:
        """What a running unit does by its mode."""
        return None if self.hvac_mode is None else ACTIONS.get(self.hvac_mode)

    @property
    def native_current_temperature(self) -> float | None:
        """The room's temperature."""
        return self._from_celsius(
            self._room.current_temperature_c if self._room else None
        )

    @property
    @override
    def current_humidity(self) -> float | None:
        """The room's humidity."""
        return self._room.current_humidity if self._room else None

    @property
    def native_target_temperature(self) -> float | None:
        """The room's set point in auto, else the unit's."""
        if self._auto:
            return self._from_celsius(self._room.set_point_c if self._room else None)
        return self.record.temperature if self.record else None

    current_temperature = native_current_temperature
    target_temperature = native_target_temperature

    @property
    def _set_points(self) -> tuple[float, ...]:
        """What the unit takes in its mode, swing and fan."""
        unit = self.record
        if unit is None or unit.constraints is None or unit.mode is None:
            return ()
        swing = None if unit.swing is None else "ON" if unit.swing else "OFF"
        fan = FANS[unit.fan_speed][1] if unit.fan_speed else None
        return unit.constraints.set_points(unit.mode.value.upper(), swing, fan)

    @property
    @override
    def min_temp(self) -> float:
        """The lowest set point."""
        if self._auto or not self._set_points:
            return self._from_celsius(MIN_TEMP) or MIN_TEMP
        return self._set_points[0]

    @property
    @override
    def max_temp(self) -> float:
        """The highest set point."""
        if self._auto or not self._set_points:
            return self._from_celsius(MAX_TEMP) or MAX_TEMP
        return self._set_points[-1]

    @property
    @override
    def target_temperature_step(self) -> float | None:
        """The smallest gap between set points."""
        points = self._set_points
        if self._auto or len(points) < 2:
            return None
        return min(high - low for low, high in pairwise(points))

    @property
    @override
    def supported_features(self) -> ClimateEntityFeature:
        """What the unit's constraints leave to choose."""
        features = ClimateEntityFeature.TURN_OFF | ClimateEntityFeature.TURN_ON
        if self._auto or len(self._set_points) > 1:
            features |= ClimateEntityFeature.TARGET_TEMPERATURE
        if len(self.fan_modes or ()) > 0:
            features |= ClimateEntityFeature.FAN_MODE
        if self.swing_modes:
            features |= ClimateEntityFeature.SWING_MODE
        return features

    @property
    @override
    def fan_modes(self) -> list[str] | None:
        """The speeds of the mode."""
        unit = self.record
        if unit is None or unit.constraints is None or unit.mode is None:
            return None
        offered = unit.constraints.fans(unit.mode.value.upper())
        return [fan for fan, word in FANS.values() if word in offered]

    @property
    @override
    def fan_mode(self) -> str | None:
        """The speed; in auto the one that Flair uses when it runs the unit."""
        unit = self.record
        if unit is None:
            return None
        speed = (
            (unit.default_fan_speed or unit.fan_speed) if self._auto else unit.fan_speed
        )
        return FANS[speed][0] if speed else None

    @property
    @override
    def swing_modes(self) -> list[str] | None:
        """On and off, for units that swing."""
        unit = self.record
        swings = unit is not None and (
            unit.swing is not None
            or (unit.constraints is not None and unit.constraints.swings)
        )
        return [SWING_ON, SWING_OFF] if swings else None

    @property
    @override
    def swing_mode(self) -> str | None:
        """The swing; in auto the one that Flair uses when it runs the unit."""
        unit = self.record
        if unit is None:
            return None
        swing = (
            unit.swing_auto
            if self._auto and unit.swing_auto is not None
            else unit.swing
        )
        return None if swing is None else SWING_ON if swing else SWING_OFF

    # What is asked of it.

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Change the mode: power first, then the mode, then a fan speed that goes with it."""
        unit = self._drivable()
        if hvac_mode is HVACMode.OFF:
            await self._patch(unit, {"power": False})
        elif self._auto:
            await self._patch(unit, {"power": True})
        else:
            await self._patch(unit, *_steps(unit, _WORDS[hvac_mode]))

    @override
    async def async_turn_on(self) -> None:
        """Switch the unit on in the mode it was in."""
        await self._patch(self._drivable(), {"power": True})

    @override
    async def async_turn_off(self) -> None:
        """Switch the unit off."""
        await self._patch(self._drivable(), {"power": False})

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Change the set point, of the room in auto, after the mode where that is asked for."""
        if (mode := kwargs.get(ATTR_HVAC_MODE)) is not None:
            await self.async_set_hvac_mode(mode)
        if mode is HVACMode.OFF or (value := kwargs.get(ATTR_TEMPERATURE)) is None:
            return
        unit = self._drivable()
        if self._auto:
            if (room := self._room) is None:
                raise ServiceValidationError(
                    translation_domain=DOMAIN, translation_key="unit_without_room"
                )
            celsius = TemperatureConverter.convert(
                value, self.native_temperature_unit, UnitOfTemperature.CELSIUS
            )
            await self._patch(room, {"set_point_c": round(celsius, 2), "active": True})
            return
        if self.hvac_mode is HVACMode.OFF or unit.mode in NO_SET_POINT:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="no_set_point_now"
            )
        point = min(
            self._set_points, key=lambda point: abs(point - value), default=value
        )
        await self._patch(unit, {"temperature": point})

    @override
    async def async_set_fan_mode(self, fan_mode: str) -> None:
        """Change the speed, in auto the one that Flair shall use."""
        attribute = "default_fan_speed" if self._auto else "fan_speed"
        await self._patch(self._drivable(), {attribute: _SPEEDS[fan_mode]})

    @override
    async def async_set_swing_mode(self, swing_mode: str) -> None:
        """Change the swing, in auto the one that Flair shall use."""
        attribute = "swing_auto" if self._auto else "swing"
        await self._patch(self._drivable(), {attribute: swing_mode == SWING_ON})

    def _drivable(self) -> HvacUnit:
        """Return the unit.

        Raises:
            ServiceValidationError: there is no puck to send its commands.
        """
        unit = self.record
        if unit is None or not unit.driven:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="unit_without_puck"
            )
        return unit

    async def _patch(
        self, record: HvacUnit | Room, *steps: Mapping[str, object]
    ) -> None:
        await self.coordinator.async_patch(record, *steps)

    def _from_celsius(self, value: float | None) -> float | None:
        if value is None:
            return None
        return TemperatureConverter.convert(
            value, UnitOfTemperature.CELSIUS, self.native_temperature_unit
        )


def _steps(unit: HvacUnit, mode: UnitMode) -> Iterator[Mapping[str, object]]:
    """Yield what to write, one attribute at a time as Flair demands, to run a unit in a mode."""
    if not unit.power:
        yield {"power": True}
    yield {"mode": mode}
    if mode in (UnitMode.DRY, UnitMode.AUTO) and unit.fan_speed is not FanSpeed.AUTO:
        yield {"fan_speed": FanSpeed.AUTO}
    elif mode is UnitMode.FAN and unit.fan_speed in (FanSpeed.AUTO, None):
        offered = unit.constraints.fans("FAN") if unit.constraints else ()
        speeds = {word: speed for speed, (_, word) in FANS.items()}
        firm = (
            speeds[word]
            for word in offered
            if speeds.get(word, FanSpeed.AUTO) is not FanSpeed.AUTO
        )
        if speed := next(firm, None):
            yield {"fan_speed": speed}
