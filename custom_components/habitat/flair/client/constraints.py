"""The abilities of an infrared unit, from its `constraints` attribute.

The attribute has three shapes: a tree `ON -> MODE -> SWING -> FAN -> [temperatures as text]`, a list of
button names (remotes without states), or nothing usable. See docs/vendors/flair.md, Resources.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from ...cloud.documents import Json
from ...cloud.text import clean
from ...cloud.values import to_float

MAX_BUTTONS = 100
"""Buttons of one remote; real ones have fewer."""

_FAHRENHEIT_FROM = 45.0
"""Set points below this are in Celsius, others in Fahrenheit."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """The abilities of one unit; temperatures are in the unit's own scale."""

    tree: Mapping[str, Mapping[str, Mapping[str, tuple[float, ...]]]] = field(
        default_factory=dict
    )
    """Mode, then swing, then fan ("FAN AUTO"), then the allowed set points; all upper case."""
    buttons: tuple[str, ...] = ()
    scale: str | None = None
    """"C" or "F"."""

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes, upper case, in Flair's order."""
        return tuple(self.tree)

    @property
    def likely_scale(self) -> str | None:
        """The scale that the set points suggest, for units without one."""
        points = [
            point
            for swings in self.tree.values()
            for fans in swings.values()
            for points in fans.values()
            for point in points
        ]
        if not points:
            return None
        return "F" if min(points) >= _FAHRENHEIT_FROM else "C"

    @property
    def swings(self) -> bool:
        """Whether any mode has both swing positions."""
        return any({"ON", "OFF"} <= set(swings) for swings in self.tree.values())

    def fans(self, mode: str) -> tuple[str, ...]:
        """Return the fan speeds of a mode ("FAN AUTO"), in Flair's order, each once."""
        swings = self.tree.get(mode, {})
        return tuple(dict.fromkeys(fan for fans in swings.values() for fan in fans))

    def set_points(
        self, mode: str, swing: str | None = None, fan: str | None = None
    ) -> tuple[float, ...]:
        """Return the sorted set points of a mode, a swing and a fan speed.

        A swing or fan speed that the mode does not have is ignored.
        """
        swings = self.tree.get(mode, {})
        chosen = [swings[swing]] if swing and swing in swings else list(swings.values())
        if fan and any(fan in fans for fans in chosen):
            lists = [fans[fan] for fans in chosen if fan in fans]
        else:
            lists = [points for fans in chosen for points in fans.values()]
        return tuple(sorted({point for points in lists for point in points}))


def read_constraints(raw: Json) -> Constraints | None:
    """Read the attribute in any of its shapes; return None if nothing can be used."""
    if isinstance(raw, list):
        buttons = tuple(
            islice(
                dict.fromkeys(
                    item for item in raw if isinstance(item, str) and clean(item)
                ),
                MAX_BUTTONS,
            )
        )
        return Constraints(buttons=buttons) if buttons else None
    if not isinstance(raw, dict):
        return None
    on = raw.get("ON")
    tree = {
        mode.upper(): swings
        for mode, node in (on.items() if isinstance(on, dict) else ())
        if (swings := dict(_swings(node)))
    }
    if not tree:
        return None
    scale = raw.get("temperature-scale") or raw.get("temperature_scale")
    named = scale.upper()[:1] if isinstance(scale, str) else None
    return Constraints(tree=tree, scale=named if named in ("C", "F") else None)


def _swings(node: Json) -> Iterator[tuple[str, dict[str, tuple[float, ...]]]]:
    for swing, fans in node.items() if isinstance(node, dict) else ():
        if isinstance(fans, dict):
            yield (
                swing.upper(),
                {fan.upper(): _points(points) for fan, points in fans.items()},
            )


def _points(raw: Json) -> tuple[float, ...]:
    numbers = (to_float(item) for item in raw) if isinstance(raw, list) else ()
    return tuple(number for number in numbers if number is not None)
