"""Every model of every vendor can be read."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

import custom_components.habitat
from custom_components.habitat.cloud.models import MODELS
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.vendor import REGISTRY

HOUSE = custom_components.habitat


@pytest.mark.parametrize("vendor", REGISTRY)
def test_every_field_has_a_reader(vendor: str) -> None:
    """The first record of a model is no surprise: each field's type is one that is read."""
    client = import_module(f"{HOUSE.__name__}.{vendor}.client")
    for module in iter_modules(client.__path__, f"{client.__name__}."):
        import_module(module.name)
    models = [cls for cls in MODELS if cls.__module__.startswith(client.__name__)]
    assert models
    for cls in models:
        report = ParseReport(vendor)
        record = parse(cls, {}, report)
        # Either nothing is required, or the first required field is missing.
        assert (record is None) == (report.counts.total() == 1)
