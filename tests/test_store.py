"""What the record store promises: layers, what is newer, who reads what, and what follows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
import pytest

from custom_components.habitat.store import LAG, Change, Derived, RecordStore


@dataclass(frozen=True, slots=True)
class Thing:
    """A record."""

    size: int = 0
    colour: str = "red"
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """A record of another kind."""


@pytest.fixture
def store() -> RecordStore:
    """Return an empty store."""
    return RecordStore()


def put(store: RecordStore, *, source: str = "things", **sizes: int) -> None:
    """Take in a list that was asked for just now."""
    records = {key: Thing(size) for key, size in sizes.items()}
    store.put(source, records, since=store.revision)


def sizes(store: RecordStore, source: str = "things") -> dict[str, int]:
    """Return what a source holds, in the cloud's order."""
    found = {key: store.get(key, Thing) for key in store.keys(source)}
    assert list(found.values()) == store.of(source, Thing)
    return {key: one.size for key, one in found.items() if one is not None}


def settled(store: RecordStore) -> set[str]:
    """Forget what changed; return under which keys of records."""
    store.take_readers()
    return {key for key in store.take_unprocessed() if not key.startswith("@")}


# What the cloud says.


def test_nothing_yet(store: RecordStore) -> None:
    """An empty store says so, whatever it is asked."""
    assert store.get("a", Thing) is None
    assert store.of("things", Thing) == []
    assert list(store.keys("things")) == []
    assert not store.has_answered("things")
    assert store.source_of("a") is None
    assert store.take_readers() == []
    assert store.take_unprocessed() == set()


def test_list(store: RecordStore) -> None:
    """A complete list is what there is: what is not in it is gone."""
    put(store, a=1, b=2)
    assert sizes(store) == {"a": 1, "b": 2}
    assert store.source_of("a") == "things"
    assert store.has_answered("things")
    assert settled(store) == {"a", "b"}
    put(store, b=3, c=4)
    assert sizes(store) == {"b": 3, "c": 4}
    assert store.get("a", Thing) is None
    assert store.source_of("a") is None
    assert settled(store) == {"a", "b", "c"}


def test_kinds(store: RecordStore) -> None:
    """Who asks for one kind never gets another."""
    store.put("things", {"a": Thing(), "b": Other()}, since=0)
    assert store.get("b", Thing) is None
    assert store.of("things", Other) == [Other()]
    assert store.of("things", Thing) == [Thing()]


def test_prefix(store: RecordStore) -> None:
    """The keys of an answer become those of the store, also when it comes again."""
    for size in 1, 2:
        store.put("things", {"1": Thing(size)}, since=0, prefix="things_")
        assert sizes(store) == {"things_1": size}
    assert settled(store) == {"things_1"}


def test_incomplete_list(store: RecordStore) -> None:
    """What an incomplete list does not hold stays."""
    put(store, a=1, b=2)
    store.put("things", {"c": Thing(3)}, since=0, complete=False)
    assert sizes(store) == {"c": 3, "a": 1, "b": 2}
    store.put("things", {}, since=0, complete=False)
    assert sizes(store) == {"c": 3, "a": 1, "b": 2}


def test_empty_list(store: RecordStore) -> None:
    """An empty list is an answer too."""
    settled(store)
    put(store)
    assert store.has_answered("things")
    assert store.take_unprocessed() != set()
    put(store, a=1)
    put(store)
    assert sizes(store) == {}
    assert store.records == {}


def test_unchanged_list(store: RecordStore) -> None:
    """The same answer, an equal one, or equal records in it change nothing."""
    answer = {"a": Thing(1), "b": Thing(2)}
    store.put("things", answer, since=0)
    first = store.records["a"]
    settled(store)
    store.put("things", answer, since=0)
    store.put("things", dict(answer), since=0)
    put(store, a=1, b=2)
    assert store.take_unprocessed() == set()
    assert store.records["a"] is first


