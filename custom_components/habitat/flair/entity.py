"""What Flair's entities have in common."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.helpers.entity import Entity

from ..devices import Device
from ..entity import HabitatEntity, RecordEntityDescription
from ..vendor import Made
from .account import FlairAccount
from .models import Radio, Thermostat


@dataclass(frozen=True, kw_only=True)
class PartDescription[R](RecordEntityDescription[R]):
    """Describes an entity that shows a device's record, or a part of the device such as a reading."""

    part: str | None = None

    def key_at(self, device: Device) -> str:
        """Return the key of the record that is shown."""
        return f"{device.key}/{self.part}" if self.part else device.key


class FlairEntity[R](HabitatEntity[FlairAccount, R]):
    """An entity of a Flair device."""

    @property
    @override
    def available(self) -> bool:
        """Whether the device can be reached: one that is out of reach tells nothing new."""
        owner = self.coordinator.data.get(self.device_key)
        out_of_reach = isinstance(owner, Radio | Thermostat) and not owner.reachable
        return super().available and not out_of_reach


def described[R, D: PartDescription[Any]](
    account: FlairAccount,
    device: Device,
    kind: type[R],
    descriptions: tuple[D, ...],
    build: Callable[[FlairAccount, Device, type[R], D], Entity],
) -> Iterator[Made]:
    """Return the entities that a device has of those described."""
    for description in descriptions:
        exists = description.exists
        if exists is not None:
            record = account.record(description.key_at(device), kind)
            if record is None or not exists(record):
                continue
        yield description.key, partial(build, account, device, kind, description)
