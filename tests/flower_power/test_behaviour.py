"""What the entities of Flower Power do as the world goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.habitat.flower_power.client.models import Location
from custom_components.habitat.pictures import MAX_BYTES
from custom_components.habitat.reach import Reach
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.flower_power.homes import home
from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.components.image import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.support.common import lines
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

BEGIN, END = "2026-11-25T15:10:00Z", "2026-11-25T15:12:00Z"


@pytest.fixture
async def plant(set_up_flower_power: SetUp, clock: ManualClock) -> Setting:
    """Return the account of one plant, "Plant 1", that nobody comes by any more."""
    setting = await set_up_flower_power(home(locations=1, clock=clock))
    setting.cloud.halt_uploads()
    await setting.poll()
    return setting


async def tell(setting: Setting, **status: Json) -> None:
    """Let the status of the plant say something, and wait until it is read."""
    setting.cloud.set("status", setting.named("Plant 1"), **status)
    await setting.poll()


def keys(gauge: str, status: str, instruction: str) -> Record:
    """Return a gauge's words; those of the soil's moisture stand deeper."""
    words: Record = {"status_key": status, "instruction_key": f"{gauge}_{instruction}"}
    return (
        {"watering": {"soil_moisture": words}}
        if gauge == "soil_moisture"
        else {gauge: words}
    )


@pytest.mark.parametrize(
    "gauge", ["air_temperature", "light", "fertilizer", "soil_moisture"]
)
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("too_low", "too_low"),
        ("good", "good"),
        ("too_high", "too_high"),
        ("prediction", "prediction"),
        ("soon_available", "soon_available"),
        ("unavailable", "not_available"),
        ("not_measurable", "not_measurable"),
        ("no_plant", "no_plant"),
        ("far_out", "unknown"),
    ],
)
async def test_advice(plant: Setting, gauge: str, said: str, shown: str) -> None:
    """Every word that is known, and those that are not."""
    await tell(plant, **keys(gauge, "status_ok", said))
    assert plant.value("Plant 1", f"{gauge}_advice") == shown


@pytest.mark.parametrize(
    ("said", "shown", "problem"),
    [
        ("status_ok", "ok", "off"),
        ("status_warning", "warning", "on"),
        ("status_critical", "critical", "on"),
        ("predicted_action", "predicted_action", "off"),
        ("waiting_data", "waiting_data", "off"),
        ("action_done", "action_done", "off"),
        ("status_divine", "unknown", "off"),
    ],
)
async def test_problem(
    all_enabled: None, plant: Setting, said: str, shown: str, problem: str
) -> None:
    """A warning or worse at any gauge."""
    for gauge in ("air_temperature", "light", "fertilizer", "soil_moisture"):
        await tell(plant, **keys(gauge, "status_ok", "good"))
    await tell(plant, **keys("fertilizer", said, "good"))
    assert plant.value("Plant 1", "fertilizer_status") == shown
    assert plant.value("Plant 1", "problem", "binary_sensor") == problem


async def test_needs_water(plant: Setting) -> None:
    """The soil's own word counts, not that which repeats it."""
    await tell(plant, **keys("soil_moisture", "status_critical", "too_low"))
    assert plant.value("Plant 1", "needs_water", "binary_sensor") == "on"
    await tell(
        plant,
        watering={
            "instruction_key": "soil_moisture_too_low",
            "soil_moisture": {"instruction_key": "soil_moisture_good"},
        },
    )
    assert plant.value("Plant 1", "needs_water", "binary_sensor") == "off"


async def test_outdated(all_enabled: None, plant: Setting) -> None:
    """The analysis is outdated the moment that it ends, between two polls."""

    def shown() -> str:
        return plant.value("Plant 1", "analysis_outdated", "binary_sensor")

    end = datetime.fromtimestamp(plant.freezer().timestamp(), UTC) + timedelta(
        minutes=20
    )
    await tell(plant, global_validity_datetime_utc=end.isoformat())
    assert shown() == "off"
    plant.freezer.move_to(end - timedelta(seconds=2))
    await plant.settle()
    assert shown() == "off"
    await plant.live(minutes=0.05)
    assert shown() == "on"
    await tell(plant, global_validity_datetime_utc=None)
    assert shown() == "unknown"


async def test_firmware(plant: Setting) -> None:
    """An update is there when the cloud says so; it is not for us to install."""
    state = plant.shown("update", plant.named("Plant 1"), "firmware")
    assert (state.state, state.attributes["latest_version"]) == ("off", "2.0.3")
    assert state.attributes["supported_features"] == 0
    version = "2017-02-02_hawaii-2.0.4_hardware-config-MP"
    await tell(
        plant,
        sensor={
            "firmware_update": {
                "firmware_upgrade_available": True,
                "firmware_version": version,
            }
        },
    )
    state = plant.shown("update", plant.named("Plant 1"), "firmware")
    assert (state.state, state.attributes["latest_version"]) == ("on", "2.0.4")
    await tell(plant, sensor={"firmware_update": None})
    assert plant.value("Plant 1", "firmware", "update") == "unknown"


