"""Run one simulated cloud to try it out by hand."""

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import suppress

from . import SIMULATED, create
from .core.server import CloudServer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("vendor", choices=SIMULATED)
    parser.add_argument(
        "--port", type=int, default=0, help="0 is one of the system's choice"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--home", default="demo", help="one of the vendor's ready-made homes"
    )
    return parser.parse_args()


def _show(url: str, credentials: Mapping[str, str]) -> None:
    print(f"url: {url}")
    for name, value in credentials.items():
        print(f"{name}: {value}")
    print("Ctrl-C ends it.", flush=True)


async def _serve(cloud: CloudServer, port: int) -> None:
    await cloud.start(port)
    try:
        _show(cloud.url, cloud.credentials)
        await asyncio.Event().wait()
    finally:
        await cloud.stop()


def main() -> None:
    """Serve until Ctrl-C."""
    wanted = _arguments()
    cloud = create(wanted.vendor, seed=wanted.seed, home=wanted.home)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(cloud, wanted.port))


if __name__ == "__main__":
    main()
