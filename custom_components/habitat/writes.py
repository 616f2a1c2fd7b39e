"""Writes of an account: shown at once, sent one at a time, taken back when they fail."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
import time
from typing import TYPE_CHECKING, Any

from homeassistant.exceptions import HomeAssistantError

from .cloud.errors import AuthError, CloudError, RateLimited, Refused
from .const import DOMAIN

if TYPE_CHECKING:
    # The coordinator stands on this module.
    from .coordinator import HabitatCoordinator

LAG = timedelta(minutes=5)
"""How long a list may be behind what the cloud answered or pushed."""

_MESSAGES: Mapping[type[CloudError], str] = {
    AuthError: "write_login_refused",
    RateLimited: "write_rate_limited",
    Refused: "write_refused",
}


class Writes:
    """The records as the cloud has them, and what is being changed on top."""

    def __init__(self, coordinator: HabitatCoordinator) -> None:
        """Start with nothing under way."""
        self._coordinator = coordinator
        self._lock = asyncio.Lock()
        self._pending: list[tuple[str, Mapping[str, object]]] = []
        self._count = 0
        self._written: dict[str, int] = {}
        self._learned: dict[str, float] = {}
        """When a record was learned apart from the lists, on the monotonic clock."""
        self.base: dict[str, object] = {}
        """What the cloud said last, by key."""

    @property
    def mark(self) -> int:
        """A mark in time: what is learned later is newer."""
        return self._count

    def newer(self, key: str, mark: int) -> bool:
        """Say whether the record under a key was learned after a mark."""
        return self._written.get(key, 0) > mark

    def outdates(self, key: str, listed: object) -> bool:
        """Return whether what was learned of a record a moment ago is newer than what is listed.

        Clouds list from copies that lag. After a while the list is believed, whatever it says.
        """
        since = time.monotonic() - self._learned.get(key, -inf)
        known, other = _updated_at(self.base.get(key)), _updated_at(listed)
        if since > LAG.total_seconds() or known is None or other is None:
            return False
        return other < known

    def learn(self, key: str, record: object | None) -> None:
        """Keep what the cloud said of one record in answer to a write or by push.

        None is a record that is gone.
        """
        self._count += 1
        self._written[key] = self._count
        self._learned[key] = time.monotonic()
        if record is None:
            self.base.pop(key, None)
        else:
            self.base[key] = record

    def effective(self, key: str) -> object | None:
        """Return the record under a key with the changes under way on top."""
        record = self.base.get(key)
        if record is not None:
            for changed, changes in self._pending:
                if changed == key:
                    record = _replace(record, changes)
        return record

    async def run[R](
        self,
        key: str,
        changes: Mapping[str, object],
        send: Callable[[], Awaitable[R | None]],
    ) -> R | None:
        """Change the record under a key; return the vendor's answer, None if unreadable.

        The changes show at once. `send` writes and returns the vendor's own reply; when it
        fails what the cloud said before shows again.

        Raises:
            HomeAssistantError: with what the vendor said, translated.
        """
        pending = (key, changes)
        self._pending.append(pending)
        self._coordinator.async_show(key)
        try:
            return await self._coordinator.async_run(
                self._send(key, changes, send), "write"
            )
        except CloudError as err:
            raise self._error(err) from err
        finally:
            # By identity: an equal change may be under way twice.
            self._pending = [one for one in self._pending if one is not pending]
            self._coordinator.async_settle(key)

    async def _send[R](
        self,
        key: str,
        changes: Mapping[str, object],
        send: Callable[[], Awaitable[R | None]],
    ) -> R | None:
        async with self._lock:
            record = await send()
            if key in self.base:
                self.learn(
                    key, _replace(self.base[key], changes) if record is None else record
                )
        return record

    def _error(self, err: CloudError) -> HomeAssistantError:
        if isinstance(err, AuthError):
            self._coordinator.config_entry.async_start_reauth(self._coordinator.hass)
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=_MESSAGES.get(type(err), "write_failed"),
            translation_placeholders={
                "vendor": self._coordinator.login.vendor.name,
                "reason": self._coordinator.session.redact(str(err)),
            },
        )


def _updated_at(record: object) -> datetime | None:
    """Return when the cloud changed a record last, where it tells."""
    at = getattr(record, "updated_at", None)
    return at if isinstance(at, datetime) else None


def _replace(record: Any, changes: Mapping[str, object]) -> object:
    return replace(record, **changes)
