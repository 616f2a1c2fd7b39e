"""A FarmBot account's life: what it asks for and when, and what it keeps to itself."""

import asyncio
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
import logging
from unittest.mock import patch

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.diagnostics import async_get_config_entry_diagnostics
from custom_components.habitat.farmbot.client.models import Alert, Point
from custom_components.habitat.farmbot.coordinator import PACES, RECONCILE
from custom_components.habitat.farmbot.derived import DERIVED, MOUNTED_TOOL
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Record
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.json import json_bytes
from tests.support.common import fill, lines, login_input, start_flow
from tests.support.edge_cases.farmbot import HOMES
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

DAY = 86_400.0
LISTS = {resource.path for resource in PACES}
SIDE_EFFECTS = ("device/sync", "export_data", "reset", "seed", "logs", "telemetries")


def asked(setting: Setting) -> Counter[str]:
    """Return what the server was asked for, by method and path."""
    return Counter(
        f"{one.method} {one.path}"
        for one in setting.cloud.log
        if one.path.startswith("/api/")
    )


def issues(setting: Setting) -> set[str]:
    """Return the open repair issues of the account."""
    found = ir.async_get(setting.hass).issues
    end = f"_{setting.entry.entry_id}"
    return {key.removesuffix(end) for domain, key in found if domain == DOMAIN}


# Starting.


async def test_start(set_up_farmbot: SetUp) -> None:
    """Each list is asked for once, at most four at a time, and nothing that has side effects."""
    setting = await set_up_farmbot("demo")
    counts = asked(setting)
    # The form asked for the robot too.
    assert counts.pop("GET /api/device") == 2
    assert counts.pop("POST /api/tokens") == 1
    # At most daily; the server takes it down.
    assert counts.pop("GET /api/releases") == 1
    assert counts == {f"GET /api/{path}": 1 for path in LISTS - {"device"}}
    for word in SIDE_EFFECTS:
        assert setting.cloud.count(f"* /api/{word}*") == 0
    readings = [one for one in setting.cloud.log if one.path == "/api/sensor_readings"]
    assert [one.query for one in readings] == ["page=1&per=50"]


async def test_at_most_four_at_a_time(set_up_farmbot: SetUp) -> None:
    """A start does not fall upon the server."""
    setting = await set_up_farmbot()
    now = most = 0
    answer = setting.cloud.answer

    async def counting(request):  # type: ignore[no-untyped-def]  # it stands for `answer`
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        try:
            return await answer(request)
        finally:
            now -= 1

    with patch.object(setting.cloud, "answer", counting):
        await setting.reload()
    assert most == 4


@pytest.mark.parametrize("name", sorted(HOMES))
async def test_each_garden(set_up_farmbot: SetUp, name: str) -> None:
    """Whatever the garden, the account starts and the robot is heard."""
    setting = await set_up_farmbot(name)
    await setting.connect()
    assert setting.is_in(ConfigEntryState.LOADED)
    assert setting.value("connected", "binary_sensor") == "on"
    assert setting.value("message_broker", "binary_sensor") == "on"
    assert setting.value("position_x") == "0.0"


async def test_without_a_list(set_up_farmbot: SetUp) -> None:
    """A list that the server will not give costs what hangs on it, nothing else."""
    setting = await set_up_farmbot()
    faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/points", status=500)
    )
    await setting.reload()
    await setting.connect()
    assert setting.is_in(ConfigEntryState.LOADED)
    assert setting.account.record("garden", object) is None
    assert setting.value("position_x") == "0.0"
    # It is asked for again with the next poll, not after hours.
    faults_of(setting.cloud).clear()
    await setting.poll()
    assert setting.account.record("garden", object) is not None
    setting.cloud.log.clear()
    await setting.live(1800)
    assert asked(setting) == {}


