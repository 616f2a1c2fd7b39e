"""The actions on what the server keeps, and whom all actions are for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
import voluptuous as vol

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.farmbot.actions import ACTIONS
from custom_components.habitat.farmbot.client.models import Point
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from custom_components.habitat.simulator.farmbot.builder import robot
from custom_components.habitat.simulator.farmbot.demo import standard
from custom_components.habitat.simulator.farmbot.world import stamp
from custom_components.habitat.simulator.flair.homes import home
from custom_components.habitat.simulator.flair.server import FlairCloud
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from tests.conftest import StartCloud
from tests.farmbot.acting import Acting, Actor, said_in_words
from tests.support.common import START, set_up
from tests.support.faults import Fault, Kind, faults_of

LONG_AGO = START - timedelta(days=40)

FIELDS: dict[str, dict[str, Any]] = {
    "move": {"x": 1},
    "read_pin": {"pin": 5},
    "write_pin": {"pin": 5, "value": 1},
    "toggle_pin": {"pin": 5},
    "set_servo_angle": {"pin": 4, "angle": 10},
    "run_sequence": {"sequence": "Rest"},
    "mount_tool": {"tool": "Seeder"},
    "water_plants": {"crop": "tomato"},
    "send_message": {"message": "Hello"},
    "add_point": {"type": "weed", "x": 1, "y": 1},
    "update_point": {"point_id": 1, "x": 1},
    "remove_point": {"points": 1},
    "add_sensor_reading": {"pin": 5, "value": 1},
}
"""What the actions ask for at least."""


def row_of(actor: Actor, point_id: int) -> Record:
    """Return a point as the server keeps it."""
    return actor.world.tables["points"][point_id]


def known(actor: Actor, point_id: int) -> Point | None:
    """Return a point as the account knows it."""
    return actor.setting.account.record(f"points/{point_id}", Point)


def body_fields(actor: Actor, kind: str) -> Iterator[Record]:
    """Yield the points of a kind as the server keeps them."""
    for row in actor.world.rows("points"):
        if row["pointer_type"] == kind:
            yield row


# Points.


async def test_add_plant(actor: Actor) -> None:
    """It is on the server's map and known here at once, and the answer tells it."""
    answer = await actor.act(
        "add_point",
        type="plant",
        x=100,
        y="201",
        z=-5,
        name="Dill",
        radius=25,
        crop="dill",
        stage="planted",
        planted_at="2026-11-20 09:00:00",
        color="green",
    )
    point = known(actor, answer["id"])
    assert point is not None
    row = row_of(actor, answer["id"])
    shown = {
        "type": "plant",
        "name": "Dill",
        "x": 100.0,
        "y": 201.0,
        "z": -5.0,
        "radius": 25.0,
        "stage": "planted",
        "crop": "dill",
        "color": "green",
        # Home Assistant's own time zone in the tests.
        "planted_at": "2026-11-20T17:00:00+00:00",
        "age": 4,
    }
    assert shown.items() <= answer.items()
    assert row["pointer_type"] == "Plant"
    assert (row["x"], row["y"], row["z"], row["radius"]) == (100, 201, -5, 25)
    assert (row["openfarm_slug"], row["plant_stage"]) == ("dill", "planted")
    assert row["meta"] == {"color": "green"}
    garden = await actor.act("search_points", crop="dill")
    assert [one["id"] for one in garden["points"]] == [answer["id"]]


@pytest.mark.parametrize(
    ("kind", "pointer_type"), [("weed", "Weed"), ("point", "GenericPointer")]
)
async def test_add_the_least(actor: Actor, kind: str, pointer_type: str) -> None:
    """A place is enough."""
    answer = await actor.act("add_point", type=kind, x=1, y=2)
    assert (answer["type"], answer["x"], answer["y"], answer["z"]) == (kind, 1, 2, 0)
    assert row_of(actor, answer["id"])["pointer_type"] == pointer_type
    assert answer["age"] == 0


async def test_add_without_asking_for_an_answer(actor: Actor) -> None:
    """The answer is optional."""
    before = len(actor.world.rows("points"))
    await actor.setting.hass.services.async_call(
        DOMAIN,
        "add_point",
        {"device_id": actor.device_id, "type": "weed", "x": 1, "y": 2},
        blocking=True,
    )
    assert len(actor.world.rows("points")) == before + 1


