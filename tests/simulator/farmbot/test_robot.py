"""The robot: what it says, does, refuses, and what happens to it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, dump
from custom_components.habitat.simulator.farmbot import nodes
from custom_components.habitat.simulator.farmbot.celery import run
from custom_components.habitat.simulator.farmbot.machine import LOCKED, RobotError
from custom_components.habitat.simulator.farmbot.nodes import coordinate, node
from custom_components.habitat.simulator.farmbot.robot import Robot

from .conftest import Client, Talk

LOCK = node("emergency_lock")
UNLOCK = node("emergency_unlock")


def robot(client: Client) -> Robot:
    """Return the robot."""
    return client.cloud.robot


def place(client: Client) -> tuple[float, ...]:
    """Return where it is."""
    return tuple(robot(client).state.position.values())


def named(client: Client, path: str, name: str) -> Any:
    """Return the id of a record by its name or label."""
    for record in client.cloud.world.rows(path):
        if name in (record.get("name"), record.get("label")):
            return record["id"]
    raise AssertionError(name)


def _on(wanted: str) -> Callable[[str, Any], bool]:
    return lambda topic, _: topic == wanted


def lua(text: str) -> Record:
    """Return a program."""
    return node("lua", lua=text)


async def test_status(client: Client, talk: Talk) -> None:
    """The whole tree comes with every change."""
    assert await talk.do(node("read_status")) is None
    (status,) = talk.statuses()
    assert set(status) == {
        "location_data",
        "pins",
        "jobs",
        "informational_settings",
        "configuration",
        "mcu_params",
        "user_env",
        "process_info",
    }
    assert status["location_data"]["position"] == {"x": 0, "y": 0, "z": 0}
    assert status["pins"]["8"] == {"mode": 0, "value": 0}
    about = status["informational_settings"]
    assert (about["busy"], about["locked"], about["sync_status"]) == (
        False,
        False,
        "synced",
    )
    assert 4000 < len(dump(status)) < 8000


async def test_ping(client: Client, talk: Talk) -> None:
    """It answers with the same, and tells its status if that is old."""
    for moment in ("1", "2"):
        await talk.mqtt.publish(f"{talk.beneath}/ping/{moment}", moment)
        assert await talk.until(_on(f"pong/{moment}")) == int(moment)
    await talk.do(node("nothing"))
    assert len(talk.statuses()) <= 1


async def test_moves(client: Client, talk: Talk) -> None:
    """It is busy on its way, and tells of it about ten times a second."""
    robot(client).machine.pace = 10
    assert await talk.do(nodes.go(x=400, y=200)) is None
    assert place(client) == (400, 200, 0)
    ways = [status["location_data"]["position"]["x"] for status in talk.statuses()]
    assert ways == sorted(ways)
    assert len(set(ways)) >= 4
    busy = [status["informational_settings"]["busy"] for status in talk.statuses()]
    assert (busy[0], busy[-1]) == (True, False)
    states = {status["location_data"]["axis_states"]["x"] for status in talk.statuses()}
    assert states == {"idle", "cruise"}


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        (nodes.move_to(coordinate(10, 20, -30)), (10, 20, -30)),
        (node("move_relative", x=5, y=0, z=-5, speed=50), (5, 0, -5)),
        (nodes.go(x=7, safe=False), (7, 0, 0)),
        (
            node(
                "move",
                [
                    node(
                        "axis_addition",
                        axis="all",
                        axis_operand=coordinate(1, 2, -3),
                    ),
                    node(
                        "speed_overwrite",
                        axis="x",
                        speed_setting=node("numeric", number=50),
                    ),
                ],
            ),
            (1, 2, -3),
        ),
        (
            node(
                "move",
                [
                    node(
                        "axis_overwrite",
                        axis="z",
                        axis_operand=node("special_value", label="soil_height"),
                    )
                ],
            ),
            (0, 0, -490),
        ),
        (node("move", x=100, y=100), (0, 0, 0)),
    ],
)
async def test_ways_to_move(
    client: Client, talk: Talk, wanted: Record, reached: tuple[float, ...]
) -> None:
    """By all nodes that there are for it; what is in the arguments of `move` is ignored."""
    assert await talk.do(wanted) is None
    assert place(client) == reached


async def test_homes(client: Client, talk: Talk) -> None:
    """One axis or all; the present place can be called home; lengths are measured."""
    await talk.do(nodes.go(x=100, y=100, z=-100))
    assert await talk.do(node("find_home", axis="x", speed=100)) is None
    assert place(client) == (0, 100, -100)
    assert await talk.do(node("zero", axis="y")) is None
    assert place(client) == (0, 0, -100)
    assert await talk.do(node("home", axis="all", speed=100)) is None
    assert place(client) == (0, 0, 0)
    assert await talk.do(node("calibrate", axis="z")) is None
    assert place(client) == (0, 0, 0)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (nodes.go(x=5000), "beyond the axis"),
        (nodes.go(z=10), "beyond the axis"),
        (node("teleport"), "Unknown command: teleport"),
        (node("execute", sequence_id=1), "Could not find sequence"),
        (nodes.move_to(node("point", pointer_type="Plant", pointer_id=1)), "no such"),
        (nodes.move_to(node("identifier", label="x")), "Unknown variable: x"),
        (nodes.move_to(node("tool", tool_id=1)), "no such location"),
        (node("write_pin", pin_number=8, pin_value=2, pin_mode=0), "out of range"),
        (node("set_servo_angle", pin_number=8, pin_value=90), "Servo"),
        (node("set_servo_angle", pin_number=4, pin_value=200), "Servo"),
        (node("read_pin", pin_number=nodes.named_pin("Sensor", 1)), "Could not find"),
        (node("toggle_pin", pin_number=nodes.named_pin("Moon", 1)), "Could not find"),
        (node("check_updates", package="farmbot_os"), "No update available."),
        (lua("explode(1)"), "doesn't exist"),
        (lua('mount_tool("Hoe")'), "no tool of the name Hoe"),
        (lua("dismount_tool()"), "No tool is mounted"),
        (lua("water(1)"), "Plant not found"),
        (
            node(
                "update_resource",
                [],
                resource=node("resource", resource_type="Plant", resource_id=1),
            ),
            "Could not find Plant",
        ),
    ],
)
async def test_refusals(client: Client, talk: Talk, wanted: Record, word: str) -> None:
    """What it can not do, it says in words."""
    assert word in str(await talk.do(wanted))
    assert not robot(client).state.busy


async def test_nonsense(client: Client, talk: Talk) -> None:
    """What nobody thought of is answered as well, and logged where nobody waits."""
    wanted = node("execute", sequence_id=[1])
    assert "Unexpected" in str(await talk.do(wanted))
    rest = named(client, "sequences", "Rest")
    client.cloud.set("sequences", rest, body=[wanted])
    await robot(client).run_sequence(rest)
    assert "Unexpected" in (await client.get("logs"))[0]["message"]


async def test_not_a_number(client: Client) -> None:
    """An axis without a number goes nowhere."""
    step = node("axis_overwrite", axis="x", axis_operand=node("numeric"))
    with pytest.raises(RobotError, match="not a number"):
        await run(robot(client).machine, node("move", [step]))


async def test_emergency_stop(client: Client, talk: Talk) -> None:
    """It stops what moves at once, fails it, switches off, and refuses until unlocked."""
    robot(client).machine.pace = 1
    water = named(client, "peripherals", "Water")
    assert await talk.do(nodes.switch(water, 1)) is None
    moving = await talk.send(nodes.go(x=2000))
    await talk.until(
        lambda topic, it: topic == "status" and it["informational_settings"]["busy"]
    )
    assert await talk.do(LOCK, priority=9000) is None
    assert await talk.reply(moving) == LOCKED
    assert place(client)[0] < 1000
    state = robot(client).state
    assert (state.locked, state.busy, state.pins["8"]["value"]) == (True, False, 0)
    for wanted in (nodes.go(x=1), nodes.switch(water, 1)):
        assert await talk.do(wanted) == LOCKED
    assert await talk.do(node("wait", milliseconds=1)) == LOCKED
    assert await talk.do(UNLOCK) is None
    robot(client).machine.pace = 1000
    assert await talk.do(nodes.go(x=1)) is None


async def test_requests_at_once(client: Client, talk: Talk) -> None:
    """They run beside each other, but there is one set of motors."""
    robot(client).machine.pace = 50
    first = await talk.send(nodes.go(x=1000))
    second = await talk.send(nodes.go(x=500))
    assert await talk.do(node("nothing")) is None
    assert "busy" in str(talk.heard)
    assert [await talk.reply(label) for label in (first, second)] == [None, None]
    assert place(client)[0] == 500


async def test_failure_on_demand(client: Client, talk: Talk) -> None:
    """The next movement fails, and only that one; it is logged."""
    robot(client).machine.fail_next = "Movement timeout on the X axis"
    assert await talk.do(nodes.go(x=100)) == "Movement timeout on the X axis"
    log = await talk.until(lambda topic, _: topic == "logs")
    assert (log["type"], log["message"]) == ("error", "Movement timeout on the X axis")
    assert await talk.do(nodes.go(x=100)) is None


async def test_time_limit(client: Client, talk: Talk) -> None:
    """A request may say how long it takes at most."""
    robot(client).machine.pace = 1
    assert await talk.do(node("wait", milliseconds=60_000), timeout=20) == "timeout"


async def test_pins(client: Client, talk: Talk) -> None:
    """Peripherals are written and switched over, by number and by name."""
    vacuum = nodes.named_pin("Peripheral", named(client, "peripherals", "Vacuum"))
    state = robot(client).state
    assert await talk.do(node("toggle_pin", pin_number=vacuum)) is None
    assert state.pins["9"] == {"mode": 0, "value": 1}
    assert await talk.do(node("toggle_pin", pin_number=9)) is None
    assert state.pins["9"]["value"] == 0
    light = node("write_pin", pin_number=12, pin_value=128, pin_mode=1)
    assert await talk.do(light) is None
    assert state.pins["12"] == {"mode": 1, "value": 128}
    assert await talk.do(node("set_servo_angle", pin_number=4, pin_value=90)) is None
    led = node(
        "write_pin", pin_number=nodes.named_pin("BoxLed3", 0), pin_value=1, pin_mode=0
    )
    assert await talk.do(led) is None
    assert state.pins["103"]["value"] == 1
    sensor = nodes.named_pin("Sensor", named(client, "sensors", "Soil moisture"))
    for kind in ("write_pin", "toggle_pin"):
        wanted = node(kind, pin_number=sensor, pin_value=1, pin_mode=0)
        assert "sensor" in str(await talk.do(wanted))


async def test_sensors_follow_the_water(
    client: Client, talk: Talk, clock: ManualClock
) -> None:
    """Reading a sensor posts a reading; water makes the soil wetter."""
    clock.advance(3600 * 20)
    soil = nodes.named_pin("Sensor", named(client, "sensors", "Soil moisture"))
    read = node("read_pin", pin_number=soil, label="---", pin_mode=1)
    water = named(client, "peripherals", "Water")

    async def moisture() -> float:
        assert await talk.do(read) is None
        newest = await client.get("sensor_readings?page=1&per=1")
        assert (newest[0]["pin"], newest[0]["mode"]) == (59, 1)
        assert robot(client).state.pins["59"]["value"] == newest[0]["value"]
        return float(newest[0]["value"])

    before = await moisture()
    await talk.do(nodes.switch(water, 1))
    clock.advance(20)
    await talk.do(nodes.switch(water, 0))
    wet = await moisture()
    assert wet > before + 50
    clock.advance(3600 * 10)
    assert before < await moisture() < wet
    await talk.until(lambda topic, _: topic.startswith("sync/SensorReading/"))


async def test_photo(client: Client, talk: Talk) -> None:
    """The answer comes when the script ran; the picture comes by itself."""
    await talk.do(nodes.go(x=300, y=200))
    assert await talk.do(node("take_photo")) is None
    newest = (await client.get("images"))[0]
    assert (newest["meta"]["x"], newest["meta"]["y"]) == (300, 200)
    topic = f"sync/Image/{newest['id']}"
    done = await talk.until(
        lambda it, message: it == topic and message["body"]["attachment_processed_at"]
    )
    async with client.http.get(done["body"]["attachment_url"]) as response:
        assert response.content_type == "image/png"
    percents = [
        job["percent"] for status in talk.statuses() for job in status["jobs"].values()
    ]
    assert percents == sorted(percents)
    assert percents[-1] == 100


async def test_messages(client: Client, talk: Talk) -> None:
    """They become logs, with the place filled in, and go to known channels only."""
    said = nodes.say("At {{ x }}", "success", "toast", "smoke signal")
    assert await talk.do(said) is None
    log = await talk.until(lambda topic, _: topic == "logs")
    assert (log["message"], log["type"], log["channels"]) == (
        "At 0",
        "success",
        ["toast"],
    )
    assert (log["major_version"], log["minor_version"]) == (15, 4)
    assert (await client.get("logs"))[0]["message"] == "At 0"
    before = len(await client.get("logs"))
    assert await talk.do(nodes.say("Psst", "debug")) is None
    await talk.until(lambda topic, it: topic == "logs" and it["message"] == "Psst")
    assert len(await client.get("logs")) == before


def given(label: str, value: Json) -> Record:
    """Return the value of a variable."""
    return node("parameter_application", label=label, data_value=value)


async def test_sequences(client: Client, talk: Talk) -> None:
    """They run step by step with their variables."""
    soil = named(client, "sequences", "Measure soil moisture")
    assert await talk.do(node("execute", sequence_id=soil)) is None
    assert place(client) == (1100, 600, -300)
    there = given("location", coordinate(200, 300, -100))
    assert await talk.do(node("execute", [there], sequence_id=soil)) is None
    assert place(client) == (200, 300, -100)
    weeder = client.cloud.world.tables["tools"][named(client, "tools", "Weeder")]
    slot = given("location", node("tool", tool_id=weeder["id"]))
    assert await talk.do(node("execute", [slot], sequence_id=soil)) is None
    assert place(client) == (60, 510, -390)
    sow = named(client, "sequences", "Sow")
    deeper = given("depth", node("numeric", number=-15))
    assert await talk.do(node("execute", [deeper], sequence_id=sow)) is None
    assert place(client) == (2370, 150, -415)


async def test_groups_are_run_through(client: Client, talk: Talk) -> None:
    """A sequence of one point runs for each of a group, or of all."""
    weeds = [
        row
        for row in client.cloud.world.rows("points")
        if row["pointer_type"] == "Weed"
    ]
    remove = named(client, "sequences", "Remove weeds")
    assert (
        await talk.do(
            node(
                "execute",
                [
                    given(
                        "weed",
                        node(
                            "point_group",
                            point_group_id=named(
                                client, "point_groups", "Active weeds"
                            ),
                        ),
                    )
                ],
                sequence_id=remove,
            )
        )
        is None
    )
    assert {row["plant_stage"] for row in weeds} == {"removed", "pending"}
    every = node("every_point", every_point_type="Weed")
    assert (
        await talk.do(node("execute", [given("weed", every)], sequence_id=remove))
        is None
    )
    assert {row["plant_stage"] for row in weeds} == {"removed"}
    missing = node("point_group", point_group_id=1)
    answer = await talk.do(
        node("execute", [given("weed", missing)], sequence_id=remove)
    )
    assert "Could not find a group" in str(answer)
    assert (
        await talk.do(
            node(
                "execute", sequence_id=named(client, "sequences", "Water the tomatoes")
            )
        )
        is None
    )
    assert len(client.cloud.world.watered) == 4


async def test_conditions(client: Client, talk: Talk) -> None:
    """By position and by pin, one way or the other."""
    here = nodes.say("here")

    def choice(left: Json, op: str, right: float) -> Record:
        there = nodes.say("there")
        return node("_if", lhs=left, op=op, rhs=right, _then=here, _else=there)

    for left, op, right, expected in (
        ("x", "is", 0, "here"),
        ("x", "not", 0, "there"),
        ("y", "<", 1, "here"),
        ("z", ">", 1, "there"),
        ("pin8", "is", 0, "here"),
        ("pin77", "is_undefined", 0, "here"),
        ("x", "resembles", 0, "there"),
    ):
        assert await talk.do(choice(left, op, right)) is None
        newest = (await client.get("logs"))[0]
        assert newest["message"] == expected, (left, op, right)
    recursive = named(client, "sequences", "Rest")
    client.cloud.world.change(
        "sequences", recursive, body=[node("execute", sequence_id=recursive)]
    )
    assert "without an end" in str(
        await talk.do(node("execute", sequence_id=recursive))
    )


async def test_tools(client: Client, talk: Talk) -> None:
    """They are mounted by their name, one at a time, and put back."""
    verify = node("read_pin", pin_number=63, label="---", pin_mode=0)
    assert await talk.do(verify) is None
    assert robot(client).state.pins["63"]["value"] == 1
    assert await talk.do(lua('mount_tool("watering nozzle")')) is None
    tool = named(client, "tools", "Watering nozzle")
    assert (await client.get("device"))["mounted_tool_id"] == tool
    await talk.until(
        lambda topic, it: (
            topic.startswith("sync/Device/") and it["body"]["mounted_tool_id"] == tool
        )
    )
    assert await talk.do(verify) is None
    assert robot(client).state.pins["63"]["value"] == 0
    assert "already" in str(await talk.do(lua("mount_tool('Weeder')")))
    assert await talk.do(lua("dismount_tool()")) is None
    assert (await client.get("device"))["mounted_tool_id"] is None
    assert await talk.do(lua('mount_tool("Soil\\032sensor")')) is None
    assert await talk.do(lua("dismount_tool()")) is None
    mount = named(client, "sequences", "Mount a tool")
    which = given("tool", node("text", string="Seeder"))
    assert await talk.do(node("execute", [which], sequence_id=mount)) is None
    assert (await client.get("device"))["mounted_tool_id"] == named(
        client, "tools", "Seeder"
    )
    spare = await client.ask("POST", "tools", {"name": "Spare"})
    assert spare[0] == 200
    await talk.do(lua("dismount_tool()"))
    assert "no slot" in str(await talk.do(lua('mount_tool("Spare")')))


async def test_water_by_program(client: Client, talk: Talk) -> None:
    """A plant by its id, several in a loop, or an amount where it stands."""
    plants = client.cloud.world.rows("points")
    first, second = plants[:2]
    dry = next(row for row in plants if row["name"] == "Kale")
    assert await talk.do(lua(f"water({first['id']})")) is None
    assert place(client)[:2] == (first["x"], first["y"])
    ids = ", ".join(f'"{each}"' for each in (1, dry["id"], second["id"]))
    loop = (
        f"for _, id in ipairs({{{ids}}}) do "
        'local plant = api({url = "/api/points/" .. id}) if plant then water(plant) end end'
    )
    assert await talk.do(lua(loop)) is None
    assert place(client)[:2] == (second["x"], second["y"])
    assert "Kale has no water curve" in (await client.get("logs"))[0]["message"]
    assert await talk.do(lua("dispense(100)\nwait(10)")) is None
    assert len(client.cloud.world.watered) == 3
    first["planted_at"] = None
    assert await talk.do(lua(f"water({first['id']})")) is None
    variable = node(
        "variable_declaration",
        label="plant",
        data_value=node("point", pointer_type="Plant", pointer_id=second["id"]),
    )
    client.cloud.world.change(
        "sequences",
        named(client, "sequences", "Rest"),
        args=nodes.scope(variable),
        body=[lua('water(variable("plant"))')],
    )
    rest = node("execute", sequence_id=named(client, "sequences", "Rest"))
    assert await talk.do(rest) is None
    assert len(client.cloud.world.watered) == 4


async def test_offline(client: Client, talk: Talk) -> None:
    """It says nothing, hears nothing, and drops what it did; then it is back."""
    robot(client).machine.pace = 1
    await talk.send(nodes.go(x=2000))
    await talk.until(lambda topic, _: topic == "status")
    robot(client).online = False
    await talk.send(node("read_status"))
    await talk.mqtt.publish(f"{talk.beneath}/ping/1", "1")
    await client.ask("POST", "tools", {"name": "Hoe"})
    await talk.until(lambda topic, _: topic.startswith("sync/Tool"))
    await asyncio.sleep(0.05)
    robot(client).log("unheard")
    heard = talk.topics()
    assert "from_device" not in heard
    assert "pong/1" not in heard
    robot(client).online = True
    status = await talk.until(
        lambda topic, it: topic == "status" and not it["informational_settings"]["busy"]
    )
    assert status["location_data"]["position"]["x"] < 2000


async def test_reboot_and_update(client: Client, talk: Talk) -> None:
    """It answers, is gone for a while, and comes back, newer if there was an update."""
    robot(client).machine.pace = 400
    assert await talk.do(node("reboot", package="farmbot_os")) is None
    await talk.until(
        lambda topic, it: (
            topic == "status" and it["informational_settings"]["uptime"] == 0
        )
    )
    client.cloud.world.update = "16.0.0"
    robot(client).state.uptime = 5
    assert await talk.do(node("check_updates", package="farmbot_os")) is None
    status = await talk.until(
        lambda topic, it: (
            topic == "status"
            and it["informational_settings"]["controller_version"] == "16.0.0"
        )
    )
    assert status["jobs"] == {}
    steps = [
        it["jobs"]["FBOS_OTA"]["percent"]
        for it in talk.statuses()
        if "FBOS_OTA" in it["jobs"]
    ]
    assert steps == list(range(0, 101, 10))
    assert "No update" in str(await talk.do(node("check_updates")))
    assert (await client.get("device"))["fbos_version"] == "16.0.0"
    assert await talk.do(node("power_off")) is None
    async with asyncio.timeout(5):
        while robot(client).online:
            await asyncio.sleep(0.01)


async def test_sync_status(client: Client, talk: Talk) -> None:
    """It says that it fetches everything anew."""
    assert await talk.do(node("sync")) is None
    seen = [it["informational_settings"]["sync_status"] for it in talk.statuses()]
    assert seen == ["syncing", "synced"]
    assert await talk.do(node("execute_script", label="plant-detection")) is None


async def test_flood(client: Client, talk: Talk) -> None:
    """As many statuses as one likes."""
    await robot(client).flood(500, 0.1)
    async with asyncio.timeout(5):
        while len(talk.statuses()) < 50:
            await asyncio.sleep(0.01)


async def test_rubbish(client: Client, talk: Talk) -> None:
    """What it does not understand, it does not answer."""
    for raw in (
        b"",
        b"\xff",
        b"[]",
        b'{"kind":"rpc_ok"}',
        b'{"kind":"rpc_request","body":5}',
    ):
        await talk.mqtt.publish(f"{talk.beneath}/from_clients", raw)
    client.cloud.publish("bot/device_214/sync/Tool/1", b"1")
    assert await talk.do(node("nothing")) is None


# What the robot's own clients send besides.

NOZZLE = "Watering nozzle"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("get_position().x + get_position('y')", "30"),
        ("get_xyz().z", "-5"),
        ("coordinate(1, 2, 3).y", "2"),
        ("check_position({x = 11, y = 20}, 1)", "true"),
        ("check_position(coordinate(10, 30, -5), 1)", "false"),
        ("move_absolute(30, 40, -10)", "true"),
        ("move_absolute({x = 31, y = 41, z = -10}, 50)", "true"),
        ("move{x = 5, safe_z = true, speed = 50}", "true"),
        ("go_to_home('x')", "true"),
        ("go_to_home()", "true"),
        ("find_home('z')", "true"),
        ("find_axis_length('z')", "true"),
        ("tostring(move_absolute(9999999, 0, 0))", "nil"),
        ("read_pin(63)", "1"),
        ("write_pin(8, 'digital', 1) or read_pin(8)", "1"),
        ("on(7) or toggle_pin(7) or read_pin(7, 'digital')", "0"),
        ("on(7) or off(7) or read_pin(7)", "0"),
        ("set_pin_io_mode(7, 'output')", "true"),
        ("toast('Hi', 'warn') and debug('x')", "true"),
        ("send_message('info', 'Both', {'toast', 'email'})", "true"),
        ("set_job('Dig', {status = 'Digging', percent = 40}) or get_job('Dig').percent", "40"),
        ("set_job('Dig') or set_job('Dig', {percent = 7}) or get_job('Dig').status", "Working"),
        ("complete_job('Dig') or get_job_progress('Dig').percent", "100"),
        ("env('a', 'b') and env('a')", "b"),
        ("tostring(env('unheard'))", "nil"),
        ("get_device('name')", "Sunny"),
        ("get_device().timezone", "America/Los_Angeles"),
        ("get_fbos_config('update_channel')", "stable"),
        ("get_firmware_config('param_version')", "1"),
        ("update_device{mounted_tool_id = 0} and tostring(get_device('mounted_tool_id'))", "nil"),
        ("update_fbos_config{safe_height = -3} and safe_z()", "-3"),
        ("soil_height(1, 2)", "-490"),
        ("garden_size().x", "2900"),
        ("get_tool{name = 'Seeder'}.name", "Seeder"),
        ("tostring(get_tool{name = 'Moon'})", "nil"),
        ("tostring(get_curve(1))", "nil"),
        ("#group(1)", "0"),
        ("new_sensor_reading{pin = 59.2, value = 3.7, x = 1, y = 2, z = 3}", "true"),
        ("tostring(new_sensor_reading{pin = 59})", "nil"),
        ("api{url = '/api/device'}.name", "Sunny"),
        ("#api{url = '/api/tools/'} > 2", "true"),
        ("api{method = 'post', url = '/api/tools', body = {name = 'Hoe'}}.name", "Hoe"),
        ("api{method = 'PATCH', url = '/api/fbos_config', body = {soil_height = -9}}.soil_height", "-9"),
        ("tostring(api{url = '/api/moons'})", "nil"),
        ("tostring(api{method = 'DELETE', url = '/api/points/1'})", "nil"),
        ("read_status('informational_settings', 'locked')", "false"),
        ("read_status().location_data.position.x", "10"),
        ("fbos_version()", "15.4.11"),
        ("firmware_version()", "6.6.1.G"),
        ("utc('year') + utc('month')", "2037"),
        ("current_month()", "11"),
        ("local_time('day') >= 1", "true"),
        ("to_unix(utc()) == os.time()", "true"),
        ("json.decode(json.encode({1, {a = true}}))[2].a", "true"),
        ("inspect({x = 1})", '{"x":1}'),
        ("base64.decode(base64.encode('seed'))", "seed"),
        ("verify_tool()", "false"),
        ("gcode('G28', {})", "true"),
        ("emergency_unlock()", "true"),
        ("cs_eval{kind = 'rpc_request', body = {{kind = 'wait', args = {milliseconds = 1}}}}", "true"),
        ("rpc{kind = 'wait', args = {milliseconds = 1}}", "true"),
        ("wait(1500) or get_job('Waiting 1.5s').percent", "100"),
        ("wait_ms(1) or 'over'", "over"),
        ("detect_weeds() or measure_soil_height() or calibrate_camera() or 'seen'", "seen"),
        ("take_photo() or 'taken'", "taken"),
        ("dispense(5) or 'wet'", "wet"),
    ],
)  # fmt: skip
async def test_programs(client: Client, talk: Talk, text: str, expected: str) -> None:
    """Each of the robot's functions does what it is for; what it returns is told in a log."""
    robot(client).state.position = {"x": 10.0, "y": 20.0, "z": -5.0}
    program = lua(
        f"local found = {text}\nsend_message('fun', 'found ' .. tostring(found))"
    )
    assert await talk.do(program) is None
    told = await talk.until(
        lambda topic, it: topic == "logs" and str(it["message"]).startswith("found")
    )
    assert told["message"] == f"found {expected}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("toast(", "possibly invalid"),
        ("local = 1", "possibly invalid"),
        ("no_such_thing()", "doesn't exist"),
        ("find_home('q')", "Function clause error"),
        ("read_pin()", "Function clause error"),
        ("utc('century')", "Function clause error"),
        ("coordinate(1, 2)", "Function clause error"),
        ("emergency_lock()", "emergency lock"),
        ("wait(200000)", "emergency lock"),
        ("variable('unheard')", "Lua failure"),
        ("water(1)", "Plant not found"),
        ("sequence(1)", "Could not find"),
        ("rpc{kind = 'explode'}", "Unknown command"),
        ("local t = {} t.t = t\njson.encode(t)", "Function clause error"),
        ("while true do\nend", "Lua failure"),
    ],
)
async def test_programs_that_fail(
    client: Client, talk: Talk, text: str, message: str
) -> None:
    """What is wrong in a program is answered with an error."""
    assert message in str(await talk.do(lua(text)))


