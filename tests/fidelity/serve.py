"""Serve a simulated cloud until the input ends; the first line of the output tells its address and login.

Runs in the environment of the tests, since the simulator is part of the integration.
"""

import asyncio
from collections.abc import Callable, Mapping
import json
import socket
import sys
import time

from custom_components.habitat.simulator import create
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.simulator.farmbot import mqtt
from custom_components.habitat.simulator.farmbot.embedded import EmbeddedBroker
from custom_components.habitat.simulator.farmbot.homes import HOMES
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud

_PACE = 200
"""How much faster than in the field the robot moves."""


def _farmbot() -> FarmBotCloud:
    """Return a robot whose broker is where the vendor's client looks: the port is fixed, the host is not."""
    broker = EmbeddedBroker(_free_host(mqtt.PORT), mqtt.PORT)
    cloud = FarmBotCloud(HOMES["standard"](1, time.time), broker)
    cloud.robot.machine.pace = _PACE
    return cloud


def _free_host(port: int) -> str:
    """Return an address of this machine where nobody listens on a port."""
    for host in (f"127.0.0.{number}" for number in range(2, 255)):
        try:
            socket.create_server((host, port)).close()
        except OSError:
            continue
        return host
    raise SystemExit(f"Port {port} is in use")


_CLOUDS: Mapping[str, Callable[[], CloudServer]] = {"farmbot": _farmbot}
"""Those that are not just the demo."""


async def _serve(cloud: CloudServer) -> None:
    async with cloud:
        served = {"url": cloud.url, "credentials": dict(cloud.credentials)}
        sys.stdout.write(f"{json.dumps(served)}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    vendor = sys.argv[1]
    make = _CLOUDS.get(vendor, lambda: create(vendor))
    asyncio.run(_serve(make()))
