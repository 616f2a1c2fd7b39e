"""FarmBot's sensors: what each of the robot's and the server's words shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.habitat.farmbot.client.models import SensorReading
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.farmbot.builder import robot
from custom_components.habitat.simulator.farmbot.demo import standard
from custom_components.habitat.simulator.farmbot.robot import Robot
from custom_components.habitat.simulator.farmbot.world import stamp
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from tests.support.common import NOW, START, counted_writes, tick

from .conftest import Setting, SetUp


def say(**values: object) -> Callable[[Robot], None]:
    """Return what makes the robot say something else of itself."""

    def change(robot: Robot) -> None:
        for name, value in values.items():
            setattr(robot.state, name, value)

    return change


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        (say(position={"x": 1.26, "y": 2.0, "z": -3.0}), "position_x", "1.26"),
        (say(position={"x": 1.0, "y": 2.5, "z": -3.0}), "position_y", "2.5"),
        (say(position={"x": 1.0, "y": 2.0, "z": -3.5}), "position_z", "-3.5"),
        (
            say(position={"x": 7.0, "y": 2.0, "z": 0.0}),
            "scaled_encoders_x",
            "7.0",
        ),
        (say(position={"x": 7.0, "y": 2.0, "z": 0.0}), "raw_encoders_x", "35.0"),
        (say(load={"x": 0.0, "y": 33.0, "z": 0.0}), "load_y", "33.0"),
        (
            say(axes={"x": "idle", "y": "idle", "z": "crawl"}),
            "axis_state_z",
            "crawl",
        ),
        (
            say(axes={"x": "unknown", "y": "idle", "z": "idle"}),
            "axis_state_x",
            STATE_UNKNOWN,
        ),
        (say(sync_status="sync_error"), "sync_status", "sync_error"),
        (say(sync_status="unknown"), "sync_status", STATE_UNKNOWN),
        (say(sync_status="dozing"), "sync_status", STATE_UNKNOWN),
        (say(soc_temp=61), "soc_temp", "61"),
        (say(wifi_level=-71), "wifi_level", "-71"),
        (say(wifi_level_percent=12), "wifi_level_percent", "12"),
        (say(cpu_usage=99), "cpu_usage", "99"),
        (say(disk_usage=88), "disk_usage", "88"),
        (say(memory_usage=301), "memory_usage", "301"),
        (say(memory_usage=None), "memory_usage", STATE_UNKNOWN),
    ],
)
async def test_status(
    change: Callable[[Robot], None],
    key: str,
    value: str,
    all_enabled: None,
    garden: Setting,
) -> None:
    """What the robot says of itself is shown as it says it, and that it goes when it does."""
    change(garden.cloud.robot)
    garden.cloud.robot.tell()

    def told() -> bool:
        shown = garden.value(key)
        return shown == value or (value[-1].isdigit() and float(shown) == float(value))

    await garden.until(told)
    await garden.lose_robot()
    assert garden.value(key) == STATE_UNAVAILABLE


async def test_same_status(garden: Setting) -> None:
    """A status that says the same as before, or what nobody shows, writes no state."""
    await garden.pushed(2)
    with counted_writes() as writes:
        garden.cloud.robot.state.wifi_level = -80
        garden.cloud.robot.tell()
        vitals = garden.account.data["vitals"]
        await garden.until(lambda: garden.account.data["vitals"] != vitals)
    assert not writes


async def test_check_in(all_enabled: None, garden: Setting) -> None:
    """That the robot showed itself at the server is news to nobody who does not show that."""
    number = garden.cloud.world.number
    before = garden.account.data["device"]
    with counted_writes() as writes:
        garden.cloud.set(
            "device", number, last_saw_api=stamp(NOW + 900), fbos_version="15.4.11"
        )
        await garden.until(lambda: garden.account.data["device"] != before)
        await garden.pushed(2)
    assert set(writes) <= {garden.entity("sensor", "last_seen")}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (say(position={"x": 1e6, "y": 2.0, "z": -3.0}), "position_x"),
        (say(position={"x": 1.0, "y": -65_536.0, "z": -3.0}), "position_y"),
        (say(position={"x": 99_999.0, "y": 2.0, "z": 0.0}), "scaled_encoders_x"),
        (say(load={"x": 0.0, "y": 233.0, "z": 0.0}), "load_y"),
        (say(load={"x": -1.0, "y": 0.0, "z": 0.0}), "load_x"),
        (say(soc_temp=-273), "soc_temp"),
        (say(soc_temp=4_000), "soc_temp"),
        (say(wifi_level=71), "wifi_level"),
        (say(wifi_level_percent=101), "wifi_level_percent"),
        (say(cpu_usage=-1), "cpu_usage"),
        (say(disk_usage=655), "disk_usage"),
        (say(memory_usage=-5), "memory_usage"),
        (say(uptime=-60), "uptime"),
        (say(uptime=1e300), "uptime"),
    ],
)
async def test_what_cannot_be(
    change: Callable[[Robot], None], key: str, all_enabled: None, garden: Setting
) -> None:
    """A number that the quantity cannot have is unknown, and the rest of the robot is not."""
    change(garden.cloud.robot)
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_UNKNOWN)
    assert garden.value("sync_status") != STATE_UNKNOWN


async def test_zeros(all_enabled: None, garden: Setting) -> None:
    """A zero is a number like others."""
    say(
        position={"x": 0.0, "y": 0.0, "z": 0.0},
        soc_temp=0,
        wifi_level_percent=0,
        cpu_usage=0,
    )(garden.cloud.robot)
    garden.cloud.robot.tell()
    for key in ("soc_temp", "wifi_level_percent", "cpu_usage", "position_x"):
        await garden.until(lambda: garden.value(key) in ("0", "0.0"))  # noqa: B023 - called within the turn


async def test_pin_guards(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """A pin guard that is set says after how long it switches which pin to what."""
    world = robot(1, clock)
    world.single("firmware_config").update(
        pin_guard_1_pin_nr=8,
        pin_guard_1_time_out=60,
        pin_guard_1_active_state=0,
        pin_guard_2_pin_nr=0,
        pin_guard_2_time_out=60,
    )
    setting = await set_up_farmbot(world)
    shown = setting.shown("sensor", setting.number, "pin_guard_1")
    assert float(shown.state) == 60
    assert shown.name == "Sunny Pin guard 1"
    assert (shown.attributes["pin"], shown.attributes["switches_on"]) == (8, False)
    assert not setting.has("pin_guard_2")
    await setting.connect()
    config = int(str(world.single("firmware_config")["id"]))
    setting.cloud.set(
        "firmware_config",
        config,
        pin_guard_1_pin_nr=0,
        pin_guard_3_pin_nr=9,
        pin_guard_3_time_out=0,
        pin_guard_3_active_state=1,
    )
    await setting.until(lambda: setting.has("pin_guard_3"))
    await setting.until_shown("pin_guard_1", STATE_UNKNOWN)
    shown = setting.shown("sensor", setting.number, "pin_guard_3")
    assert float(shown.state) == 0
    assert shown.attributes["switches_on"] is True
    setting.cloud.set("firmware_config", config, pin_guard_3_time_out=-1)
    await setting.until_shown("pin_guard_3", STATE_UNKNOWN)


async def test_only_one_axis(garden: Setting) -> None:
    """Of three axes in one record, only the one that moved is written."""
    with counted_writes() as writes:
        garden.cloud.robot.state.position["x"] = 12.0
        garden.cloud.robot.tell()
        await garden.until(lambda: garden.value("position_x") == "12.0")
    assert garden.entity("sensor", "position_x") in writes
    assert garden.entity("sensor", "position_y") not in writes


@pytest.mark.parametrize(
    ("board", "there"), [("farmduino_k18", True), ("express_k12", False), (None, True)]
)
async def test_encoders(
    board: Json, there: bool, set_up_farmbot: SetUp, clock: ManualClock
) -> None:
    """The motors of the Express kits have no encoders."""
    world = robot(1, clock)
    world.single("fbos_config")["firmware_hardware"] = board
    setting = await set_up_farmbot(world)
    await setting.connect()
    assert setting.has("raw_encoders_x") is there
    assert setting.has("scaled_encoders_z") is there


async def test_jobs(garden: Setting) -> None:
    """The newest job that is not over is shown, with its progress; else nothing."""
    machine = garden.cloud.robot.machine
    assert garden.value("job") == "nothing"
    assert garden.value("job_progress") == STATE_UNKNOWN
    machine.job("Old", 10)
    garden.clock.advance(5)
    machine.job("Watering", 40)
    await garden.until_shown("job", "Watering")
    assert float(garden.value("job_progress")) == 40
    machine.job("Watering", 100)
    await garden.until_shown("job", "Old")
    machine.state.jobs["Old"]["status"] = "Failed"
    garden.cloud.robot.tell()
    await garden.until_shown("job", "nothing")
    machine.job("L" * 400, 1)
    await garden.until_shown("job", "L" * 255)


async def test_uptime(garden: Setting) -> None:
    """When the robot started stays the same while its uptime grows, and is new after a restart."""
    began = START - timedelta(days=1)
    assert garden.value("uptime") == began.isoformat()
    state = garden.cloud.robot.state
    # The robot counts in steps, and may say it late.
    garden.freezer.tick(50)
    state.uptime += 150
    garden.cloud.robot.tell()
    entity = garden.entity("sensor", "uptime")
    vitals = garden.account.data["vitals"]
    await garden.until(lambda: garden.account.data["vitals"] != vitals)
    assert garden.value("uptime") == began.isoformat()
    state.uptime = 10
    garden.cloud.robot.tell()
    await garden.until(lambda: garden.value("uptime") > began.isoformat())
    since = datetime.fromisoformat(garden.value("uptime"))
    assert abs(since - (START + timedelta(seconds=40))) < timedelta(seconds=5)
    # It said that it does not know.
    state.uptime = None  # type: ignore[assignment]  # what no robot says is what is tried
    garden.cloud.robot.tell()
    await garden.until(
        lambda: garden.hass.states.get(entity).state == STATE_UNKNOWN  # type: ignore[union-attr]  # it has one
    )


async def test_mounted_tool(garden: Setting) -> None:
    """The tool by its name, "nothing", or unknown where nobody knows the tool."""
    number = garden.cloud.world.number

    def mount(tool_id: Json) -> None:
        garden.cloud.set("device", number, mounted_tool_id=tool_id)

    assert garden.value("mounted_tool") == "nothing"
    mount(garden.row("tools", "Weeder")["id"])
    await garden.until_shown("mounted_tool", "Weeder")
    garden.change("tools", "Weeder", name="Hoe")
    await garden.until_shown("mounted_tool", "Hoe")
    mount(999_999)
    await garden.until_shown("mounted_tool", STATE_UNKNOWN)
    mount(0)
    await garden.until_shown("mounted_tool", "nothing")


async def test_tools_of_one_name(garden: Setting) -> None:
    """Tools that share a name, or have the word for none, are told apart."""
    for name in ("Weeder", "Weeder", "nothing"):
        garden.cloud.world.create("tools", name=name)
    state = garden.shown("sensor", garden.number, "mounted_tool")
    await garden.until(
        lambda: (
            {"Weeder", "Weeder (2)", "Weeder (3)", "nothing", "nothing (2)"}
            <= {
                *garden.shown("sensor", garden.number, "mounted_tool").attributes[
                    "options"
                ]
            }
        )
    )
    assert len(state.attributes["options"]) == 7


async def test_last_seen(
    all_enabled: None, hass: HomeAssistant, garden: Setting
) -> None:
    """The robot was seen when it answers, and is not any more when it does not."""
    assert garden.value("last_seen") >= START.isoformat()[:19]
    await garden.live(1800)
    seen = datetime.fromisoformat(garden.value("last_seen"))
    assert seen > START + timedelta(minutes=14)
    await garden.lose_robot()
    seen = datetime.fromisoformat(garden.value("last_seen"))
    await tick(hass, garden.freezer, 1000)
    assert datetime.fromisoformat(garden.value("last_seen")) == seen
    garden.cloud.set(
        "device", garden.cloud.world.number, last_saw_api=stamp(NOW + 9000)
    )
    at = datetime.fromtimestamp(NOW + 9000, UTC).isoformat()
    await garden.until_shown("last_seen", at)


async def test_last_log(garden: Setting) -> None:
    """The newest line, as much of it as a state may have; one without words is unknown."""
    assert garden.value("last_log") == STATE_UNKNOWN
    garden.cloud.robot.log("Done with everything", "success")
    await garden.until_shown("last_log", "Done with everything")
    garden.cloud.robot.log("x" * 300)
    await garden.until_shown("last_log", "x" * 255)
    garden.cloud.robot.log("")
    await garden.until_shown("last_log", STATE_UNKNOWN)


async def test_next_event(hass: HomeAssistant, garden: Setting) -> None:
    """What comes next is another thing from its very start on, without any poll."""
    first = datetime.fromisoformat(garden.value("next_event"))
    assert first > START
    name = garden.value("next_event_name")
    asked = len(garden.cloud.log)
    await tick(hass, garden.freezer, (first - START).total_seconds() - 5)
    assert garden.value("next_event") == first.isoformat()
    await tick(hass, garden.freezer, 7)
    assert datetime.fromisoformat(garden.value("next_event")) > first
    assert garden.value("next_event_name") != name or name == "Measure soil moisture"
    assert not [
        one for one in list(garden.cloud.log)[asked:] if "farm_events" in one.path
    ]


async def test_nothing_next(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """With no events to come there is no next one."""
    setting = await set_up_farmbot(robot(1, clock))
    assert setting.value("next_event") == STATE_UNKNOWN
    assert setting.value("next_event_name") == STATE_UNKNOWN


async def test_sums(all_enabled: None, garden: Setting) -> None:
    """Plants and weeds by stage, the height of the soil and alerts follow each record."""
    shown = int(garden.value("plants_harvested")), int(garden.value("weeds"))
    garden.change("points", "Kale", plant_stage="harvested")
    garden.change("points", "Weed", plant_stage="removed")
    await garden.until_shown("plants_harvested", str(shown[0] + 1))
    await garden.until_shown("weeds", str(shown[1] - 1))
    assert garden.value("weeds_removed") == "2"
    assert garden.value("plants") == "60"
    for row in garden.cloud.world.rows("points"):
        if row["name"] == "Soil Height":
            garden.cloud.set("points", int(str(row["id"])), z=-100.0)
    await garden.until_shown("soil_height", "-100.0")
    garden.cloud.world.create("alerts", problem_tag="api.tour.not_taken", slug="tour")
    await garden.until_shown("alerts", "3")
    alerts = garden.cloud.world.tables["alerts"]
    urgent = max(
        alerts.values(),
        key=lambda alert: (int(str(alert["priority"])), -int(str(alert["id"]))),
    )
    told = str(urgent["problem_tag"]).removeprefix("api.").replace(".", "_")
    assert garden.value("alert") == told
    for number in list(alerts):
        garden.cloud.world.remove("alerts", number)
    await garden.until_shown("alert", "nothing")
    assert garden.value("alerts") == "0"
    # These are the server's words: they stand while the robot is away.
    await garden.lose_robot()
    assert garden.value("plants") == "60"


async def test_reading(garden: Setting) -> None:
    """A reading at the robot's pin shows at once, the server's record of it with its place."""
    key = garden.key("sensors", "Soil moisture")
    first = garden.shown("sensor", garden.number, key)
    assert first.attributes["x"] == 2070.0
    assert first.attributes["read_at"] == START.isoformat()
    pins = garden.cloud.robot.state.pins
    pins["59"] = {"mode": 1, "value": 777}
    garden.cloud.robot.tell()
    await garden.until(lambda: float(garden.value(key)) == 777)
    assert "x" not in garden.shown("sensor", garden.number, key).attributes
    garden.cloud.world.create(
        "sensor_readings",
        pin=59,
        mode=1,
        value=333,
        x=1.0,
        y=2.0,
        z=3.0,
        read_at=stamp(NOW + 60),
    )
    await garden.until(lambda: float(garden.value(key)) == 333)
    attributes = garden.shown("sensor", garden.number, key).attributes
    assert [attributes[axis] for axis in "xyz"] == [1.0, 2.0, 3.0]
    # What the board cannot read is no reading.
    pins["59"] = {"mode": 1, "value": 65_535}
    garden.cloud.robot.tell()
    await garden.until_shown(key, STATE_UNKNOWN)
    pins["59"] = {"mode": 1, "value": 0}
    garden.cloud.robot.tell()
    await garden.until(lambda: garden.value(key) in ("0", "0.0"))
    # Read as digital it is another thing.
    pins["59"] = {"mode": 0, "value": 1}
    garden.cloud.robot.tell()
    await garden.pushed(3)
    assert float(garden.value(key)) == 0


async def test_an_older_reading(hass: HomeAssistant, garden: Setting) -> None:
    """A reading that a list brings only now does not replace what the robot said since."""
    key = garden.key("sensors", "Soil moisture")
    await tick(hass, garden.freezer, 300)
    garden.cloud.robot.state.pins["59"] = {"mode": 1, "value": 777}
    garden.cloud.robot.tell()
    await garden.until(lambda: float(garden.value(key)) == 777)
    for value, at in ((333, 60), (444, 290)):
        garden.cloud.world.create(
            "sensor_readings", pin=59, mode=1, value=value, read_at=stamp(NOW + at)
        )
        await garden.pushed(3)
        await garden.until(
            lambda: any(
                reading.value == value  # noqa: B023 - called within the turn
                for reading in garden.account.records("sensor_readings", SensorReading)
            )
        )
        assert float(garden.value(key)) == (777 if at == 60 else 444)


async def test_other_pin(garden: Setting) -> None:
    """A sensor that is plugged in elsewhere shows no readings of its former pin."""
    key = garden.key("sensors", "Soil moisture")
    garden.change("sensors", "Soil moisture", pin=60)
    await garden.until_shown(key, STATE_UNKNOWN)
    garden.cloud.robot.state.pins["60"] = {"mode": 1, "value": 12}
    garden.cloud.robot.tell()
    await garden.until(lambda: garden.value(key) not in (STATE_UNKNOWN, ""))
    assert float(garden.value(key)) == 12
    garden.change("sensors", "Soil moisture", pin=None)
    await garden.until_shown(key, STATE_UNKNOWN)


async def test_new_name(garden: Setting) -> None:
    """A sensor that is renamed is called by its new name at once."""
    key = garden.key("sensors", "Soil moisture")
    assert garden.name(key) == "Sunny Soil moisture"
    garden.change("sensors", "Soil moisture", label="Wet?")
    await garden.until(lambda: garden.name(key) == "Sunny Wet?")


async def test_comes_and_goes(garden: Setting) -> None:
    """A sensor appears, becomes a digital one, and goes, as its record does."""
    made = garden.cloud.world.create("sensors", pin=61, label="Light", mode=1)
    key = f"sensor_{made['id']}"
    await garden.until(lambda: garden.has(key))
    assert garden.has(f"{key}_read", "button")
    garden.change("sensors", "Light", mode=0)
    await garden.until(lambda: garden.has(key, "binary_sensor"))
    assert not garden.has(key)
    garden.change("sensors", "Light", mode=1)
    await garden.until(lambda: garden.has(key))
    assert not garden.has(key, "binary_sensor")
    garden.cloud.world.remove("sensors", int(str(made["id"])))
    await garden.until(lambda: not garden.has(key))
    assert not garden.has(f"{key}_read", "button")


async def test_standing_garden(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """Without the broker what the robot says is unavailable; what the server says is shown."""
    world = standard(1, clock)
    setting = await set_up_farmbot(world)
    await setting.connect()
    await setting.broker_lost()
    # What was pushed stands for a while.
    assert setting.value("position_x") == "0.0"
    await tick(setting.hass, setting.freezer, 400)
    assert setting.value("position_x") == STATE_UNAVAILABLE
    assert setting.value("plants") == "60"
