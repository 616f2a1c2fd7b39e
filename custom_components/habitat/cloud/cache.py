"""Lists of records as a cloud sent them last: while its bytes are the same, so are the objects.

An unchanged poll then costs a comparison of bytes, and whoever compares records afterwards sees
at once that there is nothing to compare.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import cast, override

from .session import Answer, Recalling


@dataclass(frozen=True, slots=True)
class Collection[R]:
    """All records of a kind, by id."""

    records: Mapping[str, R]
    whole: bool
    """Whether every record that the cloud sent could be read."""


@dataclass(frozen=True, slots=True)
class _Reader[T](Recalling[T]):
    """Reads the answers to one question."""

    known: dict[Hashable, tuple[bytes, object]]
    question: Hashable
    read: Callable[[Answer], T]

    @override
    def recall(self, answer: Answer) -> T | None:
        body, made = self.known.get(self.question, (None, None))
        return cast(T, made) if body == answer.body else None

    @override
    def __call__(self, answer: Answer) -> T:
        if (made := self.recall(answer)) is None:
            made = self.read(answer)
            self.known[self.question] = answer.body, made
        return made


class Memory:
    """What the last answers to some questions were read as; a question is a path and its like."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._read: dict[Hashable, tuple[bytes, object]] = {}
        self._joined: dict[Hashable, tuple[tuple[object, ...], object]] = {}

    def reader[T](
        self, question: Hashable, read: Callable[[Answer], T]
    ) -> Recalling[T]:
        """Return what reads answers to a question, and of the same bytes makes the same object."""
        return _Reader(self._read, question, read)

    def join[P, T](
        self,
        question: Hashable,
        parts: tuple[P, ...],
        join: Callable[[tuple[P, ...]], T],
    ) -> T:
        """Return what `join` makes of the parts of an answer, or made of the same objects."""
        before, made = self._joined.get(question, ((), None))
        if (
            made is None
            or len(before) != len(parts)
            or any(part is not old for part, old in zip(parts, before, strict=True))
        ):
            made = join(parts)
            self._joined[question] = parts, made
        return cast(T, made)
