"""Lists of records as a cloud sent them last: while its bytes are the same, so are the objects.

An unchanged poll then costs a comparison of bytes, and whoever compares records afterwards sees
at once that there is nothing to compare.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import cast

from .session import Answer


@dataclass(frozen=True, slots=True)
class Collection[R]:
    """All records of a kind, by id."""

    records: Mapping[str, R]
    whole: bool
    """Whether every record that the cloud sent could be read."""


class Memory:
    """What the last answers to some questions were read as; a question is a path and its like."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._read: dict[Hashable, tuple[bytes, object]] = {}
        self._joined: dict[Hashable, tuple[tuple[object, ...], object]] = {}

    def read[T](
        self, question: Hashable, answer: Answer, read: Callable[[Answer], T]
    ) -> T:
        """Return what `read` makes of an answer, or made of it the last time."""
        known = self._read.get(question)
        if known is not None and known[0] == answer.body:
            return cast(T, known[1])
        made = read(answer)
        self._read[question] = answer.body, made
        return made

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
