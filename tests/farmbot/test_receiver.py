"""What a FarmBot account takes in from the message broker, and what it does without."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
import logging
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.cloud.errors import BadAnswer, RateLimited
from custom_components.habitat.farmbot import receiver as receiver_module
from custom_components.habitat.farmbot.client import status
from custom_components.habitat.farmbot.client.api import SYNCED
from custom_components.habitat.farmbot.client.auth import BrokerAddress
from custom_components.habitat.farmbot.client.models import Image, Point
from custom_components.habitat.farmbot.coordinator import PACES
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from tests.support.common import counted_writes, fill, lines, login_input
from tests.support.edge_cases.farmbot import HOMES
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp
from .test_coordinator import asked, issues, sensor_id

HOUR = 3600.0
LOST = "FarmBot: the message broker is out of reach; the server is polled instead"
BACK = "FarmBot: the message broker is back"


@pytest.fixture
async def setting(set_up_farmbot: SetUp) -> Setting:
    """Return an account whose robot was heard, where nothing happens by itself."""
    setting = await set_up_farmbot("standard")
    await setting.connect()
    await setting.live(62)
    setting.cloud.log.clear()
    return setting


def exists(setting: Setting, platform: str, key: str) -> bool:
    """Say whether the robot has an entity under a key."""
    registry = er.async_get(setting.hass)
    unique_id = f"farmbot_{setting.number}_{key}"
    return registry.async_get_entity_id(platform, "habitat", unique_id) is not None


def tell(setting: Setting, kind: str, record: int | str, body: Json | bytes) -> None:
    """Have the server tell of a record, or say rubbish in its place."""
    topic = f"bot/device_{setting.number}/sync/{kind}/{record}"
    message: Json | bytes = (
        body if isinstance(body, bytes) else {"args": {"label": "x"}, "body": body}
    )
    setting.cloud.publish(topic, message)


async def taken(setting: Setting) -> None:
    """Wait until all that the server told so far was taken in."""
    receiver = setting.account.receiver
    sync, heard = receiver.sync, set[str]()

    def listen(kind: str, record_id: str, payload: bytes) -> None:
        heard.add(record_id)
        sync(kind, record_id, payload)

    with patch.object(receiver, "sync", listen):
        # Of a class that nobody here follows.
        tell(setting, "Folder", "the last", None)
        await setting.until_real(lambda: "the last" in heard)
    await setting.pushed(2)


# Sync messages.


@dataclass(frozen=True, slots=True)
class Item:
    """Records that have entities of their own."""

    path: str
    platform: str
    key: str
    fields: Record
    name: str


ITEMS = {
    "switch": Item(
        "peripherals", "switch", "peripheral", {"pin": 40, "mode": 0}, "label"
    ),
    "number": Item(
        "peripherals", "number", "peripheral", {"pin": 41, "mode": 1}, "label"
    ),
    "sensor": Item("sensors", "sensor", "sensor", {"pin": 60, "mode": 1}, "label"),
    "binary": Item(
        "sensors", "binary_sensor", "sensor", {"pin": 61, "mode": 0}, "label"
    ),
    "button": Item("sequences", "button", "sequence", {"pinned": True}, "name"),
    "camera": Item("webcam_feeds", "camera", "webcam_feed", {"url": ""}, "name"),
}


@pytest.mark.parametrize("name", ITEMS)
async def test_items(setting: Setting, name: str) -> None:
    """What is added, renamed and deleted in the web app is so here, without any request."""
    item, world = ITEMS[name], setting.cloud.world
    fields = {**item.fields, item.name: "Fern"}
    if "url" in fields:
        fields["url"] = f"{setting.cloud.url}/webcam.jpg"
    made = world.create(item.path, **fields)
    number = made["id"]
    assert isinstance(number, int)
    key = f"{item.key}_{number}"
    await setting.until(lambda: exists(setting, item.platform, key))
    await taken(setting)
    state = setting.shown(item.platform, setting.number, key)
    assert state.attributes["friendly_name"] == "Sunny Fern"
    entity_id = state.entity_id

    world.change(item.path, number, **{item.name: "Moss"})
    await taken(setting)
    state = setting.shown(item.platform, setting.number, key)
    assert state.attributes["friendly_name"] == "Sunny Moss"

    world.remove(item.path, number)
    await taken(setting)
    assert not exists(setting, item.platform, key)
    assert setting.hass.states.get(entity_id) is None
    # And it may come back.
    world.create(item.path, id=number, **fields)
    await setting.until(lambda: exists(setting, item.platform, key))
    assert {one for one in asked(setting) if "releases" not in one} == set()


async def test_a_pin_that_becomes_another_kind(setting: Setting) -> None:
    """A peripheral that is switched to analog is a number from then on."""
    number = next(r["id"] for r in setting.cloud.world.rows("peripherals"))
    assert isinstance(number, int)
    key = f"peripheral_{number}"
    assert exists(setting, "switch", key)
    setting.cloud.set("peripherals", number, mode=1)
    await setting.until(lambda: exists(setting, "number", key))
    assert not exists(setting, "switch", key)
    setting.cloud.set("peripherals", number, mode=0)
    await setting.until(lambda: exists(setting, "switch", key))
    assert not exists(setting, "number", key)


async def test_each_class(setting: Setting) -> None:
    """Of each list that is shown a record can come, change and go; of no other anything is kept."""
    account, world = setting.account, setting.cloud.world
    followed = {one.path for one in PACES}
    before = set(account.data)
    for kind, resource in SYNCED.items():
        if resource.single:
            continue
        tell(setting, kind, 777, {"id": 777, "name": "one", "label": "one"})
        await taken(setting)
        key = f"{resource.path}/777"
        assert (key in account.data) is (resource.path in followed), kind
        if resource.path not in followed:
            continue
        record = account.data[key]
        assert isinstance(record, resource.model)
        tell(setting, kind, 777, {"id": 777, "name": "two", "label": "two", "x": 1})
        await taken(setting)
        assert isinstance(account.data[key], resource.model)
        tell(setting, kind, 777, None)
        await taken(setting)
        assert key not in account.data, kind
    for path in ("device", "fbos_config", "firmware_config"):
        row = world.single(path)
        number = row["id"]
        assert isinstance(number, int)
        world.change(path, number, updated_at="2026-11-25T16:00:00.000Z")
        await taken(setting)
        assert path in account.data
    kept = {key.partition("/")[0] for key in set(account.data) - before}
    assert kept <= {"reading"}
    assert setting.account.report.counts == {}
    assert asked(setting) == {}


async def test_twice_and_out_of_order(setting: Setting) -> None:
    """What comes twice changes nothing the second time; what is gone may be told of again."""
    world = setting.cloud.world
    point = next(r for r in world.rows("points") if r["pointer_type"] == "Weed")
    number = point["id"]
    assert isinstance(number, int)
    weeds = int(setting.value("weeds"))
    with counted_writes() as writes:
        for _ in range(3):
            tell(setting, "Point", number, point)
        await taken(setting)
    assert not writes
    # The deletion of what never was, and a change of what was deleted.
    tell(setting, "Point", 999_999, None)
    tell(setting, "Point", number, None)
    await taken(setting)
    assert f"points/{number}" not in setting.account.data
    assert int(setting.value("weeds")) == weeds - 1
    tell(setting, "Point", number, point)
    await taken(setting)
    assert int(setting.value("weeds")) == weeds
    # The last of several in a row counts.
    for name in ("a", "b", "c"):
        tell(setting, "Point", number, {**point, "name": name})
    await taken(setting)
    found = setting.account.record(f"points/{number}", Point)
    assert found is not None
    assert found.name == "c"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"args":{}}',
        b'{"body":[]}',
        b'{"body":"text"}',
        b'{"body":{}}',
        b'{"body":{"id":"x"}}',
        b"[" * 100_000,
        b'{"body":{"id":' + b"9" * 100_000 + b"}}",
    ],
    ids=lambda payload: payload[:16].decode(errors="replace") or "nothing",
)
async def test_rubbish(setting: Setting, payload: bytes) -> None:
    """Rubbish changes nothing but a counter, and what comes after it is taken in."""
    account, world = setting.account, setting.cloud.world
    before = dict(account.data)
    number = next(r["id"] for r in world.rows("points"))
    tell(setting, "Point", str(number), payload)
    tell(setting, "Device", setting.number, payload)
    await taken(setting)
    assert dict(account.data) == before
    assert sum(account.report.counts.values()) >= 1
    assert account.receiver.connection.counters.slips == 0
    assert isinstance(number, int)
    setting.cloud.set("points", number, name="After all")
    await taken(setting)
    found = account.record(f"points/{number}", Point)
    assert found is not None
    assert found.name == "After all"


async def test_unknown_classes_and_topics(setting: Setting) -> None:
    """What nobody knows is counted, and no single record can be deleted."""
    before = dict(setting.account.data)
    tell(setting, "Spaceship", 1, {"id": 1})
    tell(setting, "S" * 500, 1, {"id": 1})
    tell(setting, "Device", setting.number, None)
    setting.cloud.publish(f"bot/device_{setting.number}/sync/Point", {"body": None})
    setting.cloud.publish(f"bot/device_{setting.number}/sync", {"body": None})
    await taken(setting)
    assert dict(setting.account.data) == before
    counts = setting.account.report.counts
    assert counts["sync (of an unknown kind)"] == 3
    assert max(map(len, counts)) < 60


async def test_a_huge_record(setting: Setting) -> None:
    """A megabyte in one message is taken in like any other."""
    number = next(r["id"] for r in setting.cloud.world.rows("sequences"))
    assert isinstance(number, int)
    setting.cloud.set("sequences", number, description="x" * 1_000_000, name="Huge")
    await taken(setting)
    assert setting.account.receiver.is_connected
    record = setting.account.data[f"sequences/{number}"]
    assert getattr(record, "name", None) == "Huge"


async def test_a_photo(setting: Setting) -> None:
    """A photo shows when it was processed, and only once."""
    world = setting.cloud.world
    events = async_capture_events(setting.hass, EVENT_STATE_CHANGED)
    photo = setting.found("event", setting.number, "photo_taken")
    fields: Record = {
        "meta": {"x": 1.0, "y": 2.0, "z": 0.0, "name": "p.jpg"},
        "attachment_url": f"{setting.cloud.url}/placeholder_farmbot.jpg?text=x",
        "attachment_processed_at": None,
    }
    made = world.create("images", **fields)
    number = made["id"]
    assert isinstance(number, int)
    await taken(setting)
    newest = setting.account.record("photo", Image)
    assert newest is None or newest.id != number
    processed: Record = {
        "attachment_url": f"{setting.cloud.url}/photo.jpg",
        "attachment_processed_at": "2026-11-25T15:00:22.000Z",
    }
    for _ in range(2):
        world.change("images", number, **processed)
        await taken(setting)
    newest = setting.account.record("photo", Image)
    assert newest is not None
    assert newest.id == number
    told = [one for one in events if one.data["entity_id"] == photo]
    assert len(told) == 1
    assert told[0].data["new_state"].attributes["image_id"] == number


async def test_during_a_poll(setting: Setting) -> None:
    """What is told while the server is being asked is newer than its answer."""
    account, world = setting.account, setting.cloud.world
    kept, gone = [r["id"] for r in world.rows("points")][:2]
    assert isinstance(kept, int)
    assert isinstance(gone, int)
    old = {number: dict(world.tables["points"][number]) for number in (kept, gone)}
    answer = setting.cloud.answer
    began, go_on = asyncio.Event(), asyncio.Event()

    async def late(request):  # type: ignore[no-untyped-def]  # it stands for `answer`
        response = await answer(request)
        if request.path == "/api/points":
            began.set()
            await go_on.wait()
        return response

    account.poller.ask_all_soon()
    with patch.object(setting.cloud, "answer", late):
        poll = asyncio.create_task(account.async_refresh())
        await began.wait()
        world.change("points", kept, name="Newer")
        world.remove("points", gone)
        made = world.create("points", pointer_type="Weed", name="New", x=1, y=1, z=0)
        await taken(setting)
        go_on.set()
        await poll
    assert old[kept]["name"] != "Newer"
    found = account.record(f"points/{kept}", Point)
    assert found is not None
    assert found.name == "Newer"
    assert f"points/{gone}" not in account.data
    assert f"points/{made['id']}" in account.data
    account.poller.ask_all_soon()
    await account.async_refresh()
    assert f"points/{made['id']}" in account.data
    assert f"points/{gone}" not in account.data


# What the robot says.


async def test_status_flood(setting: Setting) -> None:
    """At a hundred a second nothing is read or written more than once a second."""
    receiver = setting.account.receiver
    reads = 0
    read = status.read_status

    def counting(*args):  # type: ignore[no-untyped-def]  # it stands for `read_status`
        nonlocal reads
        reads += 1
        return read(*args)

    start = setting.hass.loop.time()
    before = receiver.connection.counters.messages["status"]
    robot = setting.cloud.robot
    with (
        patch.object(receiver_module, "read_status", counting),
        counted_writes() as writes,
    ):
        for turn in range(300):
            robot.state.position["x"] = float(turn)
            robot.tell()
            if turn % 10 == 9:
                await asyncio.sleep(0.002)
        await setting.until(
            lambda: receiver.connection.counters.messages["status"] >= before + 300
        )
        await setting.until_shown("position_x", "299.0")
    seconds = setting.hass.loop.time() - start
    assert reads <= seconds + 2
    assert max(writes.values()) <= seconds + 2
    # Only what shows where it is: the position, and the map.
    assert len(writes) <= 4
    assert setting.account.report.counts == {}


async def test_nothing_new(setting: Setting) -> None:
    """A state that says what was known writes nothing."""
    messages = setting.account.receiver.connection.counters.messages
    before = messages["status"]
    with counted_writes() as writes:
        for _ in range(20):
            setting.cloud.robot.tell()
        await setting.until_real(lambda: messages["status"] >= before + 20)
        await setting.pushed(2)
    assert not writes


def messages_of(setting: Setting) -> Callable[[], list[str]]:
    """Listen to the log from now on."""
    events = async_capture_events(setting.hass, EVENT_STATE_CHANGED)
    entity_id = setting.found("event", setting.number, "log")

    def told() -> list[str]:
        return [
            one.data["new_state"].attributes["message"]
            for one in events
            if one.data["entity_id"] == entity_id
            and one.data["new_state"].state not in ("unknown", "unavailable")
        ]

    return told


async def test_a_burst_of_the_log(setting: Setting) -> None:
    """Each line is told, in order."""
    told = messages_of(setting)
    wanted = [f"line {number}" for number in range(12)]
    for line in wanted:
        setting.cloud.robot.log(line)
    await setting.until(lambda: len(told()) == 12)
    assert told() == wanted


async def test_a_flood_of_the_log(setting: Setting) -> None:
    """Too many lines cost memory for the newest only; rubbish among them none."""
    receiver = setting.account.receiver
    topic = f"bot/device_{setting.number}/logs"
    seen = receiver.connection.counters.messages["logs"]
    for number in range(1000):
        setting.cloud.publish(topic, {"message": f"line {number}", "type": "info"})
    setting.cloud.publish(topic, b"rubbish")
    setting.cloud.publish(topic, {"message": "the last", "type": "info"})
    await setting.until_real(
        lambda: receiver.connection.counters.messages["logs"] >= seen + 1002
    )
    assert len(receiver._lines) <= receiver_module._MAX_LINES
    told = messages_of(setting)
    await setting.pushed(130)
    assert told()[-1] == "the last"
    assert not receiver._lines


async def test_telemetry(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """It says how the computer is as long as the robot's state does not."""
    setting = await set_up_farmbot("standard")
    setting.cloud.robot.online = False
    await setting.reload()
    topic = f"bot/device_{setting.number}/telemetry"
    setting.cloud.publish(topic, {"telemetry_soc_temp": 61, "telemetry_uptime": 5})
    await setting.until(lambda: "vitals" in setting.account.data)
    await setting.until_shown("soc_temp", "61.0")
    setting.cloud.robot.online = True
    await setting.connect()
    state = setting.value("soc_temp")
    assert state != "61.0"
    setting.cloud.publish(topic, {"telemetry_soc_temp": 62})
    await taken(setting)
    assert setting.value("soc_temp") == state


