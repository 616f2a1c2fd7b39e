"""A Flower Power account: what it asks for when, what stays when the cloud is away, its devices."""

from collections import Counter
from dataclasses import replace

import pytest

from custom_components.habitat.diagnostics import async_get_config_entry_diagnostics
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flower_power.homes import home
from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.support.common import counted_writes, lines, start_mending
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

VERSIONS, CONFIGURATION, STATUS, SAMPLES = (
    "/user/v1/versions",
    "/garden/v2/configuration",
    "/garden/v1/status",
    "/sensor_data/",
)


def asked(setting: Setting) -> Counter[str]:
    """Return how often the cloud was asked for what since the last time."""
    names = (VERSIONS, CONFIGURATION, STATUS, SAMPLES, "/user/v4/profile")
    found = Counter(
        next((name for name in names if one.path.startswith(name)), one.path)
        for one in setting.cloud.log
    )
    setting.cloud.log.clear()
    return found


async def idle(setting: Setting) -> None:
    """Let nothing change any more, and forget what was asked so far."""
    setting.cloud.halt_uploads()
    await setting.poll()
    setting.cloud.log.clear()


async def test_an_idle_hour(set_up_flower_power: SetUp) -> None:
    """It costs four requests for 300 locations, five when the safety net is out."""
    setting = await set_up_flower_power("many")
    await idle(setting)
    hours = []
    for _ in range(26):
        await setting.poll(4)
        hours.append(asked(setting))
    assert {hour[VERSIONS] for hour in hours} == {4}
    assert max(hour.total() for hour in hours) == 5
    whole = sum(hours, Counter())
    assert whole[CONFIGURATION] == whole[STATUS] == whole["/user/v4/profile"] == 1
    assert whole[SAMPLES] == 0


async def test_an_unchanged_poll_writes_no_state(set_up_flower_power: SetUp) -> None:
    """Nor does the safety net when it brings nothing new."""
    setting = await set_up_flower_power("demo")
    await idle(setting)
    with counted_writes() as writes:
        await setting.poll(100)
    assert asked(setting)[STATUS] >= 1
    assert writes == {}


async def test_set_up(set_up_flower_power: SetUp) -> None:
    """Everything once, and the samples of each plant."""
    setting = await set_up_flower_power("demo")
    found = asked(setting)
    # The form and the account each ask for what they need.
    assert found[CONFIGURATION] == found["/user/v4/profile"] == 2
    assert (found[VERSIONS], found[STATUS], found[SAMPLES]) == (1, 1, 8)


