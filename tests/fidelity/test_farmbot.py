"""FarmBot's own Python library, `farmbot`, on the simulated FarmBot: all that it offers."""

from collections.abc import Iterator
from pathlib import Path
import time
from typing import Any

from farmbot import Farmbot
import pytest

from .conftest import Served

# Threads of the library stumble over what they did not wait for; it goes on without them.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
    "ignore:Callback API version 1:DeprecationWarning",
)

LISTS = (
    "alerts",
    "curves",
    "farm_events",
    "farmware_envs",
    "farmware_installations",
    "featured_sequences",
    "first_party_farmwares",
    "folders",
    "images",
    "logs",
    "peripherals",
    "pin_bindings",
    "plant_templates",
    "point_groups",
    "points",
    "regimens",
    "saved_gardens",
    "scene_objects",
    "sensor_readings",
    "sensors",
    "sequences",
    "telemetries",
    "tools",
    "users",
    "webcam_feeds",
    "wizard_step_results",
)
SINGLES = (
    "corpus",
    "device",
    "fbos_config",
    "firmware_config",
    "global_config",
    "storage_auth",
    "tokens",
    "web_app_config",
)
WRITES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "curves": (
        {"name": "Curve", "type": "water", "data": {"1": 5, "100": 500}},
        {"name": "New"},
    ),
    "farmware_envs": ({"key": "fidelity", "value": "1"}, {"value": "2"}),
    "folders": ({"name": "Folder", "color": "blue"}, {"color": "red"}),
    "peripherals": ({"pin": 13, "label": "Fan"}, {"label": "Blower"}),
    "plant_templates": (
        {"saved_garden_id": 0, "name": "Bean", "openfarm_slug": "bean", "x": 1, "y": 2},
        {"name": "Pea"},
    ),
    "point_groups": ({"name": "Group", "point_ids": []}, {"name": "Other"}),
    "points": (
        {"pointer_type": "Plant", "x": 100, "y": 200, "z": 0, "name": "Kale"},
        {"x": 150, "plant_stage": "planted"},
    ),
    "regimens": (
        {"name": "Regimen", "color": "green", "regimen_items": []},
        {"name": "Plan"},
    ),
    "saved_gardens": ({"name": "Garden"}, {"notes": "Last year's"}),
    "sensors": ({"pin": 14, "label": "Light", "mode": 1}, {"label": "Sun"}),
    "sequences": ({"name": "Sequence", "color": "gray", "body": []}, {"name": "New"}),
    "tools": ({"name": "Hoe"}, {"flow_rate_ml_per_s": 5}),
    "webcam_feeds": ({"name": "Roof", "url": "http://192.0.2.1/"}, {"name": "Sky"}),
}
"""What is made of each resource, and what is changed of it then."""


@pytest.fixture(scope="session")
def bot(farmbot_cloud: Served) -> Iterator[Farmbot]:
    """Return the client, logged in.

    One for all tests: each of its parts logs in to the broker by itself, and twenty logins in five
    minutes are all that there are.
    """
    bot = log_in(farmbot_cloud)
    yield bot
    leave(bot)


def log_in(cloud: Served) -> Farmbot:
    """Return a client with a token of its own."""
    bot = Farmbot()
    bot.set_verbosity(0)
    bot.get_token(**cloud.credentials, server=cloud.url)
    well(bot)
    return bot


def leave(bot: Farmbot) -> None:
    """Disconnect all parts of a client."""
    for part in vars(bot).values():
        broker = getattr(part, "broker", part)
        if getattr(broker, "client", None) is not None:
            broker.disconnect()


@pytest.fixture
def fresh(farmbot_cloud: Served) -> Iterator[Farmbot]:
    """Return a client that has heard no status yet.

    The library never unsubscribes, and stumbles over a status while it waits for a reply.
    """
    fresh = log_in(farmbot_cloud)
    yield fresh
    leave(fresh)


@pytest.fixture(autouse=True)
def unlocked(bot: Farmbot) -> None:
    """Begin each test without an error."""
    bot.state.error = None


def well(bot: Farmbot) -> None:
    """Check that nothing went wrong."""
    assert bot.state.error is None


def named(bot: Farmbot, endpoint: str, name: str) -> dict[str, Any]:
    """Return the record of a name."""
    rows = bot.api_get(endpoint)
    return next(row for row in rows if name in (row.get("name"), row.get("label")))