# Where the robot is away.


async def test_robot_offline(setting: Setting) -> None:
    """After two pings what it says is unavailable and it is commanded no more; then it returns."""
    robot = setting.cloud.robot
    robot.online = False
    await setting.live(62)
    await setting.pushed(40)
    assert setting.value("connected", "binary_sensor") == "off"
    assert setting.value("message_broker", "binary_sensor") == "on"
    assert setting.value("position_x") == "unavailable"
    assert setting.value("busy", "binary_sensor") == "unavailable"
    assert setting.value("plants") != "unavailable"
    began = asyncio.get_running_loop().time()
    with pytest.raises(HomeAssistantError) as caught:
        await setting.hass.services.async_call(
            "habitat",
            "find_home",
            {"device_id": device_id(setting), "axis": "all"},
            blocking=True,
        )
    assert caught.value.translation_key == "robot_offline"
    assert asyncio.get_running_loop().time() - began < 5
    assert asked(setting) == {}

    robot.online = True
    await setting.until_shown("connected", "on", "binary_sensor")
    await setting.until_shown("position_x", "0.0")
    assert setting.unavailable() == set()


def device_id(setting: Setting) -> str:
    """Return the registry's id of the robot."""
    device = setting.registry_device(setting.number)
    assert device is not None
    return device.id


