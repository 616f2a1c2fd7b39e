"""Simulated clouds in processes of their own, for clients that know nothing of Home Assistant."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
import json
from pathlib import Path
import subprocess

import pytest

ROOT = Path(__file__).parent.parent.parent
CLIENTS = ("farmbot", "flairaio", "flair_api")
"""The modules that an environment without Home Assistant has; elsewhere there is nothing to test."""

collect_ignore_glob = [] if all(map(find_spec, CLIENTS)) else ["test_*.py"]


@dataclass(frozen=True, slots=True)
class Served:
    """Where a simulated cloud is, and what logs in."""

    url: str
    credentials: dict[str, str]


@contextmanager
def simulated(vendor: str) -> Iterator[Served]:
    """Serve a vendor's simulated cloud."""
    program = subprocess.Popen(  # noqa: S603 - a program of this checkout
        [ROOT / ".venv" / "bin" / "python", "-m", "tests.fidelity.serve", vendor],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    try:
        first = program.stdout.readline()
        assert first, f"The simulated {vendor} did not start"
        yield Served(**json.loads(first))
    finally:
        # The end of its input ends it; its exit code says whether it ended well.
        _, _ = program.communicate()
    assert program.returncode == 0


@pytest.fixture(scope="session")
def farmbot_cloud() -> Generator[Served]:
    """Return where the simulated FarmBot is, and what logs in."""
    with simulated("farmbot") as served:
        yield served
