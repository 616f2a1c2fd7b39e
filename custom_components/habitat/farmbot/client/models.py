"""The records of FarmBot's server, by resource and with the vendor's names.

Coordinates, radii, depths and heights are in mm in the robot's coordinate system, times in UTC. All
fields except the id may be missing, since servers of different age have different columns. The names
are from the server's source and from the vendor's example answers (docs/vendors/farmbot.md).
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime

import orjson

from ...cloud.documents import Json
from ...cloud.models import HIDDEN, PRIVATE, VERBATIM, model, read_with
from ...cloud.plausible import (
    BED_LENGTH,
    BED_PLACE,
    MEMORY,
    PERCENT,
    PIN_VALUE,
    POUR_RATE,
    PROCESSOR_TEMPERATURE,
    UPTIME,
    within,
)
from ...cloud.text import clean
from ...cloud.values import to_datetime, to_float, to_int, to_str, to_text
from .enums import (
    BindingType,
    BulletinType,
    Channel,
    Color,
    CurveType,
    DayOperator,
    ExecutableType,
    FirmwareHardware,
    LogType,
    PlantStage,
    PointerType,
    ProblemTag,
    SortType,
    SpecialAction,
    TimeUnit,
    ToolStatus,
)

ANALOG = 1
"""The `mode` of a pin that reads 0 to 1023 and writes 0 to 255; 0 is digital."""

PULLOUT_DIRECTIONS: Mapping[int, tuple[int, int]] = {
    1: (1, 0),
    2: (-1, 0),
    3: (0, 1),
    4: (0, -1),
}
"""By `pullout_direction`: the direction along x and y (docs/vendors/farmbot.md, Resources)."""

_SOIL_LEVEL = "at_soil_level"


def read_moment(value: object) -> datetime | None:
    """Return a time that is seconds since the epoch or ISO 8601; None if it is neither."""
    if isinstance(value, str):
        return to_datetime(value)
    seconds = to_float(value)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except ValueError, OverflowError, OSError:
        return None


def read_bits(value: object) -> int | None:
    """Return a bit field that is a number or hexadecimal text such as "0x50005"; None if it is neither."""
    if not isinstance(value, str):
        return to_int(value)
    try:
        return int(value, 0)
    except ValueError:
        return None


def read_nodes(value: object) -> str | None:
    """Return CeleryScript as JSON text, so that records are comparable and immutable."""
    # orjson refuses nodes that are nested too deeply, and the field is counted as odd.
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else None


def read_texts(value: object) -> Mapping[str, str]:
    """Return an object whose values are texts; other values are left out.

    Raises:
        ValueError: the value is not an object.
    """
    return {
        key: text
        for name, item in _object(value).items()
        if (key := clean(name)) and (text := to_text(item)) is not None
    }


def read_curve(value: object) -> Mapping[int, float]:
    """Return the points of a curve: values by day, in the order of the days.

    Raises:
        ValueError: the value is not an object of numbers.
    """
    return {
        int(_number(day)): _number(amount)
        for day, amount in sorted(
            _object(value).items(), key=lambda item: _number(item[0])
        )
    }


def _object(value: object) -> Mapping[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - what the decoder understands
    return value


def _number(value: object) -> float:
    number = to_float(value)
    if number is None:
        raise ValueError("no number")
    return number


def _text(value: object) -> str:
    text = to_text(value)
    if text is None:
        raise ValueError("no text")
    return text


def _list(value: object) -> list[Json]:
    if not isinstance(value, list):
        raise ValueError("no list")  # noqa: TRY004 - what the decoder understands
    return value


_MOMENT = read_with(read_moment)
_NODES = read_with(read_nodes)
_TEXTS = read_with(read_texts)


@model
class Record:
    """The fields that the records of all resources have."""

    id: int
    created_at: datetime | None = None
    updated_at: datetime | None = None


@model
class FarmBotDevice(Record):
    """The robot, of which an account has exactly one."""

    name: str | None = field(default=None, metadata=PRIVATE)
    timezone: str | None = field(default=None, metadata=PRIVATE)
    """The IANA time zone of its schedule."""
    tz_offset_hrs: float | None = None
    fbos_version: str | None = None
    last_saw_api: datetime | None = None
    """When the robot sent its last request to the server; it sends one every 15 to 20 minutes."""
    mounted_tool_id: int | None = None
    fb_order_number: str | None = field(default=None, metadata=PRIVATE)
    serial_number: str | None = field(default=None, metadata=PRIVATE)
    rpi: str | None = None
    """The Raspberry Pi that was chosen in the set-up: "3", "4", "01" or "02"."""
    indoor: bool | None = None
    lat: float | None = field(default=None, metadata=PRIVATE)
    lng: float | None = field(default=None, metadata=PRIVATE)
    ota_hour: int | None = None
    """The hour of the day, in its time zone, at which it may update itself."""
    ota_hour_utc: int | None = None
    setup_completed_at: datetime | None = None
    account_seeded_at: datetime | None = None
    throttled_at: datetime | None = None
    throttled_until: datetime | None = None
    """The server stores no logs of the robot until then, because it sent too many."""
    max_log_age_in_days: int | None = None
    max_sequence_count: int | None = None
    max_sequence_length: int | None = None
    """For these limits, 0 means the default of the server."""


@model
class Alert(Record):
    """A message in the message centre of the web app."""

    created_at: datetime | None = field(default=None, metadata=_MOMENT)
    problem_tag: ProblemTag | None = None
    priority: int | None = None
    slug: str | None = None
    """The slug of the bulletin, if it is about one."""


@model
class Curve(Record):
    """Water, spread or height of plants by their age."""

    name: str | None = field(default=None, metadata=PRIVATE)
    type: CurveType | None = None
    data: Mapping[int, float] = field(
        default_factory=dict, metadata=read_with(read_curve)
    )
    """Values by day of the plant's life, see `CurveType`."""


