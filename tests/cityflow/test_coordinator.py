"""What a CityFlow account asks for and when, what is a device, and when a probe is silent."""

import pytest

from custom_components.habitat.simulator.cityflow.homes import home, particle_id
from custom_components.habitat.simulator.core.clock import ManualClock
from homeassistant.config_entries import ConfigEntryState
from tests.support.common import counted_writes
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

PROBE = particle_id(1, 0)
"""The demo's probe at the station, of the new generation, with a row each ten minutes."""


def devices(setting: Setting) -> set[str]:
    """Return the vendor's ids of the devices in the registry."""
    return {
        name.removeprefix("cityflow_")
        for name in setting.registered()
        if setting.registry_device(name.removeprefix("cityflow_"))
    }


@pytest.mark.parametrize("probes", [9, 200])
async def test_an_idle_hour_costs_13_requests(
    set_up_cityflow: SetUp, clock: ManualClock, probes: int
) -> None:
    """Whatever the number of probes, and in no hour of two days more than that."""
    setting = await set_up_cityflow(home(probes=probes, clock=clock))
    asked: list[int] = []
    for _ in range(12 * 26 if probes < 10 else 12):
        before = setting.cloud.count()
        await setting.poll()
        asked.append(setting.cloud.count() - before)
    hours = [sum(asked[start : start + 12]) for start in range(len(asked) - 11)]
    assert max(hours) <= 13
    assert min(hours) == 12


async def test_an_unchanged_poll_writes_nothing(set_up_cityflow: SetUp) -> None:
    """As long as no probe has a new row."""
    setting = await set_up_cityflow("standard")
    with counted_writes() as writes:
        await setting.poll(3)
    assert not writes


async def test_a_new_row_wakes_its_probe_only(set_up_cityflow: SetUp) -> None:
    """The others have no state written."""
    setting = await set_up_cityflow("demo")
    setting.cloud.set_row(PROBE, {"t": 21.5})
    with counted_writes() as writes:
        await setting.poll()
    assert setting.shown("sensor", PROBE, "temperature").state == "21.5"
    assert writes
    assert all("banegardspladsen" in entity_id for entity_id in writes)


async def test_a_late_row_changes_nothing(set_up_cityflow: SetUp) -> None:
    """What was measured before is older, whenever it comes."""
    setting = await set_up_cityflow("demo")
    before = setting.shown("sensor", PROBE, "temperature").state
    setting.cloud.set_row(PROBE, {"time": "2026-11-25T13:00:00.000Z", "t": 1.5})
    await setting.poll()
    assert setting.shown("sensor", PROBE, "temperature").state == before


async def test_a_time_from_the_future_is_none(set_up_cityflow: SetUp) -> None:
    """The row counts from when it came, and ends like any other."""
    setting = await set_up_cityflow("demo")
    setting.cloud.set_row(PROBE, {"time": "2107-12-11T08:11:30.000Z", "t": 1.5})
    await setting.poll()
    assert setting.shown("sensor", PROBE, "temperature").state == "1.5"
    assert setting.shown("sensor", PROBE, "last_measurement").state == "unknown"
    await setting.poll(10)
    assert setting.shown("sensor", PROBE, "temperature").state == "unknown"


async def test_without_types_all_goes_on(
    set_up_cityflow: SetUp, clock: ManualClock
) -> None:
    """They may be for administrators only: models then are what is known of the generations."""
    city = home(probes=2, clock=clock)
    city.types = []
    setting = await set_up_cityflow(city)
    device = setting.registry_device(particle_id(1, 1))
    assert device is not None
    assert device.model == "CityProbe 2"


async def test_no_list_of_devices_at_first(set_up_cityflow: SetUp) -> None:
    """Nobody knows then what is a device: Home Assistant tries again later."""
    setting = await set_up_cityflow("demo")
    fault = faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /devices", status=500)
    )
    await setting.reload()
    assert setting.is_in(ConfigEntryState.SETUP_RETRY)
    faults_of(setting.cloud).remove(fault)
    await setting.reload()
    assert setting.is_in(ConfigEntryState.LOADED)
    assert not setting.unavailable()


async def test_of_many_the_nearest_are_devices(set_up_cityflow: SetUp) -> None:
    """Of 50 the 25 that are nearest to home; of 9 all."""
    setting = await set_up_cityflow("standard")
    assert len(setting.account.probes()) == 50
    assert len(devices(setting)) == 25


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"choice": "all"}, 50),
        ({"choice": "by_tag", "tags": ["odd"]}, 25),
        ({"choice": "by_place", "places": ["Aarhus"]}, 50),
        ({"choice": "by_hand", "probes": [particle_id(1, 3)]}, 1),
        # What is filled in counts, whatever else is chosen.
        ({"choice": "all", "tags": ["odd"]}, 25),
        ({"tags": ["odd"]}, 25),
        ({"tags": ["odd"], "places": ["Odense", "Aarhus"]}, 25),
        ({"choice": "by_place", "places": ["Aarhus"], "tags": ["even"]}, 25),
        ({"choice": "by_distance", "distance": 20000.0, "tags": ["even"]}, 25),
        ({"probes": [particle_id(1, 3)]}, 1),
        (
            {"choice": "by_hand", "probes": [particle_id(1, 3)], "tags": ["odd"]},
            1,
        ),
        ({"choice": "by_distance", "distance": 20000.0}, 50),
    ],
)
async def test_the_options_choose(
    set_up_cityflow: SetUp, options: dict[str, object], count: int
) -> None:
    """By tag, by city, by distance or by hand; what is not chosen leaves at once."""
    setting = await set_up_cityflow("standard", **options)
    assert len(devices(setting)) == count


async def test_the_map_is_opt_in(set_up_cityflow: SetUp) -> None:
    """Then one sensor of a probe has its place."""
    setting = await set_up_cityflow("demo")
    assert not any("latitude" in state.attributes for state in setting.states())
    flow = await setting.hass.config_entries.options.async_init(setting.entry.entry_id)
    assert flow["step_id"] == "cityflow"
    result = await setting.hass.config_entries.options.async_configure(
        flow["flow_id"],
        {"choice": "by_hand", "probes": [PROBE], "distance": 5, "show_on_map": True},
    )
    assert result["type"] == "create_entry"
    await setting.settle()
    assert devices(setting) == {PROBE}
    placed = [state for state in setting.states() if "latitude" in state.attributes]
    assert [state.entity_id for state in placed] == [
        setting.found("sensor", PROBE, "pm25")
    ]
