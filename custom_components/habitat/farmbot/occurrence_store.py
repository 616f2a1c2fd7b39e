"""Stores over restarts which runs of a robot were due, and the newest release of FarmBot OS.

The server deletes farm events that are over, and counts each request for releases as an attempt to
update (docs/vendors/farmbot.md, Resources).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..cloud.documents import Json
from ..const import DOMAIN
from .garden.schedule import Occurrence

RETENTION = timedelta(days=60)
"""How long occurrences are kept: as long as the server keeps logs."""
_MAX_OCCURRENCES = 2000
_SAVE_DELAY = 60
_RELEASE_INTERVAL = timedelta(hours=24)


RELEASE = "release"


@dataclass(frozen=True, slots=True)
class AvailableRelease:
    """The release that the server offered last; without a version, none is newer."""

    version: str | None


@callback
def robot_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Json]]:
    """Return the storage for the robot of an entry."""
    return Store(hass, 1, f"{DOMAIN}.farmbot.{entry_id}", private=True)


class OccurrenceStore:
    """The stored occurrences and the stored release of one robot."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Create an empty store, see `async_load`."""
        self._store = robot_store(hass, entry_id)
        self._occurrences: dict[str, Occurrence] = {}
        self._asked: datetime | None = None
        self._unwritten = False
        self.release: AvailableRelease | None = None
        """The last answer; None before the first request."""

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """The runs that were due, with their outcome where it is known."""
        return tuple(self._occurrences.values())

    @property
    def release_due(self) -> bool:
        """Whether the release may be requested again."""
        now = dt_util.utcnow()
        return (
            self._asked is None
            or not timedelta(0) <= now - self._asked < _RELEASE_INTERVAL
        )

    async def async_load(self) -> None:
        """Load what was stored; what cannot be read is ignored."""
        kept = await self._store.async_load()
        if not isinstance(kept, dict):
            return
        known = kept.get("occurrences")
        self._add(
            occurrence
            for raw in (known if isinstance(known, list) else ())
            if (occurrence := Occurrence.from_json(raw)) is not None
        )
        asked, version = kept.get("asked"), kept.get("release")
        if isinstance(asked, str) and (at := dt_util.parse_datetime(asked)):
            self._asked = dt_util.as_utc(at)
            self.release = AvailableRelease(
                version if isinstance(version, str) else None
            )

    @callback
    def put(self, occurrences: Iterable[Occurrence]) -> None:
        """Store runs that were due, with their outcome where it is known."""
        if self._add(occurrences):
            self._save()

    @callback
    def drop_impossible(self, made: Mapping[int, datetime]) -> None:
        """Delete runs that would have been before their farm event was created, given by its id."""
        gone = [
            uid
            for uid, one in self._occurrences.items()
            if one.ran is None and one.start < made.get(one.farm_event_id, one.start)
        ]
        for uid in gone:
            del self._occurrences[uid]
        if gone:
            self._save()

    @callback
    def set_release(self, release: AvailableRelease | None) -> None:
        """Store the last answer, and that the server was requested now."""
        self._asked = dt_util.utcnow()
        self.release = release
        self._save()

    async def async_save(self) -> None:
        """Write changes at once: the entry, and its storage, may be removed after this."""
        if self._unwritten:
            await self._store.async_save(self._as_dict())

    def _add(self, occurrences: Iterable[Occurrence]) -> bool:
        changed = False
        oldest = dt_util.utcnow() - RETENTION
        for one in occurrences:
            known = self._occurrences.get(one.uid)
            # The first name stays: the one it had when the run was due.
            updated = (
                replace(known, ran=one.ran) if known and one.ran is not None else one
            )
            if one.start < oldest or updated == known or (known and one.ran is None):
                continue
            self._occurrences[one.uid] = updated
            changed = True
        if not changed:
            return False
        newest = sorted(self._occurrences.values(), key=lambda one: one.start)[
            -_MAX_OCCURRENCES:
        ]
        self._occurrences = {one.uid: one for one in newest if one.start >= oldest}
        return True

    def _save(self) -> None:
        self._unwritten = True
        self._store.async_delay_save(self._as_dict, _SAVE_DELAY)

    def _as_dict(self) -> dict[str, Json]:
        self._unwritten = False
        return {
            "occurrences": [one.to_json() for one in self._occurrences.values()],
            "asked": self._asked.isoformat() if self._asked else None,
            "release": self.release.version if self.release else None,
        }
