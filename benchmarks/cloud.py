"""The simulated cloud in a process of its own: what it does is none of the client's work."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from multiprocessing import get_context
from multiprocessing.connection import Connection
import time
from types import TracebackType
from typing import Any, Concatenate, Self

from custom_components.habitat.flair.coordinator import FAST
from custom_components.habitat.simulator.cityflow import homes as cityflow
from custom_components.habitat.simulator.cityflow.server import CityFlowCloud
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.simulator.flair.homes import home as build
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.simulator.flair.wire import PAGE_SIZE
from custom_components.habitat.simulator.flowcommand import homes as flowcommand
from custom_components.habitat.simulator.flowcommand.server import FlowCommandCloud
from custom_components.habitat.simulator.flower_power import homes as flower_power
from custom_components.habitat.simulator.flower_power.server import FlowerPowerCloud
from tests.support.faults import Fault, Kind, faults_of

from .homes import Home

_PATIENCE = 60
"""Seconds until a silent cloud is given up."""

_CHANGING = {
    "vents": "percent_open",
    "pucks": "current_temperature_c",
    "rooms": "current_temperature_c",
}
"""What is changed in the records of a type."""

type _Order = tuple[Callable[..., object], tuple[object, ...]]


class CloudProcess[C: CloudServer]:
    """A cloud that runs beside the client; a context manager.

    Attributes:
        url: the address.
        credentials: the fields of the login.
    """

    def __init__(self, make: Callable[[], C]) -> None:
        """Start what `make`, a function of a module, makes over there."""
        context = get_context("spawn")
        self._link, there = context.Pipe()
        self._process = context.Process(target=_run, args=(there, make), daemon=True)
        self._process.start()
        there.close()
        self.url: str
        self.credentials: Mapping[str, str]
        self.url, self.credentials = self._hear()

    def ask[**P, R](
        self,
        what: Callable[Concatenate[C, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Call a function of a module with the cloud, over there; return its result."""
        assert not kwargs
        self._link.send((what, args))
        result: R = self._hear()
        return result

    def __enter__(self) -> Self:
        """Serve since it was made."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop; the end of the link ends the cloud."""
        self._link.close()
        self._process.join(_PATIENCE)
        self._process.kill()
        self._process.close()

    def _hear(self) -> Any:
        if not self._link.poll(_PATIENCE):
            raise TimeoutError("The simulated cloud does not answer")
        return self._link.recv()


def flair_cloud(home: Home) -> FlairCloud:
    """Return a home's cloud, on a clock that stands still: nothing changes by itself."""
    return FlairCloud(
        build(
            vents=home.vents,
            pucks=home.pucks,
            bridges=home.bridges,
            clock=ManualClock(),
        )
    )


def sensor_cloud(vendor: str, size: int) -> CloudServer:
    """Return the cloud of so many sensors of a vendor, on a clock that stands still."""
    clock = ManualClock(time.time() // 60 * 60)
    match vendor:
        case "flower_power":
            return FlowerPowerCloud(flower_power.home(locations=size, clock=clock))
        case "flowcommand":
            return FlowCommandCloud(
                flowcommand.home(sensors=size, quiet=True, clock=clock)
            )
    return CityFlowCloud(cityflow.home(probes=size, clock=clock))


def _run(link: Connection[object, _Order], make: Callable[[], CloudServer]) -> None:
    asyncio.run(_serve(link, make))


async def _serve(
    link: Connection[object, _Order], make: Callable[[], CloudServer]
) -> None:
    ended = asyncio.Event()

    def obey() -> None:
        try:
            what, args = link.recv()
        except EOFError:
            ended.set()
        else:
            link.send(what(cloud, *args))

    async with make() as cloud:
        link.send((cloud.url, dict(cloud.credentials)))
        loop = asyncio.get_running_loop()
        loop.add_reader(link.fileno(), obey)
        await ended.wait()
        loop.remove_reader(link.fileno())


# What can be asked of it.


@dataclass(frozen=True, slots=True)
class Change:
    """One value that the cloud changed."""

    kind: str
    id: str
    attribute: str
    value: float


def forget_requests(cloud: CloudServer) -> None:
    """Begin to count anew."""
    cloud.log.clear()


def requests(cloud: CloudServer) -> list[str]:
    """Return the requests since, all of them answered well; who saw enough of a film hangs up."""
    assert all(item.status == 0 or 200 <= item.status < 300 for item in cloud.log), (
        list(cloud.log)
    )
    return [f"{item.method} {item.path}" for item in cloud.log]


def answer_late(cloud: CloudServer, seconds: float) -> None:
    """Answer each request so much later."""
    faults_of(cloud).add(Fault(kind=Kind.LATENCY, seconds=seconds))


def answer_at_once(cloud: CloudServer) -> None:
    """Answer without delay again."""
    faults_of(cloud).clear()


def pages(cloud: FlairCloud) -> list[int]:
    """Return how many pages each list of a poll has."""
    return [
        max(1, ceil(len(cloud.world.resources[model.TYPE]) / PAGE_SIZE))
        for model in FAST
    ]


def change(cloud: FlairCloud, share: float, number: int) -> list[Change]:
    """Give a share of the records, at least one, a value that goes with `number`."""
    records = [(kind, found) for kind in _CHANGING for found in cloud.world.all(kind)]
    value = 20.0 + number % 2
    changes = [
        Change(kind, found.id, _CHANGING[kind], value)
        for kind, found in records[:: round(1 / share)]
    ]
    for item in changes:
        cloud.set(item.kind, item.id, **{item.attribute: item.value})
    return changes
