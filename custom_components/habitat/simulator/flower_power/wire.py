"""The answers of the Flower Power cloud, with all fields that recordings show."""

from collections.abc import Callable
from datetime import UTC, datetime
import struct

from aiohttp import web

from ..core.documents import Json, Record, dump
from ..core.noise import fraction
from . import nature, pictures
from .garden import SAMPLE_SECONDS, Garden, Probe, Spot, days, sampled

SERVER = "2.1.18 April 6th 2017"
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_UNBOUND_LOW, _UNBOUND_HIGH = -1, 99
_FORESEEN_DAYS = 2.0
_VALID_DAYS = 2.0
_PROVISIONAL_DAYS = 7.0


def respond(body: bytes, status: int = 200) -> web.Response:
    """Return a JSON answer."""
    return web.Response(body=body, status=status, headers=_JSON)


def envelope(
    garden: Garden, content: Record, errors: list[Json] | None = None
) -> bytes:
    """Return an answer with what every answer has."""
    configured, analyzed = garden.versions()
    return dump(
        {
            **content,
            "user_config_version": configured,
            "garden_status_version": analyzed,
            "errors": errors or [],
            "server_identifier": SERVER,
        }
    )


def format_utc(at: float | None) -> str | None:
    """Write a time to the second, or null."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def profile(email: str) -> Record:
    """Return the person."""
    return {
        "user_profile": {
            "email": email,
            "use_liter": True,
            "use_ftc": False,
            "use_mol": False,
            "use_lux": True,
            "use_fahrenheit": False,
            "use_feet_inches": False,
            "pictures_public": False,
            "newsletter_optin": False,
            "scientist": False,
            "device_brand": "Fairphone",
            "device_model": "FP2",
            "device_os": None,
            "app_version": None,
            "utc_timezone": "Europe/Paris",
            "language_iso639": "fr",
            "notification_curfew_start": "21:00:00",
            "notification_curfew_end": "08:00:00",
            "ip_address_on_create": "192.0.2.17",
            "last_updated_ip_address": "192.0.2.18",
        }
    }


def configuration(garden: Garden, spot: Spot, address: Callable[[str], str]) -> Record:
    """Return a location; `address` makes of a picture's id what stands for it."""
    images = [
        pictures.identifier(garden.seed, spot.id, number)
        for number in range(spot.pictures)
    ]
    expires = datetime.fromtimestamp(pictures.EXPIRES, UTC).isoformat()
    latitude, longitude = spot.coordinates
    species = spot.species
    record: Record = {
        "sensor": _probe(spot.probe) if spot.probe else None,
        "plant_nickname": spot.name,
        "plant_ids": [species.id] if species else [],
        "main_plant_id": species.id if species else None,
        "plant_assigned_datetime_utc": format_utc(spot.began) if species else None,
        "ignored_alerts": {"watering": False},
        "in_pot": None,
        "is_indoor": spot.indoor,
        "location_identifier": spot.id,
        "longitude": longitude,
        "latitude": latitude,
        "avatar_url": address(images[0]) if images else "",
        "pictures": [
            {
                "url": address(image),
                "location_identifier": spot.id,
                "image_identifier": image,
                "expires": expires,
            }
            for image in images
        ],
    }
    return merged(record, spot.pinned.get("configuration", {}))


