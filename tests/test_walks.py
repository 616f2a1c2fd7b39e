"""How often the parts of the core call one another for what happens most."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
import sys
from types import FrameType

import custom_components.habitat
from tests.support.common import Setting

_CORE = {
    str(Path(custom_components.habitat.__file__).with_name(name)): name
    for name in ("coordinator.py", "store.py", "writes.py")
}

_READS = frozenset({"get", "of", "keys", "source_of", "note_read", "has_answered"})
"""What entities ask of the store by way of the coordinator."""

type Call = tuple[str, str, str]
"""Who calls, who is called, and by what name."""


@contextmanager
def traced_calls() -> Generator[list[Call]]:
    """Note the calls between the files of the core."""
    calls: list[Call] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        # A coroutine that goes on is no call of who woke it.
        if event != "call" or frame.f_back is None or frame.f_lasti > 2:
            return
        callee = _CORE.get(frame.f_code.co_filename)
        caller = _CORE.get(frame.f_back.f_code.co_filename)
        if caller and callee and caller != callee:
            calls.append((caller, callee, frame.f_code.co_name))

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


async def test_one_cover_write(small: Setting) -> None:
    """A write is the queue's and the store's; the coordinator hears of it to show and to settle it."""
    vent = small.id_of("vents", "Vent 1")
    with traced_calls() as calls:
        await small.hass.services.async_call(
            "cover",
            "set_cover_position",
            {
                "entity_id": small.entity_id("cover", "vents", vent, "vent"),
                "position": 30,
            },
            blocking=True,
        )

    def between(caller: str, callee: str) -> list[str]:
        return [name for *who, name in calls if who == [caller, callee]]

    assert between("writes.py", "store.py") == ["change", "confirm", "withdraw"]
    handed_over = between("writes.py", "coordinator.py")
    assert handed_over.count("async_publish") == 2
    # It follows what changed, and tells the readers, each time: what entities read is not counted.
    followed = [
        name
        for name in between("coordinator.py", "store.py")
        if name in ("process", "take_readers") or name not in _READS
    ]
    assert followed == ["process", "take_readers"] * 2
