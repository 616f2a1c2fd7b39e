"""The robot: what it says, does, refuses, and what happens to it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from custom_components.habitat.simulator.clock import ManualClock
from custom_components.habitat.simulator.documents import Json, Record, dump
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
        (lua("explode(1)"), "nil value"),
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
        body=[lua("water(plant)")],
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
