"""What a cloud sent last: while its bytes are the same, so are the objects that were made of them.

An unchanged answer costs a hash of its bytes. Of a changed list only the records are read whose
own raw form changed; all others are the same objects as before, so that a comparison by identity
tells what changed. Kept are hashes, not bytes: they take 64 bits, and the key of Python's hash is
another in each process, so that no server can choose two answers that collide.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import cast, override

import orjson

from .documents import Json
from .messages import Answer, Recalling

_MAX_PAGES = 256
"""Parts of an answer that are kept; no list has as many pages."""


@dataclass(frozen=True, slots=True)
class Collection[R]:
    """All records of a kind, by id.

    A record whose raw form did not change is the same object as in the collection before, and
    when nothing changed at all, so is the collection.
    """

    records: Mapping[str, R]
    complete: bool
    """Whether every record that the cloud sent could be read."""


class Records:
    """The records of one answer: of the same raw form comes the same object as last time."""

    def __init__(self, before: Mapping[int, object]) -> None:
        """Take the records of last time, by the hash of their raw form."""
        self._before = before
        self.current: dict[int, object] = {}
        """The records of this time."""

    def read[R](self, raw: Json, read: Callable[[Json], R | None]) -> R | None:
        """Return the record of last time, or what `read` makes of a raw form that is new."""
        try:
            key = hash(orjson.dumps(raw))
        except TypeError:
            # Nested deeper than orjson writes.
            return read(raw)
        record = cast(R | None, self._before.get(key))
        if record is None:
            record = read(raw)
        if record is not None:
            self.current[key] = record
        return record

    @property
    def unchanged(self) -> bool:
        """Whether the records are those of last time, in the same order."""
        return bool(self.current) and [*self.current] == [*self._before]


@dataclass(frozen=True, slots=True)
class _Known:
    """What an answer was read as."""

    body: int
    """The hash of its bytes."""
    value: object
    records: Mapping[int, object]


@dataclass(frozen=True, slots=True)
class _Reader[T](Recalling[T]):
    """Reads the answers to one question, or one part of them."""

    known: dict[Hashable, _Known]
    page: Hashable
    read: Callable[[Answer, Records], T]

    @override
    def recall(self, answer: Answer) -> T | None:
        known = self.known.get(self.page)
        if known is None or known.body != hash(answer.body):
            return None
        return cast(T, known.value)

    @override
    def __call__(self, answer: Answer) -> T:
        if (value := self.recall(answer)) is not None:
            return value
        known = self.known.get(self.page)
        records = Records(known.records if known else {})
        value = self.read(answer, records)
        if known and records.unchanged and value == known.value:
            value = known.value
        if known is None and len(self.known) >= _MAX_PAGES:
            self.known.clear()
        self.known[self.page] = _Known(hash(answer.body), value, records.current)
        return value


class Memory:
    """What the last answers to some questions were read as; a question is a path and its like."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._known: dict[Hashable, dict[Hashable, _Known]] = {}
        self._joined: dict[Hashable, tuple[tuple[object, ...], object]] = {}

    def reader[T](
        self, question: Hashable, read: Callable[[Answer], T]
    ) -> Recalling[T]:
        """Return what reads answers to a question, and of the same bytes makes the same object."""
        return self.list_reader(question, lambda answer, _: read(answer))

    def list_reader[T](
        self,
        question: Hashable,
        read: Callable[[Answer, Records], T],
        page: Hashable = None,
    ) -> Recalling[T]:
        """Return the same for a list, or one page of it, whose records are kept one by one."""
        return _Reader(self._known.setdefault(question, {}), page, read)

    def join[P, T](
        self,
        question: Hashable,
        pages: tuple[P, ...],
        join: Callable[[tuple[P, ...]], T],
    ) -> T:
        """Return what `join` makes of the parts of an answer, or made of the same objects.

        Parts of the same question that are none of these are forgotten.
        """
        before, value = self._joined.get(question, ((), None))
        if (
            value is None
            or len(before) != len(pages)
            or any(page is not old for page, old in zip(pages, before, strict=True))
        ):
            value = join(pages)
            self._joined[question] = pages, value
            self._forget_others(question, pages)
        return cast(T, value)

    def _forget_others(self, question: Hashable, pages: tuple[object, ...]) -> None:
        known = self._known.get(question, {})
        kept = set(map(id, pages))
        for page in [
            page for page, item in known.items() if id(item.value) not in kept
        ]:
            del known[page]
