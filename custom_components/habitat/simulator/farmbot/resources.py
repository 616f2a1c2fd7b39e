"""The resources of the REST API: which verbs each has, and what a record of it holds.

From the server's routes, serializers and database columns.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..core.documents import Json, Record

_NUMBER = (float, int)
_STAGES = (
    "planned",
    "planted",
    "sprouted",
    "active",
    "harvested",
    "removed",
    "pending",
)
_COLORS = ("blue", "green", "yellow", "orange", "purple", "pink", "gray", "red")
_UNITS = ("never", "minutely", "hourly", "daily", "weekly", "monthly", "yearly")
_LOGS = ("success", "busy", "warn", "error", "info", "fun", "debug", "assertion")


@dataclass(frozen=True, slots=True)
class Field:
    """What a field of a record may be."""

    default: Json = None
    kinds: tuple[type, ...] = ()
    """JSON types besides null; none is any."""
    required: bool = False
    nullable: bool = False
    """Whether null is a value; of what is not required it is one anyway."""
    options: tuple[str, ...] = ()
    fixed: bool = False
    """Clients can not write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of the API."""

    path: str
    kind: str = ""
    """The class name in topics of sync messages; without one there are none."""
    verbs: str = "ISCUD"
    """Index, show, create, update, destroy."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    pages: bool = False
    cap: int | None = None
    newest_first: bool = False
    unix: bool = False
    """Whether created_at is in seconds since the epoch instead of ISO 8601."""
    single: bool = False
    """There is exactly one; an id in its address is ignored."""
    owned: bool = False
    """Whether records name their device."""


def _text(default: Json = None, *options: str, required: bool = False) -> Field:
    return Field(default, (str,), required=required, options=options)


def _whole(default: Json = None, *, required: bool = False) -> Field:
    return Field(default, (int,), required=required)


def _real(default: Json = None, *, required: bool = False) -> Field:
    return Field(default, _NUMBER, required=required)


def _flag(default: Json = None) -> Field:
    return Field(default, (bool,))


def _mapping() -> Field:
    return Field({}, (dict,))


def _rows(*, required: bool = False) -> Field:
    return Field([], (list,), required=required)


def _fixed(default: Json = None) -> Field:
    return Field(default, fixed=True)


_NAME = _text(required=True)
_SPOT = {
    "x": _real(0.0, required=True),
    "y": _real(0.0, required=True),
    "z": _real(0.0),
}
_READ_AT = Field(kinds=_NUMBER, required=True, nullable=True)
"""Where something was read, which may be nowhere, but has to be said."""
_PIN = {
    "pin": _whole(required=True),
    "label": _text(required=True),
    "mode": _whole(0),
}
UNSTORED = frozenset({"debug", "fun"})
"""The types of logs that are told, but not kept."""

POINT_FIELDS: Mapping[str, Mapping[str, Field]] = {
    "Plant": {
        "openfarm_slug": _text("not-set"),
        "plant_stage": _text("planned", *_STAGES),
        "planted_at": _text(),
        "radius": _real(25.0),
        "depth": _real(0),
        "water_curve_id": _whole(),
        "spread_curve_id": _whole(),
        "height_curve_id": _whole(),
    },
    "Weed": {
        "radius": _real(25.0),
        "plant_stage": _text("active", *_STAGES),
        "discarded_at": _fixed(),
    },
    "GenericPointer": {"radius": _real(25.0), "discarded_at": _fixed()},
    "ToolSlot": {
        "tool_id": _whole(),
        "pullout_direction": _whole(0),
        "gantry_mounted": _flag(default=False),
    },
}
"""What points have besides what all of them have, by their type."""


def _axes(fields: Mapping[str, Json]) -> Iterator[tuple[str, Field]]:
    """Return fields for each axis; a value is one for all, or one for each in a list."""
    for name, value in fields.items():
        for index, axis in enumerate("xyz"):
            each = value[index] if isinstance(value, list) else value
            yield f"{name}_{axis}", _real(each)


