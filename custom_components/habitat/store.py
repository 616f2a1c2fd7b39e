"""The record store: what the cloud said, provisional changes on top, what follows, and who reads what.

Records are frozen objects under keys such as `vents_1`. The cloud's answers bring them by source, which
is one thing to ask for, such as a list. Three layers make what is shown under a key: a derived record,
the record that the cloud confirmed, and provisional changes of a write that is under way.

The store knows what changed. What follows from records (`Derived`) is made again only when a record
changed that it was made of: the store notes what is read while it is made.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from math import inf
import time
from typing import Any

LAG = timedelta(minutes=5)
"""How long a list may be behind what the cloud answered to a write or pushed."""

_KEYS, _RECORDS = "@keys/", "@records/"
"""What is read, and changes, when the keys of a source do, and when any of its records does."""

type Callback = Callable[[], None]


@dataclass(slots=True)
class _Contents:
    """What a source brought."""

    keys: dict[str, None] = field(default_factory=dict)
    """The keys of its records, in the cloud's order."""
    last: Mapping[str, object] | None = None
    """Its last answer; None when something else has changed its records since."""
    answered: bool = False
    """Whether it was answered at all, be it with nothing."""


@dataclass(eq=False, frozen=True, slots=True)
class Change:
    """A provisional change of one record. Two equal ones are two."""

    key: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Derivation:
    """Records that follow from others."""

    name: str
    source: str
    """The source that they age with; before its first answer they are not made."""
    make: Callable[[], Mapping[str, object]]
    """Returns the records by key; called again when a record that it read changed."""


def _never_outdated(record: object, known: object) -> bool:
    return False