# Where the broker is away.


async def test_lost_for_a_minute(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing flickers and nothing is said; all lists are asked for afterwards."""
    caplog.set_level(logging.INFO)
    caplog.clear()
    states = {one.entity_id: one.state for one in setting.states()}
    await setting.broker_lost()
    await setting.settle()
    assert {one.entity_id: one.state for one in setting.states()} == states
    setting.cloud.world.change(
        "device", setting.cloud.world.number, name="Changed unheard"
    )
    await setting.broker_back()
    await setting.live(60, step=10)
    await setting.until(lambda: setting.account.receiver.is_connected)
    await setting.answered()
    assert setting.unavailable() == set()
    assert setting.account.devices.present["farmbot_214"].name == "Changed unheard"
    counts = asked(setting)
    assert counts.keys() == {f"GET /api/{one.path}" for one in PACES}
    assert set(counts.values()) == {1}
    assert lines(caplog) == []
    setting.cloud.log.clear()
    await setting.live(HOUR)
    assert asked(setting) == {}


async def test_lost_for_more_than_an_hour(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """It polls and says so once; an hour later there is a repair, which ends with the loss."""
    caplog.set_level(logging.INFO)
    caplog.clear()
    await setting.broker_lost()
    await setting.live(240)
    assert setting.unavailable() == set()
    assert setting.value("message_broker", "binary_sensor") == "on"
    await setting.live(120)
    assert setting.value("message_broker", "binary_sensor") == "off"
    assert setting.value("position_x") == "unavailable"
    assert setting.value("plants") != "unavailable"
    assert lines(caplog) == [LOST]
    assert issues(setting) == set()
    await setting.live(HOUR)
    assert lines(caplog) == [LOST]
    assert issues(setting) == {"broker_out_of_reach"}
    assert asked(setting)["GET /api/device"] in (12, 13, 14)
    # Changes show with the polls.
    setting.cloud.world.create(
        "sensor_readings", pin=59, mode=1, value=321, read_at=None
    )
    await setting.live(330)
    assert setting.value(f"sensor_{sensor_id(setting, 59)}") == "321.0"

    setting.cloud.log.clear()
    await setting.broker_back()
    await setting.live(700)
    await setting.until(lambda: setting.account.receiver.is_connected)
    await setting.answered()
    await setting.until(lambda: setting.unavailable() == set())
    assert issues(setting) == set()
    assert lines(caplog) == [LOST, BACK]
    assert asked(setting).keys() >= {f"GET /api/{one.path}" for one in PACES}


async def test_never_in_reach(
    set_up_farmbot: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """An account works without the broker from the start, and says so once."""
    caplog.set_level(logging.INFO)
    setting = await set_up_farmbot("standard", NoBroker())
    assert setting.value("message_broker", "binary_sensor") == "off"
    assert setting.value("plants").isdecimal()
    await setting.live(HOUR + 700)
    assert [line for line in lines(caplog) if "broker" in line] == [LOST]
    assert issues(setting) == {"broker_out_of_reach"}
    assert setting.value("message_broker", "binary_sensor") == "off"
    with pytest.raises(HomeAssistantError) as caught:
        await setting.hass.services.async_call(
            "habitat",
            "emergency_lock",
            {"device_id": device_id(setting)},
            blocking=True,
        )
    assert caught.value.translation_key == "broker_not_connected"
    # The repair is closed with the account.
    await setting.hass.config_entries.async_remove(setting.entry.entry_id)
    assert issues(setting) == set()


async def test_refused_for_too_many_logins(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused login is waited out: the server says that the token is good."""
    await setting.broker_lost()
    setting.cloud.gate.refuse = True
    await setting.cloud.broker.start()
    await setting.live(45, step=5)
    connection = setting.account.receiver.connection
    await setting.until_real(lambda: connection.counters.refusals >= 1)
    await setting.until_real(lambda: asked(setting)["GET /api/device"] >= 1)
    assert setting.hass.config_entries.flow.async_progress() == []
    # Five minutes at least until the next.
    before = connection.counters.refusals
    await setting.live(240)
    assert connection.counters.refusals == before
    assert setting.cloud.gate.refused[f"device_{setting.number}"] >= 1
    setting.cloud.gate.refuse = False
    setting.cloud.gate.forgive()
    await setting.live(120)
    await setting.until(lambda: setting.account.receiver.is_connected)
    assert setting.hass.config_entries.flow.async_progress() == []


async def test_refused_at_the_start(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """The account is set up all the same, by polls."""
    setting = await set_up_farmbot("standard")
    await setting.connect()
    setting.cloud.gate.refuse = True
    await setting.reload()
    assert not setting.account.receiver.is_connected
    assert setting.value("plants").isdecimal()
    assert setting.hass.config_entries.flow.async_progress() == []
    setting.cloud.gate.refuse = False
    await setting.live(400)
    await setting.until(lambda: setting.account.receiver.is_connected)


async def test_token_that_only_the_broker_met(setting: Setting) -> None:
    """A token that ended is renewed, and the broker tried again soon with the new one."""
    await setting.broker_lost()
    setting.cloud.expire_tokens()
    await setting.broker_back()
    await setting.live(45, step=5)
    await setting.until_real(
        lambda: setting.account.receiver.connection.counters.refusals == 1
    )
    await setting.until_real(lambda: setting.cloud.count("POST /api/tokens") == 1)
    await setting.live(90, step=5)
    await setting.until(lambda: setting.account.receiver.is_connected)
    assert setting.hass.config_entries.flow.async_progress() == []


async def test_reauth_on_the_servers_word(setting: Setting) -> None:
    """Where the server refuses the login too, another is asked for."""
    await setting.broker_lost()
    setting.cloud.expire_tokens()
    setting.cloud.password = "changed-meanwhile"
    await setting.broker_back()
    await setting.live(45, step=5)
    await setting.until(lambda: bool(setting.hass.config_entries.flow.async_progress()))
    (flow,) = setting.hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    await fill(setting.hass, flow, login_input(setting.cloud))
    await setting.connect()
    await setting.until(lambda: setting.unavailable() == set())


async def test_refused_and_the_server_silent(setting: Setting) -> None:
    """Whom nobody tells that the login is wrong asks for no other."""
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=503))
    assert await setting.account.receiver.refused() is False
    with patch.object(
        setting.account.receiver._auth, "current", side_effect=RateLimited("too many")
    ):
        assert await setting.account.receiver.refused() is False
    assert setting.hass.config_entries.flow.async_progress() == []


