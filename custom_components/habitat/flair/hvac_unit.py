"""The climate of an infrared unit.

The home's system mode decides who controls the units. In manual mode each unit is set on its own. In
auto mode Flair controls all units by the home's mode and the rooms' set points: the set point is that
of the room, fan and swing are used when Flair runs the unit, and the unit's mode cannot be changed.
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
from homeassistant.util.unit_conversion import TemperatureConverter

from ..devices import Device
from ..validation import validation_error
from .client.models import (
    FanSpeed,
    HeatCoolMode,
    HvacUnit,
    Room,
    Structure,
    SystemMode,
    UnitMode,
)
from .conclusions import RoomSummary
from .const import MAX_TEMP, MIN_TEMP
from .coordinator import SUMMARY, FlairCoordinator
from .devices import key_of
from .entity import FlairEntity

UNIT_MODES: Final[Mapping[UnitMode, HVACMode]] = {
    UnitMode.HEAT: HVACMode.HEAT,
    UnitMode.COOL: HVACMode.COOL,
    UnitMode.DRY: HVACMode.DRY,
    UnitMode.FAN: HVACMode.FAN_ONLY,
    UnitMode.AUTO: HVACMode.HEAT_COOL,
}
_FLAIR_MODES = {mode: word for word, mode in UNIT_MODES.items()}
_DIRECTIONS: Mapping[object, HVACMode] = {
    HeatCoolMode.HEAT: HVACMode.HEAT,
    HeatCoolMode.COOL: HVACMode.COOL,
}

ACTIONS: Final[Mapping[HVACMode, HVACAction]] = {
    HVACMode.OFF: HVACAction.OFF,
    HVACMode.HEAT: HVACAction.HEATING,
    HVACMode.COOL: HVACAction.COOLING,
    HVACMode.DRY: HVACAction.DRYING,
    HVACMode.FAN_ONLY: HVACAction.FAN,
}
"""The action of a running unit; in Auto it is not known."""

FANS: Final[Mapping[FanSpeed, tuple[str, str]]] = {
    FanSpeed.AUTO: (FAN_AUTO, "FAN AUTO"),
    FanSpeed.HIGH: (FAN_HIGH, "FAN HI"),
    FanSpeed.MEDIUM: (FAN_MEDIUM, "FAN MID"),
    FanSpeed.LOW: (FAN_LOW, "FAN LOW"),
}
"""Home Assistant's name of a fan speed, and that of the constraints."""
_SPEEDS = {fan: speed for speed, (fan, _) in FANS.items()}

NO_SET_POINT: Final = frozenset({UnitMode.DRY, UnitMode.FAN, UnitMode.OFF})
"""Modes in which Flair refuses a set point."""

_ROUNDING: Final = 0.6
"""In the unit's scale: a smaller difference to a set point comes from a conversion of units."""

_SCALES: Final = {"C": UnitOfTemperature.CELSIUS, "F": UnitOfTemperature.FAHRENHEIT}


