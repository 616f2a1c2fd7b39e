"""What is true of a plant whose samples nobody uploads any more, and of numbers that cannot be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.flower_power.client.api import FlowerPowerClient, Garden
from custom_components.habitat.flower_power.client.models import (
    LocationStatus,
    Versions,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.flower_power.homes import home
from tests.support.common import counted_writes

from .conftest import Setting, SetUp

MEASURED = (
    "temperature",
    "soil_moisture",
    "calibrated_soil_moisture",
    "soil_conductivity",
    "illuminance",
    "ppfd",
    "battery",
)
ANALYZED = (
    *(f"{gauge}_advice" for gauge in LocationStatus.GAUGES),
    *(f"{gauge}_status" for gauge in LocationStatus.GAUGES),
    "daily_light_integral",
    "analyzed_temperature",
    "analyzed_conductivity",
)
JUDGED = ("problem", "needs_water", "growth_day")


@pytest.fixture
async def plants(
    all_enabled: None, set_up_flower_power: SetUp, clock: ManualClock
) -> Setting:
    """Return the account of two plants, the first in a Parrot Pot."""
    return await set_up_flower_power(home(locations=2, pots=1, clock=clock))


def shown(setting: Setting, *keys: str, name: str = "Plant 1") -> set[str]:
    """Return what some sensors of a plant show."""
    return {setting.value(name, key) for key in keys}


def judged(setting: Setting, name: str = "Plant 1") -> set[str]:
    """Return what is concluded about a plant."""
    return {setting.value(name, key, "binary_sensor") for key in JUDGED}


async def test_nobody_comes_by(plants: Setting) -> None:
    """After two days nothing is said of now; when it was measured and watered last remains."""
    plant = plants.named("Plant 1")
    plants.cloud.halt_uploads(plant)
    await plants.live()
    await plants.live(24 * 60)
    assert "unknown" not in shown(plants, *MEASURED, *ANALYZED) | judged(plants)
    last, watered = (
        plants.value("Plant 1", "last_sample"),
        plants.value("Plant 1", "last_watering"),
    )
    await plants.live(24 * 60)
    assert shown(plants, *MEASURED, *ANALYZED, "water_tank_level") == {"unknown"}
    assert shown(plants, "next_watering", "tank_empty") == {"unknown"}
    assert judged(plants) == {"unknown"}
    assert plants.value("Plant 1", "analysis_outdated", "binary_sensor") == "on"
    # What is no word about now.
    assert plants.value("Plant 1", "last_sample") == last
    assert plants.value("Plant 1", "last_watering") == watered
    assert "unknown" not in shown(
        plants,
        "last_upload",
        "total_sample_count",
        "air_temperature_min",
        "soil_moisture_min",
        "watering_mode",
    )
    assert plants.value("Plant 1", "firmware", "update") == "off"
    assert plants.unavailable() == set()
    # Somebody else's plant is none the worse for it.
    assert "unknown" not in shown(plants, *MEASURED, *ANALYZED, name="Plant 2")
    with counted_writes() as writes:
        await plants.poll()
    assert not [one for one in writes if "plant_1" in one and "last_answer" not in one]

    plants.cloud.resume_uploads(plant)
    await plants.live()
    await plants.live()
    assert "unknown" not in shown(plants, *MEASURED, *ANALYZED) | judged(plants)


async def test_a_day_is_no_silence(plants: Setting) -> None:
    """Uploads come with a phone; of a day without one everything still stands."""
    plants.cloud.halt_uploads()
    await plants.live(47 * 60)
    assert "unknown" not in shown(plants, *MEASURED, *ANALYZED) | judged(plants)


async def test_an_analysis_that_ends_early(plants: Setting) -> None:
    """The cloud's own word on its analysis counts at once; what was measured lately stands."""
    soon = datetime.fromtimestamp(plants.clock(), UTC) + timedelta(minutes=20)
    plants.cloud.set(
        "status",
        plants.named("Plant 1"),
        global_validity_datetime_utc=soon.isoformat(),
    )
    await plants.poll()
    assert "unknown" not in shown(plants, *ANALYZED) | judged(plants)
    plants.freezer.move_to(soon - timedelta(seconds=2))
    await plants.settle()
    await plants.live(minutes=0.05)
    assert shown(plants, *ANALYZED) == {"unknown"}
    assert judged(plants) == {"unknown"}
    assert "unknown" not in shown(plants, *MEASURED, "air_temperature_min")