@pytest.mark.parametrize("path", ["curves", "regimens", "fbos_config"])
async def test_an_older_server(
    set_up_farmbot: SetUp, clock: ManualClock, path: str
) -> None:
    """What a server never had is not missed: hours are as idle as with any other."""
    cloud_fault = Fault(kind=Kind.STATUS, match=f"GET /api/{path}", status=404)
    world = HOMES["standard"](1, clock)
    setting = await set_up_farmbot(world)
    faults_of(setting.cloud).add(cloud_fault)
    await setting.reload()
    await setting.connect()
    assert setting.unavailable() == set()
    setting.cloud.log.clear()
    await setting.live(3600)
    assert asked(setting) == {}
    # A newer one has it.
    faults_of(setting.cloud).clear()
    await setting.live(RECONCILE.total_seconds(), step=600)
    assert setting.cloud.count(f"GET /api/{path}") == 1
    assert asked(setting)["GET /api/device"] == 1


async def test_a_list_that_is_not_found_any_more(set_up_farmbot: SetUp) -> None:
    """What was there before is missed, and asked for until it is there again."""
    setting = await set_up_farmbot("standard", NoBroker())
    before = setting.registered()
    faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/peripherals", status=404)
    )
    await setting.poll(30)
    assert setting.registered() == before
    assert setting.account.poller.states["peripherals"].stale
    faults_of(setting.cloud).clear()
    await setting.poll()
    assert not setting.account.poller.states["peripherals"].stale


async def test_without_a_schedule(set_up_farmbot: SetUp) -> None:
    """Where the events never came there is no past to keep, and the account ends as well."""
    setting = await set_up_farmbot()
    faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/farm_events", status=500)
    )
    await setting.reload()
    await setting.connect()
    assert setting.account.record("schedule", object) is None
    # Nor is anything else out of order when the broker goes.
    await setting.broker_lost()
    assert setting.account.update_interval == setting.account.interval
    assert await setting.hass.config_entries.async_unload(setting.entry.entry_id)


async def test_what_the_robot_holds_needs_a_robot(set_up_farmbot: SetUp) -> None:
    """Where the robot's own record is missing nothing follows from it."""
    setting = await set_up_farmbot()
    (mounted,) = [one for one in DERIVED if one.key == MOUNTED_TOOL]
    assert len(list(mounted.make(setting.account.store))) == 1
    del setting.account.data["device"]
    assert list(mounted.make(setting.account.store)) == []


async def test_what_overtook_a_list(garden: Setting) -> None:
    """An older value replaces no newer one, whether a list or the broker brings it."""
    account = garden.account
    key = garden.key("points", "Kale").replace("point_", "points/")
    kale = account.record(key, Point)
    assert kale is not None
    before = kale.updated_at
    assert before is not None

    def push(name: str, hours: float) -> None:
        pushed = replace(kale, name=name, updated_at=before + timedelta(hours=hours))
        account.async_set_records({"points": {key: pushed}})

    def name() -> str | None:
        shown = account.record(key, Point)
        return shown.name if shown else None

    push("Newer", 2)
    push("Older", 1)
    assert name() == "Newer"
    account.poller.ask_all_soon()
    await account.async_refresh()
    assert name() == "Newer"
    garden.change("points", "Kale", name="Newest")
    account.poller.ask_all_soon()
    await account.async_refresh()
    assert name() == "Newest"


async def test_alive(garden: Setting) -> None:
    """A robot that cannot be heard is silent with all that it says; what the server keeps is not."""
    account = garden.account
    keys = ("robot", "position", "garden", "schedule")
    assert [account.is_alive(key) for key in keys] == [True] * 4
    await garden.lose_robot()
    assert [account.is_alive(key) for key in keys] == [False, False, True, True]
    garden.cloud.robot.online = True
    await garden.until(lambda: account.is_alive("robot"), step=1.0)
    await garden.broker_lost()
    await garden.until(lambda: not account.is_alive("position"), step=30.0)


async def test_server_away_at_the_start(set_up_farmbot: SetUp) -> None:
    """It is tried again later, and the broker is left alone when it is over."""
    setting = await set_up_farmbot()
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=503))
    await setting.reload()
    assert setting.is_in(ConfigEntryState.SETUP_RETRY)
    assert setting.entry._background_tasks == set()
    faults_of(setting.cloud).clear()
    await setting.poll()
    assert setting.is_in(ConfigEntryState.LOADED)
    await setting.connect()
    await setting.until(lambda: setting.unavailable() == set())


