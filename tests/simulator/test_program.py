"""The simulator as a program."""

from collections.abc import Generator
import os
import runpy
import signal
import sys

import pytest


@pytest.fixture
def interruptible() -> Generator[None]:
    """Hear Ctrl-C, which what runs in the background is told to ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("socket_enabled", "interruptible")
def test_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints where it is and what logs in, and ends on Ctrl-C."""
    said: list[str] = []

    def read(line: str, *, flush: bool = False) -> None:
        said.append(line)
        if line.startswith("Ctrl-C"):
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(sys, "argv", ["simulator", "flair", "--home", "standard"])
    monkeypatch.setattr("builtins.print", read)
    runpy.run_module("custom_components.habitat.simulator", run_name="__main__")
    names = [line.partition(": ")[0] for line in said]
    assert names == ["url", "client_id", "client_secret", "Ctrl-C ends it."]
    assert said[0].startswith("url: http://127.0.0.1:")
