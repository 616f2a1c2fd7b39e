"""What only the user can put right, and the way to do so."""

from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat import login_flow
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.issues import plain
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from tests.support.common import Setting, done, fill, login_input, start_flow
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Serve, SetUp


@pytest.fixture
async def legacy(
    freezer: Any, hass: HomeAssistant, serve_flair: Serve, clock: Any
) -> Setting:
    """Return an account whose login is of the kind that Flair gives up."""
    cloud = await serve_flair(home(vents=1, pucks=0, bridges=0, clock=clock))
    flow = await start_flow(hass, "flair")
    result = await fill(hass, flow, login_input(cloud, **cloud.legacy_credentials))
    return Setting(hass, freezer, result["result"], cloud, clock)


def issue_id(setting: Setting) -> str:
    """Return the id of the issue about the login."""
    return f"legacy_credentials_{setting.entry.entry_id}"


class Fix:
    """The flow that puts an issue right, as the frontend drives it."""

    def __init__(self, client: Any) -> None:
        """Take a client of Home Assistant's API."""
        self.client = client
        self.flow_id = ""

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a step."""
        response = await self.client.post(f"/api/repairs/issues/fix{path}", json=body)
        return response.status, await response.json()

    async def start(self, issue: str) -> tuple[int, dict[str, Any]]:
        """Begin."""
        status, flow = await self.post("", {"handler": DOMAIN, "issue_id": issue})
        self.flow_id = flow.get("flow_id", "")
        return status, flow

    async def fill(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Fill in the form."""
        status, flow = await self.post(f"/{self.flow_id}", fields)
        assert status == HTTPStatus.OK
        return flow


@pytest.fixture
async def fix(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Fix:
    """Return a way to put issues right."""
    assert await async_setup_component(hass, "repairs", {})
    return Fix(await hass_client())


async def test_new_login(
    legacy: Setting,
    fix: Fix,
    serve_flair: Serve,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A login of the new kind, asked for until it is right, closes the issue."""
    hass, cloud = legacy.hass, legacy.cloud
    issue = issue_registry.async_get_issue(DOMAIN, issue_id(legacy))
    assert issue is not None
    assert issue.is_fixable
    status, flow = await fix.start(issue_id(legacy))
    assert status == HTTPStatus.OK
    assert flow["step_id"] == "login"
    assert [field["name"] for field in flow["data_schema"]] == [
        "client_id",
        "client_secret",
        "advanced",
    ]
    assert cloud.legacy_credentials["client_secret"] not in str(flow)

    flow = await fix.fill(login_input(cloud, client_secret="mistyped"))
    assert flow["errors"] == {"base": "invalid_auth"}
    faults_of(cloud).add(Fault(kind=Kind.HTML))
    flow = await fix.fill(login_input(cloud))
    assert flow["errors"] == {"base": "cannot_connect"}
    faults_of(cloud).clear()
    flow = await fix.fill(login_input(await serve_flair(home(seed=2))))
    assert flow["errors"] == {"base": "wrong_account"}

    flow = await fix.fill(login_input(cloud))
    assert flow["type"] == "create_entry"
    await done(hass)
    assert legacy.entry.state is ConfigEntryState.LOADED
    assert legacy.entry.data["client_id"] == cloud.credentials["client_id"]
    assert issue_registry.async_get_issue(DOMAIN, issue_id(legacy)) is None


async def test_fix_has_its_words(legacy: Setting, fix: Fix) -> None:
    """Every field and every error of the flow has a text."""
    texts = await async_get_translations(legacy.hass, "en", "issues", {DOMAIN})
    _, flow = await fix.start(issue_id(legacy))
    prefix = f"component.{DOMAIN}.issues.legacy_credentials.fix_flow"
    step = f"{prefix}.step.{flow['step_id']}"
    assert {f"{step}.title", f"{step}.description"} <= texts.keys()
    for field in flow["data_schema"]:
        name = field["name"]
        if field.get("type") == "expandable":
            assert f"{step}.sections.{name}.name" in texts
            assert f"{step}.sections.{name}.data.url" in texts
        else:
            assert f"{step}.data.{name}" in texts
    errors = {key for _, key in login_flow._ERRORS}
    for key in errors | {"invalid_url", "unknown", "wrong_account"}:
        assert f"{prefix}.error.{key}" in texts


async def test_new_login_by_reconfiguring(
    legacy: Setting, issue_registry: ir.IssueRegistry
) -> None:
    """The issue goes as well when the login is changed elsewhere."""
    legacy.hass.config_entries.async_update_entry(
        legacy.entry, data={**legacy.entry.data, **legacy.cloud.credentials}
    )
    await legacy.reload()
    assert issue_registry.async_get_issue(DOMAIN, issue_id(legacy)) is None


async def test_account_is_gone(legacy: Setting, fix: Fix) -> None:
    """An issue of an account that was removed in the meantime cannot be put right."""
    ir.async_create_issue(
        legacy.hass,
        DOMAIN,
        "stray",
        data={"entry_id": "gone"},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="legacy_credentials",
    )
    status, _ = await fix.start("stray")
    assert status != HTTPStatus.OK


async def test_unit_without_puck(
    set_up_flair: SetUp, issue_registry: ir.IssueRegistry
) -> None:
    """A unit that nothing drives is told about as long as that is so."""
    setting = await set_up_flair("odd")
    orphan = setting.id_of("hvac-units", "Orphan Unit")
    name = f"unit_without_puck_{setting.entry.entry_id}_{orphan}"
    mine = [one for domain, one in issue_registry.issues if domain == DOMAIN]
    assert mine == [name]
    issue = issue_registry.async_get_issue(DOMAIN, name)
    assert issue is not None
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"name": "Orphan Unit"}

    setting.cloud.set("hvac-units", orphan, name="Window Unit")
    await setting.poll()
    issue = issue_registry.async_get_issue(DOMAIN, name)
    assert issue is not None
    assert issue.translation_placeholders == {"name": "Window Unit"}

    unit = setting.cloud.world.resources["hvac-units"][orphan]
    setting.cloud.world.relate(unit, "puck", next(setting.cloud.world.all("pucks")).id)
    await setting.poll()
    assert issue_registry.async_get_issue(DOMAIN, name) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bedroom unit 2 (left)", "Bedroom unit 2 (left)"),
        ("**bold** _it_ `code`", "∗∗bold∗∗ ＿it＿ ʼcodeʼ"),
        ("![x](https://evil.example)", "ǃ⟦x⟧(https evil.example)"),
        ("<img src=x onerror=alert(1)>", "‹img src=x onerror=alert(1)›"),
        ("see www.evil.example\n\n# now", "see www evil.example ＃ now"),
        ("&lt;b&gt; a|b ~~c~~ \\*", "＆lt;b＆gt; a∣b ∼∼c∼∼ ＼∗"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    """What a cloud calls something is shown as it is, and never as Markdown or HTML."""
    assert plain(text) == shown