def test_one_changed_record(store: RecordStore) -> None:
    """Of a list with the same keys only the record that changed is new."""
    answer: dict[str, object] = {"a": Thing(1), "b": Thing(2)}
    store.put("things", answer, since=0)
    settled(store)
    store.put("things", {**answer, "b": Thing(3)}, since=0)
    assert settled(store) == {"b"}
    assert sizes(store) == {"a": 1, "b": 3}


def test_other_order(store: RecordStore) -> None:
    """The order is the cloud's, and who reads the keys hears when it changes."""
    put(store, a=1, b=2)
    _, reads = store.track(lambda: store.keys("things"))
    settled(store)
    put(store, b=2, a=1)
    assert list(store.keys("things")) == ["b", "a"]
    assert store.of("things", Thing) == [Thing(2), Thing(1)]
    assert reads <= store.take_unprocessed()


def test_changed_answer_object(store: RecordStore) -> None:
    """After a push the same answer is compared again, and counts once it is not older."""
    answer = {"a": Thing(1)}
    store.put("things", answer, since=0)
    store.set_record("a", Thing(2), "things")
    store.put("things", answer, since=0)
    assert sizes(store) == {"a": 2}
    store.put("things", answer, since=store.revision)
    assert sizes(store) == {"a": 1}


# What is newer.


def test_pushed_while_a_list_was_under_way(store: RecordStore) -> None:
    """What was pushed after a list was asked for outlives it: changed, new and gone ones."""
    put(store, a=1, b=1, c=1)
    asked = store.revision
    store.set_record("a", Thing(2), "things")
    store.set_record("b", None, "things")
    store.set_record("e", Thing(2), "things")
    store.set_record("d", Thing(2), "things")
    old = {"a": Thing(1), "b": Thing(1), "c": Thing(3)}
    store.put("things", old, since=asked)
    assert sizes(store) == {"a": 2, "c": 3, "e": 2, "d": 2}
    assert list(store.keys("things")) == ["a", "c", "e", "d"]
    store.put("things", old, since=store.revision)
    assert sizes(store) == {"a": 1, "b": 1, "c": 3}


def test_lagging_list(store: RecordStore) -> None:
    """A list that is behind a push is not believed for a while, then whatever it says."""
    now = datetime(2026, 11, 25, tzinfo=UTC)
    old = {"a": Thing(1, updated_at=now - timedelta(minutes=1))}
    with freeze_time(now) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        store.put("things", old, since=store.revision)
        store.set_record("a", Thing(2, updated_at=now), "things")
        store.put("things", old, since=store.revision)
        assert sizes(store) == {"a": 2}
        frozen.tick(LAG)
        store.put("things", old, since=store.revision)
        assert sizes(store) == {"a": 2}
        frozen.tick(1)
        store.put("things", old, since=store.revision)
        assert sizes(store) == {"a": 1}


@pytest.mark.parametrize("listed_at", [None, timedelta(), timedelta(minutes=1)])
def test_list_that_does_not_lag(
    store: RecordStore, listed_at: timedelta | None
) -> None:
    """A record that is as new, newer or tells no time is believed at once."""
    now = datetime(2026, 11, 25, tzinfo=UTC)
    put(store, a=1)
    store.set_record("a", Thing(2, updated_at=now), "things")
    at = None if listed_at is None else now + listed_at
    store.put("things", {"a": Thing(3, updated_at=at)}, since=store.revision)
    assert sizes(store) == {"a": 3}


def test_outdated_records() -> None:
    """A vendor's word that a record is older than the known one keeps the known one."""

    def is_outdated(record: object, known: object) -> bool:
        return (
            isinstance(record, Thing)
            and isinstance(known, Thing)
            and record.size < known.size
        )

    store = RecordStore(is_outdated)
    put(store, a=5)
    older = {"a": Thing(4)}
    store.put("things", older, since=0)
    assert sizes(store) == {"a": 5}
    store.set_record("a", Thing(3), "things")
    assert sizes(store) == {"a": 5}
    assert store.revision == 0
    # The answer to a write is not doubted.
    store.set_record("a", Thing(3))
    assert sizes(store) == {"a": 3}
    store.put("things", older, since=store.revision)
    assert sizes(store) == {"a": 4}