class RecordStore:
    """The records of one account."""

    def __init__(
        self,
        is_outdated: Callable[[object, object], bool] = _never_outdated,
        derivations: Callable[[], Iterable[Derivation]] = tuple,
    ) -> None:
        """Create an empty store.

        `is_outdated` returns whether a record is older than the known one. `derivations` returns what
        follows from records; it is called again if something changed that it read.
        """
        self.records: dict[str, object] = {}
        """The records that are shown, by key."""
        self.revision = 0
        """Grows with each record that was pushed or returned by a write."""
        self._is_outdated = is_outdated
        self._confirmed: dict[str, object] = {}
        self._derived: dict[str, object] = {}
        self._provisional: list[Change] = []
        self._contents: dict[str, _Contents] = {}
        self._source_of: dict[str, str] = {}
        self._ages_with: dict[str, str] = {}
        """The source of each derived record."""
        self._revisions: dict[str, int] = {}
        self._set_at: dict[str, float] = {}
        """When a record was pushed or returned by a write, on the monotonic clock."""
        self._readers: dict[str, dict[object, Callback]] = {}
        self.subscriptions = 0
        """Changes with the keys that somebody reads."""
        self._changed: set[str] = set()
        self._unprocessed: set[str] = set()
        self._reads: set[str] | None = None
        self._derivations = derivations
        self._made = Derived(self, self._list_derivations)
        self._made_keys: dict[str, tuple[str, ...]] = {}
        """The keys of the records that each derivation made, by its name."""
        self._followers: list[Callable[[AbstractSet[str]], Iterable[str]]] = []

    # Reading.

    def get[R](self, key: str, kind: type[R]) -> R | None:
        """Return the record under a key, or None if there is none of that type."""
        if self._reads is not None:
            self._reads.add(key)
        record = self.records.get(key)
        return record if isinstance(record, kind) else None

    def of[R](self, source: str, kind: type[R]) -> list[R]:
        """Return the records of a source, in the cloud's order."""
        if self._reads is not None:
            self._reads.add(_RECORDS + source)
        contents = self._contents.get(source)
        found = map(self.records.get, contents.keys if contents else ())
        return [record for record in found if isinstance(record, kind)]

    def keys(self, source: str) -> AbstractSet[str]:
        """Return the keys of a source's records, in the cloud's order."""
        if self._reads is not None:
            self._reads.add(_KEYS + source)
        contents = self._contents.get(source)
        return contents.keys.keys() if contents else frozenset()

    def has_answered(self, source: str) -> bool:
        """Return whether a source ever answered, even with an empty answer."""
        if self._reads is not None:
            self._reads.add(_KEYS + source)
        contents = self._contents.get(source)
        return contents is not None and contents.answered

    def source_of(self, key: str) -> str | None:
        """Return the source of a record; for a derived record, the source that it ages with."""
        return self._source_of.get(key) or self._ages_with.get(key)

    def note_read(self, key: str) -> None:
        """Note that something under a key was read, such as whether a device is silent."""
        if self._reads is not None:
            self._reads.add(key)

    # Records from the cloud.

    def put(
        self,
        source: str,
        records: Mapping[str, object],
        *,
        since: int,
        prefix: str = "",
        complete: bool = True,
    ) -> None:
        """Take in the answer of a source.

        `prefix` makes the keys of `records` those of the store. `since` is the revision at which the
        source was asked: a record that came by another way meanwhile is newer and stays. What a
        complete answer does not hold is gone.
        """
        contents = self._contents.setdefault(source, _Contents())
        if not contents.answered:
            contents.answered = True
            self._touch(_KEYS + source)
        last, contents.last = contents.last, records
        if records is last:
            return
        same = len(contents.keys) == len(records)
        if last is not None and same and list(last) == list(records):
            for name, record in records.items():
                if last[name] is not record:
                    self._put_one(contents, source, prefix + name, record, since)
            return
        keys: dict[str, None] = {}
        for name, record in records.items():
            key = prefix + name
            if self._put_one(contents, source, key, record, since):
                keys[key] = None
        if not complete:
            keys |= contents.keys
        gone = [key for key in contents.keys if key not in keys]
        if gone:
            self._forget_gone()
        for key in gone:
            if self._is_newer(key, since):
                # It was pushed while the answer was under way.
                contents.last = None
                keys[key] = None
                continue
            self._confirmed.pop(key, None)
            self._source_of.pop(key, None)
            self._show(key)
        if list(keys) != list(contents.keys):
            self._touch(_KEYS + source)
            self._unprocessed.add(_RECORDS + source)
        contents.keys = keys

    def _put_one(
        self, contents: _Contents, source: str, key: str, record: object, since: int
    ) -> bool:
        """Take in a listed record unless the known one is newer; return whether there is one."""
        known = self._confirmed.get(key)
        if self._is_newer(key, since) or self._lags(key, record):
            contents.last = None
            return known is not None
        self._source_of[key] = source
        if self._is_outdated(record, known):
            contents.last = None
        elif known is not record and known != record:
            self._confirmed[key] = record
            self._show(key)
        return True

    def set_record(
        self, key: str, record: object | None, source: str | None = None
    ) -> None:
        """Take in one record that was pushed or answered to a write; None is one that is gone.

        `source` is the one whose records it belongs to; without it only what is known is replaced.
        """
        known = self._confirmed.get(key)
        if known is None if source is None else self._is_outdated(record, known):
            return
        self.revision += 1
        self._revisions[key] = self.revision
        self._set_at[key] = time.monotonic()
        if record is None:
            self._confirmed.pop(key, None)
            self._forget_gone()
        else:
            self._confirmed[key] = record
        if source is not None:
            self._place(key, source, gone=record is None)
        self._disturb(key)
        self._show(key)

    def _place(self, key: str, source: str, *, gone: bool) -> None:
        contents = self._contents.setdefault(source, _Contents())
        contents.last = None
        if gone == (key not in contents.keys):
            return
        if gone:
            del contents.keys[key]
            self._source_of.pop(key, None)
        else:
            contents.keys[key] = None
            self._source_of[key] = source
        self._touch(_KEYS + source)
        self._unprocessed.add(_RECORDS + source)

    def _disturb(self, key: str) -> None:
        """Compare the next answer record by record, even if its bytes did not change."""
        if (contents := self._contents.get(self._source_of.get(key, ""))) is not None:
            contents.last = None

    def _forget_gone(self) -> None:
        """Forget when records came that are gone, once no older list can be under way."""
        before = time.monotonic() - LAG.total_seconds()
        for key, at in tuple(self._set_at.items()):
            if at < before and key not in self._confirmed:
                del self._set_at[key], self._revisions[key]

    def _is_newer(self, key: str, since: int) -> bool:
        return self._revisions.get(key, 0) > since

    def _lags(self, key: str, listed: object) -> bool:
        """Return whether a list is older than a record that was pushed or returned by a write lately.

        Clouds may list from delayed copies. After `LAG` the list is accepted in any case.
        """
        since = time.monotonic() - self._set_at.get(key, -inf)
        if since > LAG.total_seconds():
            return False
        known, other = _updated_at(self._confirmed.get(key)), _updated_at(listed)
        return known is not None and other is not None and other < known

    # Provisional changes.

    def change(self, key: str, fields: Mapping[str, object]) -> Change:
        """Show a record with some fields changed until `withdraw`."""
        change = Change(key, fields)
        self._provisional.append(change)
        self._show(key)
        return change

    def confirm(self, change: Change, record: object | None) -> None:
        """Take in the reply to a write: the new record, or None if the reply does not contain it."""
        known = self._confirmed.get(change.key)
        if known is not None:
            self.set_record(
                change.key,
                _replaced(known, change.fields) if record is None else record,
            )

    def withdraw(self, change: Change) -> None:
        """Show a record without a provisional change."""
        self._provisional.remove(change)
        self._disturb(change.key)
        self._show(change.key)

    # Derived records.

    def derive(
        self, source: str, before: Iterable[str], records: Mapping[str, object | None]
    ) -> None:
        """Take in derived records, which age with a source; others of `before` are removed."""
        for key in (*(key for key in before if key not in records), *records):
            record = records.get(key)
            if record is None:
                self._derived.pop(key, None)
                self._ages_with.pop(key, None)
            else:
                self._derived[key] = record
                self._ages_with[key] = source
            self._show(key)

    def track[V](self, make: Callable[[], V]) -> tuple[V, frozenset[str]]:
        """Return the result of `make`, and the keys that it read."""
        outer, self._reads = self._reads, set()
        try:
            made = make()
            return made, frozenset(self._reads)
        finally:
            self._reads = outer

    # What changed.

    def touch(self, keys: Iterable[str]) -> None:
        """Mark records as changed whose meaning changed, such as that they are out of date."""
        for key in keys:
            self._touch(key)

    def touch_sources(self, sources: AbstractSet[str]) -> None:
        """Mark all records of some sources as changed, also derived records that age with them.

        One call for many sources: it goes over all records once.
        """
        if sources:
            for ages_with in (self._source_of, self._ages_with):
                self.touch([key for key, one in ages_with.items() if one in sources])

    def follow[V](
        self,
        values: Derived[V],
        apply: Callable[[Mapping[str, V | None]], Iterable[str]],
    ) -> None:
        """Update values with each `process`; `apply` gets the changed ones, and returns changed keys."""

        def update(changed: AbstractSet[str]) -> Iterable[str]:
            updated = values.update(changed)
            return apply(updated) if updated else ()

        self._followers.append(update)

    def process(self) -> frozenset[str]:
        """Update all that follows from changed records; return all changed keys."""
        changed: set[str] = set()
        while unprocessed := self.take_unprocessed():
            changed |= unprocessed
            self._derive(unprocessed)
            for update in self._followers:
                self.touch(update(unprocessed))
        return frozenset(changed)

    def _derive(self, changed: AbstractSet[str]) -> None:
        """Make derived records again if a record that they read changed."""
        for name, made in self._made.update(changed).items():
            before = self._made_keys.pop(name, ())
            source, records = made or ("", {})
            self.derive(source, before, records)
            if made is not None:
                self._made_keys[name] = tuple(records)

    def _list_derivations(
        self,
    ) -> Iterator[tuple[str, Callable[[], tuple[str, Mapping[str, object]]]]]:
        for one in self._derivations():
            if self.has_answered(one.source):
                yield one.name, partial(_make, one)

    def take_unprocessed(self) -> set[str]:
        """Return the keys that changed since the last call."""
        taken, self._unprocessed = self._unprocessed, set()
        return taken

    def take_readers(self) -> list[Callback]:
        """Return the readers of keys that changed since the last call, each once."""
        changed, self._changed = self._changed, set()
        return list(
            dict.fromkeys(
                chain.from_iterable(
                    self._readers[key].values()
                    for key in changed
                    if key in self._readers
                )
            )
        )

    @property
    def subscribed_keys(self) -> AbstractSet[str]:
        """The keys that have readers, such as those of enabled entities."""
        return self._readers.keys()

    def subscribe(self, keys: Iterable[str], reader: Callback) -> Callback:
        """Let a reader be called when a record under one of the keys changed; return what ends it."""
        subscribed = frozenset(keys)
        token = object()
        for key in subscribed:
            if key not in self._readers:
                self._readers[key] = {}
                self.subscriptions += 1
            self._readers[key][token] = reader

        def unsubscribe() -> None:
            for key in subscribed:
                readers = self._readers[key]
                del readers[token]
                if not readers:
                    del self._readers[key]
                    self.subscriptions += 1

        return unsubscribe

    def _show(self, key: str) -> None:
        record = self._confirmed.get(key)
        if record is None:
            record = self._derived.get(key)
        else:
            for change in self._provisional:
                if change.key == key:
                    record = _replaced(record, change.fields)
        if record is None:
            if self.records.pop(key, None) is None:
                return
        elif (shown := self.records.get(key)) is record or shown == record:
            return
        else:
            self.records[key] = record
        self._touch(key)

    def _touch(self, key: str) -> None:
        self._changed.add(key)
        self._unprocessed.add(key)
        if (source := self.source_of(key)) is not None:
            self._unprocessed.add(_RECORDS + source)