@model
class FarmEvent(Record):
    """When a sequence or a regimen runs."""

    start_time: datetime | None = None
    end_time: datetime | None = None
    repeat: int | None = None
    time_unit: TimeUnit | None = None
    executable_id: int | None = None
    executable_type: ExecutableType | None = None
    body: str | None = field(default=None, metadata={**_NODES, **HIDDEN})
    """The values of the sequence's variables, as JSON text."""


@model
class FarmwareEnv(Record):
    """A key and a value that a program of the robot stores at the server."""

    device_id: int | None = None
    key: str | None = None
    value: str | None = field(default=None, metadata=PRIVATE)


@model
class FbosConfig(Record):
    """Settings of FarmBot OS."""

    device_id: int | None = None
    firmware_hardware: FirmwareHardware | None = None
    firmware_path: str | None = None
    os_auto_update: bool | None = None
    update_channel: str | None = None
    """One of `UpdateChannel`, or another channel that the owner has typed."""
    boot_sequence_id: int | None = None
    safe_height: float | None = field(default=None, metadata=within(BED_PLACE))
    soil_height: float | None = field(default=None, metadata=within(BED_PLACE))
    """z coordinate, usually negative, which is downwards."""
    gantry_height: float | None = field(default=None, metadata=within(BED_PLACE))
    default_axis_order: str | None = None
    """For example "xy,z;high"."""
    sequence_init_log: bool | None = None
    sequence_body_log: bool | None = None
    sequence_complete_log: bool | None = None
    disable_factory_reset: bool | None = None
    network_not_found_timer: int | None = None
    firmware_input_log: bool | None = None
    firmware_output_log: bool | None = None
    firmware_debug_log: bool | None = None
    arduino_debug_messages: bool | None = None


@model
class PinGuard:
    """A pin that the firmware switches by itself after a time-out (docs/vendors/farmbot.md, Resources)."""

    pin: int | None = None
    time_out: float | None = None
    """Seconds."""
    switches_on: bool | None = None
    """Whether the firmware switches it on instead of off."""