def test_record_of_a_source(store: RecordStore) -> None:
    """A pushed record joins its source, or leaves it."""
    store.set_record("a", Thing(1), "things")
    assert sizes(store) == {"a": 1}
    assert store.source_of("a") == "things"
    # Nobody asked for the source yet.
    assert not store.has_answered("things")
    store.set_record("a", None, "things")
    store.set_record("b", None, "things")
    assert sizes(store) == {}
    assert store.records == {}
    assert store.source_of("a") is None


def test_record_without_a_source(store: RecordStore) -> None:
    """Without a source only what is known is replaced."""
    put(store, a=1)
    store.set_record("a", Thing(2))
    assert sizes(store) == {"a": 2}
    assert store.source_of("a") == "things"
    store.set_record("b", Thing(2))
    assert store.get("b", Thing) is None


def test_revision(store: RecordStore) -> None:
    """It grows with what came by another way than a list, and with nothing else."""
    put(store, a=1)
    change = store.change("a", {"size": 2})
    assert store.revision == 0
    store.confirm(change, None)
    store.withdraw(change)
    assert store.revision == 1
    store.set_record("a", None, "things")
    assert store.revision == 2


def test_nothing_is_kept_of_what_is_gone(store: RecordStore) -> None:
    """Records that come by push and go again leave nothing behind for long."""
    with freeze_time("2026-11-25") as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        for number in range(1000):
            frozen.tick(10)
            store.set_record(f"pushed_{number}", Thing(number), "things")
            store.set_record(f"pushed_{number}", None, "things")
            store.set_record(f"listed_{number}", Thing(number), "things")
            put(store)
    assert store.records == {}
    assert len(store._revisions) < 100
    assert store._set_at.keys() == store._revisions.keys()


# Provisional changes.


def test_provisional_change(store: RecordStore) -> None:
    """A change shows until it is withdrawn, whatever lists bring meanwhile."""
    put(store, a=1)
    change = store.change("a", {"size": 9})
    assert store.get("a", Thing) == Thing(9)
    store.put("things", {"a": Thing(2, "blue")}, since=0)
    assert store.get("a", Thing) == Thing(9, "blue")
    store.withdraw(change)
    assert store.get("a", Thing) == Thing(2, "blue")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_withdrawn_in_any_order(
    store: RecordStore, order: tuple[int, int, int]
) -> None:
    """Each change goes alone, also one of two equal ones; the last made wins."""
    put(store, a=1)
    given: list[dict[str, object]] = [
        {"size": 5},
        {"size": 5},
        {"size": 6, "colour": "blue"},
    ]
    changes = [store.change("a", fields) for fields in given]
    assert store.get("a", Thing) == Thing(6, "blue")
    left = [0, 1, 2]
    for number in order:
        store.withdraw(changes[number])
        left.remove(number)
        expected = Thing(1)
        for one in left:
            expected = replace(expected, **given[one])  # type: ignore[arg-type]  # the fields are those of Thing
        assert store.get("a", Thing) == expected


def test_change_of_what_vanished(store: RecordStore) -> None:
    """A change of a record that is gone shows nothing, and an answer does not bring it back."""
    put(store, a=1)
    change = store.change("a", {"size": 9})
    put(store)
    assert store.records == {}
    store.confirm(change, Thing(9))
    store.confirm(change, None)
    assert store.records == {}
    put(store, a=2)
    assert store.get("a", Thing) == Thing(9)
    store.withdraw(change)
    assert store.get("a", Thing) == Thing(2)


def test_change_of_what_never_was(store: RecordStore) -> None:
    """So does one of a record that nobody knows."""
    change = store.change("a", {"size": 9})
    assert store.records == {}
    store.withdraw(change)
    assert settled(store) == set()


@pytest.mark.parametrize("reply", [None, Thing(7, "blue")])
def test_confirmed_change(store: RecordStore, reply: Thing | None) -> None:
    """The reply counts; without one the cloud has what was written. An older list loses."""
    put(store, a=1)
    asked = store.revision
    change = store.change("a", {"size": 9})
    store.confirm(change, reply)
    store.withdraw(change)
    assert store.get("a", Thing) == (reply or Thing(9))
    store.put("things", {"a": Thing(1)}, since=asked)
    assert store.get("a", Thing) == (reply or Thing(9))


