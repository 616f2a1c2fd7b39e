"""Lists in pages: requested together, read to their end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq

from .cache import Collection, Records
from .documents import MAX_RECORDS, Json, each
from .errors import BadAnswer, TooLarge
from .report import ParseReport

MAX_PAGES = 200
"""No real list has as many; a server that always names a next page must not hang the poll."""

type Query = Mapping[str, str]
type Ask[R] = Callable[[Query], Awaitable[Page[R]]]
"""Requests one page; the session limits concurrency and pace."""


@dataclass(frozen=True, slots=True)
class Page[R]:
    """One page of a list."""

    records: tuple[R, ...]
    complete: bool
    """Whether every record of it could be read."""
    following: Query | None
    """The query of the next page, None on the last."""
    total: int | None = None
    """How many records the complete list has, if the cloud says so."""
    ahead: Sequence[Query] = ()
    """The queries of the pages after the next one, if the cloud says how many there are."""


class PageChain:
    """Reads one list repeatedly, and remembers the queries of its pages."""

    def __init__(self) -> None:
        """Start with an unknown list."""
        self._queries: tuple[Query, ...] = ()
        """The queries of the pages after the first."""
        self._stable = True
        """Whether they were the same the last two times."""

    async def read[R](self, ask: Ask[R]) -> tuple[Page[R], ...]:
        """Return all pages in order; the first has an empty query.

        The pages of last time are requested together with the first; of a new list, those that the
        first answer announces are requested together after it. They only count if the links from
        page to page lead to them: pages behind a new end are dropped, and other links are followed
        one by one. If the links changed between the last two reads, all pages are read in turn.

        Raises:
            BadAnswer: the list has no end.
            CloudError: a request for a page failed.
        """
        pages: list[Page[R]] = []
        queries: list[Query] = []
        query: Query | None = {}
        async with _Requests(ask) as requests:
            if self._stable:
                requests.send([{}, *self._queries])
            while query is not None:
                page = await requests.answer(query)
                pages.append(page)
                if page.following == query or len(pages) > MAX_PAGES:
                    raise BadAnswer("The list of pages has no end")
                query = page.following
                if query is not None:
                    queries.append(query)
                    if len(pages) == 1 and self._stable and not self._queries:
                        requests.send([query, *page.ahead])
        before, self._queries = self._queries, tuple(queries)
        self._stable = all(map(eq, before, self._queries, strict=False))
        return tuple(pages)


class _Requests[R]:
    """Running requests for pages; leaving the context cancels those that are not needed."""

    def __init__(self, ask: Ask[R]) -> None:
        self._ask = ask
        self._sent: dict[frozenset[tuple[str, str]], asyncio.Task[Page[R]]] = {}

    async def __aenter__(self) -> _Requests[R]:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._sent.values():
            task.cancel()
        await asyncio.gather(*self._sent.values(), return_exceptions=True)

    def send(self, queries: Iterable[Query]) -> None:
        """Request pages, each once."""
        for query in queries:
            key = frozenset(query.items())
            if key not in self._sent and len(self._sent) <= MAX_PAGES:
                self._sent[key] = asyncio.create_task(_await(self._ask(query)))

    async def answer(self, query: Query) -> Page[R]:
        """Return a page; it is requested now if it was not before."""
        task = self._sent.pop(frozenset(query.items()), None)
        return await (self._ask(query) if task is None else task)


async def _await[T](awaitable: Awaitable[T]) -> T:
    return await awaitable


def read_page[R](
    rows: Sequence[Json],
    read: Callable[[Json], R | None],
    known: Records,
    following: Query | None = None,
    total: int | None = None,
    ahead: Sequence[Query] = (),
) -> Page[R]:
    """Read the rows of a page; unchanged rows are not parsed again.

    Raises:
        TooLarge: there are too many.
    """
    found = (known.read(row, read) for row in each(rows))
    records = tuple(record for record in found if record is not None)
    return Page(records, len(records) == len(rows), following, total, ahead)


def join_pages[R](
    pages: Iterable[Page[R]], identity: Callable[[R], str], report: ParseReport
) -> Collection[R]:
    """Return the records of all pages; of records with the same id the first is kept.

    Raises:
        TooLarge: there are too many.
    """
    records: dict[str, R] = {}
    complete = True
    total: int | None = None
    for page in pages:
        complete = complete and page.complete
        total = total if page.total is None else page.total
        for record in page.records:
            key = identity(record)
            if key in records:
                report.record(f"{type(record).__name__}.id (twice)")
            else:
                records[key] = record
    if len(records) > MAX_RECORDS:
        raise TooLarge("The list is far too long")
    if total is not None and len(records) < total:
        complete = False
    return Collection(records, complete)