async def test_where_the_broker_is(setting: Setting) -> None:
    """The login says where it is and whether it is encrypted; where it does not none is tried."""
    receiver = setting.account.receiver
    plain = await receiver._credentials()
    assert plain.tls is None
    assert (plain.host, plain.port) == setting.cloud.broker.address
    address = BrokerAddress("device_214", "broker.example.com", 8883, tls=True)
    with patch.object(receiver_module, "broker_address", return_value=address):
        credentials = await receiver._credentials()
    assert credentials.tls is not None
    assert credentials.tls.check_hostname
    assert (credentials.host, credentials.port) == ("broker.example.com", 8883)
    assert credentials.password not in repr(credentials)
    with (
        patch.object(receiver_module, "async_points_into_house", return_value=True),
        pytest.raises(BadAnswer, match="in the house"),
    ):
        await receiver._credentials()
    with patch.object(receiver_module, "broker_address", return_value=None):
        await setting.broker_lost()
        await setting.broker_back()
        await setting.live(120, step=5)
        assert not receiver.is_connected
        assert receiver.connection.counters.losses >= 2
    await setting.live(700)
    await setting.until(lambda: receiver.is_connected)


async def test_connected_in_the_middle_of_a_poll(setting: Setting) -> None:
    """What was asked for before the connection is asked for again."""
    await setting.broker_lost()
    account = setting.account
    answer = setting.cloud.answer
    began, go_on = asyncio.Event(), asyncio.Event()

    async def late(request):  # type: ignore[no-untyped-def]  # it stands for `answer`
        response = await answer(request)
        if request.path == "/api/sensor_readings":
            began.set()
            await go_on.wait()
        return response

    account.poller.ask_again("sensor_readings", timedelta())
    with patch.object(setting.cloud, "answer", late):
        poll = asyncio.create_task(account.async_refresh())
        await began.wait()
        # Nobody tells of it, and the answer under way does not know it.
        setting.cloud.world.create(
            "sensor_readings", pin=59, mode=1, value=654, read_at=None
        )
        account.receiver.connected()
        go_on.set()
        await poll
    account.receiver.is_connected = False
    await setting.poll()
    assert setting.value(f"sensor_{sensor_id(setting, 59)}") == "654.0"


async def test_gardens_of_the_simulator_are_told_of(
    set_up_farmbot: SetUp, clock: ManualClock
) -> None:
    """What is deleted is gone from the sums at once, a thousand plants or not."""
    setting = await set_up_farmbot(HOMES["large"](1, clock))
    await setting.connect()
    before = int(setting.value("plants"))
    plants = [r["id"] for r in setting.cloud.world.rows("points")][:5]
    for number in plants:
        assert isinstance(number, int)
        setting.cloud.world.remove("points", number)
    await setting.until_shown("plants", str(before - 5))