def until(bot: Farmbot, endpoint: str, longer_than: int) -> list[dict[str, Any]]:
    """Return a list once it is longer than it was."""
    for _ in range(50):
        rows: list[dict[str, Any]] = bot.api_get(endpoint)
        well(bot)
        if len(rows) > longer_than:
            return rows
        time.sleep(0.1)
    raise AssertionError(f"There are no new {endpoint}")


def said(bot: Farmbot, message: str) -> dict[str, Any]:
    """Return the newest log with a text in its message."""
    return next(log for log in bot.api_get("logs") if message in log["message"])


# The API.


def test_login(bot: Farmbot) -> None:
    """The token is what the library builds its addresses of; its broker is a mere host."""
    claims = bot.state.token["token"]["unencoded"]
    assert claims["iss"].startswith("//")
    assert ":" not in claims["mqtt"]
    assert claims["exp"] - claims["iat"] == 60 * 24 * 3600
    assert claims["bot"] == f"device_{bot.state.token['user']['device_id']}"


def test_wrong_password(farmbot_cloud: Served) -> None:
    """The library knows a wrong password by its status."""
    other = Farmbot()
    other.set_verbosity(0)
    other.get_token("robin@example.com", "wrong", farmbot_cloud.url)
    assert other.state.error == "HTTP ERROR: Incorrect email address or password."


@pytest.mark.parametrize("endpoint", LISTS)
def test_lists(bot: Farmbot, endpoint: str) -> None:
    """Every list is one, and its records can be had one by one where the API has them."""
    assert isinstance(bot.api_get(endpoint), list)
    well(bot)


@pytest.mark.parametrize("endpoint", SINGLES)
def test_singles(bot: Farmbot, endpoint: str) -> None:
    """What there is one of is an object."""
    assert isinstance(bot.api_get(endpoint), dict)
    well(bot)


@pytest.mark.parametrize("endpoint", WRITES)
def test_writes(bot: Farmbot, endpoint: str) -> None:
    """A record is made, read, changed and destroyed, and then it is gone."""
    made, changed = WRITES[endpoint]
    if "saved_garden_id" in made:
        made = {
            **made,
            "saved_garden_id": bot.api_post("saved_gardens", {"name": "G"})["id"],
        }
    record = bot.api_post(endpoint, made)
    well(bot)
    assert {name: record[name] for name in made} == made
    answer = bot.api_patch(endpoint, changed, record["id"])
    well(bot)
    assert {name: answer[name] for name in changed} == changed
    assert answer["updated_at"] >= record["updated_at"]
    assert record["id"] in [row["id"] for row in bot.api_get(endpoint)]
    bot.api_delete(endpoint, record["id"])
    well(bot)
    assert record["id"] not in [row["id"] for row in bot.api_get(endpoint)]
    bot.api_delete(endpoint, record["id"])
    assert "CLIENT ERROR 404" in str(bot.state.error)
    assert "Document not found." in str(bot.state.error)


def test_what_is_refused(bot: Farmbot) -> None:
    """The errors are in the server's own words."""
    bot.api_post("points", {"pointer_type": "Plant", "name": "Nowhere"})
    assert "CLIENT ERROR 422" in str(bot.state.error)
    assert "X is required" in str(bot.state.error)
    assert "Y is required" in str(bot.state.error)
    bot.api_get("moons")
    assert "CLIENT ERROR 404" in str(bot.state.error)


def test_settings(bot: Farmbot) -> None:
    """What the library computes from settings."""
    size = bot.garden_size()
    assert size["x"] > 1000
    assert size["y"] > 500
    assert isinstance(bot.safe_z(), int | float)
    curve = bot.get_curve(bot.api_get("curves")[0]["id"])
    assert curve.day(1) >= 0
    tray = next(
        (
            tool["name"]
            for tool in bot.api_get("tools")
            if "tray" in tool["name"].lower()
        ),
        None,
    )
    if tray:
        assert set(bot.get_seed_tray_cell(tray, "b2")) == {"x", "y", "z"}
    well(bot)