_FIRMWARE: Mapping[str, Field] = {
    **dict(
        _axes(
            {
                "encoder_enabled": 0,
                "encoder_invert": 0,
                "encoder_missed_steps_decay": 5,
                "encoder_missed_steps_max": [60, 60, 60],
                "encoder_scaling": 5556,
                "encoder_type": 0,
                "encoder_use_for_pos": 0,
                "movement_axis_nr_steps": 0,
                "movement_axis_stealth": 1,
                "movement_calibration_deadzone": [50, 50, 250],
                "movement_calibration_retry": 1,
                "movement_calibration_retry_total": 10,
                "movement_enable_endpoints": 0,
                "movement_home_at_boot": 0,
                "movement_home_spd": [400, 400, 400],
                "movement_home_up": [0, 0, 1],
                "movement_invert_2_endpoints": 0,
                "movement_invert_endpoints": 0,
                "movement_invert_motor": 0,
                "movement_keep_active": [0, 0, 1],
                "movement_max_spd": [400, 400, 400],
                "movement_microsteps": 1,
                "movement_min_spd": 50,
                "movement_motor_current": 1823,
                "movement_stall_sensitivity": 63,
                "movement_step_per_mm": [5.0, 5.0, 25.0],
                "movement_steps_acc_dec": 300,
                "movement_stop_at_home": 1,
                "movement_stop_at_max": 1,
                "movement_timeout": 180,
            }
        )
    ),
    "movement_secondary_motor_x": _real(1),
    "movement_secondary_motor_invert_x": _real(1),
    "movement_min_spd_z2": _real(50),
    "movement_max_spd_z2": _real(400),
    "movement_steps_acc_dec_z2": _real(300),
    "param_config_ok": _real(0),
    "param_e_stop_on_mov_err": _real(0),
    "param_mov_nr_retry": _real(3),
    "param_test": _real(0),
    "param_use_eeprom": _real(1),
    "param_version": _real(1),
    "pin_report_1_pin_nr": _real(0),
    "pin_report_2_pin_nr": _real(0),
    **{
        f"pin_guard_{number}_{name}": _real(value)
        for number in range(1, 6)
        for name, value in (("active_state", 1), ("pin_nr", 0), ("time_out", 60))
    },
}

_WEB_FLAGS: Mapping[str, bool] = {
    "confirm_plant_deletion": True,
    "confirm_sequence_deletion": True,
    "confirm_step_deletion": False,
    "crop_images": True,
    "disable_animations": False,
    "disable_emergency_unlock_confirmation": True,
    "disable_i18n": False,
    "display_trail": True,
    "dynamic_map": False,
    "home_button_homing": True,
    "raw_encoders": False,
    "scaled_encoders": False,
    "show_camera_view_area": True,
    "show_farmbot": True,
    "show_images": True,
    "show_pins": False,
    "show_plants": True,
    "show_points": True,
    "show_sensor_readings": False,
    "show_spread": True,
    "show_weeds": True,
    "time_format_24_hour": False,
    "user_interface_read_only_mode": False,
    "x_axis_inverted": False,
    "xy_swap": False,
    "y_axis_inverted": False,
    "z_axis_inverted": False,
}

_FBOS_FLAGS: Mapping[str, bool] = {
    "arduino_debug_messages": False,
    "disable_factory_reset": True,
    "firmware_debug_log": False,
    "firmware_input_log": False,
    "firmware_output_log": False,
    "os_auto_update": True,
    "sequence_body_log": False,
    "sequence_complete_log": False,
    "sequence_init_log": False,
}


def _flags(fields: Mapping[str, bool]) -> dict[str, Field]:
    return {name: _flag(value) for name, value in fields.items()}