@model
class FirmwareConfig(Record):
    """Parameters of the firmware that moves the axes: 0 and 1 for off and on, steps, or seconds."""

    device_id: int | None = None
    encoder_enabled_x: float | None = None
    encoder_enabled_y: float | None = None
    encoder_enabled_z: float | None = None
    encoder_invert_x: float | None = None
    encoder_invert_y: float | None = None
    encoder_invert_z: float | None = None
    encoder_missed_steps_decay_x: float | None = None
    encoder_missed_steps_decay_y: float | None = None
    encoder_missed_steps_decay_z: float | None = None
    encoder_missed_steps_max_x: float | None = None
    encoder_missed_steps_max_y: float | None = None
    encoder_missed_steps_max_z: float | None = None
    encoder_scaling_x: float | None = None
    encoder_scaling_y: float | None = None
    encoder_scaling_z: float | None = None
    encoder_type_x: float | None = None
    encoder_type_y: float | None = None
    encoder_type_z: float | None = None
    encoder_use_for_pos_x: float | None = None
    encoder_use_for_pos_y: float | None = None
    encoder_use_for_pos_z: float | None = None
    movement_axis_nr_steps_x: float | None = None
    movement_axis_nr_steps_y: float | None = None
    movement_axis_nr_steps_z: float | None = None
    movement_enable_endpoints_x: float | None = None
    movement_enable_endpoints_y: float | None = None
    movement_enable_endpoints_z: float | None = None
    movement_home_at_boot_x: float | None = None
    movement_home_at_boot_y: float | None = None
    movement_home_at_boot_z: float | None = None
    movement_home_spd_x: float | None = None
    movement_home_spd_y: float | None = None
    movement_home_spd_z: float | None = None
    movement_home_up_x: float | None = None
    movement_home_up_y: float | None = None
    movement_home_up_z: float | None = None
    movement_invert_endpoints_x: float | None = None
    movement_invert_endpoints_y: float | None = None
    movement_invert_endpoints_z: float | None = None
    movement_invert_motor_x: float | None = None
    movement_invert_motor_y: float | None = None
    movement_invert_motor_z: float | None = None
    movement_keep_active_x: float | None = None
    movement_keep_active_y: float | None = None
    movement_keep_active_z: float | None = None
    movement_max_spd_x: float | None = None
    movement_max_spd_y: float | None = None
    movement_max_spd_z: float | None = None
    movement_min_spd_x: float | None = None
    movement_min_spd_y: float | None = None
    movement_min_spd_z: float | None = None
    movement_secondary_motor_invert_x: float | None = None
    movement_secondary_motor_x: float | None = None
    movement_step_per_mm_x: float | None = None
    movement_step_per_mm_y: float | None = None
    movement_step_per_mm_z: float | None = None
    movement_steps_acc_dec_x: float | None = None
    movement_steps_acc_dec_y: float | None = None
    movement_steps_acc_dec_z: float | None = None
    movement_stop_at_home_x: float | None = None
    movement_stop_at_home_y: float | None = None
    movement_stop_at_home_z: float | None = None
    movement_stop_at_max_x: float | None = None
    movement_stop_at_max_y: float | None = None
    movement_stop_at_max_z: float | None = None
    movement_timeout_x: float | None = None
    movement_timeout_y: float | None = None
    movement_timeout_z: float | None = None
    param_config_ok: float | None = None
    param_e_stop_on_mov_err: float | None = None
    param_mov_nr_retry: float | None = None
    param_test: float | None = None
    param_use_eeprom: float | None = None
    param_version: float | None = None
    pin_guard_1_active_state: float | None = None
    pin_guard_1_pin_nr: float | None = None
    pin_guard_1_time_out: float | None = None
    pin_guard_2_active_state: float | None = None
    pin_guard_2_pin_nr: float | None = None
    pin_guard_2_time_out: float | None = None
    pin_guard_3_active_state: float | None = None
    pin_guard_3_pin_nr: float | None = None
    pin_guard_3_time_out: float | None = None
    pin_guard_4_active_state: float | None = None
    pin_guard_4_pin_nr: float | None = None
    pin_guard_4_time_out: float | None = None
    pin_guard_5_active_state: float | None = None
    pin_guard_5_pin_nr: float | None = None
    pin_guard_5_time_out: float | None = None
    movement_invert_2_endpoints_x: float | None = None
    movement_invert_2_endpoints_y: float | None = None
    movement_invert_2_endpoints_z: float | None = None
    movement_microsteps_x: float | None = None
    movement_microsteps_y: float | None = None
    movement_microsteps_z: float | None = None
    movement_motor_current_x: float | None = None
    movement_motor_current_y: float | None = None
    movement_motor_current_z: float | None = None
    movement_stall_sensitivity_x: float | None = None
    movement_stall_sensitivity_y: float | None = None
    movement_stall_sensitivity_z: float | None = None
    movement_min_spd_z2: float | None = None
    movement_max_spd_z2: float | None = None
    movement_steps_acc_dec_z2: float | None = None
    movement_calibration_retry_x: float | None = None
    movement_calibration_retry_y: float | None = None
    movement_calibration_retry_z: float | None = None
    movement_calibration_deadzone_x: float | None = None
    movement_calibration_deadzone_y: float | None = None
    movement_calibration_deadzone_z: float | None = None
    movement_axis_stealth_x: float | None = None
    movement_axis_stealth_y: float | None = None
    movement_axis_stealth_z: float | None = None
    movement_calibration_retry_total_x: float | None = None
    movement_calibration_retry_total_y: float | None = None
    movement_calibration_retry_total_z: float | None = None
    pin_report_1_pin_nr: float | None = None
    pin_report_2_pin_nr: float | None = None

    def length(self, axis: str) -> float | None:
        """Return the length of an axis ("x", "y" or "z") in mm, or None if it is not set."""
        steps: float | None = getattr(self, f"movement_axis_nr_steps_{axis}")
        steps_per_mm: float | None = getattr(self, f"movement_step_per_mm_{axis}")
        if steps is None or steps_per_mm is None or steps <= 0 or steps_per_mm <= 0:
            return None
        return BED_LENGTH.keep(steps / steps_per_mm)

    def pin_guard(self, number: int) -> PinGuard | None:
        """Return one of the five pin guards (1 to 5), or None if it is off."""
        pin = getattr(self, f"pin_guard_{number}_pin_nr")
        if not pin or pin < 0:
            return None
        time_out = getattr(self, f"pin_guard_{number}_time_out")
        state = getattr(self, f"pin_guard_{number}_active_state")
        return PinGuard(
            pin=int(pin),
            time_out=None if time_out is None or time_out < 0 else time_out,
            switches_on=None if state is None else bool(state),
        )


