"""What is true of a probe that measures no more, and when one is gone."""

from datetime import UTC, datetime

import pytest

from custom_components.habitat import async_remove_config_entry_device
from custom_components.habitat.simulator.cityflow.homes import home, particle_id
from custom_components.habitat.simulator.cityflow.world import Probe
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from tests.support.common import counted_writes

from .conftest import Setting, SetUp

PROBE = particle_id(1, 0)
OTHER = particle_id(1, 1)
MEASURES = ("temperature", "humidity", "pressure", "pm25", "noise", "battery")


def values(setting: Setting, probe: str = PROBE) -> set[str]:
    """Return what the measures of a probe show."""
    return {setting.shown("sensor", probe, key).state for key in MEASURES}


def last(setting: Setting, probe: str = PROBE) -> str:
    """Return when a probe measured last."""
    return setting.shown("sensor", probe, "last_measurement").state


async def test_a_silent_probe(set_up_cityflow: SetUp) -> None:
    """After 45 minutes nothing is known of now, but when it measured; its next row brings all."""
    setting = await set_up_cityflow("demo")
    await setting.live(20)
    setting.cloud.silence(PROBE)
    await setting.live(25)
    assert "unknown" not in values(setting)
    heard = last(setting)
    await setting.live(30)
    assert values(setting) == {"unknown"}
    assert last(setting) == heard
    assert "unknown" not in values(setting, OTHER)
    await setting.live(120)
    assert last(setting) == heard
    assert setting.unavailable() == set()
    with counted_writes() as writes:
        await setting.poll()
    assert not any("banegardspladsen" in one for one in writes)
    setting.cloud.world.probes[PROBE].silent_after = None
    setting.cloud.world.touch(PROBE)
    await setting.live(15)
    assert "unknown" not in values(setting)
    assert last(setting) > heard


async def test_a_slow_probe_has_more_time(
    set_up_cityflow: SetUp, clock: ManualClock
) -> None:
    """Three times its cadence of half an hour."""
    city = home(probes=1, first=0, clock=clock)
    city.probes[PROBE].cadence = 1800
    setting = await set_up_cityflow(city)
    await setting.live(95)
    setting.cloud.silence(PROBE)
    await setting.live(50)
    assert "unknown" not in values(setting)
    await setting.live(60)
    assert values(setting) == {"unknown"}


async def test_it_is_silent_at_a_restart(set_up_cityflow: SetUp) -> None:
    """What it measured is unknown, not lost; when it did is still told."""
    setting = await set_up_cityflow("demo")
    setting.cloud.silence(PROBE)
    await setting.live(60)
    heard = last(setting)
    await setting.reload()
    assert values(setting) == {"unknown"}
    assert last(setting) == heard
    setting.cloud.world.probes[PROBE].silent_after = None
    setting.cloud.world.touch(PROBE)
    await setting.poll()
    assert "unknown" not in values(setting)


async def test_the_cloud_is_away(set_up_cityflow: SetUp) -> None:
    """Then nothing is known at all: not even whether the probe is silent."""
    setting = await set_up_cityflow("demo")
    await setting.cloud.stop()
    await setting.poll(4)
    assert len(setting.unavailable()) == len(setting.states())


async def test_of_two_rows_the_true_one(set_up_cityflow: SetUp) -> None:
    """A row that is dated in the future gives way to any other, before it or after it."""
    setting = await set_up_cityflow("demo")
    twin = Probe(id="e00fce6800000000000000aa", measures_as=PROBE, listed=False)
    twin.pinned_row = {"time": "2107-12-11T08:11:30.000Z", "t": 1.5}
    before = setting.shown("sensor", PROBE, "temperature").state
    setting.cloud.add(twin)
    await setting.poll()
    assert setting.shown("sensor", PROBE, "temperature").state == before