# The token.


async def test_token(set_up_farmbot: SetUp, clock: ManualClock) -> None:
    """It is renewed a day before its end, and not before."""
    setting = await set_up_farmbot()
    await setting.connect()

    async def later(days: float) -> None:
        clock.advance(days * DAY)
        setting.freezer.tick(days * DAY)
        await setting.settle()
        await setting.poll()
        await setting.answered()

    await later(58.9)
    assert setting.cloud.count("POST /api/tokens") == 1
    await later(0.6)
    assert setting.cloud.count("POST /api/tokens") == 2
    assert setting.account.receiver.is_connected
    assert setting.unavailable() == set()


async def test_token_is_kept(set_up_farmbot: SetUp) -> None:
    """A restart needs no login: the server counts those."""
    setting = await set_up_farmbot()
    for _ in range(3):
        await setting.reload()
    assert setting.cloud.count("POST /api/tokens") == 1
    assert setting.account.receiver.is_connected


async def test_token_ended_early(set_up_farmbot: SetUp) -> None:
    """A token that does not serve any more is replaced without anybody noticing."""
    setting = await set_up_farmbot()
    await setting.connect()
    setting.cloud.expire_tokens()
    setting.account.update_interval = timedelta(minutes=5)
    await setting.account.async_refresh()
    assert setting.cloud.count("POST /api/tokens") == 2
    assert setting.unavailable() == set()
    assert setting.hass.config_entries.flow.async_progress() == []


async def test_wrong_login(set_up_farmbot: SetUp) -> None:
    """Only the server's word that the login is wrong asks for another."""
    setting = await set_up_farmbot()
    await setting.connect()
    setting.cloud.expire_tokens()
    setting.cloud.password = "another-password"
    await setting.account.async_refresh()
    await setting.settle()
    (flow,) = setting.hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await fill(setting.hass, flow, login_input(setting.cloud))
    assert result["reason"] == "reauth_successful"
    await setting.connect()
    await setting.until(lambda: setting.unavailable() == set())


@pytest.mark.parametrize("key", ["terms_not_accepted", "account_not_verified"])
async def test_what_the_user_has_to_do(set_up_farmbot: SetUp, key: str) -> None:
    """What the server wants first is a repair, no wrong login; it is over when it is done."""
    setting = await set_up_farmbot()
    cloud = setting.cloud
    if key == "terms_not_accepted":
        cloud.agreed = False
    else:
        # Only a login meets this.
        cloud.expire_tokens()
        cloud.verified = False
    await setting.account.async_refresh()
    assert issues(setting) == {key}
    assert setting.hass.config_entries.flow.async_progress() == []

    await setting.reload()
    assert setting.is_in(ConfigEntryState.SETUP_RETRY)
    assert issues(setting) == {key}
    assert setting.hass.config_entries.flow.async_progress() == []

    cloud.agreed = cloud.verified = True
    await setting.reload()
    assert setting.is_in(ConfigEntryState.LOADED)
    assert issues(setting) == set()


# Idle hours.


async def test_an_idle_hour(set_up_farmbot: SetUp) -> None:
    """With the broker it costs no more than 2 requests and 60 pings, and writes no state."""
    setting = await set_up_farmbot("standard")
    await setting.connect()
    await setting.live(120)
    setting.cloud.log.clear()
    setting.cloud.messages.clear()
    pings = setting.account.receiver.connection.counters.pings
    await setting.live(3600)
    assert len(setting.cloud.log) <= 2
    assert setting.cloud.said("/ping/") <= 60
    assert 50 <= setting.account.receiver.connection.counters.pings - pings <= 60
    assert setting.unavailable() == set()


