"""Adding a FlowCommand account, mending its login, and its options."""

from collections.abc import Mapping

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flowcommand.homes import home
from custom_components.habitat.simulator.flowcommand.server import FlowCommandCloud
from custom_components.habitat.webhooks import webhook_id
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.conftest import StartCloud
from tests.support.common import done, fill, start_flow, start_mending
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp


@pytest.fixture
async def cloud(start_cloud: StartCloud, clock: ManualClock) -> FlowCommandCloud:
    """Return a cloud with two sensors."""
    cloud = FlowCommandCloud(home(sensors=2, quiet=True, clock=clock))
    await start_cloud(cloud)
    return cloud


async def sign_in(
    hass: HomeAssistant, cloud: FlowCommandCloud, form: str, fields: Mapping[str, str]
) -> ConfigFlowResult:
    """Choose a form from FlowCommand's menu and fill it in."""
    menu = await start_flow(hass, "flowcommand")
    assert menu["type"] == "menu"
    assert menu["menu_options"] == ["flowcommand_token", "flowcommand_basic"]
    flow = await fill(hass, menu, {"next_step_id": form})
    return await fill(hass, flow, {**fields, "advanced": {"url": cloud.url}})


async def test_token(hass: HomeAssistant, cloud: FlowCommandCloud) -> None:
    """An account by its token is known by a digest of that; a second try is told so."""
    result = await sign_in(hass, cloud, "flowcommand_token", cloud.credentials)
    assert result["type"] == "create_entry"
    assert result["title"] == "FlowCommand"
    entry = result["result"]
    assert entry.unique_id is not None
    assert entry.unique_id.startswith("flowcommand_")
    assert cloud.credentials["api_token"] not in entry.unique_id
    again = await sign_in(hass, cloud, "flowcommand_token", cloud.credentials)
    assert again["reason"] == "already_configured"
    # The same sensors are the same account, whatever opens it.
    other = await sign_in(hass, cloud, "flowcommand_basic", cloud.basic_credentials)
    assert other["reason"] == "already_configured"
    # That holds while the account is not loaded, too.
    await hass.config_entries.async_unload(entry.entry_id)
    other = await sign_in(hass, cloud, "flowcommand_basic", cloud.basic_credentials)
    assert other["reason"] == "already_configured"


async def test_basic(hass: HomeAssistant, cloud: FlowCommandCloud) -> None:
    """An account by its user name is known by that."""
    result = await sign_in(hass, cloud, "flowcommand_basic", cloud.basic_credentials)
    assert result["type"] == "create_entry"
    assert result["result"].unique_id == f"flowcommand_{cloud.username}"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=Kind.STATUS, status=401), "invalid_auth"),
        (Fault(kind=Kind.STATUS, status=403), "invalid_auth"),
        (Fault(kind=Kind.STATUS, status=429), "rate_limited"),
        (Fault(kind=Kind.STATUS, status=500), "cannot_connect"),
        (Fault(kind=Kind.STATUS, status=404), "cannot_connect"),
        (Fault(kind=Kind.HTML, status=200), "cannot_connect"),
        (Fault(kind=Kind.RESET), "cannot_connect"),
        (Fault(kind=Kind.EMPTY_LIST), "no_devices"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.status),
)
@pytest.mark.parametrize("form", ["flowcommand_token", "flowcommand_basic"])
async def test_errors(
    hass: HomeAssistant, cloud: FlowCommandCloud, form: str, fault: Fault, error: str
) -> None:
    """Each is told, and once it is over the same form makes the account."""
    fields = {
        "flowcommand_token": cloud.credentials,
        "flowcommand_basic": cloud.basic_credentials,
    }[form]
    faults_of(cloud).add(fault)
    result = await sign_in(hass, cloud, form, fields)
    assert result["errors"] == {"base": error}
    faults_of(cloud).clear()
    result = await fill(hass, result, {**fields, "advanced": {"url": cloud.url}})
    assert result["type"] == "create_entry"