class FlairHvacUnitClimateEntity(FlairEntity[HvacUnit], ClimateEntity):
    """A mini-split, window unit or heater that a puck drives by infrared."""

    def __init__(
        self,
        coordinator: FlairCoordinator,
        device: Device,
        description: ClimateEntityDescription,
    ) -> None:
        """Show a unit; its home's and its room's records are read too."""
        unit = coordinator.record(device.key, HvacUnit)
        super().__init__(
            coordinator,
            device,
            HvacUnit,
            description,
            reads=(
                key_of(Structure, unit.structure_id if unit else None),
                key_of(Room, unit.room_id if unit else None),
                key_of(Room, unit.room_id if unit else None, SUMMARY),
            ),
        )

    # Home and room.

    @property
    def _home(self) -> Structure | None:
        return self.coordinator.home_of(self.record) if self.record else None

    @property
    def _room(self) -> Room | None:
        """The room of the unit; it may have been moved."""
        return self.coordinator.room_of(self.record) if self.record else None

    @property
    def _room_now(self) -> RoomSummary:
        """The summary of that room."""
        room = self._room
        key = key_of(Room, room.id if room else None, SUMMARY)
        return self.coordinator.record(key, RoomSummary) or RoomSummary()

    @property
    def _auto(self) -> bool:
        """Whether Flair controls the unit, so in auto mode."""
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

    @property
    def _homes_mode(self) -> HVACMode | None:
        """The mode in which Flair runs the unit, from the home's mode."""
        home, unit = self._home, self.record
        for word in (
            home and home.structure_heat_cool_mode,
            home and home.structure_heat_cool_mode_calculated,
        ):
            if word in _DIRECTIONS:
                return _DIRECTIONS[word]
        return UNIT_MODES.get(unit.mode) if unit and unit.mode else None

    # State.

    @property
    def native_temperature_unit(self) -> str:
        """The scale of the unit's own set points."""
        return _SCALES[(self.record and self.record.scale) or "C"]

    temperature_unit = native_temperature_unit

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        """The mode of the unit; off if it has no power or the home is off."""
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
            # The current mode is offered even if the constraints do not name it.
            modes = (HVACMode.OFF, self._homes_mode, self.hvac_mode)
            return [mode for mode in dict.fromkeys(modes) if mode is not None]
        known = {word.value.upper(): mode for word, mode in UNIT_MODES.items()}
        return [
            HVACMode.OFF,
            *(known[mode] for mode in unit.constraints.modes if mode in known),
        ]

    @property
    @override
    def hvac_action(self) -> HVACAction | None:
        """The action of a running unit, by its mode."""
        return None if self.hvac_mode is None else ACTIONS.get(self.hvac_mode)

    @property
    def native_current_temperature(self) -> float | None:
        """The room's temperature."""
        return self._from_celsius(self._room_now.temperature)

    @property
    @override
    def current_humidity(self) -> float | None:
        """The room's humidity."""
        return self._room_now.humidity

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
        """The set points that the unit accepts in its mode, swing and fan speed."""
        unit = self.record
        return _set_points(unit, unit.mode, unit.fan_speed) if unit else ()

    @property
    def _range(self) -> tuple[float, ...]:
        """The set points that the unit accepts now, and in modes that a call may set with them."""
        unit = self.record
        others = [mode for mode in UNIT_MODES if unit and mode is not unit.mode]
        further = (
            point
            for mode in others
            if unit and mode not in NO_SET_POINT
            for point in _set_points(unit, mode, None)
        )
        now = () if unit and unit.mode in NO_SET_POINT else self._set_points
        return tuple(sorted({*now, *further}))

    @property
    @override
    def min_temp(self) -> float:
        """The lowest set point."""
        if self._auto or not self._range:
            return self._from_celsius(MIN_TEMP) or MIN_TEMP
        return self._range[0]

    @property
    @override
    def max_temp(self) -> float:
        """The highest set point."""
        if self._auto or not self._range:
            return self._from_celsius(MAX_TEMP) or MAX_TEMP
        return self._range[-1]

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
        """The features that the unit's constraints allow."""
        features = ClimateEntityFeature.TURN_OFF | ClimateEntityFeature.TURN_ON
        if self._auto or len(self._range) > 1:
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
        """The fan speed; in auto mode the one that Flair uses when it runs the unit."""
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
        """On and off, for units with swing."""
        unit = self.record
        swings = unit is not None and (
            unit.swing is not None
            or (unit.constraints is not None and unit.constraints.swings)
        )
        return [SWING_ON, SWING_OFF] if swings else None

    @property
    @override
    def swing_mode(self) -> str | None:
        """The swing; in auto mode the one that Flair uses when it runs the unit."""
        unit = self.record
        if unit is None:
            return None
        swing = (
            unit.swing_auto
            if self._auto and unit.swing_auto is not None
            else unit.swing
        )
        return None if swing is None else SWING_ON if swing else SWING_OFF

    # Commands: everything is checked before anything is written.

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Change the mode: power first, then the mode, then a fan speed that the mode allows."""
        unit = self._drivable()
        await self._patch(unit, *self._mode_steps(unit, hvac_mode))

    @override
    async def async_turn_on(self) -> None:
        """Switch the unit on in its last mode."""
        unit = self._drivable()
        if self._floating:
            raise validation_error("home_is_off")
        await self._patch(unit, {"power": True})

    @override
    async def async_turn_off(self) -> None:
        """Switch the unit off."""
        await self._patch(self._drivable(), {"power": False})

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Change the set point (in auto mode that of the room), and the mode if the call contains one."""
        unit = self._drivable()
        mode: HVACMode | None = kwargs.get(ATTR_HVAC_MODE)
        steps = () if mode is None else self._mode_steps(unit, mode)
        if (value := kwargs.get(ATTR_TEMPERATURE)) is None:
            await self._patch(unit, *steps)
        elif self._auto:
            room, set_point = self._room_step(value)
            if steps:
                await self._patch(unit, *steps)
            await self._patch(room, set_point)
        elif mode is HVACMode.OFF:
            # A unit that is off does not accept a set point.
            await self._patch(unit, _temperature_step(unit, value), *steps)
        else:
            word = None if mode is None else _FLAIR_MODES[mode]
            await self._patch(unit, *steps, _temperature_step(unit, value, word))

    @override
    async def async_set_fan_mode(self, fan_mode: str) -> None:
        """Change the fan speed; in auto mode the one that Flair uses."""
        attribute = "default_fan_speed" if self._auto else "fan_speed"
        await self._patch(self._drivable(), {attribute: _SPEEDS[fan_mode]})

    @override
    async def async_set_swing_mode(self, swing_mode: str) -> None:
        """Change the swing; in auto mode the one that Flair uses."""
        attribute = "swing_auto" if self._auto else "swing"
        await self._patch(self._drivable(), {attribute: swing_mode == SWING_ON})

    def _drivable(self) -> HvacUnit:
        """Return the unit.

        Raises:
            ServiceValidationError: there is no puck for its commands, or it cannot be reached.
        """
        unit = self.require_record()
        self.coordinator.require_reach(unit)
        return unit

    def _mode_steps(
        self, unit: HvacUnit, mode: HVACMode
    ) -> tuple[Mapping[str, object], ...]:
        """Return the steps that run the unit in a mode, or switch it off."""
        if mode is HVACMode.OFF:
            return ({"power": False},)
        if self._auto:
            if mode != self._homes_mode or self._floating:
                raise validation_error("unit_mode_is_the_homes")
            return ({"power": True},)
        require_offered(self, mode)
        return tuple(_steps(unit, _FLAIR_MODES[mode]))

    def _room_step(self, value: float) -> tuple[Room, Mapping[str, object]]:
        """Return the room whose set point the unit follows in auto mode, and the step to write there."""
        if (room := self._room) is None:
            raise validation_error("unit_without_room")
        celsius = TemperatureConverter.convert(
            value, self.native_temperature_unit, UnitOfTemperature.CELSIUS
        )
        return room, {"set_point_c": set_point(celsius), "active": True}

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


