"""FarmBot's vocabularies; all of them are open, unknown words read as None.

The words are those of the server's source where not said otherwise.
"""

from ...cloud.enums import LenientEnum


class PointerType(LenientEnum):
    """What a point is."""

    PLANT = "Plant"
    WEED = "Weed"
    GENERIC_POINTER = "GenericPointer"
    """A place somebody marked, such as one where the soil's height was measured."""
    TOOL_SLOT = "ToolSlot"


class PlantStage(LenientEnum):
    """How far a plant or a weed has come; of a weed only the last three make sense."""

    PLANNED = "planned"
    PLANTED = "planted"
    SPROUTED = "sprouted"
    HARVESTED = "harvested"
    PENDING = "pending"
    """Of a weed: the camera found it, nobody confirmed it yet."""
    ACTIVE = "active"
    REMOVED = "removed"


class TimeUnit(LenientEnum):
    """What a farm event repeats in."""

    NEVER = "never"
    MINUTELY = "minutely"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class ExecutableType(LenientEnum):
    """What a farm event runs."""

    SEQUENCE = "Sequence"
    REGIMEN = "Regimen"


class LogType(LenientEnum):
    """The kinds of log messages; messages to send have the same."""

    ASSERTION = "assertion"
    BUSY = "busy"
    DEBUG = "debug"
    ERROR = "error"
    FUN = "fun"
    INFO = "info"
    SUCCESS = "success"
    WARN = "warn"


class Channel(LenientEnum):
    """Where a log message goes besides the log."""

    TICKER = "ticker"
    TOAST = "toast"
    EMAIL = "email"
    ESPEAK = "espeak"
    FATAL_EMAIL = "fatal_email"
    """The robot's own, when it stopped for good."""


class ProblemTag(LenientEnum):
    """What an alert is about."""

    SEED_DATA_MISSING = "api.seed_data.missing"
    DOCUMENTATION_UNREAD = "api.documentation.unread"
    TOUR_NOT_TAKEN = "api.tour.not_taken"
    USER_NOT_WELCOMED = "api.user.not_welcomed"
    BULLETIN_UNREAD = "api.bulletin.unread"
    """The alert's slug names the bulletin."""
    DEMO_ACCOUNT_IN_USE = "api.demo_account.in_use"


class BulletinType(LenientEnum):
    """How a bulletin is meant."""

    INFO = "info"
    SUCCESS = "success"
    WARN = "warn"


class CurveType(LenientEnum):
    """What a curve says of a plant by its age in days."""

    WATER = "water"
    """ml a day."""
    SPREAD = "spread"
    """mm."""
    HEIGHT = "height"
    """mm."""


class SortType(LenientEnum):
    """The order in which the robot visits a group's points."""

    RANDOM = "random"
    XY_ASCENDING = "xy_ascending"
    XY_DESCENDING = "xy_descending"
    XY_ALTERNATING = "xy_alternating"
    YX_ASCENDING = "yx_ascending"
    YX_DESCENDING = "yx_descending"
    YX_ALTERNATING = "yx_alternating"
    NN = "nn"
    """Always the nearest neighbour next."""


class DayOperator(LenientEnum):
    """How a group compares the age of points."""

    YOUNGER = "<"
    OLDER = ">"


class BindingType(LenientEnum):
    """What a button on the robot does: run a sequence, or something of the robot's own."""

    STANDARD = "standard"
    SPECIAL = "special"


class SpecialAction(LenientEnum):
    """What a button on the robot may do of its own."""

    EMERGENCY_LOCK = "emergency_lock"
    EMERGENCY_UNLOCK = "emergency_unlock"
    POWER_OFF = "power_off"
    READ_STATUS = "read_status"
    REBOOT = "reboot"
    SYNC = "sync"
    TAKE_PHOTO = "take_photo"
    DUMP_INFO = "dump_info"
    """Known from the vendor's own client."""


class ToolStatus(LenientEnum):
    """Whether a tool sits in a slot; what the broker says of it is wrong."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class UpdateChannel(LenientEnum):
    """Which releases of FarmBot OS the robot takes."""

    STABLE = "stable"
    BETA = "beta"
    ALPHA = "alpha"


class FirmwareHardware(LenientEnum):
    """The board that drives the motors."""

    NONE = "none"
    ARDUINO = "arduino"
    FARMDUINO = "farmduino"
    FARMDUINO_K14 = "farmduino_k14"
    FARMDUINO_K15 = "farmduino_k15"
    FARMDUINO_K16 = "farmduino_k16"
    FARMDUINO_K17 = "farmduino_k17"
    FARMDUINO_K18 = "farmduino_k18"
    FARMDUINO_K19 = "farmduino_k19"
    EXPRESS_K10 = "express_k10"
    EXPRESS_K11 = "express_k11"
    EXPRESS_K12 = "express_k12"


class ReleasePlatform(LenientEnum):
    """The computer that FarmBot OS runs on (`target`), which is what its releases are for."""

    RPI = "rpi"
    RPI3 = "rpi3"
    RPI4 = "rpi4"


class Color(LenientEnum):
    """The colours of sequences, regimens and folders."""

    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    PURPLE = "purple"
    PINK = "pink"
    GRAY = "gray"
    RED = "red"


class SyncStatus(LenientEnum):
    """Whether the robot knows what the server knows."""

    SYNC_NOW = "sync_now"
    SYNCING = "syncing"
    SYNCED = "synced"
    SYNC_ERROR = "sync_error"
    MAINTENANCE = "maintenance"
    BOOTING = "booting"
    UNKNOWN = "unknown"


class AxisState(LenientEnum):
    """What an axis does."""

    IDLE = "idle"
    BEGIN = "begin"
    ACCELERATE = "accelerate"
    CRUISE = "cruise"
    DECELERATE = "decelerate"
    STOP = "stop"
    CRAWL = "crawl"
    UNKNOWN = "unknown"


class JobUnit(LenientEnum):
    """What the progress of a job counts in."""

    PERCENT = "percent"
    BYTES = "bytes"