async def test_six_hours(set_up_farmbot: SetUp) -> None:
    """The lists are reconciled once in six hours; those that rarely change once a day."""
    setting = await set_up_farmbot()
    await setting.connect()
    setting.cloud.log.clear()
    await setting.live(RECONCILE.total_seconds() + 120, step=310)
    counts = asked(setting)
    assert set(counts.values()) == {1}
    assert counts.keys() == {
        f"GET /api/{path}"
        for path in LISTS - {"firmware_config", "web_app_config", "webcam_feeds"}
    }
    await setting.live(3 * RECONCILE.total_seconds() + 600, step=1800)
    assert asked(setting)["GET /api/webcam_feeds"] == 1


async def test_an_idle_hour_without_the_broker(set_up_farmbot: SetUp) -> None:
    """Polls take less than a megabyte, also of an account that is full."""
    setting = await set_up_farmbot("large", NoBroker())
    assert not setting.account.receiver.is_connected
    setting.cloud.log.clear()
    before = setting.account.session.counters.bytes
    await setting.poll(12)
    assert setting.account.session.counters.bytes - before < 1_000_000
    counts = asked(setting)
    assert counts["GET /api/device"] == counts["GET /api/sensor_readings"] == 12
    assert counts["GET /api/farm_events"] == 4
    assert counts["GET /api/images"] == 2
    assert counts["GET /api/points"] <= 1
    assert counts["GET /api/sequences"] == 0
    # Changes show with the polls.
    world = setting.cloud.world
    world.change("device", world.number, mounted_tool_id=None)
    world.create("sensor_readings", pin=59, mode=1, value=777, read_at=None)
    await setting.poll()
    assert setting.value("sensor_" + sensor_id(setting, 59)) == "777.0"


def sensor_id(setting: Setting, pin: int) -> str:
    """Return the id of the sensor at a pin."""
    rows = setting.cloud.world.rows("sensors")
    return str(next(row["id"] for row in rows if row["pin"] == pin))


async def test_the_last_of_a_list_may_go(set_up_farmbot: SetUp) -> None:
    """Alerts all read are none, not a list that failed, also where nobody told of it."""
    setting = await set_up_farmbot("demo", NoBroker())
    assert setting.account.records("alerts", Alert)
    setting.cloud.world.tables["alerts"].clear()
    await setting.poll(13)
    assert setting.account.records("alerts", Alert) == []
    assert setting.value("alerts") == "0"
    await setting.poll(40)
    assert setting.value("alerts") == "0"


async def test_an_empty_list_of_pins_removes_nothing(set_up_farmbot: SetUp) -> None:
    """Where entities hang on it an empty answer is no proof."""
    setting = await set_up_farmbot("standard", NoBroker())
    before = setting.registered()
    faults_of(setting.cloud).add(
        Fault(kind=Kind.EMPTY_LIST, match="GET /api/peripherals")
    )
    pins = list(setting.account.store.keys("peripherals"))
    await setting.poll(30)
    assert setting.registered() == before
    assert list(setting.account.store.keys("peripherals")) == pins


async def test_another_device_goes(set_up_farmbot: SetUp) -> None:
    """A device that the account does not have is removed, once several answers agree."""
    setting = await set_up_farmbot("standard", NoBroker())
    devices = dr.async_get(setting.hass)
    other = devices.async_get_or_create(
        config_entry_id=setting.entry.entry_id,
        identifiers={(DOMAIN, "farmbot_999")},
    )
    setting.account.store.touch(setting.account._apply_descriptions({}))
    await setting.poll(2)
    assert devices.async_get(other.id) is not None
    await setting.poll(2)
    assert devices.async_get(other.id) is None
    assert setting.registry_device(setting.number) is not None


# Where the server is away.


async def test_server_away(
    set_up_farmbot: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """As long as the broker tells, nothing is unavailable, and the robot can be stopped."""
    setting = await set_up_farmbot("demo")
    await setting.connect()
    await setting.live(62)
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=503))
    await setting.live(RECONCILE.total_seconds() + 3600, step=62)
    assert setting.cloud.count("GET /api/device") > 5
    assert setting.unavailable() == set()
    setting.cloud.world.change("device", setting.cloud.world.number, name="Moony")
    await setting.pushed(2)
    assert setting.account.devices.present["farmbot_214"].name == "Moony"
    await setting.hass.services.async_call(
        "button",
        "press",
        {"entity_id": setting.entity("button", "emergency_stop")},
        blocking=True,
    )
    assert setting.cloud.robot.state.locked
    await setting.until_shown("emergency_stop", "on", "binary_sensor")

    faults_of(setting.cloud).clear()
    await setting.live(700)
    assert setting.unavailable() == set()