# Who reads what.


def test_readers_each_once(store: RecordStore) -> None:
    """Who reads several records that changed is told once, and who reads others not at all."""
    put(store, a=1, b=1, c=1)
    settled(store)

    def ab() -> None: ...

    def c() -> None: ...

    ends = [store.subscribe(["a", "b", "a"], ab), store.subscribe(["c"], c)]
    assert store.subscribed_keys == {"a", "b", "c"}
    put(store, a=2, b=2, c=1)
    assert store.take_readers() == [ab]
    assert store.take_readers() == []
    store.touch(["c"])
    assert store.take_readers() == [c]
    for end in ends:
        end()
    assert store.subscribed_keys == frozenset()
    store.touch(["a", "c"])
    assert store.take_readers() == []


def test_reader_that_subscribed_twice(store: RecordStore) -> None:
    """Each subscription ends alone, also that of a reader who is there twice."""

    def read() -> None: ...

    first = store.subscribe(["a"], read)
    store.subscribe(["a"], read)
    first()
    store.touch(["a"])
    assert store.take_readers() == [read]


def test_subscription_that_nobody_can_end(store: RecordStore) -> None:
    """It stands, however many come after it."""
    told: list[int] = []
    for number in range(100):
        store.subscribe(["a"], partial(told.append, number))
    store.touch(["a"])
    for reader in store.take_readers():
        reader()
    assert sorted(told) == list(range(100))


def test_touched_source(store: RecordStore) -> None:
    """All that ages with a source changes with it, derived records too."""
    put(store, a=1)
    put(store, source="others", b=1)
    store.derive("things", (), {"mean": Thing(1)})
    settled(store)
    store.touch_sources({"things"})
    assert settled(store) == {"a", "mean"}


def test_tracked_reads(store: RecordStore) -> None:
    """What is read is noted for what is made with it, and not for what is made around it."""
    put(store, a=1, b=2)

    def inner() -> int:
        store.get("a", Thing)
        store.note_read("@silent")
        return 1

    def outer() -> frozenset[str]:
        store.get("b", Thing)
        made, reads = store.track(inner)
        assert made == 1
        return reads

    inner_reads, outer_reads = store.track(outer)
    assert inner_reads == {"a", "@silent"}
    assert outer_reads == {"b"}
    store.get("a", Thing)
    assert store.track(lambda: 1) == (1, frozenset())


def test_failing_maker_leaves_no_trace(store: RecordStore) -> None:
    """What is read after a mistake is not noted for it."""

    def fail() -> None:
        raise ZeroDivisionError

    def outer() -> None:
        with pytest.raises(ZeroDivisionError):
            store.track(fail)
        store.get("a", Thing)

    assert store.track(outer)[1] == {"a"}


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.get("new", Thing),
        lambda store: store.keys("things"),
        lambda store: store.of("things", Thing),
    ],
)
def test_reads_hear_of_what_comes(
    store: RecordStore, read: Callable[[RecordStore], object]
) -> None:
    """Who found nothing hears when there is something."""
    put(store)
    settled(store)
    _, reads = store.track(lambda: read(store))
    store.set_record("new", Thing(), "things")
    assert reads & store.take_unprocessed()


def test_first_answer_is_heard(store: RecordStore) -> None:
    """Who asked whether there was an answer hears of the first, be it empty."""
    _, reads = store.track(lambda: store.has_answered("things"))
    put(store)
    assert reads <= store.take_unprocessed()
    put(store)
    assert store.take_unprocessed() == set()


# What follows.


def test_derived_records(store: RecordStore) -> None:
    """They show, age with their source, and go when they follow no longer."""
    put(store, a=1)
    store.derive("things", (), {"mean": Thing(5), "none": None})
    assert store.get("mean", Thing) == Thing(5)
    assert store.source_of("mean") == "things"
    assert "mean" not in store.keys("things")
    store.derive("things", ("mean",), {"sum": Thing(6)})
    assert store.get("mean", Thing) is None
    assert store.source_of("mean") is None
    assert store.get("sum", Thing) == Thing(6)
    store.derive("things", ("sum",), {"sum": None})
    assert set(store.records) == {"a"}