_ALL = (
    Resource(
        path="device",
        kind="Device",
        verbs="SU",
        single=True,
        fields={
            "name": _text("FarmBot"),
            "timezone": _text(),
            "tz_offset_hrs": _fixed(0),
            "fbos_version": _fixed("15.4.11"),
            "last_saw_api": _fixed(),
            "mounted_tool_id": _whole(),
            "fb_order_number": _text(),
            "serial_number": _fixed("0000000000000000"),
            "rpi": _text("4"),
            "indoor": _flag(default=False),
            "lat": Field(kinds=(str, *_NUMBER)),
            "lng": Field(kinds=(str, *_NUMBER)),
            "ota_hour": _whole(3),
            "ota_hour_utc": _fixed(),
            "setup_completed_at": _text(),
            "account_seeded_at": _text(),
            "last_ota_attempt_at": _fixed(),
            "throttled_at": _fixed(),
            "throttled_until": _fixed(),
            "max_log_age_in_days": _fixed(0),
            "max_sequence_count": _fixed(0),
            "max_sequence_length": _fixed(0),
        },
    ),
    Resource(
        path="users",
        kind="User",
        verbs="IUD",
        fields={
            "name": _text(required=True),
            "email": _text(required=True),
            "language": _text("English"),
        },
    ),
    Resource(
        path="alerts",
        kind="Alert",
        verbs="ID",
        unix=True,
        pages=True,
        fields={
            "problem_tag": _text(required=True),
            "priority": _whole(100),
            "slug": _text(),
        },
    ),
    Resource(
        path="curves",
        kind="Curve",
        pages=True,
        fields={
            "name": _NAME,
            "type": _text("water", "water", "spread", "height", required=True),
            "data": _mapping(),
        },
    ),
    Resource(
        path="farm_events",
        kind="FarmEvent",
        pages=True,
        fields={
            "start_time": _text(),
            "end_time": _text(),
            "repeat": _whole(1, required=True),
            "time_unit": _text("never", *_UNITS, required=True),
            "executable_id": _whole(),
            "executable_type": _text(None, "Sequence", "Regimen"),
            "body": _rows(),
        },
    ),
    Resource(
        path="farmware_envs",
        kind="FarmwareEnv",
        pages=True,
        cap=300,
        owned=True,
        fields={"key": _text(required=True), "value": Field(required=True)},
    ),
    Resource(
        path="farmware_installations",
        kind="FarmwareInstallation",
        verbs="ISCD",
        pages=True,
        owned=True,
        fields={
            "url": _text(required=True),
            "package": _text(),
            "package_error": _fixed(),
        },
    ),
    Resource(
        path="first_party_farmwares",
        verbs="IS",
        fields={"url": _text(), "package": _text(), "package_error": _fixed()},
    ),
    Resource(
        path="folders",
        kind="Folder",
        fields={
            "name": _NAME,
            "color": _text("gray", *_COLORS, required=True),
            "parent_id": _whole(),
        },
    ),
    Resource(
        path="images",
        kind="Image",
        verbs="ISCD",
        cap=450,
        newest_first=True,
        owned=True,
        fields={
            "attachment_processed_at": _fixed(),
            "attachment_url": _text(required=True),
            "meta": _mapping(),
        },
    ),
    Resource(
        path="logs",
        verbs="ICD",
        unix=True,
        cap=1000,
        newest_first=True,
        fields={
            "message": _text(required=True),
            "type": _text("info", *_LOGS),
            "verbosity": _whole(1),
            "channels": _rows(),
            "major_version": _whole(),
            "minor_version": _whole(),
            "patch_version": _whole(),
            "meta": Field(),
            "x": _real(),
            "y": _real(),
            "z": _real(),
        },
    ),
    Resource(path="peripherals", kind="Peripheral", pages=True, fields=_PIN),
    Resource(
        path="pin_bindings",
        kind="PinBinding",
        pages=True,
        owned=True,
        fields={
            "pin_num": _whole(required=True),
            "binding_type": _fixed("standard"),
            "sequence_id": _whole(),
            "special_action": _text(
                None,
                "emergency_lock",
                "emergency_unlock",
                "power_off",
                "read_status",
                "reboot",
                "sync",
                "take_photo",
            ),
        },
    ),
    Resource(
        path="plant_templates",
        kind="PlantTemplate",
        verbs="ICUD",
        pages=True,
        owned=True,
        fields={
            "saved_garden_id": _whole(required=True),
            "radius": _real(25.0),
            **_SPOT,
            "name": _text("untitled"),
            "openfarm_slug": _text("null"),
        },
    ),
    Resource(
        path="points",
        kind="Point",
        pages=True,
        cap=1000,
        owned=True,
        fields={
            "name": _text("untitled"),
            "pointer_type": _text(required=True),
            "meta": _mapping(),
            **_SPOT,
        },
    ),
    Resource(
        path="point_groups",
        kind="PointGroup",
        pages=True,
        fields={
            "name": _NAME,
            "point_ids": _rows(required=True),
            "sort_type": _text("xy_ascending"),
            "criteria": _mapping(),
        },
    ),
    Resource(
        path="regimens",
        kind="Regimen",
        pages=True,
        owned=True,
        fields={
            "name": _NAME,
            "color": _text("gray", *_COLORS, required=True),
            "body": _rows(),
            "regimen_items": _rows(required=True),
        },
    ),
    Resource(
        path="saved_gardens",
        kind="SavedGarden",
        verbs="ICUD",
        pages=True,
        owned=True,
        fields={"name": _NAME, "notes": _text()},
    ),
    Resource(
        path="scene_objects",
        kind="SceneObject",
        verbs="ICUD",
        pages=True,
        fields={
            "name": _NAME,
            "type": _text("cube"),
            **dict.fromkeys("xyz", _real(0.0)),
        },
    ),
    Resource(
        path="sensors",
        kind="Sensor",
        pages=True,
        fields={**_PIN, "mode": _whole(0, required=True)},
    ),
    Resource(
        path="sensor_readings",
        kind="SensorReading",
        verbs="ISCD",
        pages=True,
        cap=2500,
        newest_first=True,
        fields={
            "pin": _whole(required=True),
            "mode": _whole(0),
            "value": _whole(required=True),
            "x": _READ_AT,
            "y": _READ_AT,
            "z": _READ_AT,
            "read_at": _text(),
        },
    ),
    Resource(
        path="sequences",
        kind="Sequence",
        cap=75,
        fields={
            "name": _NAME,
            "color": _text("gray", *_COLORS),
            "folder_id": _whole(),
            "pinned": _flag(default=False),
            "description": _text(),
            "forked": _fixed(default=False),
            "copyright": _fixed(),
            "sequence_versions": _fixed([]),
            "sequence_version_id": _fixed(),
            "kind": _text("sequence"),
            "args": _mapping(),
            "body": _rows(required=True),
        },
    ),
    Resource(
        path="sequence_versions",
        verbs="S",
        fields={
            "name": _text(),
            "description": _text(),
            "copyright": _text(),
            "kind": _text("sequence"),
            "args": _mapping(),
            "body": _rows(),
        },
    ),
    Resource(
        path="telemetries",
        kind="Telemetry",
        verbs="ICD",
        unix=True,
        cap=300,
        newest_first=True,
        fields={
            "soc_temp": _whole(),
            "throttled": _text("0x0"),
            "wifi_level_percent": _whole(),
            "uptime": _whole(),
            "memory_usage": _whole(),
            "disk_usage": _whole(),
            "cpu_usage": _whole(),
            "target": _text("rpi4", required=True),
            "fbos_version": _text(),
            "firmware_hardware": _text(),
        },
    ),
    Resource(
        path="tools",
        kind="Tool",
        fields={
            "name": _NAME,
            "flow_rate_ml_per_s": _whole(0),
            "seeder_tip_z_offset": _real(80.0),
        },
    ),
    Resource(
        path="webcam_feeds",
        kind="WebcamFeed",
        pages=True,
        fields={"url": _text(required=True), "name": _NAME},
    ),
    Resource(
        path="wizard_step_results",
        verbs="ICUD",
        pages=True,
        fields={
            "slug": _text(required=True),
            "answer": _flag(),
            "outcome": _text(),
        },
    ),
    Resource(
        path="fbos_config",
        kind="FbosConfig",
        verbs="SUD",
        single=True,
        owned=True,
        fields={
            **_flags(_FBOS_FLAGS),
            "network_not_found_timer": _whole(),
            "firmware_hardware": _text("farmduino_k18"),
            "firmware_path": _text("ttyAMA0"),
            "update_channel": _text("stable", "stable", "beta", "alpha"),
            "boot_sequence_id": _whole(),
            "default_axis_order": _text("xy,z;high"),
            "safe_height": _real(0),
            "soil_height": _real(0),
            "gantry_height": _real(120),
        },
    ),
    Resource(
        path="firmware_config",
        kind="FirmwareConfig",
        verbs="SUD",
        single=True,
        owned=True,
        fields=_FIRMWARE,
    ),
    Resource(
        path="web_app_config",
        verbs="SUD",
        single=True,
        owned=True,
        fields={
            **_flags(_WEB_FLAGS),
            **{f"{kind}_log": _whole(1) for kind in _LOGS},
            "bot_origin_quadrant": _whole(2),
            "map_size_x": _whole(2900),
            "map_size_y": _whole(1400),
            "zoom_level": _whole(-2),
            "photo_filter_begin": _text(),
            "photo_filter_end": _text(),
            "landing_page": _text("plants"),
            "default_plant_depth": _whole(5),
            "go_button_axes": _text("XY"),
        },
    ),
)