def set_point(celsius: float) -> float:
    """Return a set point of a home or a room, rounded to Flair's two decimals, in °C.

    Raises:
        ServiceValidationError: Flair does not accept it, or it is not a number.
    """
    if not MIN_TEMP <= celsius <= MAX_TEMP:
        raise validation_error(
            "set_point_out_of_range", min=f"{MIN_TEMP:g}", max=f"{MAX_TEMP:g}"
        )
    return round(celsius, 2)


def require_offered(climate: ClimateEntity, mode: HVACMode) -> None:
    """Check that a climate offers a mode.

    Home Assistant checks that too, but not for a mode that is set with a set point.

    Raises:
        ServiceValidationError: the climate does not offer the mode.
    """
    if mode not in climate.hvac_modes:
        raise validation_error(
            "mode_not_offered", mode=mode, modes=", ".join(climate.hvac_modes)
        )


def _set_points(
    unit: HvacUnit, mode: UnitMode | None, speed: FanSpeed | None
) -> tuple[float, ...]:
    """Return the set points that a unit accepts in a mode, at a fan speed, with its current swing."""
    if unit.constraints is None or mode is None:
        return ()
    swing = None if unit.swing is None else "ON" if unit.swing else "OFF"
    fan = FANS[speed][1] if speed else None
    return unit.constraints.set_points(mode.value.upper(), swing, fan)


def _steps(unit: HvacUnit, mode: UnitMode) -> Iterator[Mapping[str, object]]:
    """Yield the steps to run a unit in a mode; Flair accepts one attribute per request."""
    if not unit.power:
        yield {"power": True}
    yield {"mode": mode}
    if speed := _speed_for(unit, mode):
        yield {"fan_speed": speed}


def _speed_for(unit: HvacUnit, mode: UnitMode) -> FanSpeed | None:
    """Return the fan speed that a mode needs, or None if the current one is allowed."""
    if mode in (UnitMode.DRY, UnitMode.AUTO):
        return None if unit.fan_speed is FanSpeed.AUTO else FanSpeed.AUTO
    if mode is not UnitMode.FAN or unit.fan_speed not in (FanSpeed.AUTO, None):
        return None
    offered = unit.constraints.fans("FAN") if unit.constraints else ()
    speeds = {word: speed for speed, (_, word) in FANS.items()}
    firm = (
        speeds[word]
        for word in offered
        if speeds.get(word, FanSpeed.AUTO) is not FanSpeed.AUTO
    )
    return next(firm, None)


def _temperature_step(
    unit: HvacUnit, value: float, mode: UnitMode | None = None
) -> Mapping[str, object]:
    """Return the step for a set point, rounded to the nearest that the unit accepts.

    `mode` is the mode that the same call sets, if any.

    Raises:
        ServiceValidationError: the unit accepts no set point in that mode, or none near it.
    """
    runs = mode is not None or unit.power is not False
    target = mode or unit.mode
    if not runs or target in NO_SET_POINT:
        raise validation_error("no_set_point_now")
    speed = (_speed_for(unit, mode) if mode else None) or unit.fan_speed
    points = _set_points(unit, target, speed) or (value,)
    if not points[0] - _ROUNDING <= value <= points[-1] + _ROUNDING:
        raise validation_error(
            "no_such_set_point",
            min=f"{points[0]:g}",
            max=f"{points[-1]:g}",
            unit=_SCALES[unit.scale or "C"],
        )
    return {"temperature": min(points, key=lambda point: abs(point - value))}