def test_derived_below_confirmed(store: RecordStore) -> None:
    """What the cloud itself says comes first, and what follows shows again without it."""
    store.derive("things", (), {"a": Thing(5)})
    put(store, source="others", a=1)
    assert store.get("a", Thing) == Thing(1)
    assert store.source_of("a") == "others"
    store.derive("things", ("a",), {"a": Thing(6)})
    assert store.get("a", Thing) == Thing(1)
    assert store.source_of("a") == "others"
    put(store, source="others")
    assert store.get("a", Thing) == Thing(6)
    assert store.source_of("a") == "things"


class Sizes:
    """Doubled sizes of things, and how often each was made."""

    def __init__(self, store: RecordStore) -> None:
        """Follow the things of a store."""
        self.store = store
        self.made: list[str] = []
        self.listed = 0
        self.broken: set[str] = set()
        self.derived = Derived(store, self._list)

    def _list(self) -> Iterable[tuple[str, Callable[[], int]]]:
        self.listed += 1
        for key in self.store.keys("things"):
            yield key, partial(self._make, key)

    def _make(self, key: str) -> int:
        self.made.append(key)
        record = self.store.get(key, Thing)
        assert record is not None
        if key in self.broken:
            raise ZeroDivisionError
        return 2 * record.size

    def update(self) -> dict[str, int | None]:
        """Follow what changed."""
        self.made.clear()
        self.listed = 0
        return self.derived.update(self.store.take_unprocessed())


@pytest.fixture
def doubled(store: RecordStore) -> Sizes:
    """Return the doubled sizes of three things."""
    put(store, a=1, b=2, c=3)
    doubled = Sizes(store)
    assert doubled.update() == {"a": 2, "b": 4, "c": 6}
    assert doubled.derived.values == {"a": 2, "b": 4, "c": 6}
    return doubled


def test_only_affected_values_are_made(store: RecordStore, doubled: Sizes) -> None:
    """A changed record has what was made of it made again, and nothing else."""
    put(store, a=1, b=2, c=3)
    assert doubled.update() == {}
    assert (doubled.made, doubled.listed) == ([], 0)
    put(store, a=1, b=5, c=3)
    assert doubled.update() == {"b": 10}
    assert (doubled.made, doubled.listed) == (["b"], 0)


def test_value_that_stays(store: RecordStore, doubled: Sizes) -> None:
    """A value that is made again and is the old one did not change."""
    store.put("things", {"a": Thing(1, "blue")}, since=0, complete=False)
    assert doubled.update() == {}
    assert doubled.made == ["a"]


def test_values_come_and_go(store: RecordStore, doubled: Sizes) -> None:
    """New ones are made and gone ones are None; the others are left alone."""
    put(store, b=2, d=4)
    assert doubled.update() == {"a": None, "c": None, "d": 8}
    assert (doubled.made, doubled.listed) == (["d"], 1)
    assert list(doubled.derived.values) == ["b", "d"]
    put(store)
    assert doubled.update() == {"b": None, "d": None}
    assert doubled.derived.values == {}
    assert doubled.derived._affected == {}


@pytest.mark.parametrize("order", ["cab", "dabc", "adc"])
def test_order_of_values(store: RecordStore, doubled: Sizes, order: str) -> None:
    """They stand in the order of the list, also when that is all that changed."""
    known = {"a": 1, "b": 2, "c": 3, "d": 4}
    listed = {key: Thing(known[key]) for key in order}
    store.put("things", listed, since=0)
    doubled.update()
    assert list(doubled.derived.values) == list(order)


