"""While the bytes are the same, so are the objects."""

import pytest

from custom_components.habitat.cloud.collection import Memory
from custom_components.habitat.cloud.errors import BadAnswer
from custom_components.habitat.cloud.session import Answer


def answer(body: bytes) -> Answer:
    """Return an answer."""
    return Answer(200, {}, body)


def test_read() -> None:
    """An answer is read anew when its bytes or the question are others."""
    memory = Memory()
    read: list[bytes] = []

    def note(given: Answer) -> list[bytes]:
        read.append(given.body)
        return [given.body]

    first = memory.read("a", answer(b"1"), note)
    assert memory.read("a", answer(b"1"), note) is first
    assert memory.read("b", answer(b"1"), note) == first
    assert memory.read("a", answer(b"2"), note) == [b"2"]
    assert memory.read("a", answer(b"1"), note) is not first
    assert read == [b"1", b"1", b"2", b"1"]


def test_failed_reading() -> None:
    """What could not be read is not remembered, and what was before still is."""
    memory = Memory()
    first = memory.read("a", answer(b"[1]"), Answer.json)
    with pytest.raises(BadAnswer):
        memory.read("a", answer(b"{"), Answer.json)
    assert memory.read("a", answer(b"[1]"), Answer.json) is first


def test_join() -> None:
    """The same parts make the same whole; others, more or fewer another."""
    memory = Memory()
    one, two, three = [1], [2], [3]
    parts = (one, two)

    def join(given: tuple[list[int], ...]) -> list[int]:
        return [item for part in given for item in part]

    whole = memory.join("a", parts, join)
    assert memory.join("a", (one, two), join) is whole
    assert memory.join("b", (one, two), join) is not whole
    assert memory.join("a", (one, [2]), join) is not whole
    assert memory.join("a", (one, two, three), join) == [1, 2, 3]
    assert memory.join("a", (one,), join) == [1]
    assert memory.join("a", (), join) == []
