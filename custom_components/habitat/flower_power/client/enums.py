"""The vocabularies of the Flower Power cloud; all of them are open, unknown words read as None.

The words are those of the API without what they begin with, which repeats the gauge they stand
at ("air_temperature_too_low"). Seen in recordings where not said otherwise.
"""

from typing import Self, override

from ...cloud.enums import LenientEnum
from ...cloud.values import to_int


class _Prefixed(LenientEnum):
    """A vocabulary whose words come with a prefix."""

    @classmethod
    @override
    def read(cls, value: object) -> Self | None:
        """Return the word, None when it is none of this vocabulary."""
        if isinstance(value, str):
            value = value.casefold()
            for prefix in _PREFIXES:
                value = value.removeprefix(prefix)
            value = _SPELLINGS.get(value, value)
        return super().read(value)


class Status(_Prefixed):
    """How a plant fares at one gauge (`status_key`)."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    PREDICTED_ACTION = "predicted_action"
    WAITING_DATA = "waiting_data"
    """Known from Parrot's app."""
    ACTION_DONE = "action_done"
    """Known from Parrot's app."""


class Instruction(_Prefixed):
    """What a gauge of a plant tells its owner (`instruction_key`)."""

    TOO_LOW = "too_low"
    GOOD = "good"
    TOO_HIGH = "too_high"
    """Known from Parrot's app."""
    PREDICTION = "prediction"
    """Only of soil moisture: good, but the time to water is foreseen."""
    SOON_AVAILABLE = "soon_available"
    """A plant's first analysis comes a day after it was assigned."""
    NOT_AVAILABLE = "not_available"
    """The API's own word is "unavailable"."""
    NOT_MEASURABLE = "not_measurable"
    """Only of fertilizer: the plant grows without soil. Known from Parrot's app."""
    NO_PLANT = "no_plant"


class TankInstruction(_Prefixed):
    """What the automatic watering of a Parrot Pot tells; all but "off" known from the app."""

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
"""What a tank tells when somebody has to look after it."""


class WateringMode(LenientEnum):
    """Who waters a Parrot Pot; all but "off" known from Parrot's app and Bluetooth library."""

    OFF = "off"
    MANUAL = "manual"
    AUTO = "auto"
    ECO = "eco"
    CUSTOM = "custom"
    VACATION = "vacation"


class SensorType(LenientEnum):
    """The kinds of sensors; only "flower-power" was seen in recordings."""

    FLOWER_POWER = "flower-power"
    POT = "pot"
    H2O = "h2o"

    @classmethod
    @override
    def read(cls, value: object) -> Self | None:
        """Return the kind that a text names in whatever spelling."""
        if isinstance(value, str):
            text = "".join(filter(str.isalnum, value.casefold()))
            for hint, kind in _KINDS.items():
                if hint in text:
                    return cls(kind)
        return None


class Color(LenientEnum):
    """The colour of a sensor; the API numbers them."""

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
        """Return the colour of a number from 1."""
        colors = list(cls)
        number = to_int(value)
        if number is None:
            return super().read(value)
        return colors[number - 1] if 1 <= number <= len(colors) else None


class SharingStatus(LenientEnum):
    """Whether Parrot's app asks to share that all gauges are good."""

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
"""What a sensor's type contains, the more telling first."""
