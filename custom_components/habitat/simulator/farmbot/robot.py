"""The robot as the broker knows it: it hears requests, answers, and tells of itself."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress

from ..core.documents import Json, Record, dump, load, number
from . import celery
from .link import Link
from .machine import Machine, RobotError, Upload, pin_of, values
from .resources import UNSTORED
from .state import State
from .world import World

_FRESH = 3.0
"""Seconds for which a status needs not be said again for a ping."""
_BOOT = 20.0
_DOWNLOAD_STEPS = 10
_BROKEN = (LookupError, TypeError, ValueError)
"""What nonsense in a request or in a sequence ends in."""


class Robot:
    """The one robot of an account.

    Attributes:
        state: what it says of itself; `tell` after a change.
        machine: its body: `pace` and `fail_next` are there.
        told: how many times it told its status.
    """

    def __init__(self, world: World, password: str, upload: Upload) -> None:
        """Take the place, what logs in to the broker, and who gets the pictures."""
        self.world = world
        self.state = State()
        self.machine = Machine(world, self.state, self.tell, self.log, upload)
        self.told = 0
        self.bot = f"device_{world.number}"
        self._online = True
        self._told_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        topics = [self._topic(name) for name in ("from_clients", "ping/#", "sync/#")]
        self._link = Link(
            f"{self.bot}_{world.device['fbos_version']}",
            self.bot,
            password,
            topics,
            self._hear,
        )
        self._read_peripherals()

    @property
    def connected(self) -> asyncio.Event:
        """Return what is set while it is connected to the broker."""
        return self._link.connected

    @property
    def online(self) -> bool:
        """Say whether it is there; while it is not, it hears and says nothing."""
        return self._online

    @online.setter
    def online(self, wanted: bool) -> None:
        if not wanted:
            self._drop_tasks()
        back = wanted and not self._online
        self._online = wanted
        if back:
            self.tell()

    def start(self, host: str, port: int) -> None:
        """Connect."""
        self._link.start(host, port)

    async def stop(self) -> None:
        """Fall silent."""
        self._drop_tasks()
        await self._link.stop()

    def tell(self) -> None:
        """Broadcast the status."""
        if self._online:
            self.told += 1
            self._told_at = asyncio.get_running_loop().time()
            self.say("status", self.state.tree(self.world))

    def say(self, name: str, document: Json) -> None:
        """Publish a document beneath the robot's own topic."""
        if self._online:
            self._link.publish(self._topic(name), dump(document))

    def log(
        self, message: str, kind: str = "info", channels: Sequence[str] = ()
    ) -> None:
        """Write a log; some kinds are never stored."""
        position = self.state.position
        version = [int(part) for part in _version(self.world).split(".")[:3]]
        fields: Record = {
            "message": message,
            "type": kind,
            "verbosity": 1,
            "channels": list[Json](channels),
            "major_version": version[0],
            "minor_version": version[1],
            "patch_version": version[2],
            **position,
        }
        if kind in UNSTORED:
            self.say("logs", {**fields, "created_at": int(self.world.clock())})
        elif self._online:
            self.world.create("logs", **fields)

    async def run_sequence(self, identity: int, body: Json = None) -> None:
        """Run a sequence as when its time has come; a failure is only logged."""
        node: Record = {
            "kind": "execute",
            "args": {"sequence_id": identity},
            "body": body or [],
        }
        try:
            await celery.run(self.machine, node)
        except RobotError as failed:
            self.log(str(failed), "error")
        except _BROKEN as broken:
            self.log(f"Unexpected: {broken!r}", "error")

    async def flood(self, rate: float, seconds: float) -> None:
        """Tell the status so many times a second, each time a little different."""
        for turn in range(round(rate * seconds)):
            self.state.wifi_level = -40 - turn % 40
            self.tell()
            await asyncio.sleep(1 / rate)

    async def reboot(self) -> None:
        """Be gone for a while."""
        # The answer goes out first.
        await asyncio.sleep(0.01)
        self.online = False
        await asyncio.sleep(_BOOT / self.machine.pace)
        self.state.uptime = 0
        self.state.jobs.clear()
        self.state.pins.clear()
        self._read_peripherals()
        self.online = True

    def _topic(self, name: str) -> str:
        return f"bot/{self.bot}/{name}"

    def _read_peripherals(self) -> None:
        for peripheral in self.world.rows("peripherals"):
            pin = peripheral.get("pin")
            if isinstance(pin, int):
                mode = peripheral.get("mode")
                self.state.pins[str(pin_of(peripheral))] = {"mode": mode, "value": 0}

    def _hear(self, topic: str, payload: bytes) -> None:
        if not self._online:
            return
        match topic.split("/")[2:]:
            case ["ping", moment]:
                self._link.publish(self._topic(f"pong/{moment}"), payload)
                if asyncio.get_running_loop().time() - self._told_at > _FRESH:
                    self.tell()
            case ["from_clients"]:
                self._request(payload)
            case ["sync", *_]:
                # It says of every change that it has taken notice of it.
                with suppress(ValueError):
                    self._reply(load(payload), None)

    def _request(self, payload: bytes) -> None:
        try:
            request = load(payload)
        except ValueError:
            return
        if not isinstance(request, dict) or request.get("kind") != "rpc_request":
            return
        body = request.get("body")
        nodes = (
            [node for node in body if isinstance(node, dict)]
            if isinstance(body, list)
            else []
        )
        # An emergency stop waits for nothing, not even for its turn in the loop.
        for node in nodes:
            if handler := _AT_ONCE.get(str(node.get("kind"))):
                handler(self.machine)
        self.spawn(self._serve(request, nodes))

    async def _serve(self, request: Record, nodes: Sequence[Record]) -> None:
        args = values(request)
        limit = number(args.get("timeout"), 0) / 1000
        try:
            async with asyncio.timeout(limit or None):
                for node in nodes:
                    await self._do(node)
        except RobotError as failed:
            self._reply(request, str(failed))
        except TimeoutError:
            self._reply(request, "timeout")
        except _BROKEN as broken:
            self._reply(request, f"Unexpected: {broken!r}")
        else:
            self._reply(request, None)

    async def _do(self, node: Record) -> None:
        kind = str(node.get("kind"))
        if kind in _AT_ONCE:
            return
        if handler := _SYSTEM.get(kind):
            await handler(self)
        else:
            await celery.run(self.machine, node)

    def _reply(self, request: Json, failure: str | None) -> None:
        label = values(request).get("label")
        if failure is None:
            self.say("from_device", {"kind": "rpc_ok", "args": {"label": label}})
            return
        explanation: Record = {"kind": "explanation", "args": {"message": failure}}
        self.say(
            "from_device",
            {"kind": "rpc_error", "args": {"label": label}, "body": [explanation]},
        )

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Do something that going offline ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _drop_tasks(self) -> None:
        current = asyncio.current_task()
        for task in list(self._tasks):
            if task is not current:
                task.cancel()