@pytest.mark.parametrize(
    "key", ["last_sample_utc", "last_sample_upload", "last_watering_datetime_utc"]
)
async def test_a_time_from_the_future(plants: Setting, key: str) -> None:
    """What happened last did not happen tomorrow."""
    far: Record = {key: "2107-12-11T08:11:30Z"}
    said: Record = (
        {"watering": {"automatic_watering": far}} if "watering" in key else far
    )
    plants.cloud.set("status", plants.named("Plant 1"), **said)
    await plants.poll()
    entity = {
        "last_sample_utc": "last_sample",
        "last_sample_upload": "last_upload",
        "last_watering_datetime_utc": "last_watering",
    }[key]
    assert plants.value("Plant 1", entity) == "unknown"
    assert "unknown" not in shown(plants, "temperature", "soil_moisture")


async def test_a_sensor_that_dies_under_a_time_from_the_future(plants: Setting) -> None:
    """What was measured really decides how long it tells of now."""
    plant = plants.named("Plant 1")
    plants.cloud.set("status", plant, last_sample_utc="2107-12-11T08:11:30Z")
    plants.cloud.halt_uploads(plant)
    await plants.poll()
    assert "unknown" not in shown(plants, *MEASURED)
    await plants.live(49 * 60)
    assert shown(plants, *MEASURED) == {"unknown"}


# A pot has five gauges.


@pytest.mark.parametrize("what", ["in_air", "reserve_empty", "check_system"])
async def test_a_pot_in_trouble(plants: Setting, what: str) -> None:
    """Its tank is one of the gauges that can be a problem; no other plant's is."""
    for name in ("Plant 1", "Plant 2"):
        fine: Record = {
            gauge: {"status_key": "status_ok"}
            for gauge in ("air_temperature", "light", "fertilizer")
        }
        soil: Record = {"soil_moisture": {"status_key": "status_ok"}}
        plants.cloud.set("status", plants.named(name), **fine, watering=soil)
    plants.cloud.trouble(plants.named("Plant 1"), None)
    plants.cloud.set(
        "status",
        plants.named("Plant 2"),
        watering={
            "automatic_watering": {
                "status_key": "status_critical",
                "instruction_key": f"automatic_watering_{what}",
            }
        },
    )
    await plants.poll()
    assert plants.value("Plant 1", "problem", "binary_sensor") == "off"
    assert plants.value("Plant 2", "problem", "binary_sensor") == "off"
    plants.cloud.trouble(plants.named("Plant 1"), what)
    await plants.live()
    assert plants.value("Plant 1", "problem", "binary_sensor") == "on"
    assert plants.value("Plant 1", "automatic_watering_advice") == what
    if what == "reserve_empty":
        assert float(plants.value("Plant 1", "water_tank_level")) == 0


async def test_a_pot_that_the_configuration_alone_knows(plants: Setting) -> None:
    """As the API's document has it: no firmware in the status, and no kind of sensor."""
    plant = plants.named("Plant 1")
    nothing: Record = {
        "sensor_type": None,
        "firmware_version": None,
        "firmware_update": {"firmware_upgrade_available": False},
    }
    tank: Record = {
        "status_key": None,
        "instruction_key": "automatic_watering_reserve_empty",
        "gauge_values": {"current_value": 0},
    }
    fine: Record = {
        gauge: {"status_key": "status_ok"}
        for gauge in ("air_temperature", "light", "fertilizer")
    }
    soil: Record = {"status_key": "status_ok"}
    watering: Record = {"automatic_watering": tank, "soil_moisture": soil}
    plants.cloud.set("status", plant, sensor=nothing, watering=watering, **fine)
    plants.cloud.set("sample", plant, water_tank_level_percent=None)
    await plants.live()
    await plants.reload()
    assert plants.value("Plant 1", "problem", "binary_sensor") == "on"
    assert float(plants.value("Plant 1", "water_tank_level")) == 0
    state = plants.shown("update", plant, "firmware")
    assert state.state == "off"
    assert state.attributes["installed_version"] == "2.0.3"


