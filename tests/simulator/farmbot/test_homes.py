"""The ready-made gardens, what happens in them by itself, and that they outlive a restart."""

import asyncio
from datetime import UTC, datetime

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, dump, load
from custom_components.habitat.simulator.farmbot import create, live
from custom_components.habitat.simulator.farmbot.live import due
from custom_components.habitat.simulator.farmbot.machine import LOCKED, RobotError
from custom_components.habitat.simulator.farmbot.nodes import node
from custom_components.habitat.simulator.farmbot.resources import POINT_FIELDS
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from custom_components.habitat.simulator.farmbot.soil import moisture
from custom_components.habitat.simulator.farmbot.world import World
from tests.support.edge_cases.farmbot import HOMES

from .conftest import Serve

DAY = 86_400.0


@pytest.mark.parametrize("home", sorted(HOMES))
async def test_homes(serve: Serve, home: str) -> None:
    """Each can be served, and its robot tells of itself."""
    client = await serve(home)
    await client.cloud.connected()
    for path in ("device", "points", "images", "tools", "farm_events", "sequences"):
        await client.get(path)
    async with client.talk() as talk:
        assert await talk.do(node("read_status")) is None


def test_the_same_seed_is_the_same_garden(clock: ManualClock) -> None:
    """Down to the last record."""
    for build in HOMES.values():
        one, other = build(7, clock), build(7, clock)
        assert dump(one.snapshot()) == dump(other.snapshot())
        assert one.tables == other.tables


def test_demo(clock: ManualClock) -> None:
    """It has something of everything."""
    world = HOMES["demo"](1, clock)
    plants = [row for row in world.rows("points") if row["pointer_type"] == "Plant"]
    assert len(plants) == 60
    assert len({row["openfarm_slug"] for row in plants}) == 8
    stages = POINT_FIELDS["Plant"]["plant_stage"].options
    assert {row["plant_stage"] for row in plants} == set(stages)
    for row in world.rows("points"):
        assert 0 <= float(str(row["x"])) <= 2900
        assert 0 <= float(str(row["y"])) <= 1230
    assert sum(bool(row["pinned"]) for row in world.rows("sequences")) == 3
    assert {row["url"] for row in world.rows("webcam_feeds")} >= {"0"}


def test_odd_has_more_than_one_can_name(clock: ManualClock) -> None:
    """As many images as there may be, and one id twice."""
    world = HOMES["odd"](1, clock)
    assert len(world.tables["images"]) == 450
    ids = [row["id"] for row in world.rows("points")]
    assert len(ids) > len({str(each) for each in ids})


def test_another_seed_is_another_robot(clock: ManualClock) -> None:
    """Two can be in one house."""
    worlds = [HOMES["demo"](seed, clock) for seed in (1, 2)]
    assert [world.device["id"] for world in worlds] == [214, 215]
    assert FarmBotCloud(worlds[1]).robot.bot == "device_215"


def test_the_hour_does_not_change_the_ids(clock: ManualClock) -> None:
    """What was kept is found again after a restart at any time."""
    before = FarmBotCloud(HOMES["demo"](1, clock)).snapshot()["built"]
    clock.advance(4321)
    assert FarmBotCloud(HOMES["demo"](1, clock)).snapshot()["built"] == before


def event(start: str, end: str | None, unit: str, repeat: Json = 1) -> Record:
    """Return an event of sequence 5."""
    return {
        "executable_id": 5,
        "executable_type": "Sequence",
        "start_time": start,
        "end_time": end,
        "time_unit": unit,
        "repeat": repeat,
    }


