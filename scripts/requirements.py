"""Print the requirements that the demo's integrations name in their manifests.

Home Assistant would install them itself at every start; done once here, the demo starts offline and at once.
"""

import json
from pathlib import Path
import re

import homeassistant
from homeassistant.bootstrap import (
    CORE_INTEGRATIONS,
    DEFAULT_INTEGRATIONS,
    FRONTEND_INTEGRATIONS,
)

ROOT = Path(__file__).parent.parent
CORE = Path(homeassistant.__file__).parent / "components"
CUSTOM = ROOT / "custom_components"
# Imported without being set up: by analytics, and when the frontend asks for all actions.
IMPORTED = {"ai_task", "assist_satellite", "hassio"}
# requirements_develop.txt brings releases of these that need no compiler.
ELSEWHERE = ("pymicro-vad", "pyspeex-noise")


def manifest(domain: str) -> dict[str, list[str]]:
    """Return the manifest of an integration; an empty one for a platform-like domain without."""
    for folder in (CUSTOM, CORE):
        file = folder / domain / "manifest.json"
        if file.is_file():
            content: dict[str, list[str]] = json.loads(file.read_text())
            return content
    return {}


def requirements(domains: set[str]) -> set[str]:
    """Return what these integrations and all that they depend on require."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = set(domains)
    while waiting:
        domain = waiting.pop()
        seen.add(domain)
        content = manifest(domain)
        found.update(content.get("requirements", []))
        waiting.update(set(content.get("dependencies", [])) - seen)
    return {line for line in found if not line.startswith(ELSEWHERE)}


if __name__ == "__main__":
    configuration = (ROOT / "config" / "configuration.yaml").read_text()
    configured = set(re.findall(r"^(\w+):", configuration, re.MULTILINE))
    wanted = (
        configured
        | CORE_INTEGRATIONS
        | DEFAULT_INTEGRATIONS
        | FRONTEND_INTEGRATIONS
        | IMPORTED
        | {"habitat"}
    )
    print("\n".join(sorted(requirements(wanted))))