def test_upload(bot: Farmbot, tmp_path: Path) -> None:
    """A picture goes to the storage and from there into the list."""
    picture = tmp_path / "picture.jpg"
    content = bytes.fromhex("ffd8ffe000104a46494600") + bytes(100)
    picture.write_bytes(content)
    made = bot.upload_photo(str(picture), {"x": 1, "y": 2, "z": 3})
    well(bot)
    assert made["meta"]["x"] == 1
    for _ in range(50):
        image = bot.api_get("images", made["id"])
        if image["attachment_processed_at"]:
            break
        time.sleep(0.1)
    shown = bot.api._request(method="GET", url=image["attachment_url"])
    assert shown.content == content


def test_a_log(bot: Farmbot) -> None:
    """A log by the API is in the list."""
    bot.log("Written down", "warn")
    well(bot)
    assert said(bot, "Written down")["type"] == "warn"


# The robot.


def test_status(bot: Farmbot) -> None:
    """It says what it is when it is asked, and a path leads into it."""
    status = bot.read_status()
    well(bot)
    assert {"location_data", "pins", "jobs", "informational_settings"} <= set(status)
    assert bot.read_status("informational_settings.sync_status") == "synced"


def test_moves(bot: Farmbot) -> None:
    """It goes where it is told, and home again."""
    bot.move(100, 200, -10, speed=50)
    well(bot)
    assert bot.get_xyz() == {"x": 100, "y": 200, "z": -10}
    assert bot.check_position({"x": 101, "y": 199, "z": -10}, 2)
    bot.move(x=300, safe_z=True)
    well(bot)
    bot.find_home("z")
    bot.find_home()
    well(bot)
    assert bot.get_xyz() == {"x": 0, "y": 0, "z": 0}
    bot.move(1_000_000, 0, 0)
    assert bot.state.error == "RPC error response received."
    bot.set_home("x")
    bot.find_axis_length("z")
    well(bot)


def test_lock(bot: Farmbot) -> None:
    """Locked it refuses to move, unlocked it moves."""
    bot.e_stop()
    well(bot)
    assert bot.read_status("informational_settings.locked") is True
    bot.move(10, 10, 0)
    assert bot.state.error == "RPC error response received."
    bot.unlock()
    well(bot)
    assert bot.read_status("informational_settings.locked") is False
    bot.move(10, 10, 0)
    well(bot)


def test_pins(bot: Farmbot, fresh: Farmbot) -> None:
    """Pins, peripherals and the servo do what they are told."""
    bot.on(8)
    well(bot)
    assert bot.read_status("pins.8.value") == 1
    bot.off(8)
    bot.write_pin(12, 99, "analog")
    well(bot)
    assert bot.read_status("pins.12") == {"mode": 1, "value": 99}
    bot.control_peripheral("Lighting", 1)
    bot.toggle_peripheral("Lighting")
    well(bot)
    assert bot.read_status("pins.7.value") == 0
    bot.control_servo(4, 90)
    well(bot)
    fresh.read_pin(59, "analog")
    well(fresh)


def test_a_sensor(bot: Farmbot, fresh: Farmbot) -> None:
    """Reading one leaves a record where it was read."""
    before = len(bot.api_get("sensor_readings"))
    bot.move(400, 500, 0)
    fresh.read_sensor("Soil moisture")
    well(fresh)
    newest = until(bot, "sensor_readings", before)[0]
    assert (newest["pin"], newest["x"], newest["y"]) == (59, 400, 500)


def test_messages(bot: Farmbot) -> None:
    """What it is to say is in the log, with where to show it."""
    bot.send_message("Good morning", "success", ["ticker"])
    bot.toast("Look here")
    bot.debug("Not kept")
    well(bot)
    assert said(bot, "Good morning")["type"] == "success"
    assert said(bot, "Look here")["channels"] == ["toast"]
    assert all(log["message"] != "Not kept" for log in bot.api_get("logs"))


def test_jobs(bot: Farmbot) -> None:
    """A job is begun, gets on and is complete."""
    bot.set_job("Digging", "Working", 30)
    well(bot)
    job = bot.get_job("Digging")
    assert (job["status"], job["percent"]) == ("Working", 30)
    bot.complete_job("Digging")
    well(bot)
    assert bot.get_job("Digging")["percent"] == 100
    assert "Digging" in bot.get_job()