async def test_variables_of_programs(client: Client, talk: Talk) -> None:
    """A program reads the variables of its sequence: places, tools, numbers and texts."""
    plant = client.cloud.world.rows("points")[0]
    tool = named(client, "tools", NOZZLE)
    values: dict[str, Record] = {
        "parent": node("point", pointer_type="Plant", pointer_id=plant["id"]),
        "tool": node("tool", tool_id=tool),
        "gone": node("tool", tool_id=1),
        "number": node("numeric", number=7),
        "text": node("text", string="words"),
        "place": node("coordinate", x=1, y=2, z=3),
    }
    client.cloud.world.change(
        "sequences",
        named(client, "sequences", "Rest"),
        args=nodes.scope(
            *(
                node("variable_declaration", label=label, data_value=value)
                for label, value in values.items()
            )
        ),
        body=[
            lua(
                "local t = {variable().id, variable('tool').tool_id, tostring(variable('gone')),"
                " variable('number'), variables('text'), variable('place').y}"
                " toast(table.concat(t, ' '))"
            )
        ],
    )
    rest = node("execute", sequence_id=named(client, "sequences", "Rest"))
    assert await talk.do(rest) is None
    said = (await client.get("logs"))[0]["message"]
    assert said == f"{plant['id']} {tool} nil 7 words 2"
    slot = 'mount_tool({tool_id = get_tool{name = "Seeder"}.id})'
    assert await talk.do(lua(slot)) is None
    assert await talk.do(lua("dismount_tool()")) is None
    curve = (await client.get("curves"))[0]
    assert (
        await talk.do(
            lua(f"local c = get_curve({curve['id']})\ntoast(c.unit .. c.day(1))")
        )
        is None
    )
    group = (await client.get("point_groups"))[0]
    ids = group["point_ids"]
    assert await talk.do(lua(f"toast(#group({group['id']}), 'info')")) is None
    assert (await client.get("logs"))[0]["message"] == str(len(ids))