@model
class Folder(Record):
    """A folder of sequences."""

    parent_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    color: Color | None = None


@model
class ImageMeta:
    """The position of the camera in mm, and the title of the photo."""

    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    name: str | None = field(default=None, metadata=PRIVATE)


@model
class Image(Record):
    """A photo of the garden."""

    device_id: int | None = None
    attachment_processed_at: datetime | None = None
    """None until the photo is uploaded; until then the URL is that of a placeholder."""
    attachment_url: str | None = field(default=None, metadata=PRIVATE)
    """A public URL: everyone who has it can see the photo, and no credentials are sent there."""
    meta: ImageMeta = field(default_factory=ImageMeta)

    @property
    def processed(self) -> bool:
        """Whether the photo can be fetched."""
        return self.attachment_processed_at is not None and bool(self.attachment_url)


@model
class Log:
    """A line of the log, of the robot or the server; one from the broker has no id."""

    id: int | None = None
    created_at: datetime | None = field(default=None, metadata=_MOMENT)
    updated_at: datetime | None = None
    message: str | None = field(default=None, metadata=HIDDEN)
    """Free text, which also contains why the robot refused something."""
    type: LogType | None = None
    verbosity: int | None = None
    """1 to 3; the most detailed lines have 3."""
    channels: tuple[Channel, ...] = ()
    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    major_version: int | None = None
    minor_version: int | None = None
    patch_version: int | None = None
    """The version of FarmBot OS; lines that the server writes have 99.99.99."""


