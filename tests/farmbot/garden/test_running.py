"""What the robot is at: sequences that its log and our own commands tell of."""

import pytest

from custom_components.habitat.farmbot.client.enums import LogType
from custom_components.habitat.farmbot.client.models import FbosConfig, Log
from custom_components.habitat.farmbot.garden.running import (
    RunningSequences,
    SequenceTracker,
)
from custom_components.habitat.simulator.farmbot import nodes as steps
from custom_components.habitat.simulator.farmbot.builder import sequence
from tests.farmbot.conftest import Setting

NAMES = {"Water", "Outer"}


@pytest.fixture
def sequences() -> SequenceTracker:
    """Return what follows a robot that does nothing."""
    return SequenceTracker()


def process_log(
    sequences: SequenceTracker,
    message: str | None,
    now: float = 0.0,
    kind: LogType = LogType.INFO,
    *,
    ends: bool = True,
) -> RunningSequences:
    """Take in a line of the log; return what runs then."""
    log = Log(message=message, type=kind)
    sequences.process_log(log, now, NAMES.__contains__, ends_are_logged=ends)
    return sequences.running


def test_start_and_end(sequences: SequenceTracker) -> None:
    """A sequence runs from its line to its other line, one within another."""
    assert sequences.running == RunningSequences()
    assert process_log(sequences, "Starting Outer").names == ("Outer",)
    assert process_log(sequences, "Starting Water").names == ("Outer", "Water")
    assert process_log(sequences, "Starting Water").names == ("Outer", "Water")
    assert process_log(sequences, "Completed Water").names == ("Outer",)
    assert process_log(sequences, "Completed Water").names == ("Outer",)
    assert process_log(sequences, "Completed Outer") == RunningSequences()


def test_group(sequences: SequenceTracker) -> None:
    """How far a group is follows from the number of its point."""
    assert process_log(sequences, "[1/4] Starting Water") == RunningSequences(
        ("Water",), 0.0
    )
    assert process_log(sequences, "Completed Water") == RunningSequences()
    assert process_log(sequences, "[3/4] Starting Water") == RunningSequences(
        ("Water",), 50.0
    )
    assert process_log(sequences, "[9/4] Starting Water") == RunningSequences(
        ("Water",), 100.0
    )
    assert process_log(sequences, "[1/0] Starting Water") == RunningSequences(
        ("Water",), 100.0
    )


@pytest.mark.parametrize(
    "message",
    [None, "", "Starting up", "I am Starting Water", "Completed", "Starting "],
)
def test_other_lines(sequences: SequenceTracker, message: str | None) -> None:
    """What only looks like it starts nothing."""
    assert process_log(sequences, message) == RunningSequences()


def test_ends_that_are_not_logged(sequences: SequenceTracker) -> None:
    """What would never end does not begin; how far our own is, it tells all the same."""
    assert process_log(sequences, "Starting Water", ends=False) == RunningSequences()
    sequences.begin("Water")
    assert process_log(
        sequences, "[3/4] Starting Water", ends=False
    ) == RunningSequences(("Water",), 50.0)
    sequences.end("Water")
    sequences.end("Water")
    assert sequences.running == RunningSequences()


@pytest.mark.parametrize(
    "message",
    [
        "Event scheduled at 2026-11-25 16:00:00Z failed to execute: no",
        "Canceled sequence due to emergency lock.",
    ],
)
def test_failure(sequences: SequenceTracker, message: str) -> None:
    """What failed writes no end; an error of another kind ends nothing."""
    process_log(sequences, "Starting Water")
    assert process_log(sequences, "Pin 8 is odd", kind=LogType.ERROR).names == (
        "Water",
    )
    assert process_log(sequences, message).names == ("Water",)
    assert process_log(sequences, message, kind=LogType.ERROR) == RunningSequences()


def test_silence(sequences: SequenceTracker) -> None:
    """What nothing is heard of for half an hour is over, unless we had it run."""
    sequences.begin("Outer")
    process_log(sequences, "Starting Water", 10.0)
    left = []
    for now in (1_800.0, 1_811.0):
        sequences.expire_logged(now)
        left.append(sequences.running.names)
    assert left == [("Outer", "Water"), ("Outer",)]


async def test_our_own(garden: Setting) -> None:
    """A sequence that we had run is what the robot is at until it says that it is done."""
    garden.cloud.robot.machine.pace = 1
    steps_of = [steps.node("wait", milliseconds=8_000)]
    made = sequence(garden.cloud.world, "Long rest", steps_of, pinned=True)
    garden.cloud.set("sequences", int(str(made["id"])), name="Long rest")
    key = f"sequence_{made['id']}"
    await garden.until(lambda: garden.has(key, "button"))
    states = garden.track("sensor", "job")
    await garden.press(key)
    await garden.until_shown("job", "Long rest")
    await garden.until(lambda: garden.value("job") == "nothing", step=1.0)
    assert states[0] == "Long rest"
    assert garden.account.receiver.connection._late_callbacks == {}


async def test_the_log_tells(garden: Setting) -> None:
    """A sequence that the robot runs by itself is known by the log, and gone with the stop."""
    config = garden.cloud.world.single("fbos_config")
    garden.cloud.set("fbos_config", int(str(config["id"])), sequence_complete_log=True)
    await garden.until(
        lambda: (
            (kept := garden.account.record("fbos_config", FbosConfig)) is not None
            and kept.sequence_complete_log is True
        )
    )
    robot = garden.cloud.robot
    robot.log("[2/4] Starting Water the tomatoes", "busy")
    await garden.until_shown("job", "Water the tomatoes")
    assert float(garden.value("job_progress")) == 25
    robot.log("Completed Water the tomatoes", "success")
    await garden.until_shown("job", "nothing")
    robot.log("Starting Water the tomatoes", "busy")
    await garden.until_shown("job", "Water the tomatoes")
    robot.machine.lock()
    await garden.until_shown("job", "nothing")
    robot.machine.unlock()
    robot.log("Starting Water the tomatoes", "busy")
    await garden.until_shown("job", "Water the tomatoes")
    await garden.lose_robot()
    robot.online = True
    await garden.until(lambda: garden.value("job") == "nothing", step=1.0)


async def test_work_without_a_word(garden: Setting) -> None:
    """A robot that is busy with nobody knows what does not do nothing."""
    garden.cloud.robot.state.busy = True
    garden.cloud.robot.tell()
    await garden.until_shown("job", "unknown")
    garden.cloud.robot.state.busy = False
    garden.cloud.robot.tell()
    await garden.until_shown("job", "nothing")
