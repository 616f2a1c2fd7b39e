"""Lists that come in pages: asked for together, read to their end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq

from .cache import Collection, Records
from .documents import MAX_RECORDS, Json, each
from .errors import BadAnswer, TooLarge
from .report import ParseReport

MAX_PAGES = 200
"""No list has as many; a server that always names a next page must not hold us."""

type Query = Mapping[str, str]
type Ask[R] = Callable[[Query], Awaitable[Page[R]]]
"""Asks for one page; concurrency and pace are the session's to limit."""


@dataclass(frozen=True, slots=True)
class Page[R]:
    """One page of a list."""

    records: tuple[R, ...]
    complete: bool
    """Whether every record on it could be read."""
    following: Query | None
    """The query of the next page, None on the last."""
    total: int | None = None
    """How many records the whole list has, where the cloud says so."""
    ahead: Sequence[Query] = ()
    """The queries of the pages after the next one, where the cloud says how many there are."""


class PageChain:
    """Reads one list again and again, and remembers how its pages followed one another."""

    def __init__(self) -> None:
        """Begin with an unknown list."""
        self._queries: tuple[Query, ...] = ()
        """The queries of the pages after the first."""
        self._stable = True
        """Whether they were the same the last two times."""

    async def read[R](self, ask: Ask[R]) -> tuple[Page[R], ...]:
        """Return all pages in order; the first has an empty query.

        Pages that were there last time, or are announced by the first answer to an unknown list,
        are asked for together with the first. They count only where the links from page to page
        lead to them: what lies behind a new end is dropped, and other links are followed one by
        one. A list whose links are others each time is read in turn.

        Raises:
            BadAnswer: there is no end to them.
            CloudError: a page of the list could not be had.
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


async def read_pages[R](ask: Ask[R]) -> tuple[Page[R], ...]:
    """Return all pages of a list that is read only once, as `PageChain.read` does."""
    return await PageChain().read(ask)


class _Requests[R]:
    """Requests for pages that are on their way; a context that ends those nobody waits for."""

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
        """Ask for pages, each once."""
        for query in queries:
            key = frozenset(query.items())
            if key not in self._sent and len(self._sent) <= MAX_PAGES:
                self._sent[key] = asyncio.create_task(_await(self._ask(query)))

    async def answer(self, query: Query) -> Page[R]:
        """Return a page, asked for before or now."""
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
    """Read the rows of a page, those that are new or changed.

    Raises:
        TooLarge: there are far too many.
    """
    found = (known.read(row, read) for row in each(rows))
    records = tuple(record for record in found if record is not None)
    return Page(records, len(records) == len(rows), following, total, ahead)


def join_pages[R](
    pages: Iterable[Page[R]], identity: Callable[[R], str], report: ParseReport
) -> Collection[R]:
    """Return the records of all pages; of two with the same id the first counts.

    Raises:
        TooLarge: there are far too many.
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