async def test_all_away(set_up_farmbot: SetUp) -> None:
    """Without server and broker the last values stand for a while; then all comes back."""
    setting = await set_up_farmbot("demo")
    await setting.connect()
    states = {one.entity_id for one in setting.states()}
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=503))
    await setting.broker_lost()
    await setting.live(240)
    assert setting.unavailable() == set()
    await setting.live(1500)
    still = {"message_broker"}
    for key in still:
        assert setting.value(key, "binary_sensor") == "off"
    assert len(setting.unavailable()) > len(states) - 6
    assert setting.is_in(ConfigEntryState.LOADED)

    faults_of(setting.cloud).clear()
    await setting.broker_back()
    await setting.live(1300)
    await setting.until(lambda: setting.unavailable() == set())
    assert setting.value("connected", "binary_sensor") == "on"


# Ending.


async def test_unload_ends_everything(set_up_farmbot: SetUp) -> None:
    """No task, no timer and no socket is left, not even in the middle of a flood."""
    setting = await set_up_farmbot()
    await setting.connect()
    cloud, receiver = setting.cloud, setting.account.receiver
    flood = asyncio.create_task(cloud.robot.flood(500, 2))
    await setting.until(lambda: receiver.connection.counters.messages["status"] > 20)
    assert await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    assert receiver._timer is None or receiver._timer.cancelled()
    assert receiver._loss_timer is None
    await setting.settle()
    left = [
        task.get_name()
        for task in asyncio.all_tasks()
        if "FarmBot" in task.get_name() or task.get_name().endswith(" broker")
    ]
    assert left == []
    assert setting.entry._background_tasks == set()
    assert f"device_{cloud.world.number}" in cloud.gate.accepted
    requests, taken = cloud.count(), receiver.connection.counters.messages.copy()
    flood.cancel()
    setting.freezer.tick(DAY)
    await setting.settle()
    assert cloud.count() == requests
    assert receiver.connection.counters.messages == taken


async def test_late_messages_are_not_taken_in(set_up_farmbot: SetUp) -> None:
    """What still comes while the connection is being closed leaves no timer behind."""
    setting = await set_up_farmbot()
    await setting.connect()
    receiver = setting.account.receiver
    assert await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    receiver.status(b"{}")
    receiver.log(b"{}")
    assert receiver._timer is None or receiver._timer.cancelled()


async def test_reload(set_up_farmbot: SetUp) -> None:
    """A reload brings back all as it was."""
    setting = await set_up_farmbot("demo")
    await setting.connect()
    before = setting.registered()
    for _ in range(2):
        await setting.reload()
        await setting.connect()
    assert setting.registered() == before
    await setting.until(lambda: setting.unavailable() == set())
    # One connection at a time.
    assert setting.cloud.gate.accepted[f"device_{setting.number}"] == 4


async def test_two_robots(
    set_up_farmbot: SetUp, hass: HomeAssistant, clock: ManualClock
) -> None:
    """Two accounts in one Home Assistant share nothing, and each ends alone."""
    one = await set_up_farmbot(HOMES["standard"](1, clock))
    two = await set_up_farmbot(HOMES["standard"](2, clock))
    for setting in (one, two):
        await setting.connect()
    assert one.entry.unique_id == "farmbot_214"
    assert two.entry.unique_id == "farmbot_215"
    assert not one.registered() & two.registered()
    one.cloud.robot.state.position["x"] = 111.0
    two.cloud.robot.state.position["x"] = 222.0
    for setting in (one, two):
        setting.cloud.robot.tell()
    await one.until_shown("position_x", "111.0")
    await two.until_shown("position_x", "222.0")
    pin: Record = {"mode": 0, "value": 1}
    two.cloud.robot.state.pins["8"] = pin
    two.cloud.robot.tell()
    water = next(r["id"] for r in two.cloud.world.rows("peripherals") if r["pin"] == 8)
    await two.until_shown(f"peripheral_{water}", "on", "switch")
    assert one.value(f"peripheral_{water}", "switch") == "off"

    assert await hass.config_entries.async_unload(one.entry.entry_id)
    await two.settle()
    two.cloud.robot.state.position["x"] = 333.0
    two.cloud.robot.tell()
    await two.until_shown("position_x", "333.0")
    assert two.unavailable() == set()
    assert len(one.unavailable()) > 30


