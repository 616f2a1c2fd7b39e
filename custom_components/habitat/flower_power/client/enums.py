"""Enums of the Flower Power cloud; unknown values read as None.

The values are those of the API without their prefix, which is the name of the gauge
("air_temperature_too_low"). The source is in docs/vendors/flower_power.md (Resources).
"""

from typing import Self, override

from ...cloud.enums import LenientEnum
from ...cloud.values import to_int


class _Prefixed(LenientEnum):
    """An enum whose values in the API have a prefix."""

    @classmethod
    @override
    def read(cls, value: object) -> Self | None:
        """Return the member with this value, with or without the prefix, or None."""
        if isinstance(value, str):
            value = value.casefold()
            for prefix in _PREFIXES:
                value = value.removeprefix(prefix)
            value = _SPELLINGS.get(value, value)
        return super().read(value)


class Status(_Prefixed):
    """The condition of a plant at one gauge (`status_key`)."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    PREDICTED_ACTION = "predicted_action"
    WAITING_DATA = "waiting_data"
    """Known from Parrot's app."""
    ACTION_DONE = "action_done"
    """Known from Parrot's app."""


class Instruction(_Prefixed):
    """The advice of a gauge (`instruction_key`)."""

    TOO_LOW = "too_low"
    GOOD = "good"
    TOO_HIGH = "too_high"
    """Known from Parrot's app."""
    PREDICTION = "prediction"
    """Only for soil moisture: good, and the next watering is predicted."""
    SOON_AVAILABLE = "soon_available"
    """The first analysis comes a day after a plant was assigned."""
    NOT_AVAILABLE = "not_available"
    """The API's own value "unavailable"."""
    NOT_MEASURABLE = "not_measurable"
    """Only for fertilizer: the plant grows without soil. Known from Parrot's app."""
    NO_PLANT = "no_plant"


class TankInstruction(_Prefixed):
    """The state of a Parrot Pot's automatic watering; all except "off" are known from the app."""

    OFF = "off"
    GOOD = "good"
    IN_AIR = "in_air"
    RESERVE_EMPTY = "reserve_empty"
    CHECK_SYSTEM = "check_system"
    UNKNOWN_ERROR = "unknown_error"
    """The API spells it "unkwown_error"."""


TANK_TROUBLES = frozenset(
    {
        TankInstruction.IN_AIR,
        TankInstruction.RESERVE_EMPTY,
        TankInstruction.CHECK_SYSTEM,
        TankInstruction.UNKNOWN_ERROR,
    }
)
"""The states of a tank that need attention."""


class WateringMode(LenientEnum):
    """The watering mode of a Parrot Pot; all except "off" are known from Parrot's app and library."""

    OFF = "off"
    MANUAL = "manual"
    AUTO = "auto"
    ECO = "eco"
    CUSTOM = "custom"
    VACATION = "vacation"


class SensorType(LenientEnum):
    """The types of sensors; only "flower-power" was seen in recordings."""

    FLOWER_POWER = "flower-power"
    POT = "pot"
    H2O = "h2o"

    @classmethod
    @override
    def read(cls, value: object) -> Self | None:
        """Return the type that a text contains, in any spelling."""
        if isinstance(value, str):
            text = "".join(filter(str.isalnum, value.casefold()))
            for hint, kind in _KINDS.items():
                if hint in text:
                    return cls(kind)
        return None


class Color(LenientEnum):
    """The colour of a sensor; the API has numbers."""

    BROWN = "brown"
    EMERALD = "emerald"
    LEMON = "lemon"
    GRAY_BROWN = "gray_brown"
    GRAY_GREEN = "gray_green"
    CLASSIC_GREEN = "classic_green"
    GRAY_BLUE = "gray_blue"

    @classmethod
    @override
    def read(cls, value: object) -> Self | None:
        """Return the colour of a number, which starts at 1."""
        colors = list(cls)
        number = to_int(value)
        if number is None:
            return super().read(value)
        return colors[number - 1] if 1 <= number <= len(colors) else None


class SharingStatus(LenientEnum):
    """Whether Parrot's app offers to share that all gauges are good."""

    CONDITIONS_UNMET = "conditions_unmet"
    TO_BE_SHARED = "to_be_shared"
    NEVER_REMIND = "never_remind"


_PREFIXES = (
    "status_",
    "air_temperature_",
    "light_",
    "fertilizer_",
    "soil_moisture_",
    "automatic_watering_",
)
_SPELLINGS = {"unavailable": "not_available", "unkwown_error": "unknown_error"}
_KINDS = {"flowerpower": "flower-power", "pot": "pot", "h2o": "h2o"}
"""Texts in a sensor's type, the more specific first."""
