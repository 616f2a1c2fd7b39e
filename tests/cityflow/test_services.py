"""CityFlow's action: history on request."""

from dataclasses import replace
from typing import Any

import pytest
import voluptuous as vol

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.cityflow.homes import particle_id
from homeassistant.exceptions import ServiceValidationError

from .conftest import Setting, SetUp

PROBE = particle_id(1, 0)
TIME_RANGE = {"start": "2026-11-24T06:00:00+00:00", "end": "2026-11-24T09:00:00+00:00"}


async def history(setting: Setting, **fields: Any) -> list[dict[str, Any]]:
    """Ask for it."""
    answer: Any = await setting.hass.services.async_call(
        DOMAIN,
        "get_measurement_history",
        {**TIME_RANGE, **fields},
        blocking=True,
        return_response=True,
    )
    found: list[dict[str, Any]] = answer["measurements"]
    return found


async def test_of_a_probe(set_up_cityflow: SetUp) -> None:
    """Its own averages only, the oldest first."""
    setting = await set_up_cityflow("demo")
    device = setting.registry_device(PROBE)
    assert device is not None
    found = await history(setting, device_id=device.id)
    assert [row["start"][11:16] for row in found] == ["06:00", "07:00", "08:00"]
    assert {row["device_id"] for row in found} == {PROBE}
    assert {"temperature", "pm25", "noise"} <= set(found[0]["values"])
    assert len(await history(setting, device_id=device.id, resolution="10m")) == 18


async def test_of_a_type_and_of_a_location(set_up_cityflow: SetUp) -> None:
    """Both by the account."""
    setting = await set_up_cityflow("demo")
    account = setting.entry.entry_id
    rows = await history(setting, config_entry_id=account, device_type=1)
    assert len({row["device_id"] for row in rows}) == 3
    assert len(await history(setting, config_entry_id=account, location="221")) == 3


async def test_nothing_in_it(set_up_cityflow: SetUp) -> None:
    """A span before the probes began is answered as what it is: empty."""
    setting = await set_up_cityflow("demo")
    device = setting.registry_device(PROBE)
    assert device is not None
    long_ago = {
        "start": "2020-01-01T00:00:00+00:00",
        "end": "2020-01-01T06:00:00+00:00",
    }
    assert await history(setting, device_id=device.id, **long_ago) == []


async def test_impossible_averages(set_up_cityflow: SetUp) -> None:
    """Means contain the same rubbish as rows; what cannot be is left out."""
    setting = await set_up_cityflow("demo")
    setting.cloud.set_row(PROBE, {"t": 652.36, "l": -3, "mP2": 0})
    device = setting.registry_device(PROBE)
    assert device is not None
    for row in await history(setting, device_id=device.id):
        assert not {"temperature", "humidity", "illuminance"} & set(row["values"])
        assert row["values"]["pm25"] == 0
        assert row["values"]["pm1"] > 0


async def test_one_target(set_up_cityflow: SetUp) -> None:
    """None and two are refused, and what is no account of this vendor."""
    setting = await set_up_cityflow("demo")
    device = setting.registry_device(PROBE)
    assert device is not None
    account = setting.entry.entry_id
    for fields, error in (
        ({"config_entry_id": account}, "one_target"),
        ({"device_id": device.id, "device_type": 1}, "one_target"),
        ({"device_type": 1}, "no_such_device"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await history(setting, **fields)
        assert caught.value.translation_key == error


@pytest.mark.parametrize(
    "fields",
    [
        {"resolution": "often", "device_type": 1},
        {"location": "../1"},
        {"device_id": "a"},
    ],
)
async def test_what_makes_no_sense(
    set_up_cityflow: SetUp, fields: dict[str, object]
) -> None:
    """Is refused before anything is asked."""
    setting = await set_up_cityflow("demo")
    with pytest.raises(vol.Invalid):
        await history(setting, config_entry_id=setting.entry.entry_id, **fields)


async def test_a_probe_without_a_type(set_up_cityflow: SetUp) -> None:
    """Its history is that of its location, unless others stand there too."""
    setting = await set_up_cityflow("demo")
    device = setting.registry_device(PROBE)
    assert device is not None
    account = setting.account
    probe = next(one for one in account.probes() if one.id == PROBE)
    account.async_set_record(f"probe_{PROBE}", replace(probe, type=None))
    assert len(await history(setting, device_id=device.id)) == 3
    account.async_set_record(f"probe_{PROBE}", replace(probe, type=None, location=None))
    with pytest.raises(ServiceValidationError) as caught:
        await history(setting, device_id=device.id)
    assert caught.value.translation_key == "no_history"
