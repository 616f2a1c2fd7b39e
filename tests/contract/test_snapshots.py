"""The snapshots hold an entity of every kind that there is, in full."""

import json
from pathlib import Path
import re

import custom_components.habitat

_PORTRAIT = re.compile(
    r"'entity_id': '(?P<platform>\w+)\.[^']*',(?:(?!'entity_id').)*?^ *'key': '(?P<key>\w+)',",
    re.MULTILINE | re.DOTALL,
)


def test_every_kind_of_entity() -> None:
    """What has a name in the translations is described in a snapshot of some vendor."""
    package = Path(custom_components.habitat.__file__).parent
    translations = json.loads((package / "translations/en.json").read_text())
    named = {
        (platform, key)
        for platform, entities in translations["entity"].items()
        for key in entities
    }
    drawn = {
        (found["platform"], found["key"])
        for file in Path(__file__).parents[1].glob("*/snapshots/*.ambr")
        for found in _PORTRAIT.finditer(file.read_text())
    }
    assert named <= drawn, named - drawn
