"""The models on answers as recordings show them, and on whatever may be sent."""

from datetime import UTC, datetime, time

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.models import private_values
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.flower_power.client import models
from custom_components.habitat.flower_power.client.enums import (
    Color,
    Instruction,
    SensorType,
    Status,
)
from custom_components.habitat.flower_power.client.models import (
    Analysis,
    FirmwareUpdate,
    Gauge,
    Location,
    LocationStatus,
    Picture,
    Profile,
    Sample,
    Sensor,
    Versions,
    short_firmware,
)
from tests.support.strategies import BOUNDED, check_model, odd_json

JSON = odd_json(
    "2018-12-21T15:03:21Z", "21:00:00", "status_ok", "light_good", "pot", 4, -1, 23.85
)
MODELS = (
    models.Versions,
    models.Profile,
    models.AutowateringCfg,
    models.Sensor,
    models.Picture,
    models.IgnoredAlerts,
    models.Location,
    models.Gauge,
    models.Analysis,
    models.SoilMoisture,
    models.AutomaticWatering,
    models.Watering,
    models.Battery,
    models.FirmwareUpdate,
    models.SensorStatus,
    models.FirstAllGreen,
    models.UserSharing,
    models.LocationStatus,
    models.Sample,
    models.WateringEvent,
)
REQUIRED: dict[str, Json] = {
    "location_identifier": "eg9dnEtyHy1418991234567",
    "image_identifier": "1f",
    "capture_datetime_utc": "2018-12-21T15:03:21Z",
    "begin": "2018-12-21T15:03:21Z",
}


def read[T](kind: type[T], raw: dict[str, Json]) -> T:
    """Read what has nothing odd about it."""
    report = ParseReport("test")
    record = parse(kind, raw, report)
    assert record is not None
    assert not report.counts
    return record


def status(**values: Json) -> LocationStatus:
    """Return a status that says this."""
    return read(LocationStatus, {"location_identifier": "x", **values})


@pytest.mark.parametrize("kind", MODELS)
@given(data=st.data())
@BOUNDED
def test_anything(kind: type[object], data: st.DataObject) -> None:
    """Whatever is sent, the models keep what can be kept."""
    check_model(kind, REQUIRED, JSON, data)


@pytest.mark.parametrize("kind", [Location, LocationStatus, Picture, Sample])
@pytest.mark.parametrize("odd", [None, {}, []])
def test_required(kind: type[object], odd: Json) -> None:
    """A record without what makes it one is dropped and counted."""
    report = ParseReport("test")
    assert parse(kind, dict.fromkeys(REQUIRED, odd), report) is None
    assert sum(report.counts.values()) == 1


def test_all_models_are_tested() -> None:
    """No model is forgotten above."""
    found = {
        item
        for item in vars(models).values()
        if isinstance(item, type) and item.__module__ == models.__name__
    }
    assert found == set(MODELS)


def test_profile() -> None:
    """The account is its e-mail, whatever the case; times of the day are times."""
    profile = read(
        Profile,
        {
            "email": "Robin@Example.com",
            "use_fahrenheit": False,
            "notification_curfew_start": "21:00:00",
            "notification_curfew_end": "08:00:00",
            "ip_address_on_create": "192.0.2.17",
            "device_os": None,
        },
    )
    assert profile.account_id == "robin@example.com"
    assert profile.notification_curfew_start == time(21)
    assert set(private_values(profile)) == {"Robin@Example.com", "192.0.2.17"}
    assert read(Profile, {}).account_id is None


def test_sensor() -> None:
    """A sensor as it was recorded, with its colour's name and its Bluetooth address."""
    sensor = read(
        Sensor,
        {
            "firmware_version": "2016-09-14_hawaii-2.0.3_hardware-config-MP",
            "sensor_serial": "PI040237VB4J012345",
            "sensor_identifier": "Flower power 456C",
            "color": 6,
            "sensor_type": "flower-power",
            "system_id": "9003B70000C7456C",
            "assignment_datetime_utc": "2017-05-03T09:12:11Z",
            "autowatering_cfg": {"mode": "off"},
        },
    )
    assert sensor.firmware == "2.0.3"
    assert sensor.color is Color.CLASSIC_GREEN
    assert sensor.sensor_type is SensorType.FLOWER_POWER
    assert sensor.bluetooth_address == "90:03:B7:C7:45:6C"
    assert sensor.assignment_datetime_utc == datetime(2017, 5, 3, 9, 12, 11, tzinfo=UTC)
    assert set(private_values(sensor)) == {"PI040237VB4J012345", "9003B70000C7456C"}


@pytest.mark.parametrize(
    "system_id",
    [None, "", "9003B7C7456C", "9003B71234C7456C", "no hexadecimal", "0" * 17],
)
def test_no_bluetooth_address(system_id: str | None) -> None:
    """What is no system id is no address."""
    assert read(Sensor, {"system_id": system_id}).bluetooth_address is None


@pytest.mark.parametrize(
    ("version", "short"),
    [
        ("2016-09-14_hawaii-2.0.3_hardware-config-MP", "2.0.3"),
        ("2.29.1", "2.29.1"),
        ("unreleased", "unreleased"),
        (None, None),
    ],
)
def test_firmware(version: str | None, short: str | None) -> None:
    """Of a version people compare the numbers."""
    assert short_firmware(version) == short
    assert read(FirmwareUpdate, {"firmware_version": version}).firmware == short