@pytest.mark.parametrize("with_broker", [True, False])
async def test_simulated(
    hass: HomeAssistant,
    socket_enabled: None,
    real_time_broker: None,
    with_broker: bool,
) -> None:
    """The simulator's account works, without a broker by polls alone."""
    missing = patch(
        "custom_components.habitat.simulator.farmbot.server.EmbeddedBroker", NoBroker
    )
    flow = await start_flow(hass, "simulator")
    with nullcontext() if with_broker else missing:
        result = await fill(hass, flow, {"vendor": "farmbot"})
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.title == "FarmBot (simulated)"
    assert entry.runtime_data.receiver.is_connected is with_broker
    names = {state.entity_id: state.state for state in hass.states.async_all("sensor")}
    assert names["sensor.sunny_plants"].isdecimal()
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_releases(set_up_farmbot: SetUp) -> None:
    """The newest release is asked for once a day, reloads or not."""
    setting = await set_up_farmbot("demo")
    releases = "GET /api/releases"
    assert setting.cloud.count(releases) == 1
    for _ in range(3):
        await setting.reload()
    assert setting.cloud.count(releases) == 1
    await setting.connect()
    await setting.live(DAY + RECONCILE.total_seconds() + 600, step=1800)
    assert setting.cloud.count(releases) == 2


async def test_releases_of_an_unknown_computer(
    set_up_farmbot: SetUp, caplog: pytest.LogCaptureFixture, clock: ManualClock
) -> None:
    """Where nobody says which computer it is nothing is asked, and nothing is amiss."""
    world = HOMES["standard"](1, clock)
    world.device["rpi"] = None
    setting = await set_up_farmbot(world, NoBroker())
    await setting.poll(5)
    assert setting.cloud.count("GET /api/releases") == 0
    assert "release" not in "".join(lines(caplog, logging.INFO))


@pytest.mark.parametrize("name", ["demo", "odd"])
async def test_diagnostics(set_up_farmbot: SetUp, name: str) -> None:
    """The download explains faults and holds no secret, by value."""
    setting = await set_up_farmbot(name)
    await setting.connect()
    dump = await async_get_config_entry_diagnostics(setting.hass, setting.entry)
    texts = json_bytes(dump).decode()
    auth = setting.account.receiver._auth
    hidden = {*setting.cloud.credentials.values(), *auth.secrets()}
    world = setting.cloud.world
    hidden |= {str(world.device[key]) for key in ("lat", "lng", "serial_number")}
    hidden |= {
        str(user[key]) for user in world.rows("users") for key in ("name", "email")
    }
    hidden |= {
        str(env["value"])
        for env in world.rows("farmware_envs")
        if len(str(env["value"])) > 6
    }
    hidden |= {str(feed["url"]) for feed in world.rows("webcam_feeds")}
    hidden = {secret for secret in hidden if len(secret) > 3 and secret != "None"}
    assert len(hidden) > 6
    for secret in hidden:
        assert secret not in texts
    assert '"connects":1' in texts


async def test_port_of_the_broker(set_up_farmbot: SetUp) -> None:
    """Where the broker is the token says, with its port."""
    setting = await set_up_farmbot()
    credentials = await setting.account.receiver._credentials()
    assert (credentials.host, credentials.port) == setting.cloud.broker.address
    assert credentials.tls is None
    assert credentials.username == "device_214"