@pytest.mark.parametrize(
    ("order", "shown"),
    [(("14:59", "14:50"), "1.0"), (("14:50", "14:59"), "2.0"), (("14:59",) * 2, "2.0")],
)
async def test_the_newer_row_counts(
    set_up_cityflow: SetUp, order: tuple[str, str], shown: str
) -> None:
    """In whatever order they come; of one time the later word."""
    setting = await set_up_cityflow("demo")
    for value, at in enumerate(order, 1):
        row: dict[str, Json] = {"time": f"2026-11-25T{at}:50.000Z", "t": value}
        setting.cloud.set_row(PROBE, row)
        await setting.poll()
    assert setting.shown("sensor", PROBE, "temperature").state == shown


# Gone.


async def test_a_probe_that_vanished_goes(set_up_cityflow: SetUp) -> None:
    """It keeps its name while it is there, and goes after three lists that lack it."""
    setting = await set_up_cityflow("demo")
    device = setting.registry_device(PROBE)
    assert device is not None
    name = device.name
    setting.cloud.remove(PROBE)
    for _ in range(26):
        await setting.live(30)
        device = setting.registry_device(PROBE)
        if device is None:
            break
        assert device.name == name
    assert setting.registry_device(PROBE) is None
    assert setting.registry_device(OTHER)
    assert not [one for one in setting.registered() if PROBE in one]


async def test_soon_after_it_fell_silent(set_up_cityflow: SetUp) -> None:
    """The list is asked for then, not only half a day later, and at most once an hour."""
    setting = await set_up_cityflow("demo")
    await setting.live(70)
    setting.cloud.remove(PROBE)
    await setting.live(90)
    assert setting.registry_device(PROBE) is None
    setting.cloud.log.clear()
    for probe in list(setting.cloud.world.probes):
        setting.cloud.silence(probe)
    await setting.live(120)
    assert setting.cloud.count("GET /devices") <= 2
    assert setting.registry_device(OTHER)


async def test_it_measures_but_is_not_listed(set_up_cityflow: SetUp) -> None:
    """It stays with its name as long as it measures, and over a restart."""
    setting = await set_up_cityflow("demo")
    setting.cloud.world.probes[PROBE].listed = False
    setting.cloud.world.touch(PROBE)
    for again in (False, True):
        if again:
            await setting.reload()
        await setting.live(13 * 60)
        device = setting.registry_device(PROBE)
        assert device is not None
        assert device.name == "Banegårdspladsen"
        assert "unknown" not in values(setting)
    setting.cloud.world.probes[PROBE].listed = True
    setting.cloud.world.touch(PROBE)
    await setting.live(13 * 60)
    assert "unknown" not in values(setting)


async def test_not_listed_at_a_restart(set_up_cityflow: SetUp) -> None:
    """Nobody knows its tags then; it goes after several lists, not with the first."""
    setting = await set_up_cityflow("demo", choice="by_tag", tags=["centre"])
    setting.cloud.world.probes[PROBE].listed = False
    setting.cloud.world.touch(PROBE)
    await setting.reload()
    assert setting.registry_device(PROBE)
    await setting.live(15)
    assert setting.registry_device(PROBE) is None
    assert setting.registry_device(OTHER)


async def test_removal_by_hand(set_up_cityflow: SetUp) -> None:
    """At once where the list lacks it and it measures no more; not while it does."""
    setting = await set_up_cityflow("demo")
    setting.cloud.world.probes[PROBE].listed = False
    setting.cloud.world.touch(PROBE)
    await setting.reload()
    device = setting.registry_device(PROBE)
    assert device is not None
    hass, entry = setting.hass, setting.entry
    assert not await async_remove_config_entry_device(hass, entry, device)
    setting.cloud.remove(PROBE)
    await setting.poll()
    assert setting.registry_device(PROBE)
    assert await async_remove_config_entry_device(hass, entry, device)
    dr.async_get(hass).async_remove_device(device.id)
    await setting.poll()
    assert setting.registry_device(PROBE) is None


async def test_a_list_with_a_flaw_removes_nothing(set_up_cityflow: SetUp) -> None:
    """Where one record could not be read, it may be the one that is missing."""
    setting = await set_up_cityflow("demo")
    setting.cloud.silence(PROBE)
    await setting.live(60)
    setting.cloud.set(PROBE, id=None)
    await setting.live(36 * 60)
    assert setting.registry_device(PROBE)
    assert last(setting) != "unknown"


