"""Lists in pages."""

import asyncio
from dataclasses import dataclass

import pytest

from custom_components.habitat.cloud.cache import Records
from custom_components.habitat.cloud.documents import MAX_RECORDS, Json
from custom_components.habitat.cloud.errors import (
    BadAnswer,
    RateLimited,
    Refused,
    TooLarge,
)
from custom_components.habitat.cloud.paging import (
    MAX_PAGES,
    Page,
    PageChain,
    Query,
    join_pages,
    read_page,
)
from custom_components.habitat.cloud.report import ParseReport


@dataclass(frozen=True)
class Thing:
    """A record."""

    id: str
    name: str = ""


def _id(thing: Thing) -> str:
    return thing.id


async def test_all_pages_in_turn() -> None:
    """The first is asked for without a query, each further one with that of the one before."""
    asked: list[Query] = []

    async def ask(query: Query) -> Page[Thing]:
        asked.append(query)
        number = len(asked)
        following = {"page": str(number + 1)} if number < 3 else None
        return Page((Thing(str(number)),), complete=True, following=following)

    pages = await PageChain().read(ask)
    assert [page.records[0].id for page in pages] == ["1", "2", "3"]
    assert asked == [{}, {"page": "2"}, {"page": "3"}]


@pytest.mark.parametrize("grows", [False, True])
async def test_no_end(grows: bool) -> None:
    """Neither a page that names itself nor one that always names another holds us."""
    count = 0

    async def ask(query: Query) -> Page[Thing]:
        nonlocal count
        count += 1
        number = str(count) if grows else "2"
        return Page((), complete=True, following={"page": number})

    with pytest.raises(BadAnswer, match="no end"):
        await PageChain().read(ask)
    assert count == (MAX_PAGES + 1 if grows else 2)


@pytest.mark.parametrize(
    ("pages", "ids", "whole"),
    [
        ([], [], True),
        ([Page((Thing("1"),), True, None)], ["1"], True),
        ([Page((Thing("1"),), False, None)], ["1"], False),
        (
            [Page((Thing("1"),), False, {}), Page((Thing("2"),), True, None)],
            ["1", "2"],
            False,
        ),
        ([Page((Thing("1"),), True, None, total=1)], ["1"], True),
        ([Page((Thing("1"),), True, None, total=2)], ["1"], False),
    ],
)
def test_join(pages: list[Page[Thing]], ids: list[str], whole: bool) -> None:
    """A collection is whole when all of it was read, and as much as the cloud counts."""
    found = join_pages(pages, _id, ParseReport("test"))
    assert (list(found.records), found.complete) == (ids, whole)


def test_twice() -> None:
    """Of two records with the same id the first counts, and the other is noted."""
    report = ParseReport("test")
    page = Page((Thing("1", "a"), Thing("1", "b")), complete=True, following=None)
    found = join_pages([page], _id, report)
    assert found.records["1"].name == "a"
    assert report.counts == {"Thing.id (twice)": 1}