def test_other_reads(store: RecordStore) -> None:
    """What a value no longer reads does not have it made again."""
    store.put("things", {"which": Thing(0, "a")}, since=0)
    put(store, source="others", a=1, b=2)
    made: list[str] = []

    def follow() -> int:
        which = store.get("which", Thing)
        assert which is not None
        made.append(which.colour)
        record = store.get(which.colour, Thing)
        return record.size if record else 0

    derived = Derived(store, lambda: [("it", follow)])
    assert derived.update(store.take_unprocessed()) == {"it": 1}
    store.put("things", {"which": Thing(0, "b")}, since=0)
    assert derived.update(store.take_unprocessed()) == {"it": 2}
    put(store, source="others", a=7, b=2)
    assert derived.update(store.take_unprocessed()) == {}
    put(store, source="others", a=7, b=8)
    assert derived.update(store.take_unprocessed()) == {"it": 8}
    assert made == ["a", "b", "b"]


def test_maker_that_raises(store: RecordStore, doubled: Sizes) -> None:
    """A mistake is told, and neither it nor what was made beside it is lost with it."""
    doubled.broken.add("b")
    put(store, a=2, b=3, c=4, d=5)
    with pytest.raises(ZeroDivisionError):
        doubled.update()
    doubled.broken.clear()
    assert doubled.update() == {"a": 4, "b": 6, "c": 8, "d": 10}
    assert doubled.derived.values == {"a": 4, "b": 6, "c": 8, "d": 10}
    assert doubled.update() == {}


# The same against a naive model.

_SOURCES = {"a0": "a", "a1": "a", "a2": "a", "b0": "b", "b1": "b"}
_DERIVED = ("a0", "b1", "mean", "sum")
_SIZES = st.integers(0, 3)


