"""Answers of FarmBot's server, one document a resource, in the shapes of the vendor's examples."""

from custom_components.habitat.cloud.documents import Json

MADE = "2026-03-01T08:00:00.000Z"
STAMPS: dict[str, Json] = {"created_at": MADE, "updated_at": MADE}
UNIX = 1_772_352_000
"""The same moment in seconds."""

APPLICATION: Json = {
    "kind": "parameter_application",
    "args": {
        "label": "where",
        "data_value": {"kind": "tool", "args": {"tool_id": 5}},
    },
}
SCOPE: Json = {
    "version": 20180209,
    "locals": {
        "kind": "scope_declaration",
        "args": {},
        "body": [
            {
                "kind": "parameter_declaration",
                "args": {
                    "label": "where",
                    "default_value": {
                        "kind": "coordinate",
                        "args": {"x": 1, "y": 2, "z": 3},
                    },
                },
            },
            {
                "kind": "variable_declaration",
                "args": {
                    "label": "fixed",
                    "data_value": {"kind": "numeric", "args": {"number": 4}},
                },
            },
        ],
    },
}
STEPS: Json = [{"kind": "wait", "args": {"milliseconds": 100}}]

DEVICE: dict[str, Json] = {
    "id": 77,
    **STAMPS,
    "name": "Robin's bed",
    "timezone": "Europe/Oslo",
    "tz_offset_hrs": 1,
    "fbos_version": "15.4.11",
    "last_saw_api": MADE,
    "mounted_tool_id": None,
    "fb_order_number": "FB-1",
    "serial_number": "00c0ffee",
    "rpi": "4",
    "indoor": False,
    "lat": "59.9",
    "lng": "10.7",
    "ota_hour": 3,
    "ota_hour_utc": 2,
    "setup_completed_at": None,
    "throttled_at": None,
    "throttled_until": None,
    "max_log_age_in_days": 0,
    "max_sequence_count": 0,
    "max_sequence_length": 0,
}
POINTS: list[Json] = [
    {
        "id": 1,
        **STAMPS,
        "device_id": 77,
        "name": "Basil",
        "pointer_type": "Plant",
        "meta": {"bed": "3"},
        "x": 100,
        "y": 200,
        "z": 0,
        "openfarm_slug": "basil",
        "plant_stage": "planted",
        "planted_at": MADE,
        "radius": 25.0,
        "depth": 5,
        "water_curve_id": 9,
        "spread_curve_id": None,
        "height_curve_id": None,
    },
    {
        "id": 2,
        **STAMPS,
        "device_id": 77,
        "name": "Soil",
        "pointer_type": "GenericPointer",
        "meta": {"at_soil_level": "true"},
        "x": 10.5,
        "y": 20.5,
        "z": -480.25,
        "radius": 0.0,
        "discarded_at": None,
    },
    {
        "id": 3,
        **STAMPS,
        "device_id": 77,
        "name": "Weed",
        "pointer_type": "Weed",
        "meta": {},
        "x": 5.0,
        "y": 6.0,
        "z": 0.0,
        "radius": 12.0,
        "discarded_at": None,
        "plant_stage": "pending",
    },
    {
        "id": 4,
        **STAMPS,
        "device_id": 77,
        "name": "Slot",
        "pointer_type": "ToolSlot",
        "meta": {},
        "x": 7.0,
        "y": 8.0,
        "z": -300.0,
        "tool_id": 5,
        "pullout_direction": 1,
        "gantry_mounted": False,
    },
]
SEQUENCE: dict[str, Json] = {
    "id": 6,
    **STAMPS,
    "name": "Water",
    "color": "blue",
    "folder_id": 2,
    "pinned": True,
    "forked": False,
    "copyright": None,
    "description": "Waters **one** place.",
    "sequence_versions": [3, 4],
    "sequence_version_id": None,
    "kind": "sequence",
    "args": SCOPE,
    "body": STEPS,
}

