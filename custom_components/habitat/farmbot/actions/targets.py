"""Resolves the targets of actions: a record by its name or id, or a pin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...validation import validation_error
from ..client import api
from ..client.api import Resource
from ..client.celery_script import DIGITAL, Node, PinKind, PinMode, named_pin
from ..client.models import PinDevice
from ..coordinator import FarmBotCoordinator
from ..garden.lookup import NamedRecord, NameOrId, find_records

_UNKNOWN: Mapping[str, str] = {
    api.PERIPHERALS.path: "no_such_peripheral",
    api.POINT_GROUPS.path: "no_such_group",
    api.SENSORS.path: "no_such_sensor",
    api.SEQUENCES.path: "no_such_sequence",
    api.TOOLS.path: "no_such_tool",
}
"""By resource: the key of the error for a name or id that it does not have."""
_KINDS: Mapping[str, PinKind] = {
    api.PERIPHERALS.path: "Peripheral",
    api.SENSORS.path: "Sensor",
}


@dataclass(frozen=True, slots=True)
class PinTarget:
    """A pin, and how a command refers to it."""

    pin: int
    mode: PinMode
    """The default mode for reading and writing."""
    named: Node | None = None
    """The CeleryScript node of what is connected, if the target is not the pin's number."""

    @property
    def node(self) -> int | Node:
        """The pin as an argument of a command."""
        return self.pin if self.named is None else self.named


def resolve_record[R: NamedRecord](
    coordinator: FarmBotCoordinator, resource: Resource[R], wanted: NameOrId
) -> R:
    """Return the record with a name or id.

    Raises:
        ServiceValidationError: there is none, or several have this name.
    """
    matches = find_records(coordinator.records(resource.path, resource.model), wanted)
    if not matches:
        raise validation_error(_UNKNOWN[resource.path], name=str(wanted))
    if len(matches) > 1:
        raise validation_error("ambiguous_name", name=str(wanted))
    return matches[0]


def resolve_pin(
    coordinator: FarmBotCoordinator,
    pin: int | None,
    peripheral: NameOrId | None = None,
    sensor: NameOrId | None = None,
) -> PinTarget:
    """Return the pin that is given by its number, a peripheral or a sensor.

    Raises:
        ServiceValidationError: none is given, it does not exist, or several have this name.
    """
    if pin is not None:
        return PinTarget(pin, DIGITAL)
    if peripheral is not None:
        return _pin_target(coordinator, api.PERIPHERALS, peripheral)
    if sensor is not None:
        return _pin_target(coordinator, api.SENSORS, sensor)
    raise validation_error("which_pin")


def _pin_target(
    coordinator: FarmBotCoordinator, resource: Resource[Any], wanted: NameOrId
) -> PinTarget:
    one: PinDevice = resolve_record(coordinator, resource, wanted)
    if one.pin is None:
        raise validation_error("not_connected", name=str(wanted))
    return PinTarget(
        one.pin,
        1 if one.analog else 0,
        named_pin(_KINDS[resource.path], one.id),
    )
