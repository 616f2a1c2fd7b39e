"""Rubbish in a field reads as unknown, and is counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, field
from datetime import UTC, datetime
import logging
from math import inf, nan
from unittest.mock import patch

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import (
    MAX_RECORDS,
    MAX_VALUES,
    Json,
    each,
    read_json,
)
from custom_components.habitat.cloud.enums import LenientEnum
from custom_components.habitat.cloud.errors import BadAnswer, TooLarge
from custom_components.habitat.cloud.models import (
    COMPUTED,
    MODELS,
    PRIVATE,
    VERBATIM,
    model,
    private_values,
    public_fields,
    read_with,
)
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.plausible import Range, within
from custom_components.habitat.cloud.report import MAX_REPORTED, ParseReport
from custom_components.habitat.cloud.values import (
    to_bool,
    to_datetime,
    to_float,
    to_int,
    to_str,
    to_text,
)
from tests.support.strategies import BOUNDED, any_json


class Colour(LenientEnum):
    """A vocabulary."""

    RED = "Red"
    BLUE = "sky blue"


@model
class Point:
    """Something of its own within a record."""

    x: float
    y: float = 0


@model
class Thing:
    """A record with a field of each kind."""

    id: str
    number: int
    share: float | None = None
    on: bool | None = None
    colour: Colour | None = None
    seen: datetime | None = None
    tags: tuple[str, ...] = ()
    point: Point | None = None
    owner: str | None = field(default=None, metadata=PRIVATE)


WHOLE: dict[str, Json] = {
    "id": "a",
    "number": 1,
    "share": 0.5,
    "on": True,
    "colour": "Red",
    "seen": "2026-11-25T08:00:00+01:00",
    "tags": ["x", "y"],
    "point": {"x": 1},
    "owner": "Robin",
}
SEEN = datetime(2026, 11, 25, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (to_float, 1, 1.0),
        (to_float, "21.5", 21.5),
        (to_float, " -3 ", -3.0),
        (to_int, 2.6, 3),
        (to_int, "99", 99),
        (to_int, "99.4", 99),
        (to_bool, True, True),
        (to_bool, 0, False),
        (to_bool, 1, True),
        (to_bool, "On", True),
        (to_bool, "OFF", False),
        (to_bool, "true", True),
        (to_bool, "no", False),
        (to_str, "", ""),
        (to_str, 7, "7"),
        (to_str, 1.5, "1.5"),
        (to_str, " a\n", " a\n"),
        (to_text, " a\x00b\n", "ab"),
        (to_text, 7, "7"),
        (to_int, 1 << 60, 1 << 60),
        (to_datetime, "2026-11-25T08:00:00+01:00", SEEN),
        (to_datetime, "2026-11-25T07:00:00Z", SEEN),
        (to_datetime, "2026-11-25T07:00:00", SEEN),
    ],
)
def test_read(
    read: Callable[[object], object], value: object, expected: object
) -> None:
    """Values read in every spelling that clouds have for them."""
    found = read(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("read", "values"),
    [
        (to_float, [True, None, "warm", "", [], {}, inf, nan, "inf", 10**400]),
        (to_int, [True, None, "warm", [1], inf, "nan"]),
        (to_bool, [None, 2, 1.0, "maybe", [], {}]),
        (to_str, [None, True, [], {}]),
        (
            to_datetime,
            [None, 1_700_000_000, "yesterday", "0001-01-01T00:00:00+09:00", []],
        ),
    ],
)
def test_rubbish(read: Callable[[object], object], values: list[object]) -> None:
    """Anything else is unknown."""
    assert [read(value) for value in values] == [None] * len(values)


@model
class Listing:
    """A record with a list of texts."""

    texts: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("value", "texts", "odd"),
    [
        (["a", 1], ("a", "1"), 0),
        ([], (), 0),
        (None, (), 0),
        *((value, (), 1) for value in ("abc", {"a": 1}, 1, ["a", None], [["a"]])),
    ],
)
def test_a_list_of_texts(value: Json, texts: tuple[str, ...], odd: int) -> None:
    """A text is no list of its letters, and one odd item spoils a list."""
    report = ParseReport("A cloud")
    assert parse(Listing, {"texts": value}, report) == Listing(texts=texts)
    assert report.counts.total() == odd


@BOUNDED
@given(any_json)
def test_reading_never_fails(value: Json) -> None:
    """Whatever comes, it reads as what it should be, or as unknown."""
    assert isinstance(to_float(value), float | None)
    assert isinstance(to_int(value), int | None)
    assert isinstance(to_bool(value), bool | None)
    assert isinstance(to_str(value), str | None)
    assert isinstance(to_datetime(value), datetime | None)


def test_words() -> None:
    """Case does not matter, unknown words and other things are unknown."""
    report = ParseReport("Test")

    def read(value: Json) -> Colour | None:
        thing = parse(Thing, {**WHOLE, "colour": value}, report)
        assert thing is not None
        return thing.colour

    assert read("Red") is read("RED") is Colour.RED
    assert read("Sky Blue") is Colour.BLUE
    assert not report.counts
    odd: list[Json] = ["green", 1, ["Red"], {"Red": 1}, True]
    assert [read(value) for value in odd] == [None] * len(odd)
    assert report.counts == {"Thing.colour": len(odd)}


def test_a_whole_record() -> None:
    """Every field reads, extra keys do not matter, and what came is left as it was."""
    news: Json = {"a": 1}
    raw = {**WHOLE, "news": news}
    report = ParseReport("Test")
    thing = parse(Thing, raw, report)
    assert thing == Thing(
        id="a",
        number=1,
        share=0.5,
        on=True,
        colour=Colour.RED,
        seen=SEEN,
        tags=("x", "y"),
        point=Point(x=1),
        owner="Robin",
    )
    assert thing == parse(Thing, raw, report)
    assert not report.counts
    assert raw == {**WHOLE, "news": {"a": 1}}
    assert thing is not None
    with pytest.raises(FrozenInstanceError):
        thing.number = 2  # type: ignore[misc]  # that it is frozen is the point


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("share", "warm"),
        ("share", []),
        ("on", "perhaps"),
        ("colour", "green"),
        ("seen", "once"),
        ("tags", "x"),
        ("tags", [None]),
        ("point", [1]),
        ("owner", {}),
    ],
)
def test_one_odd_field(name: str, value: Json) -> None:
    """It alone is unknown, and it is counted."""
    report = ParseReport("Test")
    thing = parse(Thing, {**WHOLE, name: value}, report)
    without = parse(Thing, {**WHOLE, name: None}, report)
    assert thing == without
    assert thing is not None
    assert not getattr(thing, name)
    assert report.counts == {f"Thing.{name}": 1}


def test_nothing_is_not_odd() -> None:
    """Null and an empty text stand for nothing, as a missing key does."""
    report = ParseReport("Test")
    bare = parse(Thing, {"id": "a", "number": 1}, report)
    nulls: dict[str, Json] = dict.fromkeys(WHOLE)
    empty: dict[str, Json] = {"share": "", "on": "", "colour": "", "seen": ""}
    assert bare == Thing(id="a", number=1)
    assert parse(Thing, {**nulls, "id": "a", "number": 1}, report) == bare
    assert parse(Thing, {**empty, "id": "a", "number": 1}, report) == bare
    assert not report.counts


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({}, "id"),
        ({"id": "a"}, "number"),
        ({"id": "a", "number": None}, "number"),
        ({"id": "a", "number": "many"}, "number"),
        ({"id": ["a"], "number": 1}, "id"),
    ],
)
def test_no_record_without_what_it_needs(raw: dict[str, Json], name: str) -> None:
    """It is dropped alone, and counted under the field."""
    report = ParseReport("Test")
    assert parse(Thing, raw, report) is None
    assert report.counts == {f"Thing.{name}": 1}


@BOUNDED
@given(st.dictionaries(st.sampled_from(list(WHOLE)), any_json))
def test_parsing_never_fails(raw: dict[str, Json]) -> None:
    """Whatever the fields hold, there is a record or none, twice the same."""
    report = ParseReport("Test")
    assert parse(Thing, raw, report) == parse(Thing, raw, report)


def test_oddities_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """One line for each kind, none of which shows what came."""
    caplog.set_level(logging.INFO)
    report = ParseReport("Test")
    for _ in range(5):
        parse(Thing, {**WHOLE, "share": "my secret", "on": "perhaps"}, report)
    assert report.counts == {"Thing.share": 5, "Thing.on": 5}
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(";")[0] for line in lines] == [
        "Test sent something unexpected in Thing.share",
        "Test sent something unexpected in Thing.on",
    ]
    assert "secret" not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": [1', b"<html>", b"\xff", b"NaN"])
def test_half_a_document(body: bytes) -> None:
    """What is no whole document may be one at the next try."""
    with pytest.raises(BadAnswer) as raised:
        read_json(body)
    assert raised.value.transient


def test_private_fields() -> None:
    """What may leave the house and what must not are told apart; unset holds nothing."""
    thing = Thing(id="a", number=1, owner="Robin")
    public = dict(public_fields(thing))
    assert set(public) == set(WHOLE) - {"owner"}
    assert public["number"] == 1
    assert list(private_values(thing)) == ["Robin"]
    assert list(private_values(Thing(id="a", number=1))) == []


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"a": NaN, "b": 1}', {"a": nan, "b": 1}),
        (b"[Infinity, -Infinity]", [inf, -inf]),
        (b'{"a": 1e999, "b": -1e999}', {"a": inf, "b": -inf}),
        (b'{"a": ' + b"9" * 5000 + b"}", {"a": inf}),
        (b'\xef\xbb\xbf {"a": 1}', {"a": 1}),
        ('{"a": "\u00fc"}'.encode("utf-16"), {"a": "\u00fc"}),
        ('{"a": "\u00fc"}'.encode("utf-16-be"), {"a": "\u00fc"}),
        ('{"a": "\u00fc"}'.encode("utf-32"), {"a": "\u00fc"}),
        ('{"a": "\u00fc"}'.encode("latin-1"), {"a": "\u00fc"}),
        (b'{"a": "\xc3\xbc \xfc"}', {"a": "\u00fc \u00fc"}),
        (b'{"a": "\\ud83d", "\\ude00b": ["x\\udc00", 1]}', {"a": "", "b": ["x", 1]}),
        (b'{"a": "x\x00\ny"}', {"a": "x\x00\ny"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": NaN, "a": 2}', {"a": 2}),
    ],
)
def test_nearly_json(body: bytes, document: Json) -> None:
    """What servers write that take JSON lightly costs no more than what is odd in it."""
    assert repr(read_json(body)) == repr(document)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN',
        b'{"a": NaN}}',
        b'{"a": nan}',
        b"[NaN, ]",
        b"[" * 200_000 + b"]" * 200_000,
        '{"a": 1}'.encode("utf-16")[:-1],
        b"\xef\xbb\xbf",
        b"{NaN}",
    ],
)
def test_not_even_nearly_json(body: bytes) -> None:
    """What is no document in any reading is none."""
    with pytest.raises(BadAnswer):
        read_json(body)


@pytest.mark.parametrize("name", ["number", "share", "on", "seen", "owner", "id"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_number_that_is_none(name: str, value: str) -> None:
    """It makes its field unknown, and counts as odd."""
    report = ParseReport("test")
    raw = read_json(f'{{"id": "a", "number": 1, "{name}": {value}}}'.encode())
    assert isinstance(raw, dict)
    record = parse(Thing, raw, report)
    assert (
        record is None
        if name in ("id", "number")
        else record == Thing(id="a", number=1)
    )
    assert dict(report.counts) == {f"Thing.{name}": 1}


def test_numbers_beyond_all_measure() -> None:
    """No state may be hundreds of digits long."""
    assert to_int(10**300) is None
    assert to_int(-(10**30)) is None
    assert to_int("1e300") is None


@model
class Texts:
    """Texts of all kinds."""

    id: str
    owner_id: str | None = None
    parts_ids: tuple[str, ...] = ()
    code: str | None = field(default=None, metadata=VERBATIM)
    name: str | None = None
    tags: tuple[str, ...] = ()


def test_texts_are_cleaned() -> None:
    """Texts for people are; ids are kept as they came. Blank ones are none, and not odd."""
    report = ParseReport("test")
    odd = " a\x00b\n"
    raw: dict[str, Json] = {
        "id": odd,
        "owner_id": odd,
        "parts_ids": [odd],
        "code": odd,
        "name": odd,
        "tags": [odd, "\u200b", ""],
    }
    record = parse(Texts, raw, report)
    assert record == Texts(
        id=odd, owner_id=odd, parts_ids=(odd,), code=odd, name="ab", tags=("ab",)
    )
    blank: Json = " \x00\t"
    assert parse(Texts, {"id": "a", "name": blank}, report) == Texts(id="a")
    assert not report.counts


def test_oddities_have_an_end(caplog: pytest.LogCaptureFixture) -> None:
    """However many kinds there are, the log and the memory hold a few."""
    caplog.set_level(logging.INFO)
    report = ParseReport("test")
    for number in range(10_000):
        report.record(f"field {number}")
    assert sum(report.counts.values()) == 10_000
    assert len(report.counts) == len(caplog.records) == MAX_REPORTED + 1


def test_far_too_many_values() -> None:
    """What would take long to read is not read, however small its parts."""
    assert read_json(b"[" + b",".join([b"1"] * (MAX_VALUES - 1)) + b"]")
    for many in (b"1,", b"{},", b"[],", b'{"a":1},'):
        with pytest.raises(TooLarge):
            read_json(b"[" + many * MAX_VALUES + b"1]")
    # A long text is no list.
    assert read_json(b'"' + b"x" * 10 * MAX_VALUES + b'"')


def test_far_too_many_records() -> None:
    """No list of as many records is read, and within a record it is odd."""
    assert len([*each([1] * MAX_RECORDS)]) == MAX_RECORDS
    with pytest.raises(TooLarge):
        next(each([1] * (MAX_RECORDS + 1)))


def test_rests_in_a_thread() -> None:
    """A thread that reads a long list lets others have their turn; the event loop need not."""
    with patch("custom_components.habitat.cloud.documents.sleep") as sleep:
        assert len([*each([1] * 1000)]) == 1000
        sleep.assert_not_called()
        with ThreadPoolExecutor() as pool:
            pool.submit(lambda: [*each([1] * 1000)]).result()
        assert sleep.call_count > 10


def _even(value: Json) -> int:
    """Read an even number.

    Raises:
        ValueError: it is odd.
        TypeError: it is no number.
    """
    number = to_int(value)
    if number is None:
        raise TypeError
    if number % 2:
        raise ValueError
    return number


@model
class Special:
    """A record whose fields are read in ways of their own."""

    even: int = field(metadata=read_with(_even, key="number"))
    maybe: int = field(default=8, metadata=read_with(_even))
    huge: int | None = field(default=None, metadata=within(Range(0, inf)))
    sum: int = field(default=0, metadata=COMPUTED)


@pytest.mark.parametrize(
    ("raw", "record", "odd"),
    [
        ({"number": "2", "maybe": 4, "sum": 6}, Special(even=2, maybe=4), {}),
        ({"number": 2, "maybe": None}, Special(even=2), {}),
        ({"number": 2, "maybe": 3}, Special(even=2), {"Special.maybe": 1}),
        ({"number": 2, "maybe": []}, Special(even=2), {"Special.maybe": 1}),
        ({"number": 2, "huge": -1}, Special(even=2), {"Special.huge": 1}),
        ({"number": 2, "huge": -1e300}, Special(even=2), {"Special.huge": 1}),
        ({"number": 1}, None, {"Special.even": 1}),
        ({"even": 2}, None, {"Special.even": 1}),
    ],
)
def test_fields_read_in_their_own_way(
    raw: dict[str, Json], record: Special | None, odd: dict[str, int]
) -> None:
    """A function reads a field, from another key too; what it refuses is odd, what is computed stays."""
    report = ParseReport("test")
    assert parse(Special, raw, report) == record
    assert report.counts == odd


def test_type_that_nothing_reads() -> None:
    """A model with such a field is a mistake of ours, which no cloud's answer hides."""

    @model
    class Unreadable:
        """A record with a field of no type that clouds send."""

        field: bytes | None = None

    with pytest.raises(TypeError, match="bytes"):
        parse(Unreadable, {}, ParseReport("test"))
    MODELS.remove(Unreadable)
