"""The last answers: as long as the bytes of an answer are the same, it returns the same objects.

An unchanged answer costs one hash of its bytes. Of a changed list only the records whose raw form
changed are parsed; all others are the same objects as before, so a comparison by identity finds
the changes. Hashes are kept instead of bytes because they need 64 bits. Python's hash is keyed
anew in each process, so a server cannot construct two answers that collide.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import cast, override

import orjson

from .documents import Json
from .messages import Answer, Recalling

_MAX_PAGES = 256
"""Pages of a list that are kept; no real list has as many."""


@dataclass(frozen=True, slots=True)
class Collection[R]:
    """All records of one type, by id.

    A record whose raw form did not change is the same object as in the previous collection. If
    nothing changed, the collection is the same object too.
    """

    records: Mapping[str, R]
    complete: bool
    """Whether every record that the cloud sent could be read."""


class Records:
    """The records of one answer: an unchanged raw form gives the same object as last time."""

    def __init__(self, before: Mapping[int, object]) -> None:
        """Set the records of last time, by the hash of their raw form."""
        self._before = before
        self.current: dict[int, object] = {}
        """The records of this time."""

    def read[R](self, raw: Json, read: Callable[[Json], R | None]) -> R | None:
        """Return the record of last time, or the result of `read` if the raw form is new."""
        try:
            key = hash(orjson.dumps(raw))
        except TypeError:
            # It is nested deeper than orjson can write.
            return read(raw)
        record = cast("R | None", self._before.get(key))
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
    """The result of reading an answer."""

    body: int
    """The hash of its bytes."""
    value: object
    records: Mapping[int, object]


@dataclass(frozen=True, slots=True)
class _Reader[T](Recalling[T]):
    """Reads the answers to one question, or one page of them."""

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
    """The results of the last answers, by question; a question is a path, for example."""

    def __init__(self) -> None:
        """Start empty."""
        self._known: dict[Hashable, dict[Hashable, _Known]] = {}
        self._joined: dict[Hashable, tuple[tuple[object, ...], object]] = {}

    def reader[T](
        self, question: Hashable, read: Callable[[Answer], T]
    ) -> Recalling[T]:
        """Return a reader of the answers to a question; the same bytes give the same object."""
        return self.list_reader(question, lambda answer, _: read(answer))

    def list_reader[T](
        self,
        question: Hashable,
        read: Callable[[Answer, Records], T],
        page: Hashable = None,
    ) -> Recalling[T]:
        """Return such a reader of a list, or of one page of it, that keeps each record."""
        return _Reader(self._known.setdefault(question, {}), page, read)

    def join[P, T](
        self,
        question: Hashable,
        pages: tuple[P, ...],
        join: Callable[[tuple[P, ...]], T],
    ) -> T:
        """Return the result of `join`, or the last result if all pages are the same objects.

        Other pages of the same question are forgotten.
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
