"""What FarmBot's server says, by resource, with its own names.

Coordinates, radii, depths and heights are mm in the robot's own frame, times UTC. All but the id
may be missing: servers of different age have different columns. The names come from the server's
source and the vendor's example answers.
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
"""The `mode` of a pin with values from 0 to 1023 in and 0 to 255 out; 0 is digital."""

_SOIL_LEVEL = "at_soil_level"


def read_moment(value: object) -> datetime | None:
    """Read a time that is seconds since the epoch in some resources, ISO 8601 in most."""
    if isinstance(value, str):
        return to_datetime(value)
    seconds = to_float(value)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except ValueError, OverflowError, OSError:
        return None


def read_bits(value: object) -> int | None:
    """Read a bit field, a number or its text in hexadecimal such as "0x50005"."""
    if not isinstance(value, str):
        return to_int(value)
    try:
        return int(value, 0)
    except ValueError:
        return None


def read_nodes(value: object) -> str | None:
    """Return CeleryScript as JSON text, so that records stay comparable and cannot be changed."""
    # Nodes within nodes beyond all measure are refused here, and the field is odd.
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else None


def read_texts(value: object) -> Mapping[str, str]:
    """Read an object whose values are all text; what is none is left out.

    Raises:
        ValueError: it is no object.
    """
    return {
        key: text
        for name, item in _object(value).items()
        if (key := clean(name)) and (text := to_text(item)) is not None
    }


def read_curve(value: object) -> Mapping[int, float]:
    """Read the points of a curve: values by day, in the order of the days.

    Raises:
        ValueError: it is no such object.
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
    """What the records of all resources have."""

    id: int
    created_at: datetime | None = None
    updated_at: datetime | None = None


@model
class FarmBotDevice(Record):
    """The robot as its account knows it; the only one of the account."""

    name: str | None = field(default=None, metadata=PRIVATE)
    timezone: str | None = field(default=None, metadata=PRIVATE)
    """IANA's name of the zone that its schedule runs in."""
    tz_offset_hrs: float | None = None
    fbos_version: str | None = None
    last_saw_api: datetime | None = None
    """When the robot asked the server for something last; it does every 15 to 20 min."""
    mounted_tool_id: int | None = None
    fb_order_number: str | None = field(default=None, metadata=PRIVATE)
    serial_number: str | None = field(default=None, metadata=PRIVATE)
    rpi: str | None = None
    """"3", "4", "01" or "02": which Raspberry Pi it was set up as."""
    indoor: bool | None = None
    lat: float | None = field(default=None, metadata=PRIVATE)
    lng: float | None = field(default=None, metadata=PRIVATE)
    ota_hour: int | None = None
    """The hour of its day when it may update itself."""
    ota_hour_utc: int | None = None
    setup_completed_at: datetime | None = None
    account_seeded_at: datetime | None = None
    throttled_at: datetime | None = None
    throttled_until: datetime | None = None
    """Until then the server stores none of its logs: it sent too many."""
    max_log_age_in_days: int | None = None
    max_sequence_count: int | None = None
    max_sequence_length: int | None = None
    """Of these limits 0 is the server's own default."""


@model
class Alert(Record):
    """An item of the message centre."""

    created_at: datetime | None = field(default=None, metadata=_MOMENT)
    problem_tag: ProblemTag | None = None
    priority: int | None = None
    slug: str | None = None
    """Of a bulletin: which."""


@model
class Curve(Record):
    """What plants need or how they grow, by their age."""

    name: str | None = field(default=None, metadata=PRIVATE)
    type: CurveType | None = None
    data: Mapping[int, float] = field(
        default_factory=dict, metadata=read_with(read_curve)
    )
    """By day of the plant's life."""


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
    """What it gives the sequence's variables, as JSON text."""


@model
class FarmwareEnv(Record):
    """A key and a value that programs on the robot keep at the server."""

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
    """A word of `UpdateChannel`, or what else its owner was told to write."""
    boot_sequence_id: int | None = None
    safe_height: float | None = field(default=None, metadata=within(BED_PLACE))
    soil_height: float | None = field(default=None, metadata=within(BED_PLACE))
    """z, as a rule negative: downwards."""
    gantry_height: float | None = field(default=None, metadata=within(BED_PLACE))
    default_axis_order: str | None = None
    """Such as "xy,z;high"."""
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
    """A pin that the firmware switches by itself when it was in the other state for too long."""

    pin: int | None = None
    time_out: float | None = None
    """Seconds."""
    switches_on: bool | None = None
    """Whether it ends up on."""


@model
class FirmwareConfig(Record):
    """Parameters of the firmware that moves the axes: 0 and 1 for off and on, steps, seconds."""

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
        """Return how long an axis ("x", "y" or "z") is in mm; None where nobody set it."""
        steps: float | None = getattr(self, f"movement_axis_nr_steps_{axis}")
        steps_per_mm: float | None = getattr(self, f"movement_step_per_mm_{axis}")
        if steps is None or steps_per_mm is None or steps <= 0 or steps_per_mm <= 0:
            return None
        return BED_LENGTH.keep(steps / steps_per_mm)

    def pin_guard(self, number: int) -> PinGuard | None:
        """Return one of the five pin guards; None where it guards nothing."""
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
    """Where the camera was."""

    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    name: str | None = field(default=None, metadata=PRIVATE)


