"""Start the demo: python -m scripts.demo, by way of scripts/develop."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import signal
import sys
import tempfile

from aiohttp import ClientError

from . import dashboard, house, instance, log
from .client import PASSWORD, USER, Client, DemoError

LOADED_SECONDS = 180


def say(text: str) -> None:
    """Tell the person at the terminal how far it is."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


async def furnish(
    home: instance.Instance, client: Client
) -> tuple[list[house.Account], list[str]]:
    """Sign in, add what is missing and wait until every account is loaded.

    Returns the accounts as they then stand, and the entities that the dashboard should show and cannot.
    """
    await client.sign_in()
    await house.started(client)
    await house.locate(client)
    await house.ignore_repairs(client)
    added = {}
    for vendor in await house.vendors(client):
        added[vendor] = await house.add_account(client, vendor) or ""
        say(f"{'added' if added[vendor] else 'found'} the simulated {vendor} account")
    accounts = await _settled(client, added)
    return accounts, await dashboard.save(client, accounts, home.folder)


async def _settled(client: Client, added: dict[str, str]) -> list[house.Account]:
    """Wait, for a bounded time, until all accounts are well, or have failed for good."""
    end = asyncio.get_running_loop().time() + LOADED_SECONDS
    while True:
        accounts = await house.accounts(client, added)
        states = await house.states(client)
        done = all(
            account.has_failed or account.is_well(states) for account in accounts
        )
        if done or asyncio.get_running_loop().time() > end:
            return accounts
        await asyncio.sleep(1)


async def develop(port: int, fresh: bool) -> int:
    """Run the demo until it is ended from outside."""
    instance.require_port(port)
    if fresh:
        instance.clear(instance.CONFIG)
    instance.prepare(instance.CONFIG, port)
    home = instance.Instance(instance.CONFIG, port, shows=True)
    say(
        f"starting Home Assistant; its log is in {home.console.relative_to(instance.ROOT)}"
    )
    try:
        await home.start()
        await _furnish_if_possible(home)
        say(f"ready: {home.url} (user {USER}, password {PASSWORD}); Ctrl-C ends it")
        return await home.wait()
    finally:
        say("ending Home Assistant")
        await home.stop()


async def _furnish_if_possible(home: instance.Instance) -> None:
    """Furnish the demo; what its user made of it, such as another password, is no reason to end it."""
    try:
        async with Client(home.url) as client:
            _, missing = await furnish(home, client)
    except (DemoError, ClientError, TimeoutError) as error:
        say(f"accounts and dashboard are left as they are: {error}")
        return
    if missing:
        say(f"not on the dashboard, as they are not there: {', '.join(missing)}")


async def smoke(port: int | None) -> int:
    """Run the demo in a folder that is thrown away, report each account, and return 0 when all is well."""
    with tempfile.TemporaryDirectory(prefix="habitat-") as name:
        folder = Path(name)
        if port is not None:
            instance.require_port(port)
        chosen = instance.free_port() if port is None else port
        instance.prepare(folder, chosen)
        home = instance.Instance(folder, chosen)
        try:
            await home.start()
            async with Client(home.url) as client:
                accounts, missing = await furnish(home, client)
                states = await house.states(client)
                repairs = (await client.command("repairs/list_issues"))["issues"]
        except BaseException:
            say(f"the end of its log:\n{home.output()[-8000:]}")
            raise
        finally:
            await home.stop()
        complaints = log.complaints(home.output())

    for account in accounts:
        print(account.report(states), flush=True)
        if not account.is_well(states):
            say(f"{account.vendor}: {account.trouble(states)}")
    for repair in repairs:
        if repair["ignored"]:
            continue
        say(f"open repair: {repair['domain']} {repair['issue_id']}")
    for complaint in complaints:
        say(f"in the log: {complaint}")
    if missing:
        say(f"the dashboard names what is not there: {missing}")
    well = (
        accounts
        and not missing
        and all(account.is_well(states) for account in accounts)
    )
    return 0 if well and not complaints else 1


async def until_ended(work: Callable[[], Awaitable[int]]) -> int:
    """Run the work; Ctrl-C, a closed terminal or a polite kill cancel it, so that it can clean up."""
    task = asyncio.ensure_future(work())
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 130
    except DemoError as error:
        say(str(error))
    except (ClientError, TimeoutError) as error:
        say(f"Home Assistant did not answer as it should: {error!r}")
    return 1


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description="A Home Assistant with a simulated account of every vendor.",
    )
    parser.add_argument(
        "--port", type=int, help="8123, or any free one with --smoke, when left out"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget the state of earlier runs first"
    )
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="start in a folder of its own, report each account and end: "
        "vendor state devices entities unavailable unknown",
    )
    arguments = parser.parse_args()
    if arguments.smoke:
        return asyncio.run(until_ended(lambda: smoke(arguments.port)))
    return asyncio.run(
        until_ended(lambda: develop(arguments.port or 8123, arguments.fresh))
    )


if __name__ == "__main__":
    sys.exit(main())
