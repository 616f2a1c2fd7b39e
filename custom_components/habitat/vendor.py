"""What a vendor is: plain data, and the registry.

Each vendor has a folder, which `loader.py` imports when it is needed.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import ServiceResponse, SupportsResponse

from .cloud.errors import CloudError


@dataclass(frozen=True, slots=True)
class Vendor:
    """The data of a vendor that is needed before its folder is imported."""

    key: str
    name: str
    url: str
    """The address of the vendor's own server."""
    forms: tuple[str, ...] = ()
    """The names of its forms, if a menu asks for one of several kinds of login."""
    actions: Mapping[str, SupportsResponse] = field(default_factory=dict)
    """Its actions and their kind of response; they are registered without an account too."""
    options: bool = False
    """Whether its accounts have options."""
    removal: bool = False
    """Whether it has `removal.py`, to clean up after a removed account."""

    @property
    def steps(self) -> tuple[str, ...]:
        """Its steps of the config flow: its key, then one per form if there are several."""
        return (self.key, *(f"{self.key}_{form}" for form in self.forms))


_NONE, _OPTIONAL, _ONLY = (
    SupportsResponse.NONE,
    SupportsResponse.OPTIONAL,
    SupportsResponse.ONLY,
)

REGISTRY: Mapping[str, Vendor] = {
    vendor.key: vendor
    for vendor in (
        Vendor(
            "flair",
            "Flair",
            "https://api.flair.co",
            actions={
                "set_room_hold": _OPTIONAL,
                "clear_hold": _OPTIONAL,
                "press_remote_button": _NONE,
            },
        ),
        Vendor(
            "farmbot",
            "FarmBot",
            "https://my.farm.bot",
            actions={
                "emergency_lock": _NONE,
                "emergency_unlock": _NONE,
                "move": _NONE,
                "find_home": _NONE,
                "go_home": _NONE,
                "read_pin": _ONLY,
                "write_pin": _NONE,
                "toggle_pin": _NONE,
                "set_servo_angle": _NONE,
                "run_sequence": _OPTIONAL,
                "mount_tool": _NONE,
                "dismount_tool": _NONE,
                "water_plants": _OPTIONAL,
                "take_photo": _NONE,
                "send_message": _NONE,
                "add_point": _OPTIONAL,
                "update_point": _OPTIONAL,
                "remove_point": _NONE,
                "search_points": _ONLY,
                "add_sensor_reading": _OPTIONAL,
                "search_logs": _ONLY,
            },
            options=True,
            removal=True,
        ),
        Vendor(
            "flower_power",
            "Flower Power",
            "https://api-flower-power-pot.parrot.com",
            actions={"get_samples": _ONLY},
        ),
        Vendor(
            "flowcommand",
            "FlowCommand",
            "https://app.flowcommand.com",
            forms=("token", "basic"),
            actions={
                "get_flow_volume": _ONLY,
                "get_hourly_flow_volumes": _ONLY,
                "get_pings": _ONLY,
            },
            options=True,
        ),
        Vendor(
            "cityflow",
            "CityFlow",
            "https://api.cityflow.live",
            forms=("token", "login"),
            actions={"get_measurement_history": _ONLY},
            options=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Login:
    """The login of an account: the server's address and the fields of the vendor's form."""

    vendor: Vendor
    url: str
    fields: Mapping[str, str] = field(repr=False)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The account that a login is for."""

    account_id: str
    """The vendor's id of the account, without the vendor's key."""
    title: str
    devices: frozenset[str] = frozenset()
    """The vendor's ids of its devices, if only they show that a new login is for the same account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One of a vendor's config-flow forms."""

    step: str
    """One of the vendor's steps."""
    fields: Mapping[str, object]
    """The selector of each field, in order; all are required."""
    secret: frozenset[str]
    """The fields whose values are never shown again."""
    placeholders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OptionsForm:
    """The form of an account's options; its step is the vendor's key."""

    schema: vol.Schema
    placeholders: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    """The fields whose values are never shown again; left out they stay as they are."""
    tidy: Callable[[Mapping[str, object]], Mapping[str, object]] = lambda chosen: chosen
    """Return the options to store, from the input."""
    check: Callable[[Mapping[str, object]], str | None] = lambda _: None
    """Return the key of the error in the input, or None."""


class NoDevices(CloudError):
    """The login is valid, but the account has no devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityService:
    """One of a vendor's actions that target entities."""

    name: str
    entity_domain: Platform
    schema: Mapping[str | vol.Marker, object]
    method: str
    """The method of the entities; its arguments are the fields of the schema."""
    response: SupportsResponse = SupportsResponse.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceService:
    """One of a vendor's actions that target a device."""

    name: str
    schema: Mapping[str | vol.Marker, object]
    run: Callable[..., Coroutine[Any, Any, ServiceResponse]]
    """Called with the coordinator, the device, and the fields of the schema by name."""
    controls: bool = True
    """Whether the user must be allowed to control the device, or only to read it."""
    account: bool = False
    """Whether an account may be the target instead; then the device is None."""
    response: SupportsResponse = SupportsResponse.NONE