@pytest.mark.parametrize(
    ("said", "shown", "known"),
    [
        ("Vacation", "vacation", True),
        (" Moonlight Garden ", "moonlight garden", False),
        ("", "unknown", True),
        (None, "unknown", True),
        ("x" * 400, "x" * 255, False),
    ],
)
async def test_watering_modes(
    plants: Setting, said: Json, shown: str, known: bool
) -> None:
    """A mode that nobody knows is one more option: it was set by somebody."""
    config: Record = {"autowatering_cfg": {"mode": said}}
    plants.cloud.set("configuration", plants.named("Plant 1"), sensor=config)
    await plants.live()
    state = plants.shown("sensor", plants.named("Plant 1"), "watering_mode")
    assert state.state == shown
    assert len(state.attributes["options"]) == (6 if known else 7)


# Numbers that cannot be, and those that only look like it.


@pytest.mark.parametrize(
    ("field", "key", "impossible", "possible"),
    [
        ("air_temperature_celsius", "temperature", (-142.46, 652.36), (0, -12.5)),
        ("soil_moisture_percent", "soil_moisture", (-1, 101), (0, 62.5)),
        ("fertilizer_level", "soil_conductivity", (-1, 655.35), (0,)),
        ("light", "illuminance", (-0.1, 65535), (0,)),
        ("battery_percent", "battery", (-1, 255), (0,)),
        ("water_tank_level_percent", "water_tank_level", (-1, 120), (0,)),
    ],
)
async def test_measurements(
    plants: Setting,
    field: str,
    key: str,
    impossible: tuple[float, ...],
    possible: tuple[float, ...],
) -> None:
    """What cannot be measured is unknown, a true zero is not."""
    plant = plants.named("Plant 1")
    gauge: Record = {"gauge_values": {"current_value": None}}
    plants.cloud.set(
        "status",
        plant,
        battery=gauge,
        watering={"soil_moisture": gauge, "automatic_watering": gauge},
    )
    for value in (*impossible, *possible):
        plants.cloud.set("sample", plant, **{field: value})
        await plants.live()
        seen = plants.value("Plant 1", key)
        if value in possible:
            assert float(seen) == value
        else:
            assert seen == "unknown"


# Answers that are older than what is known.


@pytest.mark.parametrize(
    ("answered", "now", "kept"),
    [(8, 10, True), (10, 10, False), (11, 10, False), (8, 8, False), (8, None, False)],
)
async def test_a_server_that_lags(
    plants: Setting,
    monkeypatch: pytest.MonkeyPatch,
    answered: int,
    now: int | None,
    kept: bool,
) -> None:
    """An answer of a lower version takes nothing back, unless the cloud itself went back."""
    known = Garden[LocationStatus]({}, True, Versions(garden_status_version=10))
    answer = Garden[LocationStatus]({}, True, Versions(garden_status_version=answered))
    status = plants.account._status
    status.garden = known
    versions = None if now is None else Versions(garden_status_version=now)
    assert status.lags(answer, versions) is kept

    async def lagging(self: FlowerPowerClient) -> Garden[LocationStatus]:
        return answer

    status.ask = lagging.__get__(plants.account.client)
    result = await status.fetch(versions)
    assert (status.garden is known) is kept
    assert bool(result.records) is kept


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2026-11-25T12:00:00Z", False),
        ("2107-12-11T08:11:30Z", False),
        (None, True),
    ],
)
async def test_the_newest_sample_counts(
    plants: Setting, at: Json, counts: bool
) -> None:
    """An older one that comes later takes nothing back, and neither does one of the future."""
    plant = plants.named("Plant 1")
    before = plants.value("Plant 1", "temperature")
    pinned: dict[str, Any] = {"air_temperature_celsius": 3.25}
    if at is not None:
        pinned["capture_datetime_utc"] = at
    plants.cloud.set("sample", plant, **pinned)
    await plants.live()
    seen = plants.value("Plant 1", "temperature")
    assert seen == ("3.25" if counts else before)


async def test_a_span_without_samples(plants: Setting) -> None:
    """An action says so, and does not fail."""
    device = plants.registry_device(plants.named("Plant 1"))
    assert device is not None
    answer = await plants.hass.services.async_call(
        DOMAIN,
        "get_samples",
        {
            "device_id": device.id,
            "start": "2020-01-01T00:00:00+00:00",
            "end": "2020-01-02T00:00:00+00:00",
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    assert answer["samples"] == []
    assert answer["watering_events"] == []