@model
class PinDevice(Record):
    """A device at a pin of the robot."""

    pin: int | None = None
    label: str | None = field(default=None, metadata=PRIVATE)
    mode: int | None = None

    @property
    def analog(self) -> bool:
        """Whether its mode is analog."""
        return self.mode == ANALOG


@model
class Peripheral(PinDevice):
    """A device that the robot switches, such as a pump."""


@model
class Sensor(PinDevice):
    """A device that the robot reads."""


@model
class SensorReading(Record):
    """A reading of a sensor at a position in mm: 0 or 1, or 0 to 1023, without a unit."""

    pin: int | None = None
    mode: int | None = None
    value: float | None = field(default=None, metadata=within(PIN_VALUE))
    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    read_at: datetime | None = None

    @property
    def taken_at(self) -> datetime | None:
        """When it was read, or else when it was stored."""
        return self.read_at or self.created_at


@model
class PinBinding(Record):
    """The assignment of a button on the robot."""

    device_id: int | None = None
    pin_num: int | None = None
    binding_type: BindingType | None = None
    sequence_id: int | None = None
    special_action: SpecialAction | None = None


@model
class PlantTemplate(Record):
    """A plant of a saved garden."""

    saved_garden_id: int | None = None
    device_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    openfarm_slug: str | None = None
    radius: float | None = field(default=None, metadata=within(BED_LENGTH))
    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))


@model
class Point(Record):
    """A plant, a weed, a marked place or a tool slot, by `pointer_type`."""

    device_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    pointer_type: PointerType | None = None
    meta: Mapping[str, str] = field(
        default_factory=dict, metadata={**_TEXTS, **PRIVATE}
    )
    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    radius: float | None = field(default=None, metadata=within(BED_LENGTH))
    discarded_at: datetime | None = None
    plant_stage: PlantStage | None = None
    """For plants and weeds only."""
    openfarm_slug: str | None = None
    """The crop; this field and those down to `height_curve_id` are for plants only."""
    planted_at: datetime | None = None
    depth: float | None = field(default=None, metadata=within(BED_LENGTH))
    water_curve_id: int | None = None
    spread_curve_id: int | None = None
    height_curve_id: int | None = None
    tool_id: int | None = None
    """The tool in the slot; this field and those below are for tool slots only."""
    pullout_direction: int | None = None
    """0 none, 1 towards higher x, 2 lower x, 3 higher y, 4 lower y."""
    gantry_mounted: bool | None = None
    """Whether the slot moves with the gantry and so has its x coordinate."""

    @property
    def began_at(self) -> datetime | None:
        """The time from which its age counts: `planted_at` of a plant, as for the robot, else `created_at`."""
        if self.pointer_type is PointerType.PLANT:
            return self.planted_at
        return self.created_at

    @property
    def at_soil_level(self) -> bool:
        """Whether its z is a measured soil height (docs/vendors/farmbot.md, Resources)."""
        return self.meta.get(_SOIL_LEVEL) == "true"


@model
class CriteriaDay:
    """A condition on the age of points."""

    op: DayOperator | None = None
    days_ago: float | None = None
    """Days; 0 means that the age does not matter."""


@model
class Criteria:
    """The conditions for points of a group, all of which have to be true.

    The keys are columns of a point; keys within its meta are written as "meta.color".
    """

    day: CriteriaDay = field(default_factory=CriteriaDay)
    string_eq: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict, metadata=PRIVATE
    )
    number_eq: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    number_lt: Mapping[str, float] = field(default_factory=dict)
    number_gt: Mapping[str, float] = field(default_factory=dict)