class Derived[V]:
    """Values that follow from records; each is made again only if a record that it read changed."""

    def __init__(
        self,
        store: RecordStore,
        makers: Callable[[], Iterable[tuple[str, Callable[[], V]]]],
    ) -> None:
        """Start empty; `makers` returns by name how each value is made, from the store only."""
        self.values: dict[str, V] = {}
        self._store = store
        self._list_makers = makers
        self._listed: frozenset[str] | None = None
        """The keys that were read to list the values."""
        self._makers: dict[str, Callable[[], V]] = {}
        self._reads: dict[str, frozenset[str]] = {}
        self._affected: dict[str, set[str]] = {}
        """The names of the values that read a key."""
        self._due: dict[str, None] = {}
        """The names of the values that are to be made; what raises stays."""
        self._updated: dict[str, V | None] = {}
        """What changed and was not returned yet."""

    def update(self, changed: AbstractSet[str]) -> dict[str, V | None]:
        """Return the values that changed with the records under these keys; None is a removed one.

        What a maker raises passes. The next update goes on where this one ended.
        """
        relisted = self._listed is None or not self._listed.isdisjoint(changed)
        if relisted:
            self._listed = None
            listed, self._listed = self._store.track(lambda: dict(self._list_makers()))
            for name in self._makers.keys() - listed.keys():
                self._forget(name)
            self._due |= {name: None for name in listed if name not in self._makers}
            self._makers = listed
        for key in self._affected.keys() & changed:
            self._due |= dict.fromkeys(self._affected[key])
        for name in tuple(self._due):
            value, reads = self._store.track(self._makers[name])
            del self._due[name]
            self._follow(name, reads)
            if name not in self.values or self.values[name] != value:
                self.values[name] = self._updated[name] = value
        if relisted and list(self.values) != list(self._makers):
            self.values = {name: self.values[name] for name in self._makers}
        updated, self._updated = self._updated, {}
        return updated

    def _follow(self, name: str, reads: frozenset[str]) -> None:
        before = self._reads.get(name, frozenset())
        if reads == before:
            return
        self._reads[name] = reads
        for key in before - reads:
            self._affected[key].discard(name)
            if not self._affected[key]:
                del self._affected[key]
        for key in reads - before:
            self._affected.setdefault(key, set()).add(name)

    def _forget(self, name: str) -> None:
        self._follow(name, frozenset())
        self._reads.pop(name, None)
        self._due.pop(name, None)
        self.values.pop(name, None)
        self._updated[name] = None


def _make(one: Derivation) -> tuple[str, Mapping[str, object]]:
    return one.source, one.make()


def _updated_at(record: object) -> datetime | None:
    """Return when the cloud changed a record last, or None."""
    at = getattr(record, "updated_at", None)
    return at if isinstance(at, datetime) else None


def _replaced(record: Any, fields: Mapping[str, object]) -> object:
    return replace(record, **fields)
