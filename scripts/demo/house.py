"""Furnishes the demo: where the home is, and one simulated account of every vendor."""

import asyncio
from dataclasses import dataclass

from .client import Client, DemoError, Json

DOMAIN = "habitat"
SIMULATED = "(simulated)"
RUNNING_SECONDS = 120

OUTSIDE_CONTAINER = ("homeassistant", "deprecated_method")
FAILED = ("setup_error", "migration_error", "failed_unload")

# A home in Denver, as the weather of the simulated one; a country leaves no repair open.
HOME = {
    "location_name": "Home",
    "country": "US",
    "currency": "USD",
    "language": "en",
    "latitude": 39.7392,
    "longitude": -104.9903,
    "elevation": 1609,
    "time_zone": "America/Denver",
    "unit_system": "metric",
}


@dataclass(frozen=True, slots=True)
class Account:
    """A simulated account and what stands in the registries for it."""

    vendor: str
    title: str
    state: str
    reason: str | None
    devices: tuple[Json, ...]
    entities: tuple[Json, ...]

    def values(self, states: dict[str, str]) -> list[str]:
        """Return the state of each enabled entity; one that has none counts as unavailable."""
        return [
            states.get(entity["entity_id"], "unavailable")
            for entity in self.entities
            if entity["disabled_by"] is None
        ]

    @property
    def has_failed(self) -> bool:
        """Return whether Home Assistant will not try to load it again."""
        return self.state in FAILED

    def is_well(self, states: dict[str, str]) -> bool:
        """Return whether the account is loaded, shows something, and all of it is available."""
        values = self.values(states)
        return self.state == "loaded" and bool(values) and "unavailable" not in values

    def report(self, states: dict[str, str]) -> str:
        """Return the line: vendor state devices entities unavailable unknown."""
        values = self.values(states)
        counts = values.count("unavailable"), values.count("unknown")
        return " ".join(
            map(str, (self.vendor, self.state, len(self.devices), len(values), *counts))
        )

    def trouble(self, states: dict[str, str]) -> str:
        """Return what is wrong, for a person."""
        gone = [
            entity["entity_id"]
            for entity in self.entities
            if entity["disabled_by"] is None
            and states.get(entity["entity_id"], "unavailable") == "unavailable"
        ]
        return f"{self.state} {self.reason or ''} unavailable: {gone}"


async def states(client: Client) -> dict[str, str]:
    """Return the state of every entity."""
    return {
        state["entity_id"]: state["state"]
        for state in await client.command("get_states")
    }


async def started(client: Client) -> None:
    """Wait until Home Assistant has set up all that it is configured with."""
    async with asyncio.timeout(RUNNING_SECONDS):
        while (await client.command("get_config"))["state"] != "RUNNING":
            await asyncio.sleep(0.25)


async def locate(client: Client) -> None:
    """Say where the home is, unless somebody has."""
    if not (await client.command("get_config")).get("country"):
        await client.command("config/core/update", **HOME)


async def ignore_repairs(client: Client) -> None:
    """Put away the repair that every Home Assistant outside a container or appliance opens."""
    for issue in (await client.command("repairs/list_issues"))["issues"]:
        if (issue["domain"], issue["issue_id"]) == OUTSIDE_CONTAINER:
            await client.command(
                "repairs/ignore_issue",
                domain=issue["domain"],
                issue_id=issue["issue_id"],
                ignore=True,
            )


async def vendors(client: Client) -> list[str]:
    """Return the vendors that are built, as the simulator's form offers them."""
    form = await _simulator_form(client)
    await client.delete(_flow_path(form))
    for field in form.get("data_schema", []):
        if field["name"] == "vendor":
            options = field["selector"]["select"]["options"]
            return [
                option["value"] if isinstance(option, dict) else option
                for option in options
            ]
    raise DemoError(f"the simulator's form does not ask for the vendor: {form}")


async def add_account(client: Client, vendor: str) -> str | None:
    """Add a vendor's simulated account and return its entry id; None when it is there already."""
    form = await _simulator_form(client)
    result = await client.post(_flow_path(form), {"vendor": vendor})
    if result["type"] == "create_entry":
        entry_id: str = result["result"]["entry_id"]
        return entry_id
    reason = result.get("reason") or result.get("errors") or result["type"]
    if reason != "already_configured":
        raise DemoError(f"no simulated account of {vendor}: {reason}")
    return None


async def _simulator_form(client: Client) -> Json:
    """Start a config flow and go through its menu to the simulator's form."""
    flow = await client.post("/api/config/config_entries/flow", {"handler": DOMAIN})
    if "simulator" not in flow.get("menu_options", []):
        raise DemoError(f"the config flow has no menu with the simulator: {flow}")
    return await client.post(_flow_path(flow), {"next_step_id": "simulator"})


def _flow_path(flow: Json) -> str:
    return f"/api/config/config_entries/flow/{flow['flow_id']}"


async def accounts(client: Client, added: dict[str, str]) -> list[Account]:
    """Return the demo's own accounts as they stand; real ones that somebody added beside them are not the demo's.

    `added` names each vendor that is built, with the entry that was made for it just now or an empty text: an account
    that has no device yet is told by that, every other by the identifiers of its devices.
    """
    entries = await client.command("config_entries/get", domain=DOMAIN)
    devices = await client.command("config/device_registry/list")
    entities = await client.command("config/entity_registry/list")
    found = []
    for entry in entries:
        entry_id = entry["entry_id"]
        own = [device for device in devices if device["config_entry_id"] == entry_id]
        vendor = next(
            (
                vendor
                for vendor in added
                if added[vendor] == entry_id or _is_simulated(own, vendor)
            ),
            None,
        )
        if vendor is None or entry["disabled_by"] is not None:
            continue
        found.append(
            Account(
                vendor=vendor,
                title=entry["title"],
                state=entry["state"],
                reason=entry["reason"],
                devices=tuple(own),
                entities=tuple(
                    entity
                    for entity in entities
                    if entity["config_entry_id"] == entry_id
                ),
            )
        )
    return found


def _is_simulated(devices: list[Json], vendor: str) -> bool:
    """Return whether these are a vendor's simulated devices: ids begin with the vendor, makers end with the word."""
    return any(
        domain == DOMAIN
        and value.startswith(f"{vendor}_")
        and (device["manufacturer"] or "").endswith(SIMULATED)
        for device in devices
        for domain, value in device["identifiers"]
    )
