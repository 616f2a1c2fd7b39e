"""Building blocks of gardens: identifiers as the cloud gives them."""

from hashlib import sha256
import string
import time

from ..core.clock import Clock
from .garden import BEGAN, Garden, Probe, Spot

_LETTERS = string.ascii_letters + string.digits
_PARROT = "9003B7"
"""What the Bluetooth addresses of Parrot's sensors begin with."""
_COLORS = (4, 6, 7)
"""Those that recordings show."""


class Builder:
    """Fills a garden; the same calls with the same seed give the same one."""

    def __init__(self, seed: int = 1, clock: Clock = time.time) -> None:
        """Begin with bare ground."""
        self.garden = Garden(seed=seed, clock=clock)

    def add(self, spot: Spot) -> Spot:
        """Put a location in place."""
        self.garden.spots[spot.id] = spot
        return spot

    def identifier(self) -> str:
        """Return what identifies the next location: ten letters and a time in milliseconds."""
        count = len(self.garden.spots)
        digest = sha256(f"{self.garden.seed} location {count}".encode()).digest()
        letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:10])
        return f"{letters}{int(BEGAN * 1000) + 73_021 * count:013d}"

    def probe(
        self,
        kind: str = "flower-power",
        *,
        upgrade: str | None = None,
        named: bool = True,
    ) -> Probe:
        """Return the next sensor."""
        count = len(self.garden.spots)
        digest = sha256(f"{self.garden.seed} sensor {count}".encode()).hexdigest()
        return Probe(
            serial=f"PI0402{int(digest[:12], 16) % 10**10:010d}",
            mac=_PARROT + digest[:6].upper(),
            kind=kind,
            color=_COLORS[count % len(_COLORS)],
            upgrade=upgrade,
            named=named,
        )