def read_criteria(value: object) -> Criteria:
    """Return the criteria of a group; without one of them other points would fit too.

    Raises:
        ValueError: one of them cannot be read.
    """
    raw = _object(value)
    day = _object(raw.get("day"))
    op = day.get("op")
    days_ago = day.get("days_ago")
    return Criteria(
        day=CriteriaDay(
            op=None if op is None else DayOperator(_text(op)),
            days_ago=None if days_ago is None else _number(days_ago),
        ),
        string_eq={
            name: tuple(map(_text, _list(items)))
            for name, items in _object(raw.get("string_eq")).items()
        },
        number_eq={
            name: tuple(map(_number, _list(items)))
            for name, items in _object(raw.get("number_eq")).items()
        },
        number_lt={
            name: _number(item) for name, item in _object(raw.get("number_lt")).items()
        },
        number_gt={
            name: _number(item) for name, item in _object(raw.get("number_gt")).items()
        },
    )


@model
class PointGroup(Record):
    """A group of points: those with the ids and those that fit the criteria."""

    name: str | None = field(default=None, metadata=PRIVATE)
    point_ids: tuple[int, ...] = ()
    sort_type: SortType | None = None
    criteria: Criteria | None = field(default=None, metadata=read_with(read_criteria))


@model
class RegimenItem(Record):
    """A run of a sequence within a regimen."""

    regimen_id: int | None = None
    sequence_id: int | None = None
    time_offset: int | None = None
    """Milliseconds from midnight of the day on which the regimen starts."""


@model
class Regimen(Record):
    """A plan of sequences over the days of a plant's life."""

    name: str | None = field(default=None, metadata=PRIVATE)
    color: Color | None = None
    device_id: int | None = None
    body: str | None = field(default=None, metadata={**_NODES, **HIDDEN})
    """The values of the sequences' variables, as JSON text."""
    regimen_items: tuple[RegimenItem, ...] = ()


@model
class Release(Record):
    """A release of FarmBot OS."""

    version: str | None = None
    image_url: str | None = None
    dot_img_url: str | None = None
    platform: str | None = None
    channel: str | None = None


@model
class SavedGarden(Record):
    """A saved arrangement of plants."""

    device_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    notes: str | None = field(default=None, metadata=PRIVATE)


@model
class SceneObject(Record):
    """An object in the web app's three-dimensional view."""

    name: str | None = field(default=None, metadata=PRIVATE)
    texture: str | None = None
    color: str | None = None
    show: str | None = None
    shape: str | None = None
    x_origin: str | None = None
    y_origin: str | None = None
    z_origin: str | None = None
    x_center: float | None = None
    y_center: float | None = None
    z_base: float | None = None
    x_size: float | None = None
    y_size: float | None = None
    z_size: float | None = None
    rotation: float | None = None


@model
class Variable:
    """A variable of a sequence, which can be set when it is run."""

    label: str = field(metadata=PRIVATE)
    kind: str | None = None
    """The kind of its default: "coordinate", "point", "tool", "numeric" and others."""
    default: str | None = field(default=None, metadata=PRIVATE)
    """The default, a CeleryScript node, as JSON text."""


def read_variables(value: object) -> tuple[Variable, ...]:
    """Return the variables that a sequence's `args` declare, without those that cannot be read."""
    declarations = _inner(_inner(value, "locals"), "body")
    return tuple(
        variable
        for node in (declarations if isinstance(declarations, list) else ())
        if _inner(node, "kind") == "parameter_declaration"
        if (variable := _variable(_inner(node, "args"))) is not None
    )


def _variable(declared: Json) -> Variable | None:
    label = to_str(_inner(declared, "label"))
    default = _inner(declared, "default_value")
    if not label:
        return None
    return Variable(
        label=label, kind=to_str(_inner(default, "kind")), default=read_nodes(default)
    )


