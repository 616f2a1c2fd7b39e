"""What is asked of a cloud, what it answers, and who reads that."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from .documents import Json, read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    json: Json = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    anonymous: bool = False
    """Sent without the account's authorization, such as a login."""
    repeatable: bool = True
    """Sending it twice does no harm; else only what was surely not done is sent again."""

    @property
    def is_write(self) -> bool:
        """Whether it changes something; a login does not."""
        return self.method != "GET" and not self.anonymous


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status below 400."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """Read the body.

        Raises:
            BadAnswer: it is no complete JSON document.
        """
        return read_json(self.body)


class Recalling[T](ABC):
    """Reads answers, and remembers what it made of the last."""

    @abstractmethod
    def __call__(self, answer: Answer) -> T:
        """Return what there is in an answer. In a thread, where the answer is large."""

    @abstractmethod
    def recall(self, answer: Answer) -> T | None:
        """Return at once what the same answer was read as before, None when it is new."""
