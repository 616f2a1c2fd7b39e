"""The skeleton of another vendor lints and passes its own tests at once."""

import asyncio
from pathlib import Path
import shutil
import sys

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("custom_components", "docs", "scripts", "tests", "typings")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the checkout."""
    for name in COPIED:
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    """Return what stands in the files of a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def run(checkout: Path, *command: str) -> tuple[int, str]:
    """Run a module of Python in a checkout; return its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *command,
        cwd=checkout,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_skeleton(checkout: Path) -> None:
    """It touches the registry and the translations alone, and all that holds for vendors holds."""
    before = contents(checkout)
    code, said = await run(
        checkout, "scripts.new_vendor", "acme_shed", "Acme Shed", "https://acme.example"
    )
    assert code == 0, said
    after = contents(checkout)
    changed = {
        str(path.relative_to(checkout))
        for path, content in before.items()
        if after[path] != content
    }
    integration = "custom_components/habitat"
    assert changed == {
        f"{integration}/vendor.py",
        f"{integration}/translations/en.json",
    }
    for command in (
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        (
            "pytest", "-q", "-n0", "-p", "no:cacheprovider",
            "tests/acme_shed", "tests/test_structure.py",
            "tests/contract/test_options_flow.py", "tests/contract/test_models.py",
            "tests/test_translations.py::test_the_menu_and_the_forms_have_their_words",
            "tests/test_translations.py::test_system_health_has_its_words",
            "tests/test_config_flow.py::test_steps_are_those_of_the_forms",
            "tests/test_version_before.py::test_steps",
        ),
    ):  # fmt: skip
        code, said = await run(checkout, *command)
        assert code == 0, said[-3000:]


async def test_refused(checkout: Path) -> None:
    """A key that is no folder's name, or is taken, is refused and changes nothing."""
    for key in ("Acme", "acme-shed", "flair"):
        code, said = await run(checkout, "scripts.new_vendor", key)
        assert code == 2, said
    assert not (checkout / "tests/acme").exists()