RESOURCES: Mapping[str, Resource] = {resource.path: resource for resource in _ALL}
"""All resources by their path."""

BY_KIND: Mapping[str, Resource] = {
    resource.kind: resource for resource in _ALL if resource.kind
}
"""Those that sync messages are sent of, by their class name."""


def fields_of(resource: Resource, record: Record) -> Mapping[str, Field]:
    """Return the fields that a record may have."""
    if resource.path != "points":
        return resource.fields
    extra = POINT_FIELDS.get(str(record.get("pointer_type")), {})
    return {**resource.fields, **extra}


def complaint(resource: Resource, body: Record, *, whole: bool) -> Record:
    """Return what is wrong with a body, one message a field, as the server words it.

    `whole` says whether it is a new record, which must have all that is required.
    """
    found: Record = {}
    for name, field_ in fields_of(resource, body).items():
        wrong = _complaint(field_, body, name, whole=whole)
        if wrong:
            found[name] = f"{_title(name)} {wrong}"
    return found


def _complaint(field_: Field, body: Record, name: str, *, whole: bool) -> str | None:
    value = body.get(name)
    if name not in body:
        return "is required" if field_.required and whole else None
    if value is None:
        return "can't be nil" if field_.required and not field_.nullable else None
    if field_.kinds and not _is_one_of(value, field_.kinds):
        return f"isn't {_WORDS[field_.kinds[0]]}"
    if value == "" and field_.required:
        return "can't be blank"
    if field_.options and value not in field_.options:
        return "isn't an option"
    return None


def _title(name: str) -> str:
    """Return a field as the server names it: "Tool" for tool_id, "Pointer Type"."""
    return name.removesuffix("_id").replace("_", " ").title()


def _is_one_of(value: Json, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


_WORDS: Mapping[type, str] = {
    str: "a string",
    int: "an integer",
    float: "a float",
    bool: "a boolean",
    dict: "a hash",
    list: "an array",
}
