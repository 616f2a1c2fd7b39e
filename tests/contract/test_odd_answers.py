"""Whatever a cloud writes into an answer, one odd thing takes nothing else along."""

from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import fields, replace
import json
import logging
import time
from types import ModuleType
from typing import Any, get_type_hints

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.cloud import exchange, messages
from custom_components.habitat.cloud.documents import Json, read_json
from custom_components.habitat.cloud.models import MODELS
from custom_components.habitat.cloud.report import MAX_REPORTED
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.coordinator import HabitatConfigEntry
from custom_components.habitat.diagnostics import async_get_config_entry_diagnostics
from custom_components.habitat.farmbot import receiver
from custom_components.habitat.farmbot.client import status
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.support.common import NOW, START, done, set_up, tick
from tests.support.faults import Fault, Kind, faults_of

type Change = Callable[[bytes], Json]

READERS: tuple[ModuleType, ...] = (exchange, messages, receiver, status)
"""Who reads JSON."""
STRUCTURE = frozenset({"type", "location", "prop", "email", "timezone"})
"""Texts that say what a record is, or whose it is."""


def text_fields() -> frozenset[str]:
    """Return the names of the fields of all models that hold text for people."""
    return frozenset(
        item.name
        for model in MODELS
        for item in fields(model)  # type: ignore[arg-type]  # every model is a dataclass
        if get_type_hints(model)[item.name] == str | None
        and not item.name.endswith(("id", "identifier", "url", "version"))
        and item.name not in STRUCTURE
    )


def rewritten(value: Json, texts: frozenset[str], write: Callable[[str], str]) -> Json:
    """Return a document with other texts."""
    if isinstance(value, list):
        return [rewritten(item, texts, write) for item in value]
    if isinstance(value, dict):
        return {
            key: write(item)
            if isinstance(item, str) and key.replace("-", "_").lower() in texts
            else rewritten(item, texts, write)
            for key, item in value.items()
        }
    return value


def records(document: Json) -> Iterator[dict[str, Json]]:
    """Yield the objects of a document, from the outside in."""
    if isinstance(document, dict):
        yield document
    for item in document.values() if isinstance(document, dict) else document or ():  # type: ignore[union-attr]  # what is no container has nothing within
        if isinstance(item, dict | list):
            yield from records(item)


