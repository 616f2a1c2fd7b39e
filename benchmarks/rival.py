"""The client that the Flair integration in use today is built on, at the simulated cloud."""

from importlib.metadata import version
from types import SimpleNamespace
from typing import Final

import aiohttp
from flairaio import flair_client
from flairaio.constants import Endpoint
import pytest

from custom_components.habitat.simulator.flair.server import FlairCloud

from .cloud import CloudProcess

NAME: Final = f"flairaio {version('flairaio')}"
POLLS_A_MINUTE: Final = 2
"""Its integration polls every 30 s."""


def connect(
    cloud: CloudProcess[FlairCloud],
    http: aiohttp.ClientSession,
    patch: pytest.MonkeyPatch,
) -> flair_client.FlairClient:
    """Return its client; the server's address is a constant there, so that is replaced."""
    endpoints = {item.name: item.value for item in Endpoint}
    there = SimpleNamespace(**{**endpoints, "BASE_URL": cloud.url})
    patch.setattr(flair_client, "Endpoint", there)
    return flair_client.FlairClient(session=http, **cloud.credentials)
