"""Tests of the structure: the layers, the rooms of the vendors, no import circle, nothing private shared."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
import re
from typing import Final

import pytest

import custom_components.habitat
from custom_components.habitat.vendor import REGISTRY

PACKAGE: Final = "custom_components.habitat"
ROOT: Final = Path(custom_components.habitat.__file__).parent

LAYERS: Final = ("cloud", "client", "garden", "bed_map")
"""The folders that know nothing of Home Assistant, in the root or in a vendor's folder …"""
LAYER_FILES: Final = ("store", "poller")
"""… and the modules of the root that do not."""

MAX_FARMBOT_FILES: Final = 35

NAMES_ALLOWED: Final = (
    "simulator/",
    "translations/",
    "conditions.yaml",
    "icons.json",
    "quality_scale.yaml",
    "services.yaml",
    "triggers.yaml",
    "vendor.py",
)
"""Where vendors may be named: the simulator, what describes the entities, and the registry."""


@dataclass(frozen=True)
class Module:
    """A module of the integration."""

    name: str
    """Below the integration's package; the package itself is ""."""
    tree: ast.Module
    is_package: bool
    imports: set[str] = field(default_factory=set)
    """The modules of the integration that it imports, for types only included."""
    foreign: set[str] = field(default_factory=set)
    """Everything else that it imports, by the full name."""


def test_layers_do_not_import_home_assistant() -> None:
    """What is below Home Assistant imports neither it nor a module that is not below it."""
    low = {name for name in modules() if is_low(name)}
    assert {"cloud.session", "farmbot.garden.schedule", "flair.client.api"} <= low
    upward = {
        (name, other)
        for name in low
        for module in [modules()[name]]
        for other in {
            *(one for one in module.foreign if one.split(".")[0] == "homeassistant"),
            *(module.imports - low),
        }
    }
    assert upward == set()


def test_no_import_circle() -> None:
    """No module imports one that imports it back, directly or around a corner."""
    found = set(circles({name: one.imports for name, one in modules().items()}))
    assert found == set()


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": {"b"}, "b": set()}, set()),
        ({"a": {"b"}, "b": {"a"}}, {frozenset("ab")}),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, {frozenset("abc")}),
        (
            {"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"c"}},
            {frozenset("ab"), frozenset("cd")},
        ),
    ],
)
def test_circles_are_found(
    graph: Mapping[str, set[str]], expected: set[frozenset[str]]
) -> None:
    """The search for circles finds each, and nothing else."""
    assert set(circles(graph)) == expected


@pytest.mark.parametrize("vendor", REGISTRY)
def test_vendors_are_named_in_their_rooms_only(vendor: str) -> None:
    """Outside a vendor's folder only the registry, the simulator and the texts name it."""
    words = {vendor, vendor.replace("_", ""), REGISTRY[vendor].name}
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    naming = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.suffix in (".py", ".json", ".yaml", ".js")
        and not str(path.relative_to(ROOT)).startswith((f"{vendor}/", *NAMES_ALLOWED))
        and pattern.search(path.read_text())
    }
    assert naming == set()


def test_vendors_import_no_other_vendor() -> None:
    """A vendor's folder knows nothing of the other vendors, nor of the simulator."""
    foreign = {
        (name, other)
        for name, module in modules().items()
        for other in module.imports
        if (room := name.split(".")[0]) in REGISTRY
        and other.split(".")[0] in {*REGISTRY, "simulator"} - {room}
    }
    assert foreign == set()


@pytest.mark.parametrize("vendor", REGISTRY)
def test_devices_are_described_in_their_file(vendor: str) -> None:
    """Only `devices.py` of a vendor's folder constructs devices, without its coordinator."""
    constructing = {
        name
        for name, module in modules().items()
        if name.startswith(f"{vendor}.")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Device"
    }
    assert constructing == {f"{vendor}.devices"}
    assert f"{vendor}.coordinator" not in modules()[f"{vendor}.devices"].imports


def test_farmbot_has_rooms_to_spare() -> None:
    """The largest vendor's folder stays one that can be looked over."""
    assert len(list((ROOT / "farmbot").glob("*.py"))) <= MAX_FARMBOT_FILES


def test_nothing_private_is_used_elsewhere() -> None:
    """A name that begins with an underscore is used in the module that defines it."""
    found = {
        (module.name, name)
        for module in modules().values()
        for name in private_names_of_others(module)
    }
    assert found == set()


@cache
def modules() -> Mapping[str, Module]:
    """Return all modules of the integration by name."""
    found: dict[str, Module] = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = Module(name, ast.parse(path.read_text()), is_package)
    for module in found.values():
        for full_name in imported(module):
            own = own_module(full_name, found)
            if own is None:
                module.foreign.add(full_name)
            elif own != module.name:
                module.imports.add(own)
    return found


def is_low(name: str) -> bool:
    """Return whether a module is below Home Assistant."""
    parts = name.split(".")
    return name in LAYER_FILES or any(part in LAYERS for part in parts[:2])


def imported(module: Module) -> Iterator[str]:
    """Yield the full names of all that a module imports, wherever in it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = [*PACKAGE.split("."), *filter(None, module.name.split("."))]
                up = node.level - module.is_package
                package = package[: len(package) - up]
                base = ".".join([*package, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own_module(full_name: str, known: Mapping[str, Module]) -> str | None:
    """Return the module of the integration that a name is or stands in, if it is of that."""
    if full_name != PACKAGE and not full_name.startswith(f"{PACKAGE}."):
        return None
    name = full_name.removeprefix(PACKAGE).removeprefix(".")
    return name if name in known else name.rpartition(".")[0]


def circles(graph: Mapping[str, Iterable[str]]) -> Iterator[frozenset[str]]:
    """Yield the strongly connected parts of a graph with more than one node.

    This is Tarjan's algorithm.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []

    def visit(node: str) -> Iterator[frozenset[str]]:
        order[node] = lowest[node] = len(order)
        path.append(node)
        for other in graph[node]:
            if other not in order:
                yield from visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in path:
                lowest[node] = min(lowest[node], order[other])
        if lowest[node] == order[node]:
            start = path.index(node)
            part = frozenset(path[start:])
            del path[start:]
            if len(part) > 1:
                yield part

    for node in graph:
        if node not in order:
            yield from visit(node)


def private_names_of_others(module: Module) -> Iterator[str]:
    """Yield the private names that a module uses and another one defines.

    Of an object of its own that is what a class inherits from another module of ours; what Home
    Assistant lets its classes use is none of ours.
    """
    defined = defined_names(module.tree)
    inherited = {
        name
        for other in module.imports
        for name in defined_names(modules()[other].tree)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if is_private(alias.name))
        if not isinstance(node, ast.Attribute) or not is_private(node.attr):
            continue
        of_itself = isinstance(node.value, ast.Name) and node.value.id in (
            "self",
            "cls",
        )
        of_base = ast.unparse(node.value) == "super()"
        if node.attr in defined or node.attr.startswith("_attr_") or of_base:
            continue
        if not of_itself or node.attr in inherited:
            yield node.attr


@cache
def defined_names(tree: ast.Module) -> set[str]:
    """Return the names that a module gives to functions, classes, variables and attributes."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
    return found


def is_private(name: str) -> bool:
    """Return whether a name is its module's own."""
    return name.startswith("_") and not name.startswith("__")
