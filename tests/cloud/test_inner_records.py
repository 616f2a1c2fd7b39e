"""Records within records, and lists, are read as tolerantly as the rest."""

from dataclasses import field, replace
from datetime import UTC, datetime, time

import pytest

from custom_components.habitat.cloud.documents import MAX_RECORDS, Json
from custom_components.habitat.cloud.enums import LenientEnum
from custom_components.habitat.cloud.models import PRIVATE, model, private_values
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.cloud.values import to_time


class Colour(LenientEnum):
    """A vocabulary."""

    RED = "red"
    BLUE = "blue"


@model
class Inner:
    """Something within."""

    id: str
    share: float | None = None
    owner: str | None = field(default=None, metadata=PRIVATE)


@model
class Outer:
    """Something with something within."""

    one: Inner | None = None
    always: Inner = field(default_factory=lambda: Inner(id="default"))
    many: tuple[Inner, ...] = ()
    numbers: tuple[int, ...] = ()
    moments: tuple[datetime, ...] = ()
    words: tuple[Colour, ...] = ()
    hour: time | None = None


WHOLE: dict[str, Json] = {
    "one": {"id": "a", "share": 0.5},
    "always": {"id": "b"},
    "many": [{"id": "c"}, {"id": "d"}],
    "numbers": [1, "2"],
    "moments": ["2026-11-25T08:00:00Z"],
    "words": ["red", "BLUE"],
    "hour": "21:30:00",
}
RECORD = Outer(
    one=Inner(id="a", share=0.5),
    always=Inner(id="b"),
    many=(Inner(id="c"), Inner(id="d")),
    numbers=(1, 2),
    moments=(datetime(2026, 11, 25, 8, tzinfo=UTC),),
    words=(Colour.RED, Colour.BLUE),
    hour=time(21, 30),
)


def read(**values: Json) -> tuple[Outer, dict[str, int]]:
    """Return a record and what was odd about it."""
    report = ParseReport("test")
    record = parse(Outer, {**WHOLE, **values}, report)
    assert record is not None
    return record, dict(report.counts)


def test_whole() -> None:
    """Everything reads."""
    assert read() == (RECORD, {})
    assert parse(Outer, {}, ParseReport("test")) == Outer()


@pytest.mark.parametrize("name", WHOLE)
def test_nothing(name: str) -> None:
    """Null is nothing, and not odd."""
    record, odd = read(**{name: None})
    assert getattr(record, name) == getattr(Outer(), name)
    assert not odd


@pytest.mark.parametrize(
    ("name", "value", "left", "odd"),
    [
        ("one", 5, None, {"Outer.one": 1}),
        ("one", [{"id": "a"}], None, {"Outer.one": 1}),
        ("one", {"share": 1}, None, {"Inner.id": 1}),
        ("one", {"id": "a", "share": "x"}, Inner(id="a"), {"Inner.share": 1}),
        ("always", "b", Inner(id="default"), {"Outer.always": 1}),
        ("many", {"id": "c"}, (), {"Outer.many": 1}),
        ("many", [{"id": "c"}, 5, None, {}], (Inner(id="c"),), {"Outer.many": 2, "Inner.id": 1}),
        ("numbers", [1, "x", 2], (), {"Outer.numbers": 1}),
        ("numbers", "12", (), {"Outer.numbers": 1}),
        ("moments", [None], (), {"Outer.moments": 1}),
        ("words", ["green", "red"], (), {"Outer.words": 1}),
        ("hour", "25:00", None, {"Outer.hour": 1}),
    ],
)  # fmt: skip
def test_odd(name: str, value: Json, left: object, odd: dict[str, int]) -> None:
    """What is odd is left out and counted; what stands beside it stays."""
    record, counts = read(**{name: value})
    assert getattr(record, name) == left
    assert counts == odd
    others = [other for other in WHOLE if other != name]
    assert all(getattr(record, other) == getattr(RECORD, other) for other in others)


def test_private() -> None:
    """What is private is so within as well."""
    record, _ = read(
        one={"id": "a", "owner": "Robin"},
        many=[{"id": "c", "owner": "Kim"}, {"id": "d"}],
    )
    assert set(private_values(record)) == {"Robin", "Kim"}


@pytest.mark.parametrize("value", [None, 21, "nine", "", [], True])
def test_no_time(value: Json) -> None:
    """Anything but a time of the day is none."""
    assert to_time(value) is None


def test_far_too_many() -> None:
    """A list that nobody could have is odd, whatever is in it; the record lives on."""
    report = ParseReport("test")
    many: list[Json] = [{"id": "c"}] * (MAX_RECORDS + 1)
    read = parse(Outer, {**WHOLE, "many": many, "numbers": [1] * len(many)}, report)
    assert read == replace(RECORD, many=(), numbers=())
    assert report.counts == {"Outer.many": 1, "Outer.numbers": 1}
