"""Gardens of everything odd that recordings show and clients guard against, and very large ones."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import time

from custom_components.habitat.simulator.core.clock import Clock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.flower_power.builder import Builder
from custom_components.habitat.simulator.flower_power.demo import (
    FERN,
    MONSTERA,
    ROSEMARY,
)
from custom_components.habitat.simulator.flower_power.garden import (
    Garden,
    Species,
    Spot,
    days,
)
from custom_components.habitat.simulator.flower_power.homes import (
    HOMES as READY_MADE,
    home,
)
from custom_components.habitat.simulator.flower_power.wire import merged

_FAR = "2219-05-07T00:00:00+00:00"


def odd(seed: int = 1, clock: Clock = time.time) -> Garden:
    """Build it."""
    make = Builder(seed, clock)
    _sensors(make)
    _plants(make)
    _words(make)
    _measurements(make)
    return make.garden


def _spot(make: Builder, name: str, species: Species | None = None) -> Spot:
    return make.add(
        Spot(id=make.identifier(), name=name, species=species, probe=make.probe())
    )


def _sensors(make: Builder) -> None:
    """Add locations without a sensor, with one that is elsewhere, with an unknown one."""
    _spot(make, "Sensorless").probe = None
    current = _spot(make, "TUW161", MONSTERA)
    former = _spot(make, "TUW161")
    assert current.probe is not None
    former.probe = replace(current.probe)
    former.ended = former.began + days(20)
    current.probe.assigned = former.ended
    lower = Spot(id=current.id.swapcase(), name="Same letters", probe=make.probe())
    make.add(lower)
    _spot(make, "Stranger").pinned = {
        "configuration": {
            "sensor": {
                "sensor_type": "Dongle",
                "color": 99,
                "system_id": "NOT HEXADECIMAL!",
                "firmware_version": "unreleased",
                "autowatering_cfg": {"mode": "moonlight"},
                "assignment_datetime_utc": "yesterday",
            }
        },
        "status": {"sensor": {"sensor_type": "Dongle", "firmware_update": None}},
    }
    nothing: Record = {"sensor": {"autowatering_cfg": None, "system_id": None}}
    _spot(make, "").pinned = {"configuration": {**nothing, "plant_ids": None}}


def _plants(make: Builder) -> None:
    """Add locations that never reported, and plants that the cloud does not know yet."""
    bare = _spot(make, "Never heard")
    bare.silent = True
    dry = _spot(make, "Never dry", FERN)
    dry.silent = True
    dry.pinned = {"status": {"watering": _soil("too_low", "status_critical", 0)}}
    told = _spot(make, "Phone only")
    told.silent = True
    told.pinned = {
        "status": {"watering": _soil("good", "status_ok", 23.45000076293945)}
    }
    air = _spot(make, "In air", ROSEMARY)
    soil = _soil("good", "status_ok", 0)
    done: Record = {"done_action_datetime_utc": "2026-11-20T17:45:00Z"}
    air.pinned = {"status": {"watering": merged(soil, {"soil_moisture": done})}}
    _spot(make, "Just planted", MONSTERA).began = make.garden.now() - days(0.5)
    _spot(make, "Two plants").pinned = {
        "configuration": {
            "plant_ids": [12, "34", "five"],
            "latitude": 91,
            "longitude": "4.8",
            "is_indoor": None,
            "ignored_alerts": [],
            "avatar_url": 7,
            "pictures": [
                {"image_identifier": "no address", "expires": _FAR},
                {"url": "https://pictures.invalid/who"},
                "a picture",
                None,
            ],
        }
    }


def _words(make: Builder) -> None:
    """Add statuses in words that nobody knows, that contradict, or without any words."""
    _spot(make, "Wordless", MONSTERA).pinned = {
        "status": {
            **{name: _keys(None, None) for name in ("air_temperature", "light")},
            "fertilizer": {**_keys(None, None), "gauge_values": None},
            "watering": {**_keys(None, None), "soil_moisture": None},
            "user_sharing": None,
            "growth_day": None,
        }
    }
    _spot(make, "Contradiction", MONSTERA).pinned = {
        "status": {
            "watering": {
                **_soil("good", "status_ok", 24.5),
                **_keys("status_critical", "soil_moisture_too_low"),
            }
        }
    }
    _spot(make, "Newspeak", MONSTERA).pinned = {
        "status": {
            "air_temperature": _keys("status_doubleplusgood", "air_temperature_ungood"),
            "light": _keys("waiting_data", "light_too_high"),
            "fertilizer": _keys("ACTION_DONE", "fertilizer_not_measurable"),
            "watering": {
                "automatic_watering": {
                    "instruction_key": "automatic_watering_unkwown_error"
                }
            },
            "user_sharing": {"first_all_green": {"sharing_status": "gossip"}},
        }
    }
    _spot(make, "Shapeless", MONSTERA).pinned = {
        "status": {
            "air_temperature": "warm",
            "light": {"gauge_values": [1, 2, 3]},
            "fertilizer": {
                "gauge_values": {"current_value": "0.7", "max_threshold": {}}
            },
            "watering": [],
            "sensor": 5,
            "battery": {"gauge_values": {"current_value": None}},
            "total_sample_count": "1200",
            "last_sample_utc": "soon",
        }
    }
    _spot(make, "Outdated", MONSTERA).pinned = {
        "status": {
            "global_validity_datetime_utc": "2025-05-02T00:00:00Z",
            "processing_uploads": True,
        }
    }


def _measurements(make: Builder) -> None:
    """Add samples with holes, out of order and twice, and events of several shapes."""
    names = ("light", "fertilizer_level", "air_temperature_celsius", "battery_percent")
    _spot(make, "Holes").pinned = {"sample": dict.fromkeys(names)}
    _spot(make, "Texts").pinned = {
        "sample": {"light": "12.5", "soil_moisture_percent": "wet"}
    }
    _spot(make, "No samples").pinned = {
        "samples": {
            "samples": [],
            "watering_events": None,
            "first_not_definitive_value_datetime_utc": None,
        }
    }
    first, second = "2026-01-01T08:00:00Z", "2026-01-01T08:15:00Z"
    _spot(make, "Disorder").pinned = {
        "samples": {
            "samples": [
                {"capture_datetime_utc": second, "light": 0.1},
                {"capture_datetime_utc": first, "light": 0.1},
                {"capture_datetime_utc": second, "light": 0.2},
                {"capture_datetime_utc": None, "light": 9.9},
                {"capture_datetime_utc": "2013-01-01T08:00:00Z", "light": 9.9},
                {"light": 9.9},
                17,
            ],
            "watering_events": [
                second,
                {"event_datetime_utc": first, "kind": "rain"},
                {"kind": "no time"},
                42,
                second,
            ],
        }
    }
    pot = _spot(make, "Wild", ROSEMARY)
    assert pot.probe is not None
    pot.probe.kind = "pot"
    pot.trouble = "check_system"
    pot.pinned = {
        "sample": {
            "light": -0.1,
            "fertilizer_level": -1,
            "air_temperature_celsius": 652.36,
            "soil_moisture_percent": 655.35,
            "calibrated_soil_moisture_percent": -1,
            "battery_percent": 255,
            "water_tank_level_percent": -1,
        },
        "status": {
            name: {"gauge_values": {"current_value": value}}
            for name, value in (
                ("air_temperature", -142.46),
                ("light", -1),
                ("fertilizer", -1),
                ("battery", 255),
            )
        },
    }
    stranded = _spot(make, "Nobody comes by", MONSTERA)
    stranded.stranded = make.garden.now() - days(5)


def _keys(status: Json, instruction: Json) -> Record:
    return {"status_key": status, "instruction_key": instruction}


def _soil(verdict: str, status: str, value: float) -> Record:
    keys = _keys(status, f"soil_moisture_{verdict}")
    return {
        **keys,
        "soil_moisture": {**keys, "gauge_values": {"current_value": value}},
    }


def many(seed: int = 1, clock: Clock = time.time) -> Garden:
    """Build an account as large as the largest that was recorded, and as bare."""
    return home(
        locations=300,
        plants=47,
        silent=24,
        sensorless=1,
        twins=9,
        unnamed=294,
        seed=seed,
        clock=clock,
    )


def empty(seed: int = 1, clock: Clock = time.time) -> Garden:
    """Build an account without a location."""
    return home(locations=0, seed=seed, clock=clock)


HOMES: Mapping[str, Callable[[int, Clock], Garden]] = {
    **READY_MADE,
    "many": many,
    "empty": empty,
    "odd": odd,
}
"""The ready-made gardens and the odd ones, by name."""
