"""Whatever the interface shows has its words, its icon and its pictures, and no more than that."""

import ast
from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib import import_module
from itertools import product
import json
from pathlib import Path
import re
import struct
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat import coordinator, login_flow
from custom_components.habitat.cloud.errors import BadAnswer, TooLarge
from custom_components.habitat.const import CONF_VENDOR, DOMAIN, SECTION_ADVANCED
from custom_components.habitat.coordinator import HabitatCoordinator
from custom_components.habitat.farmbot import commands
from custom_components.habitat.farmbot.actions import targets
from custom_components.habitat.farmbot.garden import variables
from custom_components.habitat.flair.client.models import HomeAwayMode, PuckColor
from custom_components.habitat.flair.number import away_gap, bounds_crossed
from custom_components.habitat.flair.select import NO_SCHEDULE
from custom_components.habitat.simulator import SIMULATED
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.system_health import async_info
from custom_components.habitat.vendor import REGISTRY, DeviceService
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigFlowResult,
)
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, CONF_URL, Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.selector import SelectSelector, validate_selector
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.typing import UNDEFINED
from homeassistant.util.yaml import load_yaml_dict
from tests.support.common import (
    AccountSetting,
    Setting,
    all_actions,
    fill,
    set_up,
    start_flow,
)
from tests.support.edge_cases import CLOUDS

from .conftest import StartCloud

INTEGRATION = Path(import_module("custom_components.habitat").__file__ or "").parent

type Texts = dict[str, Any]
type AnySetting = AccountSetting[CloudServer, HabitatCoordinator]

EN: Final[Texts] = json.loads((INTEGRATION / "translations/en.json").read_text())
ICONS: Final[Texts] = json.loads((INTEGRATION / "icons.json").read_text())
ACTIONS: Final[Texts] = {
    name: action
    for name, action in load_yaml_dict(str(INTEGRATION / "services.yaml")).items()
    # What begins with a dot is a part that actions share.
    if not name.startswith(".")
}

NAMED_BY_PEOPLE: Final = {
    (Platform.SELECT, "active_schedule"): {NO_SCHEDULE},
    (Platform.SELECT, "home_away_mode"): {word.name.lower() for word in HomeAwayMode},
    (Platform.SELECT, "mounted_tool"): {"nothing"},
    (Platform.SELECT, "ota_hour"): {"any_time"},
    (Platform.SELECT, "update_channel"): {"stable", "beta", "alpha"},
    (Platform.SELECT, "puck_display_color"): {word.name.lower() for word in PuckColor},
    (Platform.SENSOR, "mounted_tool"): {"nothing"},
}
"""Choices that people made or that speak for themselves, and those of them that are ours to name."""

SPELLED: Final = {"IR", "LED", "CPU", "ID", "OS", "SoC", "UTC", "Wi-Fi", "X", "Y", "Z"}
"""What is spelled with capitals wherever it stands."""

ACTION_REQUIRED: Final = {"account_not_verified", "terms_not_accepted"}
"""What a vendor may want of a user whose login is right."""

SHOWS_ITS_STATE: Final = {Platform.WEATHER}
"""Platforms whose icon is their state, which an icon of our own would hide."""

MODES: Final = {
    "preset_modes": "preset_mode",
    "fan_modes": "fan_mode",
    "swing_modes": "swing_mode",
}
"""The attribute that is translated, by the capability that lists what it can be."""

SAYS_NOTHING: Final = {None, "duration", "enum", "problem", "timestamp"}
"""Device classes whose name does not tell one entity of them from another."""

MAIN: Final = None
"""The name of the entity that has the device's."""


# What is written down.


def leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield all texts below a value with the path to each."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    else:
        assert isinstance(value, str), path
        yield "/".join(path), value


def placeholders(value: object) -> set[str]:
    """Return the names of all placeholders below a value."""
    return {
        name for _, text in leaves(value) for name in re.findall(r"{([^{}]*)}", text)
    }