async def test_update_point(actor: Actor) -> None:
    """What is given is changed, here and there; the rest stays."""
    point_id = actor.ids_of("tomato")[0]
    before = dict(row_of(actor, point_id))
    answer = await actor.act(
        "update_point",
        point_id=str(point_id),
        name="Tomato 1",
        stage="harvested",
        planted_at="2026-10-01T00:00:00+02:00",
        color="red",
    )
    row = row_of(actor, point_id)
    assert (row["name"], row["plant_stage"]) == ("Tomato 1", "harvested")
    assert row["meta"] == {**cast(Record, before["meta"]), "color": "red"}
    assert {name for name in row if row[name] != before[name]} == {
        "name",
        "plant_stage",
        "planted_at",
        "meta",
        "updated_at",
    }
    assert answer["planted_at"] == "2026-09-30T22:00:00+00:00"
    assert (answer["name"], answer["stage"]) == ("Tomato 1", "harvested")
    assert (answer["crop"], answer["color"]) == ("tomato", "red")
    point = known(actor, point_id)
    assert point is not None
    assert (point.name, point.meta["color"]) == ("Tomato 1", "red")


@pytest.mark.parametrize(
    ("before", "stage", "planted_at"),
    [
        (("planned", None), "planted", START),
        (("planned", LONG_AGO), "planted", START),
        (("sprouted", LONG_AGO), "planted", START),
        (("planted", None), "planted", START),
        (("planted", LONG_AGO), "planted", LONG_AGO),
        (("planted", LONG_AGO), "planned", None),
        (("planted", LONG_AGO), "sprouted", LONG_AGO),
        (("planned", None), "harvested", None),
        (("planted", LONG_AGO), "removed", LONG_AGO),
    ],
)
async def test_stage_and_planting(
    actor: Actor,
    before: tuple[str, datetime | None],
    stage: str,
    planted_at: datetime | None,
) -> None:
    """The date of planting changes with the stage as in the vendor's app: the robot goes by it."""
    point_id = actor.ids_of("tomato")[0]
    begin, date = before
    actor.world.change(
        "points",
        point_id,
        plant_stage=begin,
        planted_at=None if date is None else stamp(date.timestamp()),
    )
    await actor.setting.until(
        lambda: (
            (point := known(actor, point_id)) is not None
            and (point.plant_stage, point.planted_at) == before
        )
    )
    answer = await actor.act("update_point", point_id=point_id, stage=stage)
    written = row_of(actor, point_id)["planted_at"]
    shown = [
        datetime.fromisoformat(str(one)) if one else None
        for one in (written, answer["planted_at"])
    ]
    if planted_at == START:
        assert all(one is not None and one >= START for one in shown)
        assert answer["age"] == 0
    else:
        assert shown == [planted_at, planted_at]
        assert answer["age"] == (
            None if planted_at is None else (dt_util.utcnow() - planted_at).days
        )


async def test_the_date_that_is_given_counts(actor: Actor) -> None:
    """A date beside the stage is taken as it is, in both actions."""
    point_id = actor.ids_of("tomato")[0]
    answer = await actor.act(
        "update_point",
        point_id=point_id,
        stage="planted",
        planted_at=LONG_AGO.isoformat(),
    )
    assert answer["planted_at"] == LONG_AGO.isoformat()
    made = await actor.act(
        "add_point",
        type="plant",
        x=1,
        y=2,
        stage="planned",
        planted_at=LONG_AGO.isoformat(),
    )
    assert made["planted_at"] == LONG_AGO.isoformat()


@pytest.mark.parametrize(
    ("stage", "age"), [("planted", 0), ("planned", None), ("sprouted", None)]
)
async def test_the_age_of_a_new_plant(
    actor: Actor, stage: str, age: int | None
) -> None:
    """Made is not planted: only a plant that is planted has an age."""
    answer = await actor.act("add_point", type="plant", x=1, y=2, stage=stage)
    assert answer["age"] == age
    assert (row_of(actor, answer["id"])["planted_at"] is None) is (age is None)