@model
class Image(Record):
    """A photo of the garden."""

    device_id: int | None = None
    attachment_processed_at: datetime | None = None
    """None while the photo is on its way; its address is a placeholder's then."""
    attachment_url: str | None = field(default=None, metadata=PRIVATE)
    """Public: who knows it sees the photo, and no login belongs there."""
    meta: ImageMeta = field(default_factory=ImageMeta)

    @property
    def processed(self) -> bool:
        """Whether there is a photo to see."""
        return self.attachment_processed_at is not None and bool(self.attachment_url)


@model
class Log:
    """A message of the robot or the server; those of the broker have no id."""

    id: int | None = None
    created_at: datetime | None = field(default=None, metadata=_MOMENT)
    updated_at: datetime | None = None
    message: str | None = field(default=None, metadata=HIDDEN)
    """Words of the robot, with which it also says why it refuses something."""
    type: LogType | None = None
    verbosity: int | None = None
    """1 to 3, 3 being the most talkative."""
    channels: tuple[Channel, ...] = ()
    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    major_version: int | None = None
    minor_version: int | None = None
    patch_version: int | None = None
    """Of FarmBot OS; the server's own messages have 99.99.99."""


@model
class PinDevice(Record):
    """Something at a pin of the robot."""

    pin: int | None = None
    label: str | None = field(default=None, metadata=PRIVATE)
    mode: int | None = None

    @property
    def analog(self) -> bool:
        """Whether it knows more than on and off."""
        return self.mode == ANALOG


@model
class Peripheral(PinDevice):
    """Something that the robot switches, such as a pump."""


@model
class Sensor(PinDevice):
    """Something that the robot reads."""


@model
class SensorReading(Record):
    """What a sensor read somewhere: 0 or 1, or 0 to 1023 without a unit."""

    pin: int | None = None
    mode: int | None = None
    value: float | None = field(default=None, metadata=within(PIN_VALUE))
    x: float | None = field(default=None, metadata=within(BED_PLACE))
    y: float | None = field(default=None, metadata=within(BED_PLACE))
    z: float | None = field(default=None, metadata=within(BED_PLACE))
    read_at: datetime | None = None

    @property
    def taken_at(self) -> datetime | None:
        """When it was read, or at least kept."""
        return self.read_at or self.created_at


@model
class PinBinding(Record):
    """What a button on the robot does."""

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
    """A plant, a weed, a marked place or a slot for a tool: `pointer_type` says which."""

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
    """Of a plant or a weed."""
    openfarm_slug: str | None = None
    """Of a plant: its crop, as the fields below."""
    planted_at: datetime | None = None
    depth: float | None = field(default=None, metadata=within(BED_LENGTH))
    water_curve_id: int | None = None
    spread_curve_id: int | None = None
    height_curve_id: int | None = None
    tool_id: int | None = None
    """Of a tool slot: the tool that belongs there, as the fields below."""
    pullout_direction: int | None = None
    """0 none, 1 towards higher x, 2 lower x, 3 higher y, 4 lower y."""
    gantry_mounted: bool | None = None
    """Its x is the gantry's then."""

    @property
    def began_at(self) -> datetime | None:
        """When its age counts from: a plant's planting, as the robot does; else its making."""
        if self.pointer_type is PointerType.PLANT:
            return self.planted_at
        return self.created_at

    @property
    def at_soil_level(self) -> bool:
        """Whether its z is a measured height of the soil."""
        return self.meta.get(_SOIL_LEVEL) == "true"


@model
class CriteriaDay:
    """The age that points of a group have."""

    op: DayOperator | None = None
    days_ago: float | None = None
    """0 where age does not matter."""


@model
class Criteria:
    """What makes a point belong to a group; all of it has to be true.

    The names are those of a point's columns, "meta.color" and its like for what is within meta.
    """

    day: CriteriaDay = field(default_factory=CriteriaDay)
    string_eq: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict, metadata=PRIVATE
    )
    number_eq: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    number_lt: Mapping[str, float] = field(default_factory=dict)
    number_gt: Mapping[str, float] = field(default_factory=dict)


