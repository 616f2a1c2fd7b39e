"""FarmBot's enumerations; values that they do not have are read as None.

The values are those of the server's source (docs/vendors/farmbot.md, Web app) unless noted otherwise.
"""

from ...cloud.enums import LenientEnum


class PointerType(LenientEnum):
    """The type of a point."""

    PLANT = "Plant"
    WEED = "Weed"
    GENERIC_POINTER = "GenericPointer"
    """A marked place, such as one where the soil height was measured."""
    TOOL_SLOT = "ToolSlot"


class PlantStage(LenientEnum):
    """The stage of a plant or weed; weeds only have the last three."""

    PLANNED = "planned"
    PLANTED = "planted"
    SPROUTED = "sprouted"
    HARVESTED = "harvested"
    PENDING = "pending"
    """A weed that the camera has found and that is not confirmed yet."""
    ACTIVE = "active"
    REMOVED = "removed"


class TimeUnit(LenientEnum):
    """The unit in which a farm event repeats."""

    NEVER = "never"
    MINUTELY = "minutely"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class ExecutableType(LenientEnum):
    """The type of what a farm event runs."""

    SEQUENCE = "Sequence"
    REGIMEN = "Regimen"


class LogType(LenientEnum):
    """The types of log messages, and of messages to send."""

    ASSERTION = "assertion"
    BUSY = "busy"
    DEBUG = "debug"
    ERROR = "error"
    FUN = "fun"
    INFO = "info"
    SUCCESS = "success"
    WARN = "warn"


class Channel(LenientEnum):
    """The channels that a log message is sent to in addition to the log."""

    TICKER = "ticker"
    TOAST = "toast"
    EMAIL = "email"
    ESPEAK = "espeak"
    FATAL_EMAIL = "fatal_email"
    """Used by the robot itself when it has failed permanently."""


class ProblemTag(LenientEnum):
    """The subject of an alert."""

    SEED_DATA_MISSING = "api.seed_data.missing"
    DOCUMENTATION_UNREAD = "api.documentation.unread"
    TOUR_NOT_TAKEN = "api.tour.not_taken"
    USER_NOT_WELCOMED = "api.user.not_welcomed"
    BULLETIN_UNREAD = "api.bulletin.unread"
    """The slug of the alert is that of the bulletin."""
    DEMO_ACCOUNT_IN_USE = "api.demo_account.in_use"


class BulletinType(LenientEnum):
    """The type of a bulletin."""

    INFO = "info"
    SUCCESS = "success"
    WARN = "warn"


class CurveType(LenientEnum):
    """The quantity of a curve, by a plant's age in days."""

    WATER = "water"
    """ml per day."""
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
    """The nearest remaining point comes next."""


class DayOperator(LenientEnum):
    """The comparison of a point's age with that of a group."""

    YOUNGER = "<"
    OLDER = ">"


class BindingType(LenientEnum):
    """Whether a button on the robot runs a sequence or a special action."""

    STANDARD = "standard"
    SPECIAL = "special"


class SpecialAction(LenientEnum):
    """The special actions of a button on the robot."""

    EMERGENCY_LOCK = "emergency_lock"
    EMERGENCY_UNLOCK = "emergency_unlock"
    POWER_OFF = "power_off"
    READ_STATUS = "read_status"
    REBOOT = "reboot"
    SYNC = "sync"
    TAKE_PHOTO = "take_photo"
    DUMP_INFO = "dump_info"
    """Known from farmbot-js."""


class ToolStatus(LenientEnum):
    """Whether a tool is in a slot; it is wrong in records from the broker."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class UpdateChannel(LenientEnum):
    """Which releases of FarmBot OS the robot installs."""

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
    """The kind of computer (`target`) that a release of FarmBot OS is for."""

    RPI = "rpi"
    RPI3 = "rpi3"
    RPI4 = "rpi4"


class Color(LenientEnum):
    """The colours of sequences, regimens, folders and points."""

    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    PURPLE = "purple"
    PINK = "pink"
    GRAY = "gray"
    RED = "red"


class SyncStatus(LenientEnum):
    """Whether the robot has the data of the server."""

    SYNC_NOW = "sync_now"
    SYNCING = "syncing"
    SYNCED = "synced"
    SYNC_ERROR = "sync_error"
    MAINTENANCE = "maintenance"
    BOOTING = "booting"
    UNKNOWN = "unknown"


class AxisState(LenientEnum):
    """The state of an axis; the values are those of FarmBot OS."""

    IDLE = "idle"
    BEGIN = "begin"
    ACCELERATE = "accelerate"
    CRUISE = "cruise"
    DECELERATE = "decelerate"
    STOP = "stop"
    CRAWL = "crawl"
    UNKNOWN = "unknown"


class JobUnit(LenientEnum):
    """The unit of a job's progress; the values are those of FarmBot OS."""

    PERCENT = "percent"
    BYTES = "bytes"