async def test_a_plant_of_tomorrow_has_no_age(actor: Actor) -> None:
    """A date of planting that is yet to come is a plan."""
    point_id = actor.ids_of("tomato")[0]
    tomorrow = dt_util.utcnow() + timedelta(days=1)
    answer = await actor.act(
        "update_point", point_id=point_id, planted_at=tomorrow.isoformat()
    )
    assert answer["age"] is None


async def test_update_shows_at_once(actor: Actor) -> None:
    """Before the server has answered; and is taken back when that refuses."""
    point_id = actor.ids_of("tomato")[0]
    cloud = actor.setting.cloud
    faults_of(cloud).add(Fault(kind=Kind.STATUS, status=422, match="PATCH *"))
    shown: list[tuple[str | None, str | None]] = []

    def look() -> None:
        point = known(actor, point_id)
        assert point is not None
        shown.append((point.name, point.meta.get("color")))

    actor.setting.account.async_add_listener(look, (f"points/{point_id}",))
    error = await actor.error(
        "update_point", point_id=point_id, name="New", color="blue"
    )
    assert error.translation_key == "write_refused"
    assert shown == [("New", "blue"), ("Tomato", None)]


async def test_move_weed(actor: Actor) -> None:
    """A weed has a place and a stage as well."""
    weed = next(body_fields(actor, "Weed"))
    answer = await actor.act(
        "update_point", point_id=weed["id"], x=5, y=6, z=7, radius=8, stage="removed"
    )
    assert (answer["x"], answer["y"], answer["z"], answer["radius"]) == (5, 6, 7, 8)
    assert weed["plant_stage"] == answer["stage"] == "removed"


async def test_remove_points(actor: Actor) -> None:
    """They are gone at once, with one request."""
    first, second, *rest = actor.ids_of("tomato")
    actor.setting.cloud.log.clear()
    await actor.act("remove_point", points=[first, str(second), first])
    assert actor.ids_of("tomato") == rest
    [request] = actor.setting.cloud.log
    assert (request.method, request.path) == (
        "DELETE",
        f"/api/points/{first},{second}",
    )
    assert known(actor, first) is None
    assert known(actor, second) is None
    found = await actor.act("search_points", crop="tomato")
    assert [one["id"] for one in found["points"]] == rest


def _first(actor: Actor, kind: str) -> Json:
    return next(body_fields(actor, kind))["id"]


REFUSED: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("update_point", "Weed", {"crop": "dill"}, "only_for_plants"),
    ("update_point", "Weed", {"planted_at": "2026-11-01 00:00"}, "only_for_plants"),
    ("update_point", "GenericPointer", {"crop": "dill"}, "only_for_plants"),
    ("update_point", "Weed", {"stage": "harvested"}, "no_stage_of_weeds"),
    ("update_point", "GenericPointer", {"stage": "active"}, "point_without_stage"),
    ("update_point", "Plant", {}, "nothing_to_change"),
    ("update_point", "ToolSlot", {"x": 1}, "no_such_point"),
    ("remove_point", "ToolSlot", {}, "no_such_point"),
)


@pytest.mark.parametrize(("action", "kind", "fields", "key"), REFUSED)
async def test_refused(
    actor: Actor, action: str, kind: str, fields: dict[str, Any], key: str
) -> None:
    """What a point of its kind cannot have; slots are the tools' affair."""
    point = _first(actor, kind)
    whom = {"points": [point]} if action == "remove_point" else {"point_id": point}
    assert await actor.refusal(action, **whom, **fields) == key


@pytest.mark.parametrize(
    ("action", "fields", "key"),
    [
        ("add_point", {"type": "weed", "crop": "dill"}, "only_for_plants"),
        ("add_point", {"type": "weed", "stage": "sprouted"}, "no_stage_of_weeds"),
        ("add_point", {"type": "point", "stage": "active"}, "point_without_stage"),
    ],
)
async def test_new_point_refused(
    actor: Actor, action: str, fields: dict[str, Any], key: str
) -> None:
    """Likewise when it is new."""
    before = len(actor.world.rows("points"))
    assert await actor.refusal(action, x=1, y=1, **fields) == key
    assert len(actor.world.rows("points")) == before