async def test_what_the_camera_finds(client: Client, talk: Talk) -> None:
    """Weeds, the height of the soil and the scale are written down, each where it was seen."""
    robot(client).state.position = {"x": 600.0, "y": 300.0, "z": 0.0}
    before = {row["id"] for row in await client.get("points")}
    photos = len(await client.get("images"))
    assert await talk.do(node("execute_script", label="plant-detection")) is None
    found = [row for row in await client.get("points") if row["id"] not in before]
    assert found
    assert {row["pointer_type"] for row in found} == {"Weed"}
    assert {row["plant_stage"] for row in found} == {"pending"}
    assert all(row["meta"]["created_by"] == "plant-detection" for row in found)
    assert len(await client.get("images")) == photos + 1
    assert await talk.do(node("execute_script", label="plant-detection")) is None
    assert len(await client.get("points")) == len(before) + len(found)
    assert await talk.do(node("execute_script", label="Measure Soil Height")) is None
    height = (await client.get("points"))[-1]
    assert (height["x"], height["y"], height["meta"]["at_soil_level"]) == (
        600,
        300,
        "true",
    )
    assert -520 < height["z"] < -470
    assert await talk.do(node("execute_script", label="camera-calibration")) is None
    envs = {row["key"]: row["value"] for row in await client.get("farmware_envs")}
    assert 0.5 < float(envs["CAMERA_CALIBRATION_coord_scale"]) < 0.7
    refused = await talk.do(node("execute_script", label="juggling"))
    assert refused == "juggling is not installed"