class StoreMachine(RuleBasedStateMachine):
    """Does all there is to do to a store, in any order, and compares it with lists and dictionaries."""

    asked = Bundle("asked")
    changes = Bundle("changes")

    def __init__(self) -> None:
        """Start with an empty store that somebody reads."""
        super().__init__()
        self.store = RecordStore()
        self.confirmed: dict[str, dict[str, Thing]] = {"a": {}, "b": {}}
        self.pushed: dict[str, int] = {}
        self.revision = 0
        self.derived: dict[str, tuple[str, Thing]] = {}
        self.provisional: list[tuple[Change, str, Mapping[str, object]]] = []
        self.shown: dict[str, Thing] = {}
        self.told: set[str] = set()
        for key in {*_SOURCES, *_DERIVED}:
            self.store.subscribe([key], partial(self.told.add, key))
        self.values = Derived(self.store, self._list)

    def _list(self) -> Iterable[tuple[str, Callable[[], tuple[object, ...]]]]:
        for source in "ab":
            for key in self.store.keys(source):
                yield key, partial(self._make, key)
            yield source, partial(self._all, source)

    def _make(self, key: str) -> tuple[object, ...]:
        return (self.store.get(key, Thing),)

    def _all(self, source: str) -> tuple[object, ...]:
        return tuple(self.store.of(source, Thing))

    def _expected(self) -> dict[str, Thing]:
        shown = {key: record for key, (_, record) in self.derived.items()}
        for records in self.confirmed.values():
            shown |= records
        for _, key, fields in self.provisional:
            if key in self.confirmed[_SOURCES[key]]:
                shown[key] = replace(shown[key], **fields)  # type: ignore[arg-type]  # the fields are those of Thing
        return shown

    @rule(target=asked)
    def ask(self) -> int:
        """Ask for a list, which may be answered later, or never."""
        return self.store.revision

    @rule(
        since=asked,
        source=st.sampled_from("ab"),
        sizes=st.lists(st.tuples(st.sampled_from("012"), _SIZES)).map(dict),
        complete=st.booleans(),
    )
    def answer(
        self, since: int, source: str, sizes: dict[str, int], complete: bool
    ) -> None:
        """Have a list answered."""
        listed = {
            name: Thing(size)
            for name, size in sizes.items()
            if source + name in _SOURCES
        }
        self.store.put(source, listed, since=since, prefix=source, complete=complete)
        known = self.confirmed[source]
        found: dict[str, Thing] = {}
        for name, record in listed.items():
            key = source + name
            if self.pushed.get(key, 0) <= since:
                found[key] = record
            elif key in known:
                found[key] = known[key]
        for key, record in known.items():
            if not complete or self.pushed.get(key, 0) > since:
                found.setdefault(key, record)
        self.confirmed[source] = found

    @rule(key=st.sampled_from(sorted(_SOURCES)), size=st.none() | _SIZES)
    def push(self, key: str, size: int | None) -> None:
        """Push a record, or that it is gone."""
        record = None if size is None else Thing(size)
        self.store.set_record(key, record, _SOURCES[key])
        self._set(key, record)

    @rule(key=st.sampled_from(sorted(_SOURCES)), size=_SIZES)
    def replace(self, key: str, size: int) -> None:
        """Replace what is known."""
        self.store.set_record(key, Thing(size))
        if key in self.confirmed[_SOURCES[key]]:
            self._set(key, Thing(size))

    def _set(self, key: str, record: Thing | None) -> None:
        self.revision += 1
        self.pushed[key] = self.revision
        known = self.confirmed[_SOURCES[key]]
        if record is None:
            known.pop(key, None)
        else:
            known[key] = record

    @rule(
        target=changes,
        key=st.sampled_from(sorted(_SOURCES)),
        fields=st.fixed_dictionaries(
            {}, optional={"size": _SIZES, "colour": st.just("blue")}
        ),
    )
    def change(self, key: str, fields: dict[str, object]) -> Change:
        """Begin to write."""
        change = self.store.change(key, fields)
        self.provisional.append((change, key, fields))
        return change

    @rule(change=changes, size=st.none() | _SIZES)
    def confirm(self, change: Change, size: int | None) -> None:
        """Have a write answered."""
        reply = None if size is None else Thing(size)
        self.store.confirm(change, reply)
        known = self.confirmed[_SOURCES[change.key]].get(change.key)
        if known is not None:
            self._set(change.key, reply or replace(known, **change.fields))  # type: ignore[arg-type]  # the fields are those of Thing

    @rule(change=consumes(changes))
    def withdraw(self, change: Change) -> None:
        """End a write."""
        self.store.withdraw(change)
        self.provisional = [one for one in self.provisional if one[0] is not change]

    @rule(
        source=st.sampled_from("ab"),
        before=st.sets(st.sampled_from(_DERIVED)),
        sizes=st.dictionaries(st.sampled_from(_DERIVED), st.none() | _SIZES),
    )
    def derive(
        self, source: str, before: set[str], sizes: dict[str, int | None]
    ) -> None:
        """Derive records."""
        records = {
            key: None if size is None else Thing(size) for key, size in sizes.items()
        }
        self.store.derive(source, before, records)
        for key in before | records.keys():
            self.derived.pop(key, None)
            if (record := records.get(key)) is not None:
                self.derived[key] = source, record

    @invariant()
    def same(self) -> None:
        """Compare all that is shown, and who was told of it."""
        expected = self._expected()
        assert self.store.records == expected
        assert self.store.revision == self.revision
        for source, records in self.confirmed.items():
            assert list(self.store.keys(source)) == list(records)
            assert self.store.of(source, Thing) == [expected[key] for key in records]
        for key in {*_SOURCES, *_DERIVED}:
            listed = _SOURCES.get(key)
            known = listed is not None and key in self.confirmed[listed]
            derived, _ = self.derived.get(key, (None, None))
            assert self.store.source_of(key) == (listed if known else derived)
        for reader in self.store.take_readers():
            reader()
        changed = {
            key
            for key in expected.keys() | self.shown.keys()
            if expected.get(key) != self.shown.get(key)
        }
        assert self.told == changed
        self.told.clear()
        self.shown = expected

    @invariant()
    def what_follows(self) -> None:
        """Compare values that follow with values made anew."""
        before = dict(self.values.values)
        updated = self.values.update(self.store.take_unprocessed())
        anew = {name: make() for name, make in self._list()}
        assert list(self.values.values.items()) == list(anew.items())
        assert updated == {
            name: anew.get(name)
            for name in before.keys() | anew.keys()
            if before.get(name) != anew.get(name)
        }


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