async def test_unknown_points(actor: Actor) -> None:
    """One that is not there spares all the others."""
    plants = actor.ids_of("tomato")
    key = await actor.refusal("remove_point", points=[*plants, 999_999])
    assert key == "no_such_point"
    assert actor.ids_of("tomato") == plants
    assert await actor.refusal("update_point", point_id=999_999, x=1) == key


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("add_point", {"type": "tool_slot", "x": 1, "y": 1}),
        ("add_point", {"type": "plant", "x": 1}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "radius": -1}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "name": ""}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "name": "\udc00"}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "color": "plaid"}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "stage": "old"}),
        ("add_point", {"type": "plant", "x": 1, "y": 1, "planted_at": "soon"}),
        ("update_point", {"point_id": 0}),
        ("update_point", {"point_id": 1.5, "x": 1}),
        ("update_point", {"point_id": "all", "x": 1}),
        ("update_point", {"x": 1}),
        ("remove_point", {}),
        ("remove_point", {"points": []}),
        # To the server this word is all points.
        ("remove_point", {"points": "all"}),
        ("remove_point", {"points": "1,2"}),
        ("search_points", {"x": 1}),
        ("search_points", {"limit": 0}),
        ("search_points", {"limit": 1001}),
        ("search_points", {"types": ["tree"]}),
        ("search_points", {"within": -1}),
        ("add_sensor_reading", {"pin": 5}),
        ("add_sensor_reading", {"pin": 5, "value": 1024}),
        ("add_sensor_reading", {"pin": 5, "value": 0.5}),
        ("add_sensor_reading", {"pin": 5, "sensor": "Soil moisture", "value": 1}),
        ("search_logs", {"type": "loud"}),
        ("search_logs", {"verbosity": 4}),
    ],
)
async def test_bad_fields(actor: Actor, action: str, fields: dict[str, Any]) -> None:
    """What a field cannot take is refused before the server is asked."""
    asked = len(actor.setting.cloud.log)
    with pytest.raises(vol.Invalid):
        await actor.act(action, **fields)
    assert len(actor.setting.cloud.log) == asked


# Searching.


async def test_search_points(actor: Actor) -> None:
    """Of what is known already: nothing is asked for."""
    asked = len(actor.setting.cloud.log)
    everything = await actor.act("search_points", limit=1000)
    assert everything["count"] == len(everything["points"])
    assert everything["count"] == len(actor.world.rows("points"))
    assert {one["type"] for one in everything["points"]} == {
        "plant",
        "weed",
        "point",
        "tool_slot",
    }
    some = await actor.act("search_points", limit=3)
    assert some["count"] == everything["count"]
    assert some["points"] == everything["points"][:3]
    assert len(actor.setting.cloud.log) == asked


async def test_search_by_everything(actor: Actor) -> None:
    """All that is given has to fit."""
    weeds = await actor.act("search_points", types="weed", stages=["removed"])
    assert weeds["count"] == 1
    assert weeds["points"][0]["color"] == "red"
    near = await actor.act(
        "search_points", types=["plant"], name="TOM", x=450, y=300, within=450
    )
    assert [one["distance"] for one in near["points"]] == [0.0, 450.0]
    assert {one["crop"] for one in near["points"]} == {"tomato"}
    none = await actor.act("search_points", crop="cactus")
    assert none == {"count": 0, "points": []}


async def test_search_in_a_group(actor: Actor) -> None:
    """By its name or its id, with its members as the robot would have them."""
    group = actor.id_of("point_groups", "All lettuce")
    for wanted in ("all LETTUCE", group):
        found = await actor.act("search_points", group=wanted)
        assert sorted(one["id"] for one in found["points"]) == actor.ids_of("lettuce")
    assert await actor.refusal("search_points", group="Fruit") == "no_such_group"


async def test_search_within_nothing(actor: Actor) -> None:
    """A distance needs something to be distant from."""
    assert await actor.refusal("search_points", within=100) == "within_what"


async def test_search_what_is_not_known(acting: Acting, clock: ManualClock) -> None:
    """A list that the server never gave is not taken for an empty garden."""
    world = standard(1, clock)
    actor = await acting(world)
    faults_of(actor.setting.cloud).add(
        Fault(kind=Kind.STATUS, status=500, match="GET /api/points*")
    )
    await actor.setting.reload()
    assert await actor.refusal("search_points") == "points_not_known"


