"""While the bytes are the same, so are the objects."""

import pytest

from custom_components.habitat.cloud.cache import Memory
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

    ask, ask_else = memory.reader("a", note), memory.reader("b", note)
    assert ask.recall(answer(b"1")) is None
    first = ask(answer(b"1"))
    assert ask(answer(b"1")) is first
    assert memory.reader("a", note).recall(answer(b"1")) is first
    assert ask_else(answer(b"1")) == first
    assert ask(answer(b"2")) == [b"2"]
    assert ask(answer(b"1")) is not first
    assert read == [b"1", b"1", b"2", b"1"]


def test_failed_reading() -> None:
    """What could not be read is not remembered, and what was before still is."""
    memory = Memory()
    read = memory.reader("a", Answer.json)
    first = read(answer(b"[1]"))
    with pytest.raises(BadAnswer):
        read(answer(b"{"))
    assert read(answer(b"[1]")) is first


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