_AT_ONCE: Mapping[str, Callable[[Machine], None]] = {
    "emergency_lock": Machine.lock,
    "emergency_unlock": Machine.unlock,
}


async def _read_status(robot: Robot) -> None:
    robot.tell()


async def _dump_info(robot: Robot) -> None:
    robot.log("Diagnostic report sent", "success")


async def _sync(robot: Robot) -> None:
    for status in ("syncing", "synced"):
        robot.state.sync_status = status
        robot.tell()
        await asyncio.sleep(0.3 / robot.machine.pace)


async def _restart(robot: Robot) -> None:
    robot.spawn(robot.reboot())


async def _power_off(robot: Robot) -> None:
    robot.spawn(_leave(robot))


async def _leave(robot: Robot) -> None:
    # The answer goes out first.
    await asyncio.sleep(0.01)
    robot.online = False


async def _check_updates(robot: Robot) -> None:
    wanted = robot.world.update
    if wanted is None or wanted == _version(robot.world):
        raise RobotError("No update available.")
    robot.spawn(_install(robot, wanted))


async def _install(robot: Robot, version: str) -> None:
    for step in range(_DOWNLOAD_STEPS + 1):
        robot.machine.job("FBOS_OTA", 100 * step // _DOWNLOAD_STEPS, "ota")
        await asyncio.sleep(2 / robot.machine.pace)
    robot.world.quietly("device", robot.world.number, fbos_version=version)
    robot.world.update = None
    await robot.reboot()


_SYSTEM: Mapping[str, Callable[[Robot], Awaitable[None]]] = {
    "check_updates": _check_updates,
    "dump_info": _dump_info,
    "power_off": _power_off,
    "read_status": _read_status,
    "reboot": _restart,
    "sync": _sync,
}


def _version(world: World) -> str:
    return str(world.device["fbos_version"])
