"""Sends commands to the robot, refuses unsafe ones, and translates errors."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any

from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..reasons import failure_reason
from ..validation import validation_error
from .client import celery_script
from .client.api import FIRMWARE_CONFIG
from .client.broker import (
    REPLY_TIMEOUT,
    CommandFailed,
    NoReply,
    NotConnected,
    RobotError,
    RobotOffline,
)
from .client.celery_script import Node, PinMode
from .client.models import FirmwareConfig, Sequence
from .client.status import Activity, Axes, Pin
from .coordinator import ACTIVITY, POSITION, FarmBotCoordinator
from .receiver import PACE, STATUS

MOVEMENT_TIMEOUT = 300.0
"""Seconds in which the robot replies to a movement: the longest bed at a slow speed."""
REFUSAL_TIMEOUT = 3.0
"""Seconds in which the robot replies that it refuses a command."""

STATUS_TIMEOUT = PACE + 0.5
"""Seconds in which a status message of the robot is stored."""

_POSITION_TOLERANCE = 1.0
"""mm: positions at the end of an axis are not exact."""

_MESSAGES: Mapping[type[RobotError], str] = {
    NotConnected: "broker_not_connected",
    RobotOffline: "robot_offline",
    NoReply: "robot_silent",
    CommandFailed: "robot_refused",
}


async def send(
    coordinator: FarmBotCoordinator,
    *commands: Node,
    timeout: float | None = REPLY_TIMEOUT,
) -> None:
    """Send commands and wait at most `timeout` seconds for the reply that they are done.

    Raises:
        HomeAssistantError: they could not be sent, or the robot failed to carry them out; translated.
    """
    with raise_translated(coordinator):
        await _wait(
            coordinator,
            coordinator.receiver.connection.command(*commands, timeout=timeout),
        )


async def start(
    coordinator: FarmBotCoordinator,
    *commands: Node,
    patience: float = REFUSAL_TIMEOUT,
    ended: Callable[[], None] | None = None,
) -> bool:
    """Send commands that take long, and wait for the reply at most `patience` seconds.

    `ended` is called when the robot has replied, see `BrokerConnection.command`.

    Returns:
        Whether the robot has replied that they are done.

    Raises:
        HomeAssistantError: they could not be sent, or the robot refused them; translated.
    """
    with raise_translated(coordinator):
        try:
            await _wait(
                coordinator,
                coordinator.receiver.connection.command(
                    *commands, timeout=max(patience, REFUSAL_TIMEOUT), ended=ended
                ),
            )
        except NoReply:
            return False
    return True


async def start_sequence(
    coordinator: FarmBotCoordinator,
    sequence: Sequence,
    variables: Mapping[str, Node] | None = None,
    *,
    patience: float = REFUSAL_TIMEOUT,
) -> bool:
    """Run a sequence, which is shown as running until the robot replies; otherwise as `start`."""
    name = sequence.name or str(sequence.id)
    coordinator.running.begin(name)
    coordinator.async_publish_running()

    def ended() -> None:
        coordinator.running.end(name)
        coordinator.async_publish_running()

    command = celery_script.execute(sequence.id, variables)
    return await start(coordinator, command, patience=patience, ended=ended)


async def stop(coordinator: FarmBotCoordinator) -> None:
    """Trigger the emergency stop, ahead of all other commands.

    Raises:
        HomeAssistantError: it could not be sent, or the robot did not confirm it; translated.
    """
    with raise_translated(coordinator):
        await _wait(coordinator, coordinator.receiver.connection.emergency_lock())


async def unlock(coordinator: FarmBotCoordinator) -> None:
    """Release the emergency stop.

    Raises:
        HomeAssistantError: it could not be sent, or the robot did not confirm it; translated.
    """
    with raise_translated(coordinator):
        await _wait(coordinator, coordinator.receiver.connection.emergency_unlock())


async def _wait(
    coordinator: FarmBotCoordinator, command: Coroutine[Any, Any, None]
) -> None:
    """Wait for the reply, which may take a day; the stop of Home Assistant does not wait for it."""
    await coordinator.async_run(command, "command")


async def write_pin(
    coordinator: FarmBotCoordinator,
    pin: int,
    value: float,
    mode: PinMode,
    named: Node | None = None,
) -> None:
    """Write to a pin, given by its number or as `named`, and show the value at once.

    Raises:
        ServiceValidationError: the value is not 0 while the emergency stop is on.
        HomeAssistantError: as `send`.
    """
    if value:
        require_unlocked(coordinator)
    await send(
        coordinator,
        celery_script.write_pin(pin if named is None else named, value, mode),
    )
    coordinator.async_set_records({STATUS: {pin_key(pin): Pin(mode=mode, value=value)}})


def pin_key(pin: int) -> str:
    """Return the key of the last known value of a pin."""
    return f"pins/{pin}"


@contextmanager
def raise_translated(coordinator: FarmBotCoordinator) -> Generator[None]:
    """Turn errors of a command into translated ones.

    Raises:
        HomeAssistantError: the command failed.
    """
    try:
        yield
    except RobotError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=_MESSAGES.get(type(err), "robot_refused"),
            translation_placeholders={
                "reason": failure_reason(coordinator.hass, coordinator.session, err)
            },
        ) from err


def require_unlocked(coordinator: FarmBotCoordinator) -> None:
    """Refuse commands that the robot would refuse because of its emergency stop.

    Raises:
        ServiceValidationError: the emergency stop is on.
    """
    activity = _activity(coordinator)
    if activity is not None and activity.locked:
        raise validation_error("robot_locked")


async def require_idle(coordinator: FarmBotCoordinator) -> None:
    """Refuse commands that would disturb what the robot is doing.

    Raises:
        ServiceValidationError: the emergency stop is on, or the robot is busy.
    """
    require_unlocked(coordinator)
    # The status after the last command may be stored a little later than its reply.
    idle = await async_wait_for(
        coordinator, ACTIVITY, lambda: not _is_busy(coordinator)
    )
    require_unlocked(coordinator)
    if not idle:
        raise validation_error("robot_busy")


def _is_busy(coordinator: FarmBotCoordinator) -> bool:
    activity = _activity(coordinator)
    return activity is not None and bool(activity.busy)


def _activity(coordinator: FarmBotCoordinator) -> Activity | None:
    """Return what the robot does, or None without a connection, where sending gives a better error."""
    if not coordinator.receiver.is_connected or not coordinator.is_current(ACTIVITY):
        return None
    return coordinator.record(ACTIVITY, Activity)


async def async_wait_for(
    coordinator: FarmBotCoordinator,
    key: str,
    condition: Callable[[], bool],
    seconds: float = STATUS_TIMEOUT,
) -> bool:
    """Wait at most `seconds` until a change of the record under a key makes a condition true.

    Returns:
        Whether the condition is true.
    """
    changed = asyncio.Event()
    unsubscribe = coordinator.async_add_listener(changed.set, (key,))
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        return False
    finally:
        unsubscribe()
    return True


def validate_within_bounds(
    coordinator: FarmBotCoordinator, *, relative: bool = False, **target: float | None
) -> None:
    """Refuse a target (mm by axis) beyond the ends of an axis; axes of unknown length are not checked.

    Raises:
        ServiceValidationError: the target is not a finite number, or out of reach.
    """
    config = coordinator.record(FIRMWARE_CONFIG.path, FirmwareConfig)
    position = coordinator.record(POSITION, Axes)
    for axis, value in target.items():
        if value is None:
            continue
        if not isfinite(value):
            raise validation_error("no_number", field=axis)
        length = config.length(axis) if config else None
        if config is None or length is None:
            continue
        here = 0.0
        if relative:
            known = getattr(position, axis) if position else None
            if known is None:
                raise validation_error("position_unknown")
            here = known
        low, high = axis_range(config, axis, length)
        if not low - _POSITION_TOLERANCE <= here + value <= high + _POSITION_TOLERANCE:
            raise validation_error(
                "out_of_reach",
                axis=axis.upper(),
                low=f"{low:g}",
                high=f"{high:g}",
                value=f"{here + value:g}",
            )


def axis_range(config: FirmwareConfig, axis: str, length: float) -> tuple[float, float]:
    """Return the lower and upper end of an axis in mm, which goes up or down from home (0)."""
    downwards = bool(getattr(config, f"movement_home_up_{axis}"))
    return (-length, 0.0) if downwards else (0.0, length)