async def test_measurements(
    all_enabled: None, set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """A gap in the last sample is unknown; soil and battery are known by the status too."""
    garden = home(locations=1, clock=clock)
    (spot,) = garden.spots.values()
    spot.pinned["sample"] = {"light": 10, "air_temperature_celsius": None}
    setting = await set_up_flower_power(garden)
    assert setting.value("Plant 1", "illuminance") == "6242.0"
    assert setting.value("Plant 1", "ppfd") == "115.7"
    assert setting.value("Plant 1", "temperature") == "unknown"
    setting.cloud.set(
        "sample", spot.id, soil_moisture_percent=None, battery_percent=None
    )
    gauge: Record = {"gauge_values": {"current_value": 23.45000076293945}}
    setting.cloud.set(
        "status",
        spot.id,
        watering={"soil_moisture": gauge},
        battery={"gauge_values": {"current_value": 0}},
    )
    await setting.live()
    assert setting.value("Plant 1", "soil_moisture") == "23.45"
    assert setting.value("Plant 1", "battery") == "0.0"


# Waterings.


async def water(setting: Setting, *events: Json) -> None:
    """Let the cloud tell of waterings with the next samples."""
    setting.cloud.set("samples", setting.named("Plant 1"), watering_events=list(events))
    await setting.live()


async def test_watered(set_up_flower_power: SetUp, clock: ManualClock) -> None:
    """Each watering is told of once; what was before the account is no news."""
    garden = home(locations=1, clock=clock)
    (spot,) = garden.spots.values()
    spot.pinned["samples"] = {"watering_events": ["2026-11-25T09:00:00Z"]}
    setting = await set_up_flower_power(garden)

    def shown() -> str:
        return setting.value("Plant 1", "watered", "event")

    await setting.live()
    assert shown() == "unknown"
    event: Record = {
        "watering_cycle_start_date_time_utc": BEGIN,
        "watering_cycle_end_date_time_utc": END,
    }
    await water(setting, "2026-11-25T09:00:00Z", event)
    state = setting.shown("event", spot.id, "watered")
    assert state.attributes[ATTR_EVENT_TYPE] == "watered"
    assert state.attributes["begin"] == "2026-11-25T15:10:00+00:00"
    assert state.attributes["end"] == "2026-11-25T15:12:00+00:00"
    told = shown()
    await water(setting, event)
    assert shown() == told
    await setting.reload()
    await setting.live()
    assert shown() == told
    await water(setting, event, "2026-11-25T15:40:00Z")
    assert shown() > told


# Pictures.


async def test_pictures(
    all_enabled: None,
    hass: HomeAssistant,
    set_up_flower_power: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are fetched once, without a login, and where they are never shows."""
    caplog.set_level("DEBUG")
    setting = await set_up_flower_power("demo")
    plant = setting.named("Monstera")
    spot = setting.cloud.garden.spots[plant]
    entity_id = setting.found("image", plant, "avatar")
    setting.cloud.log.clear()
    for _ in range(2):
        image = await async_get_image(hass, entity_id)
        assert image.content_type == "image/png"
        assert image.content.startswith(b"\x89PNG")
    assert setting.cloud.count("GET /pictures/*") == 1
    since = setting.value("Monstera", "avatar", "image")
    record = setting.account.record(plant, Location)
    assert record is not None
    # The same picture at an address that is signed anew is the same picture.
    setting.cloud.set(
        "configuration", plant, avatar_url=f"{record.avatar_url}&Signed=anew"
    )
    await setting.poll()
    assert setting.value("Monstera", "avatar", "image") == since
    setting.cloud.set(
        "configuration", plant, avatar_url=f"{setting.cloud.url}/pictures/new.png?S=1"
    )
    await setting.poll()
    assert setting.value("Monstera", "avatar", "image") > since
    for fault in (
        Fault(kind=Kind.STATUS, status=403),
        Fault(kind=Kind.HTML, status=200),
        Fault(kind=Kind.RESET),
        Fault(kind=Kind.GIANT, size=MAX_BYTES + 1),
    ):
        faults_of(setting.cloud).clear()
        faults_of(setting.cloud).add(fault)
        with pytest.raises(HomeAssistantError):
            await async_get_image(hass, entity_id)
    faults_of(setting.cloud).clear()
    setting.cloud.set("configuration", plant, avatar_url="", pictures=[])
    await setting.poll()
    assert setting.value("Monstera", "avatar", "image") == "unavailable"
    assert spot.pictures == 2
    said = "\n".join(lines(caplog, 0)) + str(setting.states())
    assert "/pictures/" not in said
    assert "Signature" not in said


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://pictures.example/a.png?S=1", True),
        ("http://server.example/a.png", True),
        ("http://elsewhere.example/a.png", False),
        ("file:///etc/passwd", False),
        ("0123456789abcdef", False),
        ("http://[", False),
        ("", False),
        (None, False),
    ],
)
def test_addresses_of_pictures(address: str | None, good: bool) -> None:
    """An address, and a safe one to go to."""
    assert (Reach("http://server.example").find(address) is not None) is good