async def test_wrong_token(hass: HomeAssistant, cloud: FlowCommandCloud) -> None:
    """It is refused, and a token that letters broke over lines is not."""
    result = await sign_in(hass, cloud, "flowcommand_token", {"api_token": "mistyped"})
    assert result["errors"] == {"base": "invalid_auth"}
    token = cloud.credentials["api_token"]
    result = await fill(
        hass,
        result,
        {"api_token": f"{token[:20]} {token[20:]}", "advanced": {"url": cloud.url}},
    )
    assert result["type"] == "create_entry"


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_new_token(
    hass: HomeAssistant, cloud: FlowCommandCloud, start_cloud: StartCloud, source: str
) -> None:
    """A new token for the same sensors is the same account; one for others is not."""
    result = await sign_in(hass, cloud, "flowcommand_token", cloud.credentials)
    entry = result["result"]
    before = entry.unique_id
    cloud.renew_token()
    other = home(sensors=2, seed=2)
    for sensor_id in list(other.sensors):
        sensor = other.sensors.pop(sensor_id)
        sensor.id += 5000
        other.build(sensor)
    stranger = FlowCommandCloud(other)
    await start_cloud(stranger)
    flow = await start_mending(hass, entry, source)
    wrong = await fill(
        hass, flow, {**stranger.credentials, "advanced": {"url": stranger.url}}
    )
    assert wrong["reason"] == "wrong_account"

    flow = await start_mending(hass, entry, source)
    assert flow["data_schema"] is not None
    assert {"api_token", "advanced"} == {str(key) for key in flow["data_schema"].schema}
    done = await fill(hass, flow, {**cloud.credentials, "advanced": {"url": cloud.url}})
    assert done["reason"].startswith(source[:5])
    assert entry.data["api_token"] == cloud.credentials["api_token"]
    assert entry.unique_id == before


CHOSEN = {
    "fluid": "water",
    "barrels": True,
    "show_on_map": True,
    "silent_hours": 2,
    "webhook": True,
    "webhook_secret": "a secret",
}


async def choose(
    hass: HomeAssistant, entry_id: str, chosen: Mapping[str, object]
) -> ConfigFlowResult:
    """Fill in the form of an account's options."""
    flow = await hass.config_entries.options.async_init(entry_id)
    assert flow["step_id"] == "flowcommand"
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], dict(chosen)
    )
    await done(hass)
    return result


async def test_options(set_up_flowcommand: SetUp, clock: ManualClock) -> None:
    """What is chosen shows at once; nothing is assumed or told of places before."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    hass, entry = setting.hass, setting.entry
    today = setting.shown("sensor", "9001", "volume_today")
    assert today.attributes["device_class"] == "volume"
    assert "latitude" not in setting.shown("sensor", "9001", "flow_rate").attributes
    barrels = er.async_get(hass).async_get(
        setting.found("sensor", "9001", "flow_rate_bbl")
    )
    assert barrels is not None
    assert barrels.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert setting.value("connectivity", platform="binary_sensor") == "on"

    await choose(hass, entry.entry_id, CHOSEN)
    assert entry.options == CHOSEN
    today = setting.shown("sensor", "9001", "volume_today")
    assert today.attributes["device_class"] == "water"
    place = setting.shown("sensor", "9001", "flow_rate").attributes
    assert place["latitude"] == pytest.approx(31.9)
    assert place["longitude"] == pytest.approx(-102.1)
    assert setting.shown("sensor", "9001", "flow_rate_bbl")
    # The last ping was three hours ago.
    assert setting.value("connectivity", platform="binary_sensor") == "off"

    await choose(hass, entry.entry_id, {**CHOSEN, "fluid": "oil"})
    today = setting.shown("sensor", "9001", "volume_today")
    assert today.attributes["device_class"] == "volume"
    assert today.attributes["icon"] == "mdi:oil"


async def test_secret_is_kept(set_up_flowcommand: SetUp, clock: ManualClock) -> None:
    """The secret is never shown again; left empty it stays, filled in it is another."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    hass, entry = setting.hass, setting.entry
    await choose(hass, entry.entry_id, {**CHOSEN, "webhook_secret": "first secret"})
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["data_schema"] is not None
    assert flow["data_schema"](dict(CHOSEN)) == CHOSEN
    assert "first secret" not in str(flow["data_schema"].schema)
    other = {name: CHOSEN[name] for name in CHOSEN if name != "webhook_secret"}
    await choose(hass, entry.entry_id, {**other, "barrels": False})
    assert entry.options["webhook_secret"] == "first secret"
    await choose(hass, entry.entry_id, {**CHOSEN, "webhook_secret": "second secret"})
    assert entry.options["webhook_secret"] == "second secret"


