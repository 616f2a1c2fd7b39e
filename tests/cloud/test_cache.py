"""While the bytes are the same, so are the objects."""

import pytest

from custom_components.habitat.cloud.cache import Memory, Records
from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import BadAnswer
from custom_components.habitat.cloud.messages import Answer


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


def names(given: Answer, known: Records) -> list[Named | None]:
    """Read a list of names, each an object of its own."""
    rows = given.json()
    assert isinstance(rows, list)
    return [known.read(row, lambda row: Named(row) if row else None) for row in rows]


class Named:
    """A record that equals no other."""

    def __init__(self, raw: Json) -> None:
        """Keep what it was read from."""
        self.raw = raw


def test_records_of_a_list() -> None:
    """Of a list that changed, what did not change is the same object, in whatever place."""
    memory = Memory()
    read = memory.list_reader("a", names)
    one, two, none = read(answer(b'[{"a": 1, "b": [2]}, 2, null]'))
    assert none is None
    assert read(answer(b'[2, 3, {"b": [2], "a": 1}, {"a": 1, "b": [2]}]'))[::3] == [
        two,
        one,
    ]
    # What is gone is forgotten.
    read(answer(b"[2]"))
    assert read(answer(b'[{"a": 1, "b": [2]}]')) != [one]
    assert memory.list_reader("b", names)(answer(b"[2]")) != [two]


def test_records_that_are_the_same() -> None:
    """When only the bytes around the records changed, so is all that was made of them the same."""
    read = Memory().list_reader("a", names)
    made = read(answer(b"[1, 2]"))
    assert read(answer(b"[1,2]")) is made
    assert read(answer(b"[2,1]")) is not made
    assert read(answer(b"[]")) == []


def test_records_nested_beyond_measure() -> None:
    """What cannot be compared is read each time."""
    read = Memory().list_reader("a", names)
    deep = b"[" * 500 + b"]" * 500
    (one,) = read(answer(b"[%b]" % deep))
    (other,) = read(answer(b"[ %b]" % deep))
    assert one is not other
    assert one
    assert other
    assert one.raw == other.raw


def test_parts_that_are_forgotten() -> None:
    """A page that is no longer part of its list is not kept; pages without end are not either."""
    memory = Memory()

    def ask(part: int) -> list[Named | None]:
        return memory.list_reader("a", names, part)(answer(b"[%d]" % part))

    def join(parts: tuple[object, ...]) -> list[object]:
        return [*parts]

    first, second = ask(1), ask(2)
    memory.join("a", (first, second), join)
    assert ask(2) is second
    memory.join("a", (first,), join)
    assert ask(1) is first
    assert ask(2) is not second
    for part in range(1000):
        ask(part)
    assert len(memory._known["a"]) < 300