# Readings.


async def test_add_sensor_reading(actor: Actor) -> None:
    """It is kept there and known here."""
    answer = await actor.act(
        "add_sensor_reading",
        sensor="soil moisture",
        value="480",
        x=10,
        y=20,
        z=-30,
        read_at="2026-11-25T07:00:00+00:00",
    )
    row = actor.world.tables["sensor_readings"][answer["id"]]
    told = {
        "pin": 59,
        "value": 480,
        "x": 10.0,
        "y": 20.0,
        "z": -30.0,
        "read_at": "2026-11-25T07:00:00+00:00",
    }
    assert told.items() <= answer.items()
    assert (row["pin"], row["mode"], row["value"]) == (59, 1, 480)
    assert (row["x"], row["y"], row["z"]) == (10, 20, -30)
    assert f"sensor_readings/{answer['id']}" in actor.setting.account.data


async def test_add_sensor_reading_of_a_pin(actor: Actor) -> None:
    """Now, and nowhere in particular."""
    answer = await actor.act("add_sensor_reading", pin=5, value=3, mode="analog")
    row = actor.world.tables["sensor_readings"][answer["id"]]
    assert (row["pin"], row["mode"], row["value"], row["x"]) == (5, 1, 3, None)
    assert answer["read_at"].startswith("2026-11-25T15:00:2")


async def test_add_sensor_reading_of_nothing(actor: Actor) -> None:
    """It has to be known where it was read."""
    assert await actor.refusal("add_sensor_reading", value=1) == "which_pin"
    key = await actor.refusal("add_sensor_reading", sensor="Water", value=1)
    assert key == "no_such_sensor"


# Logs.


async def test_search_logs(actor: Actor) -> None:
    """The newest first, and not more than wanted."""
    answer = await actor.act("search_logs", type="success")
    times = [one["created_at"] for one in answer["logs"]]
    assert times == sorted(times, reverse=True)
    assert answer["count"] == len(times) > 5
    assert {one["type"] for one in answer["logs"]} == {"success"}
    some = await actor.act("search_logs", type="success", limit=2)
    assert some == {"count": answer["count"], "logs": answer["logs"][:2]}


async def test_search_logs_asks_for(actor: Actor) -> None:
    """What is given, as the server's query has it."""
    actor.setting.cloud.log.clear()
    await actor.act(
        "search_logs", message="Uploaded image", verbosity=1, x=0, y=12345.75, z=-2
    )
    [request] = actor.setting.cloud.log
    assert request.path == "/api/logs/search"
    assert dict(parse_qsl(request.query)) == {
        "message": "Uploaded image",
        "verbosity": "1",
        "x": "0",
        "y": "12345.75",
        "z": "-2",
    }


# When the server does not answer.


@pytest.mark.parametrize(
    ("action", "fields", "key"),
    [
        ("add_point", {"type": "weed", "x": 1, "y": 1}, "write_failed"),
        ("add_sensor_reading", {"pin": 5, "value": 1}, "write_failed"),
        ("search_logs", {}, "action_failed"),
    ],
)
async def test_server_out_of_order(
    actor: Actor, action: str, fields: dict[str, Any], key: str
) -> None:
    """It is said who did not answer."""
    faults_of(actor.setting.cloud).add(Fault(kind=Kind.STATUS, status=503))
    error = await actor.error(action, **fields)
    assert error.translation_key == key
    assert "FarmBot" in said_in_words(error)


async def test_server_refuses(actor: Actor) -> None:
    """With its own reason."""
    for _ in range(1000 - len(actor.world.rows("points"))):
        actor.world.build("points", None, pointer_type="Weed", x=1.0, y=1.0)
    error = await actor.error("add_point", type="weed", x=1, y=1)
    assert error.translation_key == "write_refused"
    assert "1000" in said_in_words(error)


@pytest.mark.parametrize("kind", [Kind.EMPTY_BODY, Kind.WRONG_TYPES])
async def test_answers_that_cannot_be_read(actor: Actor, kind: Kind) -> None:
    """What the server did is done; there is just nothing to tell of it."""
    plant = actor.ids_of("tomato")[0]
    faults_of(actor.setting.cloud).add(Fault(kind=kind, match="P* /api/*"))
    assert await actor.act("add_point", type="weed", x=1, y=1) == {}
    assert await actor.act("add_sensor_reading", pin=5, value=1) == {}
    answer = await actor.act("update_point", point_id=plant, name="Tim")
    assert (answer["id"], answer["name"]) == (plant, "Tim")


