"""The actions of FarmBot: commands to the robot, and changes at the server."""

from collections.abc import Iterable
from typing import Final

import voluptuous as vol

from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv

from ...vendor import DeviceService
from ..client.celery_script import ANALOG, MAX_MESSAGE_LENGTH
from ..client.enums import Color, LogType, PlantStage
from . import garden, robot
from .fields import (
    GROWING,
    LENGTH,
    MAX_LOGS,
    MAX_PIN_VALUES,
    MAX_POINTS,
    MAX_TIMEOUT,
    MODE,
    NAME_OR_ID,
    NUMBER,
    PIN,
    POINT_TYPES,
    RECORD_ID,
    RECORD_IDS,
    TEXT,
    WHERE,
    Fields,
    unicode,
    whole_number,
)

_AXES = ("x", "y", "z", "all")
_CHANNELS = ("toast", "email", "espeak")
_SERVO_PINS = (4, 5, 6, 11)


def _values(words: Iterable[str]) -> list[str]:
    return [str(word) for word in words]


def _limit(most: int) -> Fields:
    return {
        vol.Optional("limit", default=100): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=most)
        )
    }


_WAIT: Final[Fields] = {vol.Optional("wait", default=True): cv.boolean}
_WAIT_LATER: Final[Fields] = {
    vol.Optional("wait", default=False): cv.boolean,
    vol.Optional("timeout", default=3600): vol.All(
        vol.Coerce(float), vol.Range(min=10, max=MAX_TIMEOUT)
    ),
}
_AXIS: Final[Fields] = {vol.Optional("axis", default="all"): vol.In(_AXES), **_WAIT}
_PERIPHERAL: Final[Fields] = {
    vol.Exclusive("pin", "at"): PIN,
    vol.Exclusive("peripheral", "at"): NAME_OR_ID,
}

_ROBOT = (
    DeviceService(name="emergency_lock", schema={}, run=robot.emergency_lock),
    DeviceService(name="emergency_unlock", schema={}, run=robot.emergency_unlock),
    DeviceService(
        name="move",
        schema={
            **WHERE,
            vol.Optional("relative", default=False): cv.boolean,
            vol.Optional("safe_z", default=False): cv.boolean,
            vol.Optional("speed"): vol.All(
                vol.Coerce(float), vol.Range(min=1, max=100)
            ),
            **_WAIT,
        },
        run=robot.move,
    ),
    DeviceService(name="find_home", schema=_AXIS, run=robot.find_home),
    DeviceService(name="go_home", schema=_AXIS, run=robot.go_home),
    DeviceService(
        name="read_pin",
        schema={**_PERIPHERAL, vol.Exclusive("sensor", "at"): NAME_OR_ID, **MODE},
        run=robot.read_pin,
        response=SupportsResponse.ONLY,
    ),
    DeviceService(
        name="write_pin",
        schema={
            **_PERIPHERAL,
            vol.Required("value"): vol.All(
                whole_number, vol.Range(min=0, max=MAX_PIN_VALUES[ANALOG])
            ),
            **MODE,
        },
        run=robot.write_pin,
    ),
    DeviceService(name="toggle_pin", schema=_PERIPHERAL, run=robot.toggle_pin),
    DeviceService(
        name="set_servo_angle",
        schema={
            vol.Required("pin"): vol.All(whole_number, vol.In(_SERVO_PINS)),
            vol.Required("angle"): vol.All(LENGTH, vol.Range(max=180)),
        },
        run=robot.set_servo_angle,
    ),
    DeviceService(
        name="run_sequence",
        schema={
            vol.Required("sequence"): NAME_OR_ID,
            vol.Optional("variables"): {cv.string: object},
            **_WAIT_LATER,
        },
        run=robot.run_sequence,
        response=SupportsResponse.OPTIONAL,
    ),
    DeviceService(
        name="mount_tool",
        schema={vol.Required("tool"): NAME_OR_ID, **_WAIT},
        run=robot.mount_tool,
    ),
    DeviceService(name="dismount_tool", schema=_WAIT, run=robot.dismount_tool),
    DeviceService(
        name="water_plants",
        schema={
            vol.Exclusive("plants", "which"): RECORD_IDS,
            vol.Exclusive("group", "which"): NAME_OR_ID,
            vol.Exclusive("crop", "which"): TEXT,
            **_WAIT_LATER,
        },
        run=robot.water_plants,
        response=SupportsResponse.OPTIONAL,
    ),
    DeviceService(name="take_photo", schema={}, run=robot.take_photo),
    DeviceService(
        name="send_message",
        schema={
            vol.Required("message"): vol.All(
                cv.string, unicode, vol.Length(min=1, max=MAX_MESSAGE_LENGTH)
            ),
            vol.Optional("type", default=LogType.INFO.value): vol.In(
                [word.value for word in LogType]
            ),
            vol.Optional("channels", default=list): vol.All(
                cv.ensure_list, [vol.In(_CHANNELS)]
            ),
        },
        run=robot.send_message,
    ),
)