async def test_samples_only_where_there_are_new_ones(
    set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """A plant whose sensor nobody came by is not asked about."""
    setting = await set_up_flower_power(home(locations=3, clock=clock))
    setting.cloud.garden.spots[setting.named("Plant 2")].ended = clock()
    await setting.live()
    setting.cloud.log.clear()
    before = setting.value("Plant 1", "last_sample")
    await setting.live()
    found = asked(setting)
    assert (found[VERSIONS], found[STATUS], found[SAMPLES]) == (1, 1, 2)
    assert found[CONFIGURATION] == 0
    assert setting.value("Plant 1", "last_sample") > before


async def test_only_what_is_read_is_asked_for(
    hass: HomeAssistant, set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """Without an entity that shows samples there is no reason to ask for them."""
    setting = await set_up_flower_power(home(locations=2, clock=clock))
    registry = er.async_get(hass)
    shown = {"temperature", "soil_moisture", "soil_conductivity", "illuminance"}
    for key in (*shown, "battery", "watered"):
        platform = Platform.EVENT if key == "watered" else Platform.SENSOR
        entity_id = setting.found(platform, setting.named("Plant 1"), key)
        registry.async_update_entity(
            entity_id, disabled_by=er.RegistryEntryDisabler.USER
        )
    await setting.reload()
    setting.cloud.log.clear()
    await setting.live()
    assert asked(setting)[SAMPLES] == 1


async def test_while_the_cloud_works_on_uploads(
    set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """The status is asked for again, though its version stands still."""
    setting = await set_up_flower_power(home(locations=1, clock=clock))
    plant = setting.named("Plant 1")
    await idle(setting)
    setting.cloud.set("status", plant, processing_uploads=True)
    await setting.poll(3)
    assert asked(setting)[STATUS] == 3
    setting.cloud.set("status", plant, processing_uploads=False)
    await setting.poll(3)
    assert asked(setting)[STATUS] == 1


async def test_samples_that_failed_are_asked_for_again(
    set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """With the next poll, without a new version; the other plants are left alone."""
    setting = await set_up_flower_power(home(locations=3, clock=clock))
    path = f"GET {SAMPLES}*{setting.named('Plant 1')}"
    fault = Fault(kind=Kind.STATUS, status=404, match=path)
    faults_of(setting.cloud).add(fault)
    await setting.live()
    setting.cloud.halt_uploads()
    asked(setting)
    before = setting.value("Plant 1", "temperature")
    await setting.poll()
    assert asked(setting)[SAMPLES] == 1
    faults_of(setting.cloud).clear()
    await setting.poll(2)
    found = asked(setting)
    assert (found[SAMPLES], found[STATUS]) == (1, 0)
    assert setting.value("Plant 1", "temperature") != before


async def test_samples_that_are_lost_age_alone(
    set_up_flower_power: SetUp,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What else the plant shows stays, and all comes back."""
    setting = await set_up_flower_power(home(locations=2, clock=clock))
    path = f"GET {SAMPLES}*{setting.named('Plant 1')}"
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=404, match=path))
    caplog.clear()
    await setting.live(steps=3)
    assert setting.value("Plant 1", "temperature") == "unavailable"
    assert setting.value("Plant 1", "light_advice") != "unavailable"
    assert setting.value("Plant 2", "temperature") != "unavailable"
    assert len([line for line in lines(caplog) if "samples" in line]) == 1
    faults_of(setting.cloud).clear()
    await setting.live()
    assert setting.unavailable() == set()


async def test_the_cloud_away(
    set_up_flower_power: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """The last values stand for three polls, and come back without new samples."""
    setting = await set_up_flower_power("demo")
    await idle(setting)
    states = {one.entity_id: one.state for one in setting.states()}
    caplog.clear()
    faults_of(setting.cloud).add(Fault(kind=Kind.RESET))
    await setting.poll(2)
    assert setting.unavailable() == set()
    await setting.poll(2)
    assert setting.unavailable() == set(states)
    assert len(lines(caplog)) == 1
    faults_of(setting.cloud).clear()
    asked(setting)
    await setting.poll()
    assert {one.entity_id: one.state for one in setting.states()} == states
    assert asked(setting)[SAMPLES] == 0


async def test_without_versions(set_up_flower_power: SetUp) -> None:
    """What cannot be known to be unchanged is asked for; the account lives on."""
    setting = await set_up_flower_power("demo")
    await idle(setting)
    faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, status=404, match=f"GET {VERSIONS}")
    )
    await setting.poll(4)
    found = asked(setting)
    assert found[STATUS] == found[CONFIGURATION] == 4
    assert setting.unavailable() == set()


async def test_versions_that_break_something(
    set_up_flower_power: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with them, the rest does not wait for them for ever."""
    setting = await set_up_flower_power("demo")
    await idle(setting)

    async def broken() -> None:
        raise LookupError

    monkeypatch.setattr(setting.account.client, "versions", broken)
    await setting.poll(2)
    assert asked(setting)[STATUS] == 2
    assert setting.unavailable() == set()


async def test_a_refused_login(hass: HomeAssistant, set_up_flower_power: SetUp) -> None:
    """A new login is asked for, once."""
    setting = await set_up_flower_power("demo")
    setting.cloud.expire_tokens()
    await setting.poll()
    assert hass.config_entries.flow.async_progress() == []
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=401))
    await setting.poll(2)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"


# Devices.


async def test_a_plant_comes_and_goes(
    set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """It is removed after three complete answers, for which the configuration is asked for again."""
    garden = home(locations=3, clock=clock)
    spot = garden.spots.pop(list(garden.spots)[2])
    setting = await set_up_flower_power(garden)
    await idle(setting)
    setting.cloud.add(spot)
    await setting.poll()
    assert setting.registry_device(spot.id) is not None
    assert setting.value("Plant 3", "temperature") != "unknown"
    setting.cloud.remove(spot.id)
    await setting.poll(2)
    assert setting.registry_device(spot.id) is not None
    asked(setting)
    await setting.poll()
    assert asked(setting)[CONFIGURATION] == 1
    assert setting.registry_device(spot.id) is None
    await setting.poll(3)
    assert asked(setting)[CONFIGURATION] == 0


async def test_an_empty_answer_removes_nothing(
    set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """Nor is it believed: the next poll asks again."""
    setting = await set_up_flower_power(home(locations=2, clock=clock))
    await idle(setting)
    setting.cloud.set("configuration", setting.named("Plant 1"), is_indoor=None)
    faults_of(setting.cloud).add(
        Fault(kind=Kind.EMPTY_LIST, match=f"GET {CONFIGURATION}")
    )
    registered = setting.registered()
    await setting.poll(5)
    assert asked(setting)[CONFIGURATION] == 5
    assert setting.registered() == registered
    faults_of(setting.cloud).clear()
    await setting.poll()
    assert setting.unavailable() == set()


async def test_a_sensor_that_moves(
    set_up_flower_power: SetUp, clock: ManualClock
) -> None:
    """Its Bluetooth address moves with it, and the two plants stay two devices."""
    garden = home(locations=2, clock=clock)
    first, second = garden.spots.values()
    setting = await set_up_flower_power(garden)
    before = setting.registry_device(first.id)
    assert before is not None
    (connection,) = before.connections
    assert connection[0] == "bluetooth"
    assert first.probe is not None
    second.probe = replace(first.probe, assigned=clock())
    setting.cloud.garden.touch(second, configured=True)
    await setting.poll()
    old, new = map(setting.registry_device, (first.id, second.id))
    assert old is not None
    assert new is not None
    assert old.id == before.id != new.id
    assert old.connections == set()
    assert connection in new.connections
    await setting.reload()
    assert setting.registry_device(second.id) == new


async def test_devices(set_up_flower_power: SetUp) -> None:
    """They are named as the plants, and never after a serial number."""
    setting = await set_up_flower_power("demo")
    basil = setting.registry_device(setting.named("Kitchen Basil"))
    assert basil is not None
    assert (basil.name, basil.model) == ("Kitchen Basil", "Parrot Pot")
    assert basil.sw_version == "2.0.3"


async def test_odd_devices(set_up_flower_power: SetUp) -> None:
    """A location without a sensor is one; of two with one sensor the current one is met."""
    odd = await set_up_flower_power("odd")
    bare = odd.registry_device(odd.named("Sensorless"))
    assert bare is not None
    assert (bare.model, bare.serial_number, bare.connections) == (None, None, set())
    twins = [one for one in odd.cloud.garden.spots.values() if one.name == "TUW161"]
    devices = [odd.registry_device(one.id) for one in twins]
    assert [len(device.connections) for device in devices if device] == [1, 0]


# Secrets.


async def test_diagnostics(
    hass: HomeAssistant,
    set_up_flower_power: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They tell units and curfew, and neither they nor the log tell a secret."""
    caplog.set_level("DEBUG")
    setting = await set_up_flower_power("demo")
    dump = await async_get_config_entry_diagnostics(hass, setting.entry)
    profile = dump["records"]["profile"]
    assert profile["notification_curfew_start"] == "21:00:00"
    assert profile["use_lux"] is True
    assert REDACTED not in profile.values()
    ours = "\n".join(lines(caplog, 0))
    for secret in (
        *setting.cloud.credentials.values(),
        "robin@example.com",
        "Signature",
        "Kitchen Basil",
        "45.7578",
        "192.0.2.17",
    ):
        assert secret not in str(dump)
        assert secret not in ours


async def test_the_login_can_be_mended(
    hass: HomeAssistant, set_up_flower_power: SetUp
) -> None:
    """The form asks for what this vendor needs."""
    setting = await set_up_flower_power("demo")
    flow = await start_mending(hass, setting.entry, "reconfigure")
    assert flow["data_schema"] is not None
    asked_for = {str(name) for name in flow["data_schema"].schema}
    assert asked_for == {*setting.cloud.credentials, "advanced"}