def test_photo(bot: Farmbot) -> None:
    """A photo is taken where the robot stands, and is in the list."""
    before = len(bot.api_get("images"))
    bot.move(500, 100, 0)
    bot.take_photo()
    well(bot)
    newest = until(bot, "images", before)[0]
    assert (newest["meta"]["x"], newest["meta"]["y"]) == (500, 100)


def test_camera(bot: Farmbot, fresh: Farmbot) -> None:
    """Detection, calibration and the height of the soil leave what they found."""
    weeds = [p for p in bot.api_get("points") if p["pointer_type"] == "Weed"]
    images = len(bot.api_get("images"))
    bot.detect_weeds()
    well(bot)
    found = [p for p in bot.api_get("points") if p["pointer_type"] == "Weed"]
    assert len(found) > len(weeds)
    images = len(until(bot, "images", images))
    points = len(bot.api_get("points"))
    fresh.measure_soil_height()
    well(fresh)
    height = until(bot, "points", points)[-1]
    assert height["pointer_type"] == "GenericPointer"
    assert height["meta"]["at_soil_level"] == "true"
    assert height["z"] < 0
    bot.calibrate_camera()
    well(bot)


def test_sequences(bot: Farmbot) -> None:
    """A sequence of the list runs by its name, with variables where it has some."""
    sequence = bot.api_post(
        "sequences",
        {
            "name": "Greet",
            "color": "gray",
            "body": [
                {
                    "kind": "send_message",
                    "args": {"message": "Hello there", "message_type": "info"},
                }
            ],
        },
    )
    bot.clear_cache()
    bot.sequence("Greet")
    well(bot)
    assert said(bot, "Hello there")
    bot.if_statement("x", ">", -1, then_sequence_name="Greet")
    bot.if_statement("Lighting", "is", 0, "Greet", named_pin_type="Peripheral")
    well(bot)
    bot.api_delete("sequences", sequence["id"])


def test_lua(bot: Farmbot) -> None:
    """Programs run; what is wrong in one is answered with an error."""
    bot.lua(
        """
        local place = get_position()
        if place.x >= 0 then
            toast("At " .. place.x, "success")
        else
            toast("Nowhere", "error")
        end
        for turn = 1, 3 do
            move_absolute(100 * turn, 50, 0)
        end
        env("fidelity_lua", tostring(2 + 3 * 4))
        """
    )
    well(bot)
    assert bot.get_xyz() == {"x": 300, "y": 50, "z": 0}
    assert said(bot, "At ")["type"] == "success"
    assert named_env(bot, "fidelity_lua") == "14"
    for broken in ("toast(", "local = 1", "if true then", "no_such_function()", "x ="):
        bot.lua(broken)
        assert bot.state.error == "RPC error response received.", broken


def named_env(bot: Farmbot, key: str) -> str:
    """Return the value of a farmware env."""
    envs = bot.api_get("farmware_envs")
    return str(next(env["value"] for env in envs if env["key"] == key))


def test_assertions(bot: Farmbot) -> None:
    """What holds goes on, what does not aborts if it says so."""
    bot.assertion("return 2 + 2 == 4", "abort")
    well(bot)
    bot.assertion("get_position('x') < 0", "continue")
    well(bot)
    bot.assertion("return 2 + 2 == 5", "abort")
    assert bot.state.error == "RPC error response received."
    bot.assertion("2 +", "continue")
    assert bot.state.error == "RPC error response received."


def test_tools(bot: Farmbot) -> None:
    """A tool is mounted and put back, and water comes out."""
    bot.mount_tool("Watering nozzle")
    well(bot)
    nozzle = named(bot, "tools", "Watering nozzle")
    assert bot.api_get("device")["mounted_tool_id"] == nozzle["id"]
    plant = next(p for p in bot.api_get("points") if p.get("water_curve_id"))
    bot.water(plant["id"])
    well(bot)
    bot.water(plant["id"], "Watering nozzle", 8)
    bot.dispense(50)
    bot.dispense(50, "Watering nozzle", 8)
    well(bot)
    bot.dismount_tool()
    well(bot)
    assert bot.api_get("device")["mounted_tool_id"] is None


def test_waits(bot: Farmbot) -> None:
    """It waits, restarts, and says when the clients listen."""
    bot.wait(100)
    well(bot)
    bot.connect_broker()
    bot.listen_for_status_changes(duration=5, path="location_data.position")
    bot.reboot()
    well(bot)