def test_location() -> None:
    """A location with a plant; the addresses of its pictures are secrets."""
    location = read(
        Location,
        {
            "location_identifier": "eg9dnEtyHy1418991234567",
            "plant_nickname": "TUW161",
            "plant_ids": [5716],
            "latitude": 48,
            "longitude": 16.37,
            "avatar_url": "https://pictures.invalid/1?Signature=abc",
            "pictures": [
                {
                    "url": "https://pictures.invalid/2?Signature=def",
                    "location_identifier": "eg9dnEtyHy1418991234567",
                    "image_identifier": "2",
                    "expires": "2219-05-07T00:00:00+00:00",
                }
            ],
            "ignored_alerts": {"watering": False},
            "in_pot": None,
            "sensor": None,
        },
    )
    assert location.name == "TUW161"
    assert location.plant_ids == (5716,)
    assert location.pictures[0].expires == datetime(2219, 5, 7, tzinfo=UTC)
    assert set(private_values(location)) == {
        "TUW161",
        48.0,
        16.37,
        "https://pictures.invalid/1?Signature=abc",
        "https://pictures.invalid/2?Signature=def",
    }


def test_names() -> None:
    """A location without a name has its sensor's, or none."""
    raw: dict[str, Json] = {"location_identifier": "x", "plant_nickname": ""}
    named: Json = {"nickname": "Flower power B25E"}
    assert read(Location, {**raw, "sensor": named}).name == "Flower power B25E"
    assert read(Location, raw).name is None


def test_odd_inner_values() -> None:
    """One odd value within costs that value, one odd item that item; all are counted."""
    report = ParseReport("test")
    location = parse(
        Location,
        {
            "location_identifier": "x",
            "plant_ids": [1, "2", None, "three"],
            "pictures": [{"image_identifier": "a", "expires": "never"}, {}, 5],
            "sensor": {"color": 99, "nickname": "Flower power B25E"},
            "ignored_alerts": [],
        },
        report,
    )
    assert location is not None
    assert location.plant_ids == ()
    assert [picture.image_identifier for picture in location.pictures] == ["a"]
    assert location.sensor == Sensor(nickname="Flower power B25E")
    assert location.ignored_alerts is None
    assert report.counts == {
        "Location.plant_ids": 1,
        "Picture.expires": 1,
        "Picture.image_identifier": 1,
        "Location.pictures": 1,
        "Sensor.color": 1,
        "Location.ignored_alerts": 1,
    }


def test_status() -> None:
    """Each gauge has its value, its bounds, its verdict."""
    found = status(
        light={
            "status_key": "status_warning",
            "instruction_key": "light_too_low",
            "next_analysis_datetime_utc": None,
            "gauge_values": {
                "min_threshold": 5,
                "max_threshold": 24,
                "current_value": 0.3,
            },
        },
        watering={
            "soil_moisture": {
                "instruction_key": "soil_moisture_prediction",
                "predicted_action_vwc_value": 14.5,
            }
        },
    )
    assert found.analysis("light") == Analysis(
        status_key=Status.WARNING,
        instruction_key=Instruction.TOO_LOW,
        gauge_values=Gauge(min_threshold=5, max_threshold=24, current_value=0.3),
    )
    assert found.watering.soil_moisture.predicted_action_vwc_value == 14.5
    assert found.analysis("soil_moisture") is found.watering.soil_moisture
    assert found.battery.gauge_values == Gauge()


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({}, None),
        ({"light": None}, None),
        ({"light": "status_ok"}, False),
        ({"light": "status_ok", "fertilizer": "status_warning"}, True),
        ({"air_temperature": "status_critical"}, True),
        ({"air_temperature": "predicted_action"}, False),
    ],
)
def test_problem(keys: dict[str, str | None], problem: bool | None) -> None:
    """A warning or worse at any gauge is a problem."""
    raw: dict[str, Json] = {name: {"status_key": key} for name, key in keys.items()}
    assert status(**raw).problem is problem


def test_problem_of_the_soil() -> None:
    """Of what watering says twice the inner one counts."""
    outer: Json = {
        "status_key": "status_critical",
        "instruction_key": "soil_moisture_too_low",
        "soil_moisture": {
            "status_key": "status_ok",
            "instruction_key": "soil_moisture_good",
        },
    }
    assert status(watering=outer).problem is False
    assert status(watering=outer).needs_water is False
    dry: Json = {
        "soil_moisture": {
            "status_key": "status_critical",
            "instruction_key": "soil_moisture_too_low",
        }
    }
    assert status(watering=dry).problem is True
    assert status(watering=dry).needs_water is True
    assert status(watering={}).needs_water is None


def test_light() -> None:
    """Full sun is about fifty thousand lux; no light reading is no light known."""
    sample = Sample(capture_datetime_utc=datetime(2026, 11, 25, tzinfo=UTC), light=80)
    assert sample.illuminance == pytest.approx(49_935, abs=1)
    assert sample.photon_flux == pytest.approx(925.93, abs=0.01)
    dark = Sample(capture_datetime_utc=sample.capture_datetime_utc)
    assert dark.illuminance is None
    assert dark.photon_flux is None


def test_versions() -> None:
    """They are numbers, also as texts."""
    assert read(Versions, {"user_config_version": "7"}).user_config_version == 7
