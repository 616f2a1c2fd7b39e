"""Entity descriptions that several vendors share."""

from collections.abc import Callable

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory

from .cloud.enums import LenientEnum
from .sensor import HabitatSensorEntityDescription


def enum_sensor[R](
    *,
    key: str,
    options: type[LenientEnum],
    value_fn: Callable[[R], str | None],
    detail: str | None = None,
    entity_category: EntityCategory | None = None,
    entity_registry_enabled_default: bool = True,
    lasting: bool = False,
    exists_fn: Callable[[R], bool] | None = None,
) -> HabitatSensorEntityDescription[R]:
    """Return the description of a sensor whose states are the members of an enum."""
    return HabitatSensorEntityDescription(
        key=key,
        detail=detail,
        device_class=SensorDeviceClass.ENUM,
        options=[member.name.lower() for member in options],
        entity_category=entity_category,
        entity_registry_enabled_default=entity_registry_enabled_default,
        lasting=lasting,
        exists_fn=exists_fn,
        value_fn=value_fn,
    )


def enum_state(member: LenientEnum | None) -> str | None:
    """Return the state for a member of an enum: its name in lower case, None for None."""
    return None if member is None else member.name.lower()


def negated(value: bool | None) -> bool | None:
    """Return the opposite of a boolean, and None for None."""
    return None if value is None else not value