def _inner(value: object, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


_VARIABLES = read_with(read_variables, key="args")


@model
class Sequence(Record):
    """Steps that the robot carries out one after another."""

    name: str | None = field(default=None, metadata=PRIVATE)
    description: str | None = field(default=None, metadata={**PRIVATE, **VERBATIM})
    """Markdown, so line breaks are kept."""
    color: Color | None = None
    folder_id: int | None = None
    pinned: bool | None = None
    """Whether its owner has pinned it in the web app."""
    forked: bool | None = None
    copyright: str | None = field(default=None, metadata=PRIVATE)
    sequence_versions: tuple[int, ...] = ()
    sequence_version_id: int | None = None
    """The published version that it was installed from."""
    variables: tuple[Variable, ...] = field(default=(), metadata=_VARIABLES)
    """The variables that can be set when it is run, without those that have a fixed value."""
    body: str | None = field(default=None, metadata={**_NODES, **HIDDEN})
    """The steps, as JSON text."""


@model
class SequenceVersion(Record):
    """A published version of a sequence."""

    name: str | None = field(default=None, metadata=PRIVATE)
    description: str | None = field(default=None, metadata=PRIVATE)
    copyright: str | None = field(default=None, metadata=PRIVATE)
    variables: tuple[Variable, ...] = field(default=(), metadata=_VARIABLES)
    body: str | None = field(default=None, metadata={**_NODES, **HIDDEN})
    """The steps, as JSON text."""


@model
class FeaturedSequence:
    """A sequence that the vendor recommends."""

    id: int
    path: str | None = None
    name: str | None = None
    description: str | None = None
    color: Color | None = None


@model
class StorageAuth:
    """A permission to upload a photo, signed by the server."""

    verb: str | None = None
    url: str | None = None
    form_data: Mapping[str, str] = field(
        default_factory=dict, metadata={**_TEXTS, **PRIVATE}
    )
    instructions: str | None = None


@model
class Telemetry(Record):
    """Measurements of the robot's computer, one record every 5 minutes."""

    created_at: datetime | None = field(default=None, metadata=_MOMENT)
    soc_temp: float | None = field(default=None, metadata=within(PROCESSOR_TEMPERATURE))
    """°C."""
    throttled: int | None = field(default=None, metadata=read_with(read_bits))
    """Bit field, see `Vitals.throttled`."""
    wifi_level_percent: float | None = field(default=None, metadata=within(PERCENT))
    uptime: float | None = field(default=None, metadata=within(UPTIME))
    """Seconds."""
    memory_usage: float | None = field(default=None, metadata=within(MEMORY))
    """MB."""
    disk_usage: float | None = field(default=None, metadata=within(PERCENT))
    """%."""
    cpu_usage: float | None = field(default=None, metadata=within(PERCENT))
    """%."""
    target: str | None = None
    fbos_version: str | None = None
    firmware_hardware: FirmwareHardware | None = None


@model
class Tool(Record):
    """A tool that the robot can mount, or another object in a slot."""

    name: str | None = field(default=None, metadata={**PRIVATE, **VERBATIM})
    """The name for the robot, exactly as stored; see `lookup.name_of` for the one to show."""
    status: ToolStatus | None = None
    """Always "inactive" in records from the broker, so the slots are used instead."""
    flow_rate_ml_per_s: float | None = field(default=None, metadata=within(POUR_RATE))
    seeder_tip_z_offset: float | None = field(default=None, metadata=within(BED_PLACE))


@model
class User(Record):
    """The owner of the account."""

    device_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    email: str | None = field(default=None, metadata=PRIVATE)
    language: str | None = None
    agreed_to_terms_at: datetime | None = None
    inactivity_warning_sent_at: datetime | None = None


@model
class WebAppConfig(Record):
    """Preferences of the web app; the broker does not send changes of them."""

    device_id: int | None = None
    confirm_step_deletion: bool | None = None
    disable_animations: bool | None = None
    disable_i18n: bool | None = None
    display_trail: bool | None = None
    dynamic_map: bool | None = None
    encoder_figure: bool | None = None
    hide_webcam_widget: bool | None = None
    legend_menu_open: bool | None = None
    raw_encoders: bool | None = None
    scaled_encoders: bool | None = None
    show_spread: bool | None = None
    show_farmbot: bool | None = None
    show_plants: bool | None = None
    show_points: bool | None = None
    x_axis_inverted: bool | None = None
    y_axis_inverted: bool | None = None
    z_axis_inverted: bool | None = None
    bot_origin_quadrant: int | None = None
    zoom_level: int | None = None
    success_log: int | None = None
    busy_log: int | None = None
    warn_log: int | None = None
    error_log: int | None = None
    info_log: int | None = None
    fun_log: int | None = None
    debug_log: int | None = None
    stub_config: bool | None = None
    show_first_party_farmware: bool | None = None
    enable_browser_speak: bool | None = None
    show_images: bool | None = None
    photo_filter_begin: datetime | None = None
    photo_filter_end: datetime | None = None
    discard_unsaved: bool | None = None
    xy_swap: bool | None = None
    home_button_homing: bool | None = None
    show_motor_plot: bool | None = None
    show_historic_points: bool | None = None
    show_sensor_readings: bool | None = None
    show_dev_menu: bool | None = None
    internal_use: str | None = field(default=None, metadata=PRIVATE)
    time_format_24_hour: bool | None = None
    show_pins: bool | None = None
    disable_emergency_unlock_confirmation: bool | None = None
    map_size_x: float | None = None
    map_size_y: float | None = None
    expand_step_options: bool | None = None
    hide_sensors: bool | None = None
    confirm_plant_deletion: bool | None = None
    confirm_sequence_deletion: bool | None = None
    discard_unsaved_sequences: bool | None = None
    user_interface_read_only_mode: bool | None = None
    assertion_log: int | None = None
    show_zones: bool | None = None
    show_weeds: bool | None = None
    display_map_missed_steps: bool | None = None
    time_format_seconds: bool | None = None
    crop_images: bool | None = None
    show_camera_view_area: bool | None = None
    view_celery_script: bool | None = None
    highlight_modified_settings: bool | None = None
    show_advanced_settings: bool | None = None
    show_soil_interpolation_map: bool | None = None
    show_moisture_interpolation_map: bool | None = None
    clip_image_layer: bool | None = None
    beep_verbosity: int | None = None
    landing_page: str | None = None
    go_button_axes: str | None = None
    show_uncropped_camera_view_area: bool | None = None
    default_plant_depth: float | None = None
    show_missed_step_plot: bool | None = None
    enable_3d_electronics_box_top: bool | None = None


@model
class WebcamFeed(Record):
    """The address of a webcam: a picture, a stream, a web page or "0" for none."""

    name: str | None = field(default=None, metadata=PRIVATE)
    url: str | None = field(default=None, metadata=PRIVATE)


@model
class WizardStepResult(Record):
    """The result of a step of the set-up."""

    device_id: int | None = None
    slug: str | None = None
    answer: bool | None = None
    outcome: str | None = field(default=None, metadata=PRIVATE)


@model
class GlobalBulletin(Record):
    """News from the vendor for all users of a server."""

    slug: str | None = None
    title: str | None = None
    type: BulletinType | None = None
    content: str | None = None
    href: str | None = None
    href_label: str | None = None


@model
class GlobalConfig:
    """Public facts about a server."""

    FBOS_END_OF_LIFE_VERSION: str | None = None
    MINIMUM_FBOS_VERSION: str | None = None
    TOS_URL: str | None = None
    PRIV_URL: str | None = None
    NODE_ENV: str | None = None
    LONG_REVISION: str | None = None
    SHORT_REVISION: str | None = None
    MQTT_WS: str | None = None
    """The web-socket address of the broker."""


@model
class FarmwareInstallation(Record):
    """A program that is installed on the robot."""

    device_id: int | None = None
    url: str | None = field(default=None, metadata=PRIVATE)
    package: str | None = None
    package_error: str | None = field(default=None, metadata=PRIVATE)


@model
class FirstPartyFarmware(FarmwareInstallation):
    """A program that is part of FarmBot OS."""