class Odd:
    """One account of a vendor whose answers can be changed on their way."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        vendor: str,
        cloud: CloudServer,
        patcher: pytest.MonkeyPatch,
    ) -> None:
        """Leave all as it is at first."""
        self.hass, self.freezer, self.vendor, self.cloud = hass, freezer, vendor, cloud
        self._patcher = patcher
        self.entry: HabitatConfigEntry | None = None

    def change(self, change: Change) -> None:
        """Change what is read from now on."""
        for reader in READERS:
            self._patcher.setattr(reader, "read_json", change)

    async def start(self) -> HabitatConfigEntry:
        """Set the account up."""
        self.entry = await set_up(self.hass, self.cloud, self.vendor)
        await done(self.hass)
        await tick(self.hass, self.freezer, 2)
        return self.entry

    async def poll(self) -> None:
        """Let the account poll all that it polls, however it is paced."""
        assert self.entry is not None
        self.freezer.tick(1)
        await self.entry.runtime_data.async_refresh()
        await done(self.hass)
        await tick(self.hass, self.freezer, 2)

    def states(self) -> dict[str, str]:
        """Return what all entities show."""
        return {one.entity_id: one.state for one in self.hass.states.async_all()}


@pytest.fixture(params=SIMULATED)
async def odd(
    request: pytest.FixtureRequest,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    all_enabled: None,
    hass: HomeAssistant,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Odd]:
    """Return each vendor with all its entities."""
    vendor: str = request.param
    freezer.move_to(START)
    clock = (lambda: time.time()) if vendor == "cityflow" else ManualClock(NOW)  # noqa: PLW0108 - freezing replaces it by its name
    async with create(vendor, clock=clock) as cloud:
        made = Odd(hass, freezer, vendor, cloud, monkeypatch)
        yield made
        if made.entry and made.entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(made.entry.entry_id)
        await done(hass)


def texts_of(value: object) -> Iterator[str]:
    """Yield the texts within anything."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts_of(key)
            yield from texts_of(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from texts_of(item)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return our warnings, and all errors of anybody."""
    return [
        record.getMessage()
        for record in caplog.records
        if (
            record.levelno >= logging.ERROR
            or (record.levelno >= logging.WARNING and f".{DOMAIN}." in record.name)
        )
        # What the machine lacks that tests run on is no matter of ours.
        and "turbojpeg" not in record.getMessage()
    ]


BLANK = " \u200b\x00\t"


@pytest.mark.parametrize(
    "write",
    [
        lambda _: BLANK,
        lambda text: f"\x00 {text}\r\n\u202e\x85 \ud83d{text}\x1b[0m ",
        lambda text: f"{text} " + "long " * 100,
    ],
    ids=["blank", "controls", "long"],
)
async def test_odd_texts(
    odd: Odd, write: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    """Text of any kind makes no device nameless, no state unknown, and nothing unreadable."""
    texts = text_fields()
    odd.change(lambda body: rewritten(read_json(body), texts, write))
    entry = await odd.start()
    await odd.poll()
    assert entry.state is ConfigEntryState.LOADED
    devices = dr.async_entries_for_config_entry(dr.async_get(odd.hass), entry.entry_id)
    assert devices
    for device in devices:
        assert device.name
        assert 0 < len(device.name.strip()) <= 100
        for text in (device.name, device.model, device.manufacturer, device.sw_version):
            assert text is None or (text.isprintable() and len(text) <= 100)
    states = odd.hass.states.async_all()
    assert states
    for state in states:
        assert len(state.state) <= 255
        told = {**state.attributes, "entity_picture": "", "description": ""}
        for text in (state.state, *texts_of(told)):
            assert text.isprintable(), (state.entity_id, text)
            assert len(text) <= 255, (state.entity_id, text)
        assert state.name.strip()
    for entity in er.async_entries_for_config_entry(
        er.async_get(odd.hass), entry.entry_id
    ):
        name = entity.original_name or ""
        assert name.isprintable(), name
        assert len(name) <= 200, name
    assert await async_get_config_entry_diagnostics(odd.hass, entry)
    assert complaints(caplog) == []


KEYS = 10_000


def with_many_keys(body: bytes) -> Json:
    """Return a document whose first records have thousands of keys more, and odd ones."""
    document = read_json(body)
    many: dict[str, Json] = {
        f"key\n{number}": number if number % 2 else {"odd": "\n"}
        for number in range(KEYS)
    }
    for record in [*records(document)][:3]:
        record.update(many)
    return document


async def test_keys_of_the_cloud(odd: Odd, caplog: pytest.LogCaptureFixture) -> None:
    """Keys that a cloud chooses are neither logged nor counted, and make no host of entities."""
    caplog.set_level(logging.INFO)
    entry = await odd.start()
    entities = len(odd.states())
    caplog.clear()
    odd.change(with_many_keys)
    await odd.poll()
    await odd.poll()
    counts = entry.runtime_data.report.counts
    assert len(counts) <= MAX_REPORTED // 4
    assert not any("key" in name or "\n" in name for name in counts)
    ours = [one for one in caplog.records if DOMAIN in one.name]
    assert len(ours) < 60
    assert not any("\n" in one.getMessage() for one in ours)
    assert len(odd.states()) <= entities + 40


HUGE = "What is this?\n" * 200_000
ERRORS: Json = {
    "errors": [{"error_message": HUGE, "detail": HUGE, "title": HUGE}],
    "error": HUGE,
    "message": HUGE,
    "detail": HUGE,
}


@pytest.mark.parametrize("code", [200, 400, 422, 429, 500])
async def test_errors_of_megabytes(
    odd: Odd, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The vendor's words are short and one line wherever they go."""
    caplog.set_level(logging.DEBUG)
    entry = await odd.start()
    caplog.clear()
    if code != 200:
        fault = Fault(kind=Kind.STATUS, status=code)
        faults_of(odd.cloud).add(replace(fault, hits=0, seen=0))
    odd.change(lambda _: ERRORS)
    for _ in range(4):
        await odd.poll()
    assert entry.state is ConfigEntryState.LOADED
    told = [
        text
        for record in caplog.records
        if DOMAIN in record.name
        for text in (record.getMessage(), str(record.exc_info and record.exc_info[1]))
    ]
    assert all(text.count("What is this?") < 20 for text in told)
    assert all("What is this?\n" not in text for text in told)
    assert len(json.dumps(await diagnostics(odd.hass, entry))) < 1_000_000


async def diagnostics(hass: HomeAssistant, entry: HabitatConfigEntry) -> Any:
    """Return what diagnostics have of errors."""
    told = await async_get_config_entry_diagnostics(hass, entry)
    return str(told.get("last_error"))


def with_mark(body: bytes) -> Json:
    """Read a document with a byte-order mark."""
    return read_json(b"\xef\xbb\xbf" + body)


def with_number(text: str) -> Change:
    """Return what reads documents one number of which is none."""

    def change(body: bytes) -> Json:
        document = read_json(body)
        for record in records(document):
            name = next(
                (
                    name
                    for name, value in record.items()
                    if isinstance(value, float)
                    and not name.endswith(("id", "type", "version"))
                ),
                None,
            )
            if name is not None:
                record[name] = "@odd@"
                break
        return read_json(json.dumps(document).replace('"@odd@"', text).encode())

    return change


@pytest.mark.parametrize(
    "change",
    [
        with_mark,
        with_number("NaN"),
        with_number("-Infinity"),
        with_number("1e999"),
        with_number("9" * 400),
    ],
    ids=["mark", "NaN", "Infinity", "1e999", "huge"],
)
async def test_nearly_json(
    odd: Odd, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    """One number that is none costs what shows that number, and nothing else."""
    await odd.start()
    before = odd.states()
    odd.change(change)
    for _ in range(4):
        await odd.poll()
    after = odd.states()
    assert after.keys() == before.keys()
    lost = {
        name
        for name, state in after.items()
        if state in ("unavailable", "unknown") and before[name] != state
    }
    assert len(lost) <= 0.1 * len(before) + 3, lost
    assert not {name for name in lost if after[name] == "unavailable"}
    assert complaints(caplog) == []
