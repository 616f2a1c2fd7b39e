"""The demo lives with what its user makes of it."""

from pathlib import Path
from typing import Any, cast

import pytest

from scripts.demo import dashboard, house
from scripts.demo.client import Client, DemoError, Json

_VENDORS = {"flair": "", "farmbot": ""}


class FakeClient:
    """A Home Assistant that answers commands from a table, and keeps what it is told."""

    def __init__(self, answers: dict[str, Any]) -> None:
        """Take the answers by command; one that is missing is refused."""
        self.answers = answers
        self.sent: list[Json] = []

    async def command(self, command: str, **arguments: Any) -> Any:
        """Answer a command."""
        self.sent.append({"type": command, **arguments})
        if command not in self.answers:
            raise DemoError(command)
        return self.answers[command]


def _device(entry_id: str, identifier: str, maker: str) -> Json:
    return {
        "config_entry_id": entry_id,
        "manufacturer": maker,
        "identifiers": [["habitat", identifier]],
    }


def _entry(entry_id: str, disabled_by: str | None = None) -> Json:
    return {
        "entry_id": entry_id,
        "title": "Renamed",
        "state": "loaded",
        "reason": None,
        "disabled_by": disabled_by,
    }


@pytest.mark.parametrize(
    ("entry", "maker", "vendors"),
    [
        pytest.param(_entry("1"), "Flair (simulated)", ["flair"], id="renamed"),
        pytest.param(_entry("1"), "Flair", [], id="real"),
        pytest.param(_entry("1", "user"), "Flair (simulated)", [], id="disabled"),
        pytest.param(_entry("1"), None, [], id="no maker"),
    ],
)
async def test_only_simulated_accounts_are_the_demos(
    entry: Json, maker: str, vendors: list[str]
) -> None:
    """A real account beside them, and one that is disabled, is nothing that the demo waits for."""
    client = FakeClient(
        {
            "config_entries/get": [entry],
            "config/device_registry/list": [_device("1", "flair_vents_1", maker)],
            "config/entity_registry/list": [],
        }
    )
    found = await house.accounts(cast(Client, client), _VENDORS)
    assert [account.vendor for account in found] == vendors


async def test_an_account_without_devices_is_told_by_its_entry() -> None:
    """It was made just now."""
    client = FakeClient(
        {
            "config_entries/get": [_entry("1")],
            "config/device_registry/list": [],
            "config/entity_registry/list": [],
        }
    )
    found = await house.accounts(cast(Client, client), {"farmbot": "1"})
    assert [account.vendor for account in found] == ["farmbot"]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> house.Account:
    """Return an account whose view names four entities by their unique ids."""
    (tmp_path / "flair.yaml").write_text(
        """
        path: flair
        cards:
          - {type: tile, entity: flair_1_a}
          - {type: tile, entity: flair_1_b}
          - {type: entities, entities: [flair_1_a, {entity: flair_1_b}, flair_1_c]}
        """
    )
    monkeypatch.setattr(dashboard, "VIEWS", tmp_path)
    entities = (
        {"unique_id": f"flair_1_{key}", "entity_id": f"sensor.{key}_renamed"}
        for key in "abc"
    )
    return house.Account("flair", "Flair", "loaded", None, (), tuple(entities))


async def test_missing_entities_cost_their_cards_only(
    account: house.Account, tmp_path: Path
) -> None:
    """Renamed entities are found; of disabled and removed ones the cards and rows are left out."""
    (tmp_path / ".storage").mkdir()
    states = [{"entity_id": "sensor.a_renamed", "attributes": {}}]
    client = FakeClient(
        {
            "lovelace/dashboards/list": [],
            "lovelace/dashboards/create": None,
            "frontend/set_system_data": None,
            "lovelace/config/save": None,
            "config/area_registry/list": [],
            "get_states": states,
        }
    )
    missing = await dashboard.save(cast(Client, client), [account], tmp_path)
    assert missing == ["sensor.b_renamed", "sensor.c_renamed"]
    (view,) = client.sent[-1]["config"]["views"]
    assert view["cards"] == [
        {"type": "tile", "entity": "sensor.a_renamed"},
        {"type": "entities", "entities": ["sensor.a_renamed"]},
    ]


@pytest.mark.parametrize("present", [None, {"views": ["edited"]}])
async def test_a_dashboard_of_the_users_own_is_left_alone(
    account: house.Account, tmp_path: Path, present: Json | None
) -> None:
    """One that was edited, or emptied, is not written."""
    answers: dict[str, Any] = {
        "lovelace/dashboards/list": [{"url_path": dashboard.DASHBOARD}]
    }
    if present is not None:
        answers["lovelace/config"] = present
    client = FakeClient(answers)
    assert await dashboard.save(cast(Client, client), [account], tmp_path) == []