def test_texts_are_fit_to_print() -> None:
    """No address, no markup, no reference to another text, no stray space."""
    for path, text in leaves(EN):
        assert text == text.strip() != "", path
        assert "://" not in text, path
        assert not re.search(r"<[a-z/!]", text), path
        assert "[%" not in text, path
        assert not re.search(r"'{\w+}'", text), path
        for part in path.split("/"):
            assert re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", part), path


def test_names_of_entities_are_in_sentence_case() -> None:
    """Only the first word begins with a capital, apart from abbreviations and a vendor's words."""
    for keys in EN["entity"].values():
        for name in (text["name"] for text in keys.values() if "name" in text):
            first, *rest = name.replace("Smart Away", "Smart away").split()
            assert first.startswith("{") or first[0].isupper(), name
            assert all(word.islower() or word in SPELLED for word in rest), name


def test_icons_have_the_form_that_home_assistant_reads() -> None:
    """All are of the set that comes with it, ranges go up, no state repeats the default."""
    for path, icon in leaves(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", icon), path
    for keys in ICONS["entity"].values():
        for key, item in keys.items():
            spots = [float(number) for number in item.get("range", {})]
            assert spots == sorted(spots), key
            assert item["default"] not in item.get("state", {}).values(), key


@pytest.mark.parametrize("variant", ["", "dark_"])
@pytest.mark.parametrize(("suffix", "height"), [("", 256), ("@2x", 512)])
def test_pictures_have_their_sizes(variant: str, suffix: str, height: int) -> None:
    """Icons are square, logos are wide, and each is there for light and dark."""

    def size(name: str) -> tuple[int, int]:
        path = INTEGRATION / "brand" / f"{variant}{name}{suffix}.png"
        head = path.read_bytes()[:26]
        kind, width, height, colour = struct.unpack(">8x4x4sIIxB", head)
        assert kind == b"IHDR"
        assert colour == 6, "not transparent"
        return width, height

    assert size("icon") == (height, height)
    assert size("logo")[1] == height < size("logo")[0]


# The entities that the code describes, whether or not a home has them.


def descriptions() -> Iterator[tuple[Platform, EntityDescription]]:
    """Yield all descriptions that stand in the vendors' platforms and in ours."""
    for folder in ("", *(f".{vendor}" for vendor in REGISTRY)):
        for platform in Platform:
            stem = f"{folder.lstrip('.')}/{platform}.py".lstrip("/")
            if not (INTEGRATION / stem).is_file():
                continue
            module = import_module(f"custom_components.habitat{folder}.{platform}")
            for value in vars(module).values():
                for item in value if isinstance(value, tuple) else (value,):
                    # Not by its class: Home Assistant makes its own ones of a copy of theirs.
                    if not isinstance(item, type) and hasattr(item, "force_update"):
                        yield platform, item


def key_of(description: EntityDescription) -> str:
    """Return the key under which an entity's words are kept."""
    return description.translation_key or description.key


DESCRIBED: Final = list(
    {
        (platform, key_of(one), one.device_class, one.name is UNDEFINED): (
            platform,
            one,
        )
        for platform, one in descriptions()
    }.values()
)


async def home_assistants(hass: HomeAssistant, *platforms: str) -> dict[str, str]:
    """Return what Home Assistant says of the entities of platforms, by `platform.path`."""
    texts = await async_get_translations(hass, "en", "entity_component", platforms)
    return {
        path.removeprefix("component.").replace(".entity_component.", "."): text
        for path, text in texts.items()
    }


async def test_states_with_icons_have_texts(hass: HomeAssistant) -> None:
    """An icon for a state that nobody has a text for is a misspelled one."""
    theirs = await home_assistants(hass, *ICONS["entity"])
    for platform, keys in ICONS["entity"].items():
        for key, item in keys.items():
            known = EN["entity"].get(platform, {}).get(key, {}).get("state", {})
            for state in item.get("state", {}):
                said = state in known or f"{platform}._.state.{state}" in theirs
                assert said or state.isdecimal(), key


@pytest.mark.parametrize(
    ("platform", "description"),
    [pytest.param(*one, id=f"{one[0]}.{one[1].key}") for one in DESCRIBED],
)
async def test_what_is_described_has_words_and_icon(
    hass: HomeAssistant, platform: Platform, description: EntityDescription
) -> None:
    """A name of its own or of its device class, a text for each option, an icon."""
    key, device_class = key_of(description), description.device_class
    own = EN["entity"].get(platform, {}).get(key, {})
    theirs = await home_assistants(hass, platform)
    if description.name is MAIN:
        assert "name" not in own, "the name would stand beside the device's"
    elif "name" not in own:
        assert device_class not in SAYS_NOTHING
        assert f"{platform}.{device_class}.name" in theirs
    options = getattr(description, "options", None) or [
        word.name.lower() for word in getattr(description, "words", ())
    ]
    assert set(options) <= set(own.get("state", {}))
    if platform not in SHOWS_ITS_STATE and device_class in (None, "enum"):
        assert key in ICONS["entity"].get(platform, {})


# The entities of homes.


@pytest.fixture
def set_up_any(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    start_cloud: StartCloud,
    clock: ManualClock,
) -> Callable[[str, str], Awaitable[AnySetting]]:
    """Return a function that sets the account of any vendor up."""

    async def start(vendor: str, home: str) -> AnySetting:
        cloud = CLOUDS[vendor](home, clock)
        await start_cloud(cloud)
        entry = await set_up(hass, cloud, vendor)
        return AccountSetting(hass, freezer, entry, cloud, clock)

    return start


@pytest.fixture(
    params=[("flair", "two"), *product(SIMULATED, ("demo", "odd"))], ids="-".join
)
async def home(
    request: pytest.FixtureRequest,
    set_up_any: Callable[[str, str], Awaitable[AnySetting]],
) -> AnySetting:
    """Return the account of a home."""
    return await set_up_any(*request.param)


@pytest.fixture
async def demos(
    set_up_any: Callable[[str, str], Awaitable[AnySetting]],
) -> list[AnySetting]:
    """Return the accounts of all vendors' demos."""
    return [await set_up_any(vendor, "demo") for vendor in SIMULATED]


def entries_of(setting: AnySetting) -> list[er.RegistryEntry]:
    """Return the entities of an account, those that are off by default too."""
    registry = er.async_get(setting.hass)
    entries = er.async_entries_for_config_entry(registry, setting.entry.entry_id)
    assert entries
    assert all(entry.translation_key for entry in entries)
    return entries


async def test_every_entity_has_a_name(hass: HomeAssistant, home: AnySetting) -> None:
    """Its own, its device class's, or its device's; none twice and none with the device in it."""
    seen: set[tuple[str | None, str, str | None]] = set()
    for entry in entries_of(home):
        spot = (entry.device_id, entry.domain, entry.original_name)
        assert spot not in seen, entry.entity_id
        seen.add(spot)
        device = dr.async_get(hass).async_get(entry.device_id or "")
        assert device is not None
        assert device.name is not None
        if entry.original_name is None:
            assert entry.domain in ("climate", "cover"), entry.entity_id
        else:
            assert device.name not in entry.original_name
            assert "{" not in entry.original_name


async def test_every_option_has_a_text(hass: HomeAssistant, home: AnySetting) -> None:
    """Of enums, selects, presets, fan speeds and swings."""
    theirs = await home_assistants(hass, "climate")
    for entry in entries_of(home):
        platform, key = entry.domain, entry.translation_key or ""
        own = EN["entity"].get(platform, {}).get(key, {})
        can = entry.capabilities or {}
        options = set(can.get("options") or ())
        options &= NAMED_BY_PEOPLE.get((Platform(platform), key), options)
        assert options <= set(own.get("state", {})), entry.entity_id
        for capability, attribute in MODES.items():
            named = own.get("state_attributes", {}).get(attribute, {}).get("state", {})
            for mode in can.get(capability) or ():
                path = f"{platform}._.state_attributes.{attribute}.state.{mode}"
                assert mode in named or path in theirs, entry.entity_id


async def test_every_entity_without_a_device_class_has_an_icon(
    home: AnySetting,
) -> None:
    """What has a device class has that class's icon."""
    for entry in entries_of(home):
        if entry.domain in SHOWS_ITS_STATE or entry.original_device_class not in (
            None,
            "enum",
        ):
            continue
        assert entry.translation_key in ICONS["entity"][entry.domain], entry.entity_id


async def test_no_entity_text_or_icon_is_left_over(demos: list[AnySetting]) -> None:
    """Each belongs to an entity that is described or that the demo's home has."""
    used = {(platform, key_of(one)) for platform, one in DESCRIBED}
    used |= {
        (Platform(entry.domain), entry.translation_key or "")
        for demo in demos
        for entry in entries_of(demo)
    }
    for written in (EN, ICONS):
        kept = {(p, key) for p, keys in written["entity"].items() for key in keys}
        assert kept <= used


# The config flow.


def fields_of(flow: ConfigFlowResult) -> tuple[set[str], dict[str, set[str]]]:
    """Return the fields of the form that a flow shows, and those of its sections."""
    schema = flow["data_schema"]
    assert schema is not None
    inner = {
        str(name): {str(field) for field in item.schema.schema}
        for name, item in schema.schema.items()
        if isinstance(item, section)
    }
    return {str(name) for name in schema.schema} - set(inner), inner


def check_form(flow: ConfigFlowResult, *, exactly: bool = True) -> None:
    """Compare the form that a flow shows with its texts."""
    texts = EN["config"]["step"][flow["step_id"]]
    fields, inner = fields_of(flow)
    assert set(texts["data"]) == set(texts["data_description"])
    assert fields <= set(texts["data"])
    if exactly:
        assert fields == set(texts["data"])
    assert set(inner) == set(texts.get("sections", {}))
    for name, inside in inner.items():
        part = texts["sections"][name]
        assert inside == set(part["data"]) == set(part["data_description"])
    # Errors have no place of their own: they are shown with the form's placeholders.
    given = set(flow["description_placeholders"] or ())
    assert placeholders(texts) <= given
    if flow["step_id"] != "simulator":
        assert placeholders(EN["config"]["error"]) <= given


async def test_the_menu_and_the_forms_have_their_words(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """Each entry of the menu is named and explained, each field of its form too."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    options = menu["menu_options"]
    assert isinstance(options, list)
    assert options == [*REGISTRY, "simulator"]
    texts = EN["config"]["step"]["user"]
    assert set(texts["menu_options"]) == set(options)
    assert set(texts["menu_option_descriptions"]) == set(options)
    for step in options:
        flow = await start_flow(hass, step)
        if flow["type"] is FlowResultType.MENU:
            texts = EN["config"]["step"][step]
            forms = flow["menu_options"]
            assert isinstance(forms, list)
            assert set(texts["menu_options"]) == set(forms)
            assert set(texts["menu_option_descriptions"]) == set(forms)
            for form in forms:
                check_form(
                    await fill(
                        hass, await start_flow(hass, step), {"next_step_id": form}
                    )
                )
        else:
            check_form(flow)


async def test_options_have_their_words(
    hass: HomeAssistant, demos: list[AnySetting]
) -> None:
    """Each field of a vendor's options is named and explained, and what it asks for is given."""
    having = {key for key, vendor in REGISTRY.items() if vendor.options}
    assert set(EN["options"]["step"]) == having
    for demo in demos:
        if demo.entry.data[CONF_VENDOR] not in having:
            continue
        flow = await hass.config_entries.options.async_init(demo.entry.entry_id)
        texts = EN["options"]["step"][flow["step_id"]]
        fields, inner = fields_of(flow)
        assert not inner
        assert fields == set(texts["data"]) == set(texts["data_description"])
        assert placeholders(texts) <= set(flow["description_placeholders"] or ())


@pytest.mark.parametrize(
    ("source", "step"),
    [(SOURCE_REAUTH, "reauth_confirm"), (SOURCE_RECONFIGURE, "reconfigure")],
)
async def test_the_forms_for_all_vendors_have_their_words(
    hass: HomeAssistant, demo: Setting, source: str, step: str
) -> None:
    """They serve one form at a time and name the fields of all."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": source, "entry_id": demo.entry.entry_id},
    )
    assert flow["step_id"] == step
    check_form(flow, exactly=False)
    asked = {
        name
        for vendor in REGISTRY
        for form in import_module(
            f"custom_components.habitat.{vendor}.config_form"
        ).FORMS
        for name in form.fields
    }
    texts = EN["config"]["step"][step]
    assert asked <= set(texts["data"])
    assert set(texts["sections"][SECTION_ADVANCED]["data"]) == {CONF_URL}


def test_errors_and_aborts_have_their_words() -> None:
    """The config flow's own and those that Home Assistant's helpers answer with."""
    found = {key for _, key in login_flow._ERRORS} | {
        "invalid_url",
        "unknown",
        *ACTION_REQUIRED,
    }
    assert set(EN["config"]["error"]) == found
    own = {
        value.value
        for call in calls("config_flow.py")
        for name, value in named_values(call).items()
        if name == "reason" and isinstance(value, ast.Constant)
    }
    assert set(EN["config"]["abort"]) == {
        *own,
        "already_configured",
        "already_in_progress",
        "reauth_successful",
        "reconfigure_successful",
    }
    assert not placeholders(EN["config"]["abort"])


async def test_choices_of_selectors_have_their_words(
    hass: HomeAssistant, demos: list[AnySetting]
) -> None:
    """The config flow's choice of a simulated vendor, and those of options and actions."""
    choices = {"vendor": set(SIMULATED)}
    for demo in demos:
        if not demo.account.login.vendor.options:
            continue
        flow = await hass.config_entries.options.async_init(demo.entry.entry_id)
        assert flow["data_schema"] is not None
        for item in flow["data_schema"].schema.values():
            if isinstance(item, SelectSelector) and "translation_key" in item.config:
                choices[item.config["translation_key"]] = {
                    one if isinstance(one, str) else one["value"]
                    for one in item.config["options"]
                }
    for action in ACTIONS.values():
        for field in action.get("fields", {}).values():
            select = field["selector"].get("select") or {}
            if key := select.get("translation_key"):
                choices[key] = set(select["options"])
    words = {key: set(texts["options"]) for key, texts in EN["selector"].items()}
    assert words == choices


# Actions.


async def test_actions_have_their_words_and_fields(hass: HomeAssistant) -> None:
    """Each field is one that the action takes, with a selector, a name and a description."""
    taken = {
        service.name: {
            *(str(marker) for marker in service.schema),
            *((ATTR_DEVICE_ID,) if isinstance(service, DeviceService) else ()),
            *(
                (ATTR_CONFIG_ENTRY_ID,)
                if isinstance(service, DeviceService) and service.account
                else ()
            ),
        }
        for _, service in await all_actions(hass)
    }
    assert set(ACTIONS) == set(EN["services"]) == set(ICONS["services"]) == set(taken)
    for name, action in ACTIONS.items():
        texts = EN["services"][name]
        assert {"name", "description"} <= set(texts)
        assert set(action.get("fields", {})) == taken[name]
        assert set(texts.get("fields", {})) == taken[name]
        for field, item in action.get("fields", {}).items():
            assert set(texts["fields"][field]) == {"name", "description"}
            assert validate_selector(item["selector"])


# Errors, repairs, system health.


def calls(pattern: str = "**/*.py") -> Iterator[ast.Call]:
    """Yield all calls in the code of the integration."""
    for path in INTEGRATION.glob(pattern):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield node


def named_values(call: ast.Call) -> dict[str, ast.expr]:
    """Return the keyword arguments of a call."""
    return {word.arg: word.value for word in call.keywords if word.arg}


def dict_keys(node: ast.expr | None) -> set[str]:
    """Return the keys of a dictionary that is spelled out."""
    if not isinstance(node, ast.Dict):
        return set()
    return {
        key.value
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def raised() -> Iterator[tuple[str, set[str]]]:
    """Yield the key of each translated error with the placeholders that it gets."""
    for call in calls():
        named = named_values(call)
        key = named.get("translation_key")
        if "translation_domain" in named and isinstance(key, ast.Constant):
            assert isinstance(key.value, str)
            yield key.value, dict_keys(named.get("translation_placeholders"))
        if isinstance(call.func, ast.Name) and call.func.id == "validation_error":
            key = call.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, set(named)
    for key_text in ("write_failed", *coordinator._WRITE_FAILED.values()):
        yield key_text, {"vendor", "reason"}
    for key_text in commands._MESSAGES.values():
        yield key_text, {"reason"}
    for reason in reasons():
        yield f"reason_{reason}", set()
    for key_text in (
        *targets._UNKNOWN.values(),
        "event_ambiguous",
        "event_without_sequence",
    ):
        yield key_text, {"name"}
    for call in calls("farmbot/garden/variables.py"):
        if isinstance(call.func, ast.Name) and call.func.id == "VariableError":
            key = call.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, {"label", "name"} if len(call.args) > 2 else {"label"}
    for key_text in variables._REFUSALS.values():
        yield key_text, {"label"}
    for problem in (away_gap(20.0, 21.0), bounds_crossed(21.0, 20.0)):
        assert problem is not None
        yield problem, set()


def reasons() -> set[str]:
    """Return the keys of what stands for the reason of a failed request."""
    given = {
        named_values(call)["reason"]
        for call in calls()
        if isinstance(call.func, ast.Name) and "reason" in named_values(call)
    }
    return {BadAnswer.reason or "", TooLarge.reason or ""} | {
        one.value
        for one in given
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def test_our_own_words_for_a_failure_are_translated() -> None:
    """An error about a request quotes the vendor, or names the translation of what it says."""
    kinds = ("AuthError", "CommandFailed", "RateLimited", "Refused", "Unreachable")
    untranslated = [
        ast.unparse(call)
        for call in calls()
        if isinstance(call.func, ast.Name)
        and call.func.id in kinds
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value
        and "reason" not in named_values(call)
    ]
    assert untranslated == []


def test_every_error_has_a_message_and_every_message_an_error() -> None:
    """And the message asks for no placeholder that it does not get."""
    messages: Mapping[str, Texts] = EN["exceptions"]
    errors = list(raised())
    assert {key for key, _ in errors} == set(messages)
    for key, given in errors:
        assert placeholders(messages[key]) <= given, key


def test_every_repair_has_a_text_and_every_text_a_repair() -> None:
    """And the text asks for no placeholder that it does not get."""
    issues: dict[str, set[str]] = {}
    for call in calls():
        if isinstance(call.func, ast.Name) and call.func.id == "Issue":
            key, *rest = call.args
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                issues[key.value] = set().union(*map(dict_keys, rest))
    assert {*issues, *ACTION_REQUIRED} == set(EN["issues"])
    for key_text, given in issues.items():
        assert placeholders(EN["issues"][key_text]) <= given


async def test_system_health_has_its_words(hass: HomeAssistant, demo: Setting) -> None:
    """Each line is named; whether a vendor can be reached once a vendor."""
    info = await async_info(hass)
    for value in info.values():
        if hasattr(value, "close"):
            value.close()
    assert set(info) | {f"reach_{vendor}" for vendor in REGISTRY} == set(
        EN["system_health"]["info"]
    )
