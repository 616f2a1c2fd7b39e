"""What is kept of a robot's past, over restarts too: what was to run, and the newest release.

The server deletes events that are over, and asking it for releases more than daily has side
effects there.
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
"""As long as the server keeps logs."""
_MAX_OCCURRENCES = 2000
_SAVE_DELAY = 60
_RELEASE_INTERVAL = timedelta(hours=24)


RELEASE = "release"


@dataclass(frozen=True, slots=True)
class AvailableRelease:
    """What the server offered when it was asked last; None is nothing newer."""

    version: str | None


@callback
def robot_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Json]]:
    """Return where the past of an account's robot is kept."""
    return Store(hass, 1, f"{DOMAIN}.farmbot.{entry_id}", private=True)


class OccurrenceStore:
    """What is kept of the past of one account's robot."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Begin without any."""
        self._store = robot_store(hass, entry_id)
        self._occurrences: dict[str, Occurrence] = {}
        self._asked: datetime | None = None
        self._unwritten = False
        self.release: AvailableRelease | None = None
        """What the server offered then."""

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """What was to run, and what is known of it."""
        return tuple(self._occurrences.values())

    @property
    def release_due(self) -> bool:
        """Whether the server may be asked for a release again."""
        now = dt_util.utcnow()
        return (
            self._asked is None
            or not timedelta(0) <= now - self._asked < _RELEASE_INTERVAL
        )

    async def async_load(self) -> None:
        """Read what was kept; rubbish is nothing."""
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
        """Keep what was to run, and what is known of it."""
        if self._add(occurrences):
            self._save()

    @callback
    def drop_impossible(self, made: Mapping[int, datetime]) -> None:
        """Drop what was to run before its farm event was made, by the ids of those."""
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
        """Keep that the server was asked just now, and what it answered last."""
        self._asked = dt_util.utcnow()
        self.release = release
        self._save()

    async def async_save(self) -> None:
        """Write what waits for its time: after this the account may be removed, and its past too."""
        if self._unwritten:
            await self._store.async_save(self._as_dict())

    def _add(self, occurrences: Iterable[Occurrence]) -> bool:
        changed = False
        oldest = dt_util.utcnow() - RETENTION
        for one in occurrences:
            known = self._occurrences.get(one.uid)
            # Its first name stays: that which it had when its time came.
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
