"""Writes the skeleton of another vendor: its folder, its registry line, its words, its test, its page."""

import argparse
import json
from pathlib import Path
import re
from string import Template
from typing import Any

ROOT = Path(__file__).parents[2]
SKELETON = Path(__file__).parent / "skeleton"
INTEGRATION = Path("custom_components/habitat")
_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(prog="scripts/new-vendor", description=__doc__)
    parser.add_argument("key", help="the name of its folder, such as acme_garden")
    parser.add_argument("name", nargs="?", help="its name, such as 'Acme Garden'")
    parser.add_argument(
        "url",
        nargs="?",
        default="https://api.example.com",
        help="the address of its server",
    )
    given = parser.parse_args()
    if not _KEY.fullmatch(given.key):
        parser.error("a key has small letters, digits and single underscores only")
    if (ROOT / INTEGRATION / given.key).exists():
        parser.error(f"{given.key} is there already")
    name = given.name or given.key.replace("_", " ").title()
    for path in write(ROOT, given.key, name, given.url):
        print(path.relative_to(ROOT))


def write(root: Path, key: str, name: str, url: str) -> list[Path]:
    """Write the skeleton below a checkout's root; return what was written or changed."""
    words = {
        "key": key,
        "name": name,
        "url": url,
        "Class": "".join(part.title() for part in key.split("_")),
    }
    written = [
        _fill(template, root / _place(template, key), words)
        for template in sorted(SKELETON.rglob("*.tmpl"))
    ]
    registry = root / INTEGRATION / "vendor.py"
    registry.write_text(_registered(registry.read_text(), words))
    texts = root / INTEGRATION / "translations/en.json"
    texts.write_text(_translated(texts.read_text(), words))
    return [*written, registry, texts]


def _place(template: Path, key: str) -> Path:
    """Return where a file of the skeleton belongs."""
    path = template.relative_to(SKELETON).with_suffix("")
    match path.parts[0]:
        case "room":
            return INTEGRATION / key / path.relative_to("room")
        case "tests":
            return Path("tests") / key / path.relative_to("tests")
        case _:
            return Path("docs/vendors") / f"{key}.md"


def _fill(template: Path, target: Path, words: dict[str, str]) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Template(template.read_text()).substitute(words))
    return target


def _registered(source: str, words: dict[str, str]) -> str:
    """Return the registry with one more line, at its end."""
    line = f'        Vendor("{words["key"]}", "{words["name"]}", "{words["url"]}"),\n'
    before, end, after = source.partition("\n    )\n}\n")
    if not end:
        raise ValueError("The registry in vendor.py does not end as it did")
    return f"{before}\n{line.rstrip()}{end}{after}"


def _translated(source: str, words: dict[str, str]) -> str:
    """Return the translations with those of the menu, the form and the system health."""
    texts: dict[str, Any] = json.loads(source)
    key, name = words["key"], words["name"]
    steps = texts["config"]["step"]
    steps["user"]["menu_options"][key] = name
    steps["user"]["menu_option_descriptions"][key] = f"Sensors of {name}"
    advanced = steps["reconfigure"]["sections"]["advanced"]
    steps[key] = {
        "data": {"api_token": "API token"},
        "data_description": {"api_token": f"The API token that {name} gave you."},
        "description": f"{name} gives its customers an API token.",
        "sections": {"advanced": advanced},
        "title": f"Sign in to {name}",
    }
    texts["system_health"]["info"][f"reach_{key}"] = f"Reach {name}"
    return json.dumps(texts, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
