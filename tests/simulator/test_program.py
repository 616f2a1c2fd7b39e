"""The simulator as a program."""

import os
import runpy
import signal
import sys

import pytest


@pytest.mark.usefixtures("socket_enabled")
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