# Chosen.


async def test_a_nearer_probe_drives_none_out(
    set_up_cityflow: SetUp, clock: ManualClock
) -> None:
    """Those that are devices stay; a new one takes the next free place."""
    setting = await set_up_cityflow(home(probes=30, clock=clock))
    before = set(setting.account.devices.present)
    assert len(before) == 25
    near = Probe(
        id="e00fce6800000000000000bb",
        latitude=setting.hass.config.latitude,
        longitude=setting.hass.config.longitude,
        location=999,
    )
    setting.cloud.add(near)
    await setting.live(13 * 60)
    assert set(setting.account.devices.present) == before
    await setting.reload()
    assert set(setting.account.devices.present) == before
    gone = next(iter(before)).removeprefix("cityflow_")
    setting.cloud.remove(gone)
    await setting.live(26 * 60)
    assert set(setting.account.devices.present) == before - {f"cityflow_{gone}"} | {
        f"cityflow_{near.id}"
    }


async def ask(setting: Setting, **options: object) -> dict[str, object]:
    """Fill the options in and return what the form says."""
    flow = await setting.hass.config_entries.options.async_init(setting.entry.entry_id)
    result = await setting.hass.config_entries.options.async_configure(
        flow["flow_id"], options
    )
    await setting.settle()
    return dict(result)


@pytest.mark.parametrize(
    "options",
    [
        {"choice": "by_tag"},
        {"choice": "by_place"},
        {"choice": "by_hand"},
        {"choice": "by_distance", "distance": 0.1},
        {"choice": "by_tag", "tags": ["park"], "places": ["Aarhus"], "distance": 5},
    ],
)
async def test_a_choice_of_nothing_is_refused(
    set_up_cityflow: SetUp, options: dict[str, object]
) -> None:
    """The form says so and keeps what was filled in; nothing is removed."""
    setting = await set_up_cityflow("demo")
    if "tags" in options:
        for probe in setting.cloud.world.probes.values():
            probe.city = "Aarhus" if "park" not in probe.tags else "Risskov"
            setting.cloud.world.touch(probe.id)
        await setting.reload()
    before = setting.registered()
    result = await ask(setting, **options)
    assert result["type"] == "form"
    assert result["errors"] == {"base": "nothing_chosen"}
    assert setting.entry.options == {}
    assert setting.registered() == before
    schema = result["data_schema"]
    suggested = {
        str(key): key.description
        for key in schema.schema  # type: ignore[attr-defined]  # a schema of voluptuous
        if str(key) in options
    }
    assert suggested == {
        name: {"suggested_value": value} for name, value in options.items()
    }


async def test_an_account_that_is_not_loaded(set_up_cityflow: SetUp) -> None:
    """Nobody knows then what a choice matches, so it is kept."""
    setting = await set_up_cityflow("demo")
    await setting.hass.config_entries.async_unload(setting.entry.entry_id)
    result = await ask(setting, choice="by_place", distance=5)
    assert result["type"] == "create_entry"


async def test_a_choice_that_matches_nothing_any_more(
    set_up_cityflow: SetUp, clock: ManualClock
) -> None:
    """The devices stay as they are, and the user is told."""
    setting = await set_up_cityflow(home(probes=4, clock=clock))
    before = setting.registered()
    setting.hass.config_entries.async_update_entry(
        setting.entry, options={"choice": "by_place", "places": ["Odense"]}
    )
    await setting.reload()
    assert setting.registered() == before
    issues = ir.async_get(setting.hass).issues
    assert [issue.translation_key for issue in issues.values()] == ["nothing_chosen"]
    setting.hass.config_entries.async_update_entry(
        setting.entry, options={"choice": "by_hand", "probes": [OTHER]}
    )
    await setting.reload()
    assert set(setting.account.devices.present) == {f"cityflow_{OTHER}"}
    assert not issues


def test_the_clock(clock: ManualClock) -> None:
    """The rows above are of the minutes before it."""
    assert datetime.fromtimestamp(clock(), UTC).strftime("%H:%M") == "15:00"