async def test_secret_is_forgotten(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """It goes with the webhook, and the webhook is not switched on without one."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    hass, entry = setting.hass, setting.entry
    other = {name: CHOSEN[name] for name in CHOSEN if name != "webhook_secret"}
    result = await choose(hass, entry.entry_id, other)
    assert result["errors"] == {"base": "webhook_without_secret"}
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], CHOSEN
    )
    await done(hass)
    assert entry.options == CHOSEN
    result = await choose(hass, entry.entry_id, {**CHOSEN, "webhook_secret": ""})
    assert result["errors"] == {"base": "webhook_without_secret"}
    hass.config_entries.options.async_abort(result["flow_id"])
    assert entry.options == CHOSEN
    await choose(hass, entry.entry_id, {**other, "webhook": False})
    assert entry.options == {**other, "webhook": False}


async def test_barrels_go_with_their_option(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """What an option shows goes when it is switched off, and comes back with it."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    hass, entry = setting.hass, setting.entry
    entity_id = setting.found("sensor", "9001", "flow_rate_bbl")
    for shown in (True, False, True):
        await choose(hass, entry.entry_id, {**CHOSEN, "barrels": shown})
        assert (hass.states.get(entity_id) is not None) is shown
        registered = er.async_get(hass).async_get(entity_id)
        assert registered is not None
        assert (registered.disabled_by is None) is shown
    place = setting.shown("sensor", "9001", "flow_rate").attributes
    assert "latitude" in place
    await choose(hass, entry.entry_id, {**CHOSEN, "show_on_map": False})
    place = setting.shown("sensor", "9001", "flow_rate").attributes
    assert "latitude" not in place


async def test_address_of_the_webhook(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """The form shows the whole address, or its path where Home Assistant knows no more."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    hass, entry = setting.hass, setting.entry
    await hass.config.async_update(external_url="https://home.example")
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    path = f"/api/webhook/{webhook_id(hass, entry)}"
    assert entry.data[CONF_WEBHOOK_ID] in path
    assert flow["description_placeholders"] is not None
    assert flow["description_placeholders"]["url"] == f"https://home.example{path}"
    await hass.config.async_update(external_url=None, internal_url=None)
    hass.config.api = None
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["description_placeholders"] is not None
    assert flow["description_placeholders"]["url"] == path


@pytest.mark.parametrize(
    ("first", "second", "fresh"),
    [
        ({0, 1}, {1, 2}, {2}),
        ({0, 1}, {0, 1, 2}, {2}),
        ({0, 1}, {2}, {2}),
        ({0, 1}, {0}, None),
    ],
    ids=["some in common", "more", "others", "fewer"],
)
async def test_sensors_in_common(
    hass: HomeAssistant,
    start_cloud: StartCloud,
    clock: ManualClock,
    first: set[int],
    second: set[int],
    fresh: set[int] | None,
) -> None:
    """A login that sees more than an account is another account, and shows what is new in it."""
    results = []
    for seed, shown in enumerate((first, second), 1):
        world = home(sensors=3, quiet=True, seed=seed, clock=clock)
        for index, sensor_id in enumerate(list(world.sensors)):
            if index not in shown:
                del world.sensors[sensor_id]
        cloud = FlowCommandCloud(world)
        await start_cloud(cloud)
        results.append(
            await sign_in(hass, cloud, "flowcommand_token", cloud.credentials)
        )
    if fresh is None:
        assert results[1]["reason"] == "already_configured"
        return
    entry = results[1]["result"]
    await done(hass)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {name for one in devices for _, name in one.identifiers} == {
        f"flowcommand_{9001 + index}" for index in fresh
    }
