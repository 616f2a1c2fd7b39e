"""What the robot does with its motors, pins and camera."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
import math
from typing import cast

from ..core.documents import Json, Record, number
from . import soil
from .state import AXES, State
from .world import Watering, World, stamp

SPEED = 80.0
"""mm/s at full speed."""
WATER_PIN = 8
SOIL_PIN = 59
TOOL_PIN = 63
LOCKED = "Device is emergency locked, unlock it first"
_STEPS = 10
"""How often a second the position is told while moving."""
_SERVO_PINS = (4, 5, 6, 11)

type Log = Callable[..., None]
"""Writes a log: its message, its type, and to which channels it goes."""
type Upload = Callable[[Record], None]
"""Hands a picture over that was taken at a place."""


class RobotError(Exception):
    """The robot can not do it; the message is what it answers."""


class Machine:
    """The body of the robot.

    Attributes:
        pace: how much faster than in the field everything goes.
        fail_next: what the next movement fails with.
    """

    def __init__(
        self,
        world: World,
        state: State,
        changed: Callable[[], None],
        log: Log,
        upload: Upload,
    ) -> None:
        """Take the place and what to tell of a change, of a log and of a picture."""
        self.world = world
        self.state = state
        self.changed = changed
        self.log = log
        self.pace = 1.0
        self.fail_next: str | None = None
        self._upload = upload
        self._halt = asyncio.Event()
        self._motors = asyncio.Lock()
        self._works = 0
        self._opened_at = 0.0

    @contextmanager
    def working(self) -> Generator[None]:
        """Be busy meanwhile."""
        self._works += 1
        self._say_busy()
        try:
            yield
        finally:
            self._works -= 1
            self._say_busy()

    def lock(self) -> None:
        """Stop everything at once."""
        self.hold()
        for peripheral in self.world.rows("peripherals"):
            pin = pin_of(peripheral)
            if str(pin) in self.state.pins:
                self._set_pin(pin, 0)
        self._rest_axes()
        self.log("Emergency stop: the motors are off", "warn")
        self.changed()

    def hold(self) -> None:
        """Do nothing more until it is unlocked."""
        self.state.locked = True
        self.state.locked_at = int(self.world.clock())
        self._halt.set()

    def unlock(self) -> None:
        """Be ready again."""
        self.state.locked = False
        self.state.locked_at = 0
        self._halt.clear()
        self.changed()

    def ready(self) -> None:
        """Check that the motors may move.

        Raises:
            RobotError: the robot is locked.
        """
        if self.state.locked:
            raise RobotError(LOCKED)

    async def wait(self, seconds: float) -> None:
        """Let time pass, at the robot's pace.

        Raises:
            RobotError: it was locked meanwhile.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds / self.pace):
                await self._halt.wait()
            raise RobotError(LOCKED)

    def length(self, axis: str) -> float:
        """Return how long an axis is in mm; 0 is not known."""
        settings = self.world.single("firmware_config")
        steps = number(settings.get(f"movement_axis_nr_steps_{axis}"), 0)
        return steps / max(
            number(settings.get(f"movement_step_per_mm_{axis}"), 5), 1e-6
        )

    async def move(self, target: Mapping[str, float], speed: float = 100.0) -> None:
        """Move to where the axes of `target` say.

        Raises:
            RobotError: the robot is locked or fails, or it can not get there.
        """
        self.ready()
        goal = {**self.state.position, **target}
        for axis in AXES:
            self._check_reach(axis, goal[axis])
        async with self._motors:
            self.ready()
            begin = dict(self.state.position)
            way = max(abs(goal[axis] - begin[axis]) for axis in AXES)
            seconds = way / (SPEED * max(1.0, min(speed, 100.0)) / 100)
            steps = max(1, math.ceil(seconds / self.pace * _STEPS)) if way else 0
            moving = [axis for axis in AXES if goal[axis] != begin[axis]]
            try:
                for step in range(1, steps + 1):
                    for axis in moving:
                        self.state.axes[axis] = "cruise"
                        self.state.load[axis] = 20.0 + 5 * (step % 3)
                    await self.wait(seconds / steps)
                    if self.fail_next:
                        message, self.fail_next = self.fail_next, None
                        self.log(message, "error")
                        raise RobotError(message)
                    for axis in AXES:
                        part = (goal[axis] - begin[axis]) * step / steps
                        self.state.position[axis] = round(begin[axis] + part, 2)
                    if step < steps:
                        self.changed()
            finally:
                self._rest_axes()
                self.changed()

    async def raise_to(self, height: float, speed: float = 100.0) -> None:
        """Bring the tool up before it goes sideways."""
        if self.state.position["z"] < height:
            await self.move({"z": height}, speed)

    async def find_home(self, axes: str) -> None:
        """Move to the ends of axes: z first, so that nothing is run over."""
        for axis in reversed(AXES):
            if axes in (axis, "all"):
                await self.move({axis: 0.0})
                self.state.position[axis] = 0.0

    def set_home(self, axis: str) -> None:
        """Call the present place of an axis 0."""
        for each in AXES:
            if axis in (each, "all"):
                self.state.position[each] = 0.0
        self.changed()

    async def find_length(self, axis: str) -> None:
        """Measure axes from end to end."""
        for each in AXES:
            if axis in (each, "all"):
                end = self.length(each) * (-1 if each == "z" else 1)
                await self.move({each: end})
                await self.move({each: 0.0})

    def read_pin(self, pin: int, mode: int, *, sensor: bool) -> float:
        """Return what a pin reads; a sensor's value is sent to the cloud as well."""
        value = self._measured(pin)
        self.state.pins[str(pin)] = {"mode": mode, "value": value}
        self.changed()
        if sensor:
            x, y, z = (self.state.position[axis] for axis in AXES)
            self.world.create(
                "sensor_readings",
                pin=pin,
                mode=mode,
                value=value,
                x=x,
                y=y,
                z=z,
                read_at=stamp(self.world.clock()),
            )
        return value

    def write_pin(self, pin: int, value: float, mode: int) -> None:
        """Set a pin.

        Raises:
            RobotError: the robot is locked, or the pin can not have the value.
        """
        self.ready()
        if not 0 <= value <= (255 if mode else 1):
            raise RobotError(f"Value {value:g} is out of range for pin {pin}")
        self.state.pins[str(pin)] = {"mode": mode, "value": 0}
        self._set_pin(pin, value)
        self.changed()

    def toggle_pin(self, pin: int) -> None:
        """Switch a pin over."""
        now = number(self.state.pins.get(str(pin), {}).get("value"), 0)
        self.write_pin(pin, 0 if now else 1, 0)

    def set_servo(self, pin: int, angle: float) -> None:
        """Turn a servo, by degrees from 0 to 180."""
        self.ready()
        if pin not in _SERVO_PINS or not 0 <= angle <= 180:
            raise RobotError(f"Servo on pin {pin} can not go to {angle:g} degrees")
        self.state.pins[str(pin)] = {"mode": 1, "value": angle}
        self.changed()

    async def take_photo(self) -> None:
        """Take a picture; it gets to the cloud later."""
        self.job("Taking photo", 0)
        await self.wait(1.0)
        self.job("Taking photo", 50)
        await self.wait(1.0)
        meta: Record = {axis: self.state.position[axis] for axis in AXES}
        moment = stamp(self.world.clock())[:19].replace(":", "").replace("T", "_")
        self._upload({**meta, "name": f"{moment}.jpg"})
        self.job("Taking photo", 100)
        self.log("Uploaded image", "success")

    async def water(self, seconds: float) -> None:
        """Let water run at the present place."""
        self.write_pin(WATER_PIN, 1, 0)
        try:
            await self.wait(seconds)
        finally:
            if not self.state.locked:
                self.write_pin(WATER_PIN, 0, 0)

    def job(self, name: str, percent: int, kind: str = "") -> None:
        """Tell how far something is."""
        status = "Complete" if percent >= 100 else "Working"
        self.set_job(name, percent=percent, status=status, kind=kind)

    def set_job(
        self,
        name: str,
        *,
        percent: float | None = None,
        status: str | None = None,
        kind: str = "",
    ) -> None:
        """Begin a job, or go on with it: what is not said stays as it was."""
        now = self.world.clock()
        before = self.state.jobs.get(name, {})
        if before.get("status") == "Complete":
            before = {}
        self.state.jobs[name] = {
            "status": status or before.get("status") or "Working",
            "type": kind or before.get("type") or "",
            "unit": "percent",
            "percent": before.get("percent", 0) if percent is None else percent,
            "file_type": None,
            "time": before.get("time") or stamp(now),
            "updated_at": int(now * 1000),
        }
        self.changed()

    def _check_reach(self, axis: str, value: float) -> None:
        length = self.length(axis)
        if not math.isfinite(value):
            raise RobotError(f"{axis.upper()} is not a number")
        up = self.world.single("firmware_config").get(f"movement_home_up_{axis}")
        low, high = (-length, 0.0) if up else (0.0, length)
        if length and not low - 0.5 <= value <= high + 0.5:
            raise RobotError(
                f"{axis.upper()} = {value:g} mm is beyond the axis ({low:g} to {high:g} mm)"
            )

    def _measured(self, pin: int) -> float:
        if pin == SOIL_PIN:
            place = self.state.position
            return soil.moisture(self.world, place["x"], place["y"], self.world.clock())
        if pin == TOOL_PIN:
            return 0 if self.world.device.get("mounted_tool_id") else 1
        return number(self.state.pins.get(str(pin), {}).get("value"), 0)

    def _set_pin(self, pin: int, value: float) -> None:
        kept = self.state.pins[str(pin)]
        if pin == WATER_PIN:
            self._pour(on=bool(value))
        kept["value"] = value

    def _pour(self, *, on: bool) -> None:
        now = self.world.clock()
        if on:
            self._opened_at = now
        elif self._opened_at:
            place = self.state.position
            seconds = max(1.0, now - self._opened_at)
            self.world.watered.append(Watering(place["x"], place["y"], now, seconds))
            self._opened_at = 0.0

    def _rest_axes(self) -> None:
        for axis in AXES:
            self.state.axes[axis] = "idle"
            self.state.load[axis] = 0.0

    def _say_busy(self) -> None:
        busy = self._works > 0
        if busy is not self.state.busy:
            self.state.busy = busy
            self.changed()


def pin_of(record: Record) -> int:
    """Return the pin of a peripheral or a sensor."""
    return cast(int, record["pin"])


def values(node: Json) -> Record:
    """Return the arguments of a node, or none."""
    found = node.get("args") if isinstance(node, dict) else None
    return found if isinstance(found, dict) else {}