@pytest.mark.parametrize(
    ("wanted", "times"),
    [
        (event("2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z", "daily"), 4),
        (event("2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z", "hourly", 12), 8),
        (event("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "never"), 1),
        (event("2025-12-31T00:00:00Z", "2026-01-01T00:01:00Z", "never"), 0),
        (event("2026-01-01T00:00:00Z", "2026-12-05T00:00:00Z", "minutely"), 500),
        (event("2026-01-01T00:00:00Z", None, "daily"), 0),
    ],
)
def test_when_events_are_due(clock: ManualClock, wanted: Record, times: int) -> None:
    """By the robot's own rule: fixed steps, the end left out, 500 at most."""
    begin = datetime(2026, 1, 1, tzinfo=UTC).timestamp() - 1
    found = list(due(World(clock=clock), wanted, begin, begin + 40 * DAY))
    assert found == [5] * times


def test_when_regimens_are_due(clock: ManualClock) -> None:
    """Their items count from midnight where the bed is."""
    world = HOMES["standard"](1, clock)
    regimen = world.rows("regimens")[0]
    started: Record = {
        **event("2026-01-01T20:00:00Z", "2026-01-01T20:01:00Z", "never"),
        "executable_id": regimen["id"],
        "executable_type": "Regimen",
    }
    # Nine in the morning of the first day is before the start.
    begin = datetime(2026, 1, 1, 8, tzinfo=UTC).timestamp()
    items = regimen["regimen_items"]
    assert isinstance(items, list)
    found = list(due(world, started, begin, begin + 40 * DAY))
    assert len(found) == len(items) - 1
    lost: Record = {**started, "executable_id": 1}
    assert list(due(world, lost, begin, begin + 40 * DAY)) == []


async def test_life(
    serve: Serve, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo tells of itself, reports, is seen, and does what its calendar says."""
    monkeypatch.setattr(live, "_JITTER", 0.02)
    client = await serve("demo")
    await client.cloud.connected()
    async with client.talk() as talk:
        await talk.until(lambda topic, _: topic == "status")
        before = (await client.get("device"))["last_saw_api"]
        home = next(
            row
            for row in client.cloud.world.rows("farm_events")
            if row["time_unit"] == "never"
        )
        start = datetime.fromisoformat(str(home["start_time"])).timestamp()
        clock.now = start - 1000
        await asyncio.sleep(0.05)
        clock.now = start + 1
        telemetry = await talk.until(lambda topic, _: topic == "telemetry")
        assert telemetry["telemetry_soc_temp"] > 20
        await talk.until(lambda topic, _: topic.startswith("sync/Telemetry/"))
        await talk.until(
            lambda topic, it: topic == "logs" and "At home" in it["message"]
        )
        client.cloud.robot.machine.lock()
        clock.advance(601)
        alarm = await talk.until(
            lambda topic, it: topic == "logs" and it["channels"] == ["fatal_email"]
        )
        assert alarm["type"] == "error"
        client.cloud.robot.online = False
        await asyncio.sleep(0.05)
        client.cloud.robot.online = True
    assert (await client.get("device"))["last_saw_api"] != before


async def test_events_that_fail_are_logged(serve: Serve) -> None:
    """Nobody waits for their answer."""
    client = await serve()
    await client.cloud.robot.run_sequence(1)
    assert "Could not find" in (await client.get("logs"))[0]["message"]


async def test_restart(serve: Serve, clock: ManualClock) -> None:
    """What was written and where the robot is outlive it; addresses of pictures move along."""
    client = await serve()
    await client.cloud.connected()
    cloud = client.cloud
    _, made = await client.ask(
        "POST", "points", {"pointer_type": "Weed", "x": 9, "y": 1}
    )
    gone = (await client.get("webcam_feeds"))[0]["id"]
    await client.ask("DELETE", f"webcam_feeds/{gone}")
    image: Json = {"attachment_url": f"{cloud.url}/photos/1/2/3/x.png"}
    cloud.robot.machine.pace = 0.001
    _, pending = await client.ask("POST", "images", image)
    cloud.robot.machine.pace = 200
    cloud.robot.machine.write_pin(8, 1, 0)
    clock.advance(10)
    cloud.robot.machine.lock()
    assert cloud.world.watered
    kept = load(dump(cloud.snapshot()))
    assert isinstance(kept, dict)
    await cloud.stop()

    again = FarmBotCloud(HOMES["standard"](1, ManualClock(clock() - 10)))
    again.robot.machine.pace = 1000
    again.restore(kept)
    with pytest.raises(RobotError, match=LOCKED):
        await again.robot.machine.wait(1)
    assert again.world.tables["points"][made["id"]]["x"] == 9
    assert gone not in again.world.tables["webcam_feeds"]
    assert again.world.watered == cloud.world.watered
    assert again.robot.state.locked
    async with again, asyncio.timeout(5):
        found = again.world.tables["images"][pending["id"]]
        while not found["attachment_processed_at"]:
            await asyncio.sleep(0.01)
        assert str(found["attachment_url"]).startswith(f"{again.url}/photos/")

    other = FarmBotCloud(HOMES["empty"](1, clock))
    other.restore(kept)
    assert made["id"] not in other.world.tables["points"]


def test_what_came_and_went_is_not_kept(clock: ManualClock) -> None:
    """Readings come in for months, and only the newest are there."""
    world = HOMES["standard"](1, clock)
    before = world.snapshot()
    for value in range(3000):
        world.create("sensor_readings", pin=59, mode=1, value=value)
    assert len(world.tables["sensor_readings"]) == 2500
    made = world.create("tools", name="Hoe")["id"]
    assert isinstance(made, int)
    world.remove("tools", made)
    after = world.snapshot()
    assert (len(list_of(after, "removed")), before["removed"]) == (125, [])
    assert len(list_of(after, "touched")) == 2500


def list_of(snapshot: Record, name: str) -> list[Json]:
    """Return a list of a snapshot."""
    found = snapshot[name]
    assert isinstance(found, list)
    return found


def test_soil_stays_within_what_the_sensor_can_say(clock: ManualClock) -> None:
    """Whatever the hour."""
    world = HOMES["standard"](1, clock)
    for hour in range(48):
        assert 200 < moisture(world, 500, 500, clock() + hour * 3600) < 800


async def test_create(socket_enabled: None, clock: ManualClock) -> None:
    """By name, as the simulator's registry does; the port may be taken."""
    with pytest.raises(KeyError):
        create(seed=1, clock=clock, home="castle")
    cloud = create(seed=1, clock=clock, home="standard")
    async with cloud:
        port = int(cloud.url.rpartition(":")[2])
        other = create(seed=1, clock=clock, home="standard")
        with pytest.raises(OSError, match="address"):
            await other.start(port)