def test_far_too_many() -> None:
    """A list of more records than anybody has is refused, all pages together."""
    half = [
        Page(
            tuple(Thing(f"{page} {number}") for number in range(MAX_RECORDS // 2)),
            True,
            None,
        )
        for page in range(3)
    ]
    assert len(join_pages(half[:2], _id, ParseReport("test")).records) == MAX_RECORDS
    with pytest.raises(TooLarge):
        join_pages(half, _id, ParseReport("test"))


class Book:
    """A list whose pages a test holds back, so that it sees which are asked for together."""

    def __init__(self, *names: str) -> None:
        """Take the names of the pages, each the query of one page; the first is asked for by none."""
        self.names = list(names)
        self.ahead: tuple[str, ...] = ()
        """What the first page says that comes after the next."""
        self.broken: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.rounds = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def ask(self, query: Query) -> Page[Thing]:
        """Answer together with all that is asked for at the same time."""
        name = query.get("page", self.names[0])
        self.asked.append(name)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(0, self._answer, 3)
        await turn
        if name in self.broken:
            raise self.broken[name]
        place = self.names.index(name) if name in self.names else -1
        last = place in (-1, len(self.names) - 1)
        return Page(
            (Thing(name),),
            complete=True,
            following=None if last else {"page": self.names[place + 1]},
            ahead=[{"page": other} for other in self.ahead] if place == 0 else (),
        )

    def _answer(self, max_pause: int) -> None:
        if max_pause:
            asyncio.get_running_loop().call_soon(self._answer, max_pause - 1)
            return
        self.rounds += 1
        for turn in self._waiting:
            if not turn.done():
                turn.set_result(None)
        self._waiting.clear()

    async def read(self, chain: PageChain) -> list[str]:
        """Return the names of all pages that a chain reads; begin to count anew."""
        self.asked.clear()
        self.rounds = 0
        return [page.records[0].id for page in await chain.read(self.ask)]


async def test_known_pages_at_once() -> None:
    """The pages of last time are asked for with the first, and the list is the same."""
    book, chain = Book("1", "2", "3", "4"), PageChain()
    for rounds in (4, 1, 1):
        assert await book.read(chain) == ["1", "2", "3", "4"]
        assert (book.rounds, len(book.asked)) == (rounds, 4)


async def test_announced_pages_at_once() -> None:
    """An unknown list whose first page tells what comes after the next takes two rounds."""
    book, chain = Book("1", "2", "3", "4"), PageChain()
    book.ahead = ("3", "4")
    for rounds in (2, 1):
        assert await book.read(chain) == ["1", "2", "3", "4"]
        assert (book.rounds, len(book.asked)) == (rounds, 4)


async def test_false_announcement() -> None:
    """What is announced and linked by no page is left out, and asked for no more."""
    book, chain = Book("1", "2", "3"), PageChain()
    book.ahead = ("3", "4", "5")
    assert await book.read(chain) == ["1", "2", "3"]
    assert await book.read(chain) == ["1", "2", "3"]
    assert sorted(book.asked) == ["1", "2", "3"]


async def test_list_that_grew() -> None:
    """Pages behind the old end are followed one by one, and known the next time."""
    book, chain = Book("1", "2"), PageChain()
    await book.read(chain)
    book.names += ["3", "4"]
    for rounds in (3, 1):
        assert await book.read(chain) == ["1", "2", "3", "4"]
        assert (book.rounds, len(book.asked)) == (rounds, 4)


@pytest.mark.parametrize("broken", [False, True])
async def test_list_that_shrank(broken: bool) -> None:
    """A page behind the new end is dropped, whatever it says, and asked for no more."""
    book, chain = Book("1", "2", "3"), PageChain()
    await book.read(chain)
    book.names.remove("3")
    if broken:
        book.broken["3"] = Refused("Invalid page.", 404)
    assert await book.read(chain) == ["1", "2"]
    assert await book.read(chain) == ["1", "2"]
    assert sorted(book.asked) == ["1", "2"]


async def test_other_links() -> None:
    """Of a list whose links are others each time, no page is asked for that no link names."""
    book, chain = Book("1", "a2", "a3"), PageChain()
    await book.read(chain)
    for letter in "bcd":
        book.names[1:] = [f"{letter}2", f"{letter}3"]
        assert await book.read(chain) == ["1", f"{letter}2", f"{letter}3"]
        assert letter == "b" or book.asked == book.names
    assert await book.read(chain) == book.names
    assert book.rounds == 3
    assert await book.read(chain) == book.names
    assert book.rounds == 1


async def test_page_that_fails() -> None:
    """Half a list is none; what else is under way ends, and the next time all are asked again."""
    book, chain = Book("1", "2", "3"), PageChain()
    await book.read(chain)
    book.broken["2"] = RateLimited("Slow down")
    with pytest.raises(RateLimited):
        await book.read(chain)
    assert len(asyncio.all_tasks()) == 1
    book.broken.clear()
    assert await book.read(chain) == ["1", "2", "3"]
    assert book.rounds == 1


async def test_announced_without_end() -> None:
    """A server that announces more pages than any list has does not have all of them asked for."""
    book, chain = Book("1", "2"), PageChain()
    book.ahead = tuple(map(str, range(3, 10 * MAX_PAGES)))
    assert await book.read(chain) == ["1", "2"]
    assert len(book.asked) <= MAX_PAGES + 2


@pytest.mark.parametrize("number", [1, 3])
async def test_cancelled_while_reading(number: int) -> None:
    """Nothing that was asked for goes on when nobody waits for the list any more."""
    chain = PageChain()
    await Book("1", "2", "3").read(chain)
    started = 0

    async def ask(query: Query) -> Page[Thing]:
        nonlocal started
        started += 1
        if int(query.get("page", 1)) >= number:
            await asyncio.Event().wait()
        return Page((), complete=True, following={"page": "2"} if not query else None)

    task = asyncio.create_task(chain.read(ask))
    while started < 3:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert len(asyncio.all_tasks()) == 1


def test_read_page() -> None:
    """Rows that are no records make a page incomplete; what is known is not read again."""
    read: list[Json] = []

    def read_thing(row: Json) -> Thing | None:
        read.append(row)
        return Thing(row) if isinstance(row, str) else None

    rows: list[Json] = ["1", "2", 3]
    known = Records({})
    page = read_page(rows, read_thing, known)
    assert ([record.id for record in page.records], page.complete) == (
        ["1", "2"],
        False,
    )
    again = read_page([*rows[1:], "4"], read_thing, Records(known.current))
    assert again.records[0] is page.records[1]
    assert read == ["1", "2", 3, 3, "4"]
