"""The Home Assistant process of the demo and the folder it keeps its state in."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import json
import os
from pathlib import Path
import shutil
import signal
import socket
import sys

from homeassistant.const import RESTART_EXIT_CODE

from . import log
from .client import Client, DemoError

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
HOST = "127.0.0.1"
START_SECONDS = 180
STOP_SECONDS = 30

# Seeded: settings from YAML would be reverted, by a restart, unless confirmed in the frontend within minutes.
HTTP = {
    "server_host": [HOST],
    "server_port": 0,
    "cors_allowed_origins": [],
    "login_attempts_threshold": -1,
    "ip_ban_enabled": True,
    "ssl_profile": "modern",
    "use_x_frame_options": True,
    "created_at": "2026-01-01T00:00:00+00:00",
    "error": None,
    "error_message": None,
}
# Left to the demo itself is the user; the other steps would set up services of the internet.
ONBOARDED = {"done": ["core_config", "integration", "analytics"]}
# What configuration.yaml includes and the frontend's editors write.
EDITED = ("automations.yaml", "scenes.yaml", "scripts.yaml")


def free_port() -> int:
    """Return a port of the system's choice that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_port(port: int) -> None:
    """Raise DemoError when something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DemoError(
                f"port {port} is not to be had ({error.strerror}); --port N takes another"
            ) from error


def clear(folder: Path) -> None:
    """Remove the state of an earlier run and keep what belongs to the project."""
    kept = {"configuration.yaml", "dashboards"}
    for path in folder.iterdir():
        if path.name in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def prepare(folder: Path, port: int) -> None:
    """Make a folder that Home Assistant starts from, on this port."""
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    if folder != CONFIG:
        shutil.copy(CONFIG / "configuration.yaml", folder)
    for name in EDITED:
        if not (folder / name).exists():
            (folder / name).write_text("[]\n" if name != "scripts.yaml" else "{}\n")
    http = {"stable": {**HTTP, "server_port": port}, "pending": None}
    _store(storage / "http", 2, 2, {**http, "yaml_migration_done": True})
    if not (storage / "onboarding").exists():
        _store(storage / "onboarding", 4, 1, ONBOARDED)


def _store(file: Path, version: int, minor: int, data: Mapping[str, object]) -> None:
    """Write a file as Home Assistant's Store does."""
    content = {"version": version, "minor_version": minor, "key": file.name}
    file.write_text(json.dumps({**content, "data": data}, indent=2))


class Instance:
    """A Home Assistant in a process group of its own, so that nothing of it outlives the demo."""

    def __init__(self, folder: Path, port: int, shows: bool = False) -> None:
        """Take the state's folder, the port, and whether what it says of the integration is shown."""
        self.folder = folder
        self.url = f"http://{HOST}:{port}"
        self._shows = shows
        self.console = folder / "console.log"
        self._process: asyncio.subprocess.Process | None = None
        self._copying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process and wait until it answers; raise DemoError when it does not."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "homeassistant"),
            *("--config", str(self.folder), "--skip-pip"),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,
            start_new_session=True,
        )
        assert process.stdout is not None
        self._copying = asyncio.create_task(self._copy(process.stdout))
        async with asyncio.timeout(START_SECONDS), Client(self.url) as client:
            while not await client.is_up():
                if process.returncode is not None:
                    raise DemoError(
                        f"Home Assistant ended with code {process.returncode}"
                    )
                await asyncio.sleep(0.25)

    async def _copy(self, output: asyncio.StreamReader) -> None:
        """Keep all output in the console log and show what concerns the integration."""
        with self.console.open("wb") as console:
            shown = False
            async for line in output:
                console.write(line)
                console.flush()
                text = line.decode(errors="replace")
                shown = log.concerns(text) or (shown and not log.begins(text))
                if shown and self._shows:
                    sys.stderr.write(text)

    def output(self) -> str:
        """Return all that the process has said."""
        return self.console.read_text(errors="replace")

    async def wait(self) -> int:
        """Return the exit code, once it ends by itself; restarts that it asks for are carried out."""
        while self._process is not None:
            code = await self._process.wait()
            if code != RESTART_EXIT_CODE:
                return code
            await self.start()
        return 0

    async def stop(self) -> None:
        """End the process and its children: first by asking, then by force."""
        if self._process is None:
            return
        group = self._process.pid
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
        finally:  # also when somebody presses Ctrl-C again
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        await self._process.wait()
        if self._copying is not None:
            await self._copying
        self._process = None
