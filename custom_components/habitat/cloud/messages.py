"""Requests, answers, and what reads them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from .documents import Json, read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    json: Json = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    anonymous: bool = False
    """Whether it is sent without the account's authorization, such as a login."""
    repeatable: bool = True
    """Whether it may be sent twice; if not, it is only repeated when the server certainly did nothing."""

    @property
    def is_write(self) -> bool:
        """Whether it changes something at the vendor; a login does not."""
        return self.method != "GET" and not self.anonymous


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status below 400."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """Read the body.

        Raises:
            BadAnswer: it is not a complete JSON document.
        """
        return read_json(self.body)


class Recalling[T](ABC):
    """Reads answers, and remembers the last result."""

    @abstractmethod
    def __call__(self, answer: Answer) -> T:
        """Return what an answer holds. A large answer is read in a thread."""

    @abstractmethod
    def recall(self, answer: Answer) -> T | None:
        """Return the last result if the answer has the same bytes, else None; it does not block."""