async def test_login_that_is_refused(actor: Actor) -> None:
    """The user is asked to sign in again."""
    actor.setting.cloud.password = "changed"
    actor.setting.cloud.expire_tokens()
    error = await actor.error("search_logs")
    assert error.translation_key == "action_failed"
    error = await actor.error("add_point", type="weed", x=1, y=1)
    assert error.translation_key == "write_login_refused"
    [flow] = actor.setting.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_without_the_broker(acting: Acting, clock: ManualClock) -> None:
    """What the server keeps can be changed even so."""
    actor = await acting(standard(1, clock), NoBroker())
    added = await actor.act("add_point", type="weed", x=1, y=1)
    await actor.act("update_point", point_id=added["id"], x=2)
    found = await actor.act("search_points", x=2, y=1, within=0)
    assert [one["id"] for one in found["points"]] == [added["id"]]
    await actor.act("remove_point", points=added["id"])


# Whom an action is for.


async def _call(actor: Actor, action: str, device_id: str) -> str:
    """Call an action for a device that it must refuse; return the key of what is said."""
    with pytest.raises(ServiceValidationError) as caught:
        await actor.act(action, device_id=device_id, **FIELDS.get(action, {}))
    return str(caught.value.translation_key)


async def test_device_of_another_vendor(
    actor: Actor, start_cloud: StartCloud, clock: ManualClock
) -> None:
    """A vent is no robot, and a robot has no remote."""
    cloud = FlairCloud(home(vents=1, pucks=1, bridges=1, clock=clock))
    await start_cloud(cloud)
    hass = actor.setting.hass
    entry = await set_up(hass, cloud, "flair")
    for service in ACTIONS:
        for device in _devices(actor, entry.entry_id):
            assert await _call(actor, service.name, device) == "no_such_device"
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            DOMAIN,
            "press_remote_button",
            {"device_id": actor.device_id, "button": "Temp +"},
            blocking=True,
        )
    assert caught.value.translation_key == "no_such_device"


def _devices(actor: Actor, entry_id: str) -> list[str]:
    registry = dr.async_get(actor.setting.hass)
    return [one.id for one in dr.async_entries_for_config_entry(registry, entry_id)]


async def test_account_that_is_not_loaded(actor: Actor) -> None:
    """Its robot cannot be told anything."""
    device = actor.device_id
    hass = actor.setting.hass
    await hass.config_entries.async_unload(actor.setting.entry.entry_id)
    for service in ACTIONS:
        with pytest.raises(ServiceValidationError) as caught:
            await hass.services.async_call(
                DOMAIN,
                service.name,
                {"device_id": device, **FIELDS.get(service.name, {})},
                blocking=True,
                return_response=service.response == "only",
            )
        assert caught.value.translation_key


async def test_two_robots(acting: Acting, clock: ManualClock) -> None:
    """Each is told what it is told, and nothing that the other one is."""
    first = await acting(robot(1, clock))
    second = await acting(robot(2, clock))
    await first.act("write_pin", pin=5, value=1)
    await second.act("write_pin", pin=6, value=1)
    assert "5" in first.robot.state.pins
    assert "6" not in first.robot.state.pins
    assert "6" in second.robot.state.pins
    assert "5" not in second.robot.state.pins


async def test_no_device_at_all(actor: Actor) -> None:
    """An action without a robot is none."""
    for service in ACTIONS:
        with pytest.raises(vol.Invalid):
            await actor.setting.hass.services.async_call(
                DOMAIN,
                service.name,
                FIELDS.get(service.name, {}),
                blocking=True,
                return_response=service.response == "only",
            )


def test_what_there_is_no_action_for() -> None:
    """What could lose a robot, and code typed by a user."""
    names = {service.name for service in ACTIONS}
    fields = {str(marker) for service in ACTIONS for marker in service.schema}
    for word in ("reset", "owner", "flash", "firmware", "gcode", "lua", "script"):
        assert not [name for name in (*names, *fields) if word in name]