async def test_assertions(client: Client, talk: Talk) -> None:
    """What holds goes on; what does not ends, goes on or recovers as the step says."""
    hello = named(client, "sequences", "Rest")
    client.cloud.world.change("sequences", hello, body=[nodes.say("Recovered")])

    def claim(text: str, kind: str) -> Record:
        then = node("execute", sequence_id=hello)
        return node("assertion", lua=text, assertion_type=kind, _then=then)

    async def last() -> str:
        return str((await client.get("logs"))[0]["message"])

    for kind in ("abort", "continue", "recover", "abort_recover"):
        assert await talk.do(claim("1 < 2", kind)) is None
    assert await last() == "[Assertion] passed, continuing execution"
    assert await talk.do(claim("2 < 1", "continue")) is None
    assert await talk.do(claim("2 < 1", "abort")) == "Assertion failed (aborting)"
    assert await talk.do(claim("2 < 1", "recover")) is None
    assert await last() == "Recovered"
    assert await talk.do(claim("2 < 1", "abort_recover")) == (
        "Assertion failed (aborting)"
    )
    assert await last() == "Recovered"
    assert "possibly invalid" in str(await talk.do(claim("2 <", "continue")))
    assert "Unknown assertion" in str(await talk.do(claim("2 < 1", "perhaps")))


async def test_settings_by_node(client: Client, talk: Talk) -> None:
    """The user's environment is written; a report is sent."""
    pairs: list[Json] = [node("pair", label="hose", value="long")]
    for _ in range(2):
        assert (
            await talk.do({"kind": "set_user_env", "args": {}, "body": pairs}) is None
        )
    envs = [row for row in await client.get("farmware_envs") if row["key"] == "hose"]
    assert [row["value"] for row in envs] == ["long"]
    assert await talk.do(node("dump_info")) is None
    await talk.until(lambda topic, it: topic == "status" and "hose" in it["user_env"])