_POINT: Final[Fields] = {
    vol.Optional("name"): TEXT,
    vol.Optional("radius"): LENGTH,
    vol.Optional("crop"): TEXT,
    vol.Optional("stage"): vol.In(_values(PlantStage)),
    vol.Optional("planted_at"): cv.datetime,
    vol.Optional("color"): vol.In(_values(Color)),
}

_GARDEN = (
    DeviceService(
        name="add_point",
        schema={
            vol.Required("type"): vol.In(GROWING),
            vol.Required("x"): NUMBER,
            vol.Required("y"): NUMBER,
            vol.Optional("z", default=0): NUMBER,
            **_POINT,
        },
        run=garden.add_point,
        response=SupportsResponse.OPTIONAL,
    ),
    DeviceService(
        name="update_point",
        schema={vol.Required("point_id"): RECORD_ID, **WHERE, **_POINT},
        run=garden.update_point,
        response=SupportsResponse.OPTIONAL,
    ),
    DeviceService(
        name="remove_point",
        schema={vol.Required("points"): RECORD_IDS},
        run=garden.remove_point,
    ),
    DeviceService(
        name="search_points",
        schema={
            vol.Optional("types"): vol.All(cv.ensure_list, [vol.In(POINT_TYPES)]),
            vol.Optional("stages"): vol.All(
                cv.ensure_list, [vol.In(_values(PlantStage))]
            ),
            vol.Optional("crop"): TEXT,
            vol.Optional("name"): TEXT,
            vol.Inclusive("x", "center"): NUMBER,
            vol.Inclusive("y", "center"): NUMBER,
            vol.Optional("within"): LENGTH,
            vol.Optional("group"): NAME_OR_ID,
            **_limit(MAX_POINTS),
        },
        run=garden.search_points,
        controls=False,
        response=SupportsResponse.ONLY,
    ),
    DeviceService(
        name="add_sensor_reading",
        schema={
            vol.Exclusive("sensor", "at"): NAME_OR_ID,
            vol.Exclusive("pin", "at"): PIN,
            vol.Required("value"): vol.All(whole_number, vol.Range(min=0, max=1023)),
            **MODE,
            **WHERE,
            vol.Optional("read_at"): cv.datetime,
        },
        run=garden.add_sensor_reading,
        response=SupportsResponse.OPTIONAL,
    ),
    DeviceService(
        name="search_logs",
        schema={
            vol.Optional("message"): TEXT,
            vol.Optional("type"): vol.In(_values(LogType)),
            vol.Optional("verbosity"): vol.All(
                vol.Coerce(int), vol.Range(min=0, max=3)
            ),
            **WHERE,
            **_limit(MAX_LOGS),
        },
        run=garden.search_logs,
        controls=False,
        response=SupportsResponse.ONLY,
    ),
)


ACTIONS = (*_ROBOT, *_GARDEN)
