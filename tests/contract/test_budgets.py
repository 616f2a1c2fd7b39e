"""What an hour costs, by the table of `docs/budgets.md`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant
from tests.support.accounts import WAYS, Living, living
from tests.support.faults import Fault, Kind

_TABLE = Path(__file__).parents[2] / "docs" / "budgets.md"
_HOUR = 3600.0
_STATES = ("healthy", "idle", "rate-limited", "down", "no token")
_SLACK = 0.4
"""A budget is no wish: of each figure above a few at least this share is used."""
_FEW = 12


@dataclass(frozen=True, slots=True)
class Budget:
    """A row of the table."""

    account: str
    state: str
    requests: int
    logins: int
    pings: int


def _rows() -> Iterator[Budget]:
    for line in _TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] in WAYS:
            account, state, *figures = cells
            yield Budget(account, state, *map(int, figures))


BUDGETS = list(_rows())


def _pings(account: Living) -> int:
    receiver = getattr(account.entry.runtime_data, "receiver", None)
    return 0 if receiver is None else int(receiver.connection.counters.pings)


def test_the_table() -> None:
    """It tells of each kind of account in each state, and costs no more when a cloud is sick."""
    told = {(budget.account, budget.state) for budget in BUDGETS}
    assert told == {
        (name, state)
        for name, way in WAYS.items()
        for state in _STATES
        if way.tokens or state != "no token"
    }
    assert len(told) == len(BUDGETS)
    healthy = {one.account: one for one in BUDGETS if one.state == "healthy"}
    for budget in BUDGETS:
        assert budget.requests <= healthy[budget.account].requests


@pytest.mark.parametrize(
    "budget", BUDGETS, ids=lambda budget: f"{budget.account}-{budget.state}"
)
async def test_an_hour(
    budget: Budget,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It costs no more than the table says."""
    way = WAYS[budget.account]
    if not way.broker:
        monkeypatch.setattr(
            "custom_components.habitat.farmbot.receiver.broker_address", lambda _: None
        )
    still = budget.state == "idle"
    async with living(hass, freezer, way, still=still) as account:
        match budget.state:
            case "rate-limited":
                account.go_wrong(Fault(kind=Kind.STATUS, status=429))
            case "down":
                account.go_wrong(Fault(kind=Kind.STATUS, status=503))
            case "no token":
                account.expire_tokens()
                account.go_wrong(Fault(kind=Kind.HTML, status=200, match=way.tokens))
        pings = _pings(account)
        requests, logins = await account.asked(_HOUR)
        spent = requests, logins, _pings(account) - pings
    budgeted = budget.requests, budget.logins, budget.pings
    assert all(one <= most for one, most in zip(spent, budgeted, strict=True)), spent
    assert all(
        most <= _FEW or one >= _SLACK * most
        for one, most in zip(spent, budgeted, strict=True)
    ), spent