def read_criteria(value: object) -> Criteria:
    """Read the criteria of a group; all of them, since half would let strangers in.

    Raises:
        ValueError: any of it is unreadable.
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
    """A group of points: those that are named and those that fit its criteria."""

    name: str | None = field(default=None, metadata=PRIVATE)
    point_ids: tuple[int, ...] = ()
    sort_type: SortType | None = None
    criteria: Criteria | None = field(default=None, metadata=read_with(read_criteria))


@model
class RegimenItem(Record):
    """A sequence at a time of a regimen."""

    regimen_id: int | None = None
    sequence_id: int | None = None
    time_offset: int | None = None
    """ms from the midnight on which the regimen starts."""


@model
class Regimen(Record):
    """Sequences over the days of a plant's life."""

    name: str | None = field(default=None, metadata=PRIVATE)
    color: Color | None = None
    device_id: int | None = None
    body: str | None = field(default=None, metadata={**_NODES, **HIDDEN})
    """What it gives the sequences' variables, as JSON text."""
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
    """An arrangement of plants that was put by."""

    device_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    notes: str | None = field(default=None, metadata=PRIVATE)


@model
class SceneObject(Record):
    """Decoration of the web app's view in three dimensions."""

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
    """A variable of a sequence that who runs it may give."""

    label: str = field(metadata=PRIVATE)
    kind: str | None = None
    """What its default is: "coordinate", "point", "tool", "numeric" and so on."""
    default: str | None = field(default=None, metadata=PRIVATE)
    """The default, a CeleryScript node, as JSON text."""


def read_variables(value: object) -> tuple[Variable, ...]:
    """Read the variables that a sequence's `args` declare; rubbish declares none."""
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
    """Steps that the robot takes one after another."""

    name: str | None = field(default=None, metadata=PRIVATE)
    description: str | None = field(default=None, metadata={**PRIVATE, **VERBATIM})
    """Markdown, whose lines matter."""
    color: Color | None = None
    folder_id: int | None = None
    pinned: bool | None = None
    """Whether its owner keeps it at hand."""
    forked: bool | None = None
    copyright: str | None = field(default=None, metadata=PRIVATE)
    sequence_versions: tuple[int, ...] = ()
    sequence_version_id: int | None = None
    """The published version that it was installed from."""
    variables: tuple[Variable, ...] = field(default=(), metadata=_VARIABLES)
    """What `args` declares for who runs it; variables with a fixed value are not among them."""
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
    """Leave to upload a photo, signed by the server."""

    verb: str | None = None
    url: str | None = None
    form_data: Mapping[str, str] = field(
        default_factory=dict, metadata={**_TEXTS, **PRIVATE}
    )
    instructions: str | None = None


@model
class Telemetry(Record):
    """How the robot's computer fared, one record every 5 min."""

    created_at: datetime | None = field(default=None, metadata=_MOMENT)
    soc_temp: float | None = field(default=None, metadata=within(PROCESSOR_TEMPERATURE))
    """°C."""
    throttled: int | None = field(default=None, metadata=read_with(read_bits))
    """Bits: 0 under-voltage, 1 frequency capped, 2 throttled, 3 soft limit of the temperature;
    16 higher: it has happened since it started."""
    wifi_level_percent: float | None = field(default=None, metadata=within(PERCENT))
    uptime: float | None = field(default=None, metadata=within(UPTIME))
    """s."""
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
    """Something that the robot can mount, or that sits in a slot."""

    name: str | None = field(default=None, metadata={**PRIVATE, **VERBATIM})
    """By which the robot knows it: for people see `lookup.name_of`."""
    status: ToolStatus | None = None
    """Of the broker's records always "inactive": ask the slots."""
    flow_rate_ml_per_s: float | None = field(default=None, metadata=within(POUR_RATE))
    seeder_tip_z_offset: float | None = field(default=None, metadata=within(BED_PLACE))


@model
class User(Record):
    """The person whose account it is."""

    device_id: int | None = None
    name: str | None = field(default=None, metadata=PRIVATE)
    email: str | None = field(default=None, metadata=PRIVATE)
    language: str | None = None
    agreed_to_terms_at: datetime | None = None
    inactivity_warning_sent_at: datetime | None = None


@model
class WebAppConfig(Record):
    """Preferences of the web app; changes to it are not heard over the broker."""

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
    """The address of a webcam: a picture, a film, a web page or "0" for none."""

    name: str | None = field(default=None, metadata=PRIVATE)
    url: str | None = field(default=None, metadata=PRIVATE)


@model
class WizardStepResult(Record):
    """How a step of the setup went."""

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
    """What a server says of itself to anybody."""

    FBOS_END_OF_LIFE_VERSION: str | None = None
    MINIMUM_FBOS_VERSION: str | None = None
    TOS_URL: str | None = None
    PRIV_URL: str | None = None
    NODE_ENV: str | None = None
    LONG_REVISION: str | None = None
    SHORT_REVISION: str | None = None
    MQTT_WS: str | None = None
    """The broker's address for web sockets."""


@model
class FarmwareInstallation(Record):
    """A program that was installed on the robot."""

    device_id: int | None = None
    url: str | None = field(default=None, metadata=PRIVATE)
    package: str | None = None
    package_error: str | None = field(default=None, metadata=PRIVATE)


@model
class FirstPartyFarmware(FarmwareInstallation):
    """A program that comes with FarmBot OS."""
