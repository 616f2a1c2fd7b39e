"""The write queue of an account: changes show at once, are sent one at a time, and are undone on failure."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

from .cloud.errors import CloudError
from .store import Change, RecordStore


class Run(Protocol):
    """Runs a coroutine in a task of the account and waits for it."""

    async def __call__[R](self, doing: Coroutine[Any, Any, R], what: str) -> R:
        """Return its result."""


class WriteQueue:
    """The writes of one account, one after the other."""

    def __init__(
        self,
        store: RecordStore,
        publish: Callable[[], None],
        run: Run,
        failed: Callable[[CloudError], Exception],
    ) -> None:
        """Start empty; `failed` converts an error of the cloud into the error to raise."""
        self._store = store
        self._publish = publish
        self._run = run
        self._failed = failed
        self._turn = asyncio.Lock()

    async def run[R](
        self,
        key: str,
        changes: Mapping[str, object],
        send: Callable[[], Awaitable[R | None]],
    ) -> R | None:
        """Change the record under a key; return the vendor's reply, or None if it cannot be read.

        The changes show at once. `send` writes them and returns the vendor's reply; if it fails, the
        earlier values show again.

        Raises:
            HomeAssistantError: the write failed; translated, with the vendor's message.
        """
        change = self._store.change(key, changes)
        self._publish()
        try:
            return await self._run(self._send(change, send), "write")
        except CloudError as err:
            raise self._failed(err) from err
        finally:
            self._store.withdraw(change)
            self._publish()

    async def _send[R](
        self, change: Change, send: Callable[[], Awaitable[R | None]]
    ) -> R | None:
        async with self._turn:
            record = await send()
            self._store.confirm(change, record)
        return record
