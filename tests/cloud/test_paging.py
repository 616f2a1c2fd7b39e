"""Lists in pages."""

from dataclasses import dataclass

import pytest

from custom_components.habitat.cloud.documents import MAX_RECORDS
from custom_components.habitat.cloud.errors import BadAnswer, TooLarge
from custom_components.habitat.cloud.paging import (
    MAX_PAGES,
    Page,
    Query,
    join_pages,
    read_pages,
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
        return Page((Thing(str(number)),), whole=True, following=following)

    pages = await read_pages(ask)
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
        return Page((), whole=True, following={"page": number})

    with pytest.raises(BadAnswer, match="no end"):
        await read_pages(ask)
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
    assert (list(found.records), found.whole) == (ids, whole)


def test_twice() -> None:
    """Of two records with the same id the first counts, and the other is noted."""
    report = ParseReport("test")
    page = Page((Thing("1", "a"), Thing("1", "b")), whole=True, following=None)
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