def status(garden: Garden, spot: Spot) -> Record:
    """Return how the plant at a location fares."""
    upload = garden.upload()
    busy = garden.processing()
    analyzed = upload - garden.upload_seconds if busy else upload
    phase = nature.phase(garden, spot)
    last = sampled(spot, phase, upload)
    known = sampled(spot, phase, analyzed)
    first = -(-(spot.began - phase) // SAMPLE_SECONDS) * SAMPLE_SECONDS + phase
    uploaded = None if last is None else min(upload, last + SAMPLE_SECONDS)
    record: Record = {
        "location_identifier": spot.id,
        "total_sample_count": 0
        if last is None
        else int((last - first) // SAMPLE_SECONDS) + 1,
        "last_sample_upload": format_utc(uploaded),
        "first_sample_utc": None if last is None else format_utc(first),
        "last_sample_utc": format_utc(last),
        "status_creation_datetime_utc": format_utc(uploaded and uploaded - 1),
        "global_validity_datetime_utc": format_utc(known and known + days(_VALID_DAYS)),
        "growth_day": False,
        **_analyses(garden, spot, known),
        "watering": _watering(garden, spot, known),
        "user_sharing": {"first_all_green": {"sharing_status": "conditions_unmet"}},
    }
    if known is not None:
        light = nature.daily_light(garden, spot, known)
        record["growth_day"] = (
            light > 1.5 and nature.daily_temperature(garden, spot, known) > 9
        )
    if spot.probe:
        heard = nature.battery(garden, spot, known) if known is not None else None
        record["sensor"] = _probe_status(spot.probe, record["total_sample_count"])
        record["battery"] = {"gauge_values": _gauge(0, 100, heard)}
        record["processing_uploads"] = busy and last != known
    return merged(record, spot.pinned.get("status", {}))


def sample(garden: Garden, spot: Spot, at: float) -> Record:
    """Return what was measured at a time."""
    pot = spot.probe is not None and spot.probe.pot
    moisture = nature.moisture(garden, spot, at)
    record: Record = {
        "capture_datetime_utc": format_utc(at),
        "light": round(nature.light(garden, spot, at), 2),
        "fertilizer_level": round(nature.fertilizer(garden, spot, at), 2),
        "air_temperature_celsius": round(nature.temperature(garden, spot, at), 2),
        "soil_moisture_percent": round(moisture, 2),
        "calibrated_soil_moisture_percent": round(moisture * 1.24 + 1.1, 2),
        "battery_percent": nature.battery(garden, spot, at),
        "water_tank_level_percent": round(nature.tank(garden, spot, at), 2)
        if pot and spot.trouble != "reserve_empty"
        else 0,
    }
    return merged(record, spot.pinned.get("sample", {}))


def samples(garden: Garden, spot: Spot, start: float, end: float) -> Record:
    """Return what was measured within a window and has been uploaded."""
    phase = nature.phase(garden, spot)
    last = sampled(spot, phase, garden.upload())
    begin = max(start, spot.began)
    at = -(-(begin - phase) // SAMPLE_SECONDS) * SAMPLE_SECONDS + phase
    found: list[Json] = []
    while last is not None and at <= min(end, last):
        found.append(sample(garden, spot, at))
        at += SAMPLE_SECONDS
    content: Record = {
        "samples": found,
        "watering_events": [
            {
                "id": int(event),
                "watering_cycle_start_date_time_utc": format_utc(event),
                "watering_cycle_end_date_time_utc": format_utc(event + SAMPLE_SECONDS),
            }
            for event in nature.waterings(garden, spot, begin, min(end, last or begin))
        ],
        "first_not_definitive_value_datetime_utc": format_utc(
            last and last - days(_PROVISIONAL_DAYS)
        ),
    }
    return merged(content, spot.pinned.get("samples", {}))


def merged(record: Record, pinned: Record) -> Record:
    """Return a record with what was fixed in it, objects within objects alike."""
    whole = dict(record)
    for name, value in pinned.items():
        before = whole.get(name)
        whole[name] = (
            merged(before, value)
            if isinstance(before, dict) and isinstance(value, dict)
            else value
        )
    return whole


def _probe(probe: Probe) -> Record:
    name = f"Flower power {probe.mac[-4:]}"
    return {
        "firmware_version": probe.firmware,
        "sensor_serial": probe.serial,
        "sensor_identifier": name,
        "nickname": name,
        "color": probe.color,
        "hardware_revision": "2013-07-26_hawaiiProduction-1.2_protoDV-bootloader",
        "calibration_data": f"{probe.mac}01A4{probe.mac[::-1]}00FF",
        "sensor_type": probe.kind,
        "system_id": f"{probe.mac[:6]}0000{probe.mac[6:]}" if probe.named else None,
        "assignment_datetime_utc": format_utc(probe.assigned),
        "autowatering_cfg": {"mode": "auto" if probe.pot else "off"},
    }


def _probe_status(probe: Probe, count: Json) -> Record:
    update: Record = {"firmware_upgrade_available": probe.upgrade is not None}
    if probe.upgrade:
        update["firmware_version"] = probe.upgrade
        update["firmware_update_url"] = f"https://firmware.invalid/{probe.upgrade}.bin"
    return {
        "sensor_type": probe.kind,
        "sensor_identifier": f"Flower power {probe.mac[-4:]}",
        "current_history_index": count,
        "firmware_version": probe.firmware,
        "firmware_update": update,
    }


def _analyses(garden: Garden, spot: Spot, known: float | None) -> Record:
    """Return what the cloud makes of temperature, light and fertilizer for a plant."""
    species = spot.species
    if species is None:
        return {name: _silence(f"{name}_no_plant") for name in _MEASURES}
    if known is None or known < spot.began + days(1):
        soon = format_utc(spot.began + days(1))
        return {
            "air_temperature": _silence("air_temperature_soon_available", soon),
            "light": _silence("light_soon_available", soon),
            "fertilizer": _silence("fertilizer_unavailable"),
        }
    bounds: dict[str, tuple[float | None, float | None]] = {
        "air_temperature": species.temperature,
        "light": species.light,
        "fertilizer": species.fertilizer,
    }
    values = {
        name: round(read(garden, spot, known), 2) for name, read in _MEASURES.items()
    }
    grows = values["light"] > 1.5 and values["air_temperature"] > 9
    return {
        name: _analysis(name, values[name], *bounds[name], grows=grows)
        for name in _MEASURES
    }


def _analysis(
    name: str, value: float, low: float | None, high: float | None, *, grows: bool
) -> Record:
    verdict = "good"
    if low is not None and value < low:
        verdict = "too_low"
    elif high is not None and value > high:
        verdict = "too_high"
    bad = verdict != "good" and grows
    return {
        "status_key": "status_warning" if bad else "status_ok",
        "instruction_key": f"{name}_{verdict}",
        "next_analysis_datetime_utc": None,
        "gauge_values": _gauge(
            _UNBOUND_LOW if low is None else low,
            _UNBOUND_HIGH if high is None else high,
            value,
        ),
    }


def _silence(instruction: str, upcoming: str | None = None) -> Record:
    return {
        "status_key": "status_ok",
        "instruction_key": instruction,
        "next_analysis_datetime_utc": upcoming,
        "gauge_values": _gauge(None, None, None),
    }


def _watering(garden: Garden, spot: Spot, known: float | None) -> Record:
    soil = _soil(garden, spot, known)
    return {
        "status_key": soil["status_key"],
        "instruction_key": soil["instruction_key"],
        "soil_moisture": soil,
        "automatic_watering": _automatic(garden, spot, known),
    }


def _soil(garden: Garden, spot: Spot, known: float | None) -> Record:
    least = spot.species.moisture if spot.species else None
    value = 0.0 if known is None else _single(nature.moisture(garden, spot, known))
    verdict, key, due = "good", "status_ok", None
    if least is not None and known is not None:
        dry = nature.drying(spot) * nature.until_dry(spot, value, least)
        if value < least:
            verdict, key = "too_low", "status_critical"
        elif dry < days(_FORESEEN_DAYS) and not (spot.probe and spot.probe.pot):
            verdict, key, due = "prediction", "predicted_action", known + dry
    return {
        "status_key": key,
        "instruction_key": f"soil_moisture_{verdict}",
        "predicted_action_datetime_utc": format_utc(due),
        "predicted_action_vwc_value": None if due is None else value,
        "gauge_values": _gauge(least, None, value),
    }


def _automatic(garden: Garden, spot: Spot, known: float | None) -> Record:
    record: Record = {
        "status_key": "status_ok",
        "instruction_key": "automatic_watering_off",
        "predicted_action_datetime_utc": None,
        "next_watering_datetime_utc": None,
        "last_watering_datetime_utc": None,
        "full_autonomy_days": None,
        "done_action_datetime_utc": None,
        "gauge_values": _gauge(0, 100, None),
    }
    if spot.probe is None or known is None:
        return record
    if not spot.probe.pot:
        # Seen at one of seventeen sensors that have no tank.
        zero = fraction(garden.seed, spot.id, "tank of none") < 0.06
        return {**record, "gauge_values": _gauge(0, 100, 0 if zero else None)}
    level = 0 if spot.trouble == "reserve_empty" else nature.tank(garden, spot, known)
    verdict = spot.trouble or ("good" if level > 0 else "reserve_empty")
    return {
        **record,
        "status_key": "status_ok" if verdict == "good" else "status_critical",
        "instruction_key": f"automatic_watering_{verdict}",
        "predicted_action_datetime_utc": format_utc(
            nature.tank_empty(garden, spot, known)
        ),
        "next_watering_datetime_utc": format_utc(
            nature.next_watering(garden, spot, known)
        ),
        "last_watering_datetime_utc": format_utc(
            nature.last_watering(garden, spot, known)
        ),
        "full_autonomy_days": nature.autonomy(),
        "gauge_values": _gauge(0, 100, round(level, 2)),
    }


def _gauge(low: Json, high: Json, value: Json) -> Record:
    return {"min_threshold": low, "max_threshold": high, "current_value": value}


def _single(value: float) -> float:
    """Return a number with the digits of the phone's single precision."""
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single


_MEASURES = {
    "air_temperature": nature.daily_temperature,
    "light": nature.daily_light,
    "fertilizer": nature.fertilizer,
}