DOCUMENTS: dict[str, Json] = {
    "alerts": [
        {
            "id": 1,
            "created_at": UNIX,
            "updated_at": MADE,
            "problem_tag": "api.bulletin.unread",
            "priority": 100,
            "slug": "spring-news",
        }
    ],
    "curves": [
        {
            "id": 9,
            **STAMPS,
            "name": "Thirst",
            "type": "water",
            "data": {"20": 250, "1": 50},
        }
    ],
    "device": DEVICE,
    "farm_events": [
        {
            "id": 3,
            **STAMPS,
            "start_time": MADE,
            "end_time": "2026-04-01T08:00:00.000Z",
            "repeat": 2,
            "time_unit": "daily",
            "executable_id": 6,
            "executable_type": "Sequence",
            "body": [APPLICATION],
        }
    ],
    "farmware_envs": [
        {"id": 2, **STAMPS, "device_id": 77, "key": "camera", "value": "USB"}
    ],
    "farmware_installations": [
        {
            "id": 2,
            **STAMPS,
            "url": "https://example.com/manifest.json",
            "package": "historian",
            "package_error": None,
        }
    ],
    "fbos_config": {
        "id": 4,
        **STAMPS,
        "device_id": 77,
        "firmware_hardware": "farmduino_k17",
        "os_auto_update": True,
        "update_channel": "stable",
        "boot_sequence_id": None,
        "safe_height": 0,
        "soil_height": -500,
        "gantry_height": 140,
        "default_axis_order": "xy,z;high",
        "network_not_found_timer": None,
        "sequence_init_log": False,
    },
    "featured_sequences": [
        {
            "id": 15,
            "path": "/app/shared/sequence/15",
            "name": "Weeding",
            "description": "Weeds.",
            "color": "red",
        }
    ],
    "firmware_config": {
        "id": 8,
        **STAMPS,
        "device_id": 77,
        "movement_axis_nr_steps_x": 14500,
        "movement_step_per_mm_x": 5.0,
        "movement_axis_nr_steps_y": 0,
        "movement_step_per_mm_y": 5.0,
        "movement_axis_nr_steps_z": 10000,
        "movement_home_up_z": 1,
        "pin_guard_1_pin_nr": 8,
    },
    "first_party_farmwares": [
        {"id": 1, **STAMPS, "url": "https://example.com/m.json", "package": "photo"}
    ],
    "folders": [
        {"id": 2, **STAMPS, "parent_id": None, "color": "green", "name": "Watering"}
    ],
    "global_bulletins": {
        "id": 1,
        **STAMPS,
        "slug": "spring-news",
        "title": None,
        "type": "info",
        "content": "It is spring.",
        "href": "https://example.com/spring",
        "href_label": "Read on",
    },
    "global_config": {
        "FBOS_END_OF_LIFE_VERSION": "14.6.0",
        "MINIMUM_FBOS_VERSION": "14.6.0",
        "TOS_URL": "",
        "NODE_ENV": "production",
        "SHORT_REVISION": "0badc0de",
        "MQTT_WS": "wss://broker.example.com:443/ws/mqtt",
        "SOMETHING_NEW": "1",
    },
    "images": [
        {
            "id": 11,
            **STAMPS,
            "device_id": 77,
            "attachment_processed_at": MADE,
            "attachment_url": "https://storage.example.com/11.jpg",
            "meta": {"x": 10, "y": 20.5, "z": 0, "name": "photo"},
        },
        {
            "id": 12,
            **STAMPS,
            "device_id": 77,
            "attachment_processed_at": None,
            "attachment_url": "https://example.com/placeholder.jpg?text=Processing...",
            "meta": {"x": None, "y": None, "z": None},
        },
    ],
    "logs": [
        {
            "id": 13,
            "created_at": UNIX,
            "updated_at": MADE,
            "channels": ["toast", "email"],
            "message": "Watering is done.",
            "meta": None,
            "major_version": 15,
            "minor_version": 4,
            "patch_version": 11,
            "type": "success",
            "verbosity": 1,
            "x": -1.5,
            "y": 2.0,
            "z": 0.0,
        }
    ],
    "peripherals": [{"id": 1, **STAMPS, "pin": 8, "label": "Water", "mode": 0}],
    "pin_bindings": [
        {
            "id": 46,
            **STAMPS,
            "device_id": 77,
            "sequence_id": 6,
            "special_action": None,
            "pin_num": 16,
            "binding_type": "standard",
        },
        {
            "id": 47,
            **STAMPS,
            "device_id": 77,
            "sequence_id": None,
            "special_action": "take_photo",
            "pin_num": 22,
            "binding_type": "special",
        },
    ],
    "plant_templates": [
        {
            "id": 7,
            **STAMPS,
            "saved_garden_id": 32,
            "device_id": 77,
            "radius": 1.5,
            "x": 206.0,
            "y": 426.0,
            "z": 23.0,
            "name": "Chard",
            "openfarm_slug": "swiss-chard",
        }
    ],
    "point_groups": [
        {
            "id": 15,
            **STAMPS,
            "name": "Young carrots",
            "point_ids": [1, 2],
            "sort_type": "yx_ascending",
            "criteria": {
                "day": {"op": "<", "days_ago": 10},
                "string_eq": {"openfarm_slug": ["carrot"], "meta.bed": ["3"]},
                "number_eq": {"z": [0, 1]},
                "number_lt": {"x": 400},
                "number_gt": {"x": 1.5},
            },
        }
    ],
    "points": POINTS,
    "regimens": [
        {
            "id": 14,
            **STAMPS,
            "name": "Carrots",
            "color": "orange",
            "device_id": 77,
            "body": [],
            "regimen_items": [
                {
                    "id": 6,
                    **STAMPS,
                    "regimen_id": 14,
                    "sequence_id": 6,
                    "time_offset": 36_000_000,
                }
            ],
        }
    ],
    "releases": {
        "id": 2,
        **STAMPS,
        "image_url": "https://example.com/15.4.12.fw",
        "version": "15.4.12",
        "platform": "rpi4",
        "channel": "stable",
        "dot_img_url": None,
    },
    "saved_gardens": [
        {"id": 32, **STAMPS, "name": "Last year", "device_id": 77, "notes": ""}
    ],
    "scene_objects": [
        {
            "id": 1,
            **STAMPS,
            "name": "Shed",
            "texture": "wood",
            "shape": "box",
            "color": "brown",
            "x_origin": "left",
            "y_origin": "front",
            "z_origin": "bottom",
            "x_center": 100,
            "y_center": -200,
            "z_base": 0,
            "x_size": 1000,
            "y_size": 500,
            "z_size": 2000,
            "rotation": 90,
        }
    ],
    "sensor_readings": [
        {
            "id": 1,
            **STAMPS,
            "mode": 1,
            "pin": 59,
            "value": 512,
            "x": 281.0,
            "y": 205.0,
            "z": -76.0,
            "read_at": MADE,
        }
    ],
    "sensors": [{"id": 4, **STAMPS, "pin": 59, "label": "Soil", "mode": 1}],
    "sequence_versions": {
        "id": 3,
        "created_at": MADE,
        "name": "Water",
        "description": "",
        "copyright": "Robin",
        "kind": "sequence",
        "args": SCOPE,
        "body": STEPS,
    },
    "sequences": [SEQUENCE],
    "storage_auth": {
        "verb": "POST",
        "url": "//storage.example.com/photos/",
        "form_data": {"key": "temp/1.jpg", "signature": "s3cret", "file": "here"},
        "instructions": "Send it there.",
    },
    "telemetries": [
        {
            "id": 9,
            "created_at": UNIX,
            "updated_at": MADE,
            "soc_temp": 62,
            "throttled": "0x50005",
            "wifi_level_percent": 54,
            "uptime": 832,
            "memory_usage": 22,
            "disk_usage": 4,
            "cpu_usage": 61,
            "target": "rpi4",
            "fbos_version": "15.4.11",
            "firmware_hardware": None,
        }
    ],
    "tools": [
        {
            "id": 5,
            **STAMPS,
            "name": "Watering nozzle",
            "status": "active",
            "flow_rate_ml_per_s": 20,
            "seeder_tip_z_offset": 80.0,
        }
    ],
    "users": [
        {
            "id": 234,
            **STAMPS,
            "device_id": 77,
            "name": "Robin",
            "email": "robin@example.com",
            "language": "English",
            "agreed_to_terms_at": MADE,
        }
    ],
    "web_app_config": {
        "id": 2,
        **STAMPS,
        "device_id": 77,
        "map_size_x": 2900,
        "map_size_y": 1230,
        "bot_origin_quadrant": 2,
        "xy_swap": False,
        "error_log": 3,
        "user_interface_read_only_mode": False,
        "photo_filter_begin": None,
        "internal_use": None,
        "landing_page": "plants",
    },
    "webcam_feeds": [
        {"id": 14, **STAMPS, "url": "http://192.0.2.4/cam.jpg", "name": "Bed"}
    ],
    "wizard_step_results": [
        {"id": 5, **STAMPS, "answer": False, "outcome": "error", "slug": "intro"}
    ],
}
