"""The resolution of a history, as CityFlow writes it."""

from collections.abc import Mapping
from datetime import timedelta
import re

_RESOLUTION = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_SECONDS: Mapping[str, int] = {"m": 60, "h": 3600, "d": 86_400}


def bin_length(resolution: str) -> timedelta:
    """Return the length of the bins of a resolution such as "10m".

    Raises:
        ValueError: it is not a resolution.
    """
    if (found := _RESOLUTION.fullmatch(resolution)) is None:
        raise ValueError(f"{resolution} is no resolution such as 10m, 60m or 1d")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
