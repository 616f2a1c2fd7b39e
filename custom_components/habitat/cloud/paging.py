"""Lists that come in pages, read to their end."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from .cache import Collection
from .documents import MAX_RECORDS
from .errors import BadAnswer, TooLarge
from .report import ParseReport

MAX_PAGES = 200
"""No list has as many; a server that always names a next page must not hold us."""

type Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page[R]:
    """One page of a list."""

    records: tuple[R, ...]
    whole: bool
    """Whether every record on it could be read."""
    following: Query | None
    """The query of the next page, None on the last."""
    total: int | None = None
    """How many records the whole list has, where the cloud says so."""


async def read_pages[R](
    ask: Callable[[Query], Awaitable[Page[R]]],
) -> tuple[Page[R], ...]:
    """Ask for one page after the other, the first with an empty query.

    Raises:
        BadAnswer: there is no end to them.
    """
    pages: list[Page[R]] = []
    query: Query | None = {}
    while query is not None:
        page = await ask(query)
        pages.append(page)
        if page.following == query or len(pages) > MAX_PAGES:
            raise BadAnswer("The list of pages has no end")
        query = page.following
    return tuple(pages)


def join_pages[R](
    pages: Iterable[Page[R]], identity: Callable[[R], str], report: ParseReport
) -> Collection[R]:
    """Return the records of all pages; of two with the same id the first counts.

    Raises:
        TooLarge: there are far too many.
    """
    records: dict[str, R] = {}
    whole = True
    total: int | None = None
    for page in pages:
        whole = whole and page.whole
        total = total if page.total is None else page.total
        for record in page.records:
            if records.setdefault(identity(record), record) is not record:
                report.record(f"{type(record).__name__}.id (twice)")
    if len(records) > MAX_RECORDS:
        raise TooLarge("The list is far too long")
    if total is not None and len(records) < total:
        whole = False
    return Collection(records, whole)
